//! What a run has: how long it takes its time, where it puts its data, the binary that it measures.
//!
//! State: the folder target/bench, of which `data` is emptied at the start.

use crate::error::BenchError;
use crate::load::Span;
use crate::machine;
use crate::measurement::Record;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How thoroughly to measure.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// How often each measurement is taken, the subjects in turn.
    pub rounds: u32,
    /// How long each takes.
    pub span: Span,
    /// Thin patients at the smaller and the larger size of the growth run.
    pub thin_patients: [u32; 2],
    /// Patients among whom is searched.
    pub searched_patients: &'static [u32],
    /// Thin patients of the practice whose pages are measured.
    pub pages_patients: u32,
    /// Whether figures may be compared.
    pub is_full: bool,
}

impl Effort {
    /// For figures.
    pub const FULL: Self = Self {
        rounds: 3,
        span: Span { warm: Duration::from_millis(1000), counted: Duration::from_millis(4000) },
        thin_patients: [1_000, 10_000],
        searched_patients: &[1_000, 10_000, 64_000],
        pages_patients: 50_000,
        is_full: true,
    };
    /// To see that it works.
    pub const QUICK: Self = Self {
        rounds: 1,
        span: Span { warm: Duration::from_millis(200), counted: Duration::from_millis(1000) },
        thin_patients: [100, 1_000],
        searched_patients: &[200, 1_000],
        pages_patients: 500,
        is_full: false,
    };
}

/// A run.
pub struct Context {
    /// How thoroughly.
    pub effort: Effort,
    /// The binary that is measured; a copy, which no build replaces meanwhile.
    pub salus: PathBuf,
    /// Where data directories are made.
    pub data: PathBuf,
    /// The Synthea bundles.
    pub synthea: PathBuf,
    /// How many patients there are when searches are measured, ascending.
    pub searched_patients: Vec<u32>,
    /// Thin patients of the practice whose pages are measured.
    pub thin_patients: u32,
    /// What could not be measured, and why.
    pub notes: Vec<String>,
    /// What was measured.
    pub record: Record,
    /// What it was measured on: machine, commit, date, load before.
    pub about: About,
}

/// What the figures were taken on.
pub struct About {
    /// The command, as Markdown.
    pub command: String,
    /// The machine.
    pub machine: String,
    /// The commit.
    pub commit: String,
    /// When it began.
    pub date: String,
    /// The load average when it began.
    pub load_before: String,
}

impl Context {
    /// Builds or takes the binary, and makes the folders.
    pub fn prepare(effort: Effort, salus: Option<&Path>) -> Result<Self, BenchError> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let root = root.canonicalize().map_err(BenchError::io(&root))?;
        let built = match salus {
            Some(path) => path.to_owned(),
            None => build(&root)?,
        };
        let bench = root.join("target/bench");
        let data = bench.join("data");
        let _ = fs::remove_dir_all(&data);
        fs::create_dir_all(&data).map_err(BenchError::io(&data))?;
        let salus = bench.join("salus");
        let _ = fs::remove_file(&salus);
        fs::copy(&built, &salus).map_err(BenchError::io(&built))?;
        let synthea = std::env::var_os("SALUS_TEST_DATA")
            .map_or_else(|| root.join("../shared/data"), PathBuf::from)
            .join("synthea");
        if !synthea.is_dir() {
            return Err(BenchError::NoData(synthea));
        }
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let about = About {
            command: format!("`cargo run --release -p salus-bench -- {}`", arguments.join(" ")),
            machine: machine::machine(&bench),
            commit: machine::commit(&root),
            date: machine::date(),
            load_before: machine::load_average(),
        };
        let name = about.date.replace([' ', ':'], "-");
        let record = Record::create(&bench.join(format!("{name}.json")))?;
        let searched_patients = effort.searched_patients.to_vec();
        let thin_patients = effort.pages_patients;
        let notes = Vec::new();
        Ok(Self { effort, salus, data, synthea, searched_patients, thin_patients, notes, record, about })
    }

    /// Keeps what could not be measured, and says so.
    pub fn note(&mut self, note: &str) {
        eprintln!("{note}");
        // Of an answer what can be read: neither its HTML nor what was compressed.
        let is_read = |character: &char| *character != '<' && (' '..='~').contains(character);
        self.notes.push(note.chars().take_while(is_read).collect::<String>().trim().to_owned());
    }

    /// A data directory that is not there yet.
    pub fn fresh_directory(&self, name: &str) -> Result<PathBuf, BenchError> {
        let path = self.data.join(name);
        if path.exists() {
            fs::remove_dir_all(&path).map_err(BenchError::io(&path))?;
        }
        Ok(path)
    }
}

fn build(root: &Path) -> Result<PathBuf, BenchError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo).args(["build", "--release", "-p", "salus"]).current_dir(root).status();
    let status = built.map_err(BenchError::io(Path::new("cargo")))?;
    if !status.success() {
        return Err(BenchError::program("cargo build --release -p salus", status.to_string()));
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("release/salus"))
}

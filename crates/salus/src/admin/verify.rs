//! `salus log verify`: every byte of the log, from the files alone; and, while a server runs, the records against the log.
//! What was not looked at is said.
//!
//! State: none.

use super::compare::{self, Compared};
use super::{Administration, Output};
use crate::cli::Report;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::{Say, say};
use salus_accesslog::Tree;
use salus_accesslog::verify::{Known, Report as Found, directory};
use salus_fhir::Language;
use salus_trust_api::wire::AdminAsk;
use serde_json::json;
use std::path::Path;

/// The largest checkpoint file, in bytes.
const MAX_CHECKPOINT_BYTES: u64 = 64 * 1024;

/// A check that was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unchecked {
    /// The records of the stores against the log: no server runs that could say what the log's entries hold.
    Records,
    /// Whether the log goes on from an older checkpoint: none was given.
    Past,
}

impl Unchecked {
    fn all(no_server: bool, no_checkpoint: bool) -> Vec<Self> {
        let records = no_server.then_some(Self::Records);
        records.into_iter().chain(no_checkpoint.then_some(Self::Past)).collect()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Past => "older-checkpoint",
        }
    }

    fn say(self) -> Say {
        match self {
            Self::Records => say("unchecked-records"),
            Self::Past => say("unchecked-past"),
        }
    }
}

/// Looks, and reports. Exit 0: good, 1: bad, 2: could not look.
pub fn run(checkpoint: Option<&Path>, report: &Report, output: Output) -> Result<(), Failure> {
    let data = DataDir::at(&report.data.directory())?;
    data.must_exist()?;
    let older = checkpoint.map(read_checkpoint).transpose()?;
    // A server that runs publishes first, so that everything is covered by a checkpoint; without one the files are enough.
    let mut running = Administration::connect(&data).ok();
    if let Some(administration) = &mut running {
        administration.ask(AdminAsk::Publish)?;
    }
    let known = Known { older: older.as_slice(), public_key: None };
    let found = directory(&data.log(), &known)
        .map_err(|why| Failure::could_not(say("log-not-read").with("why", why)))?;
    let compared = match &mut running {
        Some(administration) => compare::all(&data, administration)?,
        None => Vec::new(),
    };
    let unchecked = Unchecked::all(running.is_none(), older.is_none());
    output.report(&to_json(&found, &compared, &unchecked), |language| {
        lines(&found, &compared, &unchecked, language)
    });
    let count = found.findings.len() + compared.iter().map(|cell| cell.findings.len()).sum::<usize>();
    if count == 0 { Ok(()) } else { Err(Failure::no(say("log-bad").with("count", count))) }
}

fn read_checkpoint(path: &Path) -> Result<String, Failure> {
    let unreadable =
        |why: String| Failure::could_not(say("cannot-read").with("path", path.display()).with("why", why));
    if std::fs::metadata(path).map_err(|why| unreadable(why.to_string()))?.len() > MAX_CHECKPOINT_BYTES {
        return Err(unreadable(format!("> {MAX_CHECKPOINT_BYTES} bytes")));
    }
    std::fs::read_to_string(path).map_err(|why| unreadable(why.to_string()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn name(tree: Tree) -> String {
    match tree {
        Tree::Platform => "platform".into(),
        Tree::Cell(cell) => cell.to_string(),
    }
}

fn to_json(found: &Found, compared: &[Compared], unchecked: &[Unchecked]) -> serde_json::Value {
    json!({
        "good": found.is_good() && compared.iter().all(|cell| cell.findings.is_empty()),
        "trees": found.trees.iter().map(|tree| json!({
            "tree": name(tree.tree), "size": tree.size, "root": hex(&tree.root), "in_journal": tree.in_journal,
        })).collect::<Vec<_>>(),
        "not_checked": unchecked.iter().map(|check| check.name()).collect::<Vec<_>>(),
        "findings": found.findings.iter().map(|finding| json!({
            "path": finding.path.display().to_string(), "what": finding.what,
        })).collect::<Vec<_>>(),
        "stores": compared.iter().map(|cell| json!({
            "cell": cell.cell,
            "versions": cell.versions,
            "findings": cell.findings.iter().map(|(entry, finding)| json!({
                "entry": entry, "what": finding.say().text(Language::En),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

fn lines(found: &Found, compared: &[Compared], unchecked: &[Unchecked], language: Language) -> Vec<String> {
    let tree = |tree: &salus_accesslog::verify::TreeReport| {
        let (name, root) = (name(tree.tree), hex(&tree.root));
        say("log-tree").with("tree", name).with("size", tree.size).with("root", root).text(language)
    };
    let mut lines: Vec<String> = found.trees.iter().map(tree).collect();
    lines
        .extend(found.findings.iter().map(|finding| format!("{}: {}", finding.path.display(), finding.what)));
    for cell in compared {
        let name = &cell.cell;
        lines.push(say("store-agrees").with("cell", name).with("versions", cell.versions).text(language));
        let finding = |(entry, finding): &(u64, compare::Finding)| {
            format!("{name}, {entry}: {}", finding.say().text(language))
        };
        lines.extend(cell.findings.iter().map(finding));
    }
    lines.extend(unchecked.iter().map(|check| check.say().text(language)));
    if found.is_good() && compared.iter().all(|cell| cell.findings.is_empty()) {
        lines.push(say("log-good").text(language));
    }
    lines
}

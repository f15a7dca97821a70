//! Benchmarks of Salus beside the bare parts that it is made of, in one run.
//!
//! For: `cargo run --release -p salus-bench -- all --out docs/benchmarks.md`. Every figure of Salus is taken from the
//! binary that people run, as processes of their own; what stands beside it was measured in the same run, so that
//! ratios mean something on any machine.
//!
//! Never: part of what is shipped; measures anything but processes that it started itself. State: none.

mod bodies;
mod browser;
mod chart;
mod contain;
mod context;
mod error;
mod http;
mod load;
mod machine;
mod measurement;
mod peers;
mod people;
mod practice;
mod procfs;
mod prover;
mod report;
mod report_pages;
mod report_search;
mod runs;
mod scope;
mod server;

use clap::{Parser, ValueEnum};
use context::{Context, Effort};
use error::BenchError;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Measures Salus beside the bare parts that it is made of.
#[derive(Debug, Parser)]
#[command(
    name = "salus-bench",
    after_help = "Examples:
  cargo run --release -p salus-bench -- all --out docs/benchmarks.md
  cargo run --release -p salus-bench -- read create --quick
  cargo run --release -p salus-bench -- read read-proved
  cargo run --release -p salus-bench -- search --sizes 1000,10000 --out docs/benchmarks-search.md
  cargo run --release -p salus-bench -- pages --out docs/benchmarks-pages.md
  cargo run --release -p salus-bench -- scope --entries 10m,100m --out docs/benchmarks-scope.md
  cargo run --release -p salus-bench -- contain --sessions 40000 --out docs/benchmarks-contain.md"
)]
struct Arguments {
    /// What to measure
    #[arg(value_enum, default_value = "all")]
    what: Vec<What>,
    /// A second each, once: to see that it works, not to compare
    #[arg(long)]
    quick: bool,
    /// Where to write the tables; the chart of searches is written beside them [default: only to stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Patients among whom is searched, ascending [default: 1000,10000,64000; with --quick 200,1000]
    #[arg(long, value_name = "N,N", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(100..=900_000))]
    sizes: Vec<u32>,
    /// Thin patients of the practice whose pages are measured [default: 50000; with --quick 500]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(100..=900_000))]
    patients: Option<u32>,
    /// Entries of the logs whose scopes are measured, with `k` or `m` for thousands or millions [default: 1m,10m]
    #[arg(long, value_name = "N,N", value_delimiter = ',', value_parser = entries)]
    entries: Vec<u64>,
    /// Where these logs are written, some 240 bytes an entry [default: the system's temporary directory]
    #[arg(long, value_name = "DIR")]
    logs: Option<PathBuf>,
    /// Sessions that live when everyone is held [default: 40000; with --quick 400]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    sessions: Option<u32>,
    /// A salus binary [default: built now, in release mode]
    #[arg(long, value_name = "FILE")]
    salus: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    All,
    Parts,
    Read,
    /// Reads by a client that proves its key with each request (DPoP)
    ReadProved,
    Create,
    Update,
    Import,
    Admit,
    Start,
    Growth,
    Search,
    /// Pages, and the demo's start
    Pages,
    /// Scopes over long logs; alone, and not part of all
    Scope,
    /// Everyone is held under load: time to the acknowledgement, the last admission, the last byte; alone, and not part of all
    Contain,
}

/// A number, with `k` or `m` for thousands or millions.
fn entries(text: &str) -> Result<u64, String> {
    let (digits, times) = match text.strip_suffix(['k', 'm']) {
        Some(digits) if text.ends_with('k') => (digits, 1_000),
        Some(digits) => (digits, 1_000_000),
        None => (text, 1),
    };
    let number = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(times));
    number.filter(|number| *number > 0).ok_or_else(|| format!("{text} is no number of entries"))
}

fn main() -> ExitCode {
    let hidden: Vec<String> = std::env::args().skip(1).take(2).collect();
    let ended = match hidden.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [peers::axum::MODE, answers] => peers::axum::serve(answers.as_ref()),
        [peers::keyholder::MODE, data_dir] => peers::keyholder::serve(data_dir.as_ref()),
        _ => measure(&Arguments::parse()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("salus-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(out: Option<&Path>, page: &str) -> Result<(), BenchError> {
    out.map_or(Ok(()), |out| std::fs::write(out, page).map_err(BenchError::io(out)))
}

fn measure(arguments: &Arguments) -> Result<(), BenchError> {
    if arguments.what.contains(&What::Scope) {
        let entries = Some(arguments.entries.as_slice()).filter(|entries| !entries.is_empty());
        let page = scope::run(
            entries.unwrap_or(&[1_000_000, 10_000_000]),
            scope::STOLEN,
            arguments.logs.as_deref(),
        )?;
        println!("{page}");
        return write(arguments.out.as_deref(), &page);
    }
    let effort = if arguments.quick { Effort::QUICK } else { Effort::FULL };
    let mut context = Context::prepare(effort, arguments.salus.as_deref())?;
    if arguments.what.contains(&What::Contain) {
        let sessions = arguments.sessions.unwrap_or(if arguments.quick { 400 } else { 40_000 });
        let page = contain::run(&context, sessions as usize)?;
        println!("{page}");
        return write(arguments.out.as_deref(), &page);
    }
    if !arguments.sizes.is_empty() {
        context.searched_patients.clone_from(&arguments.sizes);
        context.searched_patients.sort_unstable();
    }
    if let Some(patients) = arguments.patients {
        context.thin_patients = patients;
    }
    let wanted = |what: &[What]| arguments.what.iter().any(|one| *one == What::All || what.contains(one));
    if wanted(&[What::Parts]) {
        runs::parts::run(&mut context)?;
    }
    let requests: Vec<runs::requests::Kind> = [
        (What::Read, runs::requests::Kind::Read),
        (What::ReadProved, runs::requests::Kind::ReadProved),
        (What::Create, runs::requests::Kind::Create),
        (What::Update, runs::requests::Kind::Update),
    ]
    .into_iter()
    .filter(|(what, _)| wanted(&[*what]))
    .map(|(_, kind)| kind)
    .collect();
    if !requests.is_empty() {
        runs::requests::run(&mut context, &requests)?;
    }
    if wanted(&[What::Admit]) {
        runs::admit::run(&mut context)?;
    }
    if wanted(&[What::Import, What::Search]) {
        runs::import::run(&mut context)?;
    }
    if wanted(&[What::Start, What::Pages]) {
        // The rest is worth having without it.
        if let Err(error) = runs::start::demo(&mut context) {
            context.note(&format!("the demo's start was not measured: {error}"));
        }
    }
    if wanted(&[What::Start]) {
        runs::start::run(&mut context)?;
    }
    if wanted(&[What::Growth]) {
        runs::growth::run(&mut context)?;
    }
    if wanted(&[What::Search]) {
        let sizes = context.searched_patients.clone();
        runs::search::run(&mut context, &sizes)?;
    }
    if wanted(&[What::Pages]) {
        runs::pages::run(&mut context)?;
    }
    let text = report::markdown(&context);
    println!("{text}");
    eprintln!("every measurement: {}", context.record.path().display());
    if let Some(out) = &arguments.out {
        std::fs::write(out, &text).map_err(BenchError::io(out))?;
        if wanted(&[What::Search]) {
            let chart = out.with_file_name(report_search::CHART);
            std::fs::write(&chart, report_search::chart(&context)).map_err(BenchError::io(&chart))?;
        }
    }
    Ok(())
}

//! `salus log verify`: every byte of the log, from the files alone; and, while a server runs, the records against the log.
//!
//! State: none.

use super::{Administration, Output};
use crate::cli::Report;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use salus_accesslog::verify::{Known, Report as Found, directory};
use salus_fhir::Language;
use salus_trust_api::wire::AdminAsk;
use serde_json::json;
use std::path::Path;

/// The largest checkpoint file, in bytes.
const MAX_CHECKPOINT_BYTES: u64 = 64 * 1024;

/// Looks, and reports. Exit 0: good, 1: bad, 2: could not look.
pub fn run(checkpoint: Option<&Path>, report: &Report, output: Output) -> Result<(), Failure> {
    let data = DataDir::at(&report.data.directory())?;
    data.must_exist()?;
    let older = checkpoint.map(read_checkpoint).transpose()?;
    // A server that runs publishes first, so that everything is covered by a checkpoint; without one the files are enough.
    if let Ok(mut administration) = Administration::connect(&data) {
        administration.ask(AdminAsk::Publish)?;
    }
    let known = Known { older: older.as_slice(), public_key: None };
    let found = directory(&data.log(), &known).map_err(|why| Failure::could_not(say("log-not-read").with("why", why)))?;
    output.report(&to_json(&found), |language| lines(&found, language));
    if found.is_good() {
        return Ok(());
    }
    Err(Failure::no(say("log-bad").with("count", found.findings.len())))
}

fn read_checkpoint(path: &Path) -> Result<String, Failure> {
    let unreadable = |why: String| Failure::could_not(say("cannot-read").with("path", path.display()).with("why", why));
    if std::fs::metadata(path).map_err(|why| unreadable(why.to_string()))?.len() > MAX_CHECKPOINT_BYTES {
        return Err(unreadable(format!("> {MAX_CHECKPOINT_BYTES} bytes")));
    }
    std::fs::read_to_string(path).map_err(|why| unreadable(why.to_string()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn to_json(found: &Found) -> serde_json::Value {
    json!({
        "good": found.is_good(),
        "trees": found.trees.iter().map(|tree| json!({
            "tree": format!("{:?}", tree.tree), "size": tree.size, "root": hex(&tree.root), "in_journal": tree.in_journal,
        })).collect::<Vec<_>>(),
        "findings": found.findings.iter().map(|finding| json!({
            "path": finding.path.display().to_string(), "what": finding.what,
        })).collect::<Vec<_>>(),
    })
}

fn lines(found: &Found, language: Language) -> Vec<String> {
    let tree = |tree: &salus_accesslog::verify::TreeReport| {
        let said = say("log-tree").with("tree", format!("{:?}", tree.tree)).with("size", tree.size);
        said.with("root", hex(&tree.root)).text(language)
    };
    let mut lines: Vec<String> = found.trees.iter().map(tree).collect();
    lines.extend(found.findings.iter().map(|finding| format!("{}: {}", finding.path.display(), finding.what)));
    if found.is_good() {
        lines.push(say("log-good").text(language));
    }
    lines
}

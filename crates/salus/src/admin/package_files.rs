//! Files of packages: those in a package that are passed by, and packages that no settings name any more.
//!
//! Never: removes what a line of a cell's settings in force names; removes anything without being told to. State: none.

use super::Output;
use super::package::{Asking, read};
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::{Say, say};
use salus_fhir::package::Unusable;
use salus_records::checks::{Hash, brought_folder, unnamed_in};
use serde_json::{Value, json};
use std::path::PathBuf;

/// How many files are named; further ones are counted.
pub(super) const MAX_NAMED_FILES: usize = 20;

/// Which files were passed by, and why.
pub(super) fn passed_by(files: &[(String, Unusable)]) -> Vec<Say> {
    let named = files.iter().take(MAX_NAMED_FILES).map(|(file, why)| {
        // What would be another line is none.
        let file: String = file.chars().map(|sign| if sign.is_control() { '?' } else { sign }).collect();
        match why {
            Unusable::Json => say("package-passed-json").with("file", file),
            Unusable::NoSnapshot => say("package-passed-snapshot").with("file", file),
            Unusable::Incomplete => say("package-passed-incomplete").with("file", file),
        }
    });
    let more = files.len().saturating_sub(MAX_NAMED_FILES);
    named.chain((more > 0).then(|| say("package-passed-more").with("count", more))).collect()
}

/// Removes packages that no cell's settings name, or tells which these are.
pub(super) fn tidy(
    asking: &mut Asking,
    data: &DataDir,
    named: &[String],
    removes: bool,
) -> Result<(), Failure> {
    let ids: Vec<_> = asking.administration.status()?.cells.into_iter().map(|cell| cell.info).collect();
    let wanted = asking.cells(named)?;
    let (mut all, mut files): (Vec<Hash>, Vec<(PathBuf, u64)>) = (Vec::new(), Vec::new());
    for info in &ids {
        let settings = read(&info.name, &asking.shown(&info.name)?)?;
        let hashes: Vec<Hash> = settings.packages.iter().map(|one| one.hash).collect();
        if wanted.contains(&info.name) {
            files.extend(unnamed_in(&brought_folder(data.path(), info.id), &hashes));
        }
        all.extend(hashes);
    }
    // What was put there at the machine is for all cells.
    if named.is_empty() {
        files.extend(unnamed_in(&data.packages(), &all));
    }
    for (file, _) in files.iter().filter(|_| removes) {
        std::fs::remove_file(file).map_err(|why| {
            Failure::could_not(say("cannot-write").with("path", file.display()).with("why", why))
        })?;
    }
    report(&asking.output, &files, removes);
    Ok(())
}

fn report(output: &Output, files: &[(PathBuf, u64)], removes: bool) {
    let bytes: u64 = files.iter().map(|(_, bytes)| bytes).sum();
    let names: Vec<Value> = files.iter().map(|(file, _)| file.display().to_string().into()).collect();
    let told = json!({"removed": removes, "files": names, "bytes": bytes});
    output.report(&told, |language| {
        let key = match (files.is_empty(), removes) {
            (true, _) => say("package-tidy-none"),
            (false, true) => {
                say("package-tidy-done").with("count", files.len()).with("kib", bytes.div_ceil(1024))
            }
            (false, false) => {
                say("package-tidy-would").with("count", files.len()).with("kib", bytes.div_ceil(1024))
            }
        };
        let named = files.iter().take(MAX_NAMED_FILES).map(|(file, _)| format!("  {}", file.display()));
        let more = files.len().saturating_sub(MAX_NAMED_FILES);
        let more = (more > 0).then(|| say("package-passed-more").with("count", more).text(language));
        std::iter::once(key.text(language)).chain(named).chain(more).collect()
    });
}

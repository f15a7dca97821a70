//! The thief hides the theft: the log is cut, changed, or an older one put back; and is looked at as `salus log verify` looks at it.
//!
//! Never: touches the log itself; copies are changed. State: none.

use super::stage::Stage;
use crate::failure::Failure;
use crate::messages::say;
use salus_accesslog::verify::{Known, directory};
use salus_trust_api::wire::AdminAsk;
use std::fs;
use std::path::{Path, PathBuf};

/// The most files that are changed, one after the other.
const MAX_FILES: usize = 16;

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Tampering {
    pub tried: u32,
    pub found: u32,
}

/// Keeps the log as it is now, to be put back later.
pub(super) async fn before(stage: &Stage) -> Result<PathBuf, Failure> {
    publish(stage).await?;
    let kept = stage.data.path().join("log-before");
    copy(&stage.data.log(), &kept).map_err(|why| lost(&why))?;
    Ok(kept)
}

/// Tries all ways. The checkpoints that a witness keeps are what is known from elsewhere.
pub(super) async fn all(stage: &Stage, before: &Path) -> Result<Tampering, Failure> {
    publish(stage).await?;
    let known = checkpoints(&stage.data.path().join("witness")).map_err(|why| lost(&why))?;
    let log = stage.data.path().join("log-after");
    copy(&stage.data.log(), &log).map_err(|why| lost(&why))?;
    let mut tampering = Tampering::default();
    if is_found(&log, &known)? {
        return Err(lost(&"the log is bad before anybody changed it"));
    }
    let mut files = Vec::new();
    list(&log, &mut files).map_err(|why| lost(&why))?;
    let step = files.len().div_ceil(MAX_FILES).max(1);
    for file in files.iter().step_by(step) {
        let whole = fs::read(file).map_err(|why| lost(&why))?;
        let mut changed = whole.clone();
        if let Some(byte) = changed.get_mut(whole.len() / 2) {
            *byte ^= 1;
        }
        let half = whole.get(..whole.len() / 2).unwrap_or_default();
        for bytes in [Some(changed.as_slice()), Some(half), None] {
            let done = match bytes {
                Some(bytes) => fs::write(file, bytes),
                None => fs::remove_file(file),
            };
            done.map_err(|why| lost(&why))?;
            tampering.count(is_found(&log, &known)?);
        }
        fs::write(file, whole).map_err(|why| lost(&why))?;
    }
    // The whole log as it was before the theft: good in itself, and older than what a witness has seen.
    tampering.count(is_found(before, &known)?);
    Ok(tampering)
}

impl Tampering {
    fn count(&mut self, found: bool) {
        self.tried += 1;
        self.found += u32::from(found);
    }
}

async fn publish(stage: &Stage) -> Result<(), Failure> {
    stage.administer(|administration| administration.ask(AdminAsk::Publish).map(drop)).await
}

fn is_found(log: &Path, known: &[String]) -> Result<bool, Failure> {
    let known = Known { older: known, public_key: None };
    match directory(log, &known) {
        Ok(report) => Ok(!report.is_good()),
        // Not to be read as a log at all is found, too.
        Err(_) => Ok(true),
    }
}

fn checkpoints(witness: &Path) -> std::io::Result<Vec<String>> {
    let mut files = Vec::new();
    list(witness, &mut files)?;
    Ok(files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect())
}

/// All files below a folder that hold something.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if entry.file_type()?.is_dir() {
            list(&entry.path(), files)?;
        } else if entry.metadata()?.len() > 0 {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// Copies a folder with all that is in it.
pub(super) fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn lost(why: &dyn std::fmt::Display) -> Failure {
    Failure::could_not(say("drill-log").with("why", why))
}

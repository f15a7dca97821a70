//! Which files an import takes, and in which order. Reads directories, no contents. State: none.

use crate::failure::Failure;
use crate::messages::say;
use std::path::{Path, PathBuf};

/// How deep folders may lie in each other.
const MAX_DEPTH: usize = 16;

/// What a file holds, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// One JSON document.
    Json,
    /// One resource a line.
    Ndjson,
}

/// A file to be imported.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What it holds.
    pub(super) format: Format,
    /// Whether it is compressed with gzip.
    pub(super) is_gzip: bool,
    /// Its size on disk.
    pub(super) bytes: u64,
    /// Files of a lower stage have to be there before those of a higher one.
    pub(super) stage: u8,
}

/// All files of the paths, in the order of their stages, then their paths.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        let unreadable = |why: std::io::Error| {
            Failure::could_not(say("cannot-read").with("path", path.display()).with("why", why))
        };
        if std::fs::metadata(path).map_err(unreadable)?.is_dir() {
            walk(path, 0, &mut found).map_err(unreadable)?;
        } else {
            let kind = std::fs::metadata(path).map_err(unreadable)?;
            let source = if kind.is_file() { source(path).map_err(unreadable)? } else { None };
            found.push(
                source
                    .ok_or_else(|| Failure::could_not(say("not-importable").with("path", path.display())))?,
            );
        }
    }
    found.sort_by(|a, b| (a.stage, &a.path).cmp(&(b.stage, &b.path)));
    found.dedup_by(|a, b| a.path == b.path);
    if found.is_empty() {
        return Err(Failure::could_not(say("nothing-to-import")));
    }
    Ok(found)
}

fn walk(directory: &Path, depth: usize, found: &mut Vec<Source>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if depth < MAX_DEPTH {
                walk(&path, depth + 1, found)?;
            }
        } else if std::fs::metadata(&path)?.is_file() {
            // A link to a folder may lead in a circle, and a pipe may never end.
            found.extend(source(&path)?);
        }
    }
    Ok(())
}

fn source(path: &Path) -> std::io::Result<Option<Source>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let (bare, is_gzip) = match name.strip_suffix(".gz") {
        Some(bare) => (bare, true),
        None => (name.as_str(), false),
    };
    let format = match bare.rsplit_once('.') {
        Some((_, "json")) => Format::Json,
        Some((_, "ndjson")) => Format::Ndjson,
        _ => return Ok(None),
    };
    let bytes = std::fs::metadata(path)?.len();
    Ok(Some(Source { path: path.to_owned(), format, is_gzip, bytes, stage: stage(bare) }))
}

/// Houses and their people first, then patients, then what refers to them. Bundles of Synthea say which they are by name, as
/// files of a bulk export do.
fn stage(name: &str) -> u8 {
    let first = ["hospital", "practitioner", "organization", "location"];
    if first.iter().any(|prefix| name.starts_with(prefix)) {
        0
    } else if name.starts_with("patient") {
        1
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, find};

    #[test]
    fn folders_are_walked_and_houses_come_first() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("b")).unwrap();
        for name in [
            "b/Abel.json",
            "Observation.ndjson.gz",
            "Patient.ndjson",
            "practitionerInformation1.json",
            "notes.txt",
        ] {
            std::fs::write(folder.path().join(name), b"{}").unwrap();
        }
        let found = find(&[folder.path().to_owned(), folder.path().join("Patient.ndjson")]).unwrap();
        let names: Vec<String> =
            found.iter().map(|f| f.path.strip_prefix(folder.path()).unwrap().display().to_string()).collect();
        assert_eq!(
            names,
            ["practitionerInformation1.json", "Patient.ndjson", "Observation.ndjson.gz", "b/Abel.json"]
        );
        assert_eq!(
            (found[2].format, found[2].is_gzip, found[3].format),
            (Format::Ndjson, true, Format::Json)
        );
    }

    #[test]
    fn what_cannot_be_imported_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let letter = folder.path().join("letter.txt");
        let key = |paths: &[std::path::PathBuf]| find(paths).unwrap_err().say.key();
        assert_eq!(key(&[folder.path().to_owned()]), "nothing-to-import");
        assert_eq!(key(std::slice::from_ref(&letter)), "cannot-read");
        std::fs::write(&letter, b"x").unwrap();
        assert_eq!(key(&[letter]), "not-importable");
    }
}

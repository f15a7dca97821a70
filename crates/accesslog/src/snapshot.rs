//! What changes in a log's folder while it is written, read at one moment; the rest never changes once it is written.
//!
//! State: a [`Snapshot`] holds the verifier keys, the checkpoints, the partial tiles that these need, and the journal.

use crate::LogError;
use crate::Tree;
use crate::audit::{CHECKPOINT, JOURNAL, VERIFIER_KEYS};
use crate::disk::{Disk, Entry};
use crate::error::At;
use crate::journal;
use salus_seal::note::Checkpoint;
use salus_seal::tile;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// How often a folder that changes while it is read is read again.
const MAX_ATTEMPTS: usize = 50;

/// The files that change, as they were together.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// The trees that have a folder.
    pub folders: BTreeSet<Tree>,
    pub segments: Vec<(u64, Vec<u8>)>,
}

impl Snapshot {
    /// Reads until the checkpoints are the same after as before, at most [`MAX_ATTEMPTS`] times. Then at least no file is
    /// mixed up that a log at rest has.
    pub fn take(disk: &dyn Disk, dir: &Path) -> Result<Self, LogError> {
        let mut snapshot = Self::default();
        for _ in 0..MAX_ATTEMPTS {
            snapshot = Self::attempt(disk, dir)?;
            let after = Self::heads(disk, dir)?;
            if after.files.iter().all(|(path, bytes)| snapshot.files.get(path) == Some(bytes)) {
                break;
            }
        }
        Ok(snapshot)
    }

    /// A file, out of the snapshot if it is one that changes.
    pub fn read(&self, disk: &dyn Disk, path: &Path) -> io::Result<Vec<u8>> {
        match self.files.get(path) {
            Some(bytes) => Ok(bytes.clone()),
            None => disk.read(path),
        }
    }

    /// A file of the snapshot.
    pub fn file(&self, path: &Path) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    fn heads(disk: &dyn Disk, dir: &Path) -> Result<Self, LogError> {
        let mut out = Self::default();
        out.add(disk, dir.join(VERIFIER_KEYS))?;
        for (name, entry) in disk.list(dir).at("listing", dir)? {
            if let (Some(tree), Entry::Folder) = (Tree::parse(&name), entry) {
                out.folders.insert(tree);
                out.add(disk, tree.folder(dir).join(CHECKPOINT))?;
            }
        }
        Ok(out)
    }

    fn attempt(disk: &dyn Disk, dir: &Path) -> Result<Self, LogError> {
        let mut out = Self::heads(disk, dir)?;
        for tree in out.folders.clone() {
            let folder = tree.folder(dir);
            let note = out.file(&folder.join(CHECKPOINT)).and_then(|bytes| std::str::from_utf8(bytes).ok());
            // Unverified: a wrong size makes it read other files, of which the audit then misses some.
            let size =
                note.and_then(|note| Checkpoint::parse(note).ok()).map_or(0, |checkpoint| checkpoint.size);
            for id in tile::partials(size) {
                out.add(disk, folder.join(id.path()))?;
            }
        }
        let journal = dir.join(JOURNAL);
        let names = match disk.list(&journal) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            other => other.at("listing", &journal)?,
        };
        for (name, _) in names {
            let Some(number) = journal::parse_segment_name(&name) else { continue };
            if let Some(bytes) = read(disk, &journal.join(name))? {
                out.segments.push((number, bytes));
            }
        }
        out.segments.sort_unstable_by_key(|(number, _)| *number);
        Ok(out)
    }

    fn add(&mut self, disk: &dyn Disk, path: PathBuf) -> Result<(), LogError> {
        if let Some(bytes) = read(disk, &path)? {
            self.files.insert(path, bytes);
        }
        Ok(())
    }
}

/// A file, or nothing where there is none.
fn read(disk: &dyn Disk, path: &Path) -> Result<Option<Vec<u8>>, LogError> {
    use io::ErrorKind::{FileTooLarge, IsADirectory, NotADirectory, NotFound};
    match disk.read(path) {
        Err(error) if matches!(error.kind(), NotFound | IsADirectory | NotADirectory | FileTooLarge) => {
            Ok(None)
        }
        other => other.at("reading", path).map(Some),
    }
}

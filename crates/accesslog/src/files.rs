//! Writing many files so that all of them are durable together, and writing one in place of another.
//!
//! State: a [`Writes`] collects what one round wrote until it is synced.

use crate::LogError;
use crate::audit::NEW;
use crate::disk::{Disk, DiskFile};
use crate::error::At;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

/// Above so many files, one sync of the whole file system costs less than one of each file.
const MAX_SINGLE_SYNCS: usize = 32;

/// Files that were written and are not durable yet.
pub(crate) struct Writes<'a> {
    disk: &'a dyn Disk,
    root: &'a Path,
    known_dirs: &'a mut HashSet<PathBuf>,
    files: Vec<(PathBuf, Box<dyn DiskFile>)>,
    dirs: BTreeSet<PathBuf>,
    count: usize,
}

impl<'a> Writes<'a> {
    /// Collects writes below `root`. `known_dirs` remembers which folders are there.
    pub fn new(disk: &'a dyn Disk, root: &'a Path, known_dirs: &'a mut HashSet<PathBuf>) -> Self {
        Self { disk, root, known_dirs, files: Vec::new(), dirs: BTreeSet::new(), count: 0 }
    }

    /// Writes a file, in place of what was there, and makes the folders above it.
    pub fn file(&mut self, path: &Path, bytes: &[u8]) -> Result<(), LogError> {
        let parent = path.parent().unwrap_or(self.root);
        self.folder(parent)?;
        let file = self.disk.create(path).at("making", path)?;
        file.write_at(0, bytes).at("writing", path)?;
        self.dirs.insert(parent.to_owned());
        self.count += 1;
        // Beyond this many, `sync` asks for everything at once, and descriptors need not be kept.
        if self.count <= MAX_SINGLE_SYNCS {
            self.files.push((path.to_owned(), file));
        }
        Ok(())
    }

    fn folder(&mut self, path: &Path) -> Result<(), LogError> {
        if self.known_dirs.contains(path) || path == self.root {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            self.folder(parent)?;
            self.dirs.insert(parent.to_owned());
        }
        self.disk.create_dir(path).at("making the folder", path)?;
        self.known_dirs.insert(path.to_owned());
        Ok(())
    }

    /// Returns when all that was written, and its names, are durable.
    pub fn sync(&mut self) -> Result<(), LogError> {
        if self.count > MAX_SINGLE_SYNCS {
            self.disk.sync_all(self.root).at("syncing", self.root)?;
        } else {
            for (path, file) in &self.files {
                file.sync().at("syncing", path)?;
            }
            for dir in &self.dirs {
                self.disk.sync_dir(dir).at("syncing the folder", dir)?;
            }
        }
        self.files.clear();
        self.dirs.clear();
        self.count = 0;
        Ok(())
    }

    /// Renames `new` files that are durable to what they are to be; the names are durable after the next [`Writes::sync`].
    pub fn rename(&mut self, from: &Path, to: &Path) -> Result<(), LogError> {
        self.disk.rename(from, to).at("renaming", from)?;
        self.dirs.insert(to.parent().unwrap_or(self.root).to_owned());
        self.count += 1;
        Ok(())
    }
}

/// Replaces one file: another name, sync, rename, sync of the folder. After a crash it is the old or the new one, whole.
pub(crate) fn replace(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), LogError> {
    let folder = path.parent().unwrap_or(path);
    let new = folder.join(NEW);
    let file = disk.create(&new).at("making", &new)?;
    file.write_at(0, bytes).at("writing", &new)?;
    file.sync().at("syncing", &new)?;
    disk.rename(&new, path).at("renaming", &new)?;
    disk.sync_dir(folder).at("syncing the folder", folder)
}

/// Makes a file of zeros, durable with its name, so that later writes into it change no metadata.
pub(crate) fn preallocate(disk: &dyn Disk, path: &Path, bytes: u64) -> Result<Box<dyn DiskFile>, LogError> {
    static ZEROS: [u8; 1024 * 1024] = [0; 1024 * 1024];
    let file = disk.create(path).at("making", path)?;
    let mut at = 0;
    while at < bytes {
        let length = (bytes - at).min(ZEROS.len() as u64);
        file.write_at(at, ZEROS.get(..length as usize).unwrap_or(&ZEROS)).at("writing", path)?;
        at += length;
    }
    file.sync().at("syncing", path)?;
    let folder = path.parent().unwrap_or(path);
    disk.sync_dir(folder).at("syncing the folder", folder)?;
    Ok(file)
}

//! Copies of the checkpoints in folders that are not ours to roll back, and what they say when the log is opened.
//!
//! `<witness>/<tree>/latest` is the newest checkpoint; `<witness>/<tree>/<size>` are kept for ever, at most one in
//! [`HISTORY_INTERVAL`] and the last one of every clean stop.
//!
//! Never: ends the log because a witness can't be written: that is shown in [`crate::Status`] and tried again.
//! State: which checkpoint of which tree has reached which witness.

use crate::audit::NEW;
use crate::disk::{Disk, Entry};
use crate::error::At;
use crate::files::replace;
use crate::{LogError, Tree};
use salus_seal::merkle::Hash;
use salus_seal::note::{Checkpoint, VerifierKey};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The name of the newest checkpoint in a witness's folder.
const LATEST: &str = "latest";
/// How far apart the checkpoints are that a witness keeps while the log runs: a file a minute and tree, not one a second.
pub(crate) const HISTORY_INTERVAL: Duration = Duration::from_secs(60);

/// The witness folders.
#[derive(Debug, Default)]
pub(crate) struct Witnesses {
    folders: Vec<Folder>,
    checkpoints: HashMap<Tree, (u64, String)>,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    latest: HashMap<Tree, u64>,
    history: HashMap<Tree, (u64, Instant)>,
    failure: Option<String>,
}

impl Witnesses {
    /// Copies go to these folders.
    pub fn new(folders: &[PathBuf]) -> Self {
        let folder = |path: &PathBuf| Folder {
            path: path.clone(),
            latest: HashMap::new(),
            history: HashMap::new(),
            failure: None,
        };
        Self { folders: folders.iter().map(folder).collect(), checkpoints: HashMap::new() }
    }

    /// Takes note of what the witnesses have already.
    pub fn saw(&mut self, known: &BTreeMap<Tree, Known>) {
        for folder in &mut self.folders {
            for (tree, seen) in known {
                for (path, checkpoint) in seen.iter().filter(|(path, _)| path.starts_with(&folder.path)) {
                    if path.ends_with(LATEST) {
                        folder.latest.insert(*tree, checkpoint.size);
                    } else {
                        folder.history.insert(*tree, (checkpoint.size, Instant::now()));
                    }
                }
            }
        }
    }

    /// What is to be copied of a tree from now on.
    pub fn set(&mut self, tree: Tree, size: u64, note: String) {
        self.checkpoints.insert(tree, (size, note));
    }

    /// Why a witness did not take the last copy, if one did not.
    pub fn failure(&self) -> Option<String> {
        self.folders.iter().find_map(|folder| folder.failure.clone())
    }

    /// Copies what the witnesses lack.
    pub fn copy(&mut self, disk: &dyn Disk) {
        self.copy_if(disk, false);
    }

    /// Copies what the witnesses lack, and lets them keep it.
    pub fn copy_for_ever(&mut self, disk: &dyn Disk) {
        self.copy_if(disk, true);
    }

    fn copy_if(&mut self, disk: &dyn Disk, keep: bool) {
        for folder in &mut self.folders {
            folder.failure = None;
            for (tree, (size, note)) in &self.checkpoints {
                if let Err(error) = folder.copy(disk, *tree, *size, note, keep) {
                    folder.failure = Some(error.to_string());
                    break;
                }
            }
        }
    }
}

impl Folder {
    fn copy(
        &mut self,
        disk: &dyn Disk,
        tree: Tree,
        size: u64,
        note: &str,
        keep: bool,
    ) -> Result<(), LogError> {
        let new = self.latest.get(&tree) != Some(&size);
        let kept = self.history.get(&tree);
        let due =
            kept.is_none_or(|(kept, when)| *kept != size && (keep || when.elapsed() >= HISTORY_INTERVAL));
        let wanted = new || (keep && due);
        if !wanted {
            return Ok(());
        }
        let folder = self.path.join(tree.to_string());
        disk.create_dir(&self.path).at("making the folder", &self.path)?;
        disk.create_dir(&folder).at("making the folder", &folder)?;
        if due {
            replace(disk, &folder.join(size.to_string()), note.as_bytes())?;
            self.history.insert(tree, (size, Instant::now()));
        }
        if new {
            replace(disk, &folder.join(LATEST), note.as_bytes())?;
            self.latest.insert(tree, size);
        }
        Ok(())
    }
}

/// What the witnesses know of one tree: their checkpoints, with the files that hold them.
pub(crate) type Known = Vec<(PathBuf, Checkpoint)>;

/// Reads what the witnesses know: of every tree the latest checkpoint and the largest one kept.
///
/// Errors: [`LogError::Damaged`] for a checkpoint that `key_of` the tree did not sign.
pub(crate) fn known(
    disk: &dyn Disk,
    folders: &[PathBuf],
    key_of: &dyn Fn(Tree) -> Result<VerifierKey, LogError>,
) -> Result<BTreeMap<Tree, Known>, LogError> {
    let mut out: BTreeMap<Tree, Known> = BTreeMap::new();
    for folder in folders {
        for (name, _) in list(disk, folder)? {
            let Some(tree) = Tree::parse(&name) else { continue };
            let tree_folder = folder.join(&name);
            let names = list(disk, &tree_folder)?;
            let largest = names.iter().filter_map(|(name, _)| name.parse::<u64>().ok()).max();
            let latest = names.iter().any(|(name, _)| name == LATEST).then(|| LATEST.to_owned());
            for name in latest.into_iter().chain(largest.map(|size| size.to_string())) {
                let path = tree_folder.join(name);
                let bytes = disk.read(&path).at("reading", &path)?;
                let checkpoint = crate::audit::checkpoint(&path, &bytes, &key_of(tree)?)?;
                out.entry(tree).or_default().push((path, checkpoint));
            }
        }
    }
    Ok(out)
}

fn list(disk: &dyn Disk, folder: &Path) -> Result<Vec<(String, Entry)>, LogError> {
    match disk.list(folder) {
        Ok(names) => Ok(names.into_iter().filter(|(name, _)| name != NEW).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).at("listing", folder),
    }
}

/// Whether a tree of this size, with these roots, has in it what a witness saw.
pub(crate) fn agrees(path: &Path, seen: &Checkpoint, size: u64, root: Option<&Hash>) -> Result<(), LogError> {
    if seen.size > size {
        return Err(LogError::rolled_back(path, format!("{} entries, where {size} are here", seen.size)));
    }
    match root {
        Some(root) if *root == seen.root => Ok(()),
        _ => Err(LogError::rolled_back(path, format!("another root at {} entries", seen.size))),
    }
}

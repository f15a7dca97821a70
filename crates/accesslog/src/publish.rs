//! One round of publishing: what was committed becomes tiles, bundles and checkpoints, and is copied to the witnesses.
//!
//! The order is what makes a crash harmless (fault table in docs/formats/log.md): tiles and bundles durable, then
//! verifier keys, then checkpoints, then witnesses, then what is superseded is removed. Until the journal's segments are
//! removed, everything can be made again from them.
//!
//! Never: runs on the path that answers anybody. State: the growing edge of every tree, owned by the publisher; a round
//! that fails leaves it as it was, so that it can be tried again.

use crate::audit::{CHECKPOINT, NEW, VERIFIER_KEYS};
use crate::disk::Disk;
use crate::error::At;
use crate::files::{Writes, replace};
use crate::journal::Frame;
use crate::witness::Witnesses;
use crate::{LogError, Tree};
use salus_seal::merkle::leaf_hash;
use salus_seal::note::{Checkpoint, Signer};
use salus_seal::tile::{self, Frontier, Kind, TILE_WIDTH, TileId};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What publishes, and what it knows of each tree.
pub(crate) struct Publisher {
    pub disk: Arc<dyn Disk>,
    pub dir: PathBuf,
    pub origin: String,
    pub signer: Signer,
    pub witnesses: Witnesses,
    trees: HashMap<Tree, Frontier>,
    /// The vkey line of every tree that has one.
    keys: BTreeMap<Tree, String>,
    known_dirs: HashSet<PathBuf>,
    /// Trees that a round made larger, from which size to which: the partial tiles of the first go.
    superseded: Vec<(Tree, u64, u64)>,
    /// Set while a round puts checkpoints in place and after it failed to: from there on it can't be tried again, since
    /// that would write files anew that a checkpoint may cover already.
    pub committed: bool,
}

/// A tree that a round makes larger.
struct Growing {
    frontier: Frontier,
    bundle: Vec<u8>,
    before: u64,
}

impl Publisher {
    /// A publisher of a log in which these trees have verifier keys and nothing is known to be published.
    pub fn new(
        disk: Arc<dyn Disk>,
        dir: PathBuf,
        origin: String,
        signer: Signer,
        witnesses: Witnesses,
        keys: BTreeMap<Tree, String>,
    ) -> Self {
        Self {
            disk,
            dir,
            origin,
            signer,
            witnesses,
            trees: HashMap::new(),
            keys,
            known_dirs: HashSet::new(),
            superseded: Vec::new(),
            committed: false,
        }
    }

    /// Takes a tree as it was read from its published files, and the size and text of its checkpoint.
    pub fn adopt(&mut self, tree: Tree, frontier: Frontier, note: Option<(u64, String)>) {
        self.trees.insert(tree, frontier);
        if let Some((size, note)) = note {
            self.witnesses.set(tree, size, note);
        }
    }

    /// Publishes these frames. What they hold of entries that are published already is passed over.
    ///
    /// Gives the new sizes of the trees that grew.
    pub fn round(&mut self, frames: &[Arc<Frame>]) -> Result<Vec<(Tree, u64)>, LogError> {
        let mut known_dirs = std::mem::take(&mut self.known_dirs);
        let disk = Arc::clone(&self.disk);
        let dir = self.dir.clone();
        let mut writes = Writes::new(&*disk, &dir, &mut known_dirs);
        let grown = self.grow(frames, &mut writes);
        let grown = grown.and_then(|grown| {
            self.checkpoints(&grown, &mut writes)?;
            Ok(grown)
        });
        // After a failure nothing is known of the folders that were being made.
        let grown = grown?;
        self.known_dirs = known_dirs;
        self.committed = false;
        let sizes = grown.iter().map(|(tree, growing)| (*tree, growing.frontier.size())).collect();
        let larger = grown.iter().map(|(tree, growing)| (*tree, growing.before, growing.frontier.size()));
        self.superseded.extend(larger);
        self.trees.extend(grown.into_iter().map(|(tree, growing)| (tree, growing.frontier)));
        Ok(sizes)
    }

    fn grow(
        &mut self,
        frames: &[Arc<Frame>],
        writes: &mut Writes<'_>,
    ) -> Result<BTreeMap<Tree, Growing>, LogError> {
        let mut grown: BTreeMap<Tree, Growing> = BTreeMap::new();
        for run in frames.iter().flat_map(|frame| frame.runs()) {
            let published = self.trees.get(&run.tree).map_or(0, Frontier::size);
            for (index, entry) in run.entries().filter(|(index, _)| *index >= published) {
                let growing = match grown.entry(run.tree) {
                    Entry::Occupied(tree) => tree.into_mut(),
                    Entry::Vacant(tree) => tree.insert(self.begin(run.tree)?),
                };
                growing.push(&run.tree.folder(&self.dir), index, entry, writes)?;
            }
        }
        for (tree, growing) in &grown {
            growing.write_partials(&tree.folder(&self.dir), writes)?;
        }
        writes.sync()?;
        Ok(grown)
    }

    /// A tree's edge, with the entries of its partial bundle read back from disk and compared with their hashes.
    fn begin(&self, tree: Tree) -> Result<Growing, LogError> {
        let frontier = self.trees.get(&tree).cloned().unwrap_or_default();
        let before = frontier.size();
        let width = (before % TILE_WIDTH) as u16;
        if width == 0 {
            return Ok(Growing { frontier, bundle: Vec::new(), before });
        }
        let id = TileId { kind: Kind::Entries, index: before / TILE_WIDTH, width };
        let path = tree.folder(&self.dir).join(id.path());
        let bundle = self.disk.read(&path).at("reading", &path)?;
        let hashes: Result<Vec<_>, _> = tile::entries(&bundle).map(|entry| entry.map(leaf_hash)).collect();
        if hashes.as_deref() != Ok(frontier.partial(0)) {
            return Err(LogError::damaged(path, "it is not what was written"));
        }
        Ok(Growing { frontier, bundle, before })
    }

    fn checkpoints(
        &mut self,
        grown: &BTreeMap<Tree, Growing>,
        writes: &mut Writes<'_>,
    ) -> Result<(), LogError> {
        if grown.is_empty() {
            self.witnesses.copy(&*self.disk);
            return Ok(());
        }
        self.add_keys(grown.keys().copied().collect())?;
        let mut notes = Vec::with_capacity(grown.len());
        for (tree, growing) in grown {
            let checkpoint = Checkpoint {
                origin: tree.origin(&self.origin),
                size: growing.frontier.size(),
                root: growing.frontier.root(),
            };
            let note = checkpoint.sign(&self.signer).map_err(|_| LogError::Provider)?;
            writes.file(&tree.folder(&self.dir).join(NEW), note.as_bytes())?;
            notes.push((*tree, checkpoint.size, note));
        }
        writes.sync()?;
        self.committed = true;
        for (tree, _, _) in &notes {
            let folder = tree.folder(&self.dir);
            writes.rename(&folder.join(NEW), &folder.join(CHECKPOINT))?;
        }
        writes.sync()?;
        for (tree, size, note) in notes {
            self.witnesses.set(tree, size, note);
        }
        self.witnesses.copy(&*self.disk);
        Ok(())
    }

    /// A tree's key is durable before its first checkpoint is.
    fn add_keys(&mut self, trees: BTreeSet<Tree>) -> Result<(), LogError> {
        let new: Vec<Tree> = trees.into_iter().filter(|tree| !self.keys.contains_key(tree)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let mut keys = self.keys.clone();
        for tree in new {
            let key = self.signer.verifier_key(&tree.origin(&self.origin)).map_err(|_| LogError::Provider)?;
            keys.insert(tree, key.to_line());
        }
        let text: String = keys.values().map(|line| format!("{line}\n")).collect();
        replace(&*self.disk, &self.dir.join(VERIFIER_KEYS), text.as_bytes())?;
        self.keys = keys;
        Ok(())
    }

    /// Removes the partial tiles that larger ones replace. Not synced: one that comes back after a power cut is a
    /// true part of the tree, and the next opening removes it.
    ///
    /// To be called when readers know of the larger ones.
    pub fn remove_superseded(&mut self) -> Result<(), LogError> {
        for (tree, before, now) in std::mem::take(&mut self.superseded) {
            let folder = tree.folder(&self.dir);
            for id in tile::partials(before).into_iter().filter(|id| !tile::belongs(id, now)) {
                let path = folder.join(id.path());
                remove(&*self.disk, &path)?;
                let whole = TileId { width: TILE_WIDTH as u16, ..id };
                if let (true, Some(parent)) = (tile::belongs(&whole, now), path.parent()) {
                    remove_dir(&*self.disk, parent)?;
                    self.known_dirs.remove(parent);
                }
            }
        }
        Ok(())
    }
}

/// Removes a file, if it is there.
pub(crate) fn remove(disk: &dyn Disk, path: &Path) -> Result<(), LogError> {
    match disk.remove(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.at("removing", path),
    }
}

/// Removes a folder, if it is there and empty.
pub(crate) fn remove_dir(disk: &dyn Disk, path: &Path) -> Result<(), LogError> {
    match disk.remove_dir(path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty) => {
            Ok(())
        }
        other => other.at("removing the folder", path),
    }
}

impl Growing {
    fn push(
        &mut self,
        folder: &Path,
        index: u64,
        entry: &[u8],
        writes: &mut Writes<'_>,
    ) -> Result<(), LogError> {
        if index != self.frontier.size() {
            return Err(LogError::damaged(
                folder,
                format!("entry {index} came after {}", self.frontier.size()),
            ));
        }
        tile::push_entry(&mut self.bundle, entry)
            .map_err(|_| LogError::damaged(folder, "an entry is too large"))?;
        let width = TILE_WIDTH as u16;
        self.frontier.push(leaf_hash(entry), &mut |level, index, hashes| {
            let id = TileId { kind: Kind::Hashes { level }, index, width };
            writes.file(&folder.join(id.path()), hashes.as_flattened())
        })?;
        if self.frontier.size().is_multiple_of(TILE_WIDTH) {
            let id = TileId { kind: Kind::Entries, index: index / TILE_WIDTH, width };
            writes.file(&folder.join(id.path()), &self.bundle)?;
            self.bundle.clear();
        }
        Ok(())
    }

    fn write_partials(&self, folder: &Path, writes: &mut Writes<'_>) -> Result<(), LogError> {
        for id in
            tile::partials(self.frontier.size()).into_iter().filter(|id| !tile::belongs(id, self.before))
        {
            let path = folder.join(id.path());
            match id.kind {
                Kind::Entries => writes.file(&path, &self.bundle)?,
                Kind::Hashes { level } => writes.file(&path, self.frontier.partial(level).as_flattened())?,
            }
        }
        Ok(())
    }
}

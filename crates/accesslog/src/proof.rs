//! Inclusion and consistency proofs out of a log's tiles on disk.
//!
//! Never: believes a checkpoint without its key; a proof is checked by `salus_seal::merkle`. State: none.

use crate::audit::{self, CHECKPOINT, VERIFIER_KEYS};
use crate::disk::{Disk, RealDisk};
use crate::error::At;
use crate::keys::Keys;
use crate::{Checkpoint, LogError, Tree};
use salus_seal::SealError;
use salus_seal::merkle::{self, Hash};
use salus_seal::tile::{self, TileId};
use std::path::{Path, PathBuf};

/// A tree of a log, as its last checkpoint has it.
#[derive(Debug, Clone)]
pub struct TreeReader {
    folder: PathBuf,
    checkpoint: Checkpoint,
}

struct TileError(LogError);

impl From<SealError> for TileError {
    fn from(_: SealError) -> Self {
        Self(LogError::damaged("tile", "a tile is too short"))
    }
}

impl TreeReader {
    /// Reads the tree's checkpoint in the log's folder, and checks it with the key that stands there.
    pub fn new(dir: &Path, tree: Tree) -> Result<Self, LogError> {
        let keys_path = dir.join(VERIFIER_KEYS);
        let keys = Keys::parse(&keys_path, &RealDisk.read(&keys_path).at("reading", &keys_path)?)?;
        let key = keys.trees.get(&tree);
        let key = key.ok_or_else(|| LogError::damaged(keys_path, format!("tree {tree} has no line")))?;
        let folder = tree.folder(dir);
        let path = folder.join(CHECKPOINT);
        let checkpoint = audit::checkpoint(&path, &RealDisk.read(&path).at("reading", &path)?, key)?;
        Ok(Self { folder, checkpoint })
    }

    /// The checkpoint that the proofs are for.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// What shows that leaf `index` is in the tree; `None` when the tree is smaller.
    pub fn inclusion(&self, index: u64) -> Result<Option<Vec<Hash>>, LogError> {
        let mut subtree = |height, at| self.subtree(height, at);
        merkle::inclusion_proof(index, self.checkpoint.size, &mut subtree).map_err(|error| error.0)
    }

    /// What shows that the tree begins with its first `old` leaves; `None` when the tree is smaller.
    pub fn consistency(&self, old: u64) -> Result<Option<Vec<Hash>>, LogError> {
        let mut subtree = |height, at| self.subtree(height, at);
        merkle::consistency_proof(old, self.checkpoint.size, &mut subtree).map_err(|error| error.0)
    }

    fn subtree(&self, height: u32, index: u64) -> Result<Hash, TileError> {
        tile::subtree(self.checkpoint.size, height, index, &mut |id: TileId| {
            audit::read_file(&|path| RealDisk.read(path), &self.folder.join(id.path())).map_err(TileError)
        })
    }
}

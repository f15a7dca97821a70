//! Inclusion and consistency proofs, and the entries themselves, out of a log's files on disk.
//!
//! Never: believes a checkpoint without its key; a proof is checked by `salus_seal::merkle`. State: none.

use crate::audit::{self, CHECKPOINT, VERIFIER_KEYS};
use crate::disk::{Disk, RealDisk};
use crate::error::At;
use crate::keys::Keys;
use crate::{Checkpoint, LogError, Tree, VerifierKey};
use salus_seal::SealError;
use salus_seal::merkle::{self, Hash};
use salus_seal::tile::{self, Kind, TILE_WIDTH, TileId};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// How often a tile is looked for that a log which goes on replaces meanwhile.
const MAX_ATTEMPTS: usize = 5;

/// A tree of a log, as its last checkpoint has it.
#[derive(Debug, Clone)]
pub struct TreeReader {
    folder: PathBuf,
    checkpoint: Checkpoint,
    note: String,
    key: VerifierKey,
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
        let bytes = RealDisk.read(&path).at("reading", &path)?;
        let checkpoint = audit::checkpoint(&path, &bytes, key)?;
        let note = String::from_utf8(bytes).map_err(|_| LogError::damaged(&path, "it is no text"))?;
        Ok(Self { folder, checkpoint, note, key: key.clone() })
    }

    /// The checkpoint as it is published: a signed note.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The key that signed it, as it stands in the log's folder.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// Gives the entries of a range of leaf indexes, as far as the checkpoint goes, without checking them.
    ///
    /// Errors: [`LogError::Damaged`] when a bundle is not what it should be.
    pub fn read(&self, range: Range<u64>, take: &mut dyn FnMut(u64, &[u8])) -> Result<(), LogError> {
        let end = range.end.min(self.checkpoint.size);
        let mut next = range.start;
        while next < end {
            let index = next / TILE_WIDTH;
            let first = index * TILE_WIDTH;
            let bytes = self.bundle(index, (self.checkpoint.size - first).min(TILE_WIDTH) as u16)?;
            let mut at = first;
            for entry in tile::entries(&bytes) {
                let entry = entry.map_err(|_| LogError::damaged(&self.folder, "an entry is cut short"))?;
                if (next..end).contains(&at) {
                    take(at, entry);
                }
                at += 1;
            }
            if at <= next {
                return Err(LogError::damaged(&self.folder, "entries are missing"));
            }
            next = at;
        }
        Ok(())
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, LogError> {
        self.tile(TileId { kind: Kind::Entries, index, width })
    }

    /// A tile; in the place of a partial one that was replaced since, a wider one, which begins with the same.
    fn tile(&self, id: TileId) -> Result<Vec<u8>, LogError> {
        let TileId { kind, index, width } = id;
        let read = |width| {
            let id = TileId { kind, index, width };
            audit::read_file(&|path| RealDisk.read(path), &self.folder.join(id.path()))
        };
        let mut own = read(width);
        // While wider ones are looked for, the next may take the place of the one that would have been found.
        for _ in 0..MAX_ATTEMPTS {
            if own.is_ok() || id.is_full() {
                break;
            }
            let wider = (width + 1..=TILE_WIDTH as u16).rev().find_map(|wider| read(wider).ok());
            own = wider.map_or_else(|| read(width), Ok);
        }
        own
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
            let mut hashes = self.tile(id).map_err(TileError)?;
            hashes.truncate(usize::from(id.width) * size_of::<Hash>());
            Ok(hashes)
        })
    }
}

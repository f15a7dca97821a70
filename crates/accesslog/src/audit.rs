//! Reading a tree back from its tiles: every byte of every file that a checkpoint covers is compared with what the
//! entries give.
//!
//! For: opening the log (the first disagreement refuses it) and verifying it (each tree's first is a finding).
//!
//! Never: writes. State: none.

use crate::LogError;
use crate::error::At;
use salus_seal::merkle::{Hash, leaf_hash};
use salus_seal::note::{Checkpoint, VerifierKey};
use salus_seal::tile::{self, Frontier, Kind, TILE_WIDTH, TileId};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// The name of a tree's checkpoint file.
pub(crate) const CHECKPOINT: &str = "checkpoint";
/// The name of the file with the verifier keys.
pub(crate) const VERIFIER_KEYS: &str = "verifier-keys";
/// The folder of the journal.
pub(crate) const JOURNAL: &str = "journal";
/// The journal's lock file, which is empty.
pub(crate) const LOCK: &str = "lock";
/// The space that is kept back, in the journal's folder.
pub(crate) const RESERVE: &str = "reserve";
/// The name of a file in the making, beside the file it will become.
pub(crate) const NEW: &str = "new";
/// The length of the reserve, in bytes, all zero. Small where thousands of runs make one each.
pub(crate) const RESERVE_BYTES: usize = if cfg!(test) { 4096 } else { 256 * 1024 };

/// How a file is read.
pub(crate) type Read<'a> = &'a dyn Fn(&Path) -> io::Result<Vec<u8>>;

/// What takes the entries, by index.
pub(crate) type OnEntry<'a> = &'a mut dyn FnMut(u64, &[u8]) -> Result<(), LogError>;

/// A tree as far as it was read.
#[derive(Debug, Default)]
pub(crate) struct Audited {
    pub frontier: Frontier,
    /// The entries of the bundle that is not full yet.
    pub bundle: Vec<u8>,
    /// The roots at the sizes that were asked for.
    pub roots: BTreeMap<u64, Hash>,
}

/// Opens a checkpoint file's bytes, which must be exactly the one way to write it.
pub(crate) fn checkpoint(path: &Path, bytes: &[u8], key: &VerifierKey) -> Result<Checkpoint, LogError> {
    let note = std::str::from_utf8(bytes).map_err(|_| LogError::damaged(path, "it is no text"))?;
    let checkpoint = Checkpoint::open(note, key)
        .map_err(|_| LogError::damaged(path, "it is no checkpoint that this log's key signed"))?;
    // Signatures of Ed25519 are a function of key and text: whatever else the file holds was not written by the log.
    let one_signature = note.lines().filter(|line| line.starts_with("— ")).count() == 1;
    if !one_signature || !note.starts_with(&format!("{}\n—", checkpoint.to_text())) {
        return Err(LogError::damaged(path, "it holds more than a checkpoint and its signature"));
    }
    Ok(checkpoint)
}

/// One tree's reading.
pub(crate) struct Audit<'a> {
    pub read: Read<'a>,
    pub folder: PathBuf,
    /// The tree's entries in the journal, consecutive.
    pub journal: &'a [(u64, &'a [u8])],
    /// At which sizes the root is wanted.
    pub sizes: &'a BTreeSet<u64>,
}

impl Audit<'_> {
    /// Reads everything that the checkpoint covers.
    pub fn published(
        &self,
        checkpoint: Option<&Checkpoint>,
        on_entry: OnEntry<'_>,
    ) -> Result<Audited, LogError> {
        let mut out = Audited::default();
        let Some(checkpoint) = checkpoint else { return Ok(out) };
        self.note_root(&mut out);
        while out.frontier.size() < checkpoint.size {
            let index = out.frontier.size() / TILE_WIDTH;
            let width = (checkpoint.size - out.frontier.size()).min(TILE_WIDTH) as u16;
            self.bundle(&mut out, TileId { kind: Kind::Entries, index, width }, on_entry)?;
        }
        for id in tile::partials(checkpoint.size) {
            if let Kind::Hashes { level } = id.kind {
                self.compare(&id, out.frontier.partial(level))?;
            }
        }
        if out.frontier.root() != checkpoint.root {
            return Err(LogError::damaged(self.folder.join(CHECKPOINT), "the entries do not give its root"));
        }
        Ok(out)
    }

    fn bundle(&self, out: &mut Audited, id: TileId, on_entry: OnEntry<'_>) -> Result<(), LogError> {
        let path = self.folder.join(id.path());
        let bytes = read_file(self.read, &path)?;
        let mut count = 0;
        for entry in tile::entries(&bytes) {
            let entry = entry.map_err(|_| LogError::damaged(&path, "an entry is cut short"))?;
            count += 1;
            if count > id.width {
                break;
            }
            self.entry(out, entry, on_entry)?;
        }
        if count != id.width {
            return Err(LogError::damaged(&path, format!("it does not hold {} entries", id.width)));
        }
        out.bundle = if id.is_full() { Vec::new() } else { bytes };
        Ok(())
    }

    fn entry(&self, out: &mut Audited, entry: &[u8], on_entry: OnEntry<'_>) -> Result<(), LogError> {
        let index = out.frontier.size();
        if self.in_journal(index).is_some_and(|known| known != entry) {
            return Err(LogError::damaged(
                self.folder.join("tile/entries"),
                format!("entry {index} is another one in the journal"),
            ));
        }
        out.frontier.push(leaf_hash(entry), &mut |level, index, hashes| {
            self.compare(&TileId { kind: Kind::Hashes { level }, index, width: TILE_WIDTH as u16 }, hashes)
        })?;
        self.note_root(out);
        on_entry(index, entry)
    }

    fn in_journal(&self, index: u64) -> Option<&[u8]> {
        let (first, _) = self.journal.first()?;
        let at = usize::try_from(index.checked_sub(*first)?).ok()?;
        self.journal.get(at).map(|(_, entry)| *entry)
    }

    fn compare(&self, id: &TileId, hashes: &[Hash]) -> Result<(), LogError> {
        let path = self.folder.join(id.path());
        let bytes = read_file(self.read, &path)?;
        if bytes == hashes.as_flattened() {
            return Ok(());
        }
        Err(LogError::damaged(&path, "its hashes are not those of the entries"))
    }

    /// Goes on with what the journal holds beyond the checkpoint. `full` gets every hash tile and (as its bytes) every
    /// bundle that becomes full.
    pub fn unpublished(
        &self,
        out: &mut Audited,
        full: &mut dyn FnMut(TileId, &[u8]),
        on_entry: OnEntry<'_>,
    ) -> Result<(), LogError> {
        let size = out.frontier.size();
        if self.journal.first().is_some_and(|(first, _)| *first > size) {
            let what = format!("entries from {size} on are neither in tiles nor in the journal");
            return Err(LogError::damaged(&self.folder, what));
        }
        for (index, entry) in self.journal.iter().filter(|(index, _)| *index >= size) {
            tile::push_entry(&mut out.bundle, entry)
                .map_err(|_| LogError::damaged(&self.folder, "an entry is too large"))?;
            let mut hashed = |level, index, hashes: &[Hash]| {
                full(
                    TileId { kind: Kind::Hashes { level }, index, width: TILE_WIDTH as u16 },
                    hashes.as_flattened(),
                );
                Ok::<(), LogError>(())
            };
            out.frontier.push(leaf_hash(entry), &mut hashed)?;
            if out.frontier.size().is_multiple_of(TILE_WIDTH) {
                let index = out.frontier.size() / TILE_WIDTH - 1;
                full(TileId { kind: Kind::Entries, index, width: TILE_WIDTH as u16 }, &out.bundle);
                out.bundle.clear();
            }
            self.note_root(out);
            on_entry(*index, entry)?;
        }
        Ok(())
    }

    fn note_root(&self, out: &mut Audited) {
        let size = out.frontier.size();
        if self.sizes.contains(&size) {
            out.roots.insert(size, out.frontier.root());
        }
    }
}

/// Reads a file that has to be there.
pub(crate) fn read_file(read: Read<'_>, path: &Path) -> Result<Vec<u8>, LogError> {
    read(path).map_err(|error| missing_or_io(path, error))
}

fn missing_or_io(path: &Path, error: io::Error) -> LogError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory => {
            LogError::damaged(path, "it is missing")
        }
        io::ErrorKind::FileTooLarge => LogError::damaged(path, "it is larger than any file of a log"),
        _ => match Err::<(), _>(error).at("reading", path) {
            Err(error) => error,
            Ok(()) => LogError::damaged(path, "it can't be read"),
        },
    }
}

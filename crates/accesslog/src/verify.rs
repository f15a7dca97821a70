//! `salus log verify`: whether every byte in a log's folder is what the log wrote.
//!
//! It needs nothing but the files, and looks at a log that is being written as well as at one at rest. What it can't tell
//! from the folder alone is a whole earlier state put back: for that it takes an older checkpoint, and opening the log asks
//! the witnesses. A crash leaves things that look like tampering (a torn frame, a file in the making): they are
//! findings until the log was opened again.
//!
//! Never: writes; needs a private key. State: none.

use crate::audit::{
    self, Audit, Audited, CHECKPOINT, JOURNAL, LOCK, NEW, RESERVE, RESERVE_BYTES, VERIFIER_KEYS,
};
use crate::disk::{Disk, Entry, RealDisk};
use crate::journal::{self, Journal, segment_name};
use crate::keys::Keys;
use crate::snapshot::Snapshot;
use crate::walk::walk;
use crate::{Checkpoint, LogError, Tree, VerifierKey};
use rustix::fs::FlockOperation;
use salus_seal::merkle::{Hash, empty_root};
use salus_seal::tile::{self, Kind, TileId};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

/// One thing that is not as the log wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub what: String,
}

/// One tree, as far as its checkpoint goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeReport {
    /// The tree.
    pub tree: Tree,
    /// How many entries its checkpoint covers.
    pub size: u64,
    /// The root at this size.
    pub root: Hash,
    /// How many entries beyond it are in the journal.
    pub in_journal: u64,
}

/// What was found. The log is good if there are no findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The trees that could be read.
    pub trees: Vec<TreeReport>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.findings.is_empty()
    }
}

/// The folder could not be looked at, which says nothing about the log.
#[derive(Debug, thiserror::Error)]
pub enum CouldNotLook {
    /// There is no log in this folder.
    #[error("there is no log in {}", path.display())]
    NoLog {
        /// The folder.
        path: PathBuf,
    },
    /// Something could not be read.
    #[error(transparent)]
    Disk(LogError),
}

/// What the caller knows from elsewhere, and the log has to agree with.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    /// Older checkpoints (signed notes), of any of the trees.
    pub older: &'a [String],
    /// The log's public key (Ed25519). Without it, whoever can write the folder can sign it anew with a key of his own.
    pub public_key: Option<[u8; 32]>,
}

/// Verifies the log in `dir` (DIR/log).
///
/// Errors: [`CouldNotLook`] when a file can't be read or there is no log; whatever is wrong with the log is a finding.
pub fn directory(dir: &Path, known: &Known<'_>) -> Result<Report, CouldNotLook> {
    let live = is_in_use(&dir.join(JOURNAL).join(LOCK));
    directory_on(&RealDisk, dir, known, live)
}

/// How often a log at work is looked at before it counts as bad: a file that is read in the middle of a write looks torn, with what
/// was written behind it whole; what is wrong with a log is wrong each time.
const LOOKS_AT_WORK: usize = 3;

/// [`directory`] on another disk, and whether somebody writes it at this moment.
pub fn directory_on(
    disk: &dyn Disk,
    dir: &Path,
    known: &Known<'_>,
    live: bool,
) -> Result<Report, CouldNotLook> {
    let mut report = look(disk, dir, known, live)?;
    for _ in 1..LOOKS_AT_WORK {
        if report.is_good() || !live {
            break;
        }
        report = look(disk, dir, known, live)?;
    }
    Ok(report)
}

fn look(disk: &dyn Disk, dir: &Path, known: &Known<'_>, live: bool) -> Result<Report, CouldNotLook> {
    let names = disk.list(dir).map_err(|_| CouldNotLook::NoLog { path: dir.to_owned() })?;
    if !names.iter().any(|(name, _)| name == JOURNAL || name == VERIFIER_KEYS || Tree::parse(name).is_some())
    {
        return Err(CouldNotLook::NoLog { path: dir.to_owned() });
    }
    let snapshot = Snapshot::take(disk, dir).map_err(CouldNotLook::Disk)?;
    let mut look = Look { disk, dir, live, snapshot: &snapshot, report: Report::default() };
    look.all(known).map_err(CouldNotLook::Disk)?;
    let mut report = look.report;
    report.findings.sort_by(|a, b| a.path.cmp(&b.path));
    report.findings.dedup();
    Ok(report)
}

/// Whether somebody holds the lock.
fn is_in_use(lock: &Path) -> bool {
    let Ok(file) = File::open(lock) else { return false };
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockShared).is_err()
}

struct Look<'a> {
    disk: &'a dyn Disk,
    dir: &'a Path,
    live: bool,
    snapshot: &'a Snapshot,
    report: Report,
}

/// The tiles that hold what is only in the journal yet, as far as the whole tree gives them.
type Ahead = BTreeMap<(Kind, u64), Vec<u8>>;

/// A tree that agrees with itself.
struct Good {
    size: u64,
    total: u64,
    ahead: Ahead,
    roots: BTreeMap<u64, Hash>,
}

impl<'a> Look<'a> {
    fn all(&mut self, known: &Known<'_>) -> Result<(), LogError> {
        let listing = walk(self.disk, self.dir)?;
        let keys = self.keys(known);
        let journal = self.journal(&keys);
        let older = self.older(known, &keys);
        let mut trees: BTreeSet<Tree> = keys.trees.keys().copied().collect();
        trees.extend(journal.entries.keys());
        trees.extend(&self.snapshot.folders);
        if !trees.is_empty() && journal.last.is_none() {
            self.find(self.dir.join(JOURNAL), "it has no segment with a frame");
        }
        let mut good = BTreeMap::new();
        for tree in trees {
            let seen = older.get(&tree).map_or(&[][..], Vec::as_slice);
            match self.tree(tree, &keys, &journal, seen) {
                Ok(found) => {
                    self.compare_older(tree, &found, seen);
                    good.insert(tree, found);
                }
                Err(LogError::Damaged { path, what }) => self.find(path, what),
                Err(other) => return Err(other),
            }
        }
        if let Some((tree, _)) = older.iter().find(|(tree, _)| !keys.trees.contains_key(tree)) {
            self.find(
                tree.folder(self.dir),
                "rolled back: an older checkpoint is of a tree that is not here",
            );
        }
        for (name, entry) in &listing {
            self.name(name, *entry, &good)?;
        }
        self.journal_files(&listing)
    }

    fn find(&mut self, path: impl Into<PathBuf>, what: impl Into<String>) {
        self.report.findings.push(Finding { path: path.into(), what: what.into() });
    }

    /// What a crash leaves, and a log at work has for a moment.
    fn find_at_rest(&mut self, path: impl Into<PathBuf>, what: &str) {
        if !self.live {
            self.find(path, format!("{what}: left by a crash, or tampered with; opening the log ends it"));
        }
    }

    fn keys(&mut self, known: &Known<'_>) -> Keys {
        let path = self.dir.join(VERIFIER_KEYS);
        let Some(bytes) = self.snapshot.file(&path) else { return Keys::default() };
        match Keys::parse(&path, bytes) {
            Ok(keys) => {
                let other =
                    |key: &VerifierKey| known.public_key.is_some_and(|public| public != *key.public());
                if keys.trees.values().any(other) {
                    self.find(path, "it holds another key than the one that was given");
                }
                keys
            }
            Err(error) => {
                self.find(path, error.to_string());
                Keys::default()
            }
        }
    }

    fn journal(&mut self, keys: &Keys) -> Journal<'a> {
        let snapshot = self.snapshot;
        let folder = self.dir.join(JOURNAL);
        let origin = (!keys.origin.is_empty()).then(|| journal::origin_hash(&keys.origin));
        let journal = match journal::scan(&snapshot.segments, origin.as_ref()) {
            Ok(journal) => journal,
            Err(problem) => {
                self.find(folder.join(segment_name(problem.segment)), problem.what);
                return Journal::default();
            }
        };
        if let Some(torn) = &journal.torn {
            self.find_at_rest(folder.join(segment_name(torn.segment)), "bytes that are no frame");
        }
        let length =
            snapshot.segments.iter().find(|(number, _)| Some(*number) == journal.last.map(|last| last.0));
        match (journal.last, journal.ahead) {
            (Some((number, _, true)), None) => {
                self.find_at_rest(folder.join(segment_name(number + 1)), "the segment ahead is missing");
            }
            (Some(_), Some((number, bytes))) if length.is_none_or(|(_, last)| last.len() as u64 != bytes) => {
                self.find_at_rest(
                    folder.join(segment_name(number)),
                    "the segment ahead is of another length",
                );
            }
            (None, _) => self.find_at_rest(folder, "no segment has a frame"),
            _ => {}
        }
        journal
    }

    /// The older checkpoints, by tree.
    fn older(&mut self, known: &Known<'_>, keys: &Keys) -> BTreeMap<Tree, Vec<Checkpoint>> {
        let mut out: BTreeMap<Tree, Vec<Checkpoint>> = BTreeMap::new();
        for note in known.older {
            let claimed = Checkpoint::parse(note).ok();
            let tree =
                claimed.as_ref().and_then(|checkpoint| Tree::parse(checkpoint.origin.rsplit_once('/')?.1));
            let key = tree.and_then(|tree| keys.trees.get(&tree));
            match (tree, key.map(|key| Checkpoint::open(note, key)), claimed) {
                (Some(tree), Some(Ok(checkpoint)), _) => out.entry(tree).or_default().push(checkpoint),
                (Some(tree), None, Some(checkpoint)) => out.entry(tree).or_default().push(checkpoint),
                _ => self.find(self.dir, "the older checkpoint is not signed by this log's key"),
            }
        }
        out
    }

    fn tree(
        &mut self,
        tree: Tree,
        keys: &Keys,
        journal: &Journal<'_>,
        seen: &[Checkpoint],
    ) -> Result<Good, LogError> {
        let folder = tree.folder(self.dir);
        let path = folder.join(CHECKPOINT);
        let entries = journal.entries.get(&tree).map_or(&[][..], Vec::as_slice);
        let checkpoint = match (self.snapshot.file(&path), keys.trees.get(&tree)) {
            (Some(bytes), Some(key)) => Some(audit::checkpoint(&path, bytes, key)?),
            (Some(_), None) => {
                return Err(LogError::damaged(
                    self.dir.join(VERIFIER_KEYS),
                    format!("tree {tree} has no line"),
                ));
            }
            (None, _) if entries.is_empty() => return Err(LogError::damaged(path, "it is missing")),
            (None, key) => {
                if key.is_some() || self.snapshot.folders.contains(&tree) {
                    self.find_at_rest(path, "it is missing, and all that it covered is in the journal");
                }
                None
            }
        };
        let (disk, snapshot) = (self.disk, self.snapshot);
        let read = |path: &Path| snapshot.read(disk, path);
        let sizes = seen.iter().map(|checkpoint| checkpoint.size).collect();
        let audit = Audit { read: &read, folder, journal: entries, sizes: &sizes };
        let mut audited = audit.published(checkpoint.as_ref(), &mut |_, _| Ok(()))?;
        let size = audited.frontier.size();
        let mut ahead = Ahead::new();
        let mut full = |id: TileId, bytes: &[u8]| {
            ahead.insert((id.kind, id.index), bytes.to_vec());
        };
        audit.unpublished(&mut audited, &mut full, &mut |_, _| Ok(()))?;
        add_partials(&audited, &mut ahead);
        let total = audited.frontier.size();
        let root = checkpoint.map_or_else(empty_root, |checkpoint| checkpoint.root);
        self.report.trees.push(TreeReport { tree, size, root, in_journal: total - size });
        Ok(Good { size, total, ahead, roots: audited.roots })
    }

    fn compare_older(&mut self, tree: Tree, good: &Good, seen: &[Checkpoint]) {
        for checkpoint in seen {
            if checkpoint.size > good.total {
                let what = format!(
                    "rolled back: an older checkpoint is of {} entries, and {} are here",
                    checkpoint.size, good.total
                );
                self.find(tree.folder(self.dir), what);
            } else if checkpoint.size > 0 && good.roots.get(&checkpoint.size) != Some(&checkpoint.root) {
                let what =
                    format!("rewritten: an older checkpoint has another root at {} entries", checkpoint.size);
                self.find(tree.folder(self.dir), what);
            }
        }
    }

    /// Whether a name may be here, and for a tile that no checkpoint covers, whether it is a true part of its tree.
    fn name(&mut self, name: &str, entry: Entry, good: &BTreeMap<Tree, Good>) -> Result<(), LogError> {
        let path = self.dir.join(name);
        let (top, rest) = name.split_once('/').unwrap_or((name, ""));
        let tree = Tree::parse(top);
        let allowed = match (tree, entry) {
            (_, Entry::Other) => false,
            (None, Entry::Folder) => name == format!("{JOURNAL}/"),
            (Some(_), Entry::Folder) => rest.is_empty() || is_tile_folder(rest),
            (None, Entry::File(_)) => match (top, rest) {
                (VERIFIER_KEYS, "") | (JOURNAL, LOCK | RESERVE) => true,
                (NEW, "") | (JOURNAL, NEW) => {
                    self.find_at_rest(&path, "a file in the making");
                    true
                }
                (JOURNAL, rest) => journal::parse_segment_name(rest).is_some(),
                _ => false,
            },
            (Some(tree), Entry::File(_)) => match (rest, TileId::parse(rest)) {
                (CHECKPOINT, _) => true,
                (NEW, _) => {
                    self.find_at_rest(&path, "a file in the making");
                    true
                }
                (_, Some(id)) => return self.tile(&path, &id, tree, good.get(&tree)),
                _ => false,
            },
        };
        if !allowed {
            self.find(path, "nothing of the log has this name");
        }
        Ok(())
    }

    fn tile(&mut self, path: &Path, id: &TileId, tree: Tree, good: Option<&Good>) -> Result<(), LogError> {
        // A tree that could not be read is a finding already; what its checkpoint covers was read.
        let Some(good) = good else { return Ok(()) };
        if tile::belongs(id, good.size) || self.live {
            return Ok(());
        }
        let read = |path: &Path| self.disk.read(path);
        let whole = match good.ahead.get(&(id.kind, id.index)) {
            Some(bytes) => Some(bytes.clone()),
            None => {
                let whole = TileId { width: tile::TILE_WIDTH as u16, ..*id };
                tile::belongs(&whole, good.size)
                    .then(|| audit::read_file(&read, &tree.folder(self.dir).join(whole.path())))
                    .transpose()?
            }
        };
        let bytes = audit::read_file(&read, path)?;
        let held = match id.kind {
            Kind::Entries => tile::entries(&bytes).map_while(Result::ok).count(),
            Kind::Hashes { .. } => bytes.len() / salus_seal::merkle::HASH_BYTES,
        };
        if held != usize::from(id.width) || !whole.is_some_and(|whole| whole.starts_with(&bytes)) {
            self.find_at_rest(path, "a tile that is no part of the tree");
        }
        Ok(())
    }

    fn journal_files(&mut self, listing: &BTreeMap<String, Entry>) -> Result<(), LogError> {
        let folder = self.dir.join(JOURNAL);
        match listing.get(&format!("{JOURNAL}/{LOCK}")) {
            Some(Entry::File(0)) => {}
            Some(_) => self.find(folder.join(LOCK), "it is not empty"),
            None => self.find(folder.join(LOCK), "it is missing"),
        }
        let reserve = folder.join(RESERVE);
        match self.disk.read(&reserve) {
            Ok(bytes) if bytes.len() == RESERVE_BYTES && journal::is_zero(&bytes) => {}
            Ok(bytes) if bytes.len() == RESERVE_BYTES => self.find(reserve, "it is not all zero"),
            Ok(_) => self.find_at_rest(reserve, "it is of another length"),
            Err(_) => self.find_at_rest(reserve, "it is missing"),
        }
        Ok(())
    }
}

fn add_partials(audited: &Audited, ahead: &mut Ahead) {
    for id in tile::partials(audited.frontier.size()) {
        let bytes = match id.kind {
            Kind::Entries => audited.bundle.clone(),
            Kind::Hashes { level } => audited.frontier.partial(level).as_flattened().to_vec(),
        };
        ahead.insert((id.kind, id.index), bytes);
    }
}

/// Whether a tree has folders of this name: those that a tile's path goes through.
fn is_tile_folder(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    path == "tile"
        || if path.ends_with(".p") {
            TileId::parse(&format!("{path}/1")).is_some()
        } else {
            TileId::parse(&format!("{path}/000")).is_some()
        }
}

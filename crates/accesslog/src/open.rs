//! Opening a log: everything is read, checked and replayed; what a crash left is finished or cut off.
//!
//! State: none; it ends in an [`AccessLog`].

use crate::audit::{self, Audit, Audited, CHECKPOINT, JOURNAL, LOCK, RESERVE, RESERVE_BYTES, VERIFIER_KEYS};
use crate::disk::{Disk, Entry, RealDisk};
use crate::error::At;
use crate::journal::{self, Frame, Head, Journal, MAX_SEGMENT_BYTES, MIN_SEGMENT_BYTES, segment_name};
use crate::keys::Keys;
use crate::log::{AccessLog, Runner};
use crate::publish::Publisher;
use crate::recover::{begin_segment, leftovers, remove_leftovers, zero};
use crate::shared::{Shared, Worker};
use crate::witness::{self, Known, Witnesses};
use crate::{LogError, Tree};
use salus_seal::note::{Checkpoint, Signer, VerifierKey};
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How often, and how far apart, the lock is tried.
const LOCK_ATTEMPTS: usize = 5;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// How a log is opened.
#[derive(Debug)]
pub struct Options {
    /// The log's folder (DIR/log); made when it is not there. Its parent is there.
    pub dir: PathBuf,
    /// Folders that keep copies of the checkpoints.
    pub witness_dirs: Vec<PathBuf>,
    /// What the trees' names begin with, such as `salus.example/<installation id>`: no white space, no plus sign.
    pub origin: String,
    /// The key that signs the checkpoints.
    pub signer: Signer,
    /// The length of a journal's segment, in bytes: 1 MiB to 256 MiB.
    pub segment_bytes: u64,
    /// How long what is committed may wait for its checkpoint.
    pub publish_interval: Duration,
}

impl Options {
    /// The usual ones: segments of 8 MiB, published every second, no witness.
    pub fn new(dir: impl Into<PathBuf>, origin: impl Into<String>, signer: Signer) -> Self {
        Self {
            dir: dir.into(),
            witness_dirs: Vec::new(),
            origin: origin.into(),
            signer,
            segment_bytes: 8 * 1024 * 1024,
            publish_interval: Duration::from_secs(1),
        }
    }
}

/// What opening found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// Bytes at the journal's end that a crash had left unfinished, and that are cut off now.
    pub torn_bytes: u64,
    /// How many entries were only in the journal.
    pub recovered_entries: u64,
    /// Whether the log had been closed.
    pub clean: bool,
}

impl AccessLog {
    /// Opens the log, makes it if there is none, and replays every entry to `replay`: the platform's tree first, then
    /// each cell's in the order of their ids. Nothing may be done on the strength of what was replayed before this returns.
    ///
    /// Errors: [`LogError::InUse`], [`LogError::Damaged`], [`LogError::RolledBack`], [`LogError::Refused`] with what
    /// `replay` gave, and failures of the disk.
    pub fn open<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        options: Options,
        replay: Replay<'_, E>,
    ) -> Result<(Self, Opened), LogError> {
        Self::open_on(Arc::new(RealDisk), options, replay)
    }

    /// [`AccessLog::open`] on another disk than the machine's.
    pub fn open_on<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        disk: Arc<dyn Disk>,
        options: Options,
        replay: Replay<'_, E>,
    ) -> Result<(Self, Opened), LogError> {
        if !(MIN_SEGMENT_BYTES..=MAX_SEGMENT_BYTES).contains(&options.segment_bytes) {
            return Err(LogError::Options { what: "segment_bytes is not between 1 MiB and 256 MiB" });
        }
        let mut erased = |tree, index, entry: &[u8]| {
            replay(tree, index, entry).map_err(|error| LogError::Refused(error.into()))
        };
        open(disk, options, &mut erased, true)
    }
}

/// What takes the entries at opening: tree, leaf index, entry. Its error ends the opening.
pub type Replay<'a, E = LogError> = &'a mut dyn FnMut(Tree, u64, &[u8]) -> Result<(), E>;

/// Opens the log; without `threaded`, publishing happens only when it is asked for.
pub(crate) fn open(
    disk: Arc<dyn Disk>,
    options: Options,
    replay: Replay<'_>,
    threaded: bool,
) -> Result<(AccessLog, Opened), LogError> {
    let key_of = |tree: Tree| {
        options
            .signer
            .verifier_key(&tree.origin(&options.origin))
            .map_err(|_| LogError::Options { what: "origin" })
    };
    key_of(Tree::Platform)?;
    let folder = options.dir.join(JOURNAL);
    for path in [&options.dir, &folder] {
        disk.create_dir(path).at("making the folder", path)?;
        let parent = path.parent().unwrap_or(path);
        disk.sync_dir(parent).at("syncing the folder", parent)?;
    }
    let lock_path = folder.join(LOCK);
    let lock = take_lock(&*disk, &lock_path)?;

    let head = Head { segment_bytes: options.segment_bytes, origin: journal::origin_hash(&options.origin) };
    let segments = read_segments(&|path| disk.read(path), &*disk, &folder)?;
    let journal = journal::scan(&segments, Some(&head.origin))
        .map_err(|problem| LogError::damaged(folder.join(segment_name(problem.segment)), problem.what))?;
    let witnessed = witness::known(&*disk, &options.witness_dirs, &key_of)?;
    let keys = read_keys(&*disk, &options.dir, &key_of)?;
    let trees =
        Reading { disk: &*disk, dir: &options.dir, keys: &keys, journal: &journal, witnessed: &witnessed }
            .all(&key_of, replay)?;

    let (published, sizes) = sizes(&trees);
    let leftovers = leftovers(&*disk, &options.dir, &published, &sizes)?;

    // All is read and checked; from here on things are changed.
    let opened = Opened {
        torn_bytes: journal.torn.as_ref().map_or(0, |torn| torn.range.end - torn.range.start),
        recovered_entries: sizes.values().sum::<u64>() - published.values().sum::<u64>(),
        clean: journal.torn.is_none() && journal.frames.is_empty(),
    };
    if let Some(torn) = &journal.torn {
        zero(&*disk, &folder.join(segment_name(torn.segment)), torn.range.clone())?;
    }
    remove_leftovers(&*disk, &leftovers)?;
    let (segment, link) = begin_segment(&*disk, &folder, &segments, &journal, head)?;
    let oldest = segments.first().map_or(segment.number, |(number, _)| *number);
    let frames =
        journal.frames.iter().map(|(segment, runs)| Arc::new(Frame::recovered(*segment, runs))).collect();
    let reserve = folder.join(RESERVE);
    let reserve =
        disk.read(&reserve).is_ok_and(|bytes| bytes.len() == RESERVE_BYTES && journal::is_zero(&bytes));
    let shared = Shared::recovered(frames, published, segment.number, oldest.min(segment.number), reserve);
    let shared = Arc::new(shared);

    let mut witnesses = Witnesses::new(&options.witness_dirs);
    witnesses.saw(&witnessed);
    let keys = keys.trees.iter().map(|(tree, key)| (*tree, key.to_line())).collect();
    let dir = options.dir.clone();
    let mut publisher =
        Publisher::new(Arc::clone(&disk), dir.clone(), options.origin, options.signer, witnesses, keys);
    for (tree, read) in trees {
        publisher.adopt(tree, read.published.frontier, read.note);
    }
    let mut worker = Worker {
        publisher,
        shared: Arc::clone(&shared),
        disk: Arc::clone(&disk),
        dir,
        segment_bytes: options.segment_bytes,
        interval: options.publish_interval,
    };
    // What was recovered is published, the next segment and the reserve are made, unless the disk is full.
    worker.pass(true);
    if let Some(why) = shared.lock().failure.clone() {
        return Err(LogError::Poisoned { why });
    }
    let runner =
        if threaded { Runner::Thread(Some(spawn(worker)?)) } else { Runner::Inline(Box::new(worker)) };
    let log = AccessLog {
        disk,
        dir: options.dir,
        shared,
        runner,
        head,
        segment,
        link,
        sizes,
        pending: Vec::new(),
        poisoned: None,
        _lock: lock,
    };
    Ok((log, opened))
}

/// How many entries of each tree are published, and how many there are.
fn sizes(trees: &BTreeMap<Tree, ReadTree>) -> (BTreeMap<Tree, u64>, BTreeMap<Tree, u64>) {
    let published = trees.iter().map(|(tree, read)| (*tree, read.published.frontier.size())).collect();
    (published, trees.iter().map(|(tree, read)| (*tree, read.total)).collect())
}

/// Whoever verifies the log asks for a moment whether it is in use: that is not taken for another instance.
fn take_lock(disk: &dyn Disk, path: &Path) -> Result<Box<dyn Any + Send>, LogError> {
    for _ in 0..LOCK_ATTEMPTS {
        if let Some(lock) = disk.lock(path).at("locking", path)? {
            return Ok(lock);
        }
        std::thread::sleep(LOCK_PAUSE);
    }
    Err(LogError::InUse { path: path.to_owned() })
}

fn spawn(worker: Worker) -> Result<std::thread::JoinHandle<Worker>, LogError> {
    let dir = worker.dir.clone();
    std::thread::Builder::new()
        .name("log-publisher".into())
        .spawn(move || worker.run())
        .at("starting a thread for", &dir)
}

/// Reads the journal's segments, by number.
pub(crate) fn read_segments(
    read: audit::Read<'_>,
    disk: &dyn Disk,
    folder: &Path,
) -> Result<Vec<(u64, Vec<u8>)>, LogError> {
    let mut segments = Vec::new();
    for (name, _) in disk.list(folder).at("listing", folder)? {
        if let Some(number) = journal::parse_segment_name(&name) {
            let path = folder.join(name);
            segments.push((number, read(&path).at("reading", &path)?));
        }
    }
    segments.sort_unstable_by_key(|(number, _)| *number);
    Ok(segments)
}

fn read_keys(
    disk: &dyn Disk,
    dir: &Path,
    key_of: &dyn Fn(Tree) -> Result<VerifierKey, LogError>,
) -> Result<Keys, LogError> {
    let path = dir.join(VERIFIER_KEYS);
    let bytes = match disk.read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Keys::default()),
        other => other.at("reading", &path)?,
    };
    let keys = Keys::parse(&path, &bytes)?;
    for (tree, key) in &keys.trees {
        if *key != key_of(*tree)? {
            return Err(LogError::damaged(path, "it is another key's, or another installation's"));
        }
    }
    Ok(keys)
}

/// What is read of the trees, all of it before anything is written.
struct Reading<'a> {
    disk: &'a dyn Disk,
    dir: &'a Path,
    keys: &'a Keys,
    journal: &'a Journal<'a>,
    witnessed: &'a BTreeMap<Tree, Known>,
}

/// One tree, read and checked.
struct ReadTree {
    published: Audited,
    /// The checkpoint's size and file.
    note: Option<(u64, String)>,
    /// The size with what is only in the journal.
    total: u64,
}

impl Reading<'_> {
    fn all(
        &self,
        key_of: &dyn Fn(Tree) -> Result<VerifierKey, LogError>,
        replay: Replay<'_>,
    ) -> Result<BTreeMap<Tree, ReadTree>, LogError> {
        let mut trees: BTreeSet<Tree> = self.keys.trees.keys().copied().collect();
        trees.extend(self.journal.entries.keys());
        for (name, entry) in self.disk.list(self.dir).at("listing", self.dir)? {
            trees.extend(Tree::parse(&name).filter(|_| entry == Entry::Folder));
        }
        if let Some((tree, seen)) = self.witnessed.iter().find(|(tree, _)| !trees.contains(tree)) {
            let path = seen.first().map_or_else(|| tree.folder(self.dir), |(path, _)| path.clone());
            return Err(LogError::rolled_back(path, "there is a tree that is not here"));
        }
        let mut out = BTreeMap::new();
        for tree in trees {
            out.insert(tree, self.tree(tree, &key_of(tree)?, replay)?);
        }
        // A log that has a tree has had a journal, and keeps one.
        if !out.is_empty() && self.journal.last.is_none() {
            return Err(LogError::damaged(self.dir.join(JOURNAL), "it has no segment with a frame"));
        }
        Ok(out)
    }

    fn tree(&self, tree: Tree, key: &VerifierKey, replay: Replay<'_>) -> Result<ReadTree, LogError> {
        let folder = tree.folder(self.dir);
        let path = folder.join(CHECKPOINT);
        let note = match self.disk.read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            other => Some(other.at("reading", &path)?),
        };
        let checkpoint: Option<Checkpoint> =
            note.as_deref().map(|bytes| audit::checkpoint(&path, bytes, key)).transpose()?;
        let entries = self.journal.entries.get(&tree).map_or(&[][..], Vec::as_slice);
        if checkpoint.is_none() && entries.is_empty() {
            return Err(LogError::damaged(path, "it is missing"));
        }
        if checkpoint.is_some() && !self.keys.trees.contains_key(&tree) {
            return Err(LogError::damaged(self.dir.join(VERIFIER_KEYS), format!("tree {tree} has no line")));
        }
        let seen = self.witnessed.get(&tree).map_or(&[][..], Vec::as_slice);
        let sizes: BTreeSet<u64> = seen.iter().map(|(_, checkpoint)| checkpoint.size).collect();
        let read = |path: &Path| self.disk.read(path);
        let audit = Audit { read: &read, folder: folder.clone(), journal: entries, sizes: &sizes };
        let mut on_entry = |index, entry: &[u8]| replay(tree, index, entry);
        let published = audit.published(checkpoint.as_ref(), &mut on_entry)?;
        let mut whole = Audited {
            frontier: published.frontier.clone(),
            bundle: published.bundle.clone(),
            roots: published.roots.clone(),
        };
        audit.unpublished(&mut whole, &mut |_, _| {}, &mut on_entry)?;
        let total = whole.frontier.size();
        for (path, checkpoint) in seen {
            witness::agrees(path, checkpoint, total, whole.roots.get(&checkpoint.size))?;
        }
        let note = checkpoint.zip(note.and_then(|bytes| String::from_utf8(bytes).ok()));
        Ok(ReadTree { published, note: note.map(|(checkpoint, note)| (checkpoint.size, note)), total })
    }
}

//! The log that is open: append, commit, read.
//!
//! State: [`AccessLog`] owns the journal's end and the lock; its publisher's thread owns the trees on disk.

use crate::audit::{CHECKPOINT, JOURNAL};
use crate::disk::{Disk, DiskFile};
use crate::error::At;
use crate::files::preallocate;
use crate::journal::{Builder, Head, Link, max_frame_bytes, segment_name};
use crate::publish::remove;
use crate::shared::{MAX_BACKLOG_BYTES, Shared, State, Worker};
use crate::{LogError, Tree};
use salus_seal::entry::MAX_ENTRY_BYTES;
use salus_seal::tile::{self, Kind, TILE_WIDTH, TileId};
use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The share of a segment that is kept back for when the disk is full: 256 KiB of 8 MiB.
const RESERVED_SHARE: u64 = 32;
/// How long the next segment is waited for before what can be refused is.
const MAX_ROOM_WAIT: Duration = Duration::from_secs(2);

/// The log, open for appending. One of a directory at a time.
pub struct AccessLog {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) dir: PathBuf,
    pub(crate) shared: Arc<Shared>,
    pub(crate) runner: Runner,
    pub(crate) head: Head,
    pub(crate) segment: Segment,
    pub(crate) link: Link,
    pub(crate) sizes: BTreeMap<Tree, u64>,
    pub(crate) pending: Vec<Builder>,
    pub(crate) poisoned: Option<String>,
    /// Released last.
    pub(crate) _lock: Box<dyn Any + Send>,
}

impl std::fmt::Debug for AccessLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessLog").field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// The segment that is being written.
pub(crate) struct Segment {
    pub number: u64,
    pub file: Box<dyn DiskFile>,
    pub end: u64,
    pub holds_entries: bool,
}

/// Who publishes: a thread, or (in tests that count operations) whoever asks for it.
pub(crate) enum Runner {
    Thread(Option<JoinHandle<Worker>>),
    Inline(Box<Worker>),
}

/// How the log is doing, for metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Committed entries' bytes that are not under a checkpoint yet.
    pub backlog_bytes: usize,
    /// Whether the disk was full when it was last needed.
    pub disk_full: bool,
    /// Why a witness did not take the last checkpoint.
    pub witness_failure: Option<String>,
}

impl AccessLog {
    /// Adds an entry to a tree, which is made by its first entry, and gives its leaf index. Nothing is durable before
    /// [`AccessLog::commit`] returns.
    ///
    /// Errors: [`LogError::TooLarge`] above [`MAX_ENTRY_BYTES`] (the log goes on), [`LogError::Poisoned`].
    pub fn append(&mut self, tree: Tree, entry: &[u8]) -> Result<u64, LogError> {
        self.usable()?;
        if entry.len() > MAX_ENTRY_BYTES {
            return Err(LogError::TooLarge { bytes: entry.len(), max_bytes: MAX_ENTRY_BYTES });
        }
        let longest = max_frame_bytes(self.head.segment_bytes);
        let fits = |last: &Builder| last.is_empty() || last.len_with(entry) <= longest;
        if !self.pending.last().is_some_and(fits) {
            self.pending.push(Builder::default());
        }
        let size = self.sizes.entry(tree).or_insert(0);
        let index = *size;
        *size += 1;
        if let Some(builder) = self.pending.last_mut() {
            builder.push(tree, index, entry);
        }
        Ok(index)
    }

    /// Makes durable what was appended: one write and one sync (more only above an eighth of a segment).
    ///
    /// Errors: every failure is fatal. The log is poisoned, whatever was appended may or may not be there when it is
    /// opened again, and nothing may be answered.
    pub fn commit(&mut self) -> Result<(), LogError> {
        self.usable()?;
        let mut pending = std::mem::take(&mut self.pending);
        for builder in pending.drain(..) {
            if let Err(error) = self.write(builder) {
                self.poisoned = Some(error.to_string());
                return Err(error);
            }
        }
        self.pending = pending;
        Ok(())
    }

    /// How many entries a tree has, those included that are not committed yet.
    pub fn size(&self, tree: Tree) -> u64 {
        self.sizes.get(&tree).copied().unwrap_or(0)
    }

    /// The trees that have an entry, the platform's first.
    pub fn trees(&self) -> impl Iterator<Item = (Tree, u64)> + '_ {
        self.sizes.iter().map(|(tree, size)| (*tree, *size))
    }

    /// Whether there is room for what can be refused. When the disk is full this turns false while the end of the
    /// segment still takes revocations. A segment that is only being made is waited for, at most [`MAX_ROOM_WAIT`].
    pub fn has_room(&self) -> bool {
        let pending: usize = self.pending.iter().map(Builder::len).sum();
        let kept_back =
            self.head.segment_bytes / RESERVED_SHARE + max_frame_bytes(self.head.segment_bytes) as u64;
        let rest = self.head.segment_bytes.saturating_sub(self.segment.end);
        let fits = rest > kept_back + pending as u64;
        let waits_until = Instant::now() + MAX_ROOM_WAIT;
        let mut state = self.shared.lock();
        loop {
            if state.stalled {
                return false;
            }
            if fits || state.ahead.is_some() {
                return true;
            }
            let left = waits_until.saturating_duration_since(Instant::now());
            if matches!(self.runner, Runner::Inline(_)) || state.failure.is_some() || left.is_zero() {
                return false;
            }
            self.shared.wake.notify_one();
            state = self.shared.done.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How the log is doing.
    pub fn status(&self) -> Status {
        let state = self.shared.lock();
        Status {
            backlog_bytes: state.backlog_bytes,
            disk_full: state.stalled,
            witness_failure: state.witness_failure.clone(),
        }
    }

    /// Gives the committed entries of a range of leaf indexes, from tiles and, the newest, from memory.
    ///
    /// Errors: [`LogError::Damaged`] when a bundle is not what it should be.
    pub fn read(
        &self,
        tree: Tree,
        range: Range<u64>,
        take: &mut dyn FnMut(u64, &[u8]),
    ) -> Result<(), LogError> {
        let mut next = range.start;
        while next < range.end {
            let (published, frames) = {
                let state = self.shared.lock();
                let published = state.published.get(&tree).copied().unwrap_or(0);
                // Both under one lock: what is not published yet is in the frames.
                (published, if next < published { VecDeque::new() } else { state.frames.clone() })
            };
            if next < published.min(range.end) {
                next = self.read_bundle(tree, next, published, range.end, take)?;
                continue;
            }
            let newest = frames.iter().flat_map(|frame| frame.runs()).filter(|run| run.tree == tree);
            for (index, entry) in newest.flat_map(|run| run.entries()) {
                if index == next && next < range.end {
                    take(index, entry);
                    next += 1;
                }
            }
            break;
        }
        Ok(())
    }

    /// The newest published checkpoint of a tree, as a signed note; none before the first.
    pub fn checkpoint_note(&self, tree: Tree) -> Result<Option<String>, LogError> {
        let path = tree.folder(&self.dir).join(CHECKPOINT);
        match self.disk.read(&path) {
            Ok(bytes) => {
                let note = String::from_utf8(bytes);
                note.map(Some).map_err(|_| LogError::damaged(&path, "it is no text"))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).at("reading", &path),
        }
    }

    fn read_bundle(
        &self,
        tree: Tree,
        from: u64,
        published: u64,
        end: u64,
        take: &mut dyn FnMut(u64, &[u8]),
    ) -> Result<u64, LogError> {
        let index = from / TILE_WIDTH;
        let first = index * TILE_WIDTH;
        let width = (published - first).min(TILE_WIDTH);
        let id = TileId { kind: Kind::Entries, index, width: width as u16 };
        let path = tree.folder(&self.dir).join(id.path());
        let bytes = match self.disk.read(&path) {
            // A partial bundle was replaced by a larger one since we asked how large it is.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !id.is_full() => {
                let now = self.shared.lock().published.get(&tree).copied().unwrap_or(0);
                if now > published {
                    return Ok(from);
                }
                return Err(error).at("reading", &path);
            }
            other => other.at("reading", &path)?,
        };
        let mut at = first;
        for entry in tile::entries(&bytes) {
            let entry = entry.map_err(|_| LogError::damaged(&path, "an entry is cut short"))?;
            if (from..end).contains(&at) {
                take(at, entry);
            }
            at += 1;
        }
        if at == first + width {
            Ok(at.min(end))
        } else {
            Err(LogError::damaged(&path, "entries are missing"))
        }
    }

    /// Returns when everything committed is in tiles and under checkpoints.
    ///
    /// Errors: [`LogError::Full`] when the disk is (the log goes on), [`LogError::Poisoned`].
    pub fn publish_now(&mut self) -> Result<(), LogError> {
        self.usable()?;
        let mut state = self.shared.lock();
        state.requested += 1;
        let mine = state.requested;
        match &mut self.runner {
            Runner::Inline(worker) => {
                drop(state);
                worker.pass(true);
                state = self.shared.lock();
            }
            Runner::Thread(_) => {
                self.shared.wake.notify_one();
                while state.served < mine && state.failure.is_none() {
                    state = self.shared.done.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
        let (empty, failure) = (state.frames.is_empty(), state.failure.clone());
        drop(state);
        if let Some(why) = failure {
            return Err(self.poison(why));
        }
        if empty { Ok(()) } else { Err(LogError::Full) }
    }

    /// Publishes everything, copies the last checkpoints to the witnesses for good, and leaves a journal of one fresh segment.
    pub fn close(mut self) -> Result<(), LogError> {
        self.commit()?;
        self.publish_now()?;
        let Some(mut worker) = self.stop() else {
            return Err(self.poison("the publisher's thread ended".into()));
        };
        worker.publisher.witnesses.copy_for_ever(&*self.disk);
        let journal = self.dir.join(JOURNAL);
        let next = journal.join(segment_name(self.segment.number + 1));
        if !self.segment.holds_entries {
            self.shared.lock().ahead = None;
            remove(&*self.disk, &next)?;
            return self.disk.sync_dir(&journal).at("syncing the folder", &journal);
        }
        let ahead = self.shared.lock().ahead.take();
        let file = match ahead {
            Some(file) => file,
            None => preallocate(&*self.disk, &next, self.head.segment_bytes)?,
        };
        let (frame, _) = Builder::default().seal(self.segment.number + 1, self.link, Some(self.head));
        file.write_at(0, &frame.bytes).at("writing", &next)?;
        file.sync().at("syncing", &next)?;
        let oldest = self.shared.lock().oldest;
        for number in oldest..=self.segment.number {
            remove(&*self.disk, &journal.join(segment_name(number)))?;
            self.disk.sync_dir(&journal).at("syncing the folder", &journal)?;
        }
        Ok(())
    }

    fn usable(&mut self) -> Result<(), LogError> {
        match &self.poisoned {
            Some(why) => Err(LogError::Poisoned { why: why.clone() }),
            None => Ok(()),
        }
    }

    fn poison(&mut self, why: String) -> LogError {
        self.poisoned = Some(why.clone());
        LogError::Poisoned { why }
    }

    fn write(&mut self, builder: Builder) -> Result<(), LogError> {
        let mut head = None;
        if self.segment.end + builder.len() as u64 > self.head.segment_bytes {
            self.rotate()?;
            head = Some(self.head);
        }
        let (frame, link) = builder.seal(self.segment.number, self.link, head);
        if let Err(error) = self.segment.file.commit_at(self.segment.end, &frame.bytes) {
            return Err(error)
                .at("committing to", &self.dir.join(JOURNAL).join(segment_name(self.segment.number)));
        }
        self.segment.end += frame.bytes.len() as u64;
        self.segment.holds_entries = true;
        self.link = link;
        let mut state = self.shared.lock();
        if let Some(why) = &state.failure {
            return Err(LogError::Poisoned { why: why.clone() });
        }
        if std::mem::replace(&mut state.rotating, false) || state.frames.is_empty() {
            state.current = self.segment.number;
            self.shared.wake.notify_one();
        }
        state.backlog_bytes += frame.bytes.len();
        state.frames.push_back(Arc::new(frame));
        if state.backlog_bytes > MAX_BACKLOG_BYTES {
            wait_for_publisher(&self.shared, &mut self.runner, state)?;
        }
        Ok(())
    }

    /// Goes on in the segment that was made ahead.
    fn rotate(&mut self) -> Result<(), LogError> {
        loop {
            let mut state = self.shared.lock();
            if let Some(file) = state.ahead.take() {
                state.rotating = true;
                self.segment = Segment { number: state.current + 1, file, end: 0, holds_entries: false };
                return Ok(());
            }
            match (&state.failure, state.stalled, &mut self.runner) {
                (Some(why), ..) => return Err(LogError::Poisoned { why: why.clone() }),
                (None, true, _) => return Err(LogError::Full),
                (None, false, Runner::Inline(worker)) => {
                    drop(state);
                    worker.pass(true);
                }
                (None, false, Runner::Thread(_)) => {
                    self.shared.wake.notify_one();
                    drop(self.shared.done.wait(state).unwrap_or_else(PoisonError::into_inner));
                }
            }
        }
    }

    fn stop(&mut self) -> Option<Worker> {
        self.shared.lock().stop = true;
        self.shared.wake.notify_one();
        match &mut self.runner {
            Runner::Thread(thread) => thread.take()?.join().ok(),
            Runner::Inline(_) => match std::mem::replace(&mut self.runner, Runner::Thread(None)) {
                Runner::Inline(worker) => Some(*worker),
                Runner::Thread(_) => None,
            },
        }
    }
}

/// Ends the publisher's thread; what is committed stays in the journal.
impl Drop for AccessLog {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits until the backlog is bounded again. A full disk is not waited for: then only revocations are appended.
fn wait_for_publisher<'a>(
    shared: &'a Shared,
    runner: &mut Runner,
    mut state: MutexGuard<'a, State>,
) -> Result<(), LogError> {
    if let Runner::Inline(worker) = runner {
        drop(state);
        worker.pass(true);
        state = shared.lock();
    } else {
        while state.backlog_bytes > MAX_BACKLOG_BYTES && !state.stalled && state.failure.is_none() {
            shared.wake.notify_one();
            state = shared.done.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
    match &state.failure {
        Some(why) => Err(LogError::Poisoned { why: why.clone() }),
        None => Ok(()),
    }
}

//! What the path that answers and the publisher's thread share, and the publisher's thread itself.
//!
//! State: [`State`], under one lock that neither holds during I/O.

use crate::audit::{JOURNAL, RESERVE, RESERVE_BYTES};
use crate::disk::{Disk, DiskFile};
use crate::files::preallocate;
use crate::journal::{Frame, segment_name};
use crate::publish::{Publisher, remove};
use crate::{LogError, Tree};
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many bytes of committed frames may wait for publication before appending waits too.
pub(crate) const MAX_BACKLOG_BYTES: usize = 64 * 1024 * 1024;

/// What both sides see.
#[derive(Default)]
pub(crate) struct State {
    /// Committed and not yet published, in order.
    pub frames: VecDeque<Arc<Frame>>,
    pub backlog_bytes: usize,
    /// How many entries of each tree are in tiles and under a checkpoint.
    pub published: BTreeMap<Tree, u64>,
    /// The segment that is being written, and the oldest one that is there.
    pub current: u64,
    pub oldest: u64,
    /// The segment after the current one, made ahead.
    pub ahead: Option<Box<dyn DiskFile>>,
    /// Whether that one is about to become the current one. Until its first frame is durable no other is made: two
    /// segments without a frame would look like a lost one.
    pub rotating: bool,
    /// Whether the reserve is there.
    pub reserve: bool,
    /// Whether the disk was full at the last try.
    pub stalled: bool,
    /// The publisher's failure that ended the log.
    pub failure: Option<String>,
    pub witness_failure: Option<String>,
    /// Asked for and finished passes.
    pub requested: u64,
    pub served: u64,
    pub stop: bool,
}

/// The state, and how each side tells the other that it changed.
#[derive(Default)]
pub(crate) struct Shared {
    state: Mutex<State>,
    /// For the publisher.
    pub wake: Condvar,
    /// For the path that answers.
    pub done: Condvar,
}

impl Shared {
    /// The state of a log that was just read: these frames are to be published, and these entries of each tree are.
    pub fn recovered(
        frames: VecDeque<Arc<Frame>>,
        published: BTreeMap<Tree, u64>,
        current: u64,
        oldest: u64,
        reserve: bool,
    ) -> Self {
        let backlog_bytes = frames.iter().map(|frame| frame.bytes.len()).sum();
        let state = State { frames, backlog_bytes, published, current, oldest, reserve, ..State::default() };
        Self { state: Mutex::new(state), ..Self::default() }
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock; if it ever did, the state is still a state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the publisher's thread does.
pub(crate) struct Worker {
    pub publisher: Publisher,
    pub shared: Arc<Shared>,
    pub disk: Arc<dyn Disk>,
    pub dir: PathBuf,
    pub segment_bytes: u64,
    pub interval: Duration,
}

impl Worker {
    /// Works until it is told to stop or fails.
    pub fn run(mut self) -> Self {
        let mut next = Instant::now();
        while let Some(publish) = self.wait(next) {
            if publish {
                next = Instant::now() + self.interval;
            }
            self.pass(publish);
        }
        self
    }

    /// Waits for work: whether it is to publish. `None` at the end.
    fn wait(&self, next: Instant) -> Option<bool> {
        let mut state = self.shared.lock();
        loop {
            if state.stop || state.failure.is_some() {
                return None;
            }
            let now = Instant::now();
            let due =
                now >= next && (!state.frames.is_empty() || state.stalled || state.witness_failure.is_some());
            if due || state.requested > state.served || state.backlog_bytes > MAX_BACKLOG_BYTES / 2 {
                return Some(true);
            }
            if state.ahead.is_none() && !state.rotating && !state.stalled {
                return Some(false);
            }
            let idle = state.frames.is_empty() && !state.stalled && state.witness_failure.is_none();
            state = if idle {
                self.shared.wake.wait(state).unwrap_or_else(PoisonError::into_inner)
            } else {
                let left = next.saturating_duration_since(now).max(Duration::from_millis(1));
                self.shared.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
            };
        }
    }

    /// Does what there is to do, once. Only a full disk is survived: the next pass tries again.
    pub fn pass(&mut self, publish: bool) {
        let request = self.shared.lock().requested;
        let mut result = self.try_pass(publish);
        let full = result.as_ref().is_err_and(LogError::is_full) && !self.publisher.committed;
        if full && self.release_reserve() {
            result = self.try_pass(publish);
        }
        let mut state = self.shared.lock();
        match result {
            Ok(()) => state.stalled = !state.reserve,
            Err(error) if error.is_full() && !self.publisher.committed => state.stalled = true,
            Err(error) => state.failure = Some(error.to_string()),
        }
        state.witness_failure = self.publisher.witnesses.failure();
        if publish {
            // A request that comes while a pass only makes a segment is for the next pass.
            state.served = request;
        }
        self.shared.done.notify_all();
    }

    fn try_pass(&mut self, publish: bool) -> Result<(), LogError> {
        // Published first when the disk is full, since that is what lets old segments go.
        let ahead = self.make_ahead();
        if !ahead.as_ref().err().is_none_or(LogError::is_full) {
            return ahead;
        }
        if publish {
            self.publish()?;
        }
        self.remove_segments()?;
        if ahead.is_err() {
            self.make_ahead()?;
        }
        self.make_reserve()
    }

    fn segment_path(&self, number: u64) -> PathBuf {
        self.dir.join(JOURNAL).join(segment_name(number))
    }

    fn make_ahead(&self) -> Result<(), LogError> {
        let number = {
            let state = self.shared.lock();
            if state.ahead.is_some() || state.rotating {
                return Ok(());
            }
            state.current + 1
        };
        let path = self.segment_path(number);
        let made = preallocate(&*self.disk, &path, self.segment_bytes);
        if made.as_ref().is_err_and(LogError::is_full) {
            // What was made of it takes the space that publishing needs.
            remove(&*self.disk, &path)?;
        }
        self.shared.lock().ahead = Some(made?);
        self.shared.done.notify_all();
        Ok(())
    }

    fn publish(&mut self) -> Result<(), LogError> {
        let frames: Vec<Arc<Frame>> = self.shared.lock().frames.iter().cloned().collect();
        let sizes = self.publisher.round(&frames)?;
        let mut state = self.shared.lock();
        for frame in state.frames.drain(..frames.len()).collect::<Vec<_>>() {
            state.backlog_bytes = state.backlog_bytes.saturating_sub(frame.bytes.len());
        }
        state.published.extend(sizes);
        drop(state);
        // Only now: until then, a reader may be on its way to a tile that goes.
        self.publisher.remove_superseded()
    }

    /// Removes the segments of which everything is published, oldest first, each durably before the next: a gap
    /// between segments would be taken for damage.
    fn remove_segments(&self) -> Result<(), LogError> {
        loop {
            let number = {
                let state = self.shared.lock();
                let needed =
                    state.frames.front().map_or(state.current, |frame| frame.segment.min(state.current));
                if state.oldest >= needed {
                    return Ok(());
                }
                state.oldest
            };
            remove(&*self.disk, &self.segment_path(number))?;
            self.sync_journal()?;
            self.shared.lock().oldest = number + 1;
        }
    }

    fn sync_journal(&self) -> Result<(), LogError> {
        use crate::error::At;
        let folder = self.dir.join(JOURNAL);
        self.disk.sync_dir(&folder).at("syncing the folder", &folder)
    }

    fn make_reserve(&self) -> Result<(), LogError> {
        if self.shared.lock().reserve {
            return Ok(());
        }
        let path = self.dir.join(JOURNAL).join(RESERVE);
        let made = preallocate(&*self.disk, &path, RESERVE_BYTES as u64);
        if made.as_ref().is_err_and(LogError::is_full) {
            remove(&*self.disk, &path)?;
        }
        made?;
        self.shared.lock().reserve = true;
        Ok(())
    }

    /// Gives the reserve's space to what has to be published now. Whether there was one.
    fn release_reserve(&self) -> bool {
        let mut state = self.shared.lock();
        let had = std::mem::replace(&mut state.reserve, false);
        state.stalled = true;
        drop(state);
        had && remove(&*self.disk, &self.dir.join(JOURNAL).join(RESERVE)).is_ok()
    }
}

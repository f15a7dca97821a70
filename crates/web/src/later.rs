//! Answers that are made while nobody waits, and kept until they are fetched: in memory, within bounds, for the session that asked.
//!
//! Never: on a disk; given to another session or address, or after what it was admitted under has ended; kept for longer than
//! [`LaterLimits::kept`]. State: the jobs, each with a task of its own that ends it.

use crate::negotiate::Format;
use bytes::Bytes;
use salus_records::{Again, Asker, Cell, CellId, Delivery, Keep, RecordsError, Taken, unguessable};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The bounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LaterLimits {
    /// Of one session, working or kept.
    pub per_session: usize,
    /// Of all.
    pub in_all: usize,
    /// The most bytes of one session: of requests while they are worked on, then of their answers.
    pub session_bytes: usize,
    /// The same of all.
    pub bytes: usize,
    /// For how long an answer is kept.
    pub kept: Duration,
}

/// Whose a job is: the session, in its cell, from its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    cell: CellId,
    session: [u8; 32],
    address: [u8; 16],
}

impl Owner {
    pub(crate) fn of(asker: &Asker) -> Self {
        Self { cell: asker.cell, session: asker.token.hash(), address: asker.address }
    }

    fn is_of_session(&self, other: &Self) -> bool {
        self.cell == other.cell && self.session == other.session
    }
}

/// An answer, made.
#[derive(Debug)]
pub(crate) struct Made {
    pub body: Bytes,
    /// What is kept where there is no room for the body.
    pub instead: Bytes,
    /// The format that the request named.
    pub format: Option<Format>,
    /// The first log entry that admitted it.
    pub entry: Option<u64>,
    pub delivery: Option<Delivery>,
}

/// An answer that is kept.
#[derive(Debug)]
pub(crate) struct Kept {
    pub body: Bytes,
    pub format: Option<Format>,
    pub entry: Option<u64>,
    delivery: Option<Delivery>,
    pub until: Instant,
}

/// One request whose answer comes later.
#[derive(Debug)]
pub(crate) struct Job {
    owner: Owner,
    keep: Keep,
    pub begun: Instant,
    bytes: AtomicUsize,
    kept: OnceLock<Kept>,
    taken: Arc<Taken>,
    given_up: Notify,
}

impl Job {
    /// The answer, when it is made.
    pub(crate) fn kept(&self) -> Option<&Kept> {
        self.kept.get()
    }

    /// The delivery by which it may be sent to this asker; none when it may not.
    pub(crate) fn gives(&self, cell: &Cell, again: &Again) -> Option<Delivery> {
        self.keep.gives(cell, again, self.kept()?.delivery.as_ref(), &self.taken)
    }
}

/// Why a request is not taken on now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRoom {
    /// The session has as many, or as much, as it may.
    Session,
    /// All sessions together have.
    Server,
}

/// All jobs.
#[derive(Debug)]
pub(crate) struct Later {
    pub limits: LaterLimits,
    jobs: Mutex<HashMap<String, Arc<Job>>>,
}

impl Later {
    pub(crate) fn new(limits: LaterLimits) -> Self {
        Self { limits, jobs: Mutex::default() }
    }

    /// Takes a request of so many bytes on, and gives the name under which its answer is fetched.
    ///
    /// Errors: [`NoRoom`]; [`RecordsError::Internal`] where no name can be drawn.
    pub(crate) fn begin(
        self: &Arc<Self>,
        owner: Owner,
        keep: Keep,
        bytes: usize,
        work: impl Future<Output = Made> + Send + 'static,
    ) -> Result<Result<String, NoRoom>, RecordsError> {
        let name = unguessable()?;
        let job = Arc::new(Job {
            owner,
            keep,
            begun: Instant::now(),
            bytes: AtomicUsize::new(bytes),
            kept: OnceLock::new(),
            taken: Arc::default(),
            given_up: Notify::new(),
        });
        {
            let mut jobs = self.lock();
            if let Some(none) = self.no_room(&jobs, &owner, 1, bytes) {
                return Ok(Err(none));
            }
            jobs.insert(name.clone(), Arc::clone(&job));
        }
        tokio::spawn(Arc::clone(self).live(name.clone(), job, work));
        Ok(Ok(name))
    }

    /// The job of this name, if it is this owner's.
    pub(crate) fn find(&self, name: &str, owner: &Owner) -> Option<Arc<Job>> {
        let job = self.lock().get(name).cloned();
        job.filter(|job| job.owner == *owner && !job.taken.was())
    }

    /// Ends a job: its work stops, its answer is kept no more.
    pub(crate) fn give_up(&self, name: &str) {
        if let Some(job) = self.lock().remove(name) {
            job.given_up.notify_one();
        }
    }

    /// Ends all of them.
    pub(crate) fn end(&self) {
        for (_, job) in self.lock().drain() {
            job.given_up.notify_one();
        }
    }

    /// A job from its begin to its end.
    async fn live(self: Arc<Self>, name: String, job: Arc<Job>, work: impl Future<Output = Made>) {
        let listed = Listed { later: &self, name };
        let made = tokio::select! {
            biased;
            () = job.keep.ended() => None,
            () = job.given_up.notified() => None,
            made = work => Some(made),
        };
        if let Some(made) = made {
            self.put(&job, made);
            tokio::select! {
                () = job.keep.ended() => {}
                () = job.given_up.notified() => {}
                () = job.taken.told() => {}
                () = tokio::time::sleep(self.limits.kept) => {}
            }
        }
        drop(listed);
    }

    fn put(&self, job: &Job, made: Made) {
        let jobs = self.lock();
        // What it took so far is given back.
        job.bytes.store(0, Ordering::Relaxed);
        let Made { body, instead, format, entry, delivery } = made;
        // What is not kept is not delivered.
        let (body, delivery) = match self.no_room(&jobs, &job.owner, 0, body.len()) {
            None => (body, delivery),
            Some(_) => (instead, None),
        };
        job.bytes.store(body.len(), Ordering::Relaxed);
        let until = Instant::now() + self.limits.kept;
        let _ = job.kept.set(Kept { body, format, entry, delivery, until });
    }

    /// Whether so many more, and so many bytes more, are too many.
    fn no_room(
        &self,
        jobs: &HashMap<String, Arc<Job>>,
        owner: &Owner,
        more: usize,
        bytes: usize,
    ) -> Option<NoRoom> {
        let living = || jobs.values().filter(|job| !job.taken.was());
        let own = || living().filter(|job| job.owner.is_of_session(owner));
        let held = |job: &Arc<Job>| job.bytes.load(Ordering::Relaxed);
        let is_over = |count: usize, held: usize, most: usize, most_bytes: usize| {
            count + more > most || held.saturating_add(bytes) > most_bytes
        };
        if is_over(own().count(), own().map(held).sum(), self.limits.per_session, self.limits.session_bytes) {
            return Some(NoRoom::Session);
        }
        let is_full =
            is_over(living().count(), living().map(held).sum(), self.limits.in_all, self.limits.bytes);
        is_full.then_some(NoRoom::Server)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job's place in the list, which it leaves however it ends.
struct Listed<'a> {
    later: &'a Later,
    name: String,
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.later.lock().remove(&self.name);
    }
}

//! The threads that evaluate queries.
//!
//! A query that panics is answered as failed and harms no other. Never: evaluates what nobody waits for any more. State: the queue.

use crate::cell::Cell;
use crate::cursor::Cursors;
use crate::docs::Budget;
use crate::needs::Needs;
use crate::search::{Evaluated, MAX_QUERY_TIME, MAX_TERMS, search_within};
use crate::store::Store;
use crate::view::View;
use salus_trust_api::wire::query::{Query, SearchFault};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How many queries are evaluated at a time.
const WORKERS: usize = 2;
/// The most queries that wait.
const MAX_WAITING: usize = 1_024;
/// After this long in the queue a query is not evaluated any more.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// A query to be evaluated.
pub(crate) struct Job {
    pub(crate) ticket: u64,
    pub(crate) cell: Arc<Mutex<Cell>>,
    pub(crate) store: Arc<Store>,
    pub(crate) view: Arc<View>,
    pub(crate) cursors: Arc<Cursors>,
    pub(crate) needs: Arc<Needs>,
    pub(crate) query: Box<Query>,
    pub(crate) asked: Instant,
}

/// What comes of a job.
pub(crate) type Answer = Result<Evaluated, SearchFault>;

/// Takes what comes of a job, with the job; where the index proved broken, it has to be begun anew.
pub(crate) type Answered = Arc<dyn Fn(&Job, Answer) + Send + Sync>;

/// The threads.
pub(crate) struct Workers {
    queue: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    pub(crate) fn start(answered: &Answered) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(MAX_WAITING);
        let jobs = Arc::new(Mutex::new(jobs));
        let threads = (0..WORKERS).map(|_| {
            let (jobs, answered) = (jobs.clone(), answered.clone());
            std::thread::Builder::new().name("index query".into()).spawn(move || work(&jobs, &answered))
        });
        Ok(Self { queue: Some(queue), threads: threads.collect::<Result<_, _>>()? })
    }

    /// Gives it to a thread; back when too many wait.
    pub(crate) fn give(&self, job: Job) -> Result<(), u64> {
        let Some(queue) = &self.queue else { return Err(job.ticket) };
        queue.try_send(job).map_err(|error| match error {
            std::sync::mpsc::TrySendError::Full(job) | std::sync::mpsc::TrySendError::Disconnected(job) => {
                job.ticket
            }
        })
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn work(jobs: &Mutex<Receiver<Job>>, answered: &Answered) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        let answer = if job.asked.elapsed() > MAX_WAIT { Err(SearchFault::NotReady) } else { evaluate(&job) };
        answered(&job, answer);
    }
}

fn evaluate(job: &Job) -> Answer {
    let answer = || {
        let budget = Budget::new(Instant::now() + MAX_QUERY_TIME, MAX_TERMS);
        job.needs.are_met(&job.view, &job.query, &budget)?;
        search_within(&job.view, &job.cursors, &job.query, &budget)
    };
    catch_unwind(AssertUnwindSafe(answer)).unwrap_or(Err(SearchFault::Failed))
}

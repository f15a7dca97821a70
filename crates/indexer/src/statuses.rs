//! The thread that finds out how cells fare.
//!
//! To count and to look at files takes its time: no search and no write waits for that. Many may ask about one cell; whoever asks before
//! it is looked at has the same answer.
//!
//! Never: opens a cell that is closed, but to count once what was never counted. State: the cells that were asked about.

use crate::cells::lock;
use salus_seal::CellId;
use std::collections::{HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

#[derive(Default)]
struct Waiting {
    queue: VecDeque<CellId>,
    known: HashSet<CellId>,
    is_over: bool,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

/// The thread's handle.
pub(crate) struct Statuses {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Statuses {
    /// Starts it. `find_out` finds out how a cell fares, and says so; if it panics, nothing is said of that cell.
    pub(crate) fn start(find_out: impl Fn(CellId) + Send + 'static) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let of_thread = shared.clone();
        let thread = std::thread::Builder::new().name("index status".into()).spawn(move || {
            while let Some(cell) = next(&of_thread) {
                let _ = catch_unwind(AssertUnwindSafe(|| find_out(cell)));
            }
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Somebody asks about a cell.
    pub(crate) fn ask(&self, cell: CellId) {
        let mut waiting = lock(&self.shared.waiting);
        if waiting.known.insert(cell) {
            waiting.queue.push_back(cell);
            self.shared.wake.notify_one();
        }
    }
}

impl Drop for Statuses {
    fn drop(&mut self) {
        lock(&self.shared.waiting).is_over = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The next cell; none when it is over.
fn next(shared: &Shared) -> Option<CellId> {
    let mut waiting = lock(&shared.waiting);
    loop {
        if waiting.is_over {
            return None;
        }
        if let Some(cell) = waiting.queue.pop_front() {
            waiting.known.remove(&cell);
            return Some(cell);
        }
        waiting = shared.wake.wait(waiting).unwrap_or_else(PoisonError::into_inner);
    }
}

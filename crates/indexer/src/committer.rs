//! The thread that seals the tails, merges, and closes writers that are idle.
//!
//! Never: holds a lock that a query or a landing waits for while it works. State: the writers.

use crate::sealed::ReadFailed;
use crate::store::Store;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tantivy::IndexWriter;

/// After this long without a commit, an index's writer is closed.
const WRITER_IDLE: Duration = Duration::from_secs(10);
/// How often it looks around.
const TICK: Duration = Duration::from_millis(100);

#[derive(Default)]
struct Shared {
    stores: Mutex<(Vec<Weak<Store>>, bool)>,
    wake: Condvar,
}

/// The committer's handle.
pub(crate) struct Committer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// Starts it. `lost` is told of an index whose files do not open any more; `rested` is called after each look around, when
    /// the committer has nothing in its hands but the writers.
    pub(crate) fn start(
        lost: impl Fn(&Arc<Store>) + Send + 'static,
        rested: impl Fn() + Send + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let of_thread = shared.clone();
        let thread = std::thread::Builder::new()
            .name("index commit".into())
            .spawn(move || work(&of_thread, &lost, &rested))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Looks after these from now on.
    pub(crate) fn look_after<'s>(&self, stores: impl Iterator<Item = &'s Arc<Store>>) {
        let mut known = self.shared.stores.lock().unwrap_or_else(PoisonError::into_inner);
        for store in stores {
            if !known.0.iter().any(|one| one.as_ptr() == Arc::as_ptr(store)) {
                known.0.push(Arc::downgrade(store));
            }
        }
    }

    /// Something is due now.
    pub(crate) fn wake(&self) {
        self.shared.wake.notify_one();
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.shared.stores.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Open {
    store: Arc<Store>,
    writer: IndexWriter,
    used: Instant,
}

fn work(shared: &Shared, lost: &dyn Fn(&Arc<Store>), rested: &dyn Fn()) {
    let mut open: HashMap<*const Store, Open> = HashMap::new();
    while let Some(stores) = wait(shared) {
        for store in stores {
            let last =
                store.due().is_some_and(|due| due <= Instant::now()).then(|| commit(&mut open, &store));
            if let Some(Err(ReadFailed)) = last {
                open.remove(&Arc::as_ptr(&store));
                if store.is_broken() {
                    lost(&store);
                }
            }
        }
        let idle: Vec<*const Store> = open
            .iter()
            .filter(|(_, one)| one.store.is_retired() || one.used.elapsed() > WRITER_IDLE)
            .map(|(pointer, _)| *pointer)
            .collect();
        for one in idle.iter().filter_map(|pointer| open.remove(pointer)) {
            close(one);
        }
        rested();
    }
}

/// Waits for the next look around; none when it is over.
fn wait(shared: &Shared) -> Option<Vec<Arc<Store>>> {
    let known = shared.stores.lock().unwrap_or_else(PoisonError::into_inner);
    if known.1 {
        return None;
    }
    let (mut known, _) = shared.wake.wait_timeout(known, TICK).unwrap_or_else(PoisonError::into_inner);
    if known.1 {
        return None;
    }
    known.0.retain(|store| store.upgrade().is_some_and(|store| !store.is_retired()));
    Some(known.0.iter().filter_map(Weak::upgrade).collect())
}

fn commit(open: &mut HashMap<*const Store, Open>, store: &Arc<Store>) -> Result<(), ReadFailed> {
    let one = match open.entry(Arc::as_ptr(store)) {
        std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
        std::collections::hash_map::Entry::Vacant(free) => {
            free.insert(Open { store: store.clone(), writer: store.writer()?, used: Instant::now() })
        }
    };
    one.used = Instant::now();
    catch_unwind(AssertUnwindSafe(|| store.commit(&mut one.writer))).unwrap_or(Err(ReadFailed))
}

/// Closes a writer when its merges are done, and lets the index see them.
fn close(one: Open) {
    let Open { store, writer, .. } = one;
    if store.is_retired() {
        return;
    }
    let merged = catch_unwind(AssertUnwindSafe(|| writer.wait_merging_threads()));
    if matches!(merged, Ok(Ok(()))) {
        let _ = store.reload(0);
    }
}

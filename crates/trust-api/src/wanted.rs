//! What the keyholder wants of the record server, unasked: versions for the index, bodies for an extraction.
//!
//! Never: keeps more than the newest word for each cell. State: that.

use crate::wire::extract::ExtractWanted;
use crate::wire::index::FeedWanted;
use salus_seal::CellId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// What the index wants to be fed with; the newest word for each cell.
pub type Feeds = Wanted<FeedWanted>;
/// What extractions want to be given; the newest word for each cell.
pub type Extractions = Wanted<ExtractWanted>;

/// What is wanted; the newest word for each cell.
#[derive(Debug)]
pub struct Wanted<T>(Arc<Wants<T>>);

impl<T> Clone for Wanted<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Wanted<T> {
    fn default() -> Self {
        Self(Arc::new(Wants { by_cell: Mutex::default(), changed: Notify::new() }))
    }
}

#[derive(Debug)]
struct Wants<T> {
    by_cell: Mutex<BTreeMap<CellId, T>>,
    changed: Notify,
}

impl<T> Wanted<T> {
    /// The next that is wanted. One task takes them; being cancelled loses none.
    pub async fn next(&self) -> T {
        loop {
            if let Some((_, wanted)) = self.lock().pop_first() {
                return wanted;
            }
            self.0.changed.notified().await;
        }
    }

    pub(crate) fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<CellId, T>> {
        self.0.by_cell.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn want(&self, cell: CellId, wanted: T) {
        self.lock().insert(cell, wanted);
        self.0.changed.notify_one();
    }
}

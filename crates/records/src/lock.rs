//! Locks of records, so that two updates of one record go one after the other.
//!
//! Never: waits in a circle: several locks are always taken in ascending order. Two records may share a lock, which
//! costs time and never correctness. State: a fixed number of locks per cell.

use salus_store::{Address, StoredId};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// How many locks a cell has.
const LOCKS: usize = 1024;

/// The locks of one cell's records.
#[derive(Debug)]
pub(crate) struct RecordLocks {
    locks: Vec<Arc<Mutex<()>>>,
    hasher: RandomState,
}

/// Held until dropped.
pub(crate) type RecordGuards = Vec<OwnedMutexGuard<()>>;

impl RecordLocks {
    pub(crate) fn new() -> Self {
        Self {
            locks: (0..LOCKS).map(|_| Arc::new(Mutex::new(()))).collect(),
            // Seeded at random, so that nobody can choose ids that share a lock.
            hasher: RandomState::new(),
        }
    }

    /// Waits for the locks of all these records.
    pub(crate) async fn lock(&self, addresses: impl IntoIterator<Item = &Address>) -> RecordGuards {
        let mut places: Vec<usize> = addresses.into_iter().map(|address| self.place(address)).collect();
        places.sort_unstable();
        places.dedup();
        let mut guards = Vec::with_capacity(places.len());
        for place in places {
            if let Some(lock) = self.locks.get(place) {
                guards.push(Arc::clone(lock).lock_owned().await);
            }
        }
        guards
    }

    fn place(&self, address: &Address) -> usize {
        let id = match address.id {
            StoredId::Random(id) => (0u8, id),
            StoredId::Blinded(id) => (1, id),
        };
        self.hasher.hash_one((address.kind, id)) as usize % LOCKS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_same_record_waits_and_many_in_any_order_do_not_deadlock() {
        let locks = RecordLocks::new();
        let address = |n: u8| Address { kind: 1, id: StoredId::Random([n; 16]) };
        let held = locks.lock([&address(1), &address(1)]).await;
        assert_eq!(held.len(), 1);
        let waits =
            tokio::time::timeout(std::time::Duration::from_millis(20), locks.lock([&address(1)])).await;
        assert!(waits.is_err());
        drop(held);
        let locks = Arc::new(locks);
        let forwards: Vec<_> = (0..200).map(address).collect();
        let backwards: Vec<_> = forwards.iter().rev().copied().collect();
        let tasks: Vec<_> = [forwards, backwards]
            .into_iter()
            .map(|all| {
                let locks = Arc::clone(&locks);
                tokio::spawn(async move {
                    for _ in 0..50 {
                        drop(locks.lock(&all).await);
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        for task in tasks {
            tokio::time::timeout(std::time::Duration::from_secs(20), task).await.unwrap().unwrap();
        }
    }
}

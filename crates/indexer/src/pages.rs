//! Opened pages, kept while there is room.
//!
//! Two generations: what is used moves to the young one; when that is full it becomes the old one, and the old one goes.
//! Never: more bytes than the bound it was made with. State: the pages, shared by all cells of the process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tantivy::directory::OwnedBytes;

/// A range of a file: the file's number in this process, where it starts, and how long it is.
pub(crate) type Place = (u64, u64, usize);

#[derive(Default)]
struct Generations {
    young: HashMap<Place, OwnedBytes>,
    young_bytes: usize,
    old: HashMap<Place, OwnedBytes>,
}

/// The cache.
pub(crate) struct PageCache {
    half_bytes: usize,
    generations: Mutex<Generations>,
}

impl std::fmt::Debug for PageCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PageCache")
    }
}

impl PageCache {
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self { half_bytes: max_bytes / 2, generations: Mutex::default() }
    }

    /// Whether something of this size is kept at all: nothing may push out all the rest.
    pub(crate) fn keeps(&self, bytes: usize) -> bool {
        bytes <= self.half_bytes / 8
    }

    pub(crate) fn get(&self, place: Place) -> Option<OwnedBytes> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = generations.young.get(&place) {
            return Some(found.clone());
        }
        let found = generations.old.remove(&place)?;
        self.insert(&mut generations, place, found.clone());
        Some(found)
    }

    pub(crate) fn put(&self, place: Place, bytes: OwnedBytes) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        self.insert(&mut generations, place, bytes);
    }

    fn insert(&self, generations: &mut Generations, place: Place, bytes: OwnedBytes) {
        let length = bytes.len();
        if generations.young_bytes + length > self.half_bytes {
            generations.old = std::mem::take(&mut generations.young);
            generations.young_bytes = 0;
        }
        if length <= self.half_bytes && generations.young.insert(place, bytes).is_none() {
            generations.young_bytes += length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_the_bound_holds() {
        let cache = PageCache::new(1000);
        cache.put((1, 0, 100), OwnedBytes::new(vec![7; 100]));
        for n in 1..50u64 {
            cache.put((1, n * 100, 100), OwnedBytes::new(vec![0; 100]));
            assert_eq!(cache.get((1, 0, 100)).map(|page| page[0]), Some(7), "after {n}");
        }
        let generations = cache.generations.lock().unwrap();
        assert!((generations.young.len() + generations.old.len()) * 100 <= 1000);
        drop(generations);
        assert!(cache.get((1, 100, 100)).is_none());
    }
}

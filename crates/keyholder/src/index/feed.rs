//! Feeding the index from the store's rows: the words' keys are unwrapped and passed on.
//!
//! Nothing of it leaves the trusted side, so nothing is charged or logged. A row that does not open is left out and counted:
//! one damaged row must not keep a cell from being searched.
//!
//! Never: unwraps the key of anything but words. State: [`super::Index`]'s.

use super::compartments::Compartments;
use crate::core::Core;
use crate::error::KeyholderError;
use crate::state::Cell;
use salus_seal::{CellId, Part};
use salus_trust_api::wire::index::{Feed, Item, MAX_ITEMS, ToIndexer};
use salus_trust_api::wire::{CompartmentWrap, Reply, SecretKey, WrappedVersion};
use std::time::Instant;

/// Above so many bytes that the indexer has not taken, whoever feeds it waits.
const MAX_BACKLOG_BYTES: usize = 8 * 1024 * 1024;

impl Core {
    /// Takes a chunk. False when it breaks the rules of the wire.
    pub(crate) fn feed(&mut self, lane: u64, feed: Feed, now: Instant) -> Result<bool, KeyholderError> {
        let Feed { cell: id, feed, versions, compartments, progress, done } = feed;
        if versions.len() > MAX_ITEMS || self.index.lane != Some(lane) {
            return Ok(false);
        }
        let is_wanted = self.index.cells.get_mut(&id).is_some_and(|index| index.fed(feed, progress, now));
        let Some(cell) = self.state.cells.get(&id).filter(|_| is_wanted) else {
            self.index.out.replies.push((lane, Reply::FedOn { cell: id, feed, go_on: false }));
            return Ok(true);
        };
        let count = versions.len();
        let items = open_words(id, cell, versions, &compartments);
        let mut unreadable = (count - items.len()) as u64;
        if !self.index.tell_items(items, |items| ToIndexer::Fed { cell: id, items }) {
            unreadable += 1;
        }
        *self.index.unreadable.entry(id).or_default() += unreadable;
        if done {
            self.index.out.replies.push((lane, Reply::FedOn { cell: id, feed, go_on: true }));
            self.fed_all(id)?;
        } else {
            self.index.held.push(super::Held { lane, cell: id, feed });
        }
        Ok(true)
    }

    fn fed_all(&mut self, id: CellId) -> Result<(), KeyholderError> {
        if self.index.cells.get_mut(&id).is_some_and(super::CellIndex::fed_all) {
            self.index.to_rebuild.remove(&id);
            // Before it is said what it is whole up to: whole beyond the end of an extraction says that its words are in it.
            if let Some(ended) = self.index.extracting.ending.remove(&id) {
                self.extraction_done(id, ended)?;
            }
            let settled = self.settled(id);
            self.index.tell(&ToIndexer::CaughtUp { cell: id, settled });
        }
        Ok(())
    }

    /// Asks for what the index lacks, and lets whoever feeds it go on, when the indexer has taken most of what it was sent.
    pub(crate) fn drive_feeds(&mut self, backlog_bytes: usize, now: Instant) {
        if !self.index.held.is_empty() && backlog_bytes <= MAX_BACKLOG_BYTES {
            self.index.release_held(true);
        }
        self.index.want_feeds(now);
    }
}

/// The versions whose words' keys can be had, as items.
fn open_words(
    id: CellId,
    cell: &Cell,
    versions: Vec<(WrappedVersion, Vec<u8>)>,
    compartments: &[CompartmentWrap],
) -> Vec<Item> {
    let mut compartments = Compartments::new(cell, compartments);
    let item = |(version, words): (WrappedVersion, Vec<u8>)| {
        let header = version.header;
        let (cipher, whose) = compartments.of(header.compartment).filter(|_| header.cell == id)?;
        // Words that were extracted anew have a key of their own in place of the version's.
        let key = match cipher.unwrap(&version.wrap, &header, &version.hash) {
            Ok(version) => version.part(Part::Words.label()).ok()?,
            Err(_) => cipher.unwrap_words(&version.wrap, &header, &version.hash).ok()?,
        };
        Some(Item { header, whose: whose.clone(), words, key: SecretKey(*key.expose()) })
    };
    versions.into_iter().filter_map(item).collect()
}

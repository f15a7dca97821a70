//! Feeding the index: what it lacks, from the store's rows, in the order of the log.
//!
//! Nothing is opened here: the words are sealed, and the keyholder unwraps their keys for the indexer alone.
//!
//! Never: more than one feed under way for a cell. State: one task a cell, as long as something is wanted.

use crate::{Cell, Records};
use salus_seal::CellId;
use salus_seal::envelope::hash_of_words;
use salus_store::{FeedVersion, Place, StoreError};
use salus_trust_api::wire::index::{Feed, FeedWanted, MAX_ITEMS, MAX_ITEMS_BYTES};
use salus_trust_api::wire::{self, CompartmentWrap};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long to wait before a store or cell that is not there is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(200);

/// Feeds whatever is wanted, until the records have gone.
pub(crate) async fn feed(records: Weak<Records>, feeds: salus_trust_api::Feeds) {
    let mut under_way: HashMap<CellId, JoinHandle<()>> = HashMap::new();
    loop {
        let wanted = feeds.next().await;
        let Some(strong) = records.upgrade() else { return };
        // What is wanted now takes the place of what was wanted before.
        if let Some(before) = under_way.remove(&wanted.cell) {
            before.abort();
        }
        under_way.retain(|_, task| !task.is_finished());
        under_way.insert(wanted.cell, tokio::spawn(feed_cell(Arc::downgrade(&strong), wanted)));
    }
}

/// Feeds one cell from an entry on, one message after the other.
async fn feed_cell(records: Weak<Records>, wanted: FeedWanted) {
    let mut after = Place::before_entry(wanted.from);
    let mut until = None;
    let (mut given, mut expected) = (0, 0);
    loop {
        let Some(strong) = records.upgrade() else { return };
        let cell = strong.cell_of(wanted.cell);
        let trust = strong.trust().clone();
        drop(strong);
        let page = cell.as_deref().ok_or(StoreError::Missing).and_then(|cell| {
            if until.is_none() {
                let marks = cell.store.high_marks()?;
                until = Some(marks.last_entry.map(|(entry, _)| entry));
                expected = marks.record;
            }
            next_page(cell, after, until.flatten())
        });
        let Ok(page) = page else {
            // Not taken up yet, or just being opened again.
            tokio::time::sleep(TRY_AGAIN).await;
            continue;
        };
        if let Some(last) = page.versions.last() {
            after = Place::of(&last.version.stored);
        }
        given += page.versions.len() as u64;
        let message = message(wanted, page.versions, (given, expected.max(given)), page.done);
        if !matches!(trust.feed(message).await, Ok(true)) || page.done {
            return;
        }
    }
}

struct Page {
    versions: Vec<FeedVersion>,
    /// Nothing that was there at the beginning is left.
    done: bool,
}

fn next_page(cell: &Cell, after: Place, until: Option<u64>) -> Result<Page, StoreError> {
    let Some(until) = until else { return Ok(Page { versions: Vec::new(), done: true }) };
    let mut versions = cell.store.versions_after(after, MAX_ITEMS)?;
    let mut done = versions.is_empty();
    let mut bytes = 0;
    let fits = versions.iter().take_while(|version| {
        if version.version.stored.entry > until {
            done = true;
            return false;
        }
        let first = bytes == 0;
        let words = version.anew.as_ref().map_or(&version.version.stored.sealed.words, |(_, words)| words);
        bytes += words.len().max(1);
        first || bytes <= MAX_ITEMS_BYTES
    });
    let fits = fits.count();
    versions.truncate(fits);
    Ok(Page { versions, done })
}

fn message(wanted: FeedWanted, versions: Vec<FeedVersion>, progress: (u64, u64), done: bool) -> Feed {
    let mut compartments = Vec::new();
    let mut known = HashSet::new();
    let version = |FeedVersion { version, anew }: FeedVersion| {
        let number = version.stored.sealed.header.compartment;
        if known.insert(number) {
            compartments.push(CompartmentWrap { number, wrap: version.compartment_wrap });
        }
        let sealed = version.stored.sealed;
        if let Some((wrap, words)) = anew {
            let hash = hash_of_words(&words);
            return (wire::WrappedVersion { header: sealed.header, hash, wrap }, words);
        }
        let hash = sealed.hash();
        let wrapped = wire::WrappedVersion { header: sealed.header, hash, wrap: version.stored.wrap };
        (wrapped, sealed.words)
    };
    let versions = versions.into_iter().map(version).collect();
    Feed { cell: wanted.cell, feed: wanted.feed, versions, compartments, progress, done }
}

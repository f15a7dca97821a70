//! Giving an extraction the bodies that lack words, from the store's rows, and keeping the words that come back.
//!
//! Nothing is opened here: bodies and words are sealed, and their keys never come here. What is kept is durable before the next
//! bodies are given, so that a run that breaks off goes on where it was.
//!
//! Never: more than one run under way for a cell. State: one task a cell, as long as something is wanted.

use crate::{Cell, Records};
use salus_seal::CellId;
use salus_store::{KeptWords, Lacking, LackingPage, StoreError, WrappedVersion};
use salus_trust_api::wire::extract::{
    BodyPiece, ExtractFeed, ExtractWanted, MAX_BODIES, MAX_BODIES_BYTES, NewWords, VersionBody,
};
use salus_trust_api::wire::{self, CompartmentWrap};
use salus_trust_api::{Extractions, Trust, TrustError};
use std::collections::{HashMap, HashSet};
use std::sync::Weak;
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long to wait before a store or cell that is not there is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(200);

/// Gives whatever is wanted, until the records have gone.
pub(crate) async fn extract(records: Weak<Records>, wanted: Extractions) {
    let mut under_way: HashMap<CellId, JoinHandle<()>> = HashMap::new();
    loop {
        let wanted = wanted.next().await;
        // What is wanted now takes the place of what was wanted before.
        if let Some(before) = under_way.remove(&wanted.cell) {
            before.abort();
        }
        under_way.retain(|_, task| !task.is_finished());
        let cell = wanted.cell;
        under_way.insert(cell, tokio::spawn(extract_cell(records.clone(), wanted)));
        if records.strong_count() == 0 {
            return;
        }
    }
}

/// Gives one cell's bodies, a page after the other.
async fn extract_cell(records: Weak<Records>, wanted: ExtractWanted) {
    let ExtractWanted { cell: id, feed, kinds, up_to, made, extraction } = wanted;
    let lacking = Lacking { kinds, up_to, made, extraction };
    let (mut after, mut looked) = (0, 0);
    loop {
        let Some(strong) = records.upgrade() else { return };
        let (cell, trust) = (strong.cell_of(id), strong.trust().clone());
        drop(strong);
        let page = cell.as_deref().ok_or(StoreError::Missing).and_then(|cell| {
            let about = cell.store.high_marks()?.record;
            Ok((cell.store.lacking(after, &lacking, MAX_BODIES)?, about))
        });
        let (Some(cell), Ok((page, about))) = (cell, page) else {
            // Not taken up yet, or just being opened again.
            tokio::time::sleep(TRY_AGAIN).await;
            continue;
        };
        let done = page.done;
        looked += page.looked;
        after = page.after;
        let progress = (looked.min(about.max(looked)), about.max(looked));
        let run = Run { cell: &cell, trust: &trust, feed, progress, made, extraction };
        if !matches!(run.give_all(page).await, Ok(true)) {
            return;
        }
        if done {
            // That there is nothing more says that all that was given back is kept.
            let _ = trust.extract(run.message(Vec::new(), Vec::new(), true)).await;
            return;
        }
    }
}

struct Run<'r> {
    cell: &'r Cell,
    trust: &'r Trust,
    feed: u64,
    progress: (u64, u64),
    made: u64,
    extraction: u32,
}

impl Run<'_> {
    /// Gives a page in messages that fit, and keeps what comes back. False when it is not wanted any more.
    async fn give_all(&self, page: LackingPage) -> Result<bool, TrustError> {
        let (mut group, mut bytes) = (Vec::new(), 0);
        for version in page.versions {
            let length = version.stored.sealed.body.len();
            if !group.is_empty() && bytes + length > MAX_BODIES_BYTES {
                if !self.give(std::mem::take(&mut group)).await? {
                    return Ok(false);
                }
                bytes = 0;
            }
            bytes += length;
            group.push(version);
        }
        if group.is_empty() { Ok(true) } else { self.give(group).await }
    }

    async fn give(&self, group: Vec<WrappedVersion>) -> Result<bool, TrustError> {
        let (mut versions, mut compartments) = (Vec::with_capacity(group.len()), Vec::new());
        let mut known = HashSet::new();
        let is_alone = group.len() == 1;
        for WrappedVersion { stored, compartment_wrap: wrap } in group {
            let (hash, header) = (stored.sealed.hash(), stored.sealed.header);
            if known.insert(header.compartment) {
                compartments.push(CompartmentWrap { number: header.compartment, wrap });
            }
            let mut body = stored.sealed.body;
            if is_alone && body.len() > MAX_BODIES_BYTES {
                for piece in body.chunks(MAX_BODIES_BYTES) {
                    let (cell, feed, bytes) = (self.cell.id, self.feed, piece.to_vec());
                    self.trust.body_piece(BodyPiece { cell, feed, bytes }).await?;
                }
                body.clear();
            }
            let version = wire::WrappedVersion { header, hash, wrap: stored.wrap };
            versions.push(VersionBody { version, body });
        }
        let extracted = self.trust.extract(self.message(versions, compartments, false)).await?;
        if !extracted.go_on {
            return Ok(false);
        }
        // What is not kept is not found by it either, and is extracted again.
        Ok(self.keep(extracted.words).await.is_ok())
    }

    async fn keep(&self, words: Vec<NewWords>) -> Result<(), StoreError> {
        if words.is_empty() {
            return Ok(());
        }
        let kept = words.into_iter().map(|NewWords { header, words, wrap }| KeptWords {
            record: header.record,
            version: header.version,
            made: self.made,
            extraction: self.extraction,
            wrap,
            words,
        });
        self.cell.store.keep_words(kept.collect()).await
    }

    fn message(
        &self,
        versions: Vec<VersionBody>,
        compartments: Vec<CompartmentWrap>,
        done: bool,
    ) -> ExtractFeed {
        let (cell, feed, progress) = (self.cell.id, self.feed, self.progress);
        ExtractFeed { cell, feed, versions, compartments, progress, done }
    }
}

//! The keyholder's side of the index: tells the indexer what is written and what lands, and has it fed with what it lacks.
//!
//! The keyholder never waits for the indexer. What is to be told leaves after the commit of the batch it belongs to and
//! before its answers, so a search that begins after a write's answer is told after the write.
//!
//! Never: keeps a word, or what is in the index. State: one connection's knowledge of each cell ([`cell`]), searches that are
//! not answered ([`crate::search`]), and what is to be sent after the commit.

pub(crate) mod cell;
mod compartments;
pub(crate) mod extract;
mod feed;
pub(crate) mod status;

use crate::connection::Frame;
use crate::core::Core;
use crate::likeness::Comparisons;
use crate::search::Searching;
use cell::{CellIndex, LogState};
use salus_accesslog::Tree;
use salus_seal::{CellId, Part, Pseudonym, VersionKey};
use salus_trust_api::frame;
use salus_trust_api::wire::index::{FeedWanted, Item, MAX_ITEMS, MAX_ITEMS_BYTES, ToIndexer};
use salus_trust_api::wire::{NewVersion, Reply, SecretKey};
use std::collections::{HashMap, HashSet};
use std::time::Instant;
use zeroize::Zeroizing;

/// What is not sent before the next commit.
#[derive(Default)]
pub(crate) struct Out {
    /// To the indexer, in order.
    pub to_indexer: Vec<Frame>,
    /// To connections by their ids; those that have gone meanwhile get nothing.
    pub replies: Vec<(u64, Reply)>,
}

/// A chunk's answer that is kept back.
struct Held {
    lane: u64,
    cell: CellId,
    feed: u64,
}

/// The pseudonyms of the compartments of a write, by their numbers.
pub(crate) type Whose = Vec<(u64, Vec<Pseudonym>)>;

/// Everything that the keyholder keeps for searching.
#[derive(Default)]
pub(crate) struct Index {
    pub(crate) out: Out,
    pub(crate) searching: Searching,
    pub(crate) extracting: extract::Extracting,
    connected: bool,
    /// The record server's connection that searches and feeds.
    lane: Option<u64>,
    cells: HashMap<CellId, CellIndex>,
    /// Rebuilds that were asked for and have not come to their end.
    to_rebuild: HashSet<CellId>,
    /// Versions whose words could not be opened.
    unreadable: HashMap<CellId, u64>,
    /// Answers to feeds that are kept back until the indexer has taken what it was sent.
    held: Vec<Held>,
    last_feed: u64,
    questions: status::Questions,
    pub(crate) comparisons: Comparisons,
}

impl Index {
    /// Whether the indexer takes what is written in this cell.
    pub(crate) fn takes(&self, cell: &CellId) -> bool {
        self.cells.get(cell).is_some_and(CellIndex::is_open)
    }

    /// Whether the cell's index finds everything that landed.
    pub(crate) fn answers(&self, cell: &CellId) -> bool {
        self.cells.get(cell).is_some_and(CellIndex::answers)
    }

    /// Whether the indexer is there.
    pub(crate) fn is_connected(&self) -> bool {
        self.connected
    }

    /// Sends a message after the commit. False when it is too large for a frame.
    pub(crate) fn tell(&mut self, message: &ToIndexer) -> bool {
        match frame::encode(message) {
            Ok(frame) => {
                self.out.to_indexer.push(Zeroizing::new(frame));
                true
            }
            Err(_) => false,
        }
    }

    /// Sends items in as many messages as their bounds ask for. False when one of them fits into none.
    fn tell_items(&mut self, items: Vec<Item>, message: impl Fn(Vec<Item>) -> ToIndexer) -> bool {
        let mut all_fit = true;
        let mut chunk = Vec::new();
        let mut bytes = 0;
        for item in items {
            if chunk.len() == MAX_ITEMS || bytes > 0 && bytes + item.words.len() > MAX_ITEMS_BYTES {
                all_fit &= self.tell(&message(std::mem::take(&mut chunk)));
                bytes = 0;
            }
            bytes += item.words.len();
            chunk.push(item);
        }
        if !chunk.is_empty() {
            all_fit &= self.tell(&message(chunk));
        }
        all_fit
    }

    /// These versions were admitted. Versions without their words make the write unknown: it is fed when it has landed.
    pub(crate) fn written(&mut self, cell: CellId, entry: u64, versions: Vec<NewVersion>, whose: &Whose) {
        let Some(index) = self.cells.get_mut(&cell).filter(|index| index.is_open()) else { return };
        if versions.iter().any(|version| version.words.is_empty() && !version.header.deleted) {
            return;
        }
        let item = |version: NewVersion| {
            let key = VersionKey::from_bytes(version.key.0).part(Part::Words.label()).ok()?;
            let number = version.header.compartment;
            let whose = whose.iter().find(|(known, _)| *known == number).map(|(_, whose)| whose.clone());
            let key = SecretKey(*key.expose());
            Some(Item { header: version.header, whose: whose.unwrap_or_default(), words: version.words, key })
        };
        let Some(items) = versions.into_iter().map(item).collect::<Option<Vec<_>>>() else { return };
        index.written(entry);
        if !self.tell_items(items, |items| ToIndexer::Written { cell, entry, items })
            && let Some(index) = self.cells.get_mut(&cell)
        {
            index.abandoned(&[entry]);
            self.tell(&ToIndexer::Abandoned { cell, entries: vec![entry] });
        }
    }

    /// The record server's connection that searches and feeds.
    pub(crate) fn lane(&self) -> Option<u64> {
        self.lane
    }

    /// The search lane is another connection from now on.
    pub(crate) fn lane_is(&mut self, connection: u64) {
        if let Some(former) = self.lane {
            self.lane_gone(former);
        }
        self.lane = Some(connection);
    }

    /// A connection has gone.
    pub(crate) fn lane_gone(&mut self, connection: u64) {
        self.searching.forget(connection);
        if self.lane == Some(connection) {
            self.lane = None;
            self.held.clear();
            self.end_runs();
            self.cells.values_mut().for_each(CellIndex::nobody_feeds);
        }
    }

    /// The indexer has gone: what is under way waits for it to come back.
    pub(crate) fn indexer_gone(&mut self) {
        self.connected = false;
        self.cells.clear();
        self.extracting.unbroken.clear();
        self.out.to_indexer.clear();
        self.searching.indexer_gone();
        self.release_held(false);
    }

    /// Whether something waits for time to pass.
    pub(crate) fn has_deadlines(&self) -> bool {
        !self.searching.is_idle()
            || !self.questions.is_empty()
            || !self.comparisons.is_empty()
            || !self.held.is_empty()
            || self.extracting.has_deadlines()
            || !self.out.replies.is_empty()
    }

    /// Asks for whatever is wanted and not on its way.
    fn want_feeds(&mut self, now: Instant) {
        let Some(lane) = self.lane else { return };
        for (cell, index) in &mut self.cells {
            if !self.held.iter().any(|held| held.cell == *cell) {
                index.expire(now);
            }
            let feed = self.last_feed + 1;
            if let Some(from) = index.want(feed, now) {
                self.last_feed = feed;
                self.out.replies.push((lane, Reply::FeedWanted(FeedWanted { cell: *cell, from, feed })));
            }
        }
    }

    fn release_held(&mut self, go_on: bool) {
        for Held { lane, cell, feed } in std::mem::take(&mut self.held) {
            self.out.replies.push((lane, Reply::FedOn { cell, feed, go_on }));
        }
    }
}

impl Core {
    /// Does whatever can be done now: feeds, searches that waited, answers to whoever administers.
    pub(crate) fn drive_index(&mut self, backlog_bytes: usize, now: Instant) {
        self.drive_feeds(backlog_bytes, now);
        self.drive_searches(now);
        self.drive_extractions(now);
        self.answer_index_status(now);
        self.end_comparisons(now);
    }

    /// The indexer is there: it opens every cell.
    pub(crate) fn indexer_is_there(&mut self) {
        self.index.indexer_gone();
        self.index.connected = true;
        let cells: Vec<CellId> = self.state.cells.keys().copied().collect();
        for cell in cells {
            self.open_index(cell);
        }
    }

    /// Has the indexer open a cell, if it is there.
    pub(crate) fn open_index(&mut self, id: CellId) {
        let Some(cell) = self.state.cells.get(&id).filter(|_| self.index.connected) else { return };
        let index_key = SecretKey(*cell.index_key);
        self.index.cells.insert(id, CellIndex::default());
        self.index.tell(&ToIndexer::Open { cell: id, index_key });
        if !self.needs(&id).is_empty() {
            self.tell_needs(id);
        }
    }

    /// Tells the indexer what a cell's words must be made by.
    pub(crate) fn tell_needs(&mut self, id: CellId) {
        if self.index.connected {
            let needs = self.needs(&id);
            self.index.tell(&ToIndexer::Needs { cell: id, needs });
        }
    }

    /// A cell's index cannot be read any more.
    pub(crate) fn index_lost(&mut self, cell: CellId) {
        let Some(index) = self.index.cells.get_mut(&cell).filter(|index| index.is_open()) else { return };
        index.lost();
        self.index.tell(&ToIndexer::Rebuild { cell });
    }

    /// The indexer has opened a cell.
    pub(crate) fn index_opened(&mut self, id: CellId, settled: Option<u64>) {
        let Some(cell) = self.state.cells.get(&id) else { return };
        let size = self.log.size(Tree::Cell(id));
        let (last_landed, doubtful) = (cell.last_landed, cell.accepted_receipts);
        let log = LogState { size, last_landed, doubtful, reworded: cell.extractions.ended() };
        let Some(index) = self.index.cells.get_mut(&id) else { return };
        let is_made_anew = index.opened(settled, log);
        let rebuilds = is_made_anew || self.index.to_rebuild.contains(&id) && index.rebuild();
        // Said before another one is begun: after that, it would be said of the other.
        if index.answers() {
            let settled = self.settled(id);
            self.index.tell(&ToIndexer::CaughtUp { cell: id, settled });
        }
        if rebuilds {
            self.index.tell(&ToIndexer::Rebuild { cell: id });
        }
    }

    /// What these writes wrote is found from now on.
    pub(crate) fn index_landed(&mut self, cell: CellId, entries: &[u64]) {
        let Some(index) = self.index.cells.get_mut(&cell) else { return };
        let entries = index.landed(entries);
        if !entries.is_empty() {
            let settled = self.settled(cell);
            self.index.tell(&ToIndexer::Landed { cell, entries, settled });
        }
    }

    /// What these writes wrote never came to be.
    pub(crate) fn index_abandoned(&mut self, cell: CellId, entries: &[u64]) {
        let Some(index) = self.index.cells.get_mut(&cell) else { return };
        let entries = index.abandoned(entries);
        if !entries.is_empty() {
            self.index.tell(&ToIndexer::Abandoned { cell, entries });
        }
    }

    /// Makes a cell's index anew beside the one that answers, now or when the indexer is there.
    pub(crate) fn rebuild_index(&mut self, cell: CellId) {
        self.make_anew(cell, CellIndex::rebuild);
    }

    /// The same where the store has other words than before.
    pub(crate) fn reword_index(&mut self, cell: CellId) {
        self.make_anew(cell, CellIndex::reworded);
    }

    fn make_anew(&mut self, cell: CellId, begins: fn(&mut CellIndex) -> bool) {
        self.index.to_rebuild.insert(cell);
        if let Some(index) = self.index.cells.get_mut(&cell).filter(|index| index.is_open())
            && begins(index)
        {
            self.index.tell(&ToIndexer::Rebuild { cell });
        }
    }

    /// Up to which entry a cell's index has everything.
    fn settled(&self, id: CellId) -> u64 {
        let first_open = self.state.cells.get(&id).and_then(|cell| cell.unresolved.keys().next().copied());
        let end = first_open.unwrap_or_else(|| self.log.size(Tree::Cell(id)));
        let resolved = end.saturating_sub(1);
        self.index.cells.get(&id).map_or(0, |index| index.settled(resolved))
    }
}

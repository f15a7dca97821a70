//! What the keyholder knows of one cell's index: what it lacks, and how it is being fed.
//!
//! An index lacks everything with an entry from some number on, or nothing. What lands is lacking unless its items were sent on
//! this connection. A feed gives everything that the store has from some number on; what lands unknown meanwhile is
//! lacking afterwards.
//!
//! Never: sends anything. State: this; made anew with each connection of the indexer.

use std::collections::HashSet;
use std::time::{Duration, Instant};

/// How long a feed may say nothing before it is wanted anew.
const FEED_TIMEOUT: Duration = Duration::from_secs(60);

/// The index of one cell, as one connection of the indexer has it.
#[derive(Debug, Default)]
pub(crate) struct CellIndex {
    opened: bool,
    /// First entries of writes that were sent, and have neither landed nor been abandoned.
    known: HashSet<u64>,
    /// The index that answers lacks what was written from this entry on.
    lacks: Option<u64>,
    /// Another one is being made to take its place, and lacks what was written from this entry on.
    rebuilds: Option<u64>,
    feeding: Option<Feeding>,
}

#[derive(Debug)]
struct Feeding {
    /// Its name.
    feed: u64,
    /// Versions given, and about how many there are.
    progress: (u64, u64),
    /// The least entry that landed unknown since the feed was wanted.
    missed: Option<u64>,
    /// It is not wanted any more, and told so with its next chunk.
    stop: bool,
    heard: Instant,
}

/// What the log says of a cell when its index is opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogState {
    /// Entries.
    pub size: u64,
    /// The highest entry of a write that landed.
    pub last_landed: Option<u64>,
    /// The highest entry that may stand for something else than when it was given out (after a recovery).
    pub doubtful: Option<u64>,
    /// The entry that says that words were extracted anew, of the latest such.
    pub reworded: Option<u64>,
}

impl CellIndex {
    /// The indexer has opened it. Whether it must be made anew, because it knows of what the log does not, or may lack words that
    /// were extracted anew: these are of old entries, so what it is whole up to tells of them only where it is beyond their end.
    pub(crate) fn opened(&mut self, settled: Option<u64>, log: LogState) -> bool {
        *self = Self { opened: true, ..Self::default() };
        let is_foreign = |settled: &u64| {
            *settled >= log.size.max(1) || log.doubtful.is_some_and(|up_to| *settled <= up_to)
        };
        if settled.as_ref().is_some_and(is_foreign) {
            self.lacks = Some(0);
            self.rebuilds = Some(0);
            return true;
        }
        let next = settled.map_or(0, |settled| settled + 1);
        self.lacks = log.last_landed.filter(|landed| *landed >= next).map(|_| next);
        let is_old = log.reworded.is_some_and(|entry| entry >= next);
        self.rebuilds = is_old.then_some(0);
        is_old
    }

    /// Its files did not open any more: it is made anew. What was sent and has not landed is known to the indexer still.
    pub(crate) fn lost(&mut self) {
        self.lacks = Some(0);
        self.rebuilds = Some(0);
        if let Some(feeding) = &mut self.feeding {
            feeding.stop = true;
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.opened
    }

    /// Whether it finds everything that landed.
    pub(crate) fn answers(&self) -> bool {
        self.opened && self.lacks.is_none()
    }

    pub(crate) fn is_rebuilding(&self) -> bool {
        self.rebuilds.is_some()
    }

    /// How far the feed has come.
    pub(crate) fn progress(&self) -> Option<(u64, u64)> {
        self.feeding.as_ref().map(|feeding| feeding.progress)
    }

    /// The items of this write were sent.
    pub(crate) fn written(&mut self, first: u64) {
        self.known.insert(first);
    }

    /// Which of these are to be told as landed; the others are lacking from now on.
    pub(crate) fn landed(&mut self, entries: &[u64]) -> Vec<u64> {
        let (known, unknown) = entries.iter().partition::<Vec<u64>, _>(|first| self.known.remove(*first));
        if let Some(least) = unknown.into_iter().min().filter(|_| self.opened) {
            self.lacks = Some(self.lacks.map_or(least, |lacks| lacks.min(least)));
            self.rebuilds = self.rebuilds.map(|lacks| lacks.min(least));
            if let Some(feeding) = &mut self.feeding {
                feeding.missed = Some(feeding.missed.map_or(least, |missed| missed.min(least)));
            }
        }
        known
    }

    /// Which of these are to be told as abandoned.
    pub(crate) fn abandoned(&mut self, entries: &[u64]) -> Vec<u64> {
        entries.iter().copied().filter(|first| self.known.remove(first)).collect()
    }

    /// Up to which entry it has everything, when the log's writes are resolved up to `resolved`.
    pub(crate) fn settled(&self, resolved: u64) -> u64 {
        // No write is a tree's first entry: somebody signed in before it.
        self.lacks.map_or(resolved, |lacks| resolved.min(lacks.saturating_sub(1)))
    }

    /// Another one is to be made. False when one is being made already.
    pub(crate) fn rebuild(&mut self) -> bool {
        if self.rebuilds.is_some() {
            return false;
        }
        self.rebuilds = Some(0);
        if let Some(feeding) = &mut self.feeding {
            feeding.stop = true;
        }
        true
    }

    /// The store has other words than when they were fed: another one is made, or the one that is being made is fed from the
    /// start once more. True when it is to be begun.
    pub(crate) fn reworded(&mut self) -> bool {
        if self.rebuilds.is_none() {
            return self.rebuild();
        }
        match &mut self.feeding {
            Some(feeding) => feeding.missed = Some(0),
            None => self.rebuilds = Some(0),
        }
        false
    }

    /// From which entry on it wants to be fed, if it does and is not; it counts as being fed from then on, by the feed of
    /// this name.
    pub(crate) fn want(&mut self, feed: u64, now: Instant) -> Option<u64> {
        if self.feeding.is_some() || !self.opened {
            return None;
        }
        let from = self.rebuilds.or(self.lacks)?;
        self.feeding = Some(Feeding { feed, progress: (0, 0), missed: None, stop: false, heard: now });
        Some(from)
    }

    /// A chunk has come. False when it is not of the feed that is wanted.
    pub(crate) fn fed(&mut self, feed: u64, progress: (u64, u64), now: Instant) -> bool {
        match &mut self.feeding {
            Some(feeding) if feeding.feed == feed && !feeding.stop => {
                feeding.progress = progress;
                feeding.heard = now;
                true
            }
            Some(feeding) if feeding.feed == feed => {
                self.feeding = None;
                false
            }
            _ => false,
        }
    }

    /// The feed has given everything. Whether nothing is lacking now.
    pub(crate) fn fed_all(&mut self) -> bool {
        let Some(Feeding { missed, .. }) = self.feeding.take() else { return false };
        match (missed, self.rebuilds) {
            (None, _) => {
                self.rebuilds = None;
                self.lacks = None;
            }
            (Some(_), Some(_)) => self.rebuilds = missed,
            (Some(_), None) => self.lacks = missed,
        }
        missed.is_none()
    }

    /// Whoever fed has gone.
    pub(crate) fn nobody_feeds(&mut self) {
        self.feeding = None;
    }

    /// Gives up a feed that has said nothing for too long.
    pub(crate) fn expire(&mut self, now: Instant) {
        if self.feeding.as_ref().is_some_and(|feeding| now.duration_since(feeding.heard) > FEED_TIMEOUT) {
            self.feeding = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn log(size: u64, last_landed: Option<u64>) -> LogState {
        LogState { size, last_landed, doubtful: None, reworded: None }
    }

    fn open(settled: Option<u64>, log: LogState) -> CellIndex {
        let mut index = CellIndex::default();
        index.opened(settled, log);
        index
    }

    #[test]
    fn an_index_that_has_everything_answers_at_once() {
        assert!(open(Some(9), log(20, Some(9))).answers());
        assert!(open(None, log(3, None)).answers());
        assert!(!open(Some(8), log(20, Some(9))).answers());
        assert!(!open(None, log(20, Some(9))).answers());
        assert!(!CellIndex::default().answers());
    }

    #[test]
    fn an_index_from_another_log_is_made_anew() {
        let mut index = CellIndex::default();
        assert!(index.opened(Some(20), log(20, Some(9))), "it knows an entry that is not there");
        assert_eq!((index.answers(), index.want(1, Instant::now())), (false, Some(0)));
        let doubtful = LogState { doubtful: Some(15), ..log(20, Some(9)) };
        assert!(CellIndex::default().opened(Some(15), doubtful));
        assert!(!CellIndex::default().opened(Some(16), doubtful));
    }

    #[test]
    fn what_was_not_sent_is_lacking_when_it_lands() {
        let mut index = open(Some(9), log(20, Some(9)));
        index.written(20);
        assert_eq!(index.landed(&[20]), [20]);
        assert_eq!((index.answers(), index.settled(21)), (true, 21));
        assert_eq!(index.landed(&[15]), [0; 0]);
        assert_eq!((index.answers(), index.settled(21)), (false, 14));
        let now = Instant::now();
        assert_eq!((index.want(1, now), index.want(2, now)), (Some(15), None));
        assert!(index.fed(1, (3, 5), now));
        index.landed(&[16]);
        assert!(index.fed(1, (5, 5), now) && !index.fed_all(), "one landed meanwhile");
        assert_eq!(index.want(2, now), Some(16));
        assert!(!index.fed(1, (6, 6), now), "of a feed that is over");
        assert!(index.fed(2, (1, 1), now) && index.fed_all() && index.answers());
    }

    #[test]
    fn a_rebuild_serves_meanwhile_and_stops_another_feed() {
        let now = Instant::now();
        let mut index = open(Some(9), log(20, Some(9)));
        assert!(index.rebuild() && !index.rebuild() && index.answers());
        assert_eq!((index.want(1, now), index.settled(25)), (Some(0), 25));
        assert!(index.fed(1, (1, 1), now) && index.fed_all() && index.answers() && !index.is_rebuilding());

        let mut index = open(Some(8), log(20, Some(9)));
        assert_eq!(index.want(1, now), Some(9));
        index.rebuild();
        assert_eq!(index.want(2, now), None, "the one under way is stopped first");
        assert!(!index.fed(1, (1, 1), now), "what comes is of the feed before");
        assert_eq!(index.want(2, now), Some(0));
    }

    #[test]
    fn an_index_that_may_lack_words_that_were_extracted_anew_is_made_anew_and_serves_meanwhile() {
        let now = Instant::now();
        let reworded = LogState { reworded: Some(15), ..log(20, Some(9)) };
        assert!(!CellIndex::default().opened(Some(15), reworded), "it is whole beyond their end");
        let mut index = CellIndex::default();
        assert!(index.opened(Some(14), reworded));
        assert_eq!((index.answers(), index.want(1, now)), (true, Some(0)));
        // More were extracted while it is being made: what was fed may be of before.
        assert!(index.fed(1, (1, 1), now) && !index.reworded() && !index.fed_all());
        assert_eq!((index.answers(), index.want(2, now)), (true, Some(0)));
        assert!(index.fed(2, (1, 1), now) && index.fed_all() && !index.is_rebuilding());
        assert!(index.reworded() && index.is_rebuilding() && !index.reworded());
    }

    proptest! {
        /// Whatever happens in whatever order: when it answers, everything that landed was sent or fed.
        #[test]
        fn what_answers_lacks_nothing(steps in prop::collection::vec((0u8..6, 0u64..8), 1..120)) {
            let now = Instant::now();
            let mut index = open(Some(9), log(10, None));
            let (mut next, mut open_writes) = (10u64, Vec::<(u64, bool)>::new());
            let (mut landed, mut has) = (Vec::<u64>::new(), HashSet::<u64>::new());
            let mut feed: Option<(u64, Vec<u64>)> = None;
            let mut name = 0;
            for (step, pick) in steps {
                match step {
                    0 => { open_writes.push((next, true)); index.written(next); next += 1; }
                    1 => { open_writes.push((next, false)); next += 1; }
                    2 if !open_writes.is_empty() => {
                        let (first, _) = open_writes.remove(pick as usize % open_writes.len());
                        landed.push(first);
                        has.extend(index.landed(&[first]));
                    }
                    3 if !open_writes.is_empty() => {
                        let (first, sent) = open_writes.remove(pick as usize % open_writes.len());
                        prop_assert_eq!(index.abandoned(&[first]).len(), usize::from(sent));
                    }
                    4 => if let Some(from) = index.want(next, now) {
                        name = next;
                        feed = Some((from, landed.iter().copied().filter(|entry| *entry >= from).collect()));
                    },
                    5 => if let Some((_, rows)) = feed.take() {
                        let count = rows.len() as u64;
                        prop_assert!(index.fed(name, (count, count), now));
                        has.extend(rows);
                        index.fed_all();
                    },
                    _ => {}
                }
                let settled = index.settled(next);
                prop_assert!(landed.iter().all(|entry| *entry > settled || has.contains(entry)));
                if index.answers() {
                    prop_assert!(landed.iter().all(|entry| has.contains(entry)));
                }
            }
        }
    }
}

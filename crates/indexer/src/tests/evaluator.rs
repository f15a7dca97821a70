//! Every query gives what a straightforward evaluation gives, whatever was written, committed, fed and begun anew before.

use super::generate::{RECORDS, kind_of, query, version};
use super::naive;
use super::{Row, commit, item, open_cell};
use crate::cell::Cell;
use crate::search::{Evaluated, search};
use proptest::prelude::*;
use salus_seal::Pseudonym;
use salus_trust_api::wire::query::{Hit, Query};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[derive(Debug, Clone)]
enum Step {
    /// The next version of a record is written, and lands unless it is kept back.
    Write(Row, bool),
    /// What was kept back lands.
    Land,
    /// What was kept back is abandoned.
    Abandon,
    Commit,
    Reopen,
    Rebuild,
    CaughtUp,
    /// Old rows are fed again.
    FeedAgain(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => ((1..=RECORDS).prop_flat_map(|record| version(record, 2)), prop::bool::weighted(0.8))
            .prop_map(|(row, lands)| Step::Write(row, lands)),
        1 => Just(Step::Land),
        1 => Just(Step::Abandon),
        2 => Just(Step::Commit),
        1 => Just(Step::Reopen),
        1 => Just(Step::Rebuild),
        1 => Just(Step::CaughtUp),
        1 => (0usize..30).prop_map(Step::FeedAgain),
    ]
}

/// What the keyholder and the store know.
struct World {
    cell: Cell,
    /// All landed versions, by their entries.
    rows: Vec<(u64, Row)>,
    kept_back: Vec<(u64, Row)>,
    versions: BTreeMap<u64, u32>,
    entries: u64,
    rebuilding: bool,
}

impl World {
    fn new(folder: &Path) -> Self {
        let (cell, settled) = open_cell(folder);
        assert_eq!(settled, None);
        let none = BTreeMap::new();
        Self { cell, rows: Vec::new(), kept_back: Vec::new(), versions: none, entries: 0, rebuilding: false }
    }

    /// Every write up to this entry has landed or was abandoned.
    fn settled(&self) -> u64 {
        self.kept_back.iter().map(|(entry, _)| entry - 1).min().unwrap_or(self.entries)
    }

    fn land(&mut self, entry: u64, row: Row) {
        self.rows.push((entry, row));
        self.rows.sort_by_key(|(entry, _)| *entry);
        let settled = self.settled();
        self.cell.landed(&[entry], settled).unwrap();
    }

    fn write(&mut self, mut row: Row, lands: bool) {
        if self.kept_back.iter().any(|(_, other)| other.header.record == row.header.record) {
            return;
        }
        let version = self.versions.entry(row.header.record).or_default();
        row.header.version = *version + 1;
        row.header.deleted &= *version > 0;
        row.header.time_ms += u64::from(row.header.version);
        self.entries += 1;
        let entry = self.entries;
        self.cell.written(entry, vec![item(&row)]).unwrap();
        if lands {
            *version += 1;
            self.land(entry, row);
        } else {
            self.kept_back.push((entry, row));
        }
    }

    fn feed_from(&mut self, from: u64) {
        let items: Vec<_> =
            self.rows.iter().filter(|(entry, _)| *entry >= from).map(|(_, row)| item(row)).collect();
        self.cell.fed(&items).unwrap();
    }

    fn step(&mut self, step: Step, folder: &Path) {
        match step {
            Step::Write(row, lands) => self.write(row, lands),
            Step::Land => {
                for (entry, row) in std::mem::take(&mut self.kept_back) {
                    self.versions.insert(row.header.record, row.header.version);
                    self.land(entry, row);
                }
            }
            Step::Abandon => {
                let entries: Vec<u64> = self.kept_back.drain(..).map(|(entry, _)| entry).collect();
                self.cell.abandoned(&entries);
            }
            Step::Commit => commit(&self.cell),
            Step::Reopen => {
                let (cell, settled) = open_cell(folder);
                self.cell = cell;
                self.rebuilding = false;
                assert!(settled.is_none_or(|settled| settled <= self.settled()), "{settled:?}");
                self.feed_from(settled.map_or(0, |settled| settled + 1));
                for (entry, row) in &self.kept_back {
                    self.cell.written(*entry, vec![item(row)]).unwrap();
                }
                self.cell.caught_up(self.settled());
            }
            Step::Rebuild => {
                self.cell.rebuild().unwrap();
                self.rebuilding = true;
                let half = self.entries / 2;
                let items: Vec<_> =
                    self.rows.iter().filter(|(entry, _)| *entry <= half).map(|(_, row)| item(row)).collect();
                self.cell.fed(&items).unwrap();
            }
            Step::CaughtUp if self.rebuilding => {
                self.rebuilding = false;
                self.feed_from(0);
                self.cell.caught_up(self.settled());
            }
            Step::CaughtUp => {}
            Step::FeedAgain(from) => self.feed_from(from as u64),
        }
    }

    /// The newest version of each record, deleted ones left out.
    fn known(&self) -> Vec<Row> {
        let mut newest: BTreeMap<u64, &Row> = BTreeMap::new();
        for (_, row) in &self.rows {
            let known = newest.entry(row.header.record).or_insert(row);
            if known.header.version < row.header.version {
                *known = row;
            }
        }
        newest.into_values().filter(|row| !row.header.deleted).cloned().collect()
    }

    fn check(&self, query: &Query) {
        let known = self.known();
        let expected = naive::find(&known, query);
        let is_of_one = naive::is_of_one(&known, query);
        let named: BTreeSet<_> = query.all.iter().flat_map(|one| naive::named(&known, one)).collect();
        let store = self.cell.serving().unwrap();
        let view = store.view();
        let mut hits: Vec<Hit> = Vec::new();
        let mut query = query.clone();
        loop {
            let Evaluated { found, reach, of_one } = search(&view, &self.cell.cursors, &query).unwrap();
            assert_eq!(found.total, expected.len() as u64, "the count");
            let patients: BTreeSet<Pseudonym> = expected.iter().flat_map(|row| row.whose.clone()).collect();
            assert_eq!(reach.matching.iter().copied().collect::<BTreeSet<_>>(), patients);
            assert!(reach.named.iter().all(|patient| !patients.contains(patient)));
            assert_eq!(of_one, is_of_one, "whether it is of one");
            let reached: BTreeSet<_> = reach.named.iter().copied().chain(patients).collect();
            assert!(named.is_subset(&reached), "whom it names");
            if of_one && !query.all.iter().any(naive::is_chained) {
                assert!(
                    reach.named.iter().all(|patient| named.contains(patient)),
                    "nobody else is singled out"
                );
            }
            assert!(found.hits.len() <= query.count as usize);
            hits.extend(&found.hits);
            match found.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        let expected: Vec<Hit> = expected
            .iter()
            .map(|row| Hit { record: row.header.record, version: row.header.version, kind: row.header.kind })
            .filter(|_| query.count > 0)
            .collect();
        assert_eq!(hits, expected, "the hits");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_straightforward_evaluation_agrees(
        steps in prop::collection::vec((step(), prop::collection::vec(query(), 0..4)), 1..24),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut world = World::new(folder.path());
        for (step, queries) in steps {
            world.step(step, folder.path());
            for query in queries {
                world.check(&query);
            }
        }
    }

    #[test]
    fn one_commit_of_many_words_agrees(
        rows in (1..=RECORDS).map(|record| version(record, 1)).collect::<Vec<_>>(),
        queries in prop::collection::vec(query(), 60),
        in_segments in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut world = World::new(folder.path());
        for (at, row) in rows.into_iter().enumerate() {
            prop_assert_eq!(row.header.kind, kind_of(row.header.record));
            world.write(row, true);
            if in_segments && at % 5 == 4 {
                commit(&world.cell);
            }
        }
        for query in queries {
            world.check(&query);
        }
    }
}

//! Random commits, in groups and with every kind of conflict, beside a model in memory: the same answers, the same
//! state, also after opening again.

#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use salus_store::{CellStore, CommitItem, Conflict, HighMarks, LedgerMark, NewVersion, Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use support::{address, item, new_store, reopen, version};

/// What an item does to one record, with its mistakes.
#[derive(Debug, Clone)]
struct Step {
    record: u64,
    /// Added to the version that would be right.
    off_by: i64,
    /// Another record's number under this address.
    wrong_record: bool,
    compartment: u64,
    deleted: bool,
    bytes: usize,
}

#[derive(Debug, Clone)]
enum Action {
    Commit { steps: Vec<Step>, new_compartments: Vec<u64>, repeat_entry: bool, marks: Vec<u32>, chain: bool },
    Settle,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let off_by = prop_oneof![12 => Just(0i64), 1 => Just(-1i64), 1 => Just(1i64)];
    let bytes = prop_oneof![8 => 0usize..400, 1 => 3_000usize..9_000, 1 => 60_000usize..70_000];
    (2u64..12, off_by, proptest::bool::weighted(0.03), 0u64..5, proptest::bool::weighted(0.2), bytes)
        .prop_map(|(record, off_by, wrong_record, compartment, deleted, bytes)| Step {
            record,
            off_by,
            wrong_record,
            compartment,
            deleted,
            bytes,
        })
}

fn action() -> impl Strategy<Value = Action> {
    let commit = (
        proptest::collection::vec(step(), 1..5),
        proptest::collection::vec(1u64..6, 0..2),
        proptest::bool::weighted(0.05),
        proptest::collection::vec(0u32..9_000, 0..3),
        any::<bool>(),
    )
        .prop_map(|(steps, new_compartments, repeat_entry, marks, chain)| Action::Commit {
            steps,
            new_compartments,
            repeat_entry,
            marks,
            chain,
        });
    prop_oneof![16 => commit, 2 => Just(Action::Settle), 1 => Just(Action::Reopen)]
}

#[derive(Debug, Clone, Default)]
struct Model {
    records: BTreeMap<u64, Vec<NewVersion>>,
    compartments: BTreeMap<u64, Vec<u8>>,
    entries: BTreeSet<u64>,
    done: BTreeSet<u32>,
    marks: HighMarks,
}

impl Model {
    fn apply(&mut self, item: &CommitItem) -> Result<(), StoreError> {
        let mut next = self.clone();
        next.try_apply(item).map(|()| *self = next)
    }

    fn try_apply(&mut self, item: &CommitItem) -> Result<(), StoreError> {
        let conflict = |conflict| Err(StoreError::Conflict(conflict));
        if let Some(entry) = self.entries.range(item.first_entry..=item.last_entry).next() {
            return conflict(Conflict::Entry { entry: *entry });
        }
        for (number, wrap) in &item.compartments {
            if self.compartments.insert(*number, wrap.clone()).is_some() {
                return conflict(Conflict::Compartment { compartment: *number });
            }
        }
        for (at, new) in item.versions.iter().enumerate() {
            let header = new.sealed.header;
            let known = (1..20).find(|number| address(*number) == new.address).unwrap();
            let found = self.records.get(&known).map_or(0, |versions| versions.len() as u32);
            if found != new.expected_version {
                return conflict(Conflict::Head { at, found });
            }
            // Record 1 is always taken, and is what a wrong record's number is.
            if header.record != known {
                return conflict(Conflict::Record { at });
            }
            if !self.compartments.contains_key(&header.compartment) {
                return Err(StoreError::Unfit { what: "a compartment that is not there" });
            }
            self.records.entry(known).or_default().push(new.clone());
            self.entries.insert(new.entry);
            self.marks.record = self.marks.record.max(header.record);
            self.marks.time_ms = self.marks.time_ms.max(header.time_ms);
        }
        let mut marks: Vec<_> = item.ledger.iter().flat_map(|mark| &mark.done).collect();
        marks.sort_unstable();
        for index in marks {
            if !self.done.insert(*index) {
                return conflict(Conflict::Ledger { index: *index });
            }
        }
        self.marks.compartment = *self.compartments.keys().next_back().unwrap();
        self.marks.last_entry = Some((item.last_entry, item.entry_mac)).max(self.marks.last_entry);
        Ok(())
    }
}

/// The item of a commit action, from what the model holds now.
fn build(model: &Model, action: &Action, entry: u64) -> Option<CommitItem> {
    let Action::Commit { steps, new_compartments, repeat_entry, marks, chain } = action else { return None };
    let first = if *repeat_entry { entry.saturating_sub(2) } else { entry };
    let last = first + u64::from(*chain && steps.len() > 1);
    let mut heads = BTreeMap::new();
    let mut versions = vec![];
    for (at, step) in steps.iter().enumerate() {
        let head = heads
            .entry(step.record)
            .or_insert_with(|| model.records.get(&step.record).map_or(0, Vec::len) as i64);
        let number = u32::try_from(*head + 1 + step.off_by).unwrap_or(1).max(1);
        *head += 1;
        let entry = if at == 0 { first } else { last };
        let mut new = version(step.record, number, entry, step.bytes);
        new.sealed.header.compartment = step.compartment;
        new.sealed.header.deleted = step.deleted;
        if step.wrong_record {
            new.sealed.header.record = 1;
        }
        versions.push(new);
    }
    let mut item = item(first, versions);
    item.last_entry = last;
    item.compartments =
        new_compartments.iter().map(|number| (*number, vec![*number as u8 + 1; 90])).collect();
    item.ledger = (!marks.is_empty()).then(|| LedgerMark { bundle: [3; 32], done: marks.clone() });
    Some(item)
}

fn assert_same(store: &CellStore, model: &Model) {
    assert_eq!(store.high_marks().unwrap(), model.marks);
    for number in 1..13 {
        let versions = model.records.get(&number).cloned().unwrap_or_default();
        let head = store.head(&address(number)).unwrap();
        assert_eq!(head, versions.last().map(|new| (&new.sealed.header).into()));
        let read = store.read(&address(number)).unwrap().map(|found| found.stored.sealed);
        assert_eq!(read, versions.last().map(|new| new.sealed.clone()));
        let history = store.history(&address(number), None, 1000).unwrap();
        assert_eq!(history.len(), versions.len());
        for (found, new) in history.iter().rev().zip(&versions) {
            assert_eq!((&found.stored.sealed, found.stored.entry), (&new.sealed, new.entry));
            assert_eq!(found.stored.wrap, new.wrap);
            assert_eq!(found.compartment_wrap, model.compartments[&new.sealed.header.compartment]);
        }
    }
    let mut expected: Vec<_> = model.records.values().flatten().collect();
    expected.sort_by_key(|new| (new.entry, new.sealed.header.record, new.sealed.header.version));
    let mut leaves = vec![];
    let mut take = |leaf| {
        leaves.push(leaf);
        ControlFlow::Continue(())
    };
    store.for_each_version(0, &mut take).unwrap();
    assert_eq!(leaves.len(), expected.len());
    for (leaf, new) in leaves.iter().zip(expected) {
        assert_eq!((leaf.entry, leaf.header, leaf.hash), (new.entry, new.sealed.header, new.sealed.hash()));
    }
    let done = store.ledger(&[3; 32]).unwrap();
    assert_eq!(done.as_ref().map_or(0, |marks| marks.count()), model.done.len() as u64);
    assert!(model.done.iter().all(|index| done.as_ref().is_some_and(|marks| marks.has(*index))));
    let stats = store.stats().unwrap();
    assert_eq!(
        (stats.records, stats.compartments),
        (model.records.len() as u64, model.compartments.len() as u64)
    );
    store.check().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_the_model_does(actions in proptest::collection::vec(action(), 1..50)) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = new_store(dir.path());
        let mut model = Model::default();
        let mut first = item(0, vec![version(1, 1, 0, 100)]);
        first.compartments.push((0, vec![9; 80]));
        model.apply(&first).unwrap();
        let mut waiting = vec![];
        let mut entry = 1;
        for action in &actions {
            if let Some(item) = build(&model, action, entry) {
                entry += 2;
                let expected = model.apply(&item);
                waiting.push((store.commit(item), expected));
                continue;
            }
            for (landing, expected) in waiting.drain(..) {
                prop_assert_eq!(landing.wait(), expected);
            }
            if matches!(action, Action::Reopen) {
                store.close();
                store = reopen(dir.path());
            }
            assert_same(&store, &model);
        }
        for (landing, expected) in waiting {
            prop_assert_eq!(landing.wait(), expected);
        }
        assert_same(&store, &model);
        store.close();
        assert_same(&reopen(dir.path()), &model);
    }
}

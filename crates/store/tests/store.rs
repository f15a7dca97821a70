//! What the store promises while nothing fails: what went in comes out, a lost race is found, two never share a cell.

#![allow(clippy::unwrap_used)]

mod support;

use salus_seal::CellId;
use salus_store::{
    Address, CellStore, Conflict, HighMarks, LedgerMark, MAX_FEED_BYTES, MAX_HISTORY, MAX_HISTORY_BYTES,
    MAX_RECORD, MAX_VERSION, MAX_WAITING_ITEMS, Moment, PastVersion, Place, Store, StoreError, StoredId,
    Tuning, cells,
};
use std::ops::ControlFlow;
use support::{CELL, address, assert_here, item, new_store, reopen, version};

#[test]
fn what_was_committed_is_read_back_also_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    let mut first = version(2, 1, 1, 300);
    first.sealed.line = vec![4; 40];
    first.sealed.header.compartment = 5;
    let mut second = version(2, 2, 2, 20_000);
    second.sealed.header.compartment = 5;
    second.sealed.words = vec![8; 70];
    let mut gone = version(2, 3, 3, 10);
    gone.sealed.header.compartment = 5;
    gone.sealed.header.deleted = true;
    let mut create = item(1, vec![first.clone()]);
    create.compartments.push((5, vec![3; 96]));
    store.commit(create).wait().unwrap();
    store.commit(item(2, vec![second.clone()])).wait().unwrap();
    store.commit(item(3, vec![gone.clone()])).wait().unwrap();
    let mut store = Some(store);
    for opening in ["first", "second"] {
        let store = if opening == "first" { store.take().unwrap() } else { reopen(dir.path()) };
        for expected in [&first, &second, &gone] {
            assert_here(&store, expected);
        }
        let head = store.head(&address(2)).unwrap().unwrap();
        assert_eq!((head.record, head.version, head.deleted, head.compartment), (2, 3, true, 5));
        assert_eq!(head.time_ms, gone.sealed.header.time_ms);
        let read = store.read(&address(2)).unwrap().unwrap();
        assert_eq!((read.stored.sealed, read.compartment_wrap), (gone.sealed.clone(), vec![3; 96]));
        assert_eq!(store.vread(&address(2), 4), Ok(None));
        assert_eq!(store.vread(&address(2), 0), Ok(None));
        assert_eq!(store.vread(&address(2), u32::MAX), Ok(None));
        assert_eq!(store.compartment_wrap(5), Ok(Some(vec![3; 96])));
        assert_eq!(store.compartment_wrap(6), Ok(None));
        let marks = HighMarks {
            record: 2,
            compartment: 5,
            last_entry: Some((3, [3; 16])),
            time_ms: gone.sealed.header.time_ms,
        };
        assert_eq!(store.high_marks(), Ok(marks));
        assert_eq!(store.check(), Ok(()));
        store.close();
    }
}

#[test]
fn history_goes_from_the_newest_to_the_oldest_in_pages() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    for number in 1..=7 {
        store
            .commit(item(u64::from(number), vec![version(2, number, u64::from(number), 50)]))
            .wait()
            .unwrap();
    }
    // A neighbour's versions must not show.
    store.commit(item(8, vec![version(3, 1, 8, 50)])).wait().unwrap();
    let numbers = |before, limit| {
        let page = store.history(&address(2), before, limit).unwrap();
        page.iter().map(|found| found.stored.sealed.header.version).collect::<Vec<_>>()
    };
    assert_eq!(numbers(None, 3), [7, 6, 5]);
    assert_eq!(numbers(Some(5), 3), [4, 3, 2]);
    assert_eq!(numbers(Some(2), 3), [1]);
    assert_eq!(numbers(Some(1), 3), [0u32; 0]);
    assert_eq!(numbers(Some(0), 3), [0u32; 0]);
    assert_eq!(numbers(Some(u32::MAX), MAX_HISTORY + 1), [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(store.history(&address(99), None, 3), Ok(vec![]));
}

#[test]
fn history_of_large_versions_comes_in_smaller_pages() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    for number in 1..=3 {
        let entry = u64::from(number);
        store.commit(item(entry, vec![version(2, number, entry, MAX_HISTORY_BYTES / 2 + 1)])).wait().unwrap();
    }
    let newest = store.history(&address(2), None, 10).unwrap();
    assert_eq!(newest.iter().map(|found| found.stored.sealed.header.version).collect::<Vec<_>>(), [3]);
    assert_eq!(store.history(&address(2), Some(3), 10).unwrap().len(), 1);
}

#[test]
fn versions_are_found_by_their_numbers_in_one_call() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    store.commit(item(1, vec![version(2, 1, 1, 50), version(3, 1, 1, 60)])).wait().unwrap();
    store.commit(item(2, vec![version(3, 2, 2, 70)])).wait().unwrap();
    let found =
        store.versions(&[(3, 2), (2, 2), (2, 1), (0, 0), (3, 1), (9, 1), (u64::MAX, u32::MAX)]).unwrap();
    let lengths: Vec<_> =
        found.iter().map(|found| found.as_ref().map(|found| found.stored.sealed.body.len())).collect();
    assert_eq!(lengths, [Some(70), None, Some(50), None, Some(60), None, None]);
    assert!(found.iter().flatten().all(|found| found.compartment_wrap == vec![9; 80]));
    store.commit(item(3, vec![version(4, 1, 3, MAX_HISTORY_BYTES / 2 + 1)])).wait().unwrap();
    store.commit(item(4, vec![version(5, 1, 4, MAX_HISTORY_BYTES / 2 + 1)])).wait().unwrap();
    assert_eq!(store.versions(&[(4, 1), (5, 1)]).unwrap().len(), 1);
    assert_eq!(store.versions(&[]), Ok(vec![]));
}

#[test]
fn versions_are_fed_in_the_order_of_their_entries() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    store.commit(item(9, vec![version(3, 1, 9, 50), version(2, 1, 9, 50)])).wait().unwrap();
    store.commit(item(7, vec![version(4, 1, 7, 50)])).wait().unwrap();
    store.commit(item(12, vec![version(2, 2, 12, 50)])).wait().unwrap();
    let numbers = |from: Place, limit| {
        let page = store.versions_after(from, limit).unwrap();
        page.iter()
            .map(|found| Place::of(&found.version.stored))
            .map(|p| (p.entry, p.record, p.version))
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(Place::before_entry(0), 9), [(0, 1, 1), (7, 4, 1), (9, 2, 1), (9, 3, 1), (12, 2, 2)]);
    assert_eq!(numbers(Place::before_entry(7), 2), [(7, 4, 1), (9, 2, 1)]);
    assert_eq!(numbers(Place { entry: 9, record: 2, version: 1 }, 9), [(9, 3, 1), (12, 2, 2)]);
    assert_eq!(numbers(Place::before_entry(13), 9), []);
    assert_eq!(numbers(Place::END, 9), []);
    store
        .commit(item(13, vec![version(5, 1, 13, MAX_FEED_BYTES + 1), version(6, 1, 13, 50)]))
        .wait()
        .unwrap();
    assert_eq!(numbers(Place::before_entry(13), 9), [(13, 5, 1)]);
}

#[test]
fn what_came_before_is_given_newest_first_by_type_and_down_to_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    let mut other = version(3, 1, 2, 50);
    (other.sealed.header.kind, other.address.kind) = (8, 8);
    let mut gone = version(2, 2, 3, 50);
    gone.sealed.header.deleted = true;
    store.commit(item(1, vec![version(2, 1, 1, 50)])).wait().unwrap();
    store.commit(item(2, vec![other])).wait().unwrap();
    store.commit(item(3, vec![gone])).wait().unwrap();
    store.commit(item(4, vec![version(2, 3, 4, 50)])).wait().unwrap();
    let mut late = version(2, 4, 5, 50);
    late.sealed.header.time_ms += 1_000_000;
    store.commit(item(5, vec![late])).wait().unwrap();
    let numbers = |kind, before, since_ms, limit| {
        let page = store.versions_before(kind, before, since_ms, limit).unwrap();
        let one = |past: &PastVersion| {
            let header = past.version.stored.sealed.header;
            (header.record, header.version, past.created)
        };
        page.iter().map(one).collect::<Vec<_>>()
    };
    let all = [(2, 4, false), (2, 3, true), (2, 2, false), (3, 1, true), (2, 1, true), (1, 1, true)];
    let time_ms = 1_795_000_000_000;
    let moment = |time_ms, record, version| Moment { time_ms, record, version };
    assert_eq!(numbers(None, Moment::END, 0, 99), all);
    assert_eq!(numbers(None, moment(time_ms + 3, 2, 2), 0, 2), all[3..5]);
    assert_eq!(numbers(Some(8), Moment::END, 0, 99), all[3..4]);
    assert_eq!(numbers(Some(7), moment(time_ms + 2, 0, 0), 0, 99), all[4..]);
    assert_eq!(numbers(None, Moment::END, time_ms + 2, 99), all[..4]);
    assert_eq!(numbers(None, Moment::END, time_ms + 1_000_000, 99), all[..1]);
    assert_eq!(numbers(Some(9), Moment::END, 0, 99), []);
}

/// A version's time is taken before its entry's number.
#[test]
fn a_history_is_in_the_order_of_times_over_all_of_its_pages() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    let time_ms = 1_795_000_000_000;
    let commit = |entry: u64, record: u64, at: u64| {
        let mut one = version(record, 1, entry, 50);
        one.sealed.header.time_ms = time_ms + at;
        store.commit(item(entry, vec![one])).wait().unwrap();
    };
    for (entry, record, at) in [(1, 2, 40), (2, 3, 10), (3, 4, 40), (4, 5, 300_000), (5, 6, 20), (6, 7, 20)] {
        commit(entry, record, at);
    }
    let pages = |kind: Option<u16>, since_ms: u64, between: &dyn Fn(usize)| {
        let (mut before, mut seen) = (Moment::END, Vec::new());
        loop {
            let page = store.versions_before(kind, before, since_ms, 2).unwrap();
            let Some(last) = page.last() else { return seen };
            before = Moment::of(&last.version.stored);
            seen.extend(page.iter().map(|past| past.version.stored.sealed.header.record));
            between(seen.len());
        }
    };
    assert_eq!(pages(Some(7), time_ms + 1, &|_| ()), [5, 4, 2, 7, 6, 3]);
    assert_eq!(pages(None, time_ms + 20, &|_| ()), [5, 4, 2, 7, 6]);
    // What lands late stands where its time says.
    let late = |seen| match seen {
        2 => commit(7, 8, 30),
        4 => commit(8, 9, 300_000),
        _ => (),
    };
    assert_eq!(pages(None, time_ms + 1, &late), [5, 4, 2, 8, 7, 6, 3]);
}

#[test]
fn whoever_comes_second_is_told_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    store.commit(item(1, vec![version(2, 1, 1, 50)])).wait().unwrap();
    let before = (store.high_marks().unwrap(), store.stats().unwrap().versions);
    let conflict = |versions, compartments: &[u64]| {
        let mut item = item(2, versions);
        item.compartments = compartments.iter().map(|number| (*number, vec![1; 80])).collect();
        match store.commit(item).wait() {
            Err(StoreError::Conflict(conflict)) => conflict,
            other => panic!("{other:?}"),
        }
    };
    let fresh = version(3, 1, 2, 50);
    assert_eq!(conflict(vec![fresh.clone(), version(2, 1, 2, 9)], &[]), Conflict::Head { at: 1, found: 1 });
    assert_eq!(conflict(vec![fresh.clone(), version(2, 3, 2, 9)], &[]), Conflict::Head { at: 1, found: 1 });
    assert_eq!(conflict(vec![version(4, 2, 2, 9)], &[]), Conflict::Head { at: 0, found: 0 });
    let mut taken = version(2, 1, 2, 9);
    taken.address = address(77);
    assert_eq!(conflict(vec![fresh.clone(), taken], &[]), Conflict::Record { at: 1 });
    let mut other = version(9, 2, 2, 9);
    other.address = address(2);
    assert_eq!(conflict(vec![other], &[]), Conflict::Record { at: 0 });
    assert_eq!(conflict(vec![fresh.clone()], &[4, 0]), Conflict::Compartment { compartment: 0 });
    let again = item(1, vec![version(5, 1, 1, 9)]);
    let again = store.commit(again).wait();
    assert_eq!(again, Err(StoreError::Conflict(Conflict::Entry { entry: 1 })));
    assert_eq!((store.high_marks().unwrap(), store.stats().unwrap().versions), before);
    assert_eq!(store.head(&address(3)), Ok(None));
    assert_eq!(store.compartment_wrap(4), Ok(None));
    assert_eq!(store.check(), Ok(()));
}

#[test]
fn items_that_contradict_themselves_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    let good = || item(1, vec![version(2, 1, 1, 50)]);
    let mut bad = vec![];
    let mut change = |change: &dyn Fn(&mut salus_store::CommitItem)| {
        let mut item = good();
        change(&mut item);
        bad.push(item);
    };
    change(&|item| item.versions.clear());
    change(&|item| item.first_entry = 2);
    change(&|item| item.last_entry = u64::MAX);
    change(&|item| item.first_entry = 0);
    change(&|item| item.versions[0].entry = 2);
    change(&|item| item.versions[0].sealed.header.cell = CellId([1; 16]));
    change(&|item| item.versions[0].sealed.header.kind = 8);
    change(&|item| item.versions[0].sealed.header.record = 0);
    change(&|item| item.versions[0].sealed.header.record = MAX_RECORD + 1);
    change(&|item| item.versions[0].sealed.header.version = 2);
    change(&|item| item.versions[0].sealed.header.time_ms = u64::MAX);
    change(&|item| item.versions[0].sealed.header.compartment = u64::MAX);
    change(&|item| item.versions[0].sealed.header.compartment = 3);
    change(&|item| item.compartments.push((u64::MAX, vec![1; 80])));
    change(&|item| item.compartments.push((1, vec![])));
    change(&|item| item.compartments.push((1, vec![0; salus_store::MAX_COMPARTMENT_WRAP_BYTES + 1])));
    change(&|item| {
        item.versions[0].expected_version = MAX_VERSION;
        item.versions[0].sealed.header.version = MAX_VERSION + 1;
    });
    for (at, item) in bad.into_iter().enumerate() {
        assert!(matches!(store.commit(item).wait(), Err(StoreError::Unfit { .. })), "item {at}");
    }
    assert_eq!(store.head(&address(2)), Ok(None));
    let mut last = version(MAX_RECORD, 1, 1, 5);
    last.address.id = StoredId::Blinded([1; 16]);
    assert_eq!(store.commit(item(1, vec![last.clone()])).wait(), Ok(()));
    assert_here(&store, &last);
    assert_eq!(store.high_marks().unwrap().record, MAX_RECORD);
    let unblinded = Address { id: StoredId::Random([1; 16]), ..last.address };
    assert_eq!(store.head(&unblinded), Ok(None));
}

#[test]
fn a_chain_lands_whole_and_gives_its_leaves_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    let mut chain = item(5, (0..3000).map(|n| version(2 + n, 1, 5 + n / 1024, 40)).collect());
    chain.last_entry = 7;
    let mut unfinished = chain.clone();
    unfinished.versions.push(version(2, 1, 7, 40));
    assert!(matches!(
        store.commit(unfinished).wait(),
        Err(StoreError::Conflict(Conflict::Head { at: 3000, .. }))
    ));
    assert_eq!(store.stats().unwrap().versions, 1);
    store.commit(chain.clone()).wait().unwrap();
    // Versions of one record, one after the other, in one item.
    store.commit(item(8, vec![version(9000, 1, 8, 3), version(9000, 2, 8, 3)])).wait().unwrap();
    let mut leaves = vec![];
    let mut take = |leaf| {
        leaves.push(leaf);
        ControlFlow::Continue(())
    };
    store.for_each_version(5, &mut take).unwrap();
    assert_eq!(leaves.len(), 3002);
    for (leaf, new) in leaves.iter().zip(&chain.versions) {
        assert_eq!((leaf.entry, leaf.header, leaf.hash), (new.entry, new.sealed.header, new.sealed.hash()));
    }
    let mut seen = 0;
    let mut stop = |_| {
        seen += 1;
        if seen == 300 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    store.for_each_version(0, &mut stop).unwrap();
    assert_eq!(seen, 300);
    for entry in 0..10 {
        assert_eq!(store.has_entry(entry), Ok([0, 5, 6, 7, 8].contains(&entry)), "{entry}");
    }
    assert_eq!(store.has_entry(u64::MAX), Ok(false));
}

#[test]
fn marks_do_not_go_back_when_commits_arrive_out_of_order() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    store.commit(item(10, vec![version(20, 1, 10, 9)])).wait().unwrap();
    let marks = store.high_marks().unwrap();
    store.commit(item(5, vec![version(15, 1, 5, 9)])).wait().unwrap();
    assert_eq!(store.high_marks(), Ok(marks));
    assert_eq!(marks.last_entry, Some((10, [10; 16])));
    assert_eq!((store.has_entry(5), store.has_entry(6)), (Ok(true), Ok(false)));
}

#[test]
fn an_import_done_twice_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    let bundle = [6; 32];
    let mark = |done: &[u32]| Some(LedgerMark { bundle, done: done.to_vec() });
    let mut first = item(1, vec![version(2, 1, 1, 50)]);
    first.ledger = mark(&[0, 4095, 4096, 1_000_000]);
    store.commit(first).wait().unwrap();
    let mut second = item(2, vec![version(3, 1, 2, 50)]);
    second.ledger = mark(&[1, 2]);
    store.commit(second).wait().unwrap();
    let mut again = item(3, vec![version(4, 1, 3, 50)]);
    again.ledger = mark(&[3, 4096]);
    assert_eq!(store.commit(again).wait(), Err(StoreError::Conflict(Conflict::Ledger { index: 4096 })));
    assert_eq!(store.head(&address(4)), Ok(None));
    let marks = store.ledger(&bundle).unwrap().unwrap();
    assert_eq!(marks.count(), 6);
    for index in [0, 1, 2, 4095, 4096, 1_000_000] {
        assert!(marks.has(index));
    }
    assert!(!marks.has(3));
    assert_eq!(store.ledger(&[7; 32]), Ok(None));
}

#[test]
fn a_cell_is_opened_once_and_only_as_itself() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(CellStore::open(dir.path(), CELL, Tuning::default()).err(), Some(StoreError::Missing));
    assert_eq!(cells(dir.path()), Ok(vec![]));
    let store = new_store(dir.path());
    assert_eq!(CellStore::open(dir.path(), CELL, Tuning::default()).err(), Some(StoreError::InUse));
    assert_eq!(CellStore::create(dir.path(), CELL, Tuning::default()).err(), Some(StoreError::InUse));
    store.close();
    assert_eq!(store.read(&address(1)), Err(StoreError::Closed));
    assert_eq!(store.commit(item(1, vec![version(2, 1, 1, 5)])).wait(), Err(StoreError::Closed));
    assert_eq!(CellStore::create(dir.path(), CELL, Tuning::default()).err(), Some(StoreError::Exists));
    let folder = dir.path().join("cells");
    assert!(!folder.join(CELL.to_string()).join("records.sqlite-wal").exists());
    let other = CellId([2; 16]);
    std::fs::rename(folder.join(CELL.to_string()), folder.join(other.to_string())).unwrap();
    assert_eq!(CellStore::open(dir.path(), other, Tuning::default()).err(), Some(StoreError::OtherCell));
    std::fs::create_dir(folder.join("not a cell")).unwrap();
    assert_eq!(cells(dir.path()), Ok(vec![other]));
}

#[test]
fn files_of_a_newer_schema_or_of_others_are_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    new_store(dir.path()).close();
    let path = dir.path().join("cells").join(CELL.to_string()).join("records.sqlite");
    let set = |pragma: &str, value: i64| {
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.pragma_update(None, pragma, value).unwrap();
    };
    let open = || CellStore::open(dir.path(), CELL, Tuning::default()).err();
    set("user_version", 99);
    assert_eq!(open(), Some(StoreError::TooNew { found: 99 }));
    assert!(StoreError::TooNew { found: 99 }.to_string().contains("99"));
    set("user_version", 1);
    set("application_id", 5);
    assert!(matches!(open(), Some(StoreError::Corrupt { .. })));
    std::fs::write(&path, b"").unwrap();
    assert_eq!(open(), Some(StoreError::Missing));
    std::fs::write(&path, vec![b'x'; 9000]).unwrap();
    assert!(matches!(open(), Some(StoreError::Corrupt { .. })));
}

#[test]
fn a_file_of_an_older_schema_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    new_store(dir.path()).close();
    let path = dir.path().join("cells").join(CELL.to_string()).join("records.sqlite");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("DROP TABLE words; DROP INDEX version_kind_time; DROP INDEX version_time; PRAGMA user_version = 1").unwrap();
    drop(connection);
    let store = reopen(dir.path());
    assert_eq!(store.versions_before(Some(7), Moment::END, 0, 9).unwrap().len(), 1);
    let connection = rusqlite::Connection::open(&path).unwrap();
    let indexes = "SELECT count(*) FROM sqlite_master WHERE name = 'version_kind_time'";
    assert_eq!(connection.query_row(indexes, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
}

#[test]
fn a_closing_store_answers_everything_that_waits() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    let waiting: Vec<_> = (1..400).map(|n| store.commit(item(n, vec![version(1 + n, 1, n, 30)]))).collect();
    store.close();
    for landing in waiting {
        landing.wait().unwrap();
    }
    assert_eq!(reopen(dir.path()).stats().unwrap().versions, 400);
}

#[test]
fn too_much_that_waits_is_refused_and_does_not_wedge() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    let items: Vec<_> = (1..12_000).map(|n| item(n, vec![version(1 + n, 1, n, 30)])).collect();
    let waiting: Vec<_> = items.into_iter().map(|item| store.commit(item)).collect();
    let outcomes: Vec<_> = waiting.into_iter().map(|landing| landing.wait()).collect();
    let landed = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(StoreError::Busy))));
    assert!(landed >= MAX_WAITING_ITEMS, "{landed}");
    assert!(landed < outcomes.len(), "nothing was refused");
    assert_eq!(store.stats().unwrap().versions, 1 + landed as u64);
    store.commit(item(20_000, vec![version(20_000, 1, 20_000, 30)])).wait().unwrap();
}

#[test]
fn many_threads_read_while_one_writes() {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    store.commit(item(1, vec![version(2, 1, 1, 500)])).wait().unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                let mut last = 0;
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let found = store.read(&address(2)).unwrap().unwrap().stored;
                    let number = found.sealed.header.version;
                    assert!(number >= last, "a later read saw an older state");
                    let expected = version(2, number, u64::from(number), 500);
                    assert_eq!(found.sealed, expected.sealed);
                    last = number;
                }
            });
        }
        for number in 2..200u32 {
            let entry = u64::from(number);
            store.commit(item(entry, vec![version(2, number, entry, 500)])).wait().unwrap();
            assert_eq!(
                store.head(&address(2)).unwrap().unwrap().version,
                number,
                "not seen after its answer"
            );
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

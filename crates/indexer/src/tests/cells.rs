//! More cells than may be open: those that were not used for longest are closed, and answer again as they were.

use super::{INDEX_KEY, commit, entry, item, text_row};
use crate::cells::{Cells, Shared, lock};
use crate::needs::Needs;
use crate::pages::PageCache;
use salus_seal::CellId;
use salus_trust_api::wire::index::Need;
use salus_trust_api::wire::query::{Condition, Query, Test};
use std::path::Path;
use std::sync::Arc;

const MOST: usize = 3;

fn cells(folder: &Path) -> Cells {
    Cells::new(folder.to_owned(), Arc::new(PageCache::new(1 << 20)), MOST)
}

fn id(n: u8) -> CellId {
    CellId([n; 16])
}

fn found(cell: &Shared, text: &str) -> u64 {
    let cell = lock(cell);
    let all = vec![Condition::Value(1, Test::Starts(text.into()))];
    let query = Query { kinds: vec![1], all, sort: Vec::new(), count: 9, after: None, glimpse: false };
    crate::search::search(&cell.serving().unwrap().view(), &cell.cursors, &query).unwrap().found.total
}

fn write(cell: &Shared, n: u8) {
    let cell = lock(cell);
    let store = cell.serving().unwrap();
    store.apply(vec![entry(&text_row(u64::from(n) + 1, &format!("name{n}")), true)]).unwrap();
    store.settle(u64::from(n), false);
    drop(store);
    commit(&cell);
}

#[test]
fn those_that_are_not_used_are_closed_and_answer_again_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let mut cells = cells(folder.path());
    for n in 0..12 {
        let (cell, settled) = cells.open(id(n), &INDEX_KEY).unwrap();
        assert_eq!(settled, None);
        write(&cell, n);
        drop(cell);
        assert!(cells.all_open().len() <= MOST + 1, "{}", cells.all_open().len());
    }
    for n in (0..12).rev().chain(0..12) {
        let reopened = cells.get(id(n)).unwrap().unwrap();
        assert!(!reopened.is_lost);
        assert_eq!((found(&reopened.cell, &format!("name{n}")), found(&reopened.cell, "name")), (1, 1));
        drop(reopened);
        assert!(cells.all_open().len() <= MOST, "{}", cells.all_open().len());
    }
    assert!(cells.get(id(99)).unwrap().is_none());
}

#[test]
fn one_with_something_under_way_stays_open_and_one_whose_files_changed_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut cells = cells(folder.path());
    let (busy, _) = cells.open(id(1), &INDEX_KEY).unwrap();
    lock(&busy).written(7, vec![item(&text_row(1, "waits"))]).unwrap();
    drop(busy);
    let (tail, _) = cells.open(id(2), &INDEX_KEY).unwrap();
    lock(&tail).serving().unwrap().apply(vec![entry(&text_row(1, "tail"), true)]).unwrap();
    drop(tail);
    for n in 10..20 {
        let (cell, _) = cells.open(id(n), &INDEX_KEY).unwrap();
        write(&cell, n);
    }
    let open: Vec<CellId> = cells.all_open().into_iter().map(|(id, _)| id).collect();
    assert!(open.contains(&id(1)) && open.contains(&id(2)) && !open.contains(&id(10)), "{open:?}");
    assert_eq!(found(&cells.get(id(2)).unwrap().unwrap().cell, "tail"), 1);
    // The files of a closed one are gone: it says so, and answers nothing until it was fed.
    std::fs::remove_dir_all(folder.path().join(id(10).to_string())).unwrap();
    let lost = cells.get(id(10)).unwrap().unwrap();
    assert!(lost.is_lost && lock(&lost.cell).serving().is_none());
}

#[test]
fn how_a_closed_one_fares_is_known_without_opening_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut cells = cells(folder.path());
    for n in 0..12 {
        let (cell, _) = cells.open(id(n), &INDEX_KEY).unwrap();
        write(&cell, n);
    }
    let open = cells.all_open().len();
    let closed: Vec<u8> = (0..12).filter(|n| cells.fares_closed(id(*n)).is_some()).collect();
    assert!(open <= MOST + 1 && closed.len() == 12 - open, "{closed:?}");
    let fares = cells.fares_closed(id(closed[0])).unwrap();
    assert_eq!((fares.status.records, fares.status.segments, fares.status.tail), (1, 1, 0));
    assert!(fares.status.bytes > 0 && fares.lacking.is_none());
    // What is needed now was never counted: it has to be opened once.
    let need = Need { parameter: 0x8000, made: 1, extraction: 1, kinds: Vec::new() };
    let needs = Arc::new(Needs::new(vec![need]));
    assert!(cells.need(id(closed[0]), needs) && !cells.need(id(99), Arc::default()));
    assert!(cells.fares_closed(id(closed[0])).is_none() && cells.all_open().len() == open);
    let cell = cells.get(id(closed[0])).unwrap().unwrap().cell;
    let (fares, counted) = lock(&cell).look().fares();
    assert_eq!(fares.lacking, Some(vec![(0x8000, 1)]));
    lock(&cell).keep(counted.unwrap());
    drop(cell);
    for n in closed.iter().skip(1).copied() {
        drop(cells.get(id(n)).unwrap().unwrap());
    }
    assert_eq!(cells.fares_closed(id(closed[0])).unwrap().lacking, Some(vec![(0x8000, 1)]));
}

#[test]
fn what_the_files_do_not_say_outlives_closing() {
    let folder = tempfile::tempdir().unwrap();
    let mut cells = cells(folder.path());
    let (one, _) = cells.open(id(1), &INDEX_KEY).unwrap();
    let row = text_row(1, "gone");
    let mut deleted = row.clone();
    (deleted.header.version, deleted.header.deleted) = (2, true);
    {
        let mut cell = lock(&one);
        cell.written(1, vec![item(&deleted)]).unwrap();
        cell.landed(&[1], 1).unwrap();
        commit(&cell);
        // Later than what the last commit says.
        cell.landed(&[], 8).unwrap();
    }
    drop(one);
    for n in 10..20 {
        drop(cells.open(id(n), &INDEX_KEY).unwrap());
    }
    assert!(cells.all_open().iter().all(|(open, _)| *open != id(1)));
    let again = cells.get(id(1)).unwrap().unwrap();
    assert!(!again.is_lost);
    assert_eq!(lock(&again.cell).serving().unwrap().settled(), Some(8));
    // An older version that is fed late stays out.
    lock(&again.cell).fed(&[item(&row)]).unwrap();
    assert_eq!(found(&again.cell, "gone"), 0);
}

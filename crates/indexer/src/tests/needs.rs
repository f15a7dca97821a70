//! Parameters that not all records know yet: refused, until the last of them does; and indexes of other versions.

use super::{CELL, INDEX_KEY, commit, item, open_cell, row, text_row};
use crate::cell::Cell;
use crate::directory::Keys;
use crate::docs::Budget;
use crate::needs::Needs;
use crate::pages::PageCache;
use crate::store::Store;
use salus_trust_api::wire::index::{Item, Need};
use salus_trust_api::wire::query::{Condition, Query, SearchFault, Test};
use salus_trust_api::wire::words::{Made, Word, Words};
use std::sync::Arc;
use std::time::{Duration, Instant};

const OWN: u16 = 0x8000;

fn made_item(record: u64, version: u32, kind: u16, made: Made, text: &str) -> Item {
    let words =
        Words { id: format!("id-{record}"), words: vec![(OWN, Word::Text(text.into()))], ..Words::default() };
    let mut bytes = postcard::to_stdvec(&words).unwrap();
    bytes.extend(postcard::to_stdvec(&made).unwrap());
    let header = row(record, version, kind, Some(record), Words::default()).header;
    let (words, key) = salus_seal::envelope::seal_words(&header, &bytes).unwrap();
    let key = salus_trust_api::wire::SecretKey(*key.expose());
    Item { header, whose: vec![super::pseudonym(record)], words, key }
}

fn made(extraction: u32, made: u64) -> Made {
    Made { extraction, made }
}

fn need(extraction: u32, made: u64, kinds: &[u16]) -> Needs {
    Needs::new(vec![Need { parameter: OWN, made, extraction, kinds: kinds.to_vec() }])
}

fn ask(cell: &Cell, needs: &Needs) -> Result<(), SearchFault> {
    let all = vec![Condition::Value(OWN, Test::Starts("x".into()))];
    let query = Query { kinds: vec![1], all, sort: Vec::new(), count: 1, after: None, glimpse: false };
    let budget = Budget::new(Instant::now() + Duration::from_secs(5), 100_000);
    needs.are_met(&cell.serving().unwrap().view(), &query, &budget)
}

fn percent(answer: Result<(), SearchFault>) -> Option<u8> {
    match answer {
        Ok(()) => None,
        Err(SearchFault::NotExtracted { parameter: OWN, percent }) => Some(percent),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_parameter_is_not_searched_by_until_the_last_record_knows_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cell, _) = open_cell(folder.path());
    let old = made(1, 5);
    let rows: Vec<Item> = (1..=4).map(|record| made_item(record, 1, 1, old, "x")).collect();
    cell.fed(&rows).unwrap();
    cell.fed(&[item(&text_row(5, "without any word about it")), made_item(6, 1, 2, old, "x")]).unwrap();
    let needs = need(1, 10, &[1]);
    for round in 0..2 {
        assert_eq!(percent(ask(&cell, &needs)), Some(0), "{round}");
        commit(&cell);
    }
    assert_eq!(percent(ask(&cell, &need(1, 5, &[1]))), Some(80), "one says nothing");
    assert_eq!(
        percent(ask(&cell, &Needs::default())),
        Some(0),
        "one that nothing is said of is not in force"
    );
    // Three are extracted anew, one is written again, one is deleted.
    cell.fed_anew(&(1..=3).map(|record| made_item(record, 1, 1, made(1, 10), "x")).collect::<Vec<_>>())
        .unwrap();
    assert_eq!(percent(ask(&cell, &needs)), Some(60));
    cell.fed(&[made_item(4, 2, 1, made(1, 11), "x")]).unwrap();
    let mut gone = text_row(5, "");
    (gone.header.version, gone.header.deleted) = (2, true);
    cell.fed(&[item(&gone)]).unwrap();
    for round in 0..2 {
        assert_eq!(percent(ask(&cell, &needs)), None, "{round}");
        assert_eq!(percent(ask(&cell, &need(2, 0, &[]))), Some(0), "{round}: another program's");
        assert_eq!(percent(ask(&cell, &need(1, 10, &[]))), Some(80), "{round}: the other type's");
        commit(&cell);
    }
    cell.needs = Arc::new(need(1, 10, &[]));
    let (fares, counted) = cell.look().fares();
    assert_eq!(fares.lacking, Some(vec![(OWN, 1)]));
    // What was counted is not counted again while nothing changes.
    assert!(cell.look().fares_at_once().is_none());
    cell.keep(counted.unwrap());
    assert_eq!(cell.look().fares_at_once().unwrap().lacking, Some(vec![(OWN, 1)]));
    assert!(cell.look().fares().1.is_none());
    cell.fed(&[item(&text_row(7, "another"))]).unwrap();
    assert_eq!(cell.look().fares().0.lacking, Some(vec![(OWN, 2)]));
}

#[test]
fn words_anew_take_the_place_of_the_same_version_and_of_no_later_one() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cell, _) = open_cell(folder.path());
    cell.fed(&[made_item(1, 1, 1, made(1, 0), "first"), made_item(2, 2, 1, made(1, 0), "first")]).unwrap();
    commit(&cell);
    let found = |cell: &Cell, text: &str| {
        let all = vec![Condition::Value(OWN, Test::Starts(text.into()))];
        let query = Query { kinds: vec![1], all, sort: Vec::new(), count: 9, after: None, glimpse: false };
        let view = cell.serving().unwrap().view();
        let found = crate::search::search(&view, &cell.cursors, &query).unwrap().found;
        found.hits.iter().map(|hit| (hit.record, hit.version)).collect::<Vec<_>>()
    };
    cell.fed_anew(&[made_item(1, 1, 1, made(1, 9), "anew"), made_item(2, 1, 1, made(1, 9), "anew")]).unwrap();
    // The same version, fed late with the words of before, changes nothing.
    cell.fed(&[made_item(1, 1, 1, made(1, 0), "first")]).unwrap();
    for round in 0..2 {
        assert_eq!((found(&cell, "anew"), found(&cell, "first")), (vec![(1, 1)], vec![(2, 2)]), "{round}");
        assert_eq!(cell.look().fares().0.status.records, 2, "{round}");
        commit(&cell);
    }
    drop(cell);
    let (cell, _) = open_cell(folder.path());
    assert_eq!((found(&cell, "anew"), found(&cell, "first")), (vec![(1, 1)], vec![(2, 2)]));
}

#[test]
fn an_index_of_another_version_of_terms_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1");
    let keys = || Arc::new(Keys::new(CELL, &INDEX_KEY).unwrap());
    let cache = || Arc::new(PageCache::new(1 << 20));
    let store = Store::create(&path, keys(), cache()).unwrap();
    store.settle(7, true);
    let mut writer = store.writer().unwrap();
    store.commit(&mut writer).unwrap();
    assert_eq!(Store::open(&path, keys(), cache()).unwrap().settled(), Some(7));
    // As an older program would have said it.
    let mut commit = writer.prepare_commit().unwrap();
    commit.set_payload("7");
    commit.commit().unwrap();
    assert!(Store::open(&path, keys(), cache()).is_err());
}

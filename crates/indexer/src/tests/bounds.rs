//! Hostile queries end within their bounds, cursors are only for what they were made for, and whom a query reaches is told.

use super::{Row, entry, item, open_cell, pseudonym, row, text_row};
use crate::cell::Cell;
use crate::docs::{Budget, MAX_QUERY_BYTES};
use crate::search::{MAX_TERMS, search, search_within};
use salus_trust_api::wire::query::{
    Comparison, Condition, FEW_PATIENTS, Found, LAST_UPDATED, MAX_CONDITIONS, Query, Reach, SearchFault,
    SortKey, Test,
};
use salus_trust_api::wire::words::{Range, RecordName, Word, Words};
use std::time::{Duration, Instant};

fn query(all: Vec<Condition>) -> Query {
    Query { kinds: Vec::new(), all, sort: Vec::new(), count: 10, after: None, glimpse: false }
}

fn ask(cell: &Cell, query: &Query) -> Result<(Found, Reach), SearchFault> {
    search(&cell.serving().unwrap().view(), &cell.cursors, query).map(|it| (it.found, it.reach))
}

fn starts(text: &str) -> Condition {
    Condition::Value(1, Test::Starts(text.into()))
}

fn with(cell: &mut Cell, rows: &[Row], committed: bool) {
    let store = cell.serving().unwrap();
    store.apply(rows.iter().map(|row| entry(row, true)).collect()).unwrap();
    if committed {
        super::commit(cell);
    }
}

#[test]
fn what_is_over_a_bound_is_malformed() {
    let folder = tempfile::tempdir().unwrap();
    let (cell, _) = open_cell(folder.path());
    let mut deep = starts("a");
    for _ in 0..30 {
        deep = Condition::Not(Box::new(deep));
    }
    let mut chained = starts("a");
    for _ in 0..30 {
        chained = Condition::RefersTo { parameter: 1, kinds: vec![1], meets: Box::new(chained) };
    }
    let many = Condition::Any(vec![starts("a"); MAX_CONDITIONS]);
    for one in [deep, chained, many, Condition::Composite(1, Vec::new())] {
        assert_eq!(ask(&cell, &query(vec![one])).err(), Some(SearchFault::Malformed));
    }
    let sorted = Query { sort: vec![SortKey { parameter: 1, descending: false }; 9], ..query(Vec::new()) };
    assert_eq!(ask(&cell, &sorted).err(), Some(SearchFault::Malformed));
    assert_eq!(ask(&cell, &Query { count: 1001, ..query(Vec::new()) }).err(), Some(SearchFault::Malformed));
    let right = Condition::Any(vec![starts("a"); MAX_CONDITIONS - 1]);
    assert_eq!(ask(&cell, &query(vec![right])).unwrap().0.total, 0);
}

#[test]
fn a_query_that_is_too_costly_ends_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cell, _) = open_cell(folder.path());
    let rows: Vec<Row> = (1..=3000).map(|n| text_row(n, &format!("Name {n}"))).collect();
    with(&mut cell, &rows, true);
    let contains = query(vec![Condition::Value(1, Test::Contains("a".into()))]);
    assert_eq!(ask(&cell, &contains).unwrap().0.total, 3000);
    let view = cell.serving().unwrap().view();
    let within = |deadline: Instant, terms: u64, query: &Query| {
        search_within(&view, &cell.cursors, query, &Budget::new(deadline, terms)).map(|it| it.found.total)
    };
    let later = Instant::now() + Duration::from_secs(60);
    assert_eq!(within(later, 2999, &contains), Err(SearchFault::TooCostly));
    assert_eq!(within(later, 3000, &contains), Ok(3000));
    assert_eq!(within(Instant::now(), MAX_TERMS, &contains), Err(SearchFault::TooCostly));
    let everything = query(vec![Condition::Not(Box::new(Condition::Any(vec![])))]);
    assert_eq!(within(Instant::now(), MAX_TERMS, &everything), Err(SearchFault::TooCostly));
    // A thousand values, each of which looks at every term.
    let many = query(vec![Condition::Any(vec![Condition::Value(1, Test::Contains("z".into())); 1000])]);
    let began = Instant::now();
    assert_eq!(ask(&cell, &many).err(), Some(SearchFault::TooCostly));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn what_a_query_gathers_in_memory_is_bounded_in_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cell, _) = open_cell(folder.path());
    let mut rows: Vec<Row> = (1..=2000).map(|n| text_row(n, &format!("Name {n}"))).collect();
    for (n, row) in (1..).zip(&mut rows) {
        let name = RecordName { kind: 1, id: format!("id-{}", n / 2 + 1) };
        row.words.words.push((2, Word::Reference(name)));
    }
    with(&mut cell, &rows, true);
    let view = cell.serving().unwrap().view();
    let within = |bytes: u64, query: &Query| {
        let budget = Budget::new(Instant::now() + Duration::from_secs(60), MAX_TERMS).with_bytes(bytes);
        search_within(&view, &cell.cursors, query, &budget).map(|it| it.found.total)
    };
    let contains = Condition::Value(1, Test::Contains("a".into()));
    let chain = Condition::RefersTo { parameter: 2, kinds: vec![1], meets: Box::new(contains.clone()) };
    // Each `contains` holds all terms again.
    let many = query(vec![Condition::Any(vec![contains.clone(); 40])]);
    for (name, hostile) in [("terms", query(vec![contains])), ("names", query(vec![chain])), ("many", many)] {
        assert_eq!(within(10_000, &hostile), Err(SearchFault::TooCostly), "{name}");
        assert!(within(MAX_QUERY_BYTES, &hostile).unwrap() > 0, "{name}");
        // Its neighbour is answered as if nothing had been.
        assert_eq!(within(10_000, &query(vec![starts("name 77")])), Ok(11), "{name}");
    }
    // Many values that each look at every term are within the terms and the time, and hold too much together.
    let contains = Condition::Value(1, Test::Contains("a".into()));
    let hostile = query(vec![Condition::Any(vec![contains; 1000])]);
    let unhurried = Budget::new(Instant::now() + Duration::from_secs(600), u64::MAX);
    let held = search_within(&view, &cell.cursors, &hostile, &unhurried).map(|it| it.found.total);
    assert_eq!(held, Err(SearchFault::TooCostly));
    assert_eq!(ask(&cell, &query(vec![starts("name 77")])).unwrap().0.total, 11);
}

#[test]
fn open_lists_and_columns_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cell, _) = open_cell(folder.path());
    let mut rows: Vec<Row> = (1..=3000).map(|n| text_row(n, &format!("Name {}", n % 100))).collect();
    for (n, row) in (1..).zip(&mut rows) {
        row.words.words.push((4, Word::Range(Range { low: n, high: n + 9 })));
    }
    with(&mut cell, &rows, true);
    let view = cell.serving().unwrap().view();
    let later = || Budget::new(Instant::now() + Duration::from_secs(60), MAX_TERMS);
    let within = |budget: &Budget, query: &Query| {
        search_within(&view, &cell.cursors, query, budget).map(|it| it.found.total)
    };
    // A hundred values: as many lists are open at once, and hold nothing else.
    let exactly = |n: u64| Condition::Value(1, Test::Exact(format!("Name {n}")));
    let values = query(vec![Condition::Any((0..100).map(exactly).collect())]);
    assert_eq!(within(&later().with_bytes(100_000), &values), Err(SearchFault::TooCostly));
    // They are given back with their segment.
    let budget = later().with_bytes(400_000);
    for round in 0..9 {
        assert_eq!(within(&budget, &values), Ok(3000), "{round}");
    }
    let early = Condition::Value(4, Test::Range(Comparison::Lt, Range { low: 11, high: 11 }));
    let date = query(vec![early.clone()]);
    let sorted = Query { sort: vec![SortKey { parameter: 1, descending: true }], ..query(Vec::new()) };
    for costly in [&date, &sorted] {
        assert_eq!(within(&later().with_column_bytes(100), costly), Err(SearchFault::TooCostly));
    }
    // Each counts once, however often it is asked, and whoever opened it.
    let often = query(vec![Condition::Any(vec![early; 500])]);
    for columns in [100_000, 100] {
        let found = within(&later().with_column_bytes(columns), &often);
        assert_eq!(found.is_ok(), columns > 100, "{found:?}");
    }
}

#[test]
fn a_cursor_is_for_its_query_and_stays_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cell, _) = open_cell(folder.path());
    let rows: Vec<Row> = (1..=30).map(|n| text_row(n * 2, &format!("n{}", n % 7))).collect();
    with(&mut cell, &rows, true);
    let sort = vec![SortKey { parameter: 1, descending: true }];
    let mut paged = Query { sort, count: 7, ..query(vec![starts("n")]) };
    let expected: Vec<u64> = {
        let all = Query { count: 100, ..paged.clone() };
        ask(&cell, &all).unwrap().0.hits.iter().map(|hit| hit.record).collect()
    };
    let mut seen = Vec::new();
    let mut first = None;
    for page in 0..5u64 {
        let (found, _) = ask(&cell, &paged).unwrap();
        seen.extend(found.hits.iter().map(|hit| (hit.record, hit.version)));
        assert_eq!(found.total, expected.len() as u64, "of the state of the first page");
        let Some(next) = found.next else { break };
        if first.is_none() {
            first = Some(next.clone());
            // One of a later page moves to the beginning, another is deleted.
            let mut moved = text_row(expected[25], "n9");
            let mut gone = text_row(expected[20], "n0");
            moved.header.version = 2;
            (gone.header.version, gone.header.deleted) = (2, true);
            let changes = [moved, gone].map(|row| super::entry(&row, false));
            cell.serving().unwrap().apply(changes.into()).unwrap();
        }
        paged.after = Some(next);
        with(&mut cell, &[text_row(page * 2 + 1, "n3")], page % 2 == 0);
    }
    // What is new is on no page, what was changed where it was, as it was; what was deleted is given to nobody.
    let there = expected.iter().filter(|record| **record != expected[20]);
    assert_eq!(seen, there.map(|record| (*record, 1)).collect::<Vec<_>>());
    // More than are kept were begun since: the pages go on in the newest state.
    let other =
        |n: u64| Query { after: None, all: vec![starts(&format!("n{n}"))], count: 1, ..paged.clone() };
    for n in 0..9 {
        with(&mut cell, &[text_row(1_000 + n, &format!("n{}", n % 7))], false);
        ask(&cell, &other(n % 7)).unwrap();
    }
    let late = Query { after: first.clone(), count: 100, ..paged.clone() };
    assert!(ask(&cell, &late).unwrap().0.hits.iter().any(|hit| hit.record >= 1_000));
    let cursor = first.unwrap();
    let of_other = Query { after: Some(cursor.clone()), all: vec![starts("n1")], ..paged.clone() };
    assert_eq!(ask(&cell, &of_other).err(), Some(SearchFault::BadCursor));
    for at in 0..cursor.len() {
        let mut changed = cursor.clone();
        changed[at] ^= 1;
        let changed = Query { after: Some(changed), ..paged.clone() };
        assert_eq!(ask(&cell, &changed).err(), Some(SearchFault::BadCursor), "byte {at}");
    }
    for short in [0, 5, 12, 27] {
        let cut = Query { after: Some(cursor[..short].to_vec()), ..paged.clone() };
        assert_eq!(ask(&cell, &cut).err(), Some(SearchFault::BadCursor));
    }
    // After a restart it is still good.
    drop(cell);
    let (cell, _) = open_cell(folder.path());
    let again = Query { after: Some(cursor), ..paged };
    assert!(ask(&cell, &again).is_ok());
}

#[test]
fn whom_a_query_names_is_reached_though_nothing_matches() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cell, _) = open_cell(folder.path());
    let name = |n: u64| RecordName { kind: 1, id: format!("id-{n}") };
    let mut rows: Vec<Row> = (1..=30).map(|n| text_row(n, &format!("Name {n}"))).collect();
    rows.extend((1..=30).map(|n| {
        let words = Words {
            id: format!("o-{n}"),
            words: vec![(2, Word::Reference(name(n))), (3, Word::Text("x".into()))],
            ..Words::default()
        };
        row(100 + n, 1, 2, Some(n), words)
    }));
    with(&mut cell, &rows[..45], true);
    with(&mut cell, &rows[45..], false);
    let nothing = || Condition::Value(9, Test::Starts("x".into()));
    let named = |conditions: Vec<Condition>| ask(&cell, &query(conditions)).unwrap().1;
    let reach = named(vec![Condition::Id(name(3)), nothing()]);
    assert_eq!((reach.matching.len(), reach.named), (0, vec![pseudonym(3)]));
    let reach = named(vec![Condition::Value(2, Test::Reference(name(4))), nothing()]);
    assert_eq!(reach.named, [pseudonym(4)]);
    let reach = named(vec![Condition::Value(2, Test::ReferenceId("id-5".into())), nothing()]);
    assert_eq!(reach.named, [pseudonym(5)]);
    let chain = Condition::RefersTo { parameter: 2, kinds: vec![1], meets: Box::new(starts("name 7")) };
    let reach = named(vec![chain.clone(), nothing()]);
    assert_eq!(reach.named, [pseudonym(7)]);
    let reach = named(vec![chain]);
    assert_eq!((reach.matching, reach.named.len()), (vec![pseudonym(7)], 0));
    let has = Condition::ReferredToBy {
        kind: 2,
        parameter: 2,
        meets: Box::new(Condition::Id(RecordName { kind: 2, id: "o-8".into() })),
    };
    assert_eq!(named(vec![has, nothing()]).named, [pseudonym(8)]);
    assert_eq!(named(vec![Condition::Id(name(99)), nothing()]).named, [], "nobody of this name is there");

    let (found, reach) = ask(&cell, &query(vec![starts("name")])).unwrap();
    assert_eq!((found.total, reach.many), (30, true));
    assert_eq!(reach.matching.len(), 11, "those of the page, and who comes next");
    let few =
        query(vec![Condition::Any((1..=FEW_PATIENTS as u64).map(|n| Condition::Id(name(n))).collect())]);
    let (found, reach) = ask(&cell, &Query { count: 1, ..few }).unwrap();
    assert_eq!((found.hits.len(), reach.matching.len(), reach.many), (1, FEW_PATIENTS, false));
}

#[test]
fn whom_a_condition_singles_out_is_reached_behind_a_not_within_a_chain_and_beside_many() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cell, _) = open_cell(folder.path());
    let name = |n: u64| RecordName { kind: 1, id: format!("id-{n}") };
    let mut rows: Vec<Row> = (10..=39).map(|n| text_row(n, &format!("Name {n}"))).collect();
    rows.extend((10..=39).map(|n| {
        let words = vec![(2, Word::Reference(name(n))), (3, Word::Text("x".into()))];
        row(100 + n, 1, 2, Some(n), Words { id: format!("o-{n}"), words, ..Words::default() })
    }));
    with(&mut cell, &rows[..45], true);
    with(&mut cell, &rows[45..], false);
    let reach = |conditions: Vec<Condition>| ask(&cell, &query(conditions)).unwrap().1;
    let not = |condition| Condition::Not(Box::new(condition));
    let has = |meets| Condition::ReferredToBy { kind: 2, parameter: 2, meets: Box::new(meets) };
    let ill = || Condition::Value(3, Test::Starts("x".into()));
    let of = |meets| Condition::RefersTo { parameter: 2, kinds: vec![1], meets: Box::new(meets) };

    let all_but_one = reach(vec![has(ill()), not(starts("name 17"))]);
    assert_eq!((all_but_one.many, all_but_one.named), (true, vec![pseudonym(17)]));
    let all_but_one = reach(vec![has(ill()), not(Condition::Id(name(18)))]);
    assert_eq!((all_but_one.many, all_but_one.named), (true, vec![pseudonym(18)]));
    let in_a_chain = reach(vec![of(not(starts("name 19")))]);
    assert_eq!((in_a_chain.many, in_a_chain.named), (true, vec![pseudonym(19)]));
    let nobody = Condition::Value(9, Test::Starts("x".into()));
    let beside_many = reach(vec![Condition::Id(name(20)), has(ill()), nobody.clone()]);
    assert_eq!((beside_many.matching.len(), beside_many.named), (0, vec![pseudonym(20)]));
    assert_eq!(reach(vec![starts("name 21"), nobody.clone()]).named, [pseudonym(21)]);
    assert_eq!(reach(vec![not(starts("name"))]).named, [], "many meet it");
    let ids = Condition::Any((10..=39).map(|n| Condition::Id(name(n))).collect());
    assert_eq!(reach(vec![ids, nobody]).named.len(), 30, "all who are named by their ids");
}

#[test]
fn what_has_nothing_to_compare_finds_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cell, _) = open_cell(folder.path());
    with(&mut cell, &[text_row(1, "Meier"), text_row(2, "Huber")], true);
    let tests = ["\u{0}", "\u{308}"].map(str::to_owned).into_iter();
    for test in tests.flat_map(|text| [Test::Starts(text.clone()), Test::Contains(text)]) {
        assert_eq!(ask(&cell, &query(vec![Condition::Value(1, test)])).unwrap().0.total, 0);
    }
    assert_eq!(ask(&cell, &query(vec![Condition::Content(".".into())])).unwrap().0.total, 0);
}

#[test]
fn a_deletion_outlives_its_commit_against_older_versions() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cell, _) = open_cell(folder.path());
    let one = text_row(1, "Meier");
    let mut two = text_row(1, "Meier");
    two.header.version = 2;
    let mut gone = one.clone();
    gone.header.version = 3;
    gone.header.deleted = true;
    cell.written(3, vec![item(&gone)]).unwrap();
    cell.landed(&[3], 0).unwrap();
    super::commit(&cell);
    cell.fed(&[item(&one), item(&two)]).unwrap();
    assert_eq!(ask(&cell, &query(vec![starts("meier")])).unwrap().0.total, 0);
    super::commit(&cell);
    assert_eq!(ask(&cell, &query(vec![Condition::Present(LAST_UPDATED)])).unwrap().0.total, 0);
}

//! Feeding while writes go on: the store's rows may hold what has not been told as landed yet.

use super::{commit, item, open_cell, text_row};
use crate::cell::Cell;
use crate::cursor::Cursors;
use crate::search::search;
use salus_trust_api::wire::query::{Condition, Query, Test};

fn count(cell: &Cell) -> u64 {
    let meets = Condition::Value(1, Test::Exact("word".into()));
    let query =
        Query { kinds: vec![], all: vec![meets], sort: vec![], count: 10, after: None, glimpse: false };
    let cursors = Cursors::new(&super::INDEX_KEY).unwrap();
    search(&cell.serving().unwrap().view(), &cursors, &query).unwrap().found.total
}

/// The row is committed in the store, fed, and reported as landed after that.
fn fed_before_it_lands(rebuild: bool, commit_between: bool) {
    let folder = tempfile::tempdir().unwrap();
    let (mut cell, _) = open_cell(folder.path());
    let row = item(&text_row(5, "word"));
    if rebuild {
        cell.rebuild().unwrap();
    }
    cell.written(10, vec![row.clone()]).unwrap();
    cell.fed(&[row]).unwrap();
    cell.caught_up(9);
    if commit_between {
        commit(&cell);
    }
    cell.landed(&[10], 10).unwrap();
    assert_eq!(count(&cell), 1, "rebuild {rebuild}, commit {commit_between}");
    commit(&cell);
    assert_eq!(count(&cell), 1, "committed; rebuild {rebuild}, commit {commit_between}");
}

#[test]
fn what_was_fed_before_it_landed_is_found_once() {
    for rebuild in [false, true] {
        for commit_between in [false, true] {
            fed_before_it_lands(rebuild, commit_between);
        }
    }
}

#[test]
fn what_is_said_of_a_lost_index_does_not_make_the_new_one_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cell, _) = open_cell(folder.path());
    cell.caught_up(1);
    let broken = cell.serving().unwrap();
    assert!(cell.begin_anew(&broken).unwrap());
    cell.written(10, vec![item(&text_row(5, "word"))]).unwrap();
    cell.landed(&[10], 10).unwrap();
    cell.caught_up(10);
    assert!(cell.serving().is_none());
    commit(&cell);
    drop(cell);
    let (mut cell, settled) = open_cell(folder.path());
    assert_eq!(settled, None);
    cell.rebuild().unwrap();
    cell.fed(&[item(&text_row(5, "word"))]).unwrap();
    cell.caught_up(10);
    assert_eq!(count(&cell), 1);
}

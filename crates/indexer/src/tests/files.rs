//! What lies on the disk: noise, that is found out when it is changed, and that survives faults.

use super::{CELL, INDEX_KEY, entry, open_cell, text_row};
use crate::directory::{Keys, SealedDirectory};
use crate::pages::PageCache;
use crate::search::search;
use crate::store::Store;
use salus_trust_api::wire::query::{Condition, Query, Test};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const PLANTED: &str = "Zyxwvutsrq";

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        if file.path().is_dir() { out.extend(files(&file.path())) } else { out.push(file.path()) }
    }
    out.sort();
    out
}

fn query(text: &str) -> Query {
    let all = vec![Condition::Value(1, Test::Starts(text.into()))];
    Query { kinds: Vec::new(), all, sort: Vec::new(), count: 10, after: None, glimpse: false }
}

fn rows() -> Vec<Arc<crate::entry::Entry>> {
    (1..=40).map(|n| entry(&text_row(n, &format!("{PLANTED} {n}")), true)).collect()
}

fn cursors() -> crate::cursor::Cursors {
    crate::cursor::Cursors::new(&INDEX_KEY).unwrap()
}

fn count(store: &Store) -> Option<u64> {
    search(&store.view(), &cursors(), &query(PLANTED)).ok().map(|it| it.found.total)
}

#[test]
fn no_file_and_no_name_tells_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let (cell, _) = open_cell(folder.path());
    let store = cell.serving().unwrap();
    store.apply(rows()).unwrap();
    store.settle(9, false);
    super::commit(&cell);
    store.apply(vec![entry(&text_row(41, PLANTED), true)]).unwrap();
    super::commit(&cell);
    assert_eq!(count(&store), Some(41));
    let files = files(folder.path());
    assert!(files.len() > 8);
    let folded = PLANTED.to_lowercase();
    let secrets =
        [PLANTED.as_bytes(), folded.as_bytes(), b"id-1", b"segments", b"meta", &super::pseudonym(1).0];
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        for secret in secrets {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", file.display());
        }
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    }
}

#[test]
fn every_changed_byte_is_an_error_and_never_another_result() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1");
    let keys = || Arc::new(Keys::new(CELL, &INDEX_KEY).unwrap());
    let cache = || Arc::new(PageCache::new(1 << 20));
    let store = Store::create(&path, keys(), cache()).unwrap();
    store.apply(rows()).unwrap();
    store.settle(9, false);
    let mut writer = store.writer().unwrap();
    store.commit(&mut writer).unwrap();
    writer.wait_merging_threads().unwrap();
    drop(store);
    let (mut found, mut changed) = (0, 0);
    for file in files(&path) {
        let whole = std::fs::read(&file).unwrap();
        // A prime step: every file's header, and bytes all over its pages.
        for at in (0..whole.len()).step_by(if whole.len() > 2000 { 97 } else { 29 }) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            std::fs::write(&file, &bytes).unwrap();
            let store = Store::open(&path, keys(), cache());
            changed += 1;
            match store {
                Err(_) => found += 1,
                Ok(store) => match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| count(&store))) {
                    Ok(Some(total)) => assert_eq!(total, 40, "{} at {at}", file.display()),
                    _ => {
                        assert!(store.is_broken(), "{} at {at}", file.display());
                        found += 1;
                    }
                },
            }
            std::fs::write(&file, &whole).unwrap();
        }
    }
    assert!(found * 10 > changed * 8, "{found} of {changed}: the rest was not read");
    assert_eq!(count(&Store::open(&path, keys(), cache()).unwrap()), Some(40));
}

#[test]
fn a_fault_of_the_disk_at_any_moment_loses_nothing_that_was_settled() {
    let keys = || Arc::new(Keys::new(CELL, &INDEX_KEY).unwrap());
    let cache = || Arc::new(PageCache::new(1 << 20));
    let mut fail_at = 0;
    loop {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1");
        let store = Store::create(&path, keys(), cache()).unwrap();
        store.apply(rows()).unwrap();
        store.settle(9, false);
        let mut writer = store.writer().unwrap();
        store.commit(&mut writer).unwrap();
        store.apply(vec![entry(&text_row(41, PLANTED), true), entry(&text_row(1, PLANTED), false)]).unwrap();
        store.settle(10, false);
        store.directory().fail_at(fail_at);
        let failed = store.commit(&mut writer).is_err();
        drop(writer);
        let reached = store.directory().steps_left() < 0;
        // What is in memory is found whatever the disk does, and the next commit puts it right.
        assert_eq!(count(&store), Some(41), "after a fault at {fail_at}");
        if failed {
            let mut writer = store.writer().unwrap();
            store.commit(&mut writer).unwrap();
            assert_eq!(count(&store), Some(41), "committed again after {fail_at}");
        }
        drop(store);
        let store = Store::open(&path, keys(), cache()).unwrap();
        assert_eq!((store.settled(), count(&store)), (Some(10), Some(41)), "opened after {fail_at}");
        if !reached {
            break;
        }
        fail_at += 1;
    }
    assert!(fail_at > 20, "only {fail_at} operations");
}

#[test]
fn a_crash_in_a_commit_leaves_the_state_before_or_after_it() {
    let keys = || Arc::new(Keys::new(CELL, &INDEX_KEY).unwrap());
    let cache = || Arc::new(PageCache::new(1 << 20));
    for fail_at in (0..60).step_by(3) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1");
        std::fs::create_dir(&path).unwrap();
        let directory = SealedDirectory::open(&path, keys(), cache()).unwrap();
        let store = Store::create_in(&path, directory).unwrap();
        let mut writer = store.writer().unwrap();
        store.apply(rows()).unwrap();
        store.settle(9, false);
        store.commit(&mut writer).unwrap();
        store.apply(vec![entry(&text_row(41, PLANTED), true)]).unwrap();
        store.settle(10, false);
        store.directory().fail_at(fail_at);
        let _ = store.commit(&mut writer);
        drop(writer);
        drop(store);
        let store = Store::open(&path, keys(), cache()).unwrap();
        match store.settled() {
            Some(9) => assert_eq!(count(&store), Some(40), "after {fail_at}"),
            settled => assert_eq!((settled, count(&store)), (Some(10), Some(41)), "after {fail_at}"),
        }
    }
}

#[test]
fn what_does_not_open_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cell, _) = open_cell(folder.path());
    cell.fed(&[super::item(&text_row(1, PLANTED))]).unwrap();
    cell.caught_up(7);
    super::commit(&cell);
    drop(cell);
    assert_eq!(open_cell(folder.path()).1, Some(7));
    let mut all = files(folder.path());
    let file = all.remove(0);
    std::fs::write(&file, b"something else").unwrap();
    let (cell, settled) = open_cell(folder.path());
    assert_eq!(settled, None);
    assert_eq!(count(&cell.serving().unwrap()), Some(0));
    assert!(!file.exists());
}

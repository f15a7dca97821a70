//! Words that were extracted anew: which versions lack them, and that they take the place of their version's own.

#![allow(clippy::unwrap_used)]

mod support;

use salus_store::{CellStore, KeptWords, Lacking, Place, Store};
use support::{item, new_store, reopen, version};

fn words(record: u64, version: u32, made: u64, byte: u8) -> KeptWords {
    KeptWords { record, version, made, extraction: 1, wrap: [byte; 60], words: vec![byte; 30] }
}

fn wanted(up_to: u64, made: u64) -> Lacking {
    Lacking { kinds: Vec::new(), up_to, made, extraction: 1 }
}

/// The versions that lack words, gathered in pages of `limit`.
fn lacking(store: &CellStore, wanted: &Lacking, limit: usize) -> Vec<(u64, u32)> {
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let page = store.lacking(after, wanted, limit).unwrap();
        let headers = page.versions.iter().map(|version| version.stored.sealed.header);
        found.extend(headers.map(|header| (header.record, header.version)));
        after = page.after;
        if page.done {
            return found;
        }
    }
}

fn store() -> (tempfile::TempDir, CellStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = new_store(dir.path());
    store.commit(item(1, vec![version(2, 1, 1, 50), version(3, 1, 1, 50)])).wait().unwrap();
    let mut other = version(4, 1, 2, 50);
    (other.sealed.header.kind, other.address.kind) = (9, 9);
    let mut gone = version(3, 2, 3, 50);
    gone.sealed.header.deleted = true;
    store.commit(item(2, vec![other])).wait().unwrap();
    store.commit(item(3, vec![gone])).wait().unwrap();
    store.commit(item(4, vec![version(2, 2, 4, 50), version(5, 1, 4, 50)])).wait().unwrap();
    (dir, store)
}

#[test]
fn the_newest_versions_without_words_are_given_once() {
    let (_dir, store) = store();
    for limit in [1, 2, 9] {
        assert_eq!(lacking(&store, &wanted(9, 7), limit), [(1, 1), (2, 2), (4, 1), (5, 1)], "{limit}");
    }
    assert_eq!(lacking(&store, &wanted(3, 7), 9), [(1, 1), (4, 1)], "only what was written up to an entry");
    assert_eq!(lacking(&store, &Lacking { kinds: vec![9], ..wanted(9, 7) }, 9), [(4, 1)]);
    store.keep_words(vec![words(2, 2, 7, 1), words(1, 1, 6, 1), words(77, 1, 7, 1)]).wait().unwrap();
    assert_eq!(lacking(&store, &wanted(9, 7), 9), [(1, 1), (4, 1), (5, 1)]);
    assert_eq!(lacking(&store, &wanted(9, 8), 9), [(1, 1), (2, 2), (4, 1), (5, 1)]);
    let newer = Lacking { extraction: 2, ..wanted(9, 6) };
    assert_eq!(lacking(&store, &newer, 9), [(1, 1), (2, 2), (4, 1), (5, 1)]);
    store.commit(item(5, vec![version(2, 3, 5, 50)])).wait().unwrap();
    assert_eq!(lacking(&store, &wanted(9, 7), 9), [(1, 1), (2, 3), (4, 1), (5, 1)]);
}

#[test]
fn what_was_kept_is_fed_in_place_of_the_versions_own_also_after_opening_again() {
    let (dir, store) = store();
    store.keep_words(vec![words(2, 2, 7, 1), words(4, 1, 7, 2)]).wait().unwrap();
    store.keep_words(vec![words(2, 2, 8, 3)]).wait().unwrap();
    store.close();
    let store = reopen(dir.path());
    let fed = store.versions_after(Place::before_entry(0), 99).unwrap();
    let anew: Vec<_> = fed
        .iter()
        .map(|fed| {
            let header = fed.version.stored.sealed.header;
            (header.record, header.version, fed.anew.as_ref().map(|(wrap, words)| (wrap[0], words[0])))
        })
        .collect();
    assert_eq!(
        anew,
        [
            (1, 1, None),
            (2, 1, None),
            (3, 1, None),
            (4, 1, Some((2, 2))),
            (3, 2, None),
            (2, 2, Some((3, 3))),
            (5, 1, None)
        ]
    );
    assert_eq!(store.check(), Ok(()));
    assert_eq!(store.high_marks().unwrap().last_entry, Some((4, [4; 16])), "words are no writes");
}

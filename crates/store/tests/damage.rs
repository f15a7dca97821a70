//! Files that were changed, cut or put back: an error, or a state that the high marks, the leaves or the check show
//! to be another. Never a panic, and never other bytes under the header and hash that were committed.

#![allow(clippy::unwrap_used)]

mod support;

use salus_store::{CellStore, NewVersion, Store, StoreError, Tuning, VersionLeaf};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use support::{CELL, assert_here, item, new_store, reopen, version};

const ENTRIES: u64 = 80;

/// A plain generator, so that a failure repeats.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

fn versions_of(entry: u64) -> Vec<NewVersion> {
    let bytes = if entry.is_multiple_of(9) { 12_000 } else { 350 };
    (0..3).map(|n| version(entry * 10 + n, 1, entry, bytes)).collect()
}

/// A store with [`ENTRIES`] entries after the first, open.
fn filled(dir: &Path) -> CellStore {
    new_store(dir).close();
    let store = reopen(dir);
    for entry in 1..=ENTRIES {
        store.commit(item(entry, versions_of(entry))).wait().unwrap();
    }
    store
}

fn folder(dir: &Path) -> PathBuf {
    dir.join("cells").join(CELL.to_string())
}

/// The file, and what was written ahead of it, as a crash or a thief would find them.
fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder(to.path())).unwrap();
    for name in ["records.sqlite", "records.sqlite-wal"] {
        let file = folder(from).join(name);
        if file.exists() {
            std::fs::copy(file, folder(to.path()).join(name)).unwrap();
        }
    }
    to
}

fn open(dir: &Path) -> Result<CellStore, StoreError> {
    CellStore::open(dir, CELL, Tuning::default())
}

fn leaves(store: &CellStore) -> Result<Vec<VersionLeaf>, StoreError> {
    let mut leaves = vec![];
    let mut take = |leaf| {
        leaves.push(leaf);
        ControlFlow::Continue(())
    };
    store.for_each_version(0, &mut take).map(|()| leaves)
}

#[test]
fn a_torn_or_changed_write_ahead_file_gives_an_older_state_that_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path());
    let whole = copy(dir.path());
    store.close();
    let wal = std::fs::read(folder(whole.path()).join("records.sqlite-wal")).unwrap();
    let mut numbers = Numbers(0x5eed_0001);
    let mut states = BTreeSet::new();
    for round in 0..90 {
        let mut damaged = wal.clone();
        // Early rounds are at the beginning, where the file's own header is.
        let at = if round < 40 { round } else { numbers.below(wal.len()) };
        match round % 3 {
            0 => damaged.truncate(at),
            1 => damaged[at] ^= 1 << numbers.below(8),
            _ => damaged[at..(at + 512).min(wal.len())].fill(0),
        }
        let copied = copy(whole.path());
        std::fs::write(folder(copied.path()).join("records.sqlite-wal"), &damaged).unwrap();
        let store = match open(copied.path()) {
            Ok(store) => store,
            Err(StoreError::Corrupt { .. } | StoreError::Io { .. }) => continue,
            Err(other) => panic!("round {round}: {other}"),
        };
        let last = store.high_marks().unwrap().last_entry.unwrap().0;
        states.insert(last);
        for entry in 1..=ENTRIES {
            assert_eq!(store.has_entry(entry), Ok(entry <= last), "round {round}: entry {entry} of {last}");
            for new in versions_of(entry).iter().filter(|_| entry <= last) {
                assert_here(&store, new);
            }
        }
        assert_eq!(leaves(&store).unwrap().len() as u64, 1 + 3 * last);
        assert_eq!(store.check(), Ok(()), "round {round}");
    }
    assert!(states.len() > 20, "the damage hit too few places: {states:?}");
}

#[test]
fn changed_and_cut_pages_are_errors_or_show() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path());
    let original = leaves(&store).unwrap();
    store.close();
    let path = folder(dir.path()).join("records.sqlite");
    let whole = std::fs::read(&path).unwrap();
    let mut numbers = Numbers(0x5eed_0002);
    let (mut refused, mut shown, mut unseen) = (0, 0, 0);
    for round in 0..160 {
        let mut damaged = whole.clone();
        let at = numbers.below(whole.len());
        match round % 4 {
            0 => damaged.truncate(at),
            1 => damaged[at / 4096 * 4096..][..4096].fill(0),
            2 => damaged[at / 4096 * 4096 + numbers.below(16)] ^= 1 << numbers.below(8),
            _ => damaged[at] ^= 1 << numbers.below(8),
        }
        let copied = copy(dir.path());
        std::fs::write(folder(copied.path()).join("records.sqlite"), &damaged).unwrap();
        let Ok(store) = open(copied.path()) else {
            refused += 1;
            continue;
        };
        match look_at_everything(&store, &original) {
            true => unseen += 1,
            false => shown += 1,
        }
        // A write into a damaged file must not panic either, and what it answers must hold.
        let new = version(5000, 1, 5000, 300);
        if store.commit(item(5000, vec![new.clone()])).wait().is_ok() {
            assert_eq!(store.has_entry(5000), Ok(true));
        }
    }
    assert!(refused > 5 && shown > 30, "{refused} refused, {shown} shown, {unseen} unseen");
}

/// Reads all there is. Whether everything is as it was committed; what is not must have shown itself.
fn look_at_everything(store: &CellStore, original: &[VersionLeaf]) -> bool {
    let leaves = leaves(store);
    let sound = store.check().is_ok() && leaves.as_deref() == Ok(original);
    let mut same = sound && store.high_marks().is_ok() && store.stats().is_ok();
    for new in (1..=ENTRIES).flat_map(versions_of) {
        let (read, head) = (store.read(&new.address), store.head(&new.address));
        let history = store.history(&new.address, None, 10);
        if sound {
            // What the leaves vouch for is what every read gives; an address may have become another, and a wrap may
            // have changed, which does not open.
            if let Ok(Some(found)) = &read {
                assert_eq!(found.stored.sealed, new.sealed);
                assert_eq!(head, Ok(Some((&new.sealed.header).into())));
            }
        }
        same &= matches!(&read, Ok(Some(found)) if found.stored.wrap == new.wrap && found.compartment_wrap == [9; 80]);
        same &= head.is_ok() && history.is_ok_and(|found| found.len() == 1);
    }
    same
}

#[test]
fn a_file_that_was_put_back_is_behind() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path());
    store.close();
    let old = copy(dir.path());
    let store = reopen(dir.path());
    store.commit(item(ENTRIES + 1, versions_of(ENTRIES + 1))).wait().unwrap();
    let marks = store.high_marks().unwrap();
    assert_eq!(marks.last_entry, Some((ENTRIES + 1, [(ENTRIES + 1) as u8; 16])));
    let old = reopen(old.path());
    let behind = old.high_marks().unwrap();
    assert_eq!(behind.last_entry, Some((ENTRIES, [ENTRIES as u8; 16])));
    assert!(behind.record < marks.record && behind.time_ms < marks.time_ms);
    assert_eq!(old.has_entry(ENTRIES + 1), Ok(false));
}

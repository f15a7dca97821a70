//! What the store's tests share: a cell in a folder of its own, and versions whose bytes say what they are.

#![allow(dead_code, clippy::unwrap_used)]

use salus_seal::{CellId, Header, Sealed};
use salus_store::{Address, CellStore, CommitItem, NewVersion, Store, StoredId, Tuning};
use std::path::Path;

pub const CELL: CellId = CellId([0xce; 16]);

/// An address by a number.
pub fn address(number: u64) -> Address {
    let mut id = [0u8; 16];
    // Spread over the whole space, as random ids are.
    id[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    id[8..].copy_from_slice(&number.to_be_bytes());
    Address { kind: 7, id: StoredId::Random(id) }
}

/// A version with `bytes` bytes of body, which follow from record, version and entry.
pub fn version(record: u64, version: u32, entry: u64, bytes: usize) -> NewVersion {
    let seed =
        record.wrapping_mul(31) ^ u64::from(version).wrapping_mul(17) ^ entry.wrapping_mul(0x9e37_79b9);
    let mut body = Vec::with_capacity(bytes + 8);
    let mut state = seed | 1;
    while body.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        body.extend_from_slice(&state.to_le_bytes());
    }
    body.truncate(bytes);
    NewVersion {
        address: address(record),
        expected_version: version - 1,
        sealed: Sealed {
            header: Header {
                cell: CELL,
                compartment: 0,
                kind: 7,
                record,
                version,
                time_ms: 1_795_000_000_000 + entry,
                deleted: false,
            },
            body,
            line: Vec::new(),
            words: Vec::new(),
        },
        wrap: [(seed % 251) as u8; 60],
        entry,
    }
}

/// An item of one entry.
pub fn item(entry: u64, versions: Vec<NewVersion>) -> CommitItem {
    CommitItem {
        first_entry: entry,
        last_entry: entry,
        entry_mac: [(entry % 256) as u8; 16],
        compartments: Vec::new(),
        versions,
        ledger: None,
    }
}

/// A new cell with its house compartment, which took entry 0 and record 1.
pub fn new_store(dir: &Path) -> CellStore {
    let store = CellStore::create(dir, CELL, Tuning::default()).unwrap();
    let mut first = item(0, vec![version(1, 1, 0, 100)]);
    first.compartments.push((0, vec![9; 80]));
    store.commit(first).wait().unwrap();
    store
}

/// Opens it again.
pub fn reopen(dir: &Path) -> CellStore {
    CellStore::open(dir, CELL, Tuning::default()).unwrap()
}

/// Asserts that a version is here, byte for byte.
pub fn assert_here(store: &dyn Store, expected: &NewVersion) {
    let header = &expected.sealed.header;
    let found = store.vread(&expected.address, header.version).unwrap();
    let found =
        found.unwrap_or_else(|| panic!("record {} version {} is missing", header.record, header.version));
    assert_eq!(found.stored.sealed, expected.sealed, "record {}", header.record);
    assert_eq!(found.stored.wrap, expected.wrap);
    assert_eq!(found.stored.entry, expected.entry);
    assert!(store.has_entry(expected.entry).unwrap());
}

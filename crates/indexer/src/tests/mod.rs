//! Tests of the whole: against a straightforward evaluation, over the wire, and of what lies on the disk.

mod bounds;
mod cells;
mod evaluator;
mod feeding;
mod files;
mod generate;
mod golden;
mod naive;
mod needs;
mod wire;

use crate::cell::Cell;
use crate::entry::Entry;
use crate::pages::PageCache;
use salus_seal::envelope::{Plain, seal};
use salus_seal::{CellId, Header, Part, Pseudonym};
use salus_trust_api::wire::SecretKey;
use salus_trust_api::wire::index::Item;
use salus_trust_api::wire::words::{Made, Word, Words};
use std::path::Path;
use std::sync::Arc;

pub(super) const CELL: CellId = CellId([7; 16]);
pub(super) const INDEX_KEY: [u8; 32] = [3; 32];

/// A version as the store would have it.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) header: Header,
    pub(super) whose: Vec<Pseudonym>,
    pub(super) words: Words,
}

pub(super) fn pseudonym(n: u64) -> Pseudonym {
    let mut bytes = [9u8; 16];
    bytes[..8].copy_from_slice(&n.to_le_bytes());
    Pseudonym(bytes)
}

pub(super) fn row(record: u64, version: u32, kind: u16, patient: Option<u64>, words: Words) -> Row {
    let header = Header {
        cell: CELL,
        compartment: patient.unwrap_or(0),
        kind,
        record,
        version,
        time_ms: 1_000_000 + record * 10 + u64::from(version),
        deleted: false,
    };
    Row { header, whose: patient.map(pseudonym).into_iter().collect(), words }
}

pub(super) fn text_row(record: u64, text: &str) -> Row {
    let words = Words {
        id: format!("id-{record}"),
        words: vec![(1, Word::Text(text.into()))],
        narrative: text.into(),
        content: text.into(),
    };
    row(record, 1, 1, Some(record), words)
}

/// What the keyholder would send of it.
pub(super) fn item(row: &Row) -> Item {
    let words = if row.header.deleted { Vec::new() } else { postcard::to_stdvec(&row.words).unwrap() };
    let (sealed, key) = seal(&row.header, &Plain { body: b"{}", line: b"", words: &words }).unwrap();
    let key = *key.part(Part::Words.label()).unwrap().expose();
    Item { header: row.header, whose: row.whose.clone(), words: sealed.words, key: SecretKey(key) }
}

pub(super) fn entry(row: &Row, fresh: bool) -> Arc<Entry> {
    Arc::new(Entry::new(&row.header, &row.whose, &row.words, Made::FIRST, fresh))
}

pub(super) fn open_cell(folder: &Path) -> (Cell, Option<u64>) {
    Cell::open(folder, CELL, &INDEX_KEY, Arc::new(PageCache::new(1 << 20))).unwrap()
}

/// Commits everything of a cell, as the committer would.
pub(super) fn commit(cell: &Cell) {
    for store in cell.stores() {
        let mut writer = store.writer().unwrap();
        store.commit(&mut writer).unwrap();
        writer.wait_merging_threads().unwrap();
        store.reload(0).unwrap();
    }
}

//! The tail: what has landed and is not in a sealed segment yet, as small segments in memory.
//!
//! Each is made once and not changed; several are put together into one when there are too many.
//! Never: two versions of a record in one. State: the entries.

use crate::docs::{Budget, Docs};
use crate::entry::{Column, Entry, Span};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A segment in memory.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) entries: Vec<Arc<Entry>>,
    /// Terms and documents, sorted: the place of the term is its entry's.
    terms: BTreeMap<Vec<u8>, Vec<u32>>,
    /// Record numbers of all entries, and where they are.
    records: HashMap<u64, u32>,
    /// Records of which older versions may be elsewhere.
    masks: Vec<u64>,
}

impl Memory {
    /// A segment of these entries, oldest first; of several versions of a record, the newest stays.
    pub(crate) fn new(entries: impl IntoIterator<Item = Arc<Entry>>) -> Self {
        let mut out = Self::default();
        for entry in entries {
            match out.records.get(&entry.record).copied() {
                None => {
                    out.records.insert(entry.record, out.entries.len() as u32);
                    out.entries.push(entry);
                }
                Some(at) => {
                    let takes_place = |known: &&mut Arc<Entry>| {
                        known.version < entry.version || entry.anew && known.version == entry.version
                    };
                    if let Some(known) = out.entries.get_mut(at as usize).filter(takes_place) {
                        *known = entry;
                    }
                }
            }
        }
        for (doc, entry) in (0u32..).zip(&out.entries) {
            if !entry.fresh {
                out.masks.push(entry.record);
            }
            for term in &entry.terms {
                match out.terms.get_mut(term.as_slice()) {
                    Some(docs) => docs.push(doc),
                    None => {
                        out.terms.insert(term.clone(), vec![doc]);
                    }
                }
            }
        }
        out.masks.sort_unstable();
        out
    }

    pub(crate) fn documents(&self) -> u32 {
        self.entries.len() as u32
    }

    /// The version of a record that is here.
    pub(crate) fn version(&self, record: u64) -> Option<u32> {
        self.entry_of(record).map(|entry| entry.version)
    }

    /// What is here of a record.
    pub(crate) fn entry_of(&self, record: u64) -> Option<&Entry> {
        self.entry(*self.records.get(&record)?)
    }

    /// Whether what is here takes the place of older versions of this record elsewhere.
    pub(crate) fn masks(&self, record: u64) -> bool {
        !self.masks.is_empty() && self.masks.binary_search(&record).is_ok()
    }

    pub(crate) fn is_masking(&self) -> bool {
        !self.masks.is_empty()
    }

    pub(crate) fn entry(&self, doc: u32) -> Option<&Entry> {
        self.entries.get(doc as usize).map(Arc::as_ref)
    }

    pub(crate) fn docs_of(&self, key: &[u8]) -> &[u32] {
        self.terms.get(key).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn exact(&self, key: &[u8]) -> Docs<'_> {
        match self.docs_of(key) {
            [] => Docs::Nothing,
            docs => Docs::List(docs.to_vec(), 0),
        }
    }

    /// Shows all terms with this prefix, and how many documents they have.
    pub(crate) fn each(&self, prefix: &[u8], budget: &Budget, show: &mut dyn FnMut(&[u8], &[u32])) {
        for (term, docs) in self.terms.range(prefix.to_vec()..) {
            let Some(rest) = term.strip_prefix(prefix) else { return };
            if budget.term() {
                return;
            }
            show(rest, docs);
        }
    }

    pub(crate) fn spans(&self, doc: u32, column: &Column) -> &[Span] {
        self.entry(doc).and_then(|entry| entry.spans.get(column)).map_or(&[], Vec::as_slice)
    }
}

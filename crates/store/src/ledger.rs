//! What an import has already done of a bundle: one bit per entry, in chunks, so that a mark in a file of a million
//! lines rewrites 512 bytes and not the whole.
//!
//! Never: knows what the entries are. State: none; the rows are the store's.

use std::collections::BTreeMap;

/// The largest index of an entry in a bundle or file.
pub const MAX_LEDGER_INDEX: u32 = u32::MAX;
/// How many entries one chunk's bitmap covers.
const CHUNK_ENTRIES: u32 = 4096;
/// The most bytes of a chunk's bitmap.
const CHUNK_BYTES: usize = CHUNK_ENTRIES as usize / 8;

/// The bits of one chunk, without trailing zero bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Chunk(Vec<u8>);

impl Chunk {
    /// From the bytes in the store. `None` when they are no bitmap.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() <= CHUNK_BYTES).then(|| Self(bytes.to_vec()))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn has(&self, bit: u32) -> bool {
        self.0.get(bit as usize / 8).is_some_and(|byte| byte & (1 << (bit % 8)) != 0)
    }

    /// Sets the bit of an entry; whether it was not set before.
    pub(crate) fn mark(&mut self, index: u32) -> bool {
        let bit = index % CHUNK_ENTRIES;
        if self.has(bit) {
            return false;
        }
        let byte = bit as usize / 8;
        if self.0.len() <= byte {
            self.0.resize(byte + 1, 0);
        }
        if let Some(byte) = self.0.get_mut(byte) {
            *byte |= 1 << (bit % 8);
        }
        true
    }

    /// The number of the chunk that an entry falls into.
    pub(crate) fn of(index: u32) -> u32 {
        index / CHUNK_ENTRIES
    }
}

/// Which entries of a bundle are done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DoneMarks(BTreeMap<u32, Chunk>);

impl DoneMarks {
    pub(crate) fn insert(&mut self, number: u32, chunk: Chunk) {
        self.0.insert(number, chunk);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the entry of this index is done.
    pub fn has(&self, index: u32) -> bool {
        self.0.get(&Chunk::of(index)).is_some_and(|chunk| chunk.has(index % CHUNK_ENTRIES))
    }

    /// How many entries are done.
    pub fn count(&self) -> u64 {
        self.0.values().flat_map(|chunk| &chunk.0).map(|byte| u64::from(byte.count_ones())).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn marks_are_a_set(indices in proptest::collection::vec(0u32..20_000, 0..300), probe in 0u32..20_000) {
            let mut marks = DoneMarks::default();
            let mut set = BTreeSet::new();
            for index in indices.iter().copied().chain([MAX_LEDGER_INDEX]) {
                let chunk = marks.0.entry(Chunk::of(index)).or_default();
                prop_assert_eq!(chunk.mark(index), set.insert(index));
                prop_assert_eq!(Chunk::from_bytes(chunk.as_bytes()), Some(chunk.clone()));
            }
            prop_assert_eq!(marks.count(), set.len() as u64);
            prop_assert_eq!(marks.has(probe), set.contains(&probe));
            prop_assert!(marks.has(MAX_LEDGER_INDEX));
        }
    }

    #[test]
    fn a_chunk_is_bounded() {
        assert!(Chunk::from_bytes(&[0; CHUNK_BYTES]).is_some());
        assert!(Chunk::from_bytes(&[0; CHUNK_BYTES + 1]).is_none());
    }
}

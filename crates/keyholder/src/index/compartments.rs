//! Compartments that came beside the versions in them, each opened when the first of its versions is.
//!
//! Never: keeps one longer than its chunk. State: none.

use crate::state::Cell;
use salus_seal::Pseudonym;
use salus_seal::wrap::CompartmentCipher;
use salus_trust_api::wire::CompartmentWrap;
use std::collections::HashMap;

/// What opens a compartment's versions, and whose they are.
pub(super) type Opened = (CompartmentCipher, Vec<Pseudonym>);

/// Those of one chunk, by number.
pub(super) struct Compartments<'a> {
    cell: &'a Cell,
    wraps: HashMap<u64, &'a CompartmentWrap>,
    opened: HashMap<u64, Option<Opened>>,
}

impl<'a> Compartments<'a> {
    /// None of them opened.
    pub(super) fn new(cell: &'a Cell, wraps: &'a [CompartmentWrap]) -> Self {
        let wraps = wraps.iter().map(|wrap| (wrap.number, wrap)).collect();
        Self { cell, wraps, opened: HashMap::new() }
    }

    /// The compartment of this number; none when it did not come, or does not open.
    pub(super) fn of(&mut self, number: u64) -> Option<&Opened> {
        let (cell, wraps) = (self.cell, &self.wraps);
        let open = || {
            let wrap = &wraps.get(&number)?.wrap;
            let opened = cell.cipher_of(wrap).ok()?.unwrap(number, wrap).ok()?;
            Some((CompartmentCipher::new(&opened.key).ok()?, opened.pseudonyms))
        };
        self.opened.entry(number).or_insert_with(open).as_ref()
    }

    /// Those that were opened.
    pub(super) fn into_opened(self) -> HashMap<u64, Opened> {
        self.opened.into_iter().filter_map(|(number, opened)| Some((number, opened?))).collect()
    }
}

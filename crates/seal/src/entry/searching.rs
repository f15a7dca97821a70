//! What the log says of a cell's own search parameters, and of the extraction of words anew.
//!
//! Part of the log's format: variants are only ever added at the end. Never: a patient's data. State: none.

use crate::approver::Approver;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SearchingEvent {
    /// A search parameter of the cell's own is in force once the write that begins with `first` has landed.
    ParameterDefined {
        /// The first entry of that write.
        first: u64,
        /// The record that says so.
        record: u64,
        /// Its number in words and indexes: the same definition always has the same.
        number: u16,
        /// Codes of the types that it is for; none: all.
        kinds: Vec<u16>,
        /// What it is: the parts of its SearchParameter that count, as JSON. Nothing of a patient.
        definition: String,
    },
    /// A record defines no search parameter any more once the write that begins with `first` has landed.
    ParameterWithdrawn {
        /// The first entry of that write.
        first: u64,
        /// The record.
        record: u64,
    },
    /// Somebody asked that words be extracted anew; that is one approval of two.
    ExtractionAsked {
        /// The entry of the latest definition that is extracted by.
        made: u64,
        /// The version of the program's own extraction.
        extraction: u32,
        /// Who.
        by: Approver,
    },
    /// Somebody else approved it.
    ExtractionApproved {
        /// The entry that asked.
        asked: u64,
        /// Who.
        by: Approver,
    },
    /// Twice approved, it runs from now on until it is done.
    ExtractionBegun {
        /// The entry that asked.
        asked: u64,
    },
    /// All that it was about has new words.
    ExtractionDone {
        /// The entry that asked.
        asked: u64,
        /// Record versions whose words are new.
        versions: u64,
        /// Record versions of which none could be taken.
        unreadable: u64,
    },
}

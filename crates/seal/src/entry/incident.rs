//! What the log says of the search for an incident's extent, and of what was undone after it.
//!
//! Part of the log's format: variants are only ever added at the end. Never: a patient's data, or a key. State: none.

use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum IncidentEvent {
    /// The keys of these months, which open who, whom and why of the cell's entries, were given to somebody at the machine for a proof.
    LogKeysGiven {
        /// Years since 1970 times 12, plus month from 0; ascending.
        months: Vec<u32>,
    },
    /// What an entry of this tree changed was undone; the entries just before this one did it.
    Undone {
        /// The entry.
        entry: u64,
    },
}

//! A search on its own connection, and its answer. Part of the wire's format. State: none.

use super::query::{Found, Query, SearchFault};
use super::{Admit, Receipt};
use salus_seal::entry::Refusal;
use serde::{Deserialize, Serialize};

/// May this session search for this?
#[derive(Debug, Serialize, Deserialize)]
pub struct Search {
    /// Names the question on its connection.
    pub ticket: u64,
    /// Who asks, and why; without intents.
    pub admit: Admit,
    /// What is looked for.
    pub query: Box<Query>,
}

/// The answer to a [`Search`].
#[derive(Debug, Serialize, Deserialize)]
pub enum Searched {
    /// What was found; charged and logged, durably.
    Found {
        /// The entry in the log.
        receipt: Receipt,
        /// For how long the answer may be used, in milliseconds from when it was asked for.
        valid_ms: u32,
        /// What was found.
        found: Found,
    },
    /// No.
    Refused(Refusal),
    /// It could not be evaluated.
    Fault(SearchFault),
}

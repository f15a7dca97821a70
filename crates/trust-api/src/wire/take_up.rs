//! The words by which the record server takes a cell up: what its store knows, and what the keyholder does. State: none.

use salus_seal::CellId;
use serde::{Deserialize, Serialize};

/// What the store of a cell knows when the record server takes it up.
#[derive(Debug, Serialize, Deserialize)]
pub struct TakeUp {
    /// The cell.
    pub cell: CellId,
    /// The highest entry number that a committed row carries, with its MAC.
    pub last_entry: Option<(u64, [u8; 16])>,
}

/// What the keyholder knows of a cell that is taken up.
#[derive(Debug, Serialize, Deserialize)]
pub struct TakenUp {
    /// Writes that were admitted and neither landed nor abandoned: `(first, last)` entries.
    pub unresolved: Vec<(u64, u64)>,
    /// The highest entry that landed: the store must have it.
    pub last_landed: Option<u64>,
    /// The keyholder's time, in milliseconds since 1970.
    pub now_ms: u64,
}

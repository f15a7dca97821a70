//! What the log says of the search for an incident's extent, and of what was undone after it.
//!
//! Part of the log's format: variants are only ever added at the end. Never: a patient's data, or a key. State: none.

use crate::{Approver, SessionId};
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
    /// Two people had a sample looked for: records that somebody offers for sale. What this session opens is charged and logged like
    /// everything else; canaries among it raise no alarm, and it goes on while the cell is cut off.
    MatchBegun {
        /// In which everything is opened.
        session: SessionId,
        /// Who approved it, beside whoever was at the machine.
        by: Approver,
        /// How many rows the sample has.
        rows: u32,
        /// SHA-256 of the sample.
        sample: [u8; 32],
    },
    /// A package for investigators was made and signed.
    EvidenceMade {
        /// SHA-256 of its manifest, which holds the hashes of all that is in it.
        manifest: [u8; 32],
        /// The public key that it is sealed to.
        recipient: [u8; 32],
    },
}

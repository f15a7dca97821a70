//! What the log says of containment: what is held, and what is let go again; who may read in a cell that is cut off.
//!
//! A hold is no revocation, which is for good: while it is in force, nothing that it covers is admitted, and when it is released, what it
//! covered is usable again unless it ended otherwise meanwhile. In a cell's tree a hold is about that cell, in the platform's about all. Its
//! name is the number of its entry in its tree. `by` is the person who did it; none for somebody at the machine. Part of the log's
//! format: no field is ever added.
//!
//! Never: a patient. A reason is somebody's words, and readable for ever: whoever is asked for one is told so. State: none.

use crate::{ClientId, DeviceId, PrincipalId, SessionId};
use serde::{Deserialize, Serialize};

/// The longest reason, in bytes.
pub const MAX_REASON_BYTES: usize = 300;

/// What changed. Variants are only ever added at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContainEvent {
    /// Something is held from now on.
    Held {
        /// What.
        what: HoldOn,
        /// Why, in the words of whoever did it; at most [`MAX_REASON_BYTES`].
        reason: String,
        /// Who did it.
        by: Option<PrincipalId>,
    },
    /// A hold of the same tree is in force no more.
    Released {
        /// The number of the entry that began it.
        hold: u64,
        /// Who did it.
        by: Option<PrincipalId>,
    },
    /// While the cell is cut off, this person may read in an emergency.
    ExceptionMade {
        /// Who.
        principal: PrincipalId,
        /// Until when, in milliseconds since 1970.
        until_ms: u64,
        /// Who said so.
        by: Option<PrincipalId>,
    },
    /// The person may do so no more.
    ExceptionEnded {
        /// Who.
        principal: PrincipalId,
        /// Who said so.
        by: Option<PrincipalId>,
    },
    /// Why the cell was cut off: said of the quarantine before it.
    CutOffBecause {
        /// In the words of whoever did it; at most [`MAX_REASON_BYTES`].
        reason: String,
        /// Who did it.
        by: Option<PrincipalId>,
    },
}

/// What a hold covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HoldOn {
    /// One session.
    Session(SessionId),
    /// A person: all their sessions, and that they begin new ones.
    Person(PrincipalId),
    /// A passkey: all sessions that it began, and that it begins new ones.
    Device(DeviceId),
    /// An application: all its sessions, and that it begins new ones.
    Client(ClientId),
    /// All sessions of the cell that were begun before this entry; new ones may begin.
    Cell,
    /// All sessions of all cells that were begun up to the time of this entry; new ones may begin. Only in the platform's tree.
    Everyone,
}

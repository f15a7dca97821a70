//! The words of containment: what is held at once and let go as easily, what ends of what was admitted, and that it has ended.
//!
//! Part of the wire's format: variants are only ever added at the end. Never: a patient. State: none.

use super::{Answer, Ask};
use salus_seal::entry::contain::HoldOn;
use salus_seal::{CellId, ClientId, DeviceId, PrincipalId, SessionId};
use serde::{Deserialize, Serialize};

/// The longest time for which somebody may read in a cell that is cut off, in milliseconds: 72 hours.
pub const MAX_EXCEPTION_MS: u64 = 72 * 3_600_000;
/// The most sessions that a [`ContainStatus`] names.
pub const MAX_LIVE_SESSIONS: usize = 500;
/// The most sessions that one [`Ended`] names; of more, the whole cell is named.
pub const MAX_ENDED_SESSIONS: usize = 1_024;

/// What may be asked about one cell, or about the platform where none is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContainAsk {
    /// What is known. Answered by [`ContainAnswer::Status`].
    Status,
    /// Holds something at once. Answered by [`ContainAnswer::Held`]; what is held already stays so, and its hold is named.
    Hold {
        /// What.
        what: HoldOn,
        /// Why; stays readable in the log for ever.
        reason: String,
    },
    /// Lets a hold go. Answered by [`ContainAnswer::Released`].
    Release {
        /// The number of the entry that began it.
        hold: u64,
    },
    /// Cuts the cell off, or joins it again. Answered by [`ContainAnswer::Quarantined`].
    Quarantine {
        /// Whether it is cut off.
        on: bool,
    },
    /// Lets a person read in an emergency while the cell is cut off. Answered by [`ContainAnswer::Done`].
    Except {
        /// Who.
        principal: PrincipalId,
        /// Until when, in milliseconds since 1970; at most [`MAX_EXCEPTION_MS`] from now.
        until_ms: u64,
    },
    /// Ends that. Answered by [`ContainAnswer::Done`].
    EndException {
        /// Who.
        principal: PrincipalId,
    },
    /// Cuts the cell off and says why. Answered by [`ContainAnswer::Quarantined`].
    CutOff {
        /// Why; stays readable in the log for ever. Empty: nothing is said.
        reason: String,
    },
}

/// The answer to a [`ContainAsk`]; of what ended something it leaves when nothing of that is admitted or sent any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContainAnswer {
    /// What is known.
    Status(Box<ContainStatus>),
    /// It is held.
    Held {
        /// Names the hold in its tree.
        hold: u64,
        /// How many sessions could be used a moment before, and cannot now.
        sessions: u64,
    },
    /// It is let go.
    Released {
        /// How many sessions can be used again.
        sessions: u64,
    },
    /// The cell is cut off, or joined again.
    Quarantined {
        /// When it was joined again: how many record versions came in meanwhile.
        came_in: u64,
    },
    /// It is done, and durable.
    Done,
}

/// What is known of a cell, or of the platform (then without sessions, exceptions and quarantine).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainStatus {
    /// The keyholder's time, in milliseconds since 1970.
    pub now_ms: u64,
    /// Since when the cell is cut off.
    pub quarantined_ms: Option<u64>,
    /// How many record versions came in since then.
    pub came_in: u64,
    /// Who may read in an emergency meanwhile.
    pub exceptions: Vec<Exception>,
    /// The holds in force, the newest first; those of the platform, too.
    pub holds: Vec<HoldStatus>,
    /// How many sessions could be used now.
    pub living: u64,
    /// Them, those used last first; at most [`MAX_LIVE_SESSIONS`].
    pub sessions: Vec<LiveSession>,
}

/// Somebody who may read in a cell that is cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Who.
    pub principal: PrincipalId,
    /// Their name.
    pub name: String,
    /// Until when, in milliseconds since 1970.
    pub until_ms: u64,
}

/// A hold in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldStatus {
    /// Its cell; none for the platform's.
    pub cell: Option<CellId>,
    /// Its number in its tree.
    pub hold: u64,
    /// What is held.
    pub what: HoldOn,
    /// Whose that is, where it is somebody's: a person's or an application's name.
    pub name: Option<String>,
    /// Since when, in milliseconds since 1970.
    pub since_ms: u64,
    /// Why.
    pub reason: String,
    /// Who did it; none for somebody at the machine, where alone it can be undone then.
    pub by: Option<PrincipalId>,
    /// Their name.
    pub by_name: Option<String>,
    /// How many sessions it covers that have not ended otherwise.
    pub sessions: u64,
}

/// A session that could be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveSession {
    /// Its name in the log.
    pub session: SessionId,
    /// Who acts.
    pub principal: PrincipalId,
    /// Their name, or the application's.
    pub name: String,
    /// The application; none for a person on the pages.
    pub client: Option<ClientId>,
    /// The passkey that began it.
    pub device: Option<DeviceId>,
    /// What its owner calls it.
    pub device_label: Option<String>,
    /// When it began, in milliseconds since 1970.
    pub begun_ms: u64,
    /// When it was last used.
    pub used_ms: u64,
    /// Charts that its principal, in all sessions, reached within 24 hours.
    pub charts_today: u32,
    /// The same, lines.
    pub glimpses_today: u32,
}

/// Something that was admitted before is to be sent no more: said unasked on the search lane, and confirmed by
/// [`super::Request::Stopped`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// What was admitted to the session with a token of this hash.
    Session([u8; 32]),
    /// What was admitted in this cell.
    Cell(CellId),
    /// Everything.
    Everything,
}

/// Something that ends what others have, and so waits until nothing of it is sent any more. On the search lane, where answers overtake
/// each other: an [`Ask::Administer`] or an [`Ask::EndSession`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Ending {
    /// Names the question on its connection.
    pub ticket: u64,
    /// What is asked.
    pub ask: Ask,
}

/// The answer to an [`Ending`].
#[derive(Debug, Serialize, Deserialize)]
pub struct EndingDone {
    /// The question.
    pub ticket: u64,
    /// The answer.
    pub answer: Answer,
}

//! What the log says of exports of many patients at once: asked for, approved by somebody else, carried out, taken, ended.
//!
//! All of it stands in a cell's tree. An export is named by the number of the entry by which it was asked for. What it opened are entries of
//! [`super::Event::Opened`] with [`super::Interaction::Export`], as of any other reading. Part of the log's format: variants are only ever
//! added at the end, and no field is ever added to one.
//!
//! Never: a patient in the lasting part; the key of a file. State: none.

use crate::{DeviceId, PrincipalId};
use serde::{Deserialize, Serialize};

/// What happened to an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportEvent {
    /// Somebody asked for one: the fleeting part says in which session.
    Asked(ExportAsked),
    /// Somebody else approved exactly that.
    Approved {
        /// Which.
        export: u64,
        /// Who.
        by: PrincipalId,
        /// By which passkey.
        passkey: DeviceId,
        /// Its files end then, in milliseconds since 1970.
        until_ms: u64,
    },
    /// The record server began to read for it, or began anew.
    Begun {
        /// Which.
        export: u64,
    },
    /// All of it lies sealed, to be taken.
    Ready {
        /// Which.
        export: u64,
        /// How many files.
        files: u32,
        /// How many records are in them.
        records: u64,
    },
    /// A file's key was given to who had asked, and is there no more.
    Taken {
        /// Which.
        export: u64,
        /// The file, from 0.
        file: u32,
    },
    /// It is over, and whatever keys there were are destroyed.
    Ended {
        /// Which.
        export: u64,
        /// Why.
        why: ExportEnd,
        /// Who ended it, where it was somebody in a session.
        by: Option<PrincipalId>,
    },
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportAsked {
    /// Who asked: a person, or an application.
    pub by: PrincipalId,
    /// Whose records.
    pub scope: ExportScope,
    /// Codes of the types; empty: all that the asker may read.
    pub kinds: Vec<u16>,
    /// Only what was written then or later, in milliseconds since 1970.
    pub since_ms: u64,
    /// The most patients that it may reach.
    pub patients: u32,
    /// Until then it may be approved, in milliseconds since 1970.
    pub until_ms: u64,
}

/// Whose records an export holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ExportScope {
    /// Everybody's, and the house's.
    System,
    /// Everybody's.
    Patients,
    /// Those of a group's members.
    Group {
        /// The number of the Group's record.
        record: u64,
    },
}

/// Why an export is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ExportEnd {
    /// Whoever had asked did not want it any more.
    Cancelled,
    /// Somebody who administers did not want it.
    Declined,
    /// Every file was taken.
    Finished,
    /// Nobody approved it, or took its files, in time.
    Expired,
    /// Who asked was stopped, or the cell cut off.
    Stopped,
    /// The keyholder was started anew, and had the files' keys in memory alone.
    KeysLost,
    /// A budget was spent on the way.
    Budget,
    /// It would have reached more patients than were approved.
    MorePatients,
    /// Something else went wrong on the way.
    Failed,
}

impl ExportEnd {
    /// A word for it, in commands and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Declined => "declined",
            Self::Finished => "finished",
            Self::Expired => "expired",
            Self::Stopped => "stopped",
            Self::KeysLost => "keys-lost",
            Self::Budget => "budget",
            Self::MorePatients => "more-patients",
            Self::Failed => "failed",
        }
    }
}

//! The words about exports of many patients at once: asked for by one, approved by another at the door, read and sealed by the record
//! server, taken by who asked.
//!
//! Part of the wire's format: variants are only ever added at the end. Never: a key but a file's own, once; a patient. State: none.

use super::people::OfSession;
use super::policy::Categories;
use super::{CompartmentWrap, SecretKey, plain_bytes};
use crate::Token;
use salus_seal::entry::exports::{ExportEnd, ExportScope};
use salus_seal::{CellId, PrincipalId};
use serde::{Deserialize, Serialize};

/// For how long an export may be approved, in milliseconds: a day.
pub const EXPORT_ASK_MS: u64 = 86_400_000;
/// For how long its files may be taken after that, in milliseconds: a day.
pub const EXPORT_KEPT_MS: u64 = 86_400_000;
/// The most files of one export.
pub const MAX_EXPORT_FILES: u32 = 1_000;
/// The most types that one export names.
pub const MAX_EXPORT_KINDS: usize = 200;

/// What is asked about exports.
#[derive(Debug, Serialize, Deserialize)]
pub enum ExportAsk {
    /// Asks for one. Answered by [`ExportAnswer::Asked`].
    Ask {
        /// In which session.
        of: OfSession,
        /// What.
        wanted: ExportWanted,
    },
    /// How one stands that the asker asked for. Answered by [`ExportAnswer::Exports`], with one.
    Show {
        /// In which session.
        of: OfSession,
        /// Which.
        export: u64,
    },
    /// All of the cell, for whoever administers it; else the asker's own. Answered by [`ExportAnswer::Exports`].
    List {
        /// In which session.
        of: OfSession,
    },
    /// Ends one: one's own, or, for whoever administers, any.
    End {
        /// In which session.
        of: OfSession,
        /// Which.
        export: u64,
    },
    /// The key of a file, once, for who asked. Answered by [`ExportAnswer::File`].
    Take {
        /// In which session.
        of: OfSession,
        /// Which export.
        export: u64,
        /// Which file.
        file: u32,
    },
    /// The record server begins one that is approved, or begins it anew. Answered by [`ExportAnswer::Job`].
    Begin {
        /// The cell.
        cell: CellId,
        /// Which.
        export: u64,
    },
    /// Which of these compartments hold nobody but whom the export is about. Answered by [`ExportAnswer::Within`].
    Within {
        /// The job's token.
        job: Token,
        /// At most [`super::MAX_VERSIONS_PER_READ`].
        compartments: Vec<CompartmentWrap>,
    },
    /// A file is written whole: its key, to be kept until it is taken.
    Sealed {
        /// The job's token.
        job: Token,
        /// The file.
        file: SealedFile,
    },
    /// All files are written, or something hindered it.
    Over {
        /// The job's token.
        job: Token,
        /// None: it is whole.
        failed: Option<ExportEnd>,
    },
    /// Which exports are not over: the files of all others are to be swept. Answered by [`ExportAnswer::Living`]. What is over by its
    /// time is noted with it.
    Living,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportWanted {
    /// Whose records.
    pub scope: ExportScope,
    /// Codes of the types, ascending, at most [`MAX_EXPORT_KINDS`]; empty: all that the asker may read.
    pub kinds: Vec<u16>,
    /// Only what was written then or later, in milliseconds since 1970.
    pub since_ms: u64,
    /// Of a group: the wrap of its record's compartment, which names its members.
    pub group: Option<CompartmentWrap>,
}

/// A file of an export, sealed as pages.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealedFile {
    /// Its number, from 0.
    pub file: u32,
    /// The code of the type of its records.
    pub kind: u16,
    /// How many records it holds.
    pub records: u32,
    /// Its key.
    pub key: SecretKey,
    /// The entries that admitted what is in it.
    pub entries: Vec<u64>,
}

/// The answer to an [`ExportAsk`].
#[derive(Debug, Serialize, Deserialize)]
pub enum ExportAnswer {
    /// It is done, and durable.
    Done,
    /// It is asked for, by this entry.
    Asked(u64),
    /// These, the newest first.
    Exports {
        /// How each stands.
        exports: Vec<ExportStatus>,
        /// The keyholder's time, in milliseconds since 1970.
        now_ms: u64,
    },
    /// A file's key: it is given once.
    File {
        /// The file.
        file: SealedFile,
        /// For how long it may be sent, in milliseconds.
        valid_ms: u32,
    },
    /// What is to be read.
    Job {
        /// Names the job in what is said about it; the one before is good for nothing any more.
        job: Token,
        /// What.
        status: Box<ExportStatus>,
        /// Of which records.
        read: Categories,
    },
    /// Cell, export and phase of each that is not over.
    Living(Vec<(CellId, u64, ExportPhase)>),
    /// Of each compartment, in their order.
    Within(Vec<bool>),
    /// It may not be, and why.
    Invalid {
        /// Which value.
        field: String,
        /// How it must be.
        rule: String,
    },
    /// The cell's budget has no room for it.
    Budget(ExportRoom),
}

/// How an export stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportStatus {
    /// The entry by which it was asked for.
    pub export: u64,
    /// When, in milliseconds since 1970.
    pub asked_ms: u64,
    /// Who asked.
    pub asker: PrincipalId,
    /// By name.
    pub by: String,
    /// Whether that is an application.
    pub is_application: bool,
    /// Whose records.
    pub scope: ExportScope,
    /// Codes of the types; empty: all that the asker may read.
    pub kinds: Vec<u16>,
    /// Only what was written then or later, in milliseconds since 1970.
    pub since_ms: u64,
    /// The most patients that it may reach.
    pub patients: u32,
    /// How it stands.
    pub phase: ExportPhase,
    /// Until when it may be approved, or its files taken, in milliseconds since 1970.
    pub until_ms: u64,
    /// Who approved it, by name.
    pub approved_by: Option<String>,
    /// Patients that it has reached so far.
    pub reached: u32,
    /// Its files, while they can be taken or were.
    pub files: Vec<FileStatus>,
    /// When it was begun, in milliseconds since 1970: what was written later may not be in it.
    pub begun_ms: Option<u64>,
    /// The cell's budget, before and after it.
    pub room: ExportRoom,
    /// Binds an approval to exactly this.
    pub what: [u8; 32],
    /// Whether whoever asks may approve it, by a passkey at the door.
    pub can_approve: bool,
    /// Whether it is whoever asks who asked for it.
    pub is_own: bool,
}

/// A file, as far as it may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStatus {
    /// Its number, from 0.
    pub file: u32,
    /// The code of the type of its records.
    pub kind: u16,
    /// How many records it holds.
    pub records: u32,
}

/// The phases of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportPhase {
    /// It waits for somebody who approves it.
    Asked,
    /// It is approved, and not begun.
    Approved,
    /// It is being written.
    Running,
    /// Its files lie there.
    Ready,
    /// It is over.
    Ended(ExportEnd),
}

/// What an export does to the cell's budget of charts, by hour, day and 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRoom {
    /// What the cell may reach.
    pub limits: [u32; 3],
    /// What is reached.
    pub spent: [u32; 3],
    /// The most that will be reached after it.
    pub after: [u32; 3],
}

impl ExportRoom {
    /// Whether there is room.
    pub fn fits(&self) -> bool {
        self.after.iter().zip(&self.limits).all(|(after, limit)| after <= limit)
    }
}

/// What somebody is to approve, at the door: exactly what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportOf {
    /// The cell's name.
    pub cell: String,
    /// The entry by which it was asked for.
    pub export: u64,
    /// [`ExportStatus::what`].
    pub what: [u8; 32],
}

/// The same in words, for whoever is to approve it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportSaid {
    /// To be answered within [`super::people::CHALLENGE_MS`].
    #[serde(with = "plain_bytes")]
    pub challenge: Vec<u8>,
    /// What.
    pub status: ExportStatus,
    /// The keyholder's time, in milliseconds since 1970.
    pub now_ms: u64,
}

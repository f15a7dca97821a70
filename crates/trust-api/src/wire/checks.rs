//! The words about how a cell checks what is written: the settings that are in force, others in their place, and their versions.
//!
//! To the keyholder they are a text of a bounded length. Part of the wire's format: variants are only ever added at the end. Never: reaches
//! a patient. State: none.

use super::policy::VersionInfo;
use salus_seal::CellId;
use serde::{Deserialize, Serialize};

/// The most cells whose settings are asked for at once.
pub const MAX_CHECKS_ASKED: usize = 4_096;
/// The most texts of one answer: what is left out is given when it is asked for again.
pub const MAX_CHECKS_GIVEN: usize = 64;

/// What may be asked about a cell's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChecksAsk {
    /// Which are in force. Answered by [`ChecksAnswer::Shown`].
    Show,
    /// Puts others in force. Answered by [`ChecksAnswer::Set`].
    Set {
        /// Which.
        draft: ChecksDraft,
        /// [`ChecksShown::version`] of those that it was decided against; when others are in force meanwhile, nothing is changed.
        against: Option<u64>,
        /// Why; at most [`salus_seal::entry::checks::MAX_CHECKS_REASON_BYTES`].
        reason: String,
    },
    /// Their versions, the newest first. Answered by [`ChecksAnswer::Versions`].
    Versions,
    /// The text of a version. Answered by [`ChecksAnswer::Text`].
    Text(u64),
}

/// Settings that somebody would have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChecksDraft {
    /// These; at most [`salus_seal::entry::checks::MAX_CHECKS_BYTES`].
    Text(String),
    /// Those that this entry put in force; none: the program's own.
    Version(Option<u64>),
}

/// The answer to a [`ChecksAsk`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChecksAnswer {
    /// What is in force.
    Shown(ChecksShown),
    /// They are in force, from this entry on.
    Set(u64),
    /// Others were put in force meanwhile.
    Overtaken,
    /// The newest first.
    Versions(Vec<VersionInfo>),
    /// A text.
    Text(String),
}

/// Settings that are in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecksShown {
    /// The entry that put them in force; none: they are the program's own.
    pub version: Option<u64>,
    /// The settings; empty where they are the program's own.
    pub text: String,
}

/// A cell, and which of its settings are known to whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecksKnown {
    /// The cell.
    pub cell: CellId,
    /// [`ChecksShown::version`] of what is known; none: nothing is.
    pub known: Option<Option<u64>>,
}

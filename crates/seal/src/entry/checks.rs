//! What the log says of how a cell checks what is written: which packages of profiles count in it, and how strictly, as one text.
//!
//! The text is the record server's to read; here it is bytes of a bounded length. Each change holds the whole text, so that any version can
//! be read and put back for ever. Part of the log's format: variants are only ever added at the end, and no field to one that exists.
//!
//! Never: a patient. State: none.

use crate::PrincipalId;
use serde::{Deserialize, Serialize};

/// The longest text of settings, in bytes: it and what is around it fit into an entry.
pub const MAX_CHECKS_BYTES: usize = 24 * 1024;
/// The longest reason, in bytes.
pub const MAX_CHECKS_REASON_BYTES: usize = 300;

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChecksEvent {
    /// What is written is checked as this text says from now on.
    Set {
        /// The settings; empty: the program's own. At most [`MAX_CHECKS_BYTES`].
        text: String,
        /// The entry whose text this is once more, where a version was put back.
        restores: Option<u64>,
        /// Why, in the words of whoever did it; at most [`MAX_CHECKS_REASON_BYTES`].
        reason: String,
        /// Who did it; none for somebody at the machine.
        by: Option<PrincipalId>,
    },
}

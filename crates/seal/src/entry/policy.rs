//! What the log says of a cell's rules: which role may do what, as Cedar text.
//!
//! Each change holds the whole text, so that any version can be read and put back for ever. Part of the log's format: variants are only ever
//! added at the end, and no field to one that exists.
//!
//! Never: a patient. State: none.

use crate::PrincipalId;
use serde::{Deserialize, Serialize};

/// The longest text of rules, in bytes: two of them and what is around them fit into an entry.
pub const MAX_POLICY_BYTES: usize = 24 * 1024;
/// The longest reason, in bytes.
pub const MAX_POLICY_REASON_BYTES: usize = 300;

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicyEvent {
    /// The cell's roles may do what this text says from now on.
    Set {
        /// The rules, in Cedar; at most [`MAX_POLICY_BYTES`].
        text: String,
        /// What was in force before, where no entry says so: the program's own rules of then.
        own: Option<String>,
        /// The entry whose text this is once more, where a version was put back.
        restores: Option<u64>,
        /// Why, in the words of whoever did it; at most [`MAX_POLICY_REASON_BYTES`].
        reason: String,
        /// Who did it; none for somebody at the machine.
        by: Option<PrincipalId>,
    },
}

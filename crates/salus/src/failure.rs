//! Why a command ends without what was asked for: its exit code and its one line. Never: holds a patient's value or a key.

use crate::messages::Say;

/// Exit code: the thing asked about says no, is bad, or was refused in part.
pub const NO: u8 = 1;
/// Exit code: it could not be done.
pub const COULD_NOT: u8 = 2;
/// Exit code of a process of the server that must not be started again.
pub const FINAL: u8 = 3;

/// The end of a command that did not do what was asked for.
#[derive(Debug, Clone)]
pub struct Failure {
    /// [`NO`] or [`COULD_NOT`].
    pub code: u8,
    /// What, and how to cure it.
    pub say: Say,
}

impl Failure {
    /// It could not be done.
    pub fn could_not(say: Say) -> Self {
        Self { code: COULD_NOT, say }
    }

    /// The answer is no.
    pub fn no(say: Say) -> Self {
        Self { code: NO, say }
    }
}

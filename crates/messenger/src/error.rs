//! Why the messenger does not start or stops, and why a message could not be brought to its end. Carries no secret.

use salus_trust_api::wire::alarms::WayTrouble;

/// Why the messenger does not start, or stops.
#[derive(Debug, thiserror::Error)]
pub enum MessengerError {
    /// The keyholder does not accept this process.
    #[error("the keyholder does not accept this messenger's key")]
    Unwelcome,
    /// The connection to the keyholder broke, or something was said that is not understood.
    #[error("the connection to the keyholder broke")]
    Disconnected,
    /// The file of authorities holds no certificate that can be used.
    #[error("{path}: no certificate of an authority that could be used")]
    Roots {
        /// Which.
        path: String,
    },
    /// Nobody was reached by any way for long: a new process may find what has changed on this machine, its name server above all.
    #[error("nobody was reached for an hour")]
    Stale,
}

/// Why a message could not be brought to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// For the alarm page.
    pub kind: WayTrouble,
    /// For whoever looks after the machine: what the other side or the operating system said.
    pub why: String,
}

impl Trouble {
    /// Of this kind; of what was said, the first line, at most 200 characters.
    pub(crate) fn new(kind: WayTrouble, why: impl ToString) -> Self {
        let why = why.to_string();
        let line = why.lines().next().unwrap_or_default();
        Self { kind, why: line.chars().filter(|c| !c.is_control()).take(200).collect() }
    }
}

//! What can go wrong with a use case. Knows no HTTP; carries no value of a record and no key.

use crate::text;
use salus_fhir::Issue;
use salus_store::StoreError;
use salus_trust_api::wire::query::SearchFault;
use salus_trust_api::{OpenError, Refusal, TrustError};

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordsError {
    /// There is no such session, or it has ended, or it is another cell's.
    #[error("no session")]
    NoSession,
    /// There is no such record, or it was refused: the two are not told apart.
    #[error("not found")]
    NotFound,
    /// The record was deleted, and the asker may know it.
    #[error("deleted")]
    Gone {
        /// The log entry that admitted the answer.
        entry: u64,
    },
    /// The session's key is proved, but not that it was just now: to be asked again with the newest `nonce`.
    #[error("the proof may be an old one")]
    StaleProof,
    /// A step of a request for which its proof has no time left: it was not begun, or not admitted. Others were.
    #[error("not begun")]
    NotBegun,
    /// The cell is cut off: nothing of it is read, changed or searched meanwhile.
    #[error("the cell is cut off")]
    Quarantined,
    /// The session may not write this.
    #[error("the session may not do this")]
    Forbidden,
    /// The budget is spent.
    #[error("the budget is spent")]
    Budget {
        /// After how many seconds there is room for one more patient.
        retry_after_s: u32,
    },
    /// Most of the budget is spent: the person must touch their passkey at the door first.
    #[error("the passkey must be touched first")]
    TouchNeeded,
    /// The content breaks a rule of FHIR or of this server.
    #[error("invalid content")]
    Invalid(Vec<Issue>),
    /// The request itself is not well formed.
    #[error("malformed request")]
    Malformed(Vec<Issue>),
    /// It is not offered here.
    #[error("not supported")]
    NotSupported(Vec<Issue>),
    /// It needs more time, memory or room than one request may have.
    #[error("too costly")]
    TooCostly(Vec<Issue>),
    /// The index is not ready to be asked.
    #[error("the index is not ready")]
    NotReady,
    /// A parameter of the search is not known to all records yet.
    #[error("a search parameter is not known to all records yet")]
    NotExtracted(Vec<Issue>),
    /// A link to a next page is not one of this session, or of an earlier run of this server.
    #[error("the link has ended")]
    LinkEnded,
    /// A condition of the request does not hold.
    #[error("a condition does not hold")]
    Precondition(Vec<Issue>),
    /// Somebody else was faster, again and again.
    #[error("conflict")]
    Conflict,
    /// A resource is larger than the bound.
    #[error("larger than the bound")]
    TooLarge {
        /// The bound, in bytes.
        max_bytes: usize,
    },
    /// An import's bundle was already carried out.
    #[error("already imported")]
    AlreadyImported,
    /// Too much waits already.
    #[error("busy")]
    Busy,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The keyholder or the cell's store is not there, or it is not known whether a write landed.
    #[error("not available")]
    Unavailable,
    /// A fault of ours.
    #[error("internal fault")]
    Internal,
}

impl RecordsError {
    /// A refusal of something that was to be read, changed or deleted: all look like a record that is not there.
    pub(crate) fn of_existing(error: TrustError) -> Self {
        Self::from_trust(error, Self::NotFound)
    }

    /// A refusal of something new: that it was refused says nothing about what is there.
    pub(crate) fn of_new(error: TrustError) -> Self {
        Self::from_trust(error, Self::Forbidden)
    }

    fn from_trust(error: TrustError, refused: Self) -> Self {
        match error {
            TrustError::Refused(
                Refusal::NoSession | Refusal::NoProof | Refusal::BadProof | Refusal::Suspended,
            ) => Self::NoSession,
            TrustError::Refused(Refusal::StaleProof) => Self::StaleProof,
            TrustError::Refused(Refusal::Budget { retry_after_s }) => Self::Budget { retry_after_s },
            TrustError::Refused(Refusal::TouchNeeded) => Self::TouchNeeded,
            TrustError::Refused(Refusal::Malformed) | TrustError::Protocol => Self::Internal,
            // What this cell's own store holds does not open: it was damaged, which nobody may take for "not there".
            TrustError::Refused(Refusal::DoesNotOpen) => Self::Internal,
            TrustError::Refused(Refusal::NotAllowed | Refusal::Missing) => refused,
            // Said to those who have a session in it: their writes are not lost, but wait.
            TrustError::Refused(Refusal::Quarantined) => Self::Quarantined,
            TrustError::Refused(Refusal::NoRoom) => Self::Full,
            TrustError::Unavailable => Self::Unavailable,
            TrustError::Fault(SearchFault::NotReady) => Self::NotReady,
            TrustError::Fault(SearchFault::TooCostly) => Self::TooCostly(vec![text::too_costly()]),
            TrustError::Fault(SearchFault::BadCursor) => Self::LinkEnded,
            TrustError::Fault(SearchFault::NotExtracted { percent, .. }) => {
                Self::NotExtracted(vec![text::not_extracted("?", percent)])
            }
            TrustError::Fault(SearchFault::Malformed | SearchFault::Failed) => Self::Internal,
        }
    }
}

impl From<StoreError> for RecordsError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::Full => Self::Full,
            StoreError::Conflict(_) => Self::Conflict,
            StoreError::Unfit { .. } => Self::Internal,
            _ => Self::Unavailable,
        }
    }
}

impl From<OpenError> for RecordsError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Ended => Self::Unavailable,
            OpenError::NotCovered | OpenError::Seal(_) => Self::Internal,
        }
    }
}

//! Sealed records and the formats of the access log.
//!
//! For: turning a record into noise and back ([`envelope`]), wrapping keys by keys ([`wrap`]), sealing the
//! pages of files ([`pages`]), and the bytes of the access log ([`entry`], [`merkle`], [`tile`], [`note`]).
//!
//! Never: does I/O, keeps state, knows FHIR, storage or the network. Everything here is a function of its
//! arguments and of fresh random numbers.
//!
//! State: none. Keys are owned by the caller; they wipe themselves when dropped and print as nothing.

pub mod approver;
pub mod entry;
pub mod envelope;
pub mod escrow;
pub mod header;
pub mod ids;
pub mod keys;
pub mod merkle;
pub mod note;
pub mod package;
pub mod pages;
pub mod shares;
pub mod tile;
pub mod wrap;

mod compress;

pub use approver::Approver;
pub use compress::{compress, decompress};
pub use envelope::{Part, Sealed};
pub use header::Header;
pub use ids::{CellId, ClientId, DeviceId, PrincipalId, Pseudonym, SessionId};
pub use keys::{CellKey, CompartmentKey, FileKey, LogKey, PartKey, RootKey, VersionKey};

/// What can go wrong with sealed bytes. Carries no key and no plaintext.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The bytes do not open: another key, another header, or changed.
    #[error("the sealed bytes do not open under this key and header")]
    DoesNotOpen,
    /// The bytes are not of the format they should be of.
    #[error("the sealed bytes are not of the expected format")]
    Malformed,
    /// The plaintext is larger than the bound.
    #[error("larger than the bound of {max_bytes} bytes")]
    TooLarge {
        /// The bound, in bytes.
        max_bytes: usize,
    },
    /// The system gave no random numbers, or the cipher refused to work.
    #[error("the cryptographic provider failed")]
    Provider,
}

//! Admissions: what opens sealed record versions, for five seconds.
//!
//! Never: made outside this crate, cloned, or sent anywhere. State: the keys it grants, wiped when dropped.

use crate::endings::Under;
use crate::wire::{CompartmentWrap, Receipt};
use salus_seal::wrap::VERSION_WRAP_BYTES;
use salus_seal::{Header, Part, PartKey, SealError, Sealed};
use std::time::Instant;

/// Why an admission does not open a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It has ended.
    #[error("the admission has ended")]
    Ended,
    /// It was given for other versions.
    #[error("the admission does not cover this version")]
    NotCovered,
    /// The sealed bytes are not those that were admitted.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// The keyholder's yes to reading: opens one part of exactly these versions until it ends.
#[derive(Debug)]
pub struct Admission {
    pub(crate) receipt: Receipt,
    pub(crate) ends: Instant,
    pub(crate) under: Under,
    pub(crate) part: Part,
    pub(crate) keys: Vec<(Header, PartKey)>,
}

impl Admission {
    /// The entry in the log that says so.
    pub fn receipt(&self) -> Receipt {
        self.receipt
    }

    /// When it ends; nothing that it opened may be sent after that.
    pub fn ends(&self) -> Instant {
        self.ends
    }

    /// Under what it was given.
    pub fn under(&self) -> Under {
        self.under
    }

    /// Opens a version.
    ///
    /// Errors: after its end, for a version it was not given for, and for bytes that are not those admitted.
    pub fn open(&self, sealed: &Sealed) -> Result<Vec<u8>, OpenError> {
        if Instant::now() >= self.ends {
            return Err(OpenError::Ended);
        }
        // The record's number tells most apart at once.
        let is_it = |header: &Header| header.record == sealed.header.record && *header == sealed.header;
        let key = self.keys.iter().find(|(header, _)| is_it(header)).map(|(_, key)| key);
        Ok(sealed.open(self.part, key.ok_or(OpenError::NotCovered)?)?)
    }
}

/// The keyholder's yes to writing: the wraps with which the versions may be committed.
#[derive(Debug)]
pub struct WriteAdmission {
    pub(crate) receipt: Receipt,
    pub(crate) versions: Vec<[u8; VERSION_WRAP_BYTES]>,
    pub(crate) compartments: Vec<CompartmentWrap>,
}

impl WriteAdmission {
    /// The entries in the log that say so.
    pub fn receipt(&self) -> Receipt {
        self.receipt
    }

    /// The wrap of each version, in the order of the intent.
    pub fn version_wraps(&self) -> &[[u8; VERSION_WRAP_BYTES]] {
        &self.versions
    }

    /// The wraps of the compartments that were made, in the order of the intent.
    pub fn compartment_wraps(&self) -> &[CompartmentWrap] {
        &self.compartments
    }

    /// The entry that covers the version at `index`: each covers 1,024.
    pub fn entry_of(&self, index: usize) -> u64 {
        self.receipt.entry + (index / salus_seal::entry::MAX_VERSIONS_PER_ENTRY) as u64
    }
}

//! Words that were extracted anew: kept beside the version that they are of, in place of those in its row.
//!
//! Never: a part of what the log's version roots cover; they can be extracted again. State: none.

use crate::WrappedVersion;
use salus_seal::wrap::VERSION_WRAP_BYTES;

/// New words of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptWords {
    /// The record.
    pub record: u64,
    /// The version.
    pub version: u32,
    /// By the parameters of which entry of the log they were made.
    pub made: u64,
    /// By which version of the program's own extraction.
    pub extraction: u32,
    /// The wrap of their key.
    pub wrap: [u8; VERSION_WRAP_BYTES],
    /// The sealed words.
    pub words: Vec<u8>,
}

/// A version, and the words to be taken in place of its own, with their key's wrap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedVersion {
    /// The version as it was committed.
    pub version: WrappedVersion,
    /// Wrap and sealed words.
    pub anew: Option<([u8; VERSION_WRAP_BYTES], Vec<u8>)>,
}

/// Which newest versions are looked for: those without new words that are as new as this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    /// Of these types; none: of all.
    pub kinds: Vec<u16>,
    /// Admitted with an entry up to this.
    pub up_to: u64,
    /// Passed over when its words are made by this entry's parameters or later ones,
    pub made: u64,
    /// and by this version of the program's own extraction or a later one.
    pub extraction: u32,
}

/// Newest versions, ascending by record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LackingPage {
    /// What lacks words.
    pub versions: Vec<WrappedVersion>,
    /// Up to which record was looked.
    pub after: u64,
    /// At how many records.
    pub looked: u64,
    /// Whether there are no more.
    pub done: bool,
}

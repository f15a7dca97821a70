//! What the store gives back. State: none.

use salus_seal::wrap::VERSION_WRAP_BYTES;
use salus_seal::{Header, Sealed};

/// The newest version's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The record's number in this cell, from 1.
    pub record: u64,
    /// The resource type's code.
    pub kind: u16,
    /// The newest version, from 1.
    pub version: u32,
    /// Whether that version says that the record was deleted.
    pub deleted: bool,
    /// The compartment that the version belongs to.
    pub compartment: u64,
    /// When the version was written, in milliseconds since 1970 (UTC).
    pub time_ms: u64,
}

impl From<&Header> for Head {
    fn from(header: &Header) -> Self {
        Self {
            record: header.record,
            kind: header.kind,
            version: header.version,
            deleted: header.deleted,
            compartment: header.compartment,
            time_ms: header.time_ms,
        }
    }
}

/// A record version as it was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVersion {
    /// The header and the sealed parts.
    pub sealed: Sealed,
    /// The version key's wrap.
    pub wrap: [u8; VERSION_WRAP_BYTES],
    /// The log entry that admitted it.
    pub entry: u64,
}

/// A version with its compartment's wrap: everything that an admission needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedVersion {
    /// The version.
    pub stored: StoredVersion,
    /// The wrap of the compartment that the header names.
    pub compartment_wrap: Vec<u8>,
}

/// Where a version stands among all of the cell: by its entry, then its record, then its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The log entry that admitted it.
    pub entry: u64,
    /// Its record.
    pub record: u64,
    /// Its version.
    pub version: u32,
}

impl Place {
    /// Behind everything.
    pub const END: Self =
        Self { entry: i64::MAX as u64, record: crate::MAX_RECORD, version: crate::MAX_VERSION };

    /// Before everything of this entry.
    pub fn before_entry(entry: u64) -> Self {
        Self { entry: entry.min(Self::END.entry), record: 0, version: 0 }
    }

    /// Where this version stands.
    pub fn of(version: &StoredVersion) -> Self {
        let header = &version.sealed.header;
        Self { entry: version.entry, record: header.record, version: header.version }
    }
}

/// Where a version stands in the history of all records: by its time, then its record, then its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// When it was written, in milliseconds since 1970 (UTC).
    pub time_ms: u64,
    /// Its record.
    pub record: u64,
    /// Its version.
    pub version: u32,
}

impl Moment {
    /// After everything.
    pub const END: Self =
        Self { time_ms: i64::MAX as u64, record: crate::MAX_RECORD, version: crate::MAX_VERSION };

    /// When this version was written.
    pub fn of(version: &StoredVersion) -> Self {
        let header = &version.sealed.header;
        Self { time_ms: header.time_ms, record: header.record, version: header.version }
    }
}

/// A version among those of other records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastVersion {
    /// The version.
    pub version: WrappedVersion,
    /// Whether the record came to be with it: for the first time, or again after a deletion.
    pub created: bool,
}

/// How far the store has come. Compared with the log, it shows a store that was put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HighMarks {
    /// The largest record number, 0 when there is none.
    pub record: u64,
    /// The largest compartment number; 0 also when there is none.
    pub compartment: u64,
    /// The largest log entry that landed, with the keyholder's MAC over its number.
    pub last_entry: Option<(u64, [u8; 16])>,
    /// The latest time of a version, in milliseconds since 1970 (UTC), 0 when there is none.
    pub time_ms: u64,
}

/// What the log's version root covers of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionLeaf {
    /// The log entry that admitted the version.
    pub entry: u64,
    /// Its header.
    pub header: Header,
    /// The hash over its ciphertexts, computed from the bytes that are there.
    pub hash: [u8; 32],
}

/// Counts and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Records, deleted ones too.
    pub records: u64,
    /// Versions of them.
    pub versions: u64,
    /// Compartments, the house's too.
    pub compartments: u64,
    /// Bytes on disk of the file and of what was written ahead of it.
    pub bytes: u64,
    /// Bytes of the file that are free for what comes next.
    pub free_bytes: u64,
}

//! The clear header of a record version: what the store may know, and what every key is bound to.
//!
//! Never: a name, an id a client chose, or anything else that a person could be known by. State: none.

use crate::{CellId, SealError};
use serde::{Deserialize, Serialize};

/// The length of a header's canonical bytes.
pub const HEADER_BYTES: usize = 49;

/// The header of one record version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Header {
    /// The cell that owns the record.
    pub cell: CellId,
    /// The number of the compartment in this cell; 0 is the house compartment.
    pub compartment: u64,
    /// The resource type's code (the stable list of the `fhir` crate).
    pub kind: u16,
    /// The record's number in this cell, from 1.
    pub record: u64,
    /// The version, from 1.
    pub version: u32,
    /// When it was written, in milliseconds since 1970 (UTC).
    pub time_ms: u64,
    /// Whether this version says that the record was deleted.
    pub deleted: bool,
}

impl Header {
    /// The canonical bytes: associated data of the body, of the version's wrap, and a leaf of the version root.
    pub fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        let mut out = [0u8; HEADER_BYTES];
        let fields: [&[u8]; 8] = [
            b"S1",
            &self.cell.0,
            &self.compartment.to_le_bytes(),
            &self.kind.to_le_bytes(),
            &self.record.to_le_bytes(),
            &self.version.to_le_bytes(),
            &self.time_ms.to_le_bytes(),
            &[u8::from(self.deleted)],
        ];
        let mut at = 0;
        for field in fields {
            out[at..at + field.len()].copy_from_slice(field);
            at += field.len();
        }
        out
    }

    /// The header from its canonical bytes.
    pub fn from_bytes(bytes: &[u8; HEADER_BYTES]) -> Result<Self, SealError> {
        let mut reader = Reader(bytes);
        if reader.take::<2>() != Some(*b"S1") {
            return Err(SealError::Malformed);
        }
        let header = (|| {
            Some(Self {
                cell: CellId(reader.take()?),
                compartment: u64::from_le_bytes(reader.take()?),
                kind: u16::from_le_bytes(reader.take()?),
                record: u64::from_le_bytes(reader.take()?),
                version: u32::from_le_bytes(reader.take()?),
                time_ms: u64::from_le_bytes(reader.take()?),
                deleted: match reader.take::<1>()? {
                    [0] => false,
                    [1] => true,
                    _ => return None,
                },
            })
        })();
        header.ok_or(SealError::Malformed)
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_round_trip_and_every_field_counts() {
        let header = Header {
            cell: CellId([3; 16]),
            compartment: 7,
            kind: 101,
            record: 9,
            version: 2,
            time_ms: 1_795_000_000_123,
            deleted: false,
        };
        let bytes = header.to_bytes();
        assert_eq!(Header::from_bytes(&bytes), Ok(header));
        for at in 0..HEADER_BYTES {
            let mut other = bytes;
            other[at] ^= 1;
            assert_ne!(Header::from_bytes(&other), Ok(header), "byte {at}");
        }
        let mut bad = bytes;
        bad[HEADER_BYTES - 1] = 2;
        assert_eq!(Header::from_bytes(&bad), Err(SealError::Malformed));
    }
}

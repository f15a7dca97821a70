//! The envelope: a record version's parts, each compressed and encrypted under a key of its own.
//!
//! For: the record server, which seals what it was given and opens what it was admitted to. A body's key comes
//! from a version key drawn fresh for every seal, so a retry or a fail-over that seals the same version
//! again never encrypts twice under one key, and the nonce can be constant.
//!
//! Never: reuses a version key; opens a part under another header than it was sealed under. State: none.

use crate::compress::{compress, decompress};
use crate::keys::{Cipher, NONCE_BYTES, TAG_BYTES};
use crate::{Header, PartKey, SealError, VersionKey};
use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

/// The largest plaintext of a part, in bytes.
pub const MAX_PART_BYTES: usize = 16 * 1024 * 1024;
/// The length of the hash over a version's ciphertexts, in bytes.
pub const HASH_BYTES: usize = 32;

/// A part of a record version, with a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// The resource as JSON.
    Body,
    /// What a list shows of a Patient: name and birth date. Empty for other types.
    Line,
    /// The words to be indexed.
    Words,
}

impl Part {
    /// All parts, in the order in which they are hashed.
    pub const ALL: [Part; 3] = [Part::Body, Part::Line, Part::Words];

    /// The label from which the part's key is derived, and its associated data begins.
    pub fn label(self) -> &'static [u8] {
        match self {
            Part::Body => b"salus part v1: body",
            Part::Line => b"salus part v1: line",
            Part::Words => b"salus part v1: words",
        }
    }
}

/// A record version as the store keeps it, but for its wrap. An empty part is an absent part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The clear header, to which everything is bound.
    pub header: Header,
    /// The sealed [`Part::Body`].
    pub body: Vec<u8>,
    /// The sealed [`Part::Line`], or empty.
    pub line: Vec<u8>,
    /// The sealed [`Part::Words`], or empty.
    pub words: Vec<u8>,
}

/// What is to be sealed. An empty part stays empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain<'a> {
    /// The resource as JSON.
    pub body: &'a [u8],
    /// What a list shows of a Patient.
    pub line: &'a [u8],
    /// The words to be indexed.
    pub words: &'a [u8],
}

/// Seals a record version under a fresh key, which it gives back for the keyholder to wrap.
///
/// Errors: [`SealError::TooLarge`] when a part is over [`MAX_PART_BYTES`].
pub fn seal(header: &Header, plain: &Plain<'_>) -> Result<(Sealed, VersionKey), SealError> {
    let key = VersionKey::random()?;
    let part = |part: Part, plain: &[u8]| seal_part(&key.part(part.label())?, header, part, plain);
    let sealed = Sealed {
        header: *header,
        body: part(Part::Body, plain.body)?,
        line: if plain.line.is_empty() { Vec::new() } else { part(Part::Line, plain.line)? },
        words: if plain.words.is_empty() { Vec::new() } else { part(Part::Words, plain.words)? },
    };
    Ok((sealed, key))
}

impl Sealed {
    /// The ciphertext of a part.
    pub fn part(&self, part: Part) -> &[u8] {
        match part {
            Part::Body => &self.body,
            Part::Line => &self.line,
            Part::Words => &self.words,
        }
    }

    /// SHA-256 over the ciphertexts, each with its length before it. The version's wrap is bound to it.
    pub fn hash(&self) -> [u8; HASH_BYTES] {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in Part::ALL {
            let bytes = self.part(part);
            context.update(&(bytes.len() as u32).to_le_bytes());
            context.update(bytes);
        }
        let mut out = [0u8; HASH_BYTES];
        out.copy_from_slice(context.finish().as_ref());
        out
    }

    /// Opens a part under its key.
    ///
    /// Errors: [`SealError::DoesNotOpen`] when key, header or bytes are not those it was sealed with.
    pub fn open(&self, part: Part, key: &PartKey) -> Result<Vec<u8>, SealError> {
        open_part(&self.header, part, self.part(part), key)
    }
}

/// Opens one part that travelled without its version, under its key.
///
/// Errors: [`SealError::DoesNotOpen`] when key, header or bytes are not those it was sealed with.
pub fn open_part(header: &Header, part: Part, sealed: &[u8], key: &PartKey) -> Result<Vec<u8>, SealError> {
    let mut buffer = sealed.to_vec();
    let cipher = Cipher::new(key.expose())?;
    let packed = cipher.open([0; NONCE_BYTES], &associated(part, header), &mut buffer)?;
    decompress(packed, MAX_PART_BYTES)
}

/// Seals words that were extracted anew, under a fresh key of their own, which it gives back for the keyholder to wrap.
///
/// Errors: [`SealError::TooLarge`] when they are over [`MAX_PART_BYTES`].
pub fn seal_words(header: &Header, words: &[u8]) -> Result<(Vec<u8>, PartKey), SealError> {
    let key = PartKey::random()?;
    Ok((seal_part(&key, header, Part::Words, words)?, key))
}

/// SHA-256 over words' ciphertext, to which their key's wrap is bound.
pub fn hash_of_words(words: &[u8]) -> [u8; HASH_BYTES] {
    let mut out = [0u8; HASH_BYTES];
    out.copy_from_slice(digest::digest(&digest::SHA256, words).as_ref());
    out
}

fn seal_part(key: &PartKey, header: &Header, part: Part, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    if plain.len() > MAX_PART_BYTES {
        return Err(SealError::TooLarge { max_bytes: MAX_PART_BYTES });
    }
    let mut buffer = compress(plain, TAG_BYTES)?;
    Cipher::new(key.expose())?.seal([0; NONCE_BYTES], &associated(part, header), &mut buffer)?;
    Ok(buffer)
}

fn associated(part: Part, header: &Header) -> Vec<u8> {
    let mut out = Vec::with_capacity(part.label().len() + crate::header::HEADER_BYTES);
    out.extend_from_slice(part.label());
    out.extend_from_slice(&header.to_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CellId;

    fn header() -> Header {
        Header {
            cell: CellId([9; 16]),
            compartment: 4,
            kind: 3,
            record: 12,
            version: 1,
            time_ms: 1_795_000_000_000,
            deleted: false,
        }
    }

    const BODY: &[u8] = br#"{"resourceType":"Patient","id":"x","name":[{"family":"Muster"}]}"#;

    #[test]
    fn what_was_sealed_opens_only_under_its_key_header_and_part() {
        let (sealed, key) = seal(&header(), &Plain { body: BODY, line: b"Muster", words: b"" }).unwrap();
        let body_key = key.part(Part::Body.label()).unwrap();
        assert_eq!(sealed.open(Part::Body, &body_key).unwrap(), BODY);
        assert_eq!(sealed.open(Part::Line, &body_key), Err(SealError::DoesNotOpen));
        let mut moved = sealed.clone();
        moved.header.record = 13;
        assert_eq!(moved.open(Part::Body, &body_key), Err(SealError::DoesNotOpen));
        let mut swapped = sealed.clone();
        std::mem::swap(&mut swapped.body, &mut swapped.line);
        assert_eq!(swapped.open(Part::Body, &body_key), Err(SealError::DoesNotOpen));
        let (_, other) = seal(&header(), &Plain { body: BODY, ..Plain::default() }).unwrap();
        assert_eq!(
            sealed.open(Part::Body, &other.part(Part::Body.label()).unwrap()),
            Err(SealError::DoesNotOpen)
        );
    }

    #[test]
    fn every_changed_bit_is_found() {
        let (sealed, key) = seal(&header(), &Plain { body: BODY, ..Plain::default() }).unwrap();
        let key = key.part(Part::Body.label()).unwrap();
        for at in 0..sealed.body.len() {
            let mut changed = sealed.clone();
            changed.body[at] ^= 0x10;
            assert_eq!(changed.open(Part::Body, &key), Err(SealError::DoesNotOpen), "byte {at}");
        }
    }

    #[test]
    fn two_seals_of_the_same_version_share_no_key_and_no_bytes() {
        let (first, first_key) = seal(&header(), &Plain { body: BODY, ..Plain::default() }).unwrap();
        let (second, second_key) = seal(&header(), &Plain { body: BODY, ..Plain::default() }).unwrap();
        assert_ne!(first_key.expose(), second_key.expose());
        assert_ne!(first.body, second.body);
    }

    #[test]
    fn a_part_over_the_bound_is_refused() {
        let large = vec![b' '; MAX_PART_BYTES + 1];
        assert_eq!(
            seal(&header(), &Plain { body: &large, ..Plain::default() }).err(),
            Some(SealError::TooLarge { max_bytes: MAX_PART_BYTES })
        );
    }

    #[test]
    fn the_hash_tells_parts_apart() {
        let (sealed, _) = seal(&header(), &Plain { body: BODY, line: b"a", words: b"b" }).unwrap();
        let mut moved = sealed.clone();
        let byte = moved.body.pop().unwrap();
        moved.line.insert(0, byte);
        assert_ne!(sealed.hash(), moved.hash());
    }
}

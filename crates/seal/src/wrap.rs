//! Wraps: a key encrypted by the key above it, bound to what it may be used for.
//!
//! For: the keyholder, the only one who holds the keys above. Nonces are random; no key wraps 2^32 times.
//!
//! Never: wraps without binding. A wrap moved to another record, compartment, cell or generation does not open.
//! State: none.

use crate::envelope::HASH_BYTES;
use crate::keys::{Cipher, KEY_BYTES, NONCE_BYTES, TAG_BYTES, random};
use crate::{CellId, CompartmentKey, Header, PartKey, Pseudonym, SealError, VersionKey};
use zeroize::Zeroize;

/// The length of a version's wrap: nonce, key, tag.
pub const VERSION_WRAP_BYTES: usize = NONCE_BYTES + KEY_BYTES + TAG_BYTES;
/// The most patients that one compartment may name.
pub const MAX_PSEUDONYMS: usize = 256;

/// What a compartment's wrap encloses.
#[derive(Debug, Clone)]
pub struct Compartment {
    /// The key that wraps the version keys.
    pub key: CompartmentKey,
    /// The patients whom opening this compartment reaches; none for the house compartment.
    pub pseudonyms: Vec<Pseudonym>,
    /// Whether this is a patient who does not exist.
    pub canary: bool,
}

/// The cipher of one cell key, of one generation.
#[derive(Debug)]
pub struct CellCipher {
    cell: CellId,
    generation: u32,
    cipher: Cipher,
}

impl CellCipher {
    /// Makes the cipher ready.
    pub fn new(cell: CellId, generation: u32, key: &crate::CellKey) -> Result<Self, SealError> {
        Ok(Self { cell, generation, cipher: Cipher::new(key.expose())? })
    }

    /// Wraps a compartment's key, patients and canary flag, bound to cell, generation and compartment number.
    ///
    /// Layout: generation (4, little endian) ‖ nonce (12) ‖ AES-256-GCM(flags (1) ‖ key (32) ‖ pseudonyms (16 each)).
    pub fn wrap(&self, number: u64, compartment: &Compartment) -> Result<Vec<u8>, SealError> {
        if compartment.pseudonyms.len() > MAX_PSEUDONYMS {
            return Err(SealError::Malformed);
        }
        let mut plain = Vec::with_capacity(1 + KEY_BYTES + 16 * compartment.pseudonyms.len() + TAG_BYTES);
        plain.push(u8::from(compartment.canary));
        plain.extend_from_slice(compartment.key.expose());
        for pseudonym in &compartment.pseudonyms {
            plain.extend_from_slice(&pseudonym.0);
        }
        let nonce = random()?;
        self.cipher.seal(nonce, &self.associated(number), &mut plain)?;
        let mut out = Vec::with_capacity(4 + NONCE_BYTES + plain.len());
        out.extend_from_slice(&self.generation.to_le_bytes());
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&plain);
        Ok(out)
    }

    /// Opens what [`CellCipher::wrap`] made for this cell, generation and number.
    pub fn unwrap(&self, number: u64, wrap: &[u8]) -> Result<Compartment, SealError> {
        if generation_of(wrap)? != self.generation {
            return Err(SealError::DoesNotOpen);
        }
        let (nonce, sealed) = wrap
            .get(4..)
            .and_then(|rest| rest.split_first_chunk::<NONCE_BYTES>())
            .ok_or(SealError::Malformed)?;
        if sealed.len() > 1 + KEY_BYTES + 16 * MAX_PSEUDONYMS + TAG_BYTES {
            return Err(SealError::Malformed);
        }
        let mut buffer = sealed.to_vec();
        let plain = self.cipher.open(*nonce, &self.associated(number), &mut buffer)?;
        let parsed = parse_compartment(plain);
        buffer.zeroize();
        parsed
    }

    fn associated(&self, number: u64) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        out.extend_from_slice(b"salus compartment wrap v1");
        out.extend_from_slice(&self.cell.0);
        out.extend_from_slice(&self.generation.to_le_bytes());
        out.extend_from_slice(&number.to_le_bytes());
        out
    }
}

/// The generation of the cell key that a compartment's wrap was made under.
pub fn generation_of(wrap: &[u8]) -> Result<u32, SealError> {
    wrap.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes)).ok_or(SealError::Malformed)
}

fn parse_compartment(plain: &[u8]) -> Result<Compartment, SealError> {
    let (flags, rest) = plain.split_first().ok_or(SealError::Malformed)?;
    let (key, names) = rest.split_first_chunk::<KEY_BYTES>().ok_or(SealError::Malformed)?;
    let (names, remainder) = names.as_chunks::<16>();
    if *flags > 1 || !remainder.is_empty() {
        return Err(SealError::Malformed);
    }
    Ok(Compartment {
        key: CompartmentKey::from_bytes(*key),
        pseudonyms: names.iter().map(|name| Pseudonym(*name)).collect(),
        canary: *flags == 1,
    })
}

/// The cipher of one compartment key.
#[derive(Debug)]
pub struct CompartmentCipher(Cipher);

impl CompartmentCipher {
    /// Makes the cipher ready.
    pub fn new(key: &CompartmentKey) -> Result<Self, SealError> {
        Cipher::new(key.expose()).map(Self)
    }

    /// Wraps a version's key, bound to the version's header and to the hash of its ciphertexts.
    pub fn wrap(
        &self,
        key: &VersionKey,
        header: &Header,
        hash: &[u8; HASH_BYTES],
    ) -> Result<[u8; VERSION_WRAP_BYTES], SealError> {
        self.wrap_key(key.expose(), &associated(b"salus version wrap v1\0", header, hash))
    }

    /// Opens what [`CompartmentCipher::wrap`] made for this header and hash.
    pub fn unwrap(
        &self,
        wrap: &[u8; VERSION_WRAP_BYTES],
        header: &Header,
        hash: &[u8; HASH_BYTES],
    ) -> Result<VersionKey, SealError> {
        self.unwrap_key(wrap, &associated(b"salus version wrap v1\0", header, hash))
            .map(VersionKey::from_bytes)
    }

    /// Wraps the key of words that were extracted anew, bound to the version's header and to the hash of these words'
    /// ciphertext ([`crate::envelope::hash_of_words`]).
    pub fn wrap_words(
        &self,
        key: &PartKey,
        header: &Header,
        hash: &[u8; HASH_BYTES],
    ) -> Result<[u8; VERSION_WRAP_BYTES], SealError> {
        self.wrap_key(key.expose(), &associated(b"salus words wrap v1\0\0\0", header, hash))
    }

    /// Opens what [`CompartmentCipher::wrap_words`] made for this header and hash.
    pub fn unwrap_words(
        &self,
        wrap: &[u8; VERSION_WRAP_BYTES],
        header: &Header,
        hash: &[u8; HASH_BYTES],
    ) -> Result<PartKey, SealError> {
        self.unwrap_key(wrap, &associated(b"salus words wrap v1\0\0\0", header, hash))
            .map(PartKey::from_bytes)
    }

    fn wrap_key(
        &self,
        key: &[u8; KEY_BYTES],
        associated: &[u8],
    ) -> Result<[u8; VERSION_WRAP_BYTES], SealError> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let mut sealed = Vec::with_capacity(KEY_BYTES + TAG_BYTES);
        sealed.extend_from_slice(key);
        self.0.seal(nonce, associated, &mut sealed)?;
        let mut out = [0u8; VERSION_WRAP_BYTES];
        out[..NONCE_BYTES].copy_from_slice(&nonce);
        out[NONCE_BYTES..].copy_from_slice(&sealed);
        Ok(out)
    }

    fn unwrap_key(
        &self,
        wrap: &[u8; VERSION_WRAP_BYTES],
        associated: &[u8],
    ) -> Result<[u8; KEY_BYTES], SealError> {
        let (nonce, sealed) = wrap.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Malformed)?;
        let mut buffer = [0u8; KEY_BYTES + TAG_BYTES];
        buffer.copy_from_slice(sealed);
        let plain = self.0.open(*nonce, associated, &mut buffer)?;
        let key = plain.first_chunk::<KEY_BYTES>().copied();
        buffer.zeroize();
        key.ok_or(SealError::Malformed)
    }
}

fn associated(label: &[u8; 22], header: &Header, hash: &[u8; HASH_BYTES]) -> [u8; 22 + 49 + HASH_BYTES] {
    let mut out = [0u8; 22 + 49 + HASH_BYTES];
    out[..22].copy_from_slice(label);
    out[22..71].copy_from_slice(&header.to_bytes());
    out[71..].copy_from_slice(hash);
    out
}

/// Wraps a 32-byte secret of the trusted side (a cell key, a log key, a signing seed) under the key above it,
/// bound to `label`. Layout: nonce (12) ‖ AES-256-GCM.
pub fn wrap_secret(
    above: &[u8; KEY_BYTES],
    label: &[u8],
    secret: &[u8; KEY_BYTES],
) -> Result<Vec<u8>, SealError> {
    let nonce: [u8; NONCE_BYTES] = random()?;
    let mut sealed = Vec::with_capacity(KEY_BYTES + TAG_BYTES);
    sealed.extend_from_slice(secret);
    Cipher::new(above)?.seal(nonce, label, &mut sealed)?;
    Ok([&nonce[..], &sealed].concat())
}

/// Opens what [`wrap_secret`] made under the same key and label.
pub fn unwrap_secret(
    above: &[u8; KEY_BYTES],
    label: &[u8],
    wrap: &[u8],
) -> Result<[u8; KEY_BYTES], SealError> {
    let (nonce, sealed) = wrap.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Malformed)?;
    let mut buffer = sealed.to_vec();
    let plain = Cipher::new(above)?.open(*nonce, label, &mut buffer)?;
    let secret = plain.first_chunk::<KEY_BYTES>().copied().filter(|_| plain.len() == KEY_BYTES);
    buffer.zeroize();
    secret.ok_or(SealError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CellKey;

    fn cipher(cell: u8, generation: u32) -> CellCipher {
        CellCipher::new(CellId([cell; 16]), generation, &CellKey::from_bytes([5; 32])).unwrap()
    }

    #[test]
    fn a_compartment_opens_only_in_its_cell_generation_and_number() {
        let compartment = Compartment {
            key: CompartmentKey::random().unwrap(),
            pseudonyms: vec![Pseudonym([1; 16]), Pseudonym([2; 16])],
            canary: true,
        };
        let wrap = cipher(1, 1).wrap(8, &compartment).unwrap();
        let opened = cipher(1, 1).unwrap(8, &wrap).unwrap();
        assert_eq!(opened.key.expose(), compartment.key.expose());
        assert_eq!(opened.pseudonyms, compartment.pseudonyms);
        assert!(opened.canary);
        for wrong in
            [cipher(1, 1).unwrap(9, &wrap), cipher(2, 1).unwrap(8, &wrap), cipher(1, 2).unwrap(8, &wrap)]
        {
            assert_eq!(wrong.err(), Some(SealError::DoesNotOpen));
        }
        for length in 0..wrap.len() {
            assert!(cipher(1, 1).unwrap(8, &wrap[..length]).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn a_version_wrap_is_bound_to_header_and_hash() {
        let key = CompartmentKey::random().unwrap();
        let cipher = CompartmentCipher::new(&key).unwrap();
        let header = Header {
            cell: CellId([1; 16]),
            compartment: 1,
            kind: 1,
            record: 1,
            version: 1,
            time_ms: 1,
            deleted: false,
        };
        let version_key = VersionKey::random().unwrap();
        let wrap = cipher.wrap(&version_key, &header, &[3; 32]).unwrap();
        assert_eq!(cipher.unwrap(&wrap, &header, &[3; 32]).unwrap().expose(), version_key.expose());
        let other = Header { version: 2, ..header };
        assert_eq!(cipher.unwrap(&wrap, &other, &[3; 32]).err(), Some(SealError::DoesNotOpen));
        assert_eq!(cipher.unwrap(&wrap, &header, &[4; 32]).err(), Some(SealError::DoesNotOpen));
        // The key of words is no version's key, nor the other way round.
        let part = PartKey::from_bytes(*version_key.expose());
        let words = cipher.wrap_words(&part, &header, &[3; 32]).unwrap();
        assert_eq!(cipher.unwrap_words(&words, &header, &[3; 32]).unwrap().expose(), part.expose());
        for (wrong, header, hash) in
            [(&wrap, &header, [3; 32]), (&words, &other, [3; 32]), (&words, &header, [4; 32])]
        {
            assert_eq!(cipher.unwrap_words(wrong, header, &hash).err(), Some(SealError::DoesNotOpen));
        }
        assert_eq!(cipher.unwrap(&words, &header, &[3; 32]).err(), Some(SealError::DoesNotOpen));
    }

    #[test]
    fn a_secret_opens_only_under_its_label() {
        let wrap = wrap_secret(&[1; 32], b"cell key", &[7; 32]).unwrap();
        assert_eq!(unwrap_secret(&[1; 32], b"cell key", &wrap), Ok([7; 32]));
        assert_eq!(unwrap_secret(&[1; 32], b"log key", &wrap), Err(SealError::DoesNotOpen));
        assert_eq!(unwrap_secret(&[2; 32], b"cell key", &wrap), Err(SealError::DoesNotOpen));
    }
}

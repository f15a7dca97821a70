//! Key types: 32 bytes each, of one purpose each, that wipe themselves and print as nothing.
//!
//! Never: a key of one kind used as another; the types do not convert. State: the key's bytes, owned here.

use crate::SealError;
use aws_lc_rs::{aead, hkdf, hmac};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The length of every symmetric key, in bytes (AES-256).
pub const KEY_BYTES: usize = 32;
/// The length of an AES-GCM nonce, in bytes.
pub const NONCE_BYTES: usize = 12;
/// The length of an AES-GCM tag, in bytes.
pub const TAG_BYTES: usize = 16;

/// Fresh random bytes from the provider's generator.
pub fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0u8; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| SealError::Provider)?;
    Ok(bytes)
}

macro_rules! key_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Zeroize, ZeroizeOnDrop)]
        pub struct $name([u8; KEY_BYTES]);

        impl $name {
            /// A fresh random key.
            pub fn random() -> Result<Self, SealError> {
                random().map(Self)
            }

            /// A key from its bytes, as read from its wrap or its file.
            pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
                Self(bytes)
            }

            /// The bytes, for wrapping. The caller wipes its copy.
            pub fn expose(&self) -> &[u8; KEY_BYTES] {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(hidden)"))
            }
        }
    };
}

key_type!(
    /// Wraps the cell keys. Lies in a file or an HSM, never in the data directory's store.
    RootKey
);
key_type!(
    /// Wraps the compartment keys of one cell, for one generation.
    CellKey
);
key_type!(
    /// Wraps the version keys of one compartment.
    CompartmentKey
);
key_type!(
    /// The key of one seal of one record version. Parts are sealed under keys derived from it.
    VersionKey
);
key_type!(
    /// Opens one part (body, line or words) of one record version, and nothing else.
    PartKey
);
key_type!(
    /// Seals the fleeting parts of one month's log entries of one cell.
    LogKey
);
key_type!(
    /// Seals the pages of one file that is written once. Its wrap is the caller's.
    FileKey
);
key_type!(
    /// Makes the numbers that stand in the store in place of ids that clients chose.
    IdKey
);
key_type!(
    /// Authenticates entry numbers that lie outside the trusted side.
    ReceiptKey
);

impl VersionKey {
    /// The key of one part: HKDF-Expand (RFC 5869, SHA-256) of the version key with the part's label.
    pub fn part(&self, label: &'static [u8]) -> Result<PartKey, SealError> {
        expand(&self.0, label).map(PartKey)
    }
}

impl CellKey {
    /// A key for another purpose of the same cell: HKDF-Expand (RFC 5869, SHA-256) with the purpose's label.
    pub fn derive(&self, label: &'static [u8]) -> Result<[u8; KEY_BYTES], SealError> {
        expand(&self.0, label)
    }
}

fn expand(key: &[u8; KEY_BYTES], label: &'static [u8]) -> Result<[u8; KEY_BYTES], SealError> {
    let mut out = [0u8; KEY_BYTES];
    hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, key)
        .expand(&[label], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut out))
        .map_err(|_| SealError::Provider)?;
    Ok(out)
}

impl IdKey {
    /// A keyed number for an id that a client chose: the first 16 bytes of HMAC-SHA256(kind ‖ 0x00 ‖ id).
    pub fn blind(&self, kind: u16, id: &str) -> [u8; 16] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut context = hmac::Context::with_key(&key);
        context.update(b"salus id v1\0");
        context.update(&kind.to_le_bytes());
        context.update(id.as_bytes());
        first_16(context.sign().as_ref())
    }
}

impl ReceiptKey {
    /// The first 16 bytes of HMAC-SHA256 over a cell's id and an entry's number.
    pub fn mac(&self, cell: &crate::CellId, entry: u64) -> [u8; 16] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut context = hmac::Context::with_key(&key);
        context.update(b"salus receipt v1\0");
        context.update(&cell.0);
        context.update(&entry.to_le_bytes());
        first_16(context.sign().as_ref())
    }

    /// Whether `mac` is what [`ReceiptKey::mac`] gives, in constant time.
    pub fn verify(&self, cell: &crate::CellId, entry: u64, mac: &[u8; 16]) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.mac(cell, entry), mac).is_ok()
    }
}

fn first_16(tag: &[u8]) -> [u8; 16] {
    let mut out = [0u8; 16];
    for (to, from) in out.iter_mut().zip(tag) {
        *to = *from;
    }
    out
}

/// A cipher made ready for many uses of one key, for keys that wrap often (cell keys).
pub struct Cipher(aead::LessSafeKey);

impl std::fmt::Debug for Cipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cipher(hidden)")
    }
}

impl Cipher {
    /// AES-256-GCM under `key`.
    pub fn new(key: &[u8; KEY_BYTES]) -> Result<Self, SealError> {
        let unbound = aead::UnboundKey::new(&aead::AES_256_GCM, key).map_err(|_| SealError::Provider)?;
        Ok(Self(aead::LessSafeKey::new(unbound)))
    }

    /// Encrypts `buffer` in place and appends the tag. The nonce must be fresh for this key.
    pub fn seal(&self, nonce: [u8; NONCE_BYTES], aad: &[u8], buffer: &mut Vec<u8>) -> Result<(), SealError> {
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        self.0.seal_in_place_append_tag(nonce, aead::Aad::from(aad), buffer).map_err(|_| SealError::Provider)
    }

    /// Decrypts `buffer` (ciphertext and tag) in place and gives the plaintext part of it.
    pub fn open<'a>(
        &self,
        nonce: [u8; NONCE_BYTES],
        aad: &[u8],
        buffer: &'a mut [u8],
    ) -> Result<&'a mut [u8], SealError> {
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        self.0.open_in_place(nonce, aead::Aad::from(aad), buffer).map_err(|_| SealError::DoesNotOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_print_as_nothing() {
        let key = CellKey::from_bytes([0xAB; 32]);
        assert_eq!(format!("{key:?}"), "CellKey(hidden)");
        assert_eq!(format!("{:?}", Cipher::new(key.expose()).unwrap()), "Cipher(hidden)");
    }

    #[test]
    fn parts_of_a_version_have_different_keys() {
        let key = VersionKey::from_bytes([7; 32]);
        assert_ne!(key.part(b"body").unwrap().expose(), key.part(b"line").unwrap().expose());
        assert_eq!(key.part(b"body").unwrap().expose(), key.part(b"body").unwrap().expose());
    }

    #[test]
    fn receipts_of_another_cell_or_number_do_not_verify() {
        let key = ReceiptKey::from_bytes([1; 32]);
        let (a, b) = (crate::CellId([1; 16]), crate::CellId([2; 16]));
        let mac = key.mac(&a, 5);
        assert!(key.verify(&a, 5, &mac));
        assert!(!key.verify(&a, 6, &mac));
        assert!(!key.verify(&b, 5, &mac));
    }
}

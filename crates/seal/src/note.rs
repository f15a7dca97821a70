//! Signed notes and checkpoints of C2SP: what a log says about its size and root, under an Ed25519 key.
//!
//! <https://c2sp.org/signed-note>, <https://c2sp.org/tlog-checkpoint>. A note is a text that ends in a newline, an empty
//! line, and lines `— <key name> <base64 of key id (4) ‖ signature (64)>`. A checkpoint's text is origin, size and root, one
//! a line; a verifier key ("vkey") is `<key name>+<key id in hex>+<base64 of 0x01 ‖ public key (32)>`.
//!
//! Never: trusts a key that the caller did not give. State: a [`Signer`] owns its private key, which the provider wipes when
//! it frees it.

use crate::SealError;
use crate::merkle::{HASH_BYTES, Hash, hash_of};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroize;

/// The longest note that is looked at, in bytes.
pub const MAX_NOTE_BYTES: usize = 16 * 1024;
/// The longest key name, in bytes.
pub const MAX_NAME_BYTES: usize = 255;
const ALGORITHM_ED25519: u8 = 1;
const PUBLIC_KEY_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;
const KEY_ID_BYTES: usize = 4;

/// Whether this may be a key's name: not empty, no white space, no plus sign (signed-note, "Signatures").
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_NAME_BYTES
        && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// A public key with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    public: [u8; PUBLIC_KEY_BYTES],
}

impl VerifierKey {
    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Ed25519 public key.
    pub fn public(&self) -> &[u8; PUBLIC_KEY_BYTES] {
        &self.public
    }

    /// The first 4 bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ public key).
    pub fn id(&self) -> [u8; KEY_ID_BYTES] {
        let hash = hash_of(&[self.name.as_bytes(), b"\n", &[ALGORITHM_ED25519], &self.public]);
        let mut id = [0u8; KEY_ID_BYTES];
        id.copy_from_slice(&hash[..KEY_ID_BYTES]);
        id
    }

    /// The vkey line, without a newline.
    pub fn to_line(&self) -> String {
        let mut bytes = vec![ALGORITHM_ED25519];
        bytes.extend_from_slice(&self.public);
        format!("{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id()), STANDARD.encode(bytes))
    }

    /// The key of a vkey line.
    ///
    /// Errors: [`SealError::Malformed`] when it is not exactly the one way to write an Ed25519 key.
    pub fn parse(line: &str) -> Result<Self, SealError> {
        let mut parts = line.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(SealError::Malformed);
        };
        let bytes = STANDARD.decode(key).map_err(|_| SealError::Malformed)?;
        let (algorithm, public) = bytes.split_first().ok_or(SealError::Malformed)?;
        let public = <[u8; PUBLIC_KEY_BYTES]>::try_from(public).map_err(|_| SealError::Malformed)?;
        let key = Self { name: name.to_owned(), public };
        if *algorithm != ALGORITHM_ED25519 || !is_key_name(name) || key.to_line() != line {
            return Err(SealError::Malformed);
        }
        Ok(key)
    }

    /// The text of a note that this key signed; other keys' signatures are passed over.
    ///
    /// Errors: [`SealError::Malformed`] when it is no note, [`SealError::DoesNotOpen`] when this key did not sign it.
    pub fn open<'a>(&self, note: &'a str) -> Result<&'a str, SealError> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(SealError::TooLarge { max_bytes: MAX_NOTE_BYTES });
        }
        let end = note.rfind("\n\n").ok_or(SealError::Malformed)? + 1;
        let (text, signatures) = note.split_at_checked(end).ok_or(SealError::Malformed)?;
        let signatures = signatures.strip_prefix('\n').and_then(|rest| rest.strip_suffix('\n'));
        let mut signed = false;
        for line in signatures.ok_or(SealError::Malformed)?.split('\n') {
            let (name, signature) =
                line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or(SealError::Malformed)?;
            let bytes = STANDARD.decode(signature).map_err(|_| SealError::Malformed)?;
            let (id, signature) = bytes.split_first_chunk::<KEY_ID_BYTES>().ok_or(SealError::Malformed)?;
            if name == self.name && *id == self.id() {
                let key = UnparsedPublicKey::new(&ED25519, &self.public);
                key.verify(text.as_bytes(), signature).map_err(|_| SealError::DoesNotOpen)?;
                signed = true;
            }
        }
        if signed { Ok(text) } else { Err(SealError::DoesNotOpen) }
    }
}

/// A private key that signs notes. Prints as nothing.
pub struct Signer(Ed25519KeyPair);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(hidden)")
    }
}

impl Signer {
    /// The key of this seed (RFC 8032's private key). The seed is wiped.
    pub fn from_seed(mut seed: [u8; 32]) -> Result<Self, SealError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed);
        seed.zeroize();
        pair.map(Self).map_err(|_| SealError::Provider)
    }

    /// The public key under this name.
    pub fn verifier_key(&self, name: &str) -> Result<VerifierKey, SealError> {
        if !is_key_name(name) {
            return Err(SealError::Malformed);
        }
        let public = self.0.public_key().as_ref().try_into().map_err(|_| SealError::Provider)?;
        Ok(VerifierKey { name: name.to_owned(), public })
    }

    /// The note of this text, which ends in a newline, signed under this key name.
    pub fn sign(&self, name: &str, text: &str) -> Result<String, SealError> {
        if !text.ends_with('\n') || text.len() > MAX_NOTE_BYTES / 2 {
            return Err(SealError::Malformed);
        }
        let mut bytes = Vec::with_capacity(KEY_ID_BYTES + SIGNATURE_BYTES);
        bytes.extend_from_slice(&self.verifier_key(name)?.id());
        bytes.extend_from_slice(self.0.sign(text.as_bytes()).as_ref());
        Ok(format!("{text}\n— {name} {}\n", STANDARD.encode(bytes)))
    }
}

/// What a log says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, which no other log has.
    pub origin: String,
    /// How many leaves the tree has.
    pub size: u64,
    /// The tree's root.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: three lines.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The checkpoint of a note's text. Lines after the third (extensions) are passed over.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root), Some(_)) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(SealError::Malformed);
        };
        let root = STANDARD.decode(root).map_err(|_| SealError::Malformed)?;
        let number: u64 = size.parse().map_err(|_| SealError::Malformed)?;
        if origin.is_empty() || number.to_string() != size {
            return Err(SealError::Malformed);
        }
        let root = <[u8; HASH_BYTES]>::try_from(root.as_slice()).map_err(|_| SealError::Malformed)?;
        Ok(Self { origin: origin.to_owned(), size: number, root })
    }

    /// The signed note, under a key of the origin's name.
    pub fn sign(&self, signer: &Signer) -> Result<String, SealError> {
        signer.sign(&self.origin, &self.to_text())
    }

    /// The checkpoint of a note that this key signed, and whose origin is the key's name.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, SealError> {
        let checkpoint = Self::parse(key.open(note)?)?;
        if checkpoint.origin == key.name { Ok(checkpoint) } else { Err(SealError::DoesNotOpen) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "salus.example/1/platform".into(), size: 1234, root: [7; 32] }
    }

    fn signer() -> Signer {
        Signer::from_seed([5; 32]).unwrap()
    }

    #[test]
    fn a_signed_checkpoint_opens_and_every_byte_counts() {
        let note = checkpoint().sign(&signer()).unwrap();
        let key = signer().verifier_key("salus.example/1/platform").unwrap();
        assert_eq!(Checkpoint::open(&note, &key), Ok(checkpoint()));
        for at in 0..note.len() {
            for bit in 0..8 {
                let mut bytes = note.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                if let Ok(changed) = std::str::from_utf8(&bytes) {
                    assert!(Checkpoint::open(changed, &key).is_err(), "byte {at} bit {bit}");
                }
            }
        }
        for end in (0..note.len()).filter(|end| note.is_char_boundary(*end)) {
            assert!(Checkpoint::open(&note[..end], &key).is_err(), "cut to {end}");
        }
    }

    #[test]
    fn another_name_or_key_does_not_open_it() {
        let note = checkpoint().sign(&signer()).unwrap();
        let other_name = signer().verifier_key("salus.example/1/other").unwrap();
        assert_eq!(Checkpoint::open(&note, &other_name), Err(SealError::DoesNotOpen));
        let other_key = Signer::from_seed([6; 32]).unwrap().verifier_key("salus.example/1/platform").unwrap();
        assert_eq!(Checkpoint::open(&note, &other_key), Err(SealError::DoesNotOpen));
        let wrong_origin = signer().sign("salus.example/1/other", &checkpoint().to_text()).unwrap();
        assert_eq!(Checkpoint::open(&wrong_origin, &other_name), Err(SealError::DoesNotOpen));
    }

    #[test]
    fn a_cosigned_note_opens_under_each_key() {
        let note = checkpoint().sign(&signer()).unwrap();
        let other = Signer::from_seed([6; 32]).unwrap();
        let cosigned = other.sign("witness.example", &checkpoint().to_text()).unwrap();
        let both = format!("{note}{}", cosigned.rsplit_once("\n\n").unwrap().1);
        let key = signer().verifier_key("salus.example/1/platform").unwrap();
        assert_eq!(Checkpoint::open(&both, &key), Ok(checkpoint()));
        assert!(other.verifier_key("witness.example").unwrap().open(&both).is_ok());
    }

    #[test]
    fn keys_read_back_and_every_byte_of_a_line_counts() {
        let key = signer().verifier_key("salus.example/1/platform").unwrap();
        let line = key.to_line();
        assert_eq!(VerifierKey::parse(&line), Ok(key));
        for at in 0..line.len() {
            for bit in 0..7 {
                let mut bytes = line.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let changed = String::from_utf8(bytes).unwrap();
                assert!(VerifierKey::parse(&changed).is_err(), "{changed}");
            }
        }
        assert!(signer().verifier_key("a b").is_err());
        assert!(signer().verifier_key("a+b").is_err());
        assert_eq!(format!("{:?}", signer()), "Signer(hidden)");
    }

    proptest! {
        #[test]
        fn any_text_opens_as_nothing(text in "(\\PC|\n|— ){0,200}") {
            let key = signer().verifier_key("salus.example/1/platform").unwrap();
            prop_assert!(Checkpoint::open(&text, &key).is_err());
            prop_assert!(VerifierKey::parse(&text).is_err());
        }

        #[test]
        fn any_checkpoint_reads_back(origin in "[a-z./0-9]{1,40}", size: u64, root: [u8; 32]) {
            let checkpoint = Checkpoint { origin, size, root };
            prop_assert_eq!(Checkpoint::parse(&checkpoint.to_text()), Ok(checkpoint));
        }
    }
}

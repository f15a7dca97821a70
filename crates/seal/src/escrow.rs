//! Escrow: a cell key sealed to the recovery identity, so that losing the keyholder does not lose the records.
//!
//! For: HPKE (RFC 9180, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM), by the provider that TLS uses too.
//!
//! Never: keeps the identity's secret; it belongs on paper, outside the machine. State: none.

use crate::SealError;
use crate::keys::KEY_BYTES;
use aws_lc_rs::agreement::{PrivateKey, X25519};
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_256 as SUITE;
use rustls::crypto::hpke::{EncapsulatedSecret, Hpke, HpkePrivateKey, HpkePublicKey};
use zeroize::Zeroizing;

/// The public half: seals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryIdentity(pub Vec<u8>);

/// The secret half: opens. Prints as nothing, wipes itself.
pub struct RecoverySecret(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for RecoverySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoverySecret(hidden)")
    }
}

/// The length of an X25519 public key, which begins every escrow.
const ENCAPSULATED_BYTES: usize = 32;

impl RecoverySecret {
    /// A fresh identity: what seals and what opens.
    pub fn generate() -> Result<(RecoveryIdentity, Self), SealError> {
        let (public, secret) = SUITE.generate_key_pair().map_err(|_| SealError::Provider)?;
        Ok((RecoveryIdentity(public.0), Self(Zeroizing::new(secret.secret_bytes().to_vec()))))
    }

    /// From the bytes that the recovery kit holds.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// The bytes, for the recovery kit.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// What seals to it: the public half.
    pub fn identity(&self) -> Result<RecoveryIdentity, SealError> {
        let secret = PrivateKey::from_private_key(&X25519, &self.0).map_err(|_| SealError::Malformed)?;
        let public = secret.compute_public_key().map_err(|_| SealError::Provider)?;
        Ok(RecoveryIdentity(public.as_ref().to_vec()))
    }

    /// Opens an escrow made with the same label.
    pub fn open(&self, label: &[u8], escrow: &[u8]) -> Result<Zeroizing<[u8; KEY_BYTES]>, SealError> {
        let (encapsulated, sealed) =
            escrow.split_first_chunk::<ENCAPSULATED_BYTES>().ok_or(SealError::Malformed)?;
        let secret = HpkePrivateKey::from(self.0.to_vec());
        let plain = SUITE
            .open(&EncapsulatedSecret(encapsulated.to_vec()), INFO, label, sealed, &secret)
            .map_err(|_| SealError::DoesNotOpen)?;
        let plain = Zeroizing::new(plain);
        plain.as_slice().try_into().map(Zeroizing::new).map_err(|_| SealError::Malformed)
    }
}

const INFO: &[u8] = b"salus escrow v1";

impl RecoveryIdentity {
    /// Seals a key to the identity. Layout: encapsulated key (32) ‖ ciphertext and tag.
    pub fn seal(&self, label: &[u8], key: &[u8; KEY_BYTES]) -> Result<Vec<u8>, SealError> {
        let (encapsulated, sealed) =
            SUITE.seal(INFO, label, key, &HpkePublicKey(self.0.clone())).map_err(|_| SealError::Provider)?;
        Ok([encapsulated.0, sealed].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_identity_opens_its_escrow_under_its_label() {
        let (identity, secret) = RecoverySecret::generate().unwrap();
        let escrow = identity.seal(b"cell 1, generation 1", &[8; 32]).unwrap();
        assert_eq!(*secret.open(b"cell 1, generation 1", &escrow).unwrap(), [8; 32]);
        assert!(secret.open(b"cell 2, generation 1", &escrow).is_err());
        let (_, stranger) = RecoverySecret::generate().unwrap();
        assert!(stranger.open(b"cell 1, generation 1", &escrow).is_err());
        assert!(secret.open(b"cell 1, generation 1", &escrow[..20]).is_err());
        let restored = RecoverySecret::from_bytes(secret.expose());
        assert_eq!((restored.identity(), stranger.identity() == Ok(identity.clone())), (Ok(identity), false));
        assert_eq!(*restored.open(b"cell 1, generation 1", &escrow).unwrap(), [8; 32]);
    }
}

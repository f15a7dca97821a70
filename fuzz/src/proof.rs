//! Proofs of possession, as clients send them.

use salus_trust_api::Token;
use salus_trust_api::dpop::{MAX_PROOF_BYTES, Proof};

/// A DPoP proof.
pub fn dpop(data: &[u8]) {
    let Some(proof) = Proof::parse(data) else { return };
    assert!(data.len() <= MAX_PROOF_BYTES && !proof.jti.is_empty());
    assert!(proof.jti.len() < data.len() && proof.htu.len() < data.len());
    if let Some((origin, path)) = proof.address() {
        assert!(path.starts_with('/') && proof.htu.starts_with(origin) && !path.contains(['?', '#']));
    }
    // A token that was drawn just now is none that it can name.
    if let Ok(token) = Token::random() {
        assert_ne!(proof.goes_with(&token), Some(true));
    }
    // Whatever follows is not what was signed.
    assert!(!proof.is_signed(&data[..data.len() / 2]));
    let _ = proof.is_signed(data);
}

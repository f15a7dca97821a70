//! What browsers and authenticators say at the door.

use salus_passkey::cbor::Reader;
use salus_passkey::{AuthenticatorData, ClientData, PublicKey, RelyingParty, authenticator_data_of};

/// clientDataJSON.
pub fn client_data(data: &[u8]) {
    if let Ok(said) = ClientData::parse(data) {
        assert!(said.challenge.len() < data.len() && said.origin.len() < data.len());
    }
}

/// An attestation object, and the authenticator data in it, or as it stands.
pub fn attestation(data: &[u8]) {
    let inner = authenticator_data_of(data).unwrap_or(data);
    if let Ok(said) = AuthenticatorData::parse(inner) {
        if let Some(made) = said.made {
            assert!(made.credential.len() + made.public_key.len() < inner.len());
        }
        // Its key is nobody's, so whatever is signed is not.
        let party = RelyingParty { origin: "https://door.example".into(), id: "door.example".into() };
        assert!(party.assertion(inner, data, inner, data).is_err());
    }
}

/// A COSE_Key; and any CBOR.
pub fn cose_key(data: &[u8]) {
    if let Ok(key) = PublicKey::parse(data) {
        assert!(key.verify(b"message", data).is_err());
    }
    let mut reader = Reader::new(data);
    while !reader.rest().is_empty() {
        let before = reader.rest().len();
        if reader.skip().is_err() {
            break;
        }
        assert!(reader.rest().len() < before);
    }
}

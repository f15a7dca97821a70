//! What authenticators say (WebAuthn Level 2): reads and verifies the registration of a passkey, and its assertions.
//!
//! For: the keyholder, which draws the challenges and decides what a good answer is good for. Accepted are ES256, EdDSA and RS256, always
//! with the person present and verified, from exactly one origin, never from within another one's page. What an attestation says
//! of the authenticator's maker is not asked for and passed over.
//!
//! Never: looks at whose a passkey is, keeps a challenge or a counter, or does I/O. Foreign bytes never panic. State: none.

#[cfg(feature = "authenticator")]
pub mod authenticator;
pub mod authenticator_data;
pub mod cbor;
pub mod client_data;
pub mod key;

pub use authenticator_data::AuthenticatorData;
pub use client_data::{Ceremony, ClientData};
pub use key::PublicKey;

use aws_lc_rs::digest;
use cbor::Reader;

/// The largest clientDataJSON, in bytes.
pub const MAX_CLIENT_DATA_BYTES: usize = 4_096;
/// The largest attestation object, in bytes. One with a chain of certificates is some 4,000.
pub const MAX_ATTESTATION_BYTES: usize = 32_768;
/// The largest authenticator data, in bytes.
pub const MAX_AUTHENTICATOR_DATA_BYTES: usize = 8_192;
/// The largest credential id, in bytes (WebAuthn Level 2, 6.1).
pub const MAX_CREDENTIAL_BYTES: usize = 1_023;
/// The largest signature, in bytes: RSA with 4,096 bits.
pub const MAX_SIGNATURE_BYTES: usize = 512;

/// Why what an authenticator said does not count. Carries nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is not of the format, or over a bound, or of the other ceremony.
    #[error("not of the format")]
    Malformed,
    /// Another origin asked for it, or it was asked for within another one's page.
    #[error("another origin")]
    Origin,
    /// It was made for another relying party.
    #[error("another relying party")]
    RelyingParty,
    /// Nobody was there.
    #[error("nobody was present")]
    NotPresent,
    /// The authenticator did not find out who was there.
    #[error("the person was not verified")]
    NotVerified,
    /// The signature does not fit, or the key is of a kind that is not accepted.
    #[error("the signature does not fit")]
    Signature,
}

/// Who asks authenticators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// The origin, as browsers say it: scheme, host, and port where it is not the scheme's own.
    pub origin: String,
    /// The id: the origin's host, or a part of it.
    pub id: String,
}

/// A passkey that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// What was answered: to be compared with what was asked.
    pub challenge: Vec<u8>,
    /// The credential's id.
    pub credential: Vec<u8>,
    /// The COSE_Key, as the authenticator gave it; [`PublicKey::parse`] reads it.
    pub public_key: Vec<u8>,
    /// The authenticator's counter; 0 where it keeps none.
    pub sign_count: u32,
    /// The authenticator's model.
    pub aaguid: [u8; 16],
    /// Whether it may be copied to the person's other devices.
    pub is_synced: bool,
}

/// A good assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asserted {
    /// What was answered: to be compared with what was asked.
    pub challenge: Vec<u8>,
    /// The authenticator's counter; 0 where it keeps none.
    pub sign_count: u32,
}

impl RelyingParty {
    /// Verifies a registration (WebAuthn Level 2, 7.1), but for the challenge, which it gives back, and for what only its caller knows:
    /// that the credential is new.
    pub fn registration(&self, client_data: &[u8], attestation: &[u8]) -> Result<Registered, Fault> {
        let said = self.client_data(client_data, Ceremony::Create)?;
        let data = authenticator_data_of(attestation)?;
        let data = self.authenticator_data(data)?;
        let made = data.made.ok_or(Fault::Malformed)?;
        PublicKey::parse(made.public_key)?;
        Ok(Registered {
            challenge: said.challenge,
            credential: made.credential.to_vec(),
            public_key: made.public_key.to_vec(),
            sign_count: data.sign_count,
            aaguid: made.aaguid,
            is_synced: data.is_synced,
        })
    }

    /// Verifies an assertion (WebAuthn Level 2, 7.2), but for the challenge and the counter, which it gives back.
    pub fn assertion(
        &self,
        public_key: &[u8],
        client_data: &[u8],
        authenticator_data: &[u8],
        signature: &[u8],
    ) -> Result<Asserted, Fault> {
        let said = self.client_data(client_data, Ceremony::Get)?;
        let data = self.authenticator_data(authenticator_data)?;
        if signature.len() > MAX_SIGNATURE_BYTES {
            return Err(Fault::Malformed);
        }
        let hash = digest::digest(&digest::SHA256, client_data);
        let signed = [authenticator_data, hash.as_ref()].concat();
        PublicKey::parse(public_key)?.verify(&signed, signature)?;
        Ok(Asserted { challenge: said.challenge, sign_count: data.sign_count })
    }

    fn client_data(&self, bytes: &[u8], ceremony: Ceremony) -> Result<ClientData, Fault> {
        let said = ClientData::parse(bytes)?;
        if said.ceremony != ceremony {
            return Err(Fault::Malformed);
        }
        if said.origin != self.origin || said.is_framed {
            return Err(Fault::Origin);
        }
        Ok(said)
    }

    fn authenticator_data<'a>(&self, bytes: &'a [u8]) -> Result<AuthenticatorData<'a>, Fault> {
        let data = AuthenticatorData::parse(bytes)?;
        if digest::digest(&digest::SHA256, self.id.as_bytes()).as_ref() != data.rp_id_hash {
            return Err(Fault::RelyingParty);
        }
        if !data.is_present {
            return Err(Fault::NotPresent);
        }
        if !data.is_verified {
            return Err(Fault::NotVerified);
        }
        Ok(data)
    }
}

/// The authenticator data of an attestation object (WebAuthn Level 2, 6.5.4): a map of `fmt`, `attStmt` and `authData`.
pub fn authenticator_data_of(attestation: &[u8]) -> Result<&[u8], Fault> {
    if attestation.len() > MAX_ATTESTATION_BYTES {
        return Err(Fault::Malformed);
    }
    let mut reader = Reader::new(attestation);
    let (mut format, mut statement, mut data) = (None, None, None);
    for _ in 0..reader.map()? {
        match reader.text()? {
            "fmt" if format.is_none() => format = Some(reader.text()?),
            "attStmt" if statement.is_none() => statement = Some(reader.skip()?),
            "authData" if data.is_none() => data = Some(reader.bytes()?),
            _ => return Err(Fault::Malformed),
        }
    }
    reader.end()?;
    match (format, statement, data) {
        (Some(_), Some(()), Some(data)) => Ok(data),
        _ => Err(Fault::Malformed),
    }
}

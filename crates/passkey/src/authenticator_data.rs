//! Authenticator data (WebAuthn Level 2, 6.1): for whom, who was there, the counter, and the passkey that was made.
//!
//! Never: passes over a byte; what stands behind what the flags announce is refused. State: none.

use crate::cbor::Reader;
use crate::key::MAX_KEY_BYTES;
use crate::{Fault, MAX_AUTHENTICATOR_DATA_BYTES, MAX_CREDENTIAL_BYTES};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// What an authenticator says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatorData<'a> {
    /// SHA-256 of the relying party's id.
    pub rp_id_hash: [u8; 32],
    /// Whether somebody was there.
    pub is_present: bool,
    /// Whether it found out who.
    pub is_verified: bool,
    /// Whether the passkey may be copied to the person's other devices (Level 3, 6.1.3).
    pub is_synced: bool,
    /// The counter; 0 where it keeps none.
    pub sign_count: u32,
    /// The passkey that was made.
    pub made: Option<Made<'a>>,
}

/// A passkey that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made<'a> {
    /// The authenticator's model.
    pub aaguid: [u8; 16],
    /// The credential's id.
    pub credential: &'a [u8],
    /// The COSE_Key.
    pub public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    /// Reads it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_AUTHENTICATOR_DATA_BYTES {
            return Err(Fault::Malformed);
        }
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>().ok_or(Fault::Malformed)?;
        let (flags, rest) = rest.split_first().ok_or(Fault::Malformed)?;
        let (sign_count, mut rest) = rest.split_first_chunk::<4>().ok_or(Fault::Malformed)?;
        let has = |flag| flags & flag != 0;
        let made = if has(HAS_CREDENTIAL) { Some(Made::parse(&mut rest)?) } else { None };
        if has(HAS_EXTENSIONS) {
            let mut reader = Reader::new(rest);
            reader.clone().map()?;
            reader.skip()?;
            rest = reader.rest();
        }
        // What cannot be copied was not.
        if !rest.is_empty() || has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
            return Err(Fault::Malformed);
        }
        Ok(Self {
            rp_id_hash: *rp_id_hash,
            is_present: has(PRESENT),
            is_verified: has(VERIFIED),
            is_synced: has(BACKUP_ELIGIBLE),
            sign_count: u32::from_be_bytes(*sign_count),
            made,
        })
    }
}

impl<'a> Made<'a> {
    fn parse(rest: &mut &'a [u8]) -> Result<Self, Fault> {
        let (aaguid, after) = rest.split_first_chunk::<16>().ok_or(Fault::Malformed)?;
        let (length, after) = after.split_first_chunk::<2>().ok_or(Fault::Malformed)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length == 0 || length > MAX_CREDENTIAL_BYTES {
            return Err(Fault::Malformed);
        }
        let (credential, after) = after.split_at_checked(length).ok_or(Fault::Malformed)?;
        let mut reader = Reader::new(after);
        reader.skip()?;
        let length = after.len().checked_sub(reader.rest().len()).ok_or(Fault::Malformed)?;
        let (public_key, after) = after.split_at_checked(length).ok_or(Fault::Malformed)?;
        if public_key.len() > MAX_KEY_BYTES {
            return Err(Fault::Malformed);
        }
        *rest = after;
        Ok(Self { aaguid: *aaguid, credential, public_key })
    }
}

//! A software authenticator, for tests: makes a passkey and answers challenges, truthfully or not, as its fields say.
//!
//! Never: in what ships (a feature that only tests ask for). State: the key, the counter.

use crate::Fault;
use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The person was there.
pub const PRESENT: u8 = 0x01;
/// The person was verified.
pub const VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;

/// What kind of key it makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA with 2,048 bits.
    Rs256,
}

enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

/// One authenticator with one passkey, in one browser. Fields may be set to lie.
pub struct Authenticator {
    key: Key,
    /// The credential's id.
    pub credential: Vec<u8>,
    /// Whose it is, once it was made.
    pub user_handle: Vec<u8>,
    /// For whom it answers.
    pub rp_id: String,
    /// What the browser says of who asked.
    pub origin: String,
    /// Whether the browser says that it was asked within another one's page.
    pub is_framed: bool,
    /// Who was there: [`PRESENT`], [`VERIFIED`].
    pub flags: u8,
    /// The counter: each answer says one more. None: it keeps none.
    pub count: Option<u32>,
}

/// What a browser gives for a passkey that was made.
#[derive(Debug, Clone)]
pub struct Creation {
    /// clientDataJSON.
    pub client_data: Vec<u8>,
    /// attestationObject.
    pub attestation: Vec<u8>,
}

/// What a browser gives for a passkey that was used.
#[derive(Debug, Clone)]
pub struct Answer {
    /// clientDataJSON.
    pub client_data: Vec<u8>,
    /// authenticatorData.
    pub authenticator_data: Vec<u8>,
    /// Over both.
    pub signature: Vec<u8>,
}

impl Authenticator {
    /// With a fresh key, in a browser on a page of this origin.
    pub fn new(algorithm: Algorithm, origin: &str, rp_id: &str) -> Result<Self, Fault> {
        let key = match algorithm {
            Algorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map(Key::Es256),
            Algorithm::EdDsa => Ed25519KeyPair::generate().map(Key::EdDsa),
            Algorithm::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048).map(Key::Rs256),
        };
        let mut credential = vec![0; 32];
        aws_lc_rs::rand::fill(&mut credential).map_err(|_| Fault::Malformed)?;
        Ok(Self {
            key: key.map_err(|_| Fault::Malformed)?,
            credential,
            user_handle: Vec::new(),
            rp_id: rp_id.to_owned(),
            origin: origin.to_owned(),
            is_framed: false,
            flags: PRESENT | VERIFIED,
            count: Some(0),
        })
    }

    /// Makes the passkey.
    pub fn create(&mut self, challenge: &[u8], user_handle: &[u8]) -> Creation {
        user_handle.clone_into(&mut self.user_handle);
        let mut data = self.head(HAS_CREDENTIAL);
        data.extend_from_slice(&[7; 16]);
        data.extend_from_slice(&(self.credential.len() as u16).to_be_bytes());
        data.extend_from_slice(&self.credential);
        data.extend_from_slice(&self.public_key());
        let mut attestation = vec![0xa3];
        text(&mut attestation, "fmt");
        text(&mut attestation, "none");
        text(&mut attestation, "attStmt");
        attestation.push(0xa0);
        text(&mut attestation, "authData");
        bytes(&mut attestation, &data);
        Creation { client_data: self.client_data("webauthn.create", challenge), attestation }
    }

    /// Answers a challenge. A signature that cannot be made is empty.
    pub fn get(&mut self, challenge: &[u8]) -> Answer {
        let authenticator_data = self.head(0);
        let client_data = self.client_data("webauthn.get", challenge);
        let hash = digest::digest(&digest::SHA256, &client_data);
        let message = [authenticator_data.as_slice(), hash.as_ref()].concat();
        let signature = self.sign(&message);
        Answer { client_data, authenticator_data, signature }
    }

    fn head(&mut self, flags: u8) -> Vec<u8> {
        let count = self.count.as_mut().map_or(0, |count| {
            *count += 1;
            *count
        });
        let mut data = digest::digest(&digest::SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(self.flags | flags);
        data.extend_from_slice(&count.to_be_bytes());
        data
    }

    fn client_data(&self, ceremony: &str, challenge: &[u8]) -> Vec<u8> {
        serde_json::json!({
            "type": ceremony,
            "challenge": URL_SAFE_NO_PAD.encode(challenge),
            "origin": self.origin,
            "crossOrigin": self.is_framed,
        })
        .to_string()
        .into_bytes()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Es256(key) => {
                key.sign(&random, message).map(|signed| signed.as_ref().to_vec()).unwrap_or_default()
            }
            Key::EdDsa(key) => key.sign(message).as_ref().to_vec(),
            Key::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                match key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature) {
                    Ok(()) => signature,
                    Err(_) => Vec::new(),
                }
            }
        }
    }

    fn public_key(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match &self.key {
            Key::Es256(key) => {
                let point = key.public_key().as_ref();
                let (x, y) = point.get(1..).unwrap_or_default().split_at_checked(32).unwrap_or_default();
                // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
                out.extend_from_slice(&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]);
                bytes(&mut out, x);
                out.push(0x22);
                bytes(&mut out, y);
            }
            Key::EdDsa(key) => {
                // {1: 1, 3: -8, -1: 6, -2: x}
                out.extend_from_slice(&[0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21]);
                bytes(&mut out, key.public_key().as_ref());
            }
            Key::Rs256(key) => {
                // {1: 3, 3: -257, -1: n, -2: e}
                out.extend_from_slice(&[0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20]);
                // PKCS#1: a sequence of two integers, of 257 and 3 bytes, each with its head.
                let der = key.public_key().as_ref();
                bytes(&mut out, der.get(9..265).unwrap_or_default());
                out.push(0x21);
                bytes(&mut out, der.get(267..270).unwrap_or_default());
            }
        }
        out
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.push(0x60 | text.len() as u8);
    out.extend_from_slice(text.as_bytes());
}

fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    match bytes.len() {
        length @ 0..=23 => out.push(0x40 | length as u8),
        length @ 24..=255 => out.extend_from_slice(&[0x58, length as u8]),
        length => {
            out.push(0x59);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
    }
    out.extend_from_slice(bytes);
}

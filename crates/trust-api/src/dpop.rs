//! Proofs of possession (DPoP, RFC 9449): a short statement about one request, signed with the key that a session is bound to.
//!
//! For: the keyholder, which decides by them; the record server, which looks whether one is about the request that it came with;
//! and programs of ours that are clients ([`ProofKey`]).
//!
//! Never: takes another algorithm than ES256, whatever the header says, or a key with its private part; says that a proof is good: whose
//! key it is, whether it is fresh and whether it was used before is the keyholder's to know. State: none.

use crate::Token;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use aws_lc_rs::{digest, error::Unspecified};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

/// The longest proof that is looked at, in bytes.
pub const MAX_PROOF_BYTES: usize = 4_096;
/// The longest name of a proof (`jti`), in bytes.
const MAX_JTI_BYTES: usize = 128;
/// The length of a coordinate of P-256, in bytes.
const COORDINATE_BYTES: usize = 32;

/// What a proof says. Its signature is not verified yet.
#[derive(Debug, Clone)]
pub struct Proof {
    /// RFC 7638 thumbprint of the key in it.
    pub thumbprint: [u8; 32],
    /// Its name, which no other proof of this key has.
    pub jti: String,
    /// The method of the request.
    pub htm: String,
    /// The address of the request, without query and fragment.
    pub htu: String,
    /// When it was made, by its maker's clock, in seconds since 1970.
    pub iat_s: u64,
    /// SHA-256 of the token that it goes with, base64url.
    pub ath: Option<String>,
    /// What the keyholder wanted to be repeated, so that it is not made in advance.
    pub nonce: Option<String>,
    /// 4, x, y.
    public_key: [u8; 65],
    signature: Vec<u8>,
    /// How long the signed part is.
    signed_bytes: usize,
}

/// The JOSE header. What is not known is passed over, but for `crit`, which says that it must not be.
#[derive(Deserialize)]
struct Head {
    typ: String,
    alg: String,
    jwk: Jwk,
    #[serde(default)]
    crit: Present,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
    #[serde(default)]
    d: Present,
    #[serde(default)]
    k: Present,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: serde_json::Number,
    ath: Option<String>,
    nonce: Option<String>,
}

/// Whether a member stands there, whatever it is.
#[derive(Default)]
struct Present(bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self(true))
    }
}

impl Proof {
    /// Reads a proof in JWS's compact form; none when it is not one that RFC 9449, section 4.2, allows.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_PROOF_BYTES {
            return None;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let (signed, signature) = text.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.')?;
        let head: Head = serde_json::from_slice(&decoded(head)?).ok()?;
        let claims: Claims = serde_json::from_slice(&decoded(claims)?).ok()?;
        let is_ours = head.typ == "dpop+jwt" && head.alg == "ES256" && !head.crit.0;
        let is_public = head.jwk.kty == "EC" && head.jwk.crv == "P-256" && !head.jwk.d.0 && !head.jwk.k.0;
        let is_named = (1..=MAX_JTI_BYTES).contains(&claims.jti.len());
        if !is_ours || !is_public || !is_named {
            return None;
        }
        let public_key = public_key(&decoded(&head.jwk.x)?, &decoded(&head.jwk.y)?)?;
        Some(Self {
            thumbprint: thumbprint(&public_key),
            jti: claims.jti,
            htm: claims.htm,
            htu: claims.htu,
            iat_s: seconds(&claims.iat)?,
            ath: claims.ath,
            nonce: claims.nonce,
            public_key,
            signature: decoded(signature)?,
            signed_bytes: signed.len(),
        })
    }

    /// Whether the key in it signed it. `bytes` are those that it was parsed from.
    pub fn is_signed(&self, bytes: &[u8]) -> bool {
        let Some(signed) = bytes.get(..self.signed_bytes) else { return false };
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.public_key)
            .verify(signed, &self.signature)
            .is_ok()
    }

    /// Whether it goes with this token: none when it names no token.
    pub fn goes_with(&self, token: &Token) -> Option<bool> {
        self.ath.as_ref().map(|ath| *ath == token_hash(token))
    }

    /// Scheme, host and port; then the path. Query and fragment are not looked at (RFC 9449, section 4.3).
    pub fn address(&self) -> Option<(&str, &str)> {
        let host = self.htu.find("://")? + 3;
        let path = host + self.htu.get(host..)?.find('/')?;
        let (origin, path) = self.htu.split_at_checked(path)?;
        Some((origin, path.split(['?', '#']).next().unwrap_or_default()))
    }

    /// Whether a request with this method may change nothing (RFC 9110, section 9.2.1).
    pub fn is_safe(&self) -> bool {
        matches!(self.htm.as_str(), "GET" | "HEAD")
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn public_key(x: &[u8], y: &[u8]) -> Option<[u8; 65]> {
    let mut key = [4; 65];
    let (_, point) = key.split_first_mut()?;
    let (first, second) = point.split_at_mut_checked(COORDINATE_BYTES)?;
    if x.len() != first.len() || y.len() != second.len() {
        return None;
    }
    first.copy_from_slice(x);
    second.copy_from_slice(y);
    Some(key)
}

/// RFC 7638, of a public key on P-256.
fn thumbprint(public_key: &[u8; 65]) -> [u8; 32] {
    let (x, y) = public_key[1..].split_at(COORDINATE_BYTES);
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    sha256(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#).as_bytes())
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// `ath`: base64url of SHA-256 of the token as it is sent.
fn token_hash(token: &Token) -> String {
    URL_SAFE_NO_PAD.encode(sha256(token.to_text().as_bytes()))
}

/// A NumericDate (RFC 7519, section 2), which may have a fraction.
fn seconds(number: &serde_json::Number) -> Option<u64> {
    const MOST: f64 = 9_007_199_254_740_991.0;
    let whole = |value: f64| (0.0..=MOST).contains(&value).then_some(value as u64);
    number.as_u64().or_else(|| number.as_f64().and_then(whole))
}

/// A key of a client's own, in memory: makes proofs.
pub struct ProofKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

/// What a proof is to be about.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    /// The method.
    pub method: &'a str,
    /// The address, without query and fragment.
    pub address: &'a str,
    /// The token that it goes with.
    pub token: Option<&'a Token>,
    /// What the server wants to be repeated.
    pub nonce: Option<&'a str>,
    /// When it is made, in seconds since 1970.
    pub iat_s: u64,
}

impl ProofKey {
    /// A fresh one.
    ///
    /// Errors: there is no randomness.
    pub fn generate() -> Result<Self, Unspecified> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        Ok(Self { pair, random: SystemRandom::new() })
    }

    /// RFC 7638.
    pub fn thumbprint(&self) -> [u8; 32] {
        <[u8; 65]>::try_from(self.pair.public_key().as_ref()).map_or([0; 32], |key| thumbprint(&key))
    }

    /// The key as a JWK (RFC 7517), without its private part.
    pub fn jwk(&self) -> String {
        let point = self.pair.public_key().as_ref().get(1..).unwrap_or_default();
        let (x, y) = point.split_at(point.len() / 2);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#)
    }

    /// Signs any header and claims: also what no server should take.
    ///
    /// Errors: there is no randomness.
    pub fn sign(&self, head: &str, claims: &str) -> Result<String, Unspecified> {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.pair.sign(&self.random, signed.as_bytes())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// A proof. Its address is written as it stands: it may hold no quotation mark and no backslash.
    ///
    /// Errors: there is no randomness.
    pub fn prove(&self, about: &Statement<'_>) -> Result<String, Unspecified> {
        let mut name = [0; 16];
        aws_lc_rs::rand::fill(&mut name)?;
        let ath = about.token.map_or_else(String::new, |token| format!(r#","ath":"{}""#, token_hash(token)));
        let nonce = about.nonce.map_or_else(String::new, |nonce| format!(r#","nonce":"{nonce}""#));
        let claims = format!(
            r#"{{"jti":"{}","htm":"{}","htu":"{}","iat":{}{ath}{nonce}}}"#,
            URL_SAFE_NO_PAD.encode(name),
            about.method,
            about.address,
            about.iat_s
        );
        self.sign(&format!(r#"{{"typ":"dpop+jwt","alg":"ES256","jwk":{}}}"#, self.jwk()), &claims)
    }
}

impl std::fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProofKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CLAIMS: &str = r#"{"jti":"a","htm":"GET","htu":"https://salus.example/praxis/fhir","iat":1}"#;

    fn head(alg: &str, typ: &str, jwk: &str) -> String {
        format!(r#"{{"typ":"{typ}","alg":"{alg}","jwk":{jwk}}}"#)
    }

    #[test]
    fn the_example_of_the_specification_is_read_and_verified() {
        // RFC 9449, section 4.1.
        let proof = concat!(
            "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6Ik",
            "VDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCR",
            "nMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JE",
            "QSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIj",
            "oiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwia",
            "WF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg",
            "4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg",
        );
        let read = Proof::parse(proof.as_bytes()).unwrap();
        assert!(read.is_signed(proof.as_bytes()));
        assert_eq!((read.htm.as_str(), read.iat_s), ("POST", 1_562_262_616));
        assert_eq!(read.address(), Some(("https://server.example.com", "/token")));
        // The thumbprint of this key, from section 6.1.
        let known = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
        assert_eq!(URL_SAFE_NO_PAD.encode(read.thumbprint), known);
    }

    #[test]
    fn what_is_made_is_read_and_a_changed_bit_is_found() {
        let key = ProofKey::generate().unwrap();
        let token = Token::random().unwrap();
        let about = Statement {
            method: "POST",
            address: "https://salus.example/praxis/fhir/Patient",
            token: Some(&token),
            nonce: Some("n"),
            iat_s: 7,
        };
        let proof = key.prove(&about).unwrap();
        let read = Proof::parse(proof.as_bytes()).unwrap();
        assert!(read.is_signed(proof.as_bytes()));
        assert_eq!((read.thumbprint, read.goes_with(&token)), (key.thumbprint(), Some(true)));
        assert_eq!(read.goes_with(&Token::random().unwrap()), Some(false));
        for at in 0..proof.len() {
            let mut changed = proof.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let taken = Proof::parse(&changed)
                .is_some_and(|read| read.is_signed(&changed) && changed != proof.as_bytes());
            assert!(!taken, "{at}");
        }
    }

    #[test]
    fn no_other_algorithm_and_no_private_key_is_taken() {
        let key = ProofKey::generate().unwrap();
        let jwk = key.jwk();
        let with = |member: &str| jwk.replace('}', &format!(",{member}}}"));
        let parse = |head: &str, claims: &str| Proof::parse(key.sign(head, claims).unwrap().as_bytes());
        assert!(parse(&head("ES256", "dpop+jwt", &jwk), CLAIMS).is_some());
        for alg in ["none", "None", "HS256", "RS256", "ES384", "es256", ""] {
            assert!(parse(&head(alg, "dpop+jwt", &jwk), CLAIMS).is_none(), "{alg}");
        }
        for typ in ["JWT", "jwt", "dpop", ""] {
            assert!(parse(&head("ES256", typ, &jwk), CLAIMS).is_none(), "{typ}");
        }
        for member in [r#""d":"AA""#, r#""d":null"#, r#""k":"AA""#, r#""x":"AA""#, r#""kty":"oct""#] {
            assert!(parse(&head("ES256", "dpop+jwt", &with(member)), CLAIMS).is_none(), "{member}");
        }
        for other in [r#"{"kty":"oct","k":"AA"}"#, "{}", "null", &jwk.replace("P-256", "P-384")] {
            assert!(parse(&head("ES256", "dpop+jwt", other), CLAIMS).is_none(), "{other}");
        }
        let critical = head("ES256", "dpop+jwt", &jwk).replace(r#"{"typ""#, r#"{"crit":["b64"],"typ""#);
        assert!(parse(&critical, CLAIMS).is_none());
    }

    #[test]
    fn claims_that_are_missing_or_twice_there_or_too_long_are_none() {
        let key = ProofKey::generate().unwrap();
        let head = head("ES256", "dpop+jwt", &key.jwk());
        let parse = |claims: &str| Proof::parse(key.sign(&head, claims).unwrap().as_bytes());
        for member in [r#""jti":"a","#, r#""htm":"GET","#, r#","iat":1"#] {
            assert!(parse(&CLAIMS.replace(member, "")).is_none(), "{member}");
        }
        assert!(parse(&CLAIMS.replace(r#""htm""#, r#""htm":"POST","htm""#)).is_none());
        assert!(parse(&CLAIMS.replace(r#""a""#, &format!("{:?}", "a".repeat(MAX_JTI_BYTES + 1)))).is_none());
        assert!(parse(&CLAIMS.replace("https", &"x".repeat(MAX_PROOF_BYTES))).is_none());
        for (iat, read) in [("-1", None), ("1e300", None), ("\"1\"", None), ("12.9", Some(12))] {
            let claims = CLAIMS.replace(r#""iat":1"#, &format!(r#""iat":{iat}"#));
            assert_eq!(parse(&claims).map(|proof| proof.iat_s), read, "{iat}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_borne(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Some(proof) = Proof::parse(&bytes) {
                proof.is_signed(&bytes);
                proof.address();
            }
        }

        #[test]
        fn any_head_and_claims_are_borne(head in ".{0,200}", claims in ".{0,200}") {
            let key = ProofKey::generate().unwrap();
            let bytes = key.sign(&head, &claims).unwrap();
            prop_assert!(Proof::parse(bytes.as_bytes()).is_none());
        }
    }
}

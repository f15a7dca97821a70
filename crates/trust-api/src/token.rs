//! Session tokens and client secrets: 32 random bytes, shown once, kept as a hash.
//!
//! Never: printed by `Debug`; kept in the clear by the keyholder. State: the bytes, wiped when dropped.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// What a session's bearer, or a client's credential, consists of.
#[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct Token([u8; 32]);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(hidden)")
    }
}

impl Token {
    const PREFIX: &'static str = "salus_";

    /// A fresh random one.
    pub fn random() -> Result<Self, salus_seal::SealError> {
        salus_seal::keys::random().map(Self)
    }

    /// One that nobody has: what was sent instead of a token is asked about as this one, so that it is refused and counted as any other that was
    /// never given out. (A random one is this with a probability of 2^-256.)
    pub fn of_nobody() -> Self {
        Self([0; 32])
    }

    /// What was derived from another secret.
    pub(crate) fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// As a client sends it: `salus_` and 43 characters of base64url.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}{}", Self::PREFIX, URL_SAFE_NO_PAD.encode(self.0)))
    }

    /// From what a client sent.
    pub fn parse(text: &str) -> Option<Self> {
        let encoded = text.strip_prefix(Self::PREFIX)?;
        let mut bytes = Zeroizing::new([0u8; 33]);
        let length = URL_SAFE_NO_PAD.decode_slice(encoded, bytes.as_mut_slice()).ok()?;
        (length == 32).then(|| bytes.first_chunk::<32>().map(|b| Self(*b)))?
    }

    /// SHA-256: what the keyholder and its log keep of it.
    pub fn hash(&self) -> [u8; 32] {
        let mut out = [0u8; 32];
        out.copy_from_slice(digest::digest(&digest::SHA256, &self.0).as_ref());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_and_anything_else_is_none() {
        let token = Token::random().unwrap();
        let text = token.to_text();
        assert_eq!(Token::parse(&text).unwrap().hash(), token.hash());
        for bad in ["", "salus_", "salus_AA", &text[1..], &format!("{}A", *text), "salus_!!!!"] {
            assert!(Token::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{token:?}"), "Token(hidden)");
    }
}

//! The application's half of an authorization request (RFC 7636): a verifier that it keeps, its hash that it shows, and a state by
//! which it knows its own request again.
//!
//! Never: shows the verifier before the code is redeemed. State: none.

use aws_lc_rs::{constant_time, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// What an application draws for one sign-in.
pub struct Pkce {
    /// 43 characters of base64url, of 32 random bytes.
    pub verifier: Zeroizing<String>,
    /// 43 characters of base64url, of 32 random bytes.
    pub state: String,
}

impl std::fmt::Debug for Pkce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pkce(hidden)")
    }
}

impl Pkce {
    /// Draws one.
    pub fn draw() -> Result<Self, salus_seal::SealError> {
        let text = || salus_seal::keys::random::<32>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        Ok(Self { verifier: Zeroizing::new(text()?), state: text()? })
    }

    /// The code challenge, by `S256`.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.verifier.as_bytes()))
    }

    /// Whether this is its state.
    pub fn is_own(&self, state: &str) -> bool {
        constant_time::verify_slices_are_equal(self.state.as_bytes(), state.as_bytes()).is_ok()
    }
}

/// A code challenge's 32 bytes; none when it is not what `S256` makes.
pub fn parse_challenge(text: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_that_of_the_specification() {
        let verifier = Zeroizing::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        let pkce = Pkce { verifier, state: "state".into() };
        assert_eq!(pkce.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(parse_challenge(&pkce.challenge()).unwrap()[..4], [0x13, 0xd3, 0x1e, 0x96]);
        assert!(pkce.is_own("state") && !pkce.is_own("stat") && !pkce.is_own(""));
        for bad in [
            "",
            "E9Mel",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=",
            "plain text that is no base64 at all!!!!!!!!!!!",
        ] {
            assert!(parse_challenge(bad).is_none(), "{bad}");
        }
        let drawn = Pkce::draw().unwrap();
        assert!(drawn.verifier.len() == 43 && drawn.state != *drawn.verifier);
    }
}

//! clientDataJSON (WebAuthn Level 2, 5.8.1): what the browser says it was asked, by whom.
//!
//! Never: takes a member that stands there twice, or another string for the one it should be. State: none.

use crate::{Fault, MAX_CLIENT_DATA_BYTES};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// Which of the two ceremonies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// A passkey is made.
    Create,
    /// A passkey is used.
    Get,
}

/// What the browser said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientData {
    /// Of which ceremony.
    pub ceremony: Ceremony,
    /// The challenge's bytes.
    pub challenge: Vec<u8>,
    /// Who asked.
    pub origin: String,
    /// Whether it was asked within another origin's page.
    pub is_framed: bool,
}

/// Other members may come with later versions of the specification, and are passed over.
#[derive(Deserialize)]
struct Members {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin")]
    cross_origin: Option<bool>,
    #[serde(rename = "topOrigin")]
    top_origin: Option<String>,
}

impl ClientData {
    /// Reads it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_CLIENT_DATA_BYTES {
            return Err(Fault::Malformed);
        }
        let members: Members = serde_json::from_slice(bytes).map_err(|_| Fault::Malformed)?;
        let ceremony = match members.r#type.as_str() {
            "webauthn.create" => Ceremony::Create,
            "webauthn.get" => Ceremony::Get,
            _ => return Err(Fault::Malformed),
        };
        let challenge = URL_SAFE_NO_PAD.decode(&members.challenge).map_err(|_| Fault::Malformed)?;
        let is_framed = members.cross_origin == Some(true) || members.top_origin.is_some();
        Ok(Self { ceremony, challenge, origin: members.origin, is_framed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ClientData, Fault> {
        ClientData::parse(text.as_bytes())
    }

    #[test]
    fn what_browsers_say_is_read() {
        let said = parse(
            r#"{"type":"webauthn.get","challenge":"AQID","origin":"https://door.example","crossOrigin":false,"other_keys_can_be_added_here":"x"}"#,
        );
        let expected = ClientData {
            ceremony: Ceremony::Get,
            challenge: vec![1, 2, 3],
            origin: "https://door.example".into(),
            is_framed: false,
        };
        assert_eq!(said, Ok(expected));
        let framed = r#"{"type":"webauthn.create","challenge":"","origin":"a","crossOrigin":true}"#;
        assert!(parse(framed).is_ok_and(|said| said.is_framed && said.ceremony == Ceremony::Create));
        let framed = r#"{"type":"webauthn.get","challenge":"","origin":"a","topOrigin":"b"}"#;
        assert!(parse(framed).is_ok_and(|said| said.is_framed));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "[]",
            r#"{"type":"webauthn.get","challenge":"AQID"}"#,
            r#"{"type":"payment.get","challenge":"AQID","origin":"a"}"#,
            r#"{"type":"webauthn.get","challenge":"AQID=","origin":"a"}"#,
            r#"{"type":"webauthn.get","challenge":"A+/D","origin":"a"}"#,
            r#"{"type":"webauthn.get","challenge":"AQID","origin":"a","origin":"b"}"#,
            r#"{"type":"webauthn.get","challenge":"AQID","challenge":"AQIE","origin":"a"}"#,
            r#"{"type":"webauthn.get","challenge":"AQID","origin":"a"} {}"#,
            r#"{"type":"webauthn.get","challenge":"AQID","origin":["a"]}"#,
        ] {
            assert_eq!(parse(text), Err(Fault::Malformed), "{text}");
        }
        let long = format!(
            r#"{{"type":"webauthn.get","challenge":"AQID","origin":"{}"}}"#,
            "a".repeat(MAX_CLIENT_DATA_BYTES)
        );
        assert_eq!(parse(&long), Err(Fault::Malformed));
    }
}

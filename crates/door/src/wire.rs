//! What the door's script sends and is sent: bytes as base64url, as WebAuthn's JSON has them.
//!
//! Never: lets anything longer than its bound through. State: none.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salus_trust_api::pkce::parse_challenge;
use salus_trust_api::wire::people::{Assertion, Authorize, Registration};
use serde::{Deserialize, Serialize};

/// Bytes, as base64url without padding.
#[derive(Debug, Clone)]
pub(crate) struct Bytes(pub Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        URL_SAFE_NO_PAD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

/// An authorization request (RFC 6749, 4.1.1; RFC 7636, 4.3), as it stands in the address.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AuthorizeRequest {
    pub response_type: String,
    pub client_id: String,
    pub cell: String,
    pub redirect_uri: String,
    pub code_challenge: String,
    pub code_challenge_method: String,
    pub state: String,
}

impl AuthorizeRequest {
    /// None when it asks for anything but a code with `S256`.
    pub(crate) fn read(self) -> Option<Authorize> {
        let code_challenge = parse_challenge(&self.code_challenge)?;
        let is_code = self.response_type == "code" && self.code_challenge_method == "S256";
        is_code.then_some(Authorize {
            cell: self.cell,
            client: self.client_id,
            redirect_uri: self.redirect_uri,
            code_challenge,
            state: self.state,
        })
    }
}

/// What the browser says of a passkey that was used (WebAuthn's AuthenticationResponseJSON, what is needed of it).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Used {
    pub id: Bytes,
    pub client_data: Bytes,
    pub authenticator_data: Bytes,
    pub signature: Bytes,
    pub user_handle: Option<Bytes>,
}

impl From<Used> for Assertion {
    fn from(used: Used) -> Self {
        Self {
            credential: used.id.0,
            user_handle: used.user_handle.map(|handle| handle.0),
            client_data: used.client_data.0,
            authenticator_data: used.authenticator_data.0,
            signature: used.signature.0,
        }
    }
}

/// What the browser says of a passkey that was made.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Made {
    pub client_data: Bytes,
    pub attestation: Bytes,
    #[serde(default)]
    pub label: String,
}

/// What the browser is to be asked for a passkey that is used.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wanted<'a> {
    pub challenge: Bytes,
    pub rp_id: &'a str,
}

/// What the browser is to be asked for a new passkey.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToMake<'a> {
    pub challenge: Bytes,
    pub rp_id: &'a str,
    /// The user handle.
    pub user: Bytes,
    /// The name under which the passkey is shown: the person's, and their cell's.
    pub name: String,
    pub display_name: String,
    /// The person's other passkeys.
    pub exclude: Vec<Bytes>,
    /// The passkey that allowed it, where it was one.
    pub allowed_by: Option<String>,
    pub principal: String,
}

impl<'a> ToMake<'a> {
    pub(crate) fn new(registration: Registration, rp_id: &'a str) -> Self {
        let person = registration.person;
        let name = match &person.cell {
            Some(cell) => format!("{} · {cell}", person.name),
            None => person.name.clone(),
        };
        Self {
            challenge: Bytes(registration.challenge),
            rp_id,
            user: Bytes(registration.principal.0.to_vec()),
            name,
            display_name: person.name,
            exclude: registration.exclude.into_iter().map(Bytes).collect(),
            allowed_by: registration.allowed_by.map(|passkey| passkey.to_string()),
            principal: registration.principal.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(change: impl Fn(&mut AuthorizeRequest)) -> Option<Authorize> {
        let mut request = AuthorizeRequest {
            response_type: "code".into(),
            client_id: "salus-pages".into(),
            cell: "praxis".into(),
            redirect_uri: "https://salus.example/praxis/signed-in".into(),
            code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(),
            code_challenge_method: "S256".into(),
            state: "s".into(),
        };
        change(&mut request);
        request.read()
    }

    #[test]
    fn only_a_code_with_s256_is_asked_for() {
        assert!(request(|_| ()).is_some());
        assert!(request(|one| one.response_type = "token".into()).is_none());
        assert!(request(|one| one.code_challenge_method = "plain".into()).is_none());
        assert!(request(|one| one.code_challenge = "short".into()).is_none());
    }
}

//! `POST /{cell}/oauth/token`: a session for a client's credentials (RFC 6749, section 4.4), bound to the key that a proof shows (RFC 9449,
//! section 5).
//!
//! Never: tells a client that does not exist from a wrong secret; keeps a secret after the answer. State: none.

use crate::answer::Answer;
use crate::outcome::DPOP_NONCE;
use crate::query;
use crate::session;
use crate::web::{Peer, Web};
use axum::Extension;
use axum::extract::{Path, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use salus_records::{ClientId, Refusal, SignIn, Token, TrustError};
use std::net::IpAddr;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The largest body, in bytes.
pub(crate) const MAX_TOKEN_BODY_BYTES: usize = 8 * 1024;

/// Why there is no token: RFC 6749's code, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
enum NoToken {
    InvalidRequest(&'static str),
    UnsupportedGrant,
    InvalidClient,
    /// RFC 9449, section 5.
    InvalidProof(&'static str),
    /// Section 8.
    UseNonce(String),
    Unavailable,
}

pub(crate) async fn answer(
    State(web): State<Arc<Web>>,
    Path(cell): Path<String>,
    Extension(Peer(peer)): Extension<Peer>,
    parts: Parts,
    body: Bytes,
) -> Answer {
    match sign_in(&web, &cell, &parts, peer, &body).await {
        Ok(json) => Answer::new(StatusCode::OK)
            .header(PRAGMA, HeaderValue::from_static("no-cache"))
            .body("application/json; charset=utf-8", json),
        Err(refused) => refused.into_answer(),
    }
}

async fn sign_in(web: &Web, cell: &str, parts: &Parts, peer: IpAddr, body: &[u8]) -> Result<String, NoToken> {
    let (client, secret) = credentials(&parts.headers, body)?;
    // A cell that is not there is answered as a client that is not there.
    let cell = web.records.find_cell(cell).await.ok_or(NoToken::InvalidClient)?;
    let client = ClientId::parse(&client).ok_or(NoToken::InvalidClient)?;
    let secret = Token::parse(&secret).ok_or(NoToken::InvalidClient)?;
    let proof = session::proof(web, parts);
    let address = session::address(peer, &parts.headers, web.behind_proxy);
    let kind = if proof.is_empty() { "Bearer" } else { "DPoP" };
    match web.records.trust().sign_in(SignIn { cell: cell.id(), client, secret, proof, address }).await {
        Ok(signed_in) => Ok(format!(
            r#"{{"access_token":"{}","token_type":"{kind}","expires_in":{}}}"#,
            *signed_in.token.to_text(),
            signed_in.expires_s
        )),
        // The credentials were good: what follows tells nobody else anything.
        Err(TrustError::Refused(Refusal::NoProof)) => Err(NoToken::InvalidProof(
            "this client must prove a key of its own: send a header DPoP with a proof (RFC 9449)",
        )),
        Err(TrustError::Refused(Refusal::BadProof)) => Err(NoToken::InvalidProof(
            "the proof in the header DPoP is not one of this request, made just now, by ES256",
        )),
        Err(TrustError::Refused(Refusal::StaleProof)) => {
            let nonce = web.records.trust().proof_nonce().await;
            Err(nonce.map_or(NoToken::Unavailable, NoToken::UseNonce))
        }
        Err(TrustError::Refused(_)) => Err(NoToken::InvalidClient),
        Err(_) => Err(NoToken::Unavailable),
    }
}

type Credentials = (Zeroizing<String>, Zeroizing<String>);

/// The client's id and secret: from the header Authorization, or from the form; never both.
fn credentials(headers: &HeaderMap, body: &[u8]) -> Result<Credentials, NoToken> {
    let form = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if form.split(';').next().map(str::trim) != Some("application/x-www-form-urlencoded") {
        return Err(NoToken::InvalidRequest("Content-Type must be application/x-www-form-urlencoded"));
    }
    let body = std::str::from_utf8(body).ok().and_then(query::parameters);
    let body = body.ok_or(NoToken::InvalidRequest("the form is not readable"))?;
    let field = |name: &str| -> Result<Option<Zeroizing<String>>, NoToken> {
        let mut values = body.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (value, None) => Ok(value.map(|value| Zeroizing::new(value.to_string()))),
            _ => Err(NoToken::InvalidRequest("a parameter is given twice")),
        }
    };
    match field("grant_type")?.as_deref().map(String::as_str) {
        Some("client_credentials") => {}
        Some(_) => return Err(NoToken::UnsupportedGrant),
        None => {
            return Err(NoToken::InvalidRequest("grant_type is missing; send grant_type=client_credentials"));
        }
    }
    let basic = match headers.get(AUTHORIZATION) {
        Some(value) => Some(basic(value).ok_or(NoToken::InvalidClient)?),
        None => None,
    };
    match (basic, field("client_id")?, field("client_secret")?) {
        (Some(basic), id, None) if id.as_ref().is_none_or(|id| *id == basic.0) => Ok(basic),
        (Some(_), ..) => Err(NoToken::InvalidRequest("credentials are given in the header and in the form")),
        (None, Some(id), Some(secret)) => Ok((id, secret)),
        (None, None, None) => Err(NoToken::InvalidClient),
        (None, ..) => Err(NoToken::InvalidRequest("client_id and client_secret belong together")),
    }
}

/// Id and secret from the header, each form-encoded (RFC 6749, section 2.3.1).
fn basic(value: &HeaderValue) -> Option<Credentials> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    let decode = |part| query::percent_decode(part).map(|part| Zeroizing::new(part.into_owned()));
    Some((decode(id)?, decode(secret)?))
}

impl NoToken {
    fn into_answer(self) -> Answer {
        let (status, code, description) = match &self {
            Self::InvalidRequest(why) => (StatusCode::BAD_REQUEST, "invalid_request", *why),
            Self::InvalidProof(why) => (StatusCode::BAD_REQUEST, "invalid_dpop_proof", *why),
            Self::UseNonce(_) => (
                StatusCode::BAD_REQUEST,
                "use_dpop_nonce",
                "repeat it with the nonce in the header DPoP-Nonce",
            ),
            Self::UnsupportedGrant => {
                (StatusCode::BAD_REQUEST, "unsupported_grant_type", "only client_credentials is offered")
            }
            Self::InvalidClient => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "the credentials are not those of a client of this cell",
            ),
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "try again in a moment")
            }
        };
        let body = format!(r#"{{"error":"{code}","error_description":"{description}"}}"#);
        let answer = Answer::new(status).body("application/json; charset=utf-8", body);
        match self {
            Self::InvalidClient => {
                answer.header(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"salus\""))
            }
            Self::UseNonce(nonce) => answer.header(DPOP_NONCE, nonce),
            Self::Unavailable => answer.header(RETRY_AFTER, 1u32),
            _ => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(authorization: Option<&str>, body: &str) -> Result<(String, String), NoToken> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8".parse().unwrap());
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, value.parse().unwrap());
        }
        credentials(&headers, body.as_bytes()).map(|(id, secret)| (id.to_string(), secret.to_string()))
    }

    #[test]
    fn credentials_come_by_header_or_form() {
        let found = Ok(("a b".to_owned(), "c:d".to_owned()));
        let basic = format!("Basic {}", STANDARD.encode("a%20b:c:d"));
        assert_eq!(ask(Some(&basic), "grant_type=client_credentials"), found);
        assert_eq!(ask(Some(&basic), "grant_type=client_credentials&client_id=a+b"), found);
        assert_eq!(
            ask(None, "grant_type=client_credentials&client_id=a+b&client_secret=c%3Ad&scope=x"),
            found
        );
    }

    #[test]
    fn anything_else_is_named_by_its_code() {
        let invalid = |result: Result<_, NoToken>| matches!(result, Err(NoToken::InvalidRequest(_)));
        assert!(invalid(ask(None, "")));
        assert!(invalid(ask(None, "grant_type=client_credentials&client_id=x")));
        assert!(invalid(ask(None, "grant_type=client_credentials&client_id=x&client_id=y&client_secret=z")));
        assert!(invalid(ask(Some("Basic YTpi"), "grant_type=client_credentials&client_secret=z")));
        assert!(invalid(
            credentials(&HeaderMap::new(), b"grant_type=client_credentials")
                .map(|_| (String::new(), String::new()))
        ));
        assert_eq!(ask(None, "grant_type=password"), Err(NoToken::UnsupportedGrant));
        assert_eq!(ask(None, "grant_type=client_credentials"), Err(NoToken::InvalidClient));
        assert_eq!(ask(Some("Basic !"), "grant_type=client_credentials"), Err(NoToken::InvalidClient));
        assert_eq!(ask(Some("Bearer x"), "grant_type=client_credentials"), Err(NoToken::InvalidClient));
    }
}

//! What all requests share, and how a question reaches the keyholder from a script of our own page.
//!
//! Never: takes a question from another origin, or tells one refusal from another. State: the connection to the keyholder.

use crate::wire::{Bytes as Base64, Wanted};
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ORIGIN};
use http::{HeaderMap, HeaderValue, StatusCode};
use salus_trust_api::DoorTrust;
use salus_trust_api::wire::people::{DoorAnswer, DoorAsk};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Desk {
    pub trust: DoorTrust,
    /// The door's origin.
    pub origin: String,
    /// Whether browsers reach it by TLS.
    pub is_secure: bool,
    /// The relying party's id.
    pub rp_id: String,
    /// The record server's address, without a slash at its end.
    pub pages_url: String,
    /// Whether one-time links may let people look round without a passkey.
    pub look_round: bool,
}

/// Why a script gets no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum No {
    /// The keyholder said no, whatever the reason.
    Refused,
    /// Another origin asks.
    Origin,
    /// It cannot be read.
    Unreadable,
    /// The keyholder is not there.
    Away,
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let (status, word) = match self {
            // An answer like others, as far as the browser is concerned: nothing is wrong with the page.
            Self::Refused => (StatusCode::OK, "refused"),
            Self::Origin => (StatusCode::FORBIDDEN, "refused"),
            Self::Unreadable => (StatusCode::BAD_REQUEST, "refused"),
            Self::Away => (StatusCode::SERVICE_UNAVAILABLE, "away"),
        };
        let mut response = json(&serde_json::json!({"error": word}));
        *response.status_mut() = status;
        response
    }
}

impl Desk {
    /// Asks the keyholder.
    pub(crate) async fn ask(&self, ask: DoorAsk) -> Result<DoorAnswer, No> {
        match self.trust.ask(ask).await {
            Ok(DoorAnswer::Refused) => Err(No::Refused),
            Ok(answer) => Ok(answer),
            Err(_) => Err(No::Away),
        }
    }

    /// What the browser is to be asked for: a passkey, over this challenge.
    pub(crate) fn wanted(&self, challenge: Vec<u8>) -> Response {
        json(&Wanted { challenge: Base64(challenge), rp_id: &self.rp_id })
    }

    /// What a script of our own page sent; a form of another origin cannot send JSON, and is turned away besides.
    pub(crate) fn sent<T: DeserializeOwned>(&self, headers: &HeaderMap, body: &Bytes) -> Result<T, No> {
        if !self.is_own(headers) {
            return Err(No::Origin);
        }
        if headers.get(CONTENT_TYPE).is_none_or(|sent| sent != "application/json") {
            return Err(No::Unreadable);
        }
        serde_json::from_slice(body).map_err(|_| No::Unreadable)
    }

    /// Whether our own page asks. Browsers say so themselves (Fetch Metadata); older ones name the origin.
    pub(crate) fn is_own(&self, headers: &HeaderMap) -> bool {
        match headers.get("sec-fetch-site") {
            Some(site) => site == "same-origin",
            None => headers.get(ORIGIN).is_some_and(|origin| origin == self.origin.as_str()),
        }
    }
}

/// Where the page goes on.
pub(crate) fn led(to: &str) -> Response {
    json(&serde_json::json!({ "to": to }))
}

/// JSON that nobody keeps.
pub(crate) fn json(value: &impl Serialize) -> Response {
    let text = serde_json::to_string(value).unwrap_or_default();
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    let mut response = ([(CONTENT_TYPE, kind)], text).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

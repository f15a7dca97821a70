//! Signing in for an application: the authorization endpoint (RFC 6749, 4.1; RFC 7636; RFC 9207).
//!
//! `GET /authorize` shows the page; its script asks for a challenge that is good for exactly this request, and brings the passkey's
//! answer. Where to go with the code is said to the script, because a form may be sent to the door only.
//!
//! Never: leads to an address that the keyholder did not accept with the request. State: none.

use crate::desk::{Desk, No, led};
use crate::page;
use crate::wire::{AuthorizeRequest, Used};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use salus_frame::Words;
use salus_frame::cookies::cookie;
use salus_frame::query::encode_query;
use salus_trust_api::Token;
use salus_trust_api::wire::people::{Authorize, DoorAnswer, DoorAsk};
use serde::Deserialize;
use std::sync::Arc;

/// The cookie that holds a one-time link's secret for looking round, while its way leads over the record server.
const LOOK_ROUND_COOKIE: &str = "__Host-salus-door-look-round";

#[derive(Template)]
#[template(path = "authorize.html")]
struct Body<'a> {
    t: Words,
    cell: &'a str,
    /// Whether somebody is on their way to look round without a passkey.
    looks_round: bool,
}

/// `GET /authorize`
pub(crate) async fn page(State(desk): State<Arc<Desk>>, headers: HeaderMap, here: Uri) -> Response {
    let request = Query::<AuthorizeRequest>::try_from_uri(&here).ok();
    let Some(authorize) = request.and_then(|Query(request)| request.read()) else {
        return page::bad_request(&headers, &here);
    };
    // Whether the keyholder knows it is asked before anybody is.
    if matches!(desk.ask(DoorAsk::BeginSignIn(authorize.clone())).await, Err(No::Refused)) {
        return page::bad_request(&headers, &here);
    }
    let t = page::words(&headers);
    let looks_round = desk.look_round && cookie(&headers, LOOK_ROUND_COOKIE).is_some();
    let body = Body { t, cell: &authorize.cell, looks_round };
    page::show(&headers, &here, StatusCode::OK, &t.say("sign-in"), &body)
}

/// `POST /authorize/begin`: a challenge for this request.
pub(crate) async fn begin(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let request: AuthorizeRequest = desk.sent(&headers, &body)?;
    let authorize = request.read().ok_or(No::Unreadable)?;
    match desk.ask(DoorAsk::BeginSignIn(authorize)).await? {
        DoorAnswer::Challenge(challenge) => Ok(desk.wanted(challenge)),
        _ => Err(No::Away),
    }
}

#[derive(Deserialize)]
struct Finish {
    request: AuthorizeRequest,
    used: Used,
}

/// `POST /authorize/finish`: the passkey's answer becomes a code, and a place to bring it to.
pub(crate) async fn finish(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let Finish { request, used } = desk.sent(&headers, &body)?;
    let authorize = request.read().ok_or(No::Unreadable)?;
    let ask = DoorAsk::FinishSignIn(authorize.clone(), used.into());
    match desk.ask(ask).await? {
        DoorAnswer::Code(code) => Ok(bring(&desk, &authorize, &code)),
        _ => Err(No::Away),
    }
}

/// `POST /look-round/finish`: the same without a passkey, by the one-time link that the cookie holds.
pub(crate) async fn look_round(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let request: AuthorizeRequest = desk.sent(&headers, &body)?;
    let authorize = request.read().ok_or(No::Unreadable)?;
    let secret = cookie(&headers, LOOK_ROUND_COOKIE).and_then(Token::parse).ok_or(No::Refused)?;
    match desk.ask(DoorAsk::LookRound(authorize.clone(), secret)).await? {
        DoorAnswer::Code(code) => {
            let mut response = bring(&desk, &authorize, &code);
            response.headers_mut().insert(SET_COOKIE, keep_for_looking_round("", 0));
            Ok(response)
        }
        _ => Err(No::Away),
    }
}

/// Keeps a one-time link's secret in the browser for so many seconds.
pub(crate) fn keep_for_looking_round(secret: &str, seconds: u32) -> HeaderValue {
    let cookie =
        format!("{LOOK_ROUND_COOKIE}={secret}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax");
    HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""))
}

/// The address with code, state, and who gives it. Nothing in the accepted address needs to be looked at: it has no query.
pub(crate) fn bring(desk: &Desk, authorize: &Authorize, code: &Token) -> Response {
    let code = code.to_text();
    let given = [("code", code.as_str()), ("state", &authorize.state), ("iss", &desk.origin)];
    let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let to = encode_query(&authorize.redirect_uri, &given);
    led(&to)
}

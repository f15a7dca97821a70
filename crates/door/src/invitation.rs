//! One-time links. `/invitation#SECRET`: the secret stands behind the `#`, which browsers send to nobody, so that it is in no log; the page's
//! script brings it by POST.
//!
//! Never: keeps a secret. State: none.

use crate::authorize::keep_for_looking_round;
use crate::desk::{Desk, No, json, led};
use crate::page;
use crate::wire::{Made, ToMake};
use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode, Uri};
use salus_frame::Words;
use salus_trust_api::Token;
use salus_trust_api::wire::people::{DoorAnswer, DoorAsk, PersonName, RegistrationBy};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// How long somebody who looks round may be on their way over the record server, in seconds.
const LOOK_ROUND_S: u32 = 300;

#[derive(Template)]
#[template(path = "invitation.html")]
struct Body {
    t: Words,
}

/// `GET /invitation`
pub(crate) async fn page(headers: HeaderMap, here: Uri) -> Response {
    let t = page::words(&headers);
    page::show(&headers, &here, StatusCode::OK, &t.say("invitation"), &Body { t })
}

#[derive(Deserialize)]
struct Open {
    secret: String,
}

/// `POST /invitation/open`: whose the link is, and what is to be made.
pub(crate) async fn open(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let Open { secret } = desk.sent(&headers, &body)?;
    let secret = Token::parse(&secret).ok_or(No::Refused)?;
    match desk.ask(DoorAsk::OpenInvitation { secret }).await? {
        DoorAnswer::Registration(registration) => {
            let person = person(&registration.person);
            Ok(json(&json!({"person": person, "make": ToMake::new(registration, &desk.rp_id)})))
        }
        DoorAnswer::LooksRound(name) if desk.look_round => Ok(json(&json!({"person": person(&name)}))),
        _ => Err(No::Refused),
    }
}

fn person(name: &PersonName) -> serde_json::Value {
    json!({"name": name.name, "cell": name.cell})
}

#[derive(Deserialize)]
struct Finish {
    secret: String,
    made: Made,
    language: Option<String>,
}

/// `POST /invitation/finish`: the passkey was made. Where to go now.
pub(crate) async fn finish(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let Finish { secret, made, language } = desk.sent(&headers, &body)?;
    let secret = Token::parse(&secret).ok_or(No::Refused)?;
    let ask = DoorAsk::Register {
        by: RegistrationBy::Invitation(secret),
        client_data: made.client_data.0,
        attestation: made.attestation.0,
        label: made.label,
        language,
    };
    match desk.ask(ask).await? {
        DoorAnswer::Registered(person) => Ok(led(&home(&desk, &person))),
        _ => Err(No::Away),
    }
}

/// `POST /look-round`: over the record server, which begins the sign-in, and back here.
pub(crate) async fn look_round(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let Open { secret } = desk.sent(&headers, &body)?;
    let secret = Token::parse(&secret).ok_or(No::Refused)?;
    match desk.ask(DoorAsk::OpenInvitation { secret: secret.clone() }).await? {
        DoorAnswer::LooksRound(person) => {
            let mut response = led(&home(&desk, &person));
            let cookie = keep_for_looking_round(&secret.to_text(), LOOK_ROUND_S);
            response.headers_mut().insert(SET_COOKIE, cookie);
            Ok(response)
        }
        _ => Err(No::Refused),
    }
}

/// Where a person begins: at their cell's sign-in; an operator at their passkeys.
fn home(desk: &Desk, person: &PersonName) -> String {
    match &person.cell {
        Some(cell) => format!("{}/{cell}/sign-in", desk.pages_url),
        None => "/passkeys".to_owned(),
    }
}

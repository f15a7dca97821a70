//! One's own passkeys: seen, added, named, removed. There is no session at the door: each of these is confirmed with a passkey, by a
//! challenge that is good for nothing else.
//!
//! Never: shows a person's passkeys to anybody else. State: none.

use crate::desk::{Desk, No, json};
use crate::page;
use crate::wire::{Made, ToMake, Used};
use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use salus_frame::Words;
use salus_seal::{DeviceId, PrincipalId};
use salus_trust_api::wire::people::{Action, DoorAnswer, DoorAsk, PasskeyStatus, RegistrationBy};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// The most bytes of a cell's name that is led back to.
const MAX_CELL_BYTES: usize = 64;

#[derive(Template)]
#[template(path = "passkeys.html")]
struct Body {
    t: Words,
    /// Where somebody came from, and in which words it is said.
    back: String,
    back_words: &'static str,
}

/// The list, once somebody has shown who they are.
#[derive(Template)]
#[template(path = "passkeys_list.html")]
struct List<'a> {
    t: Words,
    name: &'a str,
    confirmed_by: DeviceId,
    passkeys: &'a [PasskeyStatus],
}

/// `GET /passkeys`
pub(crate) async fn page(State(desk): State<Arc<Desk>>, headers: HeaderMap, here: Uri) -> Response {
    let t = page::words(&headers);
    let (back, back_words) = back(&desk.pages_url, here.query().unwrap_or_default());
    page::show(&headers, &here, StatusCode::OK, &t.say("my-passkeys"), &Body { t, back, back_words })
}

/// The way back to the practice that sent somebody here (`?cell=`), else to the record server's front page: never elsewhere.
fn back(pages_url: &str, query: &str) -> (String, &'static str) {
    let cell = query.split('&').find_map(|part| part.strip_prefix("cell="));
    let is_name = |cell: &&str| {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !cell.is_empty() && cell.len() <= MAX_CELL_BYTES && cell.bytes().all(is_plain)
    };
    match cell.filter(is_name) {
        Some(cell) => (format!("{pages_url}/{cell}/today"), "back-to-practice"),
        None => (format!("{pages_url}/"), "to-salus"),
    }
}

/// What somebody wants to do.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Wish {
    List,
    Add,
    Rename { passkey: String, label: String },
    Remove { passkey: String },
}

impl Wish {
    fn read(self) -> Result<Action, No> {
        let id = |text: &str| DeviceId::parse(text).ok_or(No::Unreadable);
        Ok(match self {
            Self::List => Action::List,
            Self::Add => Action::Add,
            Self::Rename { passkey, label } => {
                Action::Rename { passkey: id(&passkey)?, label: label.trim().to_owned() }
            }
            Self::Remove { passkey } => Action::Remove { passkey: id(&passkey)? },
        })
    }
}

/// `POST /passkeys/begin`: a challenge for this wish.
pub(crate) async fn begin(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let action = desk.sent::<Wish>(&headers, &body)?.read()?;
    match desk.ask(DoorAsk::BeginAction(action)).await? {
        DoorAnswer::Challenge(challenge) => Ok(desk.wanted(challenge)),
        _ => Err(No::Away),
    }
}

#[derive(Deserialize)]
struct Finish {
    wish: Wish,
    used: Used,
}

/// `POST /passkeys/finish`: it is done, and the list is shown as it is now; or another passkey may be made.
pub(crate) async fn finish(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let Finish { wish, used } = desk.sent(&headers, &body)?;
    match desk.ask(DoorAsk::FinishAction(wish.read()?, used.into())).await? {
        DoorAnswer::Passkeys { person, confirmed_by, passkeys } => {
            let list =
                List { t: page::words(&headers), name: &person.name, confirmed_by, passkeys: &passkeys };
            Ok(json(&json!({"html": list.render().unwrap_or_default()})))
        }
        DoorAnswer::Registration(registration) => {
            Ok(json(&json!({"make": ToMake::new(registration, &desk.rp_id)})))
        }
        _ => Err(No::Away),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Add {
    principal: String,
    allowed_by: String,
    made: Made,
}

/// `POST /passkeys/add`: another passkey was made.
pub(crate) async fn add(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let Add { principal, allowed_by, made } = desk.sent(&headers, &body)?;
    let (principal, passkey) =
        PrincipalId::parse(&principal).zip(DeviceId::parse(&allowed_by)).ok_or(No::Unreadable)?;
    let ask = DoorAsk::Register {
        by: RegistrationBy::Passkey { principal, passkey },
        client_data: made.client_data.0,
        attestation: made.attestation.0,
        label: made.label,
        language: None,
    };
    match desk.ask(ask).await? {
        DoorAnswer::Registered(_) => Ok(json(&json!({}))),
        _ => Err(No::Away),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_a_practice_of_the_record_server() {
        let url = "https://salus.example";
        assert_eq!(
            back(url, "x=1&cell=praxis-1"),
            ("https://salus.example/praxis-1/today".to_owned(), "back-to-practice")
        );
        for other in ["", "cell=", "cell=..%2F", "cell=a/b", "cell=@evil.example", "cell=%22", "cells=praxis"]
        {
            assert_eq!(back(url, other), ("https://salus.example/".to_owned(), "to-salus"), "{other}");
        }
    }
}

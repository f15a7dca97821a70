//! A patient's own pages: `GET /{cell}/me`: who has looked at their record; `POST /{cell}/me/question`: a question about it, which becomes
//! a task of the practice; `POST /{cell}/me/passkey`: to the door, for a passkey of their own. `/{cell}/paper`: a code on paper begins a short session. `/{cell}/patient/{id}/give-access`: the practice makes one.
//!
//! Never: shows a patient anything but accesses to their own record; the keyholder holds them to it. State: none.

use super::chart::Look;
use super::page::Around;
use super::session::{Received, session_cookie};
use super::view::json::raw;
use super::{Page, PageAsk, Rail, Role, Route, Trouble, lines, see_other};
use crate::answer::Answer;
use crate::web::Web;
use askama::Template;
use http::header::SET_COOKIE;
use http::request::Parts;
use http::{Method, StatusCode};
use salus_frame::Words;
use salus_records::fhir::ResourceType;
use salus_records::{Cell, PaperCode, RecordsError, RedeemPaper, TrustError};
use serde_json::json;
use std::sync::Arc;

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/{cell}/me"),
    ("POST", "/{cell}/me/question"),
    ("POST", "/{cell}/me/passkey"),
    ("GET", "/{cell}/patient/{id}/give-access"),
    ("POST", "/{cell}/patient/{id}/give-access"),
];
/// For everybody.
pub(super) const DOOR_ROUTES: &[Route] = &[("GET", "/{cell}/paper"), ("POST", "/{cell}/paper")];

/// How many visits stand on one page.
const MAX_LOOKS: u32 = 50;
/// The longest question, in characters.
const MAX_QUESTION_CHARS: usize = 1_000;

#[derive(Template)]
#[template(path = "practice/me.html")]
struct Own<'a> {
    t: Words,
    base: &'a str,
    looks: &'a [Look],
    next: Option<u64>,
    is_later: bool,
    is_asked: bool,
    is_wrong: bool,
    /// Whether there was no link to a passkey.
    has_no_link: bool,
}

#[derive(Template)]
#[template(path = "practice/me_passkey.html")]
struct ToDoor<'a> {
    t: Words,
    base: &'a str,
    /// The one-time link.
    to: &'a str,
}

#[derive(Template)]
#[template(path = "practice/paper.html")]
struct Typed<'a> {
    t: Words,
    base: &'a str,
    is_wrong: bool,
}

#[derive(Template)]
#[template(path = "practice/give_access.html")]
struct Given<'a> {
    t: Words,
    place: &'a str,
    /// The code, once it is made; and where it is typed, and until which day it is good.
    code: Option<(String, String, String)>,
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    match ask.route {
        "/{cell}/me" => own(ask, false).await,
        "/{cell}/me/question" => question(ask).await,
        "/{cell}/me/passkey" => passkey(ask).await,
        _ => give(ask).await,
    }
}

/// The number of the reader's own Patient record.
fn record(ask: &PageAsk<'_>) -> Result<u64, Trouble> {
    ask.person.patient.ok_or(Trouble::Records(RecordsError::NotFound))
}

async fn own(ask: &PageAsk<'_>, is_wrong: bool) -> Result<Answer, Trouble> {
    let before = ask.query("before").and_then(|before| before.parse().ok());
    let found = salus_records::own_accesses(ask.cell, &ask.asker, record(ask)?, before, MAX_LOOKS).await?;
    ask.admitted(found.delivery);
    let looks = super::chart::looks_of(ask, found.accesses);
    let body = Own {
        t: ask.t,
        base: ask.base(),
        looks: &looks,
        next: found.next,
        is_later: before.is_some(),
        is_asked: ask.query("asked").is_some(),
        is_wrong,
        has_no_link: ask.query("passkey").is_some(),
    };
    Ok(Page::new(Rail::Nowhere, ask.t.say("me-title"), &body).answer(ask))
}

/// A question becomes a task: whoever is in the practice finds it in their list.
async fn question(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let text = ask.field("text").unwrap_or_default();
    let about = ask.field("about").unwrap_or_default();
    let is_good = !text.is_empty()
        && text.chars().count() <= MAX_QUESTION_CHARS
        && about.chars().count() <= MAX_QUESTION_CHARS;
    if !is_good {
        return own(ask, true).await;
    }
    let opened = salus_records::own_record(ask.cell, &ask.asker, record(ask)?).await?;
    ask.admitted(opened.delivery);
    let id = lines::document(&opened.text).and_then(|text| raw(text.root(), "id"));
    let id = id.ok_or(RecordsError::Internal)?;
    let description = match about {
        "" => format!("{}: {text}", ask.t.say("me-task")),
        about => format!("{} ({about}): {text}", ask.t.say("me-task")),
    };
    let task = json!({
        "resourceType": "Task",
        "status": "requested",
        "intent": "proposal",
        "description": description,
        "for": {"reference": format!("Patient/{id}")},
        "requester": {"reference": format!("Patient/{id}")},
        "authoredOn": salus_records::fhir::instant::instant(ask.clock.now_ms()),
    });
    let kind = ResourceType::from_name("Task").ok_or(RecordsError::Internal)?;
    salus_records::create(ask.cell, &ask.asker, kind, None, task.to_string().into_bytes()).await?;
    Ok(ask.settle(see_other(&ask.around, &format!("{}/me?asked=1", ask.base()))))
}

/// To the door, where a passkey of their own is made. Whoever has one already signs in with it.
async fn passkey(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    record(ask)?;
    let Some(door) = &ask.web.door_url else { return Err(RecordsError::Unavailable.into()) };
    match ask.web.records.trust().own_passkey(&ask.asker).await {
        Ok(link) => {
            // A form may lead to no other origin, so its page does.
            let to = format!("{door}/invitation#{}", link.code.0);
            let body = ToDoor { t: ask.t, base: ask.base(), to: &to };
            Ok(Page::new(Rail::Nowhere, ask.t.say("me-passkey"), &body).answer(ask))
        }
        Err(TrustError::Refused(salus_records::Refusal::NotAllowed)) => {
            Ok(see_other(&ask.around, &format!("{}/me?passkey=no", ask.base())))
        }
        Err(TrustError::Refused(_)) => Err(RecordsError::NoSession.into()),
        Err(_) => Err(RecordsError::Unavailable.into()),
    }
}

async fn give(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let id = ask.value(0);
    if !salus_records::is_id(id) || !ask.person.role.treats() || ask.person.role == Role::Client {
        return Err(Trouble::Unknown);
    }
    let place = format!("{}/patient/{id}", ask.base());
    // Whoever may not read it is told so as ever.
    ask.read("Patient", id).await?;
    let mut code = None;
    if ask.method() == "POST" {
        let given = salus_records::give_access(ask.cell, &ask.asker, id).await?;
        let until = super::view::date::When::of_ms(given.ends_ms).day_and_month(ask.language());
        let at = format!("{}{}/paper", ask.web.public_base_url, ask.base());
        code = Some((given.code.0.clone(), at, until));
    }
    let body = Given { t: ask.t, place: &place, code };
    Ok(Page::new(Rail::Patients, ask.t.say("give-title"), &body).answer(ask))
}

/// The page where a code on paper is typed, and the session that it begins.
pub(super) async fn paper(
    around: &Around<'_>,
    (web, cell, parts): (&Web, &Arc<Cell>, &Parts),
    received: &Received,
    address: [u8; 16],
) -> Answer {
    let page = |status: StatusCode, is_wrong: bool| {
        let t = around.words();
        let body = Typed { t, base: &around.base, is_wrong };
        Page::new(Rail::Nowhere, t.say("paper-title"), &body).status(status).around(around, None)
    };
    if parts.method != Method::POST {
        return page(StatusCode::OK, false);
    }
    let typed = received.form.iter().find(|(name, _)| name == "code").map(|(_, typed)| typed.as_str());
    let Some(code) = typed.and_then(PaperCode::parse) else { return page(StatusCode::BAD_REQUEST, true) };
    let proof = received.proof.clone();
    let redeem = RedeemPaper { cell: cell.id(), secret: code.secret(), proof, address };
    match web.records.trust().redeem_paper(redeem).await {
        Ok(signed_in) => {
            let cookie = session_cookie(around.cell, &signed_in.token, signed_in.expires_s);
            see_other(around, &format!("{}/me", around.base)).header(SET_COOKIE, cookie)
        }
        Err(TrustError::Refused(_)) => page(StatusCode::BAD_REQUEST, true),
        Err(_) => page(StatusCode::SERVICE_UNAVAILABLE, false),
    }
}

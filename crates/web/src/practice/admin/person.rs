//! `GET /{cell}/admin/people/{person}`: one person, their passkeys, and what can be done.
//!
//! State: none.

use super::super::{PageAsk, Trouble};
use super::people::{Line, line};
use super::tell::{Moment, label, moment};
use super::{Notice, Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Words, icon};
use salus_records::people::{PasskeyStatus, PersonInfo};
use salus_records::person_events::PersonStatus;

/// A passkey's line.
struct Passkey {
    id: String,
    label: String,
    is_synced: bool,
    added: Moment,
    used: Option<Moment>,
}

/// A role to choose.
pub(super) struct Choice {
    pub name: String,
    pub label: String,
    pub is_chosen: bool,
}

#[derive(Template)]
#[template(path = "practice/admin/person.html")]
struct Body<'a> {
    t: Words,
    base: &'a str,
    person: Line,
    full_name: String,
    practitioner: String,
    added: Moment,
    sessions: u64,
    /// The one-time id of the form that makes another link.
    once: String,
    passkeys: Vec<Passkey>,
    roles: Vec<Choice>,
    is_self: bool,
    is_suspended: bool,
    is_gone: bool,
    name_error: bool,
}

impl Body<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let person = super::ask::person(ask).await?;
    show(ask, &person, notice(ask, &person), false)
}

/// The page; `name_error` where the name that was typed cannot be one.
pub(super) fn show(
    ask: &PageAsk<'_>,
    person: &PersonInfo,
    notice: Option<Notice>,
    name_error: bool,
) -> Result<Answer, Trouble> {
    let typed = |name: &str| ask.field(name).filter(|_| name_error).map(str::to_owned);
    let body = Body {
        t: ask.t,
        base: ask.base(),
        full_name: typed("name").unwrap_or_else(|| person.name.clone()),
        practitioner: typed("practitioner").or_else(|| person.practitioner.clone()).unwrap_or_default(),
        added: moment(ask, person.added_ms),
        sessions: person.sessions,
        once: super::once::give(ask)?,
        passkeys: person.passkeys.iter().map(|passkey| shown(ask, passkey)).collect(),
        roles: super::roles::choices(ask.t, true, &person.role),
        is_self: ask.person.principal == person.principal.to_string(),
        is_suspended: person.status == PersonStatus::Suspended,
        is_gone: person.status == PersonStatus::Revoked,
        person: line(ask, person),
        name_error,
    };
    Ok(page(ask, Part::People, person.name.clone(), notice, &body).answer(ask))
}

fn shown(ask: &PageAsk<'_>, passkey: &PasskeyStatus) -> Passkey {
    Passkey {
        id: passkey.passkey.to_string(),
        label: label(ask.t, &passkey.label),
        is_synced: passkey.is_synced,
        added: moment(ask, passkey.added_ms),
        used: passkey.used_ms.map(|ms| moment(ask, ms)),
    }
}

/// What was just done, as the address says, as far as it is so.
fn notice(ask: &PageAsk<'_>, person: &PersonInfo) -> Option<Notice> {
    let path = format!("{}/admin/people/{}", ask.base(), person.principal);
    let say = |key: &str| ask.t.say_with(key, "name", person.name.clone()).into_owned();
    let plain = |key: &str| Some(Notice { text: say(key), undo: None });
    match (ask.query("done")?, person.status) {
        ("suspended", PersonStatus::Suspended) => Some(Notice {
            text: say("admin-done-suspended"),
            undo: Some((format!("{path}/status"), "status", "active".into())),
        }),
        ("active", PersonStatus::Active) => Some(Notice {
            text: say("admin-done-active"),
            undo: Some((format!("{path}/status"), "status", "suspended".into())),
        }),
        ("role", _) => {
            let was = ask.query("was").filter(|was| !was.is_empty() && *was != person.role);
            let undo = was.map(|was| (format!("{path}/role"), "role", was.to_owned()));
            Some(Notice { text: say("admin-done-role"), undo })
        }
        ("name", _) => plain("admin-done-name"),
        ("passkey", _) => plain("admin-done-passkey"),
        ("revoked", PersonStatus::Revoked) => plain("admin-done-revoked"),
        _ => None,
    }
}

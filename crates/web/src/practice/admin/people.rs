//! `GET /{cell}/admin/people`: everybody, with what they can sign in with and what they reached.
//!
//! State: none.

use super::super::{PageAsk, Trouble};
use super::tell::{Moment, Ring, good_for, moment, ring, role, status};
use super::{Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Words, icon};
use salus_records::people::PersonInfo;
use salus_records::person_events::PersonStatus;

/// A person's line.
pub(super) struct Line {
    pub id: String,
    pub name: String,
    pub role: String,
    pub status: (&'static str, &'static str),
    pub is_active: bool,
    pub passkeys: usize,
    pub used: Option<Moment>,
    pub invited_until: Option<Moment>,
    /// For how long the link is good, in words.
    pub invited_for: Option<String>,
    pub ring: Option<Ring>,
}

#[derive(Template)]
#[template(path = "practice/admin/people.html")]
struct People<'a> {
    t: Words,
    base: &'a str,
    people: Vec<Line>,
    gone: Vec<Line>,
}

impl People<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

/// What a list shows of a person.
pub(super) fn line(ask: &PageAsk<'_>, person: &PersonInfo) -> Line {
    let used_ms = person.passkeys.iter().filter_map(|passkey| passkey.used_ms).max();
    Line {
        id: person.principal.to_string(),
        name: person.name.clone(),
        role: role(ask.t, &person.role),
        status: status(person.status),
        is_active: person.status == PersonStatus::Active,
        passkeys: person.passkeys.len(),
        used: used_ms.map(|ms| moment(ask, ms)),
        invited_until: person.invited_until_ms.map(|ms| moment(ask, ms)),
        invited_for: person.invited_until_ms.map(|ms| good_for(ask.t, ms, ask.clock.now_ms())),
        ring: ring(ask.t, &person.budgets, person.chart_spent),
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let all = super::ask::people(ask).await?;
    let is_gone = |person: &&PersonInfo| person.status == PersonStatus::Revoked;
    let people = all.iter().filter(|person| !is_gone(person)).map(|person| line(ask, person)).collect();
    let gone = all.iter().filter(is_gone).map(|person| line(ask, person)).collect();
    let body = People { t: ask.t, base: ask.base(), people, gone };
    Ok(page(ask, Part::People, ask.t.say("admin-people"), None, &body).answer(ask))
}

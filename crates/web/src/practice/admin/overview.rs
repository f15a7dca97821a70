//! `GET /{cell}/admin`: what an administrator should see first.
//!
//! State: none.

use super::super::{PageAsk, Trouble};
use super::log_line::{Labels, Row, row};
use super::people::{Line, line};
use super::tell::grouped;
use super::{Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Words, icon};
use salus_records::people::PersonInfo;
use salus_records::person_events::PersonStatus;

/// How many refusals are shown.
const SHOWN_REFUSALS: usize = 5;
/// How many are counted; more is said as "more than".
const MAX_COUNTED: usize = 100;

#[derive(Template)]
#[template(path = "practice/admin/overview.html")]
struct Overview<'a> {
    t: Words,
    base: &'a str,
    one_passkey: Vec<Line>,
    invited: Vec<Line>,
    people: usize,
    administrators: usize,
    clients: usize,
    sessions: u64,
    refusals: Vec<Row>,
    refused: u64,
    /// Whether there may be more than were counted.
    is_more: bool,
    today: String,
    /// What the last checkpoint covers, in words.
    published: String,
    witnessed: Option<bool>,
}

impl Overview<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let people = super::ask::people(ask).await?;
    let clients = super::ask::clients(ask).await?;
    let checkpoint = super::ask::checkpoint(ask).await?;
    let today = ask.clock.today();
    let wanted = super::log::refusals_since(super::log::begins_ms(ask, today), MAX_COUNTED);
    let refused = super::log::gather(ask, &wanted).await?;
    let labels = Labels::of(&people);
    let is_active = |person: &&PersonInfo| person.status == PersonStatus::Active;
    let active = || people.iter().filter(is_active);
    let lines =
        |keep: fn(&&PersonInfo) -> bool| active().filter(keep).map(|person| line(ask, person)).collect();
    let published = match super::checkpoints::published(&checkpoint) {
        Some(last) => ask.t.say_with_two(
            "admin-checkpoint-says",
            ("count", grouped(ask.t, last.size)),
            ("newer", grouped(ask.t, last.newer)),
        ),
        None => ask.t.say("admin-checkpoint-none"),
    };
    let body = Overview {
        t: ask.t,
        base: ask.base(),
        one_passkey: lines(|person| person.passkeys.len() == 1),
        invited: lines(|person| person.passkeys.is_empty()),
        people: active().count(),
        administrators: active().filter(|person| person.role == "practice-administrator").count(),
        clients: clients.iter().filter(|client| !client.revoked).count(),
        sessions: people.iter().map(|person| person.sessions).sum(),
        refused: refused.entries.len() as u64,
        is_more: refused.next.is_some(),
        refusals: refused.entries.iter().take(SHOWN_REFUSALS).map(|told| row(ask, &labels, told)).collect(),
        today: today.to_string(),
        published: published.into_owned(),
        witnessed: checkpoint.witnessed,
    };
    Ok(page(ask, Part::Overview, ask.t.say("rail-admin"), None, &body).answer(ask))
}

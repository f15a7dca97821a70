//! `GET /{cell}/admin`: what an administrator should see first.
//!
//! State: none.

use super::super::{PageAsk, Trouble};
use super::log_line::{Labels, Row, row};
use super::people::{Line, line};
use super::tell::{Ring, grouped, ring, role};
use super::{Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Words, icon};
use salus_records::people::PersonInfo;
use salus_records::person_events::PersonStatus;
use salus_records::{Budgets, ClientStatus};

/// How many credentials are shown, those that reach most first.
const SHOWN_REACHES: usize = 3;
/// How many refusals are shown.
const SHOWN_REFUSALS: usize = 5;
/// How many are counted; more is said as "more than".
const MAX_COUNTED: usize = 100;

/// What somebody could get who had stolen this credential.
struct Reach {
    name: String,
    role: String,
    /// A person's id; none for an application.
    person: Option<String>,
    /// In words.
    what: String,
    ring: Option<Ring>,
}

#[derive(Template)]
#[template(path = "practice/admin/overview.html")]
struct Overview<'a> {
    t: Words,
    base: &'a str,
    worst: Vec<super::budgets::Reach>,
    reach: Vec<Reach>,
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
        worst: worst(ask).await?,
        reach: reaches(ask, &people, &clients),
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

/// The credential that gets farthest, of those that budgets bound, and below it the practice as a whole.
async fn worst(ask: &PageAsk<'_>) -> Result<Vec<super::budgets::Reach>, Trouble> {
    let radius = super::budgets::blast_radius(ask).await?;
    let one = radius.credentials.iter().find(|one| one.principal.is_some());
    Ok(one.into_iter().map(|one| super::budgets::reach(ask.t, one)).collect())
}

/// The credentials that reach most within a day, the worst first.
fn reaches(ask: &PageAsk<'_>, people: &[PersonInfo], clients: &[ClientStatus]) -> Vec<Reach> {
    let t = ask.t;
    let of = |name: &str, role_name: &str, budgets: Budgets, spent: [u32; 3], person: Option<String>| {
        let [day, month] = [budgets.chart.day, budgets.chart.days_30].map(|limit| grouped(t, limit.into()));
        let what = t.say_with_two("admin-worst-what", ("day", day), ("month", month)).into_owned();
        let ring = ring(t, &budgets, spent);
        (budgets.chart.day, Reach { name: name.to_owned(), role: role(t, role_name), person, what, ring })
    };
    let active = people.iter().filter(|person| person.status == PersonStatus::Active);
    let persons = active
        .map(|one| of(&one.name, &one.role, one.budgets, one.chart_spent, Some(one.principal.to_string())));
    let applications = clients.iter().filter(|client| !client.revoked);
    let applications = applications.map(|one| of(&one.name, &one.role, one.budgets, one.chart_spent, None));
    let mut all: Vec<(u32, Reach)> = persons.chain(applications).filter(|(day, _)| *day > 0).collect();
    all.sort_by_key(|(day, _)| std::cmp::Reverse(*day));
    all.into_iter().map(|(_, reach)| reach).take(SHOWN_REACHES).collect()
}

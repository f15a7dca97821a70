//! Administration under `/{cell}/admin`: people and their passkeys, roles, applications, the cell's log, its checkpoints.
//!
//! Whoever is no administrator gets a page that says who can help. What cannot be undone is asked once more, with what it means.
//!
//! Never: decides who may administer, which is the keyholder's; shows a patient. State: the one-time ids of forms ([`OnceIds`]).

mod alarms;
mod ask;
mod budgets;
mod change;
mod changes;
mod checkpoints;
mod checks;
mod checks_change;
mod checks_form;
mod checks_tidy;
mod checks_upload;
mod checks_words;
mod clients;
mod contain;
mod invite;
mod log;
mod log_budgets;
mod log_line;
mod log_words;
mod once;
mod overview;
mod people;
mod person;
mod roles;
mod roles_change;
mod tell;

pub(crate) use once::OnceIds;
pub(super) use roles::category_words;
pub(super) use tell::local_of as local_time;

use super::{Page, PageAsk, Rail, Route, Trouble};
use crate::answer::Answer;
use askama::Template;
use http::StatusCode;
use salus_frame::{Shortcut, Words, icon};
use salus_records::RecordsError;
use std::borrow::Cow;

/// The addresses of administration.
pub(super) const ROUTES: &[Route] = &[
    ("GET", "/{cell}/admin"),
    ("GET", "/{cell}/admin/people"),
    ("GET", "/{cell}/admin/people/new"),
    ("POST", "/{cell}/admin/people/new"),
    ("GET", "/{cell}/admin/people/{person}"),
    ("POST", "/{cell}/admin/people/{person}/invite"),
    ("GET", "/{cell}/admin/people/{person}/recover"),
    ("POST", "/{cell}/admin/people/{person}/recover"),
    ("POST", "/{cell}/admin/people/{person}/status"),
    ("GET", "/{cell}/admin/people/{person}/revoke"),
    ("POST", "/{cell}/admin/people/{person}/revoke"),
    ("POST", "/{cell}/admin/people/{person}/role"),
    ("POST", "/{cell}/admin/people/{person}/name"),
    ("GET", "/{cell}/admin/people/{person}/passkey/{passkey}"),
    ("POST", "/{cell}/admin/people/{person}/passkey/{passkey}"),
    ("GET", "/{cell}/admin/roles"),
    ("POST", "/{cell}/admin/roles"),
    ("GET", "/{cell}/admin/roles/version"),
    ("GET", "/{cell}/admin/checks"),
    ("POST", "/{cell}/admin/checks"),
    ("GET", "/{cell}/admin/checks/version"),
    ("GET", "/{cell}/admin/clients"),
    ("GET", "/{cell}/admin/clients/new"),
    ("POST", "/{cell}/admin/clients/new"),
    ("GET", "/{cell}/admin/clients/{client}/revoke"),
    ("POST", "/{cell}/admin/clients/{client}/revoke"),
    ("GET", "/{cell}/admin/budgets"),
    ("POST", "/{cell}/admin/budgets"),
    ("GET", "/{cell}/admin/exports"),
    ("GET", "/{cell}/admin/log"),
    ("GET", "/{cell}/admin/checkpoints"),
    ("GET", "/{cell}/admin/alarms"),
    ("POST", "/{cell}/admin/alarms"),
    ("GET", "/{cell}/admin/alarms/mark"),
    ("GET", "/{cell}/admin/alarms/rules"),
    ("POST", "/{cell}/admin/alarms/rules"),
    ("GET", "/{cell}/admin/contain"),
    ("POST", "/{cell}/admin/contain"),
    ("GET", "/{cell}/admin/changes"),
    ("POST", "/{cell}/admin/changes"),
];

/// The parts of administration, in the order of their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Overview,
    People,
    Roles,
    Clients,
    Log,
    Checkpoints,
    Alarms,
    Budgets,
    Contain,
    Changes,
    Exports,
    Checks,
}

impl Part {
    const ALL: [Self; 12] = [
        Self::Overview,
        Self::People,
        Self::Roles,
        Self::Clients,
        Self::Log,
        Self::Checkpoints,
        Self::Alarms,
        Self::Budgets,
        Self::Contain,
        Self::Changes,
        Self::Exports,
        Self::Checks,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Overview => "admin-overview",
            Self::People => "admin-people",
            Self::Roles => "admin-roles",
            Self::Clients => "admin-clients",
            Self::Log => "admin-log",
            Self::Checkpoints => "admin-checkpoints",
            Self::Alarms => "admin-alarms",
            Self::Budgets => "budgets",
            Self::Contain => "admin-contain",
            Self::Changes => "admin-changes",
            Self::Exports => "exports",
            Self::Checks => "admin-checks",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Overview => "/admin",
            Self::People => "/admin/people",
            Self::Roles => "/admin/roles",
            Self::Clients => "/admin/clients",
            Self::Log => "/admin/log",
            Self::Checkpoints => "/admin/checkpoints",
            Self::Alarms => "/admin/alarms",
            Self::Budgets => "/admin/budgets",
            Self::Contain => "/admin/contain",
            Self::Changes => "/admin/changes",
            Self::Exports => "/admin/exports",
            Self::Checks => "/admin/checks",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Overview => "1",
            Self::People => "2",
            Self::Roles => "3",
            Self::Clients => "4",
            Self::Log => "5",
            Self::Checkpoints => "6",
            Self::Alarms => "7",
            Self::Budgets => "8",
            Self::Contain => "9",
            Self::Changes => "0",
            Self::Exports => "x",
            Self::Checks => "p",
        }
    }
}

/// What stands on top of each page of administration.
#[derive(Template)]
#[template(path = "practice/admin/around.html")]
struct Around<'a> {
    t: Words,
    base: &'a str,
    parts: Vec<Tab>,
    notice: Option<Notice>,
    body: &'a str,
}

/// A part, as it stands above the page.
struct Tab {
    path: &'static str,
    label: Cow<'static, str>,
    key: &'static str,
    is_here: bool,
}

/// What was just done, and how to undo it.
struct Notice {
    text: String,
    /// Where the form that undoes it is sent, its field and the value.
    undo: Option<(String, &'static str, String)>,
}

impl Around<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

/// A page of this area.
fn page(
    ask: &PageAsk<'_>,
    part: Part,
    title: impl Into<String>,
    notice: Option<Notice>,
    body: &impl Template,
) -> Page {
    let body = super::html(body);
    let tab = |one: Part| Tab {
        path: one.path(),
        label: ask.t.say(one.word()),
        key: one.key(),
        is_here: one == part,
    };
    let parts = Part::ALL.into_iter().map(tab).collect();
    let around = Around { t: ask.t, base: ask.base(), parts, notice, body: &body };
    let keys = Part::ALL.iter().map(|part| Shortcut::page(part.key(), ask.t.say(part.word())));
    let mut keys: Vec<Shortcut> = keys.collect();
    if matches!(part, Part::People | Part::Clients) {
        keys.push(Shortcut::page(
            "n",
            ask.t.say(if part == Part::People { "admin-person-new" } else { "admin-client-new" }),
        ));
    }
    Page::new(Rail::Admin, title, &around).keys(keys)
}

/// Some sentences, and where to go from there.
#[derive(Template)]
#[template(path = "practice/admin/said.html")]
struct Said<'a> {
    icon: &'static str,
    title: &'a str,
    text: Vec<String>,
    to: String,
    to_words: &'a str,
}

/// Why something was not done, within the area.
fn not_done(ask: &PageAsk<'_>, status: StatusCode, why: String, to: String) -> Answer {
    let t = ask.t;
    let (title, back) = (t.say("admin-not-done"), t.say("admin-back"));
    let text = vec![why, t.say("admin-not-done-what").into_owned()];
    let said = Said { icon: icon("alert"), title: &title, text, to, to_words: &back };
    page(ask, Part::Overview, title.clone(), None, &said).status(status).answer(ask)
}

/// For whoever is no administrator: who can help.
fn not_yours(ask: &PageAsk<'_>) -> Answer {
    let t = ask.t;
    let (title, home) = (t.say("admin-not-yours"), t.say("to-today"));
    let role = ask.person.role.words(t);
    let text = vec![
        t.say_with_two("admin-not-yours-who", ("name", ask.person.name.clone()), ("role", role.into_owned()))
            .into_owned(),
        t.say("admin-not-yours-help").into_owned(),
    ];
    let to = format!("{}/today", ask.base());
    let said = Said { icon: icon("admin"), title: &title, text, to, to_words: &home };
    Page::new(Rail::Nowhere, title.clone(), &said).status(StatusCode::FORBIDDEN).answer(ask)
}

/// Answers what one of these addresses is asked.
pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let is_post = ask.method() == "POST";
    let answered = match ask.route {
        "/{cell}/admin" => overview::answer(ask).await,
        "/{cell}/admin/people" => people::answer(ask).await,
        "/{cell}/admin/people/new" if is_post => invite::add(ask).await,
        "/{cell}/admin/people/new" => invite::open(ask).await,
        "/{cell}/admin/people/{person}" => person::answer(ask).await,
        "/{cell}/admin/people/{person}/invite" => invite::again(ask).await,
        "/{cell}/admin/people/{person}/recover" if is_post => invite::recover(ask).await,
        "/{cell}/admin/people/{person}/recover" => change::confirm_recover(ask).await,
        "/{cell}/admin/people/{person}/status" => change::status(ask).await,
        "/{cell}/admin/people/{person}/revoke" if is_post => change::revoke(ask).await,
        "/{cell}/admin/people/{person}/revoke" => change::confirm_revoke(ask).await,
        "/{cell}/admin/people/{person}/role" => change::role(ask).await,
        "/{cell}/admin/people/{person}/name" => change::name(ask).await,
        "/{cell}/admin/people/{person}/passkey/{passkey}" if is_post => change::revoke_passkey(ask).await,
        "/{cell}/admin/people/{person}/passkey/{passkey}" => change::confirm_passkey(ask).await,
        "/{cell}/admin/roles" if is_post => roles_change::change(ask).await,
        "/{cell}/admin/roles" => roles::answer(ask).await,
        "/{cell}/admin/roles/version" => roles_change::version(ask).await,
        "/{cell}/admin/checks" if is_post => Box::pin(checks_change::change(ask)).await,
        "/{cell}/admin/checks" => Box::pin(checks::answer(ask)).await,
        "/{cell}/admin/checks/version" => Box::pin(checks_change::version(ask)).await,
        "/{cell}/admin/clients" => clients::answer(ask).await,
        "/{cell}/admin/clients/new" if is_post => clients::create(ask).await,
        "/{cell}/admin/clients/new" => clients::open(ask).await,
        "/{cell}/admin/clients/{client}/revoke" if is_post => clients::revoke(ask).await,
        "/{cell}/admin/clients/{client}/revoke" => clients::confirm(ask).await,
        "/{cell}/admin/budgets" if is_post => budgets::change(ask).await,
        "/{cell}/admin/budgets" => budgets::answer(ask).await,
        "/{cell}/admin/exports" => {
            let body = super::exports::body(ask, None).await?;
            Ok(page(ask, Part::Exports, ask.t.say("exports"), None, &body).answer(ask))
        }
        "/{cell}/admin/log" => log::answer(ask).await,
        "/{cell}/admin/checkpoints" => checkpoints::answer(ask).await,
        "/{cell}/admin/alarms" if is_post => alarms::change(ask).await,
        "/{cell}/admin/alarms" => alarms::answer(ask).await,
        "/{cell}/admin/contain" if is_post => contain::change(ask).await,
        "/{cell}/admin/contain" => contain::answer(ask).await,
        "/{cell}/admin/changes" if is_post => changes::undo(ask).await,
        "/{cell}/admin/changes" => changes::answer(ask).await,
        "/{cell}/admin/alarms/mark" => alarms::mark(ask).await,
        "/{cell}/admin/alarms/rules" if is_post => alarms::set_rules(ask).await,
        "/{cell}/admin/alarms/rules" => alarms::rules(ask).await,
        _ => Err(Trouble::Unknown),
    };
    match answered {
        // The keyholder says no more than that there is nothing here.
        Err(Trouble::Records(RecordsError::NotFound)) if !ask.person.role.administers() => Ok(not_yours(ask)),
        answered => answered,
    }
}

//! One-time links: for somebody new, again, and for somebody who lost their passkeys. Each is shown once.
//!
//! Never: keeps a link, or puts one into an address that servers see. State: none.

use super::super::{PageAsk, Trouble};
use super::ask::ask_for;
use super::change::refused;
use super::person::Choice;
use super::tell::moment;
use super::{Part, page};
use crate::answer::Answer;
use askama::Template;
use http::StatusCode;
use salus_frame::{Language, Words, icon};
use salus_records::administration::{CellAnswer, CellAsk};
use salus_records::people::{NewPerson, PeopleAnswer, PeopleAsk};
use salus_records::{AdminError, RecordsError};

#[derive(Template)]
#[template(path = "practice/admin/person_new.html")]
struct Form<'a> {
    t: Words,
    base: &'a str,
    name: &'a str,
    language: &'a str,
    once: String,
    roles: Vec<Choice>,
    languages: [Language; 3],
    /// Fields and what is wrong with them.
    errors: Vec<(&'static str, String)>,
}

impl Form<'_> {
    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

#[derive(Template)]
#[template(path = "practice/admin/link.html")]
struct Link<'a> {
    t: Words,
    base: &'a str,
    id: String,
    name: &'a str,
    link: Option<String>,
    /// Until when it is good, in words.
    until: String,
    is_recovery: bool,
}

impl Link<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

pub(super) async fn open(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    // Whether somebody may see the form at all is the keyholder's to say.
    super::ask::people(ask).await?;
    form(ask, Vec::new())
}

fn form(ask: &PageAsk<'_>, errors: Vec<(&'static str, String)>) -> Result<Answer, Trouble> {
    let chosen = ask.field("role").unwrap_or_default();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let body = Form {
        t: ask.t,
        base: ask.base(),
        name: ask.field("name").unwrap_or_default(),
        language: ask.field("language").unwrap_or_else(|| ask.language().tag()),
        once: super::once::give(ask)?,
        roles: super::roles::choices(ask.t, true, chosen),
        languages: Language::ALL,
        errors,
    };
    Ok(page(ask, Part::People, ask.t.say("admin-person-new"), None, &body).status(status).answer(ask))
}

/// Somebody new.
pub(super) async fn add(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let given = |name: &str| ask.field(name).filter(|value| !value.is_empty()).map(str::to_owned);
    let mut errors = Vec::new();
    for (field, key) in [("name", "admin-error-name"), ("role", "admin-error-role")] {
        if given(field).is_none() {
            errors.push((field, ask.t.say(key).into_owned()));
        }
    }
    if !errors.is_empty() {
        return form(ask, errors);
    }
    let name = given("name").unwrap_or_default();
    let person = NewPerson {
        name: name.clone(),
        role: given("role").unwrap_or_default(),
        budgets: None,
        // Which record they are is said where it is shown what nobody here can check: on their page.
        practitioner: None,
        language: given("language"),
    };
    if !super::once::take(ask) {
        return super::once::shown_once(ask, Part::People, format!("{}/admin/people", ask.base())).await;
    }
    let add = PeopleAsk::Add { cell: None, person };
    match ask_for(ask, CellAsk::People(add)).await? {
        Ok(CellAnswer::People(invited)) => link(ask, &name, invited, false),
        Ok(_) => Err(RecordsError::Internal.into()),
        Err(AdminError::Invalid { field, .. }) if field == "name" => {
            form(ask, vec![("name", ask.t.say("admin-error-name").into_owned())])
        }
        Err(AdminError::Invalid { field, .. }) if field == "role" => {
            form(ask, vec![("role", ask.t.say("admin-error-role").into_owned())])
        }
        Err(error) => refused(ask, &error, format!("{}/admin/people", ask.base())),
    }
}

/// Another first link.
pub(super) async fn again(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let person = super::ask::person(ask).await?;
    ask_link(ask, &person.name, PeopleAsk::Invite { principal: person.principal }, false).await
}

/// A link for somebody who lost their passkeys.
pub(super) async fn recover(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let person = super::ask::person(ask).await?;
    ask_link(ask, &person.name, PeopleAsk::Recover { principal: person.principal }, true).await
}

async fn ask_link(
    ask: &PageAsk<'_>,
    name: &str,
    what: PeopleAsk,
    is_recovery: bool,
) -> Result<Answer, Trouble> {
    let path = format!("{}/admin/people/{}", ask.base(), ask.value(0));
    if !super::once::take(ask) {
        return super::once::shown_once(ask, Part::People, path).await;
    }
    match ask_for(ask, CellAsk::People(what)).await? {
        Ok(CellAnswer::People(invited)) => link(ask, name, invited, is_recovery),
        Ok(_) => Err(RecordsError::Internal.into()),
        Err(error) => refused(ask, &error, path),
    }
}

fn link(ask: &PageAsk<'_>, name: &str, invited: PeopleAnswer, is_recovery: bool) -> Result<Answer, Trouble> {
    let PeopleAnswer::Invited { principal, secret, ends_ms } = invited else {
        return Err(RecordsError::Internal.into());
    };
    // Behind the `#`, which browsers send to nobody.
    let door = ask.web.door_url.as_ref();
    let ends = moment(ask, ends_ms);
    let body = Link {
        t: ask.t,
        base: ask.base(),
        id: principal.to_string(),
        name,
        link: door.map(|door| format!("{door}/invitation#{}", *secret.to_text())),
        until: ask.t.say_with_two("admin-link-until", ("time", ends.text), ("ago", ends.ago)).into_owned(),
        is_recovery,
    };
    Ok(page(ask, Part::People, ask.t.say("admin-link"), None, &body).answer(ask))
}

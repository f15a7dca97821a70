//! What is changed about a person: suspended, restored, revoked, another role or name, a passkey ended.
//!
//! What can be undone is done at once, and the page that follows offers to undo it. What cannot is asked once more, with what it means.
//!
//! State: none.

use super::super::{PageAsk, Trouble, see_other};
use super::ask::ask_for;
use super::tell::label;
use super::{Part, not_done, page};
use crate::answer::Answer;
use crate::query::encode_query;
use askama::Template;
use http::StatusCode;
use salus_frame::{Words, icon};
use salus_records::administration::CellAsk;
use salus_records::people::{PasskeyStatus, PeopleAsk, PersonInfo};
use salus_records::person_events::PersonStatus;
use salus_records::{AdminError, DeviceId, RecordsError};

/// A question before something that cannot be undone.
#[derive(Template)]
#[template(path = "practice/admin/confirm.html")]
pub(super) struct Confirm<'a> {
    pub t: Words,
    pub title: String,
    /// What it means, one idea a line.
    pub means: Vec<String>,
    pub action: String,
    pub button: &'a str,
    /// The one-time id, where it makes something that is shown once.
    pub once: Option<String>,
    pub back: String,
}

impl Confirm<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

/// Why the keyholder did not do it, in words.
pub(super) fn refused(ask: &PageAsk<'_>, error: &AdminError, to: String) -> Result<Answer, Trouble> {
    let (status, why) = match error {
        AdminError::NotFound { .. } => return Err(RecordsError::NotFound.into()),
        AdminError::Invalid { .. } => (StatusCode::UNPROCESSABLE_ENTITY, ask.t.say("admin-invalid")),
        AdminError::Exists { .. } | AdminError::Unavailable { .. } => {
            return Err(RecordsError::Internal.into());
        }
    };
    Ok(not_done(ask, status, why.into_owned(), to))
}

fn path_of(ask: &PageAsk<'_>, person: &PersonInfo) -> String {
    format!("{}/admin/people/{}", ask.base(), person.principal)
}

async fn carry_out(
    ask: &PageAsk<'_>,
    person: &PersonInfo,
    what: PeopleAsk,
    done: &[(&str, &str)],
) -> Result<Answer, Trouble> {
    let path = path_of(ask, person);
    match ask_for(ask, CellAsk::People(what)).await? {
        Ok(_) => {
            let done: Vec<_> =
                done.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Ok(see_other(&ask.around, &encode_query(&path, &done)))
        }
        Err(error) => refused(ask, &error, path),
    }
}

pub(super) async fn status(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let person = super::ask::person(ask).await?;
    let (status, done) = match ask.field("status") {
        Some("active") => (PersonStatus::Active, "active"),
        Some("suspended") => (PersonStatus::Suspended, "suspended"),
        _ => return Err(Trouble::Unreadable),
    };
    let what = PeopleAsk::SetStatus { principal: person.principal, status };
    carry_out(ask, &person, what, &[("done", done)]).await
}

pub(super) async fn role(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let person = super::ask::person(ask).await?;
    let role = ask.field("role").ok_or(Trouble::Unreadable)?.to_owned();
    if role == person.role {
        return Ok(see_other(&ask.around, &path_of(ask, &person)));
    }
    let what = PeopleAsk::SetRole { principal: person.principal, role, budgets: None };
    carry_out(ask, &person, what, &[("done", "role"), ("was", &person.role)]).await
}

pub(super) async fn name(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let person = super::ask::person(ask).await?;
    let name = ask.field("name").unwrap_or_default().to_owned();
    let practitioner = ask.field("practitioner").filter(|id| !id.is_empty()).map(str::to_owned);
    let path = path_of(ask, &person);
    let what = PeopleAsk::Describe { principal: person.principal, name, practitioner };
    match ask_for(ask, CellAsk::People(what)).await? {
        Ok(_) => Ok(see_other(&ask.around, &format!("{path}?done=name"))),
        Err(AdminError::Invalid { field, .. }) if field == "name" || field == "practitioner" => {
            super::person::show(ask, &person, None, true)
        }
        Err(error) => refused(ask, &error, path),
    }
}

fn confirm(
    ask: &PageAsk<'_>,
    person: &PersonInfo,
    (title, means, button): (&str, &[&str], &str),
    action: String,
    once: Option<String>,
) -> Answer {
    let t = ask.t;
    let say = |key: &str| t.say_with(key, "name", person.name.clone()).into_owned();
    let body = Confirm {
        t,
        title: say(title),
        means: means.iter().map(|key| say(key)).collect(),
        action,
        button: &t.say(button),
        once,
        back: path_of(ask, person),
    };
    page(ask, Part::People, body.title.clone(), None, &body).answer(ask)
}

pub(super) async fn confirm_recover(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let person = super::ask::person(ask).await?;
    let action = format!("{}/recover", path_of(ask, &person));
    let means = ["admin-recover-ends", "admin-recover-link", "admin-recover-sure"];
    Ok(confirm(
        ask,
        &person,
        ("admin-recover-title", &means, "admin-recover-do"),
        action,
        Some(super::once::give(ask)?),
    ))
}

pub(super) async fn confirm_revoke(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let person = super::ask::person(ask).await?;
    let action = format!("{}/revoke", path_of(ask, &person));
    let means = ["admin-revoke-ends", "admin-revoke-ever", "admin-revoke-stays"];
    Ok(confirm(ask, &person, ("admin-revoke-title", &means, "admin-revoke-do"), action, None))
}

pub(super) async fn revoke(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let person = super::ask::person(ask).await?;
    let what = PeopleAsk::SetStatus { principal: person.principal, status: PersonStatus::Revoked };
    carry_out(ask, &person, what, &[("done", "revoked")]).await
}

/// The person's passkey that the address names.
fn passkey<'p>(ask: &PageAsk<'_>, person: &'p PersonInfo) -> Result<&'p PasskeyStatus, Trouble> {
    let id = DeviceId::parse(ask.value(1)).ok_or(RecordsError::NotFound)?;
    let found = person.passkeys.iter().find(|passkey| passkey.passkey == id);
    Ok(found.ok_or(RecordsError::NotFound)?)
}

pub(super) async fn confirm_passkey(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let person = super::ask::person(ask).await?;
    let passkey = passkey(ask, &person)?;
    let t = ask.t;
    let is_last = person.passkeys.len() == 1;
    let mut means = vec![t.say("admin-passkey-ends")];
    means.push(t.say(if is_last { "admin-passkey-last" } else { "admin-passkey-others" }));
    let about = (("passkey", label(t, &passkey.label)), ("name", person.name.clone()));
    let body = Confirm {
        t,
        title: t.say_with_two("admin-passkey-title", about.0, about.1).into_owned(),
        means: means.into_iter().map(std::borrow::Cow::into_owned).collect(),
        action: format!("{}/passkey/{}", path_of(ask, &person), passkey.passkey),
        button: &t.say("admin-passkey-do"),
        once: None,
        back: path_of(ask, &person),
    };
    Ok(page(ask, Part::People, body.title.clone(), None, &body).answer(ask))
}

pub(super) async fn revoke_passkey(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let person = super::ask::person(ask).await?;
    let passkey = passkey(ask, &person)?.passkey;
    carry_out(ask, &person, PeopleAsk::RevokePasskey { passkey }, &[("done", "passkey")]).await
}

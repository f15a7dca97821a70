//! Applications: `GET /{cell}/admin/clients`, a new one, and the end of one.
//!
//! Never: shows a secret twice. State: none.

use super::super::{PageAsk, Trouble, see_other};
use super::ask::ask_for;
use super::change::{Confirm, refused};
use super::person::Choice;
use super::tell::{Ring, ring, role};
use super::{Notice, Part, page};
use crate::answer::Answer;
use askama::Template;
use http::StatusCode;
use salus_frame::{Words, icon};
use salus_records::administration::{CellAnswer, CellAsk};
use salus_records::{AdminError, Bearer, Budgets, ClientId, ClientStatus, Limits, RecordsError};

/// How much an application may reach, to choose from: a few patients, or what one has where nothing is said. With how many charts a day.
const SIZES: [(&str, Option<Budgets>, u32); 2] =
    [("small", Some(SMALL), SMALL.chart.day), ("workplace", None, 250)];
const SMALL: Budgets = Budgets {
    glimpse: Limits { hour: 60, day: 200, days_30: 1_000 },
    chart: Limits { hour: 20, day: 60, days_30: 500 },
};

/// Of one whose tokens are good without proof, whatever is chosen: a quarter of what one has where nothing is said.
const BEARER: Budgets = Budgets {
    glimpse: Limits { hour: 75, day: 250, days_30: 1_250 },
    chart: Limits { hour: 15, day: 62, days_30: 500 },
};

/// An application's line.
struct Line {
    id: String,
    name: String,
    role: String,
    /// Its tokens are good without proof.
    is_bearer: bool,
    ring: Option<Ring>,
}

#[derive(Template)]
#[template(path = "practice/admin/clients.html")]
struct Clients<'a> {
    t: Words,
    base: &'a str,
    clients: Vec<Line>,
    gone: Vec<Line>,
}

impl Clients<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

#[derive(Template)]
#[template(path = "practice/admin/client_new.html")]
struct Form<'a> {
    t: Words,
    base: &'a str,
    name: &'a str,
    once: String,
    roles: Vec<Choice>,
    sizes: Vec<Choice>,
    is_bearer: bool,
    errors: Vec<(&'static str, String)>,
}

impl Form<'_> {
    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

#[derive(Template)]
#[template(path = "practice/admin/secret.html")]
struct Secret<'a> {
    t: Words,
    base: &'a str,
    name: &'a str,
    client: String,
    secret: String,
    token_url: String,
}

impl Secret<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let all = super::ask::clients(ask).await?;
    let line = |client: &ClientStatus| Line {
        id: client.client.to_string(),
        name: client.name.clone(),
        role: role(ask.t, &client.role),
        is_bearer: client.bearer != Bearer::No,
        ring: ring(ask.t, &client.budgets, client.chart_spent),
    };
    let clients = all.iter().filter(|client| !client.revoked).map(line).collect();
    let gone = all.iter().filter(|client| client.revoked).map(line).collect();
    let is_done = ask.query("done") == Some("revoked");
    let notice = is_done.then(|| Notice { text: ask.t.say("admin-done-client").into_owned(), undo: None });
    let body = Clients { t: ask.t, base: ask.base(), clients, gone };
    Ok(page(ask, Part::Clients, ask.t.say("admin-clients"), notice, &body).answer(ask))
}

pub(super) async fn open(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    // Whether somebody may see the form at all is the keyholder's to say.
    super::ask::clients(ask).await?;
    form(ask, Vec::new())
}

fn form(ask: &PageAsk<'_>, errors: Vec<(&'static str, String)>) -> Result<Answer, Trouble> {
    let chosen = ask.field("role").unwrap_or("fhir-reader");
    let size = ask.field("size").unwrap_or("small");
    let sizes = SIZES.map(|(name, _, count)| Choice {
        label: ask.t.say_with(&format!("admin-size-{name}"), "count", count).into_owned(),
        is_chosen: name == size,
        name: name.to_owned(),
    });
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let body = Form {
        t: ask.t,
        base: ask.base(),
        name: ask.field("name").unwrap_or_default(),
        once: super::once::give(ask)?,
        roles: super::roles::choices(ask.t, false, chosen),
        sizes: sizes.into(),
        is_bearer: ask.field("bearer").is_some(),
        errors,
    };
    Ok(page(ask, Part::Clients, ask.t.say("admin-client-new"), None, &body).status(status).answer(ask))
}

pub(super) async fn create(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let name = ask.field("name").unwrap_or_default();
    if name.is_empty() {
        return form(ask, vec![("name", ask.t.say("admin-error-client-name").into_owned())]);
    }
    let size = SIZES.iter().find(|(size, ..)| ask.field("size") == Some(*size)).ok_or(Trouble::Unreadable)?;
    let role = ask.field("role").unwrap_or_default().to_owned();
    if !super::once::take(ask) {
        return super::once::shown_once(ask, Part::Clients, format!("{}/admin/clients", ask.base())).await;
    }
    let is_bearer = ask.field("bearer").is_some();
    let budgets = if is_bearer { Some(BEARER) } else { size.1 };
    match ask_for(ask, CellAsk::CreateClient { name: name.to_owned(), role, budgets }).await? {
        Ok(CellAnswer::Client { client, secret, .. }) => {
            if is_bearer {
                allow_bearer(ask, client).await?;
            }
            let body = Secret {
                t: ask.t,
                base: ask.base(),
                name,
                client: client.to_string(),
                secret: secret.to_text().to_string(),
                token_url: format!("{}{}/oauth/token", ask.web.public_base_url, ask.base()),
            };
            Ok(page(ask, Part::Clients, ask.t.say("admin-secret"), None, &body).answer(ask))
        }
        Ok(_) => Err(RecordsError::Internal.into()),
        Err(AdminError::Invalid { field, .. }) if field == "name" => {
            form(ask, vec![("name", ask.t.say("admin-error-client-name").into_owned())])
        }
        Err(AdminError::Invalid { field, .. }) if field == "role" => {
            form(ask, vec![("role", ask.t.say("admin-error-role").into_owned())])
        }
        Err(error) => refused(ask, &error, format!("{}/admin/clients", ask.base())),
    }
}

/// Without it, the application that was just made would only not get a token yet.
async fn allow_bearer(ask: &PageAsk<'_>, client: ClientId) -> Result<(), Trouble> {
    let allowed = ask_for(ask, CellAsk::Bearer { client, allowed: true }).await?;
    allowed.map(drop).map_err(|_| RecordsError::Internal.into())
}

/// The application that the address names, if it has not ended.
async fn client(ask: &PageAsk<'_>) -> Result<ClientStatus, Trouble> {
    let id = ClientId::parse(ask.value(0)).ok_or(RecordsError::NotFound)?;
    let mut all = super::ask::clients(ask).await?.into_iter();
    Ok(all.find(|client| client.client == id && !client.revoked).ok_or(RecordsError::NotFound)?)
}

pub(super) async fn confirm(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let client = client(ask).await?;
    let t = ask.t;
    let body = Confirm {
        t,
        title: t.say_with("admin-client-revoke-title", "name", client.name.clone()).into_owned(),
        means: ["admin-client-revoke-ends", "admin-client-revoke-ever"]
            .map(|key| t.say(key).into_owned())
            .into(),
        action: format!("{}/admin/clients/{}/revoke", ask.base(), client.client),
        button: &t.say("admin-client-revoke-do"),
        once: None,
        back: format!("{}/admin/clients", ask.base()),
    };
    Ok(page(ask, Part::Clients, body.title.clone(), None, &body).answer(ask))
}

pub(super) async fn revoke(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let client = client(ask).await?.client;
    let path = format!("{}/admin/clients", ask.base());
    match ask_for(ask, CellAsk::RevokeClient { client }).await? {
        Ok(_) => Ok(see_other(&ask.around, &format!("{path}?done=revoked"))),
        Err(error) => refused(ask, &error, path),
    }
}

//! Changes of trust: cells, clients, sessions, quarantine. Each is an entry of the log before it is answered.
//!
//! State: none.

use super::{Administration, Output, budgets, unexpected};
use crate::cli::{Cell, Client, Session};
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::{Say, say};
use salus_fhir::{ResourceType, is_of_the_house};
use salus_seal::{ClientId, SessionId};
use salus_trust_api::wire::{AdminAnswer, AdminAsk, CellInfo, SignedIn};
use salus_trust_api::{Budgets, Token};
use serde_json::{Value, json};

/// A role's name that may read and write everything.
pub const FHIR_CLIENT: &str = "fhir-client";
/// A role's name that may bring records in, and read none.
pub const IMPORTER: &str = "importer";

/// `salus cell ...`
pub fn cell(command: &Cell, output: Output) -> Result<(), Failure> {
    match command {
        Cell::Create { name, budgets, report } => {
            let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
            let cell = create_cell(&mut administration, name, budgets::chosen(budgets, budgets::CELL))?;
            let said = say("cell-created").with("name", &cell.name).with("id", cell.id);
            tell(output, json!({"cell": cell.name, "id": cell.id.to_string()}), said);
            Ok(())
        }
        Cell::Quarantine { name, lift, report } => {
            let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
            done(administration.ask(AdminAsk::Quarantine { cell: name.clone(), on: !lift })?)?;
            let said = if *lift {
                say("cell-joined").with("name", name)
            } else {
                say("cell-cut-off").with("name", name)
            };
            tell(output, json!({"cell": name, "quarantined": !lift}), said);
            Ok(())
        }
    }
}

/// `salus client ...`
pub fn client(command: &Client, output: Output) -> Result<(), Failure> {
    match command {
        Client::Create { cell, name, role, session_hours, idle_minutes, bearer, budgets, report } => {
            let default = match role.as_str() {
                // One that carries things on by itself sees no patient where nothing else is said.
                salus_keyholder::policy::WORKER => salus_keyholder::policy::NOTHING,
                _ if *bearer => budgets::BEARER,
                _ => budgets::CLIENT,
            };
            let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
            let ask = AdminAsk::CreateClient {
                cell: cell.clone(),
                name: name.clone(),
                role: role.clone(),
                budgets: budgets::chosen(budgets, default),
                session_ms: session_hours * 3_600_000,
                idle_ms: idle_minutes * 60_000,
            };
            let AdminAnswer::Client { client, principal, secret } = administration.ask(ask)? else {
                return Err(unexpected());
            };
            if *bearer {
                done(administration.ask(AdminAsk::Bearer { client, allowed: true })?)?;
            }
            let secret = secret.to_text();
            let said = say("client-created")
                .with("client", client)
                .with("principal", principal)
                .with("secret", &*secret);
            let ids = json!({"client": client.to_string(), "principal": principal.to_string(), "secret": &*secret, "bearer": bearer});
            tell(output, ids, said);
            Ok(())
        }
        Client::Token { client, report } => {
            let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
            let session = begin_session(&mut administration, client_id(client)?)?;
            let token = session.token.to_text();
            let ids = json!({"session": session.session.to_string(), "token": &*token, "expires_s": session.expires_s});
            // In words, the bare token: it is meant for `$(...)`.
            output.report(&ids, |_| vec![token.to_string()]);
            Ok(())
        }
        Client::Bearer { client, off, report } => {
            let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
            let client = client_id(client)?;
            done(administration.ask(AdminAsk::Bearer { client, allowed: !off })?)?;
            let json = json!({"client": client.to_string(), "bearer": !off});
            let said = if *off {
                say("client-proves").with("client", client)
            } else {
                say("client-bearer").with("client", client)
            };
            tell(output, json, said);
            Ok(())
        }
        Client::Revoke { client, report } => {
            let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
            let client = client_id(client)?;
            done(administration.ask(AdminAsk::RevokeClient { client })?)?;
            tell(
                output,
                json!({"client": client.to_string(), "revoked": true}),
                say("client-revoked").with("client", client),
            );
            Ok(())
        }
    }
}

/// `salus session ...`
pub fn session(command: &Session, output: Output) -> Result<(), Failure> {
    let Session::Revoke { session, report } = command;
    let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
    let Some(session) = SessionId::parse(session) else { return Err(no_id("--session")) };
    done(administration.ask(AdminAsk::RevokeSession { session })?)?;
    tell(
        output,
        json!({"session": session.to_string(), "revoked": true}),
        say("session-revoked").with("session", session),
    );
    Ok(())
}

/// Makes a cell whose house may hold every type that concerns no patient.
pub fn create_cell(
    administration: &mut Administration,
    name: &str,
    budgets: Budgets,
) -> Result<CellInfo, Failure> {
    let house_kinds =
        ResourceType::all().filter(|kind| is_of_the_house(*kind)).map(ResourceType::code).collect();
    match administration.ask(AdminAsk::CreateCell { name: name.to_owned(), house_kinds, budgets })? {
        AdminAnswer::Cell(cell) => Ok(cell),
        _ => Err(unexpected()),
    }
}

/// Begins a session.
pub fn begin_session(administration: &mut Administration, client: ClientId) -> Result<SignedIn, Failure> {
    match administration.ask(AdminAsk::BeginSession { client })? {
        AdminAnswer::Session(session) => Ok(session),
        _ => Err(unexpected()),
    }
}

/// What a client that Salus needs for itself is made with.
#[derive(Debug, Clone, Copy)]
pub struct OwnClient<'a> {
    /// Its name for people; by it, it is found again.
    pub name: &'a str,
    /// Its role.
    pub role: &'a str,
    /// How long its sessions last and may be idle, in milliseconds.
    pub session_ms: u64,
    /// Whether its tokens are good without proof over the network, too.
    pub is_bearer: bool,
}

/// A session's token for such a client of a cell, which is made if it is not there; its budgets are wide.
pub fn own_session(
    administration: &mut Administration,
    cell: &str,
    own: OwnClient<'_>,
) -> Result<Token, Failure> {
    begin_own(administration, cell, own).map(|session| session.token.clone())
}

/// A session for such a client.
pub fn begin_own(
    administration: &mut Administration,
    cell: &str,
    own: OwnClient<'_>,
) -> Result<SignedIn, Failure> {
    let status = administration.status()?;
    let clients = status.cells.into_iter().find(|there| there.info.name == cell).map(|there| there.clients);
    let known = clients
        .unwrap_or_default()
        .into_iter()
        .find(|client| client.name == own.name && client.role == own.role && !client.revoked)
        .map(|client| client.client);
    let client = match known {
        Some(client) => client,
        None => {
            let ask = AdminAsk::CreateClient {
                cell: cell.to_owned(),
                name: own.name.to_owned(),
                role: own.role.to_owned(),
                budgets: budgets::WIDE,
                session_ms: own.session_ms,
                idle_ms: own.session_ms,
            };
            let AdminAnswer::Client { client, .. } = administration.ask(ask)? else {
                return Err(unexpected());
            };
            if own.is_bearer {
                done(administration.ask(AdminAsk::Bearer { client, allowed: true })?)?;
            }
            client
        }
    };
    begin_session(administration, client)
}

fn client_id(text: &str) -> Result<ClientId, Failure> {
    ClientId::parse(text).ok_or_else(|| no_id("--client"))
}

/// An id is 32 hexadecimal digits.
pub fn no_id(argument: &str) -> Failure {
    Failure::could_not(say("no-id").with("argument", argument))
}

fn done(answer: AdminAnswer) -> Result<(), Failure> {
    if matches!(answer, AdminAnswer::Done) { Ok(()) } else { Err(unexpected()) }
}

pub(super) fn tell(output: Output, json: Value, said: Say) {
    output.report(&json, |language| vec![said.text(language)]);
}

//! What somebody at the machine may ask: cells, clients, sessions, quarantine, the log, the scope.
//!
//! Never: grants an admission. Every change is an entry, durable before it is answered. State: [`Core`]'s.

use crate::core::Core;
use crate::error::KeyholderError;
use crate::keyring::{CellKeys, cell_label};
use crate::policy::{self, Whose};
use salus_accesslog::Tree;
use salus_seal::entry::proof::ProofEvent;
use salus_seal::entry::{Budgets, Event, Fleeting};
use salus_seal::{CellId, CellKey, ClientId, PrincipalId};
use salus_trust_api::Token;
use salus_trust_api::wire::{
    AdminAnswer, AdminAsk, AdminError, Bearer, CellInfo, CellStatus, ClientStatus, Status,
};
use std::collections::HashMap;

/// The longest name of a cell: it is part of addresses.
const MAX_CELL_NAME_BYTES: usize = 63;
/// The longest name of a client, in bytes.
const MAX_CLIENT_NAME_BYTES: usize = 200;
/// The longest session, in milliseconds: 10 years.
const MAX_SESSION_MS: u64 = 10 * 366 * 86_400_000;

type Outcome = Result<Result<AdminAnswer, AdminError>, KeyholderError>;

/// `?` for administrative refusals inside a function that may also fail for good.
macro_rules! or_answer {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Ok(Err(error)),
        }
    };
}

impl Core {
    /// Carries an administrative request out. The answer may be sent after the next commit.
    pub(crate) fn administer(&mut self, ask: AdminAsk) -> Outcome {
        // What is asked about the log is read from what is committed of it.
        self.commit()?;
        match ask {
            AdminAsk::Status => Ok(Ok(AdminAnswer::Status(self.status()))),
            AdminAsk::CreateCell { name, house_kinds, budgets } => {
                self.create_cell(name, house_kinds, budgets)
            }
            AdminAsk::CreateClient { cell, name, role, budgets, session_ms, idle_ms } => {
                self.create_client(&cell, name, role, budgets, session_ms, idle_ms)
            }
            AdminAsk::BeginSession { client } => match self.begin_session(client, None)? {
                Some(signed_in) => Ok(Ok(AdminAnswer::Session(signed_in))),
                None => Ok(Err(not_found("client"))),
            },
            AdminAsk::Bearer { client, allowed } => match self.state.clients.get(&client) {
                Some(known) => {
                    self.set_bearer(known.cell, client, allowed, None)?;
                    Ok(Ok(AdminAnswer::Done))
                }
                None => Ok(Err(not_found("client"))),
            },
            AdminAsk::RevokeClient { client } => match self.state.clients.get(&client) {
                Some(known) => self.change(known.cell, Event::ClientRevoked { client }),
                None => Ok(Err(not_found("client"))),
            },
            AdminAsk::RevokeSession { session } => match self.state.sessions.get(&session) {
                Some(known) => self.change(known.cell, Event::SessionRevoked { session }),
                None => Ok(Err(not_found("session"))),
            },
            AdminAsk::Quarantine { cell, on } => {
                let cell = or_answer!(self.cell_named(&cell));
                self.change(cell, Event::Quarantined { on })
            }
            AdminAsk::ShowLog { cell, from, limit } => {
                let tree = match cell {
                    Some(name) => Tree::Cell(or_answer!(self.cell_named(&name))),
                    None => Tree::Platform,
                };
                self.show_log(tree, from, limit).map(|page| Ok(AdminAnswer::Log(page)))
            }
            AdminAsk::Scope { by, from_ms, to_ms } => {
                let cell =
                    or_answer!(self.cell_of(by).ok_or_else(|| not_found("session, principal or client")));
                Ok(self.scope(cell, by, from_ms..to_ms)?.map(AdminAnswer::Scope))
            }
            AdminAsk::WriteRoots { cell, from, limit } => {
                let cell = or_answer!(self.cell_named(&cell));
                self.write_roots(cell, from, limit).map(Ok)
            }
            AdminAsk::Publish => {
                self.commit()?;
                self.log.publish_now()?;
                Ok(Ok(AdminAnswer::Done))
            }
            AdminAsk::RebuildIndex { cell } => {
                let cells = match cell {
                    Some(name) => vec![or_answer!(self.cell_named(&name))],
                    None => self.state.names.values().copied().collect(),
                };
                cells.into_iter().for_each(|cell| self.rebuild_index(cell));
                Ok(Ok(AdminAnswer::Done))
            }
            AdminAsk::People(ask) => Ok(self.ask_people(ask, None)?.map(AdminAnswer::People)),
            AdminAsk::AskExtraction { cell, by } => self.ask_extraction(&cell, &by),
            AdminAsk::ApproveExtraction { cell, by } => self.approve_extraction(&cell, &by),
            AdminAsk::Alarms { cell, ask } => {
                let cell = or_answer!(self.cell_named(&cell));
                Ok(self.ask_alarms(cell, ask, None)?.map(AdminAnswer::Alarms))
            }
            AdminAsk::Canaries { cell, ask } => {
                let cell = or_answer!(self.cell_named(&cell));
                Ok(self.ask_canaries(cell, ask)?.map(AdminAnswer::Canaries))
            }
            AdminAsk::Contain { cell, ask } => {
                let cell = or_answer!(cell.map(|cell| self.cell_named(&cell)).transpose());
                Ok(self.contain(cell, ask, None)?.map(AdminAnswer::Contained))
            }
            // The server asks the indexer first, see [`crate::index`].
            AdminAsk::IndexStatus => Ok(Ok(AdminAnswer::Index(Vec::new()))),
            AdminAsk::Budgets { cell, ask } => {
                let cell = or_answer!(self.cell_named(&cell));
                Ok(self.ask_budgets(cell, None, ask)?.map(AdminAnswer::Budgets))
            }
            AdminAsk::Policy { cell, ask } => {
                let cell = or_answer!(self.cell_named(&cell));
                Ok(self.ask_policy(cell, ask, None)?.map(AdminAnswer::Policy))
            }
            AdminAsk::Checks { cell, ask } => {
                let cell = or_answer!(self.cell_named(&cell));
                Ok(self.ask_checks(cell, ask, None)?.map(AdminAnswer::Checks))
            }
            AdminAsk::MoveClock { by_ms } => Ok(self.move_clock(by_ms)),
            AdminAsk::Extractions => Ok(Ok(AdminAnswer::Extractions(self.extractions(&HashMap::new())))),
            AdminAsk::Incident(ask) => Ok(self.ask_incident(ask)?.map(AdminAnswer::Incident)),
        }
    }

    fn move_clock(&mut self, by_ms: u64) -> Result<AdminAnswer, AdminError> {
        if !self.clock_moves {
            let rule = "moves by itself; it can be set forward only in a drill".to_owned();
            return Err(AdminError::Invalid { field: "clock".into(), rule });
        }
        self.clock.forward(by_ms);
        Ok(AdminAnswer::Done)
    }

    fn change(&mut self, cell: CellId, event: Event) -> Outcome {
        let now_ms = self.clock.now_ms();
        self.record(Tree::Cell(cell), now_ms, event, None)?;
        Ok(Ok(AdminAnswer::Done))
    }

    fn create_cell(&mut self, name: String, house_kinds: Vec<u16>, budgets: Budgets) -> Outcome {
        or_answer!(check_cell_name(&name));
        if self.state.names.contains_key(&name) {
            return Ok(Err(AdminError::Exists { what: "cell".into() }));
        }
        let cell = CellId::random()?;
        let key = CellKey::random()?;
        let generation = 1;
        let escrow = self.recovery.seal(&cell_label(&cell, generation), key.expose())?;
        // The file first: an entry about a cell whose keys are nowhere would be worse than a file of no cell.
        self.keyring.write_cell(&cell, &CellKeys { generations: vec![key], log_keys: Vec::new() })?;
        let now_ms = self.clock.now_ms();
        self.record(Tree::Platform, now_ms, Event::CellKeyEscrowed { cell, generation, escrow }, None)?;
        let event = Event::CellCreated { cell, name: name.clone(), house_kinds, budgets };
        self.record(Tree::Platform, now_ms, event, None)?;
        self.owe(cell)?;
        self.open_index(cell);
        Ok(Ok(AdminAnswer::Cell(CellInfo { id: cell, name, quarantined: false })))
    }

    fn create_client(
        &mut self,
        cell: &str,
        name: String,
        role: String,
        budgets: Budgets,
        session_ms: u64,
        idle_ms: u64,
    ) -> Outcome {
        let cell = or_answer!(self.cell_named(cell));
        let made = self.make_client(cell, name, role, budgets, (session_ms, idle_ms), None)?;
        Ok(made.map(|(client, principal, secret)| AdminAnswer::Client { client, principal, secret }))
    }

    /// A client of a cell. `by`: who makes it, where it is somebody in a session.
    pub(crate) fn make_client(
        &mut self,
        cell: CellId,
        name: String,
        role: String,
        budgets: Budgets,
        (session_ms, idle_ms): (u64, u64),
        by: Option<&Fleeting>,
    ) -> Result<Result<(ClientId, PrincipalId, Token), AdminError>, KeyholderError> {
        let is_application = |whose| whose == Whose::Application;
        if !policy::role(&role).is_some_and(|role| is_application(role.whose)) {
            return Ok(Err(invalid("role", &format!("one of {}", policy::names(is_application)))));
        }
        if name.is_empty() || name.len() > MAX_CLIENT_NAME_BYTES || name.chars().any(char::is_control) {
            return Ok(Err(invalid(
                "name",
                &format!("1 to {MAX_CLIENT_NAME_BYTES} bytes, no control characters"),
            )));
        }
        if session_ms == 0 || session_ms > MAX_SESSION_MS || idle_ms == 0 {
            return Ok(Err(invalid("session", "more than nothing, and at most 10 years")));
        }
        let (client, principal, secret) = (ClientId::random()?, PrincipalId::random()?, Token::random()?);
        let event = Event::ClientCreated {
            client,
            principal,
            name,
            role,
            secret_hash: secret.hash(),
            budgets,
            session_ms,
            idle_ms,
        };
        let now_ms = self.clock.now_ms();
        self.record(Tree::Cell(cell), now_ms, event, by)?;
        self.set_bearer(cell, client, false, by)?;
        Ok(Ok((client, principal, secret)))
    }

    /// Decides whether a client's tokens are good without proof. An entry only where it changes something.
    pub(crate) fn set_bearer(
        &mut self,
        cell: CellId,
        client: ClientId,
        allowed: bool,
        by: Option<&Fleeting>,
    ) -> Result<(), KeyholderError> {
        let (bearer, event) = match allowed {
            true => (Bearer::Allowed, ProofEvent::BearerAllowed { client }),
            false => (Bearer::No, ProofEvent::Required { client }),
        };
        if self.state.clients.get(&client).is_some_and(|known| known.bearer != bearer) {
            let now_ms = self.clock.now_ms();
            self.record(Tree::Cell(cell), now_ms, Event::Proof(event), by)?;
        }
        Ok(())
    }

    pub(crate) fn cell_named(&self, name: &str) -> Result<CellId, AdminError> {
        self.state.names.get(name).copied().ok_or_else(|| not_found("cell"))
    }

    /// The cells there are.
    pub(crate) fn cell_infos(&self) -> Vec<CellInfo> {
        let info = |(name, id): (&String, &CellId)| {
            let quarantined = self.state.cells.get(id).is_some_and(|cell| cell.quarantined);
            CellInfo { id: *id, name: name.clone(), quarantined }
        };
        self.state.names.iter().map(info).collect()
    }

    fn status(&mut self) -> Status {
        let now_ms = self.clock.now_ms();
        let infos = self.cell_infos();
        Status {
            installation: self.installation.clone(),
            now_ms,
            started_ms: self.started_ms,
            platform_entries: self.log.size(Tree::Platform),
            cells: infos.into_iter().map(|info| self.cell_status(info, now_ms)).collect(),
            strangers: self.strangers,
            admissions: self.admissions,
            batches: self.batches,
            protections: self.protections.clone(),
        }
    }

    fn cell_status(&mut self, info: CellInfo, now_ms: u64) -> CellStatus {
        let sessions = self.state.living_sessions(info.id, now_ms);
        let unresolved = self.state.cells.get(&info.id).map_or(0, |cell| cell.unresolved.len() as u64);
        let clients = self.client_statuses(info.id, now_ms);
        CellStatus { entries: self.log.size(Tree::Cell(info.id)), info, unresolved, sessions, clients }
    }

    /// The clients of a cell, in the order in which they were made.
    pub(crate) fn client_statuses(&mut self, cell: CellId, now_ms: u64) -> Vec<ClientStatus> {
        let ids = self.state.cells.get(&cell).map_or_else(Vec::new, |cell| cell.clients.clone());
        let mut clients = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(client) = self.state.clients.get(&id) else { continue };
            let Some(principal) = self.state.principals.get_mut(&client.principal) else { continue };
            clients.push(ClientStatus {
                client: id,
                principal: client.principal,
                name: client.name.clone(),
                role: principal.role.clone(),
                revoked: client.revoked,
                budgets: principal.budgets,
                chart_spent: principal.spent.chart.counts(now_ms),
                glimpse_spent: principal.spent.glimpse.counts(now_ms),
                bearer: client.bearer,
            });
        }
        clients
    }
}

fn check_cell_name(name: &str) -> Result<(), AdminError> {
    let good = !name.is_empty()
        && name.len() <= MAX_CELL_NAME_BYTES
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    let rule = format!("lower-case letters, digits and dashes between them, at most {MAX_CELL_NAME_BYTES}");
    if good { Ok(()) } else { Err(invalid("name", &rule)) }
}

pub(crate) fn not_found(what: &str) -> AdminError {
    AdminError::NotFound { what: what.into() }
}

pub(crate) fn invalid(field: &str, rule: &str) -> AdminError {
    AdminError::Invalid { field: field.into(), rule: rule.into() }
}

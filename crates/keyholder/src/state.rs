//! The state that everything is decided from: a fold of the access log.
//!
//! Whether an event just happened or is read again at a start, it reaches the state through [`State::apply`] and nothing
//! else. So a restart decides as the run before it would have.
//!
//! Never: decides, writes or asks for the time. State: this is it; keys that are open live here, and are wiped with it.

use crate::admit::Asking;
use crate::alarm_state::Alarms;
use crate::budget::Reached;
use crate::budgets::{More, Today, Touch};
use crate::changes::Former;
use crate::checks::Checks;
use crate::contain::{Holds, Quarantine};
use crate::daily::{Daily, Handed};
use crate::error::KeyholderError;
use crate::exports::{Exports, is_reading};
use crate::extraction::Extractions;
use crate::keyring::Keyring;
use crate::open_cell::open_cell;
use crate::parameters::Parameters;
use crate::people::People;
use crate::policy;
use crate::recent::Recent;
use crate::relation::Relations;
use crate::rules::Rules;
use crate::searches::Searches;
use salus_accesslog::Tree;
use salus_seal::entry::searching::SearchingEvent;
use salus_seal::entry::{Budgets, Event, Fleeting, Interaction, Lasting, Refusal};
use salus_seal::keys::{IdKey, ReceiptKey};
use salus_seal::wrap::CellCipher;
use salus_seal::{CellId, ClientId, DeviceId, LogKey, Part, PrincipalId, SealError, SessionId};
use salus_trust_api::wire::Bearer;
use salus_trust_api::wire::extract::Definition;
use std::collections::{BTreeMap, HashMap, HashSet};
use zeroize::Zeroizing;

/// What one principal, or one cell as a whole, reached.
#[derive(Debug, Default)]
pub struct Spent {
    /// By lines in lists.
    pub glimpse: Reached,
    /// By anything else.
    pub chart: Reached,
}

impl Spent {
    /// The list that a part is charged to.
    pub fn of(&mut self, part: Part) -> &mut Reached {
        match part {
            Part::Line => &mut self.glimpse,
            Part::Body | Part::Words => &mut self.chart,
        }
    }
}

/// One cell.
#[derive(Debug)]
pub struct Cell {
    /// Its name, as it stands in addresses.
    pub name: String,
    /// Whether it is cut off.
    pub quarantined: bool,
    /// What goes on meanwhile.
    pub quarantine: Quarantine,
    /// Types that its house compartment may hold.
    pub house_kinds: HashSet<u16>,
    /// What all its principals together may reach.
    pub budgets: Budgets,
    /// What they reached.
    pub spent: Spent,
    /// Writes neither landed nor abandoned: first entry to last.
    pub unresolved: BTreeMap<u64, u64>,
    /// The highest last entry of a write that landed.
    pub last_landed: Option<u64>,
    /// Clients, in the order of their creation.
    pub clients: Vec<ClientId>,
    /// Ciphers of the cell keys, from generation 1 on.
    pub ciphers: Vec<CellCipher>,
    /// Makes the numbers of ids that clients chose.
    pub id_key: IdKey,
    /// Authenticates entry numbers.
    pub receipt_key: ReceiptKey,
    /// Wraps the keys of the index's files.
    pub index_key: Zeroizing<[u8; 32]>,
    /// Seal the fleeting parts, by month.
    pub log_keys: HashMap<u32, LogKey>,
    /// The highest entry of a receipt that the log need not know, after a recovery.
    pub accepted_receipts: Option<u64>,
    /// The newest entries about each patient.
    pub recent: Recent,
    /// Search parameters of its own.
    pub parameters: Parameters,
    /// Extractions of its words anew.
    pub extractions: Extractions,
    /// What its administrators handed out.
    pub handed_out: Daily,
    /// Its alarms, and the patients who do not exist.
    pub alarms: Alarms,
    /// Raises, reserves and what is asked for.
    pub more: More,
    /// Who treats whom, and who is a patient.
    pub relations: Relations,
    /// What its roles may do.
    pub rules: Rules,
    /// Exports of many patients.
    pub exports: Exports,
    /// How it checks what is written.
    pub checks: Checks,
}

impl Cell {
    /// The cipher of the generation that new compartments are wrapped under.
    pub fn current_cipher(&self) -> Result<&CellCipher, SealError> {
        self.ciphers.last().ok_or(SealError::Malformed)
    }

    /// Takes a change of its search parameters or a step of an extraction in, which is its entry `index`.
    fn searching(&mut self, index: u64, time_ms: u64, event: &SearchingEvent) -> Option<()> {
        match event {
            SearchingEvent::ParameterDefined { first, record, number, kinds, definition } => {
                let definition = Definition { kinds: kinds.clone(), text: definition.clone() };
                self.parameters.defined(*first, *record, *number, definition);
                Some(())
            }
            SearchingEvent::ParameterWithdrawn { first, record } => {
                self.parameters.withdrawn(*first, *record);
                Some(())
            }
            step => self.extractions.apply(index, time_ms, step),
        }
    }

    /// The cipher that a compartment's wrap was made under.
    pub fn cipher_of(&self, wrap: &[u8]) -> Result<&CellCipher, SealError> {
        let generation = salus_seal::wrap::generation_of(wrap)?;
        let index = generation.checked_sub(1).ok_or(SealError::DoesNotOpen)?;
        self.ciphers.get(index as usize).ok_or(SealError::DoesNotOpen)
    }
}

/// One client.
#[derive(Debug)]
pub struct Client {
    /// The cell it belongs to.
    pub cell: CellId,
    /// The principal it acts as.
    pub principal: PrincipalId,
    /// Its name for people.
    pub name: String,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// How long its sessions may last, in milliseconds.
    pub session_ms: u64,
    /// How long they may be idle, in milliseconds.
    pub idle_ms: u64,
    /// Whether its credentials ended.
    pub revoked: bool,
    /// Whether its tokens are good without proof.
    pub bearer: Bearer,
    /// Who made it; none for somebody at the machine.
    pub made_by: Option<PrincipalId>,
}

/// One principal.
#[derive(Debug)]
pub struct Principal {
    /// Its role.
    pub role: String,
    /// What it may reach.
    pub budgets: Budgets,
    /// What it reached.
    pub spent: Spent,
    /// How often it searched.
    pub searches: Searches,
    /// How often it searched within one patient's records, whose chart it was charged.
    pub searches_within: Searches,
    /// How often it asked by id for what is not there; counted and bounded as searches are.
    pub misses: Searches,
    /// What it handed out, where it administers.
    pub handed_out: Daily,
    /// Raises and the emergency reserve.
    pub more: More,
    /// What it reached on this day.
    pub today: Today,
}

/// One session.
#[derive(Debug)]
pub struct Session {
    /// The cell it was begun in.
    pub cell: CellId,
    /// Who acts.
    pub principal: PrincipalId,
    /// Through which application.
    pub client: ClientId,
    /// SHA-256 of its token.
    pub token_hash: [u8; 32],
    /// When it began.
    pub begun_ms: u64,
    /// The entry with which it began.
    pub begun_entry: u64,
    /// How many holds name it.
    pub holds: u32,
    /// When it ends.
    pub ends_ms: u64,
    /// After how long without a request it ends.
    pub idle_ms: u64,
    /// When it was last used.
    pub used_ms: u64,
    /// Whether it was ended before its time.
    pub revoked: bool,
    /// Whether an alarm suspended it; an administrator can restore it.
    pub suspended: bool,
    /// The passkey that it was begun with, where it was one; it ends with it.
    pub device: Option<DeviceId>,
    /// Thumbprint of the key that each request must prove; none for a bearer.
    pub proof_key: Option<[u8; 32]>,
    /// That the person touched their passkey for it, because most of their budget was spent.
    pub touch: Option<Touch>,
}

/// Everything.
#[derive(Debug, Default)]
pub struct State {
    /// Cells.
    pub cells: HashMap<CellId, Cell>,
    /// Cells by name.
    pub names: BTreeMap<String, CellId>,
    /// Clients.
    pub clients: HashMap<ClientId, Client>,
    /// Principals.
    pub principals: HashMap<PrincipalId, Principal>,
    /// The people among them, and their passkeys.
    pub people: People,
    /// What is held.
    pub holds: Holds,
    /// Sessions, those that ended too: the log speaks of them.
    pub sessions: HashMap<SessionId, Session>,
    /// Sessions by the hash of their token.
    pub tokens: HashMap<[u8; 32], SessionId>,
    /// The time of the latest entry.
    pub latest_ms: u64,
    /// Roles and states that people had.
    pub former: Former,
    /// When the recovery kit was last used: what principals of before had reached by then is not known.
    pub recovered_ms: Option<u64>,
}

impl State {
    /// Takes one entry in.
    ///
    /// Errors: when the entry makes no sense after those before it, or its cell's keys cannot be read.
    pub fn apply(
        &mut self,
        tree: Tree,
        index: u64,
        lasting: &Lasting,
        fleeting: Option<&Fleeting>,
        keyring: &Keyring,
    ) -> Result<(), KeyholderError> {
        self.latest_ms = self.latest_ms.max(lasting.time_ms);
        self.former.note(tree, index, &lasting.event);
        let applied = match tree {
            Tree::Platform => self.apply_platform(index, lasting.time_ms, &lasting.event, keyring)?,
            Tree::Cell(cell) => self.apply_cell(cell, index, lasting, fleeting),
        };
        applied.ok_or_else(|| KeyholderError::Entry { tree: format!("{tree:?}"), index })
    }

    /// None when the event makes no sense here.
    fn apply_platform(
        &mut self,
        index: u64,
        time_ms: u64,
        event: &Event,
        keyring: &Keyring,
    ) -> Result<Option<()>, KeyholderError> {
        match event {
            Event::CellCreated { cell, name, house_kinds, budgets } => {
                let opened = open_cell(*cell, name, house_kinds, *budgets, keyring.cell(cell)?, time_ms)?;
                self.names.insert(name.clone(), *cell);
                self.cells.insert(*cell, opened);
            }
            Event::Started { recovered: true, .. } => {
                self.recovered_ms = self.recovered_ms.max(Some(self.latest_ms));
            }
            Event::ReceiptsAccepted { cell, up_to } => {
                let Some(cell) = self.cells.get_mut(cell) else { return Ok(None) };
                cell.accepted_receipts = cell.accepted_receipts.max(Some(*up_to));
            }
            Event::CellKeyEscrowed { .. } | Event::SigningKeyEscrowed { .. } | Event::Started { .. } => {}
            Event::Incident(_) => {}
            Event::Person(event) => return Ok(self.apply_person(None, index, time_ms, event)),
            Event::Contained(event) => return Ok(self.apply_contained(None, index, time_ms, event)),
            _ => return Ok(None),
        }
        Ok(Some(()))
    }

    fn apply_cell(
        &mut self,
        id: CellId,
        index: u64,
        lasting: &Lasting,
        fleeting: Option<&Fleeting>,
    ) -> Option<()> {
        let time_ms = lasting.time_ms;
        if let Some(fleeting) = fleeting {
            match &lasting.event {
                Event::Budget(_) => self.charge_reserve(id, time_ms, fleeting)?,
                event => self.charge(id, time_ms, event, fleeting)?,
            }
            if matches!(lasting.event, Event::ClientCreated { .. }) {
                let by = self.sessions.get(&fleeting.session)?.principal;
                self.handed_out(&id, &by, Handed::Client, time_ms);
            }
        }
        let cell = self.cells.get_mut(&id)?;
        if let Some(fleeting) = fleeting {
            if let Some(session) = self.sessions.get(&fleeting.session) {
                cell.alarms.note(session.principal, time_ms, &lasting.event, fleeting);
            }
            cell.recent.note(index, lasting, fleeting);
        }
        match &lasting.event {
            Event::Opened | Event::Refused | Event::Searched | Event::SearchedWithin => {}
            Event::Delivered { entries } => cell.recent.delivered(entries),
            Event::Written { first, ranges, .. } => {
                if cell.quarantined {
                    let versions = ranges.iter().map(|range| u64::from(range.count)).sum();
                    cell.quarantine.written(*first, versions);
                }
                cell.unresolved.insert(*first, index);
            }
            Event::Landed { entries } => {
                for first in entries {
                    let last = cell.unresolved.remove(first)?;
                    cell.parameters.landed(*first, last);
                    cell.last_landed = cell.last_landed.max(Some(last));
                    cell.quarantine.landed(*first);
                }
            }
            Event::Abandoned { entries } => {
                for first in entries {
                    cell.unresolved.remove(first)?;
                    cell.parameters.abandoned(*first);
                    cell.quarantine.abandoned(*first);
                }
            }
            Event::Searching(event) => cell.searching(index, time_ms, event)?,
            Event::ClientCreated {
                client,
                principal,
                name,
                role,
                secret_hash,
                budgets,
                session_ms,
                idle_ms,
            } => {
                policy::role(role)?;
                let by = fleeting.and_then(|fleeting| self.sessions.get(&fleeting.session));
                let made_by = by.map(|session| session.principal);
                cell.clients.push(*client);
                self.clients.insert(
                    *client,
                    Client {
                        cell: id,
                        principal: *principal,
                        name: name.clone(),
                        secret_hash: *secret_hash,
                        session_ms: *session_ms,
                        idle_ms: *idle_ms,
                        revoked: false,
                        bearer: Bearer::FromBefore,
                        made_by,
                    },
                );
                self.add_principal(*principal, role, *budgets, time_ms);
            }
            Event::ClientRevoked { client } => self.clients.get_mut(client)?.revoked = true,
            Event::SessionBegun {
                session,
                principal,
                client,
                token_hash,
                ends_ms,
                idle_ms,
                device,
                proof_key,
            } => {
                self.tokens.insert(*token_hash, *session);
                if let Some(device) = device {
                    cell.alarms.note_device(*principal, *device);
                }
                let begun = Session {
                    cell: id,
                    principal: *principal,
                    client: *client,
                    token_hash: *token_hash,
                    begun_entry: index,
                    holds: 0,
                    ends_ms: *ends_ms,
                    idle_ms: *idle_ms,
                    begun_ms: time_ms,
                    used_ms: time_ms,
                    revoked: false,
                    suspended: false,
                    device: *device,
                    proof_key: *proof_key,
                    touch: None,
                };
                self.sessions.insert(*session, begun);
            }
            Event::SessionRevoked { session } => self.sessions.get_mut(session)?.revoked = true,
            Event::Quarantined { on } => cell.cut_off(*on, time_ms, fleeting.is_none()),
            Event::Person(event) => self.apply_person(Some(id), index, time_ms, event)?,
            Event::Incident(event) => cell.alarms.note_incident(event),
            Event::Proof(event) => self.apply_proof(event)?,
            related @ Event::Related(_) => self.apply_relation(id, time_ms, related, fleeting)?,
            Event::Alarm(event) => self.apply_alarm(id, index, time_ms, event, fleeting)?,
            Event::Contained(event) => self.apply_contained(Some(id), index, time_ms, event)?,
            Event::Budget(event) => self.apply_budget(id, index, time_ms, event)?,
            Event::Policy(event) => self.apply_policy(id, index, time_ms, event, fleeting)?,
            Event::Export(event) => self.apply_export(id, index, time_ms, event, fleeting)?,
            Event::Checks(event) => self.apply_checks(id, index, time_ms, event, fleeting)?,
            Event::CellCreated { .. }
            | Event::CellKeyEscrowed { .. }
            | Event::SigningKeyEscrowed { .. }
            | Event::ReceiptsAccepted { .. }
            | Event::Started { .. } => return None,
        }
        Some(())
    }

    fn charge(&mut self, id: CellId, time_ms: u64, event: &Event, fleeting: &Fleeting) -> Option<()> {
        if matches!(event, Event::Alarm(_)) {
            return Some(());
        }
        let session = self.sessions.get_mut(&fleeting.session)?;
        // A search that was evaluated counts, whether its answer was given or, for want of room for those it names, refused.
        if matches!(event, Event::Searched)
            || matches!(event, Event::Refused) && !fleeting.patients.is_empty()
        {
            self.principals.get_mut(&session.principal)?.searches.count(time_ms);
        }
        if matches!(event, Event::SearchedWithin)
            || matches!(event, Event::Opened) && fleeting.interaction == Interaction::Accesses
        {
            self.principals.get_mut(&session.principal)?.searches_within.count(time_ms);
        }
        if matches!(event, Event::Refused) {
            if fleeting.refused == Some(Refusal::Missing) && policy::asks_by_id(fleeting.interaction) {
                self.principals.get_mut(&session.principal)?.misses.count(time_ms);
            }
            return Some(());
        }
        let charged = fleeting.patients.get(..fleeting.charged as usize)?;
        // What is read for an export is no use of the session, and charged to the cell alone.
        if is_reading(event, fleeting) {
            let cell = self.cells.get_mut(&id)?;
            cell.exports.reach(charged);
            cell.spent.of(fleeting.part).reach(charged, time_ms);
            return Some(());
        }
        session.used_ms = session.used_ms.max(time_ms);
        if !charged.is_empty() {
            let asking = Asking { session: fleeting.session, principal: session.principal, cell: id };
            let charged = self.without_reserve(&asking, fleeting.part, charged, time_ms);
            self.reach(&asking, fleeting.part, &charged, time_ms)?;
        }
        Some(())
    }

    /// Sessions of a cell that could be used at this time.
    pub fn living_sessions(&self, cell: CellId, now_ms: u64) -> u64 {
        let is_of = |session: &&Session| session.cell == cell && self.is_usable(session, now_ms);
        self.sessions.values().filter(is_of).count() as u64
    }
}

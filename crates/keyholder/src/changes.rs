//! Every change of trust since a moment, and undoing one.
//!
//! A back door is a credential, a role or a switch that somebody left: each is an entry, and what is in force still can be ended by one
//! command. Undoing is new entries; nothing that was written goes.
//!
//! Never: undoes what somebody else did later; gives back a passkey or a secret. State: [`Core`]'s; [`Former`] is a fold of the log.

use crate::admin::{invalid, not_found};
use crate::administer::{about, who};
use crate::core::Core;
use crate::error::KeyholderError;
use crate::scope::open_entry;
use crate::span::{MAX_ENTRIES_READ, SpanError, first_at};
use salus_accesslog::Tree;
use salus_seal::PrincipalId;
use salus_seal::entry::alarms::AlarmEvent;
use salus_seal::entry::incident::IncidentEvent;
use salus_seal::entry::people::{PersonEvent, PersonStatus};
use salus_seal::entry::proof::ProofEvent;
use salus_seal::entry::relation::RelationEvent;
use salus_seal::entry::{self, Budgets, Event};
use salus_trust_api::wire::incident::{ChangesAsk, ChangesPage, TrustChange, Undoing};
use salus_trust_api::wire::people::PeopleAsk;
use salus_trust_api::wire::{AdminError, LogEntry};
use std::collections::HashMap;

/// The most changes of one page.
const MAX_CHANGES: usize = 1_000;

/// Roles and states that people had, each with the entry from which on.
#[derive(Debug, Default)]
pub struct Former {
    roles: HashMap<PrincipalId, Vec<(u64, String, Budgets)>>,
    statuses: HashMap<PrincipalId, Vec<(u64, PersonStatus)>>,
}

impl Former {
    /// Takes entry `index` of the person's tree in.
    pub(crate) fn note(&mut self, index: u64, event: &Event) {
        let Event::Person(event) = event else { return };
        match event {
            PersonEvent::Added(added) => {
                let role = (index, added.role.clone(), added.budgets);
                self.roles.entry(added.principal).or_default().push(role);
                self.statuses.entry(added.principal).or_default().push((index, PersonStatus::Active));
            }
            PersonEvent::RoleChanged { principal, role, budgets, .. } => {
                self.roles.entry(*principal).or_default().push((index, role.clone(), *budgets));
            }
            PersonEvent::StatusChanged { principal, status, .. } => {
                self.statuses.entry(*principal).or_default().push((index, *status));
            }
            _ => {}
        }
    }
}

/// The one before the last of a list, where the last is of this entry.
fn before<T>(list: Option<&Vec<T>>, is_this: impl Fn(&T) -> bool) -> Option<&T> {
    match list?.as_slice() {
        [.., former, last] if is_this(last) => Some(former),
        _ => None,
    }
}

/// What undoes a change.
enum Undo {
    Client(salus_seal::ClientId),
    Session(salus_seal::SessionId),
    Bearer(salus_seal::ClientId),
    Quarantine { on: bool },
    Invitation([u8; 32]),
    People(PeopleAsk),
}

impl Core {
    pub(crate) fn changes(&mut self, tree: Tree, ask: &ChangesAsk) -> Result<ChangesPage, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let size = self.log.size(tree);
        let unreadable = |index| KeyholderError::Entry { tree: tree.to_string(), index };
        let from = match ask.next {
            Some(next) => next.min(size),
            None => first_at(&(&self.log, tree), ask.from_ms).map_err(|error| match error {
                SpanError::Log(error) => error.into(),
                SpanError::Entry(index) => unreadable(index),
            })?,
        };
        let end = size.min(from.saturating_add(MAX_ENTRIES_READ));
        let mut changes = Vec::new();
        let (mut bad, mut full) = (None, None);
        self.log.read(tree, from..end, &mut |number, bytes| {
            if full.is_some() || bad.is_some() {
                return;
            }
            if changes.len() >= MAX_CHANGES {
                full = Some(number);
                return;
            }
            match entry::decode(bytes) {
                Ok((lasting, _)) if !self.is_change(&lasting.event, now_ms) => {}
                Ok(_) => match open_entry(&self.state, tree, bytes) {
                    Ok((lasting, fleeting)) => {
                        changes.push(self.trust_change(tree, number, lasting, fleeting, now_ms));
                    }
                    Err(_) => bad = Some(number),
                },
                Err(_) => bad = Some(number),
            }
        })?;
        match bad {
            Some(index) => Err(unreadable(index)),
            None => Ok(ChangesPage { changes, next: full.or((end < size).then_some(end)) }),
        }
    }

    /// Undoes what an entry changed, and says so in the log. The entries that did it.
    pub(crate) fn undo(
        &mut self,
        tree: Tree,
        number: u64,
    ) -> Result<Result<Vec<u64>, AdminError>, KeyholderError> {
        let mut event = None;
        if number < self.log.size(tree) {
            self.log.read(tree, number..number + 1, &mut |_, bytes| {
                event = entry::decode(bytes).ok().map(|(lasting, _)| lasting.event);
            })?;
        }
        let Some(event) = event else { return Ok(Err(not_found("entry"))) };
        let now_ms = self.clock.now_ms();
        let (undoing, undo) = self.undoing(tree, number, &event, now_ms);
        let Some(undo) = undo else {
            let rule = match undoing {
                Undoing::Over => "in force still: it was undone, used up, or overtaken",
                _ => "one that can be undone so: others by hand",
            };
            return Ok(Err(invalid("entry", rule)));
        };
        let first = self.log.size(tree);
        let event = match undo {
            Undo::Client(client) => Event::ClientRevoked { client },
            Undo::Session(session) => Event::SessionRevoked { session },
            Undo::Bearer(client) => Event::Proof(ProofEvent::Required { client }),
            Undo::Quarantine { on } => Event::Quarantined { on },
            Undo::Invitation(secret_hash) => Event::Person(PersonEvent::InvitationEnded { secret_hash }),
            Undo::People(ask) => {
                if let Err(error) = self.ask_people(ask, None)? {
                    return Ok(Err(error));
                }
                return self.undone(tree, number, first).map(Ok);
            }
        };
        self.record(tree, now_ms, event, None)?;
        self.undone(tree, number, first).map(Ok)
    }

    fn undone(&mut self, tree: Tree, number: u64, first: u64) -> Result<Vec<u64>, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let event = Event::Incident(IncidentEvent::Undone { entry: number });
        let last = self.record(tree, now_ms, event, None)?;
        Ok((first..=last).collect())
    }

    /// Whether an entry changes whom or what is trusted. What is not known to be something else is taken for a change, so that new kinds
    /// show. Of sessions, those that live and that no passkey began: whoever copied a secret, or was at the machine.
    fn is_change(&self, event: &Event, now_ms: u64) -> bool {
        match event {
            Event::Opened
            | Event::Refused
            | Event::Searched
            | Event::SearchedWithin
            | Event::Written { .. }
            | Event::Landed { .. }
            | Event::Abandoned { .. }
            | Event::Delivered { .. }
            | Event::Related(RelationEvent::Stated { .. }) => false,
            Event::Person(
                PersonEvent::PasskeyUsed { .. }
                | PersonEvent::SignInRefused { .. }
                | PersonEvent::LanguageChosen { .. }
                | PersonEvent::PasskeyNamed { .. },
            ) => false,
            Event::Alarm(
                AlarmEvent::Raised(_) | AlarmEvent::Acknowledged { .. } | AlarmEvent::Told { .. },
            ) => false,
            Event::SessionBegun { session, device, .. } => {
                let known = self.state.sessions.get(session);
                device.is_none() && known.is_some_and(|known| self.state.is_usable(known, now_ms))
            }
            _ => true,
        }
    }

    fn trust_change(
        &self,
        tree: Tree,
        number: u64,
        lasting: entry::Lasting,
        fleeting: Option<entry::Fleeting>,
        now_ms: u64,
    ) -> TrustChange {
        let by = match (&lasting.event, tree) {
            // That a session began says whose it is, and not who began it.
            (Event::SessionBegun { .. } | Event::SessionRevoked { .. }, _) if fleeting.is_none() => None,
            _ => who(&self.state, &lasting.event, fleeting.as_ref()),
        };
        let (undoing, _) = self.undoing(tree, number, &lasting.event, now_ms);
        let session = fleeting.as_ref().and_then(|fleeting| self.state.sessions.get(&fleeting.session));
        let about = match &lasting.event {
            Event::SessionBegun { principal, .. } => self.state.name_of(principal),
            Event::Proof(ProofEvent::Required { client } | ProofEvent::BearerAllowed { client }) => {
                self.state.clients.get(client).map(|client| client.name.clone())
            }
            event => about(&self.state, event),
        };
        TrustChange {
            by,
            by_name: by.and_then(|by| self.state.name_of(&by)),
            about,
            undoing,
            entry: LogEntry {
                number,
                principal: session.map(|session| session.principal),
                client: session.map(|session| session.client),
                lasting,
                fleeting,
            },
        }
    }

    /// Whether a change can be undone, and how.
    fn undoing(&self, tree: Tree, number: u64, event: &Event, now_ms: u64) -> (Undoing, Option<Undo>) {
        let state = &self.state;
        let undo = match event {
            Event::ClientCreated { client, .. } => {
                let lives = state.clients.get(client).is_some_and(|client| !client.revoked);
                lives.then_some(Undo::Client(*client))
            }
            Event::SessionBegun { session, .. } => {
                let known = state.sessions.get(session);
                let lives = known.is_some_and(|known| state.is_usable(known, now_ms));
                lives.then_some(Undo::Session(*session))
            }
            Event::Person(PersonEvent::PasskeyRegistered(registered)) => {
                let passkey = registered.passkey;
                let lives = state.people.passkeys.get(&passkey).is_some_and(|known| !known.revoked);
                lives.then_some(Undo::People(PeopleAsk::RevokePasskey { passkey }))
            }
            Event::Person(PersonEvent::Invited(invited)) => {
                let link = state.people.invitations.get(&invited.secret_hash);
                let is_good = link.is_some_and(|link| link.ends_ms > now_ms);
                is_good.then_some(Undo::Invitation(invited.secret_hash))
            }
            Event::Person(PersonEvent::Added(added)) => {
                // So that it can be undone in its turn: whoever is revoked is so for ever.
                let (principal, status) = (added.principal, PersonStatus::Suspended);
                let is_active = state.people.active(&principal).is_some();
                is_active.then_some(Undo::People(PeopleAsk::SetStatus { principal, status }))
            }
            Event::Person(PersonEvent::RoleChanged { principal, .. }) => {
                let former = before(state.former.roles.get(principal), |(entry, ..)| *entry == number);
                former.map(|(_, role, budgets)| {
                    let (principal, role, budgets) = (*principal, role.clone(), Some(*budgets));
                    Undo::People(PeopleAsk::SetRole { principal, role, budgets })
                })
            }
            Event::Person(PersonEvent::StatusChanged { principal, status, .. })
                if *status != PersonStatus::Revoked =>
            {
                let former = before(state.former.statuses.get(principal), |(entry, _)| *entry == number);
                former.filter(|(_, former)| former != status).map(|(_, former)| {
                    Undo::People(PeopleAsk::SetStatus { principal: *principal, status: *former })
                })
            }
            Event::Proof(ProofEvent::BearerAllowed { client }) => {
                let lives = state.clients.get(client).is_some_and(|client| !client.revoked);
                (lives && state.is_bearer(client)).then_some(Undo::Bearer(*client))
            }
            Event::Quarantined { on } => {
                let Tree::Cell(cell) = tree else { return (Undoing::ByHand, None) };
                let is_so = state.cells.get(&cell).is_some_and(|cell| cell.quarantined == *on);
                is_so.then_some(Undo::Quarantine { on: !on })
            }
            _ => return (Undoing::ByHand, None),
        };
        (if undo.is_some() { Undoing::Possible } else { Undoing::Over }, undo)
    }
}

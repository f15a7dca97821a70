//! Every change of trust since a moment.
//!
//! A back door is a credential, a role or a switch that somebody left: each is an entry, and what is in force still can be ended by one
//! command ([`crate::undo`]). Administrators see those of their cell, and undo what was not done at the machine.
//!
//! Never: tells an administrator a pseudonym. State: [`Core`]'s; [`Former`] is a fold of the log.

use crate::administer::{about, access, kind_of, short, who};
use crate::core::Core;
use crate::error::KeyholderError;
use crate::scope::open_entry;
use crate::span::{MAX_ENTRIES_READ, SpanError, first_at};
use salus_accesslog::Tree;
use salus_seal::entry::alarms::AlarmEvent;
use salus_seal::entry::budgets::BudgetEvent;
use salus_seal::entry::contain::ContainEvent;
use salus_seal::entry::people::{PersonEvent, PersonStatus};
use salus_seal::entry::proof::ProofEvent;
use salus_seal::entry::relation::RelationEvent;
use salus_seal::entry::{self, Budgets, Event, Fleeting, Lasting};
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::wire::LogEntry;
use salus_trust_api::wire::administer::{CellLogEntry, LogKind};
use salus_trust_api::wire::incident::{
    CellChange, CellChangesAsk, CellChangesPage, ChangesAsk, ChangesPage, TrustChange,
};
use std::collections::HashMap;

/// The most changes of one page.
const MAX_CHANGES: usize = 1_000;

/// Whose budget; none: the cell's as a whole.
type Budgeted = (CellId, Option<PrincipalId>);

/// Roles, states and budgets that there were, each with the entry from which on.
#[derive(Debug, Default)]
pub struct Former {
    pub(crate) roles: HashMap<PrincipalId, Vec<(u64, String, Budgets)>>,
    pub(crate) statuses: HashMap<PrincipalId, Vec<(u64, PersonStatus)>>,
    pub(crate) budgets: HashMap<Budgeted, Vec<(u64, Budgets)>>,
}

impl Former {
    /// Takes entry `index` of a tree in.
    pub(crate) fn note(&mut self, tree: Tree, index: u64, event: &Event) {
        self.note_budget(tree, index, event);
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

    /// The budget of somebody just before an entry of their cell.
    pub(crate) fn budget_before(&self, tree: Tree, principal: &PrincipalId, number: u64) -> Option<Budgets> {
        let Tree::Cell(cell) = tree else { return None };
        let all = self.budgets.get(&(cell, Some(*principal)))?;
        all.iter().rev().find(|(entry, _)| *entry < number).map(|(_, budgets)| *budgets)
    }

    fn note_budget(&mut self, tree: Tree, index: u64, event: &Event) {
        // What made the cell is no entry of its tree.
        let (whose, index, budgets) = match (tree, event) {
            (Tree::Platform, Event::CellCreated { cell, budgets, .. }) => ((*cell, None), u64::MAX, budgets),
            (Tree::Cell(cell), Event::ClientCreated { principal, budgets, .. }) => {
                ((cell, Some(*principal)), index, budgets)
            }
            (Tree::Cell(cell), Event::Person(PersonEvent::Added(added))) => {
                ((cell, Some(added.principal)), index, &added.budgets)
            }
            (Tree::Cell(cell), Event::Person(PersonEvent::RoleChanged { principal, budgets, .. })) => {
                ((cell, Some(*principal)), index, budgets)
            }
            (Tree::Cell(cell), Event::Budget(BudgetEvent::Changed { principal, budgets, .. })) => {
                ((cell, *principal), index, budgets)
            }
            _ => return,
        };
        self.budgets.entry(whose).or_default().push((index, *budgets));
    }
}

impl Core {
    pub(crate) fn changes(&mut self, tree: Tree, ask: &ChangesAsk) -> Result<ChangesPage, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let mut changes = Vec::new();
        let next = self.each_change(tree, ask.from_ms, ask.next, &mut |number, lasting, fleeting| {
            changes.push(self.trust_change(tree, number, lasting, fleeting, now_ms));
        })?;
        Ok(ChangesPage { changes, next })
    }

    /// The same as an administrator of the cell may see them.
    pub(crate) fn cell_changes(
        &mut self,
        cell: CellId,
        ask: &CellChangesAsk,
    ) -> Result<CellChangesPage, KeyholderError> {
        self.commit()?;
        let (tree, now_ms) = (Tree::Cell(cell), self.clock.now_ms());
        let mut changes = Vec::new();
        let next = self.each_change(tree, ask.from_ms, ask.next, &mut |number, lasting, fleeting| {
            let session = fleeting.as_ref().map(|fleeting| fleeting.session);
            let told = self.trust_change(tree, number, lasting, fleeting, now_ms);
            let undoing = self.undoing_in_session(cell, &told, now_ms);
            let TrustChange { entry, by, by_name, about, .. } = told;
            let entry = CellLogEntry {
                number,
                time_ms: entry.lasting.time_ms,
                kind: kind_of(&entry.lasting.event).unwrap_or(LogKind::Client),
                event: short(entry.lasting.event),
                principal: by,
                name: by_name,
                about,
                access: entry.fleeting.as_ref().map(access),
            };
            changes.push(CellChange { entry, session, undoing });
        })?;
        Ok(CellChangesPage { changes, next })
    }

    /// Gives the changes of one page, in order. Where to go on, if there is more.
    fn each_change(
        &self,
        tree: Tree,
        from_ms: u64,
        next: Option<u64>,
        take: &mut dyn FnMut(u64, Lasting, Option<Fleeting>),
    ) -> Result<Option<u64>, KeyholderError> {
        let now_ms = self.state.latest_ms;
        let size = self.log.size(tree);
        let unreadable = |index| KeyholderError::Entry { tree: tree.to_string(), index };
        let from = match next {
            Some(next) => next.min(size),
            None => first_at(&(&self.log, tree), from_ms).map_err(|error| match error {
                SpanError::Log(error) => error.into(),
                SpanError::Entry(index) => unreadable(index),
            })?,
        };
        let end = size.min(from.saturating_add(MAX_ENTRIES_READ));
        let (mut taken, mut bad, mut full) = (0, None, None);
        self.log.read(tree, from..end, &mut |number, bytes| {
            if full.is_some() || bad.is_some() {
                return;
            }
            if taken >= MAX_CHANGES {
                full = Some(number);
                return;
            }
            match entry::decode(bytes) {
                Ok((lasting, _)) if !self.is_change(&lasting.event, now_ms) => {}
                Ok(_) => match open_entry(&self.state, tree, bytes) {
                    Ok((lasting, fleeting)) => {
                        taken += 1;
                        take(number, lasting, fleeting);
                    }
                    Err(_) => bad = Some(number),
                },
                Err(_) => bad = Some(number),
            }
        })?;
        match bad {
            Some(index) => Err(unreadable(index)),
            None => Ok(full.or((end < size).then_some(end))),
        }
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
            | Event::Related(RelationEvent::Stated { .. })
            // Said of the entry before it.
            | Event::Contained(ContainEvent::CutOffBecause { .. }) => false,
            Event::Person(
                PersonEvent::PasskeyUsed { .. }
                | PersonEvent::SignInRefused { .. }
                | PersonEvent::LanguageChosen { .. }
                | PersonEvent::PasskeyNamed { .. },
            ) => false,
            Event::Budget(
                BudgetEvent::Touched { .. }
                | BudgetEvent::Emergency { .. }
                | BudgetEvent::Asked(_)
                | BudgetEvent::AskEnded { .. },
            ) => false,
            Event::Export(_) => false,
            Event::Alarm(
                AlarmEvent::Raised(_)
                | AlarmEvent::Acknowledged { .. }
                | AlarmEvent::Told { .. }
                | AlarmEvent::Compared { .. },
            ) => false,
            Event::SessionBegun { session, device, .. } => {
                let known = self.state.sessions.get(session);
                device.is_none() && known.is_some_and(|known| self.state.is_usable(known, now_ms))
            }
            _ => true,
        }
    }

    pub(crate) fn trust_change(
        &self,
        tree: Tree,
        number: u64,
        lasting: Lasting,
        fleeting: Option<Fleeting>,
        now_ms: u64,
    ) -> TrustChange {
        let by = match (&lasting.event, tree) {
            // That a session began says whose it is, and not who began it.
            (Event::SessionBegun { .. } | Event::SessionRevoked { .. }, _) if fleeting.is_none() => None,
            _ => who(&self.state, &lasting.event, fleeting.as_ref()),
        };
        let (undoing, _) = self.state.undoing(tree, number, &lasting.event, now_ms);
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
}

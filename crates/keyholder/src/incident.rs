//! What somebody at the machine may ask about an incident: its extent, and what was changed meanwhile.
//!
//! Never: opens a record; tells a patient's name, which it does not know. State: [`Core`]'s.

use crate::admin::{invalid, not_found};
use crate::core::Core;
use crate::error::KeyholderError;
use crate::span::{SpanError, SpanReader, Whose, ciphers};
use salus_accesslog::Tree;
use salus_seal::entry::Event;
use salus_seal::entry::incident::IncidentEvent;
use salus_seal::{CellId, Pseudonym};
use salus_trust_api::wire::incident::{
    IncidentAnswer, IncidentAsk, MAX_COMPARTMENTS, ScopeAsk, ScopeFilter, ScopePage,
};
use salus_trust_api::wire::people::PAGES;
use salus_trust_api::wire::{AdminError, CompartmentWrap, ScopeBy, SecretKey};

/// The most months whose keys are given at once: 100 years.
const MAX_MONTHS: usize = 1_200;

type Outcome = Result<Result<IncidentAnswer, AdminError>, KeyholderError>;

impl Core {
    /// Carries it out. The answer may be sent after the next commit.
    pub(crate) fn ask_incident(&mut self, ask: IncidentAsk) -> Outcome {
        match ask {
            IncidentAsk::Scope(ask) => match self.cell_named(&ask.cell) {
                Ok(cell) => self.scope_page(cell, &ask).map(|page| Ok(IncidentAnswer::Scope(page))),
                Err(error) => Ok(Err(error)),
            },
            IncidentAsk::Whose { cell, compartments } => {
                let cell = self.cell_named(&cell);
                Ok(cell.and_then(|cell| self.whose_compartments(cell, &compartments)))
            }
            IncidentAsk::LogKeys { cell, months } => match self.cell_named(&cell) {
                Ok(cell) => self.log_keys(cell, months),
                Err(error) => Ok(Err(error)),
            },
            IncidentAsk::Cell(filter) => Ok(self.cell_of_filter(&filter).map(IncidentAnswer::Cell)),
            IncidentAsk::Changes(ask) => match self.tree_named(ask.cell.as_deref()) {
                Ok(tree) => self.changes(tree, &ask).map(|page| Ok(IncidentAnswer::Changes(page))),
                Err(error) => Ok(Err(error)),
            },
            IncidentAsk::Undo { cell, entry } => match self.tree_named(cell.as_deref()) {
                Ok(tree) => Ok(self.undo(tree, entry, None)?.map(IncidentAnswer::Undone)),
                Err(error) => Ok(Err(error)),
            },
            IncidentAsk::BeginMatch { cell, by, rows, sample } => match self.cell_named(&cell) {
                Ok(cell) => self.begin_match(cell, &by, rows, sample),
                Err(error) => Ok(Err(error)),
            },
            IncidentAsk::SignEvidence { cell, manifest, recipient } => match self.cell_named(&cell) {
                Ok(cell) => self.sign_evidence(cell, manifest, recipient).map(Ok),
                Err(error) => Ok(Err(error)),
            },
        }
    }

    /// A cell's tree, or the platform's.
    fn tree_named(&self, cell: Option<&str>) -> Result<Tree, AdminError> {
        cell.map_or(Ok(Tree::Platform), |name| self.cell_named(name).map(Tree::Cell))
    }

    /// The name of the cell that what is given belongs to; an error when it is not there.
    fn cell_of_filter(&self, filter: &ScopeFilter) -> Result<Option<String>, AdminError> {
        let state = &self.state;
        let cell = if let Some(id) = filter.session {
            Some(self.cell_of(ScopeBy::Session(id)).ok_or_else(|| not_found("session"))?)
        } else if let Some(id) = filter.principal {
            Some(self.cell_of(ScopeBy::Principal(id)).ok_or_else(|| not_found("principal"))?)
        } else if let Some(id) = filter.device {
            let owner = state.people.passkeys.get(&id).map(|passkey| passkey.principal);
            let person = owner.and_then(|owner| state.people.persons.get(&owner));
            Some(person.and_then(|person| person.cell).ok_or_else(|| not_found("passkey"))?)
        } else if let Some(id) = filter.client {
            // The pages are the same application in every cell.
            let client = state.clients.get(&id).map(|client| client.cell);
            if client.is_none() && id != PAGES {
                return Err(not_found("client"));
            }
            client
        } else {
            None
        };
        Ok(cell.and_then(|cell| state.cells.get(&cell)).map(|cell| cell.name.clone()))
    }

    pub(crate) fn scope_page(&self, cell: CellId, ask: &ScopeAsk) -> Result<ScopePage, KeyholderError> {
        let whose = |session: &_| {
            let session = self.state.sessions.get(session)?;
            Some(Whose { principal: session.principal, client: session.client, device: session.device })
        };
        let known = self.state.cells.get(&cell).map(|cell| &cell.log_keys);
        let reader = SpanReader {
            entries: (&self.log, Tree::Cell(cell)),
            cell,
            ciphers: ciphers(known.into_iter().flatten())?,
            whose: &whose,
            lost_up_to_ms: self.state.recovered_ms,
        };
        reader.page(&ask.filter, ask.from_ms..ask.to_ms, ask.next).map_err(|error| match error {
            SpanError::Log(error) => error.into(),
            SpanError::Entry(index) => KeyholderError::Entry { tree: cell.to_string(), index },
        })
    }

    fn whose_compartments(
        &self,
        cell: CellId,
        compartments: &[CompartmentWrap],
    ) -> Result<IncidentAnswer, AdminError> {
        let Some(cell) = self.state.cells.get(&cell).filter(|_| compartments.len() <= MAX_COMPARTMENTS)
        else {
            return Err(invalid("compartments", &format!("at most {MAX_COMPARTMENTS}")));
        };
        let whose = |compartment: &CompartmentWrap| -> Option<(u64, Vec<Pseudonym>)> {
            let CompartmentWrap { number, wrap } = compartment;
            let opened = cell.cipher_of(wrap).ok()?.unwrap(*number, wrap).ok()?;
            Some((*number, opened.pseudonyms))
        };
        Ok(IncidentAnswer::Whose(compartments.iter().filter_map(whose).collect()))
    }

    /// The keys of months, given after the entry that says so.
    fn log_keys(&mut self, id: CellId, mut months: Vec<u32>) -> Outcome {
        months.sort_unstable();
        months.dedup();
        let known = self.state.cells.get(&id).map(|cell| &cell.log_keys);
        months.retain(|month| known.is_some_and(|known| known.contains_key(month)));
        if months.is_empty() || months.len() > MAX_MONTHS {
            return Ok(Err(not_found("month")));
        }
        let now_ms = self.clock.now_ms();
        let event = Event::Incident(IncidentEvent::LogKeysGiven { months: months.clone() });
        self.record(Tree::Cell(id), now_ms, event, None)?;
        let key = |month: u32| {
            let key = self.state.cells.get(&id)?.log_keys.get(&month)?;
            Some((month, SecretKey(*key.expose())))
        };
        Ok(Ok(IncidentAnswer::LogKeys(months.into_iter().filter_map(key).collect())))
    }
}

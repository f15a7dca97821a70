//! Containment: something is held at once and let go as easily; a cell is cut off and joined again; what is known of a cell on its worst day.
//!
//! Whoever administers a cell contains what is in it, and undoes that again; what somebody at the machine did is undone there alone, since
//! the account of whoever administers may be the one that was stolen.
//!
//! Never: reaches a patient. Every change is an entry, durable before it is answered. State: [`Core`]'s.

use crate::admin::{invalid, not_found};
use crate::administer::By;
use crate::contain::{Hold, MAX_EXCEPTIONS, MAX_HOLDS};
use crate::core::Core;
use crate::error::KeyholderError;
use crate::state::{Session, State};
use salus_accesslog::Tree;
use salus_seal::entry::Event;
use salus_seal::entry::contain::{ContainEvent, HoldOn, MAX_REASON_BYTES};
use salus_seal::{CellId, PrincipalId, SessionId};
use salus_trust_api::wire::AdminError;
use salus_trust_api::wire::contain::{
    ContainAnswer, ContainAsk, ContainStatus, Exception, HoldStatus, LiveSession, MAX_EXCEPTION_MS,
    MAX_LIVE_SESSIONS,
};

type Outcome = Result<Result<ContainAnswer, AdminError>, KeyholderError>;

impl Core {
    /// Carries it out, in a cell or on the platform. The answer may be sent after the next commit, and when what ended is stopped.
    pub(crate) fn contain(&mut self, cell: Option<CellId>, ask: ContainAsk, by: Option<By<'_>>) -> Outcome {
        match ask {
            ContainAsk::Status => Ok(Ok(ContainAnswer::Status(Box::new(self.contain_status(cell))))),
            ContainAsk::Hold { what, reason } => self.hold(cell, what, reason, by),
            ContainAsk::Release { hold } => self.release(cell, hold, by),
            ContainAsk::Quarantine { on } => self.quarantine(cell, on, by),
            ContainAsk::CutOff { reason } => self.cut_off(cell, reason, by),
            ContainAsk::Except { principal, until_ms } => self.except(cell, principal, until_ms, by),
            ContainAsk::EndException { principal } => {
                let known = cell.and_then(|cell| self.state.cells.get(&cell));
                if !known.is_some_and(|cell| cell.quarantine.exceptions.contains_key(&principal)) {
                    return Ok(Err(not_found("exception")));
                }
                let event = ContainEvent::ExceptionEnded { principal, by: id(by) };
                self.record_contained(cell, event, by)?;
                Ok(Ok(ContainAnswer::Done))
            }
        }
    }

    fn hold(&mut self, cell: Option<CellId>, what: HoldOn, reason: String, by: Option<By<'_>>) -> Outcome {
        if let Err(error) = may_be_reason(&reason) {
            return Ok(Err(error));
        }
        if !self.state.may_be_held(cell, &what) {
            return Ok(Err(not_found(kind_of(&what))));
        }
        if let Some(hold) = self.state.holds.same(cell, &what) {
            return Ok(Ok(ContainAnswer::Held { hold, sessions: 0 }));
        }
        if self.state.holds.in_force.len() >= MAX_HOLDS {
            return Ok(Err(invalid("hold", &format!("at most {MAX_HOLDS} at once"))));
        }
        let now_ms = self.clock.now_ms();
        let before = self.state.usable(cell, now_ms);
        let event = ContainEvent::Held { what, reason, by: id(by) };
        let hold = self.record_contained(cell, event, by)?;
        let after = self.state.usable(cell, now_ms);
        Ok(Ok(ContainAnswer::Held { hold, sessions: before.saturating_sub(after) }))
    }

    fn release(&mut self, cell: Option<CellId>, hold: u64, by: Option<By<'_>>) -> Outcome {
        match self.state.holds.in_force.get(&(cell, hold)) {
            None => return Ok(Err(not_found("hold"))),
            Some(known) if by.is_some() && known.by.is_none() => return Ok(Err(at_machine("hold"))),
            Some(_) => {}
        }
        let now_ms = self.clock.now_ms();
        let before = self.state.usable(cell, now_ms);
        self.record_contained(cell, ContainEvent::Released { hold, by: id(by) }, by)?;
        let after = self.state.usable(cell, now_ms);
        Ok(Ok(ContainAnswer::Released { sessions: after.saturating_sub(before) }))
    }

    fn quarantine(&mut self, cell: Option<CellId>, on: bool, by: Option<By<'_>>) -> Outcome {
        let Some((id, known)) = cell.and_then(|id| Some((id, self.state.cells.get(&id)?))) else {
            return Ok(Err(not_found("cell")));
        };
        if !on && known.quarantined && by.is_some() && known.quarantine.at_machine {
            return Ok(Err(at_machine("cell")));
        }
        let came_in = known.quarantine.came_in;
        if known.quarantined != on || on && by.is_none() {
            let now_ms = self.clock.now_ms();
            let fleeting = by.map(|by| by.fleeting);
            self.record(Tree::Cell(id), now_ms, Event::Quarantined { on }, fleeting)?;
        }
        Ok(Ok(ContainAnswer::Quarantined { came_in: if on { 0 } else { came_in } }))
    }

    fn cut_off(&mut self, cell: Option<CellId>, reason: String, by: Option<By<'_>>) -> Outcome {
        if let Err(error) = may_be_reason(&reason) {
            return Ok(Err(error));
        }
        let done = self.quarantine(cell, true, by)?;
        if done.is_ok() && !reason.is_empty() {
            self.record_contained(cell, ContainEvent::CutOffBecause { reason, by: id(by) }, by)?;
        }
        Ok(done)
    }

    fn except(
        &mut self,
        cell: Option<CellId>,
        principal: PrincipalId,
        until_ms: u64,
        by: Option<By<'_>>,
    ) -> Outcome {
        let Some(known) = cell.and_then(|id| self.state.cells.get(&id)).filter(|cell| cell.quarantined)
        else {
            return Ok(Err(invalid("cell", "one that is cut off")));
        };
        let person = self.state.acting(&principal).filter(|person| person.cell == cell);
        if person.is_none() {
            return Ok(Err(not_found("person")));
        }
        let exceptions = &known.quarantine.exceptions;
        if exceptions.len() >= MAX_EXCEPTIONS && !exceptions.contains_key(&principal) {
            return Ok(Err(invalid("person", &format!("at most {MAX_EXCEPTIONS} at once"))));
        }
        let now_ms = self.clock.now_ms();
        if until_ms <= now_ms || until_ms > now_ms + MAX_EXCEPTION_MS {
            return Ok(Err(invalid("until", "a time within the next 72 hours")));
        }
        let event = ContainEvent::ExceptionMade { principal, until_ms, by: id(by) };
        self.record_contained(cell, event, by)?;
        Ok(Ok(ContainAnswer::Done))
    }

    fn record_contained(
        &mut self,
        cell: Option<CellId>,
        event: ContainEvent,
        by: Option<By<'_>>,
    ) -> Result<u64, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let tree = cell.map_or(Tree::Platform, Tree::Cell);
        self.record(tree, now_ms, Event::Contained(event), by.map(|by| by.fleeting))
    }

    fn contain_status(&mut self, cell: Option<CellId>) -> ContainStatus {
        let now_ms = self.clock.now_ms();
        let mut status = ContainStatus {
            now_ms,
            living: self.state.usable(cell, now_ms),
            holds: self.state.hold_statuses(cell, now_ms),
            ..ContainStatus::default()
        };
        let Some((id, known)) = cell.and_then(|id| Some((id, self.state.cells.get(&id)?))) else {
            return status;
        };
        if known.quarantined {
            status.quarantined_ms = Some(known.quarantine.since_ms);
            status.came_in = known.quarantine.came_in;
            let exceptions = known.quarantine.exceptions.iter().filter(|(_, until_ms)| now_ms < **until_ms);
            status.exceptions = exceptions
                .map(|(principal, until_ms)| Exception {
                    principal: *principal,
                    name: self.state.name_of(principal).unwrap_or_default(),
                    until_ms: *until_ms,
                })
                .collect();
        }
        status.sessions = self.live_sessions(id, now_ms);
        status
    }

    /// Those used last, the newest first.
    fn live_sessions(&mut self, cell: CellId, now_ms: u64) -> Vec<LiveSession> {
        let state = &self.state;
        let of_cell = |session: &&Session| session.cell == cell && state.is_usable(session, now_ms);
        let usable = state.sessions.iter().filter(|(_, session)| of_cell(session));
        let mut newest: Vec<(u64, SessionId)> = usable.map(|(id, session)| (session.used_ms, *id)).collect();
        newest.sort_unstable_by(|a, b| b.cmp(a));
        newest.truncate(MAX_LIVE_SESSIONS);
        newest.into_iter().filter_map(|(_, id)| self.live_session(id, now_ms)).collect()
    }

    fn live_session(&mut self, id: SessionId, now_ms: u64) -> Option<LiveSession> {
        let session = self.state.sessions.get(&id)?;
        let (principal, device) = (session.principal, session.device);
        let is_person = self.state.people.persons.contains_key(&principal);
        let label = device.and_then(|device| self.state.people.passkeys.get(&device));
        let live = LiveSession {
            session: id,
            principal,
            name: self.state.name_of(&principal).unwrap_or_default(),
            client: (!is_person).then_some(session.client),
            device,
            device_label: label.map(|passkey| passkey.label.clone()),
            begun_ms: session.begun_ms,
            used_ms: session.used_ms,
            charts_today: 0,
            glimpses_today: 0,
        };
        let [_, charts_today, _] = self.state.principals.get_mut(&principal)?.spent.chart.counts(now_ms);
        let [_, glimpses_today, _] = self.state.principals.get_mut(&principal)?.spent.glimpse.counts(now_ms);
        Some(LiveSession { charts_today, glimpses_today, ..live })
    }
}

impl State {
    /// How many sessions of a cell, or of all, could be used.
    fn usable(&self, cell: Option<CellId>, now_ms: u64) -> u64 {
        let counts = |session: &&Session| {
            cell.is_none_or(|cell| cell == session.cell) && self.is_usable(session, now_ms)
        };
        self.sessions.values().filter(counts).count() as u64
    }

    /// Whose a thing is that is held, where it is somebody's: a person's or an application's name.
    pub(crate) fn whose(&self, what: &HoldOn) -> Option<String> {
        let principal = match what {
            HoldOn::Session(id) => self.sessions.get(id)?.principal,
            HoldOn::Person(principal) => *principal,
            HoldOn::Device(device) => self.people.passkeys.get(device)?.principal,
            HoldOn::Client(client) => return Some(self.clients.get(client)?.name.clone()),
            HoldOn::Cell | HoldOn::Everyone => return None,
        };
        self.name_of(&principal)
    }

    /// The holds in force in a cell, those of the platform too, the newest first.
    fn hold_statuses(&self, cell: Option<CellId>, now_ms: u64) -> Vec<HoldStatus> {
        let of_both = self.holds.in_force.iter().filter(|((tree, _), _)| tree.is_none() || *tree == cell);
        let mut statuses: Vec<HoldStatus> = of_both
            .map(|((tree, entry), hold)| HoldStatus {
                cell: *tree,
                hold: *entry,
                what: hold.what,
                name: self.whose(&hold.what),
                since_ms: hold.since_ms,
                reason: hold.reason.clone(),
                by: hold.by,
                by_name: hold.by.and_then(|by| self.name_of(&by)),
                sessions: self.held_by(*tree, *entry, hold, now_ms),
            })
            .collect();
        statuses.sort_by_key(|status| std::cmp::Reverse((status.since_ms, status.hold)));
        statuses
    }

    /// How many sessions that have not ended otherwise a hold covers.
    fn held_by(&self, tree: Option<CellId>, entry: u64, hold: &Hold, now_ms: u64) -> u64 {
        let covers = |(id, session): &(&SessionId, &Session)| match hold.what {
            HoldOn::Session(held) => **id == held,
            HoldOn::Person(principal) => session.principal == principal,
            HoldOn::Device(device) => session.device == Some(device),
            HoldOn::Client(client) => session.client == client,
            HoldOn::Cell => Some(session.cell) == tree && session.begun_entry < entry,
            HoldOn::Everyone => session.begun_ms <= hold.since_ms,
        };
        let lives = |session: &Session| session.lives(now_ms) && self.credentials_live(session);
        let held = self.sessions.iter().filter(covers).filter(|(_, session)| lives(session));
        held.count() as u64
    }
}

fn may_be_reason(reason: &str) -> Result<(), AdminError> {
    if reason.len() > MAX_REASON_BYTES || reason.chars().any(char::is_control) {
        let rule = format!("at most {MAX_REASON_BYTES} bytes, no control characters");
        return Err(invalid("reason", &rule));
    }
    Ok(())
}

fn id(by: Option<By<'_>>) -> Option<PrincipalId> {
    by.map(|by| by.principal)
}

fn at_machine(field: &str) -> AdminError {
    invalid(field, "what was done at the machine is undone at the machine")
}

fn kind_of(what: &HoldOn) -> &'static str {
    match what {
        HoldOn::Session(_) => "session",
        HoldOn::Person(_) => "person",
        HoldOn::Device(_) => "passkey",
        HoldOn::Client(_) => "client",
        HoldOn::Cell => "cell",
        HoldOn::Everyone => "platform",
    }
}

//! Who has looked at this patient's record: answered from the access log, and an access itself.
//!
//! The newest entries of each patient are known ([`crate::recent`]); further back the log is read, so many entries at a time.
//!
//! Never: names another patient, or a record. State: [`Core`]'s.

use crate::admit::{Asking, EntryPart, Opened};
use crate::budgets::Room;
use crate::core::Core;
use crate::error::KeyholderError;
use crate::policy::Action;
use crate::recent::{Head, Item, Kind, VISIT_PAUSE_MS, Visit};
use crate::relation::one_patient;
use crate::scope::open_entry;
use salus_accesslog::Tree;
use salus_seal::entry::Refusal;
use salus_seal::entry::relation::Statement;
use salus_seal::{CellId, Part, PrincipalId, Pseudonym};
use salus_trust_api::wire::access::{Access, AccessKind, AccessPage, AccessesAsk, MAX_ACCESSES};
use salus_trust_api::wire::relation::REASON_MS;
use salus_trust_api::wire::{Answer, Grant};
use std::collections::HashMap;

/// Beyond the newest entries of a patient, so many entries of the log are read for one page: some ten milliseconds.
const MAX_ENTRIES_READ: u64 = 4_096;

impl Core {
    /// Decides, charges, records, and looks. The answer may be sent after the next commit.
    pub(crate) fn accesses(&mut self, ask: &AccessesAsk) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let asking = match self.session(&ask.admit, false, now_ms)? {
            Ok(asking) => asking,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let cell = asking.cell;
        let by_id = self.may_ask_by_id(&asking, ask.admit.interaction, now_ms);
        let admitted = by_id.and_then(|()| self.may_see_accesses(&asking, ask, now_ms));
        let admitted = admitted.and_then(|patient| {
            // Asking again charges nobody more, and may read the log each time: bounded as a search within the records.
            self.has_searches(&asking, true, now_ms)?;
            let room = self.room(&asking, ask.admit.purpose, Part::Body, &[patient], now_ms)?;
            if self.log.has_room() { Ok((patient, room)) } else { Err(Refusal::NoRoom) }
        });
        let (patient, room) = match admitted {
            Ok(admitted) => admitted,
            Err(refusal) => {
                let refusal = match refusal {
                    Refusal::Missing => self.refuse_missing(&asking, &ask.admit, now_ms),
                    other => other,
                };
                self.record_refusal(&asking, &ask.admit, refusal, now_ms)?;
                return Ok(Answer::Refused(refusal));
            }
        };
        if let Room::Reserve(patients) = room {
            self.record_reserve(&asking, &ask.admit, patients, now_ms)?;
        }
        let limit = ask.limit.clamp(1, MAX_ACCESSES) as usize;
        let before = ask.before.unwrap_or(u64::MAX).min(self.log.size(Tree::Cell(cell)));
        let (mut accesses, next) = self.visits(cell, &patient, before, limit)?;
        carry(&mut accesses);
        let opened = Opened {
            part: Part::Body,
            charged: vec![patient],
            uncharged: Vec::new(),
            entries: vec![EntryPart { versions: Vec::new(), root: None }],
            // The entry names the patient, and that is looked at.
            canaries: Vec::new(),
            whose: Vec::new(),
            grant: Grant::Nothing,
        };
        let admitted = self.record_opened(&asking, &ask.admit, opened, now_ms)?;
        self.count_admission();
        let (receipt, valid_ms) = (admitted.receipt, admitted.valid_ms);
        Ok(Answer::Accesses(AccessPage { receipt, valid_ms, accesses, next }))
    }

    fn may_see_accesses(
        &self,
        asking: &Asking,
        ask: &AccessesAsk,
        now_ms: u64,
    ) -> Result<Pseudonym, Refusal> {
        let cell = self.allowed(asking, Action::Read, &ask.admit, now_ms)?;
        if !ask.admit.intents.is_empty() {
            return Err(Refusal::Malformed);
        }
        let patient = one_patient(cell, &ask.compartment)?;
        match self.state.own_patient(asking) {
            Some(own) if own != patient => Err(Refusal::Missing),
            _ => Ok(patient),
        }
    }

    /// Visits that began before an entry, the newest first, and where to go on.
    fn visits(
        &mut self,
        cell: CellId,
        patient: &Pseudonym,
        before: u64,
        limit: usize,
    ) -> Result<(Vec<Access>, Option<u64>), KeyholderError> {
        let Some(known) = self.state.cells.get(&cell).map(|cell| cell.recent.of(patient)) else {
            return Ok((Vec::new(), None));
        };
        let is_cut = known.is_cut;
        let mut visits = known.visits();
        let kept_from = visits.first().map_or(u64::MAX, |visit| visit.first);
        visits.retain(|visit| visit.first < before);
        if visits.is_empty() {
            if !is_cut {
                return Ok((Vec::new(), None));
            }
            return self.older_visits(cell, patient, before.min(kept_from), limit);
        }
        let is_more = visits.len() > limit || is_cut;
        let newest = visits.split_off(visits.len().saturating_sub(limit));
        let next = newest.first().filter(|_| is_more).map(|visit| visit.first);
        let mut accesses = Vec::with_capacity(newest.len());
        for visit in newest.iter().rev() {
            if let Some(head) = self.head_of(cell, visit.first)? {
                let mut access = self.access(cell, visit, &head);
                if let Some(access) = &mut access {
                    access.stated = self.stated_in(cell, visit)?;
                }
                accesses.extend(access);
            }
        }
        Ok((accesses, next))
    }

    /// The same from the log itself, in the entries just before one.
    fn older_visits(
        &mut self,
        cell: CellId,
        patient: &Pseudonym,
        before: u64,
        limit: usize,
    ) -> Result<(Vec<Access>, Option<u64>), KeyholderError> {
        let from = before.saturating_sub(MAX_ENTRIES_READ);
        self.commit_up_to(Tree::Cell(cell), before)?;
        let mut visits: Vec<(Head, Visit)> = Vec::new();
        let mut last_ms = 0;
        self.each_entry(Tree::Cell(cell), from..before, |entry, lasting, fleeting| {
            let Some(fleeting) = fleeting.filter(|fleeting| fleeting.patients.contains(patient)) else {
                return;
            };
            let Some(kind) = Kind::of(&lasting.event, fleeting.part) else { return };
            let head = Head::of(lasting.time_ms, &fleeting);
            let goes_on = |before: &Head| {
                before.session == head.session
                    && before.purpose == head.purpose
                    && head.time_ms.saturating_sub(last_ms) <= VISIT_PAUSE_MS
            };
            match visits.last_mut() {
                Some((before, visit)) if goes_on(before) => visit.go_on(Item { entry, kind, begins: false }),
                _ => visits.push((head, Visit::begin(Item { entry, kind, begins: true }))),
            }
            last_ms = head.time_ms;
        })?;
        let newest = visits.split_off(visits.len().saturating_sub(limit));
        let next = match newest.first() {
            Some((_, first)) if !visits.is_empty() => Some(first.first),
            _ => (from > 0).then_some(from),
        };
        let mut told = Vec::with_capacity(newest.len());
        for (head, visit) in newest.iter().rev() {
            let mut access = self.access(cell, visit, head);
            if let Some(access) = &mut access {
                access.stated = self.stated_in(cell, visit)?;
            }
            told.extend(access);
        }
        Ok((told, next))
    }

    /// What was said last within a visit; none where its month's key is gone.
    fn stated_in(&mut self, id: CellId, visit: &Visit) -> Result<Option<Statement>, KeyholderError> {
        let last = visit.items.iter().rev().find(|item| item.kind == Kind::Stated);
        let Some(entry) = last.map(|item| item.entry) else { return Ok(None) };
        let tree = Tree::Cell(id);
        self.commit_up_to(tree, entry + 1)?;
        let mut found = None;
        self.log.read(tree, entry..entry + 1, &mut |_, bytes| {
            found = open_entry(&self.state, tree, bytes).ok();
        })?;
        let cell = self.state.cells.get(&id);
        Ok(found.and_then(|(lasting, _)| cell?.statement(&id, lasting.time_ms, &lasting.event)))
    }

    /// Who and why of the visit that begins with an entry; none where its month's key is gone.
    fn head_of(&mut self, cell: CellId, entry: u64) -> Result<Option<Head>, KeyholderError> {
        if let Some(head) = self.state.cells.get(&cell).and_then(|cell| cell.recent.head(entry)) {
            return Ok(Some(head));
        }
        let tree = Tree::Cell(cell);
        self.commit_up_to(tree, entry + 1)?;
        let mut found = None;
        self.log.read(tree, entry..entry + 1, &mut |_, bytes| {
            found = open_entry(&self.state, tree, bytes).ok();
        })?;
        Ok(found.and_then(|(lasting, fleeting)| Some(Head::of(lasting.time_ms, &fleeting?))))
    }

    fn access(&self, cell: CellId, visit: &Visit, head: &Head) -> Option<Access> {
        let session = self.state.sessions.get(&head.session)?;
        let person = self.state.people.persons.get(&session.principal);
        let client = self.state.clients.get(&session.client).filter(|_| person.is_none());
        let is_of = |of: &Kind| visit.kinds >> *of as u8 & 1 == 1;
        let kinds: Vec<AccessKind> = Kind::ALL.into_iter().filter(is_of).map(kind).collect();
        let is_refused = kinds == [AccessKind::Refused];
        Some(Access {
            entry: visit.first,
            time_ms: head.time_ms,
            entries: visit.entries,
            principal: session.principal,
            person: person.map(|person| person.name.clone()),
            role: self.state.principals.get(&session.principal)?.role.clone(),
            client: client.map(|client| client.name.clone()),
            purpose: head.purpose,
            interaction: head.interaction,
            kinds,
            refused: head.refused.filter(|_| is_refused),
            stated: None,
            delivered: self.state.cells.get(&cell)?.recent.is_delivered(visit),
        })
    }
}

/// What was said is good for a day: it stands at the visits within it, too. The newest come first.
fn carry(accesses: &mut [Access]) {
    let mut said: HashMap<PrincipalId, (u64, Statement)> = HashMap::new();
    for access in accesses.iter_mut().rev() {
        match &access.stated {
            Some(statement) => drop(said.insert(access.principal, (access.time_ms, statement.clone()))),
            None => {
                let last = said.get(&access.principal);
                let good = last.filter(|(at_ms, _)| access.time_ms < at_ms + REASON_MS);
                access.stated = good.map(|(_, statement)| statement.clone());
            }
        }
    }
}

fn kind(kind: Kind) -> AccessKind {
    match kind {
        Kind::Line => AccessKind::Line,
        Kind::Chart => AccessKind::Chart,
        Kind::Searched => AccessKind::Searched,
        Kind::Written => AccessKind::Written,
        Kind::Refused => AccessKind::Refused,
        Kind::Stated => AccessKind::Stated,
    }
}

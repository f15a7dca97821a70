//! Who has looked at this patient's record: answered from the access log, and an access itself.
//!
//! The newest entries of each patient are known ([`crate::recent`]); further back the log is read, so many entries at a time.
//!
//! Never: names another patient, or a record. State: [`Core`]'s.

use crate::admit::{EntryPart, Opened};
use crate::core::Core;
use crate::error::KeyholderError;
use crate::policy::{self, Action};
use crate::recent::{Item, Kind, VISIT_PAUSE_MS};
use crate::scope::open_entry;
use salus_accesslog::Tree;
use salus_seal::entry::{Fleeting, Refusal};
use salus_seal::{CellId, Part, Pseudonym};
use salus_trust_api::wire::access::{Access, AccessKind, AccessPage, AccessesAsk, MAX_ACCESSES};
use salus_trust_api::wire::{Answer, CompartmentWrap, Grant};

/// Beyond the newest entries of a patient, so many entries of the log are read for one page: some ten milliseconds.
const MAX_ENTRIES_READ: u64 = 4_096;

/// Entries of one visit, the first of them opened.
struct Visit {
    items: Vec<Item>,
    time_ms: u64,
    last_ms: u64,
    first: Fleeting,
}

impl Core {
    /// Decides, charges, records, and looks. The answer may be sent after the next commit.
    pub(crate) fn accesses(&mut self, ask: &AccessesAsk) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let Some(asking) = self.session(&ask.admit, now_ms)? else {
            return Ok(Answer::Refused(Refusal::NoSession));
        };
        let cell = asking.cell;
        let by_id = self.may_ask_by_id(&asking, ask.admit.interaction, now_ms);
        let admitted = by_id.and_then(|()| self.may_see_accesses(&asking.principal, cell, ask));
        let admitted = admitted.and_then(|patient| {
            self.has_budget(&asking, Part::Body, &[patient], now_ms)?;
            if self.log.has_room() { Ok(patient) } else { Err(Refusal::NoRoom) }
        });
        let patient = match admitted {
            Ok(patient) => patient,
            Err(refusal) => {
                self.record_refusal(&asking, &ask.admit, refusal, now_ms)?;
                return Ok(Answer::Refused(refusal));
            }
        };
        // What is read is read from what is committed; this entry itself is none of it.
        self.commit()?;
        let limit = ask.limit.clamp(1, MAX_ACCESSES) as usize;
        let before = ask.before.unwrap_or(u64::MAX).min(self.log.size(Tree::Cell(cell)));
        let (accesses, next) = self.visits(cell, &patient, before, limit)?;
        let opened = Opened {
            part: Part::Body,
            charged: vec![patient],
            uncharged: Vec::new(),
            entries: vec![EntryPart { versions: Vec::new(), root: None }],
            whose: Vec::new(),
            grant: Grant::Nothing,
        };
        let admitted = self.record_opened(&asking, &ask.admit, opened, now_ms)?;
        self.admissions += 1;
        let (receipt, valid_ms) = (admitted.receipt, admitted.valid_ms);
        Ok(Answer::Accesses(AccessPage { receipt, valid_ms, accesses, next }))
    }

    fn may_see_accesses(
        &self,
        principal: &salus_seal::PrincipalId,
        cell: CellId,
        ask: &AccessesAsk,
    ) -> Result<Pseudonym, Refusal> {
        let cell = self.state.cells.get(&cell).ok_or(Refusal::NotAllowed)?;
        if cell.quarantined {
            return Err(Refusal::Quarantined);
        }
        let principal = self.state.principals.get(principal).ok_or(Refusal::NotAllowed)?;
        let role = policy::role(&principal.role).ok_or(Refusal::NotAllowed)?;
        if !policy::allows(role, Action::Read, ask.admit.interaction) {
            return Err(Refusal::NotAllowed);
        }
        if !ask.admit.intents.is_empty() {
            return Err(Refusal::Malformed);
        }
        let CompartmentWrap { number, wrap } = &ask.compartment;
        let opened = cell.cipher_of(wrap).and_then(|cipher| cipher.unwrap(*number, wrap));
        match opened.map_err(|_| Refusal::DoesNotOpen)?.pseudonyms.as_slice() {
            [patient] => Ok(*patient),
            _ => Err(Refusal::Malformed),
        }
    }

    /// Visits that began before an entry, the newest first, and where to go on.
    fn visits(
        &self,
        cell: CellId,
        patient: &Pseudonym,
        before: u64,
        limit: usize,
    ) -> Result<(Vec<Access>, Option<u64>), KeyholderError> {
        let Some(known) = self.state.cells.get(&cell).map(|cell| cell.recent.of(patient)) else {
            return Ok((Vec::new(), None));
        };
        let mut visits = group(known.items);
        // A visit whose beginning is not kept is read from the log, whole.
        if known.is_cut && visits.first().and_then(|visit| visit.first()).is_some_and(|item| !item.begins) {
            visits.remove(0);
        }
        let kept_from = visits.first().and_then(|visit| visit.first()).map_or(u64::MAX, |item| item.entry);
        visits.retain(|visit| visit.first().is_some_and(|item| item.entry < before));
        if visits.is_empty() {
            if !known.is_cut {
                return Ok((Vec::new(), None));
            }
            return self.older_visits(cell, patient, before.min(kept_from), limit);
        }
        let is_more = visits.len() > limit || known.is_cut;
        let newest = visits.split_off(visits.len().saturating_sub(limit));
        let mut accesses = Vec::with_capacity(newest.len());
        let mut next = None;
        for items in newest.into_iter().rev() {
            let Some(first) = items.first().copied() else { continue };
            next = is_more.then_some(first.entry);
            if let Some((time_ms, fleeting)) = self.entry_of(cell, first.entry)? {
                accesses.extend(self.access(cell, &Visit { items, time_ms, last_ms: 0, first: fleeting }));
            }
        }
        Ok((accesses, next))
    }

    /// The same from the log itself, in the entries just before one.
    fn older_visits(
        &self,
        cell: CellId,
        patient: &Pseudonym,
        before: u64,
        limit: usize,
    ) -> Result<(Vec<Access>, Option<u64>), KeyholderError> {
        let from = before.saturating_sub(MAX_ENTRIES_READ);
        let mut visits: Vec<Visit> = Vec::new();
        self.each_entry(Tree::Cell(cell), from..before, |entry, lasting, fleeting| {
            let Some(fleeting) = fleeting.filter(|fleeting| fleeting.patients.contains(patient)) else {
                return;
            };
            let Some(kind) = Kind::of(&lasting.event, fleeting.part) else { return };
            let time_ms = lasting.time_ms;
            match visits.last_mut() {
                Some(visit)
                    if visit.first.session == fleeting.session
                        && visit.first.purpose == fleeting.purpose
                        && time_ms.saturating_sub(visit.last_ms) <= VISIT_PAUSE_MS =>
                {
                    visit.items.push(Item { entry, kind, begins: false });
                    visit.last_ms = time_ms;
                }
                _ => {
                    let items = vec![Item { entry, kind, begins: true }];
                    visits.push(Visit { items, time_ms, last_ms: time_ms, first: fleeting });
                }
            }
        })?;
        let newest = visits.split_off(visits.len().saturating_sub(limit));
        let next = match (visits.is_empty(), newest.first().and_then(|visit| visit.items.first())) {
            (false, Some(first)) => Some(first.entry),
            _ => (from > 0).then_some(from),
        };
        let accesses = newest.iter().rev().filter_map(|visit| self.access(cell, visit)).collect();
        Ok((accesses, next))
    }

    /// An entry's time and who, why and whom; none where its month's key is gone.
    fn entry_of(&self, cell: CellId, entry: u64) -> Result<Option<(u64, Fleeting)>, KeyholderError> {
        let tree = Tree::Cell(cell);
        let mut found = None;
        self.log.read(tree, entry..entry + 1, &mut |_, bytes| {
            found = open_entry(&self.state, tree, bytes).ok();
        })?;
        Ok(found.and_then(|(lasting, fleeting)| Some((lasting.time_ms, fleeting?))))
    }

    fn access(&self, cell: CellId, visit: &Visit) -> Option<Access> {
        let session = self.state.sessions.get(&visit.first.session)?;
        let person = self.state.people.persons.get(&session.principal);
        let client = self.state.clients.get(&session.client).filter(|_| person.is_none());
        let mut kinds: Vec<AccessKind> = visit.items.iter().map(|item| kind(item.kind)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let is_refused = kinds == [AccessKind::Refused];
        Some(Access {
            entry: visit.items.first()?.entry,
            time_ms: visit.time_ms,
            entries: visit.items.len() as u32,
            principal: session.principal,
            person: person.map(|person| person.name.clone()),
            role: self.state.principals.get(&session.principal)?.role.clone(),
            client: client.map(|client| client.name.clone()),
            purpose: visit.first.purpose,
            interaction: visit.first.interaction,
            kinds,
            refused: visit.first.refused.filter(|_| is_refused),
            delivered: self.state.cells.get(&cell)?.recent.are_delivered(&visit.items),
        })
    }
}

/// Items by visits.
fn group(items: Vec<Item>) -> Vec<Vec<Item>> {
    let mut visits: Vec<Vec<Item>> = Vec::new();
    for item in items {
        match visits.last_mut() {
            Some(visit) if !item.begins => visit.push(item),
            _ => visits.push(vec![item]),
        }
    }
    visits
}

fn kind(kind: Kind) -> AccessKind {
    match kind {
        Kind::Line => AccessKind::Line,
        Kind::Chart => AccessKind::Chart,
        Kind::Searched => AccessKind::Searched,
        Kind::Written => AccessKind::Written,
        Kind::Refused => AccessKind::Refused,
    }
}

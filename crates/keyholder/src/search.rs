//! Searching: may this session search for this? Then the indexer evaluates, and what it reached is charged and logged before
//! anything of its answer leaves.
//!
//! The order is fixed: session and proof, quarantine, policy, budget of searches; the indexer; once more all of these, and
//! the budget of patients, for what was found; entry. A search whose patients are more than there is room for gives
//! nothing, and nobody without room for one more patient learns whether somebody matches.
//!
//! Never: waits on the keyholder's thread; believes the record server that a search is only a glimpse. State: searches that are not
//! answered yet.

use crate::admit::{Asking, MAX_PATIENTS_PER_ENTRY};
use crate::budgets::Room;
use crate::core::Core;
use crate::error::KeyholderError;
use crate::policy::{self, Action};
use crate::query;
use salus_accesslog::Tree;
use salus_seal::entry::{Event, Fleeting, Interaction, Refusal, ranges};
use salus_seal::{Part, Pseudonym};
use salus_trust_api::wire::index::ToIndexer;
use salus_trust_api::wire::query::{Found, Query, Reach, SearchFault};
use salus_trust_api::wire::words::ParameterNumber;
use salus_trust_api::wire::{ADMISSION_MS, Admit, Receipt, Reply, Search, Searched};
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// The most searches that wait for an index.
pub(crate) const MAX_WAITING_SEARCHES: usize = 1_024;
/// The most bytes of their questions.
const MAX_WAITING_BYTES: usize = 64 * 1024 * 1024;
/// The longest question, in bytes.
const MAX_SEARCH_BYTES: usize = 512 * 1024;
/// The most searches that the indexer has at once.
const MAX_SEARCHES_UNDER_WAY: usize = 256;
/// How long a search waits for an index that is not ready.
const WAIT: Duration = Duration::from_secs(5);
/// How long the indexer has for a search; its own bound is below.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// What lines show, by the record server's and the indexer's numbers: a search for no more is a glimpse.
#[derive(Debug, Clone, Default)]
pub struct LineSearch {
    /// The code of the type Patient.
    pub patient_kind: u16,
    /// For each type that has lines: its code, and its parameters whose values stand in a line, with the time of writing.
    pub lines: Vec<(u16, Vec<ParameterNumber>)>,
}

/// Searches that are not answered yet.
#[derive(Default)]
pub(crate) struct Searching {
    pub(crate) line: LineSearch,
    waiting: VecDeque<Pending>,
    under_way: HashMap<u64, Pending>,
    next_ticket: u64,
}

struct Pending {
    lane: u64,
    ticket: u64,
    admit: Admit,
    asking: Asking,
    query: Box<Query>,
    /// How long the question is, in bytes.
    length: usize,
    part: Part,
    /// Whether by its form it is about one patient, to whose chart it is charged.
    confined: bool,
    /// Whether the index says that it found nobody's records but one patient's.
    of_one: bool,
    until: Instant,
    came: Instant,
    /// The indexer died with it once, or was not ready for it.
    tried: bool,
}

impl Searching {
    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.under_way.is_empty()
    }

    /// Names a question to the indexer as no other is.
    pub(crate) fn ticket(&mut self) -> u64 {
        self.next_ticket += 1;
        self.next_ticket
    }

    /// Nobody waits for the answers to this connection's searches any more.
    pub(crate) fn forget(&mut self, lane: u64) {
        self.waiting.retain(|pending| pending.lane != lane);
        self.under_way.retain(|_, pending| pending.lane != lane);
    }

    /// What the indexer had waits for the next one, once.
    pub(crate) fn indexer_gone(&mut self) {
        let until = Instant::now() + WAIT;
        for (_, pending) in self.under_way.drain() {
            // One that killed the indexer twice gets no third try: its time is over.
            let until = if pending.tried { Instant::now() } else { until };
            self.waiting.push_back(Pending { until, tried: true, ..pending });
        }
    }
}

/// Why a search is not evaluated.
enum Denied {
    Refused(Refusal),
    Fault(SearchFault),
}

impl Core {
    /// Takes a search. It is answered when it was evaluated, or is refused.
    pub(crate) fn search(
        &mut self,
        lane: u64,
        search: Search,
        length: usize,
        now: Instant,
    ) -> Result<(), KeyholderError> {
        let Search { ticket, admit, query } = search;
        let now_ms = self.clock.now_ms();
        let asking = match self.session(&admit, false, now_ms)? {
            Ok(asking) => asking,
            Err(refusal) => {
                self.answer(lane, ticket, Searched::Refused(refusal));
                return Ok(());
            }
        };
        let lines = &self.index.searching.line;
        let part = if query::is_glimpse(&query, lines) { Part::Line } else { Part::Body };
        let confined = part == Part::Body && query::is_confined(&query, lines.patient_kind);
        match self.may_search(&asking, &admit, (&query, confined), now_ms) {
            Ok(()) if length > MAX_SEARCH_BYTES => {
                self.answer(lane, ticket, Searched::Fault(SearchFault::Malformed));
            }
            Ok(()) => {
                let pending = Pending {
                    lane,
                    ticket,
                    admit,
                    asking,
                    query,
                    length,
                    part,
                    confined,
                    of_one: false,
                    until: now + WAIT,
                    came: now,
                    tried: false,
                };
                self.ask_or_wait(pending, now);
            }
            Err(Denied::Refused(refusal)) => {
                self.record_refusal(&asking, &admit, refusal, now_ms)?;
                self.answer(lane, ticket, Searched::Refused(refusal));
            }
            Err(Denied::Fault(fault)) => self.answer(lane, ticket, Searched::Fault(fault)),
        }
        Ok(())
    }

    fn may_search(
        &mut self,
        asking: &Asking,
        admit: &Admit,
        (query, confined): (&Query, bool),
        now_ms: u64,
    ) -> Result<(), Denied> {
        let action = Action::Search { hits: query.count };
        self.allowed(asking, action, admit, now_ms).map_err(Denied::Refused)?;
        if !admit.intents.is_empty() {
            return Err(Denied::Refused(Refusal::Malformed));
        }
        // Whatever it looks into on its way tells something of it.
        let rights = self.state.rights(&asking.cell, &asking.principal);
        let may = policy::may_search(&rights, query.count);
        if !may.cover(query::looked_into(query, &self.kinds)) {
            return Err(Denied::Refused(Refusal::NotAllowed));
        }
        // A patient searches within their own records, and nowhere else.
        if !confined && self.state.own_patient(asking).is_some() {
            return Err(Denied::Refused(Refusal::NotAllowed));
        }
        if !query::is_within_bounds(query) {
            return Err(Denied::Fault(SearchFault::Malformed));
        }
        self.has_searches(asking, confined, now_ms).map_err(Denied::Refused)?;
        if self.log.has_room() { Ok(()) } else { Err(Denied::Refused(Refusal::NoRoom)) }
    }

    /// Room for one more search, or for what is bounded as one.
    pub(crate) fn has_searches(
        &mut self,
        asking: &Asking,
        confined: bool,
        now_ms: u64,
    ) -> Result<(), Refusal> {
        let principal = self.state.principals.get_mut(&asking.principal).ok_or(Refusal::NotAllowed)?;
        let room = principal.may_search(confined, now_ms);
        room.map_err(|exhausted| Refusal::Budget { retry_after_s: exhausted.retry_after_s })
    }

    /// Hands a search to the indexer, or lets it wait for an index.
    fn ask_or_wait(&mut self, pending: Pending, now: Instant) {
        let searching = &self.index.searching;
        if self.index.answers(&pending.asking.cell) && searching.under_way.len() < MAX_SEARCHES_UNDER_WAY {
            return self.ask_indexer(pending, now);
        }
        let waiting_bytes: usize = searching.waiting.iter().map(|pending| pending.length).sum();
        if searching.waiting.len() < MAX_WAITING_SEARCHES
            && waiting_bytes + pending.length <= MAX_WAITING_BYTES
        {
            self.index.searching.waiting.push_back(pending);
        } else {
            self.answer(pending.lane, pending.ticket, Searched::Fault(SearchFault::NotReady));
        }
    }

    fn ask_indexer(&mut self, mut pending: Pending, now: Instant) {
        let ticket = self.index.searching.ticket();
        let message = ToIndexer::Search { ticket, cell: pending.asking.cell, query: pending.query };
        let is_sent = self.index.tell(&message);
        let ToIndexer::Search { query, .. } = message else { return };
        if !is_sent {
            return self.answer(pending.lane, pending.ticket, Searched::Fault(SearchFault::Malformed));
        }
        pending.query = query;
        pending.until = now + ANSWER_TIMEOUT;
        self.index.searching.under_way.insert(ticket, pending);
    }

    /// Searches whose index is ready now go on; those that waited too long are answered.
    pub(crate) fn drive_searches(&mut self, now: Instant) {
        if self.index.searching.is_idle() {
            return;
        }
        for pending in std::mem::take(&mut self.index.searching.waiting) {
            if pending.until <= now {
                self.answer(pending.lane, pending.ticket, Searched::Fault(SearchFault::NotReady));
            } else {
                self.ask_or_wait(pending, now);
            }
        }
        let late: Vec<Pending> = self
            .index
            .searching
            .under_way
            .extract_if(|_, pending| pending.until <= now)
            .map(|(_, late)| late)
            .collect();
        for pending in late {
            self.answer(pending.lane, pending.ticket, Searched::Fault(SearchFault::NotReady));
        }
    }

    /// The indexer has evaluated a search. A ticket that is not under way is an answer that comes too late.
    pub(crate) fn evaluated(
        &mut self,
        ticket: u64,
        found: Result<(Found, Reach), SearchFault>,
        of_one: bool,
        now: Instant,
    ) -> Result<(), KeyholderError> {
        let Some(mut pending) = self.index.searching.under_way.remove(&ticket) else {
            self.compared(ticket, found.map(|(found, _)| found.total));
            return Ok(());
        };
        if matches!(found, Err(SearchFault::NotReady)) && !pending.tried {
            // Its index was lost meanwhile, or too many searches were under way.
            (pending.tried, pending.until) = (true, now + WAIT);
            self.index.searching.waiting.push_back(pending);
            return Ok(());
        }
        let now_ms = self.clock.now_ms();
        let searched = match found {
            Ok((found, reach)) => {
                pending.of_one = of_one;
                self.charge_search(&pending, found, &reach, now_ms)?
            }
            Err(fault) => {
                // It took the time of many searches, so it counts as one.
                if fault == SearchFault::TooCostly {
                    let nothing = Found { hits: Vec::new(), total: 0, rounded: false, next: None };
                    self.record_search(&pending, &[], &nothing, now_ms)?;
                }
                Searched::Fault(fault)
            }
        };
        self.answer(pending.lane, pending.ticket, searched);
        Ok(())
    }

    /// Charges and logs what a search reached; what comes back may leave after the next commit.
    fn charge_search(
        &mut self,
        pending: &Pending,
        mut found: Found,
        reach: &Reach,
        now_ms: u64,
    ) -> Result<Searched, KeyholderError> {
        let mut patients: Vec<Pseudonym> = reach.matching.iter().chain(&reach.named).copied().collect();
        patients.sort_unstable();
        patients.dedup();
        if found.hits.len() > pending.query.count as usize || patients.len() > MAX_PATIENTS_PER_ENTRY {
            return Ok(Searched::Fault(SearchFault::TooCostly));
        }
        match self.may_have(pending, &patients, now_ms) {
            Ok(Room::Budget) => {}
            Ok(Room::Reserve(opened)) if patients.is_empty() => drop(opened),
            Ok(Room::Reserve(opened)) => {
                self.record_reserve(&pending.asking, &pending.admit, opened, now_ms)?;
            }
            Err(refusal) => {
                // Whom it would have reached stands in the entry: an answer withheld says something, too.
                self.record_refused_search(pending, patients, refusal, now_ms)?;
                return Ok(Searched::Refused(refusal));
            }
        }
        let rights = self.state.rights(&pending.asking.cell, &pending.asking.principal);
        if reach.many && !rights.counts_exactly {
            found.total = two_digits(found.total);
            found.rounded = true;
        }
        let receipt = self.record_search(pending, &patients, &found, now_ms)?;
        self.count_admission();
        // Counted from the question, whose time the record server knows however late it reads the answer.
        let waited_ms = u32::try_from(pending.came.elapsed().as_millis()).unwrap_or(u32::MAX);
        let valid_ms = ADMISSION_MS.saturating_add(waited_ms);
        Ok(Searched::Found { receipt, valid_ms, found })
    }

    /// Everything that may have changed since the search began, and room for those whom it reached.
    fn may_have(&mut self, pending: &Pending, patients: &[Pseudonym], now_ms: u64) -> Result<Room, Refusal> {
        let asking = &pending.asking;
        if !self.session_lives(asking, now_ms) {
            return Err(Refusal::NoSession);
        }
        // Whom else a patient names is refused alike whether they are there, match, or not.
        if self.state.own_patient(asking).is_some_and(|own| patients != [own]) {
            return Err(Refusal::Missing);
        }
        // One that was let in as confined to a patient and names nobody who is there is a search like any other; it is answered, so that
        // a spent budget does not tell who is there, and counted, and there is an end to it.
        let confined = pending.confined && patients.len() < 2;
        match self.may_search(asking, &pending.admit, (&pending.query, confined), now_ms) {
            Err(Denied::Refused(refusal)) => return Err(refusal),
            Err(Denied::Fault(_)) => return Err(Refusal::Malformed),
            Ok(()) => {}
        }
        let is_house = self
            .state
            .cells
            .get(&asking.cell)
            .is_some_and(|cell| query::looks_only_into(&pending.query, &cell.house_kinds));
        // Nobody found is told only to those who could have been told of somebody.
        let nobody = [Pseudonym([0; 16])];
        let reached = if patients.is_empty() && !is_house { &nobody } else { patients };
        self.room(asking, pending.admit.purpose, pending.part, reached, now_ms)
    }

    fn record_search(
        &mut self,
        pending: &Pending,
        patients: &[Pseudonym],
        found: &Found,
        now_ms: u64,
    ) -> Result<Receipt, KeyholderError> {
        let mut versions: Vec<(u64, u32)> = found.hits.iter().map(|hit| (hit.record, hit.version)).collect();
        versions.sort_unstable();
        versions.dedup();
        let mut fleeting = Fleeting {
            charged: patients.len() as u32,
            patients: patients.to_vec(),
            versions: ranges(versions),
            ..pending.fleeting()
        };
        let counts = pending.query.count == 0;
        if counts && matches!(fleeting.interaction, Interaction::SearchType | Interaction::SearchSystem) {
            fleeting.interaction = Interaction::Count;
        }
        let cell = pending.asking.cell;
        let within = pending.confined && pending.of_one && patients.len() == 1;
        let event = if within { Event::SearchedWithin } else { Event::Searched };
        let entry = self.record(Tree::Cell(cell), now_ms, event, Some(&fleeting))?;
        Ok(Receipt { cell, entry, last_entry: entry, mac: self.receipt_mac(cell, entry)? })
    }

    fn record_refused_search(
        &mut self,
        pending: &Pending,
        patients: Vec<Pseudonym>,
        refusal: Refusal,
        now_ms: u64,
    ) -> Result<(), KeyholderError> {
        if !self.log.has_room() {
            return Ok(());
        }
        let fleeting = Fleeting { refused: Some(refusal), patients, ..pending.fleeting() };
        self.record(Tree::Cell(pending.asking.cell), now_ms, Event::Refused, Some(&fleeting)).map(drop)
    }

    fn answer(&mut self, lane: u64, ticket: u64, searched: Searched) {
        self.index.out.replies.push((lane, Reply::Searched { ticket, searched: Box::new(searched) }));
    }
}

impl Pending {
    /// Who and why, without whom.
    fn fleeting(&self) -> Fleeting {
        Fleeting { part: self.part, ..self.asking.fleeting(&self.admit) }
    }
}

/// Rounded to two significant digits, and at least to tens: one patient more or less does not show. A half goes upwards.
fn two_digits(count: u64) -> u64 {
    let mut unit: u64 = 10;
    while count / unit >= 100 {
        unit *= 10;
    }
    count.saturating_add(unit / 2) / unit * unit
}

#[cfg(test)]
mod tests {
    use super::two_digits;

    #[test]
    fn counts_keep_two_digits() {
        let rounded = [21, 44, 99, 100, 104, 105, 994, 995, 12_345, 758_912, u64::MAX / 2].map(two_digits);
        assert_eq!(rounded[..10], [20, 40, 100, 100, 100, 110, 990, 1_000, 12_000, 760_000]);
        assert_eq!(rounded[10].to_string().trim_end_matches('0'), "92");
    }
}

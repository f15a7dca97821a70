//! Whether people who are to be invented are like somebody in the cell: the indexer is asked, whoever makes canaries is answered. The
//! record server hears nothing of it.
//!
//! Never: tells who it is; answers but for a session that makes canaries, or without an entry; waits on the keyholder's thread. State: what
//! is asked and not answered yet.

use crate::admin::{invalid, not_found};
use crate::core::Core;
use crate::error::KeyholderError;
use crate::query::is_within_bounds;
use salus_accesslog::Tree;
use salus_seal::entry::Event;
use salus_seal::entry::alarms::AlarmEvent;
use salus_seal::{CellId, SessionId};
use salus_trust_api::wire::alarms::{
    Alike, CanaryAnswer, CanaryAsk, Likeness, MAX_COMPARED_AT_ONCE, MAX_COMPARED_PER_SESSION, MAX_NAMESAKES,
};
use salus_trust_api::wire::index::ToIndexer;
use salus_trust_api::wire::query::{Condition, Query, SearchFault};
use salus_trust_api::wire::words::RecordName;
use salus_trust_api::wire::{AdminAnswer, AdminError, Reply};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Whose index is asked what.
type Asked = (CellId, Vec<Query>);

/// How long the indexer has to answer all of it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// What somebody at the machine waits for.
struct Comparison {
    connection: u64,
    /// By ticket, which of the questions.
    open: HashMap<u64, usize>,
    /// How many meet each. Of people there are two questions each: for a twin, for namesakes.
    totals: Vec<u64>,
    of_people: bool,
    until: Instant,
}

/// All that are not answered.
#[derive(Default)]
pub(crate) struct Comparisons(Vec<Comparison>);

impl Comparisons {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Core {
    /// Takes what is to be compared, or looked for. It is answered when the index has said so, or cannot.
    pub(crate) fn compare(
        &mut self,
        connection: u64,
        cell: &str,
        ask: CanaryAsk,
        now: Instant,
    ) -> Result<(), KeyholderError> {
        let of_people = matches!(ask, CanaryAsk::Compare { .. });
        let asked = match ask {
            CanaryAsk::Compare { session, people } => self.about_people(cell, session, people)?,
            CanaryAsk::AreThere { session, records } => self.about_house(cell, &session, records),
            _ => Err(not_found("question")),
        };
        let opened = asked.and_then(|(cell, questions)| {
            let totals = vec![0; questions.len()];
            let mut open = HashMap::new();
            for (at, query) in questions.into_iter().enumerate() {
                let ticket = self.index.searching.ticket();
                if !self.index.tell(&ToIndexer::Search { ticket, cell, query: Box::new(query) }) {
                    return Err(not_ready());
                }
                open.insert(ticket, at);
            }
            Ok(Comparison { connection, open, totals, of_people, until: now + ANSWER_TIMEOUT })
        });
        match opened {
            Ok(comparison) => self.index.comparisons.0.push(comparison),
            Err(error) => self.index.out.replies.push((connection, Reply::Admin(Err(error)))),
        }
        Ok(())
    }

    fn about_people(
        &mut self,
        cell: &str,
        session: SessionId,
        people: Vec<Likeness>,
    ) -> Result<Result<Asked, AdminError>, KeyholderError> {
        let cell = match self.may_compare(cell, &session, &people) {
            Ok(cell) => cell,
            Err(error) => return Ok(Err(error)),
        };
        let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
        let event = AlarmEvent::Compared { session, people: count };
        let now_ms = self.clock.now_ms();
        self.record(Tree::Cell(cell), now_ms, Event::Alarm(event), None)?;
        let conditions = people.into_iter().flat_map(|one| [one.twin, one.namesake]);
        Ok(Ok((cell, conditions.map(|condition| self.question(condition)).collect())))
    }

    /// What is of the house is no patient's, so it is no entry.
    fn about_house(
        &self,
        cell: &str,
        session: &SessionId,
        records: Vec<RecordName>,
    ) -> Result<Asked, AdminError> {
        let id = self.cell_named(cell)?;
        let known = self.state.cells.get(&id).filter(|cell| cell.alarms.makers.contains_key(session));
        let known = known.ok_or_else(|| not_found("session that makes canaries"))?;
        let are_house = records.iter().all(|record| known.house_kinds.contains(&record.kind));
        if records.is_empty() || records.len() > MAX_COMPARED_AT_ONCE || !are_house {
            return Err(invalid("records", &format!("1 to {MAX_COMPARED_AT_ONCE} of the house")));
        }
        if !self.index.answers(&id) {
            return Err(not_ready());
        }
        let question =
            |record: RecordName| Query { kinds: vec![record.kind], ..self.question(Condition::Id(record)) };
        Ok((id, records.into_iter().map(question).collect()))
    }

    fn may_compare(
        &self,
        cell: &str,
        session: &SessionId,
        people: &[Likeness],
    ) -> Result<CellId, AdminError> {
        let id = self.cell_named(cell)?;
        let compared = self.state.cells.get(&id).and_then(|cell| cell.alarms.makers.get(session));
        let compared = *compared.ok_or_else(|| not_found("session that makes canaries"))?;
        let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
        let are_plain = people.iter().all(|one| is_plain(&one.twin) && is_plain(&one.namesake));
        let are_bounded = people.iter().all(|one| {
            is_within_bounds(&self.question(one.twin.clone()))
                && is_within_bounds(&self.question(one.namesake.clone()))
        });
        if people.is_empty() || people.len() > MAX_COMPARED_AT_ONCE || !are_plain || !are_bounded {
            return Err(invalid("people", &format!("1 to {MAX_COMPARED_AT_ONCE}, by values of a Patient")));
        }
        if compared.saturating_add(count) > MAX_COMPARED_PER_SESSION {
            return Err(invalid("people", &format!("at most {MAX_COMPARED_PER_SESSION} in one session")));
        }
        if self.index.answers(&id) { Ok(id) } else { Err(not_ready()) }
    }

    /// How many patients meet this.
    fn question(&self, condition: Condition) -> Query {
        Query {
            kinds: vec![self.index.searching.line.patient_kind],
            all: vec![condition],
            sort: Vec::new(),
            count: 0,
            after: None,
            glimpse: false,
        }
    }

    /// The indexer has answered a question of these; any other is one that comes too late.
    pub(crate) fn compared(&mut self, ticket: u64, total: Result<u64, SearchFault>) {
        let all = &mut self.index.comparisons.0;
        let Some(at) = all.iter().position(|one| one.open.contains_key(&ticket)) else { return };
        let comparison = &mut all[at];
        let Some(question) = comparison.open.remove(&ticket) else { return };
        match (total, comparison.totals.get_mut(question)) {
            (Ok(total), Some(known)) => *known = total,
            _ => {
                let failed = all.remove(at);
                self.index.out.replies.push((failed.connection, Reply::Admin(Err(not_ready()))));
                return;
            }
        }
        if comparison.open.is_empty() {
            let done = all.remove(at);
            let answer = AdminAnswer::Canaries(done.answer());
            self.index.out.replies.push((done.connection, Reply::Admin(Ok(answer))));
        }
    }

    /// Tells those who wait that the index cannot say it: it is not there, or took too long.
    pub(crate) fn end_comparisons(&mut self, now: Instant) {
        let connected = self.index.is_connected();
        let over = self.index.comparisons.0.extract_if(.., |one| !connected || one.until <= now);
        let over: Vec<u64> = over.map(|one| one.connection).collect();
        let replies = over.into_iter().map(|connection| (connection, Reply::Admin(Err(not_ready()))));
        self.index.out.replies.extend(replies);
    }
}

impl Comparison {
    fn answer(&self) -> CanaryAnswer {
        if !self.of_people {
            return CanaryAnswer::AreThere(self.totals.iter().map(|total| *total > 0).collect());
        }
        let alike = self.totals.chunks_exact(2).map(|two| Alike {
            has_twin: two[0] > 0,
            namesakes: u32::try_from(two[1]).unwrap_or(MAX_NAMESAKES).min(MAX_NAMESAKES),
        });
        CanaryAnswer::Compared(alike.collect())
    }
}

fn not_ready() -> AdminError {
    AdminError::Unavailable { why: "the index is not ready".to_owned() }
}

/// Whether it looks at values alone.
fn is_plain(condition: &Condition) -> bool {
    match condition {
        Condition::All(all) | Condition::Any(all) => all.iter().all(is_plain),
        Condition::Value(..) => true,
        _ => false,
    }
}

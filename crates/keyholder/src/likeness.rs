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
    Alike, CanaryAnswer, Likeness, MAX_COMPARED_AT_ONCE, MAX_COMPARED_PER_SESSION, MAX_NAMESAKES,
};
use salus_trust_api::wire::index::ToIndexer;
use salus_trust_api::wire::query::{Condition, Query, SearchFault};
use salus_trust_api::wire::{AdminAnswer, AdminError, Reply};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long the indexer has to answer all of it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// What is asked: by ticket, of which of the people, and whether it asks for a twin; and what is known.
type Begun = (HashMap<u64, (usize, bool)>, Vec<Alike>);

/// What somebody at the machine waits for.
struct Comparison {
    connection: u64,
    /// By ticket: of which of the people, and whether it asks for a twin.
    open: HashMap<u64, (usize, bool)>,
    alike: Vec<Alike>,
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
    /// Takes what is to be compared. It is answered when the index has said so, or cannot.
    pub(crate) fn compare(
        &mut self,
        connection: u64,
        cell: &str,
        (session, people): (SessionId, Vec<Likeness>),
        now: Instant,
    ) -> Result<(), KeyholderError> {
        let begun = self.begin_comparison(cell, session, people)?;
        match begun {
            Ok((open, alike)) => {
                let until = now + ANSWER_TIMEOUT;
                self.index.comparisons.0.push(Comparison { connection, open, alike, until });
            }
            Err(error) => self.index.out.replies.push((connection, Reply::Admin(Err(error)))),
        }
        Ok(())
    }

    fn begin_comparison(
        &mut self,
        cell: &str,
        session: SessionId,
        people: Vec<Likeness>,
    ) -> Result<Result<Begun, AdminError>, KeyholderError> {
        let cell = match self.may_compare(cell, &session, &people) {
            Ok(cell) => cell,
            Err(error) => return Ok(Err(error)),
        };
        let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
        let event = AlarmEvent::Compared { session, people: count };
        let now_ms = self.clock.now_ms();
        self.record(Tree::Cell(cell), now_ms, Event::Alarm(event), None)?;
        let mut open = HashMap::new();
        let alike = vec![Alike { has_twin: false, namesakes: 0 }; people.len()];
        for (at, Likeness { twin, namesake }) in people.into_iter().enumerate() {
            for (condition, is_twin) in [(twin, true), (namesake, false)] {
                let ticket = self.index.searching.ticket();
                let query = Box::new(self.question(condition));
                if !self.index.tell(&ToIndexer::Search { ticket, cell, query }) {
                    return Ok(Err(not_ready()));
                }
                open.insert(ticket, (at, is_twin));
            }
        }
        Ok(Ok((open, alike)))
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
        let Some((person, is_twin)) = comparison.open.remove(&ticket) else { return };
        match (total, comparison.alike.get_mut(person)) {
            (Ok(total), Some(alike)) if is_twin => alike.has_twin = total > 0,
            (Ok(total), Some(alike)) => {
                alike.namesakes = u32::try_from(total).unwrap_or(MAX_NAMESAKES).min(MAX_NAMESAKES);
            }
            _ => {
                let failed = all.remove(at);
                self.index.out.replies.push((failed.connection, Reply::Admin(Err(not_ready()))));
                return;
            }
        }
        if comparison.open.is_empty() {
            let Comparison { connection, alike, .. } = all.remove(at);
            let answer = AdminAnswer::Canaries(CanaryAnswer::Compared(alike));
            self.index.out.replies.push((connection, Reply::Admin(Ok(answer))));
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

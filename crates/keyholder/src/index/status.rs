//! How the indexes fare, for whoever administers: asked of the indexer, answered when it has said so or the time is over.
//!
//! Never: waits on the keyholder's thread. State: who asked, and what has been said.

use crate::core::Core;
use salus_seal::CellId;
use salus_trust_api::wire::index::{IndexStatus, ToIndexer};
use salus_trust_api::wire::{AdminAnswer, CellIndex, IndexState, Reply};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

/// How long the indexer has to say how it fares.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// The most who ask at once; of more, the eldest are answered with what is known.
const MAX_QUESTIONS: usize = 16;

#[derive(Default)]
pub(crate) struct Questions(Vec<Question>);

/// What somebody wants to know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// The indexes.
    Indexes,
    /// The cells' own parameters and extractions.
    Extractions,
}

struct Question {
    connection: u64,
    about: About,
    lacking: HashMap<CellId, Vec<(u16, u64)>>,
    missing: HashSet<CellId>,
    said: HashMap<CellId, IndexStatus>,
    until: Instant,
}

impl Questions {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Core {
    /// Somebody wants to know how all indexes fare.
    pub(crate) fn ask_index_status(&mut self, connection: u64, about: About, now: Instant) {
        let missing: HashSet<CellId> =
            self.state.cells.keys().copied().filter(|cell| self.index.takes(cell)).collect();
        for cell in &missing {
            self.index.tell(&ToIndexer::Status { cell: *cell });
        }
        let (said, lacking) = (HashMap::new(), HashMap::new());
        let question = Question { connection, about, lacking, missing, said, until: now + ANSWER_TIMEOUT };
        self.index.questions.0.push(question);
    }

    /// The indexer has said how a cell's index fares.
    pub(crate) fn index_status(&mut self, cell: CellId, status: &IndexStatus) {
        for question in &mut self.index.questions.0 {
            if question.missing.remove(&cell) {
                question.said.insert(cell, status.clone());
            }
        }
    }

    /// The indexer has said how many records of a cell lack words by some parameters.
    pub(crate) fn index_lacking(&mut self, cell: CellId, lacking: &[(u16, u64)]) {
        for question in &mut self.index.questions.0 {
            if question.missing.contains(&cell) {
                question.lacking.insert(cell, lacking.to_vec());
            }
        }
    }

    /// Answers whoever asked, where everything was said or the time is over.
    pub(crate) fn answer_index_status(&mut self, now: Instant) {
        let connected = self.index.connected;
        let over = self.index.questions.0.len().saturating_sub(MAX_QUESTIONS);
        let mut at = 0;
        let answered: Vec<Question> = (self.index.questions.0)
            .extract_if(.., |question| {
                at += 1;
                question.missing.is_empty() || question.until <= now || !connected || at <= over
            })
            .collect();
        for question in answered {
            let cell = |(name, id): (&String, &CellId)| self.cell_index(name, *id, &question);
            let answer = match question.about {
                About::Indexes => AdminAnswer::Index(self.state.names.iter().map(cell).collect()),
                About::Extractions => AdminAnswer::Extractions(self.extractions(&question.lacking)),
            };
            self.index.out.replies.push((question.connection, Reply::Admin(Ok(answer))));
        }
    }

    fn cell_index(&self, name: &str, id: CellId, question: &Question) -> CellIndex {
        let index = self.index.cells.get(&id);
        let state = match index {
            Some(index) if !index.is_open() => IndexState::NotThere,
            Some(index) if !index.answers() => IndexState::Behind,
            Some(index) if index.is_rebuilding() => IndexState::Rebuilding,
            Some(_) => IndexState::Ready,
            None => IndexState::NotThere,
        };
        CellIndex {
            cell: name.to_owned(),
            state,
            progress: index.and_then(super::CellIndex::progress),
            unreadable: self.index.unreadable.get(&id).copied().unwrap_or_default(),
            index: question.said.get(&id).cloned(),
        }
    }
}

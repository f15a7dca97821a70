//! The heart: state, keys, clock and log together, and how an event becomes both an entry and state.
//!
//! Never: answers anybody; what it grants may leave only after [`Core::commit`]. State: all of the keyholder's, on one thread.

use crate::clock::Clock;
use crate::desk::Desk;
use crate::endings::Endings;
use crate::error::KeyholderError;
use crate::exports::Working;
use crate::extraction::Program;
use crate::index::Index;
use crate::keyring::{CellKeys, Keyring};
use crate::messenger::Messenger;
use crate::person_session::{Codes, Refusals};
use crate::proof::Proofs;
use crate::rules::Kinds;
use crate::state::State;
use salus_accesslog::{AccessLog, Tree};
use salus_seal::entry::{self, Event, Fleeting, Lasting};
use salus_seal::{CellId, LogKey, Pseudonym, SessionId};
use std::collections::HashMap;

/// What a platform entry is bound to in place of a cell.
const NO_CELL: CellId = CellId([0; 16]);

/// State, keys, clock and log.
pub struct Core {
    pub(crate) state: State,
    pub(crate) keyring: Keyring,
    pub(crate) clock: Clock,
    /// Whether an administrator may set the clock forward.
    pub(crate) clock_moves: bool,
    pub(crate) log: AccessLog,
    pub(crate) installation: String,
    pub(crate) recovery: salus_seal::escrow::RecoveryIdentity,
    pub(crate) started_ms: u64,
    pub(crate) strangers: u64,
    pub(crate) admissions: u64,
    pub(crate) batches: u64,
    pub(crate) protections: Vec<String>,
    pub(crate) index: Index,
    pub(crate) endings: Endings,
    pub(crate) codes: Codes,
    pub(crate) refusals: Refusals,
    pub(crate) proofs: Proofs,
    pub(crate) desk: Option<Desk>,
    /// Whether checkpoints are copied to witnesses.
    pub(crate) has_witnesses: bool,
    /// What the program's own extraction is.
    pub(crate) program: Program,
    /// What records are about, by their types.
    pub(crate) kinds: Kinds,
    /// What the messenger last said.
    pub(crate) messenger: Messenger,
    /// What sessions made that make canaries, one list for each write.
    pub(crate) made: HashMap<SessionId, Vec<Vec<Pseudonym>>>,
    /// The keys of exports' files.
    pub(crate) working: Working,
    /// The first entry of each tree that is not durable yet.
    fresh: HashMap<Tree, u64>,
}

/// What [`Core::open`] is made from.
pub(crate) struct Parts {
    pub state: State,
    pub keyring: Keyring,
    pub log: AccessLog,
    pub installation: String,
    pub recovery: salus_seal::escrow::RecoveryIdentity,
    pub protections: Vec<String>,
}

impl Core {
    /// Errors: there is no randomness.
    pub(crate) fn new(parts: Parts) -> Result<Self, KeyholderError> {
        let mut clock = Clock::start(parts.state.latest_ms);
        let started_ms = clock.now_ms();
        Ok(Self {
            state: parts.state,
            keyring: parts.keyring,
            clock,
            clock_moves: false,
            log: parts.log,
            installation: parts.installation,
            recovery: parts.recovery,
            started_ms,
            strangers: 0,
            admissions: 0,
            batches: 0,
            protections: parts.protections,
            index: Index::default(),
            endings: Endings::default(),
            codes: Codes::default(),
            refusals: Refusals::default(),
            proofs: Proofs::new(started_ms)?,
            desk: None,
            has_witnesses: false,
            program: Program::default(),
            kinds: Kinds::default(),
            messenger: Messenger::default(),
            made: HashMap::new(),
            working: Working::default(),
            fresh: HashMap::new(),
        })
    }

    /// Appends an entry and takes it into the state, and raises the alarms that it is the cause of. It is durable only after [`Core::commit`].
    pub(crate) fn record(
        &mut self,
        tree: Tree,
        time_ms: u64,
        event: Event,
        fleeting: Option<&Fleeting>,
    ) -> Result<u64, KeyholderError> {
        let due = match tree {
            Tree::Cell(cell) => self.due(cell, time_ms, &event, fleeting),
            Tree::Platform => Vec::new(),
        };
        let lasting = Lasting { time_ms, event };
        let bytes = match (tree, fleeting) {
            (Tree::Cell(cell), Some(fleeting)) => {
                let key = self.log_key(cell, time_ms)?;
                entry::encode(&cell, &lasting, Some((fleeting, key)))?
            }
            (Tree::Cell(cell), None) => entry::encode(&cell, &lasting, None)?,
            (Tree::Platform, _) => entry::encode(&NO_CELL, &lasting, None)?,
        };
        let index = self.log.append(tree, &bytes)?;
        self.fresh.entry(tree).or_insert(index);
        self.state.apply(tree, index, &lasting, fleeting, &self.keyring)?;
        self.note_ended(tree, time_ms, &lasting.event);
        self.sweep_exports();
        if let Tree::Cell(cell) = tree {
            self.raise(cell, index, due, fleeting)?;
        }
        Ok(index)
    }

    /// Makes everything recorded durable. A failure is fatal: nobody may be answered.
    pub(crate) fn commit(&mut self) -> Result<(), KeyholderError> {
        if !self.fresh.is_empty() {
            self.fresh.clear();
            self.log.commit()?;
        }
        Ok(())
    }

    /// The same, but only if an entry before this one is not durable yet: what is read of the log is read from what is.
    pub(crate) fn commit_up_to(&mut self, tree: Tree, end: u64) -> Result<(), KeyholderError> {
        if self.fresh.get(&tree).is_some_and(|first| *first < end) { self.commit() } else { Ok(()) }
    }

    pub(crate) fn has_uncommitted(&self) -> bool {
        !self.fresh.is_empty()
    }

    /// The month's log key, made at the month's first entry and durable before it is used.
    pub(crate) fn log_key(&mut self, id: CellId, time_ms: u64) -> Result<&LogKey, KeyholderError> {
        let month = entry::month_of(time_ms);
        let missing = || KeyholderError::Entry { tree: id.to_string(), index: 0 };
        if !self.state.cells.get(&id).ok_or_else(missing)?.log_keys.contains_key(&month) {
            let CellKeys { generations, mut log_keys } = self.keyring.cell(&id)?;
            let key = LogKey::random()?;
            log_keys.push((month, key.clone()));
            self.keyring.write_cell(&id, &CellKeys { generations, log_keys })?;
            self.state.cells.get_mut(&id).ok_or_else(missing)?.log_keys.insert(month, key);
        }
        self.state.cells.get(&id).and_then(|cell| cell.log_keys.get(&month)).ok_or_else(missing)
    }
}

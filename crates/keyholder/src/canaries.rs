//! Canaries: patients who do not exist, made through the front door in a session that only the trusted side knows to make them.
//!
//! While its places are open, whatever compartment of a patient that session makes is marked within its wrap, which nobody outside can
//! read. What was made is named in the log under a key of the cell, once, at the end.
//!
//! Never: says to anybody but at the machine which they are. State: [`crate::alarm_state`]'s; what was made since places were opened, in memory
//! until it is kept: a start meanwhile loses the list, and the wraps speak for themselves.

use crate::admin::{invalid, not_found};
use crate::core::Core;
use crate::error::KeyholderError;
use salus_accesslog::Tree;
use salus_seal::entry::Event;
use salus_seal::entry::alarms::{AlarmEvent, Canary, seal_canaries};
use salus_seal::{CellId, Pseudonym, SessionId};
use salus_trust_api::wire::AdminError;
use salus_trust_api::wire::alarms::{CanaryAnswer, CanaryAsk, MAX_CANARIES_PER_KEEP};

/// The longest id of a Patient, in bytes (FHIR R4, 2.24.0.1).
const MAX_ID_BYTES: usize = 64;

type Outcome = Result<Result<CanaryAnswer, AdminError>, KeyholderError>;

impl Core {
    pub(crate) fn ask_canaries(&mut self, id: CellId, ask: CanaryAsk) -> Outcome {
        let Some(cell) = self.state.cells.get(&id) else { return Ok(Err(not_found("cell"))) };
        let event = match ask {
            CanaryAsk::List => {
                let all = cell.alarms.kept.keys().cloned().collect();
                return Ok(Ok(CanaryAnswer::Canaries(all)));
            }
            CanaryAsk::OpenPlaces { session } => {
                let now_ms = self.clock.now_ms();
                let known = self.state.sessions.get(&session);
                if !known.is_some_and(|known| known.cell == id && known.lives(now_ms)) {
                    return Ok(Err(not_found("session")));
                }
                self.made.remove(&session);
                AlarmEvent::PlacesOpened { session }
            }
            CanaryAsk::Keep { session, patients } => {
                if !cell.alarms.makers.contains_key(&session) {
                    return Ok(Err(not_found("session that makes canaries")));
                }
                let made = self.made.get(&session).map_or(&[][..], Vec::as_slice);
                let is_id = |id: &String| !id.is_empty() && id.len() <= MAX_ID_BYTES;
                if made.len() != patients.len()
                    || made.len() > MAX_CANARIES_PER_KEEP
                    || !patients.iter().all(is_id)
                {
                    return Ok(Err(invalid(
                        "patients",
                        "one for each write that made a patient, in their order",
                    )));
                }
                let pairs = patients.into_iter().zip(made.iter().cloned());
                let canaries: Vec<Canary> =
                    pairs.map(|(patient, pseudonyms)| Canary { pseudonyms, patient }).collect();
                let sealed = seal_canaries(&id, cell.alarms.key(), &canaries)?;
                self.made.remove(&session);
                AlarmEvent::Kept { session, sealed }
            }
            // The server asks the indexer first, see [`crate::likeness`].
            CanaryAsk::Compare { .. } | CanaryAsk::AreThere { .. } => return Ok(Err(not_found("index"))),
            CanaryAsk::Remove { patient } => {
                let Some(pseudonyms) = cell.alarms.kept.get(&patient).cloned() else {
                    return Ok(Err(not_found("canary")));
                };
                let sealed = seal_canaries(&id, cell.alarms.key(), &[Canary { pseudonyms, patient }])?;
                AlarmEvent::Removed { sealed }
            }
        };
        let now_ms = self.clock.now_ms();
        self.record(Tree::Cell(id), now_ms, Event::Alarm(event), None)?;
        Ok(Ok(CanaryAnswer::Done))
    }

    /// Whether what a session makes are canaries.
    pub(crate) fn makes_canaries(&self, cell: &CellId, session: &SessionId) -> bool {
        self.state.cells.get(cell).is_some_and(|cell| cell.alarms.makers.contains_key(session))
    }

    /// One write of a session that makes canaries made these.
    pub(crate) fn made_canaries(&mut self, session: SessionId, pseudonyms: Vec<Pseudonym>) {
        if !pseudonyms.is_empty() {
            self.made.entry(session).or_default().push(pseudonyms);
        }
    }
}

//! The extraction of a cell's words anew: asked for, approved by two, run, done. Each step is an entry of the log.
//!
//! It opens, in a process of the trusted side, the bodies of all records that lack words by a parameter. Nothing of them
//! leaves that side but words, sealed; so nobody is charged, but two must agree, and the log says who and what.
//!
//! Never: runs on one approval, however often it is given. State: the cell's latest extraction, a fold of the log.

use crate::admin::{invalid, not_found};
use crate::core::Core;
use crate::error::KeyholderError;
use crate::index::extract::Ended;
use crate::policy;
use crate::state::State;
use salus_accesslog::Tree;
use salus_seal::entry::Event;
use salus_seal::entry::searching::SearchingEvent;
use salus_seal::{Approver, CellId};
use salus_trust_api::wire::extract::{ApproverProof, CellExtraction, ExtractionRun, RunState};
use salus_trust_api::wire::index::Need;
use salus_trust_api::wire::{AdminAnswer, AdminError};
use std::collections::HashMap;

/// For how long a second approval may be waited for, in milliseconds: seven days.
const APPROVAL_MS: u64 = 7 * 86_400_000;

/// An extraction, and how far it is.
#[derive(Debug, Clone)]
pub struct Extraction {
    /// The entry that asked for it.
    pub asked: u64,
    asked_ms: u64,
    /// The entry of the latest definition that it extracts by.
    pub made: u64,
    /// The version of the program's own extraction when it was asked for.
    pub extraction: u32,
    approvers: Vec<Approver>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Asked,
    Begun,
    Done { versions: u64, unreadable: u64 },
}

/// The extractions of a cell.
#[derive(Debug, Default)]
pub struct Extractions {
    latest: Option<Extraction>,
    /// Up to which definitions words were extracted anew, and by which version of the program.
    pub done: (u64, u32),
    /// The entry that says so.
    ended: Option<u64>,
}

impl Extractions {
    /// The one that runs.
    pub fn running(&self) -> Option<&Extraction> {
        self.latest.as_ref().filter(|latest| latest.stage == Stage::Begun)
    }

    /// The entry that says that words were extracted anew, of the latest such.
    pub fn ended(&self) -> Option<u64> {
        self.ended
    }

    /// Takes an event of the cell's tree in, which is its entry `index`. None when it makes no sense here.
    pub fn apply(&mut self, index: u64, time_ms: u64, event: &SearchingEvent) -> Option<()> {
        match event {
            SearchingEvent::ExtractionAsked { made, extraction, by } => {
                let (made, extraction, approvers) = (*made, *extraction, vec![*by]);
                let stage = Stage::Asked;
                self.latest =
                    Some(Extraction { asked: index, asked_ms: time_ms, made, extraction, approvers, stage });
            }
            SearchingEvent::ExtractionApproved { asked, by } => self.of(*asked)?.approvers.push(*by),
            SearchingEvent::ExtractionBegun { asked } => self.of(*asked)?.stage = Stage::Begun,
            SearchingEvent::ExtractionDone { asked, versions, unreadable } => {
                let latest = self.of(*asked)?;
                latest.stage = Stage::Done { versions: *versions, unreadable: *unreadable };
                let (made, extraction) = (latest.made, latest.extraction);
                self.done = (self.done.0.max(made), self.done.1.max(extraction));
                self.ended = Some(index);
            }
            _ => return None,
        }
        Some(())
    }

    fn of(&mut self, asked: u64) -> Option<&mut Extraction> {
        self.latest.as_mut().filter(|latest| latest.asked == asked)
    }

    fn status(&self, progress: Option<(u64, u64)>, now_ms: u64) -> Option<ExtractionRun> {
        let latest = self.latest.as_ref()?;
        Some(ExtractionRun {
            asked: latest.asked,
            asked_ms: latest.asked_ms,
            made: latest.made,
            approvers: latest.approvers.clone(),
            state: match latest.stage {
                Stage::Asked if latest.is_over(now_ms) => RunState::Expired,
                Stage::Asked => RunState::Asked,
                Stage::Begun => RunState::Running { progress },
                Stage::Done { versions, unreadable } => RunState::Done { versions, unreadable },
            },
        })
    }
}

impl Extraction {
    fn is_over(&self, now_ms: u64) -> bool {
        now_ms > self.asked_ms.saturating_add(APPROVAL_MS)
    }
}

/// What the program's own extraction is: the keyholder knows no FHIR, so it is told.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// Its version.
    pub extraction: u32,
    /// Parameters of R4 whose words another version than the first takes otherwise: with the version that they must be of.
    pub changed: Vec<(u16, u32)>,
}

type Outcome = Result<Result<AdminAnswer, AdminError>, KeyholderError>;

impl Core {
    /// Asks for an extraction by what is in force now.
    pub(crate) fn ask_extraction(&mut self, name: &str, by: &ApproverProof) -> Outcome {
        let (cell, by) = match self.cell_and_approver(name, by) {
            Ok(both) => both,
            Err(error) => return Ok(Err(error)),
        };
        let Some(known) = self.state.cells.get(&cell) else { return Ok(Err(not_found("cell"))) };
        if known.extractions.running().is_some() {
            return Ok(Err(AdminError::Exists { what: "extraction".into() }));
        }
        if known.parameters.in_force().parameters.is_empty() && self.program.changed.is_empty() {
            return Ok(Err(invalid(
                "cell",
                "has search parameters of its own, or nothing is to be extracted",
            )));
        }
        let (made, extraction) = (known.parameters.made(), self.program.extraction);
        self.note(cell, SearchingEvent::ExtractionAsked { made, extraction, by })?;
        Ok(Ok(self.extraction_of(name)))
    }

    /// Approves what was asked for; it runs when this is somebody else.
    pub(crate) fn approve_extraction(&mut self, name: &str, by: &ApproverProof) -> Outcome {
        let (cell, by) = match self.cell_and_approver(name, by) {
            Ok(both) => both,
            Err(error) => return Ok(Err(error)),
        };
        let now_ms = self.clock.now_ms();
        let latest = self.state.cells.get(&cell).and_then(|known| known.extractions.latest.clone());
        let Some(latest) = latest.filter(|latest| latest.stage == Stage::Asked && !latest.is_over(now_ms))
        else {
            return Ok(Err(not_found("extraction that was asked for")));
        };
        if !latest.approvers.iter().all(|first| first.differs_from(&by)) {
            return Ok(Err(invalid("approval", "two of two different people: this one is there already")));
        }
        self.note(cell, SearchingEvent::ExtractionApproved { asked: latest.asked, by })?;
        self.note(cell, SearchingEvent::ExtractionBegun { asked: latest.asked })?;
        self.index.extraction_begins(cell);
        Ok(Ok(self.extraction_of(name)))
    }

    /// All that it was about has new words.
    pub(crate) fn extraction_done(&mut self, cell: CellId, ended: Ended) -> Result<(), KeyholderError> {
        let Ended { versions, unreadable } = ended;
        let running = self.state.cells.get(&cell).and_then(|known| known.extractions.running());
        let Some(asked) = running.map(|running| running.asked) else { return Ok(()) };
        self.note(cell, SearchingEvent::ExtractionDone { asked, versions, unreadable })
    }

    fn note(&mut self, cell: CellId, event: SearchingEvent) -> Result<(), KeyholderError> {
        let now_ms = self.clock.now_ms();
        self.record(Tree::Cell(cell), now_ms, Event::Searching(event), None).map(drop)
    }

    fn cell_and_approver(&self, name: &str, by: &ApproverProof) -> Result<(CellId, Approver), AdminError> {
        let cell = self.cell_named(name)?;
        approver(&self.state, cell, by).map(|by| (cell, by))
    }

    fn extraction_of(&mut self, name: &str) -> AdminAnswer {
        let mut all = self.extractions(&HashMap::new());
        all.retain(|one| one.cell == name);
        AdminAnswer::Extractions(all)
    }

    /// All cells' own parameters and extractions; with what the indexer said that records lack.
    pub(crate) fn extractions(&mut self, lacking: &HashMap<CellId, Vec<(u16, u64)>>) -> Vec<CellExtraction> {
        let now_ms = self.clock.now_ms();
        let one = |(name, id): (&String, &CellId)| {
            let cell = self.state.cells.get(id)?;
            Some(CellExtraction {
                cell: name.clone(),
                parameters: cell.parameters.in_force().parameters,
                extraction: self.program.extraction,
                lacking: lacking.get(id).cloned(),
                run: cell.extractions.status(self.index.extraction_progress(id), now_ms),
            })
        };
        self.state.names.iter().filter_map(one).collect()
    }

    /// What a cell's words must be made by for some parameters to be searched by.
    pub(crate) fn needs(&self, id: &CellId) -> Vec<Need> {
        let changed = self.program.changed.iter().map(|(parameter, extraction)| Need {
            parameter: *parameter,
            made: 0,
            extraction: *extraction,
            kinds: Vec::new(),
        });
        let own = self.state.cells.get(id).map(|cell| cell.parameters.in_force().parameters);
        let own = own.unwrap_or_default().into_iter().map(|own| Need {
            parameter: own.number,
            made: own.since,
            extraction: 0,
            kinds: own.definition.kinds,
        });
        changed.chain(own).collect()
    }
}

/// Who this is, if it may approve.
pub(crate) fn approver(state: &State, cell: CellId, by: &ApproverProof) -> Result<Approver, AdminError> {
    let ApproverProof::Client { client: id, secret } = by else { return Ok(Approver::Machine) };
    let hash = secret.hash();
    let known = state.clients.get(id).filter(|client| {
        let same = aws_lc_rs::constant_time::verify_slices_are_equal(&client.secret_hash, &hash).is_ok();
        same && client.cell == cell && !client.revoked
    });
    // Whether the client or its secret is unknown is not told.
    let client = known.ok_or_else(|| not_found("client of this cell with this secret"))?;
    let role = state.principals.get(&client.principal).and_then(|principal| policy::role(&principal.role));
    if !role.is_some_and(|role| role.approves) {
        return Err(invalid("client", "one whose role may approve: practice-administrator or approver"));
    }
    Ok(Approver::Client { client: *id, principal: client.principal })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_taken_in_order_and_of_the_latest_only() {
        let mut extractions = Extractions::default();
        let ask = SearchingEvent::ExtractionAsked { made: 7, extraction: 2, by: Approver::Machine };
        assert!(extractions.apply(1, 0, &SearchingEvent::ExtractionBegun { asked: 1 }).is_none());
        extractions.apply(10, 0, &ask).unwrap();
        assert!(extractions.running().is_none());
        assert!(extractions.apply(11, 0, &SearchingEvent::ExtractionBegun { asked: 9 }).is_none());
        extractions.apply(12, 0, &SearchingEvent::ExtractionBegun { asked: 10 }).unwrap();
        assert_eq!(extractions.running().map(|running| (running.asked, running.made)), Some((10, 7)));
        let state = |extractions: &Extractions, now_ms| extractions.status(None, now_ms).unwrap().state;
        assert_eq!(state(&extractions, APPROVAL_MS + 1), RunState::Running { progress: None });
        extractions
            .apply(13, 0, &SearchingEvent::ExtractionDone { asked: 10, versions: 5, unreadable: 1 })
            .unwrap();
        assert_eq!((extractions.running().is_none(), extractions.done), (true, (7, 2)));
        assert_eq!(extractions.ended(), Some(13));
        extractions.apply(14, 1_000, &ask).unwrap();
        assert_eq!(state(&extractions, 1_000), RunState::Asked);
        assert_eq!(state(&extractions, 1_001 + APPROVAL_MS), RunState::Expired);
    }
}

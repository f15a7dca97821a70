//! How a cell checks what is written, as the log says it: a text that the record server reads, which version of it is in force, and who put
//! it there.
//!
//! Never: reads the text, since the keyholder knows no FHIR; puts settings in force that were decided against others than those that are.
//! State: a [`Kept`] text, a fold of the log.

use crate::admin::{invalid, not_found};
use crate::administer::By;
use crate::core::Core;
use crate::daily::Handed;
use crate::error::KeyholderError;
use crate::kept::{Kept, Version};
use crate::state::State;
use salus_accesslog::Tree;
use salus_seal::CellId;
use salus_seal::entry::checks::{ChecksEvent, MAX_CHECKS_BYTES, MAX_CHECKS_REASON_BYTES};
use salus_seal::entry::{Event, Fleeting, Refusal};
use salus_trust_api::wire::checks::{
    ChecksAnswer, ChecksAsk, ChecksDraft, ChecksKnown, ChecksShown, MAX_CHECKS_ASKED, MAX_CHECKS_GIVEN,
};
use salus_trust_api::wire::{AdminError, Answer};

/// A cell's settings.
pub type Checks = Kept;

fn shown(checks: &Checks) -> ChecksShown {
    ChecksShown { version: checks.version(), text: checks.text().unwrap_or_default().to_owned() }
}

type Outcome = Result<Result<ChecksAnswer, AdminError>, KeyholderError>;

impl Core {
    /// Decides and carries out. The answer may be sent after the next commit.
    pub(crate) fn ask_checks(&mut self, cell: CellId, ask: ChecksAsk, by: Option<By<'_>>) -> Outcome {
        let Some(known) = self.state.cells.get(&cell) else { return Ok(Err(not_found("cell"))) };
        Ok(match ask {
            ChecksAsk::Show => Ok(ChecksAnswer::Shown(shown(&known.checks))),
            ChecksAsk::Set { draft, against, reason } => {
                return self.set_checks(cell, draft, against, reason, by);
            }
            ChecksAsk::Versions => Ok(ChecksAnswer::Versions(self.state.versions_of(&known.checks))),
            ChecksAsk::Text(number) => {
                self.checks_text(cell, number)?.map(ChecksAnswer::Text).ok_or_else(|| not_found("version"))
            }
        })
    }

    /// Settings that differ from what is known of them.
    pub(crate) fn checks_of(&self, asked: &[ChecksKnown]) -> Answer {
        if asked.len() > MAX_CHECKS_ASKED {
            return Answer::Refused(Refusal::Malformed);
        }
        let differs = |one: &&ChecksKnown| {
            let checks = self.state.cells.get(&one.cell).map(|cell| &cell.checks);
            checks.is_some_and(|checks| one.known != Some(checks.version()))
        };
        let given =
            asked.iter().filter(differs).take(MAX_CHECKS_GIVEN).filter_map(|one| {
                self.state.cells.get(&one.cell).map(|cell| (one.cell, shown(&cell.checks)))
            });
        Answer::Checks(given.collect())
    }

    fn set_checks(
        &mut self,
        cell: CellId,
        draft: ChecksDraft,
        against: Option<u64>,
        reason: String,
        by: Option<By<'_>>,
    ) -> Outcome {
        let Some(checks) = self.state.cells.get(&cell).map(|cell| &cell.checks) else {
            return Ok(Err(not_found("cell")));
        };
        if checks.version() != against {
            return Ok(Ok(ChecksAnswer::Overtaken));
        }
        if reason.len() > MAX_CHECKS_REASON_BYTES || reason.chars().any(char::is_control) {
            return Ok(Err(invalid("reason", "shorter, and without control characters")));
        }
        let (text, restores) = match draft {
            ChecksDraft::Text(text) => (text, None),
            ChecksDraft::Version(None) => (String::new(), None),
            ChecksDraft::Version(Some(number)) => match self.checks_text(cell, number)? {
                Some(text) => (text, Some(number)),
                None => return Ok(Err(not_found("version"))),
            },
        };
        let is_text = |sign: char| sign == '\n' || !sign.is_control();
        if text.len() > MAX_CHECKS_BYTES || !text.chars().all(is_text) {
            return Ok(Err(invalid("text", "shorter, and without control characters")));
        }
        let event = ChecksEvent::Set { text, restores, reason, by: by.map(|by| by.principal) };
        let now_ms = self.clock.now_ms();
        let entry = self.record(Tree::Cell(cell), now_ms, Event::Checks(event), by.map(|by| by.fleeting))?;
        Ok(Ok(ChecksAnswer::Set(entry)))
    }

    /// Puts what was in force before back in place of what entry `against` put in force. `by`: who asks; none for somebody at the machine.
    pub(crate) fn put_checks_back(
        &mut self,
        cell: CellId,
        version: Option<u64>,
        against: u64,
        by: Option<By<'_>>,
    ) -> Result<Result<(), AdminError>, KeyholderError> {
        let draft = ChecksDraft::Version(version);
        let set = self.set_checks(cell, draft, Some(against), String::new(), by)?;
        Ok(match set {
            Ok(ChecksAnswer::Set(_)) => Ok(()),
            Ok(_) => Err(invalid("entry", "of the settings that are in force")),
            Err(error) => Err(error),
        })
    }

    /// The text that an entry put in force; none where it did not.
    fn checks_text(&mut self, cell: CellId, number: u64) -> Result<Option<String>, KeyholderError> {
        Ok(match self.event_at(cell, number)? {
            Some(Event::Checks(ChecksEvent::Set { text, .. })) => Some(text),
            _ => None,
        })
    }
}

impl State {
    /// Takes a change in. None when there is no such cell.
    pub(crate) fn apply_checks(
        &mut self,
        id: CellId,
        index: u64,
        time_ms: u64,
        event: &ChecksEvent,
        fleeting: Option<&Fleeting>,
    ) -> Option<()> {
        let ChecksEvent::Set { text, restores, reason, by } = event;
        let version = Version { entry: index, time_ms, by: *by, reason: reason.clone(), restores: *restores };
        self.cells.get_mut(&id)?.checks.put(text, version);
        if let Some(by) = by.filter(|_| fleeting.is_some()) {
            self.handed_out(&id, &by, Handed::Change, time_ms);
        }
        Some(())
    }
}

//! What is asked about exports: by people and applications in their sessions, and by the record server, which carries them out.
//!
//! Never: gives a file's key twice, or to anybody but who asked. State: [`Core`]'s.

use super::{Export, MAX_EXPORTS_ASKED_PER_DAY, MAX_OPEN_EXPORTS};
use crate::admit::Asking;
use crate::core::Core;
use crate::error::KeyholderError;
use aws_lc_rs::digest;
use salus_accesslog::Tree;
use salus_seal::entry::exports::{ExportAsked, ExportEnd, ExportEvent, ExportScope};
use salus_seal::entry::{Event, Fleeting, Interaction, Purpose, Refusal};
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::dpop::Proof;
use salus_trust_api::wire::exports::{
    EXPORT_ASK_MS, ExportAnswer, ExportAsk, ExportPhase, ExportStatus, ExportWanted, FileStatus,
    MAX_EXPORT_KINDS,
};
use salus_trust_api::wire::people::OfSession;
use salus_trust_api::wire::{ADMISSION_MS, Admit, Answer};

/// The most exports that are told at once.
const MAX_LISTED: usize = 50;

type Outcome = Result<Result<ExportAnswer, Refusal>, KeyholderError>;

/// Bulk Data has an export asked for by GET, too: then the proof must be one for exactly that, which no other request brings.
fn is_asked_by_get(of: &OfSession) -> bool {
    let proof = Proof::parse(&of.proof).filter(Proof::is_safe);
    proof.is_some_and(|proof| proof.address().is_some_and(|(_, path)| path.ends_with("/$export")))
}

impl Core {
    /// Decides and carries out. The answer may be sent after the next commit.
    pub(crate) fn export(&mut self, ask: ExportAsk) -> Result<Answer, KeyholderError> {
        match ask {
            ExportAsk::Begin { cell, export } => self.begin_job(cell, export),
            ExportAsk::Sealed { job, file } => Ok(self.file_sealed(&job, file)),
            ExportAsk::Over { job, failed } => self.job_over(&job, failed),
            ExportAsk::Living => self.living_exports(),
            ExportAsk::Within { job, compartments } => Ok(self.within_export(&job, &compartments)),
            ExportAsk::Ask { of, wanted } => {
                let changes = !is_asked_by_get(&of);
                self.in_session(of, changes, |core, asking, admit| core.ask_export(asking, admit, wanted))
            }
            ExportAsk::Show { of, export } => {
                self.in_session(of, false, |core, asking, _| Ok(core.show_export(asking, export)))
            }
            ExportAsk::List { of } => {
                self.in_session(of, false, |core, asking, _| Ok(core.list_exports(asking)))
            }
            ExportAsk::End { of, export } => {
                self.in_session(of, true, |core, asking, admit| core.end_by(asking, admit, export))
            }
            // Whoever fetches a file proves a request to read; that it is there no more is what fetching does.
            ExportAsk::Take { of, export, file } => {
                self.in_session(of, false, |core, asking, admit| core.take_file(asking, admit, export, file))
            }
        }
    }

    fn in_session(
        &mut self,
        of: OfSession,
        changes: bool,
        decide: impl FnOnce(&mut Self, &Asking, &Admit) -> Outcome,
    ) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let admit = of.asking(Purpose::Operations, Interaction::Export);
        let asking = match self.session(&admit, changes, now_ms)? {
            Ok(asking) => asking,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        match decide(self, &asking, &admit)? {
            Ok(answer) => Ok(Answer::Export(Box::new(answer))),
            Err(refusal) => {
                self.record_refusal(&asking, &admit, refusal, now_ms)?;
                Ok(Answer::Refused(refusal))
            }
        }
    }

    fn ask_export(&mut self, asking: &Asking, admit: &Admit, wanted: ExportWanted) -> Outcome {
        let now_ms = self.clock.now_ms();
        let (id, by) = (asking.cell, asking.principal);
        let Some(cell) = self.state.cells.get(&id) else { return Ok(Err(Refusal::NotAllowed)) };
        if cell.quarantined {
            return Ok(Err(Refusal::Quarantined));
        }
        let rights = self.state.rights(&id, &by);
        let may = rights.exports
            && !rights.read.is_empty()
            && self.state.own_patient(asking).is_none()
            && wanted.kinds.iter().all(|kind| rights.read.holds(self.kinds.category(*kind)));
        if !may {
            return Ok(Err(Refusal::NotAllowed));
        }
        if wanted.kinds.len() > MAX_EXPORT_KINDS || !wanted.kinds.is_sorted_by(|one, next| one < next) {
            return Ok(Err(Refusal::Malformed));
        }
        if cell.exports.open().count() >= MAX_OPEN_EXPORTS
            || cell.exports.asked_today(&by, now_ms) >= MAX_EXPORTS_ASKED_PER_DAY
        {
            let rule = format!(
                "at most {MAX_EXPORTS_ASKED_PER_DAY} a day, and {MAX_OPEN_EXPORTS} open in the practice"
            );
            return Ok(Ok(ExportAnswer::Invalid { field: "exports".into(), rule }));
        }
        // A group's members are those of its record's compartment: the keyholder opens it, and believes nobody.
        let (patients, members) = match (wanted.scope, &wanted.group) {
            (ExportScope::Group { .. }, Some(wrap)) => match crate::open_read::patients_of(cell, wrap) {
                Ok(members) => (members.len() as u32, members),
                Err(refusal) => return Ok(Err(refusal)),
            },
            (ExportScope::Group { .. }, None) => return Ok(Err(Refusal::Malformed)),
            _ => (cell.recent.patients(), Vec::new()),
        };
        let room = self.export_room(id, wanted.scope, patients, now_ms);
        if !room.fits() {
            self.record_refusal(asking, admit, Refusal::Budget { retry_after_s: 0 }, now_ms)?;
            return Ok(Ok(ExportAnswer::Budget(room)));
        }
        if !self.log.has_room() {
            return Ok(Err(Refusal::NoRoom));
        }
        let ExportWanted { scope, kinds, since_ms, .. } = wanted;
        let until_ms = now_ms + EXPORT_ASK_MS;
        let event = ExportEvent::Asked(ExportAsked { by, scope, kinds, since_ms, patients, until_ms });
        let fleeting = Fleeting { patients: members, ..asking.fleeting(admit) };
        let number = self.record(Tree::Cell(id), now_ms, Event::Export(event), Some(&fleeting))?;
        Ok(Ok(ExportAnswer::Asked(number)))
    }

    fn own_export(&self, asking: &Asking, number: u64) -> Option<&Export> {
        let export = self.state.cells.get(&asking.cell)?.exports.get(number)?;
        (export.asked.by == asking.principal).then_some(export)
    }

    fn show_export(&mut self, asking: &Asking, number: u64) -> Result<ExportAnswer, Refusal> {
        let now_ms = self.clock.now_ms();
        self.own_export(asking, number).ok_or(Refusal::Missing)?;
        let status = self.export_status(asking.cell, number, Some(asking.principal), now_ms);
        let exports = vec![status.ok_or(Refusal::Missing)?];
        Ok(ExportAnswer::Exports { exports, now_ms })
    }

    fn list_exports(&mut self, asking: &Asking) -> Result<ExportAnswer, Refusal> {
        let now_ms = self.clock.now_ms();
        let administers = self.state.administers(&asking.principal);
        let cell = self.state.cells.get(&asking.cell).ok_or(Refusal::NotAllowed)?;
        let is_told = |export: &Export| administers || export.asked.by == asking.principal;
        let numbers =
            cell.exports.all().rev().filter(|(_, export)| is_told(export)).map(|(number, _)| number);
        let numbers: Vec<u64> = numbers.take(MAX_LISTED).collect();
        let asker = Some(asking.principal);
        let exports =
            numbers.into_iter().filter_map(|number| self.export_status(asking.cell, number, asker, now_ms));
        let exports = exports.collect();
        Ok(ExportAnswer::Exports { exports, now_ms })
    }

    fn end_by(&mut self, asking: &Asking, admit: &Admit, number: u64) -> Outcome {
        let cell = self.state.cells.get(&asking.cell);
        let export = cell.and_then(|cell| cell.exports.get(number)).filter(|export| export.is_open());
        let why = match export {
            Some(export) if export.asked.by == asking.principal => ExportEnd::Cancelled,
            Some(_) if self.state.administers(&asking.principal) => ExportEnd::Declined,
            _ => return Ok(Err(Refusal::Missing)),
        };
        let fleeting = asking.fleeting(admit);
        self.end_export(asking.cell, number, why, Some((asking.principal, &fleeting)))?;
        Ok(Ok(ExportAnswer::Done))
    }

    /// The key of a file leaves memory when it is given, whether the file then arrives or not.
    fn take_file(&mut self, asking: &Asking, admit: &Admit, number: u64, file: u32) -> Outcome {
        let now_ms = self.clock.now_ms();
        let id = asking.cell;
        let is_theirs = self.own_export(asking, number).is_some_and(|export| {
            export.phase == ExportPhase::Ready && self.export_fault(id, number, export, now_ms).is_none()
        });
        if !is_theirs {
            return Ok(Err(Refusal::Missing));
        }
        if !self.log.has_room() {
            return Ok(Err(Refusal::NoRoom));
        }
        let work = self.working.get_mut(id, number);
        let Some(given) = work.and_then(|work| work.files.remove(&file)) else {
            return Ok(Err(Refusal::Missing));
        };
        let event = ExportEvent::Taken { export: number, file };
        let fleeting = asking.fleeting(admit);
        self.record(Tree::Cell(id), now_ms, Event::Export(event), Some(&fleeting))?;
        if self.working.get(id, number).is_some_and(|work| work.files.is_empty()) {
            self.end_export(id, number, ExportEnd::Finished, None)?;
        }
        Ok(Ok(ExportAnswer::File { file: given, valid_ms: ADMISSION_MS }))
    }

    /// How an export stands, for whoever asks.
    pub(super) fn export_status(
        &mut self,
        id: CellId,
        number: u64,
        asker: Option<PrincipalId>,
        now_ms: u64,
    ) -> Option<ExportStatus> {
        let export = self.state.cells.get(&id)?.exports.get(number)?;
        let (scope, patients) = (export.asked.scope, export.asked.patients);
        let room = self.export_room(id, scope, patients, now_ms);
        let export = self.state.cells.get(&id)?.exports.get(number)?;
        let fault = if export.is_open() { self.export_fault(id, number, export, now_ms) } else { None };
        let phase = fault.map_or(export.phase, ExportPhase::Ended);
        let files = self.working.get(id, number).filter(|_| phase == ExportPhase::Ready);
        let files = files.map_or_else(Vec::new, |work| {
            let status = |file: &salus_trust_api::wire::exports::SealedFile| FileStatus {
                file: file.file,
                kind: file.kind,
                records: file.records,
            };
            work.files.values().map(status).collect()
        });
        let asked = &export.asked;
        let can_approve = phase == ExportPhase::Asked
            && asker.is_some_and(|asker| self.may_approve_export(&id, &asker, asked));
        Some(ExportStatus {
            export: number,
            asked_ms: export.asked_ms,
            asker: asked.by,
            by: self.state.name_of(&asked.by).unwrap_or_default(),
            is_application: !self.state.people.persons.contains_key(&asked.by),
            scope,
            kinds: asked.kinds.clone(),
            since_ms: asked.since_ms,
            patients,
            phase,
            until_ms: export.until_ms(),
            approved_by: export.approved.and_then(|(by, _)| self.state.name_of(&by)),
            reached: export.reached(),
            files,
            begun_ms: export.begun_ms,
            room,
            what: what(&id, number, asked)?,
            can_approve,
            is_own: asker == Some(asked.by),
        })
    }
}

/// Names exactly what was asked for, so that an approval can be for nothing else.
fn what(id: &CellId, number: u64, asked: &ExportAsked) -> Option<[u8; 32]> {
    let bytes = postcard::to_stdvec(&(id, number, asked)).ok()?;
    digest::digest(&digest::SHA256, &bytes).as_ref().try_into().ok()
}

//! Reading for an export: the record server begins what is approved, opens versions by the job's token, and leaves the files' keys here.
//!
//! Never: reads for an export that is not approved, more patients than were approved, or more than the cell's budget holds; charges
//! whoever asked. State: [`Core`]'s.

use crate::admit::{Asking, Opened};
use crate::core::Core;
use crate::error::KeyholderError;
use salus_accesslog::Tree;
use salus_seal::entry::exports::{ExportEnd, ExportEvent};
use salus_seal::entry::{Event, Interaction, Purpose, Refusal};
use salus_seal::{CellId, Part};
use salus_trust_api::Token;
use salus_trust_api::wire::exports::{ExportAnswer, ExportPhase, MAX_EXPORT_FILES, SealedFile};
use salus_trust_api::wire::{Admit, Answer, CompartmentWrap, Intent, MAX_VERSIONS_PER_READ, Read};

impl Core {
    /// Opens versions for an export.
    pub(crate) fn admit_export(&mut self, admit: Admit) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let Some((id, number, asking, address)) = self.export_of(&admit.token, now_ms) else {
            return Ok(Answer::Refused(Refusal::NoSession));
        };
        let admit = Admit {
            proof: Vec::new(),
            purpose: Purpose::Operations,
            interaction: Interaction::Export,
            address,
            ..admit
        };
        let opened = match admit.intents.as_slice() {
            [Intent::Export(read)] if admit.cell == id && read.part == Part::Body => {
                self.open_for_export(&asking, number, read, now_ms)
            }
            _ => Err(Refusal::Malformed),
        };
        match opened {
            Ok(opened) => {
                self.count_admission();
                Ok(Answer::Admitted(self.record_opened(&asking, &admit, opened, now_ms)?))
            }
            Err(refusal) => {
                self.record_refusal(&asking, &admit, refusal, now_ms)?;
                Ok(Answer::Refused(refusal))
            }
        }
    }

    /// The export that a job's token reads for, while it goes on: for whom, and from where it was asked for.
    fn export_of(&self, job: &Token, now_ms: u64) -> Option<(CellId, u64, Asking, [u8; 16])> {
        let (id, number) = self.working.of_job(&job.hash())?;
        let export = self.state.cells.get(&id)?.exports.get(number)?;
        let goes_on =
            export.phase == ExportPhase::Running && self.export_fault(id, number, export, now_ms).is_none();
        let asking = Asking { session: export.session?, principal: export.asked.by, cell: id };
        goes_on.then_some((id, number, asking, export.address))
    }

    fn open_for_export(
        &mut self,
        asking: &Asking,
        number: u64,
        read: &Read,
        now_ms: u64,
    ) -> Result<Opened, Refusal> {
        let rights = self.state.rights(&asking.cell, &asking.principal);
        let cell = self.state.cells.get(&asking.cell).ok_or(Refusal::NotAllowed)?;
        let export = cell.exports.get(number).ok_or(Refusal::NotAllowed)?;
        let kinds = &export.asked.kinds;
        let is_asked = |kind| kinds.is_empty() || kinds.contains(&kind);
        let may = |kind| rights.read.holds(self.kinds.category(kind)) && is_asked(kind);
        if !read.versions.iter().all(|version| may(version.header.kind)) {
            return Err(Refusal::NotAllowed);
        }
        let opened = crate::open_read::open(asking.cell, cell, read, None)?;
        if opened.charged.len() > crate::admit::MAX_PATIENTS_PER_ENTRY {
            return Err(Refusal::Malformed);
        }
        if !export.may_reach(&opened.charged) {
            return Err(Refusal::NotAllowed);
        }
        if !self.log.has_room() {
            return Err(Refusal::NoRoom);
        }
        let cell = self.state.cells.get_mut(&asking.cell).ok_or(Refusal::NotAllowed)?;
        let limits = cell.more.raises.limits(&cell.budgets, Part::Body, now_ms);
        let room = cell.spent.chart.room_for(&opened.charged, &limits, now_ms);
        room.map_err(|exhausted| Refusal::Budget { retry_after_s: exhausted.retry_after_s })?;
        Ok(opened)
    }

    /// The record server begins an export that is approved; or anew, when it was started meanwhile.
    pub(super) fn begin_job(&mut self, id: CellId, number: u64) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let Some(cell) = self.state.cells.get(&id) else { return Ok(Answer::Refused(Refusal::Missing)) };
        let running = cell.exports.running();
        let begins = cell.exports.get(number).filter(|export| {
            matches!(export.phase, ExportPhase::Approved | ExportPhase::Running)
                && self.export_fault(id, number, export, now_ms).is_none()
                && running.is_none_or(|running| running == number)
        });
        let Some(export) = begins else { return Ok(Answer::Refused(Refusal::Missing)) };
        if !self.log.has_room() {
            return Ok(Answer::Refused(Refusal::NoRoom));
        }
        let (scope, patients, by) = (export.asked.scope, export.asked.patients, export.asked.by);
        if export.phase == ExportPhase::Approved && !self.export_room(id, scope, patients, now_ms).fits() {
            self.end_export(id, number, ExportEnd::Budget, None)?;
            return Ok(Answer::Refused(Refusal::Missing));
        }
        let job = Token::random()?;
        self.record(Tree::Cell(id), now_ms, Event::Export(ExportEvent::Begun { export: number }), None)?;
        self.working.begin(id, number, job.hash());
        let read = self.state.rights(&id, &by).read;
        let status = self.export_status(id, number, None, now_ms);
        Ok(match status {
            Some(status) => {
                let answer = ExportAnswer::Job { job, status: Box::new(status), read };
                Answer::Export(Box::new(answer))
            }
            None => Answer::Refused(Refusal::Missing),
        })
    }

    /// A file is written.
    pub(super) fn file_sealed(&mut self, job: &Token, file: SealedFile) -> Answer {
        let now_ms = self.clock.now_ms();
        let Some((id, number, ..)) = self.export_of(job, now_ms) else {
            return Answer::Refused(Refusal::NoSession);
        };
        match self.working.get_mut(id, number) {
            Some(work) if file.file < MAX_EXPORT_FILES && !work.files.contains_key(&file.file) => {
                work.files.insert(file.file, file);
                Answer::Export(Box::new(ExportAnswer::Done))
            }
            _ => Answer::Refused(Refusal::Malformed),
        }
    }

    /// All is written, or something hindered it.
    pub(super) fn job_over(
        &mut self,
        job: &Token,
        failed: Option<ExportEnd>,
    ) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let Some((id, number, ..)) = self.export_of(job, now_ms) else {
            return Ok(Answer::Refused(Refusal::NoSession));
        };
        match failed {
            Some(why) => self.end_export(id, number, why, None)?,
            None => {
                let files = self.working.get(id, number).map(|work| &work.files);
                let records = files.map_or(0, |all| all.values().map(|file| u64::from(file.records)).sum());
                let files = files.map_or(0, |all| all.len() as u32);
                let event = ExportEvent::Ready { export: number, files, records };
                self.record(Tree::Cell(id), now_ms, Event::Export(event), None)?;
            }
        }
        Ok(Answer::Export(Box::new(ExportAnswer::Done)))
    }

    /// What is over by its time, or by whoever asked, is noted; the others are told.
    pub(super) fn living_exports(&mut self) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let mut over = Vec::new();
        let mut living = Vec::new();
        for (id, cell) in &self.state.cells {
            for (number, export) in cell.exports.open() {
                match self.export_fault(*id, number, export, now_ms) {
                    Some(why) => over.push((*id, number, why)),
                    None => living.push((*id, number, export.phase)),
                }
            }
        }
        for (id, number, why) in over {
            if self.log.has_room() {
                self.end_export(id, number, why, None)?;
            }
        }
        living.sort_unstable_by_key(|(id, number, _)| (*id, *number));
        Ok(Answer::Export(Box::new(ExportAnswer::Living(living))))
    }

    pub(super) fn end_export(
        &mut self,
        id: CellId,
        number: u64,
        why: ExportEnd,
        by: Option<(salus_seal::PrincipalId, &salus_seal::entry::Fleeting)>,
    ) -> Result<(), KeyholderError> {
        let now_ms = self.clock.now_ms();
        let (who, fleeting) = by.unzip();
        let event = ExportEvent::Ended { export: number, why, by: who };
        self.record(Tree::Cell(id), now_ms, Event::Export(event), fleeting).map(drop)
    }

    /// Which compartments hold nobody but whom the export is about.
    pub(super) fn within_export(&mut self, job: &Token, compartments: &[CompartmentWrap]) -> Answer {
        let now_ms = self.clock.now_ms();
        let Some((id, number, ..)) = self.export_of(job, now_ms) else {
            return Answer::Refused(Refusal::NoSession);
        };
        let cell = self.state.cells.get(&id);
        let export = cell.and_then(|cell| cell.exports.get(number));
        let (Some(cell), Some(export)) = (cell, export) else { return Answer::Refused(Refusal::Missing) };
        if compartments.len() > MAX_VERSIONS_PER_READ {
            return Answer::Refused(Refusal::Malformed);
        }
        let within = compartments.iter().map(|wrap| {
            let of = crate::open_read::patients_of(cell, wrap);
            of.is_ok_and(|patients| patients.iter().all(|patient| export.is_about(patient)))
        });
        Answer::Export(Box::new(ExportAnswer::Within(within.collect())))
    }
}

//! Exports of many patients at once: asked for by one, approved by another at the door, read within the cell's budget, taken once.
//!
//! What is asked, approved, begun and taken is a fold of the log. The keys of the sealed files are not: they are in this process's memory
//! alone, so that they are gone with it, with the export's time, and with whoever asked (docs/adr/0026).
//!
//! Never: lets an export reach more patients than were approved, or one whose asker was stopped. State: [`Exports`] of each cell, a
//! fold; [`Working`], in memory.

mod ask;
mod door;
mod read;

use crate::budgets::windows;
use crate::core::Core;
use crate::state::State;
use salus_seal::entry::exports::{ExportAsked, ExportEnd, ExportEvent, ExportScope};
use salus_seal::entry::{Event, Fleeting};
use salus_seal::{CellId, Part, PrincipalId, Pseudonym, SessionId};
use salus_trust_api::wire::exports::{ExportPhase, ExportRoom, SealedFile};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// The most exports of a cell that are not over, at once.
pub(crate) const MAX_OPEN_EXPORTS: usize = 10;
/// The most that one principal asks for within a day.
pub(crate) const MAX_EXPORTS_ASKED_PER_DAY: usize = 5;
/// The most that one person approves within a day.
pub(crate) const MAX_EXPORTS_APPROVED_PER_DAY: usize = 5;
/// How many that are over are remembered of a cell, to be shown.
const MAX_REMEMBERED: usize = 50;
const DAY_MS: u64 = 86_400_000;

/// The exports of a cell.
#[derive(Debug, Default)]
pub struct Exports {
    all: BTreeMap<u64, Export>,
    /// The one that is being read for: one at a time.
    running: Option<u64>,
    asked: VecDeque<(u64, PrincipalId)>,
    approved: VecDeque<(u64, PrincipalId)>,
}

/// One export.
#[derive(Debug)]
pub(crate) struct Export {
    pub asked: ExportAsked,
    pub asked_ms: u64,
    /// In which session; none when the month's key is destroyed.
    pub session: Option<SessionId>,
    pub address: [u8; 16],
    /// Who approved it, and until when its files may be taken.
    pub approved: Option<(PrincipalId, u64)>,
    pub begun_ms: Option<u64>,
    pub phase: ExportPhase,
    /// How many files there are.
    pub files: u32,
    pub taken: u32,
    /// Of a group: its members.
    members: Option<HashSet<Pseudonym>>,
    reached: HashSet<Pseudonym>,
    /// How many, when it is over.
    reached_in_all: u32,
}

impl Export {
    /// Until when it may be approved, or its files taken.
    pub(crate) fn until_ms(&self) -> u64 {
        self.approved.map_or(self.asked.until_ms, |(_, until_ms)| until_ms)
    }

    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.phase, ExportPhase::Ended(_))
    }

    pub(crate) fn reached(&self) -> u32 {
        self.reached_in_all.max(self.reached.len() as u32)
    }

    /// Whether somebody is one of those whom it is about.
    pub(crate) fn is_about(&self, patient: &Pseudonym) -> bool {
        self.members.as_ref().is_none_or(|members| members.contains(patient))
    }

    /// Whether it may reach these, too.
    pub(crate) fn may_reach(&self, patients: &[Pseudonym]) -> bool {
        let fresh = patients.iter().filter(|patient| !self.reached.contains(patient)).count();
        patients.iter().all(|patient| self.is_about(patient))
            && self.reached.len() + fresh <= self.asked.patients as usize
    }
}

impl Exports {
    /// All that are remembered, oldest first.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = (u64, &Export)> {
        self.all.iter().map(|(number, export)| (*number, export))
    }

    /// Those that are not over.
    pub(crate) fn open(&self) -> impl Iterator<Item = (u64, &Export)> {
        self.all().filter(|(_, export)| export.is_open())
    }

    /// One of them.
    pub(crate) fn get(&self, export: u64) -> Option<&Export> {
        self.all.get(&export)
    }

    /// The one that is being read for.
    pub(crate) fn running(&self) -> Option<u64> {
        self.running
    }

    pub(crate) fn asked_today(&self, by: &PrincipalId, now_ms: u64) -> usize {
        today(&self.asked, by, now_ms)
    }

    pub(crate) fn approved_today(&self, by: &PrincipalId, now_ms: u64) -> usize {
        today(&self.approved, by, now_ms)
    }

    /// Patients were reached by the one that is being read for.
    pub(crate) fn reach(&mut self, patients: &[Pseudonym]) {
        if let Some(export) = self.running.and_then(|running| self.all.get_mut(&running)) {
            export.reached.extend(patients.iter().copied());
        }
    }

    fn over(&mut self, number: u64, why: ExportEnd) -> Option<()> {
        let export = self.all.get_mut(&number)?;
        export.phase = ExportPhase::Ended(why);
        export.reached_in_all = export.reached.len() as u32;
        export.reached = HashSet::new();
        export.members = export.members.as_ref().map(|_| HashSet::new());
        self.running = self.running.filter(|running| *running != number);
        while self.all.len() > MAX_REMEMBERED + MAX_OPEN_EXPORTS {
            let oldest = self.all.iter().find(|(_, export)| !export.is_open()).map(|(number, _)| *number);
            self.all.remove(&oldest?);
        }
        Some(())
    }
}

fn note(list: &mut VecDeque<(u64, PrincipalId)>, time_ms: u64, by: PrincipalId) {
    while list.pop_front_if(|(at_ms, _)| *at_ms + DAY_MS <= time_ms).is_some() {}
    list.push_back((time_ms, by));
}

fn today(list: &VecDeque<(u64, PrincipalId)>, by: &PrincipalId, now_ms: u64) -> usize {
    list.iter().filter(|(at_ms, who)| at_ms + DAY_MS > now_ms && who == by).count()
}

/// The files of the exports that are being written, or lie there, with their keys: in memory alone.
#[derive(Default)]
pub(crate) struct Working(HashMap<(CellId, u64), Work>);

/// One of them.
pub(crate) struct Work {
    /// The hash of the job's token.
    pub job: [u8; 32],
    pub files: BTreeMap<u32, SealedFile>,
}

impl Working {
    pub(crate) fn get(&self, cell: CellId, export: u64) -> Option<&Work> {
        self.0.get(&(cell, export))
    }

    pub(crate) fn get_mut(&mut self, cell: CellId, export: u64) -> Option<&mut Work> {
        self.0.get_mut(&(cell, export))
    }

    pub(crate) fn begin(&mut self, cell: CellId, export: u64, job: [u8; 32]) {
        self.0.insert((cell, export), Work { job, files: BTreeMap::new() });
    }

    /// The export of a job's token.
    pub(crate) fn of_job(&self, job: &[u8; 32]) -> Option<(CellId, u64)> {
        self.0.iter().find(|(_, work)| work.job == *job).map(|(of, _)| *of)
    }
}

impl State {
    /// Takes an event about an export in, which is entry `index` of its cell. None when it makes no sense here.
    pub(crate) fn apply_export(
        &mut self,
        id: CellId,
        index: u64,
        time_ms: u64,
        event: &ExportEvent,
        fleeting: Option<&Fleeting>,
    ) -> Option<()> {
        let exports = &mut self.cells.get_mut(&id)?.exports;
        match event {
            ExportEvent::Asked(asked) => {
                note(&mut exports.asked, time_ms, asked.by);
                let export = Export {
                    asked: asked.clone(),
                    asked_ms: time_ms,
                    session: fleeting.map(|fleeting| fleeting.session),
                    address: fleeting.map_or([0; 16], |fleeting| fleeting.address),
                    approved: None,
                    begun_ms: None,
                    phase: ExportPhase::Asked,
                    files: 0,
                    taken: 0,
                    members: matches!(asked.scope, ExportScope::Group { .. }).then(|| {
                        fleeting
                            .map_or_else(HashSet::new, |fleeting| fleeting.patients.iter().copied().collect())
                    }),
                    reached: HashSet::new(),
                    reached_in_all: 0,
                };
                exports.all.insert(index, export);
            }
            ExportEvent::Approved { export, by, until_ms, .. } => {
                note(&mut exports.approved, time_ms, *by);
                let export = exports.all.get_mut(export)?;
                export.approved = Some((*by, *until_ms));
                export.phase = ExportPhase::Approved;
            }
            ExportEvent::Begun { export: number } => {
                let export = exports.all.get_mut(number)?;
                export.phase = ExportPhase::Running;
                export.begun_ms = Some(time_ms);
                exports.running = Some(*number);
            }
            ExportEvent::Ready { export: number, files, .. } => {
                let export = exports.all.get_mut(number)?;
                export.phase = ExportPhase::Ready;
                export.files = *files;
                exports.running = None;
            }
            ExportEvent::Taken { export, .. } => exports.all.get_mut(export)?.taken += 1,
            ExportEvent::Ended { export, why, .. } => exports.over(*export, *why)?,
        }
        Some(())
    }

    /// Whether whoever asked for an export may have it still: not stopped, held or signed out, and in a role that may.
    pub(crate) fn export_stands(&self, id: CellId, export: &Export) -> bool {
        let session = export.session.and_then(|session| self.sessions.get(&session));
        session.is_some_and(|session| {
            !session.revoked
                && !session.suspended
                && !self.holds.cover(session)
                && self.credentials_live(session)
        }) && self.cells.get(&id).is_some_and(|cell| !cell.quarantined)
            && self.rights(&id, &export.asked.by).exports
    }
}

impl Core {
    /// Destroys the keys of files whose export is over, or whose asker was stopped. Asked after each entry.
    pub(crate) fn sweep_exports(&mut self) {
        if self.working.0.is_empty() {
            return;
        }
        let state = &self.state;
        self.working.0.retain(|(cell, number), _| {
            let export = state.cells.get(cell).and_then(|known| known.exports.get(*number));
            export.is_some_and(|export| export.is_open() && state.export_stands(*cell, export))
        });
    }

    /// Why an export that is not over is to be; none where it goes on.
    pub(crate) fn export_fault(
        &self,
        id: CellId,
        number: u64,
        export: &Export,
        now_ms: u64,
    ) -> Option<ExportEnd> {
        if now_ms >= export.until_ms() {
            return Some(ExportEnd::Expired);
        }
        if !self.state.export_stands(id, export) {
            return Some(ExportEnd::Stopped);
        }
        let has_keys = self.working.get(id, number).is_some();
        (export.phase == ExportPhase::Ready && !has_keys).then_some(ExportEnd::KeysLost)
    }

    /// The most patients of exports that are approved, and that somebody may still take.
    pub(crate) fn approved_for(&self, id: CellId, by: &PrincipalId, now_ms: u64) -> u32 {
        let Some(cell) = self.state.cells.get(&id) else { return 0 };
        let theirs = cell.exports.open().filter(|(number, export)| {
            export.asked.by == *by
                && export.approved.is_some()
                && self.export_fault(id, *number, export, now_ms).is_none()
        });
        theirs.fold(0, |all: u32, (_, export)| all.saturating_add(export.asked.patients))
    }

    /// What an export of so many patients does to the cell's budget of charts.
    pub(crate) fn export_room(
        &mut self,
        id: CellId,
        scope: ExportScope,
        patients: u32,
        now_ms: u64,
    ) -> ExportRoom {
        let Some(cell) = self.state.cells.get_mut(&id) else {
            return ExportRoom { limits: [0; 3], spent: [0; 3], after: [patients; 3] };
        };
        let limits = windows(&cell.more.raises.limits(&cell.budgets, Part::Body, now_ms));
        let spent = cell.spent.chart.counts(now_ms);
        let all = cell.recent.patients();
        let after = spent.map(|spent| match scope {
            // Whoever was reached already is among them.
            ExportScope::System | ExportScope::Patients => patients.max(spent),
            ExportScope::Group { .. } => spent.saturating_add(patients).min(all.max(spent)),
        });
        ExportRoom { limits, spent, after }
    }
}

/// Whether an event opens something for an export.
pub(crate) fn is_reading(event: &Event, fleeting: &Fleeting) -> bool {
    *event == Event::Opened && fleeting.interaction == salus_seal::entry::Interaction::Export
}

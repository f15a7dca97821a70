//! Carrying exports out: what is approved is read in bounded batches, each admitted and charged, and sealed into files.
//!
//! One task of the record server asks the keyholder every few seconds which exports are not over: it begins what is approved, begins anew what
//! another process left half done, and removes the files of everything else.
//!
//! Never: opens more than one batch at once; leaves a file of an export that is over. State: which exports this process works on.

use super::end_of;
use super::file::{self, FileWriter};
use crate::records::Records;
use crate::{Cell, RecordsError, categories};
use salus_fhir::ResourceType;
use salus_seal::Part;
use salus_seal::entry::exports::{ExportEnd, ExportScope};
use salus_store::{Moment, WrappedVersion};
use salus_trust_api::ExportJob;
use salus_trust_api::Refusal;
use salus_trust_api::client::TrustError;
use salus_trust_api::wire::exports::{ExportPhase, MAX_EXPORT_FILES, SealedFile};
use salus_trust_api::wire::{self, CompartmentWrap, Read};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::Notify;

/// How often it is looked what is to be done.
const LOOK_AGAIN: Duration = Duration::from_secs(3);
/// How many versions are looked at, and opened, at once.
const BATCH_VERSIONS: usize = 200;
/// From how many bytes of NDJSON on a file takes no further batch: what a line of 10 Mbit/s takes within an admission's five seconds.
const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;
/// The folder within the cell's.
const FOLDER: &str = "exports";

/// Where a cell's exports lie, and the bell of the task that carries them out.
#[derive(Debug, Clone)]
pub(crate) struct Exports {
    folder: PathBuf,
    bell: Arc<Notify>,
}

impl Exports {
    /// `cells`: the folder of all cells.
    pub(crate) fn new(cells: &Path, cell: salus_seal::CellId, bell: Arc<Notify>) -> Self {
        Self { folder: cells.join(cell.to_string()).join(FOLDER), bell }
    }

    /// Something may be to be done.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    fn of(&self, export: u64) -> PathBuf {
        self.folder.join(export.to_string())
    }

    pub(super) fn file(&self, export: u64, file: u32) -> PathBuf {
        self.of(export).join(format!("{file}.sealed"))
    }

    /// Removes whatever does not belong to these exports.
    fn sweep(&self, living: &HashSet<u64>) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let number = entry.file_name().to_str().and_then(|name| name.parse::<u64>().ok());
            if number.is_none_or(|number| !living.contains(&number)) {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// Follows the keyholder until the records are gone.
pub(crate) async fn carry_out(records: Weak<Records>, bell: Arc<Notify>) {
    let working: Arc<Mutex<BTreeSet<(salus_seal::CellId, u64)>>> = Arc::default();
    loop {
        let Some(all) = records.upgrade() else { return };
        if let Ok(living) = all.trust().living_exports().await {
            for cell in all.cells() {
                let of_cell = living.iter().filter(|(id, ..)| *id == cell.id());
                let numbers: HashSet<u64> = of_cell.clone().map(|(_, number, _)| *number).collect();
                let exports = cell.exports.clone();
                let _ = tokio::task::spawn_blocking(move || exports.sweep(&numbers)).await;
                for (id, number, phase) in of_cell {
                    let is_due = matches!(phase, ExportPhase::Approved | ExportPhase::Running);
                    let of = (*id, *number);
                    if is_due && working.lock().unwrap_or_else(PoisonError::into_inner).insert(of) {
                        let (cell, working) = (Arc::clone(&cell), Arc::clone(&working));
                        tokio::spawn(async move {
                            work(&cell, of.1).await;
                            working.lock().unwrap_or_else(PoisonError::into_inner).remove(&of);
                        });
                    }
                }
            }
        }
        drop(all);
        let _ = tokio::time::timeout(LOOK_AGAIN, bell.notified()).await;
    }
}

/// Carries one export out. What hinders it is said to the keyholder; where that is away, it is begun anew.
async fn work(cell: &Cell, number: u64) {
    if cell.serving().is_err() {
        return;
    }
    let Ok(job) = cell.trust.begin_export(cell.id(), number).await else { return };
    let failed = match read_all(cell, &job).await {
        Ok(()) => None,
        Err(Hindered::Ends(why)) => Some(why),
        Err(Hindered::Away) => return,
    };
    let _ = cell.trust.export_over(&job, failed).await;
    cell.exports.ring();
}

/// Why a job does not go on.
enum Hindered {
    Ends(ExportEnd),
    /// The keyholder is not there.
    Away,
}

impl From<TrustError> for Hindered {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::Unavailable => Self::Away,
            error => Self::Ends(end_of(&error)),
        }
    }
}

impl From<RecordsError> for Hindered {
    fn from(_: RecordsError) -> Self {
        Self::Ends(ExportEnd::Failed)
    }
}

/// What is in the making.
struct Making<'a> {
    cell: &'a Cell,
    job: &'a ExportJob,
    next: u32,
    open: Option<(FileWriter, Vec<u64>)>,
    /// Whether a compartment is of the group.
    within: HashMap<u64, bool>,
}

async fn read_all(cell: &Cell, job: &ExportJob) -> Result<(), Hindered> {
    let folder = cell.exports.of(job.status.export);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|_| Hindered::Ends(ExportEnd::Failed))?;
    let mut making = Making { cell, job, next: 0, open: None, within: HashMap::new() };
    let asked = &job.status.kinds;
    let is_asked = |kind: &ResourceType| asked.is_empty() || asked.contains(&kind.code());
    let may = |kind: &ResourceType| job.read.holds(categories::category(*kind));
    for kind in ResourceType::all().filter(|kind| is_asked(kind) && may(kind)) {
        making.read_kind(kind).await?;
        making.end_file(kind).await?;
    }
    Ok(())
}

impl Making<'_> {
    async fn read_kind(&mut self, kind: ResourceType) -> Result<(), Hindered> {
        let begun_ms = self.job.status.begun_ms.unwrap_or(u64::MAX);
        let mut before = Moment { time_ms: begun_ms.min(Moment::END.time_ms), ..Moment::END };
        let mut seen: HashSet<u64> = HashSet::new();
        loop {
            let since_ms = self.job.status.since_ms;
            let code = Some(kind.code());
            let page = self.cell.store.versions_before(code, before, since_ms, BATCH_VERSIONS);
            let page = page.map_err(RecordsError::from)?;
            let Some(last) = page.last() else { return Ok(()) };
            before = Moment::of(&last.version.stored);
            // The newest version of a record comes first.
            let newest = page.into_iter().map(|past| past.version);
            let newest = newest.filter(|version| seen.insert(version.stored.sealed.header.record));
            let living: Vec<_> = newest.filter(|version| !version.stored.sealed.header.deleted).collect();
            let wanted = self.of_scope(living).await?;
            self.read(kind, wanted).await?;
        }
    }

    /// Those that the export is about.
    async fn of_scope(&mut self, mut versions: Vec<WrappedVersion>) -> Result<Vec<WrappedVersion>, Hindered> {
        let compartment = |version: &WrappedVersion| version.stored.sealed.header.compartment;
        match self.job.status.scope {
            ExportScope::System => {}
            ExportScope::Patients => {
                versions.retain(|version| compartment(version) != crate::compartment::HOUSE);
            }
            ExportScope::Group { .. } => {
                versions.retain(|version| compartment(version) != crate::compartment::HOUSE);
                let unknown: HashMap<u64, &Vec<u8>> = versions
                    .iter()
                    .filter(|version| !self.within.contains_key(&compartment(version)))
                    .map(|version| (compartment(version), &version.compartment_wrap))
                    .collect();
                let wraps: Vec<CompartmentWrap> = unknown
                    .into_iter()
                    .map(|(number, wrap)| CompartmentWrap { number, wrap: wrap.clone() })
                    .collect();
                if !wraps.is_empty() {
                    let within = self.cell.trust.within_export(self.job, wraps.clone()).await?;
                    self.within.extend(wraps.iter().map(|wrap| wrap.number).zip(within));
                }
                versions.retain(|version| self.within.get(&compartment(version)) == Some(&true));
            }
        }
        Ok(versions)
    }

    /// Opens a batch and adds it to the file. One that names too many patients for one entry of the log goes in halves.
    async fn read(&mut self, kind: ResourceType, versions: Vec<WrappedVersion>) -> Result<(), Hindered> {
        let mut batches = vec![versions];
        while let Some(mut batch) = batches.pop() {
            if batch.is_empty() {
                continue;
            }
            let admission = match self.cell.trust.read_for_export(self.job, read_of(&batch)).await {
                Err(TrustError::Refused(Refusal::Malformed)) if batch.len() > 1 => {
                    let rest = batch.split_off(batch.len() / 2);
                    batches.extend([rest, batch]);
                    continue;
                }
                admission => admission?,
            };
            let receipt = admission.receipt();
            let (file, entries) = self.file()?;
            entries.extend(receipt.entry..=receipt.last_entry);
            for version in &batch {
                let text = admission.open(&version.stored.sealed);
                let text = zeroize::Zeroizing::new(text.map_err(|_| Hindered::Ends(ExportEnd::Failed))?);
                file.add(&text)?;
            }
            if file.bytes >= MAX_FILE_BYTES {
                self.end_file(kind).await?;
            }
            // Others ask, too.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn file(&mut self) -> Result<&mut (FileWriter, Vec<u64>), Hindered> {
        if self.open.is_none() {
            if self.next >= MAX_EXPORT_FILES {
                return Err(Hindered::Ends(ExportEnd::Failed));
            }
            let export = self.job.status.export;
            let path = self.cell.exports.file(export, self.next);
            self.open = Some((FileWriter::create(&path, file::id(export, self.next))?, Vec::new()));
        }
        self.open.as_mut().ok_or(Hindered::Ends(ExportEnd::Failed))
    }

    async fn end_file(&mut self, kind: ResourceType) -> Result<(), Hindered> {
        let Some((writer, entries)) = self.open.take() else { return Ok(()) };
        let (key, records) = writer.finish()?;
        let file = SealedFile { file: self.next, kind: kind.code(), records, key, entries };
        self.next += 1;
        Ok(self.cell.trust.export_file_sealed(self.job, file).await?)
    }
}

fn read_of(versions: &[WrappedVersion]) -> Read {
    let mut compartments: HashMap<u64, CompartmentWrap> = HashMap::new();
    let wrapped = versions.iter().map(|version| {
        let header = version.stored.sealed.header;
        compartments.entry(header.compartment).or_insert_with(|| CompartmentWrap {
            number: header.compartment,
            wrap: version.compartment_wrap.clone(),
        });
        wire::WrappedVersion { header, hash: version.stored.sealed.hash(), wrap: version.stored.wrap }
    });
    let versions = wrapped.collect();
    Read { part: Part::Body, versions, compartments: compartments.into_values().collect() }
}

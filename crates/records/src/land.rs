//! The way of a write from its admission to its landing: sealed, admitted, committed, landed, acknowledged.
//!
//! For: every write, which hands its ready versions over here and waits.
//!
//! Never: stops half way because a client has gone: it runs in a task of its own. Never leaves an admission without its
//! end, landed or abandoned, unless it is not known which: then the next taking up finds out. Never seals twice
//! under one key.
//!
//! State: none.

use crate::compartment::{Fresh, HOUSE, Home, Homes, existing};
use crate::lock::RecordGuards;
use crate::own_parameters::Held;
use crate::write::{Ready, Written};
use crate::{Cell, RecordsError, own_parameters};
use salus_seal::envelope::Plain;
use salus_seal::{Header, SealError, Sealed};
use salus_store::{CommitItem, Conflict, LedgerMark, StoreError};
use salus_trust_api::client::{Asker, MAX_WORDS_PER_WRITE_BYTES};
use salus_trust_api::wire::extract::ParameterChange;
use salus_trust_api::wire::{
    CompartmentWrap, NewCompartment, NewVersion, SecretKey, Write, WriteCompartment,
};
use salus_trust_api::{Interaction, TrustError, WriteAdmission};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How often a write that lost a race is sealed anew.
const MAX_ATTEMPTS: usize = 5;
/// How often, and with what pause, a landing is reported again while the keyholder is away.
const MAX_REPORTS: usize = 100;
const REPORT_PAUSE: Duration = Duration::from_millis(100);

/// What is to be written as one.
pub(crate) struct Work {
    pub interaction: Interaction,
    pub versions: Vec<Ready>,
    pub homes: Homes,
    pub ledger: Option<LedgerMark>,
    /// What it changes of the cell's own search parameters.
    pub changes: Vec<ParameterChange>,
    /// Held since before the words were taken.
    #[allow(dead_code, reason = "held until it is dropped")]
    pub held: Held,
    /// The records' locks, given up at the end.
    pub guards: RecordGuards,
}

/// Writes all of it, or nothing. Dropping the future does not stop it.
pub(crate) async fn land(cell: &Arc<Cell>, asker: &Asker, work: Work) -> Result<Vec<Written>, RecordsError> {
    let (cell, asker) = (Arc::clone(cell), asker.clone());
    let task = tokio::spawn(async move { land_here(&cell, &asker, work).await });
    task.await.unwrap_or(Err(RecordsError::Internal))
}

async fn land_here(cell: &Arc<Cell>, asker: &Asker, mut work: Work) -> Result<Vec<Written>, RecordsError> {
    let _locked = std::mem::take(&mut work.guards);
    let _no_taking_up = cell.gate.read().await;
    cell.serving()?;
    let bytes = work.versions.iter().map(|ready| ready.text.len()).sum();
    let mut attempt = 1;
    loop {
        let prepared = cell.heavy.run(bytes, || Prepared::new(cell, &work)).await?;
        let Prepared { write, sealed, joints } = prepared;
        let admission = cell
            .trust
            .write_defining(asker, work.interaction, write, work.changes.clone())
            .await
            .map_err(|error| refusal(error, work.interaction))?;
        let mut open = OpenEntry::new(cell, admission.receipt().entry);
        let item = commit_item(&work, sealed, &admission)?;
        open.may_be_committed = true;
        match cell.store.commit(item).await {
            Ok(()) => {
                open.landed().await?;
                // What is written from now on has their words. The write has landed, whether or not they could be read: until they are, the cell
                // takes no other.
                if !work.changes.is_empty() && own_parameters::load(cell).await.is_err() {
                    cell.give_up_store();
                }
                for (of, number) in joints {
                    cell.remember_joint(of, number);
                }
                let entry_of = |index| admission.entry_of(index);
                let written = work.versions.into_iter().enumerate();
                return Ok(written.map(|(index, ready)| ready.into_written(entry_of(index))).collect());
            }
            Err(StoreError::Unknown | StoreError::Corrupt { .. }) => {
                // Whether it landed is known when the store has been opened again; the taking up then says so.
                cell.give_up_store();
                return Err(RecordsError::Unavailable);
            }
            Err(error) => {
                open.abandoned().await;
                match error {
                    // Somebody else made it meanwhile: the next attempt finds it in the store.
                    StoreError::Conflict(Conflict::Compartment { .. } | Conflict::Record { .. })
                        if attempt < MAX_ATTEMPTS =>
                    {
                        cell.reservations.raise(&cell.store.high_marks()?);
                    }
                    StoreError::Conflict(Conflict::Ledger { .. }) => {
                        return Err(RecordsError::AlreadyImported);
                    }
                    other => return Err(other.into()),
                }
            }
        }
        attempt += 1;
    }
}

/// For what is there already, a refusal looks like a record that is not there.
fn refusal(error: TrustError, interaction: Interaction) -> RecordsError {
    match interaction {
        Interaction::Update | Interaction::Delete | Interaction::Patch => RecordsError::of_existing(error),
        _ => RecordsError::of_new(error),
    }
}

/// Versions sealed under fresh keys, and what the keyholder is asked.
struct Prepared {
    write: Write,
    sealed: Vec<Sealed>,
    /// Joint compartments that this makes: of which, and their numbers.
    joints: Vec<(Vec<u64>, u64)>,
}

impl Prepared {
    fn new(cell: &Cell, work: &Work) -> Result<Self, RecordsError> {
        let first = match work.homes.fresh.len() as u64 {
            0 => 0,
            count => cell.reservations.compartments(count),
        };
        let number_of = |home: &Home| match home {
            Home::House => HOUSE,
            Home::Existing(number) => *number,
            Home::Fresh(place) => first + *place as u64,
        };
        let mut sealed = Vec::with_capacity(work.versions.len());
        let mut versions = Vec::with_capacity(work.versions.len());
        let mut words_bytes = 0;
        for ready in &work.versions {
            let header = Header {
                cell: cell.id,
                compartment: number_of(&ready.home),
                kind: ready.kind.code(),
                record: ready.record,
                version: ready.expected_version + 1,
                time_ms: ready.time_ms,
                deleted: ready.deleted,
            };
            let plain = Plain { body: ready.text.as_bytes(), line: &ready.line, words: &ready.words };
            let (one, key) = salus_seal::envelope::seal(&header, &plain).map_err(|error| match error {
                SealError::TooLarge { max_bytes } => RecordsError::TooLarge { max_bytes },
                _ => RecordsError::Internal,
            })?;
            // What finds no room here is fed to the index from the store's rows.
            let words = if words_bytes + one.words.len() <= MAX_WORDS_PER_WRITE_BYTES {
                words_bytes += one.words.len();
                one.words.clone()
            } else {
                Vec::new()
            };
            versions.push(NewVersion { header, hash: one.hash(), key: SecretKey(*key.expose()), words });
            sealed.push(one);
        }
        let joint = |fresh: &Fresh| match fresh {
            Fresh::Patient => None,
            Fresh::Joint(of) => Some(of.clone()),
        };
        let joints = work.homes.fresh.iter().zip(first..).filter_map(|(fresh, number)| {
            let of = joint(fresh).and_then(|of| existing(&of))?;
            Some((of, number))
        });
        Ok(Self {
            joints: joints.collect(),
            write: Write { versions, compartments: compartments(cell, work, &number_of)? },
            sealed,
        })
    }
}

/// The compartments that the versions, or the joint ones among them, belong to: what there is, before what is made.
fn compartments(
    cell: &Cell,
    work: &Work,
    number_of: &dyn Fn(&Home) -> u64,
) -> Result<Vec<WriteCompartment>, RecordsError> {
    let joined = work.homes.fresh.iter().flat_map(|fresh| match fresh {
        Fresh::Patient => &[],
        Fresh::Joint(of) => of.as_slice(),
    });
    let homes: BTreeSet<Home> = work.versions.iter().map(|ready| ready.home).chain(joined.copied()).collect();
    let mut compartments = Vec::with_capacity(homes.len() + work.homes.fresh.len());
    for home in homes {
        match home {
            Home::Fresh(_) => {}
            Home::House => compartments.push(match cell.store.compartment_wrap(HOUSE)? {
                Some(wrap) => WriteCompartment::Existing(CompartmentWrap { number: HOUSE, wrap }),
                None => WriteCompartment::New { number: HOUSE, of: NewCompartment::House },
            }),
            Home::Existing(number) => {
                let wrap = cell.store.compartment_wrap(number)?.ok_or(RecordsError::Internal)?;
                compartments.push(WriteCompartment::Existing(CompartmentWrap { number, wrap }));
            }
        }
    }
    compartments.extend(work.homes.fresh.iter().enumerate().map(|(place, fresh)| WriteCompartment::New {
        number: number_of(&Home::Fresh(place)),
        of: match fresh {
            Fresh::Patient => NewCompartment::Patient,
            Fresh::Joint(of) => NewCompartment::Joint(of.iter().map(number_of).collect()),
        },
    }));
    Ok(compartments)
}

fn commit_item(
    work: &Work,
    sealed: Vec<Sealed>,
    admission: &WriteAdmission,
) -> Result<CommitItem, RecordsError> {
    let receipt = admission.receipt();
    let wraps = admission.version_wraps();
    let versions = work.versions.iter().zip(sealed).zip(wraps).enumerate();
    let versions: Vec<_> = versions
        .map(|(index, ((ready, sealed), wrap))| salus_store::NewVersion {
            address: ready.address,
            expected_version: ready.expected_version,
            sealed,
            wrap: *wrap,
            entry: admission.entry_of(index),
        })
        .collect();
    // The client has compared the counts; a shorter list here would lose versions in silence.
    if versions.len() != work.versions.len() {
        return Err(RecordsError::Internal);
    }
    Ok(CommitItem {
        first_entry: receipt.entry,
        last_entry: receipt.last_entry,
        entry_mac: receipt.mac,
        compartments: admission
            .compartment_wraps()
            .iter()
            .map(|made| (made.number, made.wrap.clone()))
            .collect(),
        versions,
        ledger: work.ledger.clone(),
    })
}

/// An admission to write whose end the keyholder does not know yet. Dropped before anything could have been committed, it
/// is abandoned; dropped later, it is left to the next taking up.
struct OpenEntry {
    cell: Arc<Cell>,
    entry: u64,
    may_be_committed: bool,
}

impl OpenEntry {
    fn new(cell: &Arc<Cell>, entry: u64) -> Self {
        Self { cell: Arc::clone(cell), entry, may_be_committed: false }
    }

    /// Reports the landing, again if the keyholder goes away meanwhile: a report that came twice changes nothing.
    async fn landed(self) -> Result<(), RecordsError> {
        for _ in 0..MAX_REPORTS {
            match self.cell.trust.landed(self.cell.id, vec![self.entry]).await {
                Err(TrustError::Unavailable) => tokio::time::sleep(REPORT_PAUSE).await,
                answer => return answer.map_err(RecordsError::of_existing),
            }
        }
        Err(RecordsError::Unavailable)
    }

    /// The store has surely not committed it. If the report is lost, the next taking up finds out.
    async fn abandoned(self) {
        let _ = self.cell.trust.abandoned(self.cell.id, vec![self.entry]).await;
    }
}

impl Drop for OpenEntry {
    fn drop(&mut self) {
        if self.may_be_committed {
            return;
        }
        let (cell, entry) = (Arc::clone(&self.cell), self.entry);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { cell.trust.abandoned(cell.id, vec![entry]).await });
        }
    }
}

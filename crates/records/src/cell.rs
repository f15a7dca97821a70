//! A cell as the record server holds it: its store, its counters, the locks of its records, and whether it is served.
//!
//! Never: is served before the keyholder has agreed that the store is not older than the log. State: all of it
//! here, shared by the requests.

use crate::checks::{Checks, Shelf};
use crate::export::job::Exports;
use crate::heavy::Heavy;
use crate::lock::RecordLocks;
use crate::own_parameters::Parameters;
use crate::record_id::{is_id, random_bytes};
use crate::reserve::Reservations;
use crate::search::Links;
use crate::{RecordsError, reference};
use salus_fhir::ResourceType;
use salus_fhir::search::Parameter;
use salus_seal::CellId;
use salus_store::{Address, Store, StoredId};
use salus_trust_api::client::Asker;
use salus_trust_api::{Interaction, Trust};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock as PlainRwLock};
use tokio::sync::{Notify, RwLock};

/// The most joint compartments that are remembered for being used again.
const MAX_JOINTS: usize = 4096;

/// Whether a cell is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Standing {
    /// It is being taken up.
    TakingUp = 0,
    /// It is served.
    Serving = 1,
    /// Its store is older than the log says: it was put back, and is not served.
    RolledBack = 2,
    /// Its store cannot be used.
    StoreFailed = 3,
}

impl Standing {
    /// A word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::TakingUp => "taking-up",
            Self::Serving => "serving",
            Self::RolledBack => "rolled-back",
            Self::StoreFailed => "store-failed",
        }
    }
}

/// One cell.
pub struct Cell {
    pub(crate) id: CellId,
    name: Arc<str>,
    base_url: String,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) trust: Trust,
    pub(crate) reservations: Reservations,
    pub(crate) locks: RecordLocks,
    /// Held for reading by each write from its admission to its landing; for writing by the taking up.
    pub(crate) gate: RwLock<()>,
    pub(crate) heavy: Arc<Heavy>,
    /// Rung when the store must be opened again.
    trouble: Arc<Notify>,
    standing: AtomicU8,
    joints: Mutex<HashMap<Vec<u64>, u64>>,
    checks: PlainRwLock<Arc<Checks>>,
    /// The packages that settings of checking name.
    pub(crate) shelf: Arc<Shelf>,
    parameters: PlainRwLock<Arc<Parameters>>,
    /// Held by each write from before its words are taken until it has landed: alone by one that may change the parameters.
    pub(crate) parameters_lock: Arc<RwLock<()>>,
    /// Seals the links to next pages.
    pub(crate) links: Links,
    /// The locks of conditions: what is written only if something is not there.
    pub(crate) conditions: RecordLocks,
    /// Where its exports lie.
    pub(crate) exports: Exports,
}

impl std::fmt::Debug for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cell({}, {:?})", self.name, self.standing())
    }
}

impl Cell {
    #[allow(clippy::too_many_arguments, reason = "all that a cell has of its server")]
    pub(crate) fn new(
        name: String,
        base_url: String,
        store: Arc<dyn Store>,
        trust: Trust,
        heavy: Arc<Heavy>,
        trouble: Arc<Notify>,
        exports: Exports,
        shelf: Arc<Shelf>,
    ) -> Result<Self, RecordsError> {
        Ok(Self {
            id: store.cell(),
            name: name.into(),
            base_url,
            store,
            trust,
            reservations: Reservations::default(),
            locks: RecordLocks::new(),
            gate: RwLock::new(()),
            heavy,
            trouble,
            standing: AtomicU8::new(Standing::TakingUp as u8),
            joints: Mutex::default(),
            checks: PlainRwLock::new(Arc::new(Checks::of_r4(&shelf))),
            shelf,
            parameters: PlainRwLock::default(),
            parameters_lock: Arc::default(),
            links: Links::new()?,
            conditions: RecordLocks::new(),
            exports,
        })
    }

    /// Its id.
    pub fn id(&self) -> CellId {
        self.id
    }

    /// Its name, as it stands in addresses.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The address of its FHIR interface, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Does work that takes long when `bytes` are many, where it stalls no small request.
    pub async fn heavy<T>(&self, bytes: usize, work: impl FnOnce() -> T) -> T {
        self.heavy.run(bytes, work).await
    }

    /// Whether it is served.
    pub fn standing(&self) -> Standing {
        match self.standing.load(Ordering::Acquire) {
            0 => Standing::TakingUp,
            1 => Standing::Serving,
            2 => Standing::RolledBack,
            _ => Standing::StoreFailed,
        }
    }

    pub(crate) fn set_standing(&self, standing: Standing) {
        self.standing.store(standing as u8, Ordering::Release);
    }

    /// The store failed in a way that only opening it again can mend.
    pub(crate) fn give_up_store(&self) {
        self.set_standing(Standing::StoreFailed);
        self.trouble.notify_one();
    }

    /// The largest record number that was given out: about how many records there are, deleted ones too.
    pub fn last_record(&self) -> u64 {
        self.reservations.last_record()
    }

    /// Errors: [`RecordsError::Unavailable`] while it is not served.
    pub(crate) fn serving(&self) -> Result<(), RecordsError> {
        match self.standing() {
            Standing::Serving => Ok(()),
            _ => Err(RecordsError::Unavailable),
        }
    }

    /// Where a record is found; none when the id is none.
    pub(crate) async fn address(
        &self,
        kind: ResourceType,
        id: &str,
    ) -> Result<Option<Address>, RecordsError> {
        let kind = kind.code();
        if let Some(id) = random_bytes(id) {
            return Ok(Some(Address { kind, id: StoredId::Random(id) }));
        }
        if !is_id(id) {
            return Ok(None);
        }
        let blinded = self.trust.blind_ids(self.id, vec![(kind, id.to_owned())]).await;
        let blinded = blinded.map_err(RecordsError::of_existing)?;
        Ok(blinded.first().map(|id| Address { kind, id: StoredId::Blinded(*id) }))
    }

    /// Where many records are found, with at most one question to the keyholder. What is no id is left out.
    pub(crate) async fn addresses<'a>(
        &self,
        wanted: impl IntoIterator<Item = (ResourceType, &'a str)>,
    ) -> Result<HashMap<(ResourceType, &'a str), Address>, RecordsError> {
        let mut found = HashMap::new();
        let mut chosen = Vec::new();
        for (kind, id) in wanted {
            if found.contains_key(&(kind, id)) {
                continue;
            }
            if let Some(bytes) = random_bytes(id) {
                found.insert((kind, id), Address { kind: kind.code(), id: StoredId::Random(bytes) });
            } else if is_id(id) {
                chosen.push((kind, id));
            }
        }
        chosen.sort_unstable();
        chosen.dedup();
        // The keyholder takes 10,000 at a time.
        for part in chosen.chunks(10_000) {
            let ids = part.iter().map(|(kind, id)| (kind.code(), (*id).to_owned())).collect();
            let blinded = self.trust.blind_ids(self.id, ids).await.map_err(RecordsError::of_existing)?;
            for ((kind, id), bytes) in part.iter().zip(blinded) {
                found.insert((*kind, *id), Address { kind: kind.code(), id: StoredId::Blinded(bytes) });
            }
        }
        Ok(found)
    }

    /// The record of this cell that a reference names.
    pub(crate) fn local<'a>(&self, reference: &'a str) -> Option<(ResourceType, &'a str)> {
        reference::local(reference, &self.base_url)
    }

    /// The answer to what is not done, but only for those who are signed in: a stranger learns that, and nothing else.
    pub(crate) async fn refuse(
        &self,
        asker: &Asker,
        interaction: Interaction,
        answer: RecordsError,
    ) -> RecordsError {
        match RecordsError::of_existing(self.trust.missing(asker, interaction).await) {
            RecordsError::NotFound => answer,
            other => other,
        }
    }

    /// How it checks what is written, and the profiles and lists that count in it.
    pub fn checks(&self) -> Arc<Checks> {
        Arc::clone(&self.checks.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_checks(&self, checks: Arc<Checks>) {
        *self.checks.write().unwrap_or_else(PoisonError::into_inner) = checks;
    }

    /// The packages of profiles that lie beside the cells.
    pub fn shelf(&self) -> &Arc<Shelf> {
        &self.shelf
    }

    /// The search parameters of its own.
    pub(crate) fn parameters(&self) -> Arc<Parameters> {
        Arc::clone(&self.parameters.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_parameters(&self, parameters: Parameters) {
        *self.parameters.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(parameters);
    }

    /// What a client may search by beside the parameters of R4: what is in force, whether or not it is known to all records yet.
    pub fn own_parameters(&self) -> Vec<Parameter> {
        self.parameters().custom.iter().map(|custom| custom.parameter().clone()).collect()
    }

    /// A joint compartment over exactly these, if one was made since the start.
    pub(crate) fn joint_of(&self, compartments: &[u64]) -> Option<u64> {
        self.joints.lock().unwrap_or_else(PoisonError::into_inner).get(compartments).copied()
    }

    pub(crate) fn remember_joint(&self, compartments: Vec<u64>, number: u64) {
        let mut joints = self.joints.lock().unwrap_or_else(PoisonError::into_inner);
        if joints.len() >= MAX_JOINTS {
            joints.clear();
        }
        joints.insert(compartments, number);
    }
}

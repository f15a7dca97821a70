//! All cells: opened and taken up as the keyholder names them, at the start and with each new connection. The keyholder names
//! them when a connection begins, so a cell that is made later is learned of by asking again over a connection of its own.
//!
//! Never: serves a cell that the keyholder does not name. State: the cells, and the task that follows the keyholder.

use crate::checks::{self, Shelf};
use crate::export::job::{Exports, carry_out};
use crate::extract::extract;
use crate::feed::feed;
use crate::heavy::Heavy;
use crate::take_up::{TakenUpAs, take_up};
use crate::{Cell, Standing};
use salus_seal::CellId;
use salus_store::{CellStore, StoreError, Tuning};
use salus_trust_api::Trust;
use salus_trust_api::client::{Endpoint, cells};
use salus_trust_api::wire::CellInfo;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

/// How long to wait before a cell that could not be opened or taken up is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(1);
/// How often the keyholder is asked for cells that were made meanwhile.
const ASK_AGAIN: Duration = Duration::from_secs(5);
/// How soon it may be asked again because somebody named a cell that is not known.
const ASK_SOONER: Duration = Duration::from_millis(200);
/// Where packages of profiles lie, below the data directory.
pub const PACKAGES: &str = "packages";
/// How long it may take to answer.
const ASK_TIMEOUT: Duration = Duration::from_secs(2);

/// Something that whoever runs the server should know. Nothing of a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whether somebody must look.
    pub is_error: bool,
    /// The cell's name.
    pub cell: Option<String>,
    /// What happened.
    pub what: String,
}

/// Takes notices; must not block.
pub type Notify = Arc<dyn Fn(Notice) + Send + Sync>;

/// How all cells fare.
#[derive(Debug, Clone)]
pub struct Health {
    /// Whether there is a connection to the keyholder.
    pub keyholder_connected: bool,
    /// Each cell's name and standing.
    pub cells: Vec<(Arc<str>, Standing)>,
    /// The names of the cells that are cut off, as the keyholder said some seconds ago at the most.
    pub quarantined: BTreeSet<String>,
}

/// All cells, by name.
pub struct Records {
    trust: Trust,
    endpoint: Endpoint,
    data_dir: PathBuf,
    public_base_url: String,
    heavy: Arc<Heavy>,
    shelf: Arc<Shelf>,
    cells: RwLock<Arc<BTreeMap<Arc<str>, Arc<Cell>>>>,
    /// The names of those that are cut off. Only told: the keyholder refuses by itself.
    quarantined: RwLock<BTreeSet<String>>,
    notify: Notify,
    /// Rung by a cell whose store must be opened again.
    trouble: Arc<tokio::sync::Notify>,
    /// Rung when an export may be to be begun, or swept.
    exports: Arc<tokio::sync::Notify>,
    /// When the keyholder was last asked for cells.
    last_asked: Mutex<Instant>,
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Records")
    }
}

impl Records {
    /// Follows the keyholder from now on. The stores lie under `data_dir`; `public_base_url` has no slash at its end.
    pub fn start(endpoint: Endpoint, data_dir: &Path, public_base_url: &str, notify: Notify) -> Arc<Self> {
        let records = Arc::new(Self {
            trust: Trust::connect(endpoint.clone()),
            endpoint,
            data_dir: data_dir.to_owned(),
            public_base_url: public_base_url.to_owned(),
            heavy: Arc::new(Heavy::new()),
            shelf: Arc::new(Shelf::new(&data_dir.join(PACKAGES))),
            cells: RwLock::default(),
            quarantined: RwLock::default(),
            notify,
            trouble: Arc::default(),
            exports: Arc::default(),
            last_asked: Mutex::new(Instant::now()),
        });
        tokio::spawn(follow(Arc::clone(&records)));
        tokio::spawn(checks::follow(Arc::downgrade(&records)));
        tokio::spawn(feed(Arc::downgrade(&records), records.trust.feeds()));
        tokio::spawn(carry_out(Arc::downgrade(&records), Arc::clone(&records.exports)));
        tokio::spawn(extract(Arc::downgrade(&records), records.trust.extractions()));
        records
    }

    /// The connection to the keyholder.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// The cell of this name.
    pub fn cell(&self, name: &str) -> Option<Arc<Cell>> {
        self.all().get(name).cloned()
    }

    /// The cell of this name, if need be after asking the keyholder for cells that were made meanwhile.
    pub async fn find_cell(self: &Arc<Self>, name: &str) -> Option<Arc<Cell>> {
        if let Some(cell) = self.cell(name) {
            return Some(cell);
        }
        self.look_for_new().await;
        self.cell(name)
    }

    /// The cell of this id.
    pub(crate) fn cell_of(&self, id: CellId) -> Option<Arc<Cell>> {
        self.all().values().find(|cell| cell.id() == id).cloned()
    }

    /// All cells, by name.
    pub fn cells(&self) -> Vec<Arc<Cell>> {
        self.all().values().cloned().collect()
    }

    /// How all cells fare.
    pub fn health(&self) -> Health {
        let named = self.trust.generation().borrow().as_ref().map(|(_, cells)| Arc::clone(cells));
        let mut cells: BTreeMap<Arc<str>, Standing> =
            self.all().values().map(|cell| (Arc::clone(cell.name()), cell.standing())).collect();
        for info in named.iter().flat_map(|named| named.iter()) {
            cells.entry(info.name.as_str().into()).or_insert(Standing::TakingUp);
        }
        let quarantined = self.quarantined.read().unwrap_or_else(PoisonError::into_inner).clone();
        Health { keyholder_connected: named.is_some(), cells: cells.into_iter().collect(), quarantined }
    }

    /// Closes all stores: what waits is finished, and everything after it is unavailable. Blocks.
    pub fn close(&self) {
        for cell in self.cells() {
            cell.set_standing(Standing::StoreFailed);
            cell.store.close();
        }
    }

    fn all(&self) -> Arc<BTreeMap<Arc<str>, Arc<Cell>>> {
        Arc::clone(&self.cells.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, cell: Arc<Cell>) {
        let mut cells = self.cells.write().unwrap_or_else(PoisonError::into_inner);
        let mut more = BTreeMap::clone(&cells);
        more.insert(Arc::clone(cell.name()), cell);
        *cells = Arc::new(more);
    }

    /// Learns of new cells; gives back those that could not be opened or taken up. One question serves all who wait for it.
    async fn look_for_new(self: &Arc<Self>) -> Vec<CellInfo> {
        let came = Instant::now();
        let mut last_asked = self.last_asked.lock().await;
        if *last_asked >= came {
            return Vec::new();
        }
        tokio::time::sleep_until((*last_asked + ASK_SOONER).into()).await;
        *last_asked = Instant::now();
        let named = tokio::time::timeout(ASK_TIMEOUT, cells(&self.endpoint)).await;
        let named = named.ok().and_then(Result::ok);
        if let Some(named) = &named {
            self.note_quarantines(named);
        }
        let known = self.all();
        let new = named.iter().flatten().filter(|info| !known.contains_key(info.name.as_str()));
        welcome_all(self, new.cloned().collect()).await
    }

    fn note_quarantines(&self, named: &[CellInfo]) {
        let cut_off = named.iter().filter(|info| info.quarantined).map(|info| info.name.clone()).collect();
        *self.quarantined.write().unwrap_or_else(PoisonError::into_inner) = cut_off;
    }

    fn failed_cells(&self) -> Vec<CellInfo> {
        let failed = self.cells().into_iter().filter(|cell| cell.standing() == Standing::StoreFailed);
        failed
            .map(|cell| CellInfo { id: cell.id(), name: cell.name().to_string(), quarantined: false })
            .collect()
    }

    pub(crate) fn say(&self, is_error: bool, cell: &str, what: impl Into<String>) {
        (self.notify)(Notice { is_error, cell: Some(cell.to_owned()), what: what.into() });
    }

    /// The cell that the keyholder names; opened if it is new, and again if its store failed.
    async fn open(&self, info: &CellInfo) -> Option<Arc<Cell>> {
        let known = self.cell(&info.name).filter(|cell| cell.id() == info.id);
        if let Some(cell) = &known
            && cell.standing() != Standing::StoreFailed
        {
            return known;
        }
        let (dir, id) = (self.data_dir.clone(), info.id);
        let opened = tokio::task::spawn_blocking(move || {
            // Closed first, so that nothing can be committed there while the new one is being taken up.
            if let Some(failed) = known {
                failed.store.close();
            }
            open_store(&dir, id)
        });
        let opened = opened.await;
        match opened {
            Ok(Ok(store)) => {
                let base_url = format!("{}/{}/fhir", self.public_base_url, info.name);
                let cell = Cell::new(
                    info.name.clone(),
                    base_url,
                    Arc::new(store),
                    self.trust.clone(),
                    Arc::clone(&self.heavy),
                    Arc::clone(&self.trouble),
                    Exports::new(&self.data_dir.join("cells"), id, Arc::clone(&self.exports)),
                    Arc::new(self.shelf.with(&checks::brought_folder(&self.data_dir, id))),
                );
                let cell = Arc::new(cell.ok()?);
                self.add(Arc::clone(&cell));
                Some(cell)
            }
            Ok(Err(error)) => {
                self.say(true, &info.name, format!("the store cannot be opened: {error}"));
                None
            }
            Err(_) => None,
        }
    }

    /// Opens and takes up; whether it need not be tried again.
    async fn welcome(&self, info: &CellInfo) -> bool {
        let Some(cell) = self.open(info).await else { return false };
        match take_up(&cell).await {
            TakenUpAs::Serving { landed, abandoned } => {
                let found = match (landed, abandoned) {
                    (0, 0) => String::new(),
                    _ => format!("; of unfinished writes, {landed} had landed and {abandoned} had not"),
                };
                self.say(false, &info.name, format!("served{found}"));
                for fault in &cell.checks().faults {
                    self.say(true, &info.name, fault.to_string());
                }
                true
            }
            TakenUpAs::RolledBack => {
                self.say(
                    true,
                    &info.name,
                    "NOT SERVED: the store is older than the log, so writes that were acknowledged are missing from it. \
                     Put the newer store back, or restore from the archive",
                );
                true
            }
            TakenUpAs::Failed(failure) => {
                self.say(true, &info.name, format!("not taken up yet: {failure}"));
                false
            }
        }
    }
}

/// A store that is not there is made: whether it should have been there, the taking up finds out.
fn open_store(dir: &Path, cell: CellId) -> Result<CellStore, StoreError> {
    match CellStore::open(dir, cell, Tuning::default()) {
        Err(StoreError::Missing) => CellStore::create(dir, cell, Tuning::default()),
        opened => opened,
    }
}

/// Welcomes the cells of each connection, and tries those again that could not be opened or taken up.
async fn follow(records: Arc<Records>) {
    let mut generation = records.trust.generation();
    let mut last_number = 0;
    let mut failed: Vec<CellInfo> = Vec::new();
    loop {
        let current = generation.borrow_and_update().clone();
        if let Some((number, cells)) = current {
            if number != last_number {
                records.note_quarantines(&cells);
            }
            let mut cells = if number == last_number { std::mem::take(&mut failed) } else { cells.to_vec() };
            cells.sort_unstable_by(|a, b| a.name.cmp(&b.name));
            cells.dedup_by(|a, b| a.name == b.name);
            last_number = number;
            failed = welcome_all(&records, cells).await;
        }
        let pause = if failed.is_empty() { ASK_AGAIN } else { TRY_AGAIN };
        tokio::select! {
            changed = generation.changed() => if changed.is_err() { return },
            () = records.trouble.notified() => failed.extend(records.failed_cells()),
            () = tokio::time::sleep(pause) => {
                if generation.borrow().is_some() {
                    failed.extend(records.look_for_new().await);
                }
            }
        }
    }
}

/// Each on its own, so that one that is slow holds up no other. Gives back those that failed.
async fn welcome_all(records: &Arc<Records>, cells: Vec<CellInfo>) -> Vec<CellInfo> {
    let mut tasks = JoinSet::new();
    for info in cells {
        let records = Arc::clone(records);
        tasks.spawn(async move { (!records.welcome(&info).await).then_some(info) });
    }
    tasks.join_all().await.into_iter().flatten().collect()
}

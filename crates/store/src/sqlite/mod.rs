//! One cell's records in one SQLite file: `DIR/cells/<cell, 32 hexadecimal digits>/records.sqlite`.
//!
//! Reads run on the caller's thread over connections of their own ([`readers`]); writes go through one thread
//! ([`writer`]). The file is in WAL mode, and a commit is answered when it is synced.
//!
//! Never: lets two instances open one cell: a lock on `records.lock` beside the file is held as long as the store
//! is open, and the system gives it up when the process ends in whatever way.
//!
//! State: the file, the lock, the threads' connections, the writer.

mod apply;
mod fault;
mod look;
mod readers;
mod rows;
mod schema;
mod writer;

pub use look::Look;
pub use schema::SCHEMA_VERSION;

use crate::{
    Address, CommitItem, DoneMarks, FeedVersion, Head, HighMarks, KeptWords, Lacking, LackingPage, Landing,
    MAX_WAITING_BYTES, MAX_WAITING_ITEMS, Moment, PastVersion, Place, Stats, Store, StoreError, VersionLeaf,
    WrappedVersion, ledger::Chunk,
};
use fault::fault_of;
use readers::Readers;
use rusqlite::{Connection, OptionalExtension};
use salus_seal::CellId;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::ops::ControlFlow;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::oneshot;
use writer::{Job, Work, Writer};

const CELLS: &str = "cells";
const FILE: &str = "records.sqlite";
const LOCK: &str = "records.lock";
/// How many leaves a scan fetches at once.
const SCAN_ROWS: usize = 256;

/// What can be set; the default is what was measured to be best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tuning {
    /// The page size of a new file, in bytes.
    pub page_bytes: u32,
    /// How much of the file readers map into memory, in bytes. 0 by default: an unreadable sector under a mapping
    /// ends the process, and with it every other cell's service, where a read gives an error.
    pub mmap_bytes: u64,
    /// At how many pages the write-ahead file is written back.
    pub checkpoint_pages: u32,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { page_bytes: 4096, mmap_bytes: 0, checkpoint_pages: 4000 }
    }
}

/// One cell's records in one SQLite file.
pub struct CellStore {
    cell: CellId,
    path: PathBuf,
    readers: Readers,
    queue: Mutex<Option<SyncSender<Job>>>,
    waiting_bytes: Arc<AtomicUsize>,
    /// The writer's thread and the lock, which is given up when the thread has ended.
    writer: Mutex<Option<(JoinHandle<()>, File)>>,
}

/// The cells that have a folder under `dir`, ascending.
pub fn cells(dir: &Path) -> Result<Vec<CellId>, StoreError> {
    let entries = match std::fs::read_dir(dir.join(CELLS)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(system(&error)),
    };
    let mut cells = Vec::new();
    for entry in entries {
        let name = entry.map_err(|e| system(&e))?.file_name();
        let cell = name.to_str().and_then(CellId::parse);
        // Only the name that we would have given: parsing is more lenient.
        cells.extend(cell.filter(|cell| name.to_str() == Some(&cell.to_string())));
    }
    cells.sort_unstable();
    Ok(cells)
}

impl CellStore {
    /// Makes the cell's file under `dir`, and opens it.
    ///
    /// Errors: [`StoreError::Exists`] when it is there.
    pub fn create(dir: &Path, cell: CellId, tuning: Tuning) -> Result<Self, StoreError> {
        let folder = folder_of(dir, &cell);
        let cells = dir.join(CELLS);
        let first_cell = !cells.exists();
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(|e| system(&e))?;
        let lock = lock(&folder)?;
        let path = folder.join(FILE);
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(|e| system(&e))?;
        let mut connection = Connection::open(&path).map_err(|e| fault_of(&e))?;
        connection.pragma_update(None, "page_size", tuning.page_bytes).map_err(|e| fault_of(&e))?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(|e| fault_of(&e))?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(|e| fault_of(&e))?;
        schema::create(&mut connection, &cell)?;
        drop(connection);
        // The names must be as durable as what the file holds. A confined process may not open what lies above the cells, and
        // need not where they were there before.
        for folder in [Some(folder.as_path()), Some(&cells), first_cell.then_some(dir)].into_iter().flatten()
        {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| system(&e))?;
        }
        Self::start(path, cell, tuning, lock)
    }

    /// Opens the cell's file under `dir`.
    ///
    /// Errors: [`StoreError::Missing`] when there is none; [`StoreError::InUse`], [`StoreError::TooNew`],
    /// [`StoreError::OtherCell`], [`StoreError::Corrupt`].
    pub fn open(dir: &Path, cell: CellId, tuning: Tuning) -> Result<Self, StoreError> {
        let folder = folder_of(dir, &cell);
        let path = folder.join(FILE);
        if !path.try_exists().map_err(|e| system(&e))? {
            return Err(StoreError::Missing);
        }
        let lock = lock(&folder)?;
        Self::start(path, cell, tuning, lock)
    }

    fn start(path: PathBuf, cell: CellId, tuning: Tuning, lock: File) -> Result<Self, StoreError> {
        let mut connection = writer::open(&path)?;
        schema::open(&mut connection, &cell)?;
        // What a failed sync may have left in the system's cache only is written once more, before anybody is told
        // that it landed. A full disk has no room for that, and must not keep anybody from reading.
        match writer::checkpoint(&connection, "TRUNCATE") {
            Ok(()) | Err(StoreError::Full) => {}
            Err(error) => return Err(error),
        }
        let waiting_bytes = Arc::new(AtomicUsize::new(0));
        let writer =
            Writer::new(path.clone(), cell, tuning.checkpoint_pages, Arc::clone(&waiting_bytes), connection)?;
        let (sender, receiver) = sync_channel(MAX_WAITING_ITEMS);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run(receiver))
            .map_err(|e| system(&e))?;
        Ok(Self {
            cell,
            readers: Readers::new(path.clone(), tuning.mmap_bytes),
            path,
            queue: Mutex::new(Some(sender)),
            waiting_bytes,
            writer: Mutex::new(Some((thread, lock))),
        })
    }

    fn land(&self, weight_bytes: usize, work: Work) -> Landing {
        let (answer, receiver) = oneshot::channel();
        match self.enqueue(Job { weight_bytes, work, answer }) {
            Ok(()) => Landing::waiting(receiver),
            Err(error) => Landing::known(Err(error)),
        }
    }

    fn enqueue(&self, job: Job) -> Result<(), StoreError> {
        let weight = job.weight_bytes;
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = queue.as_ref().ok_or(StoreError::Closed)?;
        let waiting = self.waiting_bytes.fetch_add(weight, Ordering::Relaxed);
        // One that is larger than the bound may still come alone.
        let sent = if waiting > 0 && waiting + weight > MAX_WAITING_BYTES {
            Err(StoreError::Busy)
        } else {
            sender.try_send(job).map_err(|error| match error {
                TrySendError::Full(_) => StoreError::Busy,
                TrySendError::Disconnected(_) => StoreError::Closed,
            })
        };
        if sent.is_err() {
            self.waiting_bytes.fetch_sub(weight, Ordering::Relaxed);
        }
        sent
    }
}

impl Store for CellStore {
    fn cell(&self) -> CellId {
        self.cell
    }

    fn head(&self, address: &Address) -> Result<Option<Head>, StoreError> {
        self.readers.with(|connection| rows::head(connection, self.cell, &address.to_bytes()))
    }

    fn read(&self, address: &Address) -> Result<Option<WrappedVersion>, StoreError> {
        self.readers.with(|connection| rows::read(connection, self.cell, &address.to_bytes()))
    }

    fn vread(&self, address: &Address, version: u32) -> Result<Option<WrappedVersion>, StoreError> {
        self.readers.with(|connection| rows::vread(connection, self.cell, &address.to_bytes(), version))
    }

    fn history(
        &self,
        address: &Address,
        before_version: Option<u32>,
        limit: usize,
    ) -> Result<Vec<WrappedVersion>, StoreError> {
        self.readers.with(|connection| {
            rows::history(connection, self.cell, &address.to_bytes(), before_version, limit)
        })
    }

    fn versions(&self, wanted: &[(u64, u32)]) -> Result<Vec<Option<WrappedVersion>>, StoreError> {
        self.readers.with(|connection| rows::versions(connection, self.cell, wanted))
    }

    fn versions_after(&self, after: Place, limit: usize) -> Result<Vec<FeedVersion>, StoreError> {
        self.readers.with(|connection| rows::after(connection, self.cell, after, limit))
    }

    fn lacking(&self, after: u64, wanted: &Lacking, limit: usize) -> Result<LackingPage, StoreError> {
        self.readers.with(|connection| rows::lacking(connection, self.cell, after, wanted, limit))
    }

    fn versions_before(
        &self,
        kind: Option<u16>,
        before: Moment,
        since_ms: u64,
        limit: usize,
    ) -> Result<Vec<PastVersion>, StoreError> {
        self.readers.with(|connection| rows::before(connection, self.cell, kind, before, since_ms, limit))
    }

    fn compartment_wrap(&self, compartment: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Ok(number) = i64::try_from(compartment) else { return Ok(None) };
        self.readers.with(|connection| {
            connection
                .prepare_cached("SELECT wrap FROM compartment WHERE number = ?1")
                .and_then(|mut statement| statement.query_row([number], |row| row.get(0)).optional())
                .map_err(|e| fault_of(&e))
        })
    }

    fn high_marks(&self) -> Result<HighMarks, StoreError> {
        self.readers.with(rows::high_marks)
    }

    fn has_entry(&self, entry: u64) -> Result<bool, StoreError> {
        if i64::try_from(entry).is_err() {
            return Ok(false);
        }
        self.readers.with(|connection| Ok(apply::entry_within(connection, entry, entry)?.is_some()))
    }

    fn ledger(&self, bundle: &[u8; 32]) -> Result<Option<DoneMarks>, StoreError> {
        self.readers.with(|connection| {
            let mut marks = DoneMarks::default();
            let mut statement = connection
                .prepare_cached("SELECT chunk, done FROM ledger WHERE bundle = ?1")
                .map_err(|e| fault_of(&e))?;
            let rows = statement
                .query_map([&bundle[..]], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))
                .map_err(|e| fault_of(&e))?;
            for row in rows {
                let (number, bits) = row.map_err(|e| fault_of(&e))?;
                let chunk =
                    Chunk::from_bytes(&bits).ok_or(StoreError::Corrupt { what: "a chunk of the ledger" })?;
                marks.insert(number, chunk);
            }
            Ok((!marks.is_empty()).then_some(marks))
        })
    }

    fn for_each_version(
        &self,
        from_entry: u64,
        visit: &mut dyn FnMut(VersionLeaf) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let Ok(from) = i64::try_from(from_entry) else { return Ok(()) };
        // Keys are above 0, so this is before everything of the entry.
        let mut after = (from, 0);
        loop {
            let page =
                self.readers.with(|connection| rows::leaves(connection, self.cell, after, SCAN_ROWS))?;
            let full = page.len() == SCAN_ROWS;
            for (key, leaf) in page {
                after = (leaf.entry as i64, key);
                if visit(leaf).is_break() {
                    return Ok(());
                }
            }
            if !full {
                return Ok(());
            }
        }
    }

    fn stats(&self) -> Result<Stats, StoreError> {
        let bytes = |path: &Path| std::fs::metadata(path).map_or(0, |data| data.len());
        let bytes = bytes(&self.path) + bytes(&self.path.with_extension("sqlite-wal"));
        self.readers.with(|connection| Ok(Stats { bytes, ..rows::counts(connection)? }))
    }

    fn check(&self) -> Result<(), StoreError> {
        self.readers.with(rows::check)
    }

    fn commit(&self, item: CommitItem) -> Landing {
        self.land(item.weight_bytes(), Work::Item(item))
    }

    fn keep_words(&self, words: Vec<KeptWords>) -> Landing {
        self.land(words.iter().map(|one| 256 + one.words.len()).sum(), Work::Words(words))
    }

    fn close(&self) {
        // The writer ends when the queue has no sender and is empty.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.readers.close();
        if let Some((thread, lock)) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A writer that panicked has answered nobody falsely; the file is as its last commit left it.
            let _ = thread.join();
            // Given up in so many words: a process that is just being started may hold a copy of the file.
            let _ = lock.unlock();
        }
    }
}

impl Drop for CellStore {
    fn drop(&mut self) {
        self.close();
    }
}

impl std::fmt::Debug for CellStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CellStore").field("cell", &self.cell).finish_non_exhaustive()
    }
}

fn folder_of(dir: &Path, cell: &CellId) -> PathBuf {
    dir.join(CELLS).join(cell.to_string())
}

fn lock(folder: &Path) -> Result<File, StoreError> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(folder.join(LOCK))
        .map_err(|e| system(&e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(TryLockError::Error(error)) => Err(system(&error)),
    }
}

fn system(error: &std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
        std::io::ErrorKind::NotFound => StoreError::Missing,
        _ => StoreError::Io { code: 0 },
    }
}

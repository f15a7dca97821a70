//! The one thread that writes a cell's file. What waits is committed together, and answered when it is durable.
//!
//! Never: answers `Ok` before the commit was synced; leaves it open whether a failed commit landed, as long as the
//! disk still takes anything: it writes over what the failed one left, and looks. While the disk takes nothing, items
//! are answered [`StoreError::Unknown`] or [`StoreError::Io`], and each next one tries again.
//!
//! State: the write connection.

use super::apply::{apply, entry_within, keep_words, look_over};
use super::fault::fault_of;
use super::readers::stable_plans;
use crate::{CommitItem, KeptWords, StoreError};
use rusqlite::{Connection, OpenFlags, params};
use salus_seal::CellId;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;
use tokio::sync::oneshot;

/// The most items of one transaction.
const MAX_GROUP_ITEMS: usize = 512;
/// About the most sealed bytes of one transaction, in bytes; a single item may be larger.
const MAX_GROUP_BYTES: usize = 16 * 1024 * 1024;
/// How long the writer waits for a lock that only a checkpoint or a foreign program can hold.
const BUSY_WAIT: Duration = Duration::from_secs(10);
/// Page cache of the writer, in KiB.
const CACHE_KIB: i64 = 2 * 1024;
/// To how many bytes the write-ahead file is cut when it begins anew.
const MAX_IDLE_WAL_BYTES: i64 = 16 * 1024 * 1024;

/// An item that waits, and where its answer goes.
pub struct Job {
    pub work: Work,
    pub weight_bytes: usize,
    pub answer: oneshot::Sender<Result<(), StoreError>>,
}

/// What is to be written.
pub enum Work {
    Item(CommitItem),
    Words(Vec<KeptWords>),
}

impl Work {
    fn item(&self) -> Option<&CommitItem> {
        match self {
            Self::Item(item) => Some(item),
            Self::Words(_) => None,
        }
    }
}

/// The writing end of one file.
pub struct Writer {
    pub path: PathBuf,
    pub cell: CellId,
    pub checkpoint_pages: u32,
    /// Bytes that wait, shared with the store, which refuses above a bound.
    pub waiting_bytes: Arc<AtomicUsize>,
    /// Pages in the write-ahead file, kept by SQLite's hook.
    wal_pages: Arc<AtomicU32>,
    /// `None` after a failure, until it could be opened again and made sure.
    connection: Option<Connection>,
    /// What was open when the disk failed. It is kept until another is open: as long as one is, SQLite does not read
    /// the write-ahead file again, and what the failed commit left in it is written over instead of believed.
    failed: Option<Connection>,
}

impl Writer {
    /// A writer over a connection that [`open`] made.
    pub fn new(
        path: PathBuf,
        cell: CellId,
        checkpoint_pages: u32,
        waiting_bytes: Arc<AtomicUsize>,
        mut connection: Connection,
    ) -> Result<Self, StoreError> {
        let wal_pages = Arc::new(AtomicU32::new(0));
        count_wal_pages(&mut connection, &wal_pages)?;
        Ok(Self {
            path,
            cell,
            checkpoint_pages,
            waiting_bytes,
            wal_pages,
            connection: Some(connection),
            failed: None,
        })
    }

    /// Runs until the queue is closed and empty, then writes everything back into the one file.
    pub fn run(mut self, queue: Receiver<Job>) {
        let mut held = None;
        while let Some(first) = held.take().or_else(|| queue.recv().ok()) {
            let mut bytes = first.weight_bytes;
            let mut group = vec![first];
            while group.len() < MAX_GROUP_ITEMS && bytes < MAX_GROUP_BYTES {
                match queue.try_recv() {
                    Ok(next) if bytes + next.weight_bytes > MAX_GROUP_BYTES => {
                        held = Some(next);
                        break;
                    }
                    Ok(next) => {
                        bytes += next.weight_bytes;
                        group.push(next);
                    }
                    Err(_) => break,
                }
            }
            self.write(group, bytes);
            self.checkpoint_when_due();
        }
        if let Some(connection) = self.connection.take() {
            // When this fails, the write-ahead file stays, and the next opening reads it.
            let _ = checkpoint(&connection, "TRUNCATE");
        }
    }

    /// Commits the group and answers each of its items.
    fn write(&mut self, group: Vec<Job>, bytes: usize) {
        let outcomes = self.outcomes(&group);
        self.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
        for (job, outcome) in group.into_iter().zip(outcomes) {
            // Whoever asked may have gone; the commit stands.
            let _ = job.answer.send(outcome);
        }
    }

    fn outcomes(&mut self, group: &[Job]) -> Vec<Result<(), StoreError>> {
        let all = |error: StoreError| group.iter().map(|_| Err(error)).collect::<Vec<_>>();
        let cell = self.cell;
        let connection = match self.connection() {
            Ok(connection) => connection,
            Err(error) => return all(error),
        };
        match write_group(connection, cell, group) {
            Ok(outcomes) => outcomes,
            Err(Failure { error, landed_unknown }) => {
                self.failed = self.connection.take();
                if let Some(failed) = &self.failed {
                    // Fails when SQLite has already rolled back.
                    let _ = failed.execute_batch("ROLLBACK");
                }
                match self.connection() {
                    _ if !landed_unknown => all(error),
                    Ok(connection) => group.iter().map(|job| landed(connection, &job.work, error)).collect(),
                    Err(_) => all(StoreError::Unknown),
                }
            }
        }
    }

    /// The connection; after a failure, a new one that has shown that it can write.
    fn connection(&mut self) -> Result<&Connection, StoreError> {
        if self.connection.is_none() {
            let mut connection = open(&self.path)?;
            count_wal_pages(&mut connection, &self.wal_pages)?;
            // Takes the place of what the failed commit may have left in the write-ahead file, so that it cannot
            // come up later.
            connection.execute_batch("UPDATE cell SET fence = fence + 1").map_err(|e| fault_of(&e))?;
            self.connection = Some(connection);
            self.failed = None;
        }
        self.connection.as_ref().ok_or(StoreError::Closed)
    }

    fn checkpoint_when_due(&mut self) {
        let pages = self.wal_pages.load(Ordering::Relaxed);
        if let Some(connection) = &self.connection
            && pages >= self.checkpoint_pages
        {
            // Readers that hold an older state make this incomplete; then the next one does the rest. A failure of
            // the disk shows itself again at the next commit; nothing of what was answered depends on this.
            let _ = checkpoint(connection, "PASSIVE");
            self.wal_pages.store(0, Ordering::Relaxed);
        }
    }
}

/// Opens a connection that writes durably. The file must be there.
pub fn open(path: &std::path::Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|e| fault_of(&e))?;
    set_up(&connection).map_err(|e| fault_of(&e))?;
    Ok(connection)
}

/// Writes what is in the write-ahead file back, and syncs.
pub fn checkpoint(connection: &Connection, mode: &str) -> Result<(), StoreError> {
    let busy: i64 = connection
        .query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get(0))
        .map_err(|e| fault_of(&e))?;
    if busy == 0 { Ok(()) } else { Err(StoreError::InUse) }
}

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_WAIT)?;
    stable_plans(connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "journal_size_limit", MAX_IDLE_WAL_BYTES)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(())
}

fn count_wal_pages(connection: &mut Connection, pages: &Arc<AtomicU32>) -> Result<(), StoreError> {
    let pages = Arc::clone(pages);
    connection
        .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count: std::ffi::c_int| {
            pages.store(count.unsigned_abs(), Ordering::Relaxed);
            Ok(())
        }))
        .map_err(|e| fault_of(&e))
}

/// Why a whole group failed.
struct Failure {
    error: StoreError,
    landed_unknown: bool,
}

/// One transaction; each item in a savepoint of its own.
fn write_group(
    connection: &Connection,
    cell: CellId,
    group: &[Job],
) -> Result<Vec<Result<(), StoreError>>, Failure> {
    let before = |error| Failure { error, landed_unknown: false };
    run(connection, "BEGIN IMMEDIATE").map_err(before)?;
    let mut outcomes = Vec::with_capacity(group.len());
    for job in group {
        outcomes.push(match &job.work {
            Work::Item(item) => write_item(connection, cell, item).map_err(before)?,
            Work::Words(words) => keep_words(connection, words).map(Ok).map_err(before)?,
        });
    }
    let done =
        || group.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok()).map(|(job, _)| &job.work);
    if done().next().is_none() {
        run(connection, "ROLLBACK").map_err(before)?;
        return Ok(outcomes);
    }
    if let Some(newest) = done().filter_map(Work::item).max_by_key(|item| item.last_entry) {
        let versions = done().filter_map(Work::item).flat_map(|item| &item.versions);
        let times = versions.map(|new| new.sealed.header.time_ms);
        raise_marks(connection, newest, times.max().unwrap_or(0)).map_err(before)?;
    }
    run(connection, "COMMIT").map_err(|error| Failure {
        error,
        // A full disk shows itself before the commit's last page is written.
        landed_unknown: error != StoreError::Full,
    })?;
    Ok(outcomes)
}

/// The item's own outcome, or a failure that is everybody's.
fn write_item(
    connection: &Connection,
    cell: CellId,
    item: &CommitItem,
) -> Result<Result<(), StoreError>, StoreError> {
    if let Err(unfit) = look_over(item, cell) {
        return Ok(Err(unfit));
    }
    run(connection, "SAVEPOINT item")?;
    match apply(connection, item) {
        Ok(()) => run(connection, "RELEASE item").map(Ok),
        Err(own @ (StoreError::Conflict(_) | StoreError::Unfit { .. })) => {
            run(connection, "ROLLBACK TO item")?;
            run(connection, "RELEASE item").map(|()| Err(own))
        }
        Err(error) => Err(error),
    }
}

fn raise_marks(connection: &Connection, newest: &CommitItem, time_ms: u64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE cell SET time_ms = max(time_ms, ?3), \
             last_mac = CASE WHEN coalesce(last_entry, -1) < ?1 THEN ?2 ELSE last_mac END, \
             last_entry = max(coalesce(last_entry, -1), ?1)",
        )
        .and_then(|mut update| {
            update.execute(params![newest.last_entry as i64, &newest.entry_mac[..], time_ms as i64])
        })
        .map(|_| ())
        .map_err(|e| fault_of(&e))
}

/// What became of an item of a failed commit.
fn landed(connection: &Connection, work: &Work, error: StoreError) -> Result<(), StoreError> {
    // Words may be kept again.
    let Some(item) = work.item() else { return Err(error) };
    match entry_within(connection, item.first_entry, item.last_entry) {
        Ok(None) => Err(error),
        // An item that met a conflict with this very entry also comes here; its caller asks has_entry.
        Ok(Some(_)) | Err(_) => Err(StoreError::Unknown),
    }
}

fn run(connection: &Connection, sql: &'static str) -> Result<(), StoreError> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute([]))
        .map(|_| ())
        .map_err(|e| fault_of(&e))
}

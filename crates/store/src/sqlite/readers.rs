//! Connections that only read, kept open, one per thread as long as there are slots.
//!
//! Each thread has a slot of its own, so that its lock is free and its statements are warm; when there are more
//! threads than slots, they share. The store owns all connections, so that it can close them.
//!
//! Never: writes. State: the connections.

use super::fault::fault_of;
use crate::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many read connections a cell may have open.
const MAX_READERS: usize = 16;
/// How long a read waits for a lock that SQLite holds for moments only, while a checkpoint starts or ends.
const BUSY_WAIT: Duration = Duration::from_secs(2);
/// Page cache of each reader, in KiB: the upper pages of all tables and some of the rows. It is emptied whenever somebody
/// commits, and the system has its own.
const CACHE_KIB: i64 = 2 * 1024;

static NEXT_THREAD: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static THREAD: usize = NEXT_THREAD.fetch_add(1, Ordering::Relaxed);
}

/// The read connections of one file.
pub struct Readers {
    path: PathBuf,
    mmap_bytes: u64,
    closed: AtomicBool,
    slots: Vec<Mutex<Option<Connection>>>,
}

impl Readers {
    /// None are open yet.
    pub fn new(path: PathBuf, mmap_bytes: u64) -> Self {
        let slots = (0..MAX_READERS).map(|_| Mutex::new(None)).collect();
        Self { path, mmap_bytes, closed: AtomicBool::new(false), slots }
    }

    /// Runs a read on a connection that no other thread uses meanwhile.
    pub fn with<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut slot = self.slot();
        // Looked at while holding the slot, which `close` takes after it has set this.
        if self.closed.load(Ordering::SeqCst) {
            return Err(StoreError::Closed);
        }
        let connection = match slot.take() {
            Some(connection) => connection,
            None => self.open()?,
        };
        let outcome = read(&connection);
        // After a failure of the disk, the next read starts afresh.
        if !matches!(outcome, Err(StoreError::Io { .. } | StoreError::Corrupt { .. })) {
            *slot = Some(connection);
        }
        outcome
    }

    /// Closes all of them, each as soon as its read is done.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        for slot in &self.slots {
            slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }

    fn slot(&self) -> MutexGuard<'_, Option<Connection>> {
        let own = THREAD.with(|thread| *thread);
        for at in own..own + MAX_READERS {
            if let Ok(guard) = self.slots[at % MAX_READERS].try_lock() {
                return guard;
            }
        }
        self.slots[own % MAX_READERS].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(|e| fault_of(&e))?;
        (|| {
            connection.busy_timeout(BUSY_WAIT)?;
            stable_plans(&connection)?;
            connection.pragma_update(None, "query_only", true)?;
            connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
            connection.pragma_update(None, "mmap_size", self.mmap_bytes as i64)?;
            connection.set_prepared_statement_cache_capacity(16);
            Ok(())
        })()
        .map_err(|e: rusqlite::Error| fault_of(&e))?;
        Ok(connection)
    }
}

/// Keeps SQLite from preparing a statement anew at each execution, to look whether the values that were bound make
/// another plan better. They never do here, and it took 18 of a read's 22 microseconds.
pub fn stable_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(|_| ())
}

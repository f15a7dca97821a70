//! Starting: take the folder, connect to the keyholder, serve it until it is time to stop.
//!
//! Never: goes on without the keyholder; it ends, and whoever started it starts it again. State: the cells, and the connection.

use crate::cell::Cell;
use crate::cells::{Cells, MAX_OPEN_CELLS, Reopened, lock};
use crate::committer::Committer;
use crate::connection::{Connection, Sender};
use crate::error::IndexerError;
use crate::needs::Needs;
use crate::pages::PageCache;
use crate::search::Evaluated;
use crate::statuses::Statuses;
use crate::store::{COMMIT_ENTRIES, Store, Stuck};
use crate::workers::{Answered, Job, Workers};
use rustix::fs::{FlockOperation, flock};
use salus_seal::CellId;
use salus_trust_api::wire::index::{FromIndexer, ToIndexer};
use salus_trust_api::wire::query::{Query, SearchFault};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;
use zeroize::Zeroizing;

/// What an indexer runs with.
pub struct IndexerOptions {
    /// The folder of its files (DIR/index), which exists.
    pub index_dir: PathBuf,
    /// Where the keyholder listens.
    pub keyholder_socket: PathBuf,
    /// Proves that the connection is the indexer's; drawn anew at each start.
    pub key: Zeroizing<[u8; 32]>,
    /// The most bytes of opened pages that are kept, for all cells together.
    pub page_cache_bytes: usize,
}

impl IndexerOptions {
    /// The bound of opened pages in the usual installation, in bytes.
    pub const PAGE_CACHE_BYTES: usize = 64 * 1024 * 1024;
}

/// Runs until `stop` becomes readable or is closed (then `Ok`), or until the keyholder has gone (then
/// [`IndexerError::Disconnected`]: to be started again). `ready` is called once the keyholder has welcomed it.
pub fn run(options: IndexerOptions, stop: OwnedFd, ready: impl FnOnce()) -> Result<(), IndexerError> {
    run_within(options, MAX_OPEN_CELLS, stop, ready)
}

/// The same with another bound of open cells.
pub(crate) fn run_within(
    options: IndexerOptions,
    most_open: usize,
    stop: OwnedFd,
    ready: impl FnOnce(),
) -> Result<(), IndexerError> {
    let folder = File::open(&options.index_dir).map_err(|source| io_error(&options.index_dir, source))?;
    if flock(&folder, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Err(IndexerError::Locked { path: options.index_dir.display().to_string() });
    }
    let Some(mut connection) = Connection::open(&options.keyholder_socket, &options.key, stop)? else {
        return Ok(());
    };
    ready();
    let mut server = Server::new(&options, most_open, connection.sender())?;
    while let Some(message) = connection.next()? {
        server.handle(message)?;
    }
    Ok(())
}

fn io_error(path: &std::path::Path, source: std::io::Error) -> IndexerError {
    IndexerError::Io { path: path.display().to_string(), source }
}

type SharedCells = Arc<Mutex<Cells>>;

/// What opens cells again.
#[derive(Clone)]
struct Opener {
    index_dir: PathBuf,
    cells: SharedCells,
    sender: Sender,
    committer: Weak<Committer>,
}

impl Opener {
    fn cell(&self, id: CellId) -> Result<Arc<Mutex<Cell>>, IndexerError> {
        let found = lock(&self.cells).get(id).map_err(|source| io_error(&self.index_dir, source))?;
        let Reopened { cell, is_lost } = found.ok_or(IndexerError::Disconnected)?;
        if is_lost {
            self.sender.send(&FromIndexer::Lost { cell: id });
        }
        if let Some(committer) = self.committer.upgrade() {
            committer.look_after(lock(&cell).stores());
        }
        Ok(cell)
    }

    /// Says how a cell fares. One that does not open says so with the next word about it.
    fn say_how_it_fares(&self, id: CellId) {
        let closed = lock(&self.cells).fares_closed(id);
        let fares = match closed {
            Some(fares) => fares,
            None => {
                let Ok(cell) = self.cell(id) else { return };
                let look = lock(&cell).look();
                let (fares, counted) = look.fares();
                if let Some(counted) = counted {
                    lock(&cell).keep(counted);
                }
                fares
            }
        };
        if let Some(lacking) = fares.lacking {
            self.sender.send(&FromIndexer::Lacking { cell: id, lacking });
        }
        self.sender.send(&FromIndexer::Status { cell: id, status: fares.status });
    }
}

struct Server {
    opener: Opener,
    // The threads end before the cells go.
    statuses: Statuses,
    workers: Workers,
    committer: Arc<Committer>,
}

impl Server {
    fn new(options: &IndexerOptions, most_open: usize, sender: Sender) -> Result<Self, IndexerError> {
        let cache = Arc::new(PageCache::new(options.page_cache_bytes));
        let cells = Cells::new(options.index_dir.clone(), cache, most_open);
        let cells = Arc::new(Mutex::new(cells));
        let (known, to) = (cells.clone(), sender.clone());
        let started = |source| io_error(&options.index_dir, source);
        let lost = move |store: &Arc<Store>| {
            let cells = lock(&known).all_open();
            for (id, cell) in cells {
                begin_anew(id, &cell, store, &to);
            }
        };
        let all = cells.clone();
        let rested = move || lock(&all).close_some();
        let committer = Arc::new(Committer::start(lost.clone(), rested).map_err(started)?);
        let (to, looked_after) = (sender.clone(), Arc::downgrade(&committer));
        let answered: Answered = Arc::new(move |job: &Job, answer| {
            let answer = match answer {
                Err(SearchFault::Failed) if job.store.is_broken() => {
                    lost(&job.store);
                    if let Some(committer) = looked_after.upgrade() {
                        committer.look_after(lock(&job.cell).stores());
                    }
                    Err(SearchFault::NotReady)
                }
                answer => answer,
            };
            let ticket = job.ticket;
            to.send(&match answer {
                Ok(Evaluated { found, reach, of_one: true }) => {
                    FromIndexer::FoundOfOne { ticket, found: (found, reach) }
                }
                answer => FromIndexer::Found { ticket, found: answer.map(|it| (it.found, it.reach)) },
            });
        });
        let workers = Workers::start(&answered).map_err(started)?;
        let (index_dir, committer_of) = (options.index_dir.clone(), Arc::downgrade(&committer));
        let opener = Opener { index_dir, cells, sender, committer: committer_of };
        let asked = opener.clone();
        let statuses = Statuses::start(move |cell| asked.say_how_it_fares(cell)).map_err(started)?;
        Ok(Self { opener, statuses, workers, committer })
    }

    fn cell(&self, id: CellId) -> Result<Arc<Mutex<Cell>>, IndexerError> {
        self.opener.cell(id)
    }

    fn handle(&mut self, message: ToIndexer) -> Result<(), IndexerError> {
        let stuck = |_: Stuck| IndexerError::Stuck;
        match message {
            ToIndexer::Open { cell, index_key } => return self.open(cell, &index_key.0),
            ToIndexer::Written { cell, entry, items } => {
                lock(&*self.cell(cell)?).written(entry, items).map_err(stuck)?;
            }
            ToIndexer::Landed { cell, entries, settled } => {
                let cell = self.cell(cell)?;
                lock(&cell).landed(&entries, settled).map_err(stuck)?;
                self.wake(&cell);
            }
            ToIndexer::Abandoned { cell, entries } => lock(&*self.cell(cell)?).abandoned(&entries),
            ToIndexer::Fed { cell, items } => {
                let cell = self.cell(cell)?;
                lock(&cell).fed(&items).map_err(stuck)?;
                self.wake(&cell);
            }
            ToIndexer::CaughtUp { cell, settled } => lock(&*self.cell(cell)?).caught_up(settled),
            ToIndexer::Rebuild { cell } => {
                let cell = self.cell(cell)?;
                lock(&cell).rebuild().map_err(|source| io_error(&self.opener.index_dir, source))?;
                self.committer.look_after(lock(&cell).stores());
            }
            ToIndexer::Search { ticket, cell, query } => self.search(ticket, cell, query),
            ToIndexer::FedAnew { cell, items } => {
                let cell = self.cell(cell)?;
                lock(&cell).fed_anew(&items).map_err(stuck)?;
                self.wake(&cell);
            }
            ToIndexer::Needs { cell, needs } => {
                if !lock(&self.opener.cells).need(cell, Arc::new(Needs::new(needs))) {
                    return Err(IndexerError::Disconnected);
                }
            }
            ToIndexer::Status { cell } => self.statuses.ask(cell),
        }
        Ok(())
    }

    fn open(&mut self, id: CellId, index_key: &[u8; 32]) -> Result<(), IndexerError> {
        let opened = lock(&self.opener.cells).open(id, index_key);
        let (cell, settled) = opened.map_err(|source| io_error(&self.opener.index_dir, source))?;
        self.committer.look_after(lock(&cell).stores());
        self.opener.sender.send(&FromIndexer::Opened { cell: id, settled });
        Ok(())
    }

    fn wake(&self, cell: &Mutex<Cell>) {
        let cell = lock(cell);
        self.committer.look_after(cell.stores());
        if cell.stores().any(|store| store.tail_entries() >= COMMIT_ENTRIES) {
            self.committer.wake();
        }
    }

    fn search(&self, ticket: u64, cell: CellId, query: Box<Query>) {
        let job = self.cell(cell).ok().and_then(|cell| {
            let (store, cursors, needs) = {
                let cell = lock(&cell);
                (cell.serving()?, cell.cursors.clone(), cell.needs.clone())
            };
            let view = store.view();
            Some(Job { ticket, cell, store, view, cursors, needs, query, asked: Instant::now() })
        });
        if job.is_none_or(|job| self.workers.give(job).is_err()) {
            self.opener.sender.send(&FromIndexer::Found { ticket, found: Err(SearchFault::NotReady) });
        }
    }
}

/// Begins an index anew whose files do not open, and says so.
fn begin_anew(id: CellId, cell: &Mutex<Cell>, broken: &Arc<Store>, to: &Sender) {
    let mut cell = lock(cell);
    match cell.begin_anew(broken) {
        Ok(false) => {}
        Ok(true) => to.send(&FromIndexer::Lost { cell: id }),
        // Without a new one nothing can be answered: whoever started this starts it again.
        Err(_) => to.close(),
    }
}

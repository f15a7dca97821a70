//! A real indexer, and in the keyholder's place as much of one as it needs.

use salus_indexer::{IndexerOptions, run};
use salus_seal::CellId;
use salus_trust_api::frame::{self, PREFIX_BYTES};
use salus_trust_api::wire::index::{FromIndexer, IndexStatus, Item, MAX_ITEMS, ToIndexer};
use salus_trust_api::wire::query::{Condition, Query, Test};
use salus_trust_api::wire::{Reply, Request, Role, SecretKey};
use serde::Serialize;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long the indexer may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);
const CELL: CellId = CellId([9; 16]);

/// An indexer that serves one cell.
pub struct Scripted {
    connection: UnixStream,
    /// Closed to make it stop.
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
    entry: u64,
    _socket: tempfile::TempDir,
}

impl Scripted {
    /// Starts it on this folder, and opens the cell.
    pub fn start(index_dir: &Path) -> Self {
        let socket = tempfile::tempdir().unwrap();
        let path = socket.path().join("keyholder");
        let listener = UnixListener::bind(&path).unwrap();
        let (stop, stopped) = UnixStream::pair().unwrap();
        let options = IndexerOptions {
            index_dir: index_dir.to_owned(),
            keyholder_socket: path,
            key: Zeroizing::new([3; 32]),
            page_cache_bytes: IndexerOptions::PAGE_CACHE_BYTES,
        };
        let thread = std::thread::spawn(move || run(options, OwnedFd::from(stopped), || {}).unwrap());
        let (connection, _) = listener.accept().unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut scripted =
            Self { connection, stop: Some(stop), thread: Some(thread), entry: 0, _socket: socket };
        scripted.send(&Reply::Challenge([1; 32]));
        let hello: Request = scripted.receive();
        assert!(matches!(hello, Request::Hello(hello) if hello.role == Role::Indexer));
        scripted.send(&Reply::Welcome(Vec::new()));
        scripted.send(&ToIndexer::Open { cell: CELL, index_key: SecretKey([5; 32]) });
        assert!(matches!(scripted.receive(), FromIndexer::Opened { settled: None, .. }));
        scripted.send(&ToIndexer::CaughtUp { cell: CELL, settled: 0 });
        scripted
    }

    pub fn cell(&self) -> CellId {
        CELL
    }

    /// Writes these versions; they land at once.
    pub fn write(&mut self, mut items: Vec<Item>) {
        while !items.is_empty() {
            let later = items.split_off(items.len().min(MAX_ITEMS));
            self.entry += 1;
            let entry = self.entry;
            self.send(&ToIndexer::Written { cell: CELL, entry, items });
            self.send(&ToIndexer::Landed { cell: CELL, entries: vec![entry], settled: entry });
            items = later;
        }
    }

    /// Waits until everything lies in files.
    pub fn wait_until_written(&mut self, records: usize) {
        let begin = Instant::now();
        loop {
            let status = self.status();
            if status.tail == 0 && status.records == records as u64 {
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "{status:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn status(&mut self) -> IndexStatus {
        self.send(&ToIndexer::Status { cell: CELL });
        match self.receive() {
            FromIndexer::Status { status, .. } => status,
            other => panic!("{other:?}"),
        }
    }

    /// How many records have this string.
    pub fn count(&mut self, parameter: u16, text: &str) -> u64 {
        let query = Query {
            kinds: Vec::new(),
            all: vec![Condition::Value(parameter, Test::Exact(text.to_owned()))],
            sort: Vec::new(),
            count: 0,
            after: None,
            glimpse: false,
        };
        self.send(&ToIndexer::Search { ticket: 1, cell: CELL, query: Box::new(query) });
        match self.receive() {
            FromIndexer::Found { found, .. } => found.unwrap().0.total,
            other => panic!("{other:?}"),
        }
    }

    fn send(&mut self, message: &impl Serialize) {
        self.connection.write_all(&frame::encode(message).unwrap()).unwrap();
    }

    fn receive<T: serde::de::DeserializeOwned>(&mut self) -> T {
        let mut prefix = [0; PREFIX_BYTES];
        self.connection.read_exact(&mut prefix).unwrap();
        let mut body = vec![0; frame::body_length(prefix).unwrap()];
        self.connection.read_exact(&mut body).unwrap();
        frame::decode(&body).unwrap()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            panic!("the indexer failed");
        }
    }
}

//! The indexer as the keyholder has it: over the socket.

use super::{CELL, INDEX_KEY, item, text_row};
use crate::run::{IndexerOptions, run, run_within};
use salus_seal::CellId;
use salus_trust_api::admin::prove;
use salus_trust_api::frame::{self, PREFIX_BYTES};
use salus_trust_api::wire::index::{FromIndexer, ToIndexer};
use salus_trust_api::wire::query::{Condition, Found, Query, Reach, SearchFault, Test};
use salus_trust_api::wire::{Reply, Request, Role, SecretKey};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

const KEY: [u8; 32] = [5; 32];
/// So few that cells are closed with little to do.
const MOST_OPEN: usize = 2;

struct Keyholder {
    stream: UnixStream,
    stop: OwnedFd,
    indexer: JoinHandle<Result<(), crate::IndexerError>>,
    tickets: u64,
}

fn send(stream: &mut UnixStream, message: &impl Serialize) {
    stream.write_all(&frame::encode(message).unwrap()).unwrap();
}

fn receive<T: DeserializeOwned>(stream: &mut UnixStream) -> T {
    let mut prefix = [0u8; PREFIX_BYTES];
    stream.read_exact(&mut prefix).unwrap();
    let mut body = vec![0u8; frame::body_length(prefix).unwrap()];
    stream.read_exact(&mut body).unwrap();
    frame::decode(&body).unwrap()
}

impl Keyholder {
    fn start(folder: &Path) -> Self {
        let socket = folder.join("socket");
        let _ = std::fs::remove_file(&socket);
        let listener = UnixListener::bind(&socket).unwrap();
        let index_dir = folder.join("index");
        std::fs::create_dir_all(&index_dir).unwrap();
        let (ours, theirs) = UnixStream::pair().unwrap();
        let indexer = std::thread::spawn(move || {
            let key = Zeroizing::new(KEY);
            let options =
                IndexerOptions { index_dir, keyholder_socket: socket, key, page_cache_bytes: 1 << 20 };
            run_within(options, MOST_OPEN, theirs.into(), || {})
        });
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        send(&mut stream, &Reply::Challenge([1; 32]));
        match receive(&mut stream) {
            Request::Hello(hello) => assert_eq!(hello.proof, prove(&KEY, Role::Indexer, &[1; 32])),
            other => panic!("{other:?}"),
        }
        send(&mut stream, &Reply::Welcome(Vec::new()));
        Self { stream, stop: ours.into(), indexer, tickets: 0 }
    }

    fn say(&mut self, message: ToIndexer) {
        send(&mut self.stream, &message);
    }

    fn open(&mut self) -> Option<u64> {
        self.say(ToIndexer::Open { cell: CELL, index_key: SecretKey(INDEX_KEY) });
        match receive(&mut self.stream) {
            FromIndexer::Opened { cell: CELL, settled } => settled,
            other => panic!("{other:?}"),
        }
    }

    fn write(&mut self, entry: u64, text: &str) {
        let items = vec![item(&text_row(entry, text))];
        self.say(ToIndexer::Written { cell: CELL, entry, items });
    }

    fn land(&mut self, entry: u64) {
        self.say(ToIndexer::Landed { cell: CELL, entries: vec![entry], settled: entry });
    }

    fn search(&mut self, text: &str) -> Result<(Found, Reach), SearchFault> {
        self.tickets += 1;
        let all = vec![Condition::Value(1, Test::Starts(text.into()))];
        let query = Query { kinds: vec![1], all, sort: Vec::new(), count: 10, after: None, glimpse: true };
        self.say(ToIndexer::Search { ticket: self.tickets, cell: CELL, query: Box::new(query) });
        match receive(&mut self.stream) {
            FromIndexer::Found { ticket, found } if ticket == self.tickets => found,
            other => panic!("{other:?}"),
        }
    }

    fn status(&mut self) -> salus_trust_api::wire::index::IndexStatus {
        self.say(ToIndexer::Status { cell: CELL });
        match receive(&mut self.stream) {
            FromIndexer::Status { status, .. } => status,
            other => panic!("{other:?}"),
        }
    }

    fn committed(&mut self) {
        let since = Instant::now();
        while self.status().tail > 0 {
            assert!(since.elapsed() < Duration::from_secs(20), "nothing is committed");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn end(self) -> Result<(), crate::IndexerError> {
        drop(self.stop);
        self.indexer.join().unwrap()
    }
}

#[test]
fn what_landed_is_found_before_and_after_a_commit_and_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut keyholder = Keyholder::start(folder.path());
    assert_eq!(keyholder.open(), None);
    keyholder.write(1, "Müller");
    assert_eq!(keyholder.search("mul").unwrap().0.total, 0, "written and not landed");
    keyholder.land(1);
    let (found, reach) = keyholder.search("mul").unwrap();
    assert_eq!((found.total, found.hits[0].record), (1, 1));
    assert_eq!(reach.matching, [super::pseudonym(1)]);
    keyholder.committed();
    assert_eq!(keyholder.search("MÜL").unwrap().0.total, 1);
    assert_eq!(keyholder.status().segments, 1);
    keyholder.write(2, "Mullard");
    keyholder.say(ToIndexer::Abandoned { cell: CELL, entries: vec![2] });
    assert_eq!(keyholder.search("mul").unwrap().0.total, 1);
    keyholder.end().unwrap();

    let mut keyholder = Keyholder::start(folder.path());
    assert_eq!(keyholder.open(), Some(1));
    assert_eq!(keyholder.search("mull").unwrap().0.total, 1);
    drop(keyholder.stream);
    assert!(matches!(keyholder.indexer.join().unwrap(), Err(crate::IndexerError::Disconnected)));
}

#[test]
fn rebuilding_serves_and_swaps() {
    let folder = tempfile::tempdir().unwrap();
    let mut keyholder = Keyholder::start(folder.path());
    keyholder.open();
    for entry in 1..=3 {
        keyholder.write(entry, "Meier");
        keyholder.land(entry);
    }
    keyholder.committed();
    keyholder.say(ToIndexer::Rebuild { cell: CELL });
    keyholder.say(ToIndexer::Fed { cell: CELL, items: vec![item(&text_row(1, "Meier"))] });
    keyholder.write(4, "Meierhof");
    keyholder.land(4);
    assert_eq!(keyholder.search("meier").unwrap().0.total, 4);
    assert_eq!(keyholder.status().rebuilding, Some(2));
    let items =
        vec![item(&text_row(2, "Meier")), item(&text_row(3, "Meier")), item(&text_row(4, "Meierhof"))];
    keyholder.say(ToIndexer::Fed { cell: CELL, items });
    keyholder.say(ToIndexer::CaughtUp { cell: CELL, settled: 4 });
    assert_eq!(keyholder.search("meier").unwrap().0.total, 4);
    keyholder.committed();
    assert_eq!(keyholder.status().rebuilding, None);
    keyholder.end().unwrap();
    let mut keyholder = Keyholder::start(folder.path());
    assert_eq!(keyholder.open(), Some(4));
    assert_eq!(keyholder.search("meier").unwrap().0.total, 4);
    keyholder.end().unwrap();
}

#[test]
fn a_second_indexer_does_not_share_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let keyholder = Keyholder::start(folder.path());
    let (_ours, theirs) = UnixStream::pair().unwrap();
    let options = IndexerOptions {
        index_dir: folder.path().join("index"),
        keyholder_socket: folder.path().join("socket"),
        key: Zeroizing::new(KEY),
        page_cache_bytes: 1 << 20,
    };
    assert!(matches!(run(options, theirs.into(), || {}), Err(crate::IndexerError::Locked { .. })));
    keyholder.end().unwrap();
}

#[test]
fn files_that_do_not_open_while_it_runs_are_begun_anew_and_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut keyholder = Keyholder::start(folder.path());
    keyholder.open();
    for entry in 1..=4 {
        keyholder.write(entry, "Meier");
        keyholder.land(entry);
    }
    keyholder.committed();
    keyholder.end().unwrap();
    // Columns are read when a query needs them: all but the last page of each file is noise from now on.
    let mut keyholder = Keyholder::start(folder.path());
    assert_eq!(keyholder.open(), Some(4));
    let cell = folder.path().join("index").join(CELL.to_string()).join("1");
    for file in std::fs::read_dir(&cell).unwrap().flatten() {
        let length = file.metadata().unwrap().len() as usize;
        std::fs::write(file.path(), vec![7u8; length]).unwrap();
    }
    keyholder.write(5, "Meier");
    keyholder.land(5);
    let lost = receive(&mut keyholder.stream);
    assert!(matches!(lost, FromIndexer::Lost { cell: CELL }), "{lost:?}");
    assert_eq!(keyholder.search("meier").err(), Some(SearchFault::NotReady), "too little is there");
    keyholder.say(ToIndexer::Rebuild { cell: CELL });
    let items = (1..=5).map(|n| item(&text_row(n, "Meier"))).collect();
    keyholder.say(ToIndexer::Fed { cell: CELL, items });
    keyholder.say(ToIndexer::CaughtUp { cell: CELL, settled: 5 });
    assert_eq!(keyholder.search("meier").unwrap().0.total, 5);
    keyholder.end().unwrap();
}

/// What each of some cells finds.
fn totals(keyholder: &mut Keyholder, cells: &[CellId]) -> Vec<u64> {
    let all = vec![Condition::Value(1, Test::Starts("name".into()))];
    let query = Query { kinds: vec![1], all, sort: Vec::new(), count: 10, after: None, glimpse: true };
    let mut total = |cell: &CellId| {
        keyholder.say(ToIndexer::Search { ticket: 1, cell: *cell, query: Box::new(query.clone()) });
        match receive(&mut keyholder.stream) {
            FromIndexer::Found { found, .. } => found.unwrap().0.total,
            other => panic!("{other:?}"),
        }
    };
    cells.iter().map(&mut total).collect()
}

#[test]
fn more_cells_than_may_be_open_are_all_written_found_and_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let cells: Vec<CellId> = (1..=8).map(|n| CellId([n; 16])).collect();
    for round in 1..=3 {
        let mut keyholder = Keyholder::start(folder.path());
        for cell in &cells {
            keyholder.say(ToIndexer::Open { cell: *cell, index_key: SecretKey(INDEX_KEY) });
            let opened = receive(&mut keyholder.stream);
            // What a round wrote is sealed when it ends, though its cell was closed before and opened for it.
            let before = (round > 1).then_some(round - 1);
            assert!(matches!(opened, FromIndexer::Opened { settled, .. } if settled == before), "{opened:?}");
        }
        assert_eq!(totals(&mut keyholder, &cells), vec![round - 1; cells.len()]);
        for cell in &cells {
            let items = vec![item(&text_row(round, &format!("name {round}")))];
            keyholder.say(ToIndexer::Written { cell: *cell, entry: round, items });
        }
        for cell in &cells {
            keyholder.say(ToIndexer::Landed { cell: *cell, entries: vec![round], settled: round });
        }
        assert_eq!(totals(&mut keyholder, &cells), vec![round; cells.len()]);
        std::thread::sleep(Duration::from_secs(1));
        for cell in cells.iter().rev() {
            let since = Instant::now();
            loop {
                keyholder.say(ToIndexer::Status { cell: *cell });
                match receive(&mut keyholder.stream) {
                    FromIndexer::Status { status, .. } if status.tail == 0 => break,
                    FromIndexer::Status { .. } => std::thread::sleep(Duration::from_millis(50)),
                    other => panic!("{other:?}"),
                }
                assert!(since.elapsed() < Duration::from_secs(20), "nothing is committed");
            }
        }
        keyholder.end().unwrap();
    }
}

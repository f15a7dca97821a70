//! A program in the indexer's place that says whatever a test wants, and the record server's second connection.

use super::*;
use salus_trust_api::wire::contain::Ended;
use salus_trust_api::wire::index::*;
use salus_trust_api::wire::query::*;

/// A program in the indexer's place.
pub struct Indexer(UnixStream);

impl Indexer {
    pub fn connect(keyholder: &Keyholder) -> Self {
        Self::connect_with(&keyholder.data_dir, &INDEXER_KEY).unwrap()
    }

    pub fn connect_with(data_dir: &Path, key: &[u8; 32]) -> Option<Self> {
        RecordServer::connect(data_dir, Role::Indexer, key).map(|connection| Self(connection.0))
    }

    /// Connects, and opens each cell with this.
    pub fn open(keyholder: &Keyholder, settled: Option<u64>, cells: usize) -> Self {
        let mut indexer = Self::connect(keyholder);
        for _ in 0..cells {
            let ToIndexer::Open { cell, .. } = indexer.next() else { panic!("not opened first") };
            indexer.say(&FromIndexer::Opened { cell, settled });
        }
        indexer
    }

    pub fn next(&mut self) -> ToIndexer {
        receive(&mut self.0).expect("the keyholder hung up")
    }

    /// The next, or none when the keyholder hung up.
    pub fn next_or_end(&mut self) -> Option<ToIndexer> {
        receive(&mut self.0)
    }

    pub fn say(&mut self, said: &FromIndexer) {
        self.0.write_all(&frame::encode(said).unwrap()).unwrap();
    }

    /// Takes the next search.
    pub fn search(&mut self) -> (u64, Query) {
        match self.next() {
            ToIndexer::Search { ticket, query, .. } => (ticket, *query),
            other => panic!("{other:?}"),
        }
    }

    /// Takes the next search, and answers it.
    pub fn answer(&mut self, found: Found, reach: Reach) {
        let (ticket, _) = self.search();
        self.say(&FromIndexer::Found { ticket, found: Ok((found, reach)) });
    }

    /// The same; and says that nothing but one patient's records could have been found.
    pub fn answer_of_one(&mut self, found: Found, reach: Reach) {
        let (ticket, _) = self.search();
        self.say(&FromIndexer::FoundOfOne { ticket, found: (found, reach) });
    }

    /// Waits until it is told that nothing is lacking.
    pub fn caught_up(&mut self) -> u64 {
        match self.next() {
            ToIndexer::CaughtUp { settled, .. } => settled,
            other => panic!("{other:?}"),
        }
    }
}

/// The record server's second connection.
pub struct Lane(RecordServer);

impl Lane {
    pub fn connect(keyholder: &Keyholder) -> Self {
        Self(RecordServer::connect(&keyholder.data_dir, Role::SearchLane, &RECORD_SERVER_KEY).unwrap())
    }

    pub fn send(&mut self, request: &Request) {
        self.0.send(request);
    }

    /// The next that comes; what ended is stopped at once.
    pub fn receive(&mut self) -> Option<Reply> {
        loop {
            match self.0.receive() {
                Some(Reply::Ended { number, .. }) => self.send(&Request::Stopped(number)),
                other => return other,
            }
        }
    }

    /// What ended, which is not stopped by that.
    pub fn ended(&mut self) -> (u64, Vec<Ended>) {
        match self.0.receive() {
            Some(Reply::Ended { number, ended }) => (number, ended),
            other => panic!("{other:?}"),
        }
    }

    /// Does what ends something, which is stopped at once.
    pub fn stopping<T: Send>(&mut self, ends: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| {
            let ending = scope.spawn(ends);
            let (number, _) = self.ended();
            self.send(&Request::Stopped(number));
            ending.join().unwrap()
        })
    }

    pub fn ask(&mut self, ticket: u64, session: &Session, query: Query) {
        let mut admit = session.admit(Interaction::SearchType, Intent::Missing);
        admit.intents.clear();
        self.send(&Request::Search(Search { ticket, admit, query: Box::new(query) }));
    }

    pub fn searched(&mut self) -> (u64, Searched) {
        match self.receive() {
            Some(Reply::Searched { ticket, searched }) => (ticket, *searched),
            other => panic!("{other:?}"),
        }
    }

    /// What was found, or why nothing is given.
    pub fn found(&mut self) -> Result<(Receipt, Found), Refusal> {
        match self.searched().1 {
            // As long as any admission, from when it was asked for.
            Searched::Found { receipt, found, valid_ms: 5_000..=15_000 } => Ok((receipt, found)),
            Searched::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    pub fn fault(&mut self) -> SearchFault {
        match self.searched().1 {
            Searched::Fault(fault) => fault,
            other => panic!("{other:?}"),
        }
    }

    pub fn wanted(&mut self) -> FeedWanted {
        match self.receive() {
            Some(Reply::FeedWanted(wanted)) => wanted,
            other => panic!("{other:?}"),
        }
    }

    /// Feeds one chunk; whether to go on.
    pub fn feed(&mut self, wanted: FeedWanted, rows: &[&Stored], done: bool) -> bool {
        let versions = rows.iter().map(|row| (row.version(), row.sealed.words.clone())).collect();
        let compartments = rows.iter().map(|row| row.compartment.clone()).collect();
        let progress = (rows.len() as u64, rows.len() as u64);
        let FeedWanted { cell, feed, .. } = wanted;
        self.send(&Request::Feed(Feed { cell, feed, versions, compartments, progress, done }));
        match self.receive() {
            Some(Reply::FedOn { go_on, .. }) => go_on,
            other => panic!("{other:?}"),
        }
    }
}

/// Everything of a type, ten on a page.
pub fn query(kind: u16) -> Query {
    Query { kinds: vec![kind], all: Vec::new(), sort: Vec::new(), count: 10, after: None, glimpse: false }
}

pub fn found(hits: &[(u64, u32)], total: u64) -> Found {
    let hit = |(record, version): &(u64, u32)| Hit { record: *record, version: *version, kind: PATIENT };
    Found { hits: hits.iter().map(hit).collect(), total, rounded: false, next: None }
}

pub fn reach(matching: &[u8], named: &[u8]) -> Reach {
    let pseudonyms = |all: &[u8]| all.iter().map(|one| Pseudonym([*one; 16])).collect();
    Reach { matching: pseudonyms(matching), named: pseudonyms(named), many: false }
}

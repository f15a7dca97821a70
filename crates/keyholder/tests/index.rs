//! What the indexer is told and in which order, and how it is fed with what it lacks.

#![allow(clippy::unwrap_used)]

mod support;

use salus_seal::{CellId, Part, PartKey, Pseudonym};
use salus_trust_api::wire::index::*;
use salus_trust_api::wire::*;
use std::time::{Duration, Instant};
use support::searching::*;
use support::*;

struct Practice {
    keyholder: Keyholder,
    server: RecordServer,
    session: Session,
    dir: tempfile::TempDir,
}

fn practice() -> Practice {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let session = sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(100));
    let server = keyholder.record_server();
    Practice { keyholder, server, session, dir }
}

impl Practice {
    /// Writes a new patient with these words, without a report.
    fn write(&mut self, number: u64, words: &[u8]) -> Stored {
        let header = self.session.header(PATIENT, number, number, 1);
        self.server.write_words(&self.session, header, new_patient(number), words).unwrap()
    }

    fn report(&mut self, ask: impl Fn(Resolved) -> Ask, entries: &[u64]) {
        self.server.ask(ask(Resolved { cell: self.session.cell, entries: entries.to_vec() }));
    }

    fn landed(&mut self, number: u64) -> Stored {
        let stored = self.write(number, b"words");
        self.report(Ask::Landed, &[stored.entry]);
        stored
    }

    fn state(&self) -> CellIndex {
        let AdminAnswer::Index(mut indexes) = self.keyholder.admin().ask(AdminAsk::IndexStatus).unwrap()
        else {
            panic!("no status")
        };
        indexes.pop().unwrap()
    }

    fn cell(&self) -> CellId {
        self.session.cell
    }
}

/// The words of an item, opened with its key, and whose they are.
fn open(item: &Item, stored: &Stored) -> (Vec<u8>, Vec<Pseudonym>) {
    assert_eq!(item.words, stored.sealed.words);
    assert!(
        stored.sealed.open(Part::Body, &PartKey::from_bytes(item.key.0)).is_err(),
        "the key opens words only"
    );
    (stored.sealed.open(Part::Words, &PartKey::from_bytes(item.key.0)).unwrap(), item.whose.clone())
}

#[test]
fn writes_are_told_in_the_order_of_the_log_and_before_their_answers() {
    let mut p = practice();
    let mut indexer = Indexer::open(&p.keyholder, None, 1);
    let nothing_landed = indexer.caught_up();
    let mut lane = Lane::connect(&p.keyholder);

    let first = p.write(1, b"meier");
    let ToIndexer::Written { entry, items, cell } = indexer.next() else { panic!() };
    assert_eq!((entry, cell, items.len()), (first.entry, p.cell(), 1));
    assert_eq!(items[0].header, first.sealed.header);
    let (words, whose) = open(&items[0], &first);
    assert_eq!((words.as_slice(), whose.len()), (b"meier".as_slice(), 1));
    let logged = log_of(&mut p.keyholder.admin(), "praxis").pop().unwrap();
    assert_eq!(logged.fleeting.unwrap().patients, whose);

    let second = p.write(2, b"schmidt");
    p.report(Ask::Landed, &[second.entry]);
    lane.ask(1, &p.session, query(PATIENT));
    assert!(matches!(indexer.next(), ToIndexer::Written { entry, .. } if entry == second.entry));
    let ToIndexer::Landed { entries, settled, .. } = indexer.next() else { panic!() };
    assert_eq!(entries, [second.entry]);
    assert_eq!(settled, first.entry - 1, "the first is open still");
    assert!(settled >= nothing_landed);
    indexer.search();

    p.report(Ask::Abandoned, &[first.entry]);
    let ToIndexer::Abandoned { entries, .. } = indexer.next() else { panic!() };
    assert_eq!(entries, [first.entry]);
    let third = p.landed(3);
    indexer.next();
    let ToIndexer::Landed { entries, settled, .. } = indexer.next() else { panic!() };
    assert_eq!(entries, [third.entry]);
    assert!(settled > third.entry, "everything is settled, the report's own entry too");
}

#[test]
fn a_deletion_is_told_without_words_and_a_write_whose_words_are_left_out_is_fed() {
    let mut p = practice();
    let one = p.landed(1);
    let mut indexer = Indexer::open(&p.keyholder, Some(one.entry + 1), 1);
    indexer.caught_up();
    let mut lane = Lane::connect(&p.keyholder);
    let mut header = p.session.header(PATIENT, 1, 1, 2);
    header.deleted = true;
    let into = WriteCompartment::Existing(one.compartment.clone());
    p.server.write_open(&p.session, header, into).unwrap();
    let ToIndexer::Written { items, .. } = indexer.next() else { panic!() };
    assert!(items[0].words.is_empty() && items[0].header.deleted);

    let large = p.write(2, b"");
    assert_eq!(p.state().state, IndexState::Ready);
    assert!(matches!(indexer.next(), ToIndexer::Status { .. }), "nothing was told of the large one");
    p.report(Ask::Landed, &[large.entry]);
    assert_eq!(lane.wanted().from, large.entry);
}

#[test]
fn what_landed_without_the_indexer_is_fed_and_what_lands_meanwhile_again() {
    let mut p = practice();
    let (one, two) = (p.landed(1), p.landed(2));
    let open_before = p.write(3, b"words");
    let mut indexer = Indexer::open(&p.keyholder, Some(one.entry), 1);
    let mut lane = Lane::connect(&p.keyholder);
    let wanted = lane.wanted();
    assert_eq!((wanted.cell, wanted.from), (p.cell(), one.entry + 1));
    lane.ask(1, &p.session, query(PATIENT));

    let live = p.landed(4);
    assert!(matches!(indexer.next(), ToIndexer::Written { entry, .. } if entry == live.entry));
    let ToIndexer::Landed { settled, .. } = indexer.next() else { panic!() };
    assert_eq!(settled, one.entry, "what lies behind it is not there yet");

    assert!(lane.feed(wanted, &[&two], false));
    let ToIndexer::Fed { items, .. } = indexer.next() else { panic!() };
    assert_eq!(open(&items[0], &two).0, b"words");
    p.report(Ask::Landed, &[open_before.entry]);
    assert!(!lane.feed(FeedWanted { feed: wanted.feed + 9, ..wanted }, &[&one], true), "of another feed");
    assert!(lane.feed(wanted, &[], true));
    let again = lane.wanted();
    assert_eq!(again.from, open_before.entry);
    assert_ne!(again.feed, wanted.feed);
    assert_eq!(p.state().state, IndexState::Behind);
    assert!(matches!(indexer.next(), ToIndexer::Status { .. }));
    assert!(lane.feed(again, &[&open_before, &live], true));
    let ToIndexer::Fed { items, .. } = indexer.next() else { panic!() };
    assert_eq!(items.len(), 2);
    assert!(indexer.caught_up() > live.entry);
    let (ticket, _) = indexer.search();
    indexer.say(&FromIndexer::Found { ticket, found: Ok((found(&[], 0), reach(&[], &[]))) });
    lane.found().unwrap();
}

#[test]
fn rows_that_do_not_open_are_left_out_and_counted() {
    let mut p = practice();
    let (one, mut two) = (p.landed(1), p.landed(2));
    two.wrap[5] ^= 1;
    let mut indexer = Indexer::open(&p.keyholder, None, 1);
    let mut lane = Lane::connect(&p.keyholder);
    let wanted = lane.wanted();
    assert!(lane.feed(wanted, &[&one, &two], true));
    let ToIndexer::Fed { items, .. } = indexer.next() else { panic!() };
    assert_eq!(items.len(), 1);
    indexer.caught_up();
    let mut admin = p.keyholder.admin();
    let status = std::thread::spawn(move || admin.ask(AdminAsk::IndexStatus).unwrap());
    let ToIndexer::Status { cell } = indexer.next() else { panic!() };
    let kept = IndexStatus { records: 1, ..IndexStatus::default() };
    indexer.say(&FromIndexer::Status { cell, status: kept.clone() });
    let AdminAnswer::Index(indexes) = status.join().unwrap() else { panic!() };
    assert_eq!((indexes[0].unreadable, indexes[0].state), (1, IndexState::Ready));
    assert_eq!(indexes[0].index, Some(kept));
}

#[test]
fn an_index_is_made_anew_while_the_old_one_answers() {
    let mut p = practice();
    let one = p.landed(1);
    let mut indexer = Indexer::open(&p.keyholder, Some(one.entry), 1);
    indexer.caught_up();
    let mut lane = Lane::connect(&p.keyholder);
    let ask = AdminAsk::RebuildIndex { cell: Some("praxis".into()) };
    assert!(matches!(p.keyholder.admin().ask(ask), Ok(AdminAnswer::Done)));
    assert!(matches!(indexer.next(), ToIndexer::Rebuild { .. }));
    let wanted = lane.wanted();
    assert_eq!(wanted.from, 0);
    lane.ask(1, &p.session, query(PATIENT));
    indexer.answer(found(&[(1, 1)], 1), reach(&[1], &[]));
    lane.found().unwrap();
    assert!(lane.feed(wanted, &[&one], false));
    indexer.next();
    assert_eq!((p.state().state, p.state().progress), (IndexState::Rebuilding, Some((1, 1))));

    // It dies: the next one is told to go on with the rebuild.
    drop(indexer);
    let mut indexer = Indexer::open(&p.keyholder, Some(one.entry), 1);
    assert!(
        matches!(indexer.next(), ToIndexer::CaughtUp { .. }),
        "said of the one that answers, not of the next"
    );
    assert!(matches!(indexer.next(), ToIndexer::Rebuild { .. }));
    let wanted = lane.wanted();
    assert!(lane.feed(wanted, &[&one], true));
    assert!(matches!(indexer.next(), ToIndexer::Fed { .. }));
    indexer.caught_up();
    let unknown = AdminAsk::RebuildIndex { cell: Some("nowhere".into()) };
    assert!(p.keyholder.admin().ask(unknown).is_err());
}

#[test]
fn an_index_that_knows_more_than_the_log_is_made_anew() {
    let mut p = practice();
    p.landed(1);
    let mut indexer = Indexer::open(&p.keyholder, Some(1_000), 1);
    let mut lane = Lane::connect(&p.keyholder);
    assert!(matches!(indexer.next(), ToIndexer::Rebuild { .. }));
    assert_eq!(lane.wanted().from, 0);
    assert_eq!(p.state().state, IndexState::Behind);
}

#[test]
fn a_lost_index_is_fed_from_the_start() {
    let mut p = practice();
    let one = p.landed(1);
    let mut indexer = Indexer::open(&p.keyholder, Some(one.entry), 1);
    indexer.caught_up();
    let open_write = p.write(2, b"words");
    assert!(matches!(indexer.next(), ToIndexer::Written { .. }));
    indexer.say(&FromIndexer::Lost { cell: p.cell() });
    assert!(matches!(indexer.next(), ToIndexer::Rebuild { .. }));
    let mut lane = Lane::connect(&p.keyholder);
    let wanted = lane.wanted();
    assert_eq!((wanted.from, p.state().state), (0, IndexState::Behind));
    assert!(matches!(indexer.next(), ToIndexer::Status { .. }));
    // What was sent before the loss waits at the indexer, and is told as landed.
    p.report(Ask::Landed, &[open_write.entry]);
    let ToIndexer::Landed { entries, settled, .. } = indexer.next() else { panic!() };
    assert_eq!((entries, settled), (vec![open_write.entry], 0));
    assert!(lane.feed(wanted, &[&one], true));
    assert!(matches!(indexer.next(), ToIndexer::Fed { .. }));
    indexer.caught_up();
}

#[test]
fn a_new_cell_is_opened_at_once_and_its_key_is_its_own() {
    let p = practice();
    let mut indexer = Indexer::connect(&p.keyholder);
    let ToIndexer::Open { cell, index_key } = indexer.next() else { panic!() };
    let other = create_cell(&mut p.keyholder.admin(), "other", 10);
    let ToIndexer::Open { cell: opened, index_key: another } = indexer.next() else { panic!() };
    assert_eq!((cell, opened), (p.cell(), other));
    assert_ne!(index_key.0, another.0);
    let Practice { keyholder, dir, .. } = p;
    keyholder.stop().unwrap();
    let mut indexer = Indexer::connect(&Keyholder::start(dir.path()));
    let mut keys = std::collections::BTreeMap::new();
    while let Some(ToIndexer::Open { cell, index_key }) = indexer.next_or_end() {
        keys.insert(cell, index_key.0);
    }
    assert_eq!((keys[&cell], keys[&other]), (index_key.0, another.0), "the same after a restart");
}

#[test]
fn what_a_restart_leaves_open_is_fed_when_it_lands() {
    let mut p = practice();
    let left = p.write(1, b"words");
    let Practice { keyholder, dir, session, .. } = p;
    keyholder.stop().unwrap();
    let keyholder = Keyholder::start(dir.path());
    let mut indexer = Indexer::open(&keyholder, Some(left.entry - 1), 1);
    assert_eq!(indexer.caught_up(), left.entry - 1);
    let mut lane = Lane::connect(&keyholder);
    let mut server = keyholder.record_server();
    let taken_up =
        server.ask(Ask::TakeUp(TakeUp { cell: session.cell, last_entry: Some((left.entry, left.mac)) }));
    let Answer::TakenUp(taken_up) = taken_up else { panic!("{taken_up:?}") };
    assert_eq!(taken_up.unresolved, [(left.entry, left.entry)]);
    server.ask(Ask::Landed(Resolved { cell: session.cell, entries: vec![left.entry] }));
    let wanted = lane.wanted();
    assert_eq!(wanted.from, left.entry);
    assert!(lane.feed(wanted, &[&left], true));
    assert!(matches!(indexer.next(), ToIndexer::Fed { .. }));
    assert!(indexer.caught_up() > left.entry);
}

#[test]
fn a_feed_is_wanted_anew_on_a_new_lane_and_of_the_newest_indexer() {
    let mut p = practice();
    let one = p.landed(1);
    let first = Indexer::open(&p.keyholder, None, 1);
    let mut lane = Lane::connect(&p.keyholder);
    let wanted = lane.wanted();
    let mut newer = Lane::connect(&p.keyholder);
    let again = newer.wanted();
    assert_eq!(wanted.from, again.from);
    lane.send(&Request::Feed(Feed {
        cell: p.cell(),
        feed: again.feed,
        versions: Vec::new(),
        compartments: Vec::new(),
        progress: (0, 0),
        done: true,
    }));
    assert!(lane.receive().is_none(), "the former lane has nothing to say any more");

    let mut second = Indexer::open(&p.keyholder, None, 1);
    let wanted = newer.wanted();
    assert!(!newer.feed(again, &[&one], true), "the first indexer's feed");
    assert!(newer.feed(wanted, &[&one], true));
    assert!(matches!(second.next(), ToIndexer::Fed { .. }));
    drop(first);
}

#[test]
fn an_indexer_that_does_not_read_stalls_nobody_and_is_dropped() {
    let mut p = practice();
    let mut indexer = Indexer::open(&p.keyholder, None, 1);
    indexer.caught_up();
    // Random words do not compress.
    let words: Vec<u8> = (0..1024).flat_map(|_| salus_seal::keys::random::<1024>().unwrap()).collect();
    let mut slowest = Duration::ZERO;
    for number in 1..=80 {
        let began = Instant::now();
        p.write(number, &words);
        slowest = slowest.max(began.elapsed());
    }
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    assert_eq!(p.state().state, IndexState::NotThere, "64 MiB are kept, and no more");
    let told = std::iter::from_fn(|| indexer.next_or_end()).count();
    assert!(told < 80, "the connection ended");
}

#[test]
fn whoever_feeds_waits_for_the_indexer() {
    let mut p = practice();
    let words: Vec<u8> = (0..3072).flat_map(|_| salus_seal::keys::random::<1024>().unwrap()).collect();
    let one = p.write(1, &words);
    p.report(Ask::Landed, &[one.entry]);
    let mut indexer = Indexer::open(&p.keyholder, None, 1);
    let mut lane = Lane::connect(&p.keyholder);
    let FeedWanted { cell, feed, .. } = lane.wanted();
    let chunk = move || Feed {
        cell,
        feed,
        versions: vec![(one.version(), one.sealed.words.clone())],
        compartments: vec![one.compartment.clone()],
        progress: (1, 9),
        done: false,
    };
    let (sent, fed) = std::sync::mpsc::channel();
    let feeder = std::thread::spawn(move || {
        for count in 1..=8 {
            lane.send(&Request::Feed(chunk()));
            assert!(matches!(lane.receive(), Some(Reply::FedOn { go_on: true, .. })));
            sent.send(count).unwrap();
        }
    });
    std::thread::sleep(Duration::from_secs(1));
    let before = fed.try_iter().last();
    assert!(before < Some(6), "{before:?} chunks of 3 MiB were taken by nobody");
    for _ in 0..8 {
        assert!(matches!(indexer.next(), ToIndexer::Fed { .. }));
    }
    feeder.join().unwrap();
}

#[test]
fn only_the_indexers_key_opens_the_indexers_door() {
    let p = practice();
    for key in [[0; 32], RECORD_SERVER_KEY] {
        assert!(Indexer::connect_with(p.dir.path(), &key).is_none());
    }
    for role in [Role::RecordServer, Role::SearchLane, Role::Administrator] {
        assert!(RecordServer::connect(p.dir.path(), role, &INDEXER_KEY).is_none(), "{role:?}");
    }
}

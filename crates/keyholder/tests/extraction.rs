//! A cell's own search parameters and the extraction of words anew, against programs in the place of record server, indexer and
//! extractor that say whatever a test wants.
#![allow(clippy::unwrap_used)]

mod support;

use salus_seal::Part;
use salus_seal::entry::Event;
use salus_seal::entry::searching::SearchingEvent;
use salus_seal::envelope::{open_part, seal_words};
use salus_trust_api::admin::AdminClientError;
use salus_trust_api::wire::extract::*;
use salus_trust_api::wire::index::ToIndexer;
use salus_trust_api::wire::*;
use salus_trust_api::{Interaction, Refusal, Token};
use std::sync::atomic::Ordering;
use support::searching::{Indexer, Lane};
use support::*;

struct Practice {
    _dir: tempfile::TempDir,
    keyholder: Option<Keyholder>,
    session: Session,
}

fn practice() -> Practice {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let session = sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(1_000));
    Practice { _dir: dir, keyholder: Some(keyholder), session }
}

impl Practice {
    fn keyholder(&self) -> &Keyholder {
        self.keyholder.as_ref().unwrap()
    }

    fn restart(&mut self) {
        let data_dir = self.keyholder().data_dir.clone();
        self.keyholder.take().unwrap().stop().unwrap();
        self.keyholder = Some(Keyholder::start(&data_dir));
    }

    /// A record of a patient of its own.
    fn patient(&self, number: u64) -> Stored {
        self.record(PATIENT, number)
    }

    fn record(&self, kind: u16, number: u64) -> Stored {
        let header = self.session.header(kind, number, number, 1);
        let mut server = self.keyholder().record_server();
        let stored = server.write_words(&self.session, header, new_patient(number), b"words").unwrap();
        server.ask(Ask::Landed(Resolved { cell: self.session.cell, entries: vec![stored.entry] }));
        stored
    }

    /// A record that defines a parameter, or none; gives its entry.
    fn define(&self, record: u64, text: Option<&str>, lands: bool) -> Result<u64, Refusal> {
        let header = self.session.header(PATIENT, record, record, 1);
        let (sealed, key) = salus_seal::envelope::seal(&header, &Default::default()).unwrap();
        let version =
            NewVersion { header, hash: sealed.hash(), key: SecretKey(*key.expose()), words: vec![1] };
        let write = Write { versions: vec![version], compartments: vec![new_patient(record)] };
        let defines = text.map(|text| Definition { kinds: vec![PATIENT], text: text.into() });
        let changes = vec![ParameterChange { record, defines }];
        let mut server = self.keyholder().record_server();
        let intent = Intent::WriteDefining(write, changes);
        let entry = server.admit(&self.session, Interaction::Create, intent)?.receipt.entry;
        let end = Resolved { cell: self.session.cell, entries: vec![entry] };
        server.ask(if lands { Ask::Landed(end) } else { Ask::Abandoned(end) });
        Ok(entry)
    }

    fn parameters(&self) -> OwnParameters {
        match self.keyholder().record_server().ask(Ask::Parameters(self.session.cell)) {
            Answer::Parameters(parameters) => parameters,
            other => panic!("{other:?}"),
        }
    }

    fn admin(&self, ask: AdminAsk) -> Result<ExtractionRun, AdminError> {
        match self.keyholder().admin().ask(ask) {
            Ok(AdminAnswer::Extractions(mut all)) => Ok(all.pop().unwrap().run.unwrap()),
            Err(AdminClientError::Admin(error)) => Err(error),
            other => panic!("{other:?}"),
        }
    }

    fn ask(&self, by: ApproverProof) -> Result<ExtractionRun, AdminError> {
        self.admin(AdminAsk::AskExtraction { cell: "praxis".into(), by })
    }

    fn approve(&self, by: ApproverProof) -> Result<ExtractionRun, AdminError> {
        self.admin(AdminAsk::ApproveExtraction { cell: "praxis".into(), by })
    }

    /// A client of this role, to approve with as often as one likes.
    fn approver(&self, role: &str) -> impl Fn() -> ApproverProof + use<> {
        let ask = AdminAsk::CreateClient {
            cell: "praxis".into(),
            name: "somebody".into(),
            role: role.into(),
            budgets: budgets(1),
            session_ms: 1,
            idle_ms: 1,
        };
        let AdminAnswer::Client { client, secret, .. } = self.keyholder().admin().ask(ask).unwrap() else {
            panic!("no client")
        };
        move || ApproverProof::Client { client, secret: secret.clone() }
    }

    fn events(&self) -> Vec<SearchingEvent> {
        let entries = log_of(&mut self.keyholder().admin(), "praxis").into_iter();
        entries
            .filter_map(|entry| match entry.lasting.event {
                Event::Searching(event) => Some(event),
                _ => None,
            })
            .collect()
    }
}

#[test]
fn what_is_in_force_is_what_the_log_says_and_survives_a_restart() {
    let mut p = practice();
    assert_eq!(p.parameters(), OwnParameters::default());
    let first = p.define(7, Some("a"), true).unwrap();
    p.define(8, Some("never"), false).unwrap();
    let before = p.parameters();
    assert_eq!((before.made, before.parameters.len()), (first, 1));
    assert_eq!((before.parameters[0].number, before.parameters[0].since), (MIN_OWN_NUMBER, first));
    p.restart();
    assert_eq!(p.parameters(), before);
    // Withdrawn and made again by another record: the same number.
    let withdrawn = p.define(7, None, true).unwrap();
    assert_eq!(p.parameters(), OwnParameters { made: withdrawn, parameters: Vec::new() });
    p.define(9, Some("a"), true).unwrap();
    p.define(10, Some("b"), true).unwrap();
    let numbers: Vec<u16> = p.parameters().parameters.iter().map(|own| own.number).collect();
    assert_eq!(numbers, [MIN_OWN_NUMBER, MIN_OWN_NUMBER + 2], "the one that never landed keeps its own");
    let long = "x".repeat(MAX_DEFINITION_BYTES + 1);
    assert_eq!(p.define(11, Some(&long), true), Err(Refusal::Malformed));
}

#[test]
fn the_indexer_is_told_what_words_must_be_made_by() {
    let p = practice();
    let mut indexer = Indexer::open(p.keyholder(), None, 1);
    indexer.caught_up();
    let since = p.define(7, Some("a"), true).unwrap();
    let needs = std::iter::from_fn(|| Some(indexer.next())).find_map(|message| match message {
        ToIndexer::Needs { needs, .. } => Some(needs),
        _ => None,
    });
    let needs = needs.unwrap();
    assert_eq!((needs.len(), needs[0].parameter, needs[0].made), (1, MIN_OWN_NUMBER, since));
    assert_eq!(needs[0].kinds, [PATIENT]);
    // Also one that comes later, before it opens anything.
    let mut second = Indexer::connect(p.keyholder());
    assert!(matches!(second.next(), ToIndexer::Open { .. }));
    assert!(matches!(second.next(), ToIndexer::Needs { needs, .. } if needs.len() == 1));
}

#[test]
fn nothing_is_extracted_on_one_approval() {
    let mut p = practice();
    assert!(matches!(p.ask(ApproverProof::Machine), Err(AdminError::Invalid { .. })), "nothing to extract");
    p.define(7, Some("a"), true).unwrap();
    let (one, other, client) = (p.approver("approver"), p.approver("approver"), p.approver("fhir-client"));
    assert!(matches!(p.approve(one()), Err(AdminError::NotFound { .. })), "nobody asked");
    assert!(matches!(p.ask(client()), Err(AdminError::Invalid { .. })), "its role may not");
    let ApproverProof::Client { client: id, .. } = one() else { panic!() };
    let guessed = ApproverProof::Client { client: id, secret: Token::random().unwrap() };
    assert!(matches!(p.ask(guessed), Err(AdminError::NotFound { .. })));
    assert_eq!(p.ask(one()).unwrap().state, RunState::Asked);
    assert!(matches!(p.approve(one()), Err(AdminError::Invalid { .. })), "the same once more");
    p.restart();
    assert!(matches!(p.approve(one()), Err(AdminError::Invalid { .. })), "nor after a restart");
    assert_eq!(p.approve(other()).unwrap().state, RunState::Running { progress: None });
    assert!(matches!(p.ask(one()), Err(AdminError::Exists { .. })), "one at a time");
    let steps: Vec<_> = p.events();
    assert!(matches!(
        steps.as_slice(),
        [
            SearchingEvent::ParameterDefined { .. },
            SearchingEvent::ExtractionAsked { .. },
            SearchingEvent::ExtractionApproved { .. },
            SearchingEvent::ExtractionBegun { .. }
        ]
    ));
}

struct Extractor(RecordServer);

impl Extractor {
    fn connect(p: &Practice) -> Self {
        Self(RecordServer::connect(&p.keyholder().data_dir, Role::Extractor, &EXTRACTOR_KEY).unwrap())
    }

    fn next(&mut self) -> ToExtractor {
        self.0.receive_any().unwrap()
    }
}

fn wanted(lane: &mut Lane) -> ExtractWanted {
    match lane.receive() {
        Some(Reply::ExtractWanted(wanted)) => wanted,
        other => panic!("{other:?}"),
    }
}

fn bodies(wanted: &ExtractWanted, rows: &[&Stored], done: bool) -> Request {
    let body = |row: &&Stored| VersionBody { version: row.version(), body: row.sealed.body.clone() };
    Request::Extract(ExtractFeed {
        cell: wanted.cell,
        feed: wanted.feed,
        versions: rows.iter().map(body).collect(),
        compartments: rows.iter().map(|row| row.compartment.clone()).collect(),
        progress: (rows.len() as u64, 2),
        done,
    })
}

fn extracted(lane: &mut Lane) -> Extracted {
    match lane.receive() {
        Some(Reply::Extracted(extracted)) => extracted,
        other => panic!("{other:?}"),
    }
}

/// Takes the bodies and gives words of them, after looking that each key opens its body and nothing else.
fn give(extractor: &mut Extractor, rows: &[&Stored]) {
    let ToExtractor::Bodies { feed, bodies } = extractor.next() else { panic!("no bodies") };
    assert_eq!(bodies.len(), rows.len(), "nothing else is opened");
    let words = bodies.iter().zip(rows).map(|(sealed, row)| {
        let key = salus_seal::PartKey::from_bytes(sealed.key.0);
        assert_eq!(open_part(&sealed.header, Part::Body, &sealed.body, &key).unwrap(), b"{\"plain\":true}");
        assert!(row.sealed.open(Part::Words, &key).is_err() && row.sealed.open(Part::Line, &key).is_err());
        let (words, key) = seal_words(&sealed.header, b"new words").unwrap();
        SealedWords { header: sealed.header, words, key: SecretKey(*key.expose()) }
    });
    let words = words.collect();
    extractor.0.send_any(&FromExtractor::Words { feed, words, last: true });
}

/// An extraction by a parameter that is defined now, approved by two, with a whole index and a record server that are connected; and
/// the entry of the definition.
fn running(p: &Practice) -> (u64, Indexer, Lane) {
    let since = p.define(7, Some("a"), true).unwrap();
    let mut indexer = Indexer::open(p.keyholder(), Some(since), 1);
    assert!(matches!(indexer.next(), ToIndexer::Needs { .. }));
    indexer.caught_up();
    let other = p.approver("approver");
    p.ask(ApproverProof::Machine).unwrap();
    let lane = Lane::connect(p.keyholder());
    p.approve(other()).unwrap();
    (since, indexer, lane)
}

#[test]
fn bodies_go_to_the_extractor_words_to_the_store_and_then_to_the_index() {
    let p = practice();
    let (one, two) = (p.patient(1), p.patient(2));
    let other_kind = p.record(OBSERVATION, 3);
    let (_, mut indexer, mut lane) = running(&p);
    while CALLS.load(Ordering::SeqCst) == 0 {
        std::thread::yield_now();
    }
    let mut extractor = Extractor::connect(&p);
    let ToExtractor::Begin { cell, made, definitions, .. } = extractor.next() else { panic!("no begin") };
    assert_eq!((cell.as_str(), definitions), ("praxis", vec![(MIN_OWN_NUMBER, "a".to_owned())]));
    let run = wanted(&mut lane);
    assert_eq!((run.made, run.up_to, run.kinds.as_slice()), (made, made, &[PATIENT][..]));

    lane.send(&bodies(&run, &[&one], false));
    give(&mut extractor, &[&one]);
    let kept = extracted(&mut lane);
    assert!(kept.go_on && kept.last && kept.words.len() == 1);
    assert_eq!(kept.words[0].header, one.sealed.header);

    // The extractor dies with the second: the run begins anew.
    lane.send(&bodies(&run, &[&two], false));
    assert!(matches!(extractor.next(), ToExtractor::Bodies { .. }));
    // That more is given says that the first is kept: it is found by its new words now, and was not before.
    let ToIndexer::FedAnew { items, .. } = indexer.next() else { panic!("not found anew") };
    let key = salus_seal::PartKey::from_bytes(items[0].key.0);
    assert_eq!(open_part(&items[0].header, Part::Words, &items[0].words, &key).unwrap(), b"new words");
    assert_eq!((items.len(), items[0].whose.len()), (1, 1));
    drop(extractor);
    assert!(!extracted(&mut lane).go_on);
    let mut extractor = Extractor::connect(&p);
    assert!(matches!(extractor.next(), ToExtractor::Begin { .. }));
    let again = wanted(&mut lane);
    assert_ne!(again.feed, run.feed);
    lane.send(&bodies(&run, &[&two], false));
    assert!(!extracted(&mut lane).go_on, "of the run before");
    let mut damaged = one.clone();
    damaged.wrap[9] ^= 1;
    lane.send(&bodies(&again, &[&two, &damaged, &other_kind], false));
    give(&mut extractor, &[&two]);
    assert_eq!(extracted(&mut lane).words.len(), 1);
    lane.send(&bodies(&again, &[], true));
    // What was kept while a run broke off was told to nobody: done when the index is made anew from the store.
    assert!(matches!(p.events().pop(), Some(SearchingEvent::ExtractionBegun { .. })));
    let end = extracted(&mut lane);
    assert!(end.last && end.words.is_empty());
    let feed = lane.wanted();
    assert_eq!(feed.from, 0);
    assert!(matches!(extractor.next(), ToExtractor::End { .. }));
    assert!(matches!(indexer.next(), ToIndexer::FedAnew { .. }));
    assert!(matches!(indexer.next(), ToIndexer::Rebuild { .. }));
    assert!(lane.feed(feed, &[&one, &two], true));
    assert!(matches!(indexer.next(), ToIndexer::Fed { .. }));
    let done = p.events().pop().unwrap();
    // What is of another type is not opened, though it was given.
    assert!(matches!(done, SearchingEvent::ExtractionDone { versions: 1, unreadable: 2, .. }), "{done:?}");
    let settled = indexer.caught_up();

    // An index that is whole beyond that end has the words; one that is not may lack them, and is made anew beside it.
    for (whole_up_to, is_made_anew) in [(settled, false), (settled - 1, true)] {
        let mut indexer = Indexer::open(p.keyholder(), Some(whole_up_to), 1);
        assert!(matches!(indexer.next(), ToIndexer::Needs { .. }));
        assert_eq!(indexer.caught_up(), settled, "before another is begun, or it would be said of that");
        if is_made_anew {
            assert!(matches!(indexer.next(), ToIndexer::Rebuild { .. }));
            let feed = lane.wanted();
            assert_eq!(feed.from, 0);
        }
    }

    // An extractor that comes too late is sent away.
    drop(extractor);
    let mut late = Extractor::connect(&p);
    assert!(matches!(late.next(), ToExtractor::End { .. }));
}

#[test]
fn an_extraction_in_which_nothing_breaks_is_done_with_its_last_words() {
    let p = practice();
    let one = p.patient(1);
    let (since, mut indexer, mut lane) = running(&p);
    let mut extractor = Extractor::connect(&p);
    assert!(matches!(extractor.next(), ToExtractor::Begin { .. }));
    let run = wanted(&mut lane);
    lane.send(&bodies(&run, &[&one], false));
    give(&mut extractor, &[&one]);
    assert!(extracted(&mut lane).go_on);
    lane.send(&bodies(&run, &[], true));
    assert!(!extracted(&mut lane).go_on);
    assert!(matches!(indexer.next(), ToIndexer::FedAnew { items, .. } if items.len() == 1));
    assert!(matches!(p.events().pop(), Some(SearchingEvent::ExtractionDone { versions: 1, .. })));
    // Told after the words: what is whole up to here has them.
    let ToIndexer::Landed { entries, settled, .. } = indexer.next() else { panic!("not told of its end") };
    assert!(entries.is_empty() && settled > since);
}

//! Searches within one patient's records: which do not count towards the budget of searches, and what becomes of those that only look so.

#![allow(clippy::unwrap_used)]

mod support;

use salus_seal::entry::{Event, Refusal};
use salus_trust_api::wire::index::FromIndexer;
use salus_trust_api::wire::query::*;
use salus_trust_api::wire::words::RecordName;
use salus_trust_api::wire::*;
use support::searching::*;
use support::*;

/// The least budget of searches within an hour.
const SEARCHES: usize = 100;
const SUBJECT: u16 = 9;

struct Practice {
    keyholder: Keyholder,
    session: Session,
    indexer: Indexer,
    lane: Lane,
    dir: tempfile::TempDir,
}

/// Whether the index says that nothing but one patient's records could have been found.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    OfOne,
    OfSome,
}

fn practice(patients: u32) -> Practice {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let session = sign_in(&mut admin, "praxis", cell, "fhir-reader", budgets(patients));
    let mut indexer = Indexer::open(&keyholder, None, 1);
    indexer.caught_up();
    let lane = Lane::connect(&keyholder);
    Practice { keyholder, session, indexer, lane, dir }
}

impl Practice {
    fn search(&mut self, query: Query, says: Says, reached: Reach) -> Result<(Receipt, Found), Refusal> {
        self.lane.ask(1, &self.session, query);
        match says {
            Says::OfOne => self.indexer.answer_of_one(found(&[], 0), reached),
            Says::OfSome => self.indexer.answer(found(&[], 0), reached),
        }
        self.lane.found()
    }

    fn is_refused_at_once(&mut self, query: Query) -> bool {
        self.lane.ask(1, &self.session, query);
        let refused = self.lane.found();
        matches!(refused, Err(Refusal::Budget { .. }))
    }

    /// Spends the budget of searches, but for so many.
    fn spend_all_but(&mut self, left: usize) {
        for _ in left..SEARCHES {
            self.search(query(ORGANIZATION), Says::OfSome, reach(&[], &[])).unwrap();
        }
    }

    fn last_event(&self) -> Event {
        log_of(&mut self.keyholder.admin(), "praxis").pop().unwrap().lasting.event
    }
}

fn record(kind: u16, id: &str) -> RecordName {
    RecordName { kind, id: id.into() }
}

fn of(patient: &str) -> Condition {
    Condition::Value(SUBJECT, Test::Reference(record(PATIENT, patient)))
}

fn observations(all: Vec<Condition>) -> Query {
    Query { all, ..query(OBSERVATION) }
}

#[test]
fn a_chart_whose_budget_of_searches_is_spent_can_still_be_looked_through() {
    let mut p = practice(2);
    p.spend_all_but(0);
    assert!(p.is_refused_at_once(query(PATIENT)));
    for _ in 0..SEARCHES + 20 {
        p.search(observations(vec![of("a")]), Says::OfOne, reach(&[1], &[])).unwrap();
    }
    assert_eq!(p.last_event(), Event::SearchedWithin);
    p.search(observations(vec![of("b")]), Says::OfOne, reach(&[], &[2])).expect("charged, and nothing found");
    let third = p.search(observations(vec![of("c")]), Says::OfOne, reach(&[], &[3])).unwrap_err();
    assert!(matches!(third, Refusal::Budget { .. }), "each is charged as a chart");
    // A restart knows all of it.
    let Practice { keyholder, session, dir, .. } = p;
    keyholder.stop().unwrap();
    let keyholder = Keyholder::start(dir.path());
    let mut indexer = Indexer::open(&keyholder, None, 1);
    indexer.caught_up();
    let lane = Lane::connect(&keyholder);
    let mut p = Practice { keyholder, session, indexer, lane, dir };
    assert!(p.is_refused_at_once(query(PATIENT)));
    p.search(observations(vec![of("a")]), Says::OfOne, reach(&[1], &[])).unwrap();
}

#[test]
fn they_are_bounded_too() {
    let mut p = practice(2);
    for _ in 0..SEARCHES * 10 {
        p.search(observations(vec![of("a")]), Says::OfOne, reach(&[1], &[])).unwrap();
    }
    assert!(p.is_refused_at_once(observations(vec![of("a")])), "ten for each other search");
    p.search(query(ORGANIZATION), Says::OfSome, reach(&[], &[])).expect("counted apart");
}

#[test]
fn what_only_looks_confined_counts() {
    let others = |condition: Condition| observations(vec![of("a"), condition]);
    let named = Condition::Value(NAME, Test::Starts("m".into()));
    let chain = Condition::RefersTo { parameter: SUBJECT, kinds: vec![], meets: Box::new(named.clone()) };
    let has =
        Condition::ReferredToBy { kind: OBSERVATION, parameter: SUBJECT, meets: Box::new(named.clone()) };
    let not = |condition| Condition::Not(Box::new(condition));
    for (number, cheat) in [
        observations(vec![]),
        observations(vec![named.clone()]),
        observations(vec![not(of("a"))]),
        observations(vec![Condition::Any(vec![of("a"), named.clone()])]),
        observations(vec![Condition::Any(vec![of("a"), of("b")])]),
        observations(vec![Condition::Value(SUBJECT, Test::Reference(record(ORGANIZATION, "a")))]),
        observations(vec![Condition::Value(SUBJECT, Test::ReferenceId("a".into()))]),
        others(chain.clone()),
        others(not(chain)),
        others(has),
        others(of("b")),
        others(not(of("b"))),
        others(Condition::Any(vec![named.clone(), Condition::Id(record(PATIENT, "b"))])),
        others(Condition::Value(NAME, Test::Reference(record(ORGANIZATION, "b")))),
        others(Condition::Composite(NAME, vec![Test::ReferenceId("b".into())])),
        Query {
            glimpse: true,
            kinds: vec![PATIENT],
            ..observations(vec![Condition::Id(record(PATIENT, "a"))])
        },
    ]
    .into_iter()
    .enumerate()
    {
        let mut p = practice(5);
        p.spend_all_but(1);
        p.search(cheat.clone(), Says::OfOne, reach(&[1], &[])).unwrap();
        assert_eq!(p.last_event(), Event::Searched, "cheat {number}");
        assert!(p.is_refused_at_once(cheat), "cheat {number}");
    }
}

#[test]
fn whether_somebody_is_there_cannot_be_tried_without_end() {
    // Ids that are not there, and a patient whose records are others' too: by their form, both are confined.
    for (says, reached, answered) in [
        (Says::OfOne, reach(&[], &[]), true),
        (Says::OfSome, reach(&[1], &[]), true),
        (Says::OfOne, reach(&[1, 2], &[]), false),
        (Says::OfSome, reach(&[1], &[2]), false),
    ] {
        let mut p = practice(5);
        p.spend_all_but(0);
        for number in 0..SEARCHES {
            let found = p.search(observations(vec![of("guess")]), says, reached.clone());
            assert_eq!(found.is_ok(), answered, "{number}");
        }
        assert!(
            p.is_refused_at_once(observations(vec![of("guess")])),
            "no more than so many beyond the budget"
        );
        assert!(p.is_refused_at_once(query(PATIENT)));
    }
}

#[test]
fn a_fault_or_a_spent_budget_of_patients_counts() {
    let mut p = practice(1);
    p.search(observations(vec![of("a")]), Says::OfOne, reach(&[1], &[])).unwrap();
    p.spend_all_but(2);
    p.lane.ask(1, &p.session, observations(vec![of("a")]));
    let (ticket, _) = p.indexer.search();
    p.indexer.say(&FromIndexer::Found { ticket, found: Err(SearchFault::TooCostly) });
    assert_eq!(p.lane.fault(), SearchFault::TooCostly);
    p.search(observations(vec![of("b")]), Says::OfOne, reach(&[2], &[])).unwrap_err();
    assert!(p.is_refused_at_once(query(PATIENT)));
    p.search(observations(vec![of("a")]), Says::OfOne, reach(&[1], &[])).unwrap();
}

//! Searches: who may, what is charged and logged, what is told, and what becomes of them when the indexer fails.

#![allow(clippy::unwrap_used)]

mod support;

use salus_seal::Part;
use salus_seal::entry::alarms::{AlarmKind, AlarmRules};
use salus_seal::entry::{Event, Interaction, Refusal};
use salus_trust_api::wire::alarms::{AlarmsAnswer, AlarmsAsk};
use salus_trust_api::wire::index::*;
use salus_trust_api::wire::query::*;
use salus_trust_api::wire::*;
use std::time::{Duration, Instant};
use support::searching::*;
use support::*;

struct Practice {
    keyholder: Keyholder,
    session: Session,
    indexer: Indexer,
    lane: Lane,
    dir: tempfile::TempDir,
}

fn practice(patients: u32) -> Practice {
    practice_of("fhir-client", patients)
}

fn practice_of(role: &str, patients: u32) -> Practice {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let session = sign_in(&mut admin, "praxis", cell, role, budgets(patients));
    let mut indexer = Indexer::open(&keyholder, None, 1);
    indexer.caught_up();
    let lane = Lane::connect(&keyholder);
    Practice { keyholder, session, indexer, lane, dir }
}

impl Practice {
    /// Searches, has the indexer answer with this, and says what comes of it.
    fn search(&mut self, query: Query, found: Found, reach: Reach) -> Result<(Receipt, Found), Refusal> {
        self.lane.ask(1, &self.session, query);
        self.indexer.answer(found, reach);
        self.lane.found()
    }

    /// Whether it is refused before the indexer is asked.
    fn refused_at_once(&mut self) -> Refusal {
        self.lane.ask(1, &self.session, query(PATIENT));
        self.lane.found().unwrap_err()
    }

    fn last_entry(&self) -> LogEntry {
        log_of(&mut self.keyholder.admin(), "praxis").pop().unwrap()
    }

    fn spent(&self) -> (u32, u32) {
        let AdminAnswer::Status(status) = self.keyholder.admin().ask(AdminAsk::Status).unwrap() else {
            panic!()
        };
        let client = &status.cells[0].clients[0];
        (client.glimpse_spent[0], client.chart_spent[0])
    }
}

fn name_starts_with(letter: &str) -> Condition {
    Condition::Value(NAME, Test::Starts(letter.into()))
}

#[test]
fn whom_a_search_reaches_is_charged_logged_and_in_the_scope() {
    let mut p = practice(10);
    let (receipt, found) =
        p.search(query(PATIENT), found(&[(9, 1), (4, 2)], 2), reach(&[2, 1], &[3])).unwrap();
    assert_eq!((found.total, found.rounded, found.hits.len()), (2, false, 2));
    assert_eq!(p.spent(), (0, 3));
    let entry = p.last_entry();
    assert_eq!((entry.number, &entry.lasting.event), (receipt.entry, &Event::Searched));
    let fleeting = entry.fleeting.unwrap();
    assert_eq!((fleeting.patients.len(), fleeting.charged, fleeting.part), (3, 3, Part::Body));
    assert_eq!(
        fleeting.versions.iter().map(|range| (range.record, range.version)).collect::<Vec<_>>(),
        [(4, 2), (9, 1)]
    );
    assert_eq!(fleeting.interaction, Interaction::SearchType);

    let scope = |p: &Practice| scope_of(&mut p.keyholder.admin(), ScopeBy::Session(p.session.session));
    let before = scope(&p);
    assert_eq!((before.patients.len(), before.versions, before.admissions), (3, 2, 1));
    assert!(before.patients.iter().all(|patient| !patient.delivered));
    let delivered = Resolved { cell: p.session.cell, entries: vec![receipt.entry] };
    p.keyholder.record_server().ask(Ask::Delivered(delivered));
    assert!(scope(&p).patients.iter().all(|patient| patient.delivered));

    // A receipt of a search is one that a store could hold.
    let take_up = TakeUp { cell: p.session.cell, last_entry: Some((receipt.last_entry, receipt.mac)) };
    assert!(matches!(p.keyholder.record_server().ask(Ask::TakeUp(take_up)), Answer::TakenUp(_)));
}

#[test]
fn a_spent_budget_gives_nothing_and_does_not_tell_whether_somebody_matches() {
    let mut p = practice(2);
    p.search(query(PATIENT), found(&[(1, 1), (2, 1)], 2), reach(&[1, 2], &[])).unwrap();
    let new = p.search(query(PATIENT), found(&[(3, 1)], 1), reach(&[3], &[])).unwrap_err();
    let nobody = p.search(query(PATIENT), found(&[], 0), reach(&[], &[])).unwrap_err();
    assert!(matches!(
        (new, nobody),
        (Refusal::Budget { retry_after_s: 3_600 | 3_599 }, Refusal::Budget { .. })
    ));
    p.search(query(PATIENT), found(&[(1, 1)], 1), reach(&[1], &[]))
        .expect("who was reached can be reached again");
    p.search(query(ORGANIZATION), found(&[], 0), reach(&[], &[])).expect("the house has no patients");
    assert_eq!(p.spent(), (0, 2));
    let entries = log_of(&mut p.keyholder.admin(), "praxis");
    let refused = entries.iter().find(|entry| entry.lasting.event == Event::Refused).unwrap();
    let fleeting = refused.fleeting.as_ref().unwrap();
    assert_eq!((fleeting.patients.len(), fleeting.charged), (1, 0), "whom it would have reached is named");
    let scope = scope_of(&mut p.keyholder.admin(), ScopeBy::Session(p.session.session));
    assert_eq!((scope.patients.len(), scope.refusals), (2, 2));
}

#[test]
fn part_of_a_page_is_never_given() {
    let mut p = practice(2);
    let all = p.search(query(PATIENT), found(&[(1, 1), (2, 1), (3, 1)], 3), reach(&[1, 2, 3], &[]));
    assert!(matches!(all, Err(Refusal::Budget { .. })));
    assert_eq!(p.spent(), (0, 0));
}

#[test]
fn a_glimpse_is_what_asks_for_the_line_whatever_the_record_server_says() {
    let mut p = practice(10);
    let line = Query { glimpse: true, all: vec![name_starts_with("m")], ..query(PATIENT) };
    p.search(line.clone(), found(&[(1, 1)], 1), reach(&[1], &[])).unwrap();
    assert_eq!(p.spent(), (1, 0));
    let other = Condition::Value(NAME + 1, Test::Exact("positive".into()));
    for (number, claimed) in [
        Query { all: vec![other.clone()], ..line.clone() },
        Query {
            all: vec![Condition::Not(Box::new(Condition::Any(vec![name_starts_with("m"), other])))],
            ..line.clone()
        },
        Query { kinds: vec![OBSERVATION], ..line.clone() },
        Query { glimpse: false, ..line },
    ]
    .into_iter()
    .enumerate()
    {
        p.search(claimed, found(&[(1, 1)], 1), reach(&[number as u8 + 10], &[])).unwrap();
        assert_eq!(p.spent(), (1, number as u32 + 1));
    }
}

#[test]
fn counts_are_rounded_for_those_who_have_no_need_when_many_match() {
    let many = || Reach { many: true, ..reach(&[1], &[]) };
    let mut reader = practice_of("fhir-reader", 10);
    let (_, found_many) = reader.search(query(PATIENT), found(&[(1, 1)], 12_345), many()).unwrap();
    assert_eq!((found_many.total, found_many.rounded), (12_000, true));
    let (_, few) = reader.search(query(OBSERVATION), found(&[(1, 1)], 12_345), reach(&[1], &[])).unwrap();
    assert_eq!((few.total, few.rounded), (12_345, false), "of few patients");
    let mut client = practice(10);
    let (_, exact) = client.search(query(PATIENT), found(&[(1, 1)], 12_345), many()).unwrap();
    assert_eq!((exact.total, exact.rounded), (12_345, false));
}

#[test]
fn many_searches_that_only_count_are_an_alarm_and_those_that_show_are_none() {
    let mut p = practice(10);
    let mut admin = p.keyholder.admin();
    let mut alarms = |ask| match admin.ask(AdminAsk::Alarms { cell: "praxis".into(), ask }).unwrap() {
        AdminAnswer::Alarms(AlarmsAnswer::Alarms(page)) => page.alarms,
        AdminAnswer::Alarms(_) => Vec::new(),
        other => panic!("{other:?}"),
    };
    let rules = AlarmRules { counts: 3, counts_minutes: 10, ..AlarmRules::default() };
    alarms(AlarmsAsk::SetRules(rules));
    let list = || AlarmsAsk::List { before: None, limit: 10 };
    for _ in 0..3 {
        p.search(query(PATIENT), found(&[], 40), reach(&[], &[])).unwrap();
    }
    for done in 0..3 {
        assert_eq!(alarms(list()), [], "after {done}");
        p.search(Query { count: 0, ..query(PATIENT) }, found(&[], 40), reach(&[], &[])).unwrap();
    }
    let raised = alarms(list());
    assert_eq!((raised.len(), raised[0].kind, raised[0].count), (1, AlarmKind::ManyCounts, 3));
    assert!(!raised[0].suspended && raised[0].principal == Some(p.session.principal));
    p.search(Query { count: 0, ..query(PATIENT) }, found(&[], 40), reach(&[], &[])).unwrap();
    assert_eq!(alarms(list()).len(), 1, "once within an hour");
}

#[test]
fn searches_have_a_budget_that_a_restart_does_not_refill() {
    let mut p = practice(3);
    for _ in 0..98 {
        p.search(query(PATIENT), found(&[], 40), reach(&[], &[])).unwrap();
    }
    p.lane.ask(1, &p.session, query(PATIENT));
    let (ticket, _) = p.indexer.search();
    p.indexer.say(&FromIndexer::Found { ticket, found: Err(SearchFault::TooCostly) });
    assert_eq!(p.lane.fault(), SearchFault::TooCostly);
    let refused = p.search(query(PATIENT), found(&[], 4), reach(&[1, 2, 3, 4], &[])).unwrap_err();
    assert!(matches!(refused, Refusal::Budget { .. }), "of patients; and it counts");
    let Refusal::Budget { retry_after_s } = p.refused_at_once() else { panic!() };
    assert!((3_500..=3_661).contains(&retry_after_s), "{retry_after_s}");

    let Practice { keyholder, session, dir, .. } = p;
    keyholder.stop().unwrap();
    let keyholder = Keyholder::start(dir.path());
    let mut lane = Lane::connect(&keyholder);
    lane.ask(1, &session, query(PATIENT));
    assert!(matches!(lane.found(), Err(Refusal::Budget { .. })));
}

#[test]
fn what_is_under_way_when_trust_ends_is_not_answered() {
    let mut p = practice(10);
    let mut admin = p.keyholder.admin();
    let quarantine = |on| AdminAsk::Quarantine { cell: "praxis".into(), on };
    p.lane.ask(1, &p.session, query(PATIENT));
    let (ticket, _) = p.indexer.search();
    p.lane.stopping(|| admin.ask(quarantine(true)).unwrap());
    let answer = |ticket| FromIndexer::Found { ticket, found: Ok((found(&[(1, 1)], 1), reach(&[1], &[]))) };
    p.indexer.say(&answer(ticket));
    assert_eq!(p.lane.found(), Err(Refusal::Quarantined));
    assert_eq!(p.refused_at_once(), Refusal::Quarantined);
    admin.ask(quarantine(false)).unwrap();
    p.lane.ask(1, &p.session, query(PATIENT));
    let (ticket, _) = p.indexer.search();
    let session = p.session.session;
    p.lane.stopping(|| admin.ask(AdminAsk::RevokeSession { session }).unwrap());
    p.indexer.say(&answer(ticket));
    assert_eq!(p.lane.found(), Err(Refusal::NoSession));
    assert_eq!(p.refused_at_once(), Refusal::NoSession);
    assert_eq!(p.spent(), (0, 0));
}

#[test]
fn roles_hold_and_an_importer_learns_only_whether_there_is_one() {
    let mut p = practice_of("importer", 10);
    assert_eq!(p.refused_at_once(), Refusal::NotAllowed);
    let existence = Query { count: 2, ..query(PATIENT) };
    p.search(existence.clone(), found(&[(1, 1)], 1), reach(&[1], &[])).unwrap();
    p.lane.ask(1, &p.session, existence);
    p.indexer.answer(found(&[(1, 1), (2, 1), (3, 1)], 3), reach(&[1, 2, 3], &[]));
    assert_eq!(p.lane.fault(), SearchFault::TooCostly, "an indexer that gives more than was asked for");
}

#[test]
fn an_indexer_that_dies_with_a_search_gets_it_once_more() {
    let mut p = practice(10);
    p.lane.ask(7, &p.session, query(PATIENT));
    p.indexer.search();
    let mut second = Indexer::open(&p.keyholder, None, 1);
    second.caught_up();
    let (ticket, _) = second.search();
    p.lane.ask(8, &p.session, query(OBSERVATION));
    let (other, _) = second.search();
    second.say(&FromIndexer::Found { ticket: other, found: Ok((found(&[], 0), reach(&[], &[]))) });
    assert_eq!(p.lane.searched().0, 8, "it overtakes the other");
    drop(second);
    assert_eq!(p.lane.fault(), SearchFault::NotReady, "no third try");
    let mut third = Indexer::open(&p.keyholder, None, 1);
    third.caught_up();
    third.say(&FromIndexer::Found { ticket, found: Ok((found(&[(1, 1)], 1), reach(&[1], &[]))) });
    p.lane.ask(9, &p.session, query(PATIENT));
    let (ticket, _) = third.search();
    third.say(&FromIndexer::Found { ticket, found: Err(SearchFault::BadCursor) });
    assert_eq!(p.lane.fault(), SearchFault::BadCursor, "an answer to nobody's question is nothing");
    assert_eq!(p.spent(), (0, 0));
}

#[test]
fn a_search_whose_index_is_lost_meanwhile_waits_until_it_is_fed() {
    let mut p = practice(10);
    let mut server = p.keyholder.record_server();
    let header = p.session.header(PATIENT, 1, 1, 1);
    let written = server.write_words(&p.session, header, new_patient(1), b"words").unwrap();
    server.ask(Ask::Landed(Resolved { cell: p.session.cell, entries: vec![written.entry] }));
    assert!(matches!(
        (p.indexer.next(), p.indexer.next()),
        (ToIndexer::Written { .. }, ToIndexer::Landed { .. })
    ));
    p.lane.ask(1, &p.session, query(PATIENT));
    let (ticket, _) = p.indexer.search();
    p.indexer.say(&FromIndexer::Lost { cell: p.session.cell });
    p.indexer.say(&FromIndexer::Found { ticket, found: Err(SearchFault::NotReady) });
    assert!(matches!(p.indexer.next(), ToIndexer::Rebuild { .. }));
    let wanted = p.lane.wanted();
    assert!(p.lane.feed(wanted, &[&written], true));
    assert!(matches!(p.indexer.next(), ToIndexer::Fed { .. }));
    p.indexer.caught_up();
    p.indexer.answer(found(&[(1, 1)], 1), reach(&[1], &[]));
    p.lane.found().unwrap();
}

#[test]
fn without_an_indexer_searches_wait_for_some_seconds() {
    let mut p = practice(10);
    drop(p.indexer);
    let began = Instant::now();
    p.lane.ask(1, &p.session, query(PATIENT));
    assert_eq!(p.lane.fault(), SearchFault::NotReady);
    let waited = began.elapsed();
    assert!(waited > Duration::from_secs(4) && waited < Duration::from_secs(8), "{waited:?}");
    // The first of many that wait is not pushed out by the others.
    for ticket in 0..1_030 {
        p.lane.ask(ticket, &p.session, query(PATIENT));
    }
    let (mut waiting, mut at_once) = (0, 0);
    let began = Instant::now();
    for _ in 0..1_030 {
        assert!(matches!(p.lane.searched().1, Searched::Fault(SearchFault::NotReady)));
        *(if began.elapsed() < Duration::from_secs(3) { &mut at_once } else { &mut waiting }) += 1;
    }
    assert_eq!((at_once, waiting), (6, 1_024));
}

#[test]
fn hostile_questions_end_at_most_their_connection() {
    let mut p = practice(10);
    let too_many = Query { all: vec![name_starts_with("a"); MAX_CONDITIONS + 1], ..query(PATIENT) };
    let deep = (0..40).fold(name_starts_with("a"), |inner, _| Condition::Not(Box::new(inner)));
    for query in [
        too_many,
        Query { all: vec![deep], ..query(PATIENT) },
        Query { count: MAX_PAGE + 1, ..query(PATIENT) },
        Query { all: vec![name_starts_with(&"a".repeat(1 << 20))], ..query(PATIENT) },
        Query { after: Some(vec![0; 1 << 20]), ..query(PATIENT) },
    ] {
        p.lane.ask(1, &p.session, query);
        assert_eq!(p.lane.fault(), SearchFault::Malformed);
    }
    // One ticket twice is two questions.
    p.lane.ask(5, &p.session, query(PATIENT));
    p.lane.ask(5, &p.session, query(PATIENT));
    let (first, _) = p.indexer.search();
    let (second, _) = p.indexer.search();
    assert_ne!(first, second);
    for ticket in [second, second, first, u64::MAX] {
        p.indexer.say(&FromIndexer::Found { ticket, found: Ok((found(&[], 0), reach(&[], &[]))) });
    }
    p.lane.found().unwrap();
    p.lane.found().unwrap();

    let search = |admit| Request::Search(Search { ticket: 1, admit, query: Box::new(query(PATIENT)) });
    p.lane.send(&search(p.session.admit(Interaction::SearchType, Intent::Missing)));
    assert_eq!(p.lane.found(), Err(Refusal::Malformed), "a search has no intents");
    let token = std::mem::replace(&mut p.session.token, salus_trust_api::Token::random().unwrap());
    assert_eq!(p.refused_at_once(), Refusal::NoSession);
    p.session.token = token;

    let mut batches = p.keyholder.record_server();
    batches.send(&search(p.session.admit(Interaction::SearchType, Intent::Missing)));
    assert!(batches.receive().is_none(), "no searches where batches are asked");
    let mut lane = Lane::connect(&p.keyholder);
    lane.send(&Request::Batch(Vec::new()));
    assert!(lane.receive().is_none(), "no batches where searches are asked");
    p.lane = Lane::connect(&p.keyholder);
    p.search(query(PATIENT), found(&[], 0), reach(&[], &[])).unwrap();
}

#[test]
fn searches_do_not_wait_for_each_other_nor_batches_for_them() {
    let mut p = practice(10);
    p.lane.ask(1, &p.session, query(PATIENT));
    let (slow, _) = p.indexer.search();
    let mut server = p.keyholder.record_server();
    let began = Instant::now();
    let header = p.session.header(PATIENT, 1, 1, 1);
    let written = server.write_words(&p.session, header, new_patient(1), b"words").unwrap();
    server.ask(Ask::Landed(Resolved { cell: p.session.cell, entries: vec![written.entry] }));
    assert!(began.elapsed() < Duration::from_secs(2));
    p.indexer.say(&FromIndexer::Found { ticket: slow, found: Ok((found(&[], 0), reach(&[], &[]))) });
    p.lane.found().unwrap();
}

//! Canaries and the index: invented people are compared with the cell's own before they are made, and nothing that the indexer or the record
//! server counts tells a canary from a patient.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use salus_seal::entry::alarms::{AlarmEvent, AlarmKind, AlarmRules};
use salus_seal::entry::{Event, Interaction};
use salus_seal::{Part, Pseudonym, SessionId};
use salus_trust_api::admin::{AdminClient, AdminClientError};
use salus_trust_api::frame;
use salus_trust_api::wire::alarms::*;
use salus_trust_api::wire::index::*;
use salus_trust_api::wire::query::*;
use salus_trust_api::wire::*;
use support::searching::*;
use support::*;

struct Practice {
    keyholder: Keyholder,
    server: RecordServer,
    session: Session,
    maker: Session,
    _dir: tempfile::TempDir,
}

/// A practice, and a session whose places are open.
fn practice() -> Practice {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 100_000);
    let session = sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(99_000));
    let maker = sign_in(&mut admin, "praxis", cell, "importer", budgets(0));
    let server = keyholder.record_server();
    Practice { keyholder, server, session, maker, _dir: dir }
}

fn ask(admin: &mut AdminClient, ask: CanaryAsk) -> Result<CanaryAnswer, AdminError> {
    match admin.ask(AdminAsk::Canaries { cell: "praxis".into(), ask }) {
        Ok(AdminAnswer::Canaries(answer)) => Ok(answer),
        Err(AdminClientError::Admin(error)) => Err(error),
        other => panic!("{other:?}"),
    }
}

fn called(name: &str) -> Condition {
    Condition::All(vec![Condition::Value(NAME, Test::Starts(name.into()))])
}

fn people(names: &[&str]) -> Vec<Likeness> {
    let one = |name: &&str| Likeness { twin: Condition::Any(vec![called(name)]), namesake: called(name) };
    names.iter().map(one).collect()
}

fn compare(session: SessionId, people: Vec<Likeness>) -> CanaryAsk {
    CanaryAsk::Compare { session, people }
}

#[test]
fn invented_people_are_compared_by_the_index_and_only_for_whoever_makes_canaries() {
    let p = practice();
    let mut admin = p.keyholder.admin();
    let maker = p.maker.session;
    assert!(matches!(ask(&mut admin, compare(maker, people(&["Selten"]))), Err(AdminError::NotFound { .. })));
    ask(&mut admin, CanaryAsk::OpenPlaces { session: maker }).unwrap();
    let unavailable = |answer| matches!(answer, Err(AdminError::Unavailable { .. }));
    assert!(unavailable(ask(&mut admin, compare(maker, people(&["Selten"])))), "there is no indexer");

    let mut indexer = Indexer::open(&p.keyholder, None, 1);
    indexer.caught_up();
    let other = p.session.session;
    assert!(matches!(ask(&mut admin, compare(other, people(&["Selten"]))), Err(AdminError::NotFound { .. })));
    let named = |condition: Condition| Likeness { twin: condition, namesake: called("x") };
    for wrong in [
        vec![],
        people(&["x"; MAX_COMPARED_AT_ONCE + 1]),
        vec![named(Condition::Content("diabetes".into()))],
        vec![named(Condition::Not(Box::new(called("x"))))],
        vec![named(Condition::Any(vec![called("x"); MAX_CONDITIONS + 1]))],
        vec![named(Condition::ReferredToBy {
            kind: OBSERVATION,
            parameter: 9,
            meets: Box::new(called("x")),
        })],
    ] {
        assert!(matches!(ask(&mut admin, compare(maker, wrong)), Err(AdminError::Invalid { .. })));
    }
    // Of the first there is a twin and 250 namesakes, of the second nobody.
    let answers = std::thread::scope(|scope| {
        let asked = scope.spawn(|| ask(&mut admin, compare(maker, people(&["Oft", "Selten"]))));
        let mut tickets = Vec::new();
        for total in [1, 250, 0, 0] {
            let (ticket, query) = indexer.search();
            assert_eq!((query.kinds.as_slice(), query.count), (&[PATIENT][..], 0), "a count, and no hit");
            tickets.push((ticket, total));
        }
        // In whatever order it answers.
        for (ticket, total) in tickets.into_iter().rev() {
            indexer.say(&FromIndexer::Found { ticket, found: Ok((found(&[], total), reach(&[], &[]))) });
        }
        asked.join().unwrap().unwrap()
    });
    let expected =
        [Alike { has_twin: true, namesakes: MAX_NAMESAKES }, Alike { has_twin: false, namesakes: 0 }];
    assert_eq!(answers, CanaryAnswer::Compared(expected.to_vec()));
    let entries = log_of(&mut admin, "praxis");
    let of = |entry: &LogEntry| match entry.lasting.event {
        Event::Alarm(AlarmEvent::Compared { session, people }) => Some((session, people)),
        _ => None,
    };
    assert_eq!(
        entries.iter().filter_map(of).collect::<Vec<_>>(),
        [(maker, 2)],
        "an entry, which names nobody"
    );
    // What their records are to refer to: of the house, and nothing else.
    let named = |kind, id: &str| words::RecordName { kind, id: id.into() };
    let records = vec![named(ORGANIZATION, "org-1"), named(ORGANIZATION, "org-2")];
    let there = std::thread::scope(|scope| {
        let asked = scope.spawn(|| ask(&mut admin, CanaryAsk::AreThere { session: maker, records }));
        for total in [1, 0] {
            let (ticket, query) = indexer.search();
            assert!(matches!(query.all[..], [Condition::Id(_)]) && query.kinds == [ORGANIZATION]);
            indexer.say(&FromIndexer::Found { ticket, found: Ok((found(&[], total), reach(&[], &[]))) });
        }
        asked.join().unwrap().unwrap()
    });
    assert_eq!(there, CanaryAnswer::AreThere(vec![true, false]));
    for (session, records) in
        [(maker, vec![]), (maker, vec![named(PATIENT, "p-1")]), (other, vec![named(ORGANIZATION, "org-1")])]
    {
        assert!(ask(&mut admin, CanaryAsk::AreThere { session, records }).is_err());
    }
    // The indexer dies in the middle of it.
    let gone = std::thread::scope(|scope| {
        let asked = scope.spawn(|| ask(&mut admin, compare(maker, people(&["Oft"]))));
        indexer.search();
        drop(indexer);
        asked.join().unwrap()
    });
    assert!(unavailable(gone));
    // There is an end to it, and none after the session has made them.
    let mut indexer = Indexer::open(&p.keyholder, None, 1);
    indexer.caught_up();
    let mut left = MAX_COMPARED_PER_SESSION - 3;
    while left > 0 {
        let count = left.min(MAX_COMPARED_AT_ONCE as u32);
        std::thread::scope(|scope| {
            let asked = scope.spawn(|| ask(&mut admin, compare(maker, people(&vec!["x"; count as usize]))));
            (0..2 * count).for_each(|_| indexer.answer(found(&[], 0), reach(&[], &[])));
            asked.join().unwrap().unwrap()
        });
        left -= count;
    }
    assert!(matches!(ask(&mut admin, compare(maker, people(&["x"]))), Err(AdminError::Invalid { .. })));
    ask(&mut admin, CanaryAsk::Keep { session: maker, patients: vec![] }).unwrap();
    assert!(matches!(ask(&mut admin, compare(maker, people(&["x"]))), Err(AdminError::NotFound { .. })));
}

/// What can be counted of a message: its bytes in the frame, numbers that count on in each being as long as any.
fn bytes(message: &impl serde::Serialize) -> u64 {
    frame::encode(message).unwrap().len() as u64
}

/// What the indexer is told when somebody is written and lands, and what the record server is answered.
fn written(
    p: &mut Practice,
    indexer: &mut Indexer,
    by: &Session,
    number: u64,
) -> (Stored, Vec<(&'static str, u64)>) {
    let header = by.header(PATIENT, number, number, 1);
    let stored = p.server.write_words(by, header, new_patient(number), b"words").unwrap();
    let mut seen = vec![
        ("bytes of the version's wrap", stored.wrap.len() as u64),
        ("bytes of the compartment's wrap", stored.compartment.wrap.len() as u64),
    ];
    let ToIndexer::Written { cell, entry, items } = indexer.next() else { panic!() };
    seen.extend([
        ("items", items.len() as u64),
        ("whose", items[0].whose.len() as u64),
        ("bytes of the words", items[0].words.len() as u64),
        ("bytes of what is told", bytes(&ToIndexer::Written { cell, entry, items })),
    ]);
    let answer = p.server.ask(Ask::Landed(Resolved { cell, entries: vec![entry] }));
    seen.push(("bytes of the answer", bytes(&answer)));
    let landed = indexer.next();
    assert!(matches!(landed, ToIndexer::Landed { .. }));
    seen.push(("bytes of what is told of the landing", bytes(&landed)));
    (stored, seen)
}

/// What the record server gets when a search finds somebody.
fn searched(
    p: &Practice,
    lane: &mut Lane,
    indexer: &mut Indexer,
    (stored, whose, glimpse): (&Stored, Pseudonym, bool),
) -> Vec<(&'static str, u64)> {
    let record = stored.sealed.header.record;
    lane.ask(1_000 + record, &p.session, Query { glimpse, ..query(PATIENT) });
    let (ticket, asked) = indexer.search();
    let reached = Reach { matching: vec![whose], ..Reach::default() };
    indexer.say(&FromIndexer::Found { ticket, found: Ok((found(&[(record, 1)], 1), reached)) });
    let Some(Reply::Searched { searched, .. }) = lane.receive() else { panic!() };
    let Searched::Found { receipt, found, .. } = *searched else { panic!("{searched:?}") };
    vec![
        ("conditions asked of the index", asked.all.len() as u64),
        ("entries", receipt.last_entry - receipt.entry),
        ("bytes of what was found", bytes(&found)),
        ("bytes of the receipt", bytes(&receipt)),
    ]
}

#[test]
fn the_index_is_told_and_asked_of_a_canary_as_of_a_patient() {
    let mut p = practice();
    let mut admin = p.keyholder.admin();
    let rules = AlarmRules { canary_suspends: false, ..AlarmRules::default() };
    let set = AdminAsk::Alarms { cell: "praxis".into(), ask: AlarmsAsk::SetRules(rules) };
    admin.ask(set).unwrap();
    let session = p.maker.session;
    ask(&mut admin, CanaryAsk::OpenPlaces { session }).unwrap();
    // Numbers of entries that take as many bytes in each.
    for _ in log_of(&mut admin, "praxis").len()..200 {
        p.server.ask(Ask::Admit(p.session.admit(Interaction::Read, Intent::Missing)));
    }
    let mut indexer = Indexer::open(&p.keyholder, None, 1);
    indexer.caught_up();
    let mut lane = Lane::connect(&p.keyholder);
    let maker = Session { token: p.maker.token.clone(), ..p.maker };
    let other = sign_in(&mut admin, "praxis", p.session.cell, "importer", budgets(0));
    let mut rows = Vec::new();
    for number in 200..206 {
        let by = if number % 2 == 0 { &other } else { &maker };
        rows.push(written(&mut p, &mut indexer, by, number));
    }
    let patients = (0..3).map(|number| format!("canary-{number}")).collect();
    ask(&mut admin, CanaryAsk::Keep { session, patients }).unwrap();
    let entries = log_of(&mut admin, "praxis");
    let whose = |stored: &Stored| {
        let entry = entries.iter().find(|entry| entry.number == stored.entry).unwrap();
        entry.fleeting.as_ref().unwrap().patients[0]
    };
    let mut seen = Vec::new();
    for (stored, mut shows) in rows.iter().map(|(stored, shows)| (stored, shows.clone())) {
        for glimpse in [true, false] {
            shows.extend(searched(&p, &mut lane, &mut indexer, (stored, whose(stored), glimpse)));
        }
        seen.push(shows);
    }
    for (number, shows) in seen.iter().enumerate() {
        assert_eq!(*shows, seen[0], "{number} shows");
    }
    assert_eq!(
        log_of(&mut admin, "praxis").iter().filter(|entry| is_raised(entry)).count(),
        1,
        "they were opened"
    );

    // When the index is made anew, they are fed in the order of the rows, and told alike.
    admin.ask(AdminAsk::RebuildIndex { cell: Some("praxis".into()) }).unwrap();
    assert!(matches!(indexer.next(), ToIndexer::Rebuild { .. }));
    let wanted = lane.wanted();
    let mut told = Vec::new();
    for (stored, _) in &rows {
        assert!(lane.feed(wanted, &[stored], false));
        let fed = indexer.next();
        assert!(
            matches!(&fed, ToIndexer::Fed { items, .. } if items[0].header.record == stored.sealed.header.record)
        );
        told.push(bytes(&fed));
    }
    assert!(told.iter().all(|bytes| *bytes == told[0]), "{told:?}");
    assert!(p.server.read(&p.session, &rows[1].0, Part::Line).is_ok());
}

fn is_raised(entry: &LogEntry) -> bool {
    matches!(&entry.lasting.event, Event::Alarm(AlarmEvent::Raised(raised)) if raised.kind == AlarmKind::Canary)
}

//! A program in the record server's place opens what does not exist, asks too often, changes trust at night: each time the alarm stands in
//! the log beside its cause, a restart knows it, and the messenger is told once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use salus_seal::entry::alarms::{AlarmEvent, AlarmKind, AlarmRaised, AlarmRules, Way};
use salus_seal::entry::{Event, Interaction, Refusal};
use salus_seal::{CellId, Part, Sealed};
use salus_trust_api::admin::AdminClient;
use salus_trust_api::frame;
use salus_trust_api::wire::alarms::*;
use salus_trust_api::wire::*;
use support::*;

struct Practice {
    keyholder: Keyholder,
    server: RecordServer,
    session: Session,
    dir: tempfile::TempDir,
}

fn practice(patients: u32) -> Practice {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let session = sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(patients));
    let server = keyholder.record_server();
    Practice { keyholder, server, session, dir }
}

fn alarms(admin: &mut AdminClient, ask: AlarmsAsk) -> AlarmsAnswer {
    match admin.ask(AdminAsk::Alarms { cell: "praxis".into(), ask }).unwrap() {
        AdminAnswer::Alarms(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn page(admin: &mut AdminClient) -> AlarmPage {
    match alarms(admin, AlarmsAsk::List { before: None, limit: 100 }) {
        AlarmsAnswer::Alarms(page) => page,
        other => panic!("{other:?}"),
    }
}

fn kinds(admin: &mut AdminClient) -> Vec<AlarmKind> {
    page(admin).alarms.iter().map(|alarm| alarm.kind).collect()
}

fn canaries(admin: &mut AdminClient, ask: CanaryAsk) -> CanaryAnswer {
    match admin.ask(AdminAsk::Canaries { cell: "praxis".into(), ask }).unwrap() {
        AdminAnswer::Canaries(answer) => answer,
        other => panic!("{other:?}"),
    }
}

impl Practice {
    /// So many patients who exist, from record 1 on, and then so many who do not.
    fn fill(&mut self, real: u64, invented: u64) -> Vec<Stored> {
        let mut admin = self.keyholder.admin();
        let cell = self.session.cell;
        let mut all: Vec<Stored> = (1..=real)
            .map(|record| {
                let header = self.session.header(PATIENT, record, record, 1);
                self.server.write(&self.session, header, new_patient(record)).unwrap()
            })
            .collect();
        let maker = sign_in(&mut admin, "praxis", cell, "importer", budgets(0));
        let session = maker.session;
        canaries(&mut admin, CanaryAsk::OpenPlaces { session });
        for record in real + 1..=real + invented {
            let header = maker.header(PATIENT, record, record, 1);
            all.push(self.server.write(&maker, header, new_patient(record)).unwrap());
        }
        let patients = (0..invented).map(|number| format!("canary-{number}")).collect();
        canaries(&mut admin, CanaryAsk::Keep { session, patients });
        all
    }
}

fn raised(entries: &[LogEntry]) -> Vec<(u64, AlarmRaised)> {
    let of = |entry: &LogEntry| match &entry.lasting.event {
        Event::Alarm(AlarmEvent::Raised(raised)) => Some((entry.number, raised.clone())),
        _ => None,
    };
    entries.iter().filter_map(of).collect()
}

#[test]
fn whoever_opens_a_canary_has_the_answer_and_no_session_any_more() {
    let mut p = practice(50);
    let stored = p.fill(2, 2);
    let sizes: Vec<usize> = stored.iter().map(|one| one.compartment.wrap.len()).collect();
    assert!(sizes.iter().all(|size| *size == sizes[0]), "nothing tells them apart: {sizes:?}");
    for real in &stored[..2] {
        assert!(p.server.read(&p.session, real, Part::Body).is_ok());
    }
    assert_eq!(kinds(&mut p.keyholder.admin()), []);
    assert!(p.server.read(&p.session, &stored[2], Part::Line).is_ok(), "a line is daily work");
    assert_eq!(kinds(&mut p.keyholder.admin()), []);

    let opened = p.server.read(&p.session, &stored[2], Part::Body);
    assert_eq!(opened.unwrap(), b"{\"plain\":true}", "as for any patient");
    assert_eq!(p.server.read(&p.session, &stored[0], Part::Body).err(), Some(Refusal::NoSession));
    let entries = log_of(&mut p.keyholder.admin(), "praxis");
    let all = raised(&entries);
    assert_eq!(all.len(), 1);
    let (number, alarm) = &all[0];
    assert!(alarm.kind == AlarmKind::Canary && alarm.suspends && alarm.cause + 1 == *number);
    let entry = entries.iter().find(|entry| entry.number == *number).unwrap();
    assert_eq!(entry.principal, Some(p.session.principal));
    assert_eq!(entry.fleeting.as_ref().unwrap().patients.len(), 1, "whom, in the part that is forgotten");

    // A restart knows it, and one action lets the session go on.
    drop(p.server);
    p.keyholder.stop().unwrap();
    p.keyholder = Keyholder::start(p.dir.path());
    p.server = p.keyholder.record_server();
    let mut admin = p.keyholder.admin();
    assert_eq!(p.server.read(&p.session, &stored[0], Part::Body).err(), Some(Refusal::NoSession));
    let told = page(&mut admin);
    assert_eq!((told.unacknowledged, told.alarms[0].is_suspended), (1, true));
    alarms(&mut admin, AlarmsAsk::Restore { session: p.session.session });
    alarms(&mut admin, AlarmsAsk::Acknowledge { alarm: None });
    assert!(p.server.read(&p.session, &stored[0], Part::Body).is_ok());
    let told = page(&mut admin);
    assert_eq!((told.unacknowledged, told.alarms[0].is_suspended), (0, false));

    // One that is removed is a record like any other, though its wrap still says what it was.
    canaries(&mut admin, CanaryAsk::Remove { patient: "canary-1".into() });
    assert_eq!(canaries(&mut admin, CanaryAsk::List), CanaryAnswer::Canaries(vec!["canary-0".into()]));
    assert!(p.server.read(&p.session, &stored[3], Part::Body).is_ok());
    assert!(p.server.read(&p.session, &stored[0], Part::Body).is_ok(), "the session goes on");
}

/// Everything that the record server holds of a record and is answered about it, but for what is random or counts on in each: `(what, value)`.
fn shows(p: &mut Practice, stored: &Stored) -> Vec<(String, u64)> {
    let Sealed { header, body, line, words } = &stored.sealed;
    let mut all = [
        ("kind", u64::from(header.kind)),
        ("version", u64::from(header.version)),
        ("deleted", u64::from(header.deleted)),
        ("time", header.time_ms),
        ("record beyond compartment", header.record - header.compartment),
        ("bytes of the body", body.len() as u64),
        ("bytes of the line", line.len() as u64),
        ("bytes of the words", words.len() as u64),
        ("bytes of the version's wrap", stored.wrap.len() as u64),
        ("bytes of the compartment's wrap", stored.compartment.wrap.len() as u64),
        ("compartment beyond record", stored.compartment.number - header.record),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    for part in [Part::Line, Part::Body] {
        for interaction in [Interaction::Read, Interaction::Update, Interaction::HistoryInstance] {
            let read = Read {
                part,
                versions: vec![stored.version()],
                compartments: vec![stored.compartment.clone()],
            };
            let said = match p.server.admit(&p.session, interaction, Intent::Read(read)) {
                Ok(Admitted { receipt, valid_ms, grants }) => vec![
                    ("valid", u64::from(valid_ms)),
                    ("entries", receipt.last_entry - receipt.entry),
                    ("grants", grants.len() as u64),
                    ("bytes", frame::encode(&grants).unwrap().len() as u64),
                ],
                Err(refusal) => vec![("refused", frame::encode(&refusal).unwrap().len() as u64)],
            };
            all.extend(
                said.into_iter().map(|(name, value)| (format!("{part:?} {interaction:?}: {name}"), value)),
            );
        }
    }
    all
}

#[test]
fn what_the_record_server_has_and_gets_is_alike_for_canaries_and_for_others_and_takes_as_long() {
    let mut p = practice(50);
    let rules = AlarmRules { canary_suspends: false, ..AlarmRules::default() };
    alarms(&mut p.keyholder.admin(), AlarmsAsk::SetRules(rules));
    let stored = p.fill(3, 2);
    let all: Vec<Vec<(String, u64)>> = stored.iter().map(|one| shows(&mut p, one)).collect();
    for (at, other) in all.iter().enumerate() {
        assert_eq!(*other, all[0], "record {} shows", at + 1);
    }
    assert_eq!(kinds(&mut p.keyholder.admin()), [AlarmKind::Canary], "they were opened");
    // One by one in turn, so that whatever else this machine does meets both alike.
    let mut took = [Vec::new(), Vec::new()];
    for turn in 0..400 {
        let began = std::time::Instant::now();
        assert!(p.server.read(&p.session, &stored[if turn % 2 == 0 { 1 } else { 4 }], Part::Body).is_ok());
        took[turn % 2].push(began.elapsed().as_secs_f64());
    }
    let [real, canary] = took.map(|mut all| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    });
    println!("a read took {:.0} µs, of a canary {:.0} µs (medians of 200)", real * 1e6, canary * 1e6);
    assert!((0.67..1.5).contains(&(canary / real)), "{canary} {real}");
}

#[test]
fn a_wrap_speaks_for_itself_where_the_list_was_lost_and_rules_are_data() {
    let mut p = practice(50);
    let mut admin = p.keyholder.admin();
    let maker = sign_in(&mut admin, "praxis", p.session.cell, "importer", budgets(0));
    canaries(&mut admin, CanaryAsk::OpenPlaces { session: maker.session });
    let stored = p.server.write(&maker, maker.header(PATIENT, 1, 1, 1), new_patient(1)).unwrap();
    assert_eq!(canaries(&mut admin, CanaryAsk::List), CanaryAnswer::Canaries(vec![]));
    let ask = AlarmsAsk::SetRules(AlarmRules { canary_suspends: false, ..AlarmRules::default() });
    alarms(&mut admin, ask);
    let bad = AlarmsAsk::SetRules(AlarmRules { refusals: 0, ..AlarmRules::default() });
    assert!(admin.ask(AdminAsk::Alarms { cell: "praxis".into(), ask: bad }).is_err());
    assert!(p.server.read(&p.session, &stored, Part::Body).is_ok());
    assert_eq!(kinds(&mut admin), [AlarmKind::Canary]);
    assert!(p.server.read(&p.session, &stored, Part::Body).is_ok(), "by the rules, no session is suspended");
    assert_eq!(kinds(&mut admin).len(), 1, "and one alarm an hour is enough");
}

#[test]
fn whoever_may_open_everybody_raises_an_alarm_and_goes_on() {
    let mut p = practice(100_000);
    let all = p.fill(1, 1);
    for stored in [&all[1], &all[0], &all[1]] {
        assert!(p.server.read(&p.session, stored, Part::Body).is_ok());
    }
    let alarms = page(&mut p.keyholder.admin()).alarms;
    assert_eq!(alarms.len(), 1);
    assert!(alarms[0].kind == AlarmKind::Canary && !alarms[0].suspended);
}

#[test]
fn several_canaries_seen_in_lists_are_an_alarm_and_suspend_nobody() {
    let mut p = practice(50);
    let stored = p.fill(1, 3);
    for (seen, canary) in stored[1..].iter().enumerate() {
        assert_eq!(kinds(&mut p.keyholder.admin()), [], "{seen}");
        assert!(p.server.read(&p.session, canary, Part::Line).is_ok());
        assert!(p.server.read(&p.session, canary, Part::Line).is_ok(), "the same twice is one");
    }
    let told = page(&mut p.keyholder.admin());
    assert!(told.alarms.len() == 1 && told.alarms[0].in_lists && !told.alarms[0].suspended);
    assert_eq!(told.alarms[0].count, 3);
    assert!(p.server.read(&p.session, &stored[0], Part::Body).is_ok());
}

#[test]
fn refusals_budgets_histories_addresses_and_nights_raise_their_alarms() {
    let mut p = practice(1);
    let stored = p.fill(2, 0);
    let mut admin = p.keyholder.admin();
    let rules = AlarmRules { refusals: 3, refusals_minutes: 10, ..AlarmRules::default() };
    alarms(&mut admin, AlarmsAsk::SetRules(rules));
    let of_first = || {
        let compartments = vec![stored[0].compartment.clone()];
        Read { part: Part::Body, versions: vec![stored[0].version()], compartments }
    };
    let mut first = p.session.admit(Interaction::Read, Intent::Read(of_first()));
    first.address = [1; 16];
    assert!(matches!(p.server.ask(Ask::Admit(first)), Answer::Admitted(_)));
    assert!(p.server.read(&p.session, &stored[1], Part::Body).is_err());
    assert_eq!(kinds(&mut admin), [AlarmKind::BudgetSpent]);
    for _ in 0..3 {
        let mut admit = p.session.admit(Interaction::Read, Intent::Missing);
        admit.address = [9; 16];
        p.server.ask(Ask::Admit(admit));
    }
    let mut wrong = stored[0].version();
    wrong.hash = [1; 32];
    let compartments = vec![stored[0].compartment.clone()];
    assert!(p.server.read_as(&p.session, Part::Body, wrong, compartments).is_err());
    let read = of_first();
    p.server.ask(Ask::Admit(p.session.admit(Interaction::HistorySystem, Intent::Read(read))));
    let mut all = kinds(&mut admin);
    all.sort_unstable();
    let expected = [
        AlarmKind::BudgetSpent,
        AlarmKind::NewDevice,
        AlarmKind::ManyRefusals,
        AlarmKind::Export,
        AlarmKind::Tampering,
    ];
    assert!(expected.iter().all(|kind| all.contains(kind)), "{all:?}");
    assert_eq!(all.len(), expected.len(), "each once: {all:?}");

    // The first day is that of setting up; some hour of the next week is night, and some is not.
    let mut at_night = 0;
    for hour in 0..26 * 3 {
        assert!(matches!(admin.ask(AdminAsk::MoveClock { by_ms: 3_600_000 }), Ok(AdminAnswer::Done)));
        sign_in(&mut admin, "praxis", p.session.cell, "fhir-reader", budgets(1));
        let now = kinds(&mut admin).iter().filter(|kind| **kind == AlarmKind::TrustAtNight).count();
        assert!(now == 0 || hour >= 23, "{hour}");
        at_night = now;
    }
    assert!(at_night >= 18, "two nights at least: {at_night}");
}

/// A program in the messenger's place.
fn messenger(p: &Practice, ways: Vec<Way>) -> RecordServer {
    let mut messenger =
        RecordServer::connect(p.dir.path(), Role::Messenger, &MESSENGER_KEY).expect("welcome");
    messenger.send(&Request::Messenger(FromMessenger::Ways(ways)));
    messenger
}

fn told(messenger: &mut RecordServer) -> Vec<AlarmTold> {
    match messenger.receive() {
        Some(Reply::Alarms(alarms)) => alarms,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_owed_is_told_until_the_messenger_says_that_it_was() {
    let mut p = practice(50);
    let stored = p.fill(1, 1);
    let mut post = messenger(&p, vec![Way::Mail, Way::Webhook]);
    wait_for(&p, |page| page.ways.len() == 2 && page.ways.iter().all(|way| way.is_there));
    assert!(p.server.read(&p.session, &stored[1], Part::Body).is_ok());
    let first = told(&mut post);
    assert_eq!((first.len(), first[0].kind, first[0].suspended), (1, AlarmKind::Canary, true));
    assert_eq!(first[0].session, Some(p.session.session));
    let (cell, alarm): (CellId, u64) = (first[0].cell, first[0].number);
    post.send(&Request::Messenger(FromMessenger::Told { way: Way::Webhook, cell, alarm }));
    let trouble = WayTrouble::NoAnswer;
    post.send(&Request::Messenger(FromMessenger::Failed { way: Way::Mail, trouble }));
    let page = wait_for(&p, |page| page.ways.iter().any(|way| way.trouble.is_some()));
    let waits: Vec<(Way, u32)> = page.ways.iter().map(|way| (way.way, way.waiting)).collect();
    assert_eq!(waits, [(Way::Mail, 1), (Way::Webhook, 0)]);

    // Both processes die. What was not told is told again, and by that way alone.
    drop((post, p.server));
    p.keyholder.stop().unwrap();
    p.keyholder = Keyholder::start(p.dir.path());
    p.server = p.keyholder.record_server();
    let mut post = messenger(&p, vec![Way::Mail, Way::Webhook]);
    let again = told(&mut post);
    assert_eq!((again.len(), again[0].number, again[0].owed.as_slice()), (1, alarm, &[Way::Mail][..]));
    for _ in 0..2 {
        post.send(&Request::Messenger(FromMessenger::Told { way: Way::Mail, cell, alarm }));
    }
    wait_for(&p, |page| page.ways.iter().all(|way| way.waiting == 0));
    let entries = log_of(&mut p.keyholder.admin(), "praxis");
    let is_told = |entry: &&LogEntry| matches!(entry.lasting.event, Event::Alarm(AlarmEvent::Told { .. }));
    assert_eq!(entries.iter().filter(is_told).count(), 2, "once for each way");
}

fn wait_for(p: &Practice, is_there: impl Fn(&AlarmPage) -> bool) -> AlarmPage {
    let mut admin = p.keyholder.admin();
    for _ in 0..500 {
        let page = page(&mut admin);
        if is_there(&page) {
            return page;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{:?}", page(&mut admin));
}

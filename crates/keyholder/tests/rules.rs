//! A cell's rules: in force at the next admission and after a restart; compared by name before; guards that nothing lifts; put back.

#![allow(clippy::unwrap_used)]

mod support;

use salus_keyholder::policy::{ROLES, number};
use salus_keyholder::rules::{Table, cedar};
use salus_seal::Part;
use salus_seal::entry::alarms::{AlarmKind, AlarmRules};
use salus_seal::entry::{Event, Refusal};
use salus_trust_api::admin::AdminClientError;
use salus_trust_api::wire::administer::{Administer, CellAnswer, CellAsk};
use salus_trust_api::wire::alarms::{AlarmsAnswer, AlarmsAsk};
use salus_trust_api::wire::incident::*;
use salus_trust_api::wire::people::OfSession;
use salus_trust_api::wire::policy::*;
use salus_trust_api::wire::query::{Condition, Query};
use salus_trust_api::wire::*;
use support::budgets::{Member, Practice};
use support::searching::{Indexer, Lane, found, query, reach};
use support::*;

const NO_RESULTS: &str = r#"
@id("no-results-at-the-desk")
forbid (principal == Role::"medical-assistant", action, resource == Category::"results");
"#;

fn without_results() -> String {
    format!("{}{NO_RESULTS}", cedar::own_text())
}

fn practice() -> Practice {
    Practice::new(limits(100), 2)
}

fn machine(p: &Practice, ask: PolicyAsk) -> Result<PolicyAnswer, AdminError> {
    match p.admin().ask(AdminAsk::Policy { cell: "praxis".into(), ask }) {
        Ok(AdminAnswer::Policy(answer)) => Ok(answer),
        Err(AdminClientError::Admin(error)) => Err(error),
        other => panic!("{other:?}"),
    }
}

fn administer(p: &mut Practice, session: &Session, ask: PolicyAsk) -> Result<PolicyAnswer, AdminError> {
    let of = OfSession { token: session.token.clone(), cell: p.cell, proof: Vec::new(), address: [1; 16] };
    let ask = Administer { of, ask: CellAsk::Policy(ask) };
    match p.server.ask(Ask::Administer(Box::new(ask))) {
        Answer::Administered(outcome) => match *outcome {
            Ok(CellAnswer::Policy(answer)) => Ok(answer),
            Err(error) => Err(error),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn set(p: &Practice, draft: PolicyDraft, against: Option<u64>) -> u64 {
    let ask = PolicyAsk::Set { draft, against, reason: "the desk needs no results".into() };
    let PolicyAnswer::Set(entry) = machine(p, ask).unwrap() else { panic!("not set") };
    entry
}

fn fault(p: &Practice, text: &str) -> PolicyFault {
    match machine(p, PolicyAsk::Preview(PolicyDraft::Text(text.into()))).unwrap() {
        PolicyAnswer::Fault(fault) => fault,
        other => panic!("{text}: {other:?}"),
    }
}

fn signed_in(p: &mut Practice, role: &str) -> (Member, Session) {
    let mut member = p.member(role, None);
    let session = p.session(&mut member);
    (member, session)
}

fn rights(p: &mut Practice, session: &Session) -> Rights {
    let of = OfSession { token: session.token.clone(), cell: p.cell, proof: Vec::new(), address: [1; 16] };
    match p.server.ask(Ask::Rights(of)) {
        Answer::Rights(rights) => rights,
        other => panic!("{other:?}"),
    }
}

#[test]
fn rules_hold_at_the_next_admission_and_after_a_restart() {
    let mut p = practice();
    let (_member, desk) = signed_in(&mut p, "medical-assistant");
    let (_other, physician) = signed_in(&mut p, "physician");
    let header = physician.header(OBSERVATION, 1, 100, 1);
    let into = WriteCompartment::Existing(p.charts[0].compartment.clone());
    let result = p.server.write(&physician, header, into.clone()).unwrap();
    assert!(p.server.read(&desk, &result, Part::Body).is_ok());
    set(&p, PolicyDraft::Text(without_results()), None);
    for _ in 0..2 {
        // By id it is as if it were not there, so that ids cannot be tried.
        assert_eq!(p.server.read(&desk, &result, Part::Body).unwrap_err(), Refusal::Missing);
        let patient = p.charts[0].clone();
        assert!(p.server.read(&desk, &patient, Part::Body).is_ok(), "the rest of the chart stays");
        assert!(p.server.read(&physician, &result, Part::Body).is_ok());
        let new = desk.header(OBSERVATION, 1, 101, 1);
        assert_eq!(p.server.write(&desk, new, into.clone()).err(), Some(Refusal::NotAllowed));
        let own = rights(&mut p, &desk);
        assert!(!own.read.holds(Category::Results) && own.read.holds(Category::Identity));
        p.restart();
    }
}

#[test]
fn a_search_looks_into_nothing_that_its_role_may_not_see() {
    let mut p = Practice::new(limits(100), 0);
    let keyholder = p.keyholder.as_ref().unwrap();
    let mut indexer = Indexer::open(keyholder, None, 1);
    indexer.caught_up();
    let mut lane = Lane::connect(keyholder);
    let (_member, desk) = signed_in(&mut p, "medical-assistant");
    set(&p, PolicyDraft::Text(without_results()), None);
    let has = Condition::ReferredToBy {
        kind: OBSERVATION,
        parameter: 9,
        meets: Box::new(Condition::Present(NAME)),
    };
    let denied = [
        query(OBSERVATION),
        Query { kinds: Vec::new(), ..query(PATIENT) },
        Query { all: vec![has], ..query(PATIENT) },
    ];
    for query in denied {
        lane.ask(1, &desk, query);
        assert_eq!(lane.found().err(), Some(Refusal::NotAllowed));
    }
    lane.ask(2, &desk, query(PATIENT));
    indexer.answer(found(&[], 0), reach(&[], &[]));
    lane.found().unwrap();
}

#[test]
fn a_preview_names_whom_it_concerns_and_changes_nothing() {
    let mut p = practice();
    for _ in 0..2 {
        p.member("medical-assistant", None);
    }
    set(&p, PolicyDraft::Text(without_results()), None);
    let ask = PolicyAsk::Preview(PolicyDraft::Version(PolicyVersion::Own));
    let PolicyAnswer::Preview(preview) = machine(&p, ask).unwrap() else { panic!("no preview") };
    let more = preview.differences.iter().find(|one| one.what == Right::To(Verb::Read, Category::Results));
    let more = more.unwrap();
    assert!(more.more);
    assert_eq!(more.roles, ["medical-assistant"]);
    assert_eq!(
        (more.people, more.who.as_slice()),
        (2, &["A medical-assistant".to_owned(), "A medical-assistant".to_owned()][..])
    );
    assert!(preview.differences.iter().all(|one| one.more), "nobody sees less");
    let PolicyAnswer::Shown(shown) = machine(&p, PolicyAsk::Show).unwrap() else { panic!("not shown") };
    assert_eq!((shown.text, shown.version), (without_results(), preview.against));
    let same = PolicyAsk::Preview(PolicyDraft::Text(format!("// said otherwise\n{}", without_results())));
    let PolicyAnswer::Preview(same) = machine(&p, same).unwrap() else { panic!("no preview") };
    assert_eq!(same.differences, []);
}

#[test]
fn guards_hold_whatever_is_written() {
    let p = practice();
    let own = cedar::own_text();
    let with = |rule: &str| format!("{own}\n@id(\"mine\")\n{rule}");
    let guard = |text: &str| match fault(&p, text) {
        PolicyFault::Guard { guard, role, rule } => (guard, role, rule),
        other => panic!("{other:?}"),
    };
    let mine = Some("mine".to_owned());
    let expect = |guard, role: &str| (guard, role.to_owned(), mine.clone());
    let permit = |role: &str, action: &str| {
        with(&format!("permit (principal == Role::\"{role}\", action == Action::\"{action}\", resource);"))
    };
    let administrator = "practice-administrator";
    assert_eq!(guard(&permit(administrator, "read")), expect(Guard::OpensNothing, administrator));
    assert_eq!(guard(&permit(administrator, "search")), expect(Guard::OpensNothing, administrator));
    assert_eq!(guard(&permit(administrator, "openUnasked")), expect(Guard::OpensNothing, administrator));
    assert_eq!(guard(&permit("physician", "administer")), expect(Guard::AdministersAlone, "physician"));
    assert_eq!(guard(&permit("physician", "approve")), expect(Guard::Approves, "physician"));
    assert_eq!(guard(&permit("patient", "change")), expect(Guard::PatientStays, "patient"));
    assert_eq!(guard(&permit("importer", "read")), expect(Guard::Fixed, "importer"));
    assert_eq!(guard(&permit("operator", "read")), expect(Guard::Fixed, "operator"));
    let locked = with("forbid (principal, action == Action::\"administer\", resource);");
    assert_eq!(guard(&locked), expect(Guard::LockedOut, administrator));
    let nobody = "permit (principal == Role::\"physician\", action == Action::\"read\", resource);";
    assert_eq!(guard(nobody).2, None, "a rule is missing");
    // A patient may be given less.
    let less = with("forbid (principal == Role::\"patient\", action, resource == Category::\"results\");");
    let ask = PolicyAsk::Preview(PolicyDraft::Text(less));
    assert!(matches!(machine(&p, ask).unwrap(), PolicyAnswer::Preview(_)));
    let ask = PolicyAsk::Set {
        draft: PolicyDraft::Text(permit(administrator, "read")),
        against: None,
        reason: String::new(),
    };
    assert!(matches!(machine(&p, ask), Err(AdminError::Invalid { field, .. }) if field == "rules"));
}

#[test]
fn what_is_no_rule_is_said_with_its_line_and_nothing_falls_over() {
    let p = practice();
    let line = |text: &str| match fault(&p, text) {
        PolicyFault::Cedar { line, .. } => line,
        other => panic!("{other:?}"),
    };
    assert_eq!(line("\n\npermit (principal == Role::\"physican\", action, resource);"), Some(3));
    assert_eq!(line("permit (principal,\naction == Action::\"reed\", resource);"), Some(2));
    assert_eq!(line("permit (principal, action, resource)"), Some(1));
    assert_eq!(line("permit (principal, action, resource) when { 1 + 1 == 2 };"), Some(1));
    assert_eq!(line("permit (principal, action, resource) when { if true then true else true };"), Some(1));
    let template = "permit (principal == ?principal, action, resource);";
    assert_eq!(fault(&p, template), PolicyFault::Template);
    let many = "permit(principal==Role::\"locum\",action==Action::\"read\",resource);".repeat(200);
    assert_eq!(fault(&p, &many), PolicyFault::TooMany { max_rules: 150 });
    assert!(matches!(fault(&p, &"// long\n".repeat(4_000)), PolicyFault::TooLong { .. }));
    let condition = |inside: String| format!("permit(principal,action,resource) when {{ {inside} }};");
    for deep in [
        condition(format!("{}true{}", "(".repeat(10_000), ")".repeat(10_000))),
        condition(format!("{}[] == []{}", "[".repeat(10_000), "]".repeat(10_000))),
        condition("!".repeat(20_000) + "true"),
        condition("true".to_owned() + &"&&true".repeat(3_500)),
        condition("true".to_owned() + &"&&true".repeat(32)),
        condition(format!("{}true{}", "(".repeat(9), ")".repeat(9))),
        format!("permit(principal,action,resource) {};", "when{true}".repeat(2_000)),
        condition("principal".to_owned() + &".a".repeat(10_000)),
        condition("principal".to_owned() + &".a".repeat(8)),
        condition("\"".repeat(20_001)),
        "@a ".repeat(8_000),
        "{".repeat(20_000),
    ] {
        drop(fault(&p, &deep));
    }
}

#[test]
fn every_version_is_kept_and_can_be_put_back() {
    let mut p = practice();
    let (_administrator, session) = signed_in(&mut p, "practice-administrator");
    let draft = PolicyDraft::Text(without_results());
    let reason = "less at the desk".to_owned();
    let first = PolicyAsk::Set { draft: draft.clone(), against: None, reason };
    let PolicyAnswer::Set(first) = administer(&mut p, &session, first).unwrap() else { panic!("not set") };
    // Whoever decided against what was in force before is told.
    let late = PolicyAsk::Set { draft, against: None, reason: String::new() };
    assert_eq!(administer(&mut p, &session, late).unwrap(), PolicyAnswer::Overtaken);
    let back = PolicyDraft::Version(PolicyVersion::Before(first));
    let second = set(&p, back, Some(first));
    let third = set(&p, PolicyDraft::Version(PolicyVersion::Entry(first)), Some(second));
    p.restart();
    let PolicyAnswer::Versions(versions) = machine(&p, PolicyAsk::Versions).unwrap() else { panic!() };
    let told: Vec<_> = versions.iter().map(|one| (one.entry, one.restores, one.in_force)).collect();
    assert_eq!(told, [(third, Some(first), true), (second, None, false), (first, None, false)]);
    assert_eq!((versions[2].by, versions[2].reason.as_str()), (Some(session.principal), "less at the desk"));
    assert_eq!(versions[0].by, None);
    let text = |version| match machine(&p, PolicyAsk::Text(version)).unwrap() {
        PolicyAnswer::Text(text) => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(text(PolicyVersion::Entry(first)), without_results());
    assert_eq!(text(PolicyVersion::Entry(second)), cedar::own_text());
    assert!(machine(&p, PolicyAsk::Text(PolicyVersion::Entry(first - 1))).is_err(), "no version");
}

#[test]
fn a_change_of_rules_is_among_the_changes_of_trust_and_is_undone_there() {
    let mut p = practice();
    let (_member, desk) = signed_in(&mut p, "medical-assistant");
    let first = set(&p, PolicyDraft::Text(without_results()), None);
    let changes = ChangesAsk { cell: Some("praxis".into()), from_ms: 0, next: None };
    let ask = AdminAsk::Incident(IncidentAsk::Changes(changes));
    let AdminAnswer::Incident(IncidentAnswer::Changes(page)) = p.admin().ask(ask).unwrap() else { panic!() };
    let change = page.changes.iter().find(|change| change.entry.number == first).unwrap();
    assert_eq!(change.undoing, Undoing::Possible);
    let undo = || AdminAsk::Incident(IncidentAsk::Undo { cell: Some("praxis".into()), entry: first });
    assert!(matches!(p.admin().ask(undo()).unwrap(), AdminAnswer::Incident(IncidentAnswer::Undone(_))));
    assert!(rights(&mut p, &desk).read.holds(Category::Results));
    assert!(p.admin().ask(undo()).is_err(), "over");
    let log = log_of(&mut p.admin(), "praxis");
    assert_eq!(log.iter().filter(|entry| matches!(entry.lasting.event, Event::Policy(_))).count(), 2);
}

fn alarms(p: &Practice, ask: AlarmsAsk) -> AlarmsAnswer {
    match p.admin().ask(AdminAsk::Alarms { cell: "praxis".into(), ask }).unwrap() {
        AdminAnswer::Alarms(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// How many alarms of changes at night there are.
fn nightly(p: &Practice) -> usize {
    match alarms(p, AlarmsAsk::List { before: None, limit: 100 }) {
        AlarmsAnswer::Alarms(page) => {
            page.alarms.iter().filter(|alarm| alarm.kind == AlarmKind::TrustAtNight).count()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rules_that_are_changed_at_night_raise_an_alarm_and_by_day_none() {
    let p = practice();
    let hours = AlarmRules {
        night_from_hour: 20,
        night_to_hour: 6,
        weekend: false,
        summer_time: false,
        ..AlarmRules::default()
    };
    alarms(&p, AlarmsAsk::SetRules(hours));
    let forward = |hours: u64| p.admin().ask(AdminAsk::MoveClock { by_ms: hours * 3_600_000 }).unwrap();
    // The first day is that of setting up.
    forward(24);
    let before = nightly(&p);
    let mut against = None;
    let raised: Vec<usize> = (0..24)
        .map(|hour| {
            forward(1);
            let so_far = nightly(&p);
            against = Some(set(&p, PolicyDraft::Text(format!("// {hour}\n{}", without_results())), against));
            nightly(&p) - so_far
        })
        .collect();
    assert_eq!((before, raised.iter().sum::<usize>()), (0, 10), "ten hours of a day are night: {raised:?}");
    assert!(raised.iter().all(|raised| *raised <= 1), "{raised:?}");
}

#[test]
fn who_does_not_administer_changes_no_rules_and_a_day_is_bounded() {
    let mut p = practice();
    let (_member, physician) = signed_in(&mut p, "physician");
    let of = OfSession { token: physician.token.clone(), cell: p.cell, proof: Vec::new(), address: [1; 16] };
    let ask = Administer { of, ask: CellAsk::Policy(PolicyAsk::Show) };
    let refused = p.server.ask(Ask::Administer(Box::new(ask)));
    assert!(matches!(refused, Answer::Refused(Refusal::NotAllowed)), "{refused:?}");
    let (_member, session) = signed_in(&mut p, "practice-administrator");
    let mut against = None;
    for n in 0..20 {
        let draft = PolicyDraft::Text(format!("// {n}\n{}", without_results()));
        let ask = PolicyAsk::Set { draft, against, reason: String::new() };
        let PolicyAnswer::Set(entry) = administer(&mut p, &session, ask).unwrap() else { panic!() };
        against = Some(entry);
    }
    let of = OfSession { token: session.token.clone(), cell: p.cell, proof: Vec::new(), address: [1; 16] };
    let draft = PolicyDraft::Version(PolicyVersion::Own);
    let ask = CellAsk::Policy(PolicyAsk::Set { draft, against, reason: String::new() });
    let refused = p.server.ask(Ask::Administer(Box::new(Administer { of, ask })));
    assert!(matches!(refused, Answer::Refused(Refusal::Budget { .. })), "{refused:?}");
}

#[test]
fn the_table_is_what_cedar_says_and_switches_make_rules_that_come_to_them() {
    let locum = number("locum").unwrap();
    for (n, text) in [cedar::own_text().to_owned(), without_results()].into_iter().enumerate() {
        let (table, asked) = (cedar::table(&text).unwrap(), cedar::Asked::read(&text).unwrap());
        for (number, role) in ROLES.iter().enumerate() {
            for verb in Verb::ALL {
                for category in Category::ALL {
                    let said = asked.is_allowed(role.name, verb.name(), Some(category)).unwrap();
                    let place = (n, role.name, verb, category);
                    assert_eq!(table.of(number).of(verb).holds(category), said, "{place:?}");
                }
            }
        }
    }
    assert_eq!(cedar::table(&cedar::write(Table::own())).unwrap(), *Table::own());
    // Any switches of a free role: a row of bits each.
    for seed in 1..40_u64 {
        let bits = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut table = *Table::own();
        let rights = table.of_mut(locum).unwrap();
        for (at, verb) in Verb::ALL.into_iter().enumerate() {
            let all = Category::ALL.into_iter().enumerate();
            let some = all.filter(|(n, _)| bits.rotate_left((at * 10 + n) as u32) & 1 == 1);
            *rights.of_mut(verb) = Categories::of(&some.map(|(_, one)| one).collect::<Vec<_>>());
        }
        rights.unasked = bits >> 60 & 1 == 1;
        rights.counts_exactly = bits >> 61 & 1 == 1;
        assert_eq!(cedar::table(&cedar::write(&table)), Ok(table), "seed {seed}");
    }
}

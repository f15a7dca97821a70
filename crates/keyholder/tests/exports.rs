//! Exports of many patients: nobody makes one alone, an approval is good for exactly one thing once, and a stopped asker has nothing of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use salus_seal::entry::alarms::{AlarmEvent, AlarmKind};
use salus_seal::entry::contain::HoldOn;
use salus_seal::entry::exports::{ExportEnd, ExportEvent, ExportScope};
use salus_seal::entry::{Event, Interaction, Purpose, Refusal};
use salus_seal::{CellId, Part};
use salus_trust_api::Token;
use salus_trust_api::wire::administer::{CellAnswer, CellAsk};
use salus_trust_api::wire::budgets::{BudgetAnswer, BudgetAsk, Credential};
use salus_trust_api::wire::contain::ContainAsk;
use salus_trust_api::wire::exports::*;
use salus_trust_api::wire::people::*;
use salus_trust_api::wire::*;
use support::budgets::*;
use support::door::{assertion, authorize, invite, invited, person};
use support::*;

const ALL: ExportWanted =
    ExportWanted { scope: ExportScope::System, kinds: Vec::new(), since_ms: 0, group: None };

fn of(p: &Practice, session: &Session) -> OfSession {
    OfSession { token: session.token.clone(), cell: p.cell, proof: Vec::new(), address: [7; 16] }
}

fn export(p: &mut Practice, ask: ExportAsk) -> Result<ExportAnswer, Refusal> {
    match p.server.ask(Ask::Export(Box::new(ask))) {
        Answer::Export(answer) => Ok(*answer),
        Answer::Refused(refusal) => Err(refusal),
        other => panic!("{other:?}"),
    }
}

fn ask(p: &mut Practice, session: &Session, wanted: ExportWanted) -> Result<ExportAnswer, Refusal> {
    let of = of(p, session);
    export(p, ExportAsk::Ask { of, wanted })
}

fn asked(p: &mut Practice, session: &Session) -> u64 {
    match ask(p, session, ALL) {
        Ok(ExportAnswer::Asked(number)) => number,
        other => panic!("{other:?}"),
    }
}

fn status(p: &mut Practice, session: &Session, number: u64) -> Result<ExportStatus, Refusal> {
    let of = of(p, session);
    match export(p, ExportAsk::Show { of, export: number })? {
        ExportAnswer::Exports { mut exports, .. } => Ok(exports.pop().unwrap()),
        other => panic!("{other:?}"),
    }
}

fn phase(p: &mut Practice, session: &Session, number: u64) -> ExportPhase {
    status(p, session, number).unwrap().phase
}

fn named(p: &mut Practice, session: &Session, number: u64) -> ExportOf {
    ExportOf { cell: "praxis".into(), export: number, what: status(p, session, number).unwrap().what }
}

fn approve(p: &mut Practice, of: &ExportOf, by: &mut Member) -> bool {
    let DoorAnswer::Export(said) = p.door.ask(DoorAsk::BeginExport(of.clone())) else { return false };
    let answer = by.passkey.get(&said.challenge);
    match p.door.ask(DoorAsk::FinishExport(of.clone(), assertion(&by.passkey, answer))) {
        DoorAnswer::ExportApproved => true,
        DoorAnswer::Refused => false,
        other => panic!("{other:?}"),
    }
}

fn begin(p: &mut Practice, number: u64) -> Result<(Token, ExportStatus), Refusal> {
    let cell = p.cell;
    match export(p, ExportAsk::Begin { cell, export: number })? {
        ExportAnswer::Job { job, status, .. } => Ok((job, *status)),
        other => panic!("{other:?}"),
    }
}

fn read(p: &mut Practice, job: &Token, charts: std::ops::Range<usize>) -> Result<u64, Refusal> {
    let of = &p.charts[charts];
    let read = Read {
        part: Part::Body,
        versions: of.iter().map(Stored::version).collect(),
        compartments: of.iter().map(|stored| stored.compartment.clone()).collect(),
    };
    let admit = Admit {
        token: job.clone(),
        proof: Vec::new(),
        cell: p.cell,
        purpose: Purpose::Operations,
        interaction: Interaction::Export,
        address: [0; 16],
        intents: vec![Intent::Export(read)],
    };
    match p.server.ask(Ask::Admit(admit)) {
        Answer::Admitted(admitted) => Ok(admitted.receipt.entry),
        Answer::Refused(refusal) => Err(refusal),
        other => panic!("{other:?}"),
    }
}

fn seal(p: &mut Practice, job: &Token, file: u32, entries: Vec<u64>) -> Result<ExportAnswer, Refusal> {
    let file = SealedFile { file, kind: PATIENT, records: 3, key: SecretKey([file as u8 + 1; 32]), entries };
    export(p, ExportAsk::Sealed { job: job.clone(), file })
}

fn over(p: &mut Practice, job: &Token) {
    export(p, ExportAsk::Over { job: job.clone(), failed: None }).unwrap();
}

fn take(p: &mut Practice, session: &Session, number: u64, file: u32) -> Result<SealedFile, Refusal> {
    let of = of(p, session);
    match export(p, ExportAsk::Take { of, export: number, file })? {
        ExportAnswer::File { file, .. } => Ok(file),
        other => panic!("{other:?}"),
    }
}

fn living(p: &mut Practice) -> Vec<(CellId, u64, ExportPhase)> {
    match export(p, ExportAsk::Living).unwrap() {
        ExportAnswer::Living(living) => living,
        other => panic!("{other:?}"),
    }
}

fn events(p: &mut Practice) -> Vec<ExportEvent> {
    let events = log_of(&mut p.admin(), "praxis").into_iter().filter_map(|entry| match entry.lasting.event {
        Event::Export(event) => Some(event),
        _ => None,
    });
    events.collect()
}

/// How many charts a session reaches within 30 days.
fn reach(p: &mut Practice, session: &Session) -> u32 {
    let BudgetAnswer::Reach(reach) = p.machine(BudgetAsk::Reach) else { panic!() };
    let own = reach.credentials.iter().find(|one| one.credential == Credential::Session(session.session));
    own.unwrap().chart[2]
}

#[test]
fn an_export_is_asked_by_one_approved_by_another_charged_to_the_cell_and_taken_once() {
    let mut p = Practice::new(limits(12), 9);
    let mut ada = p.member("physician", Some(limits(2)));
    let mut bea = p.member("physician", Some(limits(4)));
    let mut boss = p.member("practice-administrator", None);
    let mut mfa = p.member("medical-assistant", Some(limits(4)));
    let (adas, beas, bosses) = (p.session(&mut ada), p.session(&mut bea), p.session(&mut boss));
    let mfas = p.session(&mut mfa);
    assert_eq!(ask(&mut p, &mfas, ALL).err(), Some(Refusal::NotAllowed), "a role without the right");
    assert_eq!(ask(&mut p, &bosses, ALL).err(), Some(Refusal::NotAllowed), "who administers opens nothing");
    let number = asked(&mut p, &adas);
    let said = status(&mut p, &adas, number).unwrap();
    assert_eq!((said.phase, said.patients, said.room.after), (ExportPhase::Asked, 9, [9; 3]));
    assert_eq!(status(&mut p, &beas, number).err(), Some(Refusal::Missing), "another's");
    assert_eq!(
        begin(&mut p, number).err(),
        Some(Refusal::Missing),
        "nothing is reachable before it is approved"
    );

    // Not who asked, not who may not; not by another assertion, for another export or other parameters, or twice.
    let what = named(&mut p, &adas, number);
    assert!(!approve(&mut p, &what, &mut ada) && !approve(&mut p, &what, &mut bea));
    assert!(!approve(&mut p, &what, &mut mfa));
    let other = asked(&mut p, &adas);
    let others = named(&mut p, &adas, other);
    for wrong in [
        ExportOf { export: other, ..what.clone() },
        ExportOf { what: others.what, ..what.clone() },
        ExportOf { cell: "andere".into(), ..what.clone() },
        others,
    ] {
        let DoorAnswer::Export(said) = p.door.ask(DoorAsk::BeginExport(what.clone())) else { panic!() };
        let answer = boss.passkey.get(&said.challenge);
        assert!(p.door.is_refused(DoorAsk::FinishExport(wrong, assertion(&boss.passkey, answer))));
    }
    let challenge = p.door.challenge(DoorAsk::BeginSignIn(authorize("praxis")));
    let answer = boss.passkey.get(&challenge);
    assert!(p.door.is_refused(DoorAsk::FinishExport(what.clone(), assertion(&boss.passkey, answer))));
    p.restart();
    let DoorAnswer::Export(said) = p.door.ask(DoorAsk::BeginExport(what.clone())) else { panic!() };
    let answer = boss.passkey.get(&said.challenge);
    let finish = || DoorAsk::FinishExport(what.clone(), assertion(&boss.passkey, answer.clone()));
    let before = reach(&mut p, &adas);
    assert!(matches!(p.door.ask(finish()), DoorAnswer::ExportApproved));
    assert_eq!((before < 9, reach(&mut p, &adas)), (true, 9), "how far the session gets is said with it");
    assert!(p.door.is_refused(finish()), "an approval is used once");

    // Read in batches, charged to the cell and not to who asked, within what was approved.
    p.restart();
    let (job, _) = begin(&mut p, number).unwrap();
    assert_eq!(begin(&mut p, other).err(), Some(Refusal::Missing), "not approved");
    let first = read(&mut p, &job, 0..5).unwrap();
    let second = read(&mut p, &job, 5..9).unwrap();
    assert_eq!(p.standing(&adas).budget.chart_spent, [0; 3]);
    assert_eq!(status(&mut p, &adas, number).unwrap().room.spent, [9; 3]);
    assert!(read(&mut p, &Token::random().unwrap(), 0..1).is_err());
    seal(&mut p, &job, 0, vec![first]).unwrap();
    seal(&mut p, &job, 1, vec![second]).unwrap();
    assert!(seal(&mut p, &job, 1, vec![second]).is_err(), "a file is sealed once");
    assert_eq!(take(&mut p, &adas, number, 0).err(), Some(Refusal::Missing), "not while it is written");
    over(&mut p, &job);
    assert!(read(&mut p, &job, 0..1).is_err() && seal(&mut p, &job, 2, vec![]).is_err(), "the job is over");
    assert_eq!(living(&mut p)[0], (p.cell, number, ExportPhase::Ready));
    for wrong in [&beas, &bosses] {
        assert_eq!(take(&mut p, wrong, number, 0).err(), Some(Refusal::Missing));
    }
    let file = take(&mut p, &adas, number, 0).unwrap();
    assert_eq!((file.key.0, file.entries), ([1; 32], vec![first]));
    assert_eq!(take(&mut p, &adas, number, 0).err(), Some(Refusal::Missing), "once");
    take(&mut p, &adas, number, 1).unwrap();
    assert_eq!(phase(&mut p, &adas, number), ExportPhase::Ended(ExportEnd::Finished));

    // The log says each step, the scope whom it reached; two alarms were raised.
    let scope = scope_of(&mut p.admin(), ScopeBy::Session(adas.session));
    assert_eq!(scope.patients.len(), 9);
    let steps = events(&mut p);
    assert!(matches!(
        steps.as_slice(),
        [
            ExportEvent::Asked(_),
            ExportEvent::Asked(_),
            ExportEvent::Approved { .. },
            ExportEvent::Begun { .. },
            ExportEvent::Ready { files: 2, records: 6, .. },
            ExportEvent::Taken { file: 0, .. },
            ExportEvent::Taken { file: 1, .. },
            ExportEvent::Ended { why: ExportEnd::Finished, .. }
        ]
    ));
    let alarms = log_of(&mut p.admin(), "praxis");
    let alarms = alarms.iter().filter(|entry| {
        matches!(&entry.lasting.event, Event::Alarm(AlarmEvent::Raised(raised)) if raised.kind == AlarmKind::Export)
    });
    assert_eq!(alarms.count(), 2, "one of who asked, one of who approved");
}

#[test]
fn a_cell_without_room_refuses_before_it_starts_and_an_export_reaches_no_more_than_was_approved() {
    let mut p = Practice::new(limits(5), 6);
    let client = sign_in(&mut p.admin(), "praxis", p.cell, "fhir-reader", budgets(1));
    let Ok(ExportAnswer::Budget(room)) = ask(&mut p, &client, ALL) else { panic!() };
    assert_eq!((room.limits, room.after), ([5; 3], [6; 3]));
    let mut boss = p.member("practice-administrator", None);
    let of = Some(p.charts[0].compartment.clone());
    let group = ExportWanted { scope: ExportScope::Group { record: 9 }, group: of, ..ALL };
    assert!(ask(&mut p, &client, ExportWanted { group: None, ..group.clone() }).is_err());
    let Ok(ExportAnswer::Asked(number)) = ask(&mut p, &client, group) else { panic!() };
    let what = named(&mut p, &client, number);
    assert!(approve(&mut p, &what, &mut boss));
    let (job, said) = begin(&mut p, number).unwrap();
    assert_eq!(said.patients, 1);
    let compartments = p.charts[..2].iter().map(|stored| stored.compartment.clone()).collect();
    let within = export(&mut p, ExportAsk::Within { job: job.clone(), compartments }).unwrap();
    assert!(matches!(within, ExportAnswer::Within(within) if within == [true, false]));
    read(&mut p, &job, 0..1).unwrap();
    read(&mut p, &job, 0..1).unwrap();
    for more in [0..2, 1..2] {
        assert_eq!(read(&mut p, &job, more).err(), Some(Refusal::NotAllowed), "who is not of the group");
    }
    let admit = client.admit(Interaction::Export, Intent::Missing);
    assert!(matches!(p.server.ask(Ask::Admit(admit)), Answer::Refused(_)));
    assert_eq!(p.open(&client, 5, Purpose::Treatment), Ok(()), "its own budget is whole");
}

#[test]
fn whoever_is_stopped_has_nothing_of_it_and_time_and_restarts_end_it() {
    let mut p = Practice::new(limits(1_000), 3);
    p.keyholder.as_ref().unwrap().confirms();
    let mut ada = p.member("physician", Some(limits(4)));
    let mut boss = p.member("practice-administrator", None);
    let ready = |p: &mut Practice, session: &Session, boss: &mut Member| {
        let number = asked(p, session);
        let what = named(p, session, number);
        assert!(approve(p, &what, boss));
        let (job, _) = begin(p, number).unwrap();
        let entry = read(p, &job, 0..3).unwrap();
        seal(p, &job, 0, vec![entry]).unwrap();
        over(p, &job);
        number
    };
    let adas = p.session(&mut ada);

    // A restart takes the keys with it: the export is over, and says so.
    let number = ready(&mut p, &adas, &mut boss);
    p.restart();
    p.keyholder.as_ref().unwrap().confirms();
    assert_eq!(phase(&mut p, &adas, number), ExportPhase::Ended(ExportEnd::KeysLost));
    assert!(take(&mut p, &adas, number, 0).is_err() && living(&mut p).is_empty());

    // A day, and the files are gone; a day without approval, and nobody can approve it.
    let number = ready(&mut p, &adas, &mut boss);
    let unapproved = asked(&mut p, &adas);
    let what = named(&mut p, &adas, unapproved);
    p.forward(EXPORT_KEPT_MS);
    assert!(!approve(&mut p, &what, &mut boss), "too late");
    assert!(living(&mut p).is_empty());
    let adas = p.session(&mut ada);
    for number in [number, unapproved] {
        assert_eq!(phase(&mut p, &adas, number), ExportPhase::Ended(ExportEnd::Expired));
    }

    // Held: the keys are destroyed in the same batch, and letting go brings nothing back.
    let number = ready(&mut p, &adas, &mut boss);
    let bosses = p.session(&mut boss);
    let hold = ContainAsk::Hold { what: HoldOn::Person(ada.principal), reason: String::new() };
    let Ok(CellAnswer::Contained(_)) = p.asked(&bosses, CellAsk::Contain(hold)) else { panic!() };
    assert!(take(&mut p, &adas, number, 0).is_err());
    assert!(living(&mut p).is_empty());
    assert!(matches!(events(&mut p).last(), Some(ExportEvent::Ended { why: ExportEnd::Stopped, .. })));
}

#[test]
fn what_stops_the_asker_or_the_practice_in_the_middle_ends_it_before_the_next_read() {
    let mut p = Practice::new(limits(1_000), 3);
    p.keyholder.as_ref().unwrap().confirms();
    let mut ada = p.member("physician", Some(limits(4)));
    let mut boss = p.member("practice-administrator", None);
    for of_practice in [false, true] {
        let adas = p.session(&mut ada);
        let number = asked(&mut p, &adas);
        let what = named(&mut p, &adas, number);
        assert!(approve(&mut p, &what, &mut boss));
        let (job, _) = begin(&mut p, number).unwrap();
        let entry = read(&mut p, &job, 0..1).unwrap();
        seal(&mut p, &job, 0, vec![entry]).unwrap();
        let contain = |p: &mut Practice, ask| {
            p.admin().ask(AdminAsk::Contain { cell: Some("praxis".into()), ask }).unwrap();
        };
        match of_practice {
            false => {
                let what = HoldOn::Session(adas.session);
                contain(&mut p, ContainAsk::Hold { what, reason: "stolen".into() });
            }
            true => contain(&mut p, ContainAsk::Quarantine { on: true }),
        }
        assert!(read(&mut p, &job, 1..2).is_err(), "nothing more is read");
        assert!(seal(&mut p, &job, 1, vec![entry]).is_err(), "nor sealed");
        assert!(living(&mut p).is_empty(), "its files are swept");
        assert!(matches!(events(&mut p).last(), Some(ExportEvent::Ended { why: ExportEnd::Stopped, .. })));
        if of_practice {
            contain(&mut p, ContainAsk::Quarantine { on: false });
        }
        // Whoever comes back finds that it is over, and no file of it.
        let adas = p.session(&mut ada);
        assert_eq!(phase(&mut p, &adas, number), ExportPhase::Ended(ExportEnd::Stopped));
        assert!(take(&mut p, &adas, number, 0).is_err());
        assert!(begin(&mut p, number).is_err());
    }
}

#[test]
fn nobody_of_another_practice_approves() {
    let mut p = Practice::new(limits(1_000), 1);
    let other = AdminAsk::CreateCell {
        name: "klinik".into(),
        house_kinds: vec![ORGANIZATION],
        budgets: budgets(1_000),
    };
    p.admin().ask(other).unwrap();
    let (principal, secret) = invite(&mut p.admin(), Some("klinik"), "practice-administrator");
    let mut stranger = Member { principal, passkey: p.door.register(&secret) };
    let mut ada = p.member("physician", Some(limits(4)));
    let mut boss = p.member("practice-administrator", None);
    let adas = p.session(&mut ada);
    let number = asked(&mut p, &adas);
    let what = named(&mut p, &adas, number);
    assert!(!approve(&mut p, &what, &mut stranger), "who administers another practice");
    let theirs = ExportOf { cell: "klinik".into(), ..what.clone() };
    assert!(!approve(&mut p, &theirs, &mut stranger), "as if it were of their own");
    assert_eq!(phase(&mut p, &adas, number), ExportPhase::Asked);
    assert!(begin(&mut p, number).is_err());
    assert!(approve(&mut p, &what, &mut boss), "whoever administers this one");
}

#[test]
fn who_made_an_application_is_no_second_person_for_it() {
    let mut p = Practice::new(limits(1_000), 2);
    let mut boss = p.member("practice-administrator", None);
    let mut deputy = p.member("practice-administrator", None);
    let bosses = p.session(&mut boss);
    let make = CellAsk::CreateClient { name: "a thief's".into(), role: "fhir-reader".into(), budgets: None };
    let Ok(CellAnswer::Client { client, principal, secret }) = p.asked(&bosses, make) else { panic!() };
    let named_bearer = CellAsk::Bearer { client, allowed: true };
    p.asked(&bosses, named_bearer).unwrap();
    let sign_in = SignIn { cell: p.cell, client, secret, proof: Vec::new(), address: [1; 16] };
    let Answer::SignedIn(begun) = p.server.ask(Ask::SignIn(sign_in)) else { panic!() };
    let session = Session { cell: p.cell, token: begun.token, session: begun.session, client, principal };
    let number = asked(&mut p, &session);
    let what = named(&mut p, &session, number);
    let add = PeopleAsk::Add { cell: None, person: person("New", "practice-administrator") };
    let Ok(CellAnswer::People(answer)) = p.asked(&bosses, CellAsk::People(add)) else { panic!() };
    let (principal, secret) = invited(answer);
    let mut fresh = Member { principal, passkey: p.door.register(&secret) };
    assert!(!approve(&mut p, &what, &mut boss), "who made it");
    assert!(!approve(&mut p, &what, &mut fresh), "whom they let in today");
    p.restart();
    assert!(approve(&mut p, &what, &mut deputy));
    assert_eq!(phase(&mut p, &session, number), ExportPhase::Approved);
    let of = of(&p, &session);
    export(&mut p, ExportAsk::End { of, export: number }).unwrap();
    assert_eq!(phase(&mut p, &session, number), ExportPhase::Ended(ExportEnd::Cancelled));
    assert_eq!(begin(&mut p, number).err(), Some(Refusal::Missing));
}

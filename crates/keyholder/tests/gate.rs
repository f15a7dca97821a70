//! A program in the record server's place, with everything that a record server has, tries to get more than it was given.

#![allow(clippy::unwrap_used)]

mod support;

use salus_keyholder::{KeyholderError, KeyholderOptions};
use salus_seal::entry::{Event, Interaction, Refusal};
use salus_seal::{CellId, Part};
use salus_trust_api::Token;
use salus_trust_api::admin::AdminClientError;
use salus_trust_api::wire::*;
use support::*;

struct Practice {
    keyholder: Keyholder,
    server: RecordServer,
    session: Session,
    _dir: tempfile::TempDir,
}

fn practice(patients: u32) -> Practice {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    keyholder.confirms();
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let session = sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(patients));
    let server = keyholder.record_server();
    Practice { keyholder, server, session, _dir: dir }
}

#[test]
fn what_was_written_opens_and_stands_in_the_log() {
    let mut p = practice(10);
    let header = p.session.header(PATIENT, 1, 1, 1);
    let stored = p.server.write(&p.session, header, new_patient(1)).unwrap();
    assert_eq!(p.server.read(&p.session, &stored, Part::Body).unwrap(), b"{\"plain\":true}");
    let scope = scope_of(&mut p.keyholder.admin(), ScopeBy::Session(p.session.session));
    assert_eq!((scope.patients.len(), scope.versions, scope.admissions), (1, 1, 2));
    assert!(!scope.patients[0].delivered, "nobody reported the delivery of the read");
    let entries = log_of(&mut p.keyholder.admin(), "praxis");
    let opened = entries.iter().find(|entry| entry.lasting.event == Event::Opened).unwrap();
    assert_eq!(opened.principal, Some(p.session.principal));
    p.server.ask(Ask::Delivered(Resolved { cell: p.session.cell, entries: vec![opened.number] }));
    let scope = scope_of(&mut p.keyholder.admin(), ScopeBy::Client(p.session.client));
    assert!(scope.patients[0].delivered);
}

#[test]
fn swapped_and_widened_intents_are_refused() {
    let mut p = practice(10);
    let header = |record| p.session.header(PATIENT, record, record, 1);
    let (first, second) = (header(1), header(2));
    let a = p.server.write(&p.session, first, new_patient(1)).unwrap();
    let b = p.server.write(&p.session, second, new_patient(2)).unwrap();
    let mut refused =
        |name: &str, version: WrappedVersion, compartments: Vec<CompartmentWrap>, why: Refusal| {
            let answer = p.server.read_as(&p.session, Part::Body, version, compartments);
            assert_eq!(answer.err(), Some(why), "{name}");
        };
    let (va, wa, wb) = (a.version(), a.compartment.clone(), b.compartment.clone());
    refused(
        "another patient's compartment under this number",
        va.clone(),
        vec![CompartmentWrap { number: 1, wrap: wb.wrap.clone() }],
        Refusal::DoesNotOpen,
    );
    refused("no compartment", va.clone(), vec![], Refusal::Malformed);
    refused("only another compartment", va.clone(), vec![wb.clone()], Refusal::Malformed);
    refused(
        "another's version wrap",
        WrappedVersion { wrap: b.wrap, ..va.clone() },
        vec![wa.clone()],
        Refusal::DoesNotOpen,
    );
    refused(
        "another hash",
        WrappedVersion { hash: [1; 32], ..va.clone() },
        vec![wa.clone()],
        Refusal::DoesNotOpen,
    );
    let mut header = va.header;
    header.version = 2;
    refused(
        "another version",
        WrappedVersion { header, ..va.clone() },
        vec![wa.clone()],
        Refusal::DoesNotOpen,
    );
    let mut header = va.header;
    header.compartment = 2;
    refused(
        "another compartment in the header",
        WrappedVersion { header, ..va.clone() },
        vec![wa, wb],
        Refusal::DoesNotOpen,
    );
    let mut header = va.header;
    header.cell = CellId([9; 16]);
    refused(
        "another cell in the header",
        WrappedVersion { header, ..va },
        vec![a.compartment.clone()],
        Refusal::DoesNotOpen,
    );
    let entries = log_of(&mut p.keyholder.admin(), "praxis");
    let refusals = entries.iter().filter(|entry| entry.lasting.event == Event::Refused).count();
    assert_eq!(refusals, 8, "each try is an entry");
}

#[test]
fn a_joint_record_charges_everybody_it_names() {
    let mut p = practice(3);
    let header = |kind, compartment, record| p.session.header(kind, compartment, record, 1);
    let (h1, h2, h3) = (header(PATIENT, 1, 1), header(PATIENT, 2, 2), header(OBSERVATION, 3, 3));
    let a = p.server.write(&p.session, h1, new_patient(1)).unwrap();
    let b = p.server.write(&p.session, h2, new_patient(2)).unwrap();
    let (sealed, key) = salus_seal::envelope::seal(&h3, &salus_seal::envelope::Plain::default()).unwrap();
    let write = Write {
        versions: vec![NewVersion {
            header: h3,
            hash: sealed.hash(),
            key: SecretKey(*key.expose()),
            words: Vec::new(),
        }],
        compartments: vec![
            WriteCompartment::Existing(a.compartment.clone()),
            WriteCompartment::Existing(b.compartment.clone()),
            WriteCompartment::New { number: 3, of: NewCompartment::Joint(vec![1, 2]) },
        ],
    };
    let mut admitted = p.server.admit(&p.session, Interaction::Create, Intent::Write(write)).unwrap();
    let Some(Grant::Wraps { versions, compartments }) = admitted.grants.pop() else { panic!() };
    let version = WrappedVersion { header: h3, hash: sealed.hash(), wrap: versions[0] };
    p.server.read_as(&p.session, Part::Body, version, compartments).unwrap();
    let AdminAnswer::Status(status) = p.keyholder.admin().ask(AdminAsk::Status).unwrap() else { panic!() };
    assert_eq!(status.cells[0].clients[0].chart_spent, [2, 2, 2]);
}

#[test]
fn another_cells_records_do_not_open_and_its_token_is_no_session() {
    let mut p = practice(10);
    let mut admin = p.keyholder.admin();
    let other_cell = create_cell(&mut admin, "cabinet", 1_000);
    let other = sign_in(&mut admin, "cabinet", other_cell, "fhir-client", budgets(10));
    let theirs = p.server.write(&other, other.header(PATIENT, 1, 1, 1), new_patient(1)).unwrap();
    let here = p.session.header(PATIENT, 1, 1, 1);
    p.server.write(&p.session, here, new_patient(1)).unwrap();
    assert_eq!(p.server.read(&p.session, &theirs, Part::Body), Err(Refusal::DoesNotOpen));
    let mut relabelled = theirs.clone();
    relabelled.sealed.header.cell = p.session.cell;
    assert_eq!(p.server.read(&p.session, &relabelled, Part::Body), Err(Refusal::DoesNotOpen));
    let strayed = Session { cell: p.session.cell, token: other.token.clone(), ..other };
    assert_eq!(p.server.read(&strayed, &theirs, Part::Body), Err(Refusal::NoSession));
    let entries = log_of(&mut admin, "cabinet");
    assert!(
        entries
            .iter()
            .any(|entry| entry.fleeting.as_ref().is_some_and(|f| f.refused == Some(Refusal::NoSession)))
    );
}

#[test]
fn revoked_sessions_revoked_clients_and_strangers_get_nothing() {
    let mut p = practice(10);
    let mut admin = p.keyholder.admin();
    let header = p.session.header(PATIENT, 1, 1, 1);
    let stored = p.server.write(&p.session, header, new_patient(1)).unwrap();
    let second = sign_in(&mut admin, "praxis", p.session.cell, "fhir-reader", budgets(10));
    assert!(p.server.read(&second, &stored, Part::Body).is_ok());
    admin.ask(AdminAsk::RevokeSession { session: second.session }).unwrap();
    assert_eq!(p.server.read(&second, &stored, Part::Body), Err(Refusal::NoSession));
    admin.ask(AdminAsk::RevokeClient { client: p.session.client }).unwrap();
    assert_eq!(p.server.read(&p.session, &stored, Part::Body), Err(Refusal::NoSession));
    let stranger = Session { token: Token::random().unwrap(), ..second };
    assert_eq!(p.server.read(&stranger, &stored, Part::Body), Err(Refusal::NoSession));
    let AdminAnswer::Status(status) = admin.ask(AdminAsk::Status).unwrap() else { panic!() };
    assert_eq!(status.strangers, 1);
}

#[test]
fn a_role_and_a_quarantine_hold() {
    let mut p = practice(10);
    let mut admin = p.keyholder.admin();
    let header = p.session.header(PATIENT, 1, 1, 1);
    let stored = p.server.write(&p.session, header, new_patient(1)).unwrap();
    let importer = sign_in(&mut admin, "praxis", p.session.cell, "importer", budgets(10));
    assert_eq!(p.server.read(&importer, &stored, Part::Body), Err(Refusal::NotAllowed));
    let reader = sign_in(&mut admin, "praxis", p.session.cell, "fhir-reader", budgets(10));
    let header = reader.header(PATIENT, 2, 2, 1);
    assert_eq!(p.server.write(&reader, header, new_patient(2)).err(), Some(Refusal::NotAllowed));
    admin.ask(AdminAsk::Quarantine { cell: "praxis".into(), on: true }).unwrap();
    assert_eq!(p.server.read(&p.session, &stored, Part::Body), Err(Refusal::Quarantined));
    admin.ask(AdminAsk::Quarantine { cell: "praxis".into(), on: false }).unwrap();
    assert!(p.server.read(&p.session, &stored, Part::Body).is_ok());
}

#[test]
fn budgets_are_exact_count_each_patient_once_and_survive_a_restart() {
    let mut p = practice(3);
    let mut charts = Vec::new();
    for number in 1..=5 {
        let header = p.session.header(PATIENT, number, number, 1);
        charts.push(p.server.write(&p.session, header, new_patient(number)).unwrap());
    }
    for chart in &charts[..3] {
        for _ in 0..3 {
            assert!(p.server.read(&p.session, chart, Part::Body).is_ok());
        }
    }
    let spent = p.server.read(&p.session, &charts[3], Part::Body);
    assert!(matches!(spent, Err(Refusal::Budget { retry_after_s: 1..=3_600 })), "{spent:?}");
    // Glimpses have a budget of their own.
    assert_eq!(p.server.read(&p.session, &charts[4], Part::Line).unwrap(), b"line");
    let dir = p.keyholder.data_dir.clone();
    p.keyholder.stop().unwrap();
    let keyholder = Keyholder::start(&dir);
    let mut server = keyholder.record_server();
    assert!(matches!(server.read(&p.session, &charts[3], Part::Body), Err(Refusal::Budget { .. })));
    assert!(server.read(&p.session, &charts[0], Part::Body).is_ok());
}

#[test]
fn a_spent_budget_does_not_tell_what_exists() {
    let mut p = practice(1);
    let mut charts = Vec::new();
    for number in 1..=2 {
        let header = p.session.header(PATIENT, number, number, 1);
        charts.push(p.server.write(&p.session, header, new_patient(number)).unwrap());
    }
    let missing =
        |p: &mut Practice, interaction| p.server.admit(&p.session, interaction, Intent::Missing).err();
    assert_eq!(missing(&mut p, Interaction::Read), Some(Refusal::Missing));
    assert!(p.server.read(&p.session, &charts[0], Part::Body).is_ok());
    let there = p.server.read(&p.session, &charts[1], Part::Body).err();
    let not_there = missing(&mut p, Interaction::Read);
    assert!(matches!((there, not_there), (Some(Refusal::Budget { .. }), Some(Refusal::Budget { .. }))));
    // An invalid creation is not told that a budget is spent: creating charges nothing.
    assert_eq!(missing(&mut p, Interaction::Create), Some(Refusal::Missing));

    // Who may open nothing is told the same of both, whatever is left of a budget.
    for (role, all) in [("importer", 0), ("importer", 9), ("approver", 0), ("approver", 9)] {
        let other = sign_in(&mut p.keyholder.admin(), "praxis", p.session.cell, role, budgets(all));
        assert_eq!(p.server.read(&other, &charts[0], Part::Body), Err(Refusal::NotAllowed));
        for by_id in
            [Interaction::Read, Interaction::Vread, Interaction::HistoryInstance, Interaction::Accesses]
        {
            let not_there = p.server.admit(&other, by_id, Intent::Missing).err();
            assert_eq!(not_there, Some(Refusal::NotAllowed), "{role} {all} {by_id:?}");
        }
    }
    let reader = sign_in(&mut p.keyholder.admin(), "praxis", p.session.cell, "fhir-reader", budgets(0));
    let not_there = p.server.admit(&reader, Interaction::Delete, Intent::Missing).err();
    assert_eq!(not_there, Some(Refusal::NotAllowed), "who deletes nothing");
}

#[test]
fn whoever_tries_ids_that_are_not_there_is_stopped_and_then_learns_nothing_more() {
    let mut p = practice(10);
    let header = p.session.header(PATIENT, 1, 1, 1);
    let chart = p.server.write(&p.session, header, new_patient(1)).unwrap();
    let missing = |p: &mut Practice| p.server.admit(&p.session, Interaction::Read, Intent::Missing).err();
    for _ in 0..100 {
        assert_eq!(missing(&mut p), Some(Refusal::Missing));
    }
    assert!(matches!(missing(&mut p), Some(Refusal::Budget { retry_after_s: 3_500..=3_660 })));
    assert!(matches!(p.server.read(&p.session, &chart, Part::Body), Err(Refusal::Budget { .. })));
    // What a search found is opened all the same: searches are counted by themselves.
    let found = Read {
        part: Part::Body,
        versions: vec![chart.version()],
        compartments: vec![chart.compartment.clone()],
    };
    assert!(p.server.admit(&p.session, Interaction::SearchType, Intent::Read(found)).is_ok());
}

#[test]
fn the_cells_own_budget_adds_its_principals_up() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 2);
    let sessions: Vec<Session> =
        (0..3).map(|_| sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(10))).collect();
    let mut server = keyholder.record_server();
    let mut reached = Vec::new();
    for (number, session) in (1u64..).zip(&sessions) {
        let stored =
            server.write(session, session.header(PATIENT, number, number, 1), new_patient(number)).unwrap();
        reached.push(server.read(session, &stored, Part::Body).is_ok());
    }
    assert_eq!(reached, [true, true, false]);
}

#[test]
fn an_update_charges_a_chart_and_a_creation_does_not() {
    let mut p = practice(1);
    let mut charts = Vec::new();
    for number in 1..=2 {
        let header = p.session.header(PATIENT, number, number, 1);
        charts.push(p.server.write(&p.session, header, new_patient(number)).unwrap());
    }
    let again = |number: usize| WriteCompartment::Existing(charts[number].compartment.clone());
    let create = p.session.header(OBSERVATION, 2, 7, 1);
    assert!(p.server.write(&p.session, create, again(1)).is_ok());
    let update = p.session.header(PATIENT, 1, 1, 2);
    assert!(p.server.write(&p.session, update, again(0)).is_ok());
    let update = p.session.header(PATIENT, 2, 2, 2);
    assert!(matches!(p.server.write(&p.session, update, again(1)), Err(Refusal::Budget { .. })));
}

#[test]
fn headers_that_do_not_fit_are_refused() {
    let mut p = practice(10);
    let good = p.session.header(PATIENT, 1, 1, 1);
    let mut refused = |name: &str, header, into, why| {
        assert_eq!(p.server.write(&p.session, header, into).err(), Some(why), "{name}");
    };
    let house = || WriteCompartment::New { number: 0, of: NewCompartment::House };
    let mut other = good;
    other.cell = CellId([1; 16]);
    refused("another cell", other, new_patient(1), Refusal::Malformed);
    refused("a compartment that is not given", good, new_patient(2), Refusal::Malformed);
    let mut zero = good;
    zero.version = 0;
    refused("version 0", zero, new_patient(1), Refusal::Malformed);
    let mut future = good;
    future.time_ms = u64::MAX / 2;
    refused("a time far ahead", future, new_patient(1), Refusal::Malformed);
    let mut housed = good;
    housed.compartment = 0;
    refused("a patient in the house", housed, house(), Refusal::NotAllowed);
    refused("a patient numbered as the house", housed, new_patient(0), Refusal::Malformed);
    refused(
        "a house with another number",
        good,
        WriteCompartment::New { number: 1, of: NewCompartment::House },
        Refusal::Malformed,
    );
    refused(
        "a joint of nobody",
        good,
        WriteCompartment::New { number: 1, of: NewCompartment::Joint(vec![]) },
        Refusal::Malformed,
    );
    housed.kind = ORGANIZATION;
    assert!(p.server.write(&p.session, housed, house()).is_ok());
}

#[test]
fn writes_that_are_neither_landed_nor_abandoned_are_remembered() {
    let mut p = practice(10);
    let header = |record| p.session.header(PATIENT, record, record, 1);
    let headers = [header(1), header(2), header(3)];
    let open: Vec<Stored> = headers
        .into_iter()
        .map(|header| p.server.write_open(&p.session, header, new_patient(header.record)).unwrap())
        .collect();
    let cell = p.session.cell;
    p.server.ask(Ask::Landed(Resolved { cell, entries: vec![open[0].entry, 9_999] }));
    p.server.ask(Ask::Abandoned(Resolved { cell, entries: vec![open[1].entry] }));
    let dir = p.keyholder.data_dir.clone();
    p.keyholder.stop().unwrap();
    let keyholder = Keyholder::start(&dir);
    let mut server = keyholder.record_server();
    let take_up = Ask::TakeUp(TakeUp { cell, last_entry: Some((open[2].entry, open[2].mac)) });
    let Answer::TakenUp(taken_up) = server.ask(take_up) else { panic!("not taken up") };
    assert_eq!(taken_up.unresolved, [(open[2].entry, open[2].entry)]);
    assert_eq!(taken_up.last_landed, Some(open[0].entry));
    let forged = Ask::TakeUp(TakeUp { cell, last_entry: Some((open[2].entry, [0; 16])) });
    assert!(matches!(server.ask(forged), Answer::Refused(Refusal::DoesNotOpen)));
}

#[test]
fn a_state_that_is_older_than_a_receipt_ends_the_keyholder() {
    let mut p = practice(10);
    let dir = p.keyholder.data_dir.clone();
    let older = tempfile::tempdir().unwrap();
    let header = p.session.header(PATIENT, 1, 1, 1);
    p.server.write(&p.session, header, new_patient(1)).unwrap();
    p.keyholder.stop().unwrap();
    copy(&dir, older.path());
    let keyholder = Keyholder::start(&dir);
    let mut server = keyholder.record_server();
    let header = p.session.header(PATIENT, 2, 2, 1);
    let later = server.write(&p.session, header, new_patient(2)).unwrap();
    keyholder.stop().unwrap();
    // The older copy starts, since its witness folder is as old; but the store's receipt is from later.
    let keyholder = Keyholder::start(older.path());
    let mut server = keyholder.record_server();
    let take_up = TakeUp { cell: p.session.cell, last_entry: Some((later.entry, later.mac)) };
    server.send(&Request::Batch(vec![Ask::TakeUp(take_up)]));
    assert!(server.receive().is_none(), "no answer from a state that was put back");
    assert!(matches!(keyholder.ended(), Err(KeyholderError::RolledBack { .. })));
    // With the real witness folder it does not even start.
    std::fs::remove_dir_all(older.path().join("witness")).unwrap();
    copy(&dir.join("witness"), &older.path().join("witness"));
    let error = Keyholder::try_start(older.path()).unwrap_err();
    assert!(matches!(error, KeyholderError::Log(salus_accesslog::LogError::RolledBack { .. })), "{error}");
}

#[test]
fn ten_thousand_new_patients_in_one_write_are_a_chain_and_end_nothing() {
    let mut p = practice(10);
    let count = MAX_VERSIONS_PER_WRITE as u64;
    let versions = (1..=count).map(|number| NewVersion {
        header: p.session.header(PATIENT, number, number, 1),
        hash: [7; 32],
        key: SecretKey([9; 32]),
        words: Vec::new(),
    });
    let write = Write { versions: versions.collect(), compartments: (1..=count).map(new_patient).collect() };
    let admitted = p.server.admit(&p.session, Interaction::Transaction, Intent::Write(write)).unwrap();
    assert_eq!(admitted.receipt.last_entry - admitted.receipt.entry + 1, count.div_ceil(1_024));
    let scope = scope_of(&mut p.keyholder.admin(), ScopeBy::Client(p.session.client));
    assert_eq!((scope.patients.len() as u64, scope.versions), (count, count));
}

#[test]
fn an_emptied_log_is_not_begun_anew() {
    let p = practice(10);
    let dir = p.keyholder.data_dir.clone();
    p.keyholder.stop().unwrap();
    for folder in ["log", "witness"] {
        std::fs::remove_dir_all(dir.join(folder)).unwrap();
    }
    assert!(matches!(Keyholder::try_start(&dir), Err(KeyholderError::LogMissing)));
}

#[test]
fn two_keyholders_do_not_share_a_directory() {
    let p = practice(1);
    let error = Keyholder::try_start(&p.keyholder.data_dir).unwrap_err();
    assert!(matches!(error, KeyholderError::Log(salus_accesslog::LogError::InUse { .. })), "{error}");
}

#[test]
fn who_cannot_prove_what_it_is_is_sent_away_and_hostile_bytes_end_only_their_connection() {
    let mut p = practice(10);
    let dir = p.keyholder.data_dir.clone();
    assert!(RecordServer::connect(&dir, Role::RecordServer, &[0; 32]).is_none());
    assert!(RecordServer::connect(&dir, Role::Administrator, &RECORD_SERVER_KEY).is_none());
    let mut strange = p.keyholder.record_server();
    strange.send(&Request::Admin(AdminAsk::Status));
    assert!(strange.receive().is_none(), "a record server may not administer");
    for bytes in [
        vec![0xFF; 64],
        vec![0xFF, 0xFF, 0xFF, 0x7F, 1],
        [4u32.to_le_bytes().to_vec(), vec![9, 9, 9, 9]].concat(),
    ] {
        let mut hostile = p.keyholder.record_server();
        hostile.send_bytes(&bytes);
        assert!(hostile.receive().is_none(), "{bytes:?}");
    }
    let header = p.session.header(PATIENT, 1, 1, 1);
    assert!(p.server.write(&p.session, header, new_patient(1)).is_ok(), "the others go on");
}

#[test]
fn the_clock_is_set_forward_in_a_drill_and_nowhere_else() {
    let forward = || AdminAsk::MoveClock { by_ms: 31 * 86_400_000 };
    let mut p = practice(1);
    let stored = [1, 2].map(|record| {
        let header = p.session.header(PATIENT, record, record, 1);
        p.server.write(&p.session, header, new_patient(record)).unwrap()
    });
    assert!(p.server.read(&p.session, &stored[0], Part::Body).is_ok());
    assert!(p.server.read(&p.session, &stored[1], Part::Body).is_err(), "the budget of one is spent");
    let mut admin = p.keyholder.admin();
    assert!(matches!(admin.ask(forward()), Ok(AdminAnswer::Done)));
    let AdminAnswer::Session(again) = admin.ask(AdminAsk::BeginSession { client: p.session.client }).unwrap()
    else {
        panic!("no session");
    };
    p.session.token = again.token.clone();
    assert!(p.server.read(&p.session, &stored[1], Part::Body).is_ok(), "the windows have passed");

    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let real = Keyholder::start_with(KeyholderOptions { clock_moves: false, ..options(dir.path()) });
    assert!(matches!(real.admin().ask(forward()), Err(AdminClientError::Admin(_))));
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&entry.path(), &target);
        } else if kind.is_file() {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

//! Who has looked at a record: what is told, to whom, what it costs, and how far back it goes.

#![allow(clippy::unwrap_used)]

mod support;

use salus_seal::Part;
use salus_seal::entry::{Event, Interaction, Purpose, Refusal};
use salus_trust_api::wire::access::*;
use salus_trust_api::wire::*;
use std::time::Instant;
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
    keyholder.confirms();
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let session = sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(patients));
    let server = keyholder.record_server();
    Practice { keyholder, server, session, dir }
}

impl Practice {
    fn client(&self, role: &str, patients: u32) -> Session {
        sign_in(&mut self.keyholder.admin(), "praxis", self.session.cell, role, budgets(patients))
    }

    fn patient(&mut self, number: u64) -> Stored {
        let header = self.session.header(PATIENT, number, number, 1);
        self.server.write(&self.session, header, new_patient(number)).unwrap()
    }

    fn ask(
        &mut self,
        by: &Session,
        patient: &Stored,
        before: Option<u64>,
        limit: u32,
    ) -> Result<AccessPage, Refusal> {
        let mut admit = by.admit(Interaction::Accesses, Intent::Missing);
        admit.intents.clear();
        let ask = AccessesAsk { admit, compartment: patient.compartment.clone(), before, limit };
        match self.server.ask(Ask::Accesses(Box::new(ask))) {
            Answer::Accesses(page) => Ok(page),
            Answer::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    fn all(&mut self, by: &Session, patient: &Stored, limit: u32) -> (Vec<Access>, usize) {
        let (mut all, mut before, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = self.ask(by, patient, before, limit).unwrap();
            pages += 1;
            assert!(page.accesses.len() <= limit as usize);
            assert!(page.next.is_none_or(|next| before.is_none_or(|before| next < before)), "it ends");
            all.extend(page.accesses);
            match page.next {
                Some(next) => before = Some(next),
                None => return (all, pages),
            }
        }
    }
}

#[test]
fn visits_are_told_with_who_why_and_what() {
    let mut p = practice(10);
    let (patient, other) = (p.patient(1), p.patient(2));
    let reader = p.client("fhir-reader", 10);
    p.server.read(&reader, &patient, Part::Line).unwrap();
    let read = Read {
        part: Part::Body,
        versions: vec![patient.version()],
        compartments: vec![patient.compartment.clone()],
    };
    let mut admit = reader.admit(Interaction::HistoryInstance, Intent::Read(read));
    admit.purpose = Purpose::Emergency;
    let Answer::Admitted(opened) = p.server.ask(Ask::Admit(admit)) else { panic!() };
    p.server.read(&reader, &other, Part::Body).unwrap();
    p.server.ask(Ask::Delivered(Resolved { cell: reader.cell, entries: vec![opened.receipt.entry] }));

    let asker = p.client("fhir-reader", 10);
    let page = p.ask(&asker, &patient, None, 10).unwrap();
    assert_eq!(page.next, None);
    let [emergency, glimpsed, written] = page.accesses.as_slice() else { panic!("{:?}", page.accesses) };
    assert_eq!(
        (emergency.purpose, emergency.interaction),
        (Purpose::Emergency, Interaction::HistoryInstance)
    );
    assert_eq!((emergency.kinds.as_slice(), emergency.delivered), (&[AccessKind::Chart][..], Some(true)));
    assert_eq!((emergency.entry, emergency.principal), (opened.receipt.entry, reader.principal));
    assert_eq!((glimpsed.kinds.as_slice(), glimpsed.delivered), (&[AccessKind::Line][..], Some(false)));
    assert_eq!(
        (written.kinds.as_slice(), written.principal),
        (&[AccessKind::Written][..], p.session.principal)
    );
    assert_eq!((written.client.as_deref(), written.role.as_str()), (Some("a laboratory"), "fhir-client"));
    assert!(page.accesses.iter().all(|access| access.person.is_none() && access.entries == 1));
    // Asking is an access, charged as a chart.
    let entry = log_of(&mut p.keyholder.admin(), "praxis").pop().unwrap();
    let fleeting = entry.fleeting.unwrap();
    assert_eq!((entry.number, &entry.lasting.event), (page.receipt.entry, &Event::Opened));
    assert_eq!(
        (fleeting.interaction, fleeting.charged, fleeting.part),
        (Interaction::Accesses, 1, Part::Body)
    );
    let again = p.ask(&asker, &patient, None, 10).unwrap();
    assert_eq!(
        (again.accesses[0].principal, again.accesses[0].interaction),
        (asker.principal, Interaction::Accesses)
    );
    // Of the other patient there are other visits.
    assert_eq!(p.ask(&asker, &other, None, 10).unwrap().accesses.len(), 2);
}

#[test]
fn one_visit_is_one_access_and_pages_hang_together() {
    let mut p = practice(10);
    let patient = p.patient(1);
    let readers: Vec<Session> = (0..3).map(|_| p.client("fhir-reader", 10)).collect();
    for round in 0..12 {
        for _ in 0..4 {
            p.server.read(&readers[round % 3], &patient, Part::Body).unwrap();
        }
    }
    let asker = p.client("fhir-reader", 10);
    let whole = p.ask(&asker, &patient, None, 100).unwrap();
    assert_eq!(whole.accesses.len(), 13);
    assert!(whole.accesses[..12].iter().all(|access| access.entries == 4));
    let before = whole.receipt.entry;
    let mut paged = Vec::new();
    let mut from = Some(before);
    while let Some(before) = from {
        let page = p.ask(&asker, &patient, Some(before), 5).unwrap();
        paged.extend(page.accesses);
        from = page.next;
    }
    assert_eq!(paged, whole.accesses);
}

#[test]
fn asking_again_and_again_is_bounded() {
    let mut p = practice(10);
    let patient = p.patient(1);
    let asker = p.client("fhir-reader", 1);
    let ask = || {
        let mut admit = asker.admit(Interaction::Accesses, Intent::Missing);
        admit.intents.clear();
        let compartment = patient.compartment.clone();
        Ask::Accesses(Box::new(AccessesAsk { admit, compartment, before: None, limit: 1 }))
    };
    for _ in 0..2 {
        let answers = p.server.batch((0..500).map(|_| ask()).collect());
        assert!(answers.iter().all(|answer| matches!(answer, Answer::Accesses(_))));
    }
    assert!(matches!(
        p.ask(&asker, &patient, None, 1),
        Err(Refusal::Budget { retry_after_s: 3_400..=3_660 })
    ));
    p.server.read(&asker, &patient, Part::Body).expect("counted apart");
}

#[test]
fn what_is_kept_is_told_without_reading_the_log() {
    let mut p = practice(10);
    let patient = p.patient(1);
    let (poller, asker) = (p.client("fhir-reader", 10), p.client("fhir-reader", 10));
    let read = || {
        let (versions, compartments) = (vec![patient.version()], vec![patient.compartment.clone()]);
        let read = Read { part: Part::Body, versions, compartments };
        Ask::Admit(poller.admit(Interaction::Read, Intent::Read(read)))
    };
    // More than is kept of a patient, and all of it one visit.
    p.server.batch((0..600).map(|_| read()).collect());
    p.keyholder.admin().ask(AdminAsk::Publish).unwrap();
    let log = p.dir.path().join("log");
    for tree in std::fs::read_dir(&log).unwrap() {
        let entries = tree.unwrap().path().join("tile/entries");
        if entries.exists() {
            std::fs::rename(&entries, entries.with_extension("away")).unwrap();
        }
    }
    let page = p.ask(&asker, &patient, None, 10).unwrap();
    let told: Vec<_> = page.accesses.iter().map(|access| (access.principal, access.entries)).collect();
    assert_eq!(told, [(poller.principal, 600)]);
    assert_eq!((page.accesses[0].delivered, page.next), (Some(false), Some(page.accesses[0].entry)));
}

#[test]
fn beyond_what_is_kept_the_log_is_read_a_piece_at_a_time_and_a_restart_changes_nothing() {
    let mut p = practice(10);
    let (patient, other) = (p.patient(1), p.patient(2));
    let early = p.client("fhir-reader", 10);
    p.server.read(&early, &patient, Part::Body).unwrap();
    let (one, two) = (p.client("fhir-reader", 10), p.client("fhir-reader", 10));
    let read = |session: &Session, patient: &Stored| {
        let read = Read {
            part: Part::Body,
            versions: vec![patient.version()],
            compartments: vec![patient.compartment.clone()],
        };
        Ask::Admit(session.admit(Interaction::Read, Intent::Read(read)))
    };
    for _ in 0..10 {
        p.server.batch((0..500).map(|_| read(&one, &other)).collect());
    }
    // Each of these is a visit, since another session comes between.
    for _ in 0..2 {
        p.server.batch((0..150).flat_map(|_| [read(&one, &patient), read(&two, &patient)]).collect());
    }
    let asker = p.client("fhir-reader", 10);
    let (all, pages) = p.all(&asker, &patient, 100);
    assert_eq!(all.len(), 602);
    assert!(pages > 7, "{pages} pages, some of them of what is not kept");
    assert_eq!(
        (all[600].principal, all[601].kinds.as_slice()),
        (early.principal, &[AccessKind::Written][..])
    );
    assert!(all.is_sorted_by(|one, other| one.entry > other.entry), "each once, the newest first");

    let Practice { keyholder, session, dir, .. } = p;
    keyholder.stop().unwrap();
    let keyholder = Keyholder::start(dir.path());
    let server = keyholder.record_server();
    let mut p = Practice { keyholder, server, session, dir };
    let began = Instant::now();
    let page = p.ask(&asker, &patient, Some(all[0].entry + 1), 100).unwrap();
    println!("100 visits of {} entries: {:?}", all[0].entry, began.elapsed());
    assert_eq!(page.accesses, all[..100]);
}

#[test]
fn who_may_not_open_the_chart_is_not_told() {
    let mut p = practice(10);
    let (patient, other) = (p.patient(1), p.patient(2));
    let poor = p.client("fhir-reader", 1);
    p.ask(&poor, &patient, None, 10).unwrap();
    assert!(matches!(p.ask(&poor, &other, None, 10), Err(Refusal::Budget { .. })));
    let importer = p.client("importer", 10);
    assert_eq!(p.ask(&importer, &patient, None, 10).unwrap_err(), Refusal::NotAllowed);
    let mut stranger = p.client("fhir-reader", 10);
    stranger.token = salus_trust_api::Token::random().unwrap();
    assert_eq!(p.ask(&stranger, &patient, None, 10).unwrap_err(), Refusal::NoSession);
    // A wrap of nobody's, of another number, and a joint one.
    let session = p.client("fhir-reader", 10);
    let mut moved = patient.clone();
    moved.compartment.number = 2;
    assert_eq!(p.ask(&session, &moved, None, 10).unwrap_err(), Refusal::DoesNotOpen);
    let header = p.session.header(OBSERVATION, 3, 3, 1);
    let compartments = vec![
        WriteCompartment::Existing(patient.compartment.clone()),
        WriteCompartment::Existing(other.compartment.clone()),
        WriteCompartment::New { number: 3, of: NewCompartment::Joint(vec![1, 2]) },
    ];
    let version = NewVersion { header, hash: [0; 32], key: SecretKey([1; 32]), words: Vec::new() };
    let write = Intent::Write(Write { versions: vec![version], compartments });
    let mut admitted = p.server.admit(&p.session, Interaction::Create, write).unwrap();
    let Some(Grant::Wraps { mut compartments, .. }) = admitted.grants.pop() else { panic!() };
    let joint = Stored { compartment: compartments.remove(0), ..patient.clone() };
    assert_eq!(p.ask(&session, &joint, None, 10).unwrap_err(), Refusal::Malformed);
    let house = p.session.header(ORGANIZATION, 0, 4, 1);
    let house =
        p.server.write(&p.session, house, WriteCompartment::New { number: 0, of: NewCompartment::House });
    assert_eq!(p.ask(&session, &house.unwrap(), None, 10).unwrap_err(), Refusal::Malformed);
    p.keyholder.admin().ask(AdminAsk::Quarantine { cell: "praxis".into(), on: true }).unwrap();
    assert_eq!(p.ask(&session, &patient, None, 10).unwrap_err(), Refusal::Quarantined);
}

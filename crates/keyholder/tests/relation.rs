//! Why records are opened without a treating relationship, and what a person who is a patient reaches: themself.

#![allow(clippy::unwrap_used)]

mod support;

use salus_seal::entry::people::PersonEvent;
use salus_seal::entry::relation::{Reason, RelationEvent, Statement};
use salus_seal::entry::{Event, Interaction, Purpose, Refusal};
use salus_seal::{CellId, Part};
use salus_trust_api::paper::PaperCode;
use salus_trust_api::wire::access::{AccessKind, AccessPage, AccessesAsk};
use salus_trust_api::wire::people::*;
use salus_trust_api::wire::query::*;
use salus_trust_api::wire::relation::*;
use salus_trust_api::wire::words::RecordName;
use salus_trust_api::wire::*;
use support::door::*;
use support::searching::*;
use support::*;

const SUBJECT: u16 = 9;

struct Practice {
    keyholder: Keyholder,
    server: RecordServer,
    client: Session,
    /// A physician, with a passkey.
    doctor: Session,
    dir: tempfile::TempDir,
}

fn practice() -> Practice {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let client = sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(100));
    let person = NewPerson {
        name: "Dr. Roth".into(),
        role: "physician".into(),
        budgets: None,
        practitioner: None,
        language: None,
    };
    let ask = PeopleAsk::Add { cell: Some("praxis".into()), person };
    let AdminAnswer::People(PeopleAnswer::Invited { secret, .. }) = admin.ask(AdminAsk::People(ask)).unwrap()
    else {
        panic!("not added")
    };
    let mut door = Door::connect(&keyholder);
    let mut passkey = door.register(&secret);
    let code = door.sign_in(&mut passkey, "praxis").unwrap();
    let mut server = keyholder.record_server();
    let token = redeem(&mut server, cell, &code, VERIFIER).unwrap();
    let doctor = session_of(&mut server, cell, token);
    Practice { keyholder, server, client, doctor, dir }
}

fn session_of(server: &mut RecordServer, cell: CellId, token: salus_trust_api::Token) -> Session {
    let of = OfSession { token: token.clone(), cell, proof: Vec::new(), address: [0; 16] };
    let Answer::Who(who) = server.ask(Ask::Who(of)) else { panic!("nobody") };
    Session { cell, token, session: who.session, client: who.client, principal: who.principal }
}

fn refused<T>(outcome: Result<T, Refusal>) -> Refusal {
    outcome.err().expect("it was not refused")
}

impl Practice {
    fn patient(&mut self, number: u64) -> Stored {
        let header = self.client.header(PATIENT, number, number, 1);
        self.server.write(&self.client, header, new_patient(number)).unwrap()
    }

    fn circumstances(by: &Session, interaction: Interaction) -> Admit {
        let mut admit = by.admit(interaction, Intent::Missing);
        admit.intents.clear();
        admit
    }

    fn related(&mut self, ask: RelatedAsk) -> Result<Answer, Refusal> {
        match self.server.ask(Ask::Related(Box::new(ask))) {
            Answer::Refused(refusal) => Err(refusal),
            answer => Ok(answer),
        }
    }

    fn relate(&mut self, by: &Session, of: &Stored, reason: Reason, text: &str) -> Result<(), Refusal> {
        let mut admit = Self::circumstances(by, Interaction::Relation);
        if reason == Reason::Emergency {
            admit.purpose = Purpose::Emergency;
        }
        let statement = Statement { reason, text: text.into() };
        let relate = Relate { admit, compartment: of.compartment.clone(), statement };
        self.related(RelatedAsk::Relate(relate)).map(|answer| assert!(matches!(answer, Answer::Noted)))
    }

    fn stated(&mut self, by: &Session, of: &Stored) -> Option<Reason> {
        let session =
            OfSession { token: by.token.clone(), cell: by.cell, proof: Vec::new(), address: [0; 16] };
        let ask = StatedAsk { of: session, compartment: of.compartment.clone() };
        match self.related(RelatedAsk::Stated(ask)) {
            Ok(Answer::Related(answer)) => match *answer {
                RelatedAnswer::Stated(reason) => reason,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    fn accesses(&mut self, by: &Session, of: &Stored) -> Result<AccessPage, Refusal> {
        let admit = Self::circumstances(by, Interaction::Accesses);
        let ask = AccessesAsk { admit, compartment: of.compartment.clone(), before: None, limit: 50 };
        match self.server.ask(Ask::Accesses(Box::new(ask))) {
            Answer::Accesses(page) => Ok(page),
            Answer::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    fn give(&mut self, by: &Session, of: &Stored) -> Result<PaperCode, Refusal> {
        let admit = Self::circumstances(by, Interaction::Relation);
        let (compartment, record) = (of.compartment.clone(), of.sealed.header.record);
        let give = GiveAccess { admit, compartment, record };
        match self.related(RelatedAsk::GiveAccess(give))? {
            Answer::Related(answer) => match *answer {
                RelatedAnswer::AccessGiven(given) => Ok(PaperCode::parse(&given.code.0).unwrap()),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    fn redeem_paper(&mut self, code: &PaperCode) -> Result<Session, Refusal> {
        let cell = self.client.cell;
        let redeem = RedeemPaper { cell, secret: code.secret(), proof: Vec::new(), address: [0; 16] };
        match self.related(RelatedAsk::RedeemPaper(redeem))? {
            Answer::SignedIn(signed_in) => Ok(session_of(&mut self.server, cell, signed_in.token)),
            other => panic!("{other:?}"),
        }
    }

    /// A patient's session with a passkey, which reaches as much as a patient may.
    fn with_passkey(&mut self, of: &Stored) -> Session {
        let doctor = self.doctor_again();
        let code = self.give(&doctor, of).unwrap();
        let principal = self.redeem_paper(&code).unwrap().principal;
        let ask = AdminAsk::People(PeopleAsk::Invite { principal });
        let AdminAnswer::People(PeopleAnswer::Invited { secret, .. }) =
            self.keyholder.admin().ask(ask).unwrap()
        else {
            panic!("not invited")
        };
        let mut door = Door::connect(&self.keyholder);
        let mut passkey = door.register(&secret);
        let code = door.sign_in(&mut passkey, "praxis").unwrap();
        let token = redeem(&mut self.server, self.client.cell, &code, VERIFIER).unwrap();
        session_of(&mut self.server, self.client.cell, token)
    }

    fn doctor_again(&self) -> Session {
        let Session { cell, session, client, principal, .. } = self.doctor;
        Session { cell, token: self.doctor.token.clone(), session, client, principal }
    }

    fn create(&mut self, by: &Session, record: u64, into: WriteCompartment) -> Result<Stored, Refusal> {
        self.create_one(OBSERVATION, by, record, into)
    }

    fn create_one(
        &mut self,
        kind: u16,
        by: &Session,
        record: u64,
        into: WriteCompartment,
    ) -> Result<Stored, Refusal> {
        let number = match &into {
            WriteCompartment::Existing(wrap) => wrap.number,
            WriteCompartment::New { number, .. } => *number,
        };
        let header = by.header(kind, number, record, 1);
        self.server.write(by, header, into)
    }
}

#[test]
fn a_reason_is_an_entry_that_stands_at_the_visits_of_a_day() {
    let mut p = practice();
    let (patient, other) = (p.patient(1), p.patient(2));
    let doctor = p.doctor_again();
    assert_eq!(p.stated(&doctor, &patient), None);
    p.relate(&doctor, &patient, Reason::Other, "Anruf der Tochter").unwrap();
    p.server.read(&doctor, &patient, Part::Body).unwrap();
    assert_eq!(p.stated(&doctor, &patient), Some(Reason::Other));
    assert_eq!((p.stated(&doctor, &other), p.stated(&p.client_again(), &patient)), (None, None));
    let page = p.accesses(&p.client_again(), &patient).unwrap();
    let visit = page.accesses.iter().find(|access| access.principal == doctor.principal).unwrap();
    let said = Statement { reason: Reason::Other, text: "Anruf der Tochter".into() };
    assert_eq!(visit.stated.as_ref(), Some(&said));
    assert!(visit.kinds.contains(&AccessKind::Stated) && visit.kinds.contains(&AccessKind::Chart));
    let written = page.accesses.iter().find(|access| access.kinds == [AccessKind::Written]).unwrap();
    assert_eq!(written.stated, None);
    // It is charged as a chart, and read by nobody without the month's key.
    let log = log_of(&mut p.keyholder.admin(), "praxis");
    let is_it = |event: &Event| matches!(event, Event::Related(RelationEvent::Stated { .. }));
    let entry = log.iter().find(|entry| is_it(&entry.lasting.event)).unwrap();
    assert_eq!(entry.fleeting.as_ref().unwrap().charged, 1);
    let Event::Related(RelationEvent::Stated { sealed }) = &entry.lasting.event else { panic!() };
    assert!(!sealed.windows(5).any(|part| part == b"Anruf"));
    for (reason, text) in [(Reason::Other, ""), (Reason::Billing, "x\ny"), (Reason::Other, &"x".repeat(201))]
    {
        assert_eq!(p.relate(&doctor, &patient, reason, text), Err(Refusal::Malformed));
    }
    // An emergency is a visit of its own; a restart knows what was said.
    p.relate(&doctor, &other, Reason::Emergency, "").unwrap();
    let page = p.accesses(&p.client_again(), &other).unwrap();
    let visit = page.accesses.iter().find(|access| access.principal == doctor.principal).unwrap();
    assert_eq!(visit.purpose, Purpose::Emergency);
    let Practice { keyholder, client, doctor, dir, .. } = p;
    keyholder.stop().unwrap();
    let keyholder = Keyholder::start(dir.path());
    let server = keyholder.record_server();
    let mut p = Practice { keyholder, server, client, doctor, dir };
    let doctor = p.doctor_again();
    assert_eq!(p.stated(&doctor, &patient), Some(Reason::Other));
    assert_eq!(p.stated(&doctor, &other), Some(Reason::Emergency));
}

impl Practice {
    fn client_again(&self) -> Session {
        let Session { cell, session, client, principal, .. } = self.client;
        Session { cell, token: self.client.token.clone(), session, client, principal }
    }
}

#[test]
fn a_code_on_paper_begins_one_short_session_that_sees_who_has_looked() {
    let mut p = practice();
    let (patient, other) = (p.patient(1), p.patient(2));
    let doctor = p.doctor_again();
    p.server.read(&doctor, &patient, Part::Body).unwrap();
    assert_eq!(
        refused(p.give(&p.client_again(), &patient)),
        Refusal::NotAllowed,
        "an application gives none"
    );
    let first = p.give(&doctor, &patient).unwrap();
    let code = p.give(&doctor, &patient).unwrap();
    assert_eq!(refused(p.redeem_paper(&first).map(drop)), Refusal::NoSession, "a newer one took its place");
    let anna = p.redeem_paper(&code).unwrap();
    assert_eq!(refused(p.redeem_paper(&code).map(drop)), Refusal::NoSession, "it is good once");
    let page = p.accesses(&anna, &patient).unwrap();
    assert!(page.accesses.iter().any(|access| access.person.as_deref() == Some("Dr. Roth")));
    let of = OfSession { token: anna.token.clone(), cell: anna.cell, proof: Vec::new(), address: [0; 16] };
    let Answer::Who(who) = p.server.ask(Ask::Who(of)) else { panic!("nobody") };
    assert_eq!((who.role.as_str(), who.patient, who.name.as_str()), ("patient", Some(1), "patient"));
    assert!(who.ends_ms <= who.now_ms + PAPER_SESSION_MS);
    // Without a passkey nothing is looked through, and nobody else is there.
    let history = Read {
        part: Part::Body,
        versions: vec![patient.version()],
        compartments: vec![patient.compartment.clone()],
    };
    let outcome = p.server.admit(&anna, Interaction::HistoryInstance, Intent::Read(history));
    assert_eq!(refused(outcome.map(drop)), Refusal::NotAllowed);
    let theirs = refused(p.accesses(&anna, &other).map(drop));
    let missing = refused(p.server.admit(&anna, Interaction::Accesses, Intent::Missing).map(drop));
    assert_eq!(format!("{theirs:?}").split(' ').next(), format!("{missing:?}").split(' ').next());
    assert_eq!(refused(p.give(&anna, &patient).map(drop)), Refusal::NotAllowed);
    assert_eq!(p.relate(&anna, &patient, Reason::Letter, ""), Err(Refusal::NotAllowed));
    // The same person again, by a new code.
    let code = p.give(&doctor, &patient).unwrap();
    assert_eq!(p.redeem_paper(&code).unwrap().principal, anna.principal);
    let added = log_of(&mut p.keyholder.admin(), "praxis");
    let is_added = |entry: &&LogEntry| matches!(&entry.lasting.event, Event::Person(PersonEvent::Added(added)) if added.role == "patient");
    assert_eq!(added.iter().filter(is_added).count(), 1);
}

#[test]
fn a_patient_reaches_nothing_that_concerns_anybody_else() {
    let mut p = practice();
    let (mine, other) = (p.patient(1), p.patient(2));
    let client = p.client_again();
    let own = |stored: &Stored| WriteCompartment::Existing(stored.compartment.clone());
    let value = p.create(&client, 11, own(&mine)).unwrap();
    let theirs = p.create(&client, 12, own(&other)).unwrap();
    let house = {
        let header = client.header(ORGANIZATION, 0, 13, 1);
        let into = WriteCompartment::New { number: 0, of: NewCompartment::House };
        p.server.write(&client, header, into).unwrap()
    };
    let joint = joint(&mut p, &mine, &other);
    let anna = p.with_passkey(&mine);
    p.server.read(&anna, &mine, Part::Body).expect("their own record");
    p.server.read(&anna, &value, Part::Body).expect("their own values");
    let missing = refused(p.server.admit(&anna, Interaction::Read, Intent::Missing).map(drop));
    let word = |refusal: Refusal| format!("{refusal:?}").split(' ').next().unwrap().to_owned();
    for stored in [&other, &theirs, &house, &joint] {
        for part in [Part::Line, Part::Body] {
            assert_eq!(
                word(refused(p.server.read(&anna, stored, part))),
                word(missing),
                "as if it were not there"
            );
        }
        // Beside their own, too, and in a history.
        let read = Read {
            part: Part::Body,
            versions: vec![value.version(), stored.version()],
            compartments: vec![value.compartment.clone(), stored.compartment.clone()],
        };
        let outcome = p.server.admit(&anna, Interaction::HistoryInstance, Intent::Read(read));
        assert_eq!(word(refused(outcome.map(drop))), word(missing));
    }
    // What they write is about themself, and new.
    p.create_one(TASK, &anna, 21, own(&mine)).expect("a question");
    assert_eq!(refused(p.create(&anna, 23, own(&mine))), Refusal::NotAllowed, "a question, and nothing else");
    for into in [
        own(&other),
        own(&joint),
        own(&house),
        WriteCompartment::New { number: 31, of: NewCompartment::Patient },
    ] {
        assert_eq!(refused(p.create_one(TASK, &anna, 22, into)), Refusal::Missing);
    }
    let change = anna.header(OBSERVATION, 1, 11, 2);
    assert_eq!(refused(p.server.write(&anna, change, own(&mine))), Refusal::NotAllowed);
    // A role that they are given later makes no physician of them.
    let role = PeopleAsk::SetRole { principal: anna.principal, role: "physician".into(), budgets: None };
    p.keyholder.admin().ask(AdminAsk::People(role)).unwrap();
    assert_eq!(refused(p.server.read(&anna, &other, Part::Body)), Refusal::Missing);
    // No administrator makes one.
    let person = NewPerson {
        name: "X".into(),
        role: "patient".into(),
        budgets: None,
        practitioner: None,
        language: None,
    };
    let add = PeopleAsk::Add { cell: Some("praxis".into()), person };
    assert!(p.keyholder.admin().ask(AdminAsk::People(add)).is_err());
}

/// A record that concerns both.
fn joint(p: &mut Practice, one: &Stored, other: &Stored) -> Stored {
    let client = p.client_again();
    let header = client.header(OBSERVATION, 41, 41, 1);
    let plain = salus_seal::envelope::Plain { body: b"{}", line: b"", words: b"" };
    let (sealed, key) = salus_seal::envelope::seal(&header, &plain).unwrap();
    let version = NewVersion {
        header,
        hash: sealed.hash(),
        key: SecretKey(*key.expose()),
        words: sealed.words.clone(),
    };
    let compartments = vec![
        WriteCompartment::Existing(one.compartment.clone()),
        WriteCompartment::Existing(other.compartment.clone()),
        WriteCompartment::New { number: 41, of: NewCompartment::Joint(vec![1, 2]) },
    ];
    let write = Write { versions: vec![version], compartments };
    let mut admitted = p.server.admit(&client, Interaction::Create, Intent::Write(write)).unwrap();
    let Some(Grant::Wraps { versions, compartments }) = admitted.grants.pop() else { panic!("no wraps") };
    Stored {
        sealed,
        wrap: versions[0],
        compartment: compartments[0].clone(),
        entry: admitted.receipt.entry,
        mac: admitted.receipt.mac,
    }
}

#[test]
fn a_patient_searches_within_their_own_records_and_learns_of_nobody_else() {
    let mut p = practice();
    let mine = p.patient(1);
    let anna = p.with_passkey(&mine);
    let mut indexer = Indexer::open(&p.keyholder, Some(mine.entry), 1);
    indexer.caught_up();
    let mut lane = Lane::connect(&p.keyholder);
    let log = log_of(&mut p.keyholder.admin(), "praxis");
    let pseudonym = log.iter().find_map(|entry| match &entry.lasting.event {
        Event::Related(RelationEvent::IsPatient { patient, .. }) => Some(*patient),
        _ => None,
    });
    let own = pseudonym.unwrap();
    let of =
        |id: &str| Condition::Value(SUBJECT, Test::Reference(RecordName { kind: PATIENT, id: id.into() }));
    let observations = |all: Vec<Condition>| Query { all, ..query(OBSERVATION) };
    let named = Condition::Value(NAME, Test::Starts("m".into()));
    for wide in [
        observations(vec![]),
        query(PATIENT),
        Query { count: 0, ..observations(vec![named.clone()]) },
        Query { glimpse: true, ..query(PATIENT) },
        observations(vec![of("a"), of("b")]),
        observations(vec![Condition::Any(vec![of("a"), named])]),
    ] {
        lane.ask(1, &anna, wide);
        assert_eq!(lane.found().unwrap_err(), Refusal::NotAllowed);
    }
    let answer = |indexer: &mut Indexer, reached: Reach| loop {
        if let salus_trust_api::wire::index::ToIndexer::Search { ticket, .. } = indexer.next() {
            let found = (found(&[], 0), reached);
            return indexer.say(&salus_trust_api::wire::index::FromIndexer::FoundOfOne { ticket, found });
        }
    };
    let me = || Reach { matching: vec![own], named: Vec::new(), many: false };
    for (reached, is_found) in [(me(), true), (reach(&[], &[2]), false), (reach(&[], &[]), false)] {
        lane.ask(1, &anna, observations(vec![of("a")]));
        answer(&mut indexer, reached);
        let outcome = lane.found();
        assert_eq!(outcome.is_ok(), is_found, "another patient is refused as one who is not there");
        assert!(is_found || outcome.unwrap_err() == Refusal::Missing);
    }
    let both = Reach { matching: vec![own], named: reach(&[], &[2]).named, many: false };
    lane.ask(1, &anna, Query { count: 0, ..observations(vec![of("a")]) });
    answer(&mut indexer, both);
    assert_eq!(lane.found().unwrap_err(), Refusal::Missing, "a joint record counts for each");
}

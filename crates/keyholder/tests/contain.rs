//! Containment: what is held is admitted no more, and is given back; what ended is stopped before it is answered; what goes on in a cell
//! that is cut off.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use salus_seal::Part;
use salus_seal::entry::contain::HoldOn;
use salus_seal::entry::{Interaction, Purpose, Refusal};
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::Token;
use salus_trust_api::admin::AdminClient;
use salus_trust_api::wire::administer::*;
use salus_trust_api::wire::contain::*;
use salus_trust_api::wire::people::OfSession;
use salus_trust_api::wire::*;
use std::time::{Duration, Instant};
use support::door::{Door, VERIFIER, invite, redeem, who};
use support::searching::{Lane, query};
use support::*;

struct Practice {
    keyholder: Keyholder,
    server: RecordServer,
    session: Session,
    stored: Stored,
    dir: tempfile::TempDir,
}

fn practice() -> Practice {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let session = sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(100));
    let mut server = keyholder.record_server();
    let stored = server.write(&session, session.header(PATIENT, 1, 1, 1), new_patient(1)).unwrap();
    Practice { keyholder, server, session, stored, dir }
}

impl Practice {
    fn read(&mut self) -> Result<(), Refusal> {
        self.server.read(&self.session, &self.stored, Part::Body).map(drop)
    }

    fn again(&self) -> Session {
        let ask = AdminAsk::BeginSession { client: self.session.client };
        let AdminAnswer::Session(begun) = self.keyholder.admin().ask(ask).unwrap() else { panic!() };
        Session { token: begun.token, session: begun.session, ..self.session_of() }
    }

    fn session_of(&self) -> Session {
        let Session { cell, token, session, client, principal } = &self.session;
        let (cell, token, session, client) = (*cell, token.clone(), *session, *client);
        Session { cell, token, session, client, principal: *principal }
    }
}

fn contain(admin: &mut AdminClient, cell: Option<&str>, ask: ContainAsk) -> ContainAnswer {
    match admin.ask(AdminAsk::Contain { cell: cell.map(str::to_owned), ask }).unwrap() {
        AdminAnswer::Contained(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn hold(admin: &mut AdminClient, cell: Option<&str>, what: HoldOn) -> (u64, u64) {
    let ask = ContainAsk::Hold { what, reason: "a laptop was stolen".into() };
    match contain(admin, cell, ask) {
        ContainAnswer::Held { hold, sessions } => (hold, sessions),
        other => panic!("{other:?}"),
    }
}

fn release(admin: &mut AdminClient, cell: Option<&str>, hold: u64) -> u64 {
    match contain(admin, cell, ContainAsk::Release { hold }) {
        ContainAnswer::Released { sessions } => sessions,
        other => panic!("{other:?}"),
    }
}

#[test]
fn whatever_is_held_is_admitted_no_more_and_is_given_back_even_after_a_restart() {
    let mut p = practice();
    let (cell, session, client) = (p.session.cell, p.session.session, p.session.client);
    for (tree, what) in [
        (Some("praxis"), HoldOn::Session(session)),
        (Some("praxis"), HoldOn::Client(client)),
        (Some("praxis"), HoldOn::Cell),
        (None, HoldOn::Everyone),
    ] {
        assert_eq!(p.read(), Ok(()), "{what:?}");
        let mut lane = Lane::connect(&p.keyholder);
        let mut admin = p.keyholder.admin();
        let (entry, sessions) = lane.stopping(|| hold(&mut admin, tree, what));
        assert!(sessions >= 1, "{what:?}");
        assert_eq!(p.read(), Err(Refusal::NoSession), "{what:?}");
        let begins = p.keyholder.admin().ask(AdminAsk::BeginSession { client }).is_ok();
        assert_eq!(begins, !matches!(what, HoldOn::Client(_)), "{what:?}");
        drop((admin, lane));
        p.keyholder.stop().unwrap();
        p.keyholder = Keyholder::start(p.dir.path());
        p.server = p.keyholder.record_server();
        assert_eq!(p.read(), Err(Refusal::NoSession), "{what:?} after a restart");
        let again = begins.then(|| p.again());
        if let Some(again) = &again {
            // A hold on all sessions is for those that were begun: whoever signs in anew goes on.
            let is_held = p.server.read(again, &p.stored, Part::Body).is_err();
            assert!(!is_held, "{what:?}: a new session");
        }
        assert!(release(&mut p.keyholder.admin(), tree, entry) >= 1, "{what:?}");
        assert_eq!(p.read(), Ok(()), "{what:?} released");
    }
    let (first, _) = {
        let mut lane = Lane::connect(&p.keyholder);
        let mut admin = p.keyholder.admin();
        lane.stopping(|| hold(&mut admin, Some("praxis"), HoldOn::Cell))
    };
    // Two holds: both must be let go.
    let (second, sessions) = hold(&mut p.keyholder.admin(), None, HoldOn::Everyone);
    assert_eq!(sessions, 0);
    assert_eq!(release(&mut p.keyholder.admin(), Some("praxis"), first), 0);
    assert_eq!(p.read(), Err(Refusal::NoSession));
    assert!(release(&mut p.keyholder.admin(), None, second) >= 1);
    assert_eq!(p.read(), Ok(()));
    let gone = AdminAsk::Contain { cell: None, ask: ContainAsk::Release { hold: second } };
    assert!(p.keyholder.admin().ask(gone).is_err());
    // What is another cell's is not there.
    create_cell(&mut p.keyholder.admin(), "andere", 10);
    let what = HoldOn::Session(session);
    let ask = ContainAsk::Hold { what, reason: String::new() };
    let elsewhere = AdminAsk::Contain { cell: Some("andere".into()), ask };
    assert!(p.keyholder.admin().ask(elsewhere).is_err());
    assert_ne!(cell, CellId([0; 16]));
}

#[test]
fn an_answer_waits_until_what_ended_is_stopped_and_holds_up_nobody() {
    let mut p = practice();
    let mut lane = Lane::connect(&p.keyholder);
    p.read().unwrap();
    let mut admin = p.keyholder.admin();
    let session = p.session.session;
    let (told, is_told) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            hold(&mut admin, Some("praxis"), HoldOn::Session(session));
            told.send(()).unwrap();
        });
        let (number, ended) = lane.ended();
        assert_eq!(ended, [Ended::Session(p.session.token.hash())]);
        // The hold is in force, and everybody else is answered, before it is confirmed.
        assert_eq!(p.server.read(&p.session, &p.stored, Part::Body).map(drop), Err(Refusal::NoSession));
        let other = p.again();
        assert!(p.server.read(&other, &p.stored, Part::Body).is_ok());
        assert!(is_told.recv_timeout(Duration::from_millis(300)).is_err(), "answered before it was stopped");
        lane.send(&Request::Stopped(number));
        is_told.recv_timeout(Duration::from_secs(3)).unwrap();
    });
    // A search of what is held is refused, and what a person asks for on the lane overtakes what waits.
    lane.ask(1, &p.session, query(PATIENT));
    assert_eq!(lane.found().unwrap_err(), Refusal::NoSession);
}

#[test]
fn without_a_record_server_that_confirms_an_answer_waits_as_long_as_admissions_are_valid() {
    let mut p = practice();
    let idle = Instant::now();
    let mut admin = p.keyholder.admin();
    let begun = Instant::now();
    p.read().unwrap();
    hold(&mut admin, None, HoldOn::Everyone);
    let waited = begun.elapsed();
    assert!(waited >= Duration::from_millis(u64::from(ADMISSION_MS)), "{waited:?}");
    assert!(waited < Duration::from_secs(8), "{waited:?}");
    // Nothing has been admitted since.
    let begun = Instant::now();
    hold(&mut admin, None, HoldOn::Everyone);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", idle.elapsed());
}

struct People {
    p: Practice,
    administrator: Token,
    physician: Token,
    principal: PrincipalId,
}

fn people() -> People {
    let mut p = practice();
    p.keyholder.confirms();
    let cell = p.session.cell;
    let mut signed_in = |role| {
        let (principal, secret) = invite(&mut p.keyholder.admin(), Some("praxis"), role);
        let mut door = Door::connect(&p.keyholder);
        let mut passkey = door.register(&secret);
        let code = door.sign_in(&mut passkey, "praxis").unwrap();
        (redeem(&mut p.server, cell, &code, VERIFIER).unwrap(), principal)
    };
    let (administrator, _) = signed_in("practice-administrator");
    let (physician, principal) = signed_in("physician");
    People { p, administrator, physician, principal }
}

impl People {
    fn ask(&mut self, token: &Token, ask: ContainAsk) -> Result<Result<ContainAnswer, AdminError>, Refusal> {
        let of = OfSession {
            token: token.clone(),
            cell: self.p.session.cell,
            proof: Vec::new(),
            address: [1; 16],
        };
        let ask = CellAsk::Contain(ask);
        match self.p.server.ask(Ask::Administer(Box::new(Administer { of, ask }))) {
            Answer::Administered(outcome) => Ok(outcome.map(|answer| match answer {
                CellAnswer::Contained(answer) => answer,
                other => panic!("{other:?}"),
            })),
            Answer::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    fn lives(&mut self, token: &Token) -> bool {
        who(&mut self.p.server, self.p.session.cell, token).is_some()
    }

    /// Reads as the physician, for this purpose.
    fn reads(&mut self, purpose: Purpose) -> Result<(), Refusal> {
        let stored = &self.p.stored;
        let read = Read {
            part: Part::Body,
            versions: vec![stored.version()],
            compartments: vec![stored.compartment.clone()],
        };
        let session = Session { token: self.physician.clone(), ..self.p.session_of() };
        let admit = Admit { purpose, ..session.admit(Interaction::Read, Intent::Read(read)) };
        match self.p.server.ask(Ask::Admit(admit)) {
            Answer::Admitted(_) => Ok(()),
            Answer::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn who_administers_holds_people_of_their_cell_and_undoes_it_but_not_what_the_machine_did() {
    let mut people = people();
    let (administrator, physician) = (people.administrator.clone(), people.physician.clone());
    let what = HoldOn::Person(people.principal);
    let hold_it = |what| ContainAsk::Hold { what, reason: "lost phone".into() };
    assert_eq!(people.ask(&physician, hold_it(what)).unwrap_err(), Refusal::NotAllowed);
    let ContainAnswer::Held { hold: entry, sessions: 1 } =
        people.ask(&administrator, hold_it(what)).unwrap().unwrap()
    else {
        panic!("not held")
    };
    assert!(!people.lives(&physician) && people.lives(&administrator));
    // Held a second time, it is the same hold.
    let again = people.ask(&administrator, hold_it(what)).unwrap().unwrap();
    assert_eq!(again, ContainAnswer::Held { hold: entry, sessions: 0 });
    let ContainAnswer::Status(status) = people.ask(&administrator, ContainAsk::Status).unwrap().unwrap()
    else {
        panic!("no status")
    };
    assert_eq!((status.holds.len(), status.holds[0].hold, status.holds[0].sessions), (1, entry, 1));
    assert_eq!(status.holds[0].reason, "lost phone");
    assert!(status.holds[0].by.is_some() && status.living == 2 && status.sessions.len() == 2);
    let released = people.ask(&administrator, ContainAsk::Release { hold: entry }).unwrap().unwrap();
    assert_eq!(released, ContainAnswer::Released { sessions: 1 });
    assert!(people.lives(&physician));
    // Of the platform, and of what was held at the machine, they have no say.
    assert!(people.ask(&administrator, hold_it(HoldOn::Everyone)).unwrap().is_err());
    let (entry, _) = hold(&mut people.p.keyholder.admin(), Some("praxis"), what);
    assert!(people.ask(&administrator, ContainAsk::Release { hold: entry }).unwrap().is_err());
    assert!(!people.lives(&physician));
    // Their own session is among those of the cell.
    let all = people.ask(&administrator, hold_it(HoldOn::Cell)).unwrap().unwrap();
    assert!(matches!(all, ContainAnswer::Held { sessions: 2, .. }), "{all:?}");
    assert!(!people.lives(&administrator));
}

#[test]
fn a_cell_that_is_cut_off_takes_what_comes_from_outside_and_is_read_by_whoever_was_named() {
    let mut people = people();
    let administrator = people.administrator.clone();
    assert_eq!(people.reads(Purpose::Treatment), Ok(()));
    people.ask(&administrator, ContainAsk::Quarantine { on: true }).unwrap().unwrap();
    for purpose in [Purpose::Treatment, Purpose::Emergency] {
        assert_eq!(people.reads(purpose), Err(Refusal::Quarantined));
    }
    let p = &mut people.p;
    assert_eq!(p.read(), Err(Refusal::Quarantined));
    // A laboratory's creations come in; nothing is changed.
    let into = WriteCompartment::Existing(p.stored.compartment.clone());
    let header = p.session.header(OBSERVATION, 1, 2, 1);
    p.server.write(&p.session, header, into.clone()).unwrap();
    p.server.write(&p.session, p.session.header(PATIENT, 2, 3, 1), new_patient(2)).unwrap();
    p.server.write_open(&p.session, p.session.header(PATIENT, 3, 4, 1), new_patient(3)).unwrap();
    let changed = p.session.header(PATIENT, 1, 1, 2);
    assert_eq!(p.server.write(&p.session, changed, into.clone()).err(), Some(Refusal::Quarantined));
    // A person's session creates nothing.
    let by_person = Session { token: people.physician.clone(), ..people.p.session_of() };
    let header = by_person.header(OBSERVATION, 1, 9, 1);
    assert_eq!(people.p.server.write(&by_person, header, into).err(), Some(Refusal::Quarantined));

    let AdminAnswer::Status(now) = people.p.keyholder.admin().ask(AdminAsk::Status).unwrap() else {
        panic!()
    };
    let principal = people.principal;
    let except = |until_ms| ContainAsk::Except { principal, until_ms };
    for until_ms in [now.now_ms, now.now_ms + MAX_EXCEPTION_MS + 60_000] {
        assert!(people.ask(&administrator, except(until_ms)).unwrap().is_err());
    }
    people.ask(&administrator, except(now.now_ms + 700)).unwrap().unwrap();
    assert_eq!(people.reads(Purpose::Emergency), Ok(()));
    assert_eq!(people.reads(Purpose::Treatment), Err(Refusal::Quarantined));
    assert_eq!(people.p.read(), Err(Refusal::Quarantined), "somebody else");
    std::thread::sleep(Duration::from_millis(750));
    assert_eq!(people.reads(Purpose::Emergency), Err(Refusal::Quarantined), "after its time");
    people.ask(&administrator, except(now.now_ms + 60_000)).unwrap().unwrap();
    assert_eq!(people.reads(Purpose::Emergency), Ok(()));
    people.ask(&administrator, ContainAsk::EndException { principal }).unwrap().unwrap();
    assert_eq!(people.reads(Purpose::Emergency), Err(Refusal::Quarantined), "ended");

    let lifted = people.ask(&administrator, ContainAsk::Quarantine { on: false }).unwrap().unwrap();
    assert_eq!(lifted, ContainAnswer::Quarantined { came_in: 2 }, "what has not landed is not counted");
    assert_eq!(people.reads(Purpose::Treatment), Ok(()));
    // Exceptions end with the quarantine.
    people.ask(&administrator, except(now.now_ms + 60_000)).unwrap().unwrap_err();
    // What the machine cut off is joined again there.
    people.p.keyholder.admin().ask(AdminAsk::Quarantine { cell: "praxis".into(), on: true }).unwrap();
    assert!(people.ask(&administrator, ContainAsk::Quarantine { on: false }).unwrap().is_err());
}

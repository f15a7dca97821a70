//! Administration of a cell in a person's session: who may, what is told, and that each change says who did it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use salus_seal::entry::people::{PersonEvent, PersonStatus};
use salus_seal::entry::{Event, Interaction, Refusal};
use salus_trust_api::wire::administer::*;
use salus_trust_api::wire::people::*;
use salus_trust_api::wire::*;
use salus_trust_api::{Limits, Token};
use support::door::{Door, VERIFIER, invite, person, redeem, who};
use support::*;

struct Practice {
    keyholder: Keyholder,
    server: RecordServer,
    cell: salus_seal::CellId,
    _dir: tempfile::TempDir,
}

fn practice() -> Practice {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let cell = create_cell(&mut keyholder.admin(), "praxis", 1_000);
    create_cell(&mut keyholder.admin(), "andere", 1_000);
    let server = keyholder.record_server();
    Practice { keyholder, server, cell, _dir: dir }
}

impl Practice {
    /// A session of a person with this role.
    fn person(&mut self, role: &str) -> Token {
        let (_, secret) = invite(&mut self.keyholder.admin(), Some("praxis"), role);
        self.first_session(&secret)
    }

    fn first_session(&mut self, secret: &Token) -> Token {
        let mut door = Door::connect(&self.keyholder);
        let mut passkey = door.register(secret);
        let code = door.sign_in(&mut passkey, "praxis").unwrap();
        redeem(&mut self.server, self.cell, &code, VERIFIER).unwrap()
    }

    fn ask(&mut self, token: &Token, ask: CellAsk) -> Result<Result<CellAnswer, AdminError>, Refusal> {
        let of = OfSession { token: token.clone(), cell: self.cell };
        match self.server.ask(Ask::Administer(Box::new(Administer { of, address: [1; 16], ask }))) {
            Answer::Administered(outcome) => Ok(*outcome),
            Answer::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    fn log(&mut self, token: &Token, filter: LogFilter) -> CellLogPage {
        match self.ask(token, CellAsk::Log(filter)).unwrap().unwrap() {
            CellAnswer::Log(page) => page,
            other => panic!("{other:?}"),
        }
    }
}

fn filter() -> LogFilter {
    LogFilter { limit: 200, ..LogFilter::default() }
}

#[test]
fn only_who_administers_may_and_a_refusal_is_an_entry() {
    let mut p = practice();
    let physician = p.person("physician");
    let client = sign_in(&mut p.keyholder.admin(), "praxis", p.cell, "fhir-client", budgets(10)).token;
    let list = || CellAsk::People(PeopleAsk::List { cell: None });
    for token in [&physician, &client] {
        assert_eq!(p.ask(token, list()).unwrap_err(), Refusal::NotAllowed);
        let entry = log_of(&mut p.keyholder.admin(), "praxis").pop().unwrap();
        let fleeting = entry.fleeting.unwrap();
        assert_eq!((entry.lasting.event, fleeting.interaction), (Event::Refused, Interaction::Administer));
    }
    assert_eq!(p.ask(&Token::random().unwrap(), list()).unwrap_err(), Refusal::NoSession);
    let administrator = p.person("practice-administrator");
    let of = OfSession { token: administrator, cell: salus_seal::CellId([7; 16]) };
    let elsewhere = Administer { of, address: [0; 16], ask: list() };
    let answer = p.server.ask(Ask::Administer(Box::new(elsewhere)));
    assert!(matches!(answer, Answer::Refused(Refusal::NoSession)));
}

#[test]
fn people_and_clients_are_changed_by_name_and_never_beyond_their_roles() {
    let mut p = practice();
    let administrator = p.person("practice-administrator");
    let me = who(&mut p.server, p.cell, &administrator).unwrap().principal;
    let add = |cell: Option<&str>, person| {
        CellAsk::People(PeopleAsk::Add { cell: cell.map(str::to_owned), person })
    };
    let invited = p.ask(&administrator, add(None, person("Dr. Neu", "physician"))).unwrap().unwrap();
    let CellAnswer::People(PeopleAnswer::Invited { principal, secret, .. }) = invited else {
        panic!("{invited:?}")
    };
    let physician = p.first_session(&secret);
    assert!(p.ask(&administrator, add(Some("andere"), person("X", "physician"))).unwrap().is_err());
    assert!(p.ask(&administrator, add(None, person("X", "operator"))).unwrap().is_err());
    let wide = Some(Limits { hour: 61, day: 150, days_30: 1_000 })
        .map(|chart| salus_trust_api::Budgets { chart, ..budgets(1) });
    let greedy = NewPerson { budgets: wide, ..person("X", "physician") };
    assert!(p.ask(&administrator, add(None, greedy)).unwrap().is_err());
    let raise = PeopleAsk::SetRole { principal, role: "physician".into(), budgets: wide };
    assert!(p.ask(&administrator, CellAsk::People(raise)).unwrap().is_err());
    let own = PeopleAsk::SetRole { principal: me, role: "physician".into(), budgets: None };
    assert!(p.ask(&administrator, CellAsk::People(own)).unwrap().is_err(), "nobody gives themself a role");
    let round = CellAsk::People(PeopleAsk::LookRound { principal });
    assert!(p.ask(&administrator, round).unwrap().is_err());

    let create =
        |role: &str, budgets| CellAsk::CreateClient { name: "Labor".into(), role: role.into(), budgets };
    let made = p.ask(&administrator, create("fhir-reader", None)).unwrap().unwrap();
    let CellAnswer::Client { client, .. } = made else { panic!("{made:?}") };
    let created = log_of(&mut p.keyholder.admin(), "praxis").pop().unwrap();
    assert_eq!(
        (created.principal, created.fleeting.unwrap().interaction),
        (Some(me), Interaction::Administer)
    );
    assert!(p.ask(&administrator, create("physician", None)).unwrap().is_err());
    assert!(p.ask(&administrator, create("fhir-client", Some(budgets(61)))).unwrap().is_err());
    assert!(matches!(p.ask(&administrator, CellAsk::RevokeClient { client }), Ok(Ok(CellAnswer::Done))));
    let Ok(Ok(CellAnswer::Clients(clients))) = p.ask(&administrator, CellAsk::Clients) else { panic!() };
    assert_eq!((clients.len(), clients[0].name.as_str(), clients[0].revoked), (1, "Labor", true));
    let stranger = sign_in(&mut p.keyholder.admin(), "andere", p.cell, "fhir-client", budgets(1)).client;
    assert!(p.ask(&administrator, CellAsk::RevokeClient { client: stranger }).unwrap().is_err());

    // The log says who did what to whom.
    let people = LogFilter { kinds: vec![LogKind::Person, LogKind::Client], principal: Some(me), ..filter() };
    let page = p.log(&administrator, people);
    assert!(page.entries.iter().all(|entry| entry.principal == Some(me)));
    let added = page
        .entries
        .iter()
        .find(|entry| matches!(&entry.event, Event::Person(PersonEvent::Added(_))))
        .unwrap();
    assert_eq!(
        (added.about.as_deref(), added.name.as_deref()),
        (Some("Dr. Neu"), Some("A practice-administrator"))
    );
    assert!(page.entries.iter().any(|entry| matches!(entry.event, Event::ClientRevoked { .. })));

    // In a cell that is cut off, people can be stopped and nobody let in.
    p.keyholder.admin().ask(AdminAsk::Quarantine { cell: "praxis".into(), on: true }).unwrap();
    let refused = p.ask(&administrator, add(None, person("X", "physician"))).unwrap_err();
    assert_eq!(refused, Refusal::Quarantined);
    let suspend = PeopleAsk::SetStatus { principal, status: PersonStatus::Suspended };
    p.ask(&administrator, CellAsk::People(suspend)).unwrap().unwrap();
    assert!(who(&mut p.server, p.cell, &physician).is_none());
}

#[test]
fn the_log_is_paged_backwards_and_filtered_and_the_checkpoint_is_signed() {
    let mut p = practice();
    let session = sign_in(&mut p.keyholder.admin(), "praxis", p.cell, "fhir-client", budgets(100));
    for number in 1..=40 {
        p.server.write(&session, session.header(PATIENT, number, number, 1), new_patient(number)).unwrap();
    }
    let administrator = p.person("practice-administrator");
    let whole = p.log(&administrator, filter());
    assert_eq!(whole.next, None);
    assert!(whole.entries.is_sorted_by(|one, other| one.number > other.number));
    let newest = whole.entries[0].number;
    let (mut paged, mut before) = (Vec::new(), Some(newest + 1));
    while let Some(from) = before {
        let page = p.log(&administrator, LogFilter { before: Some(from), limit: 7, ..LogFilter::default() });
        assert!(page.entries.len() <= 7);
        paged.extend(page.entries.into_iter().map(|entry| entry.number));
        before = page.next;
    }
    assert_eq!(paged, whole.entries.iter().map(|entry| entry.number).collect::<Vec<_>>());
    let written = p.log(&administrator, LogFilter { kinds: vec![LogKind::Written], ..filter() });
    assert_eq!(written.entries.len(), 40);
    let access = written.entries[0].access.as_ref().unwrap();
    assert_eq!((access.patients, access.charged, access.versions), (1, 0, 1));
    assert_eq!(written.entries[0].name.as_deref(), Some("a laboratory"));
    let later = LogFilter { from_ms: Some(whole.entries[0].time_ms + 1), ..filter() };
    assert!(p.log(&administrator, later).entries.is_empty());

    p.keyholder.admin().ask(AdminAsk::Publish).unwrap();
    let Ok(Ok(CellAnswer::Checkpoint(status))) = p.ask(&administrator, CellAsk::Checkpoint) else { panic!() };
    assert_eq!(status.witnessed, Some(true));
    let note = status.note.unwrap();
    assert_eq!(note.lines().nth(1), Some(status.entries.to_string().as_str()), "{note}");
}

//! Administration of a cell in a person's session: who may, what is told, and that each change says who did it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use salus_seal::entry::people::{PersonEvent, PersonStatus};
use salus_seal::entry::{Event, Interaction, Refusal};
use salus_trust_api::wire::administer::*;
use salus_trust_api::wire::people::*;
use salus_trust_api::wire::*;
use salus_trust_api::{Limits, Token};
use support::door::{Door, VERIFIER, invite, people, person, redeem, who};
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
        let of = OfSession { token: token.clone(), cell: self.cell, proof: Vec::new(), address: [1; 16] };
        match self.server.ask(Ask::Administer(Box::new(Administer { of, ask }))) {
            Answer::Administered(outcome) => Ok(*outcome),
            Answer::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    /// Asks for what is not done, and how the refusal stands in the log: always, with session and address.
    fn denied(&mut self, token: &Token, ask: CellAsk) -> Refusal {
        let of = who(&mut self.server, self.cell, token).unwrap();
        assert!(self.ask(token, ask).unwrap().is_err());
        let entry = log_of(&mut self.keyholder.admin(), "praxis").pop().unwrap();
        let fleeting = entry.fleeting.unwrap();
        assert_eq!(entry.lasting.event, Event::Refused);
        assert_eq!((fleeting.session, fleeting.address), (of.session, [1; 16]));
        assert_eq!(fleeting.interaction, Interaction::Administer);
        fleeting.refused.unwrap()
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
    let of = OfSession {
        token: administrator,
        cell: salus_seal::CellId([7; 16]),
        proof: Vec::new(),
        address: [0; 16],
    };
    let elsewhere = Administer { of, ask: list() };
    let answer = p.server.ask(Ask::Administer(Box::new(elsewhere)));
    assert!(matches!(answer, Answer::Refused(Refusal::NoSession)));
    // A token that was given out and is of no use is an entry in its own cell's log.
    let entry = log_of(&mut p.keyholder.admin(), "praxis").pop().unwrap();
    assert_eq!(entry.fleeting.unwrap().refused, Some(Refusal::NoSession));
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
    assert_eq!(p.denied(&administrator, add(Some("andere"), person("X", "physician"))), Refusal::NotAllowed);
    assert_eq!(p.denied(&administrator, add(None, person("X", "operator"))), Refusal::NotAllowed);
    assert_eq!(p.denied(&administrator, add(None, person("", "physician"))), Refusal::Malformed);
    let wide = Some(Limits { hour: 61, day: 150, days_30: 1_000 })
        .map(|chart| salus_trust_api::Budgets { chart, ..budgets(1) });
    let greedy = NewPerson { budgets: wide, ..person("X", "physician") };
    assert_eq!(p.denied(&administrator, add(None, greedy)), Refusal::NotAllowed);
    let raise = PeopleAsk::SetRole { principal, role: "physician".into(), budgets: wide };
    assert_eq!(p.denied(&administrator, CellAsk::People(raise)), Refusal::NotAllowed);
    let own = PeopleAsk::SetRole { principal: me, role: "physician".into(), budgets: None };
    assert_eq!(
        p.denied(&administrator, CellAsk::People(own)),
        Refusal::NotAllowed,
        "nobody gives themself a role"
    );
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
    assert_eq!(p.denied(&administrator, create("physician", None)), Refusal::NotAllowed);
    assert_eq!(p.denied(&administrator, create("fhir-client", Some(budgets(61)))), Refusal::NotAllowed);
    assert!(matches!(p.ask(&administrator, CellAsk::RevokeClient { client }), Ok(Ok(CellAnswer::Done))));
    let Ok(Ok(CellAnswer::Clients(clients))) = p.ask(&administrator, CellAsk::Clients) else { panic!() };
    assert_eq!((clients.len(), clients[0].name.as_str(), clients[0].revoked), (1, "Labor", true));
    let stranger = sign_in(&mut p.keyholder.admin(), "andere", p.cell, "fhir-client", budgets(1)).client;
    assert_eq!(p.denied(&administrator, CellAsk::RevokeClient { client: stranger }), Refusal::NotAllowed);

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
    let access = added.access.as_ref().unwrap();
    assert_eq!((access.interaction, access.address), (Interaction::Administer, [1; 16]));
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
fn what_one_hands_out_within_a_day_is_bounded_and_what_stops_somebody_is_not() {
    let mut p = practice();
    let administrator = p.person("practice-administrator");
    let (principal, _) = invite(&mut p.keyholder.admin(), Some("praxis"), "physician");
    let people_ask = |ask| CellAsk::People(ask);
    let asks: [&dyn Fn() -> CellAsk; 3] = [
        &|| people_ask(PeopleAsk::Invite { principal }),
        &|| CellAsk::CreateClient { name: "Labor".into(), role: "fhir-reader".into(), budgets: None },
        &|| people_ask(PeopleAsk::SetRole { principal, role: "physician".into(), budgets: None }),
    ];
    for ask in asks {
        for _ in 0..20 {
            p.ask(&administrator, ask()).unwrap().unwrap();
        }
        let refused = p.ask(&administrator, ask());
        assert!(matches!(refused, Err(Refusal::Budget { retry_after_s: 86_000..=86_460 })), "{refused:?}");
    }
    let status = |status| people_ask(PeopleAsk::SetStatus { principal, status });
    p.ask(&administrator, status(PersonStatus::Suspended)).unwrap().unwrap();
    assert!(matches!(p.ask(&administrator, status(PersonStatus::Active)), Err(Refusal::Budget { .. })));
    let entry = log_of(&mut p.keyholder.admin(), "praxis").pop().unwrap();
    assert!(matches!(entry.fleeting.unwrap().refused, Some(Refusal::Budget { .. })));
    // Each has their own; a restart knows; at the machine nothing is bounded.
    let other = p.person("practice-administrator");
    let ada = person("Ada", "physician");
    let add = || people_ask(PeopleAsk::Add { cell: None, person: ada.clone() });
    let Practice { keyholder, server, cell, _dir } = p;
    drop(server);
    let dir = keyholder.data_dir.clone();
    keyholder.stop().unwrap();
    let keyholder = Keyholder::start(&dir);
    let server = keyholder.record_server();
    let mut p = Practice { keyholder, server, cell, _dir };
    assert!(matches!(p.ask(&administrator, add()), Err(Refusal::Budget { .. })));
    p.ask(&other, status(PersonStatus::Active)).unwrap().unwrap();
    p.ask(&other, add()).unwrap().unwrap();
    people(&mut p.keyholder.admin(), PeopleAsk::Invite { principal }).unwrap();
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

//! Changes of trust in a real keyholder: each is listed with who did it, what can be undone is undone, and a restart knows it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use salus_seal::entry::Event;
use salus_seal::entry::incident::IncidentEvent;
use salus_seal::entry::people::PersonStatus;
use salus_trust_api::admin::AdminClient;
use salus_trust_api::wire::incident::*;
use salus_trust_api::wire::people::*;
use salus_trust_api::wire::*;
use support::door::{people, person};
use support::*;

fn ask(admin: &mut AdminClient, ask: IncidentAsk) -> Result<IncidentAnswer, AdminError> {
    match admin.ask(AdminAsk::Incident(ask)) {
        Ok(AdminAnswer::Incident(answer)) => Ok(answer),
        Err(salus_trust_api::admin::AdminClientError::Admin(error)) => Err(error),
        other => panic!("{other:?}"),
    }
}

fn changes(admin: &mut AdminClient, from_ms: u64) -> Vec<TrustChange> {
    let asked = ChangesAsk { cell: Some("praxis".into()), from_ms, next: None };
    match ask(admin, IncidentAsk::Changes(asked)).unwrap() {
        IncidentAnswer::Changes(page) => page.changes,
        other => panic!("{other:?}"),
    }
}

fn undo(admin: &mut AdminClient, entry: u64) -> Result<Vec<u64>, AdminError> {
    match ask(admin, IncidentAsk::Undo { cell: Some("praxis".into()), entry })? {
        IncidentAnswer::Undone(entries) => Ok(entries),
        other => panic!("{other:?}"),
    }
}

fn add(admin: &mut AdminClient, name: &str) -> salus_seal::PrincipalId {
    let person = person(name, "physician");
    match people(admin, PeopleAsk::Add { cell: Some("praxis".into()), person }).unwrap() {
        PeopleAnswer::Invited { principal, .. } => principal,
        other => panic!("{other:?}"),
    }
}

/// Name, role, status, and whether there is a link that is good.
type Everybody = Vec<(String, String, PersonStatus, bool)>;

/// Role and status of everybody, and which clients are not revoked.
fn trust(admin: &mut AdminClient) -> (Everybody, Vec<bool>, u64, bool) {
    let PeopleAnswer::People(all) = people(admin, PeopleAsk::List { cell: Some("praxis".into()) }).unwrap()
    else {
        panic!("no people")
    };
    let all = all
        .into_iter()
        .map(|person| (person.name, person.role, person.status, person.invited_until_ms.is_some()))
        .collect();
    let AdminAnswer::Status(status) = admin.ask(AdminAsk::Status).unwrap() else { panic!("no status") };
    let cell = &status.cells[0];
    let clients = cell.clients.iter().map(|client| !client.revoked).collect();
    (all, clients, cell.sessions, cell.info.quarantined)
}

#[test]
fn every_change_since_a_moment_is_listed_and_what_a_thief_did_is_undone_for_good() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let ada = add(&mut admin, "Dr. Ada Muster");
    let bea = add(&mut admin, "Bea Beispiel");
    people(&mut admin, PeopleAsk::SetStatus { principal: bea, status: PersonStatus::Suspended }).unwrap();
    let before = trust(&mut admin);
    std::thread::sleep(std::time::Duration::from_millis(5));
    let AdminAnswer::Status(status) = admin.ask(AdminAsk::Status).unwrap() else { panic!("no status") };
    let since_ms = status.now_ms;
    assert!(changes(&mut admin, since_ms).is_empty());

    sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(9));
    let role = "practice-administrator".to_owned();
    people(&mut admin, PeopleAsk::SetRole { principal: ada, role, budgets: None }).unwrap();
    people(&mut admin, PeopleAsk::SetStatus { principal: bea, status: PersonStatus::Active }).unwrap();
    add(&mut admin, "Back Door");
    admin.ask(AdminAsk::Quarantine { cell: "praxis".into(), on: true }).unwrap();

    let mut found = changes(&mut admin, since_ms);
    let whole = found.len();
    found.retain(|change| change.undoing == Undoing::Possible);
    // That the client has to prove a key stands beside it; kinds of others are shown and not undone here.
    assert_eq!((whole, found.len()), (8, 7), "{found:?}");
    let about: Vec<_> = found.iter().map(|change| change.about.as_deref()).collect();
    let names = ["a laboratory", "a laboratory", "Dr. Ada Muster", "Bea Beispiel", "Back Door", "Back Door"];
    assert_eq!(about[..6], names.map(Some), "in the order in which they were made");
    assert!(found.iter().all(|change| change.by.is_none()), "all at the machine");
    // The newest first, as what was built on another goes before it.
    for change in found.iter().rev() {
        let entries = undo(&mut admin, change.entry.number);
        // A session ends with its client; asked for the newest first, it ended before.
        assert!(entries.unwrap().len() >= 2, "{change:?}");
        let again = undo(&mut admin, change.entry.number);
        assert!(matches!(again, Err(AdminError::Invalid { .. })), "{change:?}: {again:?}");
    }
    let after = trust(&mut admin);
    assert_eq!(after.0[1..], before.0[..], "everybody as before");
    let back_door = ("Back Door".to_owned(), "physician".to_owned(), PersonStatus::Suspended, false);
    assert_eq!((&after.0[0], &after.1, after.2, after.3), (&back_door, &vec![false], 0, false));
    let undone: Vec<u64> = log_of(&mut admin, "praxis")
        .iter()
        .filter_map(|entry| match entry.lasting.event {
            Event::Incident(IncidentEvent::Undone { entry }) => Some(entry),
            _ => None,
        })
        .collect();
    assert_eq!(undone, found.iter().rev().map(|change| change.entry.number).collect::<Vec<_>>());
    assert!(matches!(undo(&mut admin, 100_000), Err(AdminError::NotFound { .. })));

    drop(admin);
    keyholder.stop().unwrap();
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    assert_eq!(trust(&mut admin), after, "a restart knows the same");
    let possible = |change: &&TrustChange| change.undoing == Undoing::Possible;
    let left = changes(&mut admin, since_ms);
    // What undid is a change itself: the role, the two states, the quarantine.
    let left: Vec<&Event> = left.iter().filter(possible).map(|change| &change.entry.lasting.event).collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[test]
fn a_client_that_was_named_a_bearer_must_prove_its_key_again() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let session = sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(9));
    let client = session.client;
    admin.ask(AdminAsk::Bearer { client, allowed: true }).unwrap();
    let found = changes(&mut admin, 0);
    let named = found.iter().find(|change| {
        let event = &change.entry.lasting.event;
        matches!(event, Event::Proof(salus_seal::entry::proof::ProofEvent::BearerAllowed { .. }))
    });
    let named = named.unwrap();
    assert_eq!((named.undoing, named.about.as_deref()), (Undoing::Possible, Some("a laboratory")));
    undo(&mut admin, named.entry.number).unwrap();
    assert!(undo(&mut admin, named.entry.number).is_err(), "once");
    admin.ask(AdminAsk::RevokeClient { client }).unwrap();
    let left = changes(&mut admin, 0);
    let possible = left.iter().filter(|change| change.undoing == Undoing::Possible).count();
    assert_eq!(possible, 0, "of a client that was revoked nothing is left: {left:?}");
}

#[test]
fn a_month_s_key_is_given_after_an_entry_and_a_scope_asks_for_its_cell() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    create_cell(&mut admin, "andere", 1_000);
    let session = sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(9));
    let mut server = keyholder.record_server();
    let stored = server.write(&session, session.header(PATIENT, 1, 1, 1), new_patient(1)).unwrap();
    let month = salus_seal::entry::month_of(log_of(&mut admin, "praxis").last().unwrap().lasting.time_ms);
    let keys = IncidentAsk::LogKeys { cell: "praxis".into(), months: vec![month, 1, month] };
    let IncidentAnswer::LogKeys(keys) = ask(&mut admin, keys).unwrap() else { panic!("no keys") };
    assert_eq!(keys.iter().map(|(month, _)| *month).collect::<Vec<_>>(), [month]);
    let given = Event::Incident(IncidentEvent::LogKeysGiven { months: vec![month] });
    assert_eq!(log_of(&mut admin, "praxis").last().unwrap().lasting.event, given);
    let none = IncidentAsk::LogKeys { cell: "praxis".into(), months: vec![1] };
    assert!(ask(&mut admin, none).is_err());

    let of = |filter| IncidentAsk::Cell(filter);
    for filter in [
        ScopeFilter { session: Some(session.session), ..ScopeFilter::default() },
        ScopeFilter { principal: Some(session.principal), ..ScopeFilter::default() },
        ScopeFilter { client: Some(session.client), ..ScopeFilter::default() },
    ] {
        let answer = ask(&mut admin, of(filter)).unwrap();
        assert!(matches!(answer, IncidentAnswer::Cell(Some(name)) if name == "praxis"), "{filter:?}");
    }
    let stranger = ScopeFilter { client: Some(salus_seal::ClientId([1; 16])), ..ScopeFilter::default() };
    assert!(ask(&mut admin, of(stranger)).is_err());
    let wraps = vec![stored.compartment.clone(), CompartmentWrap { number: 1, wrap: vec![1; 81] }];
    let whose = IncidentAsk::Whose { cell: "praxis".into(), compartments: wraps };
    let IncidentAnswer::Whose(whose) = ask(&mut admin, whose).unwrap() else { panic!("not told") };
    assert!(whose.len() == 1 && whose[0].1.len() == 1, "what does not open is left out: {whose:?}");
}

//! People in a real keyholder: added, invited, suspended, listed; and that a restart knows the same of them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use salus_keyholder::policy;
use salus_seal::entry::Refusal;
use salus_seal::entry::people::PersonStatus;
use salus_trust_api::admin::AdminClient;
use salus_trust_api::wire::people::*;
use salus_trust_api::wire::*;
use support::door::{people, person};
use support::*;

fn add(admin: &mut AdminClient, cell: Option<&str>, person: NewPerson) -> Result<PeopleAnswer, AdminError> {
    people(admin, PeopleAsk::Add { cell: cell.map(str::to_owned), person })
}

fn list(admin: &mut AdminClient, cell: Option<&str>) -> Vec<PersonInfo> {
    match people(admin, PeopleAsk::List { cell: cell.map(str::to_owned) }).unwrap() {
        PeopleAnswer::People(all) => all,
        other => panic!("{other:?}"),
    }
}

#[test]
fn people_are_added_with_what_their_role_may_reach_and_a_restart_knows_them() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    create_cell(&mut admin, "praxis", 1_000);
    create_cell(&mut admin, "andere", 1_000);
    let physician = NewPerson {
        practitioner: Some("arzt-1".into()),
        language: Some("fr".into()),
        ..person("Dr. Ada Muster", "physician")
    };
    let PeopleAnswer::Invited { principal, .. } = add(&mut admin, Some("praxis"), physician).unwrap() else {
        panic!("not invited")
    };
    add(&mut admin, Some("praxis"), person("Bea Beispiel", "practice-administrator")).unwrap();
    add(&mut admin, None, person("Olga Op", "operator")).unwrap();
    for (cell, role) in [
        (Some("praxis"), "operator"),
        (Some("praxis"), "fhir-client"),
        (Some("praxis"), "root"),
        (None, "physician"),
    ] {
        let refused = add(&mut admin, cell, person("Somebody", role));
        assert!(matches!(refused, Err(AdminError::Invalid { .. })), "{role}: {refused:?}");
    }
    for wrong in [
        NewPerson { language: Some("deutsch".into()), ..person("A", "physician") },
        NewPerson { practitioner: Some("../x".into()), ..person("A", "physician") },
        person(" ", "physician"),
        person("a\nb", "physician"),
    ] {
        assert!(add(&mut admin, Some("praxis"), wrong).is_err());
    }
    // A person's role is no application's.
    let client = AdminAsk::CreateClient {
        cell: "praxis".into(),
        name: "a client".into(),
        role: "physician".into(),
        budgets: budgets(10),
        session_ms: 1_000,
        idle_ms: 1_000,
    };
    assert!(admin.ask(client).is_err());

    let all = list(&mut admin, Some("praxis"));
    assert_eq!(
        all.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(),
        ["Bea Beispiel", "Dr. Ada Muster"]
    );
    assert_eq!(all[0].budgets, policy::NOTHING);
    assert_eq!(all[1].budgets.chart.days_30, 1_000);
    assert_eq!((all[1].principal, all[1].practitioner.as_deref()), (principal, Some("arzt-1")));
    assert!(all[1].invited_until_ms.is_some());
    assert_eq!(list(&mut admin, None).len(), 1);
    assert!(list(&mut admin, Some("andere")).is_empty());

    let status = PersonStatus::Suspended;
    people(&mut admin, PeopleAsk::SetStatus { principal, status }).unwrap();
    let role = PeopleAsk::SetRole { principal, role: "medical-assistant".into(), budgets: Some(budgets(7)) };
    people(&mut admin, role).unwrap();
    let before = list(&mut admin, Some("praxis"));
    assert_eq!((before[1].status, before[1].role.as_str()), (status, "medical-assistant"));
    assert_eq!(before[1].budgets, budgets(7));
    drop(admin);
    keyholder.stop().unwrap();

    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    assert_eq!(list(&mut admin, Some("praxis")), before);
    people(&mut admin, PeopleAsk::SetStatus { principal, status: PersonStatus::Revoked }).unwrap();
    let back = PeopleAsk::SetStatus { principal, status: PersonStatus::Active };
    assert!(people(&mut admin, back).is_err(), "revoked is for ever");
    assert!(people(&mut admin, PeopleAsk::Recover { principal }).is_err());
    let round = PeopleAsk::LookRound { principal: before[0].principal };
    assert!(people(&mut admin, round).is_err(), "nobody looks round where nothing was started for it");
}

#[test]
fn a_session_says_who_acts_and_ends_when_it_is_told_to() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let other = create_cell(&mut admin, "andere", 1_000);
    let session = sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(10));
    let mut server = keyholder.record_server();
    let of = |cell| OfSession { token: session.token.clone(), cell, proof: Vec::new(), address: [0; 16] };
    let Answer::Who(who) = server.ask(Ask::Who(of(cell))) else { panic!("nobody") };
    assert_eq!((who.principal, who.session, who.is_person), (session.principal, session.session, false));
    assert_eq!((who.name.as_str(), who.role.as_str()), ("a laboratory", "fhir-client"));
    assert!(matches!(server.ask(Ask::Who(of(other))), Answer::Refused(Refusal::NoSession)));
    let language = Ask::ChooseLanguage { of: of(cell), language: "de".into() };
    assert!(matches!(server.ask(language), Answer::Refused(Refusal::Malformed)), "it reads none");
    // In another cell it is no session, so nothing ends.
    assert!(matches!(server.ask(Ask::EndSession(of(other))), Answer::Noted));
    assert!(matches!(server.ask(Ask::Who(of(cell))), Answer::Who(_)));
    assert!(matches!(server.ask(Ask::EndSession(of(cell))), Answer::Noted));
    assert!(matches!(server.ask(Ask::Who(of(cell))), Answer::Refused(Refusal::NoSession)));
}

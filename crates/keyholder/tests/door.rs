//! The door's questions to a real keyholder: each wrong answer is refused, logged with its reason, and looks like every other.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use salus_passkey::authenticator::{Algorithm, Authenticator, PRESENT, VERIFIED};
use salus_seal::entry::Event;
use salus_seal::entry::people::{PersonEvent, PersonStatus, SignInFault};
use salus_trust_api::Token;
use salus_trust_api::admin::AdminClient;
use salus_trust_api::wire::people::*;
use salus_trust_api::wire::*;
use support::door::*;
use support::*;

/// What makes an authenticator tell something that is not so.
type Lie = fn(&mut Authenticator);

fn faults(admin: &mut AdminClient, cell: Option<&str>) -> Vec<SignInFault> {
    let ask = AdminAsk::ShowLog { cell: cell.map(str::to_owned), from: 0, limit: 1_000 };
    let AdminAnswer::Log(page) = admin.ask(ask).unwrap() else { panic!("no log") };
    let faults = page.entries.into_iter().filter_map(|entry| match entry.lasting.event {
        Event::Person(PersonEvent::SignInRefused { why, .. }) => Some(why),
        _ => None,
    });
    faults.collect()
}

#[test]
fn somebody_is_invited_makes_a_passkey_signs_in_and_reads() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    keyholder.confirms();
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let (principal, secret) = invite(&mut admin, Some("praxis"), "physician");
    let mut door = Door::connect(&keyholder);
    let registration = door.open(&secret);
    assert_eq!(registration.person.cell.as_deref(), Some("praxis"));
    assert_eq!(registration.principal, principal);
    let mut passkey = door.register(&secret);
    assert!(door.is_refused(DoorAsk::OpenInvitation { secret: secret.clone() }), "a link is good once");

    let code = door.sign_in(&mut passkey, "praxis").unwrap();
    let mut server = keyholder.record_server();
    let token = redeem(&mut server, cell, &code, VERIFIER).unwrap();
    let known = who(&mut server, cell, &token).unwrap();
    assert_eq!((known.principal, known.is_person), (principal, true));
    assert_eq!((known.client, known.role.as_str()), (PAGES, "physician"));
    assert_eq!(known.language.as_deref(), Some("de"), "that of the page where the passkey was made");
    let session = Session { cell, token: token.clone(), session: known.session, client: PAGES, principal };
    let header = session.header(PATIENT, 1, 1, 1);
    let stored = server.write(&session, header, new_patient(1)).unwrap();
    server.read(&session, &stored, salus_seal::Part::Body).unwrap();
    let scope = scope_of(&mut admin, ScopeBy::Principal(principal));
    assert_eq!(scope.patients.len(), 1);

    // What ends the person or the passkey ends the session.
    let status = |status| PeopleAsk::SetStatus { principal, status };
    people(&mut admin, status(PersonStatus::Suspended)).unwrap();
    assert!(server.read(&session, &stored, salus_seal::Part::Body).is_err());
    assert!(who(&mut server, cell, &token).is_none());
    assert!(door.sign_in(&mut passkey, "praxis").is_none());
    people(&mut admin, status(PersonStatus::Active)).unwrap();
    assert!(who(&mut server, cell, &token).is_none(), "what was ended is not begun again");
    let sign_in = |door: &mut Door, server: &mut RecordServer, passkey: &mut Authenticator| {
        let code = door.sign_in(passkey, "praxis").unwrap();
        let token = redeem(server, cell, &code, VERIFIER).unwrap();
        let session = who(server, cell, &token).unwrap().session;
        Session { cell, token, session, client: PAGES, principal }
    };
    let session = sign_in(&mut door, &mut server, &mut passkey);
    server.read(&session, &stored, salus_seal::Part::Body).unwrap();

    // No session becomes an administrator's: that one signs in.
    let role = |role: &str| PeopleAsk::SetRole { principal, role: role.into(), budgets: None };
    people(&mut admin, role("medical-assistant")).unwrap();
    server.read(&session, &stored, salus_seal::Part::Body).unwrap();
    people(&mut admin, role("practice-administrator")).unwrap();
    assert!(who(&mut server, cell, &session.token).is_none());
    people(&mut admin, role("physician")).unwrap();
    assert!(who(&mut server, cell, &session.token).is_none());
    let session = sign_in(&mut door, &mut server, &mut passkey);
    let (_, again) = invited(people(&mut admin, PeopleAsk::Recover { principal }).unwrap());
    assert!(server.read(&session, &stored, salus_seal::Part::Body).is_err());
    assert!(door.sign_in(&mut passkey, "praxis").is_none(), "a lost passkey is none");
    let mut passkey = door.register(&again);
    assert!(door.sign_in(&mut passkey, "praxis").is_some());
}

#[test]
fn a_suspension_ends_links_and_codes_for_good_and_a_restart_knows_it() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    keyholder.confirms();
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let (mut door, mut server) = (Door::connect(&keyholder), keyholder.record_server());
    let (invited_one, unused) = invite(&mut admin, Some("praxis"), "physician");
    let (principal, secret) = invite(&mut admin, Some("praxis"), "medical-assistant");
    let mut passkey = door.register(&secret);
    let code = door.sign_in(&mut passkey, "praxis").unwrap();
    let token = redeem(&mut server, cell, &code, VERIFIER).unwrap();
    let code = door.sign_in(&mut passkey, "praxis").unwrap();
    for principal in [invited_one, principal] {
        for status in [PersonStatus::Suspended, PersonStatus::Active] {
            people(&mut admin, PeopleAsk::SetStatus { principal, status }).unwrap();
        }
    }
    assert!(door.is_refused(DoorAsk::OpenInvitation { secret: unused.clone() }));
    assert!(redeem(&mut server, cell, &code, VERIFIER).is_none());
    drop((door, server, admin));
    keyholder.stop().unwrap();
    let keyholder = Keyholder::start(dir.path());
    keyholder.confirms();
    let (mut door, mut server) = (Door::connect(&keyholder), keyholder.record_server());
    assert!(door.is_refused(DoorAsk::OpenInvitation { secret: unused }));
    assert!(who(&mut server, cell, &token).is_none());
    assert!(door.sign_in(&mut passkey, "praxis").is_some(), "the passkey is good again");
    let again = people(&mut keyholder.admin(), PeopleAsk::Invite { principal: invited_one }).unwrap();
    door.register(&invited(again).1);
}

#[test]
fn each_wrong_assertion_is_refused_and_logged() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    keyholder.confirms();
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    create_cell(&mut admin, "andere", 1_000);
    let mut door = Door::connect(&keyholder);
    let (_, secret) = invite(&mut admin, Some("praxis"), "physician");
    let mut passkey = door.register(&secret);
    let (_, secret) = invite(&mut admin, Some("praxis"), "medical-assistant");
    let mut colleague = door.register(&secret);
    let (_, secret) = invite(&mut admin, Some("andere"), "physician");
    let mut stranger = door.register(&secret);

    let lies: [(SignInFault, Lie); 6] = [
        (SignInFault::Origin, |one| one.origin = "https://door.example.evil".into()),
        (SignInFault::Origin, |one| one.is_framed = true),
        (SignInFault::RelyingParty, |one| one.rp_id = "salus.example".into()),
        (SignInFault::NotPresent, |one| one.flags = VERIFIED),
        (SignInFault::NotVerified, |one| one.flags = PRESENT),
        (SignInFault::OtherPerson, |one| one.user_handle = vec![9; 16]),
    ];
    let mut expected = Vec::new();
    for (fault, lie) in lies {
        let handle = passkey.user_handle.clone();
        lie(&mut passkey);
        assert!(door.sign_in(&mut passkey, "praxis").is_none(), "{fault:?}");
        expected.push(fault);
        (passkey.origin, passkey.rp_id) = (ORIGIN.into(), RP_ID.into());
        (passkey.flags, passkey.is_framed, passkey.user_handle) = (PRESENT | VERIFIED, false, handle);
    }
    // A colleague's signature under this one's name.
    let challenge = door.challenge(DoorAsk::BeginSignIn(authorize("praxis")));
    let answer = colleague.get(&challenge);
    let wrong = assertion(&passkey, answer);
    assert!(door.is_refused(DoorAsk::FinishSignIn(authorize("praxis"), wrong)));
    expected.push(SignInFault::Signature);
    // A challenge that was drawn for another request: relayed.
    let mut others = authorize("praxis");
    others.state = "another browser's".into();
    let challenge = door.challenge(DoorAsk::BeginSignIn(others.clone()));
    let answer = passkey.get(&challenge);
    let relayed = assertion(&passkey, answer);
    assert!(door.is_refused(DoorAsk::FinishSignIn(authorize("praxis"), relayed.clone())));
    expected.push(SignInFault::Challenge);
    // Where it belongs it is good, and then it was used.
    assert!(matches!(door.ask(DoorAsk::FinishSignIn(others.clone(), relayed.clone())), DoorAnswer::Code(_)));
    assert!(door.is_refused(DoorAsk::FinishSignIn(others, relayed)));
    expected.push(SignInFault::Replayed);
    // One of an action, for a sign-in.
    let challenge = door.challenge(DoorAsk::BeginAction(Action::List));
    let answer = passkey.get(&challenge);
    let wrong = assertion(&passkey, answer);
    assert!(door.is_refused(DoorAsk::FinishSignIn(authorize("praxis"), wrong)));
    expected.push(SignInFault::Challenge);
    // A copy of the authenticator, whose counter stayed behind.
    let count = passkey.count;
    assert!(door.sign_in(&mut passkey, "praxis").is_some());
    passkey.count = count;
    assert!(door.sign_in(&mut passkey, "praxis").is_none());
    expected.push(SignInFault::Cloned);
    passkey.count = Some(0);
    assert!(door.sign_in(&mut passkey, "praxis").is_none());
    expected.push(SignInFault::Cloned);
    // Nonsense, and a passkey that nobody registered.
    let challenge = door.challenge(DoorAsk::BeginSignIn(authorize("praxis")));
    let answer = passkey.get(&challenge);
    let mut nonsense = assertion(&passkey, answer);
    nonsense.client_data.truncate(20);
    assert!(door.is_refused(DoorAsk::FinishSignIn(authorize("praxis"), nonsense)));
    expected.push(SignInFault::Malformed);
    let mut unknown = Authenticator::new(Algorithm::Es256, ORIGIN, RP_ID).unwrap();
    assert!(door.sign_in(&mut unknown, "praxis").is_none());
    expected.push(SignInFault::UnknownPasskey);
    assert_eq!(faults(&mut admin, Some("praxis")), expected);

    // A person of another cell: their own cell's log has it.
    assert!(door.sign_in(&mut stranger, "praxis").is_none());
    assert_eq!(faults(&mut admin, Some("andere")), [SignInFault::NotAllowed]);
    // An operator belongs to no cell.
    let (_, secret) = invite(&mut admin, None, "operator");
    let mut operator = door.register(&secret);
    assert!(door.sign_in(&mut operator, "praxis").is_none());
    assert!(matches!(door.act(&mut operator, &Action::List), DoorAnswer::Passkeys { .. }));

    // Requests that lead elsewhere.
    for wrong in [
        Authorize { redirect_uri: "https://evil.example/praxis/signed-in".into(), ..authorize("praxis") },
        Authorize { redirect_uri: format!("{PAGES_URL}/andere/signed-in"), ..authorize("praxis") },
        Authorize { redirect_uri: format!("{PAGES_URL}/praxis/signed-in/"), ..authorize("praxis") },
        Authorize { client: "another".into(), ..authorize("praxis") },
        Authorize { state: "s".repeat(MAX_STATE_BYTES + 1), ..authorize("praxis") },
        authorize("nowhere"),
    ] {
        assert!(door.is_refused(DoorAsk::BeginSignIn(wrong)));
    }
    let code = {
        passkey.count = Some(1_000);
        door.sign_in(&mut passkey, "praxis").unwrap()
    };
    let mut server = keyholder.record_server();
    assert!(redeem(&mut server, cell, &code, VERIFIER).is_some());
}

#[test]
fn codes_are_good_once_for_whom_they_were_made() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    keyholder.confirms();
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let other = create_cell(&mut admin, "andere", 1_000);
    let mut door = Door::connect(&keyholder);
    let mut server = keyholder.record_server();
    let (_, secret) = invite(&mut admin, Some("praxis"), "physician");
    let mut passkey = door.register(&secret);

    let code = door.sign_in(&mut passkey, "praxis").unwrap();
    assert!(redeem(&mut server, other, &code, VERIFIER).is_none(), "another cell's");
    assert!(redeem(&mut server, cell, &code, &VERIFIER.replace('d', "e")).is_none());
    assert!(redeem(&mut server, cell, &code, VERIFIER).is_none(), "a wrong verifier spoils it");
    let code = door.sign_in(&mut passkey, "praxis").unwrap();
    let token = redeem(&mut server, cell, &code, VERIFIER).unwrap();
    assert!(who(&mut server, cell, &token).is_some());
    assert!(redeem(&mut server, cell, &code, VERIFIER).is_none());
    assert!(who(&mut server, cell, &token).is_none(), "redeemed twice, it ends what it began");
    assert!(redeem(&mut server, cell, &Token::random().unwrap(), VERIFIER).is_none());
    assert_eq!(
        faults(&mut admin, Some("praxis")),
        [SignInFault::Verifier, SignInFault::CodeReused, SignInFault::CodeReused, SignInFault::Code]
    );
    assert_eq!(faults(&mut admin, Some("andere")), [SignInFault::Code]);

    // A restart forgets what is under way, and nothing else.
    let code = door.sign_in(&mut passkey, "praxis").unwrap();
    let challenge = door.challenge(DoorAsk::BeginSignIn(authorize("praxis")));
    let kept = door.sign_in(&mut passkey, "praxis").unwrap();
    let kept = redeem(&mut server, cell, &kept, VERIFIER).unwrap();
    let (_, unused) = invite(&mut admin, Some("praxis"), "medical-assistant");
    drop((door, server, admin));
    keyholder.stop().unwrap();
    let keyholder = Keyholder::start(dir.path());
    keyholder.confirms();
    let (mut door, mut server) = (Door::connect(&keyholder), keyholder.record_server());
    assert!(redeem(&mut server, cell, &code, VERIFIER).is_none());
    let answer = passkey.get(&challenge);
    let late = assertion(&passkey, answer);
    assert!(door.is_refused(DoorAsk::FinishSignIn(authorize("praxis"), late)));
    assert!(who(&mut server, cell, &kept).is_some());
    assert!(door.sign_in(&mut passkey, "praxis").is_some());
    door.register(&unused);
}

#[test]
fn people_change_their_own_passkeys_and_nobody_elses() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    keyholder.confirms();
    let mut admin = keyholder.admin();
    create_cell(&mut admin, "praxis", 1_000);
    let mut door = Door::connect(&keyholder);
    let (_, secret) = invite(&mut admin, Some("praxis"), "physician");
    let mut first = door.register(&secret);
    let (_, secret) = invite(&mut admin, Some("praxis"), "medical-assistant");
    let mut colleague = door.register(&secret);

    let DoorAnswer::Registration(registration) = door.act(&mut first, &Action::Add) else {
        panic!("not allowed")
    };
    assert_eq!(registration.exclude, [first.credential.clone()]);
    let by = RegistrationBy::Passkey {
        principal: registration.principal,
        passkey: registration.allowed_by.unwrap(),
    };
    let mut second = Authenticator::new(Algorithm::EdDsa, ORIGIN, RP_ID).unwrap();
    // The challenge is for this person: another's name on it makes it none.
    let forged = RegistrationBy::Passkey {
        principal: salus_seal::PrincipalId(colleague.user_handle.clone().try_into().unwrap()),
        passkey: registration.allowed_by.unwrap(),
    };
    assert!(door.is_refused(registering(&mut second, &registration, forged)));
    let ask = registering(&mut second, &registration, by.clone());
    assert!(matches!(door.ask(ask), DoorAnswer::Registered(_)));
    let again = registering(&mut second, &registration, by);
    assert!(door.is_refused(again), "allowed once");
    assert!(door.sign_in(&mut second, "praxis").is_some());

    let listed = |answer| match answer {
        DoorAnswer::Passkeys { confirmed_by, passkeys, .. } => (confirmed_by, passkeys),
        other => panic!("{other:?}"),
    };
    let (own, passkeys) = listed(door.act(&mut second, &Action::List));
    assert_eq!(passkeys.len(), 2);
    let other = passkeys.iter().find(|passkey| passkey.passkey != own).unwrap().passkey;
    assert!(matches!(door.act(&mut second, &Action::Remove { passkey: own }), DoorAnswer::Refused));
    let rename = Action::Rename { passkey: other, label: "an old laptop".into() };
    assert!(matches!(door.act(&mut colleague, &rename), DoorAnswer::Refused), "nobody else's");
    assert!(matches!(door.act(&mut colleague, &Action::Remove { passkey: other }), DoorAnswer::Refused));
    let (_, passkeys) = listed(door.act(&mut second, &rename));
    assert!(passkeys.iter().any(|passkey| passkey.label == "an old laptop"));
    // An assertion for one action is none for another.
    let challenge = door.challenge(DoorAsk::BeginAction(Action::List));
    let answer = second.get(&challenge);
    let wrong = assertion(&second, answer);
    assert!(door.is_refused(DoorAsk::FinishAction(Action::Remove { passkey: other }, wrong)));
    let (_, passkeys) = listed(door.act(&mut second, &Action::Remove { passkey: other }));
    assert_eq!(passkeys.len(), 1);
    assert!(door.sign_in(&mut first, "praxis").is_none(), "removed");
}

#[test]
fn looking_round_without_a_passkey_is_there_only_where_it_was_started() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let mut options = options(dir.path());
    options.sign_in.as_mut().unwrap().look_round = true;
    let keyholder = Keyholder::start_with(options);
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let (principal, _) = invite(&mut admin, Some("praxis"), "physician");
    let link =
        |admin: &mut AdminClient| invited(people(admin, PeopleAsk::LookRound { principal }).unwrap()).1;
    let secret = link(&mut admin);
    let mut door = Door::connect(&keyholder);
    let mut server = keyholder.record_server();
    assert!(matches!(
        door.ask(DoorAsk::OpenInvitation { secret: secret.clone() }),
        DoorAnswer::LooksRound(name) if name.name == "A physician"
    ));
    let elsewhere = Authorize { redirect_uri: "https://evil.example/".into(), ..authorize("praxis") };
    assert!(door.is_refused(DoorAsk::LookRound(elsewhere, secret.clone())));
    let DoorAnswer::Code(code) = door.ask(DoorAsk::LookRound(authorize("praxis"), secret.clone())) else {
        panic!("no code")
    };
    let token = redeem(&mut server, cell, &code, VERIFIER).unwrap();
    assert_eq!(who(&mut server, cell, &token).unwrap().principal, principal);
    assert!(door.is_refused(DoorAsk::LookRound(authorize("praxis"), secret)), "once");
    let unused = link(&mut admin);
    drop((admin, door, server));
    keyholder.stop().unwrap();

    let keyholder = Keyholder::start(dir.path());
    keyholder.confirms();
    let mut door = Door::connect(&keyholder);
    assert!(door.is_refused(DoorAsk::LookRound(authorize("praxis"), unused.clone())));
    assert!(door.is_refused(DoorAsk::OpenInvitation { secret: unused }));
    let mut admin = keyholder.admin();
    assert!(people(&mut admin, PeopleAsk::LookRound { principal }).is_err());
}

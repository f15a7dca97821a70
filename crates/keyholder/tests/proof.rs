//! A client whose sessions are bound to its key, and a program in the record server's place that has everything but the key.

#![allow(clippy::unwrap_used)]

mod support;

use salus_seal::entry::proof::ProofEvent;
use salus_seal::entry::{Event, Interaction, Refusal};
use salus_trust_api::Token;
use salus_trust_api::admin::AdminClient;
use salus_trust_api::dpop::{ProofKey, Statement};
use salus_trust_api::wire::people::{OfSession, Redeem};
use salus_trust_api::wire::*;
use std::time::{SystemTime, UNIX_EPOCH};
use support::door::*;
use support::*;

const HERE: &str = "https://salus.example/praxis/fhir/Patient";

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A proof of a request that changes something, or of one to read.
fn proof(key: &ProofKey, token: Option<&Token>, method: &str, address: &str, nonce: Option<&str>) -> Vec<u8> {
    key.prove(&Statement { method, address, token, nonce, iat_s: now_s() }).unwrap().into_bytes()
}

/// A client that is no bearer, with its secret.
fn client(admin: &mut AdminClient, cell: &str) -> (salus_seal::ClientId, salus_seal::PrincipalId, Token) {
    let ask = AdminAsk::CreateClient {
        cell: cell.into(),
        name: "a laboratory".into(),
        role: "fhir-client".into(),
        budgets: budgets(10),
        session_ms: 3_600_000,
        idle_ms: 3_600_000,
    };
    match admin.ask(ask).unwrap() {
        AdminAnswer::Client { client, principal, secret } => (client, principal, secret),
        other => panic!("{other:?}"),
    }
}

struct Scene {
    keyholder: Keyholder,
    server: RecordServer,
    session: Session,
    secret: Token,
    key: ProofKey,
    dir: tempfile::TempDir,
}

fn scene() -> Scene {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let (client, principal, secret) = client(&mut admin, "praxis");
    let mut server = keyholder.record_server();
    let key = ProofKey::generate().unwrap();
    let made = proof(&key, None, "POST", "https://salus.example/praxis/oauth/token", None);
    let ask = SignIn { cell, client, secret: secret.clone(), proof: made, address: [0; 16] };
    let Answer::SignedIn(begun) = server.ask(Ask::SignIn(ask)) else { panic!("no session") };
    let session = Session { cell, token: begun.token, session: begun.session, client, principal };
    Scene { keyholder, server, session, secret, key, dir }
}

impl Scene {
    fn admit(
        &mut self,
        proof: Vec<u8>,
        interaction: Interaction,
        intent: Intent,
    ) -> Result<Admitted, Refusal> {
        let admit = Admit { proof, ..self.session.admit(interaction, intent) };
        match self.server.ask(Ask::Admit(admit)) {
            Answer::Admitted(admitted) => Ok(admitted),
            Answer::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    /// Whether somebody with this proof is taken for the client.
    fn is_taken(&mut self, proof: Vec<u8>) -> Result<(), Refusal> {
        match self.admit(proof, Interaction::Read, Intent::Missing) {
            Err(Refusal::Missing) => Ok(()),
            Err(refusal) => Err(refusal),
            Ok(_) => panic!("there is nothing"),
        }
    }

    fn made(&self, method: &str, address: &str) -> Vec<u8> {
        proof(&self.key, Some(&self.session.token), method, address, None)
    }

    fn refusals(&self) -> Vec<Refusal> {
        let entries = log_of(&mut self.keyholder.admin(), "praxis");
        let refused = entries.into_iter().filter(|entry| entry.lasting.event == Event::Refused);
        refused.filter_map(|entry| entry.fleeting.and_then(|fleeting| fleeting.refused)).collect()
    }
}

#[test]
fn a_copied_token_is_worth_nothing_without_the_key() {
    let mut s = scene();
    assert_eq!(s.is_taken(Vec::new()), Err(Refusal::NoProof));
    let thief = ProofKey::generate().unwrap();
    let token = s.session.token.clone();
    assert_eq!(s.is_taken(proof(&thief, Some(&token), "GET", HERE, None)), Err(Refusal::BadProof));
    assert_eq!(s.is_taken(b"proof".to_vec()), Err(Refusal::BadProof));
    assert_eq!(s.is_taken(vec![b'A'; 1 << 20]), Err(Refusal::BadProof));
    assert_eq!(s.refusals(), [Refusal::NoProof, Refusal::BadProof, Refusal::BadProof, Refusal::BadProof]);
    assert_eq!(s.is_taken(s.made("GET", HERE)), Ok(()));
    // In every other ask, too.
    let of = OfSession { token, cell: s.session.cell, proof: Vec::new(), address: [3; 16] };
    let of = || OfSession { token: of.token.clone(), proof: of.proof.clone(), ..of };
    for ask in [
        Ask::Who(of()),
        Ask::EndSession(of()),
        Ask::ChooseLanguage { of: of(), language: "de".into() },
        Ask::Accesses(Box::new(access::AccessesAsk {
            admit: Admit { intents: Vec::new(), ..s.session.admit(Interaction::Accesses, Intent::Missing) },
            compartment: CompartmentWrap { number: 1, wrap: Vec::new() },
            before: None,
            limit: 1,
        })),
        Ask::Administer(Box::new(administer::Administer { of: of(), ask: administer::CellAsk::Clients })),
    ] {
        let name = format!("{ask:?}");
        let answer = s.server.ask(ask);
        assert!(matches!(answer, Answer::Refused(Refusal::NoProof)), "{name}: {answer:?}");
    }
    assert_eq!(s.is_taken(s.made("GET", HERE)), Ok(()), "the session lives on");
}

#[test]
fn a_proof_to_read_admits_no_write() {
    let mut s = scene();
    let write = |s: &Scene| {
        let header = s.session.header(PATIENT, 1, 1, 1);
        let version = NewVersion { header, hash: [1; 32], key: SecretKey([2; 32]), words: Vec::new() };
        Intent::Write(Write { versions: vec![version], compartments: vec![new_patient(1)] })
    };
    let refused = s.admit(s.made("GET", HERE), Interaction::Create, write(&s));
    assert_eq!(refused.err(), Some(Refusal::BadProof));
    assert!(s.admit(s.made("POST", HERE), Interaction::Create, write(&s)).is_ok());
}

#[test]
fn one_proof_carries_all_that_one_request_asks() {
    let mut s = scene();
    let made = s.made("GET", HERE);
    for _ in 0..20 {
        assert_eq!(s.is_taken(made.clone()), Ok(()));
    }
    // A proof that was seen in another session is none in this one.
    let (client, _, secret) = client(&mut s.keyholder.admin(), "praxis");
    let sign_in =
        |proof| SignIn { cell: s.session.cell, client, secret: secret.clone(), proof, address: [0; 16] };
    let answer = s.server.ask(Ask::SignIn(sign_in(made.clone())));
    assert!(matches!(answer, Answer::Refused(Refusal::BadProof)), "not for the token's address: {answer:?}");
    let answer = s.server.ask(Ask::SignIn(sign_in(Vec::new())));
    assert!(matches!(answer, Answer::Refused(Refusal::NoProof)), "{answer:?}");
}

#[test]
fn another_start_of_the_keyholder_takes_no_proof_of_before() {
    let mut s = scene();
    let used = s.made("GET", HERE);
    let kept = s.made("GET", HERE);
    assert_eq!(s.is_taken(used.clone()), Ok(()));
    s.keyholder.stop().unwrap();
    s.keyholder = Keyholder::start(s.dir.path());
    s.server = s.keyholder.record_server();
    for old in [used, kept] {
        assert_eq!(s.is_taken(old), Err(Refusal::StaleProof));
    }
    let Answer::ProofNonce(nonce) = s.server.ask(Ask::ProofNonce) else { panic!("no nonce") };
    let token = s.session.token.clone();
    assert_eq!(s.is_taken(proof(&s.key, Some(&token), "GET", HERE, Some(&nonce))), Ok(()));
    let of_proofs = s.refusals().into_iter().filter(|refusal| *refusal != Refusal::Missing).count();
    assert_eq!(of_proofs, 0, "an honest client is told what to repeat, and that is no refusal");
}

#[test]
fn who_may_be_a_bearer_is_named_in_the_log() {
    let mut s = scene();
    let client = s.session.client;
    let bare = |s: &Scene| SignIn {
        cell: s.session.cell,
        client,
        secret: s.secret.clone(),
        proof: Vec::new(),
        address: [0; 16],
    };
    let begins = |s: &mut Scene| matches!(s.server.ask(Ask::SignIn(bare(s))), Answer::SignedIn(_));
    assert!(!begins(&mut s));
    let mut admin = s.keyholder.admin();
    for _ in 0..2 {
        admin.ask(AdminAsk::Bearer { client, allowed: true }).unwrap();
    }
    assert!(begins(&mut s));
    s.keyholder.stop().unwrap();
    s.keyholder = Keyholder::start(s.dir.path());
    s.server = s.keyholder.record_server();
    assert!(begins(&mut s), "the log says so");
    let mut admin = s.keyholder.admin();
    admin.ask(AdminAsk::Bearer { client, allowed: false }).unwrap();
    assert!(!begins(&mut s));
    let events = log_of(&mut admin, "praxis").into_iter().filter_map(|entry| match entry.lasting.event {
        Event::Proof(event) => Some(event),
        _ => None,
    });
    let required = ProofEvent::Required { client };
    assert_eq!(
        events.collect::<Vec<_>>(),
        [required.clone(), ProofEvent::BearerAllowed { client }, required]
    );
    // What is begun at the machine is a bearer's.
    let AdminAnswer::Session(begun) = admin.ask(AdminAsk::BeginSession { client }).unwrap() else { panic!() };
    s.session.token = begun.token;
    assert_eq!(s.is_taken(Vec::new()), Ok(()));
}

#[test]
fn a_persons_session_is_their_browsers_and_nobody_elses() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let mut options = options(dir.path());
    options.sign_in.as_mut().unwrap().binds_sessions = true;
    let keyholder = Keyholder::start_with(options);
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let (_, secret) = invite(&mut admin, Some("praxis"), "physician");
    let mut door = Door::connect(&keyholder);
    let mut passkey = door.register(&secret);
    let mut server = keyholder.record_server();
    let key = ProofKey::generate().unwrap();
    let here = "https://salus.example/praxis/signed-in";
    let redeem = |code: &Token, proof: Vec<u8>| {
        Ask::Redeem(Redeem { cell, code: code.clone(), verifier: VERIFIER.into(), proof, address: [0; 16] })
    };

    // Without a key there is no session, and the code is used up; a proof of another address is none.
    let code = door.sign_in(&mut passkey, "praxis").unwrap();
    for proof in [Vec::new(), proof(&key, None, "POST", here, None)] {
        let answer = server.ask(redeem(&code, proof));
        assert!(matches!(answer, Answer::Refused(Refusal::NoSession)), "{answer:?}");
    }
    let code = door.sign_in(&mut passkey, "praxis").unwrap();
    let elsewhere = proof(&key, None, "POST", "https://salus.example/praxis/today", None);
    assert!(matches!(server.ask(redeem(&code, elsewhere)), Answer::Refused(Refusal::BadProof)));
    let Answer::SignedIn(begun) = server.ask(redeem(&code, proof(&key, None, "POST", here, None))) else {
        panic!("no session")
    };

    let nonce = |server: &mut RecordServer| match server.ask(Ask::ProofNonce) {
        Answer::ProofNonce(nonce) => nonce,
        other => panic!("{other:?}"),
    };
    let word = nonce(&mut server);
    let today = "https://salus.example/praxis/today";
    let who = |server: &mut RecordServer, proof: Vec<u8>| {
        let of = OfSession { token: begun.token.clone(), cell, proof, address: [0; 16] };
        match server.ask(Ask::Who(of)) {
            Answer::Who(_) => Ok(()),
            Answer::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    };
    let thief = ProofKey::generate().unwrap();
    let made_in_advance = proof(&key, None, "GET", today, None);
    assert_eq!(who(&mut server, Vec::new()), Err(Refusal::NoProof));
    assert_eq!(who(&mut server, proof(&thief, None, "GET", today, Some(&word))), Err(Refusal::BadProof));
    assert_eq!(who(&mut server, made_in_advance), Err(Refusal::StaleProof));
    // No script can read the cookie, so a page's proof names no token; another token's it must not name.
    let other = Token::random().unwrap();
    let of_another = proof(&key, Some(&other), "GET", today, Some(&word));
    assert_eq!(who(&mut server, of_another), Err(Refusal::BadProof));
    assert_eq!(who(&mut server, proof(&key, None, "GET", today, Some(&word))), Ok(()));
    // A page that is only looked at signs nobody out.
    let end =
        |proof| Ask::EndSession(OfSession { token: begun.token.clone(), cell, proof, address: [0; 16] });
    let looked = proof(&key, None, "GET", today, Some(&word));
    assert!(matches!(server.ask(end(looked)), Answer::Refused(Refusal::BadProof)));
    let out = "https://salus.example/praxis/sign-out";
    assert!(matches!(server.ask(end(proof(&key, None, "POST", out, Some(&word)))), Answer::Noted));
    assert_eq!(who(&mut server, proof(&key, None, "GET", today, Some(&word))), Err(Refusal::NoSession));
}

#[test]
fn a_persons_session_of_before_there_were_proofs_has_ended() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000);
    let (_, secret) = invite(&mut admin, Some("praxis"), "physician");
    let mut door = Door::connect(&keyholder);
    let mut passkey = door.register(&secret);
    let code = door.sign_in(&mut passkey, "praxis").unwrap();
    let mut server = keyholder.record_server();
    let token = redeem(&mut server, cell, &code, VERIFIER).unwrap();
    assert!(who(&mut server, cell, &token).is_some());
    keyholder.stop().unwrap();
    let mut options = options(dir.path());
    options.sign_in.as_mut().unwrap().binds_sessions = true;
    let keyholder = Keyholder::start_with(options);
    let mut server = keyholder.record_server();
    let of = OfSession { token, cell, proof: Vec::new(), address: [0; 16] };
    assert!(matches!(server.ask(Ask::Who(of)), Answer::Refused(Refusal::NoSession)));
}

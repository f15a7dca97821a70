//! People with sessions of their own: a program in the door's place lets them look round.

use crate::support::{KEY, Salus, socket};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salus_keyholder::SignInOptions;
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::admin::prove;
use salus_trust_api::wire::people::{
    Authorize, DoorAnswer, DoorAsk, NewPerson, PAGES_CLIENT_NAME, PeopleAnswer, PeopleAsk, Redeem,
};
use salus_trust_api::wire::{AdminAnswer, AdminAsk, Answer, Ask, Hello, PROTOCOL, Reply, Request, Role};
use salus_trust_api::{Token, frame};
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;

pub const DOOR: &str = "http://localhost:1";
const DOOR_KEY: [u8; 32] = [9; 32];
const PAGES: &str = "http://localhost:0";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// SHA-256 of it (RFC 7636, appendix B).
const CHALLENGE: [u8; 32] = [
    19, 211, 30, 150, 26, 26, 216, 236, 47, 22, 177, 12, 76, 152, 46, 8, 118, 168, 120, 173, 109, 241, 68,
    86, 110, 225, 137, 74, 203, 112, 249, 195,
];

pub fn sign_in_options(pages_url: &str, binds_sessions: bool) -> SignInOptions {
    SignInOptions {
        door_key: zeroize::Zeroizing::new(DOOR_KEY),
        origin: DOOR.into(),
        rp_id: "localhost".into(),
        pages_url: pages_url.into(),
        look_round: true,
        binds_sessions,
        patients_write: vec![salus_records::fhir::ResourceType::from_name("Task").unwrap().code()],
    }
}

/// A connection to the keyholder that says what it wants.
struct Raw(UnixStream);

impl Raw {
    fn connect(salus: &Salus, role: Role, key: &[u8; 32]) -> Self {
        let mut raw = Self(UnixStream::connect(socket(salus.dir.path())).unwrap());
        let Reply::Challenge(challenge) = raw.receive() else { panic!("no challenge") };
        let proof = prove(key, role, &challenge);
        assert!(matches!(
            raw.ask(&Request::Hello(Hello { protocol: PROTOCOL, role, proof })),
            Reply::Welcome(_)
        ));
        raw
    }

    fn receive(&mut self) -> Reply {
        let mut prefix = [0; 4];
        self.0.read_exact(&mut prefix).unwrap();
        let mut body = vec![0; frame::body_length(prefix).unwrap()];
        self.0.read_exact(&mut body).unwrap();
        frame::decode(&body).unwrap()
    }

    fn ask(&mut self, request: &Request) -> Reply {
        self.0.write_all(&frame::encode(request).unwrap()).unwrap();
        self.receive()
    }
}

pub fn ask_people(salus: &Salus, ask: PeopleAsk) -> PeopleAnswer {
    match salus.admin().ask(AdminAsk::People(ask)).unwrap() {
        AdminAnswer::People(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// A person of this role and name, who has signed in: their principal, and the cookie of their session.
pub fn signed_in(salus: &Salus, cell: (&str, CellId), role: &str, name: &str) -> (PrincipalId, String) {
    let (cell_name, cell) = cell;
    let person =
        NewPerson { name: name.into(), role: role.into(), budgets: None, practitioner: None, language: None };
    let added = ask_people(salus, PeopleAsk::Add { cell: Some(cell_name.into()), person });
    let PeopleAnswer::Invited { principal, .. } = added else { panic!("not invited") };
    let PeopleAnswer::Invited { secret, .. } = ask_people(salus, PeopleAsk::LookRound { principal }) else {
        panic!("no link")
    };
    let code = code_of(salus, cell_name, secret, CHALLENGE, PAGES);
    let token = redeem(salus, cell, code);
    (principal, format!("__Host-salus.{cell_name}={}", *token.to_text()))
}

/// A code for a physician who has just been invited, as the door gives it for this challenge.
pub fn code_for(salus: &Salus, cell: &str, challenge: &str, pages: &str) -> Token {
    let person = NewPerson {
        name: "Dr. Ada Muster".into(),
        role: "physician".into(),
        budgets: None,
        practitioner: None,
        language: None,
    };
    let added = ask_people(salus, PeopleAsk::Add { cell: Some(cell.into()), person });
    let PeopleAnswer::Invited { principal, .. } = added else { panic!("not invited") };
    let PeopleAnswer::Invited { secret, .. } = ask_people(salus, PeopleAsk::LookRound { principal }) else {
        panic!("no link")
    };
    let mut hash = [0; 32];
    hash.copy_from_slice(&URL_SAFE_NO_PAD.decode(challenge).unwrap());
    code_of(salus, cell, secret, hash, pages)
}

fn code_of(salus: &Salus, cell: &str, secret: Token, code_challenge: [u8; 32], pages: &str) -> Token {
    let authorize = Authorize { code_challenge, ..signing_in(cell, pages) };
    match at_door(salus, DoorAsk::LookRound(authorize, secret)) {
        DoorAnswer::Code(code) => code,
        other => panic!("{other:?}"),
    }
}

/// What the door asks for a sign-in to a cell's pages.
pub fn signing_in(cell: &str, pages: &str) -> Authorize {
    Authorize {
        cell: cell.into(),
        client: PAGES_CLIENT_NAME.into(),
        redirect_uri: format!("{pages}/{cell}/signed-in"),
        code_challenge: CHALLENGE,
        state: String::new(),
    }
}

/// What a program in the door's place is answered.
pub fn at_door(salus: &Salus, ask: DoorAsk) -> DoorAnswer {
    match Raw::connect(salus, Role::Door, &DOOR_KEY).ask(&Request::Door(Box::new(ask))) {
        Reply::Door(answer) => *answer,
        other => panic!("{other:?}"),
    }
}

/// The token of a session, for a code with [`signing_in`]'s challenge.
pub fn redeem(salus: &Salus, cell: CellId, code: Token) -> Token {
    let redeem =
        Ask::Redeem(Redeem { cell, code, verifier: VERIFIER.into(), proof: Vec::new(), address: [0; 16] });
    let mut server = Raw::connect(salus, Role::RecordServer, &KEY);
    match server.ask(&Request::Batch(vec![redeem])) {
        Reply::Batch(mut answers) => match answers.pop() {
            Some(Answer::SignedIn(signed_in)) => signed_in.token.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

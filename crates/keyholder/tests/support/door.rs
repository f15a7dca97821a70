//! A program in the door's place, and people with software authenticators.

use super::{DOOR_KEY, Keyholder, ORIGIN, PAGES_URL, RP_ID, RecordServer};
use salus_passkey::authenticator::{Algorithm, Answer as Assertion, Authenticator};
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::Token;
use salus_trust_api::admin::{AdminClient, AdminClientError};
use salus_trust_api::wire::people::*;
use salus_trust_api::wire::*;

pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub struct Door(RecordServer);

impl Door {
    pub fn connect(keyholder: &Keyholder) -> Self {
        Self(RecordServer::connect(&keyholder.data_dir, Role::Door, &DOOR_KEY).unwrap())
    }

    pub fn ask(&mut self, ask: DoorAsk) -> DoorAnswer {
        self.0.send(&Request::Door(Box::new(ask)));
        match self.0.receive() {
            Some(Reply::Door(answer)) => *answer,
            other => panic!("{other:?}"),
        }
    }

    pub fn is_refused(&mut self, ask: DoorAsk) -> bool {
        matches!(self.ask(ask), DoorAnswer::Refused)
    }

    pub fn open(&mut self, secret: &Token) -> Registration {
        match self.ask(DoorAsk::OpenInvitation { secret: secret.clone() }) {
            DoorAnswer::Registration(registration) => registration,
            other => panic!("{other:?}"),
        }
    }

    /// Makes a passkey by a one-time link.
    pub fn register(&mut self, secret: &Token) -> Authenticator {
        let registration = self.open(secret);
        let mut authenticator = Authenticator::new(Algorithm::Es256, ORIGIN, RP_ID).unwrap();
        let ask = registering(&mut authenticator, &registration, RegistrationBy::Invitation(secret.clone()));
        assert!(matches!(self.ask(ask), DoorAnswer::Registered(_)));
        authenticator
    }

    pub fn challenge(&mut self, ask: DoorAsk) -> Vec<u8> {
        match self.ask(ask) {
            DoorAnswer::Challenge(challenge) => challenge,
            other => panic!("{other:?}"),
        }
    }

    pub fn sign_in(&mut self, authenticator: &mut Authenticator, cell: &str) -> Option<Token> {
        let challenge = self.challenge(DoorAsk::BeginSignIn(authorize(cell)));
        let answer = authenticator.get(&challenge);
        match self.ask(DoorAsk::FinishSignIn(authorize(cell), assertion(authenticator, answer))) {
            DoorAnswer::Code(code) => Some(code),
            DoorAnswer::Refused => None,
            other => panic!("{other:?}"),
        }
    }

    pub fn act(&mut self, authenticator: &mut Authenticator, action: &Action) -> DoorAnswer {
        let challenge = self.challenge(DoorAsk::BeginAction(action.clone()));
        let answer = authenticator.get(&challenge);
        self.ask(DoorAsk::FinishAction(action.clone(), assertion(authenticator, answer)))
    }
}

pub fn registering(
    authenticator: &mut Authenticator,
    registration: &Registration,
    by: RegistrationBy,
) -> DoorAsk {
    let made = authenticator.create(&registration.challenge, &registration.principal.0);
    DoorAsk::Register {
        by,
        client_data: made.client_data,
        attestation: made.attestation,
        label: "laptop".into(),
        language: Some("de".into()),
    }
}

pub fn assertion(
    authenticator: &Authenticator,
    answer: Assertion,
) -> salus_trust_api::wire::people::Assertion {
    salus_trust_api::wire::people::Assertion {
        credential: authenticator.credential.clone(),
        user_handle: Some(authenticator.user_handle.clone()),
        client_data: answer.client_data,
        authenticator_data: answer.authenticator_data,
        signature: answer.signature,
    }
}

pub fn authorize(cell: &str) -> Authorize {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VERIFIER.as_bytes());
    Authorize {
        cell: cell.into(),
        client: PAGES_CLIENT_NAME.into(),
        redirect_uri: format!("{PAGES_URL}/{cell}/signed-in"),
        code_challenge: hash.as_ref().try_into().unwrap(),
        state: "state".into(),
    }
}

pub fn redeem(server: &mut RecordServer, cell: CellId, code: &Token, verifier: &str) -> Option<Token> {
    let redeem =
        Redeem { cell, code: code.clone(), verifier: verifier.into(), proof: Vec::new(), address: [0; 16] };
    match server.ask(Ask::Redeem(redeem)) {
        Answer::SignedIn(signed_in) => Some(signed_in.token),
        Answer::Refused(_) => None,
        other => panic!("{other:?}"),
    }
}

pub fn who(server: &mut RecordServer, cell: CellId, token: &Token) -> Option<Who> {
    match server.ask(Ask::Who(OfSession { token: token.clone(), cell, proof: Vec::new(), address: [0; 16] }))
    {
        Answer::Who(who) => Some(*who),
        Answer::Refused(_) => None,
        other => panic!("{other:?}"),
    }
}

pub fn people(admin: &mut AdminClient, ask: PeopleAsk) -> Result<PeopleAnswer, AdminError> {
    match admin.ask(AdminAsk::People(ask)) {
        Ok(AdminAnswer::People(answer)) => Ok(answer),
        Err(AdminClientError::Admin(error)) => Err(error),
        other => panic!("{other:?}"),
    }
}

pub fn person(name: &str, role: &str) -> NewPerson {
    NewPerson { name: name.into(), role: role.into(), budgets: None, practitioner: None, language: None }
}

/// A person and their one-time link.
pub fn invite(admin: &mut AdminClient, cell: Option<&str>, role: &str) -> (PrincipalId, Token) {
    let person = person(&format!("A {role}"), role);
    invited(people(admin, PeopleAsk::Add { cell: cell.map(str::to_owned), person }).unwrap())
}

pub fn invited(answer: PeopleAnswer) -> (PrincipalId, Token) {
    match answer {
        PeopleAnswer::Invited { principal, secret, .. } => (principal, secret),
        other => panic!("{other:?}"),
    }
}

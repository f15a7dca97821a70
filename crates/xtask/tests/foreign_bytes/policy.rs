//! Seeds of rules: an event, and what administrators ask and are told.

use salus_seal::entry::Event;
use salus_seal::entry::policy::PolicyEvent;
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::Token;
use salus_trust_api::wire::policy::{
    Categories, Category, PolicyAnswer, PolicyAsk, PolicyDraft, PolicyFault, Rights,
};
use salus_trust_api::wire::{AdminAnswer, AdminAsk, Answer, Ask, Reply, Request};

/// An event of the log.
pub fn set() -> Event {
    Event::Policy(PolicyEvent::Set {
        text: "permit (principal, action, resource);".to_owned(),
        own: Some("forbid (principal, action, resource);".to_owned()),
        restores: Some(7),
        reason: "less at the desk".to_owned(),
        by: Some(PrincipalId([2; 16])),
    })
}

/// What somebody at the machine asks.
pub fn ask() -> Request {
    let read = Categories::of(&[Category::Identity, Category::Results]);
    let draft = PolicyDraft::Switches(vec![("locum".to_owned(), Rights { read, ..Rights::default() })]);
    let ask = PolicyAsk::Set { draft, against: Some(300), reason: String::new() };
    Request::Admin(AdminAsk::Policy { cell: "praxis".to_owned(), ask })
}

/// What they are told.
pub fn fault() -> Reply {
    let fault = PolicyFault::Cedar { line: Some(3), said: "unexpected end of input".to_owned() };
    Reply::Admin(Ok(AdminAnswer::Policy(PolicyAnswer::Fault(fault))))
}

/// What a page asks for whoever reads it.
pub fn own_rights() -> Request {
    let of = salus_trust_api::wire::people::OfSession {
        token: Token::parse("salus_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap(),
        cell: CellId([9; 16]),
        proof: Vec::new(),
        address: [0; 16],
    };
    Request::Batch(vec![Ask::Rights(of)])
}

/// The answer.
pub fn rights() -> Reply {
    Reply::Batch(vec![Answer::Rights(Rights { unasked: true, ..Rights::default() })])
}

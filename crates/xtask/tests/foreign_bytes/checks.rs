//! Seeds of how a cell checks what is written: an event, and what is asked.

use salus_seal::PrincipalId;
use salus_seal::entry::Event;
use salus_seal::entry::checks::ChecksEvent;
use salus_trust_api::wire::checks::{ChecksAsk, ChecksDraft};
use salus_trust_api::wire::{AdminAsk, Request};

/// An event of the log.
pub fn set() -> Event {
    Event::Checks(ChecksEvent::Set {
        text: "import warn\n".to_owned(),
        restores: Some(7),
        reason: "a new quarter".to_owned(),
        by: Some(PrincipalId([2; 16])),
    })
}

/// What somebody at the machine asks.
pub fn ask() -> Request {
    let draft = ChecksDraft::Text("import warn\n".to_owned());
    let ask = ChecksAsk::Set { draft, against: Some(300), reason: String::new() };
    Request::Admin(AdminAsk::Checks { cell: "praxis".to_owned(), ask })
}

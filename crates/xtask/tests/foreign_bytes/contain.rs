//! Seeds of containment: an event, requests, and what the record server is told.

use salus_seal::entry::Event;
use salus_seal::entry::contain::{ContainEvent, HoldOn};
use salus_seal::{CellId, PrincipalId, SessionId};
use salus_trust_api::wire::contain::{ContainAsk, Ended};
use salus_trust_api::wire::{AdminAsk, Reply, Request};

/// An event of the log.
pub fn held() -> Event {
    Event::Contained(ContainEvent::Held {
        what: HoldOn::Session(SessionId([1; 16])),
        reason: "a laptop was stolen".to_owned(),
        by: Some(PrincipalId([2; 16])),
    })
}

/// Another one.
pub fn because() -> Event {
    let reason = "a ransom note on a desk".to_owned();
    Event::Contained(ContainEvent::CutOffBecause { reason, by: None })
}

/// What somebody at the machine asks.
pub fn hold() -> Request {
    let ask = ContainAsk::Hold { what: HoldOn::Cell, reason: "everybody signs in anew".to_owned() };
    Request::Admin(AdminAsk::Contain { cell: Some("praxis".to_owned()), ask })
}

/// The same.
pub fn cut_off() -> Request {
    let ask = ContainAsk::CutOff { reason: "a ransom note on a desk".to_owned() };
    Request::Admin(AdminAsk::Contain { cell: Some("praxis".to_owned()), ask })
}

/// What a record server is told.
pub fn ended() -> Reply {
    Reply::Ended { number: 300, ended: vec![Ended::Session([3; 32]), Ended::Cell(CellId([9; 16]))] }
}

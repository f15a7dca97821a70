//! Seeds of who has looked at a record, made by the code that writes them.

use salus_seal::entry::{Event, Interaction, Purpose};
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::wire::access::{Access, AccessKind, AccessPage};
use salus_trust_api::wire::administer::{CellAnswer, CellLogEntry, CellLogPage, LogKind};
use salus_trust_api::wire::{Answer, Receipt};

const CELL: CellId = CellId([9; 16]);

pub fn page() -> Answer {
    let access = Access {
        entry: 299,
        time_ms: 1_795_000_000_000,
        entries: 2,
        principal: PrincipalId([2; 16]),
        person: Some("Dr. Ada Muster".to_owned()),
        role: "physician".to_owned(),
        client: None,
        purpose: Purpose::Treatment,
        interaction: Interaction::Read,
        kinds: vec![AccessKind::Line, AccessKind::Chart],
        refused: None,
        delivered: Some(true),
        stated: None,
    };
    let receipt = Receipt { cell: CELL, entry: 300, last_entry: 301, mac: [6; 16] };
    Answer::Accesses(AccessPage { receipt, valid_ms: 5_000, accesses: vec![access], next: Some(299) })
}

pub fn administered() -> Answer {
    let entry = CellLogEntry {
        number: 299,
        time_ms: 1_795_000_000_000,
        kind: LogKind::Searched,
        event: Event::SearchedWithin,
        principal: Some(PrincipalId([2; 16])),
        name: Some("Dr. Ada Muster".to_owned()),
        about: None,
        access: None,
    };
    let page = CellLogPage { entries: vec![entry], next: Some(299) };
    Answer::Administered(Box::new(Ok(CellAnswer::Log(page))))
}

//! Seeds of exports: an event, what is asked and told.

use salus_seal::entry::Event;
use salus_seal::entry::exports::{ExportAsked, ExportEvent, ExportScope};
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::Token;
use salus_trust_api::wire::exports::{
    ExportAnswer, ExportAsk, ExportOf, ExportPhase, ExportRoom, ExportWanted, SealedFile,
};
use salus_trust_api::wire::people::{DoorAsk, OfSession};
use salus_trust_api::wire::{Answer, Ask, CompartmentWrap, Reply, Request, SecretKey};

fn token() -> Token {
    Token::parse("salus_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap()
}

/// An event of the log.
pub fn asked() -> Event {
    Event::Export(ExportEvent::Asked(ExportAsked {
        by: PrincipalId([2; 16]),
        scope: ExportScope::Group { record: 12 },
        kinds: vec![96, 102],
        since_ms: 1_795_000_000_000,
        patients: 300,
        until_ms: 1_795_086_400_000,
    }))
}

/// What somebody asks, and what the record server says of a file.
pub fn asks() -> Request {
    let of = OfSession { token: token(), cell: CellId([9; 16]), proof: b"proof".to_vec(), address: [1; 16] };
    let wanted = ExportWanted {
        scope: ExportScope::Group { record: 12 },
        kinds: vec![102],
        since_ms: 0,
        group: Some(CompartmentWrap { number: 4, wrap: vec![2; 81] }),
    };
    let sealed = ExportAsk::Sealed { job: token(), file: file() };
    let asks = [ExportAsk::Ask { of, wanted }, sealed, ExportAsk::Living];
    Request::Batch(asks.map(|ask| Ask::Export(Box::new(ask))).into())
}

fn file() -> SealedFile {
    SealedFile { file: 1, kind: 102, records: 300, key: SecretKey([3; 32]), entries: vec![300, 301] }
}

/// What somebody is to approve.
pub fn approval() -> Request {
    let of = ExportOf { cell: "praxis".to_owned(), export: 300, what: [5; 32] };
    Request::Door(Box::new(DoorAsk::BeginExport(of)))
}

/// What they are told.
pub fn answers() -> Reply {
    let room = ExportRoom { limits: [400, 1_500, 10_000], spent: [1, 2, 300], after: [500, 500, 500] };
    let living = vec![(CellId([9; 16]), 300, ExportPhase::Running)];
    let answers = [
        ExportAnswer::File { file: file(), valid_ms: 5_000 },
        ExportAnswer::Living(living),
        ExportAnswer::Budget(room),
    ];
    Reply::Batch(answers.map(|answer| Answer::Export(Box::new(answer))).into())
}

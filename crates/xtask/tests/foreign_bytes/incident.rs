//! Seeds of an incident: events, requests, and what is answered.

use crate::made::Seed;
use salus::incident::evidence::tar;
use salus_seal::entry::Event;
use salus_seal::entry::incident::IncidentEvent;
use salus_seal::package;
use salus_seal::{Approver, CellId, ClientId, PrincipalId, SessionId};
use salus_trust_api::Token;
use salus_trust_api::wire::administer::{Administer, CellAnswer, CellAsk, CellLogEntry, LogKind};
use salus_trust_api::wire::extract::ApproverProof;
use salus_trust_api::wire::incident::*;
use salus_trust_api::wire::people::OfSession;
use salus_trust_api::wire::{AdminAnswer, AdminAsk, Answer, Ask, Reply, Request, SignedIn};

const CLIENT: ClientId = ClientId([5; 16]);

fn token() -> Token {
    Token::parse("salus_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap()
}

/// Events of the log.
pub fn events() -> Vec<(&'static str, Event)> {
    let by = Approver::Client { client: CLIENT, principal: PrincipalId([2; 16]) };
    let begun = IncidentEvent::MatchBegun { session: SessionId([1; 16]), by, rows: 300, sample: [7; 32] };
    let made = IncidentEvent::EvidenceMade { manifest: [7; 32], recipient: [8; 32] };
    vec![("match-begun", Event::Incident(begun)), ("evidence-made", Event::Incident(made))]
}

/// What somebody at the machine, or an administrator, asks.
pub fn requests() -> Vec<(&'static str, Request)> {
    let by = ApproverProof::Client { client: CLIENT, secret: token() };
    let begin = IncidentAsk::BeginMatch { cell: "praxis".to_owned(), by, rows: 300, sample: [7; 32] };
    let sign = IncidentAsk::SignEvidence { cell: "praxis".to_owned(), manifest: [7; 32], recipient: [8; 32] };
    let of = OfSession { token: token(), cell: CellId([9; 16]), proof: Vec::new(), address: [0; 16] };
    let ask = CellAsk::Changes(CellChangesAsk { from_ms: 1_795_000_000_000, next: Some(300) });
    let changes = Administer { of, ask };
    vec![
        ("begin-match", Request::Admin(AdminAsk::Incident(begin))),
        ("sign-evidence", Request::Admin(AdminAsk::Incident(sign))),
        ("cell-changes", Request::Batch(vec![Ask::Administer(Box::new(changes))])),
    ]
}

/// What is answered.
pub fn replies() -> Vec<(&'static str, Reply)> {
    let signed_in = SignedIn { token: token(), session: SessionId([1; 16]), expires_s: 3_600 };
    let matching = IncidentAnswer::Match { client: CLIENT, signed_in };
    let entry = CellLogEntry {
        number: 299,
        time_ms: 1_795_000_000_000,
        kind: LogKind::Client,
        event: Event::ClientRevoked { client: CLIENT },
        principal: None,
        name: None,
        about: Some("a laboratory".to_owned()),
        access: None,
    };
    let undoing = CellUndoing::Possible(UndoneBy::Role { role: "physician".to_owned() });
    let change = CellChange { entry, session: Some(SessionId([1; 16])), undoing };
    let page = CellChangesPage { changes: vec![change], next: Some(300) };
    vec![
        ("matching", Reply::Admin(Ok(AdminAnswer::Incident(matching)))),
        ("changed", Reply::Batch(vec![Answer::Administered(Box::new(Ok(CellAnswer::Changes(page))))])),
    ]
}

/// A package's frames under the key that the target knows, and the archive within.
pub fn seeds() -> Vec<Seed> {
    let files = std::collections::BTreeMap::from([
        ("checkpoints/platform".to_owned(), b"salus.example/7/platform\n".to_vec()),
        ("manifest.json".to_owned(), b"{}".to_vec()),
    ]);
    let archive = tar::write(&files).unwrap();
    let frames = package::seal_frames(&[7; 32], &archive).unwrap();
    vec![("package", "frames", frames), ("archive", "two", archive)]
}

//! Code execution in the record server: its files, its place at the keyholder's socket, and every session that lives in its memory.
//!
//! Never: a session that was not live then. State: none.

use super::loot::{Item, Loot};
use super::stage::{CELL, Stage};
use super::tampering::copy;
use super::victim::Session;
use crate::failure::Failure;
use crate::messages::say;
use salus_fhir::ResourceType;
use salus_seal::Part;
use salus_store::{Address, CellStore, Store as _, StoredId, Tuning, WrappedVersion};
use salus_trust_api::client::{Asker, Endpoint};
use salus_trust_api::wire::{self, CompartmentWrap, Read};
use salus_trust_api::{Interaction, Purpose, Refusal, Token, Trust, TrustError};

/// After so many refusals in a row, the next session is used.
const PATIENCE: usize = 40;

/// What was taken, and how often the keyholder was asked.
pub(super) struct Inside {
    pub loot: Loot,
    pub asks: u64,
}

/// Takes all that the live sessions can reach, with the record server's own key.
pub(super) async fn rob(stage: &Stage, sessions: &[Session], began_ms: u64) -> Result<Inside, Failure> {
    let files = stage.data.path().join("stolen-files");
    copy(&stage.data.cells(), &files.join("cells")).map_err(|why| lost(&why))?;
    let store = CellStore::open(&files, stage.cell, Tuning::default()).map_err(|why| lost(&why))?;
    let endpoint = Endpoint { socket: stage.data.keyholder_socket(), key: stage.record_server_key.clone() };
    let trust = Trust::connect(endpoint);
    let mut inside = Inside { loot: Loot::default(), asks: 0 };
    let kind = ResourceType::from_name("Patient").map_or(0, ResourceType::code);
    // Lines of some, charts of others: as many as there are of each.
    let mut next = [0, stage.patients / 2];
    for session in sessions {
        let Some(token) = Token::parse(&session.token) else { continue };
        let mut asker = Asker {
            token,
            proof: Vec::new(),
            cell: stage.cell,
            purpose: Purpose::Treatment,
            address: [0; 16],
        };
        // The lines of a list first, then whole charts of others, then what an emergency opens.
        let (treatment, emergency) = (Purpose::Treatment, Purpose::Emergency);
        for (purpose, part, place) in
            [(treatment, Part::Line, 0), (treatment, Part::Body, 1), (emergency, Part::Body, 1)]
        {
            let next = &mut next[place];
            asker.purpose = purpose;
            let mut refused = 0;
            while refused < PATIENCE && *next < stage.patients {
                let id = stage.patient_id(*next);
                let address = uuid(&id).map(|id| Address { kind, id: StoredId::Random(id) });
                *next += 1;
                let Some(version) = address.and_then(|address| store.read(&address).ok().flatten()) else {
                    continue;
                };
                inside.asks += 1;
                asker.proof = proof_of(stage, &trust, session).await?;
                match open(&trust, &asker, part, version).await {
                    Ok(version) => {
                        refused = 0;
                        let since_ms = stage.now_ms().saturating_sub(began_ms);
                        inside.take(id, version, part, since_ms);
                    }
                    Err(TrustError::Refused(Refusal::NoSession)) => break,
                    Err(TrustError::Refused(_)) => {
                        refused += 1;
                        *next -= 1;
                    }
                    Err(why) => return Err(lost(&why)),
                }
            }
        }
    }
    store.close();
    Ok(inside)
}

impl Inside {
    fn take(&mut self, id: String, version: u32, part: Part, since_ms: u64) {
        self.loot.items.insert(Item { kind: "Patient".into(), id: id.clone(), version });
        if part == Part::Line {
            self.loot.take_line(&id, since_ms);
        } else {
            self.loot.take_chart(&id, since_ms);
        }
    }
}

/// What the session's browser proves. The record server has no key, but it serves the pages: with a script of its own in them, the browsers
/// of its users prove whatever it likes, as long as they are open. That is the most that it can have.
async fn proof_of(stage: &Stage, trust: &Trust, session: &Session) -> Result<Vec<u8>, Failure> {
    let nonce = trust.proof_nonce().await.map_err(|why| lost(&why))?;
    let address = format!("{}/{CELL}/today", stage.server.base_url);
    Ok(session.prove("GET", &address, Some(&nonce)).unwrap_or_default().into_bytes())
}

/// Asks the keyholder as the record server does, and opens what it gives.
async fn open(trust: &Trust, asker: &Asker, part: Part, version: WrappedVersion) -> Result<u32, TrustError> {
    let sealed = version.stored.sealed;
    let read = Read {
        part,
        versions: vec![wire::WrappedVersion {
            header: sealed.header,
            hash: sealed.hash(),
            wrap: version.stored.wrap,
        }],
        compartments: vec![CompartmentWrap {
            number: sealed.header.compartment,
            wrap: version.compartment_wrap,
        }],
    };
    let admission = trust.read(asker, Interaction::Read, read).await?;
    let text = admission.open(&sealed).map_err(|_| TrustError::Protocol)?;
    if text.is_empty() { Err(TrustError::Protocol) } else { Ok(sealed.header.version) }
}

fn lost(why: &dyn std::fmt::Display) -> Failure {
    Failure::could_not(say("drill-inside").with("why", why))
}

/// The 16 bytes of a UUID in lower case.
pub(super) fn uuid(id: &str) -> Option<[u8; 16]> {
    let digits: String = id.chars().filter(|letter| *letter != '-').collect();
    let mut out = [0u8; 16];
    for (at, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    (digits.len() == 32).then_some(out)
}

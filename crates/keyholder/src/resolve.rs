//! What the record server reports back: landed, abandoned, delivered; and a cell that is taken up.
//!
//! Never: takes the record server's word for more than it can know. A report about an entry that is not open is nothing. State: [`Core`]'s.

use crate::core::Core;
use crate::error::KeyholderError;
use crate::proof::Shown;
use salus_accesslog::Tree;
use salus_seal::CellId;
use salus_seal::entry::{Event, Refusal};
use salus_trust_api::wire::{Answer, BlindIds, SignIn, SignedIn, TakeUp, TakenUp};
use std::collections::BTreeMap;

/// The most entries that one report's entry names.
const MAX_ENTRIES_PER_REPORT: usize = 8_192;
/// The most ids that are made blind in one ask.
const MAX_BLIND_IDS: usize = 10_000;

/// The reports of one batch, by cell: one entry for all of a kind.
#[derive(Default)]
pub(crate) struct Reports {
    pub landed: BTreeMap<CellId, Vec<u64>>,
    pub abandoned: BTreeMap<CellId, Vec<u64>>,
    pub delivered: BTreeMap<CellId, Vec<u64>>,
}

impl Core {
    pub(crate) fn record_reports(&mut self, reports: Reports) -> Result<(), KeyholderError> {
        let now_ms = self.clock.now_ms();
        for (cell, entries) in reports.landed {
            let entries = self.unresolved(cell, entries);
            let made = self.made(&cell);
            self.record_report(cell, &entries, now_ms, |entries| Event::Landed { entries })?;
            if self.made(&cell) != made {
                self.tell_needs(cell);
            }
            self.index_landed(cell, &entries);
        }
        for (cell, entries) in reports.abandoned {
            let entries = self.unresolved(cell, entries);
            self.record_report(cell, &entries, now_ms, |entries| Event::Abandoned { entries })?;
            self.index_abandoned(cell, &entries);
        }
        for (cell, mut entries) in reports.delivered {
            if !self.log.has_room() {
                continue;
            }
            let size = self.log.size(Tree::Cell(cell));
            entries.retain(|entry| *entry < size);
            self.record_report(cell, &entries, now_ms, |entries| Event::Delivered { entries })?;
        }
        Ok(())
    }

    /// The entry of the latest change of a cell's own search parameters.
    fn made(&self, cell: &CellId) -> Option<u64> {
        self.state.cells.get(cell).map(|cell| cell.parameters.made())
    }

    pub(crate) fn own_parameters(&self, cell: &CellId) -> Answer {
        match self.state.cells.get(cell) {
            Some(cell) => Answer::Parameters(cell.parameters.in_force()),
            None => Answer::Refused(Refusal::NotAllowed),
        }
    }

    fn record_report(
        &mut self,
        cell: CellId,
        entries: &[u64],
        now_ms: u64,
        event: impl Fn(Vec<u64>) -> Event,
    ) -> Result<(), KeyholderError> {
        if !self.state.cells.contains_key(&cell) {
            return Ok(());
        }
        for chunk in entries.chunks(MAX_ENTRIES_PER_REPORT) {
            self.record(Tree::Cell(cell), now_ms, event(chunk.to_vec()), None)?;
        }
        Ok(())
    }

    fn unresolved(&self, cell: CellId, mut entries: Vec<u64>) -> Vec<u64> {
        entries.sort_unstable();
        entries.dedup();
        match self.state.cells.get(&cell) {
            Some(cell) => entries.retain(|entry| cell.unresolved.contains_key(entry)),
            None => entries.clear(),
        }
        entries
    }

    pub(crate) fn blind_ids(&self, blind: &BlindIds) -> Answer {
        match self.state.cells.get(&blind.cell) {
            Some(cell) if blind.ids.len() <= MAX_BLIND_IDS => {
                Answer::Blinded(blind.ids.iter().map(|(kind, id)| cell.id_key.blind(*kind, id)).collect())
            }
            _ => Answer::Refused(Refusal::Malformed),
        }
    }

    /// A receipt that this state does not know means that the state was put back from an older copy: fatal.
    pub(crate) fn take_up(&mut self, take_up: &TakeUp) -> Result<Answer, KeyholderError> {
        let Some(cell) = self.state.cells.get(&take_up.cell) else {
            return Ok(Answer::Refused(Refusal::NotAllowed));
        };
        if let Some((entry, mac)) = &take_up.last_entry {
            if !cell.receipt_key.verify(&take_up.cell, *entry, mac) {
                return Ok(Answer::Refused(Refusal::DoesNotOpen));
            }
            let size = self.log.size(Tree::Cell(take_up.cell));
            if *entry >= size && cell.accepted_receipts.is_none_or(|up_to| *entry > up_to) {
                return Err(KeyholderError::RolledBack {
                    cell: cell.name.clone(),
                    receipt: *entry,
                    state: size,
                });
            }
        }
        Ok(Answer::TakenUp(TakenUp {
            unresolved: cell.unresolved.iter().map(|(first, last)| (*first, *last)).collect(),
            last_landed: cell.last_landed,
            now_ms: self.clock.now_ms(),
        }))
    }

    pub(crate) fn sign_in(&mut self, sign_in: &SignIn) -> Result<Answer, KeyholderError> {
        let hash = sign_in.secret.hash();
        let known = self.state.clients.get(&sign_in.client).is_some_and(|client| {
            let same = aws_lc_rs::constant_time::verify_slices_are_equal(&client.secret_hash, &hash).is_ok();
            same && client.cell == sign_in.cell && !client.revoked
        });
        if !known {
            self.strangers += 1;
            return Ok(Answer::Refused(Refusal::NoSession));
        }
        let proof_key = match self.proof_key_of(sign_in) {
            Ok(proof_key) => proof_key,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        Ok(match self.begin_session(sign_in.client, proof_key)? {
            Some(signed_in) => Answer::SignedIn(signed_in),
            None => Answer::Refused(Refusal::NoSession),
        })
    }

    /// The key that the session of known credentials is bound to; none for a bearer, where it may be one.
    fn proof_key_of(&mut self, sign_in: &SignIn) -> Result<Option<[u8; 32]>, Refusal> {
        if sign_in.proof.is_empty() {
            return if self.state.is_bearer(&sign_in.client) { Ok(None) } else { Err(Refusal::NoProof) };
        }
        let now_ms = self.clock.now_ms();
        let shown = Shown { proof: &sign_in.proof, address: sign_in.address };
        let proved = self.proved_at_sign_in(sign_in.client.0, &sign_in.cell, "oauth/token", shown, now_ms);
        proved.map(Some).map_err(|unproved| unproved.answer)
    }

    pub(crate) fn proof_nonce(&mut self) -> Answer {
        let now_ms = self.clock.now_ms();
        Answer::ProofNonce(self.proofs.nonce(now_ms))
    }

    /// Begins a session of a client that is there, and neither revoked nor held; bound to a key, where there is one.
    pub(crate) fn begin_session(
        &mut self,
        id: salus_seal::ClientId,
        proof_key: Option<[u8; 32]>,
    ) -> Result<Option<SignedIn>, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let may_begin = !self.state.holds.client(&id);
        let Some(client) = self.state.clients.get(&id).filter(|client| may_begin && !client.revoked) else {
            return Ok(None);
        };
        let (cell, principal) = (client.cell, client.principal);
        let (session_ms, idle_ms) = (client.session_ms, client.idle_ms);
        let token = salus_trust_api::Token::random()?;
        let session = salus_seal::SessionId::random()?;
        let event = Event::SessionBegun {
            session,
            principal,
            client: id,
            token_hash: token.hash(),
            ends_ms: now_ms.saturating_add(session_ms),
            idle_ms,
            device: None,
            proof_key,
        };
        self.record(Tree::Cell(cell), now_ms, event, None)?;
        Ok(Some(SignedIn { token, session, expires_s: session_ms / 1000 }))
    }
}

//! Sessions of people: begun by a code that the door gave, looked at by the pages, ended by the person.
//!
//! A code is bound to the cell, the passkey and the hash of a verifier that only the record server knows; it is good once,
//! for [`CODE_MS`]. Redeemed a second time, it ends what it began (RFC 6749, 4.1.2).
//!
//! Never: says why a code is none. State: the codes, in memory: a restart forgets them, and people sign in again.

use crate::core::Core;
use crate::error::KeyholderError;
use crate::people_admin::is_language;
use crate::proof::Shown;
use crate::state::Session;
use aws_lc_rs::digest;
use salus_accesslog::Tree;
use salus_seal::entry::people::{PersonEvent, PersonStatus, SignInFault};
use salus_seal::entry::{Budgets, Event, Refusal};
use salus_seal::{CellId, DeviceId, Part, PrincipalId, SessionId};
use salus_trust_api::Token;
use salus_trust_api::wire::people::{CODE_MS, OfSession, PAGES, Redeem, Who};
use salus_trust_api::wire::{Answer, SignedIn};
use std::collections::{BTreeMap, HashMap};

/// How long a person's session may last, in milliseconds: 12 hours, a long day.
pub const PERSON_SESSION_MS: u64 = 12 * 3_600_000;
/// After how long without an access it ends, in milliseconds: one hour.
pub const PERSON_IDLE_MS: u64 = 3_600_000;
/// For how long it is remembered that a code was redeemed, in milliseconds.
const REMEMBER_CODE_MS: u64 = 600_000;
/// The most refused sign-ins that are entries, in one tree within an hour; further ones are counted as strangers. Whoever can
/// reach the door could fill the log otherwise.
const MAX_REFUSALS_PER_HOUR: u32 = 300;
const HOUR_MS: u64 = 3_600_000;

/// Codes that were given out.
#[derive(Default)]
pub(crate) struct Codes {
    by_hash: HashMap<[u8; 32], Code>,
}

/// What a code was given for.
#[derive(Clone)]
pub(crate) struct Code {
    pub cell: CellId,
    pub principal: PrincipalId,
    /// None: to look round without one.
    pub passkey: Option<DeviceId>,
    /// SHA-256 of the verifier.
    pub code_challenge: [u8; 32],
    pub made_ms: u64,
    /// Good for this session to go on, and for nothing else; none: to begin one.
    pub touch: Option<SessionId>,
    /// Which session it began, or none when it was spoilt.
    pub redeemed: Option<Option<SessionId>>,
}

impl Codes {
    /// Makes a code.
    pub(crate) fn give(&mut self, code: Code) -> Result<Token, KeyholderError> {
        let now_ms = code.made_ms;
        self.by_hash.retain(|_, code| code.made_ms + REMEMBER_CODE_MS > now_ms);
        let token = Token::random()?;
        self.by_hash.insert(token.hash(), code);
        Ok(token)
    }

    /// Spoils those of somebody who may not act any more.
    pub(crate) fn spoil(&mut self, principal: &PrincipalId) {
        let own = self.by_hash.values_mut().filter(|code| code.principal == *principal);
        own.for_each(|code| code.redeemed = code.redeemed.or(Some(None)));
    }
}

/// How many refusals became entries in the hour that began at this time: by tree, and apart those of a passkey that is known.
/// No stranger knows one, so none can use up what is kept for these.
#[derive(Default)]
pub(crate) struct Refusals(BTreeMap<(Option<CellId>, bool), (u64, u32)>);

impl Refusals {
    fn count(&mut self, cell: Option<CellId>, is_known: bool, now_ms: u64) -> bool {
        let (began_ms, count) = self.0.entry((cell, is_known)).or_insert((now_ms, 0));
        if now_ms >= *began_ms + HOUR_MS {
            (*began_ms, *count) = (now_ms, 0);
        }
        *count += 1;
        *count <= MAX_REFUSALS_PER_HOUR
    }
}

impl Core {
    pub(crate) fn redeem(&mut self, redeem: &Redeem) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let hash = redeem.code.hash();
        let Some(code) = self.codes.by_hash.get(&hash).filter(|code| code.cell == redeem.cell).cloned()
        else {
            return self.refuse_code(redeem.cell, None, SignInFault::Code);
        };
        if let Some(began) = code.redeemed {
            if let Some(session) = began.filter(|session| !self.is_revoked(session)) {
                self.record(Tree::Cell(code.cell), now_ms, Event::SessionRevoked { session }, None)?;
            }
            return self.refuse_code(code.cell, code.passkey, SignInFault::CodeReused);
        }
        let shown = Shown { proof: &redeem.proof, address: redeem.address };
        let proved = match redeem.proof.is_empty() {
            true => Ok(None),
            false => {
                let owner = truncated(&hash);
                self.proved_at_sign_in(owner, &code.cell, "signed-in", shown, now_ms).map(Some)
            }
        };
        // Of the right key, but perhaps not made just now: the code is good still, and it is asked again.
        let proof_key = match proved {
            Ok(proof_key) => proof_key,
            Err(unproved) => return Ok(Answer::Refused(unproved.answer)),
        };
        let is_for_touch = code.touch.is_some().then_some(SignInFault::Code);
        let fault = is_for_touch.or_else(|| self.fault_of_code(&code, &redeem.verifier, now_ms));
        let is_bound = proof_key.is_some() || !self.binds_sessions();
        let fault = fault.or((!is_bound).then_some(SignInFault::Proof));
        // Spoilt or redeemed, it is good no more.
        if let Some(known) = self.codes.by_hash.get_mut(&hash) {
            known.redeemed = Some(None);
        }
        if let Some(fault) = fault {
            return self.refuse_code(code.cell, code.passkey, fault);
        }
        let signed_in = self.begin_person_session(&code, proof_key, now_ms)?;
        if let Some(known) = self.codes.by_hash.get_mut(&hash) {
            known.redeemed = Some(Some(signed_in.session));
        }
        Ok(Answer::SignedIn(signed_in))
    }

    /// Takes a code that is good for one session to go on; good once, whatever becomes of it.
    pub(crate) fn take_touch(
        &mut self,
        redeem: &Redeem,
        session: SessionId,
        now_ms: u64,
    ) -> Result<Code, (Option<DeviceId>, SignInFault)> {
        let known = self.codes.by_hash.get_mut(&redeem.code.hash());
        let known = known.filter(|code| code.cell == redeem.cell && code.touch == Some(session));
        let Some(known) = known else { return Err((None, SignInFault::Code)) };
        let code = known.clone();
        known.redeemed = Some(None);
        if code.redeemed.is_some() {
            return Err((code.passkey, SignInFault::CodeReused));
        }
        match self.fault_of_code(&code, &redeem.verifier, now_ms) {
            Some(fault) => Err((code.passkey, fault)),
            None => Ok(code),
        }
    }

    fn fault_of_code(&self, code: &Code, verifier: &str, now_ms: u64) -> Option<SignInFault> {
        let revoked = |passkey| self.state.is_of_no_use(&passkey);
        let challenge = digest::digest(&digest::SHA256, verifier.as_bytes());
        let fits =
            aws_lc_rs::constant_time::verify_slices_are_equal(challenge.as_ref(), &code.code_challenge)
                .is_ok();
        if now_ms >= code.made_ms + CODE_MS {
            Some(SignInFault::Code)
        } else if !(43..=128).contains(&verifier.len()) || !fits {
            Some(SignInFault::Verifier)
        } else if self.state.acting(&code.principal).is_none() || code.passkey.is_some_and(revoked) {
            Some(SignInFault::NotAllowed)
        } else {
            None
        }
    }

    fn begin_person_session(
        &mut self,
        code: &Code,
        proof_key: Option<[u8; 32]>,
        now_ms: u64,
    ) -> Result<SignedIn, KeyholderError> {
        let (token, session) = (Token::random()?, SessionId::random()?);
        let event = Event::SessionBegun {
            session,
            principal: code.principal,
            client: PAGES,
            token_hash: token.hash(),
            ends_ms: now_ms + PERSON_SESSION_MS,
            idle_ms: PERSON_IDLE_MS,
            device: code.passkey,
            proof_key,
        };
        self.record(Tree::Cell(code.cell), now_ms, event, None)?;
        Ok(SignedIn { token, session, expires_s: PERSON_SESSION_MS / 1000 })
    }

    fn is_revoked(&self, session: &SessionId) -> bool {
        self.state.sessions.get(session).is_none_or(|session| session.revoked)
    }

    pub(crate) fn refuse_code(
        &mut self,
        cell: CellId,
        passkey: Option<DeviceId>,
        why: SignInFault,
    ) -> Result<Answer, KeyholderError> {
        let cell = self.state.cells.contains_key(&cell).then_some(cell);
        self.refuse_sign_in(cell, passkey, why)?;
        Ok(Answer::Refused(Refusal::NoSession))
    }

    /// Notes a refusal in the cell's tree, or in the platform's.
    pub(crate) fn refuse_sign_in(
        &mut self,
        cell: Option<CellId>,
        passkey: Option<DeviceId>,
        why: SignInFault,
    ) -> Result<(), KeyholderError> {
        let now_ms = self.clock.now_ms();
        if !self.log.has_room() || !self.refusals.count(cell, passkey.is_some(), now_ms) {
            self.strangers += 1;
            return Ok(());
        }
        self.record_person(cell, PersonEvent::SignInRefused { passkey, why }, None)
    }

    /// The session, if it is of any use in this cell.
    pub(crate) fn living(&self, of: &OfSession, now_ms: u64) -> Option<(SessionId, &Session)> {
        let id = self.state.tokens.get(&of.token.hash())?;
        let session = self.state.sessions.get(id)?;
        let is_good = session.cell == of.cell && self.state.is_usable(session, now_ms);
        is_good.then_some((*id, session))
    }

    /// Whether the session would be of use, had no alarm suspended it: whoever was signed out in the midst of their work is told why.
    fn is_suspended(&self, of: &OfSession, now_ms: u64) -> bool {
        let id = self.state.tokens.get(&of.token.hash());
        let session = id.and_then(|id| self.state.sessions.get(id)).filter(|session| session.suspended);
        session.is_some_and(|session| {
            let is_good = session.cell == of.cell && session.would_live(now_ms);
            is_good && !self.state.holds.cover(session) && self.state.credentials_live(session)
        })
    }

    /// Who acts. No entry, unless it is not proved: it tells nothing of a patient.
    pub(crate) fn who(&mut self, of: &OfSession) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let session = match self.acting(of, false, now_ms)? {
            Ok(session) => session,
            Err(Refusal::NoSession) if self.is_suspended(of, now_ms) => {
                return Ok(Answer::Refused(Refusal::Suspended));
            }
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let Some(found) = self.state.sessions.get(&session) else {
            return Ok(Answer::Refused(Refusal::NoSession));
        };
        let (principal, client, ends_ms, idle_ms) =
            (found.principal, found.client, found.ends_ms, found.idle_ms);
        let person = self.state.people.persons.get(&principal);
        let name = match person {
            Some(person) => person.name.clone(),
            None => self.state.clients.get(&client).map_or_else(String::new, |client| client.name.clone()),
        };
        let patient = self.state.cells.get(&of.cell).and_then(|cell| cell.relations.record_of(&principal));
        let Some(known) = self.state.principals.get_mut(&principal) else {
            return Ok(Answer::Refused(Refusal::NoSession));
        };
        Ok(Answer::Who(Box::new(Who {
            principal,
            session,
            client,
            is_person: person.is_some(),
            name,
            role: known.role.clone(),
            language: person.and_then(|person| person.language.clone()),
            practitioner: person.and_then(|person| person.practitioner.clone()),
            now_ms,
            ends_ms,
            idle_ms,
            budgets: Budgets {
                chart: known.limits_now(Part::Body, now_ms),
                glimpse: known.limits_now(Part::Line, now_ms),
            },
            chart_spent: known.spent.chart.counts(now_ms),
            glimpse_spent: known.spent.glimpse.counts(now_ms),
            patient,
        })))
    }

    pub(crate) fn end_session(&mut self, of: &OfSession) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        match self.acting(of, true, now_ms)? {
            Ok(session) => {
                self.record(Tree::Cell(of.cell), now_ms, Event::SessionRevoked { session }, None)?;
                Ok(Answer::Noted)
            }
            // One that has ended already stays so.
            Err(Refusal::NoSession) => Ok(Answer::Noted),
            Err(refusal) => Ok(Answer::Refused(refusal)),
        }
    }

    pub(crate) fn choose_language(
        &mut self,
        of: &OfSession,
        language: String,
    ) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let session = match self.acting(of, true, now_ms)? {
            Ok(session) => session,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let Some(session) = self.state.sessions.get(&session) else {
            return Ok(Answer::Refused(Refusal::NoSession));
        };
        let principal = session.principal;
        let person = self.state.people.persons.get(&principal);
        let Some(person) = person.filter(|person| person.status == PersonStatus::Active) else {
            return Ok(Answer::Refused(Refusal::Malformed));
        };
        if !is_language(&language) {
            return Ok(Answer::Refused(Refusal::Malformed));
        }
        if person.language.as_ref() != Some(&language) {
            if !self.log.has_room() {
                return Ok(Answer::Refused(Refusal::NoRoom));
            }
            self.record_person(Some(of.cell), PersonEvent::LanguageChosen { principal, language }, None)?;
        }
        Ok(Answer::Noted)
    }
}

fn truncated(hash: &[u8; 32]) -> [u8; 16] {
    hash.first_chunk::<16>().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_do_not_use_up_what_is_kept_for_known_passkeys() {
        let (mut refusals, cell) = (Refusals::default(), Some(CellId([1; 16])));
        assert!((0..MAX_REFUSALS_PER_HOUR).all(|_| refusals.count(cell, false, 7)));
        assert!(!refusals.count(cell, false, 8));
        assert!((0..MAX_REFUSALS_PER_HOUR).all(|_| refusals.count(cell, true, 8)));
        assert!(!refusals.count(cell, true, 9) && refusals.count(None, false, 9));
        assert!(refusals.count(cell, false, 7 + HOUR_MS));
    }
}

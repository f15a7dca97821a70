//! Who treats whom, and who is a patient: why somebody opened a record without a treating relationship; persons who reach one patient's
//! records and nobody else's.
//!
//! That there is no relationship is the record server's word: it can make a person say why, and gives nobody more. That a person is
//! a patient is held here: whatever they ask is measured by the pseudonyms that were unwrapped.
//!
//! Never: lets somebody who is a patient reach a record that concerns another one, the house's included; tells them that there is one.
//! State: [`Relations`], a fold of the log.

use crate::admit::Asking;
use crate::budgets::Room;
use crate::core::Core;
use crate::error::KeyholderError;
use crate::policy::{self, Action, Whose};
use crate::state::{Cell, State};
use salus_accesslog::Tree;
use salus_seal::entry::people::{
    InvitationPurpose, PersonAdded, PersonEvent, PersonInvited, PersonStatus, SignInFault,
};
use salus_seal::entry::relation::{RelationEvent, Statement};
use salus_seal::entry::{Event, Fleeting, Interaction, Purpose, Refusal, month_of};
use salus_seal::{CellId, Part, PrincipalId, Pseudonym, SessionId};
use salus_trust_api::Token;
use salus_trust_api::paper::PaperCode;
use salus_trust_api::wire::people::{OfSession, PAGES};
use salus_trust_api::wire::relation::{
    AccessGiven, GiveAccess, OWN_LINK_MS, PAPER_CODE_MS, PAPER_SESSION_MS, REASON_MS, RedeemPaper, Relate,
    RelatedAnswer, RelatedAsk, SecretText, StatedAsk,
};
use salus_trust_api::wire::{Admit, Answer, CompartmentWrap, NewVersion, SignedIn, Write};
use std::collections::HashMap;

/// Whom a patient reaches who was not yet said to be one: nobody has this pseudonym, since those are random.
const NOBODY: Pseudonym = Pseudonym([0; 16]);

/// What is known of who treats whom in one cell.
#[derive(Debug, Default)]
pub struct Relations {
    /// What was said within [`REASON_MS`], and when.
    stated: HashMap<(PrincipalId, Pseudonym), (u64, Statement)>,
    /// Persons who are patients, with the number of their Patient record.
    patients: HashMap<PrincipalId, (Pseudonym, u64)>,
}

impl Relations {
    /// What somebody said of a patient within [`REASON_MS`].
    pub fn stated(&self, who: PrincipalId, patient: Pseudonym, now_ms: u64) -> Option<&Statement> {
        let (at_ms, statement) = self.stated.get(&(who, patient))?;
        (now_ms < at_ms + REASON_MS).then_some(statement)
    }

    fn note(&mut self, who: PrincipalId, patient: Pseudonym, at_ms: u64, statement: Statement) {
        self.stated.retain(|_, (before_ms, _)| at_ms < *before_ms + REASON_MS);
        self.stated.insert((who, patient), (at_ms, statement));
    }

    /// The number of a person's own Patient record.
    pub fn record_of(&self, who: &PrincipalId) -> Option<u64> {
        self.patients.get(who).map(|(_, record)| *record)
    }
}

impl Cell {
    /// What an entry says of why a record was opened; none where its month's key is gone.
    pub(crate) fn statement(&self, id: &CellId, time_ms: u64, event: &Event) -> Option<Statement> {
        let Event::Related(RelationEvent::Stated { sealed }) = event else { return None };
        Statement::open(id, self.log_keys.get(&month_of(time_ms))?, sealed).ok()
    }
}

impl State {
    /// Takes an event in. None when it makes no sense here.
    pub(crate) fn apply_relation(
        &mut self,
        id: CellId,
        time_ms: u64,
        event: &Event,
        fleeting: Option<&Fleeting>,
    ) -> Option<()> {
        let Event::Related(related) = event else { return None };
        match related {
            // What it said is forgotten with its month's key.
            RelationEvent::Stated { .. } => {
                let Some(fleeting) = fleeting else { return Some(()) };
                let who = self.sessions.get(&fleeting.session)?.principal;
                let cell = self.cells.get_mut(&id)?;
                let statement = cell.statement(&id, time_ms, event)?;
                cell.relations.note(who, *fleeting.patients.first()?, time_ms, statement);
            }
            RelationEvent::IsPatient { principal, patient, record } => {
                self.people.persons.get(principal).filter(|person| person.cell == Some(id))?;
                let cell = self.cells.get_mut(&id)?;
                cell.relations.patients.insert(*principal, (*patient, *record));
            }
        }
        Some(())
    }

    /// The one patient whose records somebody may reach; none for those who are no patients. Whatever role a patient is given later, they
    /// stay one.
    pub(crate) fn own_patient(&self, asking: &Asking) -> Option<Pseudonym> {
        let cell = self.cells.get(&asking.cell)?;
        let own = cell.relations.patients.get(&asking.principal).map(|(patient, _)| *patient);
        let role = self.principals.get(&asking.principal).and_then(|known| policy::role(&known.role));
        own.or_else(|| role.is_some_and(|role| role.whose == Whose::Patient).then_some(NOBODY))
    }

    /// A session without a passkey, of a code on paper, sees who has looked, reads what it knows the id of, and asks: no more.
    pub(crate) fn paper_allows(&self, asking: &Asking, action: Action, interaction: Interaction) -> bool {
        let has_passkey = self.sessions.get(&asking.session).is_some_and(|session| session.device.is_some());
        has_passkey
            || self.own_patient(asking).is_none()
            || match action {
                Action::Read => matches!(interaction, Interaction::Accesses | Interaction::Read),
                Action::Search { .. } => false,
                _ => true,
            }
    }
}

/// Whose a compartment's wrap is, where it is one patient's own.
pub(crate) fn one_patient(cell: &Cell, compartment: &CompartmentWrap) -> Result<Pseudonym, Refusal> {
    let CompartmentWrap { number, wrap } = compartment;
    let opened = cell.cipher_of(wrap).and_then(|cipher| cipher.unwrap(*number, wrap));
    match opened.map_err(|_| Refusal::DoesNotOpen)?.pseudonyms.as_slice() {
        [patient] => Ok(*patient),
        _ => Err(Refusal::Malformed),
    }
}

impl Core {
    /// Decides and records. The answer may be sent after the next commit.
    pub(crate) fn related(&mut self, ask: RelatedAsk) -> Result<Answer, KeyholderError> {
        match ask {
            RelatedAsk::Relate(relate) => self.relate(&relate),
            RelatedAsk::Stated(ask) => self.stated(&ask),
            RelatedAsk::GiveAccess(give) => self.give_access(&give),
            RelatedAsk::RedeemPaper(redeem) => self.redeem_paper(&redeem),
            RelatedAsk::OwnPasskey(of) => self.own_passkey(of),
        }
    }

    fn relate(&mut self, relate: &Relate) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let Relate { admit, compartment, statement } = relate;
        let asking = match self.session(admit, true, now_ms)? {
            Ok(asking) => asking,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let (patient, room) = match self.may_relate(&asking, admit, compartment, Action::Read, now_ms) {
            Ok(admitted) if statement.is_good() => admitted,
            refused => {
                let refusal = refused.err().unwrap_or(Refusal::Malformed);
                self.record_refusal(&asking, admit, refusal, now_ms)?;
                return Ok(Answer::Refused(refusal));
            }
        };
        self.use_reserve(&asking, admit, room, now_ms)?;
        let sealed = statement.seal(&asking.cell, self.log_key(asking.cell, now_ms)?)?;
        let fleeting = of_patient(&asking, admit, patient);
        let event = Event::Related(RelationEvent::Stated { sealed });
        self.record(Tree::Cell(asking.cell), now_ms, event, Some(&fleeting))?;
        Ok(Answer::Noted)
    }

    /// The patient, where the asker's role allows this, and there is room for them in the budgets.
    fn may_relate(
        &mut self,
        asking: &Asking,
        admit: &Admit,
        compartment: &CompartmentWrap,
        action: Action,
        now_ms: u64,
    ) -> Result<(Pseudonym, Room), Refusal> {
        self.may_ask_by_id(asking, admit.interaction, now_ms)?;
        let cell = self.allowed(asking, action, admit, now_ms)?;
        if !admit.intents.is_empty() || admit.interaction != Interaction::Relation {
            return Err(Refusal::Malformed);
        }
        if self.state.own_patient(asking).is_some() {
            return Err(Refusal::NotAllowed);
        }
        let patient = one_patient(cell, compartment)?;
        let room = self.room(asking, admit.purpose, Part::Body, &[patient], now_ms)?;
        if self.log.has_room() { Ok((patient, room)) } else { Err(Refusal::NoRoom) }
    }

    fn use_reserve(
        &mut self,
        asking: &Asking,
        admit: &Admit,
        room: Room,
        now_ms: u64,
    ) -> Result<(), KeyholderError> {
        match room {
            Room::Reserve(patients) => self.record_reserve(asking, admit, patients, now_ms),
            _ => Ok(()),
        }
    }

    /// A patient asks; everything else about them is written by those who treat them.
    pub(crate) fn may_patient_write(&self, write: &Write) -> Result<(), Refusal> {
        let kinds = self.desk.as_ref().map_or(&[][..], |desk| desk.patients_write.as_slice());
        let is_theirs = |version: &NewVersion| kinds.contains(&version.header.kind);
        if write.versions.iter().all(is_theirs) { Ok(()) } else { Err(Refusal::NotAllowed) }
    }

    /// No entry: it tells somebody nothing but what they said.
    fn stated(&mut self, ask: &StatedAsk) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let session = match self.acting(&ask.of, false, now_ms)? {
            Ok(session) => session,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let known = self.state.sessions.get(&session).zip(self.state.cells.get(&ask.of.cell));
        let Some((session, cell)) = known else { return Ok(Answer::Refused(Refusal::NoSession)) };
        let patient = match one_patient(cell, &ask.compartment) {
            Ok(patient) => patient,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let stated = cell.relations.stated(session.principal, patient, now_ms);
        let reason = stated.map(|statement| statement.reason);
        Ok(Answer::Related(Box::new(RelatedAnswer::Stated(reason))))
    }

    fn give_access(&mut self, give: &GiveAccess) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let admit = &give.admit;
        let asking = match self.session(admit, true, now_ms)? {
            Ok(asking) => asking,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let (patient, room) = match self.may_give_access(&asking, give, now_ms) {
            Ok(admitted) => admitted,
            Err(refusal) => {
                self.record_refusal(&asking, admit, refusal, now_ms)?;
                return Ok(Answer::Refused(refusal));
            }
        };
        self.use_reserve(&asking, admit, room, now_ms)?;
        let fleeting = of_patient(&asking, admit, patient);
        let by = Some(asking.principal);
        let principal = match self.person_of_patient(asking.cell, &patient) {
            Some(principal) => principal,
            None => {
                let principal = PrincipalId::random()?;
                let added = PersonAdded {
                    principal,
                    // Their name is not the log's to keep, nor the administrators' to read.
                    name: policy::PATIENT.into(),
                    role: policy::PATIENT.into(),
                    budgets: policy::OF_PATIENTS,
                    practitioner: None,
                    language: None,
                    by,
                };
                self.record_person(Some(asking.cell), PersonEvent::Added(added), Some(&fleeting))?;
                let event = RelationEvent::IsPatient { principal, patient, record: give.record };
                self.record(Tree::Cell(asking.cell), now_ms, Event::Related(event), Some(&fleeting))?;
                principal
            }
        };
        let code = PaperCode::random()?;
        let (secret_hash, ends_ms) = (code.secret().hash(), now_ms + PAPER_CODE_MS);
        let purpose = InvitationPurpose::Paper;
        let invited = PersonInvited { principal, secret_hash, ends_ms, purpose, by };
        self.record_person(Some(asking.cell), PersonEvent::Invited(invited), Some(&fleeting))?;
        let given = AccessGiven { code: SecretText(code.to_text().to_string()), ends_ms };
        Ok(Answer::Related(Box::new(RelatedAnswer::AccessGiven(given))))
    }

    fn may_give_access(
        &mut self,
        asking: &Asking,
        give: &GiveAccess,
        now_ms: u64,
    ) -> Result<(Pseudonym, Room), Refusal> {
        let is_staff = |known: &crate::state::Principal| {
            policy::role(&known.role).is_some_and(|role| matches!(role.whose, Whose::Person(_)))
        };
        if !self.state.principals.get(&asking.principal).is_some_and(is_staff) {
            return Err(Refusal::NotAllowed);
        }
        let action = Action::Write { changes_existing: true };
        self.may_relate(asking, &give.admit, &give.compartment, action, now_ms)
    }

    /// The person who is this patient, if there is one who may act.
    fn person_of_patient(&self, cell: CellId, patient: &Pseudonym) -> Option<PrincipalId> {
        let relations = &self.state.cells.get(&cell)?.relations;
        let mut own = relations.patients.iter().filter(|(_, (of, _))| of == patient).map(|(who, _)| *who);
        own.find(|who| self.state.people.active(who).is_some())
    }

    fn redeem_paper(&mut self, redeem: &RedeemPaper) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let secret_hash = redeem.secret.hash();
        let link = self.state.people.invitations.get(&secret_hash);
        let good = link.filter(|link| now_ms < link.ends_ms && link.purpose == InvitationPurpose::Paper);
        let principal = good.map(|link| link.principal).filter(|principal| {
            let person = self.state.people.persons.get(principal);
            person.is_some_and(|person| {
                person.cell == Some(redeem.cell) && person.status == PersonStatus::Active
            })
        });
        let is_open = self.state.cells.get(&redeem.cell).is_some_and(|cell| !cell.quarantined);
        let Some(principal) = principal.filter(|_| is_open && self.log.has_room()) else {
            let cell = self.state.cells.contains_key(&redeem.cell).then_some(redeem.cell);
            self.refuse_sign_in(cell, None, SignInFault::Invitation)?;
            return Ok(Answer::Refused(Refusal::NoSession));
        };
        let proof_key = match self.paper_proof(redeem, &secret_hash, now_ms) {
            Ok(proof_key) => proof_key,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        self.record_person(Some(redeem.cell), PersonEvent::InvitationEnded { secret_hash }, None)?;
        let (token, session) = (Token::random()?, SessionId::random()?);
        let event = Event::SessionBegun {
            session,
            principal,
            client: PAGES,
            token_hash: token.hash(),
            ends_ms: now_ms + PAPER_SESSION_MS,
            idle_ms: PAPER_SESSION_MS,
            device: None,
            proof_key,
        };
        self.record(Tree::Cell(redeem.cell), now_ms, event, None)?;
        Ok(Answer::SignedIn(SignedIn { token, session, expires_s: PAPER_SESSION_MS / 1_000 }))
    }

    /// A patient comes back without paper: a link to the door, for their own principal and nobody else's. Whoever has a passkey adds others by it.
    fn own_passkey(&mut self, of: OfSession) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let admit = of.asking(Purpose::Operations, Interaction::Relation);
        let asking = match self.session(&admit, true, now_ms)? {
            Ok(asking) => asking,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        if let Err(refusal) = self.may_have_passkey(&asking, now_ms) {
            self.record_refusal(&asking, &admit, refusal, now_ms)?;
            return Ok(Answer::Refused(refusal));
        }
        let (secret, ends_ms) = (Token::random()?, now_ms + OWN_LINK_MS);
        let (purpose, by) = (InvitationPurpose::Passkey, Some(asking.principal));
        let invited =
            PersonInvited { principal: asking.principal, secret_hash: secret.hash(), ends_ms, purpose, by };
        let fleeting = asking.fleeting(&admit);
        self.record_person(Some(asking.cell), PersonEvent::Invited(invited), Some(&fleeting))?;
        let link = AccessGiven { code: SecretText(secret.to_text().to_string()), ends_ms };
        Ok(Answer::Related(Box::new(RelatedAnswer::Link(link))))
    }

    fn may_have_passkey(&self, asking: &Asking, now_ms: u64) -> Result<(), Refusal> {
        let is_open = self.state.cells.get(&asking.cell).is_some_and(|cell| !cell.quarantined);
        if !is_open {
            return Err(Refusal::Quarantined);
        }
        let people = &self.state.people;
        let has_link = people.invited_until(&asking.principal, InvitationPurpose::Passkey, now_ms).is_some();
        let has_none = people.active(&asking.principal).is_some_and(|person| person.passkeys.is_empty());
        if self.state.own_patient(asking).is_none() || has_link || !has_none {
            return Err(Refusal::NotAllowed);
        }
        if self.log.has_room() { Ok(()) } else { Err(Refusal::NoRoom) }
    }

    fn paper_proof(
        &mut self,
        redeem: &RedeemPaper,
        secret_hash: &[u8; 32],
        now_ms: u64,
    ) -> Result<Option<[u8; 32]>, Refusal> {
        if redeem.proof.is_empty() && !self.binds_sessions() {
            return Ok(None);
        }
        let owner = secret_hash.first_chunk::<16>().copied().unwrap_or_default();
        let shown = crate::proof::Shown { proof: &redeem.proof, address: redeem.address };
        let proved = self.proved_at_sign_in(owner, &redeem.cell, "paper", shown, now_ms);
        proved.map(Some).map_err(|unproved| unproved.answer)
    }
}

/// Who, why and from where, of one patient, whose chart is charged.
fn of_patient(asking: &Asking, admit: &Admit, patient: Pseudonym) -> Fleeting {
    Fleeting { patients: vec![patient], charged: 1, ..asking.fleeting(admit) }
}

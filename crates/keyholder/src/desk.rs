//! What the door asks: people open one-time links, make passkeys, sign in, and change their passkeys.
//!
//! The order of a sign-in is fixed: request, passkey, assertion (origin, relying party, presence, verification, signature), challenge,
//! counter, person, entry; and only then a code.
//!
//! Never: tells the door why it is refused; gives it a session. State: the options, and the challenges.

use crate::challenge::{Answered, Challenges, Purpose};
use crate::core::Core;
use crate::error::KeyholderError;
use crate::people::Person;
use crate::people_admin::{is_label, is_language};
use crate::person_session::Code;
use salus_passkey::{Asserted, Fault, Registered, RelyingParty};
use salus_seal::entry::people::{
    InvitationPurpose, PasskeyRegistered, PasskeyUse, PersonEvent, RegistrationAllowed, SignInFault,
};
use salus_seal::{CellId, DeviceId, PrincipalId, SessionId};
use salus_trust_api::Token;
use salus_trust_api::wire::people::{
    Action, Assertion, Authorize, DoorAnswer, DoorAsk, MAX_STATE_BYTES, PAGES_CLIENT_NAME, PersonName,
    Registration, RegistrationBy,
};
use zeroize::Zeroizing;

/// The most passkeys of one person.
const MAX_PASSKEYS_PER_PERSON: usize = 20;

/// What signing in needs.
pub struct SignInOptions {
    /// Proves that a connection is the door's; drawn anew at each start.
    pub door_key: Zeroizing<[u8; 32]>,
    /// The door's origin, as browsers say it: `https://door.example.org`.
    pub origin: String,
    /// The relying party's id: the door's host.
    pub rp_id: String,
    /// The record server's address, without a slash at its end: codes go nowhere else.
    pub pages_url: String,
    /// Whether one-time links may let people look round without a passkey: only in a demo.
    pub look_round: bool,
    /// Whether people's sessions are bound to a key of their browser's. Only tests that are about something else say no.
    pub binds_sessions: bool,
    /// The types of records that a patient may create about themself: their questions. The keyholder knows no FHIR, so it is told the numbers.
    pub patients_write: Vec<u16>,
}

/// What answers the door.
pub(crate) struct Desk {
    relying_party: RelyingParty,
    pages_url: String,
    look_round: bool,
    binds_sessions: bool,
    pub(crate) patients_write: Vec<u16>,
    pub(crate) challenges: Challenges,
}

/// Why something is refused, for the log, and in whose tree.
pub(crate) struct Refused {
    pub cell: Option<CellId>,
    pub passkey: Option<DeviceId>,
    pub why: SignInFault,
}

/// A good assertion: by whom.
pub(crate) struct Proven {
    pub principal: PrincipalId,
    pub passkey: DeviceId,
    cell: Option<CellId>,
}

pub(crate) type Decided<T> = Result<Result<T, Refused>, KeyholderError>;

/// `?` for refusals inside a function that may also fail for good.
macro_rules! or_refuse {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(refused) => return Ok(Err(refused)),
        }
    };
}
pub(crate) use or_refuse;

impl SignInOptions {
    /// The door's key, and what answers it.
    pub(crate) fn open(self) -> Result<(Zeroizing<[u8; 32]>, Desk), KeyholderError> {
        let desk = Desk {
            relying_party: RelyingParty { origin: self.origin, id: self.rp_id },
            pages_url: self.pages_url,
            look_round: self.look_round,
            binds_sessions: self.binds_sessions,
            patients_write: self.patients_write,
            challenges: Challenges::new()?,
        };
        Ok((self.door_key, desk))
    }
}

impl Core {
    /// Whether one-time links may let people look round without a passkey.
    pub(crate) fn looks_round(&self) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.look_round)
    }

    /// Whether a person's session is of no use without a key.
    pub(crate) fn binds_sessions(&self) -> bool {
        self.desk.as_ref().is_none_or(|desk| desk.binds_sessions)
    }

    /// The record server's address, where it is known.
    pub(crate) fn pages_url(&self) -> Option<&str> {
        self.desk.as_ref().map(|desk| desk.pages_url.as_str())
    }

    /// The answer may be sent after the next commit.
    pub(crate) fn ask_door(&mut self, ask: DoorAsk) -> Result<DoorAnswer, KeyholderError> {
        // The desk is taken out while it decides, so that it can read the state and the state's owner can write.
        let Some(mut desk) = self.desk.take() else { return Ok(DoorAnswer::Refused) };
        let decided = self.decide_at(&mut desk, ask);
        self.desk = Some(desk);
        match decided? {
            Ok(answer) => Ok(answer),
            Err(Refused { cell, passkey, why }) => {
                self.refuse_sign_in(cell, passkey, why)?;
                Ok(DoorAnswer::Refused)
            }
        }
    }

    fn decide_at(&mut self, desk: &mut Desk, ask: DoorAsk) -> Decided<DoorAnswer> {
        if !self.log.has_room() {
            return Ok(Ok(DoorAnswer::Refused));
        }
        let now_ms = self.clock.now_ms();
        match ask {
            DoorAsk::OpenInvitation { secret } => self.open_invitation(desk, &secret, now_ms),
            DoorAsk::Register { by, client_data, attestation, label, language } => {
                let registered = desk.relying_party.registration(&client_data, &attestation);
                self.register(desk, &by, registered, label, language)
            }
            DoorAsk::BeginSignIn(authorize) => {
                or_refuse!(self.request(desk, &authorize, "signed-in"));
                let challenge = desk.challenges.draw(&Purpose::SignIn(&authorize), now_ms)?;
                Ok(Ok(DoorAnswer::Challenge(challenge)))
            }
            DoorAsk::FinishSignIn(authorize, assertion) => {
                let cell = or_refuse!(self.request(desk, &authorize, "signed-in"));
                let purpose = Purpose::SignIn(&authorize);
                let within = Within::Cell(cell);
                let proven =
                    or_refuse!(self.prove(desk, &purpose, within, &assertion, PasskeyUse::SignIn)?);
                let passkey = Some(proven.passkey);
                self.give_code(cell, proven.principal, passkey, authorize.code_challenge, None)
            }
            DoorAsk::BeginAction(action) => {
                let challenge = desk.challenges.draw(&Purpose::Act(&action), now_ms)?;
                Ok(Ok(DoorAnswer::Challenge(challenge)))
            }
            DoorAsk::FinishAction(action, assertion) => self.act(desk, &action, &assertion),
            DoorAsk::BeginTouch(authorize, session) => self.begin_touch(desk, &authorize, session, now_ms),
            DoorAsk::FinishTouch(authorize, session, assertion) => {
                self.finish_touch(desk, &authorize, session, &assertion)
            }
            DoorAsk::BeginRaise(of) => self.begin_raise(desk, &of, now_ms),
            DoorAsk::FinishRaise(of, assertion) => self.finish_raise(desk, &of, &assertion, now_ms),
            DoorAsk::BeginExport(of) => self.begin_export(desk, &of, now_ms),
            DoorAsk::FinishExport(of, assertion) => self.finish_export(desk, &of, &assertion, now_ms),
            DoorAsk::LookRound(authorize, secret) => self.look_round(desk, &authorize, &secret, now_ms),
        }
    }

    /// The cell that a request is for, if it may be asked for and returns to the page of this name.
    pub(crate) fn request(&self, desk: &Desk, authorize: &Authorize, page: &str) -> Result<CellId, Refused> {
        let cell = self.state.names.get(&authorize.cell).copied();
        let returns_to = format!("{}/{}/{page}", desk.pages_url, authorize.cell);
        let is_good = authorize.client == PAGES_CLIENT_NAME
            && authorize.redirect_uri == returns_to
            && authorize.state.len() <= MAX_STATE_BYTES;
        cell.filter(|_| is_good).ok_or(Refused { cell, passkey: None, why: SignInFault::Request })
    }

    fn open_invitation(&self, desk: &Desk, secret: &Token, now_ms: u64) -> Decided<DoorAnswer> {
        let (principal, purpose) = or_refuse!(self.invitation(secret, now_ms));
        let Some(person) = self.state.acting(&principal) else { return no(SignInFault::Invitation) };
        match purpose {
            InvitationPurpose::Passkey => {
                let allowed = RegistrationAllowed::Invitation(secret.hash());
                let registration = self.registration(desk, principal, person, allowed, now_ms)?;
                Ok(Ok(DoorAnswer::Registration(registration)))
            }
            InvitationPurpose::LookRound if desk.look_round => {
                Ok(Ok(DoorAnswer::LooksRound(self.name_of(&principal, person))))
            }
            // A code on paper is typed at the pages, and makes no passkey.
            InvitationPurpose::LookRound | InvitationPurpose::Paper => no(SignInFault::Invitation),
        }
    }

    /// Whose a one-time link is, and what for, while it is good.
    fn invitation(&self, secret: &Token, now_ms: u64) -> Result<(PrincipalId, InvitationPurpose), Refused> {
        let link = self.state.people.invitations.get(&secret.hash());
        let good = link.filter(|link| now_ms < link.ends_ms);
        let cell = link.and_then(|link| self.state.people.persons.get(&link.principal)?.cell);
        good.map(|link| (link.principal, link.purpose)).ok_or(Refused {
            cell,
            passkey: None,
            why: SignInFault::Invitation,
        })
    }

    fn registration(
        &self,
        desk: &Desk,
        principal: PrincipalId,
        person: &Person,
        allowed: RegistrationAllowed,
        now_ms: u64,
    ) -> Result<Registration, KeyholderError> {
        let credential = |id| self.state.people.passkeys.get(id).map(|passkey| passkey.credential.clone());
        let allowed_by = match allowed {
            RegistrationAllowed::Invitation(_) => None,
            RegistrationAllowed::Passkey(passkey) => Some(passkey),
        };
        Ok(Registration {
            challenge: desk.challenges.draw(&Purpose::Register(principal, allowed), now_ms)?,
            principal,
            allowed_by,
            person: self.name_of(&principal, person),
            exclude: person.passkeys.iter().filter_map(credential).collect(),
        })
    }

    fn register(
        &mut self,
        desk: &mut Desk,
        by: &RegistrationBy,
        registered: Result<Registered, Fault>,
        label: String,
        language: Option<String>,
    ) -> Decided<DoorAnswer> {
        let now_ms = self.clock.now_ms();
        let (principal, allowed_by) = match by {
            RegistrationBy::Invitation(secret) => match or_refuse!(self.invitation(secret, now_ms)) {
                (principal, InvitationPurpose::Passkey) => {
                    (principal, RegistrationAllowed::Invitation(secret.hash()))
                }
                (_, InvitationPurpose::LookRound | InvitationPurpose::Paper) => {
                    return no(SignInFault::Invitation);
                }
            },
            RegistrationBy::Passkey { principal, passkey } => {
                (*principal, RegistrationAllowed::Passkey(*passkey))
            }
        };
        let passkey = match allowed_by {
            RegistrationAllowed::Passkey(passkey) => Some(passkey),
            RegistrationAllowed::Invitation(_) => None,
        };
        let revoked = |id| self.state.is_of_no_use(&id);
        let Some(person) = self.state.acting(&principal) else { return no(SignInFault::NotAllowed) };
        let cell = person.cell;
        let refused = |why| Refused { cell, passkey: passkey.filter(|id| !revoked(*id)), why };
        let registered = or_refuse!(registered.map_err(|fault| refused(fault_of(fault))));
        let purpose = Purpose::Register(principal, allowed_by);
        let checked = desk.challenges.check(&registered.challenge, &purpose, now_ms);
        let answered = or_refuse!(checked.map_err(refused));
        if passkey.is_some_and(revoked)
            || person.passkeys.len() >= MAX_PASSKEYS_PER_PERSON
            || !is_label(&label)
        {
            return Ok(Err(refused(SignInFault::NotAllowed)));
        }
        if self.state.people.credentials.contains_key(&registered.credential) {
            return Ok(Err(refused(SignInFault::AlreadyRegistered)));
        }
        desk.challenges.use_up(answered, now_ms);
        let speaks_none = person.language.is_none();
        let language = language.filter(|tag| speaks_none && is_language(tag));
        self.record_person(
            cell,
            PersonEvent::PasskeyRegistered(PasskeyRegistered {
                principal,
                passkey: DeviceId::random()?,
                credential: registered.credential,
                public_key: registered.public_key,
                sign_count: registered.sign_count,
                aaguid: registered.aaguid,
                is_synced: registered.is_synced,
                label,
                allowed_by,
            }),
            None,
        )?;
        if let Some(language) = language {
            self.record_person(cell, PersonEvent::LanguageChosen { principal, language }, None)?;
        }
        let Some(person) = self.state.people.persons.get(&principal) else {
            return no(SignInFault::NotAllowed);
        };
        Ok(Ok(DoorAnswer::Registered(self.name_of(&principal, person))))
    }

    /// Verifies an assertion for a purpose, uses its challenge up, and notes it.
    pub(crate) fn prove(
        &mut self,
        desk: &mut Desk,
        purpose: &Purpose<'_>,
        within: Within,
        assertion: &Assertion,
        used_for: PasskeyUse,
    ) -> Decided<Proven> {
        let now_ms = self.clock.now_ms();
        let asked_in = match within {
            Within::Cell(cell) => Some(cell),
            Within::Anywhere => None,
        };
        let people = &self.state.people;
        let known = people.credentials.get(&assertion.credential);
        let Some((id, passkey)) = known.and_then(|id| Some((*id, people.passkeys.get(id)?))) else {
            return Ok(Err(Refused { cell: asked_in, passkey: None, why: SignInFault::UnknownPasskey }));
        };
        let principal = passkey.principal;
        let cell = people.persons.get(&principal).and_then(|person| person.cell);
        let refused = |why| Refused { cell, passkey: Some(id), why };
        if assertion.user_handle.as_ref().is_some_and(|handle| *handle != principal.0) {
            return Ok(Err(refused(SignInFault::OtherPerson)));
        }
        let asserted = desk.relying_party.assertion(
            &passkey.public_key,
            &assertion.client_data,
            &assertion.authenticator_data,
            &assertion.signature,
        );
        let Asserted { challenge, sign_count } =
            or_refuse!(asserted.map_err(|fault| refused(fault_of(fault))));
        let checked = desk.challenges.check(&challenge, purpose, now_ms);
        let answered: Answered = or_refuse!(checked.map_err(refused));
        // An authenticator that keeps no counter says 0 for ever (WebAuthn Level 2, 7.2, step 21).
        if (passkey.sign_count, sign_count) != (0, 0) && sign_count <= passkey.sign_count {
            return Ok(Err(refused(SignInFault::Cloned)));
        }
        let may_act = self.state.acting(&principal).is_some() && !self.state.holds.device(&id);
        if !may_act || asked_in.is_some() && cell != asked_in {
            return Ok(Err(refused(SignInFault::NotAllowed)));
        }
        desk.challenges.use_up(answered, now_ms);
        let used = PersonEvent::PasskeyUsed { passkey: id, sign_count, purpose: used_for };
        self.record_person(cell, used, None)?;
        Ok(Ok(Proven { principal, passkey: id, cell }))
    }

    fn act(&mut self, desk: &mut Desk, action: &Action, assertion: &Assertion) -> Decided<DoorAnswer> {
        let used_for = match action {
            Action::List => PasskeyUse::List,
            Action::Add => PasskeyUse::Add,
            Action::Rename { .. } => PasskeyUse::Rename,
            Action::Remove { .. } => PasskeyUse::Remove,
        };
        let proven =
            or_refuse!(self.prove(desk, &Purpose::Act(action), Within::Anywhere, assertion, used_for)?);
        let Proven { principal, passkey: confirmed_by, cell } = proven;
        let refused = |why| Ok(Err(Refused { cell, passkey: Some(confirmed_by), why }));
        let Some(person) = self.state.acting(&principal) else {
            return refused(SignInFault::NotAllowed);
        };
        let is_theirs = |passkey: &DeviceId| person.passkeys.contains(passkey);
        match action {
            Action::List => {}
            Action::Add => {
                let now_ms = self.clock.now_ms();
                let allowed = RegistrationAllowed::Passkey(confirmed_by);
                let Some(person) = self.state.acting(&principal) else {
                    return refused(SignInFault::NotAllowed);
                };
                let registration = self.registration(desk, principal, person, allowed, now_ms)?;
                return Ok(Ok(DoorAnswer::Registration(registration)));
            }
            Action::Rename { passkey, label } if is_theirs(passkey) && is_label(label) => {
                let (passkey, label) = (*passkey, label.clone());
                self.record_person(cell, PersonEvent::PasskeyNamed { passkey, label }, None)?;
            }
            Action::Remove { passkey } if is_theirs(passkey) && *passkey != confirmed_by => {
                let (passkey, by) = (*passkey, Some(principal));
                self.record_person(cell, PersonEvent::PasskeyRevoked { passkey, by }, None)?;
            }
            Action::Rename { .. } | Action::Remove { .. } => return refused(SignInFault::NotAllowed),
        }
        let Some(person) = self.state.acting(&principal) else {
            return refused(SignInFault::NotAllowed);
        };
        let passkeys = self.state.people.passkey_statuses(person);
        Ok(Ok(DoorAnswer::Passkeys { person: self.name_of(&principal, person), confirmed_by, passkeys }))
    }

    fn look_round(
        &mut self,
        desk: &Desk,
        authorize: &Authorize,
        secret: &Token,
        now_ms: u64,
    ) -> Decided<DoorAnswer> {
        let cell = or_refuse!(self.request(desk, authorize, "signed-in"));
        let (principal, purpose) = or_refuse!(self.invitation(secret, now_ms));
        let person = self.state.acting(&principal);
        let may = desk.look_round
            && purpose == InvitationPurpose::LookRound
            && person.is_some_and(|person| person.cell == Some(cell));
        if !may {
            return Ok(Err(Refused { cell: Some(cell), passkey: None, why: SignInFault::NotAllowed }));
        }
        let ended = PersonEvent::InvitationEnded { secret_hash: secret.hash() };
        self.record_person(Some(cell), ended, None)?;
        self.give_code(cell, principal, None, authorize.code_challenge, None)
    }

    pub(crate) fn give_code(
        &mut self,
        cell: CellId,
        principal: PrincipalId,
        passkey: Option<DeviceId>,
        code_challenge: [u8; 32],
        touch: Option<SessionId>,
    ) -> Decided<DoorAnswer> {
        let made_ms = self.clock.now_ms();
        let code = Code { cell, principal, passkey, code_challenge, made_ms, touch, redeemed: None };
        Ok(Ok(DoorAnswer::Code(self.codes.give(code)?)))
    }

    fn name_of(&self, principal: &PrincipalId, person: &Person) -> PersonName {
        let role = self.state.principals.get(principal).map_or(String::new(), |known| known.role.clone());
        let cell = person.cell.and_then(|cell| self.state.cells.get(&cell)).map(|cell| cell.name.clone());
        PersonName { name: person.name.clone(), role, cell, language: person.language.clone() }
    }
}

/// In which cell somebody must be at home.
#[derive(Clone, Copy)]
pub(crate) enum Within {
    Cell(CellId),
    Anywhere,
}

fn no<T>(why: SignInFault) -> Decided<T> {
    Ok(Err(Refused { cell: None, passkey: None, why }))
}

fn fault_of(fault: Fault) -> SignInFault {
    match fault {
        Fault::Malformed => SignInFault::Malformed,
        Fault::Origin => SignInFault::Origin,
        Fault::RelyingParty => SignInFault::RelyingParty,
        Fault::NotPresent => SignInFault::NotPresent,
        Fault::NotVerified => SignInFault::NotVerified,
        Fault::Signature => SignInFault::Signature,
    }
}

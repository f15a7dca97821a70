//! The people of the cells, and the operators: a part of the state, and so a fold of the log.
//!
//! A person is a principal who signs in with passkeys. One-time links bring them to their first; further ones are allowed by a
//! passkey that they have.
//!
//! Never: decides, or keeps a secret; of a link there is a hash. State: this is it, owned by [`State`].

use crate::daily::Handed;
use crate::policy;
use crate::state::{Principal, Session, Spent, State};
use salus_seal::entry::Budgets;
use salus_seal::entry::people::{
    InvitationPurpose, PasskeyRegistered, PersonAdded, PersonEvent, PersonInvited, PersonStatus,
    RegistrationAllowed,
};
use salus_seal::{CellId, DeviceId, PrincipalId, SessionId};
use std::collections::{BTreeMap, HashMap};

/// Everybody.
#[derive(Debug, Default)]
pub struct People {
    /// By principal.
    pub persons: BTreeMap<PrincipalId, Person>,
    /// Passkeys, those that were revoked too: the log speaks of them.
    pub passkeys: HashMap<DeviceId, Passkey>,
    /// Passkeys that are not revoked, by the authenticator's id.
    pub credentials: HashMap<Vec<u8>, DeviceId>,
    /// One-time links that were not used, by the hash of their secret.
    pub invitations: HashMap<[u8; 32], Invitation>,
}

/// One person.
#[derive(Debug)]
pub struct Person {
    /// Their cell; none for an operator.
    pub cell: Option<CellId>,
    /// Their name.
    pub name: String,
    /// The id of the FHIR Practitioner that they are.
    pub practitioner: Option<String>,
    /// Their language's tag.
    pub language: Option<String>,
    /// Whether they may act.
    pub status: PersonStatus,
    /// When they were added.
    pub added_ms: u64,
    /// The entry by which they were added: who was there first, even within one millisecond.
    pub entry: u64,
    /// Their passkeys that are not revoked, oldest first.
    pub passkeys: Vec<DeviceId>,
}

/// One passkey.
#[derive(Debug)]
pub struct Passkey {
    /// Whose.
    pub principal: PrincipalId,
    /// The authenticator's id for it.
    pub credential: Vec<u8>,
    /// The COSE_Key.
    pub public_key: Vec<u8>,
    /// The authenticator's counter, as it was last seen.
    pub sign_count: u32,
    /// The authenticator's model.
    pub aaguid: [u8; 16],
    /// Whether it may be copied to the person's other devices.
    pub is_synced: bool,
    /// The person's name for it.
    pub label: String,
    /// When it was registered.
    pub added_ms: u64,
    /// When it was last used.
    pub used_ms: Option<u64>,
    /// Whether it signs nobody in any more.
    pub revoked: bool,
    /// Whether it goes back to a one-time link that was made at the machine.
    pub by_machine: bool,
}

/// One one-time link.
#[derive(Debug)]
pub struct Invitation {
    /// For whom.
    pub principal: PrincipalId,
    /// When it ends.
    pub ends_ms: u64,
    /// What it is good for.
    pub purpose: InvitationPurpose,
    /// Whether it was made at the machine.
    pub by_machine: bool,
}

impl People {
    /// The person, if they may act.
    pub fn active(&self, principal: &PrincipalId) -> Option<&Person> {
        self.persons.get(principal).filter(|person| person.status == PersonStatus::Active)
    }

    /// When the newest link of a person with this purpose ends; none when none is good still.
    pub fn invited_until(
        &self,
        principal: &PrincipalId,
        purpose: InvitationPurpose,
        now_ms: u64,
    ) -> Option<u64> {
        let good = self
            .invitations
            .values()
            .filter(|link| link.principal == *principal && link.purpose == purpose && link.ends_ms > now_ms);
        good.map(|link| link.ends_ms).max()
    }
}

impl State {
    /// Takes an event about people in, which is entry `index` of its tree. None when it makes no sense here.
    pub(crate) fn apply_person(
        &mut self,
        cell: Option<CellId>,
        index: u64,
        time_ms: u64,
        event: &PersonEvent,
    ) -> Option<()> {
        if let (Some(cell), Some((handed, by))) = (&cell, Handed::by_event(event)) {
            self.handed_out(cell, &by, handed, time_ms);
        }
        match event {
            PersonEvent::Added(added) => self.add_person(cell, index, time_ms, added)?,
            PersonEvent::Invited(invited) => self.invite_person(cell, invited)?,
            // Logs from before a suspension dropped them use links that are gone by now.
            PersonEvent::InvitationEnded { secret_hash } => drop(self.people.invitations.remove(secret_hash)),
            PersonEvent::PasskeyRegistered(registered) => self.add_passkey(cell, time_ms, registered)?,
            PersonEvent::PasskeyNamed { passkey, label } => {
                label.clone_into(&mut self.people.passkeys.get_mut(passkey)?.label);
            }
            PersonEvent::PasskeyRevoked { passkey, .. } => {
                let known = self.people.passkeys.get_mut(passkey)?;
                known.revoked = true;
                self.people.credentials.remove(&known.credential);
                self.people.persons.get_mut(&known.principal)?.passkeys.retain(|other| other != passkey);
            }
            PersonEvent::PasskeyUsed { passkey, sign_count, .. } => {
                let known = self.people.passkeys.get_mut(passkey)?;
                known.sign_count = known.sign_count.max(*sign_count);
                known.used_ms = Some(time_ms);
            }
            PersonEvent::SignInRefused { .. } => {}
            PersonEvent::StatusChanged { principal, status, .. } => {
                self.person_of(cell, principal)?.status = *status;
                // For good: what was in wrong hands is not given back with the person's status.
                if *status != PersonStatus::Active {
                    self.end_sessions_of(principal);
                    self.people.invitations.retain(|_, link| link.principal != *principal);
                }
            }
            PersonEvent::RoleChanged { principal, role, budgets, .. } => {
                let next = policy::role(role)?;
                self.person_of(cell, principal)?;
                // Nothing becomes an administrator's session that was begun as somebody else's.
                if next.administers {
                    self.end_sessions_of(principal);
                }
                let known = self.principals.get_mut(principal)?;
                (known.role, known.budgets) = (role.clone(), *budgets);
            }
            PersonEvent::Described { principal, name, practitioner, .. } => {
                let person = self.person_of(cell, principal)?;
                (person.name, person.practitioner) = (name.clone(), practitioner.clone());
            }
            PersonEvent::LanguageChosen { principal, language } => {
                self.person_of(cell, principal)?.language = Some(language.clone());
            }
        }
        Some(())
    }

    fn end_sessions_of(&mut self, principal: &PrincipalId) {
        let own = self.sessions.values_mut().filter(|session| session.principal == *principal);
        own.for_each(|session| session.revoked = true);
    }

    fn person_of(&mut self, cell: Option<CellId>, principal: &PrincipalId) -> Option<&mut Person> {
        self.people.persons.get_mut(principal).filter(|person| person.cell == cell)
    }

    fn add_person(
        &mut self,
        cell: Option<CellId>,
        entry: u64,
        time_ms: u64,
        added: &PersonAdded,
    ) -> Option<()> {
        policy::role(&added.role)?;
        self.add_principal(added.principal, &added.role, added.budgets, time_ms);
        let person = Person {
            cell,
            name: added.name.clone(),
            practitioner: added.practitioner.clone(),
            language: added.language.clone(),
            status: PersonStatus::Active,
            added_ms: time_ms,
            entry,
            passkeys: Vec::new(),
        };
        self.people.persons.insert(added.principal, person);
        Some(())
    }

    fn invite_person(&mut self, cell: Option<CellId>, invited: &PersonInvited) -> Option<()> {
        let PersonInvited { principal, secret_hash, ends_ms, purpose, by } = *invited;
        self.person_of(cell, &principal)?;
        let links = &mut self.people.invitations;
        links.retain(|_, link| link.principal != principal || link.purpose != purpose);
        links.insert(secret_hash, Invitation { principal, ends_ms, purpose, by_machine: by.is_none() });
        Some(())
    }

    fn add_passkey(
        &mut self,
        cell: Option<CellId>,
        time_ms: u64,
        registered: &PasskeyRegistered,
    ) -> Option<()> {
        self.person_of(cell, &registered.principal)?.passkeys.push(registered.passkey);
        let by_machine = match &registered.allowed_by {
            RegistrationAllowed::Invitation(secret_hash) => {
                self.people.invitations.remove(secret_hash).is_some_and(|link| link.by_machine)
            }
            RegistrationAllowed::Passkey(other) => {
                self.people.passkeys.get(other).is_some_and(|other| other.by_machine)
            }
        };
        let passkey = Passkey {
            principal: registered.principal,
            credential: registered.credential.clone(),
            public_key: registered.public_key.clone(),
            sign_count: registered.sign_count,
            aaguid: registered.aaguid,
            is_synced: registered.is_synced,
            label: registered.label.clone(),
            added_ms: time_ms,
            used_ms: None,
            revoked: false,
            by_machine,
        };
        self.people.credentials.insert(registered.credential.clone(), registered.passkey);
        self.people.passkeys.insert(registered.passkey, passkey);
        Some(())
    }

    /// A principal who reached nobody yet; everything is spent if it was there before a recovery.
    pub(crate) fn add_principal(
        &mut self,
        principal: PrincipalId,
        role: &str,
        budgets: Budgets,
        time_ms: u64,
    ) {
        let mut fresh = Principal {
            role: role.to_owned(),
            budgets,
            spent: Spent::default(),
            searches: Default::default(),
            searches_within: Default::default(),
            misses: Default::default(),
            handed_out: Default::default(),
            more: Default::default(),
            today: Default::default(),
        };
        if let Some(recovered_ms) = self.recovered_ms.filter(|recovered_ms| time_ms <= *recovered_ms) {
            fresh.spent.glimpse.spend_all(recovered_ms);
            fresh.spent.chart.spend_all(recovered_ms);
            fresh.searches.spend_all(recovered_ms);
            fresh.searches_within.spend_all(recovered_ms);
            fresh.misses.spend_all(recovered_ms);
            fresh.more.reserve.spend_all(recovered_ms);
        }
        self.principals.insert(principal, fresh);
    }

    /// Whether somebody's role administers their cell: what no rules give or take.
    pub(crate) fn administers(&self, principal: &PrincipalId) -> bool {
        let role = self.principals.get(principal).and_then(|known| policy::role(&known.role));
        role.is_some_and(|role| role.administers)
    }

    /// A person's name, or an application's.
    pub(crate) fn name_of(&self, principal: &PrincipalId) -> Option<String> {
        let person = self.people.persons.get(principal).map(|person| person.name.clone());
        person.or_else(|| {
            let client = self.clients.values().find(|client| client.principal == *principal);
            client.map(|client| client.name.clone())
        })
    }

    /// The person, if they may act now: active, and not held.
    pub fn acting(&self, principal: &PrincipalId) -> Option<&Person> {
        self.people.active(principal).filter(|_| !self.holds.person(principal))
    }

    /// Whether a passkey signs nobody in: revoked, held, or none of ours.
    pub fn is_of_no_use(&self, passkey: &DeviceId) -> bool {
        self.holds.device(passkey) || self.people.passkeys.get(passkey).is_none_or(|known| known.revoked)
    }

    /// Whether what a session was begun with is good still: the application's credentials, or the person and their passkey.
    pub(crate) fn credentials_live(&self, session: &Session) -> bool {
        if self.people.persons.contains_key(&session.principal) {
            let is_revoked =
                |passkey| self.people.passkeys.get(&passkey).is_none_or(|passkey| passkey.revoked);
            return self.people.active(&session.principal).is_some()
                && !session.device.is_some_and(is_revoked);
        }
        self.clients.get(&session.client).is_some_and(|client| !client.revoked)
    }

    /// Whether a session could be used at this time, in its own cell; if it is bound to a key, by whoever proves that ([`crate::proof`]).
    pub fn is_usable(&self, session: &Session, now_ms: u64) -> bool {
        session.lives(now_ms) && !self.holds.cover(session) && self.credentials_live(session)
    }

    /// A person's sessions that could be used at this time.
    pub fn sessions_of<'a>(
        &'a self,
        principal: &'a PrincipalId,
        now_ms: u64,
    ) -> impl Iterator<Item = SessionId> + 'a {
        let is_own =
            move |session: &Session| session.principal == *principal && self.is_usable(session, now_ms);
        self.sessions.iter().filter(move |(_, session)| is_own(session)).map(|(id, _)| *id)
    }
}

impl Session {
    /// Whether it has neither ended nor been ended.
    pub fn lives(&self, now_ms: u64) -> bool {
        !self.suspended && self.would_live(now_ms)
    }

    /// The same, had no alarm suspended it.
    pub(crate) fn would_live(&self, now_ms: u64) -> bool {
        !self.revoked && now_ms < self.ends_ms && now_ms < self.used_ms.saturating_add(self.idle_ms)
    }
}

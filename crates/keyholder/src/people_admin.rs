//! What an administrator may ask about people: added, invited, recovered, suspended, given another role.
//!
//! Asked at the machine, or by a person (`by`), who reaches their own cell only and can do to themself nothing that a second one should do.
//! Whether that person's role allows it at all is decided by who calls.
//!
//! Never: gives out a secret but once, or a passkey without its owner's authenticator. State: [`Core`]'s.

use crate::admin::{invalid, not_found};
use crate::administer::By;
use crate::core::Core;
use crate::error::KeyholderError;
use crate::people::Person;
use crate::policy::{self, Whose};
use salus_accesslog::Tree;
use salus_seal::entry::people::{InvitationPurpose, PersonAdded, PersonEvent, PersonInvited, PersonStatus};
use salus_seal::entry::{Budgets, Event, Fleeting};
use salus_seal::{CellId, DeviceId, PrincipalId};
use salus_trust_api::Token;
use salus_trust_api::wire::AdminError;
use salus_trust_api::wire::people::{
    MAX_NAME_BYTES, NewPerson, PasskeyStatus, PeopleAnswer, PeopleAsk, PersonInfo,
};

/// For how long a one-time link is good, in milliseconds: 3 days.
pub(crate) const INVITATION_MS: u64 = 3 * 86_400_000;
/// The most people of one cell, those who were revoked included.
const MAX_PEOPLE_PER_CELL: usize = 10_000;
/// The longest FHIR id, in bytes.
const MAX_PRACTITIONER_BYTES: usize = 64;

/// `?` for administrative refusals inside a function that may also fail for good.
macro_rules! or_answer {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Ok(Err(error)),
        }
    };
}

type Outcome = Result<Result<PeopleAnswer, AdminError>, KeyholderError>;

impl Core {
    /// Carries it out. The answer may be sent after the next commit.
    pub(crate) fn ask_people(&mut self, ask: PeopleAsk, by: Option<By<'_>>) -> Outcome {
        match ask {
            PeopleAsk::Add { cell, person } => self.add_person(cell, person, by),
            PeopleAsk::List { cell } => self.list_people(cell, by),
            PeopleAsk::Invite { principal } => {
                let cell = or_answer!(self.person_for(&principal, by));
                if self.passkeys_of(&principal) > 0 {
                    return Ok(Err(invalid("person", "without a passkey: the link is for the first one")));
                }
                self.invite(cell, principal, InvitationPurpose::Passkey, by)
            }
            PeopleAsk::Recover { principal } => self.recover_person(principal, by),
            PeopleAsk::SetStatus { principal, status } => self.set_status(principal, status, by),
            PeopleAsk::SetRole { principal, role, budgets } => {
                let cell = or_answer!(self.other_person_for(&principal, by));
                let budgets = or_answer!(role_budgets(&role, cell.is_none(), budgets));
                self.change_person(
                    cell,
                    PersonEvent::RoleChanged { principal, role, budgets, by: id(by) },
                    by,
                )
            }
            PeopleAsk::Describe { principal, name, practitioner } => {
                let cell = or_answer!(self.person_for(&principal, by));
                or_answer!(check_name(&name));
                or_answer!(check_practitioner(practitioner.as_deref(), cell.is_none()));
                self.change_person(
                    cell,
                    PersonEvent::Described { principal, name, practitioner, by: id(by) },
                    by,
                )
            }
            PeopleAsk::RevokePasskey { passkey } => {
                let known = self.state.people.passkeys.get(&passkey).filter(|known| !known.revoked);
                let principal = or_answer!(known.map(|known| known.principal).ok_or(not_found("passkey")));
                let cell = or_answer!(self.person_for(&principal, by).map_err(|_| not_found("passkey")));
                self.change_person(cell, PersonEvent::PasskeyRevoked { passkey, by: id(by) }, by)
            }
            PeopleAsk::LookRound { principal } => {
                let cell = or_answer!(self.person_for(&principal, by));
                if by.is_some() || cell.is_none() || !self.looks_round() {
                    return Ok(Err(invalid("person", "looks round without a passkey only in a demo")));
                }
                self.invite(cell, principal, InvitationPurpose::LookRound, by)
            }
        }
    }

    fn add_person(&mut self, cell: Option<String>, person: NewPerson, by: Option<By<'_>>) -> Outcome {
        let cell = or_answer!(self.cell_for(cell, by));
        or_answer!(check_name(&person.name));
        or_answer!(check_practitioner(person.practitioner.as_deref(), cell.is_none()));
        if person.language.as_deref().is_some_and(|tag| !is_language(tag)) {
            return Ok(Err(invalid("language", "two or three lower-case letters")));
        }
        let budgets = or_answer!(role_budgets(&person.role, cell.is_none(), person.budgets));
        let in_cell = self.state.people.persons.values().filter(|other| other.cell == cell);
        if in_cell.count() >= MAX_PEOPLE_PER_CELL {
            return Ok(Err(invalid("person", &format!("at most {MAX_PEOPLE_PER_CELL} in a cell"))));
        }
        let principal = PrincipalId::random()?;
        let added = PersonAdded {
            principal,
            name: person.name,
            role: person.role,
            budgets,
            practitioner: person.practitioner,
            language: person.language,
            by: id(by),
        };
        self.record_person(cell, PersonEvent::Added(added), by.map(|by| by.fleeting))?;
        self.invite(cell, principal, InvitationPurpose::Passkey, by)
    }

    fn recover_person(&mut self, principal: PrincipalId, by: Option<By<'_>>) -> Outcome {
        let cell = or_answer!(self.other_person_for(&principal, by));
        let (now_ms, fleeting) = (self.clock.now_ms(), by.map(|by| by.fleeting));
        for passkey in self.state.people.persons.get(&principal).map_or(Vec::new(), |p| p.passkeys.clone()) {
            self.record_person(cell, PersonEvent::PasskeyRevoked { passkey, by: id(by) }, fleeting)?;
        }
        // Those that no passkey began.
        let sessions: Vec<_> = self.state.sessions_of(&principal, now_ms).collect();
        for session in sessions {
            let tree = cell.map_or(Tree::Platform, Tree::Cell);
            self.record(tree, now_ms, Event::SessionRevoked { session }, None)?;
        }
        self.invite(cell, principal, InvitationPurpose::Passkey, by)
    }

    fn set_status(&mut self, principal: PrincipalId, status: PersonStatus, by: Option<By<'_>>) -> Outcome {
        let person = self.state.people.persons.get(&principal);
        if person.is_some_and(|person| person.status == PersonStatus::Revoked) {
            return Ok(Err(invalid("status", "of somebody who was not revoked: that is for ever")));
        }
        let (cell, _) = or_answer!(self.person_in_reach(&principal, by));
        if id(by) == Some(principal) {
            return Ok(Err(invalid("person", "somebody else")));
        }
        if status != PersonStatus::Active {
            self.codes.spoil(&principal);
        }
        self.change_person(cell, PersonEvent::StatusChanged { principal, status, by: id(by) }, by)
    }

    fn invite(
        &mut self,
        cell: Option<CellId>,
        principal: PrincipalId,
        purpose: InvitationPurpose,
        by: Option<By<'_>>,
    ) -> Outcome {
        let secret = Token::random()?;
        let ends_ms = self.clock.now_ms() + INVITATION_MS;
        let invited = PersonInvited { principal, secret_hash: secret.hash(), ends_ms, purpose, by: id(by) };
        self.record_person(cell, PersonEvent::Invited(invited), by.map(|by| by.fleeting))?;
        Ok(Ok(PeopleAnswer::Invited { principal, secret, ends_ms }))
    }

    fn list_people(&mut self, cell: Option<String>, by: Option<By<'_>>) -> Outcome {
        let cell = or_answer!(self.cell_for(cell, by));
        let now_ms = self.clock.now_ms();
        let principals = &self.state.principals;
        // Patients are nobody's staff.
        let persons = self.state.people.persons.iter().filter(|(id, person)| {
            person.cell == cell && principals.get(*id).is_none_or(|known| known.role != policy::PATIENT)
        });
        let ids: Vec<PrincipalId> = persons.map(|(id, _)| *id).collect();
        let mut people: Vec<PersonInfo> =
            ids.into_iter().filter_map(|id| self.person_info(id, now_ms)).collect();
        people.sort_by(|a, b| (&a.name, a.principal).cmp(&(&b.name, b.principal)));
        Ok(Ok(PeopleAnswer::People(people)))
    }

    fn person_info(&mut self, id: PrincipalId, now_ms: u64) -> Option<PersonInfo> {
        let sessions = self.state.sessions_of(&id, now_ms).count() as u64;
        let person = self.state.people.persons.get(&id)?;
        let principal = self.state.principals.get_mut(&id)?;
        Some(PersonInfo {
            principal: id,
            name: person.name.clone(),
            role: principal.role.clone(),
            status: person.status,
            practitioner: person.practitioner.clone(),
            language: person.language.clone(),
            added_ms: person.added_ms,
            invited_until_ms: self.state.people.invited_until(&id, InvitationPurpose::Passkey, now_ms),
            passkeys: self.state.people.passkey_statuses(person),
            sessions,
            budgets: principal.budgets,
            chart_spent: principal.spent.chart.counts(now_ms),
            glimpse_spent: principal.spent.glimpse.counts(now_ms),
        })
    }

    fn passkeys_of(&self, principal: &PrincipalId) -> usize {
        self.state.people.persons.get(principal).map_or(0, |person| person.passkeys.len())
    }

    /// A cell by name, none for the operators; of a person their own, named or not.
    fn cell_for(&self, name: Option<String>, by: Option<By<'_>>) -> Result<Option<CellId>, AdminError> {
        let named = name.map(|name| self.cell_named(&name)).transpose()?;
        let Some(by) = by else { return Ok(named) };
        let asks = self.state.people.persons.get(&by.principal).ok_or_else(|| not_found("cell"))?;
        if named.is_none() || named == asks.cell { Ok(asks.cell) } else { Err(not_found("cell")) }
    }

    /// The tree of a person who is within reach of whoever asks.
    fn person_in_reach(
        &self,
        principal: &PrincipalId,
        by: Option<By<'_>>,
    ) -> Result<(Option<CellId>, &Person), AdminError> {
        let person = self.state.people.persons.get(principal).ok_or_else(|| not_found("person"))?;
        match by.map(|by| self.state.people.persons.get(&by.principal)) {
            Some(asks) if asks.is_none_or(|asks| asks.cell != person.cell) => Err(not_found("person")),
            _ => Ok((person.cell, person)),
        }
    }

    /// The same, of a person who was not revoked.
    fn person_for(&self, principal: &PrincipalId, by: Option<By<'_>>) -> Result<Option<CellId>, AdminError> {
        match self.person_in_reach(principal, by)? {
            (_, person) if person.status == PersonStatus::Revoked => {
                Err(invalid("person", "somebody who was not revoked"))
            }
            (cell, _) => Ok(cell),
        }
    }

    /// The same, of somebody else than who asks.
    fn other_person_for(
        &self,
        principal: &PrincipalId,
        by: Option<By<'_>>,
    ) -> Result<Option<CellId>, AdminError> {
        if id(by) == Some(*principal) {
            return Err(invalid("person", "somebody else"));
        }
        self.person_for(principal, by)
    }

    fn change_person(&mut self, cell: Option<CellId>, event: PersonEvent, by: Option<By<'_>>) -> Outcome {
        self.record_person(cell, event, by.map(|by| by.fleeting))?;
        Ok(Ok(PeopleAnswer::Done))
    }

    /// Appends an entry about people to a cell's tree, or to the platform's. `fleeting`: of whoever did it in a session.
    pub(crate) fn record_person(
        &mut self,
        cell: Option<CellId>,
        event: PersonEvent,
        fleeting: Option<&Fleeting>,
    ) -> Result<(), KeyholderError> {
        let now_ms = self.clock.now_ms();
        let tree = cell.map_or(Tree::Platform, Tree::Cell);
        self.record(tree, now_ms, Event::Person(event), fleeting).map(drop)
    }
}

impl crate::people::People {
    /// A person's passkeys, for people.
    pub(crate) fn passkey_statuses(&self, person: &Person) -> Vec<PasskeyStatus> {
        let status = |id: &DeviceId| {
            let passkey = self.passkeys.get(id)?;
            Some(PasskeyStatus {
                passkey: *id,
                label: passkey.label.clone(),
                aaguid: passkey.aaguid,
                is_synced: passkey.is_synced,
                added_ms: passkey.added_ms,
                used_ms: passkey.used_ms,
            })
        };
        person.passkeys.iter().filter_map(status).collect()
    }
}

fn id(by: Option<By<'_>>) -> Option<PrincipalId> {
    by.map(|by| by.principal)
}

/// What a person of this role may reach; an error when no person, or no operator, may have the role.
fn role_budgets(name: &str, is_operator: bool, given: Option<Budgets>) -> Result<Budgets, AdminError> {
    let fits = |whose: Whose| match whose {
        Whose::Application | Whose::Patient => false,
        Whose::Person(_) => !is_operator,
        Whose::Operator => is_operator,
    };
    let role = policy::role(name).filter(|role| fits(role.whose));
    match role.map(|role| role.whose) {
        // What a role cannot open needs no budget.
        Some(Whose::Person(policy::NOTHING) | Whose::Operator) => Ok(policy::NOTHING),
        Some(Whose::Person(budgets)) => Ok(given.unwrap_or(budgets)),
        Some(Whose::Application | Whose::Patient) | None => {
            Err(invalid("role", &format!("one of {}", policy::names(fits))))
        }
    }
}

/// Whether a text is a language's tag as far as it is kept.
pub(crate) fn is_language(tag: &str) -> bool {
    matches!(tag.len(), 2 | 3) && tag.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether a text may name a passkey: as a person's name, or nothing.
pub(crate) fn is_label(label: &str) -> bool {
    label.is_empty() || check_name(label).is_ok()
}

fn check_name(name: &str) -> Result<(), AdminError> {
    let is_good =
        !name.trim().is_empty() && name.len() <= MAX_NAME_BYTES && !name.chars().any(char::is_control);
    let rule = format!("1 to {MAX_NAME_BYTES} bytes, no control characters");
    if is_good { Ok(()) } else { Err(invalid("name", &rule)) }
}

fn check_practitioner(id: Option<&str>, is_operator: bool) -> Result<(), AdminError> {
    let is_id = |id: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        (1..=MAX_PRACTITIONER_BYTES).contains(&id.len()) && id.bytes().all(fits)
    };
    match id {
        None => Ok(()),
        Some(id) if is_id(id) && !is_operator => Ok(()),
        Some(_) => Err(invalid("practitioner", "the id of a Practitioner of the cell")),
    }
}

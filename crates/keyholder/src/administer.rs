//! Administration of a cell in a person's session: people, clients, the log, checkpoints.
//!
//! The role decides whether at all; a cell that is cut off can be looked at, and people and clients can be stopped in it. Each change is an
//! entry that says who did it, in which session and from where, and so is what was denied.
//!
//! Never: reaches a patient or another cell; gives a client more than one has where nothing is said. State: [`Core`]'s.

use crate::admin::not_found;
use crate::admit::Asking;
use crate::core::Core;
use crate::daily::Handed;
use crate::error::KeyholderError;
use crate::policy::{self, Action, CLIENT, Whose};
use crate::state::State;
use salus_accesslog::Tree;
use salus_seal::entry::alarms::{AlarmEvent, AlarmRaised};
use salus_seal::entry::checks::ChecksEvent;
use salus_seal::entry::contain::ContainEvent;
use salus_seal::entry::exports::ExportEvent;
use salus_seal::entry::people::{PersonEvent, PersonStatus};
use salus_seal::entry::policy::PolicyEvent;
use salus_seal::entry::relation::RelationEvent;
use salus_seal::entry::{Budgets, Event, Fleeting, Interaction, Lasting, Limits, Purpose, Refusal};
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::wire::administer::{
    Administer, CellAnswer, CellAsk, CellLogEntry, CellLogPage, CheckpointStatus, LogFilter, LogKind,
    LoggedAccess, MAX_CELL_LOG_PAGE,
};
use salus_trust_api::wire::alarms::AlarmsAsk;
use salus_trust_api::wire::budgets::BudgetAsk;
use salus_trust_api::wire::checks::ChecksAsk;
use salus_trust_api::wire::contain::ContainAsk;
use salus_trust_api::wire::people::PeopleAsk;
use salus_trust_api::wire::policy::PolicyAsk;
use salus_trust_api::wire::{AdminError, Answer};

/// How many entries of the log one page looks through.
const MAX_ENTRIES_READ: u64 = 4_096;
/// How many numbers of an event's lists are given.
const MAX_LISTED: usize = 16;
/// How long the sessions of a client last that is made so, and may be idle, in milliseconds: an hour.
const SESSION_MS: u64 = 3_600_000;

/// Who asks in a session, and what an entry says of it.
#[derive(Clone, Copy)]
pub(crate) struct By<'a> {
    pub principal: PrincipalId,
    pub fleeting: &'a Fleeting,
}

type Outcome = Result<Result<CellAnswer, AdminError>, KeyholderError>;

impl Core {
    /// Decides and carries out. The answer may be sent after the next commit.
    pub(crate) fn administer_cell(&mut self, administer: Administer) -> Result<Answer, KeyholderError> {
        let Administer { of, ask } = administer;
        let now_ms = self.clock.now_ms();
        let admit = of.asking(Purpose::Administration, Interaction::Administer);
        let asking = match self.session(&admit, !looks(&ask), now_ms)? {
            Ok(asking) => asking,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        if let Err(refusal) = self.may_administer(&asking, &ask, now_ms) {
            self.record_refusal(&asking, &admit, refusal, now_ms)?;
            return Ok(Answer::Refused(refusal));
        }
        let by = By { principal: asking.principal, fleeting: &asking.fleeting(&admit) };
        let outcome = self.carry_out_for(asking.cell, by, ask)?;
        if let Err(error) = &outcome {
            self.record_refusal(&asking, &admit, refusal_of(error), now_ms)?;
        }
        Ok(Answer::Administered(Box::new(outcome)))
    }

    fn may_administer(&mut self, asking: &Asking, ask: &CellAsk, now_ms: u64) -> Result<(), Refusal> {
        self.allowed_even_cut_off(asking, Action::Administer, Interaction::Administer)?;
        let cell = self.state.cells.get(&asking.cell).ok_or(Refusal::NotAllowed)?;
        if cell.quarantined && !stops_or_looks(ask) {
            return Err(Refusal::Quarantined);
        }
        if let Some(handed) = Handed::by_ask(ask) {
            let room = self.state.may_hand_out(&asking.cell, &asking.principal, handed, now_ms);
            room.map_err(|exhausted| Refusal::Budget { retry_after_s: exhausted.retry_after_s })?;
        }
        // Space is kept back for what stops somebody.
        if stops_or_looks(ask) || self.log.has_room() { Ok(()) } else { Err(Refusal::NoRoom) }
    }

    fn carry_out_for(&mut self, cell: CellId, by: By<'_>, ask: CellAsk) -> Outcome {
        Ok(match ask {
            CellAsk::People(ask) if raises(&ask) => {
                Err(crate::admin::invalid("budgets", "at most the role's own; more is given at the machine"))
            }
            CellAsk::People(ask) => self.ask_people(ask, Some(by))?.map(CellAnswer::People),
            CellAsk::Clients => {
                let now_ms = self.clock.now_ms();
                Ok(CellAnswer::Clients(self.client_statuses(cell, now_ms)))
            }
            CellAsk::CreateClient { name, role, budgets } => {
                let budgets = budgets.unwrap_or(policy::of_application(&role));
                if !is_within(&budgets, &CLIENT) {
                    let rule = "at most a client's own; more is given at the machine";
                    return Ok(Err(crate::admin::invalid("budgets", rule)));
                }
                let lasts = (SESSION_MS, SESSION_MS);
                let made = self.make_client(cell, name, role, budgets, lasts, Some(by.fleeting))?;
                made.map(|(client, principal, secret)| CellAnswer::Client { client, principal, secret })
            }
            CellAsk::RevokeClient { client } => {
                let is_own = self.state.clients.get(&client).is_some_and(|known| known.cell == cell);
                if is_own {
                    let now_ms = self.clock.now_ms();
                    let event = Event::ClientRevoked { client };
                    self.record(Tree::Cell(cell), now_ms, event, Some(by.fleeting))?;
                    Ok(CellAnswer::Done)
                } else {
                    Err(not_found("client"))
                }
            }
            CellAsk::Bearer { client, allowed } => {
                let is_own = self.state.clients.get(&client).is_some_and(|known| known.cell == cell);
                if !is_own {
                    return Ok(Err(not_found("client")));
                }
                if allowed {
                    self.hold_to_bearers(cell, &client, by)?;
                }
                self.set_bearer(cell, client, allowed, Some(by.fleeting))?;
                Ok(CellAnswer::Done)
            }
            CellAsk::Log(filter) => {
                self.commit()?;
                Ok(CellAnswer::Log(self.cell_log(cell, &filter)?))
            }
            CellAsk::Alarms(ask) => self.ask_alarms(cell, ask, Some(by))?.map(CellAnswer::Alarms),
            CellAsk::Contain(ask) => self.contain(Some(cell), ask, Some(by))?.map(CellAnswer::Contained),
            CellAsk::Budgets(ask) => self.ask_budgets(cell, Some(by), ask)?.map(CellAnswer::Budgets),
            CellAsk::Changes(ask) => Ok(CellAnswer::Changes(self.cell_changes(cell, &ask)?)),
            CellAsk::UndoChange { entry } => self.undo_in_session(cell, entry, by)?.map(CellAnswer::Undone),
            CellAsk::Policy(ask) => self.ask_policy(cell, ask, Some(by))?.map(CellAnswer::Policy),
            CellAsk::Checks(ask) => self.ask_checks(cell, ask, Some(by))?.map(CellAnswer::Checks),
            CellAsk::Checkpoint => {
                let tree = Tree::Cell(cell);
                let note = self.log.checkpoint_note(tree)?;
                let failed = self.log.status().witness_failure.is_some();
                let witnessed = self.has_witnesses.then_some(!failed);
                Ok(CellAnswer::Checkpoint(CheckpointStatus { entries: self.log.size(tree), note, witnessed }))
            }
        })
    }

    fn cell_log(&self, cell: CellId, filter: &LogFilter) -> Result<CellLogPage, KeyholderError> {
        let tree = Tree::Cell(cell);
        let limit = filter.limit.clamp(1, MAX_CELL_LOG_PAGE) as usize;
        let before = filter.before.unwrap_or(u64::MAX).min(self.log.size(tree));
        let from = before.saturating_sub(MAX_ENTRIES_READ);
        let mut found: Vec<CellLogEntry> = Vec::new();
        let mut is_before_all = false;
        self.each_entry(tree, from..before, |number, lasting, fleeting| {
            is_before_all |= filter.from_ms.is_some_and(|from_ms| lasting.time_ms < from_ms);
            let is_in_time = filter.from_ms.is_none_or(|from_ms| lasting.time_ms >= from_ms)
                && filter.to_ms.is_none_or(|to_ms| lasting.time_ms < to_ms);
            let Some(kind) = kind_of(&lasting.event) else { return };
            if !is_in_time || !filter.kinds.is_empty() && !filter.kinds.contains(&kind) {
                return;
            }
            let principal = who(&self.state, &lasting.event, fleeting.as_ref());
            if filter.principal.is_some() && filter.principal != principal {
                return;
            }
            found.push(CellLogEntry {
                number,
                time_ms: lasting.time_ms,
                kind,
                about: about(&self.state, &lasting.event).or_else(|| reason(&self.state, cell, &lasting)),
                event: short(lasting.event),
                principal,
                name: principal.and_then(|principal| self.state.name_of(&principal)),
                access: fleeting.as_ref().map(access),
            });
        })?;
        // Times ascend: what is before the first that is asked for ends it.
        let mut next = (from > 0 && !is_before_all).then_some(from);
        let entries = found.split_off(found.len().saturating_sub(limit));
        if let (false, Some(first)) = (found.is_empty(), entries.first()) {
            next = Some(first.number);
        }
        Ok(CellLogPage { entries: entries.into_iter().rev().collect(), next })
    }
}

/// What only looks, or takes something from somebody.
fn stops_or_looks(ask: &CellAsk) -> bool {
    match ask {
        CellAsk::People(PeopleAsk::List { .. } | PeopleAsk::RevokePasskey { .. }) => true,
        CellAsk::People(PeopleAsk::SetStatus { status, .. }) => *status != PersonStatus::Active,
        CellAsk::Bearer { allowed, .. } => !allowed,
        CellAsk::Alarms(AlarmsAsk::List { .. } | AlarmsAsk::Rules | AlarmsAsk::Acknowledge { .. }) => true,
        CellAsk::People(_) | CellAsk::CreateClient { .. } | CellAsk::Alarms(_) => false,
        CellAsk::Budgets(ask) => match ask {
            BudgetAsk::Show | BudgetAsk::Reach | BudgetAsk::EndAsk { .. } | BudgetAsk::EndRaise { .. } => {
                true
            }
            BudgetAsk::Change { .. } | BudgetAsk::AskFor(_) => false,
        },
        CellAsk::Clients | CellAsk::RevokeClient { .. } | CellAsk::Log(_) | CellAsk::Checkpoint => true,
        // What gives something back is looked at where it is undone.
        CellAsk::Changes(_) | CellAsk::UndoChange { .. } => true,
        // What was held is let go as easily; who reads in an emergency is named while the cell is cut off.
        CellAsk::Contain(_) => true,
        CellAsk::Policy(ask) => !matches!(ask, PolicyAsk::Set { .. }),
        CellAsk::Checks(ask) => !matches!(ask, ChecksAsk::Set { .. }),
    }
}

/// Whether it changes nothing.
fn looks(ask: &CellAsk) -> bool {
    matches!(
        ask,
        CellAsk::People(PeopleAsk::List { .. })
            | CellAsk::Clients
            | CellAsk::Log(_)
            | CellAsk::Checkpoint
            | CellAsk::Alarms(AlarmsAsk::List { .. } | AlarmsAsk::Rules)
            | CellAsk::Budgets(BudgetAsk::Show | BudgetAsk::Reach)
            | CellAsk::Contain(ContainAsk::Status)
            | CellAsk::Changes(_)
            | CellAsk::Policy(
                PolicyAsk::Show | PolicyAsk::Preview(_) | PolicyAsk::Versions | PolicyAsk::Text(_)
            )
            | CellAsk::Checks(ChecksAsk::Show | ChecksAsk::Versions | ChecksAsk::Text(_))
    )
}

/// What an entry says of what was asked and not done: a slip in a text, or something that the asker may not.
fn refusal_of(error: &AdminError) -> Refusal {
    match error {
        AdminError::Invalid { field, .. }
            if ["name", "language", "practitioner", "text", "reason"].contains(&field.as_str()) =>
        {
            Refusal::Malformed
        }
        _ => Refusal::NotAllowed,
    }
}

/// Whether it gives somebody more than their role has where nothing is said.
fn raises(ask: &PeopleAsk) -> bool {
    let (role, budgets) = match ask {
        PeopleAsk::Add { person, .. } => (&person.role, &person.budgets),
        PeopleAsk::SetRole { role, budgets, .. } => (role, budgets),
        _ => return false,
    };
    match (policy::role(role).map(|role| role.whose), budgets) {
        (Some(Whose::Person(own)), Some(budgets)) => !is_within(budgets, &own),
        _ => false,
    }
}

pub(crate) fn is_within(budgets: &Budgets, most: &Budgets) -> bool {
    let fits = |one: &Limits, most: &Limits| {
        one.hour <= most.hour && one.day <= most.day && one.days_30 <= most.days_30
    };
    fits(&budgets.glimpse, &most.glimpse) && fits(&budgets.chart, &most.chart)
}

pub(crate) fn kind_of(event: &Event) -> Option<LogKind> {
    Some(match event {
        Event::Opened | Event::Related(RelationEvent::Stated { .. }) => LogKind::Opened,
        Event::Related(RelationEvent::IsPatient { .. }) => LogKind::Person,
        Event::Searched | Event::SearchedWithin => LogKind::Searched,
        Event::Written { .. } => LogKind::Written,
        Event::Refused => LogKind::Refused,
        Event::SessionBegun { .. } | Event::SessionRevoked { .. } => LogKind::Session,
        Event::ClientCreated { .. } | Event::ClientRevoked { .. } | Event::Proof(_) => LogKind::Client,
        Event::Person(_) => LogKind::Person,
        Event::Alarm(_) => LogKind::Alarm,
        Event::Quarantined { .. } | Event::Contained(_) => LogKind::Quarantine,
        Event::Budget(_) => LogKind::Budget,
        Event::Policy(_) => LogKind::Rules,
        Event::Export(_) => LogKind::Export,
        Event::Checks(_) => LogKind::Checks,
        Event::Landed { .. } | Event::Abandoned { .. } | Event::Delivered { .. } => LogKind::Report,
        _ => return None,
    })
}

/// Who did it.
pub(crate) fn who(state: &State, event: &Event, fleeting: Option<&Fleeting>) -> Option<PrincipalId> {
    if let Some(fleeting) = fleeting {
        return state.sessions.get(&fleeting.session).map(|session| session.principal);
    }
    match event {
        Event::SessionBegun { principal, .. } => Some(*principal),
        Event::SessionRevoked { session } => state.sessions.get(session).map(|session| session.principal),
        Event::Person(event) => match event {
            PersonEvent::Added(added) => added.by,
            PersonEvent::Invited(invited) => invited.by,
            PersonEvent::PasskeyRevoked { by, .. }
            | PersonEvent::StatusChanged { by, .. }
            | PersonEvent::RoleChanged { by, .. }
            | PersonEvent::Described { by, .. } => *by,
            _ => subject(state, event),
        },
        Event::Alarm(
            AlarmEvent::Raised(AlarmRaised { by, .. })
            | AlarmEvent::Acknowledged { by, .. }
            | AlarmEvent::Rules { by, .. }
            | AlarmEvent::Restored { by, .. },
        ) => *by,
        Event::Contained(event) => match event {
            ContainEvent::Held { by, .. }
            | ContainEvent::Released { by, .. }
            | ContainEvent::ExceptionMade { by, .. }
            | ContainEvent::ExceptionEnded { by, .. }
            | ContainEvent::CutOffBecause { by, .. } => *by,
        },
        Event::Budget(event) => crate::budgets::who(event),
        Event::Export(event) => match event {
            ExportEvent::Asked(asked) => Some(asked.by),
            ExportEvent::Approved { by, .. } => Some(*by),
            ExportEvent::Ended { by, .. } => *by,
            ExportEvent::Begun { .. } | ExportEvent::Ready { .. } | ExportEvent::Taken { .. } => None,
        },
        Event::Policy(PolicyEvent::Set { by, .. }) | Event::Checks(ChecksEvent::Set { by, .. }) => *by,
        _ => None,
    }
}

/// Whose passkey, role or name an event is about.
fn subject(state: &State, event: &PersonEvent) -> Option<PrincipalId> {
    let owner = |passkey| state.people.passkeys.get(passkey).map(|passkey| passkey.principal);
    match event {
        PersonEvent::Added(added) => Some(added.principal),
        PersonEvent::Invited(invited) => Some(invited.principal),
        PersonEvent::PasskeyRegistered(registered) => Some(registered.principal),
        PersonEvent::PasskeyNamed { passkey, .. }
        | PersonEvent::PasskeyRevoked { passkey, .. }
        | PersonEvent::PasskeyUsed { passkey, .. } => owner(passkey),
        PersonEvent::SignInRefused { passkey, .. } => passkey.as_ref().and_then(owner),
        PersonEvent::StatusChanged { principal, .. }
        | PersonEvent::RoleChanged { principal, .. }
        | PersonEvent::Described { principal, .. }
        | PersonEvent::LanguageChosen { principal, .. } => Some(*principal),
        PersonEvent::InvitationEnded { .. } => None,
    }
}

/// The word of a reason; what somebody said beside it may be about the patient, whom administrators do not read of.
fn reason(state: &State, cell: CellId, lasting: &Lasting) -> Option<String> {
    let said = state.cells.get(&cell)?.statement(&cell, lasting.time_ms, &lasting.event)?;
    Some(said.reason.code().to_owned())
}

pub(crate) fn about(state: &State, event: &Event) -> Option<String> {
    match event {
        Event::Related(RelationEvent::IsPatient { principal, .. }) => state.name_of(principal),
        Event::Person(event) => state.name_of(&subject(state, event)?),
        Event::Budget(event) => state.name_of(&crate::budgets::subject(event)?),
        Event::ClientCreated { name, .. } => Some(name.clone()),
        Event::ClientRevoked { client } => state.clients.get(client).map(|client| client.name.clone()),
        Event::Contained(ContainEvent::Held { what, .. }) => state.whose(what),
        Event::Contained(
            ContainEvent::ExceptionMade { principal, .. } | ContainEvent::ExceptionEnded { principal, .. },
        ) => state.name_of(principal),
        _ => None,
    }
}

/// An event with the beginning of its lists.
pub(crate) fn short(mut event: Event) -> Event {
    match &mut event {
        Event::Written { ranges, .. } => ranges.truncate(MAX_LISTED),
        Event::Landed { entries } | Event::Abandoned { entries } | Event::Delivered { entries } => {
            entries.truncate(MAX_LISTED);
        }
        // Whole texts are asked for by their entry.
        Event::Policy(PolicyEvent::Set { text, own, .. }) => {
            text.clear();
            own.take();
        }
        Event::Checks(ChecksEvent::Set { text, .. }) => text.clear(),
        _ => {}
    }
    event
}

pub(crate) fn access(fleeting: &Fleeting) -> LoggedAccess {
    LoggedAccess {
        purpose: fleeting.purpose,
        interaction: fleeting.interaction,
        part: fleeting.part,
        refused: fleeting.refused,
        address: fleeting.address,
        patients: fleeting.patients.len() as u32,
        charged: fleeting.charged,
        versions: fleeting.versions.iter().map(|range| u64::from(range.count)).sum(),
    }
}

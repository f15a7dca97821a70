//! Undoing a change of trust: by one question, as new entries; nothing that was written goes.
//!
//! Somebody at the machine undoes what can be undone. An administrator in a session does, too, but gives nothing back that was taken at the
//! machine, nor while the cell is cut off.
//!
//! Never: undoes what somebody else did later; gives back a passkey or a secret. State: [`Core`]'s.

use crate::admin::{invalid, not_found};
use crate::administer::By;
use crate::core::Core;
use crate::error::KeyholderError;
use crate::state::State;
use salus_accesslog::Tree;
use salus_seal::entry::budgets::BudgetEvent;
use salus_seal::entry::contain::ContainEvent;
use salus_seal::entry::incident::IncidentEvent;
use salus_seal::entry::people::{PersonEvent, PersonStatus};
use salus_seal::entry::proof::ProofEvent;
use salus_seal::entry::{self, Event};
use salus_seal::{CellId, ClientId, SessionId};
use salus_trust_api::wire::AdminError;
use salus_trust_api::wire::budgets::BudgetAsk;
use salus_trust_api::wire::contain::ContainAsk;
use salus_trust_api::wire::incident::{CellUndoing, TrustChange, Undoing, UndoneBy};
use salus_trust_api::wire::people::PeopleAsk;
use salus_trust_api::wire::policy::PolicyVersion;

/// What undoes a change.
#[derive(Debug)]
pub(crate) enum Undo {
    Client(ClientId),
    Session(SessionId),
    Bearer(ClientId),
    Quarantine { on: bool },
    Invitation([u8; 32]),
    People(PeopleAsk),
    Budget(BudgetAsk),
    Contain(ContainAsk),
    Rules(PolicyVersion),
    Checks(Option<u64>),
}

impl Undo {
    /// Whether somebody or something is trusted again by it.
    fn gives(&self) -> bool {
        match self {
            Self::People(PeopleAsk::SetStatus { status, .. }) => *status == PersonStatus::Active,
            Self::People(PeopleAsk::SetRole { .. }) | Self::Quarantine { on: false } => true,
            Self::Budget(BudgetAsk::Change { .. }) | Self::Contain(ContainAsk::Release { .. }) => true,
            Self::Rules(_) | Self::Checks(_) => true,
            _ => false,
        }
    }

    fn says(&self) -> UndoneBy {
        match self {
            Self::Client(_) => UndoneBy::ClientEnds,
            Self::Session(_) => UndoneBy::SessionEnds,
            Self::Bearer(_) => UndoneBy::ProofRequired,
            Self::Quarantine { on: true } => UndoneBy::CutOff,
            Self::Quarantine { on: false } => UndoneBy::Joined,
            Self::Invitation(_) => UndoneBy::LinkEnds,
            Self::People(PeopleAsk::SetRole { role, .. }) => UndoneBy::Role { role: role.clone() },
            Self::People(PeopleAsk::SetStatus { status, .. }) => UndoneBy::Status { status: *status },
            Self::People(_) => UndoneBy::PasskeyEnds,
            Self::Budget(BudgetAsk::EndRaise { .. }) => UndoneBy::RaiseEnds,
            Self::Budget(_) => UndoneBy::Budget,
            Self::Contain(ContainAsk::EndException { .. }) => UndoneBy::ExceptionEnds,
            Self::Contain(_) => UndoneBy::Released,
            Self::Rules(_) => UndoneBy::RulesBefore,
            Self::Checks(_) => UndoneBy::ChecksBefore,
        }
    }
}

type Outcome = Result<Result<Vec<u64>, AdminError>, KeyholderError>;

/// The one before the last of a list, where the last is of this entry.
fn before<T>(list: Option<&Vec<T>>, is_this: impl Fn(&T) -> bool) -> Option<&T> {
    match list?.as_slice() {
        [.., former, last] if is_this(last) => Some(former),
        _ => None,
    }
}

impl Core {
    /// Undoes what an entry changed, and says so in the log. The entries that did it. `by`: who asks, where it is somebody in a session.
    pub(crate) fn undo(&mut self, tree: Tree, number: u64, by: Option<By<'_>>) -> Outcome {
        let mut event = None;
        if number < self.log.size(tree) {
            self.log.read(tree, number..number + 1, &mut |_, bytes| {
                event = entry::decode(bytes).ok().map(|(lasting, _)| lasting.event);
            })?;
        }
        let Some(event) = event else { return Ok(Err(not_found("entry"))) };
        let now_ms = self.clock.now_ms();
        let (undoing, undo) = self.state.undoing(tree, number, &event, now_ms);
        let Some(undo) = undo else {
            let rule = match undoing {
                Undoing::Over => "in force still: it was undone, used up, or overtaken",
                _ => "one that can be undone so: others by hand",
            };
            return Ok(Err(invalid("entry", rule)));
        };
        let first = self.log.size(tree);
        if let Err(error) = self.carry_undo_out(tree, number, undo, by)? {
            return Ok(Err(error));
        }
        let event = Event::Incident(IncidentEvent::Undone { entry: number });
        let last = self.record(tree, now_ms, event, by.map(|by| by.fleeting))?;
        Ok(Ok((first..=last).collect()))
    }

    /// The same in a session of an administrator of the cell.
    pub(crate) fn undo_in_session(&mut self, cell: CellId, number: u64, by: By<'_>) -> Outcome {
        self.commit()?;
        let tree = Tree::Cell(cell);
        let mut told = None;
        if number < self.log.size(tree) {
            self.each_entry(tree, number..number + 1, |_, lasting, fleeting| {
                told = Some((lasting, fleeting))
            })?;
        }
        let Some((lasting, fleeting)) = told else { return Ok(Err(not_found("entry"))) };
        let now_ms = self.clock.now_ms();
        let told = self.trust_change(tree, number, lasting, fleeting, now_ms);
        match self.undoing_in_session(cell, &told, now_ms) {
            CellUndoing::AtMachine => {
                Ok(Err(invalid("entry", "undone at the machine, and where the cell is not cut off")))
            }
            _ => self.undo(tree, number, Some(by)),
        }
    }

    /// Whether an administrator in a session may undo a change, and what that does.
    pub(crate) fn undoing_in_session(&self, cell: CellId, told: &TrustChange, now_ms: u64) -> CellUndoing {
        let entry = &told.entry;
        match self.state.undoing(Tree::Cell(cell), entry.number, &entry.lasting.event, now_ms) {
            (_, Some(undo)) => {
                let was_at_machine = told.by.is_none() && entry.fleeting.is_none();
                let is_cut_off = self.state.cells.get(&cell).is_some_and(|cell| cell.quarantined);
                let joins = matches!(undo, Undo::Quarantine { on: false });
                if undo.gives() && (was_at_machine || is_cut_off && !joins) {
                    CellUndoing::AtMachine
                } else {
                    CellUndoing::Possible(undo.says())
                }
            }
            (Undoing::Over, None) => CellUndoing::Over,
            (_, None) => CellUndoing::ByHand,
        }
    }

    fn carry_undo_out(
        &mut self,
        tree: Tree,
        number: u64,
        undo: Undo,
        by: Option<By<'_>>,
    ) -> Result<Result<(), AdminError>, KeyholderError> {
        let cell = match tree {
            Tree::Cell(cell) => Some(cell),
            Tree::Platform => None,
        };
        let event = match (undo, cell) {
            (Undo::Client(client), _) => Event::ClientRevoked { client },
            (Undo::Session(session), _) => Event::SessionRevoked { session },
            (Undo::Bearer(client), _) => Event::Proof(ProofEvent::Required { client }),
            (Undo::Quarantine { on }, _) => Event::Quarantined { on },
            (Undo::Invitation(secret_hash), _) => Event::Person(PersonEvent::InvitationEnded { secret_hash }),
            (Undo::People(ask), _) => return Ok(self.ask_people(ask, by)?.map(drop)),
            (Undo::Contain(ask), cell) => return Ok(self.contain(cell, ask, by)?.map(drop)),
            (Undo::Budget(ask), Some(cell)) => return Ok(self.ask_budgets(cell, by, ask)?.map(drop)),
            (Undo::Budget(_), None) => return Ok(Err(not_found("budget"))),
            (Undo::Rules(version), Some(cell)) => return self.put_back(cell, version, number, by),
            (Undo::Checks(version), Some(cell)) => return self.put_checks_back(cell, version, number, by),
            (Undo::Rules(_) | Undo::Checks(_), None) => return Ok(Err(not_found("cell"))),
        };
        let now_ms = self.clock.now_ms();
        self.record(tree, now_ms, event, by.map(|by| by.fleeting))?;
        Ok(Ok(()))
    }
}

impl State {
    /// Whether a change can be undone, and how.
    pub(crate) fn undoing(
        &self,
        tree: Tree,
        number: u64,
        event: &Event,
        now_ms: u64,
    ) -> (Undoing, Option<Undo>) {
        let undo = match event {
            Event::ClientCreated { client, .. } => {
                let lives = self.clients.get(client).is_some_and(|client| !client.revoked);
                lives.then_some(Undo::Client(*client))
            }
            Event::SessionBegun { session, .. } => {
                let known = self.sessions.get(session);
                let lives = known.is_some_and(|known| self.is_usable(known, now_ms));
                lives.then_some(Undo::Session(*session))
            }
            Event::Person(event) => match self.undoing_of_person(tree, number, event, now_ms) {
                Some(undo) => undo,
                None => return (Undoing::ByHand, None),
            },
            Event::Proof(ProofEvent::BearerAllowed { client }) => {
                let lives = self.clients.get(client).is_some_and(|client| !client.revoked);
                (lives && self.is_bearer(client)).then_some(Undo::Bearer(*client))
            }
            Event::Budget(event) => match self.undoing_of_budget(tree, number, event, now_ms) {
                Some(undo) => undo,
                None => return (Undoing::ByHand, None),
            },
            Event::Contained(event) => match self.undoing_of_hold(tree, number, event, now_ms) {
                Some(undo) => undo,
                None => return (Undoing::ByHand, None),
            },
            Event::Quarantined { on } => {
                let Tree::Cell(cell) = tree else { return (Undoing::ByHand, None) };
                let is_so = self.cells.get(&cell).is_some_and(|cell| cell.quarantined == *on);
                is_so.then_some(Undo::Quarantine { on: !on })
            }
            Event::Policy(_) => {
                let Tree::Cell(cell) = tree else { return (Undoing::ByHand, None) };
                let rules = self.cells.get(&cell).map(|cell| &cell.rules);
                let in_force = rules.filter(|rules| rules.kept().version() == Some(number));
                in_force.map(|rules| {
                    Undo::Rules(
                        rules.kept().before().map_or(PolicyVersion::Before(number), PolicyVersion::Entry),
                    )
                })
            }
            Event::Checks(_) => {
                let Tree::Cell(cell) = tree else { return (Undoing::ByHand, None) };
                let checks = self.cells.get(&cell).map(|cell| &cell.checks);
                let in_force = checks.filter(|checks| checks.version() == Some(number));
                in_force.map(|checks| Undo::Checks(checks.before()))
            }
            _ => return (Undoing::ByHand, None),
        };
        (if undo.is_some() { Undoing::Possible } else { Undoing::Over }, undo)
    }

    /// None: not by one question; none within: it is over.
    fn undoing_of_person(
        &self,
        tree: Tree,
        number: u64,
        event: &PersonEvent,
        now_ms: u64,
    ) -> Option<Option<Undo>> {
        Some(match event {
            PersonEvent::PasskeyRegistered(registered) => {
                let passkey = registered.passkey;
                let lives = self.people.passkeys.get(&passkey).is_some_and(|known| !known.revoked);
                lives.then_some(Undo::People(PeopleAsk::RevokePasskey { passkey }))
            }
            PersonEvent::Invited(invited) => {
                let link = self.people.invitations.get(&invited.secret_hash);
                let is_good = link.is_some_and(|link| link.ends_ms > now_ms);
                is_good.then_some(Undo::Invitation(invited.secret_hash))
            }
            PersonEvent::Added(added) => {
                // So that it can be undone in its turn: whoever is revoked is so for ever.
                let (principal, status) = (added.principal, PersonStatus::Suspended);
                let is_active = self.people.active(&principal).is_some();
                is_active.then_some(Undo::People(PeopleAsk::SetStatus { principal, status }))
            }
            PersonEvent::RoleChanged { principal, .. } => {
                let former = before(self.former.roles.get(principal), |(entry, ..)| *entry == number);
                former.map(|(_, role, budgets)| {
                    // The budget may have been changed since the former role was given.
                    let budgets = self.former.budget_before(tree, principal, number).unwrap_or(*budgets);
                    let (principal, role, budgets) = (*principal, role.clone(), Some(budgets));
                    Undo::People(PeopleAsk::SetRole { principal, role, budgets })
                })
            }
            PersonEvent::StatusChanged { principal, status, .. } if *status != PersonStatus::Revoked => {
                let former = before(self.former.statuses.get(principal), |(entry, _)| *entry == number);
                former.filter(|(_, former)| former != status).map(|(_, former)| {
                    Undo::People(PeopleAsk::SetStatus { principal: *principal, status: *former })
                })
            }
            _ => return None,
        })
    }

    fn undoing_of_budget(
        &self,
        tree: Tree,
        number: u64,
        event: &BudgetEvent,
        now_ms: u64,
    ) -> Option<Option<Undo>> {
        let Tree::Cell(id) = tree else { return None };
        let cell = self.cells.get(&id)?;
        Some(match event {
            BudgetEvent::Raised(raised) => {
                let raises = match &raised.principal {
                    Some(principal) => &self.principals.get(principal)?.more.raises,
                    None => &cell.more.raises,
                };
                let lasts = raises.all().iter().any(|known| known.number == number && known.lasts(now_ms));
                let principal = raised.principal;
                lasts.then_some(Undo::Budget(BudgetAsk::EndRaise { raise: number, principal }))
            }
            BudgetEvent::Changed { principal, .. } => {
                let former =
                    before(self.former.budgets.get(&(id, *principal)), |(entry, _)| *entry == number);
                former.map(|(_, budgets)| {
                    Undo::Budget(BudgetAsk::Change { principal: *principal, budgets: *budgets })
                })
            }
            _ => return None,
        })
    }

    fn undoing_of_hold(
        &self,
        tree: Tree,
        number: u64,
        event: &ContainEvent,
        now_ms: u64,
    ) -> Option<Option<Undo>> {
        let cell = match tree {
            Tree::Cell(cell) => Some(cell),
            Tree::Platform => None,
        };
        Some(match event {
            ContainEvent::Held { .. } => {
                let is_held = self.holds.in_force.contains_key(&(cell, number));
                is_held.then_some(Undo::Contain(ContainAsk::Release { hold: number }))
            }
            ContainEvent::ExceptionMade { principal, .. } => {
                let exceptions = &self.cells.get(&cell?)?.quarantine.exceptions;
                let lasts = exceptions.get(principal).is_some_and(|until_ms| now_ms < *until_ms);
                lasts.then_some(Undo::Contain(ContainAsk::EndException { principal: *principal }))
            }
            _ => return None,
        })
    }
}

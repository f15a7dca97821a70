//! What stands around the limits of budgets: touches of a passkey, raises, the emergency reserve, what was reached on the days of a role.
//!
//! [`crate::budget`] counts; this says which limit is in force, for whom and for which session. [`reach`] says from the same numbers how
//! far each credential gets.
//!
//! Never: lets anything pass that is not in the fold. State: [`More`] of each principal and cell, [`Touch`] of a session; a fold of the log.

pub(crate) mod ask;
pub(crate) mod days;
mod door;
pub(crate) mod raise;
pub(crate) mod reach;
pub(crate) mod reserve;
pub(crate) mod touch;

use crate::admit::Asking;
use crate::budget::{Exhausted, Reached};
use crate::core::Core;
use crate::state::{Principal, State};
use days::Days;
pub(crate) use days::Today;
use raise::{Asks, Raises};
pub use reserve::RESERVE_CHARTS_PER_DAY;
use salus_seal::entry::budgets::{BudgetEvent, MoreAsked, Raised};
use salus_seal::entry::{Budgets, Fleeting, Limits, Purpose, Refusal};
use salus_seal::{CellId, Part, PrincipalId, Pseudonym};
pub(crate) use touch::Touch;

/// Beside a principal's or a cell's budgets.
#[derive(Debug, Default)]
pub struct More {
    /// Whom the emergency reserve opened: a person's own, or all of a cell's together.
    pub reserve: Reached,
    /// More, for a time.
    pub raises: Raises,
    /// Of a cell: what is asked for.
    pub asks: Asks,
    /// Of a cell: what was reached on the days of each role.
    pub days: Days,
    /// Of a cell: the most that its budget may be set to in a session; what was last set at the machine.
    pub most: Option<Budgets>,
}

/// How there is room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Room {
    /// In the budgets.
    Budget,
    /// In the asker's emergency reserve, which opens these.
    Reserve(Vec<Pseudonym>),
}

impl Core {
    /// Room for the patients in the principal's and in the cell's budget, or for these in the emergency reserve.
    pub(crate) fn room(
        &mut self,
        asking: &Asking,
        purpose: Purpose,
        part: Part,
        patients: &[Pseudonym],
        now_ms: u64,
    ) -> Result<Room, Refusal> {
        if patients.is_empty() {
            return Ok(Room::Budget);
        }
        let rest = self.state.without_reserve(asking, part, patients, now_ms);
        match self.has_budget(asking, part, &rest, now_ms) {
            Ok(()) => Ok(Room::Budget),
            Err(refusal @ (Refusal::Budget { .. } | Refusal::TouchNeeded))
                if purpose == Purpose::Emergency && part != Part::Line =>
            {
                if self.state.has_reserve(asking, &rest, now_ms) {
                    Ok(Room::Reserve(rest))
                } else {
                    Err(refusal)
                }
            }
            Err(refusal) => Err(refusal),
        }
    }

    fn has_budget(
        &mut self,
        asking: &Asking,
        part: Part,
        patients: &[Pseudonym],
        now_ms: u64,
    ) -> Result<(), Refusal> {
        let touched = self.state.touched_limits(asking, part, now_ms);
        let principal = self.state.principals.get_mut(&asking.principal).ok_or(Refusal::NotAllowed)?;
        let cell = self.state.cells.get_mut(&asking.cell).ok_or(Refusal::NotAllowed)?;
        let own = principal.more.raises.limits(&principal.budgets, part, now_ms);
        let all = cell.more.raises.limits(&cell.budgets, part, now_ms);
        for (limits, spent) in [(own, &mut principal.spent), (all, &mut cell.spent)] {
            spent.of(part).room_for(patients, &limits, now_ms).map_err(refusal)?;
        }
        match touched {
            Some(limits) => {
                let room = principal.spent.of(part).room_for(patients, &limits, now_ms);
                room.map_err(|_| Refusal::TouchNeeded)
            }
            None => Ok(()),
        }
    }
}

fn refusal(exhausted: Exhausted) -> Refusal {
    Refusal::Budget { retry_after_s: exhausted.retry_after_s }
}

/// The limits of one part.
pub(crate) fn limits_of(budgets: &Budgets, part: Part) -> Limits {
    match part {
        Part::Line => budgets.glimpse,
        Part::Body | Part::Words => budgets.chart,
    }
}

/// Hour, day and 30 days.
pub(crate) fn windows(limits: &Limits) -> [u32; 3] {
    [limits.hour, limits.day, limits.days_30]
}

/// The other way.
pub(crate) fn limits([hour, day, days_30]: [u32; 3]) -> Limits {
    Limits { hour, day, days_30 }
}

/// Who did it; none for somebody at the machine.
pub(crate) fn who(event: &BudgetEvent) -> Option<PrincipalId> {
    match event {
        BudgetEvent::Touched { principal, .. } | BudgetEvent::Emergency { principal } => Some(*principal),
        BudgetEvent::Asked(asked) => Some(asked.by),
        BudgetEvent::Raised(raised) => Some(raised.by),
        BudgetEvent::RaiseEnded { by, .. }
        | BudgetEvent::AskEnded { by, .. }
        | BudgetEvent::Changed { by, .. } => *by,
    }
}

/// Whose budget it is about; none: the cell's.
pub(crate) fn subject(event: &BudgetEvent) -> Option<PrincipalId> {
    match event {
        BudgetEvent::Touched { principal, .. } | BudgetEvent::Emergency { principal } => Some(*principal),
        BudgetEvent::Asked(MoreAsked { principal, .. })
        | BudgetEvent::Raised(Raised { principal, .. })
        | BudgetEvent::RaiseEnded { principal, .. }
        | BudgetEvent::Changed { principal, .. } => *principal,
        BudgetEvent::AskEnded { .. } => None,
    }
}

impl Principal {
    /// What it may reach at this time, raises included.
    pub(crate) fn limits_now(&self, part: Part, now_ms: u64) -> Limits {
        self.more.raises.limits(&self.budgets, part, now_ms)
    }
}

impl State {
    /// Takes an event about budgets in, which is entry `index` of its cell. None when it makes no sense here.
    pub(crate) fn apply_budget(
        &mut self,
        id: CellId,
        index: u64,
        time_ms: u64,
        event: &BudgetEvent,
    ) -> Option<()> {
        let cell = self.cells.get_mut(&id)?;
        match event {
            BudgetEvent::Touched { session, until_ms, up_to, .. } => {
                let session = self.sessions.get_mut(session)?;
                session.touch = Some(Touch { until_ms: *until_ms, up_to: *up_to });
            }
            // Whom it opened is in the fleeting part: see [`State::charge_reserve`].
            BudgetEvent::Emergency { .. } => {}
            BudgetEvent::Asked(asked) => cell.more.asks.asked(index, time_ms, asked),
            BudgetEvent::Raised(raised) => {
                cell.more.asks.ended(raised.ask);
                cell.more.asks.gave(raised.by, time_ms);
                let raises = match &raised.principal {
                    Some(principal) => &mut self.principals.get_mut(principal)?.more.raises,
                    None => &mut cell.more.raises,
                };
                raises.add(index, time_ms, raised);
            }
            BudgetEvent::RaiseEnded { raise, principal: Some(principal), .. } => {
                self.principals.get_mut(principal)?.more.raises.end(*raise, time_ms);
            }
            BudgetEvent::RaiseEnded { raise, principal: None, .. } => cell.more.raises.end(*raise, time_ms),
            BudgetEvent::AskEnded { ask, .. } => cell.more.asks.ended(*ask),
            BudgetEvent::Changed { principal: Some(principal), budgets, .. } => {
                self.principals.get_mut(principal)?.budgets = *budgets;
            }
            BudgetEvent::Changed { principal: None, budgets, by } => {
                let most = cell.more.most.unwrap_or(cell.budgets);
                cell.more.most = Some(if by.is_none() { *budgets } else { most });
                cell.budgets = *budgets;
            }
        }
        Some(())
    }

    /// Charges the emergency reserve, by the entry that says whom it opens.
    pub(crate) fn charge_reserve(&mut self, id: CellId, time_ms: u64, fleeting: &Fleeting) -> Option<()> {
        let session = self.sessions.get(&fleeting.session)?;
        self.principals.get_mut(&session.principal)?.more.reserve.reach(&fleeting.patients, time_ms);
        self.cells.get_mut(&id)?.more.reserve.reach(&fleeting.patients, time_ms);
        Some(())
    }

    /// Charges patients to the principal and to the cell.
    pub(crate) fn reach(
        &mut self,
        by: &Asking,
        part: Part,
        charged: &[Pseudonym],
        time_ms: u64,
    ) -> Option<()> {
        let principal = self.principals.get_mut(&by.principal)?;
        let cell = self.cells.get_mut(&by.cell)?;
        if part != Part::Line {
            let today = days::day_of(time_ms);
            let chart = &principal.spent.chart;
            let is_fresh =
                |patient: &&Pseudonym| chart.last_ms(patient).is_none_or(|last| days::day_of(last) < today);
            let fresh = charged.iter().filter(is_fresh).count() as u32;
            if let Some(over) = principal.today.count(fresh, time_ms) {
                cell.more.days.add(&principal.role, over);
            }
        }
        principal.spent.of(part).reach(charged, time_ms);
        cell.spent.of(part).reach(charged, time_ms);
        Some(())
    }
}

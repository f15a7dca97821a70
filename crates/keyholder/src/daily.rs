//! What people who administer hand out within a day: one-time links, applications, roles. Bounded for each of them and for a
//! cell as a whole, so that a session of one in wrong hands makes no army.
//!
//! Never: bounds what stops somebody, or what is done at the machine. State: counts, a fold of the log.

use crate::budget::Exhausted;
use crate::searches::Searches;
use crate::state::State;
use salus_seal::entry::people::{PersonEvent, PersonStatus};
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::wire::administer::CellAsk;
use salus_trust_api::wire::checks::ChecksAsk;
use salus_trust_api::wire::people::PeopleAsk;
use salus_trust_api::wire::policy::PolicyAsk;

/// The most one-time links that one administrator makes within a day, for whomever.
const MAX_LINKS_PER_DAY: u32 = 20;
/// The most applications that one administrator makes within a day.
const MAX_CLIENTS_PER_DAY: u32 = 20;
/// How often one administrator gives a role or restores somebody within a day.
const MAX_CHANGES_PER_DAY: u32 = 20;
/// All administrators of a cell together hand out at most so many times as much: one could invite the next.
const OF_CELL: u32 = 3;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handed {
    /// A one-time link.
    Link,
    /// An application's credentials.
    Client,
    /// A role, the status in which somebody may act, or what roles may do.
    Change,
}

impl Handed {
    /// What an ask hands out; none for what only looks or takes.
    pub(crate) fn by_ask(ask: &CellAsk) -> Option<Self> {
        match ask {
            CellAsk::People(PeopleAsk::Add { .. } | PeopleAsk::Invite { .. } | PeopleAsk::Recover { .. }) => {
                Some(Self::Link)
            }
            CellAsk::People(PeopleAsk::SetRole { .. }) => Some(Self::Change),
            CellAsk::People(PeopleAsk::SetStatus { status, .. }) => {
                (*status == PersonStatus::Active).then_some(Self::Change)
            }
            CellAsk::CreateClient { .. } => Some(Self::Client),
            CellAsk::Policy(PolicyAsk::Set { .. }) | CellAsk::Checks(ChecksAsk::Set { .. }) => {
                Some(Self::Change)
            }
            _ => None,
        }
    }

    /// What an event handed out, and who did it in a session.
    pub(crate) fn by_event(event: &PersonEvent) -> Option<(Self, PrincipalId)> {
        match event {
            PersonEvent::Invited(invited) => Some((Self::Link, invited.by?)),
            PersonEvent::RoleChanged { by, .. } => Some((Self::Change, (*by)?)),
            PersonEvent::StatusChanged { by, status: PersonStatus::Active, .. } => {
                Some((Self::Change, (*by)?))
            }
            _ => None,
        }
    }

    fn most(self) -> u32 {
        match self {
            Self::Link => MAX_LINKS_PER_DAY,
            Self::Client => MAX_CLIENTS_PER_DAY,
            Self::Change => MAX_CHANGES_PER_DAY,
        }
    }
}

/// How much was handed out.
#[derive(Debug, Default)]
pub struct Daily {
    links: Searches,
    clients: Searches,
    changes: Searches,
}

impl Daily {
    fn of(&mut self, handed: Handed) -> &mut Searches {
        match handed {
            Handed::Link => &mut self.links,
            Handed::Client => &mut self.clients,
            Handed::Change => &mut self.changes,
        }
    }

    fn room(&mut self, handed: Handed, times: u32, now_ms: u64) -> Result<(), Exhausted> {
        self.of(handed).room([u32::MAX, handed.most() * times, u32::MAX], now_ms)
    }
}

impl State {
    /// Whether one of a cell's administrators may hand out one more.
    pub(crate) fn may_hand_out(
        &mut self,
        cell: &CellId,
        by: &PrincipalId,
        handed: Handed,
        now_ms: u64,
    ) -> Result<(), Exhausted> {
        if let Some(principal) = self.principals.get_mut(by) {
            principal.handed_out.room(handed, 1, now_ms)?;
        }
        self.cells.get_mut(cell).map_or(Ok(()), |cell| cell.handed_out.room(handed, OF_CELL, now_ms))
    }

    /// How much one of a cell's administrators can hand out now.
    pub(crate) fn left_to_hand_out(
        &mut self,
        cell: &CellId,
        by: &PrincipalId,
        handed: Handed,
        now_ms: u64,
    ) -> u32 {
        let left = |daily: &mut Daily, times: u32| {
            (handed.most() * times).saturating_sub(daily.of(handed).counts(now_ms)[1])
        };
        let own = self.principals.get_mut(by).map_or(0, |principal| left(&mut principal.handed_out, 1));
        let all = self.cells.get_mut(cell).map_or(0, |cell| left(&mut cell.handed_out, OF_CELL));
        own.min(all)
    }

    /// Counts one.
    pub(crate) fn handed_out(&mut self, cell: &CellId, by: &PrincipalId, handed: Handed, time_ms: u64) {
        if let Some(principal) = self.principals.get_mut(by) {
            principal.handed_out.of(handed).count(time_ms);
        }
        if let Some(cell) = self.cells.get_mut(cell) {
            cell.handed_out.of(handed).count(time_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_bounded_and_the_next_one_is_not() {
        let (mut daily, day_ms) = (Daily::default(), 86_400_000 + 60_000);
        for handed in [Handed::Link, Handed::Client, Handed::Change] {
            for _ in 0..handed.most() {
                assert_eq!(daily.room(handed, 1, 0), Ok(()));
                daily.of(handed).count(0);
            }
            assert_eq!(daily.room(handed, 1, 0), Err(Exhausted { retry_after_s: 86_460 }));
            assert_eq!(daily.room(handed, OF_CELL, 0), Ok(()), "others of the cell may");
            assert_eq!(daily.room(handed, 1, day_ms), Ok(()));
        }
    }

    #[test]
    fn what_stops_somebody_is_not_counted() {
        let (principal, by) = (PrincipalId([1; 16]), Some(PrincipalId([2; 16])));
        for status in [PersonStatus::Suspended, PersonStatus::Revoked] {
            let ask = CellAsk::People(PeopleAsk::SetStatus { principal, status });
            assert_eq!(Handed::by_ask(&ask), None);
            assert_eq!(Handed::by_event(&PersonEvent::StatusChanged { principal, status, by }), None);
        }
    }
}

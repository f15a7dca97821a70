//! The emergency reserve: a few charts a day for each person, beyond every budget, for the purpose of an emergency only.
//!
//! It is a person's own: nobody can drain it for others. So that whoever hands out accounts cannot make it large, it belongs to those
//! who were there first, for a tenth of the cell's day of charts, and all together open no more than that.
//!
//! A patient who was opened so stays open to that person for a day, and is charged to no other budget meanwhile.
//!
//! Never: for a line, an application, or another purpose. State: [`super::More::reserve`].

use crate::admit::Asking;
use crate::core::Core;
use crate::error::KeyholderError;
use crate::policy::{self, Action};
use crate::state::State;
use salus_accesslog::Tree;
use salus_seal::entry::budgets::BudgetEvent;
use salus_seal::entry::people::PersonStatus;
use salus_seal::entry::{Event, Fleeting, Interaction, Limits};
use salus_seal::{CellId, Part, PrincipalId, Pseudonym};
use salus_trust_api::wire::Admit;

/// The charts that one person's reserve opens within any 24 hours.
pub const RESERVE_CHARTS_PER_DAY: u32 = 5;
/// The reserves of a cell together: this part of its day of charts.
const PART_OF_CELL: u32 = 10;
/// But at least so many people have one.
const LEAST_PEOPLE: u32 = 2;
const DAY: usize = 1;

/// How many people of a cell with this budget have a reserve.
pub(crate) fn places(chart: &Limits) -> u32 {
    (chart.day / PART_OF_CELL / RESERVE_CHARTS_PER_DAY).max(LEAST_PEOPLE)
}

/// Only the day counts.
pub(crate) fn per_day(day: u32) -> Limits {
    Limits { hour: u32::MAX, day, days_30: u32::MAX }
}

impl State {
    /// The patients whom the asker's reserve does not hold open.
    pub(crate) fn without_reserve(
        &self,
        asking: &Asking,
        part: Part,
        patients: &[Pseudonym],
        now_ms: u64,
    ) -> Vec<Pseudonym> {
        let own = self.principals.get(&asking.principal).filter(|_| part != Part::Line);
        let is_open = |patient: &Pseudonym| {
            own.is_some_and(|principal| principal.more.reserve.is_within(DAY, patient, now_ms))
        };
        patients.iter().filter(|patient| !is_open(patient)).copied().collect()
    }

    /// Whether the asker's reserve, and what the cell's reserves are together, have room for these.
    pub(super) fn has_reserve(&mut self, asking: &Asking, patients: &[Pseudonym], now_ms: u64) -> bool {
        if !self.may_have_reserve(&asking.cell, &asking.principal) {
            return false;
        }
        let Some(cell) = self.cells.get_mut(&asking.cell) else { return false };
        let Some(principal) = self.principals.get_mut(&asking.principal) else { return false };
        let all = places(&cell.budgets.chart) * RESERVE_CHARTS_PER_DAY;
        let own = principal.more.reserve.room_for(patients, &per_day(RESERVE_CHARTS_PER_DAY), now_ms);
        own.is_ok() && cell.more.reserve.room_for(patients, &per_day(all), now_ms).is_ok()
    }

    /// Whether somebody is one of those who have a reserve: people who may read, who were there first.
    pub(crate) fn may_have_reserve(&self, cell: &CellId, principal: &PrincipalId) -> bool {
        let places = self.cells.get(cell).map_or(0, |cell| places(&cell.budgets.chart));
        self.is_among_the_first(cell, principal, places as usize)
    }

    /// Whether somebody is one of the first so many people of a cell who may act and read. First is who has the earlier entry: two can be
    /// added within a millisecond, and who of them opens charts in an emergency is not left to their random ids.
    fn is_among_the_first(&self, cell: &CellId, principal: &PrincipalId, places: usize) -> bool {
        let Some(own) = self.people.active(principal).filter(|person| person.cell == Some(*cell)) else {
            return false;
        };
        let reads = |principal: &PrincipalId| {
            policy::allows(&self.rights(cell, principal), Action::Read, Interaction::Read)
        };
        let before = self.people.persons.iter().filter(|(other, person)| {
            person.cell == Some(*cell)
                && person.status == PersonStatus::Active
                && person.entry < own.entry
                && reads(other)
        });
        reads(principal) && before.take(places).count() < places
    }

    /// How many charts somebody's reserve still opens today; none where they have none.
    pub(crate) fn reserve_left(
        &mut self,
        cell: &CellId,
        principal: &PrincipalId,
        now_ms: u64,
    ) -> Option<u32> {
        if !self.may_have_reserve(cell, principal) {
            return None;
        }
        let spent = self.principals.get_mut(principal)?.more.reserve.counts(now_ms)[DAY];
        let known = self.cells.get_mut(cell)?;
        let all = places(&known.budgets.chart) * RESERVE_CHARTS_PER_DAY;
        let left = all.saturating_sub(known.more.reserve.counts(now_ms)[DAY]);
        Some(RESERVE_CHARTS_PER_DAY.saturating_sub(spent).min(left))
    }
}

impl Core {
    /// Writes down whom the reserve opens, before the entry of what is opened.
    pub(crate) fn record_reserve(
        &mut self,
        asking: &Asking,
        admit: &Admit,
        patients: Vec<Pseudonym>,
        now_ms: u64,
    ) -> Result<(), KeyholderError> {
        let charged = patients.len() as u32;
        let fleeting = Fleeting { patients, charged, ..asking.fleeting(admit) };
        let event = Event::Budget(BudgetEvent::Emergency { principal: asking.principal });
        self.record(Tree::Cell(asking.cell), now_ms, event, Some(&fleeting)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_seal::entry::people::{PersonAdded, PersonEvent};

    #[test]
    fn the_reserves_of_a_cell_are_a_tenth_of_its_day() {
        let chart = |day| Limits { hour: 1, day, days_30: 1 };
        assert_eq!([0, 99, 150, 1_500].map(|day| places(&chart(day))), [2, 2, 3, 30]);
    }

    #[test]
    fn of_those_who_were_added_within_a_millisecond_the_first_have_it() {
        let cell = CellId([1; 16]);
        let mut state = State::default();
        // Ids that ascend, and that descend.
        let ids = [5, 9, 7, 2, 1].map(|id| PrincipalId([id; 16]));
        for (index, principal) in ids.iter().enumerate() {
            let added = PersonAdded {
                principal: *principal,
                name: "A physician".into(),
                role: "physician".into(),
                budgets: policy::OF_PATIENTS,
                practitioner: None,
                language: None,
                by: None,
            };
            state.apply_person(Some(cell), index as u64, 7, &PersonEvent::Added(added)).unwrap();
        }
        assert_eq!(ids.map(|id| state.is_among_the_first(&cell, &id, 2)), [true, true, false, false, false]);
    }
}

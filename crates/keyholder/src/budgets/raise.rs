//! Raises: somebody else gives a person, an application or the cell more, for a named time and by a named amount.
//!
//! Each window grows by the amount, and all raises together by no more than the budget once more. A raise ends by itself; what was
//! reached meanwhile stays counted.
//!
//! Never: longer than [`MAX_RAISE_MS`]. State: [`Raises`] and [`Asks`], folds of the log.

use crate::budgets::{limits, limits_of, windows};
use salus_seal::entry::budgets::{MoreAsked, Raised};
use salus_seal::entry::{Budgets, Limits};
use salus_seal::{Part, PrincipalId};
use std::collections::{BTreeMap, VecDeque};

/// The longest raise, in milliseconds: 7 days.
pub const MAX_RAISE_MS: u64 = 7 * DAY_MS;
/// The most raises that one budget gets within a day.
pub const MAX_RAISES_PER_DAY: usize = 3;
/// The most raises that one person gives within a day.
pub const MAX_GIVEN_PER_DAY: usize = 10;
/// The most that are asked for at once in a cell, and by one person within a day.
pub const MAX_ASKS: usize = 100;
/// The most that one person asks for within a day.
pub const MAX_ASKED_PER_DAY: usize = 5;
/// How old a passkey must be to give one, in milliseconds: 7 days; or it goes back to a link that was made at the machine. Else whoever hands
/// out accounts could be both people.
pub const MIN_PASSKEY_MS: u64 = 7 * DAY_MS;
/// Raises that are over are shown so long, in milliseconds: 30 days.
const REMEMBER_MS: u64 = 30 * DAY_MS;
const DAY_MS: u64 = 86_400_000;

/// One raise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raise {
    /// The entry by which it was given.
    pub number: u64,
    /// Of which budget.
    pub part: Part,
    /// So many more in each window.
    pub amount: u32,
    /// When it was given.
    pub from_ms: u64,
    /// When it ends, or was ended.
    pub until_ms: u64,
    /// Who gave it.
    pub by: PrincipalId,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
}

/// The raises of one budget, those of the last 30 days too.
#[derive(Debug, Default)]
pub struct Raises {
    list: Vec<Raise>,
}

impl Raises {
    pub(super) fn add(&mut self, number: u64, time_ms: u64, raised: &Raised) {
        self.list.retain(|raise| raise.until_ms + REMEMBER_MS > time_ms);
        self.list.push(Raise {
            number,
            part: raised.part,
            amount: raised.amount,
            from_ms: time_ms,
            until_ms: raised.until_ms,
            by: raised.by,
            withdrawn: false,
        });
    }

    pub(super) fn end(&mut self, number: u64, time_ms: u64) {
        for raise in self.list.iter_mut().filter(|raise| raise.number == number && raise.until_ms > time_ms) {
            (raise.until_ms, raise.withdrawn) = (time_ms, true);
        }
    }

    /// The limits of a part with what is raised now.
    pub fn limits(&self, base: &Budgets, part: Part, now_ms: u64) -> Limits {
        let base = limits_of(base, part);
        let is_line = part == Part::Line;
        let raised =
            self.list.iter().filter(|raise| raise.lasts(now_ms) && is_line == (raise.part == Part::Line));
        let more = raised.fold(0u32, |sum, raise| sum.saturating_add(raise.amount));
        limits(windows(&base).map(|limit| limit.saturating_add(more.min(limit))))
    }

    /// All that are remembered, oldest first.
    pub(crate) fn all(&self) -> &[Raise] {
        &self.list
    }

    /// How many were given within the last day.
    pub(crate) fn of_today(&self, now_ms: u64) -> usize {
        self.list.iter().filter(|raise| raise.from_ms + DAY_MS > now_ms).count()
    }
}

impl Raise {
    /// Whether it is in force.
    pub(crate) fn lasts(&self, now_ms: u64) -> bool {
        now_ms < self.until_ms
    }
}

/// What is asked for in a cell.
#[derive(Debug, Default)]
pub struct Asks {
    open: BTreeMap<u64, (u64, MoreAsked)>,
    asked: VecDeque<(u64, PrincipalId)>,
    gave: VecDeque<(u64, PrincipalId)>,
}

impl Asks {
    pub(super) fn asked(&mut self, number: u64, time_ms: u64, asked: &MoreAsked) {
        self.open.retain(|_, (_, asked)| asked.until_ms > time_ms);
        self.open.insert(number, (time_ms, asked.clone()));
        note(&mut self.asked, time_ms, asked.by);
    }

    pub(super) fn ended(&mut self, number: u64) {
        self.open.remove(&number);
    }

    pub(super) fn gave(&mut self, by: PrincipalId, time_ms: u64) {
        note(&mut self.gave, time_ms, by);
    }

    /// What is asked for still: entry, when, what.
    pub(crate) fn open(&self, now_ms: u64) -> impl Iterator<Item = (u64, u64, &MoreAsked)> {
        let open = self.open.iter().filter(move |(_, (_, asked))| asked.until_ms > now_ms);
        open.map(|(number, (asked_ms, asked))| (*number, *asked_ms, asked))
    }

    /// One of them.
    pub(crate) fn get(&self, number: u64, now_ms: u64) -> Option<&MoreAsked> {
        self.open.get(&number).map(|(_, asked)| asked).filter(|asked| asked.until_ms > now_ms)
    }

    /// How often somebody asked within the last day.
    pub(crate) fn asked_today(&self, by: &PrincipalId, now_ms: u64) -> usize {
        today(&self.asked, by, now_ms)
    }

    /// How often somebody gave within the last day.
    pub(crate) fn gave_today(&self, by: &PrincipalId, now_ms: u64) -> usize {
        today(&self.gave, by, now_ms)
    }
}

fn note(list: &mut VecDeque<(u64, PrincipalId)>, time_ms: u64, by: PrincipalId) {
    while list.pop_front_if(|(at_ms, _)| *at_ms + DAY_MS <= time_ms).is_some() {}
    list.push_back((time_ms, by));
}

fn today(list: &VecDeque<(u64, PrincipalId)>, by: &PrincipalId, now_ms: u64) -> usize {
    list.iter().filter(|(at_ms, who)| at_ms + DAY_MS > now_ms && who == by).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_seal::DeviceId;

    fn raised(part: Part, amount: u32, until_ms: u64) -> Raised {
        let (by, passkey) = (PrincipalId([1; 16]), DeviceId([2; 16]));
        Raised { ask: 1, principal: None, part, amount, until_ms, by, passkey }
    }

    #[test]
    fn raises_add_up_to_the_budget_once_more_and_end() {
        let base = Limits { hour: 60, day: 150, days_30: 1_000 };
        let base = Budgets { glimpse: base, chart: base };
        let mut raises = Raises::default();
        let at = |raises: &Raises, part, now_ms| windows(&raises.limits(&base, part, now_ms));
        raises.add(1, 0, &raised(Part::Body, 50, 1_000));
        raises.add(2, 0, &raised(Part::Body, 120, 2_000));
        assert_eq!(at(&raises, Part::Body, 999), [120, 300, 1_170]);
        assert_eq!(at(&raises, Part::Line, 999), [60, 150, 1_000], "each part for itself");
        assert_eq!(at(&raises, Part::Body, 1_000), [120, 270, 1_120]);
        raises.end(2, 1_500);
        assert_eq!(at(&raises, Part::Body, 1_500), [60, 150, 1_000]);
        assert_eq!(raises.of_today(86_399_999), 2);
        raises.add(3, 2 * REMEMBER_MS, &raised(Part::Body, 1, u64::MAX));
        assert_eq!(raises.all().len(), 1, "what is long over is forgotten");
    }
}

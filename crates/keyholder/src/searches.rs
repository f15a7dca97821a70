//! The budget of searches: how many one principal made within the last hour, day and 30 days. A count is an answer, too.
//!
//! Counted by minutes: a search leaves a window when its whole minute has.
//!
//! Never: forgets a search within 30 days. State: a count for each minute in which there was one; a fold of the log.

use crate::budget::{Exhausted, WINDOWS_MS};
use crate::policy::{self, Whose};
use crate::state::Principal;
use salus_seal::entry::Limits;
use std::collections::VecDeque;

/// So many searches for each chart that may be reached.
const PER_CHART: u32 = 10;
/// And at least so many within an hour, a day and 30 days.
const LEAST: [u32; 3] = [100, 300, 1_000];
/// The same of people.
const LEAST_OF_PEOPLE: [u32; 3] = [600, 3_000, 30_000];
const MINUTE_MS: u64 = 60_000;

/// How many searches a principal with this budget of charts may make within an hour, a day and 30 days.
pub fn limits(charts: &Limits) -> [u32; 3] {
    let [hour, day, days_30] =
        [charts.hour, charts.day, charts.days_30].map(|limit| limit.saturating_mul(PER_CHART));
    [hour.max(LEAST[0]), day.max(LEAST[1]), days_30.max(LEAST[2])]
}

/// Of searches that turn out not to be confined to the patient whom they name, so many are evaluated beyond the limit: once more.
const BEYOND: u32 = 2;
/// Searches within one patient's records, for each other search.
const WITHIN: u32 = 10;

impl Principal {
    /// How many searches it may make within an hour, a day and 30 days: people find others as they type.
    pub(crate) fn search_limits(&self) -> [u32; 3] {
        let is_person = policy::role(&self.role).is_some_and(|role| matches!(role.whose, Whose::Person(_)));
        let limits = limits(&self.budgets.chart);
        if is_person { [0, 1, 2].map(|at| limits[at].max(LEAST_OF_PEOPLE[at])) } else { limits }
    }

    /// Whether there is room for one more search. By its form, one that is `confined` is about one patient to whose chart it is
    /// charged; it does not count where it proves to be, and is bounded all the same, since times tell something too.
    pub(crate) fn may_search(&mut self, confined: bool, now_ms: u64) -> Result<(), Exhausted> {
        let limits = self.search_limits();
        if !confined {
            return self.searches.room(limits, now_ms);
        }
        self.searches.room(limits.map(|limit| limit.saturating_mul(BEYOND)), now_ms)?;
        self.searches_within.room(limits.map(|limit| limit.saturating_mul(WITHIN)), now_ms)
    }
}

/// The searches of one principal.
#[derive(Debug, Default)]
pub struct Searches {
    /// Minute and count, ascending; at most one for each minute of 30 days.
    minutes: VecDeque<(u64, u32)>,
    /// Per window: how many searches are in it, and at which of `minutes` it begins.
    windows: [(u32, usize); 3],
    /// When everything was declared spent, after a recovery.
    spent_at_ms: Option<u64>,
}

impl Searches {
    /// Searches within the last hour, day and 30 days.
    pub fn counts(&mut self, now_ms: u64) -> [u32; 3] {
        self.expire(now_ms);
        self.windows.map(|(count, _)| count)
    }

    /// Whether there is room for one more.
    pub fn room(&mut self, limits: [u32; 3], now_ms: u64) -> Result<(), Exhausted> {
        self.expire(now_ms);
        for (window, limit) in limits.into_iter().enumerate() {
            let spent = self.spent_at_ms.map(|spent_ms| spent_ms + WINDOWS_MS[window]);
            let full = match spent.filter(|end_ms| *end_ms > now_ms) {
                Some(end_ms) => Some(end_ms),
                None if self.windows[window].0 < limit => None,
                None => Some(
                    self.minutes
                        .get(self.windows[window].1)
                        .map_or(now_ms, |(minute, _)| end_ms(*minute, window)),
                ),
            };
            if let Some(end_ms) = full {
                let left_s = end_ms.saturating_sub(now_ms).div_ceil(1000);
                return Err(Exhausted { retry_after_s: u32::try_from(left_s).unwrap_or(u32::MAX).max(1) });
            }
        }
        Ok(())
    }

    /// Counts one.
    pub fn count(&mut self, now_ms: u64) {
        self.expire(now_ms);
        // Times ascend, but for a fold's that may stand still.
        let minute = (now_ms / MINUTE_MS).max(self.minutes.back().map_or(0, |(minute, _)| *minute));
        match self.minutes.back_mut() {
            Some((last, count)) if *last == minute => *count = count.saturating_add(1),
            _ => self.minutes.push_back((minute, 1)),
        }
        for (count, _) in &mut self.windows {
            *count = count.saturating_add(1);
        }
    }

    /// Declares every window spent from now until it has passed.
    pub fn spend_all(&mut self, now_ms: u64) {
        self.spent_at_ms = Some(now_ms);
    }

    fn expire(&mut self, now_ms: u64) {
        for (window, (count, begin)) in self.windows.iter_mut().enumerate() {
            while let Some((minute, searches)) = self.minutes.get(*begin)
                && end_ms(*minute, window) <= now_ms
            {
                *count = count.saturating_sub(*searches);
                *begin += 1;
            }
        }
        // What is behind the longest window concerns nobody any more.
        let past = self.windows[2].1;
        self.minutes.drain(..past);
        for (_, begin) in &mut self.windows {
            *begin -= past;
        }
    }
}

/// When a minute's searches leave a window.
fn end_ms(minute: u64, window: usize) -> u64 {
    (minute + 1) * MINUTE_MS + WINDOWS_MS[window]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_hour_is_spent_and_comes_back() {
        let mut searches = Searches::default();
        let limits = [3, 100, 1_000];
        for at_ms in [0, 59_999, 60_000] {
            assert_eq!(searches.room(limits, at_ms), Ok(()));
            searches.count(at_ms);
        }
        assert_eq!(searches.room(limits, 61_000), Err(Exhausted { retry_after_s: 3_599 }));
        assert!(searches.room(limits, 3_659_999).is_err());
        assert_eq!(searches.room(limits, 3_660_000), Ok(()), "the first minute's two have gone");
        assert_eq!(searches.counts(3_660_000), [1, 3, 3]);
    }

    #[test]
    fn a_small_budget_of_charts_leaves_searches_to_work_with() {
        let all = |all| Limits { hour: all, day: all, days_30: all };
        assert_eq!(limits(&all(1)), [100, 300, 1_000]);
        assert_eq!(limits(&all(200)), [2_000; 3]);
        assert_eq!(limits(&all(u32::MAX)), [u32::MAX; 3]);
    }

    #[test]
    fn after_a_recovery_each_window_is_spent_until_it_has_passed() {
        let mut searches = Searches::default();
        searches.spend_all(1_000);
        assert!(searches.room([9; 3], 2_000).is_err());
        assert!(searches.room([9; 3], 1_000 + WINDOWS_MS[2] - 1).is_err());
        assert_eq!(searches.room([9; 3], 1_000 + WINDOWS_MS[2]), Ok(()));
    }

    proptest! {
        #[test]
        fn counts_are_those_of_a_list(steps in prop::collection::vec(0u64..40_000_000, 1..200)) {
            let mut searches = Searches::default();
            let mut all: Vec<u64> = Vec::new();
            let mut now_ms = 0;
            for step in steps {
                now_ms += step;
                searches.count(now_ms);
                all.push(now_ms);
                for window in 0..3 {
                    let within = all.iter().filter(|at| end_ms(*at / MINUTE_MS, window) > now_ms).count();
                    prop_assert_eq!(searches.counts(now_ms)[window], within as u32);
                }
            }
        }
    }
}

//! What was reached on the days of each role: how many distinct charts on how many days of how many people, for suggestions.
//!
//! A day is one of UTC, of one principal, on which they reached at least one chart. It counts when it is over.
//!
//! Never: says whose day it was. State: a histogram for each role, a fold of the log.

use std::collections::BTreeMap;

/// Days with more charts than this count as such with so many.
const MAX_CHARTS: u32 = 9_999;
const DAY_MS: u64 = 86_400_000;

/// The days of a cell's roles.
#[derive(Debug, Default)]
pub struct Days {
    /// By role: how many days had how many charts.
    by_role: BTreeMap<String, BTreeMap<u32, u32>>,
}

/// The day of one principal that is not over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Today {
    day: u64,
    charts: u32,
}

/// A day that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Over(u32);

impl Today {
    /// Counts charts that were not reached on this day before. Gives the day before this one, where it is over now.
    pub(crate) fn count(&mut self, fresh: u32, time_ms: u64) -> Option<Over> {
        let day = day_of(time_ms);
        let over = (day > self.day && self.charts > 0).then_some(Over(self.charts));
        if day > self.day {
            (self.day, self.charts) = (day, 0);
        }
        self.charts = self.charts.saturating_add(fresh);
        over
    }
}

/// The number of a time's day.
pub(crate) fn day_of(time_ms: u64) -> u64 {
    time_ms / DAY_MS
}

impl Days {
    pub(crate) fn add(&mut self, role: &str, over: Over) {
        if !self.by_role.contains_key(role) {
            self.by_role.insert(role.to_owned(), BTreeMap::new());
        }
        if let Some(days) = self.by_role.get_mut(role) {
            *days.entry(over.0.min(MAX_CHARTS)).or_default() += 1;
        }
    }

    /// The roles, each with on how many days it rests and how many charts 999 of 1,000 days have at most.
    pub(crate) fn suggestions(&self) -> impl Iterator<Item = (&str, u32, u32)> {
        self.by_role.iter().map(|(role, days)| {
            let all: u32 = days.values().sum();
            let wanted = (u64::from(all) * 999).div_ceil(1_000) as u32;
            let mut so_far = 0;
            let most = days.iter().find(|(_, count)| {
                so_far += **count;
                so_far >= wanted
            });
            (role.as_str(), all, most.map_or(0, |(charts, _)| *charts))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_counts_when_it_is_over() {
        let (mut today, mut days) = (Today::default(), Days::default());
        assert_eq!(today.count(3, DAY_MS), None);
        assert_eq!(today.count(2, 2 * DAY_MS - 1), None);
        assert_eq!(today.count(1, 5 * DAY_MS), Some(Over(5)));
        for charts in 1..=2_000 {
            days.add("physician", Over(charts));
        }
        days.add("locum", Over(7));
        assert_eq!(days.suggestions().collect::<Vec<_>>(), [("locum", 1, 7), ("physician", 2_000, 1_998)]);
    }
}

//! What is left of one's own charts, quietly, on every page of whoever opens charts: a small ring at the foot of the rail, which leads to how
//! it stands and to where more is asked for.
//!
//! Never: another's budget. State: none; it is what the keyholder counted when the page was asked for, and again once a chart was opened for it.

use super::Role;
use super::page::html;
use askama::Template;
use salus_frame::Words;
use salus_records::people::Who;

/// From this part of a limit on it is said more plainly.
const PLAIN_PERCENT: u64 = 80;

/// The window of one's own charts that ends first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rest {
    left: u32,
    limit: u32,
    /// Whether it is the hour's; else the day's, or what the month leaves of it.
    is_hour: bool,
}

#[derive(Template)]
#[template(path = "practice/rest.html")]
struct Foot<'a> {
    t: Words,
    base: &'a str,
    rest: Rest,
}

impl Rest {
    /// Of somebody who opens charts; nobody else has one.
    pub(super) fn of(who: &Who, role: Role) -> Option<Self> {
        if !who.is_person || !role.treats() {
            return None;
        }
        let limits = who.budgets.chart;
        Self::least([limits.hour, limits.day, limits.days_30], who.chart_spent)
    }

    /// The hour is said only where it is nearly over: it passes.
    fn least(limits: [u32; 3], spent: [u32; 3]) -> Option<Self> {
        let [hour, day, days_30] = [0, 1, 2].map(|at| Self {
            left: limits[at].saturating_sub(spent[at]),
            limit: limits[at],
            is_hour: at == 0,
        });
        let today = if days_30.left < day.left { days_30 } else { day };
        let least = if hour.left < today.left && hour.is_plain() { hour } else { today };
        (least.limit > 0).then_some(least)
    }

    fn used_percent(self) -> u64 {
        u64::from(self.limit.saturating_sub(self.left)) * 100 / u64::from(self.limit.max(1))
    }

    fn is_plain(self) -> bool {
        self.used_percent() >= PLAIN_PERCENT
    }

    /// As it stands on a page.
    pub(super) fn html(self, t: Words, base: &str) -> String {
        html(&Foot { t, base, rest: self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_first_is_said() {
        let least = |spent| Rest::least([60, 150, 1_000], spent).map(|rest| (rest.left, rest.is_hour));
        assert_eq!(least([0, 0, 0]), Some((150, false)));
        assert_eq!(least([40, 40, 40]), Some((110, false)), "the hour passes");
        assert_eq!(least([50, 50, 50]), Some((10, true)), "until it is nearly over");
        assert_eq!(least([60, 140, 200]), Some((0, true)));
        assert_eq!(least([0, 30, 960]), Some((40, false)), "the month leaves less than the day");
        assert_eq!(least([0, 30, 1_200]), Some((0, false)), "a limit that was lowered");
        assert_eq!(Rest::least([0; 3], [0; 3]), None, "who opens none is told of none");
    }
}

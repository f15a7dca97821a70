//! The touch: at 80 % of any window of a person's own charts, a fresh touch of their passkey at the door, for the session that asks.
//!
//! One touch is good in its session for [`TOUCH_MS`], and for a tenth of each limit beyond what was reached when it was given: from 80 to
//! 90 % and from there to the limit. So a full day takes two, and a month near its limit one every half of a working day.
//!
//! Never: for an application, which has no passkey; for a glimpse. State: [`Touch`], in its session.

use crate::admit::Asking;
use crate::budgets::{limits, windows};
use crate::state::State;
use salus_seal::entry::Limits;
use salus_seal::{Part, PrincipalId, SessionId};

/// For how long a touch is good, in milliseconds: half of a working day.
pub const TOUCH_MS: u64 = 4 * 3_600_000;
/// From this part of a limit on a touch is needed.
const TOUCH_AT_PERCENT: u64 = 80;
/// And it is good for this part of the limit more.
const TOUCH_STEP_PERCENT: u64 = 10;

/// A touch that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// Until then, in milliseconds since 1970.
    pub until_ms: u64,
    /// Up to so many charts.
    pub up_to: Limits,
}

/// Up to where no touch is needed.
pub(crate) fn untouched(own: &Limits) -> Limits {
    limits(windows(own).map(|limit| part_of(limit, TOUCH_AT_PERCENT)))
}

fn part_of(limit: u32, percent: u64) -> u32 {
    (u64::from(limit) * percent).div_ceil(100) as u32
}

impl Touch {
    /// What a touch is good for that is given now, by somebody who reached this much.
    pub(crate) fn now(own: &Limits, spent: [u32; 3], now_ms: u64) -> Self {
        let (own, untouched) = (windows(own), windows(&untouched(own)));
        let up_to = [0, 1, 2].map(|window| {
            let next = spent[window].saturating_add(part_of(own[window], TOUCH_STEP_PERCENT));
            next.max(untouched[window]).min(own[window])
        });
        Self { until_ms: now_ms + TOUCH_MS, up_to: limits(up_to) }
    }
}

impl State {
    /// Up to where a session comes without another touch; none where none is ever needed.
    pub(crate) fn touched_limits(&self, asking: &Asking, part: Part, now_ms: u64) -> Option<Limits> {
        self.touched_of(&asking.session, &asking.principal, now_ms).filter(|_| part != Part::Line)
    }

    /// The same of charts, for any session of a principal.
    pub(crate) fn touched_of(
        &self,
        session: &SessionId,
        principal: &PrincipalId,
        now_ms: u64,
    ) -> Option<Limits> {
        let session = self.sessions.get(session)?;
        // Who looks round in a demo has no passkey to touch.
        session.device.filter(|_| self.people.persons.contains_key(principal))?;
        let known = self.principals.get(principal)?;
        // A patient reaches one record, their own, which is their whole budget.
        if known.role == crate::policy::PATIENT {
            return None;
        }
        let untouched = untouched(&known.limits_now(Part::Body, now_ms));
        Some(match session.touch.filter(|touch| now_ms < touch.until_ms) {
            Some(touch) => {
                let (up_to, untouched) = (windows(&touch.up_to), windows(&untouched));
                limits([0, 1, 2].map(|window| up_to[window].max(untouched[window])))
            }
            None => untouched,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_touches_make_a_full_day() {
        let own = Limits { hour: 60, day: 150, days_30: 1_000 };
        assert_eq!(windows(&untouched(&own)), [48, 120, 800]);
        let first = Touch::now(&own, [10, 120, 300], 1_000);
        assert_eq!((windows(&first.up_to), first.until_ms), ([48, 135, 800], 1_000 + TOUCH_MS));
        let second = Touch::now(&own, [10, 135, 300], 1_000);
        assert_eq!(windows(&second.up_to), [48, 150, 800]);
        let small = Limits { hour: 4, day: 4, days_30: 4 };
        assert_eq!(windows(&untouched(&small)), [4; 3], "a budget of a few asks for none");
        let nothing = Limits { hour: 0, day: 0, days_30: 0 };
        assert_eq!(windows(&Touch::now(&nothing, [0; 3], 0).up_to), [0; 3]);
    }
}

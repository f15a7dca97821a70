//! When it is night in a cell: local time from its rules.
//!
//! Never: asks for the time, or knows zones by name. State: none.

use salus_seal::entry::alarms::AlarmRules;

const MINUTE_MS: u64 = 60_000;
const DAY_MINUTES: i64 = 1_440;

/// Whether a time is at night or at the weekend, by a cell's rules.
pub(crate) fn is_night(rules: &AlarmRules, time_ms: u64) -> bool {
    let utc = (time_ms / MINUTE_MS) as i64;
    let summer = i64::from(rules.summer_time && is_summer(utc)) * 60;
    let local = utc + i64::from(rules.zone_minutes) + summer;
    // 1 January 1970 was a Thursday: counted from Monday, day 3.
    let weekday = (local.div_euclid(DAY_MINUTES) + 3).rem_euclid(7);
    if rules.weekend && weekday >= 5 {
        return true;
    }
    let hour = local.rem_euclid(DAY_MINUTES) / 60;
    let (from, to) = (i64::from(rules.night_from_hour), i64::from(rules.night_to_hour));
    if from <= to { (from..to).contains(&hour) } else { hour >= from || hour < to }
}

/// The Union's summer time: from the last Sunday of March to that of October, each at 01:00 UTC (Directive 2000/84/EC, articles 2 and 3).
fn is_summer(utc_minutes: i64) -> bool {
    let day = utc_minutes.div_euclid(DAY_MINUTES);
    let year = year_of(day);
    let at = |month: i64, last: i64| {
        let end = days_from_civil(year, month, last);
        let weekday_from_sunday = (end + 4).rem_euclid(7);
        (end - weekday_from_sunday) * DAY_MINUTES + 60
    };
    (at(3, 31)..at(10, 31)).contains(&utc_minutes)
}

fn year_of(day: i64) -> i64 {
    let guess = 1970 + day * 400 / 146_097;
    let next = days_from_civil(guess + 1, 1, 1);
    if day >= next {
        guess + 1
    } else if day < days_from_civil(guess, 1, 1) {
        guess - 1
    } else {
        guess
    }
}

/// Days since 1970 of a civil date, after Howard Hinnant's algorithm.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026, UTC.
    fn utc(month: i64, day: i64, hour: u64, minute: u64) -> u64 {
        days_from_civil(2026, month, day) as u64 * 86_400_000 + (hour * 60 + minute) * MINUTE_MS
    }

    #[test]
    fn night_is_local_and_follows_summer_time() {
        let rules = AlarmRules::default();
        // Friday 27 November 2026, winter: 20:00 is 19:00 UTC.
        assert!(!is_night(&rules, utc(11, 27, 18, 59)));
        assert!(is_night(&rules, utc(11, 27, 19, 0)));
        // Thursday: 06:00 is 05:00 UTC.
        assert!(is_night(&rules, utc(11, 26, 4, 59)));
        assert!(!is_night(&rules, utc(11, 26, 5, 0)));
        // Wednesday 1 July, summer: 20:00 is 18:00 UTC.
        assert!(!is_night(&rules, utc(7, 1, 17, 59)));
        assert!(is_night(&rules, utc(7, 1, 18, 0)));
        // Saturday at noon; and Monday at noon.
        assert!(is_night(&rules, utc(11, 28, 11, 0)));
        assert!(!is_night(&AlarmRules { weekend: false, ..rules.clone() }, utc(11, 28, 11, 0)));
        assert!(!is_night(&rules, utc(11, 30, 11, 0)));
        let never = AlarmRules { night_from_hour: 5, night_to_hour: 5, weekend: false, ..rules };
        assert!((0..24).all(|hour| !is_night(&never, utc(11, 28, hour, 0))));
    }

    #[test]
    fn summer_begins_and_ends_with_the_last_sunday() {
        for (month, day, is_before) in [(3, 29, false), (10, 25, true)] {
            let at = |hour, minute| (utc(month, day, hour, minute) / MINUTE_MS) as i64;
            assert_eq!((is_summer(at(0, 59)), is_summer(at(1, 0))), (is_before, !is_before));
        }
        for year in [1970, 1999, 2000, 2024, 2100, 2400] {
            let first = days_from_civil(year, 1, 1);
            assert_eq!((year_of(first - 1), year_of(first), year_of(first + 364)), (year - 1, year, year));
        }
    }
}

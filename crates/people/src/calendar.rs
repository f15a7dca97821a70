//! Days, dates and clocks of two countries that share Central European time. Knows no clock itself. Pure.

pub(crate) use salus_fhir::instant::{civil_from_days as civil, days_from_civil as day_of};

/// A day, counted from 1970-01-01.
pub type Day = i64;

const DAY_MS: u64 = 86_400_000;
const HOUR_MS: u64 = 3_600_000;
/// The mean length of a Gregorian year, in hundredths of a day.
const YEAR_DAYS_100: i64 = 36_525;

/// A FHIR date, such as `2026-11-28`.
pub(crate) fn date(day: Day) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A FHIR dateTime of a minute of the day in local time, with its offset, such as `2026-11-28T09:15:00+01:00`.
pub fn time(day: Day, minute: i64) -> String {
    let minute = minute.clamp(0, 24 * 60 - 1);
    let offset = if is_summer(day) { 2 } else { 1 };
    format!("{}T{:02}:{:02}:00+{offset:02}:00", date(day), minute / 60, minute % 60)
}

/// 0 is Monday.
pub(crate) fn weekday(day: Day) -> i64 {
    (day + 3).rem_euclid(7)
}

/// Summer time: from the last Sunday of March to the day before the last of October (Directive 2000/84/EC). On the two days
/// themselves practices are closed.
fn is_summer(day: Day) -> bool {
    let (year, ..) = civil(day);
    let last_sunday = |month| {
        let last = day_of(year, month, 31);
        last - (weekday(last) + 1) % 7
    };
    (last_sunday(3)..last_sunday(10)).contains(&day)
}

/// The local day and its minute at a moment, in milliseconds since 1970.
pub fn local(ms: u64) -> (Day, i64) {
    let winter = ms + HOUR_MS;
    let day = (winter / DAY_MS) as Day;
    let ms = if is_summer(day) { winter + HOUR_MS } else { winter };
    ((ms / DAY_MS) as Day, (ms % DAY_MS / 60_000) as i64)
}

/// Whether a practice is open: no weekend, no holiday that both countries keep on a fixed date.
pub(crate) fn is_working(day: Day) -> bool {
    let (_, month, of_month) = civil(day);
    weekday(day) < 5 && ![(1, 1), (5, 1), (11, 1), (12, 25)].contains(&(month, of_month))
}

/// That day or the last before it on which a practice is open.
pub(crate) fn working(day: Day) -> Day {
    (0..8).map(|back| day - back).find(|day| is_working(*day)).unwrap_or(day)
}

/// Whole years from one day to another, as people count their age.
pub(crate) fn years(from: Day, to: Day) -> i64 {
    let ((year, month, day), (to_year, to_month, to_day)) = (civil(from), civil(to));
    to_year - year - i64::from((to_month, to_day) < (month, day))
}

/// So many days as that many years.
pub(crate) fn days_of_years(years: i64) -> i64 {
    years * YEAR_DAYS_100 / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates() {
        for (day, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (-25_567, "1900-01-01"),
            (20_758, "2026-11-01"),
            (11_016, "2000-02-29"),
        ] {
            assert_eq!(date(day), text);
            let (year, month, of_month) = civil(day);
            assert_eq!(day_of(year, month, of_month), day);
        }
        assert_eq!([weekday(20_758), weekday(0)], [6, 3], "a Sunday and a Thursday");
    }

    #[test]
    fn clocks_change_on_the_last_sundays_of_march_and_october() {
        assert_eq!(time(day_of(2026, 3, 28), 0), "2026-03-28T00:00:00+01:00");
        assert_eq!(time(day_of(2026, 3, 29), 615), "2026-03-29T10:15:00+02:00");
        assert_eq!(time(day_of(2026, 10, 24), 615), "2026-10-24T10:15:00+02:00");
        assert_eq!(time(day_of(2026, 10, 25), 615), "2026-10-25T10:15:00+01:00");
        // 2026-07-01T21:59Z and 22:00Z; 2026-01-01T23:00Z.
        assert_eq!(local(1_782_943_140_000), (day_of(2026, 7, 1), 23 * 60 + 59));
        assert_eq!(local(1_782_943_200_000), (day_of(2026, 7, 2), 0));
        assert_eq!(local(1_767_308_400_000), (day_of(2026, 1, 2), 0));
    }

    #[test]
    fn ages_and_closed_days() {
        let birth = day_of(1980, 6, 15);
        assert_eq!([years(birth, day_of(2026, 6, 14)), years(birth, day_of(2026, 6, 15))], [45, 46]);
        assert_eq!(date(working(day_of(2026, 11, 29))), "2026-11-27");
        assert_eq!(date(working(day_of(2026, 1, 1))), "2025-12-31");
        assert_eq!(working(day_of(2026, 11, 25)), day_of(2026, 11, 25));
    }
}

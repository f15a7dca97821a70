//! FHIR's `instant`: a moment in UTC, to the millisecond, as text and back. Knows no clock.

/// The last moment that four digits of a year can say: 9999-12-31T23:59:59.999Z, in milliseconds since 1970.
pub const MAX_MILLISECONDS: u64 = 253_402_300_799_999;

const DAY_MS: u64 = 86_400_000;

/// The moment `ms` milliseconds after 1970-01-01T00:00:00Z, such as `2026-11-22T17:00:00.123Z`. Moments after
/// [`MAX_MILLISECONDS`] are shown as that one.
pub fn instant(ms: u64) -> String {
    let ms = ms.min(MAX_MILLISECONDS);
    let (year, month, day) = civil_from_days((ms / DAY_MS) as i64);
    let rest = ms % DAY_MS;
    let (hour, minute, second, milli) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// Milliseconds since 1970 of an instant with any offset; what is finer than a millisecond is cut, a leap second
/// counts as the second after it. None for what is no instant, or lies before 1970.
pub fn parse(text: &str) -> Option<u64> {
    let parts = crate::primitive::instant_parts(text)?;
    let days = days_from_civil(i64::from(parts.year), i64::from(parts.month), i64::from(parts.day));
    let minutes = i64::from(parts.hour) * 60 + i64::from(parts.minute) - i64::from(parts.offset_minutes);
    let ms = ((days * 1440 + minutes) * 60 + i64::from(parts.second)) * 1000 + i64::from(parts.milli);
    u64::try_from(ms).ok()
}

/// Howard Hinnant's `days_from_civil`: days since 1970-01-01 in the proleptic Gregorian calendar.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The inverse of [`days_from_civil`]: year, month, day.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::{MAX_MILLISECONDS, instant, parse};
    use proptest::prelude::*;

    #[test]
    fn known_moments() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_366_800_123, "2026-11-22T17:00:00.123Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (MAX_MILLISECONDS, "9999-12-31T23:59:59.999Z"),
            (u64::MAX, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(instant(ms), text);
        }
    }

    #[test]
    fn offsets_and_fractions_are_understood() {
        for (text, ms) in [
            ("2026-11-22T18:00:00.1239+01:00", Some(1_795_366_800_123)),
            ("2026-11-22T12:30:00-04:30", Some(1_795_366_800_000)),
            ("1970-01-01T00:00:00+00:01", None),
            ("2026-11-22T17:00:00", None),
            ("2026-11-22", None),
            ("", None),
        ] {
            assert_eq!(parse(text), ms, "{text}");
        }
    }

    proptest! {
        #[test]
        fn there_and_back(ms in 0..=MAX_MILLISECONDS) {
            prop_assert_eq!(parse(&instant(ms)), Some(ms));
        }
    }
}

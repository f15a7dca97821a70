//! Dates and times as spans of milliseconds: `2020-03` is from the month's first millisecond to its last. Without a zone
//! they are in UTC.

use super::super::Range;
use crate::instant::days_from_civil;
use crate::primitive::days_in;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The span of a date, dateTime or instant; also of times to the minute, and without a zone, as queries may have them.
pub fn span(text: &str) -> Option<Range> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4)?;
    let month = parts.next().map(|part| number(part, 2)).map_or(Some(None), |month| month.map(Some))?;
    let day = parts.next().map(|part| number(part, 2)).map_or(Some(None), |day| day.map(Some))?;
    let in_range = year > 0
        && month.is_none_or(|month| (1..=12).contains(&month))
        && day.is_none_or(|day| (1..=days_in(year, month.unwrap_or(1))).contains(&day));
    if !in_range || parts.next().is_some() || (time.is_some() && day.is_none()) {
        return None;
    }
    let start = |year: u32, month: u32, day: u32| {
        days_from_civil(i64::from(year), i64::from(month), i64::from(day)) * DAY
    };
    let low = start(year, month.unwrap_or(1), day.unwrap_or(1));
    if let Some(time) = time {
        let (from, length) = time_of_day(time)?;
        return Some(Range { low: low + from, high: low + from + length - 1 });
    }
    let after = match (month, day) {
        (Some(_), Some(_)) => low + DAY,
        (Some(12), None) | (None, _) => start(year + 1, 1, 1),
        (Some(month), None) => start(year, month + 1, 1),
    };
    Some(Range { low, high: after - 1 })
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// The milliseconds since midnight UTC, and how many milliseconds the time leaves open.
fn time_of_day(text: &str) -> Option<(i64, i64)> {
    // A plus that was not encoded comes as a space.
    let zone = text.find(['Z', '+', '-', ' ']).unwrap_or(text.len());
    let (time, zone) = text.split_at(zone);
    let mut parts = time.split(':');
    let hour = number(parts.next()?, 2).filter(|hour| *hour < 24)?;
    let minute = number(parts.next()?, 2).filter(|minute| *minute < 60)?;
    let of_minute = i64::from(hour) * HOUR + i64::from(minute) * MINUTE;
    let offset = offset(zone)?;
    let Some(second) = parts.next() else { return Some((of_minute - offset, MINUTE)) };
    if parts.next().is_some() {
        return None;
    }
    let (whole, fraction) = second.split_once('.').map_or((second, None), |(a, b)| (a, Some(b)));
    let whole = number(whole, 2).filter(|second| *second <= 60)?;
    let at = of_minute + i64::from(whole) * SECOND - offset;
    let Some(fraction) = fraction else { return Some((at, SECOND)) };
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let known = fraction.get(..3.min(fraction.len()))?;
    let unit = [1_000, 100, 10, 1][known.len()];
    Some((at + known.parse::<i64>().ok()? * unit, unit))
}

/// A zone's milliseconds; UTC when there is none.
fn offset(text: &str) -> Option<i64> {
    let (sign, rest) = match text.as_bytes().first() {
        None => return Some(0),
        Some(b'Z') => return (text.len() == 1).then_some(0),
        Some(b'-') => (-1, &text[1..]),
        Some(_) => (1, &text[1..]),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2).filter(|minutes| *minutes < 60)?);
    (hours <= 14).then(|| sign * (i64::from(hours) * HOUR + i64::from(minutes) * MINUTE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_precision_has_its_span() {
        let at = |text: &str| crate::instant::parse(text).expect("an instant") as i64;
        for (text, low, high) in [
            ("2020", "2020-01-01T00:00:00Z", "2020-12-31T23:59:59.999Z"),
            ("2020-02", "2020-02-01T00:00:00Z", "2020-02-29T23:59:59.999Z"),
            ("2020-12", "2020-12-01T00:00:00Z", "2020-12-31T23:59:59.999Z"),
            ("2020-03-01", "2020-03-01T00:00:00Z", "2020-03-01T23:59:59.999Z"),
            ("2020-03-01T10:20", "2020-03-01T10:20:00Z", "2020-03-01T10:20:59.999Z"),
            ("2020-03-01T10:20:30", "2020-03-01T10:20:30Z", "2020-03-01T10:20:30.999Z"),
            ("2020-03-01T10:20:30.5Z", "2020-03-01T10:20:30.500Z", "2020-03-01T10:20:30.599Z"),
            ("2020-03-01T10:20:30.12345Z", "2020-03-01T10:20:30.123Z", "2020-03-01T10:20:30.123Z"),
            ("2020-03-01T10:20:30+01:00", "2020-03-01T09:20:30Z", "2020-03-01T09:20:30.999Z"),
            ("2020-03-01T10:20:30 01:00", "2020-03-01T09:20:30Z", "2020-03-01T09:20:30.999Z"),
            ("2020-03-01T23:00-02:00", "2020-03-02T01:00:00Z", "2020-03-02T01:00:59.999Z"),
        ] {
            assert_eq!(span(text), Some(Range { low: at(low), high: at(high) }), "{text}");
        }
        assert!(span("1850-01-01").is_some_and(|span| span.high < 0));
    }

    #[test]
    fn what_is_none() {
        for text in [
            "",
            "20",
            "0000",
            "2020-13",
            "2020-02-30",
            "2020-1-1",
            "2020-01-01T",
            "2020-01T10:00",
            "2020-01-01T24:00",
            "2020-01-01T10",
            "2020-01-01T10:00:00.",
            "2020-01-01T10:00+1",
            "2020-01-01T10:00+15:00",
            "gt2020",
            "2020-01-01-01",
        ] {
            assert_eq!(span(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[-0-9T:+.Zü ]{0,30}") {
            if let Some(span) = span(&text) {
                prop_assert!(span.low <= span.high);
            }
        }
    }
}

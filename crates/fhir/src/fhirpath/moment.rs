//! Dates, times and both, with the precision in which they are written. Knows no clock.

use std::cmp::Ordering;

use crate::instant::{civil_from_days, days_from_civil};

/// What it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MomentKind {
    Date,
    DateTime,
    Time,
}

/// A date, a time of day, or both.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub kind: MomentKind,
    /// Year, month, day, hour, minute, second, nanosecond; a time begins at the hour.
    fields: [i64; 7],
    /// How many of the fields are said; second and nanosecond count as one.
    said: usize,
    /// Minutes east of Greenwich.
    offset: Option<i64>,
}

const HOUR: usize = 3;
const SECOND: usize = 5;

impl Moment {
    /// Reads a FHIR date, dateTime or instant, or a FHIRPath literal without its `@`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let mut moment = Self {
            kind: if time.is_some() { MomentKind::DateTime } else { MomentKind::Date },
            fields: [0; 7],
            said: 0,
            offset: None,
        };
        for (at, part) in date.split('-').enumerate() {
            let (length, most) = *[(4, 9999), (2, 12), (2, 31)].get(at)?;
            moment.put(at, part, length, 1..=most)?;
        }
        match time {
            Some(time) if !time.is_empty() => {
                if moment.said < HOUR {
                    return None;
                }
                moment.time(time)?;
            }
            _ => {}
        }
        Some(moment)
    }

    /// Reads a time of day.
    pub(crate) fn parse_time(text: &str) -> Option<Self> {
        let mut moment = Self { kind: MomentKind::Time, fields: [0; 7], said: HOUR, offset: None };
        moment.time(text)?;
        moment.offset.is_none().then_some(moment)
    }

    fn put(
        &mut self,
        at: usize,
        part: &str,
        length: usize,
        range: std::ops::RangeInclusive<i64>,
    ) -> Option<()> {
        if part.len() != length || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let value = part.parse::<i64>().ok().filter(|value| range.contains(value))?;
        self.fields[at] = value;
        self.said = at + 1;
        Some(())
    }

    fn time(&mut self, text: &str) -> Option<()> {
        let (clock, offset) = match text.find(['Z', '+', '-']) {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        for (at, part) in clock.split(':').enumerate() {
            let (part, fraction) =
                part.split_once('.').map_or((part, None), |(part, fraction)| (part, Some(fraction)));
            let most = *[23, 59, 60].get(at)?;
            self.put(HOUR + at, part, 2, 0..=most)?;
            if let Some(fraction) = fraction.filter(|fraction| at == 2 && !fraction.is_empty()) {
                let nine: String = fraction.chars().chain("000000000".chars()).take(9).collect();
                self.fields[6] = nine.parse().ok()?;
            } else if fraction.is_some() {
                return None;
            }
        }
        self.offset = match offset {
            "" => None,
            "Z" => Some(0),
            other => {
                let (sign, clock) = other.split_at_checked(1)?;
                let (hours, minutes) = clock.split_once(':')?;
                let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
                Some(if sign == "-" { -minutes } else { minutes })
            }
        };
        Some(())
    }

    /// The same moment at Greenwich, when its offset is known and its minute said.
    fn at_greenwich(mut self) -> Self {
        let Some(offset) = self.offset.filter(|offset| *offset != 0 && self.said >= SECOND) else {
            return self;
        };
        let [year, month, day, hour, minute, ..] = self.fields;
        let minutes = (days_from_civil(year, month, day) * 24 + hour) * 60 + minute - offset;
        let (year, month, day) = civil_from_days(minutes.div_euclid(1440));
        let of_day = minutes.rem_euclid(1440);
        self.fields[..5].copy_from_slice(&[year, month, day, of_day / 60, of_day % 60]);
        self.offset = Some(0);
        self
    }

    /// How it stands to another; None when their precision leaves it open, or they can't be compared.
    pub(crate) fn compare(self, other: Self) -> Option<Ordering> {
        if (self.kind == MomentKind::Time) != (other.kind == MomentKind::Time) {
            return None;
        }
        let both = self.offset.is_some() && other.offset.is_some();
        let (left, right) = if both { (self.at_greenwich(), other.at_greenwich()) } else { (self, other) };
        let said = left.said.min(right.said);
        let upto = if said > SECOND { 7 } else { said };
        match left.fields[..upto].cmp(&right.fields[..upto]) {
            Ordering::Equal if left.said != right.said => None,
            Ordering::Equal if !both && said > HOUR && left.offset.is_some() != right.offset.is_some() => {
                None
            }
            order => Some(order),
        }
    }

    /// The date that it begins with, as FHIR writes it; empty for a time.
    pub(crate) fn date(&self) -> String {
        let [year, month, day, ..] = self.fields;
        match self.said {
            1 => format!("{year:04}"),
            2 => format!("{year:04}-{month:02}"),
            _ if self.kind == MomentKind::Time => String::new(),
            _ => format!("{year:04}-{month:02}-{day:02}"),
        }
    }

    /// The moment `count` years, months, days and so on later; None for what has no such unit.
    pub(crate) fn plus(mut self, count: i64, unit: &str) -> Option<Self> {
        let [year, month, day, hour, minute, second, _] = self.fields;
        let months = match unit.trim_end_matches('s') {
            "year" => count.checked_mul(12)?,
            "month" => count,
            unit => {
                let seconds = match unit {
                    "week" => count.checked_mul(604_800)?,
                    "day" => count.checked_mul(86_400)?,
                    "hour" => count.checked_mul(3600)?,
                    "minute" => count.checked_mul(60)?,
                    "second" => count,
                    _ => return None,
                };
                let days = if self.kind == MomentKind::Time {
                    0
                } else {
                    days_from_civil(year, month.max(1), day.max(1))
                };
                let total = (days * 86_400 + hour * 3600 + minute * 60 + second).checked_add(seconds)?;
                let (y, m, d) = civil_from_days(total.div_euclid(86_400));
                let rest = total.rem_euclid(86_400);
                if self.kind != MomentKind::Time {
                    self.fields[..3].copy_from_slice(&[y, m, d]);
                }
                self.fields[3..6].copy_from_slice(&[rest / 3600, rest / 60 % 60, rest % 60]);
                return (1..=9999).contains(&y).then_some(self);
            }
        };
        let total = (year * 12 + month.max(1) - 1).checked_add(months)?;
        let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
        if !(1..=9999).contains(&year) || self.kind == MomentKind::Time {
            return None;
        }
        let last = i64::from(crate::primitive::days_in(year as u32, month as u32));
        self.fields[..3].copy_from_slice(&[year, month, day.min(last)]);
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;
    use std::cmp::Ordering;

    fn compare(left: &str, right: &str) -> Option<Ordering> {
        Moment::parse(left).expect("a moment").compare(Moment::parse(right).expect("a moment"))
    }

    #[test]
    fn precision_counts() {
        assert_eq!(compare("2026-01", "2026-02-03"), Some(Ordering::Less));
        assert_eq!(compare("2026-02", "2026-02-03"), None);
        assert_eq!(compare("2026-02-03", "2026-02-03"), Some(Ordering::Equal));
        assert_eq!(compare("2026-02-03T10:00:00+02:00", "2026-02-03T08:00:00Z"), Some(Ordering::Equal));
        assert_eq!(compare("2026-02-03T00:30:00+02:00", "2026-02-03"), None);
        assert_eq!(compare("2026-02-03T10:00:00.5Z", "2026-02-03T10:00:00Z"), Some(Ordering::Greater));
        assert_eq!(
            Moment::parse("2024-02-29").and_then(|day| day.plus(1, "years")).map(|day| day.date()).as_deref(),
            Some("2025-02-28")
        );
        assert_eq!(
            Moment::parse("2026-12-31").and_then(|day| day.plus(1, "day")).map(|day| day.date()).as_deref(),
            Some("2027-01-01")
        );
        for text in ["", "26", "2026-13", "2026-1-1", "2026-01-01T25", "2026-01T10:00", "x"] {
            assert!(Moment::parse(text).is_none(), "{text}");
        }
    }
}

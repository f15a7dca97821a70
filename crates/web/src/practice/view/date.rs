//! FHIR's dates and times as the reader's language writes them, in the time that a clock in Germany and France shows.
//!
//! A date has the precision it was written with: a year stays a year. A time with an offset is turned into Central European Time.
//!
//! Never: looks at a clock; the caller says what today is. State: none.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use salus_frame::Language;
use salus_records::fhir::instant::{civil_from_days, days_from_civil};
use std::sync::LazyLock;

const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 1_440;

/// A day, counted from 1970-01-01.
pub(crate) type Day = i64;

/// A date or a moment, as precisely as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct When {
    /// The first day that is meant.
    pub day: Day,
    /// The minute of that day, where a time was written.
    pub minute: Option<u16>,
    precision: Precision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    Year,
    Month,
    Day,
}

impl When {
    /// A FHIR date, dateTime or instant. None for what is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let mut parts = date.split('-');
        let year = number(parts.next()?, 4)?;
        let month = parts.next().map(|part| number(part, 2)).transpose_or_none()?;
        let day = parts.next().map(|part| number(part, 2)).transpose_or_none()?;
        if parts.next().is_some() || month.is_some_and(|month| !(1..=12).contains(&month)) {
            return None;
        }
        let first = days_from_civil(year, month.unwrap_or(1), day.unwrap_or(1));
        if day.is_some() && civil_from_days(first) != (year, month?, day?) {
            return None;
        }
        let precision = match (month, day) {
            (None, _) => Precision::Year,
            (_, None) => Precision::Month,
            _ => Precision::Day,
        };
        match time {
            Some(time) if precision == Precision::Day => Self::with_time(first, time),
            Some(_) => None,
            None => Some(Self { day: first, minute: None, precision }),
        }
    }

    fn with_time(day: Day, time: &str) -> Option<Self> {
        let hour = number(time.get(..2)?, 2)?;
        let minute = number(time.get(3..5)?, 2)?;
        if time.get(2..3)? != ":" || hour > 23 || minute > 59 {
            return None;
        }
        let rest = time.get(5..)?;
        let offset = if rest.ends_with('Z') {
            0
        } else {
            let at = rest.rfind(['+', '-'])?;
            let (sign, zone) = (rest.get(at..=at)?, rest.get(at + 1..)?);
            let (hours, minutes) = zone.split_once(':')?;
            let minutes = number(hours, 2)? * 60 + number(minutes, 2)?;
            if sign == "-" { -minutes } else { minutes }
        };
        Some(Self::of_minutes(day * DAY_MINUTES + hour * 60 + minute - offset))
    }

    /// A moment in minutes since 1970 (UTC).
    fn of_minutes(minutes: i64) -> Self {
        let local = minutes + central_european_offset(minutes);
        let (day, minute) = (local.div_euclid(DAY_MINUTES), local.rem_euclid(DAY_MINUTES));
        Self { day, minute: u16::try_from(minute).ok(), precision: Precision::Day }
    }

    /// A moment in milliseconds since 1970 (UTC).
    pub(crate) fn of_ms(ms: u64) -> Self {
        Self::of_minutes(i64::try_from(ms).unwrap_or(i64::MAX / 2) / MINUTE_MS)
    }

    /// A day.
    pub(crate) fn of_day(day: Day) -> Self {
        Self { day, minute: None, precision: Precision::Day }
    }

    /// Minutes since the midnight that began 1970, as the practice's clock counts them: for links, which [`Self::at_clock`] reads.
    pub(crate) fn clock(self) -> i64 {
        self.day * DAY_MINUTES + self.minute.map_or(0, i64::from)
    }

    /// The moment of [`Self::clock`]. What lies outside of the years that FHIR can write is the last or first of them.
    pub(crate) fn at_clock(minutes: i64) -> Self {
        let (first, last) = (days_from_civil(1, 1, 1), days_from_civil(9999, 12, 31));
        let day = minutes.div_euclid(DAY_MINUTES).clamp(first, last);
        let minute = u16::try_from(minutes.rem_euclid(DAY_MINUTES)).ok();
        Self { day, minute, precision: Precision::Day }
    }

    /// The year.
    pub(crate) fn year(self) -> i64 {
        civil_from_days(self.day).0
    }

    /// Whether a day is known, and not only a month or year.
    pub(crate) fn has_day(self) -> bool {
        self.precision == Precision::Day
    }

    /// The date, without a time: `03.11.2026`, `03/11/2026`, `3 Nov 2026`; a month as `11/2026` or `Nov 2026`.
    pub(crate) fn date(self, language: Language) -> String {
        let (year, month, day) = civil_from_days(self.day);
        match (self.precision, language) {
            (Precision::Year, _) => format!("{year:04}"),
            (Precision::Month, Language::En) => format!("{} {year:04}", month_name(month, language)),
            (Precision::Month, _) => format!("{month:02}/{year:04}"),
            (Precision::Day, Language::De) => format!("{day:02}.{month:02}.{year:04}"),
            (Precision::Day, Language::Fr) => format!("{day:02}/{month:02}/{year:04}"),
            (Precision::Day, Language::En) => format!("{day} {} {year:04}", month_name(month, language)),
        }
    }

    /// The date without its year, for columns that stand under one: `03.11.`, `03/11`, `3 Nov`.
    pub(crate) fn day_and_month(self, language: Language) -> String {
        let (_, month, day) = civil_from_days(self.day);
        match (self.precision, language) {
            (Precision::Year, _) => "–".to_owned(),
            (Precision::Month, _) => month_name(month, language).to_owned(),
            (Precision::Day, Language::De) => format!("{day:02}.{month:02}."),
            (Precision::Day, Language::Fr) => format!("{day:02}/{month:02}"),
            (Precision::Day, Language::En) => format!("{day} {}", month_name(month, language)),
        }
    }

    /// The time, `14:30`; empty where none was written.
    pub(crate) fn time(self) -> String {
        self.minute.map_or_else(String::new, |minute| format!("{:02}:{:02}", minute / 60, minute % 60))
    }

    /// Date and time, as far as they are known.
    pub(crate) fn date_and_time(self, language: Language) -> String {
        match self.minute {
            Some(_) => format!("{} {}", self.date(language), self.time()),
            None => self.date(language),
        }
    }

    /// For the attribute `datetime` of HTML's `time`.
    pub(crate) fn iso(self) -> String {
        let (year, month, day) = civil_from_days(self.day);
        match (self.precision, self.minute) {
            (Precision::Year, _) => format!("{year:04}"),
            (Precision::Month, _) => format!("{year:04}-{month:02}"),
            (Precision::Day, None) => format!("{year:04}-{month:02}-{day:02}"),
            (Precision::Day, Some(_)) => format!("{year:04}-{month:02}-{day:02}T{}", self.time()),
        }
    }

    /// The day of the week, in two or three letters.
    pub(crate) fn weekday(self, language: Language) -> &'static str {
        const NAMES: [[&str; 7]; 3] = [
            ["So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"],
            ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
            ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
        ];
        let names = match language {
            Language::De => &NAMES[0],
            Language::Fr => &NAMES[1],
            Language::En => &NAMES[2],
        };
        let at = usize::try_from(weekday(self.day)).unwrap_or_default();
        names.get(at).copied().unwrap_or_default()
    }

    /// Its place on a line of time, in days.
    pub(crate) fn position(self) -> f64 {
        self.day as f64 + self.minute.map_or(0.0, |minute| f64::from(minute) / DAY_MINUTES as f64)
    }
}

/// `Some(None)` when nothing was there, `None` when what was there is no number.
trait TransposeOrNone<T> {
    fn transpose_or_none(self) -> Option<Option<T>>;
}

impl<T> TransposeOrNone<T> for Option<Option<T>> {
    fn transpose_or_none(self) -> Option<Option<T>> {
        match self {
            None => Some(None),
            Some(None) => None,
            Some(Some(value)) => Some(Some(value)),
        }
    }
}

fn number(text: &str, digits: usize) -> Option<i64> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// 0 for Sunday.
fn weekday(day: Day) -> i64 {
    (day + 4).rem_euclid(7)
}

/// The zone of the practices: Germany, France, Switzerland and Austria keep the same time.
static ZONE: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/Berlin").unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(1))));

/// How many minutes Central European Time is ahead of a moment given in minutes since 1970 (UTC).
fn central_european_offset(minutes: i64) -> i64 {
    let moment = Timestamp::from_second(minutes.saturating_mul(60));
    moment.map_or(60, |moment| i64::from(ZONE.to_offset(moment).seconds()) / 60)
}

/// A month's name in few letters; `month` is 1 to 12.
pub(crate) fn month_name(month: i64, language: Language) -> &'static str {
    const DE: [&str; 12] =
        ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."];
    const FR: [&str; 12] =
        ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
    const EN: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let names = match language {
        Language::De => &DE,
        Language::Fr => &FR,
        Language::En => &EN,
    };
    usize::try_from(month - 1).ok().and_then(|at| names.get(at)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<[String; 3]> {
        let when = When::parse(text)?;
        Some([Language::De, Language::Fr, Language::En].map(|language| when.date_and_time(language)))
    }

    #[test]
    fn dates_keep_their_precision_in_each_language() {
        let texts = |de: &str, fr: &str, en: &str| Some([de.to_owned(), fr.to_owned(), en.to_owned()]);
        assert_eq!(shown("2026-11-03"), texts("03.11.2026", "03/11/2026", "3 Nov 2026"));
        assert_eq!(shown("2026-11"), texts("11/2026", "11/2026", "Nov 2026"));
        assert_eq!(shown("0987"), texts("0987", "0987", "0987"));
        let winter = texts("03.11.2026 14:30", "03/11/2026 14:30", "3 Nov 2026 14:30");
        assert_eq!(shown("2026-11-03T14:30:15+01:00"), winter);
        assert_eq!(shown("2026-11-03T13:30:15.123Z"), winter);
        for wrong in [
            "",
            "x",
            "26-11-03",
            "2026-13",
            "2026-02-30",
            "2026-11-03T",
            "2026-11-03T25:00:00Z",
            "2026-11-03T10:00:00",
            "2026-11T10:00:00Z",
        ] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn summer_time_begins_and_ends_with_its_sundays() {
        for (utc, local) in [
            ("2026-03-29T00:59:00Z", "2026-03-29T01:59"),
            ("2026-03-29T01:00:00Z", "2026-03-29T03:00"),
            ("2026-10-25T00:59:00Z", "2026-10-25T02:59"),
            ("2026-10-25T01:00:00Z", "2026-10-25T02:00"),
            ("1970-07-01T00:00:00Z", "1970-07-01T01:00"),
            ("2026-12-31T23:30:00Z", "2027-01-01T00:30"),
        ] {
            assert_eq!(When::parse(utc).unwrap().iso(), local, "{utc}");
        }
        for text in ["2026-11-03T13:30:15Z", "2026-11-03T23:00:00Z", "1960-01-01T10:07:00Z"] {
            let when = When::parse(text).unwrap();
            assert_eq!(When::at_clock(when.clock()), when, "{text}");
        }
        assert_eq!(When::at_clock(i64::MAX).iso(), "9999-12-31T18:07");
        assert_eq!(When::at_clock(i64::MIN).year(), 1);
        assert_eq!(When::of_ms(1_795_366_800_123).iso(), "2026-11-22T18:00");
        assert_eq!(When::parse("2026-11-28").unwrap().weekday(Language::De), "Sa");
        assert_eq!(When::parse("1969-12-28").unwrap().weekday(Language::En), "Sun");
    }
}

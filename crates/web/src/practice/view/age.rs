//! Ages of people, and how long ago a thing was, in the reader's language.
//!
//! A newborn's age is told in days, a baby's in weeks and months, as one says it: below 28 days, below 13 weeks, below 24 months.
//!
//! Never: looks at a clock. State: none.

use super::date::{Day, When};
use salus_frame::Language;
use salus_records::fhir::instant::civil_from_days;

/// The age on a day of somebody born on another. None before the birth, and where the year of birth is all that is known and is this one.
pub(crate) fn age(birth: When, on: Day, language: Language) -> Option<String> {
    let days = on - birth.day;
    if days < 0 {
        return None;
    }
    let months = months_between(birth.day, on);
    if !birth.has_day() {
        return (months >= 12).then(|| format!("~{}", years(months / 12, language)));
    }
    Some(match (days, months) {
        (..28, _) => count(days, DAYS, language),
        (..91, _) => count(days / 7, WEEKS, language),
        (_, ..24) => count(months, MONTHS, language),
        _ => years(months / 12, language),
    })
}

fn years(count: i64, language: Language) -> String {
    match language {
        Language::De => format!("{count} J."),
        Language::Fr => format!("{count} {}", if count < 2 { "an" } else { "ans" }),
        Language::En => format!("{count} y"),
    }
}

fn months_between(from: Day, to: Day) -> i64 {
    let ((year, month, day), (to_year, to_month, to_day)) = (civil_from_days(from), civil_from_days(to));
    (to_year - year) * 12 + to_month - month - i64::from(to_day < day)
}

/// Singular and plural in German (dative), French, English.
type Unit = [(&'static str, &'static str); 3];
const DAYS: Unit = [("Tag", "Tage"), ("jour", "jours"), ("day", "days")];
const DAYS_AGO: Unit = [("Tag", "Tagen"), ("jour", "jours"), ("day", "days")];
const WEEKS: Unit = [("Woche", "Wochen"), ("semaine", "semaines"), ("week", "weeks")];
const MONTHS: Unit = [("Monat", "Monate"), ("mois", "mois"), ("month", "months")];
const MONTHS_AGO: Unit = [("Monat", "Monaten"), ("mois", "mois"), ("month", "months")];
const YEARS_AGO: Unit = [("Jahr", "Jahren"), ("an", "ans"), ("year", "years")];

fn count(count: i64, unit: Unit, language: Language) -> String {
    let [de, fr, en] = unit;
    let ((one, many), is_one) = match language {
        Language::De => (de, count == 1),
        Language::Fr => (fr, count < 2),
        Language::En => (en, count == 1),
    };
    format!("{count} {}", if is_one { one } else { many })
}

/// How long ago something was, or in how long it will be: `vor 3 Wochen`, `hier`, `in 2 days`. Empty for what is only known by its year.
pub(crate) fn ago(when: When, today: Day, language: Language) -> String {
    let days = today - when.day;
    if !when.has_day() && days.abs() < 366 {
        return String::new();
    }
    let near = match (days, language) {
        (0, Language::De) => Some("heute"),
        (0, Language::Fr) => Some("aujourd’hui"),
        (0, Language::En) => Some("today"),
        (1, Language::De) => Some("gestern"),
        (1, Language::Fr) => Some("hier"),
        (1, Language::En) => Some("yesterday"),
        (-1, Language::De) => Some("morgen"),
        (-1, Language::Fr) => Some("demain"),
        (-1, Language::En) => Some("tomorrow"),
        _ => None,
    };
    if let Some(near) = near {
        return near.to_owned();
    }
    let (from, to) = if days > 0 { (when.day, today) } else { (today, when.day) };
    let months = months_between(from, to);
    let span = match (days.abs(), months) {
        (..14, _) => count(days.abs(), DAYS_AGO, language),
        (..61, _) => count(days.abs() / 7, WEEKS, language),
        (_, ..24) => count(months, MONTHS_AGO, language),
        _ => count(months / 12, YEARS_AGO, language),
    };
    match (days > 0, language) {
        (true, Language::De) => format!("vor {span}"),
        (true, Language::Fr) => format!("il y a {span}"),
        (true, Language::En) => format!("{span} ago"),
        (false, Language::Fr) => format!("dans {span}"),
        (false, _) => format!("in {span}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> When {
        When::parse(text).unwrap()
    }

    #[test]
    fn babies_have_days_weeks_and_months() {
        let age_of = |birth: &str, on: &str| age(day(birth), day(on).day, Language::De);
        for (birth, on, expected) in [
            ("2026-11-28", "2026-11-28", "0 Tage"),
            ("2026-11-27", "2026-11-28", "1 Tag"),
            ("2026-11-01", "2026-11-28", "27 Tage"),
            ("2026-10-31", "2026-11-28", "4 Wochen"),
            ("2026-08-28", "2026-11-28", "3 Monate"),
            ("2024-11-29", "2026-11-28", "23 Monate"),
            ("2024-11-28", "2026-11-28", "2 J."),
            ("1980-02-29", "2026-02-28", "45 J."),
            ("1980-02-29", "2026-03-01", "46 J."),
            ("1980", "2026-03-01", "~46 J."),
        ] {
            assert_eq!(age_of(birth, on).as_deref(), Some(expected), "{birth} on {on}");
        }
        assert_eq!(age_of("2026-11-29", "2026-11-28"), None, "not born yet");
        assert_eq!(age_of("2026", "2026-11-28"), None);
    }

    #[test]
    fn how_long_ago_is_told_as_one_says_it() {
        let today = day("2026-11-28").day;
        for (when, de, fr, en) in [
            ("2026-11-28", "heute", "aujourd’hui", "today"),
            ("2026-11-27", "gestern", "hier", "yesterday"),
            ("2026-11-25", "vor 3 Tagen", "il y a 3 jours", "3 days ago"),
            ("2026-11-07", "vor 3 Wochen", "il y a 3 semaines", "3 weeks ago"),
            ("2026-09-01", "vor 2 Monaten", "il y a 2 mois", "2 months ago"),
            ("2025-11-28", "vor 12 Monaten", "il y a 12 mois", "12 months ago"),
            ("2016-12-01", "vor 9 Jahren", "il y a 9 ans", "9 years ago"),
            ("2026-11-29", "morgen", "demain", "tomorrow"),
            ("2026-12-03", "in 5 Tagen", "dans 5 jours", "in 5 days"),
            ("2026-12-26", "in 4 Wochen", "dans 4 semaines", "in 4 weeks"),
            ("2026", "", "", ""),
            ("2019", "vor 7 Jahren", "il y a 7 ans", "7 years ago"),
        ] {
            let told =
                [Language::De, Language::Fr, Language::En].map(|language| ago(day(when), today, language));
            assert_eq!(told, [de, fr, en], "{when}");
        }
    }
}

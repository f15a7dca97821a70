//! Dates of care (`start` and `end` of `$everything`): by R4's own date parameters of each type, whichever they are.
//!
//! A record is of the time when a date that it is searched by lies in it, or when it has none: who somebody is has no date.
//! Never: looks at when something was written. State: none.

use super::convert;
use crate::RecordsError;
use salus_fhir::search::{self, Options, ParameterKind};
use salus_fhir::{Issue, IssueCode, Message, ResourceType};
use salus_trust_api::wire::query::{Comparison, Condition, Test};
use salus_trust_api::wire::words::Range;
use std::collections::BTreeSet;

/// Dates of a person and not of what was done for them.
const OF_PERSONS: [&str; 2] = ["birthdate", "death-date"];

/// What a record of one of these types meets that is of the time: since `start`, until `end`, both as FHIR writes a date.
///
/// Errors: [`RecordsError::Malformed`] for what is no date.
pub(crate) fn condition(
    kinds: &[ResourceType],
    (start, end): (Option<&str>, Option<&str>),
) -> Result<Option<Condition>, RecordsError> {
    // What only overlaps the time is of it: so from before its beginning on, and until after its end.
    let bounds = [(start, true), (end, false)].into_iter().filter_map(|(date, is_start)| {
        let span = span(date?);
        Some(span.map(|span| match is_start {
            true => Test::Range(Comparison::Gt, at(span.low.saturating_sub(1))),
            false => Test::Range(Comparison::Lt, at(span.high.saturating_add(1))),
        }))
    });
    let tests = bounds.collect::<Option<Vec<Test>>>();
    let tests = tests.ok_or_else(|| RecordsError::Malformed(vec![no_date()]))?;
    if tests.is_empty() {
        return Ok(None);
    }
    let all = kinds.iter().flat_map(|kind| search::parameters(*kind));
    let dates = all.filter(|one| {
        one.kind == ParameterKind::Date
            && !one.code.starts_with('_')
            && !OF_PERSONS.contains(&one.code.as_str())
    });
    let numbers: BTreeSet<u16> = dates.map(|parameter| parameter.number).collect();
    let lies_in = |number: &u16| {
        Condition::All(tests.iter().map(|test| Condition::Value(*number, test.clone())).collect())
    };
    let mut any: Vec<Condition> = numbers.iter().map(lies_in).collect();
    let dated = numbers.iter().map(|number| Condition::Present(*number)).collect();
    any.push(Condition::Not(Box::new(Condition::Any(dated))));
    Ok(Some(Condition::Any(any)))
}

fn at(time: i64) -> Range {
    Range { low: time, high: time }
}

/// The time that a date means; none where it is not one.
fn span(date: &str) -> Option<Range> {
    let is_date =
        matches!(date.len(), 4 | 7 | 10) && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let options = Options { lenient: false, leaves_out_empty: false, base_url: "", now_ms: 0, custom: &[] };
    let asked = [("date".to_owned(), date.to_owned())];
    let kind = ResourceType::from_name("Observation").filter(|_| is_date);
    let read = search::parse(Some(kind?), &asked, &options).ok()?;
    first_span(convert::condition(read.conditions.first()?, &convert::Stored::default()))
}

fn first_span(condition: Condition) -> Option<Range> {
    match condition {
        Condition::Value(_, Test::Range(_, span)) => Some(span),
        Condition::All(inner) | Condition::Any(inner) => inner.into_iter().find_map(first_span),
        _ => None,
    }
}

fn no_date() -> Issue {
    let message = Message::of(
        "The values of start and end are dates, such as 2026-01-31, 2026-01 or 2026.",
        "Die Werte von start und end sind Daten wie 2026-01-31, 2026-01 oder 2026.",
        "Les valeurs de start et de end sont des dates telles que 2026-01-31, 2026-01 ou 2026.",
    );
    Issue::new(IssueCode::Value, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(start: Option<&str>, end: Option<&str>) -> Result<Option<Condition>, RecordsError> {
        let kinds =
            ["Patient", "Observation", "Condition"].map(|name| ResourceType::from_name(name).unwrap());
        condition(&kinds, (start, end))
    }

    #[test]
    fn dates_of_care_are_those_of_the_types_and_no_birthdays() {
        assert!(of(None, None).unwrap().is_none());
        let Some(Condition::Any(any)) = of(Some("2020-01"), Some("2021")).unwrap() else { panic!() };
        let (undated, dated) = any.split_last().unwrap();
        let Condition::Not(present) = undated else { panic!() };
        let Condition::Any(present) = &**present else { panic!() };
        assert_eq!(present.len(), dated.len());
        let number = |kind: &str, code: &str| {
            search::parameter(ResourceType::from_name(kind).unwrap(), code).unwrap().number
        };
        for (kind, code, is_one) in [
            ("Observation", "date", true),
            ("Condition", "onset-date", true),
            ("Condition", "recorded-date", true),
            ("Patient", "birthdate", false),
            ("Patient", "death-date", false),
            ("Observation", "_lastUpdated", false),
        ] {
            let present = present.contains(&Condition::Present(number(kind, code)));
            assert_eq!(present, is_one, "{kind} {code}");
        }
        assert!(dated.iter().all(|one| matches!(one, Condition::All(tests) if tests.len() == 2)));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for bad in
            ["", "yesterday", "2020-13-01", "2020-02-30", "ge2020", "2020,2021", "2020-01-01T00:00:00Z"]
        {
            assert!(matches!(of(Some(bad), None), Err(RecordsError::Malformed(_))), "{bad}");
        }
        assert!(of(None, Some("2020-02-29")).is_ok());
    }
}

//! What a query means, read off the words one record after the other.

use super::Row;
use crate::fold::{fold, words};
use salus_seal::Pseudonym;
use salus_trust_api::wire::query::{Condition, ID, LAST_UPDATED, Query, System, Test};
use salus_trust_api::wire::words::{Range, RecordName, Word};
use std::cmp::Ordering;
use std::collections::BTreeSet;

pub(super) fn name(row: &Row) -> RecordName {
    RecordName { kind: row.header.kind, id: row.words.id.clone() }
}

fn system(test: &System, system: Option<&String>) -> bool {
    match test {
        System::Any => true,
        System::None => system.is_none(),
        System::Is(wanted) => system == Some(wanted),
    }
}

fn word_start(text: &str, wanted: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    wanted.is_empty()
        || (0..chars.len()).any(|at| {
            let begins = at == 0 || !chars[at - 1].is_alphanumeric();
            begins && chars[at..].iter().collect::<String>().starts_with(wanted)
        })
}

fn above(above: &str, below: &str) -> bool {
    above == below
        || below.strip_prefix(above).is_some_and(|rest| above.ends_with('/') || rest.starts_with('/'))
}

fn meets_test(word: &Word, test: &Test) -> bool {
    match (word, test) {
        (_, Test::Starts(wanted) | Test::Contains(wanted) | Test::Display(wanted))
            if fold(wanted).is_empty() =>
        {
            false
        }
        (Word::Text(text), Test::Starts(wanted)) => fold(text).starts_with(&fold(wanted)),
        (Word::Text(text), Test::Contains(wanted)) => fold(text).contains(&fold(wanted)),
        (Word::Text(text), Test::Exact(wanted)) => text == wanted,
        (Word::Token { system: s, code: c }, Test::Token { system: wanted, code }) => {
            system(wanted, s.as_ref()) && code.as_ref().is_none_or(|code| c.as_ref() == Some(code))
        }
        (Word::Display(text), Test::Display(wanted)) => word_start(&fold(text), &fold(wanted)),
        (Word::OfType { system: s, code: c, value: v }, Test::OfType { system, code, value }) => {
            s == system && c == code && v == value
        }
        (Word::Uri(uri), Test::Uri(wanted)) => {
            uri == wanted
                || (!wanted.contains('|') && uri.split('|').next() == Some(wanted) && uri.contains('|'))
        }
        (Word::Uri(uri), Test::UriAbove(wanted)) => above(uri, wanted),
        (Word::Uri(uri), Test::UriBelow(wanted)) => above(wanted, uri),
        (Word::Reference(name), Test::Reference(wanted)) => name == wanted,
        (Word::Reference(name), Test::ReferenceId(wanted)) => name.id == *wanted,
        (Word::Elsewhere(text), Test::Elsewhere(wanted)) => text == wanted,
        (
            Word::ReferenceIdentifier { system: s, value: v },
            Test::ReferenceIdentifier { system: wanted, value },
        ) => system(wanted, s.as_ref()) && value.as_ref().is_none_or(|value| v == value),
        (Word::Range(range), Test::Range(comparison, wanted)) => comparison.holds(*range, *wanted),
        (
            Word::Quantity { range, system: s, code, unit: text },
            Test::Quantity { comparison, range: wanted, system: wanted_system, unit },
        ) => {
            let unit_meets = match (wanted_system, unit) {
                (System::Any, Some(unit)) => code.as_ref() == Some(unit) || text.as_ref() == Some(unit),
                (wanted, unit) => {
                    system(wanted, s.as_ref()) && unit.as_ref().is_none_or(|unit| code.as_ref() == Some(unit))
                }
            };
            unit_meets && comparison.holds(*range, *wanted)
        }
        _ => false,
    }
}

fn has_words(text: &str, wanted: &str) -> bool {
    let there: Vec<String> = words(text).collect();
    words(wanted).next().is_some() && words(wanted).all(|word| there.contains(&word))
}

pub(super) fn meets(all: &[Row], row: &Row, condition: &Condition) -> bool {
    let values =
        |number: u16| row.words.words.iter().filter(move |(n, _)| *n == number).map(|(_, word)| word);
    match condition {
        Condition::All(list) => list.iter().all(|one| meets(all, row, one)),
        Condition::Any(list) => list.iter().any(|one| meets(all, row, one)),
        Condition::Not(one) => !meets(all, row, one),
        Condition::Kind(kinds) => kinds.contains(&row.header.kind),
        Condition::Id(wanted) => name(row) == *wanted,
        Condition::Present(LAST_UPDATED) => true,
        Condition::Present(number) => values(*number).next().is_some(),
        Condition::Value(LAST_UPDATED, Test::Range(comparison, wanted)) => {
            let time = row.header.time_ms as i64;
            comparison.holds(Range { low: time, high: time }, *wanted)
        }
        Condition::Value(number, test) => values(*number).any(|word| meets_test(word, test)),
        Condition::Composite(number, tests) => values(*number).any(|word| match word {
            Word::Composite(components) => {
                tests.len() <= components.len()
                    && tests
                        .iter()
                        .zip(components)
                        .all(|(test, words)| words.iter().any(|word| meets_test(word, test)))
            }
            _ => false,
        }),
        Condition::RefersTo { parameter, kinds, meets: inner } => values(*parameter).any(|word| match word {
            Word::Reference(wanted) => all.iter().any(|other| {
                name(other) == *wanted
                    && (kinds.is_empty() || kinds.contains(&other.header.kind))
                    && meets(all, other, inner)
            }),
            _ => false,
        }),
        Condition::ReferredToBy { kind, parameter, meets: inner } => all.iter().any(|other| {
            other.header.kind == *kind
                && other.words.words.iter().any(|(n, word)| {
                    n == parameter && matches!(word, Word::Reference(wanted) if *wanted == name(row))
                })
                && meets(all, other, inner)
        }),
        Condition::Narrative(wanted) => has_words(&row.words.narrative, wanted),
        Condition::Content(wanted) => has_words(&row.words.content, wanted),
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Number(i64),
    Text(String),
    /// UUIDs first, then the others, each by their letters; then the type.
    Id(bool, String, u16),
}

fn sort_value(row: &Row, parameter: u16, descending: bool) -> Option<Value> {
    if parameter == ID {
        let RecordName { kind, id } = name(row);
        return Some(Value::Id(!id.starts_with("01234567-"), id, kind));
    }
    let range = |range: &Range| Value::Number(if descending { range.high } else { range.low });
    let words = row.words.words.iter().filter(|(number, _)| *number == parameter);
    let values = words.filter_map(|(_, word)| match word {
        Word::Text(text) => Some(Value::Text(fold(text))),
        Word::Token { code: Some(code), .. } => Some(Value::Text(fold(code))),
        Word::Uri(uri) => Some(Value::Text(uri.clone())),
        Word::Range(value) | Word::Quantity { range: value, .. } => Some(range(value)),
        _ => None,
    });
    let time = row.header.time_ms as i64;
    let own = (parameter == LAST_UPDATED).then_some(Value::Number(time));
    if descending { values.chain(own).max() } else { values.chain(own).min() }
}

/// Whether one of its conditions alone is met by one patient's records, or nobody's.
pub(super) fn is_of_one(all: &[Row], query: &Query) -> bool {
    let confining = query.all.iter().find(|condition| condition.confined_to().is_some());
    confining.is_some_and(|condition| {
        let kind = |row: &Row| query.kinds.is_empty() || query.kinds.contains(&row.header.kind);
        let met = all.iter().filter(|row| kind(row) && meets(all, row, condition));
        met.flat_map(|row| &row.whose).collect::<BTreeSet<_>>().len() <= 1
    })
}

/// The patients of all records that a condition names.
pub(super) fn named(all: &[Row], condition: &Condition) -> BTreeSet<Pseudonym> {
    let of = |is: &dyn Fn(&RecordName) -> bool| {
        let named = all.iter().filter(|row| is(&name(row)));
        named.flat_map(|row| row.whose.clone()).collect()
    };
    match condition {
        Condition::All(list) | Condition::Any(list) => list.iter().flat_map(|one| named(all, one)).collect(),
        Condition::Not(one) => named(all, one),
        Condition::RefersTo { meets, .. } | Condition::ReferredToBy { meets, .. } => named(all, meets),
        Condition::Id(wanted) | Condition::Value(_, Test::Reference(wanted)) => of(&|name| name == wanted),
        Condition::Value(_, Test::ReferenceId(id)) => of(&|name| name.id == *id),
        _ => BTreeSet::new(),
    }
}

/// Whether a condition asks something of other records than the matches.
pub(super) fn is_chained(condition: &Condition) -> bool {
    match condition {
        Condition::All(list) | Condition::Any(list) => list.iter().any(is_chained),
        Condition::Not(one) => is_chained(one),
        condition => matches!(condition, Condition::RefersTo { .. } | Condition::ReferredToBy { .. }),
    }
}

/// All that is found, in order.
pub(super) fn find<'r>(all: &'r [Row], query: &Query) -> Vec<&'r Row> {
    let kind = |row: &Row| query.kinds.is_empty() || query.kinds.contains(&row.header.kind);
    let met = |row: &Row| query.all.iter().all(|condition| meets(all, row, condition));
    let mut found: Vec<&Row> = all.iter().filter(|row| kind(row) && met(row)).collect();
    found.sort_by(|one, other| {
        for key in &query.sort {
            let value = |row: &Row| sort_value(row, key.parameter, key.descending);
            let ordering = match (value(one), value(other)) {
                (None, None) => Ordering::Equal,
                (None, _) => Ordering::Greater,
                (_, None) => Ordering::Less,
                (a, b) if key.descending => b.cmp(&a),
                (a, b) => a.cmp(&b),
            };
            if ordering.is_ne() {
                return ordering;
            }
        }
        other.header.record.cmp(&one.header.record)
    });
    found
}

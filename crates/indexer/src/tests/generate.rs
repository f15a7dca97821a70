//! Random words and queries over a small world, so that they meet often.

use super::{Row, pseudonym, row};
use proptest::prelude::*;
use proptest::sample::select;
use salus_trust_api::wire::query::{Comparison, Condition, ID, LAST_UPDATED, Query, SortKey, System, Test};
use salus_trust_api::wire::words::{Range, RecordName, Word, Words};

pub(super) const RECORDS: u64 = 12;

pub(super) fn kind_of(record: u64) -> u16 {
    (record % 3) as u16 + 1
}

pub(super) fn id_of(record: u64) -> String {
    match record % 4 {
        0 => format!("01234567-89ab-cdef-0123-{record:012x}"),
        1 => format!("id-{record}"),
        // The same id as a record of another type has.
        2 => "shared\u{1}".into(),
        _ => format!("é{record}"),
    }
}

fn text() -> impl Strategy<Value = String> {
    let some = [
        "Müller",
        "muller",
        "MULLER-Schmidt",
        "Anna Müller",
        "Straße 1",
        "strasse",
        "a\u{0}b",
        "",
        "\u{301}",
        "ana",
    ];
    select(some.map(str::to_owned).to_vec())
}

fn system() -> impl Strategy<Value = Option<String>> {
    select(vec![
        None,
        Some("s1".to_owned()),
        Some("s2".to_owned()),
        Some("s\u{0}".to_owned()),
        Some(String::new()),
    ])
}

fn code() -> impl Strategy<Value = String> {
    select(["c1", "C1", "c2", "c1x", "", "\u{0}"].map(str::to_owned).to_vec())
}

fn uri() -> impl Strategy<Value = String> {
    let some = [
        "http://a",
        "http://a/",
        "http://a/b",
        "http://a/b/c",
        "http://a/bc",
        "http://a/b|1",
        "http://a/b|2",
        "urn:x",
        "",
    ];
    select(some.map(str::to_owned).to_vec())
}

fn name() -> impl Strategy<Value = RecordName> {
    (1..=RECORDS).prop_map(|record| RecordName { kind: kind_of(record), id: id_of(record) })
}

fn range() -> impl Strategy<Value = Range> {
    prop_oneof![
        (-5i64..20, 0i64..6).prop_map(|(low, width)| Range { low, high: low + width }),
        (-5i64..20).prop_map(|low| Range { low, high: i64::MAX }),
        (-5i64..20).prop_map(|high| Range { low: i64::MIN, high }),
        Just(Range { low: i64::MIN, high: i64::MAX }),
    ]
}

/// The parameters: strings, tokens, uris and references, numbers and quantities, composites.
const PARAMETERS: std::ops::Range<u16> = 1..6;

fn unit() -> impl Strategy<Value = Option<String>> {
    select(vec![None, Some("kg".to_owned()), Some("g".to_owned())])
}

fn simple_word(parameter: u16) -> BoxedStrategy<Word> {
    match parameter {
        1 => prop_oneof![text().prop_map(Word::Text), text().prop_map(Word::Display),].boxed(),
        2 => prop_oneof![
            (system(), prop::option::weighted(0.8, code()))
                .prop_map(|(system, code)| Word::Token { system, code }),
            (system(), code(), code()).prop_map(|(system, code, value)| Word::OfType { system, code, value }),
            (system(), code()).prop_map(|(system, value)| Word::ReferenceIdentifier { system, value }),
        ]
        .boxed(),
        3 => prop_oneof![
          1 => uri().prop_map(Word::Uri),
            2 => name().prop_map(Word::Reference),
          1 => uri().prop_map(Word::Elsewhere),]
        .boxed(),
        4 => prop_oneof![
          1 => range().prop_map(Word::Range),
            2 => (range(), system(), unit(), unit())
                .prop_map(|(range, system, code, unit)| Word::Quantity { range, system, code, unit }),]
        .boxed(),
        _ => (1u16..5).prop_flat_map(simple_word).boxed(),
    }
}

fn composite() -> impl Strategy<Value = Word> {
    let token = || prop::collection::vec(simple_word(2), 0..3);
    let number = || prop::collection::vec(simple_word(4), 0..3);
    prop_oneof![
        3 => (token(), number()).prop_map(|(token, number)| Word::Composite(vec![token, number])),
      1 => (number(), number()).prop_map(|(one, other)| Word::Composite(vec![one, other])),
      1 => (token(), prop::collection::vec(simple_word(5), 0..3), token())
            .prop_map(|(one, other, third)| Word::Composite(vec![one, other, third])),]
}

/// A value of a parameter: mostly of its own kind.
fn value() -> impl Strategy<Value = (u16, Word)> {
    prop_oneof![
        8 => (1u16..5).prop_flat_map(|parameter| (Just(parameter), simple_word(parameter))),
     1 => (PARAMETERS, simple_word(5)),
        3 => (Just(5u16), composite()),]
}

pub(super) fn version(record: u64, version: u32) -> impl Strategy<Value = Row> {
    let words = prop::collection::vec(value(), 0..9);
    (words, text(), text(), prop::bool::weighted(0.15)).prop_map(
        move |(words, narrative, content, deleted)| {
            let words = Words { id: id_of(record), words, narrative, content };
            let patient = (!record.is_multiple_of(5)).then_some(record / 3 + 1);
            let mut row = row(record, version, kind_of(record), patient, words);
            // Some concern two.
            row.whose.extend((record % 4 == 3).then_some(pseudonym(record / 3 + 2)));
            row.header.deleted = deleted && version > 1;
            row
        },
    )
}

/// Any, none, or this one.
fn tested_system() -> impl Strategy<Value = Option<Option<String>>> {
    prop::option::weighted(0.7, system())
}

fn to_system(system: Option<Option<String>>) -> System {
    match system {
        None => System::Any,
        Some(None) => System::None,
        Some(Some(system)) => System::Is(system),
    }
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::*;
    select(vec![Eq, Ne, Gt, Lt, Ge, Le, Sa, Eb, Ap])
}

fn test(parameter: u16) -> BoxedStrategy<Test> {
    match parameter {
        1 => prop_oneof![
            text().prop_map(Test::Starts),
            select(vec!["mul", "M", "s", "an", "ss", ""]).prop_map(|text| Test::Starts(text.into())),
            select(vec!["ll", "U", "-", "e 1", ""]).prop_map(|text| Test::Contains(text.into())),
            text().prop_map(Test::Exact),
            select(vec!["sch", "mul", "1", "a", "ller", ""]).prop_map(|text| Test::Display(text.into())),
        ]
        .boxed(),
        2 => prop_oneof![
            3 => (tested_system(), prop::option::of(code()))
                .prop_map(|(system, code)| Test::Token { system: to_system(system), code }),
          1 => (system(), code(), code())
                .prop_map(|(system, code, value)| Test::OfType { system, code, value }),
          1 => (tested_system(), prop::option::of(code()))
                .prop_map(|(system, value)| Test::ReferenceIdentifier { system: to_system(system), value }),]
        .boxed(),
        3 => prop_oneof![
            uri().prop_map(Test::Uri),
            uri().prop_map(Test::UriAbove),
            uri().prop_map(Test::UriBelow),
            name().prop_map(Test::Reference),
            name().prop_map(|name| Test::ReferenceId(name.id)),
            uri().prop_map(Test::Elsewhere),
        ]
        .boxed(),
        4 => prop_oneof![
          1 => (comparison(), range()).prop_map(|(comparison, range)| Test::Range(comparison, range)),
            2 => (comparison(), range(), tested_system(), unit()).prop_map(
                |(comparison, range, system, unit)| {
                    Test::Quantity { comparison, range, system: to_system(system), unit }
                }
            ),]
        .boxed(),
        _ => (1u16..5).prop_flat_map(test).boxed(),
    }
}

fn composite_tests() -> impl Strategy<Value = Vec<Test>> {
    prop_oneof![
        3 => (test(2), test(4)).prop_map(|(one, other)| vec![one, other]),
      1 => (test(4), test(4)).prop_map(|(one, other)| vec![one, other]),
      1 => test(2).prop_map(|one| vec![one]),
      1 => (test(2), test(5), test(2)).prop_map(|(one, other, third)| vec![one, other, third]),]
}

fn leaf() -> impl Strategy<Value = Condition> {
    prop_oneof![
     1 => prop::collection::vec(1u16..4, 0..3).prop_map(Condition::Kind),
     1 => name().prop_map(Condition::Id),
     1 => PARAMETERS.prop_map(Condition::Present),
        8 => (1u16..5).prop_flat_map(|parameter| (Just(parameter), test(parameter)))
            .prop_map(|(parameter, test)| Condition::Value(parameter, test)),
     1 => (PARAMETERS, test(5)).prop_map(|(parameter, test)| Condition::Value(parameter, test)),
     1 => (comparison(), 0u64..60).prop_map(|(comparison, time)| {
            let low = 1_000_000 + time as i64 * 2;
            Condition::Value(LAST_UPDATED, Test::Range(comparison, Range { low, high: low + 10 }))
        }),
        3 => composite_tests().prop_map(|tests| Condition::Composite(5, tests)),
     1 => text().prop_map(Condition::Narrative),
     1 => text().prop_map(Condition::Content),]
}

pub(super) fn condition() -> impl Strategy<Value = Condition> {
    leaf().prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Condition::All),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Condition::Any),
            inner.clone().prop_map(|one| Condition::Not(Box::new(one))),
            (Just(3u16), prop::collection::vec(1u16..4, 0..3), inner.clone()).prop_map(
                |(parameter, kinds, meets)| {
                    Condition::RefersTo { parameter, kinds, meets: Box::new(meets) }
                }
            ),
            (1u16..4, Just(3u16), inner).prop_map(|(kind, parameter, meets)| {
                Condition::ReferredToBy { kind, parameter, meets: Box::new(meets) }
            }),
        ]
    })
}

/// What confines a query to the records of one record, mostly a patient's.
fn confining() -> impl Strategy<Value = Condition> {
    let refers = |name| Condition::Value(3, Test::Reference(name));
    prop_oneof![
        3 => name().prop_map(refers),
        1 => name().prop_map(Condition::Id),
        1 => name().prop_map(move |name| Condition::Any(vec![refers(name.clone()), Condition::Id(name)])),
    ]
}

pub(super) fn query() -> impl Strategy<Value = Query> {
    let sort = (prop_oneof![PARAMETERS, Just(LAST_UPDATED), Just(ID)], any::<bool>())
        .prop_map(|(parameter, descending)| SortKey { parameter, descending });
    let parts = (
        prop::collection::vec(1u16..4, 0..3),
        (prop::collection::vec(condition(), 0..3), prop::option::weighted(0.4, confining()), 0usize..3),
        prop::collection::vec(sort, 0..3),
        0u32..5,
    );
    parts.prop_map(|(kinds, (mut all, confining, at), sort, count)| {
        let at = at.min(all.len());
        all.splice(at..at, confining);
        Query { kinds, all, sort, count, after: None, glimpse: false }
    })
}

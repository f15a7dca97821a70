//! The JSON reader beside serde_json: both accept the same texts with the same content, but for what is refused on
//! purpose (duplicate names, depth).

mod support;

use proptest::prelude::*;
use salus_fhir::json::{Cause, Document, Kind, MAX_DEPTH, Value, quote};

/// The same value as serde_json sees it; numbers by their text.
fn convert(value: Value<'_>) -> serde_json::Value {
    match value.kind() {
        Kind::Null => serde_json::Value::Null,
        Kind::True => true.into(),
        Kind::False => false.into(),
        Kind::Number => {
            serde_json::Value::Number(serde_json::Number::from_string_unchecked(value.raw().to_owned()))
        }
        Kind::String => value.as_str().expect("a string").into(),
        Kind::Array => value.elements().map(convert).collect(),
        Kind::Object => {
            value.members().map(|member| (member.name().into_owned(), convert(member.value))).collect()
        }
        Kind::Key => unreachable!("a value is no key"),
    }
}

/// Compares the two readers on one text; true when both accept.
fn compare(text: &str) -> bool {
    match (Document::parse(text), serde_json::from_str::<serde_json::Value>(text)) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(convert(ours.root()).to_string(), theirs.to_string(), "{text:?}");
            true
        }
        (Err(_), Err(_)) => false,
        (Err(error), Ok(_)) if matches!(error.cause, Cause::DuplicateKey | Cause::Depth) => false,
        (ours, theirs) => panic!("{text:?}: {:?} against {theirs:?}", ours.map(|_| "accepted")),
    }
}

#[test]
fn refusals_say_where_and_why() {
    let deep = "[".repeat(MAX_DEPTH + 1) + &"]".repeat(MAX_DEPTH + 1);
    for (text, line, column, cause) in [
        ("", 1, 1, Cause::End),
        ("\u{feff}{}", 1, 1, Cause::ByteOrderMark),
        ("{\n \"a\": 1,\n}", 3, 1, Cause::Key),
        ("[1,]", 1, 4, Cause::Value),
        ("{\"a\" 1}", 1, 6, Cause::Colon),
        ("[1 2]", 1, 4, Cause::CommaOrEnd),
        ("{\"a\":1,\"a\":2}", 1, 8, Cause::DuplicateKey),
        ("{\"a\":1,\"\\u0061\":2}", 1, 8, Cause::DuplicateKey),
        ("01", 1, 2, Cause::Number),
        ("[1.]", 1, 4, Cause::Number),
        ("[1e+]", 1, 5, Cause::Number),
        ("[-]", 1, 3, Cause::Number),
        ("[\"\u{e4}\u{e4}\t\"]", 1, 5, Cause::ControlCharacter),
        ("\"\\x\"", 1, 2, Cause::Escape),
        ("\"\\ud800\"", 1, 2, Cause::LoneSurrogate),
        ("\"\\udc00\\ud800\"", 1, 2, Cause::LoneSurrogate),
        ("{} {}", 1, 4, Cause::Trailing),
        ("\"abc", 1, 5, Cause::End),
        ("tru", 1, 1, Cause::Value),
        (&deep, 1, MAX_DEPTH as u32 + 1, Cause::Depth),
    ] {
        let error = Document::parse(text).expect_err(text);
        assert_eq!((error.line, error.column, error.cause), (line, column, cause), "{text:?}");
    }
    let allowed = "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH);
    assert!(Document::parse(allowed.as_str()).is_ok());
}

#[test]
fn many_names_are_checked_for_duplicates_too() {
    let names: Vec<String> = (0..5_000).map(|number| format!("\"n{number}\":0")).collect();
    assert!(Document::parse(format!("{{{}}}", names.join(","))).is_ok());
    for twin in [0, 23, 24, 25, 4_999] {
        let text = format!("{{{},\"n{twin}\":1}}", names.join(","));
        assert_eq!(Document::parse(text).expect_err("a duplicate").cause, Cause::DuplicateKey);
    }
}

#[test]
fn mutated_real_files_are_seen_alike() {
    let Some(folder) = support::examples("mutated JSON") else { return };
    let mut random = support::Random::new(7);
    let (mut tried, mut accepted) = (0, 0);
    for (_, text) in support::files(&folder).filter(|(_, text)| text.len() < 20_000).step_by(4) {
        assert!(compare(&text));
        for _ in 0..8 {
            let mut bytes = text.clone().into_bytes();
            for _ in 0..=random.below(3) {
                let (at, other) = (random.below(bytes.len()), random.below(bytes.len()));
                match random.below(4) {
                    0 => bytes[at] = b"\"\\{}[]:,0-9eE.+tfn u/ \n\x01"[random.below(24)],
                    1 => drop(bytes.remove(at)),
                    2 => bytes.insert(at, b"\"\\{}[]:,0-9eE.+tfn u/ \n\x01"[random.below(24)]),
                    _ => bytes.swap(at, other),
                }
            }
            if let Ok(mutant) = String::from_utf8(bytes) {
                tried += 1;
                accepted += usize::from(compare(&mutant));
            }
        }
    }
    assert!(tried > 5_000 && accepted > 500 && accepted < tried, "{accepted} of {tried}");
    println!("{tried} mutants compared, {accepted} of them JSON");
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_filter_map("finite", |number| serde_json::Number::from_f64(number).map(Into::into)),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
            prop::collection::hash_map(any::<String>(), inner, 0..40)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_is_read_alike(value in json()) {
        prop_assert!(compare(&value.to_string()));
        prop_assert!(compare(&serde_json::to_string_pretty(&value).expect("text")));
    }

    #[test]
    fn any_text_is_read_alike(text in "[\\[\\]{}\",:0-9eE.+\\-truefalsn\\\\u \n]{0,40}") {
        compare(&text);
    }

    #[test]
    fn quoted_text_comes_back(text in any::<String>()) {
        let quoted = quote(&text);
        let document = Document::parse(quoted.as_str()).expect("a string");
        prop_assert_eq!(document.root().as_str().expect("a string"), text);
    }
}

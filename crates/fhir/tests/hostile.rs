//! Whatever bytes come, nothing panics, nothing takes long, and no issue repeats a value. Bounded in time.

mod support;

use std::time::{Duration, Instant};

use salus_fhir::bundle::{Bundle, MAX_ENTRIES};
use salus_fhir::{Language, MAX_ISSUES, Resource, ResourceType, outcome, rewrite};

/// Everything the crate can be asked about a text.
fn ask(text: &str) {
    match Resource::parse(text, ResourceType::from_name("Patient")) {
        Ok(resource) => {
            drop((resource.patients(), resource.references(), resource.with_identity("a", "1", "T")))
        }
        Err(issues) => {
            assert!(!issues.is_empty() && issues.len() <= MAX_ISSUES);
            for language in [Language::En, Language::De, Language::Fr] {
                let outcome = outcome::operation_outcome(&issues, language);
                Resource::parse(outcome, None).expect("an OperationOutcome is valid");
            }
        }
    }
    if let Ok(resource) = Resource::parse(text, None) {
        let spliced = resource.with_identity("a", "1", "2026-11-22T17:00:00Z");
        let again = Resource::parse(spliced, None).expect("still valid");
        drop((again.patients(), again.references(), again.meta_profiles()));
    }
    match Bundle::parse(text) {
        Ok(bundle) => drop(bundle),
        Err(issues) => assert!(!issues.is_empty()),
    }
    drop(rewrite::references(text, &|url| Some(format!("x{url}"))));
}

#[test]
fn mutants_of_examples_never_panic() {
    let Some(folder) = support::examples("hostile mutants") else { return };
    let texts: Vec<String> =
        support::files(&folder).map(|(_, text)| text).filter(|text| text.len() < 8_000).collect();
    let mut random = support::Random::new(11);
    let (begun, mut count) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_secs(5) {
        let mut bytes = texts[random.below(texts.len())].clone().into_bytes();
        for _ in 0..=random.below(4) {
            let (at, other) = (random.below(bytes.len()), random.below(bytes.len()));
            match random.below(5) {
                0 => bytes[at] = random.below(256) as u8,
                1 => bytes.truncate(at + 1),
                2 => bytes.swap(at, other),
                3 => drop(bytes.drain(at.min(other)..at.max(other))),
                _ => {
                    let piece = bytes[at.min(other)..at.max(other)].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
            if bytes.is_empty() {
                bytes.push(b'{');
            }
        }
        drop(Resource::parse_bytes(bytes.clone(), None));
        ask(&String::from_utf8_lossy(&bytes));
        count += 1;
    }
    assert!(count > 100, "{count}");
    println!("{count} mutants");
}

#[test]
fn floods_are_answered_quickly() {
    let many = 300_000;
    let list = |item: &str| vec![item; many].join(",");
    let names = (0..many).map(|number| format!("\"n{number}\":1")).collect::<Vec<_>>().join(",");
    for (name, text) in [
        (
            "nulls",
            format!(
                r#"{{"resourceType":"Patient","name":[{{"given":[{}],"_given":[{}]}}]}}"#,
                list("null"),
                list(r#"{"id":"a"}"#)
            ),
        ),
        ("unknown names", format!(r#"{{"resourceType":"Patient",{names}}}"#)),
        (
            "references",
            format!(
                r#"{{"resourceType":"Patient","generalPractitioner":[{}]}}"#,
                list(r#"{"reference":"Practitioner/1"}"#)
            ),
        ),
        (
            "patients",
            format!(
                r#"{{"resourceType":"Group","type":"person","actual":true,"member":[{}]}}"#,
                (0..many)
                    .map(|number| format!(r#"{{"entity":{{"reference":"Patient/{number}"}}}}"#))
                    .collect::<Vec<_>>()
                    .join(",")
            ),
        ),
        (
            "extensions",
            format!(
                r#"{{"resourceType":"Patient","extension":[{}]}}"#,
                list(r#"{"url":"a","valueString":"b"}"#)
            ),
        ),
        ("depth", "{\"a\":".repeat(many)),
        ("brackets", "[".repeat(many)),
        ("backslashes", format!("\"{}", "\\\\".repeat(many))),
        ("quotes", "\"".repeat(many)),
        (
            "narrative",
            format!(
                r#"{{"resourceType":"Patient","text":{{"status":"empty","div":"<div xmlns='http://www.w3.org/1999/xhtml'>{}</div>"}}}}"#,
                "<p a='&amp;'>&lt;</p>".repeat(many)
            ),
        ),
        (
            "open comments",
            format!(
                r#"{{"resourceType":"Patient","text":{{"status":"empty","div":"<div xmlns='http://www.w3.org/1999/xhtml'>{}</div>"}}}}"#,
                "<!--".repeat(many)
            ),
        ),
        (
            "equals signs",
            format!(
                r#"{{"resourceType":"Patient","text":{{"status":"empty","div":"{}"}}}}"#,
                " href =".repeat(many)
            ),
        ),
        ("entries", format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{}]}}"#, list("{}"))),
    ] {
        let begun = Instant::now();
        ask(&text);
        assert!(begun.elapsed() < Duration::from_secs(30), "{name}: {:?}", begun.elapsed());
        println!("{name}: {} bytes in {:?}", text.len(), begun.elapsed());
    }
}

#[test]
fn issues_never_repeat_a_value() {
    const SECRET: &str = "Schmidt-Sonnenschein";
    let wrong = [
        r#"{"resourceType":"Patient","gender":"S  S"}"#,
        r#"{"resourceType":"Patient","birthDate":"S"}"#,
        r#"{"resourceType":"Patient","S d":1}"#,
        r#"{"resourceType":"S"}"#,
        r#"{"resourceType":"Patient","name":"S"}"#,
        r#"{"resourceType":"Patient","active":"S"}"#,
        r#"{"resourceType":"Patient","contained":[{"resourceType":"S"}]}"#,
        r#"{"resourceType":"Bundle","type":"S"}"#,
        r#"{"resourceType":"Patient","id":"S S"}"#,
        r#"["S"]"#,
        r#"{"S":"S""#,
    ];
    for template in wrong {
        let text = template.replace('S', SECRET);
        let issues = Resource::parse(text.as_str(), None)
            .err()
            .or_else(|| Bundle::parse(&text).err())
            .expect(template);
        for language in [Language::En, Language::De, Language::Fr] {
            assert!(!outcome::operation_outcome(&issues, language).contains("Sonnenschein"), "{template}");
        }
        assert!(!format!("{issues:?}").contains("Sonnenschein"), "{template}");
    }
}

#[test]
fn the_bound_of_entries_is_exact() {
    let bundle = |count: usize| {
        let entry = r#"{"request":{"method":"GET","url":"Patient/1"}}"#;
        format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{}]}}"#, vec![entry; count].join(","))
    };
    assert_eq!(Bundle::parse(&bundle(MAX_ENTRIES)).expect("taken").entries.len(), MAX_ENTRIES);
    let issues = Bundle::parse(&bundle(MAX_ENTRIES + 1)).expect_err("refused");
    assert_eq!(issues[0].expression, "Bundle.entry");
}

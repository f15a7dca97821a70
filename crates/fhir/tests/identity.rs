//! Putting id and meta into a text changes nothing else, whatever the text looks like.

mod support;

use proptest::prelude::*;
use salus_fhir::Resource;
use salus_fhir::json::Document;

const UPDATED: &str = "2026-11-22T17:00:00.123Z";

/// The text without its outermost id and meta members, each with the comma and white space before it (or after it,
/// when it is the first).
fn without_identity(text: &str) -> String {
    let document = Document::parse(text).expect("JSON");
    let members: Vec<_> = document.root().members().collect();
    let mut out = text.to_owned();
    for (index, member) in members.iter().enumerate().rev() {
        if member.is("id") || member.is("meta") {
            let span = member.span();
            if index > 0 && !members[..index].iter().all(|before| before.is("id") || before.is("meta")) {
                let comma = text[..span.start].rfind(',').expect("a comma before");
                out.replace_range(comma..span.end, "");
            } else {
                let end = members.get(index + 1).map_or(span.end, |next| next.span().start);
                out.replace_range(span.start..end, "");
            }
        }
    }
    out
}

fn check(text: &str) {
    let before = Resource::parse(text, None).expect("valid");
    let spliced = before.with_identity("new-id.1", "7", UPDATED);
    let after = Resource::parse(spliced.as_str(), Some(before.kind()))
        .unwrap_or_else(|issues| panic!("{issues:?}: {spliced}"));
    assert_eq!(without_identity(text), without_identity(&spliced));
    assert_eq!(after.id(), Some("new-id.1"));
    let meta = after.root().get("meta").expect("meta");
    assert_eq!(meta.get_str("versionId").as_deref(), Some("7"));
    assert_eq!(meta.get_str("lastUpdated").as_deref(), Some(UPDATED));
    let kept = |resource: &Resource| -> Vec<(String, String)> {
        let members = resource.root().get("meta").into_iter().flat_map(|meta| meta.members());
        let own = members.filter(|member| !member.is("versionId") && !member.is("lastUpdated"));
        own.map(|member| (member.name().into_owned(), member.value.raw().to_owned())).collect()
    };
    assert_eq!(kept(&before), kept(&after));
    assert_eq!(after.with_identity("new-id.1", "7", UPDATED), spliced, "a second time changes nothing");
}

#[test]
fn every_example_keeps_its_bytes() {
    let Some(folder) = support::examples("identity of examples") else { return };
    let mut count = 0;
    for (_, text) in support::files(&folder) {
        if text.len() < 1_000_000 && Resource::parse(text.as_str(), None).is_ok() {
            check(&text);
            count += 1;
        }
    }
    assert!(count > 5_200, "{count}");
}

#[test]
fn new_members_follow_the_style_of_the_text() {
    for (text, expected) in [
        (
            r#"{"resourceType":"Basic","code":{"text":"x"}}"#,
            r#"{"resourceType":"Basic","id":"a","meta":{"versionId":"1","lastUpdated":"T"},"code":{"text":"x"}}"#,
        ),
        (
            "{\n  \"resourceType\": \"Basic\",\n  \"code\": {\"text\": \"x\"}\n}",
            "{\n  \"resourceType\": \"Basic\",\n  \"id\": \"a\",\n  \"meta\": {\"versionId\": \"1\", \"lastUpdated\": \"T\"},\n  \"code\": {\"text\": \"x\"}\n}",
        ),
        (
            r#"{"id":"old","code":{"text":"x"},"resourceType":"Basic"}"#,
            r#"{"id":"a","meta":{"versionId":"1","lastUpdated":"T"},"code":{"text":"x"},"resourceType":"Basic"}"#,
        ),
        (
            r#"{"resourceType":"Basic","meta":{ "source":"urn:x" },"code":{"text":"x"}}"#,
            r#"{"resourceType":"Basic","id":"a","meta":{ "versionId":"1", "lastUpdated":"T", "source":"urn:x" },"code":{"text":"x"}}"#,
        ),
        (
            r#"{"resourceType":"Basic","meta":{"lastUpdated":"2020-01-01T00:00:00Z","versionId":"old"},"code":{"text":"x"}}"#,
            r#"{"resourceType":"Basic","id":"a","meta":{"lastUpdated":"T","versionId":"1"},"code":{"text":"x"}}"#,
        ),
        (
            r#"{"resourceType":"Bundle","type":"collection"}"#,
            r#"{"resourceType":"Bundle","id":"a","meta":{"versionId":"1","lastUpdated":"T"},"type":"collection"}"#,
        ),
    ] {
        let resource = Resource::parse(text, None).expect("valid");
        assert_eq!(resource.with_identity("a", "1", "T"), expected);
    }
}

/// A small resource with white space, order and content at random.
fn resource() -> impl Strategy<Value = String> {
    let space = || "[ \n\t]{0,3}";
    let id = prop::option::of("[A-Za-z0-9.-]{1,64}");
    let meta = prop::option::of(prop::sample::subsequence(
        vec![
            r#""versionId" : "old""#,
            r#""lastUpdated":"2020-01-01T00:00:00Z""#,
            r#""profile":["http://x/y", "http://x/z" ]"#,
            r#""tag" : [{"code":"versionId"}]"#,
            r#""source":"urn:x""#,
            r#""extension":[{"url":"urn:x","valueString":"\u00e4\"meta\":"}]"#,
        ],
        1..=6,
    ));
    (id, meta, any::<String>(), space(), space(), space(), any::<prop::sample::Index>()).prop_map(
        |(id, meta, text, one, two, three, at)| {
            let mut members = vec![
                format!(r#""resourceType"{one}:{two}"Basic""#),
                format!(
                    r#""code":{two}{{"text":{}}}"#,
                    salus_fhir::json::quote(&format!("x{}", text.replace(|c: char| c.is_control(), " ")))
                ),
            ];
            members.extend(id.map(|id| format!(r#""id"{two}:{one}"{id}""#)));
            members.extend(meta.map(|meta| {
                format!("\"meta\":{one}{{{three}{}{one}}}", meta.join(&format!("{two},{three}")))
            }));
            let turn = at.index(members.len());
            members.rotate_left(turn);
            format!("{one}{{{three}{}{two}}}{one}", members.join(&format!("{one},{three}")))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_resource_keeps_its_bytes(text in resource()) {
        check(&text);
    }
}

#[test]
fn a_resource_whose_references_are_replaced_is_one_that_was_sent_so() {
    let text = r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:a"},"performer":[{"reference":"Practitioner/1"},{"reference":"urn:uuid:b"}]}"#;
    let sent = Resource::parse(text, None).expect("valid");
    let resolve = |url: &str| match url {
        "urn:uuid:a" => Some("Patient/new".to_owned()),
        "urn:uuid:b" => Some("Organization/new".to_owned()),
        _ => None,
    };
    let rewritten = sent.with_references(&resolve).expect("references that are known");
    let expected = text.replace("urn:uuid:a", "Patient/new").replace("urn:uuid:b", "Organization/new");
    let expected = Resource::parse(expected, None).expect("valid");
    assert_eq!(rewritten.text(), expected.text());
    assert!(rewritten.references() == expected.references());
    assert_eq!(rewritten.patients(), expected.patients());
    assert_eq!(rewritten.id(), Some("o"));
    assert!(expected.with_references(&resolve).is_none());
}

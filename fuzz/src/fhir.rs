//! FHIR's JSON: what a client sends and what an import reads.

use salus_fhir::bundle::Bundle;
use salus_fhir::json::Document;
use salus_fhir::patch::Patch;
use salus_fhir::xml::{self, Layout};
use salus_fhir::{Issue, Language, MAX_ISSUES, Resource, outcome, rewrite};

/// A text is taken apart; what is accepted keeps its bytes, and each value's text parses again.
pub fn json(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(document) = Document::parse(text) else { return };
    let root = document.root();
    assert_eq!(document.text(), text);
    let again = Document::parse(root.raw()).expect("a value's own text is JSON");
    assert_eq!(again.root().kind(), root.kind());
    for member in root.members() {
        assert!(member.is(&member.name()));
    }
    if let Some(string) = root.as_str() {
        let quoted = salus_fhir::json::quote(&string);
        let again = Document::parse(quoted.as_str()).expect("what is quoted is JSON");
        assert_eq!(again.root().as_str().as_deref(), Some(&*string));
    }
}

/// A resource is checked; what is accepted stays valid with an identity put in and its references replaced.
pub fn resource(data: &[u8]) {
    match Resource::parse_bytes(data.to_vec(), None) {
        Err(issues) => explain(&issues),
        Ok(resource) => accepted(&resource),
    }
}

fn accepted(resource: &Resource) {
    drop((resource.patients(), resource.meta_profiles()));
    let named = resource.with_identity("an-id", "7", "2026-01-02T03:04:05.678Z");
    let again = Resource::parse(named.as_str(), Some(resource.kind())).expect("an identity leaves it valid");
    assert_eq!(again.id(), Some("an-id"));
    assert_eq!(again.references().len(), resource.references().len());
    assert_eq!(
        again.with_identity("an-id", "7", "2026-01-02T03:04:05.678Z"),
        named,
        "put in twice is put in once"
    );
    assert_eq!(rewrite::references(resource.text(), &|_| None), resource.text());
    let moved = rewrite::references(resource.text(), &|_| Some("Patient/x".to_owned()));
    Document::parse(moved).expect("replaced references leave it JSON");
}

/// What is said about a refusal is itself a valid resource, in each language.
fn explain(issues: &[Issue]) {
    assert!(!issues.is_empty() && issues.len() <= MAX_ISSUES);
    for language in [Language::En, Language::De, Language::Fr] {
        let outcome = outcome::operation_outcome(issues, language);
        Resource::parse(outcome, None).expect("an OperationOutcome is valid");
    }
}

/// A Bundle is taken apart; its entries are what they would be alone.
pub fn bundle(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    drop(rewrite::references(text, &|url| Some(format!("x{url}"))));
    match Bundle::parse(text) {
        Err(issues) => explain(&issues),
        Ok(bundle) => {
            for (at, entry) in bundle.entries.iter().enumerate() {
                assert_eq!(entry.index, at);
                match &entry.resource {
                    Ok(Some(resource)) => assert!(text.contains(resource.text()), "an entry keeps its bytes"),
                    Ok(None) => {}
                    Err(issues) => explain(issues),
                }
            }
        }
    }
}

/// Lines are numbered, and each is a part of the text.
pub fn ndjson(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut before = 0;
    for (number, line) in salus_fhir::ndjson::lines(text) {
        assert!(number > before && text.contains(line) && !line.contains('\n'));
        before = number;
        drop(Resource::parse(line, None));
    }
}

/// XML becomes JSON that can be read; what is valid in it goes back to XML, and comes out the same.
pub fn xml(data: &[u8]) {
    let json = match xml::to_json(data) {
        Ok(json) => json,
        Err(fault) => {
            assert!(
                [Language::En, Language::De, Language::Fr]
                    .iter()
                    .all(|language| !fault.text(*language).is_empty())
            );
            return;
        }
    };
    Document::parse(json.as_str()).expect("what XML becomes is JSON");
    let Ok(resource) = Resource::parse(json, None) else { return };
    let Ok(compact) = xml::from_json(resource.text(), Layout::Compact) else { return };
    let again = xml::to_json(compact.as_bytes()).expect("what was written can be read");
    let twice = xml::from_json(&again, Layout::Compact).expect("and be written");
    assert_eq!(twice, compact);
    let pretty = xml::from_json(&again, Layout::Pretty).expect("in any layout");
    assert_eq!(xml::to_json(pretty.as_bytes()).as_ref(), Ok(&again));
}

/// What patches are tried on.
const PATCHED: &str = r#"{"resourceType":"Patient","id":"a","active":true,"name":[{"family":"A","given":["x","y"],"_given":[null,{"id":"g"}]},{"text":"B"}],"birthDate":"2000-01-02","multipleBirthInteger":2,"contact":[{"name":{"family":"C"}}]}"#;

/// A patch is applied whole or not at all; what it makes is JSON, and the same each time.
pub fn patch(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let patch = match Resource::parse(text, None) {
        Ok(parameters) => Patch::fhirpath(&parameters),
        Err(_) => Patch::json(text),
    };
    let patch = match patch {
        Ok(patch) => patch,
        Err(issues) => return explain(&issues),
    };
    match patch.apply(PATCHED) {
        Ok(made) => {
            Document::parse(made.as_str()).expect("what a patch makes is JSON");
            assert_eq!(patch.apply(PATCHED), Ok(made));
        }
        Err(fault) => explain(&[fault.into_issue()]),
    }
}

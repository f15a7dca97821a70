//! Bundles taken apart: what is in them, and that one bad entry refuses only itself.

use salus_fhir::bundle::{Bundle, BundleType};
use salus_fhir::{IssueCode, Language};

const BATCH: &str = r#"{"resourceType":"Bundle","id":"b","type":"batch","entry":[
  {"fullUrl":"urn:uuid:1","resource":{ "resourceType" : "Patient", "active":true },
   "request":{"method":"PUT","url":"Patient/1","ifMatch":"W/\"2\"","ifNoneMatch":"*","ifNoneExist":"a=b","ifModifiedSince":"2026-11-22T17:00:00Z"}},
  {"resource":{"resourceType":"Patient","active":"yes","nmae":[]},"request":{"method":"POST","url":"Patient"}},
  {"request":{"method":"DELETE","url":"Patient\/2"}},
  {"resource":{"resourceType":"Patient"}},
  {"request":{"method":"GET"}},
  7]}"#;

#[test]
fn entries_stand_for_themselves() {
    let bundle = Bundle::parse(BATCH).expect("a bundle");
    assert_eq!((bundle.kind, bundle.id.as_deref(), bundle.entries.len()), (BundleType::Batch, Some("b"), 6));
    let first = &bundle.entries[0];
    assert_eq!(first.full_url.as_deref(), Some("urn:uuid:1"));
    let resource = first.resource.as_ref().expect("valid").as_ref().expect("there");
    assert_eq!(resource.text(), r#"{ "resourceType" : "Patient", "active":true }"#);
    let request = first.request.as_ref().expect("there");
    assert_eq!(
        (request.method.as_str(), request.url.as_str(), request.if_match.as_deref()),
        ("PUT", "Patient/1", Some("W/\"2\""))
    );
    assert_eq!(
        (request.if_none_match.as_deref(), request.if_none_exist.as_deref()),
        (Some("*"), Some("a=b"))
    );
    assert_eq!(request.if_modified_since.as_deref(), Some("2026-11-22T17:00:00Z"));
    assert!(matches!(bundle.entries[2].resource, Ok(None)));
    assert_eq!(bundle.entries[2].request.as_ref().expect("there").url, "Patient/2");
    let places = |index: usize| -> Vec<String> {
        let issues = bundle.entries[index].resource.as_ref().expect_err("refused");
        issues.iter().map(|issue| issue.expression.clone()).collect()
    };
    assert_eq!(places(1), ["Bundle.entry[1].resource.active", "Bundle.entry[1].resource.nmae"]);
    assert_eq!(places(3), ["Bundle.entry[3].request"]);
    assert_eq!(places(4), ["Bundle.entry[4].request.url"]);
    assert_eq!(places(5), ["Bundle.entry[5]"]);
}

#[test]
fn an_entrys_resource_can_be_asked_like_any_other() {
    let text = r#"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Basic"},
        "resource":{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"Patient/1"}}}]}"#;
    let mut bundle = Bundle::parse(text).expect("a bundle");
    let resource = bundle.entries.remove(0).resource.expect("valid").expect("there");
    let references = resource.references();
    assert_eq!(references[0].expression, "Basic.subject.reference");
    assert_eq!(&resource.text()[references[0].span.clone()], r#""Patient/1""#);
    assert_eq!(
        resource.with_identity("a", "1", "T"),
        r#"{"resourceType":"Basic","id":"a","meta":{"versionId":"1","lastUpdated":"T"},"code":{"text":"x"},"subject":{"reference":"Patient/1"}}"#
    );
}

#[test]
fn what_is_wrong_with_the_bundle_itself_refuses_it() {
    for (text, place, code) in [
        ("{", "", IssueCode::Structure),
        (r#"{"resourceType":"Patient"}"#, "Patient", IssueCode::Invalid),
        (r#"{"resourceType":"Bundle"}"#, "Bundle.type", IssueCode::Required),
        (r#"{"resourceType":"Bundle","type":"heap"}"#, "Bundle.type", IssueCode::CodeInvalid),
        (r#"{"resourceType":"Bundle","type":"batch","entry":{}}"#, "Bundle.entry", IssueCode::Structure),
        (r#"{"resourceType":"Bundle","type":"batch","entry":[]}"#, "Bundle.entry", IssueCode::Structure),
        (r#"{"resourceType":"Bundle","type":"batch","total":-1}"#, "Bundle.total", IssueCode::Value),
        (r#"{"resourceType":"Bundle","type":"batch","entrys":[]}"#, "Bundle.entrys", IssueCode::Structure),
    ] {
        let issues = Bundle::parse(text).expect_err(text);
        assert_eq!((issues[0].expression.as_str(), issues[0].code), (place, code), "{text}");
    }
    let issues =
        Bundle::parse(r#"{"resourceType":"Bundle","type":"batch","entrys":[]}"#).expect_err("unknown");
    assert_eq!(
        issues[0].text(Language::De),
        "Die Eigenschaft entrys gibt es in Bundle nicht. Meinten Sie entry?"
    );
}

#[test]
fn every_type_of_bundle_is_known() {
    for code in [
        "document",
        "message",
        "transaction",
        "transaction-response",
        "batch",
        "batch-response",
        "history",
        "searchset",
        "collection",
    ] {
        let kind = BundleType::from_code(code).expect(code);
        assert_eq!(kind.code(), code);
    }
}

//! Parameters of an address that are not understood, or stand where there is nothing to be asked: each is named, with what is expected.

use crate::support::{Cell, FHIR_JSON, Salus};
use serde_json::json;

/// Refused in each language, by these words in English, at this place.
fn refuses(cell: &Cell, (method, rest): (&str, &str), body: &str, status: u16, place: &str, words: &str) {
    let mut texts = Vec::new();
    for language in ["en", "de", "fr"] {
        let headers = [("Accept-Language", language), ("Content-Type", FHIR_JSON)];
        let reply = cell.send(method, rest, &headers, body.as_bytes());
        assert_eq!(reply.status, status, "{method} {rest}: {}", reply.text());
        let issue = reply.json()["issue"][0].clone();
        assert_eq!(issue["expression"][0], place, "{method} {rest}: {issue}");
        texts.push(issue["details"]["text"].as_str().unwrap().to_owned());
    }
    assert!(texts[0].contains(words), "{method} {rest}: {}", texts[0]);
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 3, "{method} {rest}: {texts:?}");
}

#[test]
fn what_is_not_understood_of_an_address_is_named_with_its_place_and_the_cure() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.create("Patient", r#"{"resourceType":"Patient"}"#);
    let (expand, gender) = ("ValueSet/$expand", "url=http://hl7.org/fhir/ValueSet/administrative-gender");
    let lookup = "CodeSystem/$lookup";
    let whole = "a whole number from 0 on is expected";
    for (rest, status, place, words) in [
        (format!("{expand}?{gender}&count=-1"), 400, "http.count", whole),
        (format!("{expand}?{gender}&offset=x"), 400, "http.offset", whole),
        (format!("{expand}?{gender}&activeOnly=maybe"), 400, "http.activeOnly", "true or false is expected"),
        (
            format!("{expand}?{gender}&includeDesignations=1"),
            400,
            "http.includeDesignations",
            "true or false",
        ),
        (format!("{expand}?{gender}&{gender}"), 400, "http.url", "given twice"),
        (format!("{expand}?{gender}&valueSet=x"), 400, "http.valueSet", "Parameters resource"),
        (format!("{expand}?{gender}&nonsense=x"), 400, "http.nonsense", "is not known here"),
        (format!("{expand}?url="), 400, "http.url", "has no value"),
        (format!("{lookup}?system=nowhere&code=1"), 422, "http.system", "The list nowhere is not loaded"),
        (format!("{lookup}?system=urn:nowhere&code=1"), 422, "http.system", "urn:nowhere"),
        ("CodeSystem/$subsumes?system=nowhere&codeA=1&codeB=2".into(), 422, "http.system", "list nowhere"),
        (format!("Patient/{id}?_pretty=maybe"), 400, "http._pretty", "true or false is expected"),
        (format!("Patient/{id}?_format=json&_format=xml"), 400, "http._format", "given twice"),
        (format!("Patient/{id}?foo=1"), 400, "http.foo", "only _format and _pretty are"),
        (format!("Patient/{id}/_history?_count=x"), 400, "http._count", "a positive number"),
        (format!("Patient/{id}/_history?_count=1&_count=2"), 400, "http._count", "given twice"),
        (format!("Patient/{id}/_history?_count=0&_at=2020"), 400, "http._count", "at least one version"),
        ("Patient/_history?_count=0".into(), 400, "http._count", "at least one version"),
        ("_history?_count=0".into(), 400, "http._count", "at least one version"),
        ("Patient?_count=1&_count=2".into(), 400, "http._count", "given twice"),
        ("_history?_since=x".into(), 400, "http._since", "an instant such as"),
        (format!("Patient/{id}/$everything?_since=x"), 400, "http._since", "an instant such as"),
        (
            format!("Patient/{id}/$everything?start=2021-01-01&end=2020"),
            400,
            "http.start",
            "start is after end",
        ),
        (format!("Patient/{id}/$everything?start=2021&start=2022"), 400, "http.start", "given twice"),
        (format!("Patient/{id}/$validate?mode=create&mode=delete"), 400, "http.mode", "given twice"),
        (format!("Observation/$lastn?patient={id}&max=1&max=2"), 400, "http.max", "given twice"),
        ("metadata?mode=full&mode=terminology".into(), 400, "http.mode", "given twice"),
    ] {
        refuses(&cell, ("GET", &rest), "", status, place, words);
    }
    // What has nothing to be asked says so before it does anything.
    let batch = r#"{"resourceType":"Bundle","type":"batch"}"#;
    let patient = r#"{"resourceType":"Patient"}"#;
    for (method, rest, body) in [
        ("POST", "?foo=1", batch),
        ("POST", "Patient?foo=1", patient),
        ("PUT", &format!("Patient/{id}?foo=1"), patient),
        ("DELETE", &format!("Patient/{id}?foo=1"), ""),
        ("POST", "$import?foo=1", ""),
    ] {
        refuses(&cell, (method, rest), body, 400, "http.foo", "Known: _format, _pretty");
    }
    let sent = json!({"resourceType": "Parameters", "parameter": [
        {"name": "url", "valueUri": "urn:x"}, {"name": "activeOnly", "valueBoolean": true}, {"name": "count", "valueInteger": -1}]});
    refuses(&cell, ("POST", expand), &sent.to_string(), 422, "Parameters.parameter[0]", "urn:x");
    let twice = json!({"resourceType": "Parameters", "parameter": [
        {"name": "url", "valueUri": "urn:x"}, {"name": "url", "valueUri": "urn:y"}]});
    refuses(&cell, ("POST", expand), &twice.to_string(), 400, "Parameters.parameter[1]", "given twice");

    // As a search's: how many versions there are, and none of them.
    let count = cell.get(&format!("Patient/{id}/_history?_count=0"));
    assert_eq!((count.status, &count.json()["total"], count.json().get("entry")), (200, &json!(1), None));
    let lenient = [("Prefer", "handling=lenient"), ("Content-Type", FHIR_JSON)];
    assert_eq!(cell.send("POST", "Patient?foo=1", &lenient, patient.as_bytes()).status, 201);
    let everything =
        cell.get(&format!("Patient/{id}/$everything?start=2020&end=2020-01-01&_since=2020-01-01"));
    assert_eq!(everything.status, 200, "{}", everything.text());
}

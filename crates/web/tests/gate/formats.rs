//! JSON, XML and pages: what is asked for is what comes, and what is sent in either is the same record.

use crate::support::{Cell, Salus, observation, test_data};
use salus_fhir::xml::{self, Layout};
use serde_json::Value;

const XML: &str = "application/fhir+xml";

fn with(cell: &Cell, rest: &str, accept: &str) -> crate::support::Reply {
    cell.send("GET", rest, &[("Accept", accept)], b"")
}

/// The JSON of an answer in XML.
fn json_of(reply: &crate::support::Reply) -> Value {
    assert_eq!(reply.header("content-type"), Some("application/fhir+xml; charset=utf-8"), "{}", reply.text());
    let json = xml::to_json(&reply.body).unwrap_or_else(|fault| panic!("{fault:?}: {}", reply.text()));
    serde_json::from_str(&json).unwrap()
}

#[test]
fn every_answer_comes_in_xml_and_says_the_same() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let patient = cell.create(
        "Patient",
        r#"{"resourceType":"Patient","name":[{"given":["a&<\"",null],"_given":[null,{"id":"g"}]}],"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>x &amp; y</p></div>"}}"#,
    );
    cell.create("Observation", &observation(&patient));
    for at in [
        &format!("Patient/{patient}"),
        &format!("Patient/{patient}/_history/1"),
        &format!("Patient/{patient}/_history"),
        "_history",
        "Patient?_summary=true",
        "Patient?_elements=name",
        &format!("Observation?patient={patient}&_include=*"),
        "metadata",
        "Patient/nobody",
        "Patint",
        "Patient?nonsense=1",
    ] {
        let (json, written) = (cell.get(at), with(&cell, at, XML));
        assert_eq!(written.status, json.status, "{at}");
        assert_eq!(json_of(&written), json.json(), "{at}");
        assert_eq!(written.header("etag"), json.header("etag"), "{at}");
        let page = with(&cell, at, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        assert_eq!(page.status, json.status, "{at}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{at}");
        assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"), "{at}");
        assert!(!page.text().contains("<script") && !page.text().contains(" style="), "{at}");
    }
    let head = cell.send("HEAD", &format!("Patient/{patient}"), &[("Accept", XML)], b"");
    let whole = with(&cell, &format!("Patient/{patient}"), XML);
    assert_eq!(head.header("content-length"), whole.header("content-length"));
    let stranger = cell.http().send("GET", &cell.path("Patient/1"), &[("Accept", XML)], b"");
    assert_eq!((stranger.status, json_of(&stranger)["issue"][0]["code"].as_str()), (401, Some("login")));
}

#[test]
fn what_is_sent_in_xml_is_the_same_record() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let send = |method: &str, at: &str, body: &str| {
        cell.send(method, at, &[("Content-Type", XML), ("Accept", XML)], body.as_bytes())
    };
    let created = send(
        "POST",
        "Patient",
        "<Patient xmlns=\"http://hl7.org/fhir\"><!-- c --><active value=\"true\"/><multipleBirthInteger value=\"2\"/></Patient>",
    );
    assert_eq!(created.status, 201, "{}", created.text());
    let id = json_of(&created)["id"].as_str().unwrap().to_owned();
    let read = cell.get(&format!("Patient/{id}")).json();
    assert_eq!((&read["active"], &read["multipleBirthInteger"]), (&Value::from(true), &Value::from(2)));
    // What was read in XML is written back in XML.
    let text =
        with(&cell, &format!("Patient/{id}"), XML).text().replace("value=\"true\"/>", "value=\"false\"/>");
    let updated = send("PUT", &format!("Patient/{id}"), &text);
    assert_eq!(updated.status, 200, "{}", updated.text());
    assert_eq!(cell.get(&format!("Patient/{id}")).json()["active"], false);
    let bundle = "<Bundle xmlns=\"http://hl7.org/fhir\"><type value=\"transaction\"/><entry><fullUrl value=\"urn:uuid:0b9f5a8e-6f0f-4d0e-9a55-6a4f1f6b0a11\"/><resource><Patient/></resource><request><method value=\"POST\"/><url value=\"Patient\"/></request></entry></Bundle>";
    let done = send("POST", "", bundle);
    assert_eq!(
        (done.status, json_of(&done)["type"].as_str()),
        (200, Some("transaction-response")),
        "{}",
        done.text()
    );
    assert_eq!(cell.get("Patient").json()["total"], 2);
}

#[test]
fn xml_that_is_none_is_refused_where_it_stands() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let send = |body: &str| {
        cell.send(
            "POST",
            "Patient",
            &[("Content-Type", "text/xml"), ("Accept-Language", "de")],
            body.as_bytes(),
        )
    };
    let unknown = send("<Patient xmlns=\"http://hl7.org/fhir\">\n<brithDate value=\"2000\"/></Patient>");
    assert_eq!((unknown.status, unknown.expressions()), (422, vec!["Patient.brithDate".to_owned()]));
    assert!(unknown.text().contains("Zeile 2") && unknown.text().contains("birthDate"), "{}", unknown.text());
    let bomb = "<!DOCTYPE a [<!ENTITY b \"c\">]><Patient xmlns=\"http://hl7.org/fhir\"/>";
    assert_eq!((send(bomb).status, send(bomb).issue().as_str()), (400, "structure"));
    assert_eq!(send("<Patient").status, 400);
    let stranger = cell.http().send("POST", &cell.path("Patient"), &[("Content-Type", XML)], b"<Patient");
    assert_eq!(stranger.status, 401);
    for (kind, status) in
        [("application/x-turtle", 415), ("text/html", 415), ("text/xml; charset=utf-16", 415)]
    {
        let reply = cell.send("POST", "Patient", &[("Content-Type", kind)], b"<Patient/>");
        assert_eq!((reply.status, reply.issue().as_str()), (status, "not-supported"), "{kind}");
    }
}

#[test]
fn formats_are_asked_for_by_every_name() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let at = format!("Patient/{id}");
    for (accept, query, expected) in [
        ("application/json", "", "application/json; charset=utf-8"),
        ("application/xml", "", "application/xml; charset=utf-8"),
        ("text/xml", "", "text/xml; charset=utf-8"),
        ("application/json", "?_format=xml", "application/fhir+xml; charset=utf-8"),
        (XML, "?_format=json", "application/fhir+json; charset=utf-8"),
        ("*/*", "?_format=application/fhir%2Bxml", "application/fhir+xml; charset=utf-8"),
        ("*/*", "?_format=html", "text/html; charset=utf-8"),
    ] {
        let reply = with(&cell, &format!("{at}{query}"), accept);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some(expected)), "{accept} {query}");
    }
    for (accept, query) in [("text/turtle", ""), ("*/*", "?_format=ttl"), ("application/pdf", "")] {
        let reply = with(&cell, &format!("{at}{query}"), accept);
        assert_eq!((reply.status, reply.issue().as_str()), (406, "not-supported"), "{accept} {query}");
    }
    let pretty = cell.get(&format!("{at}?_pretty=true"));
    assert!(pretty.text().starts_with("{\n  \"resourceType\": \"Patient\","), "{}", pretty.text());
    assert_eq!(pretty.json(), cell.get(&at).json());
    let pretty = cell.get(&format!("{at}?_pretty=true&_format=xml")).text();
    assert!(pretty.contains("\n  <id value=\""), "{pretty}");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let found = cell.send("POST", "Patient/_search", &form, format!("_id={id}&_format=xml").as_bytes());
    assert_eq!(json_of(&found)["total"], 1);
    let formats = cell.get("metadata").json()["format"].clone();
    assert!(formats.as_array().unwrap().contains(&"application/fhir+xml".into()), "{formats}");
}

#[test]
fn what_xml_cannot_hold_is_said_and_not_left_out() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let body = r#"{"resourceType":"Patient","name":[{"text":"a\ufffeb"}]}"#;
    let id = cell.create("Patient", body);
    let reply = with(&cell, &format!("Patient/{id}"), XML);
    assert_eq!((reply.status, reply.issue().as_str()), (406, "not-supported"), "{}", reply.text());
    assert_eq!(cell.get(&format!("Patient/{id}")).status, 200);
}

/// KBV's sick notes are documents: stored as they are, and read back as they are.
#[test]
fn a_sick_note_is_sent_and_read_in_xml() {
    let Some(data) = test_data("a sick note in XML") else { return };
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let folder = std::fs::read_dir(data.join("kbv/eau/valid")).unwrap();
    for entry in folder.take(3) {
        let sent = std::fs::read(entry.unwrap().path()).unwrap();
        let created = cell.send("POST", "Bundle", &[("Content-Type", XML), ("Accept", XML)], &sent);
        assert_eq!(created.status, 201, "{}", created.text());
        let mut read = json_of(&created);
        let mut expected: Value = serde_json::from_str(&xml::to_json(&sent).unwrap()).unwrap();
        for one in [&mut read, &mut expected] {
            let bundle = one.as_object_mut().unwrap();
            bundle.remove("id");
            bundle["meta"].as_object_mut().unwrap().retain(|name, _| name == "profile");
        }
        assert_eq!(read, expected);
        let pretty = xml::from_json(&read.to_string(), Layout::Pretty).unwrap();
        assert!(pretty.contains("<Bundle"));
    }
}

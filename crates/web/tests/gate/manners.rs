//! What HTTP and FHIR say of how something is asked for: methods, headers, parameters, links, entries of bundles.

use crate::support::{Cell, Salus};
use serde_json::{Value, json};

fn batch(cell: &Cell, entries: &[(&str, &str)]) -> Vec<Value> {
    let entry = |(method, url): &(&str, &str)| json!({"request": {"method": method, "url": url}});
    let entries: Vec<Value> = entries.iter().map(entry).collect();
    let bundle = json!({"resourceType": "Bundle", "type": "batch", "entry": entries});
    let reply = cell.post("", &bundle.to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["entry"].as_array().unwrap().clone()
}

#[test]
fn head_is_get_without_a_body() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    for at in
        ["Patient", "?_type=Patient", &format!("Patient/{id}/_history"), "_history", "metadata", "Patient/x"]
    {
        let (get, head) = (cell.get(at), cell.send("HEAD", at, &[], b""));
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{at}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{at}");
    }
}

#[test]
fn searches_are_asked_for_in_every_way_and_also_in_bundles() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    cell.patient();
    for at in [
        format!("_search?_type=Patient&_id={id}"),
        format!("Patient/_search?_id={id}"),
        format!("Patient/{id}/*/_search"),
    ] {
        let reply = cell.get(&at);
        assert_eq!((reply.status, &reply.json()["total"]), (200, &json!(1)), "{at}: {}", reply.text());
    }
    let entries = batch(
        &cell,
        &[
            ("POST", &format!("Patient/_search?_id={id}")),
            ("GET", "metadata"),
            ("POST", "metadata"),
            ("POST", "Patient/_search?name=%zz"),
        ],
    );
    assert_eq!(entries[0]["resource"]["total"], 1);
    assert_eq!(entries[1]["resource"]["resourceType"], "CapabilityStatement");
    let compartments = entries[1]["resource"]["rest"][0]["compartment"].as_array().unwrap();
    assert!(compartments.iter().any(|one| one == "http://hl7.org/fhir/CompartmentDefinition/patient"));
    assert_eq!(compartments.len(), 5);
    for refused in &entries[2..] {
        assert!(refused["response"]["status"].as_str().unwrap().starts_with("422"), "{refused}");
    }
}

#[test]
fn what_a_read_or_a_link_does_not_know_is_not_passed_over() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    cell.patient();
    for at in [format!("Patient/{id}?foo=1"), format!("Patient/{id}/_history/1?_summary=true")] {
        assert_eq!((cell.get(&at).status, cell.get(&at).issue().as_str()), (400, "not-supported"), "{at}");
        assert_eq!(cell.send("GET", &at, &[("Prefer", "handling=lenient")], b"").status, 200, "{at}");
    }
    assert_eq!(cell.get(&format!("Patient/{id}?_format=json&_pretty=true")).status, 200);
    for first in ["Patient?_count=1", "Patient/_history?_count=1"] {
        let page = cell.get(first).json();
        let next =
            page["link"].as_array().unwrap().iter().find(|link| link["relation"] == "next").unwrap().clone();
        let next = next["url"].as_str().unwrap().split_once("/fhir/").unwrap().1.to_owned();
        assert_eq!(cell.get(&format!("{next}&_format=json")).status, 200, "{first}");
        let beside = cell.get(&format!("{next}&_count=2"));
        assert_eq!((beside.status, beside.issue().as_str()), (400, "value"), "{first}");
    }
}

#[test]
fn the_first_pages_total_stays_while_others_write() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    for _ in 0..5 {
        cell.patient();
    }
    let mut page = cell.get("Patient?_count=2").json();
    let mut seen = 0;
    loop {
        assert_eq!(page["total"], 5);
        seen += page["entry"].as_array().unwrap().len();
        cell.patient();
        let links = page["link"].as_array().unwrap();
        let Some(next) = links.iter().find(|link| link["relation"] == "next") else { break };
        let next = next["url"].as_str().unwrap().split_once("/fhir/").unwrap().1.to_owned();
        page = cell.get(&next).json();
    }
    assert_eq!(seen, 5);
}

#[test]
fn preferences_that_are_followed_are_said() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let body = br#"{"resourceType":"Patient"}"#;
    let applied = |method: &str, at: &str, prefer: &str, body: &[u8]| {
        let reply = cell.send(method, at, &[("Prefer", prefer)], body);
        assert!(reply.status < 300, "{}", reply.text());
        reply.header("preference-applied").map(str::to_owned)
    };
    assert_eq!(applied("POST", "Patient", "return=minimal", body).as_deref(), Some("return=minimal"));
    assert_eq!(
        applied("GET", "Patient?nonsense=1", "handling=lenient", b"").as_deref(),
        Some("handling=lenient")
    );
    assert_eq!(applied("POST", "Patient", "return=whatever", body), None);
    assert_eq!(applied("GET", "Patient", "return=minimal", b""), None);
}

#[test]
fn who_may_only_bring_records_in_is_told_that_one_is_there() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let importer = salus.client("praxis", "importer", 1_000);
    let body = br#"{"resourceType":"Patient","identifier":[{"system":"http://s","value":"1"}]}"#;
    let create = || importer.send("POST", "Patient", &[("If-None-Exist", "identifier=http://s|1")], body);
    assert_eq!(create().status, 201);
    let again = create();
    assert_eq!((again.status, again.header("location")), (200, None), "{}", again.text());
    assert!(!again.text().contains("http://s"), "nothing of the record");
    assert_eq!(cell.get("Patient").json()["total"], 1);
    let entry = |full_url: Option<&str>| {
        let mut entry = json!({
            "resource": {"resourceType": "Patient", "identifier": [{"system": "http://s", "value": "1"}]},
            "request": {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=http://s|1"},
        });
        if let Some(url) = full_url {
            entry["fullUrl"] = url.into();
        }
        json!({"resourceType": "Bundle", "type": "transaction", "entry": [entry]}).to_string()
    };
    assert_eq!(importer.post("", &entry(None)).status, 200);
    // Others could refer to it by its fullUrl, which would tell its id.
    let named = entry(Some("urn:uuid:0b9f5a8e-6f0f-4d0e-9a55-6a4f1f6b0a11"));
    assert_eq!(importer.post("", &named).status, 404);
}

//! batch and transaction.

use crate::support::{Salus, observation};
use serde_json::{Value, json};

fn entry(method: &str, url: &str, full_url: Option<&str>, resource: Option<Value>) -> Value {
    let mut entry = json!({"request": {"method": method, "url": url}});
    if let Some(full_url) = full_url {
        entry["fullUrl"] = json!(full_url);
    }
    if let Some(resource) = resource {
        entry["resource"] = resource;
    }
    entry
}

fn bundle(kind: &str, entries: Vec<Value>) -> String {
    json!({"resourceType": "Bundle", "type": kind, "entry": entries}).to_string()
}

fn patient() -> Value {
    json!({"resourceType": "Patient"})
}

fn observed(reference: &str) -> Value {
    let mut observation: Value = serde_json::from_str(&observation("x")).unwrap();
    observation["subject"]["reference"] = json!(reference);
    observation
}

#[test]
fn entries_refer_to_each_other_and_are_answered_in_their_order() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let (old, other) = (cell.patient(), cell.patient());
    let urn = "urn:uuid:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    let mut performed = observed(urn);
    performed["performer"] = json!([{"reference": "urn:uuid:b"}]);
    let sent = bundle(
        "transaction",
        vec![
            entry("GET", &format!("Patient/{old}"), None, None),
            entry("PUT", "Patient/chosen", None, Some(json!({"resourceType": "Patient", "id": "chosen"}))),
            entry("POST", "Observation", Some("urn:uuid:o"), Some(performed)),
            entry("POST", "Patient", Some(urn), Some(patient())),
            entry("POST", "Practitioner", Some("urn:uuid:b"), Some(json!({"resourceType": "Practitioner"}))),
            entry("DELETE", &format!("Patient/{other}"), None, None),
            entry("DELETE", "Patient/never", None, None),
            entry("GET", "Patient/chosen", None, None),
            entry("GET", "Patient/chosen/_history/1", None, None),
        ],
    );
    let reply = cell.post("", &sent);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.header("salus-log-entry").is_some());
    let answer = reply.json();
    assert_eq!(answer["type"], "transaction-response");
    let statuses: Vec<_> = answer["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["response"]["status"].as_str().unwrap())
        .collect();
    let (read, made, deleted) = ("200 OK", "201 Created", "204 No Content");
    assert_eq!(statuses, [read, made, made, made, made, deleted, deleted, read, read]);
    assert_eq!(answer["entry"][0]["resource"]["id"], old.as_str());
    // Reads are carried out last: they find what the same transaction wrote.
    for at in [7, 8] {
        let entry = &answer["entry"][at];
        assert_eq!(
            (&entry["resource"]["id"], &entry["response"]["etag"]),
            (&json!("chosen"), &json!("W/\"1\""))
        );
        assert_eq!(entry["resource"]["meta"]["versionId"], "1");
    }
    assert_eq!(cell.get(&format!("Patient/{other}")).status, 410);
    let location = |at: usize| {
        let location = answer["entry"][at]["response"]["location"].as_str().unwrap();
        location.split("/_history").next().unwrap().to_owned()
    };
    let observation = cell.get(&location(2)).json();
    assert_eq!(observation["subject"]["reference"], location(3));
    assert_eq!(observation["performer"][0]["reference"], location(4));
    assert_eq!(cell.get("Patient/chosen").status, 200);
    // One chain of entries for all that was written.
    let written = salus.log("praxis").into_iter().filter(|e| {
        matches!(&e.lasting.event, salus_seal::entry::Event::Written { ranges, .. }
            if ranges.iter().map(|range| range.count).sum::<u32>() == 5)
    });
    assert_eq!(written.count(), 1);
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn a_transaction_is_done_whole_or_not_at_all() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let chosen = json!({"resourceType": "Patient", "id": "chosen"});
    let good = || entry("PUT", "Patient/chosen", None, Some(chosen.clone()));
    for (bad, status, expression) in [
        (
            entry("POST", "Patient", None, Some(json!({"resourceType": "Patient", "nonsense": 1}))),
            422,
            "Bundle.entry[1].resource",
        ),
        (
            entry("POST", "Observation", None, Some(observed("Patient/nobody"))),
            422,
            "Bundle.entry[1].resource.subject",
        ),
        (entry("POST", "Patient", None, None), 422, "Bundle.entry[1].resource"),
        (entry("PUT", "Patient/other", None, Some(chosen.clone())), 422, "Bundle.entry[1].resource.id"),
        (entry("PUT", "Patient/chosen", None, Some(chosen.clone())), 422, "Bundle.entry[1].request.url"),
        (entry("PUT", "Patient?identifer=x", None, Some(patient())), 400, "Bundle.entry[1].request.url"),
        (entry("PATCH", "Patient/1", None, None), 422, "Bundle.entry[1].resource"),
        (json!({"resource": patient()}), 422, "Bundle.entry[1]"),
        (
            json!({"request": {"method": "POST", "url": "Patient", "ifNoneExist": "_count=1"}, "resource": patient()}),
            412,
            "Bundle.entry[1].request.ifNoneExist",
        ),
        (
            json!({"request": {"method": "PUT", "url": "Patient/b", "ifMatch": "W/\"1\""}, "resource": {"resourceType": "Patient", "id": "b"}}),
            412,
            "Bundle.entry[1].request",
        ),
        (
            entry(
                "POST",
                "Encounter",
                Some("urn:uuid:e"),
                Some(json!({"resourceType": "Encounter", "status": "planned",
                "class": {"code": "AMB"}, "serviceProvider": {"reference": "Organization?identifier=x"}})),
            ),
            422,
            "Bundle.entry[1].resource.serviceProvider",
        ),
    ] {
        let reply = cell.post("", &bundle("transaction", vec![good(), bad.clone()]));
        assert_eq!(reply.status, status, "{bad}: {}", reply.text());
        assert!(reply.expressions()[0].starts_with(expression), "{bad}: {:?}", reply.expressions());
        assert_eq!(cell.get("Patient/chosen").status, 404, "{bad}");
    }
    // All faults at once.
    let two_faults = bundle(
        "transaction",
        vec![
            entry("POST", "Observation", None, Some(observed("Patient/a"))),
            good(),
            entry("POST", "Observation", None, Some(observed("Patient/b"))),
        ],
    );
    let places = cell.post("", &two_faults).expressions();
    assert_eq!(places.len(), 2, "{places:?}");
    assert!(places[1].starts_with("Bundle.entry[2].resource.subject"), "{places:?}");
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn a_read_that_fails_undoes_the_transaction() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let (kept, gone) = (cell.patient(), cell.patient());
    assert_eq!(cell.send("DELETE", &format!("Patient/{gone}"), &[], b"").status, 204);
    let changed = json!({"resourceType": "Patient", "id": kept, "active": false});
    let writes = || {
        vec![
            entry("PUT", "Patient/chosen", None, Some(json!({"resourceType": "Patient", "id": "chosen"}))),
            entry("DELETE", &format!("Patient/{kept}"), None, None),
        ]
    };
    for (url, status) in [
        ("Patient/nobody".to_owned(), 404),
        (format!("Patient/{gone}"), 410),
        (format!("Patient/{kept}"), 410),
        (format!("Patient/{kept}/_history/2"), 410),
        (format!("Patient/{kept}/_history/3"), 404),
        ("Patient/chosen/_history/2".to_owned(), 404),
        (format!("Observation/{kept}"), 404),
        ("Patient/nobody/_history".to_owned(), 404),
        (format!("Patient/{kept}/_history"), 422),
        ("Patient?nmae=x".to_owned(), 400),
    ] {
        let mut entries = writes();
        entries.insert(0, entry("GET", &format!("Patient/{kept}/_history/1"), None, None));
        entries.push(entry("GET", &url, None, None));
        let reply = cell.post("", &bundle("transaction", entries));
        assert_eq!(reply.status, status, "{url}: {}", reply.text());
        if status == 422 {
            assert_eq!(reply.expressions(), ["Bundle.entry[3].request.url"], "{url}");
        }
        assert_eq!(cell.get("Patient/chosen").status, 404, "{url}");
        assert_eq!(cell.get(&format!("Patient/{kept}")).json()["meta"]["versionId"], "1", "{url}");
    }
    // The same without anything to write.
    let reads = [&kept, &gone].map(|id| entry("GET", &format!("Patient/{id}"), None, None));
    assert_eq!(cell.post("", &bundle("transaction", reads.to_vec())).status, 410);
    // What was replaced is still read at its older version, and the newest is the one just written.
    let entries = vec![
        entry("GET", &format!("Patient/{kept}/_history/1"), None, None),
        entry("GET", &format!("Patient/{kept}"), None, None),
        entry("PUT", &format!("Patient/{kept}"), None, Some(changed)),
    ];
    let answer = cell.post("", &bundle("transaction", entries)).json();
    assert!(answer["entry"][0]["resource"].get("active").is_none(), "{answer}");
    assert_eq!(answer["entry"][1]["resource"]["active"], false, "{answer}");
    assert_eq!(answer["entry"][1]["response"]["etag"], "W/\"2\"");
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn a_full_url_that_repeats_means_its_first_entry() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let sent = bundle(
        "transaction",
        vec![
            entry("POST", "Patient", Some("urn:uuid:p"), Some(patient())),
            entry("POST", "Patient", Some("urn:uuid:p"), Some(patient())),
            entry("POST", "Observation", None, Some(observed("urn:uuid:p"))),
        ],
    );
    let answer = cell.post("", &sent).json();
    let location = |at: usize| answer["entry"][at]["response"]["location"].as_str().unwrap().to_owned();
    let id = location(2).split("/_history").next().unwrap().to_owned();
    let first = location(0).split("/_history").next().unwrap().to_owned();
    assert_ne!(location(0), location(1));
    assert_eq!(cell.get(&id).json()["subject"]["reference"], first);
}

#[test]
fn records_that_name_nobody_take_the_patient_of_what_they_are_linked_with() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let sent = bundle(
        "transaction",
        vec![
            entry(
                "POST",
                "Binary",
                Some("urn:uuid:b"),
                Some(json!({"resourceType": "Binary", "contentType": "text/plain"})),
            ),
            entry("POST", "Patient", Some("urn:uuid:p"), Some(patient())),
            entry(
                "POST",
                "DocumentReference",
                Some("urn:uuid:d"),
                Some(json!({"resourceType": "DocumentReference", "status": "current",
                    "subject": {"reference": "urn:uuid:p"},
                    "content": [{"attachment": {"url": "urn:uuid:b"}}]})),
            ),
            entry(
                "POST",
                "Provenance",
                None,
                Some(json!({"resourceType": "Provenance", "recorded": "2020-01-01T00:00:00Z",
                    "target": [{"reference": "urn:uuid:d"}], "agent": [{"who": {"display": "x"}}]})),
            ),
        ],
    );
    let reply = cell.post("", &sent);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let answer = reply.json();
    let reader = salus.client("praxis", "fhir-reader", 100);
    for at in [1, 2, 3] {
        let location = answer["entry"][at]["response"]["location"].as_str().unwrap();
        assert_eq!(reader.get(location).status, 200);
    }
    assert_eq!(salus.scope(&reader).patients.len(), 1);
}

#[test]
fn a_batch_carries_out_each_entry_for_itself() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let mut entries: Vec<Value> = (0..40)
        .map(|_| entry("POST", "Observation", None, Some(observed(&format!("Patient/{id}")))))
        .collect();
    entries[7] = entry("POST", "Observation", None, Some(observed("Patient/nobody")));
    entries[11] = entry("POST", "Patient", None, Some(json!({"resourceType": "Patient", "nonsense": true})));
    entries[13] = entry("GET", &format!("Patient/{id}"), None, None);
    entries[17] = entry("GET", "Patient/nobody", None, None);
    entries[19] = entry("GET", &format!("Patient?_id={id}"), None, None);
    entries[23] = entry("GET", &format!("Patient/{id}/_history"), None, None);
    let reply = cell.post("", &bundle("batch", entries));
    assert_eq!(reply.status, 200, "{}", reply.text());
    let answer = reply.json();
    assert_eq!(answer["type"], "batch-response");
    for (at, outcome) in answer["entry"].as_array().unwrap().iter().enumerate() {
        let status = outcome["response"]["status"].as_str().unwrap();
        let expected = match at {
            7 | 11 => "422",
            13 | 19 | 23 => "200",
            17 => "404",
            _ => "201",
        };
        assert!(status.starts_with(expected), "{at}: {outcome}");
        if expected == "422" {
            let place = outcome["response"]["outcome"]["issue"][0]["expression"][0].as_str().unwrap();
            assert!(!place.is_empty());
        }
    }
    assert_eq!(answer["entry"][13]["resource"]["id"], id.as_str());
    assert_eq!(answer["entry"][19]["resource"]["total"], 1);
    assert_eq!(answer["entry"][23]["resource"]["type"], "history");
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn other_bundles_are_told_what_to_do() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    for kind in ["collection", "searchset", "history"] {
        let reply = cell.post("", &bundle(kind, vec![json!({"resource": patient()})]));
        assert_eq!((reply.status, reply.issue().as_str()), (422, "not-supported"), "{kind}");
        assert!(reply.text().contains("batch"));
    }
    assert_eq!(cell.post("", "{\"resourceType\":\"Patient\"}").status, 422);
    assert_eq!(cell.post("", "{").status, 400);
    assert_eq!(cell.post("", r#"{"resourceType":"Bundle","type":"transaction"}"#).status, 200);
    // A whole Bundle is a record like any other.
    assert_eq!(cell.post("Bundle", &bundle("collection", vec![json!({"resource": patient()})])).status, 201);
}

#[test]
fn an_import_is_carried_out_once() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let mark = "ab".repeat(32);
    let import = [("Salus-Import", mark.as_str())];
    let transaction = bundle(
        "transaction",
        vec![
            entry("POST", "Patient", None, Some(patient())),
            entry("POST", "Patient", None, Some(patient())),
        ],
    );
    let first = cell.send("POST", "", &import, transaction.as_bytes());
    assert_eq!((first.status, first.header("salus-import-known")), (200, None));
    let second = cell.send("POST", "", &import, transaction.as_bytes());
    assert_eq!((second.status, second.header("salus-import-known")), (200, Some("true")));
    assert!(second.json().get("entry").is_none());

    let other = "cd".repeat(32);
    let import = [("Salus-Import", other.as_str())];
    let bad = json!({"resourceType": "Patient", "nonsense": true});
    let batch = |middle: Value| {
        bundle(
            "batch",
            vec![
                entry("POST", "Patient", None, Some(patient())),
                entry("POST", "Patient", None, Some(middle)),
                entry("POST", "Patient", None, Some(patient())),
            ],
        )
    };
    let statuses = |text: String| {
        let reply = cell.send("POST", "", &import, text.as_bytes());
        let answer = reply.json();
        let entries = answer["entry"].as_array().unwrap().clone();
        let statuses: Vec<u16> =
            entries.iter().map(|e| e["response"]["status"].as_str().unwrap()[..3].parse().unwrap()).collect();
        (statuses, reply.header("salus-import-known").is_some())
    };
    assert_eq!(statuses(batch(bad.clone())), (vec![201, 422, 201], false));
    assert_eq!(statuses(batch(bad)), (vec![200, 422, 200], false));
    assert_eq!(statuses(batch(patient())), (vec![200, 201, 200], false));
    assert_eq!(statuses(batch(patient())), (vec![200, 200, 200], true));
    let metrics = cell.http().send("GET", "/metrics", &[], b"").text();
    assert!(metrics.contains("salus_cell_records{cell=\"praxis\"} 5"), "{metrics}");
    let wrong = cell.send("POST", "", &[("Salus-Import", "abc")], transaction.as_bytes());
    assert_eq!((wrong.status, wrong.issue().as_str()), (400, "value"));
}

#[test]
fn a_transaction_of_more_than_one_log_entry_lands_as_one() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let mut entries = vec![entry("POST", "Patient", Some("urn:uuid:p"), Some(patient()))];
    entries.extend((0..2_500).map(|_| entry("POST", "Observation", None, Some(observed("urn:uuid:p")))));
    let reply = cell.post("", &bundle("transaction", entries));
    assert_eq!(reply.status, 200, "{}", reply.text().chars().take(500).collect::<String>());
    let answer = reply.json();
    for at in [0, 1, 1_023, 1_024, 2_047, 2_048, 2_500] {
        let location = answer["entry"][at]["response"]["location"].as_str().unwrap();
        assert_eq!(cell.get(location).status, 200, "{at}");
    }
    assert_eq!(salus.unresolved(), 0);
}

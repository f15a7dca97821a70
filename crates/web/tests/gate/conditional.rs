//! What is written only if a search finds nothing, or one record: alone, in a batch, in a transaction.

use crate::support::{Cell, Salus};
use serde_json::{Value, json};

fn patient(identifier: &str, family: &str) -> Value {
    json!({
        "resourceType": "Patient", "identifier": [{"system": "http://s", "value": identifier}],
        "name": [{"family": family}],
    })
}

fn total(cell: &Cell, query: &str) -> u64 {
    cell.get(query).json()["total"].as_u64().unwrap()
}

fn create(cell: &Cell, condition: &str, resource: &Value) -> crate::support::Reply {
    cell.send("POST", "Patient", &[("If-None-Exist", condition)], resource.to_string().as_bytes())
}

#[test]
fn a_conditional_create_creates_once() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let made = create(&cell, "identifier=http://s|1", &patient("1", "A"));
    assert_eq!(made.status, 201, "{}", made.text());
    let again = create(&cell, "identifier=http://s|1", &patient("1", "B"));
    assert_eq!((again.status, again.body == made.body), (200, true), "{}", again.text());
    assert_eq!(again.header("location"), made.header("location"));
    assert_eq!(again.header("etag"), Some("W/\"1\""));
    cell.create("Patient", &patient("1", "C").to_string());
    let several = create(&cell, "identifier=http://s|1", &patient("1", "D"));
    assert_eq!((several.status, several.issue().as_str()), (412, "multiple-matches"));
    assert_eq!(create(&cell, "", &patient("1", "E")).status, 412);
    assert_eq!(create(&cell, "_count=3", &patient("1", "E")).status, 412);
    let misspelt = create(&cell, "identifer=1", &patient("1", "E"));
    assert_eq!(misspelt.status, 400);
    assert!(misspelt.text().contains("identifier"));
    assert_eq!(total(&cell, "Patient"), 2);
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn of_many_that_create_the_same_at_once_one_does() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let one = || create(&cell, "identifier=http://s|1", &patient("1", "A")).status;
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 7, "{statuses:?}");
    assert_eq!(total(&cell, "Patient"), 1);
}

#[test]
fn a_conditional_update_updates_what_it_finds_or_creates() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let put = |resource: &Value| cell.put("Patient?identifier=http://s|1", &resource.to_string());
    let made = put(&patient("1", "A"));
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let updated = put(&patient("1", "B"));
    assert_eq!((updated.status, updated.header("etag")), (200, Some("W/\"2\"")));
    assert_eq!(updated.json()["id"], id.as_str());
    let mut named = patient("1", "C");
    named["id"] = json!(id);
    assert_eq!(put(&named).status, 200);
    named["id"] = json!("another");
    assert_eq!(put(&named).status, 400);
    // A new one gets the id that it says, but does not take the place of what the query did not find.
    let mut other = patient("2", "D");
    other["id"] = json!("chosen");
    let put_other = || cell.put("Patient?identifier=http://s|2", &other.to_string()).status;
    assert_eq!(put_other(), 201);
    let mut third = patient("3", "E");
    third["id"] = json!("chosen");
    assert_eq!(cell.put("Patient?identifier=http://s|3", &third.to_string()).status, 412);
    assert_eq!(put_other(), 200);
    cell.create("Patient", &patient("1", "F").to_string());
    assert_eq!(put(&patient("1", "G")).status, 412);
    assert_eq!(cell.put("Patient", &patient("1", "G").to_string()).status, 412);
}

#[test]
fn a_conditional_delete_deletes_one() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.create("Patient", &patient("1", "A").to_string());
    assert_eq!(cell.delete("Patient?identifier=http://s|9").status, 204);
    assert_eq!(cell.delete("Patient?identifier=http://s|1").status, 204);
    assert_eq!(cell.get(&format!("Patient/{id}")).status, 410);
    for _ in 0..2 {
        cell.create("Patient", &patient("2", "A").to_string());
    }
    assert_eq!(cell.delete("Patient?identifier=http://s|2").status, 412);
    assert_eq!(cell.delete("Patient").status, 412);
    assert_eq!(total(&cell, "Patient"), 2);
}

fn entry(method: &str, url: &str, resource: Option<Value>) -> Value {
    let mut entry = json!({"request": {"method": method, "url": url}});
    if let Some(resource) = resource {
        entry["resource"] = resource;
    }
    entry
}

fn only_if_none(full_url: &str, condition: &str, resource: Value) -> Value {
    let kind = resource["resourceType"].as_str().unwrap().to_owned();
    json!({
        "fullUrl": full_url, "resource": resource,
        "request": {"method": "POST", "url": kind, "ifNoneExist": condition},
    })
}

fn observation_of(subject: &str, performer: &str) -> Value {
    json!({
        "resourceType": "Observation", "status": "final", "code": {"text": "x"},
        "subject": {"reference": subject}, "performer": [{"reference": performer}],
    })
}

fn transaction(cell: &Cell, entries: Vec<Value>) -> crate::support::Reply {
    cell.post("", &json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string())
}

#[test]
fn a_transaction_knows_what_its_conditions_name() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let practitioner =
        json!({"resourceType": "Practitioner", "identifier": [{"system": "http://p", "value": "7"}]});
    let doctor = cell.create("Practitioner", &practitioner.to_string());
    let there = cell.create("Patient", &patient("1", "A").to_string());
    let old = cell.create("Patient", &patient("old", "A").to_string());
    let changed = cell.create("Patient", &patient("2", "A").to_string());
    let (known, new) = ("urn:uuid:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "urn:uuid:b");
    let doctors = "Practitioner?identifier=http://p|7";
    let reply = transaction(
        &cell,
        vec![
            only_if_none(known, "identifier=http://s|1", patient("1", "B")),
            only_if_none(new, "identifier=http://s|3", patient("3", "B")),
            entry("POST", "Observation", Some(observation_of(known, doctors))),
            entry("POST", "Observation", Some(observation_of(new, doctors))),
            entry("PUT", "Patient?identifier=http://s|2", Some(patient("2", "B"))),
            entry("DELETE", "Patient?identifier=http://s|old", None),
            entry("DELETE", "Patient?identifier=http://s|never", None),
            entry("GET", "Patient?_sort=-_lastUpdated", None),
        ],
    );
    assert_eq!(reply.status, 200, "{}", reply.text());
    let answer = reply.json();
    let statuses: Vec<_> = answer["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["response"]["status"].as_str().unwrap().split(' ').next().unwrap())
        .collect();
    assert_eq!(statuses, ["200", "201", "201", "201", "200", "204", "204", "200"]);
    assert!(answer["entry"][0]["response"]["location"].as_str().unwrap().contains(&there));
    let at = |entry: usize| {
        let location = answer["entry"][entry]["response"]["location"].as_str().unwrap();
        location.split("/_history").next().unwrap().to_owned()
    };
    let read = |entry: usize| cell.get(&at(entry)).json();
    assert_eq!(read(2)["subject"]["reference"], format!("Patient/{there}"));
    assert_eq!(read(2)["performer"][0]["reference"], format!("Practitioner/{doctor}"));
    assert_eq!(read(3)["subject"]["reference"], at(1));
    assert_eq!(at(4), format!("Patient/{changed}"));
    assert_eq!(cell.get(&format!("Patient/{old}")).status, 410);
    // Searches come last and find what was written.
    assert_eq!(answer["entry"][7]["resource"]["total"], 3);
    // What refers by a fullUrl or by a condition is found by what it came to refer to.
    assert_eq!(total(&cell, &format!("Observation?subject=Patient/{there}")), 1);
    assert_eq!(total(&cell, &format!("Observation?subject={}", at(1))), 1);
    assert_eq!(total(&cell, &format!("Observation?performer=Practitioner/{doctor}")), 2);
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn a_condition_that_does_not_hold_undoes_the_transaction() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let patient_id = cell.create("Patient", &patient("1", "A").to_string());
    for _ in 0..2 {
        cell.create("Patient", &patient("2", "A").to_string());
    }
    let subject = format!("Patient/{patient_id}");
    for (bad, status, place) in [
        (
            entry("PUT", "Patient?identifier=http://s|2", Some(patient("2", "B"))),
            412,
            "Bundle.entry[1].request.url",
        ),
        (entry("DELETE", "Patient?identifier=http://s|2", None), 412, "Bundle.entry[1].request.url"),
        (
            only_if_none("urn:uuid:a", "identifier=http://s|2", patient("2", "B")),
            412,
            "Bundle.entry[1].request.ifNoneExist",
        ),
        (
            entry("POST", "Observation", Some(observation_of(&subject, "Practitioner?identifier=nobody"))),
            422,
            "Bundle.entry[1].resource.performer[0].reference",
        ),
        (
            entry("POST", "Observation", Some(observation_of("Patient?identifier=http://s|2", &subject))),
            412,
            "Bundle.entry[1].resource.subject.reference",
        ),
        (
            entry("PUT", &subject, Some(json!({"resourceType": "Patient", "id": patient_id}))),
            422,
            "Bundle.entry[2].request.url",
        ),
        (entry("GET", "Patient?nmae=x", None), 400, "Bundle.entry[1].request.url"),
    ] {
        let first = entry("POST", "Patient", Some(patient("new", "N")));
        let last = entry("PUT", "Patient?identifier=http://s|1", Some(patient("1", "B")));
        let reply = transaction(&cell, vec![first, bad.clone(), last]);
        assert_eq!(reply.status, status, "{bad}: {}", reply.text());
        assert_eq!(reply.expressions()[0], place, "{bad}");
        assert_eq!(total(&cell, "Patient?identifier=http://s|new"), 0, "{bad}");
        assert_eq!(cell.get(&subject).json()["meta"]["versionId"], "1", "{bad}");
    }
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn a_batch_has_conditions_as_well() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let entries = vec![
        only_if_none("urn:uuid:a", "identifier=http://s|1", patient("1", "A")),
        only_if_none("urn:uuid:b", "identifier=http://s|1", patient("1", "B")),
        entry("PUT", "Patient?identifier=http://s|2", Some(patient("2", "A"))),
        entry("DELETE", "Patient?identifier=http://s|9", None),
    ];
    let reply =
        cell.post("", &json!({"resourceType": "Bundle", "type": "batch", "entry": entries}).to_string());
    let answer = reply.json();
    let status = |at: usize| answer["entry"][at]["response"]["status"].as_str().unwrap()[..3].to_owned();
    let mut first_two = [status(0), status(1)];
    first_two.sort();
    assert_eq!((first_two, status(2), status(3)), (["200".into(), "201".into()], "201".into(), "204".into()));
    assert_eq!(total(&cell, "Patient"), 2);
}

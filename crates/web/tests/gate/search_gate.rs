//! What a search costs and what it leaves in the log; what is refused tells nothing.

use crate::support::{Cell, Salus, observation};
use salus_seal::entry::{Event, Interaction};
use serde_json::json;

fn patients(cell: &Cell, count: usize) -> Vec<String> {
    let one = |number: usize| {
        let text = json!({
            "resourceType": "Patient", "gender": if number.is_multiple_of(2) { "male" } else { "female" },
            "identifier": [{"value": format!("N{number}")}], "name": [{"family": format!("Name{number}")}],
        });
        cell.create("Patient", &text.to_string())
    };
    (0..count).map(one).collect()
}

#[test]
fn a_search_is_charged_and_logged_like_reading_what_it_found() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let ids = patients(&cell, 3);
    let reader = salus.client("praxis", "fhir-client", 100);
    assert_eq!(reader.get("Patient?identifier=N1").json()["total"], 1);
    assert_eq!(salus.scope(&reader).patients.len(), 1);
    let searched: Vec<_> = salus
        .log("praxis")
        .into_iter()
        .filter(|entry| matches!(entry.lasting.event, Event::Searched))
        .collect();
    assert_eq!(searched.len(), 1);
    let fleeting = searched[0].fleeting.as_ref().unwrap();
    assert_eq!((fleeting.interaction, fleeting.patients.len()), (Interaction::SearchType, 1));
    // Whoever is named and does not match is reached as well: that they do not match is an answer.
    let asked = format!("Observation?subject=Patient/{}&code=diabetes&_summary=count", ids[2]);
    cell.create("Observation", &observation(&ids[2]));
    assert_eq!(reader.get(&asked).json()["total"], 0);
    assert_eq!(salus.scope(&reader).patients.len(), 2);
}

#[test]
fn a_spent_budget_answers_no_search() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let ids = patients(&cell, 6);
    for id in &ids {
        cell.create("Observation", &observation(id));
    }
    let poor = salus.client("praxis", "fhir-client", 3);
    assert_eq!(poor.get("Patient?_count=3&gender=male&_total=none").status, 200, "three are found");
    // A page, a count, an include and a condition that reach others are all refused, and say nothing else.
    let refused = poor.get("Patient?identifier=N1");
    assert_eq!((refused.status, refused.issue().as_str()), (429, "throttled"));
    assert!(refused.header("retry-after").is_some());
    let text = refused.text();
    for query in [
        "Patient?identifier=N3",
        "Patient?gender=female&_summary=count",
        "Patient",
        &format!("Observation?subject=Patient/{}", ids[1]),
        &format!("Observation?subject=Patient/{}&code=nothing", ids[1]),
        "Observation?subject:Patient.identifier=N1&code=nothing",
    ] {
        let reply = poor.get(query);
        assert_eq!((reply.status, reply.text() == text), (429, true), "{query}: {}", reply.text());
    }
    let resource = json!({"resourceType": "Patient"}).to_string();
    let conditional =
        poor.send("POST", "Patient", &[("If-None-Exist", "identifier=N1")], resource.as_bytes());
    assert_eq!(conditional.status, 429);
    assert_eq!(poor.delete("Patient?identifier=N1").status, 429);
    assert_eq!(poor.put("Patient?identifier=N1", &resource).status, 429);
    assert_eq!(cell.get("Patient").json()["total"], 6);
    // What it reached before is still there. What nobody has is refused like what somebody has.
    let (again, nobody) = (poor.get("Patient?identifier=N0"), poor.get("Patient?identifier=nobody"));
    assert_eq!(again.json()["total"], 1, "{}", again.text());
    assert_eq!((nobody.status, nobody.text() == text), (429, true), "{}", nobody.text());
    assert_eq!(salus.scope(&poor).patients.len(), 3);
}

#[test]
fn a_page_whose_includes_are_refused_is_refused_whole() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let ids = patients(&cell, 4);
    let list = json!({
        "resourceType": "Group", "type": "person", "actual": true,
        "member": [{"entity": {"reference": format!("Patient/{}", ids[0])}}],
    });
    cell.create("Group", &list.to_string());
    let practitioner = cell.create("Practitioner", r#"{"resourceType":"Practitioner"}"#);
    for id in &ids {
        let text = json!({
            "resourceType": "Patient", "id": id,
            "generalPractitioner": [{"reference": format!("Practitioner/{practitioner}")}],
        });
        assert_eq!(cell.put(&format!("Patient/{id}"), &text.to_string()).status, 200);
    }
    let poor = salus.client("praxis", "fhir-client", 3);
    assert_eq!(poor.get("Practitioner").json()["total"], 1);
    assert_eq!(poor.get("Practitioner?_revinclude=Patient:general-practitioner").status, 429);
    assert!(salus.scope(&poor).patients.is_empty(), "nothing was given, and nobody charged");
    assert_eq!(cell.get("Practitioner?_revinclude=Patient:general-practitioner").status, 200);
}

#[test]
fn a_line_is_a_glimpse_and_anything_more_a_chart() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    patients(&cell, 5);
    let charts = |cell: &Cell| {
        let log = salus.log("praxis").into_iter();
        let mine = log
            .filter_map(|entry| entry.fleeting.filter(|fleeting| fleeting.session == cell.session.session));
        mine.filter(|fleeting| fleeting.part != salus_seal::Part::Line && fleeting.charged > 0).count()
    };
    let reader = salus.client("praxis", "fhir-client", 100);
    let list = reader.get("Patient?name=name&_elements=name,birthDate");
    assert_eq!(list.json()["entry"].as_array().unwrap().len(), 5);
    assert_eq!(charts(&reader), 0);
    let other = salus.client("praxis", "fhir-client", 100);
    assert_eq!(other.get("Patient?gender=male&_elements=name").status, 200);
    assert!(charts(&other) > 0, "the query itself says more than a line shows");
}

#[test]
fn counts_of_many_are_rounded_for_who_need_not_know() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    patients(&cell, 123);
    let reader = salus.client("praxis", "fhir-reader", 1_000);
    let rounded = reader.get("Patient?_count=1").json();
    assert_eq!(rounded["total"], 120);
    let entries = rounded["entry"].as_array().unwrap();
    assert!(entries.iter().any(|entry| entry["search"]["mode"] == "outcome"), "it says so");
    assert_eq!(cell.get("Patient?_count=1").json()["total"], 123);
}

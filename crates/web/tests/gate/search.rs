//! Searching, over HTTP: shapes, pages, parts, includes, and what is said about a query that is not understood.

use crate::support::{Cell, Reply, Salus, observation};
use serde_json::{Value, json};

/// Patients and what belongs to them.
struct Practice {
    anna: String,
    bernd: String,
    practice: String,
    weights: Vec<String>,
}

fn practice(cell: &Cell) -> Practice {
    let practice = cell.create("Organization", r#"{"resourceType":"Organization","name":"Praxis am Markt"}"#);
    let patient = |family: &str, given: &str, born: &str, gender: &str, identifier: &str| {
        let text = json!({
            "resourceType": "Patient", "birthDate": born, "gender": gender,
            "identifier": [{"system": "http://kv.example", "value": identifier}],
            "name": [{"family": family, "given": [given]}],
            "managingOrganization": {"reference": format!("Organization/{practice}")},
        });
        cell.create("Patient", &text.to_string())
    };
    let anna = patient("Müller", "Anna", "1970-03-30", "female", "A1");
    let bernd = patient("von Straße", "Bernd", "1982-01-01", "male", "B2");
    let weights = [(&anna, 61.5, "2020-01-01"), (&anna, 63.0, "2021-01-01"), (&bernd, 80.0, "2020-06-01")];
    let weights = weights.map(|(patient, weight, date)| {
        let text = json!({
            "resourceType": "Observation", "status": "final", "effectiveDateTime": date,
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"}]},
            "subject": {"reference": format!("Patient/{patient}")},
            "valueQuantity": {"value": weight, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
        });
        cell.create("Observation", &text.to_string())
    });
    Practice { anna, bernd, practice, weights: weights.to_vec() }
}

fn ids(bundle: &Value, mode: &str) -> Vec<String> {
    let entries = bundle["entry"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of_mode = entries.iter().filter(|entry| entry["search"]["mode"] == mode);
    of_mode.map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned()).collect()
}

fn found(cell: &Cell, query: &str) -> Vec<String> {
    let reply = cell.get(query);
    assert_eq!(reply.status, 200, "{query}: {}", reply.text());
    let mut ids = ids(&reply.json(), "match");
    ids.sort();
    ids
}

fn link(bundle: &Value, relation: &str) -> Option<String> {
    let links = bundle["link"].as_array().unwrap();
    let link = links.iter().find(|link| link["relation"] == relation)?;
    Some(
        link["url"]
            .as_str()
            .unwrap()
            .split_once("/praxis/fhir")
            .unwrap()
            .1
            .trim_start_matches('/')
            .to_owned(),
    )
}

#[test]
fn records_are_found_by_every_kind_of_parameter() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let p = practice(&cell);
    let sorted = |ids: &[&String]| {
        let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
        ids.sort();
        ids
    };
    let (anna, bernd) = (&p.anna, &p.bernd);
    let [first, second, third] = [&p.weights[0], &p.weights[1], &p.weights[2]];
    for (query, expected) in [
        ("Patient?identifier=http://kv.example|A1".to_owned(), vec![anna]),
        ("Patient?identifier=A1,B2".into(), vec![anna, bernd]),
        ("Patient?family=muller".into(), vec![anna]),
        ("Patient?family=strasse".into(), vec![bernd]),
        ("Patient?family:exact=M%C3%BCller".into(), vec![anna]),
        ("Patient?family:exact=muller".into(), vec![]),
        ("Patient?name:contains=nn".into(), vec![anna]),
        ("Patient?birthdate=1970-03-30".into(), vec![anna]),
        ("Patient?birthdate=ge1975".into(), vec![bernd]),
        ("Patient?birthdate=lt1975".into(), vec![anna]),
        ("Patient?gender=female&family=M%C3%BCller".into(), vec![anna]),
        ("Patient?gender:not=female".into(), vec![bernd]),
        ("Patient?organization=".to_owned() + &p.practice, vec![anna, bernd]),
        ("Patient?organization:missing=true".into(), vec![]),
        ("Patient?organization.name=praxis".into(), vec![anna, bernd]),
        ("Patient?organization:Organization.name=nobody".into(), vec![]),
        ("Patient?_has:Observation:subject:date=ge2021".into(), vec![anna]),
        ("Patient".into(), vec![anna, bernd]),
        (format!("Patient?_id={anna},{bernd}"), vec![anna, bernd]),
        ("Patient?_lastUpdated=gt2020".into(), vec![anna, bernd]),
        ("Patient?_lastUpdated=lt2020".into(), vec![]),
        (format!("Observation?subject=Patient/{anna}&code=http://loinc.org|29463-7"), vec![first, second]),
        (format!("Observation?patient={anna}&date=2021"), vec![second]),
        ("Observation?value-quantity=gt62".into(), vec![second, third]),
        ("Observation?value-quantity=63||kg".into(), vec![second]),
        ("Observation?code-value-quantity=29463-7$lt62".into(), vec![first]),
        ("Observation?code:text=weight".into(), vec![first, second, third]),
        ("Observation?subject:Patient.family=strasse".into(), vec![third]),
        (format!("Patient/{anna}/Observation"), vec![first, second]),
        (format!("Patient/{anna}/Observation?date=2020"), vec![first]),
        (format!("Patient/{anna}/*"), vec![anna, first, second]),
        ("?_type=Patient,Organization".into(), vec![anna, bernd, &p.practice]),
        (format!("?_id={anna}"), vec![anna]),
    ] {
        assert_eq!(found(&cell, &query), sorted(&expected), "{query}");
    }
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn what_was_written_a_moment_ago_is_found_as_it_is_now() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let text = |family: &str| {
        format!(r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{family}"}}]}}"#)
    };
    for round in 0..30 {
        let family = format!("Name{round}");
        assert_eq!(cell.put(&format!("Patient/{id}"), &text(&family)).status, 200);
        let bundle = cell.get(&format!("Patient?family:exact={family}")).json();
        assert_eq!(bundle["total"], 1, "{round}");
        assert_eq!(bundle["entry"][0]["resource"]["meta"]["versionId"], (round + 2).to_string());
        assert_eq!(
            cell.get(&format!("Patient?family:exact=Name{}", round - 1)).json()["total"],
            0,
            "{round}"
        );
    }
    assert_eq!(cell.delete(&format!("Patient/{id}")).status, 204);
    assert_eq!(cell.get("Patient").json()["total"], 0);
    assert_eq!(cell.put(&format!("Patient/{id}"), &text("Again")).status, 201);
    assert_eq!(cell.get("Patient?family=again").json()["total"], 1);
}

#[test]
fn a_bundle_says_what_was_asked_and_where_it_goes_on() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let patient = cell.patient();
    let mut all: Vec<String> = (0..7).map(|_| cell.create("Observation", &observation(&patient))).collect();
    let reply = cell.get("Observation?status=final&_count=3&_format=json");
    assert!(reply.header("salus-log-entry").is_some());
    let mut bundle = reply.json();
    assert_eq!((&bundle["type"], &bundle["total"]), (&json!("searchset"), &json!(7)));
    assert_eq!(link(&bundle, "self").unwrap(), "Observation?status=final&_count=3");
    assert!(link(&bundle, "first").is_none());
    let entry = &bundle["entry"][0];
    let full_url = entry["fullUrl"].as_str().unwrap();
    assert!(
        full_url
            .ends_with(&format!("/praxis/fhir/Observation/{}", entry["resource"]["id"].as_str().unwrap()))
    );
    let mut seen = Vec::new();
    let mut pages = 0;
    loop {
        seen.extend(ids(&bundle, "match"));
        pages += 1;
        // What is written meanwhile moves nothing.
        cell.create("Observation", &observation(&patient));
        let Some(next) = link(&bundle, "next") else { break };
        assert!(!next.contains("final"), "a link is opaque: {next}");
        let reply = cell.get(&next);
        assert_eq!(reply.status, 200, "{}", reply.text());
        bundle = reply.json();
        assert_eq!(link(&bundle, "self").unwrap(), next);
        assert_eq!(link(&bundle, "first").unwrap(), "Observation?status=final&_count=3");
    }
    all.reverse();
    assert_eq!((seen, pages), (all, 3));
}

#[test]
fn links_are_good_in_their_session_only() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    (0..3).for_each(|_| drop(cell.patient()));
    let next = link(&cell.get("Patient?_count=1").json(), "next").unwrap();
    assert_eq!(cell.get(&next).status, 200);
    let other = salus.client("praxis", "fhir-client", 1_000);
    let refused = other.get(&next);
    assert_eq!((refused.status, refused.issue().as_str()), (410, "expired"));
    for changed in [format!("{next}A"), next.replace("_page=", "_page=A"), "Patient?_page=".to_owned()] {
        assert_eq!(cell.get(&changed).status, 410, "{changed}");
    }
    // A link to a page of a history is none of a search.
    assert_eq!(cell.get(&next.replace("Patient?", "Patient/_history?")).status, 410);
}

#[test]
fn order_counts_and_parts() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let p = practice(&cell);
    let in_order = |query: &str| ids(&cell.get(query).json(), "match");
    assert_eq!(in_order("Patient?_sort=birthdate"), [p.anna.as_str(), p.bernd.as_str()]);
    assert_eq!(in_order("Patient?_sort=-birthdate"), [p.bernd.as_str(), p.anna.as_str()]);
    let by_patient_and_date = in_order("Observation?_sort=-value-quantity,date");
    assert_eq!(by_patient_and_date, [&p.weights[2], &p.weights[1], &p.weights[0]].map(String::as_str));

    for query in ["Patient?_summary=count", "Patient?_count=0"] {
        let counted = cell.get(query).json();
        assert_eq!((&counted["total"], counted.get("entry")), (&json!(2), None), "{query}");
    }
    assert!(cell.get("Patient?_total=none").json().get("total").is_none());

    let elements = cell.get("Patient?family=muller&_elements=gender").json();
    let patient = &elements["entry"][0]["resource"];
    assert_eq!(
        (&patient["gender"], patient.get("name"), &patient["id"]),
        (&json!("female"), None, &json!(p.anna))
    );
    assert_eq!(patient["meta"]["tag"][0]["code"], "SUBSETTED");
    let summary = cell.get("Observation?_summary=true&_count=1").json();
    assert!(summary["entry"][0]["resource"].get("valueQuantity").is_some());
    let glimpse = cell.get("Patient?family=muller&_elements=name,birthDate").json();
    let patient = &glimpse["entry"][0]["resource"];
    assert_eq!((&patient["birthDate"], patient.get("gender")), (&json!("1970-03-30"), None));
    assert_eq!((&patient["id"], &patient["meta"]["tag"][0]["code"]), (&json!(p.anna), &json!("SUBSETTED")));
}

#[test]
fn what_belongs_to_the_hits_is_included_once() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let p = practice(&cell);
    let of = |query: &str| {
        let reply = cell.get(query);
        assert_eq!(reply.status, 200, "{query}: {}", reply.text());
        let bundle = reply.json();
        let mut included = ids(&bundle, "include");
        included.sort();
        (ids(&bundle, "match").len(), included)
    };
    let sorted = |ids: &[&String]| {
        let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
        ids.sort();
        ids
    };
    let (anna, bernd) = (&p.anna, &p.bernd);
    assert_eq!(of("Observation?_include=Observation:subject"), (3, sorted(&[anna, bernd])));
    assert_eq!(of("Observation?_include=Observation:subject:Group"), (3, vec![]));
    assert_eq!(of("Observation?_include=*"), (3, sorted(&[anna, bernd])));
    assert_eq!(
        of("Observation?_include=Observation:subject&_include:iterate=Patient:organization"),
        (3, sorted(&[anna, bernd, &p.practice]))
    );
    assert_eq!(
        of("Patient?family=muller&_revinclude=Observation:subject"),
        (1, sorted(&[&p.weights[0], &p.weights[1]]))
    );
    assert_eq!(
        of("Organization?_revinclude=Patient:organization&_revinclude:iterate=Observation:subject"),
        (1, sorted(&[anna, bernd, &p.weights[0], &p.weights[1], &p.weights[2]]))
    );
    // A hit is no include, and what was deleted is not there.
    cell.delete(&format!("Patient/{bernd}"));
    assert_eq!(of("Observation?_include=Observation:subject"), (3, sorted(&[anna])));
}

#[test]
fn a_form_is_as_good_as_a_query() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let p = practice(&cell);
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let post = |path: &str, body: &str| -> Reply { cell.send("POST", path, &form, body.as_bytes()) };
    let hits = |reply: Reply| ids(&reply.json(), "match");
    assert_eq!(hits(post("Patient/_search", "family=M%C3%BCller&gender=female")), [p.anna.as_str()]);
    assert_eq!(hits(post("Patient/_search?gender=male", "birthdate=ge1960")), [p.bernd.as_str()]);
    assert_eq!(hits(post("_search", "_type=Organization")), [p.practice.as_str()]);
    assert_eq!(hits(post(&format!("Patient/{}/Observation/_search", p.bernd), "status=final")).len(), 1);
    let json = cell.send("POST", "Patient/_search", &[("Content-Type", "application/json")], b"{}");
    assert_eq!((json.status, json.issue().as_str()), (415, "not-supported"));
    assert_eq!(post("Patient/_search", "a=%zz").status, 400);
}

#[test]
fn what_is_not_understood_is_named_and_never_repeated() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    practice(&cell);
    for (query, named) in [
        ("Patient?nmae=Secretperson", "name"),
        ("Patient?birthdate=Secretperson", "birthdate"),
        ("Patient?family:exakt=Secretperson", "exact"),
        ("Patient?birthdate=zz2000-Secretperson", "birthdate"),
        ("Patient?_sort=nonsense", "_sort"),
        ("Patient?_include=Patient:Secretperson%20Anna", "_include"),
        ("Patient?organization.nmae=Secretperson", "name"),
        ("?family=Secretperson", "family"),
    ] {
        let reply = cell.get(query);
        assert_eq!(reply.status, 400, "{query}: {}", reply.text());
        assert!(reply.text().contains(named), "{query}: {}", reply.text());
        assert!(!reply.text().contains("Secretperson"), "{query}: {}", reply.text());
    }
    let lenient = cell.send("GET", "Patient?nmae=x&gender=male", &[("Prefer", "handling=lenient")], b"");
    assert_eq!(lenient.status, 200, "{}", lenient.text());
    let bundle = lenient.json();
    assert_eq!(
        (bundle["total"].as_u64(), link(&bundle, "self").unwrap()),
        (Some(1), "Patient?gender=male".into())
    );
    let entries = bundle["entry"].as_array().unwrap();
    let outcome = entries.iter().find(|entry| entry["search"]["mode"] == "outcome").unwrap();
    assert_eq!(outcome["resource"]["resourceType"], "OperationOutcome");
    assert_eq!(cell.send("GET", "Patient?nmae=x", &[("Prefer", "handling=strict")], b"").status, 400);
}

#[test]
fn lists_and_value_sets_of_the_cell_are_known() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let p = practice(&cell);
    let list = json!({
        "resourceType": "List", "id": "mine", "status": "current", "mode": "changes",
        "entry": [
            {"item": {"reference": format!("Patient/{}", p.anna)}},
            {"item": {"reference": format!("Patient/{}", p.bernd)}, "deleted": true},
            {"item": {"display": "somebody"}},
        ],
    });
    assert_eq!(cell.put("List/mine", &list.to_string()).status, 201);
    assert_eq!(found(&cell, "Patient?_list=mine"), [p.anna.as_str()]);
    assert_eq!(found(&cell, "Patient?_list=nobody"), [""; 0]);
    let value_set = json!({
        "resourceType": "ValueSet", "id": "vitals", "status": "active", "url": "http://e/vitals",
        "compose": {"include": [{"system": "http://loinc.org", "concept": [{"code": "29463-7"}]}]},
    });
    assert_eq!(cell.put("ValueSet/vitals", &value_set.to_string()).status, 201);
    assert_eq!(found(&cell, "Observation?code:in=http://e/vitals").len(), 3);
    assert_eq!(found(&cell, "Observation?code:in=ValueSet/vitals").len(), 3);
    assert_eq!(found(&cell, "Observation?code:not-in=http://e/vitals").len(), 0);
    let filtered = json!({
        "resourceType": "ValueSet", "status": "active", "url": "http://e/filtered",
        "compose": {"include": [{"system": "http://loinc.org", "filter": [{"property": "a", "op": "=", "value": "b"}]}]},
    });
    cell.create("ValueSet", &filtered.to_string());
    for url in ["http://e/filtered", "http://e/none"] {
        let refused = cell.get(&format!("Observation?code:in={url}"));
        assert_eq!((refused.status, refused.issue().as_str()), (422, "not-supported"), "{url}");
    }
}

#[test]
fn an_index_that_ended_or_was_lost_is_made_good() {
    let mut salus = Salus::start();
    let cell = salus.cell("praxis");
    let before: Vec<String> = (0..20).map(|_| cell.patient()).collect();
    salus.stop_indexer();
    let meanwhile: Vec<String> = (0..20).map(|_| cell.patient()).collect();
    let not_ready = cell.get("Patient");
    assert_eq!((not_ready.status, not_ready.header("retry-after").is_some()), (503, true));
    salus.start_indexer();
    let all = |cell: &Cell| cell.get("Patient?_summary=count").json()["total"].as_u64();
    assert_eq!(all(&cell), Some(40));
    assert_eq!(found(&cell, &format!("Patient?_id={},{}", before[3], meanwhile[7])).len(), 2);
    salus.stop_indexer();
    std::fs::remove_dir_all(salus.dir.path().join("index")).unwrap();
    salus.start_indexer();
    assert_eq!(all(&cell), Some(40));
    assert_eq!(salus.unresolved(), 0);
}

/// Letters that do not compress to nothing.
fn noise(seed: u64, letters: usize) -> String {
    let mut state = seed | 1;
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'a' + (state % 26) as u8)
    };
    (0..letters).map(|_| letter()).collect()
}

#[test]
fn a_record_of_very_many_values_is_found_by_each() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let identifiers: Vec<Value> = (0..12_000u64)
        .map(|number| json!({"system": "http://e/very/long/system", "value": format!("{}{number}", noise(number, 40))}))
        .collect();
    let last = identifiers[11_999]["value"].as_str().unwrap().to_owned();
    cell.create("Patient", &json!({"resourceType": "Patient", "identifier": identifiers}).to_string());
    assert_eq!(cell.get(&format!("Patient?identifier={last}&_elements=id")).json()["total"], 1);
}

#[test]
fn words_that_find_no_room_in_the_write_are_fed_before_the_next_search() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let patient = cell.patient();
    let entries: Vec<Value> = (0..400u64)
        .map(|number| {
            let text = noise(number + 1, 12_000);
            let resource = json!({
                "resourceType": "Observation", "status": "final", "code": {"text": format!("n{number}")},
                "subject": {"reference": format!("Patient/{patient}")}, "note": [{"text": text}],
            });
            json!({"request": {"method": "POST", "url": "Observation"}, "resource": resource})
        })
        .collect();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    assert_eq!(cell.post("", &bundle.to_string()).status, 200);
    let reply = cell.get("Observation?_summary=count");
    assert_eq!((reply.status, reply.json()["total"].as_u64()), (200, Some(400)), "{}", reply.text());
    assert_eq!(cell.get("Observation?code:text=n399").json()["total"], 1);
}

#[test]
fn a_form_may_name_the_format() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let turtle = cell.send("POST", "Patient/_search", &form, b"name=x&_format=ttl");
    assert_eq!((turtle.status, turtle.issue().as_str()), (406, "not-supported"));
    let json = cell.send("POST", "Patient/_search", &form, b"name=x&_format=application%2Fjson");
    assert_eq!(json.header("content-type"), Some("application/json; charset=utf-8"));
}

//! A cell's own search parameters of each type: what was written before them is extracted anew, and then searches find what a
//! slow scan of the opened records finds.

use crate::search_agrees::{Random, encoded, written};
use crate::support::{Cell, FHIR_JSON, Http, Salus};
use salus_fhir::search::naive::Scan;
use salus_fhir::search::{self, Custom};
use salus_fhir::{Resource, ResourceType};
use salus_trust_api::wire::extract::{ApproverProof, CellExtraction, RunState};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::{Value as Json, json};
use std::time::{Duration, Instant};

/// Code, type, base and expression; of a composite, its components.
const OWN: [(&str, &str, &str, &str, &str); 8] = [
    ("own-suffix", "string", "Patient", "Patient.name.suffix", ""),
    ("own-marital", "token", "Patient", "Patient.maritalStatus", ""),
    ("own-contact", "date", "Patient", "Patient.contact.period", ""),
    ("own-policy", "uri", "Patient", "Patient.extension('urn:policy').value.as(uri)", ""),
    ("own-performer", "reference", "Observation", "Observation.performer", ""),
    ("own-low", "quantity", "Observation", "Observation.referenceRange.low", ""),
    ("own-share", "number", "Observation", "Observation.extension('urn:share').value.as(decimal)", ""),
    (
        "own-code-low",
        "composite",
        "Observation",
        "Observation.component",
        r#"[{"definition":"http://hl7.org/fhir/SearchParameter/clinical-code","expression":"code"},{"definition":"http://hl7.org/fhir/SearchParameter/Observation-value-quantity","expression":"value.as(Quantity)"}]"#,
    ),
];

fn definition(own: &(&str, &str, &str, &str, &str)) -> Json {
    let (code, kind, base, expression, components) = own;
    let mut definition = json!({
        "resourceType": "SearchParameter", "url": format!("urn:own:{code}"), "name": "Own", "status": "active",
        "description": "d", "code": code, "base": [base], "type": kind, "expression": expression,
    });
    if !components.is_empty() {
        definition["component"] = serde_json::from_str(components).unwrap();
    }
    definition
}

fn patient(random: &mut Random) -> Json {
    let suffix = ["Jr.", "von Würzburg", "d’Aubigné", "O'Neill", "ÄÖÜ"];
    let date = ["1990", "2001-03", "2020-02-29", "1999-12-31"];
    let policy = ["http://a/b", "http://a/b/c", "urn:x", "http://a"];
    let mut patient = json!({
        "resourceType": "Patient",
        "name": [{"family": "F", "suffix": [random.of(&suffix)]}],
        "maritalStatus": {"coding": [{"system": "urn:m", "code": random.of(&["M", "S", "W"]), "display": "Some Text"}]},
        "extension": [{"url": "urn:policy", "valueUri": random.of(&policy)}],
    });
    if random.below(3) > 0 {
        patient["contact"] = json!([{"name": {"text": "x"}, "period": {"start": random.of(&date)}}]);
    }
    if random.below(4) == 0 {
        patient.as_object_mut().unwrap().remove("maritalStatus");
    }
    patient
}

fn observation(random: &mut Random, practitioners: &[String]) -> Json {
    let number = |random: &mut Random| random.below(40) as f64 / 4.0;
    let quantity = |random: &mut Random| json!({"value": number(random), "unit": "mm", "system": "http://unitsofmeasure.org", "code": random.of(&["mm", "cm"])});
    json!({
        "resourceType": "Observation", "status": "final", "code": {"text": "c"},
        "performer": [{"reference": random.of(practitioners)}],
        "referenceRange": [{"low": quantity(random)}],
        "extension": [{"url": "urn:share", "valueDecimal": number(random)}],
        "component": [
            {"code": {"coding": [{"system": "urn:c", "code": random.of(&["a", "b"])}]}, "valueQuantity": quantity(random)},
            {"code": {"coding": [{"system": "urn:c", "code": random.of(&["a", "b"])}]}, "valueQuantity": quantity(random)},
        ],
    })
}

/// Writes; gives the stored resource.
fn write(cell: &Cell, http: &mut Http, resource: &Json) -> Json {
    let kind = resource["resourceType"].as_str().unwrap();
    let headers = [("Content-Type", FHIR_JSON)];
    let reply = cell.send_on(http, "POST", kind, &headers, resource.to_string().as_bytes());
    assert_eq!(reply.status, 201, "{resource}: {}", reply.text());
    reply.json()
}

fn some(cell: &Cell, http: &mut Http, random: &mut Random, into: &mut Vec<Resource>) {
    let mut practitioners = Vec::new();
    for _ in 0..3 {
        let made = write(cell, http, &json!({"resourceType": "Practitioner"}));
        practitioners.push(format!("Practitioner/{}", made["id"].as_str().unwrap()));
    }
    for _ in 0..25 {
        let made = write(cell, http, &patient(random));
        into.push(Resource::parse(made.to_string(), None).unwrap());
        let made = write(cell, http, &observation(random, &practitioners));
        into.push(Resource::parse(made.to_string(), None).unwrap());
    }
}

fn state(salus: &Salus, ask: AdminAsk) -> CellExtraction {
    match salus.admin().ask(ask).unwrap() {
        AdminAnswer::Extractions(mut all) => all.remove(0),
        other => panic!("{other:?}"),
    }
}

/// Asks, approves and waits.
fn extract(salus: &Salus) -> CellExtraction {
    let client = AdminAsk::CreateClient {
        cell: "praxis".into(),
        name: "second".into(),
        role: "approver".into(),
        budgets: crate::support::budgets(1),
        session_ms: 1,
        idle_ms: 1,
    };
    let AdminAnswer::Client { client, secret, .. } = salus.admin().ask(client).unwrap() else { panic!() };
    state(salus, AdminAsk::AskExtraction { cell: "praxis".into(), by: ApproverProof::Machine });
    let by = ApproverProof::Client { client, secret };
    state(salus, AdminAsk::ApproveExtraction { cell: "praxis".into(), by });
    let began = Instant::now();
    loop {
        let now = state(salus, AdminAsk::Extractions);
        if matches!(now.run.as_ref().unwrap().state, RunState::Done { .. }) {
            return now;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{now:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn parameters_of_each_type_find_what_a_scan_finds_also_what_was_there_before() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let mut http = cell.http();
    let mut random = Random(0x0b57_ac1e);
    let mut resources = Vec::new();
    some(&cell, &mut http, &mut random, &mut resources);
    for own in &OWN {
        write(&cell, &mut http, &definition(own));
    }
    some(&cell, &mut http, &mut random, &mut resources);
    for (code, _, base, ..) in &OWN {
        let reply = cell.send_on(&mut http, "GET", &format!("{base}?{code}:missing=true"), &[], b"");
        assert_eq!(
            (reply.status, reply.header("retry-after")),
            (503, Some("60")),
            "{code}: {}",
            reply.text()
        );
        assert!(reply.text().contains(code), "{}", reply.text());
    }
    let done = extract(&salus);
    assert_eq!(done.run.unwrap().state, RunState::Done { versions: 50, unreadable: 0 });
    assert_eq!(done.lacking.as_deref(), Some(&[][..]));
    let custom: Vec<Custom> = done
        .parameters
        .iter()
        .map(|own| search::custom_of(&own.definition.text, own.number).unwrap())
        .collect();
    assert_eq!(custom.len(), OWN.len());

    let base_url = format!("http://localhost:{}/praxis/fhir", cell.address.port());
    let scan = Scan::new(&resources, &custom, &base_url);
    let options = search::Options {
        lenient: false,
        leaves_out_empty: false,
        base_url: &base_url,
        now_ms: 0,
        custom: &custom,
    };
    let values: Vec<Vec<_>> =
        resources.iter().map(|one| search::values(one, &custom, &base_url).values).collect();
    let mut asked: std::collections::BTreeMap<&str, usize> = Default::default();
    for _ in 0..600 {
        let at = random.below(resources.len());
        let own: Vec<_> = values[at].iter().filter(|(number, _)| *number >= 0x8000).collect();
        let (number, value) = random.of(&own);
        let parameter = custom.iter().map(Custom::parameter).find(|own| own.number == *number).unwrap();
        let (name, written) = match random.below(10) {
            0 => (format!("{}:missing", parameter.code), "false".to_owned()),
            _ => match written(&mut random, &parameter.code, parameter.kind, value) {
                Some(pair) => pair,
                None => continue,
            },
        };
        let query = vec![(name, written)];
        let kind: ResourceType = resources[at].kind();
        let address = format!("{kind}?{}&_count=200&_elements=id", encoded(&query));
        let reply = cell.send_on(&mut http, "GET", &address, &[], b"");
        let Ok(parsed) = search::parse(Some(kind), &query, &options) else {
            assert_eq!(reply.status, 400, "{address}: {}", reply.text());
            continue;
        };
        assert_eq!(reply.status, 200, "{address}: {}", reply.text());
        let bundle = reply.json();
        let found: Vec<&str> = bundle["entry"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .map(|entry| entry["resource"]["id"].as_str().unwrap())
            .collect();
        let expected: Vec<&str> =
            scan.find(&parsed).into_iter().map(|at| resources[at].id().unwrap()).collect();
        assert_eq!(found, expected, "{address}");
        *asked.entry(&parameter.code).or_default() += 1;
    }
    assert!(asked.len() == OWN.len() && asked.values().all(|count| *count > 10), "{asked:?}");
}

#[test]
fn a_definition_that_changes_or_goes_takes_effect_and_one_that_cannot_be_used_is_refused() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let mut http = cell.http();
    let (suffix, marital) = (definition(&OWN[0]), definition(&OWN[1]));
    let mut broken = suffix.clone();
    broken["expression"] = "Patient.nmae".into();
    let headers = [("Content-Type", FHIR_JSON)];
    let mut post = |resource: &Json| {
        cell.send_on(&mut http, "POST", "SearchParameter", &headers, resource.to_string().as_bytes())
    };
    let reply = post(&broken);
    assert_eq!(reply.status, 422);
    assert_eq!(reply.json()["issue"][0]["expression"][0], "SearchParameter.expression");
    // What is not active does nothing, however it is.
    broken["status"] = "draft".into();
    assert_eq!(post(&broken).status, 201);
    let made = post(&suffix).json();
    // Nothing was there before, so it is known at once.
    let mut http = cell.http();
    let mut find = |query: &str| {
        let reply = cell.send_on(&mut http, "GET", query, &[], b"");
        (reply.status, reply.json()["total"].as_u64())
    };
    assert_eq!(find("Patient?own-suffix=jr"), (200, Some(0)));
    let mut http = cell.http();
    write(
        &cell,
        &mut http,
        &json!({"resourceType": "Patient", "name": [{"suffix": ["Jr."], "given": ["Ada"]}]}),
    );
    assert_eq!(find("Patient?own-suffix=jr"), (200, Some(1)));
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": {"resourceType": "Organization", "name": "o"}, "request": {"method": "POST", "url": "Organization"}},
        {"resource": suffix, "request": {"method": "POST", "url": "SearchParameter"}},
    ]});
    let reply = cell.send_on(&mut http, "POST", "", &headers, bundle.to_string().as_bytes());
    assert_eq!(reply.status, 422, "the code is taken");
    assert_eq!(reply.json()["issue"][0]["expression"][0], "Bundle.entry[1].resource.code");

    // Another expression is another parameter: what is there has no words of it.
    let id = made["id"].as_str().unwrap().to_owned();
    let mut other = suffix.clone();
    (other["id"], other["expression"]) = (id.clone().into(), "Patient.name.given".into());
    let mut put = |resource: &Json| {
        let at = format!("SearchParameter/{id}");
        cell.send_on(&mut http, "PUT", &at, &headers, resource.to_string().as_bytes()).status
    };
    assert_eq!(put(&other), 200);
    assert_eq!(find("Patient?own-suffix=ada").0, 503);
    extract(&salus);
    assert_eq!(
        (find("Patient?own-suffix=ada"), find("Patient?own-suffix=jr")),
        ((200, Some(1)), (200, Some(0)))
    );
    // Only its description changed: nothing to be extracted.
    other["description"] = "another".into();
    assert_eq!(put(&other), 200);
    assert_eq!(find("Patient?own-suffix=ada"), (200, Some(1)));
    other["status"] = "retired".into();
    assert_eq!(put(&other), 200);
    assert_eq!(find("Patient?own-suffix=ada").0, 400);

    // Deleted, it is not searched by any more either.
    let mut http = cell.http();
    let id = write(&cell, &mut http, &marital)["id"].as_str().unwrap().to_owned();
    assert_eq!(find("Patient?own-marital=M").0, 503);
    assert_eq!(cell.send_on(&mut http, "DELETE", &format!("SearchParameter/{id}"), &[], b"").status, 204);
    assert_eq!(find("Patient?own-marital=M").0, 400);
}

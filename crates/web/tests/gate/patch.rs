//! PATCH over HTTP, alone and in Bundles; and what one asks of a record beside itself.

use crate::support::{Cell, Reply, Salus, observation};
use base64::Engine as _;
use serde_json::{Value, json};

const JSON_PATCH: &str = "application/json-patch+json";

fn patch(cell: &Cell, rest: &str, operations: &str) -> Reply {
    cell.send("PATCH", rest, &[("Content-Type", JSON_PATCH)], operations.as_bytes())
}

fn parameters(path: &str, value: &str) -> String {
    json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "replace"},
        {"name": "path", "valueString": path},
        {"name": "value", "valueString": value},
    ]}]})
    .to_string()
}

#[test]
fn a_record_is_changed_in_part() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.create("Patient", r#"{"resourceType":"Patient","active":true,"name":[{"family":"A"}],"identifier":[{"system":"http://s","value":"1"}]}"#);
    let at = format!("Patient/{id}");
    let changed = patch(
        &cell,
        &at,
        r#"[{"op":"test","path":"/active","value":true},{"op":"replace","path":"/active","value":false}]"#,
    );
    assert_eq!((changed.status, changed.header("etag")), (200, Some("W/\"2\"")), "{}", changed.text());
    assert_eq!(changed.json()["active"], false);
    assert_eq!(cell.get(&at).json(), changed.json());
    assert_eq!(cell.get(&format!("{at}/_history/1")).json()["active"], true);

    let by_path = cell.send("PATCH", &at, &[], parameters("Patient.name[0].family", "B").as_bytes());
    assert_eq!(
        (by_path.status, &by_path.json()["name"][0]["family"]),
        (200, &json!("B")),
        "{}",
        by_path.text()
    );
    let in_xml = salus_fhir::xml::from_json(
        &parameters("Patient.name[0].family", "C"),
        salus_fhir::xml::Layout::Compact,
    )
    .unwrap();
    let in_xml = cell.send("PATCH", &at, &[("Content-Type", "application/fhir+xml")], in_xml.as_bytes());
    assert_eq!((in_xml.status, &in_xml.json()["name"][0]["family"]), (200, &json!("C")), "{}", in_xml.text());
    assert_eq!(cell.get("Patient?family=C").json()["total"], 1);

    let stale = cell.send("PATCH", &at, &[("Content-Type", JSON_PATCH), ("If-Match", "W/\"2\"")], b"[]");
    assert_eq!(stale.status, 412);
    let fresh = cell.send("PATCH", &at, &[("Content-Type", JSON_PATCH), ("If-Match", "W/\"4\"")], b"[]");
    assert_eq!(fresh.status, 200, "{}", fresh.text());

    let found = patch(&cell, "Patient?identifier=http://s|1", r#"[{"op":"remove","path":"/active"}]"#);
    assert_eq!((found.status, found.json().get("active")), (200, None), "{}", found.text());
    assert_eq!(patch(&cell, "Patient?identifier=http://s|2", "[]").status, 404);
    cell.create("Patient", r#"{"resourceType":"Patient","identifier":[{"system":"http://s","value":"1"}]}"#);
    assert_eq!(patch(&cell, "Patient?identifier=http://s|1", "[]").status, 412);
}

#[test]
fn what_cannot_be_patched_stays_as_it_is() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.create("Patient", r#"{"resourceType":"Patient","active":true}"#);
    let at = format!("Patient/{id}");
    for (operations, status, code) in [
        ("{", 400, "structure"),
        ("{}", 422, "structure"),
        (r#"[{"op":"test","path":"/active","value":false}]"#, 422, "processing"),
        (r#"[{"op":"remove","path":"/name"}]"#, 422, "processing"),
        (r#"[{"op":"add","path":"/nmae","value":1}]"#, 422, "structure"),
        (r#"[{"op":"replace","path":"/active","value":"yes"}]"#, 422, "structure"),
        (r#"[{"op":"replace","path":"/id","value":"other"}]"#, 422, "invalid"),
        (r#"[{"op":"replace","path":"/resourceType","value":"Group"}]"#, 422, "invalid"),
    ] {
        let reply = patch(&cell, &at, operations);
        assert_eq!((reply.status, reply.issue().as_str()), (status, code), "{operations}: {}", reply.text());
    }
    assert_eq!(cell.get(&at).header("etag"), Some("W/\"1\""));
    assert_eq!(patch(&cell, "Patient/nobody", "[]").status, 404);
    let other = cell.send("PATCH", &at, &[("Content-Type", "text/plain")], b"[]");
    assert_eq!((other.status, other.issue().as_str()), (415, "not-supported"));
    assert!(other.header("accept-patch").unwrap().contains(JSON_PATCH));
    cell.delete(&at);
    assert_eq!(patch(&cell, &at, "[]").status, 410);
    // Who may not read it does not learn what stands in it, and who may not write it does not write it.
    let id = cell.create("Patient", r#"{"resourceType":"Patient","active":true}"#);
    let at = format!("Patient/{id}");
    let test = r#"[{"op":"test","path":"/active","value":false}]"#;
    let importer = salus.client("praxis", "importer", 1_000);
    assert_eq!(patch(&importer, &at, test).status, patch(&importer, &at, "[]").status);
    assert_ne!(patch(&importer, &at, "[]").status, 200);
    let reader = salus.client("praxis", "fhir-reader", 1_000);
    assert!(patch(&reader, &at, r#"[{"op":"remove","path":"/active"}]"#).status >= 400);
    let stranger = cell.http().send("PATCH", &cell.path(&at), &[("Content-Type", JSON_PATCH)], b"{");
    assert_eq!(stranger.status, 401);
    assert_eq!(cell.get(&at).header("etag"), Some("W/\"1\""));
}

#[test]
fn patches_stand_in_bundles() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let ids = [
        cell.create("Patient", r#"{"resourceType":"Patient","active":true,"name":[{"family":"A"}]}"#),
        cell.create("Patient", r#"{"resourceType":"Patient","active":true,"name":[{"family":"B"}]}"#),
    ];
    let binary = |operations: &str| {
        let data = base64::engine::general_purpose::STANDARD.encode(operations);
        json!({"resourceType": "Binary", "contentType": JSON_PATCH, "data": data})
    };
    let entry = |resource: Value, url: &str| json!({"resource": resource, "request": {"method": "PATCH", "url": url}});
    let send = |kind: &str, entries: &[Value]| {
        cell.post("", &json!({"resourceType": "Bundle", "type": kind, "entry": entries}).to_string())
    };
    let by_path: Value = serde_json::from_str(&parameters("Patient.name[0].family", "C")).unwrap();
    let remove = binary(r#"[{"op":"remove","path":"/active"}]"#);
    for kind in ["batch", "transaction"] {
        let (first, second) = (format!("Patient/{}", ids[0]), format!("Patient/{}", ids[1]));
        let done = send(
            kind,
            &[
                entry(by_path.clone(), &first),
                entry(binary(r#"[{"op":"test","path":"/name/0/family","value":"B"}]"#), &second),
            ],
        );
        assert_eq!(done.status, 200, "{kind}: {}", done.text());
        let statuses: Vec<_> = done.json()["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["response"]["status"].clone())
            .collect();
        assert_eq!(statuses, ["200 OK", "200 OK"], "{kind}");
        assert_eq!(cell.get(&first).json()["name"][0]["family"], "C");
    }
    let missing = binary(r#"[{"op":"remove","path":"/gender"}]"#);
    let before = cell.get(&format!("Patient/{}", ids[0])).header("etag").unwrap().to_owned();
    let failed = send(
        "transaction",
        &[entry(remove, &format!("Patient/{}", ids[0])), entry(missing, &format!("Patient/{}", ids[1]))],
    );
    assert_eq!(
        (failed.status, failed.expressions()),
        (422, vec!["Bundle.entry[1].resource".to_owned()]),
        "{}",
        failed.text()
    );
    assert_eq!(
        cell.get(&format!("Patient/{}", ids[0])).header("etag"),
        Some(before.as_str()),
        "all or nothing"
    );
    let none = send("transaction", &[entry(binary("[]"), "Patient?identifier=http://s|9")]);
    assert_eq!(none.status, 404, "{}", none.text());
}

/// What was done in a time, and what has no date: neither a birthday nor when it was written counts.
fn care_has_its_dates(cell: &Cell, patient: &str) {
    let born = format!(r#"{{"resourceType":"Patient","id":"{patient}","birthDate":"1950-01-01"}}"#);
    assert_eq!(cell.put(&format!("Patient/{patient}"), &born).status, 200);
    let dated =
        observation(patient).replace("\"subject\"", "\"effectiveDateTime\":\"2020-06-15\",\"subject\"");
    let dated = cell.create("Observation", &dated);
    let ill = json!({"resourceType": "Condition", "subject": {"reference": format!("Patient/{patient}")},
        "onsetPeriod": {"start": "2018", "end": "2021-03"}});
    let ill = cell.create("Condition", &ill.to_string());
    for (query, has_dated, has_ill) in [
        ("start=2020-06-15&end=2020-06-15", true, true),
        ("start=2020-06-16", false, true),
        ("end=2020-06-14", false, true),
        ("end=2017", false, false),
        ("start=2021-04", false, false),
        ("start=2021-03&_type=Condition", false, true),
    ] {
        let page = cell.get(&format!("Patient/{patient}/$everything?{query}"));
        assert_eq!(page.status, 200, "{query}: {}", page.text());
        let found = (page.text().contains(&dated), page.text().contains(&ill));
        assert_eq!(found, (has_dated, has_ill), "{query}");
        // Who it is, and three observations without a date.
        let undated = page.json()["entry"].as_array().map_or(0, Vec::len);
        assert!(query.contains("_type") || undated >= 4 && page.text().contains("1950-01-01"), "{query}");
    }
    let first = cell.get(&format!("Patient/{patient}/$everything?start=2020-06-16&_count=2")).json();
    let links = first["link"].as_array().unwrap();
    let next = links.iter().find(|link| link["relation"] == "next").unwrap()["url"].as_str().unwrap();
    let next = cell.get(next.split_once("/fhir/").unwrap().1);
    assert!(next.status == 200 && !next.text().contains(&dated), "a later page has the same dates");
    for bad in ["start=yesterday", "end=2020-13", "start=ge2020", "began=2020"] {
        assert_eq!(cell.get(&format!("Patient/{patient}/$everything?{bad}")).status, 400, "{bad}");
    }
}

#[test]
fn everything_of_a_patient_comes_in_pages_and_is_charged() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let (one, other) = (cell.patient(), cell.patient());
    let practitioner =
        cell.create("Practitioner", r#"{"resourceType":"Practitioner","name":[{"family":"D"}]}"#);
    for _ in 0..3 {
        cell.create(
            "Observation",
            &observation(&one).replace(
                "\"subject\"",
                &format!("\"performer\":[{{\"reference\":\"Practitioner/{practitioner}\"}}],\"subject\""),
            ),
        );
    }
    cell.create("Observation", &observation(&other));
    let everything = cell.get(&format!("Patient/{one}/$everything"));
    assert_eq!(everything.status, 200, "{}", everything.text());
    let kinds = |page: &Value| {
        let entries = page["entry"].as_array().cloned().unwrap_or_default();
        let mut kinds: Vec<String> = entries
            .iter()
            .map(|entry| entry["resource"]["resourceType"].as_str().unwrap().to_owned())
            .collect();
        kinds.sort();
        kinds
    };
    assert_eq!(
        kinds(&everything.json()),
        ["Observation", "Observation", "Observation", "Patient", "Practitioner"]
    );
    assert!(!everything.text().contains(&other));
    let typed = cell.get(&format!("Patient/{one}/$everything?_type=Patient"));
    assert_eq!(kinds(&typed.json()), ["Patient"], "{}", typed.text());
    let later = cell.get(&format!("Patient/{one}/$everything?_since=2100-01-01T00:00:00Z"));
    assert_eq!((later.status, kinds(&later.json()).len()), (200, 0), "{}", later.text());
    let mut page = cell.get(&format!("Patient/{one}/$everything?_count=2")).json();
    let mut seen = kinds(&page).len();
    while let Some(next) = page["link"].as_array().unwrap().iter().find(|link| link["relation"] == "next") {
        page = cell.get(next["url"].as_str().unwrap().split_once("/fhir/").unwrap().1).json();
        seen += kinds(&page).len();
    }
    assert!(seen >= 5, "{seen}");
    care_has_its_dates(&cell, &one);
    assert_eq!(cell.get("Patient/nobody/$everything").status, 404);
    assert_eq!(cell.get(&format!("Practitioner/{practitioner}/$everything")).status, 404);
    let poor = salus.client("praxis", "fhir-client", 1);
    assert_eq!(poor.get(&format!("Patient/{one}/$everything")).status, 200);
    assert_eq!(poor.get(&format!("Patient/{other}/$everything")).status, 429);
}

#[test]
fn the_last_of_each_kind_and_a_document() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let (one, other) = (cell.patient(), cell.patient());
    let value = |patient: &str, code: &str, day: u32| {
        let text = observation(patient).replace(
            r#"{"text":"x"}"#,
            &format!(r#"{{"coding":[{{"system":"http://c","code":"{code}"}}]}},"effectiveDateTime":"2026-01-{day:02}""#),
        );
        cell.create("Observation", &text)
    };
    let ids: Vec<_> = (1..=3).map(|day| value(&one, "a", day)).collect();
    let b = value(&one, "b", 1);
    value(&other, "a", 9);
    let last = |query: &str| {
        let reply = cell.get(&format!("Observation/$lastn?{query}"));
        assert_eq!(reply.status, 200, "{}", reply.text());
        let page = reply.json();
        assert_eq!(page["total"], page["entry"].as_array().unwrap().len());
        page["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(last(&format!("patient={one}")), [ids[2].clone(), b.clone()]);
    assert_eq!(last(&format!("patient={one}&max=2&code=http://c|a")), [ids[2].clone(), ids[1].clone()]);
    for bad in ["code=a".to_owned(), format!("patient={one}&max=0"), format!("patient={one}&_count=1")] {
        assert_eq!(cell.get(&format!("Observation/$lastn?{bad}")).status, 400, "{bad}");
    }
    let composition = cell.create("Composition", &format!(r#"{{"resourceType":"Composition","status":"final","type":{{"text":"t"}},"date":"2026-01-02","title":"T","subject":{{"reference":"Patient/{one}"}},"author":[{{"reference":"Patient/{one}"}}],"section":[{{"entry":[{{"reference":"Observation/{b}"}}]}}]}}"#));
    let document = cell.get(&format!("Composition/{composition}/$document"));
    assert_eq!(document.status, 200, "{}", document.text());
    let document = document.json();
    assert_eq!(document["type"], "document");
    let kinds: Vec<_> = document["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["resource"]["resourceType"].as_str().unwrap())
        .collect();
    assert_eq!((kinds[0], kinds.len()), ("Composition", 3), "{kinds:?}");
    salus_fhir::Resource::parse(document.to_string(), None).expect("a valid document");
    assert_eq!(cell.get("Composition/nobody/$document").status, 404);
    assert_eq!(cell.get(&format!("Composition/{composition}/$document?persist=true")).status, 400);
}

#[test]
fn what_is_offered_is_said_by_the_statement_and_by_openapi() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let meta = cell.get(&format!("Patient/{id}/$meta"));
    assert_eq!(meta.json()["parameter"][0]["valueMeta"]["versionId"], "1", "{}", meta.text());
    assert_eq!(cell.get("Patient/nobody/$meta").status, 404);
    let tag = r#"{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"system":"http://t","code":"a"}]}}]}"#;
    for (operation, tags, version) in [("$meta-add", 1, "2"), ("$meta-delete", 0, "3")] {
        let changed = cell.post(&format!("Patient/{id}/{operation}"), tag);
        let meta = changed.json()["parameter"][0]["valueMeta"].clone();
        assert_eq!((changed.status, &meta["versionId"]), (200, &json!(version)), "{}", changed.text());
        assert_eq!(cell.get("Patient?_tag=http://t|a").json()["total"], tags);
    }
    assert_eq!(cell.post(&format!("Patient/{id}/$meta-add"), r#"{"resourceType":"Parameters"}"#).status, 422);
    let statement = cell.get("metadata").json();
    let patient = statement["rest"][0]["resource"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["type"] == "Patient")
        .unwrap()
        .clone();
    let names: Vec<_> =
        patient["operation"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["meta", "meta-add", "meta-delete", "everything", "validate", "export"]);
    assert_eq!(statement["rest"][0]["operation"][0]["name"], "export");
    assert!(patient["interaction"].as_array().unwrap().iter().any(|one| one["code"] == "patch"));
    assert_eq!(statement["patchFormat"][0], JSON_PATCH);
    let page = cell.http().send("GET", &cell.path("openapi.json"), &[], b"");
    assert_eq!(page.status, 200);
    let page = page.json();
    assert!(page["paths"]["/{type}/{id}"]["patch"]["responses"]["422"].is_object());
    assert_eq!(page["servers"][0]["url"].as_str().unwrap().rsplit('/').next(), Some("fhir"));
    for limit in ["413", "429", "503"] {
        assert!(page["paths"]["/{type}"]["post"]["responses"][limit].is_object(), "{limit}");
    }
}

/// What the page says of an address holds there, for those who are signed in and for strangers, whatever they send.
#[test]
fn every_address_of_openapi_answers_with_a_status_that_it_names() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let page = cell.http().send("GET", &cell.path("openapi.json"), &[], b"").json();
    let mut asked = 0;
    for (path, methods) in page["paths"].as_object().unwrap() {
        let at = path
            .replace("{type}", "Patient")
            .replace("{compartment}", "Patient")
            .replace("{within}", "Observation")
            .replace("{version}", "1");
        for (method, operation) in
            methods.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters")
        {
            let kinds: Vec<String> = operation["requestBody"]["content"]
                .as_object()
                .map_or_else(|| vec![String::new()], |content| content.keys().cloned().collect());
            for (id, body) in [("nobody", "{}"), (id.as_str(), "<a/>"), (id.as_str(), "[]")] {
                let at = at.replace("{id}", id);
                let (at, method) = (at.trim_start_matches('/'), method.to_ascii_uppercase());
                for kind in &kinds {
                    let (headers, body) = if kind.is_empty() {
                        (Vec::new(), "")
                    } else {
                        (vec![("Content-Type", kind.as_str())], body)
                    };
                    for reply in [
                        cell.send(&method, at, &headers, body.as_bytes()),
                        cell.http().send(&method, &cell.path(at), &headers, body.as_bytes()),
                    ] {
                        let named = &operation["responses"][reply.status.to_string()];
                        assert!(
                            named.is_object(),
                            "{method} {at} {kind}: {}: {}",
                            reply.status,
                            reply.text()
                        );
                        asked += 1;
                    }
                }
            }
        }
    }
    assert!(asked > 200, "{asked}");
}

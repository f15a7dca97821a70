//! A document that is sent to the base, as ISiK's "Bericht aus Subsystemen" (feature Composition-Post, levels 3 and 5) asks: its patient and stay
//! are found by identifiers, it is kept with them, and refused where they are not here or nobody could read it.

use crate::support::{Cell, Reply, Salus};
use serde_json::{Value, json};

const KVNR: &str = "http://fhir.de/sid/gkv/kvid-10";

fn coded(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

fn stay(number: &str, patient: &str) -> Value {
    json!({
        "resourceType": "Encounter", "status": "in-progress", "subject": {"reference": patient},
        "identifier": [{"type": coded("http://terminology.hl7.org/CodeSystem/v2-0203", "VN"), "system": "urn:stays", "value": number}],
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
    })
}

/// A report of a device about a patient and a stay, which it knows by their numbers.
fn report() -> Value {
    let div = r#"<div xmlns="http://www.w3.org/1999/xhtml"><p>Blutdruck 120/80</p></div>"#;
    let text = json!({"status": "generated", "div": div});
    json!({
        "resourceType": "Bundle", "type": "document", "id": "report", "timestamp": "2021-02-13T22:12:21Z",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"},
        "entry": [
            {"fullUrl": "urn:uuid:557d0d01-8cb4-4231-8dda-0a09e2a475e8", "resource": {
                "resourceType": "Composition", "status": "final", "title": "Messung", "date": "2021-02-13", "text": text,
                "type": coded("http://loinc.org", "55112-7"), "section": [{"title": "Werte", "text": text}],
                "identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:5088b8f2-95d8-415e-b24c-8041e9b5d995"},
                "subject": {"reference": "urn:uuid:74891afc-ed52-42a2-bcd7-f13d9b60f096"},
                "encounter": {"reference": "urn:uuid:e25e3869-a517-425b-acfc-19e6f4ee17a8"},
                "author": [{"reference": "urn:uuid:2cf8991f-0b6b-42b8-86c0-2d8cf2dc852f", "type": "Practitioner", "display": "H. Hippokrates"}],
            }},
            {"fullUrl": "urn:uuid:74891afc-ed52-42a2-bcd7-f13d9b60f096", "resource": {
                "resourceType": "Patient", "id": "theirs", "identifier": [
                    {"system": KVNR, "value": "X485231029"}, {"system": "urn:pids", "value": "unknown here"}, {"value": "no system"}],
                "name": [{"family": "Mustermann"}],
            }},
            {"fullUrl": "urn:uuid:e25e3869-a517-425b-acfc-19e6f4ee17a8",
                "resource": stay("1", "urn:uuid:74891afc-ed52-42a2-bcd7-f13d9b60f096")},
            {"fullUrl": "urn:uuid:2cf8991f-0b6b-42b8-86c0-2d8cf2dc852f", "resource": {
                "resourceType": "Practitioner", "name": [{"family": "Hippokrates"}]}},
        ],
    })
}

fn patient(cell: &Cell, kvnr: &str) -> String {
    let patient = json!({"resourceType": "Patient", "identifier": [{"system": KVNR, "value": kvnr}]});
    cell.create("Patient", &patient.to_string())
}

fn sent(cell: &Cell, document: &Value) -> Reply {
    cell.post("", &document.to_string())
}

#[test]
fn a_document_is_kept_with_the_patient_and_the_stay_that_its_identifiers_name() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = patient(&cell, "X485231029");
    patient(&cell, "X110411319");
    let stay_id = cell.create("Encounter", &stay("1", &format!("Patient/{id}")).to_string());
    let before = cell.get("Patient").json()["total"].clone();

    let kept = sent(&cell, &report());
    assert_eq!(kept.status, 201, "{}", kept.text());
    let bundle = kept.json();
    let location = kept.header("location").unwrap().split_once("/fhir/").unwrap().1.to_owned();
    assert_eq!(location, format!("Bundle/{}/_history/1", bundle["id"].as_str().unwrap()));
    assert_eq!(bundle["entry"], report()["entry"], "as it was sent");
    let bundle_at = location.clone();
    let found = cell
        .get(&format!("Composition?subject=Patient/{id}&encounter=Encounter/{stay_id}&title=Messung"))
        .json();
    assert_eq!(found["total"], 1, "{found}");
    let composition = &found["entry"][0]["resource"];
    assert_eq!(composition["text"], report()["entry"][0]["resource"]["text"]);
    assert_eq!(composition["author"][0]["display"], "H. Hippokrates");
    assert_eq!(cell.get("Patient").json()["total"], before, "nobody is made of what a document says");
    assert_eq!(cell.get("Encounter").json()["total"], 1);

    // All of it is of one patient: whoever reads the document is charged that one, and nobody else.
    let reader = salus.client("praxis", "fhir-reader", 1);
    for path in
        [location, format!("Composition/{}", composition["id"].as_str().unwrap()), format!("Patient/{id}")]
    {
        assert_eq!(reader.get(&path).status, 200, "{path}");
    }
    assert_eq!(salus.scope(&reader).patients.len(), 1);

    // By the number of the stay's account, in XML, and from a sender whose addresses are those of a server.
    let account = json!({"resourceType": "Encounter", "status": "planned", "subject": {"reference": format!("Patient/{id}")},
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "account": [{"identifier": {"system": "urn:accounts", "value": "7"}}]});
    let planned = cell.create("Encounter", &account.to_string());
    let mut other = report();
    other["entry"][2]["resource"] = account;
    other["entry"][2]["resource"]["subject"] = json!({"reference": "Patient/theirs"});
    for (at, kind) in [(0, "Composition/c"), (1, "Patient/theirs"), (2, "Encounter/e")] {
        other["entry"][at]["fullUrl"] = json!(format!("https://device.example/fhir/{kind}"));
        other["entry"][at]["resource"]["id"] = json!(kind.split_once('/').unwrap().1);
    }
    other["entry"][0]["resource"]["subject"] = json!({"reference": "Patient/theirs"});
    other["entry"][0]["resource"]["encounter"] =
        json!({"reference": "https://device.example/fhir/Encounter/e"});
    let refused = sent(&cell, &other);
    assert_eq!(
        (refused.status, refused.issue().as_str()),
        (422, "duplicate"),
        "another, under its identifier"
    );
    assert_eq!(refused.expressions(), ["Bundle.identifier"]);
    other["identifier"]["value"] = json!("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e1");
    let kept = sent(&cell, &other);
    assert_eq!(kept.status, 201, "{}", kept.text());
    assert_eq!(cell.get(&format!("Composition?encounter=Encounter/{planned}")).json()["total"], 1);

    // Sent again, in another order and by several at once: it is there, and is not kept twice.
    let again: Vec<Reply> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..4).map(|_| scope.spawn(|| sent(&cell, &report()))).collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    for again in again {
        assert_eq!(again.status, 200, "{}", again.text());
        assert_eq!(again.json()["id"], bundle["id"]);
        assert!(again.header("location").unwrap().ends_with(&bundle_at));
    }
    assert_eq!(cell.get("Bundle").json()["total"], 2);
    assert_eq!(cell.get("Composition").json()["total"], 2);
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn a_document_about_somebody_unknown_or_that_nobody_can_read_is_refused() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = patient(&cell, "X485231029");
    let other = patient(&cell, "X110411319");
    cell.create("Encounter", &stay("1", &format!("Patient/{id}")).to_string());
    cell.create("Encounter", &stay("2", &format!("Patient/{other}")).to_string());
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut document = report();
        change(&mut document);
        document
    };
    let identifiers = |at: usize, value: Value| {
        changed(&|document| document["entry"][at]["resource"]["identifier"] = value.clone())
    };
    let without = |name: &str| {
        changed(&|document| drop(document["entry"][0]["resource"].as_object_mut().unwrap().remove(name)))
    };
    let wordless = changed(&|document| {
        let composition = document["entry"][0]["resource"].as_object_mut().unwrap();
        composition.remove("text");
        composition.remove("section");
    });
    let twice = json!([{"system": KVNR, "value": "X485231029"}, {"system": KVNR, "value": "X110411319"}]);
    for (document, code, place) in [
        (
            identifiers(1, json!([{"system": KVNR, "value": "A000000000"}])),
            "processing",
            "Bundle.entry[1].resource.identifier",
        ),
        (
            identifiers(1, json!([{"value": "X485231029"}])),
            "processing",
            "Bundle.entry[1].resource.identifier",
        ),
        (identifiers(1, twice), "multiple-matches", "Bundle.entry[1].resource.identifier"),
        (
            identifiers(2, json!([{"system": "urn:stays", "value": "unknown"}])),
            "processing",
            "Bundle.entry[2].resource.identifier",
        ),
        (
            identifiers(2, json!([{"system": "urn:stays", "value": "2"}])),
            "processing",
            "Bundle.entry[2].resource.identifier",
        ),
        (without("subject"), "required", "Bundle.entry[0].resource.subject"),
        (wordless, "required", "Bundle.entry[0].resource.text"),
    ] {
        let refused = sent(&cell, &document);
        assert_eq!((refused.status, refused.issue().as_str()), (422, code), "{}", refused.text());
        assert_eq!(refused.expressions(), [place]);
    }
    let elsewhere = changed(&|document| {
        document["entry"][0]["resource"]["subject"] =
            json!({"reference": "urn:uuid:00000000-0000-4000-8000-000000000000"});
    });
    assert_eq!(sent(&cell, &elsewhere).status, 422);
    // Who may write and may not look for the patient; who imports; who is nobody.
    let importer = salus.client("praxis", "importer", 10);
    assert_eq!(sent(&importer, &report()).status, 403);
    let ledger = ("salus-import", "00".repeat(32));
    let imported = cell.send("POST", "", &[(ledger.0, &ledger.1)], report().to_string().as_bytes());
    assert_eq!((imported.status, imported.issue().as_str()), (422, "not-supported"));
    for kind in ["Bundle", "Composition"] {
        assert_eq!(cell.get(kind).json()["total"], 0, "nothing of it was kept");
    }
    // A stay that is not named is not looked for.
    let kept = sent(&cell, &without("encounter"));
    assert_eq!(kept.status, 201, "{}", kept.text());
}

#[test]
fn a_kept_document_stands_in_its_patients_chart_and_nothing_of_it_is_executed() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = patient(&cell, "X485231029");
    let other = patient(&cell, "X110411319");
    cell.create("Encounter", &stay("1", &format!("Patient/{id}")).to_string());
    let page = |of: &str, address: &str| {
        let cookie = format!("__Host-salus.praxis={}", *cell.session.token.to_text());
        let path = format!("/praxis/patient/{of}{address}");
        cell.http().send("GET", &path, &[("Cookie", &cookie), ("Accept-Language", "de")], b"")
    };
    assert!(page(&id, "/documents").text().contains("Noch keine Dokumente"));
    let mut document = report();
    document["entry"][0]["resource"]["title"] = json!("Messung <b>");
    assert_eq!(sent(&cell, &document).status, 201);

    let listed = page(&id, "/documents").text();
    assert!(
        listed.contains("Berichte anderer Systeme") && listed.contains("Messung &#60;b&#62;"),
        "{listed}"
    );
    let address = listed.split(&format!("/patient/{id}/reports/")).nth(1).unwrap().split('"').next().unwrap();
    let viewer = page(&id, &format!("/reports/{address}"));
    assert_eq!(viewer.status, 200);
    assert!(viewer.text().contains(&format!(
        r#"sandbox="allow-same-origin" src="/praxis/patient/{id}/reports/{address}/content""#
    )));
    assert!(!viewer.text().contains("Blutdruck 120/80"), "its HTML is in no page of ours");
    let content = page(&id, &format!("/reports/{address}/content"));
    let text = content.text();
    assert_eq!(text.matches("<p>Blutdruck 120/80</p>").count(), 2, "of the whole and of a section: {text}");
    assert!(text.contains("<h2>Werte</h2>") && text.contains("<h1>Messung &#60;b&#62;</h1>"), "{text}");
    assert_eq!(content.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = content.header("content-security-policy").unwrap();
    assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
    let saved = page(&id, &format!("/reports/{address}/content?save=1"));
    assert_eq!(saved.header("content-disposition"), Some("attachment; filename=\"Messung_b.html\""));

    assert!(!page(&other, "/documents").text().contains("Messung"));
    for address in [format!("/reports/{address}"), format!("/reports/{address}/content")] {
        assert_eq!(page(&other, &address).status, 404, "{address}");
    }
    assert_eq!(page(&id, "/reports/nobody").status, 404);
}

//! What gematik's ISiK (levels 3 and 5, module Basis) asks of a system, as its features word it, on records of ours: what is read, by which parameters it is
//! found, and how; in XML as in JSON.

use crate::support::{Cell, Salus};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const KVNR: &str = "http://fhir.de/sid/gkv/kvid-10";

/// The records, by a name for each.
struct Ward<'a> {
    cell: &'a Cell,
    ids: BTreeMap<&'static str, String>,
}

impl Ward<'_> {
    /// Puts a record in, of which `NAME` in braces stands for another's id.
    fn add(&mut self, name: &'static str, mut resource: Value) {
        resource["meta"] = json!({"tag": [{"system": "urn:isik", "code": "probe"}]});
        let text = self.filled(&resource.to_string());
        let kind = resource["resourceType"].as_str().unwrap();
        let id = self.cell.create(kind, &text);
        self.ids.insert(name, id);
    }

    fn filled(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("<{name}>"), id))
    }

    /// Searches; the record must be among what is found, or must not.
    fn finds(&self, query: &str, name: &str, expected: bool) {
        let reply = self.cell.get(&self.filled(query));
        assert_eq!(reply.status, 200, "{query}: {}", reply.text());
        let bundle = reply.json();
        let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
        let is_there = entries.iter().any(|entry| entry["resource"]["id"] == self.ids[name].as_str());
        assert_eq!(is_there, expected, "{query}: {bundle}");
        // The same in XML, which is what half of the features ask for.
        let xml =
            self.cell.send("GET", &self.filled(query), &[("accept", "application/fhir+xml")], b"").text();
        assert_eq!(xml.contains(&format!("<id value=\"{}\"/>", self.ids[name])), expected, "{query}: {xml}");
    }
}

fn coded(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

fn people(ward: &mut Ward<'_>) {
    ward.add("patient", json!({
        "resourceType": "Patient", "active": true, "gender": "male", "birthDate": "1968-05-12",
        "identifier": [{"type": coded("http://fhir.de/CodeSystem/identifier-type-de-basis", "KVZ10"), "system": KVNR, "value": "X485231029"}],
        "name": [
            {"use": "official", "family": "Graf von und zu Mustermann", "given": ["Max"]},
            {"use": "nickname", "family": "Gräfin Müßtermánn", "given": ["An&na,Vic$tor|a"]},
        ],
        "telecom": [{"system": "phone", "value": "201-867-5309"}],
        "address": [{"type": "both", "line": ["Musterstraße 3"], "city": "Musterdorf", "postalCode": "98765", "country": "DE"}],
    }));
    ward.add("doctor", json!({
        "resourceType": "Practitioner", "gender": "male", "name": [{"family": "Musterarzt", "given": ["Walter"]}],
        "identifier": [{"system": "https://gematik.de/fhir/sid/telematik-id", "value": "123456789"}],
        "address": [{"line": ["Musterweg 2"], "city": "Musterdorf"}],
    }));
    ward.add(
        "mother",
        json!({
            "resourceType": "RelatedPerson", "active": true, "patient": {"reference": "Patient/<patient>"},
            "name": [{"family": "Musterfrau", "given": ["Maxine"]}],
            "address": [{"city": "Musterdorf", "postalCode": "98760", "country": "DE"}],
        }),
    );
}

fn house(ward: &mut Ward<'_>) {
    ward.add("hospital", json!({
        "resourceType": "Organization", "active": true, "name": "Uniklinik Entenhausen",
        "identifier": [{"system": "urn:organizations", "value": "1"}],
        "type": [coded("http://terminology.hl7.org/CodeSystem/organization-type", "edu")], "address": [{"city": "Entenhausen"}],
    }));
    ward.add("part", json!({"resourceType": "Organization", "name": "Station 1", "partOf": {"reference": "Organization/<hospital>"}}));
    ward.add("bed", json!({
        "resourceType": "Location", "name": "Bett 1", "identifier": [{"system": "urn:locations", "value": "1"}],
        "operationalStatus": {"system": "http://terminology.hl7.org/CodeSystem/v2-0116", "code": "O"},
        "managingOrganization": {"reference": "Organization/<hospital>"}, "address": {"city": "Musterstadt"},
    }));
    ward.add("codes", json!({
        "resourceType": "CodeSystem", "url": "http://example.org/fhir/CodeSystem/TestKatalog", "status": "active", "content": "complete",
        "name": "TestKatalog", "concept": [{"code": "test", "display": "Test"}],
    }));
    ward.add("list", json!({
        "resourceType": "ValueSet", "url": "http://example.org/fhir/ValueSet/TestListe", "status": "active", "name": "TestListe",
        "useContext": [{
            "code": {"system": "http://terminology.hl7.org/CodeSystem/usage-context-type", "code": "focus"},
            "valueCodeableConcept": coded("http://hl7.org/fhir/resource-types", "Encounter"),
        }],
    }));
    ward.add("binary", json!({"resourceType": "Binary", "contentType": "text/plain", "data": "VGVzdA=="}));
}

fn stay(ward: &mut Ward<'_>) {
    let subject = json!({"reference": "Patient/<patient>"});
    ward.add("account", json!({
        "resourceType": "Account", "status": "active", "type": coded("http://terminology.hl7.org/CodeSystem/v3-ActCode", "IMP"),
        "identifier": [{"system": "urn:accounts", "value": "1"}], "subject": [subject],
    }));
    ward.add("stay", json!({
        "resourceType": "Encounter", "status": "in-progress", "identifier": [{"system": "urn:stays", "value": "1"}],
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "type": [coded("http://fhir.de/CodeSystem/kontaktart-de", "normalstationaer")], "subject": subject,
        "period": {"start": "2021-02-12T08:00:00+01:00", "end": "2021-02-13T10:00:00+01:00"},
        "account": [{"reference": "Account/<account>", "identifier": {"system": "urn:accounts", "value": "1"}}],
        "serviceProvider": {"reference": "Organization/<hospital>"},
        "location": [{"location": {"reference": "Location/<bed>"}}],
    }));
    ward.add("condition", json!({
        "resourceType": "Condition", "code": coded("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "F16.1"), "subject": subject,
        "clinicalStatus": coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        "category": [coded("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")],
        "encounter": {"reference": "Encounter/<stay>"}, "recordedDate": "2021-02-12",
    }));
    ward.add("insurance", json!({
        "resourceType": "Coverage", "status": "active", "type": coded("http://fhir.de/CodeSystem/versicherungsart-de-basis", "GKV"),
        "subscriber": subject, "beneficiary": subject, "payor": [{"display": "Testkasse"}],
    }));
    ward.add("procedure", json!({
        "resourceType": "Procedure", "status": "completed", "subject": subject, "performedDateTime": "2021-02-12",
        "category": coded("http://snomed.info/sct", "387713003"), "code": coded("http://fhir.de/CodeSystem/bfarm/ops", "5-470.11"),
    }));
}

/// Parameters as the features use them, what they find, and what they do not.
const FOUND: &[(&str, &str, bool)] = &[
    ("Patient/?_id=<patient>", "patient", true),
    ("Patient/?_count", "patient", true),
    ("Patient/?_tag=urn:isik%7Cprobe", "patient", true),
    ("Patient/?identifier=http://fhir.de/sid/gkv/kvid-10%7CX485231029", "patient", true),
    ("Patient/?given=Max", "patient", true),
    ("Patient/?family=Graf%20von%20und%20zu%20Mustermann", "patient", true),
    ("Patient/?birthdate=1968-05-12", "patient", true),
    ("Patient/?_id=<patient>&birthdate=1968-05-12", "patient", true),
    ("Patient/?gender=male", "patient", true),
    ("Patient/?gender=female", "patient", false),
    ("Patient/?_id=<patient>&family:contains=Mustermann", "patient", true),
    ("Patient/?family:contains=Gr%C3%A4fin%20M%C3%BC%C3%9Fterm%C3%A1nn", "patient", true),
    ("Patient/?given:contains=An%26na%5C%2CVic%24tor%7Ca", "patient", true),
    ("Patient/?birthdate=gt1955-07-01", "patient", true),
    ("Patient/?birthdate=ge1955-06-20", "patient", true),
    ("Patient/?birthdate=lt1955-06-20", "patient", false),
    ("Patient/?_id=<patient>&family=", "patient", true),
    ("Patient/?name=Graf", "patient", true),
    ("Patient/?address-city=Musterdorf", "patient", true),
    ("Patient/?address-country=DE", "patient", true),
    ("Patient/?address-country=CH", "patient", false),
    ("Patient/?address-postalcode=9876", "patient", true),
    ("Patient/?active=true", "patient", true),
    ("Patient/?telecom=201-867-5309", "patient", true),
    ("Patient/?_has:Encounter:patient:_id=<stay>", "patient", true),
    ("Practitioner/?family=Musterarzt", "doctor", true),
    ("Practitioner/?given=Walter", "doctor", true),
    ("Practitioner/?given=Max", "doctor", false),
    ("Practitioner/?address:contains=Musterweg", "doctor", true),
    (
        "Practitioner/?identifier=https%3A%2F%2Fgematik.de%2Ffhir%2Fsid%2Ftelematik-id%7C123456789",
        "doctor",
        true,
    ),
    ("RelatedPerson/?patient=<patient>", "mother", true),
    ("RelatedPerson/?name=Maxine", "mother", true),
    ("RelatedPerson/?address-postalcode=9876", "mother", true),
    ("RelatedPerson/?address-city=Berlin", "mother", false),
    ("Organization/?active=true", "hospital", true),
    ("Organization/?address=Entenhausen", "hospital", true),
    ("Organization/?name=Uniklinik%20Entenhausen", "hospital", true),
    ("Organization/?partof=Organization/<hospital>", "part", true),
    ("Organization/?type=edu", "hospital", true),
    ("Location/?address=Musterstadt", "bed", true),
    ("Location/?operational-status=O", "bed", true),
    ("Location/?organization=Organization/<hospital>", "bed", true),
    ("CodeSystem/?url=http%3A%2F%2Fexample.org%2Ffhir%2FCodeSystem%2FTestKatalog", "codes", true),
    (
        "ValueSet/?context-type-value=focus%24http%3A%2F%2Fhl7.org%2Ffhir%2Fresource-types%7CEncounter",
        "list",
        true,
    ),
    ("Account/?identifier=urn:accounts%7C1", "account", true),
    ("Account/?patient=Patient/<patient>", "account", true),
    ("Account/?status=active", "account", true),
    ("Account/?type=IMP", "account", true),
    ("Encounter/?account:identifier=urn:accounts%7C1", "stay", true),
    ("Encounter/?account=<account>", "stay", true),
    ("Encounter/?class=http://terminology.hl7.org/CodeSystem/v3-ActCode%7CIMP", "stay", true),
    ("Encounter/?date=ge2021-02-11&date=le2021-02-14", "stay", true),
    ("Encounter/?date=le2050-01-01", "stay", true),
    ("Encounter/?date=ge2026-01-05&date=le2026-01-14", "stay", false),
    ("Encounter/?identifier=urn:stays%7C", "stay", true),
    ("Encounter/?location=Location/<bed>", "stay", true),
    ("Encounter/?patient=<patient>", "stay", true),
    ("Encounter/?service-provider=<hospital>", "stay", true),
    ("Encounter/?status=in-progress", "stay", true),
    ("Encounter/?subject=Patient/<patient>", "stay", true),
    ("Encounter/?subject.family=Graf%20von%20und%20zu%20Mustermann", "stay", true),
    ("Encounter/?type=http://fhir.de/CodeSystem/kontaktart-de%7Cnormalstationaer", "stay", true),
    ("Encounter/?date-start=ge2021-02-11&end-date=le2021-02-14", "stay", true),
    ("Encounter/?date-start=ge2021-02-14", "stay", false),
    ("Encounter/?end-date=le2021-02-11", "stay", false),
    ("Condition/?category=encounter-diagnosis", "condition", true),
    (
        "Condition/?clinical-status=http://terminology.hl7.org/CodeSystem/condition-clinical%7Cactive",
        "condition",
        true,
    ),
    (
        "Condition/?clinical-status:not=http://terminology.hl7.org/CodeSystem/condition-clinical%7Cinactive",
        "condition",
        true,
    ),
    ("Condition/?encounter=<stay>", "condition", true),
    ("Condition/?recorded-date=ge2021-02-12", "condition", true),
    ("Condition/?subject=Patient/<patient>", "condition", true),
    ("Coverage/?beneficiary.identifier=http://fhir.de/sid/gkv/kvid-10%7CX485231029", "insurance", true),
    ("Coverage/?patient.identifier=http://fhir.de/sid/gkv/kvid-10%7CX485231029", "insurance", true),
    ("Coverage/?subscriber=Patient/<patient>", "insurance", true),
    ("Coverage/?type=GKV", "insurance", true),
    ("Coverage/?type=SEL", "insurance", false),
    ("Procedure/?_id:not=<procedure>&status:not=completed", "procedure", false),
    ("Procedure/?category=http://snomed.info/sct%7C387713003", "procedure", true),
    ("Procedure/?code=http://fhir.de/CodeSystem/bfarm/ops%7C5-470.11", "procedure", true),
    ("Procedure/?date=le2050-01-01", "procedure", true),
];

/// ISiK defines two parameters of its own.
fn define_parameters(cell: &Cell) {
    for (code, element) in [("date-start", "start"), ("end-date", "end")] {
        let definition = json!({
            "resourceType": "SearchParameter", "url": format!("https://gematik.de/fhir/isik/SearchParameter/Encounter-{code}"),
            "name": "Own", "status": "active", "description": "d", "code": code, "base": ["Encounter"], "type": "date",
            "expression": format!("Encounter.period.{element}"),
        });
        cell.create("SearchParameter", &definition.to_string());
    }
}

#[test]
fn what_isik_searches_by_finds_what_it_should_in_json_and_in_xml() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    define_parameters(&cell);
    let mut ward = Ward { cell: &cell, ids: BTreeMap::new() };
    people(&mut ward);
    house(&mut ward);
    stay(&mut ward);
    for (query, name, expected) in FOUND {
        ward.finds(query, name, *expected);
    }

    // What is offered is said, also what no SearchParameter defines.
    let capabilities = cell.get("metadata").json();
    let resources = capabilities["rest"][0]["resource"].as_array().unwrap();
    let patient = resources.iter().find(|resource| resource["type"] == "Patient").unwrap();
    let offered = patient["searchParam"].as_array().unwrap();
    for (name, kind) in
        [("_id", "token"), ("_count", "number"), ("_tag", "token"), ("address-postalcode", "string")]
    {
        let is_it = |one: &&Value| one["name"] == name && one["type"] == kind;
        assert_eq!(offered.iter().filter(is_it).count(), 1, "{name}");
    }

    // A parameter without a value is left out, and that is said; what decides over a write is not.
    let said = cell.get(&ward.filled("Patient?_id=<patient>&family=")).json();
    let outcome = said["entry"].as_array().unwrap().iter().find(|entry| entry["search"]["mode"] == "outcome");
    assert_eq!(outcome.unwrap()["resource"]["issue"][0]["severity"], "warning", "{said}");
    let body = br#"{"resourceType":"Patient","active":true}"#;
    let condition = [("if-none-exist", "identifier="), ("content-type", "application/fhir+json")];
    assert_eq!(cell.send("POST", "Patient", &condition, body).status, 400);

    cancelled(&ward);
    content(&ward);
}

/// A Patient is cancelled by an update or by a deletion.
fn cancelled(ward: &Ward<'_>) {
    let (cell, id) = (ward.cell, ward.ids["patient"].as_str());
    let body =
        format!(r#"{{"resourceType":"Patient","id":"{id}","active":false,"name":[{{"family":"M"}}]}}"#);
    assert_eq!(cell.put(&format!("Patient/{id}"), &body).status, 200);
    assert_eq!(cell.get(&format!("Patient/{id}")).json()["active"], false);
    let other = cell.create("Patient", r#"{"resourceType":"Patient","active":true}"#);
    assert_eq!(cell.delete(&format!("Patient/{other}")).status, 204);
    assert_eq!(cell.get(&format!("Patient/{other}")).status, 410);
}

/// A Binary as a resource, and as what it holds.
fn content(ward: &Ward<'_>) {
    let path = ward.filled("Binary/<binary>");
    let accepting = |range| ward.cell.send("GET", &path, &[("accept", range)], b"");
    let resource = accepting("application/fhir+xml").text();
    assert!(resource.contains(r#"<data value="VGVzdA=="/>"#), "{resource}");
    let own = accepting("text/plain");
    assert_eq!(
        (own.status, own.header("content-type"), own.text().as_str()),
        (200, Some("text/plain"), "Test")
    );
    assert!(own.header("content-security-policy").unwrap().contains("sandbox"));
    assert_eq!(own.header("content-disposition"), Some("attachment"));
    assert!(own.header("salus-log-entry").is_some());
    assert_eq!(accepting("image/*").status, 406);
    let elsewhere =
        ward.cell.send("GET", &ward.filled("Patient/<patient>"), &[("accept", "text/plain")], b"");
    assert_eq!(elsewhere.status, 406, "only a Binary has a content of its own");
}

//! Code lists over HTTP: R4's, and those that the cell's own records are.

use crate::support::{Cell, Reply, Salus};
use serde_json::{Value, json};

const ANIMALS: &str = r#"{"resourceType":"CodeSystem","url":"urn:animals","version":"1","status":"active","content":"complete","concept":[
 {"code":"animal","display":"Animal","concept":[{"code":"dog","display":"Dog","designation":[{"language":"de","value":"Hund"}],"concept":[{"code":"poodle","display":"Poodle"}]},
 {"code":"bird","display":"Bird"}]}]}"#;

fn set(url: &str, compose: Value) -> String {
    json!({"resourceType": "ValueSet", "url": url, "status": "active", "compose": compose}).to_string()
}

fn codes(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let all = reply.json()["expansion"]["contains"].as_array().cloned().unwrap_or_default();
    all.iter().filter_map(|one| one["code"].as_str()).collect::<Vec<_>>().join(" ")
}

fn value(reply: &Reply, name: &str) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let all = reply.json()["parameter"].as_array().cloned().unwrap_or_default();
    let found = all.iter().find(|one| one["name"] == name).and_then(Value::as_object).cloned();
    let of = found.and_then(|one| one.into_iter().find(|(name, _)| name.starts_with("value")));
    of.map_or(Value::Null, |(_, value)| value)
}

fn post(cell: &Cell, rest: &str, parameter: Value) -> Reply {
    let sent = json!({"resourceType": "Parameters", "parameter": parameter}).to_string();
    cell.send("POST", rest, &[("Content-Type", "application/fhir+json")], sent.as_bytes())
}

#[test]
fn lists_are_asked() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let gender = "http://hl7.org/fhir/ValueSet/administrative-gender";
    assert_eq!(codes(&cell.get(&format!("ValueSet/$expand?url={gender}"))), "male female other unknown");
    let page = cell.get(&format!("ValueSet/$expand?url={gender}&offset=1&count=2&filter=male"));
    assert_eq!((codes(&page).as_str(), &page.json()["expansion"]["total"]), ("female", &json!(2)));

    // The cell's own: nothing is known of them until they are written.
    let unknown = cell.get("ValueSet/$expand?url=urn:dogs");
    assert_eq!(unknown.status, 422, "{}", unknown.text());
    assert!(unknown.text().contains("urn:dogs"), "{}", unknown.text());
    let dogs = json!({"include": [{"system": "urn:animals", "filter": [{"property": "concept", "op": "is-a", "value": "dog"}]}]});
    let id = cell.create("ValueSet", &set("urn:dogs", dogs));
    let lacking = cell.get("ValueSet/$expand?url=urn:dogs");
    assert!(lacking.status == 422 && lacking.text().contains("urn:animals"), "{}", lacking.text());
    cell.create("CodeSystem", ANIMALS);
    assert_eq!(codes(&cell.get("ValueSet/$expand?url=urn:dogs")), "dog poodle");
    assert_eq!(codes(&cell.get(&format!("ValueSet/{id}/$expand?filter=poo"))), "poodle");
    assert_eq!(cell.get("ValueSet/no-such/$expand").status, 404);
    let sent: Value =
        serde_json::from_str(&set("urn:sent", json!({"include": [{"valueSet": ["urn:dogs"]}]}))).unwrap();
    assert_eq!(
        codes(&post(&cell, "ValueSet/$expand", json!([{"name": "valueSet", "resource": sent}]))),
        "dog poodle"
    );
    // One that was only made to ask about needs no address; what is no set is said to be none.
    let nameless = json!({"resourceType": "ValueSet", "status": "draft", "compose": {"include": [{"valueSet": ["urn:dogs"]}]}});
    let asked = |resource: Value| {
        post(&cell, "ValueSet/$expand", json!([{"name": "valueSet", "resource": resource}]))
    };
    assert_eq!(codes(&asked(nameless)), "dog poodle");
    let other = asked(json!({"resourceType": "Patient", "active": true}));
    assert!(other.status == 422 && other.text().contains("no ValueSet"), "{}", other.text());

    let valid = |rest: &str| value(&cell.get(rest), "result");
    assert_eq!(valid("ValueSet/$validate-code?url=urn:dogs&system=urn:animals&code=poodle"), true);
    assert_eq!(valid("ValueSet/$validate-code?url=urn:dogs&system=urn:animals&code=bird"), false);
    assert_eq!(valid(&format!("ValueSet/{id}/$validate-code?code=dog&display=Hund")), true);
    assert_eq!(valid(&format!("ValueSet/{id}/$validate-code?code=dog&display=Katze")), false);
    assert_eq!(valid("CodeSystem/$validate-code?url=urn:animals&code=bird"), true);
    let nowhere = cell.get("CodeSystem/$validate-code?url=http://snomed.info/sct&code=1");
    assert_eq!(value(&nowhere, "result"), false);
    assert!(value(&nowhere, "message").as_str().is_some_and(|text| text.contains("http://snomed.info/sct")));
    let concept = json!([{"name": "url", "valueUri": "urn:dogs"}, {"name": "codeableConcept", "valueCodeableConcept":
        {"coding": [{"system": "urn:other", "code": "x"}, {"system": "urn:animals", "code": "dog"}]}}]);
    assert_eq!(value(&post(&cell, "ValueSet/$validate-code", concept), "result"), true);

    let dog = cell.get("CodeSystem/$lookup?system=urn:animals&code=dog&displayLanguage=de");
    assert_eq!(value(&dog, "display"), "Hund");
    assert!(dog.text().contains("poodle"));
    let stands = |one: &str, other: &str| {
        value(
            &cell.get(&format!("CodeSystem/$subsumes?system=urn:animals&codeA={one}&codeB={other}")),
            "outcome",
        )
    };
    assert_eq!(
        (stands("animal", "poodle"), stands("poodle", "bird")),
        (json!("subsumes"), json!("not-subsumed"))
    );

    for (rest, status) in [
        ("ValueSet/$expand", 400),
        ("ValueSet/$expand?url=urn:dogs&nonsense=1", 400),
        ("ValueSet/$expand?url=urn:dogs&count=many", 400),
        ("CodeSystem/$lookup?system=urn:animals&code=cat", 422),
        ("CodeSystem/$lookup?code=dog", 400),
        ("CodeSystem/$subsumes?system=urn:animals&codeA=dog", 400),
    ] {
        let reply = cell.get(rest);
        assert_eq!(
            (reply.status, &reply.json()["resourceType"]),
            (status, &json!("OperationOutcome")),
            "{rest}: {}",
            reply.text()
        );
    }
    let wrong = cell.send("POST", "ValueSet/$expand", &[("Content-Type", "application/fhir+json")], b"{}");
    assert_eq!(wrong.status, 400, "{}", wrong.text());
}

#[test]
fn what_there_is_of_code_lists_is_said() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let said = cell.get("metadata?mode=terminology");
    assert_eq!(said.status, 200, "{}", said.text());
    let checked = cell.post("TerminologyCapabilities/$validate", &said.text()).json();
    assert!(
        checked["issue"].as_array().unwrap().iter().all(|issue| issue["severity"] != "error"),
        "{checked}"
    );
    let said = said.json();
    let systems = said["codeSystem"].as_array().unwrap();
    let is_there = |uri: &str| systems.iter().any(|one| one["uri"] == uri);
    assert!(is_there("http://hl7.org/fhir/administrative-gender") && !is_there("http://loinc.org"), "{said}");
    assert_eq!(said["expansion"]["paging"], true);
    assert_eq!(cell.get("metadata?mode=full").json()["resourceType"], "CapabilityStatement");
    let unknown = cell.get("metadata?mode=normative");
    assert_eq!((unknown.status, unknown.issue().as_str()), (400, "not-supported"));
}

//! Small profiles, each of one rule, made of differentials: what keeps them and what breaks them, by the rule's name.

mod differentials;
mod published;

use std::sync::Arc;

use salus_fhir::conform::{Library, Settings, Treatment, check};
use salus_fhir::package::{Canonical, Package};
use salus_fhir::{Language, Resource, Severity};
use serde_json::{Value, json};

const BASE: &str = "http://hl7.org/fhir/StructureDefinition/";

fn profile(name: &str, kind: &str, elements: Value) -> String {
    json!({ "resourceType": "StructureDefinition", "url": format!("http://t/{name}"), "version": "1.2.3", "name": name,
        "type": kind, "kind": "resource", "abstract": false, "derivation": "constraint",
        "baseDefinition": format!("{BASE}{kind}"), "differential": { "element": elements } })
    .to_string()
}

fn library(definitions: &[String]) -> Library {
    let mut package = Package::empty("t", "1");
    for definition in definitions {
        package.add("t", definition);
    }
    assert!(package.passed_by.is_empty(), "{:?}", package.passed_by);
    Library::new(&[Arc::new(package)])
}

/// The rules that a resource breaks, errors only.
fn broken(library: &Library, settings: &Settings, resource: &Value) -> Vec<String> {
    let resource = Resource::parse(resource.to_string(), None).expect("valid R4");
    let issues = check(&resource, library, settings);
    for issue in &issues {
        let texts = [Language::En, Language::De, Language::Fr].map(|language| issue.text(language));
        assert!(
            texts.iter().all(|text| text.ends_with('.')) && texts[0] != texts[1] && texts[1] != texts[2],
            "{texts:?}"
        );
    }
    let errors = issues.iter().filter(|issue| issue.severity == Severity::Error);
    errors
        .filter_map(|issue| issue.message.rule().map(|rule| format!("{} {rule}", issue.expression)))
        .collect()
}

fn demanding(name: &str) -> Settings {
    Settings { demanded: vec![Canonical::parse(&format!("http://t/{name}|1.2"))], ..Settings::default() }
}

fn patient(more: Value) -> Value {
    let mut patient = json!({ "resourceType": "Patient", "active": true });
    patient.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    patient
}

/// Identifiers of the systems a, b and so on.
fn identifiers(systems: &[&str]) -> Value {
    let all: Vec<_> =
        systems.iter().map(|system| json!({ "system": format!("http://{system}"), "value": "1" })).collect();
    patient(json!({ "identifier": all }))
}

fn sliced(rules: &str, ordered: bool) -> String {
    let slice = |name: &str| {
        [
            json!({ "id": format!("Patient.identifier:{name}"), "path": "Patient.identifier", "sliceName": name, "min": u8::from(name == "a"), "max": "1" }),
            json!({ "id": format!("Patient.identifier:{name}.system"), "path": "Patient.identifier.system", "min": 1, "fixedUri": format!("http://{name}") }),
        ]
    };
    let mut elements = vec![json!({ "id": "Patient.identifier", "path": "Patient.identifier",
        "slicing": { "discriminator": [{ "type": "value", "path": "system" }], "rules": rules, "ordered": ordered } })];
    elements.extend(slice("a"));
    elements.extend(slice("b"));
    profile(&format!("{rules}{ordered}"), "Patient", json!(elements))
}

#[test]
fn slices_by_value() {
    let library = library(&[
        sliced("open", false),
        sliced("closed", false),
        sliced("openAtEnd", true),
        sliced("open", true),
    ]);
    for (name, systems, wanted) in [
        ("openfalse", &["a", "b", "c"][..], &[][..]),
        ("openfalse", &["b"], &["Patient.identifier min"]),
        ("openfalse", &["a", "a"], &["Patient.identifier max"]),
        ("closedfalse", &["a", "c"], &["Patient.identifier[1] slicing-closed"]),
        ("closedfalse", &["b", "a"], &[]),
        ("opentrue", &["b", "a"], &["Patient.identifier[1] slicing-order"]),
        ("openAtEndtrue", &["a", "c", "b"], &["Patient.identifier[2] slicing-order"]),
        ("openAtEndtrue", &["a", "b", "c"], &[]),
    ] {
        assert_eq!(broken(&library, &demanding(name), &identifiers(systems)), wanted, "{name} {systems:?}");
    }
}

#[test]
fn slices_by_existence_type_and_pattern() {
    let exists = profile(
        "exists",
        "Patient",
        json!([
            { "id": "Patient.telecom", "path": "Patient.telecom", "slicing": { "discriminator": [{ "type": "exists", "path": "period" }], "rules": "open" } },
            { "id": "Patient.telecom:old", "path": "Patient.telecom", "sliceName": "old", "max": "1" },
            { "id": "Patient.telecom:old.period", "path": "Patient.telecom.period", "min": 1 },
            { "id": "Patient.telecom:now", "path": "Patient.telecom", "sliceName": "now", "min": 1 },
            { "id": "Patient.telecom:now.period", "path": "Patient.telecom.period", "max": "0" }
        ]),
    );
    let by_type = profile(
        "type",
        "Patient",
        json!([
            { "id": "Patient.deceased[x]", "path": "Patient.deceased[x]", "slicing": { "discriminator": [{ "type": "type", "path": "$this" }], "rules": "closed" } },
            { "id": "Patient.deceased[x]:deceasedBoolean", "path": "Patient.deceased[x]", "sliceName": "deceasedBoolean", "type": [{ "code": "boolean" }], "fixedBoolean": false }
        ]),
    );
    let pattern = profile(
        "pattern",
        "Patient",
        json!([
            { "id": "Patient.maritalStatus", "path": "Patient.maritalStatus", "patternCodeableConcept": { "coding": [{ "system": "http://s", "code": "M" }] } },
            { "id": "Patient.name", "path": "Patient.name", "min": 1 },
            { "id": "Patient.name.family", "path": "Patient.name.family", "maxLength": 5, "min": 1 },
            { "id": "Patient.birthDate", "path": "Patient.birthDate", "minValueDate": "1900-01-01" }
        ]),
    );
    let library = library(&[exists, by_type, pattern]);
    let telecom = |old: usize, now: usize| {
        let old = std::iter::repeat_n(
            json!({ "system": "phone", "value": "1", "period": { "start": "2020" } }),
            old,
        );
        patient(
            json!({ "telecom": old.chain(std::iter::repeat_n(json!({ "system": "phone", "value": "2" }), now)).collect::<Vec<_>>() }),
        )
    };
    assert!(broken(&library, &demanding("exists"), &telecom(1, 2)).is_empty());
    assert_eq!(broken(&library, &demanding("exists"), &telecom(2, 1)), ["Patient.telecom max"]);
    assert_eq!(broken(&library, &demanding("exists"), &telecom(1, 0)), ["Patient.telecom min"]);
    let deceased = |name: &str, value: Value| patient(json!({ name: value }));
    assert!(broken(&library, &demanding("type"), &deceased("deceasedBoolean", json!(false))).is_empty());
    assert_eq!(
        broken(&library, &demanding("type"), &deceased("deceasedBoolean", json!(true))),
        ["Patient.deceased.ofType(boolean) fixed"]
    );
    assert_eq!(
        broken(&library, &demanding("type"), &deceased("deceasedDateTime", json!("2020"))),
        ["Patient.deceased.ofType(dateTime) slicing-closed"]
    );
    let whole = |family: &str, code: &str, born: &str| {
        patient(json!({ "name": [{ "family": family }], "birthDate": born,
            "maritalStatus": { "coding": [{ "system": "http://other", "code": "x" }, { "system": "http://s", "code": code, "display": "d" }] } }))
    };
    assert!(broken(&library, &demanding("pattern"), &whole("Maier", "M", "1970")).is_empty());
    let all = broken(&library, &demanding("pattern"), &whole("Maiers", "S", "1899-12-31"));
    assert_eq!(
        all,
        ["Patient.name[0].family max-length", "Patient.birthDate range", "Patient.maritalStatus pattern"]
    );
}

#[test]
fn references_and_what_they_lead_to() {
    let adult = profile(
        "adult",
        "Patient",
        json!([{ "id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1 }]),
    );
    let note = profile(
        "note",
        "Observation",
        json!([
            { "id": "Observation.subject", "path": "Observation.subject", "min": 1, "type": [{ "code": "Reference", "targetProfile": ["http://t/adult"] }] },
            { "id": "Observation.performer", "path": "Observation.performer", "slicing": { "discriminator": [{ "type": "type", "path": "resolve()" }], "rules": "open" } },
            { "id": "Observation.performer:house", "path": "Observation.performer", "sliceName": "house", "min": 1, "type": [{ "code": "Reference", "targetProfile": [format!("{BASE}Organization")] }] }
        ]),
    );
    let library = library(&[adult, note]);
    let bundle = |born: Option<&str>, performer: &str| {
        let mut patient = patient(json!({ "id": "p" }));
        if let Some(born) = born {
            patient["birthDate"] = json!(born);
        }
        json!({ "resourceType": "Bundle", "type": "collection", "entry": [
            { "fullUrl": "http://h/Patient/p", "resource": patient },
            { "fullUrl": "urn:uuid:0a26a9a4-0000-4000-8000-000000000001", "resource": { "resourceType": "Organization", "name": "o" } },
            { "fullUrl": "http://h/Observation/n", "resource": { "resourceType": "Observation", "id": "n", "meta": { "profile": ["http://t/note|1.2"] },
                "status": "final", "code": { "text": "c" }, "subject": { "reference": "Patient/p" }, "performer": [{ "reference": performer }] } }
        ] })
    };
    let settings = Settings::default();
    let house = "urn:uuid:0a26a9a4-0000-4000-8000-000000000001";
    assert!(broken(&library, &settings, &bundle(Some("1970"), house)).is_empty());
    assert_eq!(
        broken(&library, &settings, &bundle(None, house)),
        ["Bundle.entry[2].resource.subject reference-target"]
    );
    assert_eq!(
        broken(&library, &settings, &bundle(Some("1970"), "Patient/p")),
        ["Bundle.entry[2].resource.performer min"]
    );
    assert_eq!(broken(&library, &settings, &bundle(Some("1970"), "Device/d")).len(), 2);
}

#[test]
fn extensions_profiles_and_lists() {
    let settings = Settings::default();
    let strict = Settings::strict();
    let library = library(&[
        json!({ "resourceType": "StructureDefinition", "url": "http://t/colour", "name": "colour", "type": "Extension", "kind": "complex-type",
            "abstract": false, "derivation": "constraint", "baseDefinition": format!("{BASE}Extension"), "differential": { "element": [
                { "id": "Extension.url", "path": "Extension.url", "fixedUri": "http://t/colour" },
                { "id": "Extension.value[x]", "path": "Extension.value[x]", "min": 1, "type": [{ "code": "code" }], "binding": { "strength": "required", "valueSet": "http://t/colours" } }
            ] } })
        .to_string(),
        json!({ "resourceType": "ValueSet", "url": "http://t/colours", "compose": {
            "include": [{ "system": "http://t/cs", "filter": [{ "property": "concept", "op": "is-a", "value": "warm" }] }],
            "exclude": [{ "system": "http://t/cs", "concept": [{ "code": "pink" }] }] } })
        .to_string(),
        json!({ "resourceType": "CodeSystem", "url": "http://t/cs", "content": "complete",
            "concept": [{ "code": "warm", "concept": [{ "code": "red" }, { "code": "pink" }] }, { "code": "blue" }] })
        .to_string(),
    ]);
    let with = |url: &str, value: Value| {
        let mut extension = json!({ "url": url });
        extension.as_object_mut().expect("an object").extend(value.as_object().expect("an object").clone());
        patient(json!({ "extension": [extension] }))
    };
    assert!(broken(&library, &strict, &with("http://t/colour", json!({ "valueCode": "red" }))).is_empty());
    for code in ["blue", "pink", "green"] {
        let found = broken(&library, &strict, &with("http://t/colour", json!({ "valueCode": code })));
        assert_eq!(found, ["Patient.extension[0].value.ofType(code) binding"], "{code}");
    }
    let wrong = broken(&library, &strict, &with("http://t/colour", json!({ "valueString": "red" })));
    assert_eq!(wrong, ["Patient.extension[0].value.ofType(string) type"]);
    let unknown = with("http://t/other", json!({ "valueCode": "x" }));
    assert!(broken(&library, &settings, &unknown).is_empty());
    assert_eq!(broken(&library, &strict, &unknown), ["Patient.extension[0] extension-unknown"]);
    let moved = patient(json!({ "modifierExtension": [{ "url": "http://t/colour", "valueCode": "red" }] }));
    assert_eq!(broken(&library, &settings, &moved), ["Patient.modifierExtension[0] extension-modifier"]);
    let claims = patient(json!({ "meta": { "profile": ["http://t/none", format!("{BASE}Patient")] } }));
    assert!(broken(&library, &settings, &claims).is_empty());
    assert_eq!(
        broken(&library, &strict, &claims),
        ["Patient.meta.profile profile-count", "Patient.meta.profile[0] profile-unknown"]
    );
    let foreign = patient(json!({ "meta": { "profile": [format!("{BASE}bodyheight")] } }));
    assert_eq!(broken(&library, &settings, &foreign), ["Patient.meta.profile[0] profile-type"]);
    let warn = Settings { unknown_extensions: Treatment::Warn, ..Settings::default() };
    let resource = Resource::parse(unknown.to_string(), None).expect("valid R4");
    assert!(check(&resource, &library, &warn).iter().any(
        |issue| issue.severity == Severity::Warning && issue.message.rule() == Some("extension-unknown")
    ));
}

fn extension(name: &str, context: Value) -> String {
    json!({ "resourceType": "StructureDefinition", "url": format!("http://t/{name}"), "version": "1", "name": name,
        "type": "Extension", "kind": "complex-type", "abstract": false, "derivation": "constraint", "context": context,
        "baseDefinition": format!("{BASE}Extension"), "differential": { "element": [
            { "path": "Extension.url", "fixedUri": format!("http://t/{name}") },
            { "path": "Extension.value[x]", "type": [{ "code": "string" }] }] } })
    .to_string()
}

#[test]
fn where_an_extension_may_stand() {
    let at = |kind: &str, expression: &str| json!([{ "type": kind, "expression": expression }]);
    let library = library(&[
        extension("patient", at("element", "Patient")),
        extension("family", at("element", "Patient.name.family")),
        extension("name", at("element", "HumanName")),
        extension("city", at("element", "Address.city")),
        extension("any", at("element", "Element")),
        extension("inner", at("extension", "http://t/any")),
        extension("value", at("element", "Observation.value[x]")),
    ]);
    let one = |name: &str| json!([{ "url": format!("http://t/{name}"), "valueString": "x" }]);
    let settings = Settings::strict();
    let wrong = |resource: Value| {
        broken(&library, &settings, &resource)
            .iter()
            .filter(|rule| rule.ends_with("extension-context"))
            .count()
    };
    assert_eq!(wrong(patient(json!({ "extension": one("patient") }))), 0);
    assert_eq!(
        wrong(patient(json!({ "name": [{ "family": "x", "_family": { "extension": one("family") } }] }))),
        0
    );
    assert_eq!(wrong(patient(json!({ "name": [{ "extension": one("name") }] }))), 0);
    assert_eq!(wrong(patient(json!({ "address": [{ "_city": { "extension": one("city") } }] }))), 0);
    assert_eq!(wrong(patient(json!({ "extension": one("any") }))), 0);
    for name in ["family", "name", "city", "inner", "value"] {
        assert_eq!(wrong(patient(json!({ "extension": one(name) }))), 1, "{name}");
    }
    for name in ["patient", "family", "inner"] {
        assert_eq!(wrong(patient(json!({ "name": [{ "extension": one(name) }] }))), 1, "{name}");
    }
}

#[test]
fn displays_units_and_the_rest_of_many_remarks() {
    let list = json!({ "resourceType": "CodeSystem", "url": "http://t/c", "content": "complete",
        "concept": [{ "code": "a", "display": "Eine Sache", "designation": [{ "value": "A thing" }] }] });
    let units = json!({ "resourceType": "ValueSet", "url": "http://t/units", "compose": { "include": [{ "system": "http://unitsofmeasure.org" }] } });
    let bound = profile(
        "bound",
        "Observation",
        json!([{ "path": "Observation.value[x]", "type": [{ "code": "Quantity" }],
            "binding": { "strength": "required", "valueSet": "http://t/units" } }]),
    );
    let library = library(&[list.to_string(), units.to_string(), bound]);
    let observation = |display: &str, unit: &str| {
        json!({ "resourceType": "Observation", "status": "final",
            "code": { "coding": [{ "system": "http://t/c", "code": "a", "display": display }] },
            "valueQuantity": { "value": 1, "system": "http://unitsofmeasure.org", "code": unit } })
    };
    let settings = demanding("bound");
    assert_eq!(broken(&library, &settings, &observation("eine  sache", "mg/dL")), Vec::<String>::new());
    assert_eq!(broken(&library, &settings, &observation("A thing", "milligramm")).len(), 1);
    let resource = Resource::parse(observation("Other", "mg").to_string(), None).expect("valid R4");
    let issues = check(&resource, &library, &settings);
    assert!(issues.iter().any(|issue| issue.message.rule() == Some("display")), "{issues:?}");
    // An error behind a hundred remarks is heard of.
    let mut many = observation("Other", "milligramm");
    let coding = json!({ "system": "http://t/c", "code": "a", "display": "Other" });
    many["category"] = json!(vec![json!({ "coding": [coding] }); 100]);
    let resource = Resource::parse(many.to_string(), None).expect("valid R4");
    let issues = check(&resource, &library, &settings);
    assert!(
        issues.iter().any(|issue| issue.severity == Severity::Error) && issues.len() < 50,
        "{}",
        issues.len()
    );
}

//! What published packages have beside what the standard's examples show: slices that must be there, differentials in any order and with parts
//! left out, rules on other resources, documents, codes of many versions.

use super::{BASE, broken, demanding, identifiers, library, patient, profile};
use salus_fhir::conform::Settings;
use serde_json::{Value, json};

#[test]
fn a_slice_that_must_be_there_is_missed_where_the_element_is_not() {
    let whole = profile(
        "whole",
        "Patient",
        json!([
            { "id": "Patient.identifier", "path": "Patient.identifier", "slicing": { "discriminator": [{ "type": "value", "path": "system" }], "rules": "open" } },
            { "id": "Patient.identifier:a", "path": "Patient.identifier", "sliceName": "a", "min": 1 },
            { "id": "Patient.identifier:a.system", "path": "Patient.identifier.system", "min": 1, "fixedUri": "http://a" }
        ]),
    );
    let library = library(&[whole]);
    assert!(broken(&library, &demanding("whole"), &identifiers(&["a"])).is_empty());
    assert_eq!(broken(&library, &demanding("whole"), &patient(json!({}))), ["Patient.identifier min"]);
}

/// Publishers' packages hold profiles in any order, and slices of extensions without saying by what.
#[test]
fn a_differential_waits_for_the_profiles_of_its_types() {
    let own_name = json!({ "resourceType": "StructureDefinition", "url": "http://t/name", "version": "1", "name": "name",
        "type": "HumanName", "kind": "complex-type", "abstract": false, "derivation": "constraint",
        "baseDefinition": format!("{BASE}HumanName"), "differential": { "element": [
            { "id": "HumanName.prefix.extension:kind", "path": "HumanName.prefix.extension", "sliceName": "kind", "min": 0,
              "type": [{ "code": "Extension", "profile": [format!("{BASE}iso21090-EN-qualifier")] }] }
        ] } })
    .to_string();
    let person = profile(
        "person",
        "Patient",
        json!([
            { "id": "Patient.name", "path": "Patient.name", "type": [{ "code": "HumanName", "profile": ["http://t/name|1"] }] },
            { "id": "Patient.name.prefix.extension:kind", "path": "Patient.name.prefix.extension", "sliceName": "kind", "min": 1 }
        ]),
    );
    let named = |extension: Value| {
        let mut name = json!({ "family": "Maier", "prefix": ["Dr."] });
        name.as_object_mut().expect("an object").extend(extension.as_object().expect("an object").clone());
        patient(json!({ "name": [name] }))
    };
    let kind = json!({ "_prefix": [{ "extension": [{ "url": format!("{BASE}iso21090-EN-qualifier"), "valueCode": "AC" }] }] });
    for definitions in [[own_name.clone(), person.clone()], [person, own_name]] {
        let library = library(&definitions);
        assert!(broken(&library, &demanding("person"), &named(kind.clone())).is_empty());
        assert_eq!(
            broken(&library, &demanding("person"), &named(json!({}))),
            ["Patient.name[0].prefix[0].extension min"]
        );
    }
}

#[test]
fn a_rule_on_another_resource_speaks_of_that_one() {
    let numbered = profile(
        "numbered",
        "Bundle",
        json!([{ "id": "Bundle.entry.resource", "path": "Bundle.entry.resource",
            "constraint": [{ "key": "own", "severity": "error", "human": "It counts its own names",
                "expression": "name.count() = 0 or name.all(use.exists() and %resource.name.count() = 1)" }] }]),
    );
    let library = library(&[numbered]);
    let bundle = |names: Value| {
        json!({ "resourceType": "Bundle", "type": "collection", "entry": [
            { "fullUrl": "http://h/Patient/p", "resource": patient(json!({ "id": "p", "name": names })) }
        ] })
    };
    let name = json!({ "use": "official", "family": "Maier" });
    assert!(broken(&library, &demanding("numbered"), &bundle(json!([name]))).is_empty());
    assert_eq!(
        broken(&library, &demanding("numbered"), &bundle(json!([name, name]))),
        ["Bundle.entry[0].resource own"]
    );
}

#[test]
fn a_document_holds_what_belongs_to_it() {
    let library = library(&[]);
    let document = |author: &str, extra: Value| {
        let organization = |id: &str| {
            json!({ "fullUrl": format!("http://h/Organization/{id}"),
            "resource": { "resourceType": "Organization", "id": id, "name": id } })
        };
        let composition = json!({ "resourceType": "Composition", "id": "c", "status": "final", "type": { "text": "t" },
            "date": "2026-01-01", "title": "t", "author": [{ "reference": author }] });
        json!({ "resourceType": "Bundle", "type": "document", "timestamp": "2026-01-01T00:00:00Z",
            "identifier": { "system": "urn:ietf:rfc:3986", "value": "urn:uuid:0a26a9a4-0000-4000-8000-000000000001" },
            "entry": [{ "fullUrl": "http://h/Composition/c", "resource": composition }, organization("a"), extra] })
    };
    let about = json!({ "fullUrl": "http://h/Provenance/p", "resource": { "resourceType": "Provenance", "id": "p",
        "target": [{ "reference": "Composition/c" }], "recorded": "2026-01-01T00:00:00Z",
        "agent": [{ "who": { "reference": "Organization/a" } }] } });
    let looks = json!({ "fullUrl": "http://h/Binary/b", "resource": { "resourceType": "Binary", "id": "b", "contentType": "text/css" } });
    let alone = json!({ "fullUrl": "http://h/Organization/b", "resource": { "resourceType": "Organization", "id": "b", "name": "b" } });
    for belongs in [about, looks] {
        assert!(broken(&library, &Settings::default(), &document("Organization/a", belongs)).is_empty());
    }
    assert_eq!(
        broken(&library, &Settings::default(), &document("Organization/a", alone)),
        ["Bundle.entry[2] document-entry"]
    );
}

#[test]
fn a_code_that_its_own_list_lacks_is_refused_and_one_of_another_version_is_not() {
    let list = |version: &str, codes: &[&str]| {
        let concepts: Vec<_> = codes.iter().map(|code| json!({ "code": code, "display": code })).collect();
        json!({ "resourceType": "CodeSystem", "url": "http://t/list", "version": version, "status": "active",
            "content": "complete", "concept": concepts })
        .to_string()
    };
    let library = library(&[list("1", &["old", "both"]), list("2", &["new", "both"])]);
    let of = |code: &str, version: Option<&str>| {
        let mut coding = json!({ "system": "http://t/list", "code": code });
        if let Some(version) = version {
            coding["version"] = json!(version);
        }
        patient(json!({ "maritalStatus": { "coding": [coding] } }))
    };
    for (code, version) in
        [("old", None), ("new", None), ("new", Some("2")), ("other", Some("3")), ("both", Some("3"))]
    {
        assert!(broken(&library, &Settings::default(), &of(code, version)).is_empty(), "{code} {version:?}");
    }
    let mut of_hl7 = of("Z", None);
    of_hl7["maritalStatus"]["coding"][0]["system"] =
        json!("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus");
    assert!(broken(&library, &Settings::default(), &of_hl7).is_empty());
    assert_eq!(broken(&library, &Settings::strict(), &of_hl7), ["Patient.maritalStatus.coding[0] binding"]);
    for (code, version) in [("other", None), ("old", Some("2")), ("new", Some("1"))] {
        let found = broken(&library, &Settings::default(), &of(code, version));
        assert_eq!(found, ["Patient.maritalStatus.coding[0] binding"], "{code} {version:?}");
    }
}

#[test]
fn what_a_differential_leaves_out_of_a_binding_and_a_slicing_is_the_bases() {
    let base = profile(
        "loose",
        "Patient",
        json!([
            { "id": "Patient.maritalStatus", "path": "Patient.maritalStatus",
              "binding": { "strength": "extensible", "valueSet": "http://hl7.org/fhir/ValueSet/marital-status" } },
            { "id": "Patient.identifier", "path": "Patient.identifier", "slicing": { "discriminator": [{ "type": "value", "path": "system" }], "rules": "open" } },
            { "id": "Patient.identifier:a", "path": "Patient.identifier", "sliceName": "a", "min": 0 },
            { "id": "Patient.identifier:a.system", "path": "Patient.identifier.system", "min": 1, "fixedUri": "http://a" }
        ]),
    );
    let tight = profile(
        "tight",
        "Patient",
        json!([
            { "id": "Patient.maritalStatus", "path": "Patient.maritalStatus", "binding": { "strength": "required" } },
            { "id": "Patient.identifier", "path": "Patient.identifier", "slicing": { "rules": "closed" } }
        ]),
    )
    .replace(&format!("{BASE}Patient"), "http://t/loose");
    let library = library(&[tight, base]);
    let other = json!({ "maritalStatus": { "coding": [{ "system": "http://other", "code": "x" }] }, "identifier": [{ "system": "http://b", "value": "1" }] });
    assert!(broken(&library, &demanding("loose"), &patient(other.clone())).is_empty());
    assert_eq!(
        broken(&library, &demanding("tight"), &patient(other)),
        ["Patient.maritalStatus binding", "Patient.identifier[0] slicing-closed"]
    );
    let own = json!({ "maritalStatus": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M" }] }, "identifier": [{ "system": "http://a", "value": "1" }] });
    assert!(broken(&library, &demanding("tight"), &patient(own)).is_empty());
}

#[test]
fn a_profile_that_cannot_be_made_is_kept_by_nothing() {
    let on = |name: &str, base: &str| {
        profile(name, "Patient", json!([])).replace(&format!("{BASE}Patient"), &format!("http://t/{base}"))
    };
    let library = library(&[on("alone", "nowhere"), on("one", "other"), on("other", "one")]);
    for name in ["alone", "one", "other"] {
        let claiming = patient(json!({ "meta": { "profile": [format!("http://t/{name}")] } }));
        let found = broken(&library, &Settings::default(), &claiming);
        assert_eq!(found, ["Patient.meta.profile[0] profile-unmade"], "{name}");
    }
    let elsewhere = patient(json!({ "meta": { "profile": ["http://t/unknown"] } }));
    assert!(broken(&library, &Settings::default(), &elsewhere).is_empty());
}

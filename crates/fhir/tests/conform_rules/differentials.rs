//! Differentials as their authors write them: without ids, with slices that say little, with extensions of choices.

use serde_json::json;

use super::{broken, demanding, library, patient, profile};
use salus_fhir::conform::Settings;

fn telecoms(all: &[serde_json::Value]) -> serde_json::Value {
    patient(json!({ "telecom": all }))
}

#[test]
fn without_ids_what_follows_a_slice_belongs_to_it() {
    let library = library(&[profile(
        "bare",
        "Patient",
        json!([
            { "path": "Patient.telecom", "slicing": { "discriminator": [{ "type": "value", "path": "system" }], "rules": "closed" } },
            { "path": "Patient.telecom", "sliceName": "phone", "min": 1 },
            { "path": "Patient.telecom.system", "min": 1, "fixedCode": "phone" },
            { "path": "Patient.telecom", "sliceName": "mail" },
            { "path": "Patient.telecom.system", "min": 1, "fixedCode": "email" },
            { "path": "Patient.telecom.use", "min": 1 },
            { "path": "Patient.gender", "min": 0 }
        ]),
    )]);
    let phone = json!({ "system": "phone", "value": "1" });
    let mail = json!({ "system": "email", "value": "a@b", "use": "work" });
    let demanded = demanding("bare");
    assert!(broken(&library, &demanded, &telecoms(&[phone.clone(), mail.clone()])).is_empty());
    assert_eq!(broken(&library, &demanded, &telecoms(&[mail])), ["Patient.telecom min"]);
    let bare = json!({ "system": "email", "value": "a@b" });
    assert_eq!(
        broken(&library, &demanded, &telecoms(&[phone.clone(), bare])),
        ["Patient.telecom[1].use min"]
    );
    let fax = json!({ "system": "fax", "value": "1" });
    assert_eq!(broken(&library, &demanded, &telecoms(&[phone, fax])), ["Patient.telecom[1] slicing-closed"]);
}

#[test]
fn a_slice_is_told_by_what_it_says() {
    let slicing = json!({ "rules": "closed", "discriminator":
        [{ "type": "value", "path": "system" }, { "type": "value", "path": "rank" }] });
    let library = library(&[
        profile(
            "some",
            "Patient",
            json!([
                { "id": "Patient.telecom", "path": "Patient.telecom", "slicing": slicing },
                { "id": "Patient.telecom:home", "path": "Patient.telecom", "sliceName": "home" },
                { "id": "Patient.telecom:home.system", "path": "Patient.telecom.system", "fixedCode": "phone" },
                { "id": "Patient.telecom:home.rank", "path": "Patient.telecom.rank", "fixedPositiveInt": 1 },
                // Says nothing of the rank.
                { "id": "Patient.telecom:fax", "path": "Patient.telecom", "sliceName": "fax", "min": 1 },
                { "id": "Patient.telecom:fax.system", "path": "Patient.telecom.system", "fixedCode": "fax" },
                // Has none.
                { "id": "Patient.telecom:mail", "path": "Patient.telecom", "sliceName": "mail" },
                { "id": "Patient.telecom:mail.system", "path": "Patient.telecom.system", "fixedCode": "email" },
                { "id": "Patient.telecom:mail.rank", "path": "Patient.telecom.rank", "max": "0" }
            ]),
        ),
        profile(
            "inside",
            "Observation",
            json!([
                { "id": "Observation.component", "path": "Observation.component",
                  "slicing": { "discriminator": [{ "type": "pattern", "path": "code" }], "rules": "open" } },
                { "id": "Observation.component:a", "path": "Observation.component", "sliceName": "a", "max": "1" },
                { "id": "Observation.component:a.code.coding", "path": "Observation.component.code.coding", "patternCoding": { "code": "a" } },
                { "id": "Observation.component:b", "path": "Observation.component", "sliceName": "b", "max": "1" },
                { "id": "Observation.component:b.code.coding", "path": "Observation.component.code.coding", "patternCoding": { "code": "b" } }
            ]),
        ),
    ]);
    let fax = json!({ "system": "fax", "value": "1" });
    let telecom = |system: &str, rank: Option<u32>| match rank {
        Some(rank) => json!({ "system": system, "rank": rank, "value": "1" }),
        None => json!({ "system": system, "value": "1" }),
    };
    let found = |second| broken(&library, &demanding("some"), &telecoms(&[fax.clone(), second]));
    assert!(found(telecom("phone", Some(1))).is_empty());
    assert!(found(telecom("email", None)).is_empty());
    assert_eq!(found(telecom("phone", Some(2))), ["Patient.telecom[1] slicing-closed"]);
    assert_eq!(found(telecom("email", Some(2))), ["Patient.telecom[1] slicing-closed"]);
    let without = broken(&library, &demanding("some"), &telecoms(&[telecom("email", None)]));
    assert_eq!(without, ["Patient.telecom min"]);

    let observation = |codes: &[&str]| {
        let component = |code: &&str| json!({ "code": { "coding": [{ "code": code }] }, "valueString": "x" });
        let components: Vec<_> = codes.iter().map(component).collect();
        json!({ "resourceType": "Observation", "status": "final", "code": { "text": "x" }, "component": components })
    };
    assert!(broken(&library, &demanding("inside"), &observation(&["a", "b"])).is_empty());
    let twice = broken(&library, &demanding("inside"), &observation(&["a", "b", "b"]));
    assert_eq!(twice, ["Observation.component max"]);
}

#[test]
fn a_choice_of_several_types_has_extensions() {
    let library = library(&[profile(
        "absent",
        "Observation",
        json!([
            { "id": "Observation.effective[x]", "path": "Observation.effective[x]", "min": 1 },
            { "id": "Observation.effective[x].extension:why", "path": "Observation.effective[x].extension", "sliceName": "why", "min": 1,
              "type": [{ "code": "Extension", "profile": ["http://hl7.org/fhir/StructureDefinition/data-absent-reason"] }] },
            // A type that is gone into later has all of its elements.
            { "id": "Observation.effectivePeriod", "path": "Observation.effectivePeriod" },
            { "id": "Observation.effectivePeriod.start", "path": "Observation.effectivePeriod.start", "min": 1 }
        ]),
    )]);
    let why = json!([{ "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown" }]);
    let observation = |period: serde_json::Value| json!({ "resourceType": "Observation", "status": "final", "code": { "text": "x" }, "effectivePeriod": period });
    let found = |period| broken(&library, &demanding("absent"), &observation(period));
    assert!(found(json!({ "extension": why, "start": "2026" })).is_empty());
    let lacking = found(json!({ "extension": why, "end": "2026" }));
    assert_eq!(lacking.len(), 1, "{lacking:?}");
    assert!(lacking[0].contains("start min"), "{lacking:?}");
    let lacking = found(json!({ "start": "2026" }));
    assert!(lacking.iter().any(|one| one.contains("extension min")), "{lacking:?}");
}

#[test]
fn addresses_of_extensions_and_of_entries() {
    let whole = json!({ "resourceType": "StructureDefinition", "url": "http://t/whole", "name": "whole", "type": "Extension",
        "kind": "complex-type", "abstract": false, "derivation": "constraint",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension", "differential": { "element": [
            { "id": "Extension.extension:part", "path": "Extension.extension", "sliceName": "part" },
            { "id": "Extension.extension:part.url", "path": "Extension.extension.url", "fixedUri": "part" },
            { "id": "Extension.url", "path": "Extension.url", "fixedUri": "http://t/whole" },
            { "id": "Extension.value[x]", "path": "Extension.value[x]", "max": "0" }] } });
    let library = library(&[whole.to_string()]);
    let settings = Settings::default();
    let with = |url: &str, part: &str| {
        let part = json!({ "url": part, "valueString": "x" });
        broken(&library, &settings, &patient(json!({ "extension": [{ "url": url, "extension": [part] }] })))
    };
    assert!(with("http://t/whole", "part").is_empty());
    // Another's extension may stand in it, and of one that is not loaded nothing is known.
    assert!(with("http://t/whole", "http://t/other").is_empty());
    assert!(with("http://t/unknown", "anything").is_empty());
    assert_eq!(with("http://t/whole", "parts"), ["Patient.extension[0].extension[0] extension-part"]);
    assert_eq!(with("whole", "part"), ["Patient.extension[0].url address-relative"]);

    let bundle = |kind: &str| {
        let message = json!({ "resourceType": "MessageHeader", "id": "m", "eventUri": "http://e", "source": { "endpoint": "http://s" } });
        let bundle = json!({ "resourceType": "Bundle", "type": kind, "entry": [{ "fullUrl": "MessageHeader/m", "resource": message }] });
        broken(&library, &settings, &bundle)
    };
    assert_eq!(bundle("message"), ["Bundle.entry[0].fullUrl address-relative"]);
    assert!(bundle("collection").is_empty());
}

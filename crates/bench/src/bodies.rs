//! What is written and read: the Synthea bundles as they are, and thin patients made by number.
//!
//! State: none; the same number makes the same patient.

use crate::error::BenchError;
use crate::http::{Client, Target};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Resources of a thin patient, the Patient included.
pub const RESOURCES_PER_THIN_PATIENT: u32 = 8;
/// Thin patients in one transaction.
const THIN_PATIENTS_PER_BUNDLE: u32 = 10;

/// A record as the server gave it back.
pub struct Stored {
    /// `/Observation/ID`.
    pub path: String,
    /// The headers that belong to the record: its type, version and time.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// The bundles, in the order of their files' names, minified as a client sends them.
pub fn synthea(folder: &Path) -> Result<Vec<String>, BenchError> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .map_err(BenchError::io(folder))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    let minified = paths.iter().map(|path| {
        let text = fs::read(path).map_err(BenchError::io(path))?;
        let bundle: Value =
            serde_json::from_slice(&text).map_err(BenchError::json(path.display().to_string()))?;
        Ok(bundle.to_string())
    });
    minified.collect()
}

/// Posts transactions, and says under which paths the resources of one type came to lie.
pub fn post(target: &Target, bundles: &[String], kind: &str) -> Result<Vec<String>, BenchError> {
    let mut client = Client::connect(target.address)?;
    let mut paths = Vec::new();
    for bundle in bundles {
        let request = target.send("POST", "", bundle);
        let answer = client.ask(&request)?.expect(200, &request)?;
        let answer: Value =
            serde_json::from_slice(&answer.body).map_err(BenchError::json("transaction's answer"))?;
        let locations = answer["entry"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|entry| entry["response"]["location"].as_str());
        paths.extend(locations.filter_map(|location| path_of(location, kind)));
    }
    Ok(paths)
}

/// `/Observation/ID` from a location with or without a base and a version.
fn path_of(location: &str, kind: &str) -> Option<String> {
    let from = location.rfind(&format!("{kind}/"))?;
    let id = location.get(from + kind.len() + 1..)?.split('/').next()?;
    Some(format!("/{kind}/{id}"))
}

/// Reads records back.
pub fn fetch(target: &Target, paths: &[String]) -> Result<Vec<Stored>, BenchError> {
    let mut client = Client::connect(target.address)?;
    let one = |path: &String| {
        let request = target.get(path);
        let answer = client.ask(&request)?.expect(200, &request)?;
        let about_the_record =
            |(name, _): &(String, String)| ["content-type", "etag", "last-modified"].contains(&name.as_str());
        Ok(Stored {
            path: path.clone(),
            headers: answer.headers.into_iter().filter(about_the_record).collect(),
            body: String::from_utf8_lossy(&answer.body).into_owned(),
        })
    };
    paths.iter().map(one).collect()
}

/// A body to be created like this one: without id and meta.
pub fn to_create(stored: &Stored) -> Result<String, BenchError> {
    let mut resource = parsed(stored)?;
    if let Some(fields) = resource.as_object_mut() {
        fields.shift_remove("id");
        fields.shift_remove("meta");
    }
    Ok(resource.to_string())
}

/// Two bodies to update an Observation with in turn, so that every update changes something.
pub fn to_update(stored: &Stored) -> Result<[String; 2], BenchError> {
    let mut resource = parsed(stored)?;
    if let Some(fields) = resource.as_object_mut() {
        fields.shift_remove("meta");
    }
    Ok(["amended", "final"].map(|status| {
        resource["status"] = status.into();
        resource.to_string()
    }))
}

fn parsed(stored: &Stored) -> Result<Value, BenchError> {
    serde_json::from_str(&stored.body).map_err(BenchError::json(stored.path.clone()))
}

/// Transactions of thin patients with these numbers.
pub fn thin_bundles(numbers: std::ops::Range<u32>) -> Vec<String> {
    let starts = numbers.clone().step_by(THIN_PATIENTS_PER_BUNDLE as usize);
    starts
        .map(|start| {
            let patients = start..(start + THIN_PATIENTS_PER_BUNDLE).min(numbers.end);
            let entries: Vec<Value> = patients.flat_map(thin_patient).collect();
            json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string()
        })
        .collect()
}

fn thin_patient(number: u32) -> Vec<Value> {
    let families =
        ["Keller", "Moreau", "Schulz", "Petit", "Wagner", "Laurent", "Brandt", "Garnier", "Vogel", "Perrin"];
    let given = ["Anna", "Louis", "Emma", "Paul", "Lina", "Hugo", "Mia", "Jules", "Ida", "Noah", "Clara"];
    let pick = |names: &[&str], salt: u32| {
        let at = number.wrapping_mul(2_654_435_761).rotate_left(salt) as usize % names.len();
        names.get(at).copied().unwrap_or_default().to_owned()
    };
    let uuid = |at: u32| format!("urn:uuid:{number:08x}-0000-4000-8000-{at:012x}");
    let subject = json!({"reference": uuid(0)});
    let day = format!("2026-{:02}-{:02}", number % 12 + 1, number % 28 + 1);
    let codings = |system: &str, code: &str, display: &str| json!({"coding": [{"system": system, "code": code, "display": display}], "text": display});
    let observation = |code: &str, display: &str, value: u32, unit: &str| {
        json!({"resourceType": "Observation", "status": "final", "code": codings("http://loinc.org", code, display),
            "subject": subject, "encounter": {"reference": uuid(1)}, "effectiveDateTime": format!("{day}T09:30:00+01:00"),
            "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}})
    };
    let resources = [
        json!({"resourceType": "Patient", "active": true,
            "name": [{"use": "official", "family": pick(&families, 3), "given": [pick(&given, 7)]}],
            "gender": if number.is_multiple_of(2) { "female" } else { "male" },
            "birthDate": format!("{}-{:02}-{:02}", 1930 + number % 90, number % 12 + 1, number % 27 + 1),
            "address": [{"line": [format!("Ringstraße {}", number % 200 + 1)], "postalCode": format!("{:05}", number % 90_000 + 10_000)}]}),
        json!({"resourceType": "Encounter", "status": "finished", "subject": subject, "period": {"start": day, "end": day},
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}}),
        json!({"resourceType": "Condition", "subject": subject, "onsetDateTime": day,
            "code": codings("http://snomed.info/sct", "38341003", "Hypertensive disorder")}),
        observation("8480-6", "Systolic blood pressure", 110 + number % 50, "mm[Hg]"),
        observation("8462-4", "Diastolic blood pressure", 65 + number % 30, "mm[Hg]"),
        observation("29463-7", "Body weight", 50 + number % 60, "kg"),
        json!({"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": subject, "authoredOn": day,
            "medicationCodeableConcept": codings("http://www.nlm.nih.gov/research/umls/rxnorm", "314076", "Lisinopril 10 MG Oral Tablet")}),
        json!({"resourceType": "Immunization", "status": "completed", "patient": subject, "occurrenceDateTime": day,
            "vaccineCode": codings("http://hl7.org/fhir/sid/cvx", "140", "Influenza, seasonal, injectable")}),
    ];
    let entry = |(at, resource): (usize, Value)| {
        let url = resource["resourceType"].clone();
        json!({"fullUrl": uuid(at as u32), "resource": resource, "request": {"method": "POST", "url": url}})
    };
    resources.into_iter().enumerate().map(entry).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_read_with_and_without_base_and_version() {
        for location in [
            "Observation/a1/_history/1",
            "http://localhost:1/c/fhir/Observation/a1/_history/1",
            "Observation/a1",
        ] {
            assert_eq!(path_of(location, "Observation").as_deref(), Some("/Observation/a1"), "{location}");
        }
        assert_eq!(path_of("Patient/a1/_history/1", "Observation"), None);
    }

    #[test]
    fn thin_patients_have_their_eight_resources_each_and_no_url_twice() {
        let bundles = thin_bundles(5..28);
        let mut urls = std::collections::BTreeSet::new();
        for bundle in &bundles {
            let bundle: Value = serde_json::from_str(bundle).unwrap();
            for entry in bundle["entry"].as_array().unwrap() {
                assert!(urls.insert(entry["fullUrl"].as_str().unwrap().to_owned()));
            }
        }
        assert_eq!((bundles.len(), urls.len()), (3, 23 * RESOURCES_PER_THIN_PATIENT as usize));
    }

    #[test]
    fn updates_differ_and_creations_have_no_id() {
        let stored = Stored {
            path: "/Observation/a".into(),
            headers: Vec::new(),
            body: r#"{"resourceType":"Observation","id":"a","meta":{"versionId":"1"},"status":"final","x":1.00}"#.into(),
        };
        assert_eq!(
            to_create(&stored).unwrap(),
            r#"{"resourceType":"Observation","status":"final","x":1.00}"#
        );
        let [first, second] = to_update(&stored).unwrap();
        assert_eq!(second, r#"{"resourceType":"Observation","id":"a","status":"final","x":1.00}"#);
        assert_eq!(first, second.replace("final", "amended"));
    }
}

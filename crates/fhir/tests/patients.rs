//! Whom a resource concerns, and what it refers to.

mod support;

use std::collections::BTreeMap;

use salus_fhir::PatientTarget::{Absolute, Embedded, Itself, Logical, Relative, Uri};
use salus_fhir::bundle::Bundle;
use salus_fhir::{PatientScope, PatientTarget, Resource, ResourceType};

fn parse(text: &str) -> Resource {
    Resource::parse(text, None).unwrap_or_else(|issues| panic!("{text}: {issues:?}"))
}

/// The expressions and targets of a resource's patients.
fn patients(text: &str) -> Vec<(String, PatientTarget)> {
    match parse(text).patients() {
        PatientScope::Patients(list) => {
            list.into_iter().map(|patient| (patient.expression, patient.target)).collect()
        }
        scope => panic!("{text}: {scope:?}"),
    }
}

fn relative(id: &str) -> PatientTarget {
    Relative { id: id.into() }
}

/// An Observation with that subject.
fn about(subject: &str) -> String {
    format!(r#"{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},"subject":{subject}}}"#)
}

#[test]
fn every_way_to_name_a_patient() {
    let some = |text: &str| Some(text.to_owned());
    for (subject, target) in [
        (r#"{"reference":"Patient/1"}"#, relative("1")),
        (r#"{"reference":"Patient/1/_history/7"}"#, relative("1")),
        (
            r#"{"reference":"http:\/\/h/fhir/Patient/1"}"#,
            Absolute { base: "http://h/fhir".into(), id: "1".into() },
        ),
        (r#"{"reference":"urn:uuid:a"}"#, Uri("urn:uuid:a".into())),
        (r#"{"reference":"urn:uuid:a","type":"Patient"}"#, Uri("urn:uuid:a".into())),
        (r#"{"reference":"Patient?identifier=x|1"}"#, Uri("Patient?identifier=x|1".into())),
        (
            r#"{"type":"Patient","identifier":{"system":"urn:s","value":"v"}}"#,
            Logical { system: some("urn:s"), value: some("v") },
        ),
        (r#"{"identifier":{"value":"v"}}"#, Logical { system: None, value: some("v") }),
    ] {
        assert_eq!(patients(&about(subject)), [("Observation.subject".to_owned(), target)], "{subject}");
    }
    for subject in [
        r#"{"reference":"Group/1"}"#,
        r#"{"reference":"urn:uuid:a","type":"Device"}"#,
        r#"{"display":"x"}"#,
        r#"{"type":"Device","identifier":{"value":"v"}}"#,
        r##"{"reference":"#x"}"##,
    ] {
        assert_eq!(parse(&about(subject)).patients(), PatientScope::Unassigned, "{subject}");
    }
}

#[test]
fn each_patient_counts_once_and_none_is_missed() {
    let text = r#"{"resourceType":"Appointment","status":"booked","participant":[
        {"actor":{"reference":"Patient/1"},"status":"accepted"},
        {"actor":{"reference":"Practitioner/1"},"status":"accepted"},
        {"actor":{"reference":"Patient/2"},"status":"accepted"},
        {"actor":{"reference":"Patient/1/_history/2"},"status":"accepted"}],
        "extension":[{"url":"urn:x","valueReference":{"reference":"Patient/3"}}]}"#;
    assert_eq!(
        patients(text),
        [
            ("Appointment.participant[0].actor".to_owned(), relative("1")),
            ("Appointment.participant[2].actor".to_owned(), relative("2")),
            ("Appointment.extension[0].value.ofType(Reference)".to_owned(), relative("3")),
        ]
    );
    let linked = r#"{"resourceType":"Patient","id":"1","link":[{"other":{"reference":"Patient/2"},"type":"seealso"}]}"#;
    assert_eq!(
        patients(linked),
        [("Patient".to_owned(), Itself), ("Patient.link[0].other".to_owned(), relative("2"))]
    );
}

#[test]
fn the_house_is_left_as_soon_as_a_patient_is_named() {
    let schedule =
        |actor: &str| format!(r#"{{"resourceType":"Schedule","actor":[{{"reference":"{actor}"}}]}}"#);
    assert_eq!(parse(&schedule("Practitioner/1")).patients(), PatientScope::House);
    assert_eq!(patients(&schedule("Patient/1")), [("Schedule.actor[0]".to_owned(), relative("1"))]);
    let organization = r#"{"resourceType":"Organization","name":"x","extension":[{"url":"urn:x","extension":[
        {"url":"y","valueReference":{"reference":"http://h/Patient/1"}}]}]}"#;
    assert_eq!(patients(organization)[0].1, Absolute { base: "http://h".into(), id: "1".into() });
    let medication = r#"{"resourceType":"Medication","contained":[{"resourceType":"Patient","id":"p"}]}"#;
    assert_eq!(
        patients(medication),
        [("Medication.contained[0]".to_owned(), Embedded { id: Some("p".into()) })]
    );
    for kind in ["Binary", "Bundle", "Basic"] {
        let rest = ["\"contentType\":\"a/b\"", "\"type\":\"collection\"", "\"code\":{\"text\":\"x\"}"];
        let text = rest.iter().map(|rest| format!(r#"{{"resourceType":"{kind}",{rest}}}"#));
        let resource = text.into_iter().find_map(|text| Resource::parse(text, None).ok()).expect("one fits");
        assert_eq!(resource.patients(), PatientScope::Unassigned);
    }
}

#[test]
fn patients_inside_are_found() {
    let contained = r##"{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"#p"},
        "contained":[{"resourceType":"Patient","id":"p"},{"resourceType":"Organization","id":"o"}],
        "performer":[{"reference":"#o"}]}"##;
    assert_eq!(patients(contained), [("Observation.subject".to_owned(), Embedded { id: Some("p".into()) })]);
    let document = r#"{"resourceType":"Bundle","type":"document","entry":[
        {"fullUrl":"urn:uuid:c","resource":{"resourceType":"Composition","status":"final","type":{"text":"x"},"date":"2026","title":"x",
            "subject":{"reference":"urn:uuid:p"},"author":[{"reference":"urn:uuid:a"}]}},
        {"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p"}},
        {"fullUrl":"urn:uuid:a","resource":{"resourceType":"Practitioner","id":"a"}}]}"#;
    assert_eq!(
        patients(document),
        [("Bundle.entry[0].resource.subject".to_owned(), Embedded { id: Some("p".into()) })]
    );
}

#[test]
fn references_come_with_place_and_span() {
    let text = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Group\/1"},
        "contained":[{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/1"}}],
        "hasMember":[{"identifier":{"assigner":{"reference":"Organization/1"}},"reference":"Observation/2"}]}"#;
    let resource = parse(text);
    let found: Vec<_> = resource.references();
    let seen: Vec<_> =
        found.iter().map(|at| (at.expression.as_str(), &*at.reference, &text[at.span.clone()])).collect();
    assert_eq!(
        seen,
        [
            ("Observation.subject.reference", "Group/1", r#""Group\/1""#),
            ("Observation.contained[0].subject.reference", "Patient/1", r#""Patient/1""#),
            (
                "Observation.hasMember[0].identifier.assigner.reference",
                "Organization/1",
                r#""Organization/1""#
            ),
            ("Observation.hasMember[0].reference", "Observation/2", r#""Observation/2""#),
        ]
    );
}

#[test]
fn every_record_of_a_synthea_patient_is_that_patients() {
    let Some(folder) = support::synthea("Synthea's patients") else { return };
    let mut scopes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (name, text) in support::files(&folder) {
        let bundle = Bundle::parse(&text).expect("a bundle");
        let kind = |entry: &salus_fhir::bundle::Entry| {
            entry.resource.as_ref().expect("valid").as_ref().expect("there").kind()
        };
        let url = bundle
            .entries
            .iter()
            .find(|entry| kind(entry).name() == "Patient")
            .and_then(|entry| entry.full_url.clone());
        for entry in &bundle.entries {
            let resource = entry.resource.as_ref().expect("valid").as_ref().expect("there");
            let scope = match resource.patients() {
                PatientScope::House => "house",
                PatientScope::Unassigned => "unassigned",
                PatientScope::Patients(list) => {
                    assert_eq!(list.len(), 1, "{name} {}", entry.index);
                    let same = list[0].target == Itself
                        || matches!(&list[0].target, Uri(uri) if Some(uri) == url.as_ref());
                    assert!(same, "{name} {}: {:?}", entry.index, list[0]);
                    "patient"
                }
            };
            *scopes.entry((resource.kind().name(), scope)).or_default() += 1;
        }
    }
    println!("{scopes:?}");
    let scopes_of = |kind: &str| {
        scopes.keys().filter(|(name, _)| *name == kind).map(|(_, scope)| *scope).collect::<Vec<_>>()
    };
    for kind in ["Organization", "Practitioner"] {
        assert_eq!(scopes_of(kind), ["house"]);
    }
    for kind in [
        "Patient",
        "Observation",
        "Encounter",
        "Condition",
        "Claim",
        "ExplanationOfBenefit",
        "Procedure",
        "Immunization",
    ] {
        assert_eq!(scopes_of(kind), ["patient"], "{kind}");
    }
}

#[test]
fn every_example_of_a_compartment_type_with_a_subject_has_a_scope() {
    let Some(folder) = support::examples("scopes of examples") else { return };
    let mut counts = [0; 3];
    for (_, text) in support::files(&folder).filter(|(_, text)| text.len() < 200_000) {
        let Ok(resource) = Resource::parse(text, None) else { continue };
        let names_patient = resource.references().iter().any(|at| {
            let steps: Vec<_> = at.reference.split('/').collect();
            steps.windows(2).any(|pair| pair[0] == "Patient")
        });
        let scope = resource.patients();
        assert!(!names_patient || matches!(scope, PatientScope::Patients(_)), "{:?}", resource.id());
        assert!(
            scope != PatientScope::House
                || resource.kind() != ResourceType::from_name("Task").expect("known")
        );
        counts[match scope {
            PatientScope::House => 0,
            PatientScope::Patients(_) => 1,
            PatientScope::Unassigned => 2,
        }] += 1;
    }
    println!("house, patients, unassigned: {counts:?}");
    assert!(counts.iter().all(|count| *count > 50), "{counts:?}");
}

//! Our FHIRPath and another engine's on the rules of R4: the same answer wherever both give one.

mod support;

use std::collections::BTreeMap;

use rh_fhirpath::{EvaluationContext, FhirPathEvaluator, FhirPathParser};
use salus_fhir::fhirpath::Expression;
use salus_fhir::json::Document;
use serde_json::Value;

/// Rules on which the engines differ, and why.
const DIFFERENT: &[(&str, &str)] = &[];

/// The rules of a type's root, by their key.
fn rules(folder: &std::path::Path, kind: &str) -> Vec<(String, String)> {
    let Ok(text) = std::fs::read_to_string(folder.join(format!("StructureDefinition-{kind}.json"))) else {
        return Vec::new();
    };
    let definition: Value = serde_json::from_str(&text).expect("JSON");
    let constraints =
        definition["snapshot"]["element"][0]["constraint"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    constraints.iter().map(|one| (text(&one["key"]), text(&one["expression"]))).collect()
}

#[test]
fn both_engines_agree_on_rules() {
    let Some(folder) = support::examples("FHIRPath's second opinion") else { return };
    let parser = FhirPathParser::new();
    let evaluator = FhirPathEvaluator::new();
    let (mut same, mut silent, mut differences) = (0, 0, BTreeMap::new());
    let kinds = [
        "Condition",
        "AllergyIntolerance",
        "Observation",
        "Timing",
        "Patient",
        "Bundle",
        "List",
        "Appointment",
        "Composition",
        "Task",
    ];
    for (name, text) in support::files(&folder).filter(|(_, text)| text.len() < 8_000) {
        let Some(kind) = kinds.iter().find(|kind| name.starts_with(&format!("{kind}-"))) else { continue };
        let document = Document::parse(text.as_str()).expect("JSON");
        let value: Value = serde_json::from_str(&text).expect("JSON");
        for (key, expression) in rules(&folder, kind) {
            let ours = Expression::parse(&expression).expect("a rule of R4").evaluate(&document);
            let theirs = parser
                .parse(&expression)
                .ok()
                .and_then(|parsed| evaluator.evaluate(&parsed, &EvaluationContext::new(value.clone())).ok());
            let (Ok(ours), Some(theirs)) = (ours, theirs) else {
                silent += 1;
                continue;
            };
            let theirs = format!("{theirs:?}");
            let ours = ours.first().cloned().unwrap_or_default();
            if theirs.contains(&format!("Boolean({ours})")) {
                same += 1;
            } else if !DIFFERENT.iter().any(|(rule, _)| *rule == key) {
                differences.insert(format!("{key} on {name}"), format!("ours {ours:?}, theirs {theirs:.60}"));
            }
        }
    }
    println!("{same} answers the same, {silent} that only one engine gives");
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(same > 100, "{same}");
}

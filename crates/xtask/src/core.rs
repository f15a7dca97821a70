//! Makes crates/fhir/definitions/r4-core.gz: what a check against R4 needs of HL7's StructureDefinitions, ValueSets and
//! CodeSystems, one JSON resource a line, without the prose.
//!
//! The same input gives the same bytes. It is read by crates/fhir/src/package, as any package is.

use std::error::Error;
use std::io::Write as _;

use serde_json::{Map, Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Rules of every element that the structural check holds already.
const STRUCTURAL: [&str; 2] = ["ele-1", "ext-1"];

/// Makes the file.
pub fn run() -> Result<()> {
    let mut names: Vec<_> = std::fs::read_dir(crate::package::fetch()?)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::result::Result<_, _>>()?;
    names.sort();
    let mut lines = String::new();
    for path in names {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let reduce = match name.split('-').next() {
            Some("StructureDefinition") => structure,
            Some("CodeSystem") => code_system,
            Some("ValueSet") => value_set,
            _ => continue,
        };
        let whole: Map<String, Value> = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
        lines.push_str(&serde_json::to_string(&reduce(&whole))?);
        lines.push('\n');
    }
    let mut packed = flate2::GzBuilder::new().write(Vec::new(), flate2::Compression::best());
    packed.write_all(lines.as_bytes())?;
    let packed = packed.finish()?;
    std::fs::write(crate::package::root().join("crates/fhir/definitions/r4-core.gz"), &packed)?;
    println!("{} bytes of {}", packed.len(), lines.len());
    Ok(())
}

/// The members of these names, in the order of the text.
fn only(whole: &Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    let kept = whole.iter().filter(|(name, _)| names.contains(&name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn list<'a>(whole: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a Map<String, Value>> {
    whole.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

fn structure(whole: &Map<String, Value>) -> Value {
    let names = [
        "resourceType",
        "url",
        "version",
        "name",
        "type",
        "kind",
        "abstract",
        "baseDefinition",
        "derivation",
        "context",
    ];
    let mut out = only(whole, &names);
    if let Some(snapshot) = whole.get("snapshot").and_then(Value::as_object) {
        let elements: Vec<_> = list(snapshot, "element").map(element).collect();
        out.insert("snapshot".to_owned(), json!({ "element": elements }));
    }
    Value::Object(out)
}

fn element(whole: &Map<String, Value>) -> Value {
    let named =
        ["path", "sliceName", "slicing", "min", "max", "type", "contentReference", "maxLength", "isModifier"];
    let of_values = ["fixed", "pattern", "minValue", "maxValue"];
    let kept = whole.iter().filter(|(name, _)| {
        named.contains(&name.as_str()) || of_values.iter().any(|start| name.starts_with(start))
    });
    let mut out: Map<String, Value> = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    let rules: Vec<_> = list(whole, "constraint")
        .filter(|rule| !rule.get("key").and_then(Value::as_str).is_some_and(|key| STRUCTURAL.contains(&key)))
        .map(|rule| only(rule, &["key", "severity", "human", "expression"]))
        .collect();
    if !rules.is_empty() {
        out.insert("constraint".to_owned(), json!(rules));
    }
    if let Some(binding) = whole.get("binding").and_then(Value::as_object) {
        out.insert("binding".to_owned(), Value::Object(only(binding, &["strength", "valueSet"])));
    }
    Value::Object(out)
}

/// Properties of codes that are asked about; the rest is prose.
const PROPERTIES: [&str; 8] =
    ["parent", "subsumedBy", "child", "notSelectable", "abstract", "inactive", "deprecated", "status"];

/// Codes with their displays, and what is below them; no definitions.
fn concepts(of: &Map<String, Value>) -> Vec<Value> {
    let concept = |concept: &Map<String, Value>| {
        let mut out = only(concept, &["code", "display"]);
        let is_asked = |one: &&Map<String, Value>| {
            one.get("code").and_then(Value::as_str).is_some_and(|name| PROPERTIES.contains(&name))
                && one.get("valueCode").and_then(Value::as_str) != Some("active")
        };
        let properties: Vec<_> = list(concept, "property").filter(is_asked).cloned().collect();
        if !properties.is_empty() {
            out.insert("property".to_owned(), json!(properties));
        }
        let below = concepts(concept);
        if !below.is_empty() {
            out.insert("concept".to_owned(), Value::Array(below));
        }
        Value::Object(out)
    };
    list(of, "concept").map(concept).collect()
}

fn code_system(whole: &Map<String, Value>) -> Value {
    let names = [
        "resourceType",
        "url",
        "version",
        "name",
        "title",
        "content",
        "caseSensitive",
        "hierarchyMeaning",
        "supplements",
    ];
    let mut out = only(whole, &names);
    let all = concepts(whole);
    if !all.is_empty() {
        out.insert("concept".to_owned(), Value::Array(all));
    }
    Value::Object(out)
}

fn value_set(whole: &Map<String, Value>) -> Value {
    let mut out = only(whole, &["resourceType", "url", "version", "name", "title"]);
    if let Some(compose) = whole.get("compose").and_then(Value::as_object) {
        let mut parts = Map::new();
        for name in ["include", "exclude"] {
            let all: Vec<_> = list(compose, name).map(include).collect();
            if !all.is_empty() {
                parts.insert(name.to_owned(), json!(all));
            }
        }
        out.insert("compose".to_owned(), Value::Object(parts));
    }
    Value::Object(out)
}

fn include(whole: &Map<String, Value>) -> Value {
    let mut out = only(whole, &["system", "version", "filter", "valueSet"]);
    let all = concepts(whole);
    if !all.is_empty() {
        out.insert("concept".to_owned(), Value::Array(all));
    }
    Value::Object(out)
}

//! Valid documents with one fault each: how many of them are refused, by kind of fault. A few are made; more with
//! `SALUS_MUTANTS=1000`.

#[path = "support/kbv.rs"]
mod publisher;
mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use publisher::{Publisher, documents};
use salus_fhir::Resource;
use salus_fhir::conform::{Library, Settings, check, is_valid};
use serde_json::{Value, json};
use support::Random;

/// Kinds of faults, and the share of them in percent that must be refused.
const KINDS: [(&str, usize); 7] = [
    // Optional properties may be missing.
    ("dropped", 25),
    ("renamed", 100),
    ("of the wrong type", 100),
    // Not every code has a required list.
    ("outside its list", 60),
    ("reference to the wrong type", 100),
    ("slice without its profile", 100),
    ("slice with another code", 80),
];

/// The places of all objects, as JSON pointers.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            out.push(at.to_owned());
            members.iter().for_each(|(name, inner)| places(inner, &format!("{at}/{name}"), out));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| places(inner, &format!("{at}/{index}"), out))
        }
        _ => {}
    }
}

/// A mutant of one kind; None when the document has no place for it.
fn mutant(kind: &str, document: &Value, random: &mut Random) -> Option<Value> {
    let mut out = document.clone();
    let mut all = Vec::new();
    places(document, "", &mut all);
    for _ in 0..50 {
        let place = &all[random.below(all.len())];
        let object = out.pointer_mut(place)?.as_object_mut()?;
        let names: Vec<String> = object.keys().filter(|name| *name != "resourceType").cloned().collect();
        if names.is_empty() {
            continue;
        }
        let name = names[random.below(names.len())].clone();
        let code = |object: &mut serde_json::Map<String, Value>, names: &[&str]| {
            let name = names.iter().find(|name| object.get(**name).is_some_and(Value::is_string))?;
            object.insert((*name).to_owned(), json!("no-such-code"));
            Some(())
        };
        match kind {
            "dropped" => drop(object.remove(&name)),
            "renamed" => {
                let value = object.remove(&name)?;
                object.insert(format!("{name}x"), value);
            }
            "of the wrong type" => {
                let wrong =
                    if object[&name].is_object() { json!("text") } else { json!({ "x": { "y": 1 } }) };
                object.insert(name, wrong);
            }
            "outside its list" => {
                if code(object, &["status", "gender", "intent", "use"]).is_none() {
                    continue;
                }
            }
            "reference to the wrong type" => {
                let Some(patient) = object.get_mut("patient").and_then(Value::as_object_mut) else {
                    continue;
                };
                if !patient.contains_key("reference") {
                    continue;
                }
                patient.insert("reference".to_owned(), json!("Substance/1"));
            }
            "slice without its profile" => {
                if !place.ends_with("/resource") || object.remove("meta").is_none() {
                    continue;
                }
            }
            _ => {
                if !place.contains("/identifier/")
                    || !place.contains("/coding/")
                    || code(object, &["code"]).is_none()
                {
                    continue;
                }
            }
        }
        return Some(out);
    }
    None
}

fn is_refused(document: &Value, library: &Library, settings: &Settings) -> bool {
    match Resource::parse(document.to_string(), None) {
        Ok(resource) => !is_valid(&check(&resource, library, settings)),
        Err(_) => true,
    }
}

#[test]
fn mutants_are_refused() {
    let (Some(examples), Some(kbv)) = (support::examples("mutants"), support::kbv("mutants")) else { return };
    let wanted =
        std::env::var("SALUS_MUTANTS").ok().and_then(|count| count.parse().ok()).unwrap_or(140_usize);
    let mut publisher = Publisher::new(&kbv.join("packages"));
    let r4 = Arc::new(Library::new([]));
    let mut valid: Vec<(Value, Arc<Library>, bool)> = Vec::new();
    for (name, text) in support::files(&examples) {
        let is_record =
            !["StructureDefinition", "ValueSet", "CodeSystem", "SearchParameter", "ConceptMap", "Bundle"]
                .iter()
                .any(|kind| name.starts_with(kind));
        if is_record && text.len() < 20_000 {
            valid.extend(serde_json::from_str(&text).ok().map(|value| (value, r4.clone(), false)));
        }
    }
    for (_, xml) in
        documents(&kbv.join("eau/valid")).into_iter().chain(documents(&kbv.join("erp/valid"))).step_by(5)
    {
        let json = salus_fhir::xml::to_json(&xml).expect("valid");
        let resource = Resource::parse(json.as_str(), None).expect("valid");
        let library = publisher.library(&resource).0;
        valid.push((serde_json::from_str(&json).expect("JSON"), library, true));
    }
    let (loose, strict) = (Settings::default(), Settings::strict());
    let mut random = Random::new(6);
    let mut shares: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for number in 0..wanted * 40 {
        let (kind, _) = KINDS[number % KINDS.len()];
        let share = shares.entry(kind).or_default();
        if share.1 >= wanted / KINDS.len() {
            continue;
        }
        let (document, library, is_kbv) = &valid[random.below(valid.len())];
        let settings = if *is_kbv { &strict } else { &loose };
        if kind.starts_with("slice") != *is_kbv && (kind.starts_with("slice") || number % 3 > 0) {
            continue;
        }
        let Some(changed) = mutant(kind, document, &mut random) else { continue };
        if is_refused(document, library, settings) {
            continue;
        }
        share.1 += 1;
        share.0 += usize::from(is_refused(&changed, library, settings));
    }
    for (kind, least) in KINDS {
        let (refused, made) = shares[kind];
        println!("{kind}: {refused} of {made} refused");
        assert!(made > 0 && refused * 100 >= made * least, "{kind}: {refused} of {made} refused");
    }
}

//! Valid documents with one fault each: how many of them are refused, by kind of fault, and why the others are not. A few are made; more
//! with `SALUS_MUTANTS=1000`. `fhirkit`, a strict reader without profiles, is asked, too: what it refuses we refuse.

#[path = "support/kbv.rs"]
mod publisher;
mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use publisher::{Publisher, documents};
use salus_fhir::Resource;
use salus_fhir::conform::{Library, Settings, check, is_valid};
use salus_fhir::definitions::{self, TypeIndex};
use serde_json::{Value, json};
use support::Random;

/// Kinds of faults, and the share of them in percent that must be refused.
const KINDS: [(&str, usize); 8] = [
    // Optional properties may be missing.
    ("dropped", 25),
    // Two properties of one name: two readers could see different ones.
    ("doubled", 100),
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

/// A document with a fault: its text, the object that was changed, and the property.
struct Mutant {
    text: String,
    place: String,
    name: String,
}

/// The name of a property that is doubled, until the text is written.
const DOUBLE: &str = "the-same-again";

/// A mutant of one kind; None when the document has no place for it.
fn mutant(kind: &str, document: &Value, random: &mut Random) -> Option<Mutant> {
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
        let mut changed = name.clone();
        let mut code = |object: &mut serde_json::Map<String, Value>, names: &[&str]| {
            let name = names.iter().find(|name| object.get(**name).is_some_and(Value::is_string))?;
            object.insert((*name).to_owned(), json!("no-such-code"));
            changed = (*name).to_owned();
            Some(())
        };
        match kind {
            "dropped" => drop(object.remove(&name)),
            "doubled" => {
                let value = object[&name].clone();
                object.insert(DOUBLE.to_owned(), value);
            }
            "renamed" => {
                let value = object.remove(&name)?;
                object.insert(format!("{name}x"), value);
            }
            "of the wrong type" => {
                let wrong =
                    if object[&name].is_object() { json!("text") } else { json!({ "x": { "y": 1 } }) };
                object.insert(name.clone(), wrong);
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
        let text = out.to_string().replace(&format!("\"{DOUBLE}\":"), &format!("\"{name}\":"));
        return Some(Mutant { text, place: place.clone(), name: changed });
    }
    None
}

/// Why a mutant is rightly accepted; None when nobody knows.
fn reason(kind: &str, mutant: &Mutant, library: &Library, settings: &Settings) -> Option<&'static str> {
    let resource = Resource::parse(mutant.text.as_str(), None).ok()?;
    let issues = check(&resource, library, settings);
    let said = |rules: &[&str]| {
        issues.iter().any(|issue| issue.message.rule().is_some_and(|rule| rules.contains(&rule)))
    };
    let owner = owner(resource.root(), &mutant.place);
    let table = definitions::get();
    let element = owner.and_then(|owner| {
        table.elements(owner).iter().find(|element| {
            let rest = mutant.name.trim_start_matches('_').strip_prefix(element.name);
            rest.is_some_and(|rest| rest.is_empty() || element.choice)
        })
    });
    Some(match kind {
        "dropped" if mutant.name.starts_with('_') => "what stands beside a value is optional",
        "dropped" if element.is_some_and(|element| element.min == 0) => "the property is optional",
        "outside its list" if said(&["binding", "list-not-loaded"]) => {
            "the list may be left, or is not loaded: a warning"
        }
        "outside its list" if element.is_some_and(|element| element.name == "use") => {
            "no list is asked for there"
        }
        "slice with another code" => "other values are allowed beside the slice",
        _ => return None,
    })
}

/// The type of the object at a JSON pointer.
fn owner(root: salus_fhir::json::Value<'_>, pointer: &str) -> Option<TypeIndex> {
    let table = definitions::get();
    let (mut at, mut kind) = (root, table.find(&root.get_str("resourceType")?)?);
    for step in pointer.split('/').skip(1) {
        if let Ok(index) = step.parse::<usize>() {
            at = at.elements().nth(index)?;
        } else {
            let element = table.elements(kind).iter().find(|element| {
                step.strip_prefix(element.name).is_some_and(|rest| rest.is_empty() || element.choice)
            })?;
            let rest = step.strip_prefix(element.name)?;
            let of = |one: &&TypeIndex| rest.is_empty() || table.kind(**one).name.eq_ignore_ascii_case(rest);
            kind = *element.types.iter().find(of)?;
            at = at.get(step)?;
        }
        if let Some(name) = at.get_str("resourceType") {
            kind = table.find(&name)?;
        }
    }
    Some(kind)
}

fn is_refused(text: &str, library: &Library, settings: &Settings) -> bool {
    match Resource::parse(text, None) {
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
    let mut reasons: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut seconds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unlike = Vec::new();
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
        if is_refused(&document.to_string(), library, settings) {
            continue;
        }
        share.1 += 1;
        let is_refused = is_refused(&changed.text, library, settings);
        share.0 += usize::from(is_refused);
        let theirs = fhirkit::from_json_strict::<fhirkit::r4::Resource>(&changed.text);
        match (theirs.is_err(), is_refused, Resource::parse(changed.text.as_str(), None).is_err()) {
            (true, false, _) => {
                unlike.push(format!("only fhirkit refuses: {kind} {} {}", changed.place, changed.name))
            }
            (true, true, false) => *seconds.entry("fhirkit's structure, our check").or_default() += 1,
            (false, true, true) => {
                // fhirkit takes an object without content, and an extension without value (ele-1, ext-1).
                let left: Value = serde_json::from_str(&changed.text).unwrap_or_default();
                let object = left.pointer(&changed.place);
                let is_empty = object.and_then(Value::as_object).is_some_and(serde_json::Map::is_empty);
                let reason = if is_empty {
                    "only our structure: an object without content"
                } else if changed.place.contains("xtension/") {
                    "only our structure: an extension without value"
                } else {
                    "only our structure"
                };
                *seconds.entry(reason).or_default() += 1;
                if reason == "only our structure" {
                    unlike.push(format!("only our structure: {kind} {} {}", changed.place, changed.name));
                }
            }
            (false, true, false) => *seconds.entry("only our check, as it should be").or_default() += 1,
            _ => *seconds.entry("alike").or_default() += 1,
        }
        if !is_refused {
            match reason(kind, &changed, library, settings) {
                Some(reason) => *reasons.entry((kind, reason)).or_default() += 1,
                None => unlike.push(format!("accepted: {kind} {} {}", changed.place, changed.name)),
            }
        }
    }
    println!("beside fhirkit: {seconds:?}");
    for ((kind, reason), count) in &reasons {
        println!("{kind}: {count} accepted: {reason}");
    }
    assert!(unlike.is_empty(), "{} not explained:\n{}", unlike.len(), unlike.join("\n"));
    for (kind, least) in KINDS {
        let (refused, made) = shares[kind];
        println!("{kind}: {refused} of {made} refused");
        assert!(made > 0 && refused * 100 >= made * least, "{kind}: {refused} of {made} refused");
    }
}

//! What R4's search parameters lead to in HL7's examples, as an independent FHIRPath engine (`rh-fhirpath`) sees it. It and
//! we agree on every element of every parameter, but for those in `EXCEPTIONS`.
//!
//! The engine has no `resolve()` and no `hasExtension()`, does not know `Resource`, and tells the type of a choice by its
//! looks. So `.where(resolve() is X)` is left out of what it is given and looked for here, and `(a.value as T)` is written as
//! the property `a.valueT`.

mod support;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rh_fhirpath::{EvaluationContext, FhirPathEvaluator, FhirPathExpression, FhirPathParser, FhirPathValue};
use salus_fhir::Resource;
use salus_fhir::search::{self, Parameter};
use serde_json::Value;

/// Files in which we differ from the engine on a parameter, and why.
const EXCEPTIONS: [(&str, &str, &str); 2] = [
    (
        "ServiceRequest-subrequest.json",
        "ServiceRequest-performer",
        "the engine takes performerType for a choice of performer",
    ),
    (
        "CodeSystem-snomedct.json",
        "conformance-version",
        "the engine takes versionNeeded for a choice of version",
    ),
];

/// A type that a reference is to have.
type Target<'a> = Option<&'a str>;

/// An expression's branches for one type, each as the engine can read it.
fn branches<'e>(expression: &'e str, kind: &str) -> Vec<(String, Target<'e>)> {
    let read = |branch: &'e str| {
        let first = branch.trim_start_matches('(').split(['.', ' ', ')']).next().unwrap_or_default();
        let relative = first.starts_with(|first: char| first.is_ascii_lowercase());
        if !relative && ![kind, "Resource", "DomainResource"].contains(&first) {
            return None;
        }
        let (plain, target) = match branch.split_once(".where(resolve() is ") {
            Some((plain, target)) => (plain, Some(target.trim_end_matches(')'))),
            None => (branch, None),
        };
        let plain = typed(plain)
            .replace("hasExtension(", "extension(")
            .replace("isSubject')", "isSubject').exists()");
        Some((if relative { plain } else { plain.replacen(first, kind, 1) }, target))
    };
    expression.split('|').map(str::trim).filter_map(read).collect()
}

/// `as` in each of its forms as the property that a choice has for the type.
fn typed(branch: &str) -> String {
    let plain = branch.replace(".ofType(", ".as(").replace("DateTime", "dateTime");
    let (before, kind, rest) = if let Some((before, after)) = plain.split_once(" as ") {
        let (kind, rest) = after.split_once(')').unwrap_or((after, ""));
        (before.trim_start_matches('('), kind.trim(), rest)
    } else if let Some((before, after)) = plain.split_once(".as(") {
        let (kind, rest) = after.split_once(')').unwrap_or((after, ""));
        (before, kind, rest)
    } else {
        return plain;
    };
    let (first, others) = kind.split_at(1);
    format!("{before}{}{others}{rest}", first.to_ascii_uppercase())
}

fn refers_to(reference: &Value, target: &str, root: &Value) -> bool {
    if let Some(kind) = reference["type"].as_str() {
        return kind == target;
    }
    let literal = reference["reference"].as_str().or(reference.as_str()).unwrap_or_default();
    if let Some(id) = literal.strip_prefix('#') {
        let mut contained = root["contained"].as_array().into_iter().flatten();
        return contained.any(|inner| inner["id"] == id && inner["resourceType"] == target);
    }
    let plain = literal.split("/_history/").next().unwrap_or_default();
    plain.rsplit('/').nth(1) == Some(target)
}

/// A value however it is written: keys in order, numbers to ten digits.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<_, _> = members.iter().map(|(key, value)| (key, canonical(value))).collect();
            format!("{sorted:?}")
        }
        Value::Array(elements) => format!("{:?}", elements.iter().map(canonical).collect::<Vec<_>>()),
        Value::Number(number) => format!("{:.9e}", number.to_string().parse::<f64>().expect("a number")),
        other => other.to_string(),
    }
}

fn flat(value: FhirPathValue, out: &mut Vec<Value>) {
    match value {
        FhirPathValue::Empty => {}
        FhirPathValue::Collection(all) | FhirPathValue::UnorderedCollection(all) => {
            all.into_iter().for_each(|value| flat(value, out));
        }
        FhirPathValue::FhirPrimitive { inner, .. } => flat(*inner, out),
        other => out.push(other.to_json()),
    }
}

struct Engine {
    parser: FhirPathParser,
    evaluator: FhirPathEvaluator,
    parsed: HashMap<String, FhirPathExpression>,
}

impl Engine {
    fn elements(
        &mut self,
        parameter: &Parameter,
        context: &EvaluationContext,
        root: &Value,
    ) -> Result<BTreeSet<String>, String> {
        let kind = root["resourceType"].as_str().unwrap_or_default();
        let mut found = BTreeSet::new();
        for (expression, target) in branches(&parameter.expression, kind) {
            if !self.parsed.contains_key(&expression) {
                let parsed =
                    self.parser.parse(&expression).map_err(|error| format!("{expression}: {error}"))?;
                self.parsed.insert(expression.clone(), parsed);
            }
            let result = self.evaluator.evaluate(&self.parsed[&expression], context);
            let mut values = Vec::new();
            flat(result.map_err(|error| format!("{expression}: {error}"))?, &mut values);
            values.retain(|value| target.is_none_or(|target| refers_to(value, target, root)));
            found.extend(values.iter().map(canonical));
        }
        Ok(found)
    }
}

#[test]
fn an_engine_sees_the_same_elements() {
    let Some(folder) = support::examples("search paths") else { return };
    let mut engine =
        Engine { parser: FhirPathParser::new(), evaluator: FhirPathEvaluator::new(), parsed: HashMap::new() };
    let (mut compared, mut excepted, mut met, mut faults) =
        (0, 0, BTreeSet::new(), BTreeMap::<String, String>::new());
    for (name, text) in support::files(&folder).filter(|(name, _)| name != "package.json") {
        let Ok(resource) = Resource::parse(text, None) else { continue };
        // What is large is large in its snapshot or its concepts, and has nothing that smaller ones have not.
        if resource.text().len() > 200_000 {
            continue;
        }
        let root: Value = serde_json::from_str(resource.text()).expect("JSON");
        let context = EvaluationContext::new(root.clone());
        for parameter in search::parameters(resource.kind()) {
            let ours: BTreeSet<String> = search::elements(&resource, parameter)
                .iter()
                .map(|element| canonical(&serde_json::from_str(element.raw()).expect("JSON")))
                .collect();
            let theirs = if parameter.code == "deceased" {
                Ok(BTreeSet::new())
            } else {
                engine.elements(parameter, &context, &root)
            };
            compared += ours.len();
            if !ours.is_empty() {
                met.insert(parameter.number);
            }
            if theirs.as_ref() == Ok(&ours) {
                continue;
            }
            if EXCEPTIONS.iter().any(|(file, id, _)| (*file, *id) == (&*name, &*parameter.id)) {
                excepted += 1;
            } else {
                let line = format!("{name} {}\n  ours {ours:?}\n  theirs {theirs:?}", parameter.expression);
                faults.entry(parameter.id.clone()).or_insert(line);
            }
        }
    }
    let lines: Vec<_> = faults.iter().map(|(id, line)| format!("{id}: {line}")).collect();
    assert!(faults.is_empty(), "{} parameters:\n{}", faults.len(), lines.join("\n"));
    assert_eq!(excepted, EXCEPTIONS.len());
    assert!(compared > 50_000 && met.len() > 800, "{compared} elements of {} parameters", met.len());
    println!("{compared} elements of {} parameters", met.len());
}

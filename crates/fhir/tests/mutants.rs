//! Valid examples made wrong in one place: each is refused, at that place, for that reason.

mod support;

use std::collections::BTreeMap;

use salus_fhir::definitions::{self, Definitions, TypeIndex};
use salus_fhir::json::Cause;
use salus_fhir::{IssueCode, Message, Resource};
use serde_json::{Value, json};

/// A member of an object in an example.
struct Site {
    /// JSON pointer of the object.
    object: String,
    name: String,
    /// FHIRPath of the object.
    around: String,
    /// FHIRPath of the member.
    place: String,
    element: &'static str,
    required: bool,
    /// Another type of a choice, as a property name.
    other_choice: Option<String>,
}

impl Site {
    fn object<'v>(&self, root: &'v mut Value) -> &'v mut serde_json::Map<String, Value> {
        root.pointer_mut(&self.object).and_then(Value::as_object_mut).expect("the site's object")
    }

    fn value<'v>(&self, root: &'v mut Value) -> &'v mut Value {
        self.object(root).get_mut(&self.name).expect("the site's value")
    }
}

fn property_name(element: &definitions::Element, kind: TypeIndex) -> String {
    let name = definitions::get().kind(kind).name;
    if element.choice {
        format!("{}{}{}", element.name, name[..1].to_uppercase(), &name[1..])
    } else {
        element.name.to_owned()
    }
}

/// Every member that the definitions know, but for siblings with an underscore.
fn sites(
    value: &Value,
    table: &'static Definitions,
    owner: TypeIndex,
    pointer: &str,
    path: &str,
    found: &mut Vec<Site>,
) {
    let Some(object) = value.as_object() else { return };
    let owner =
        object.get("resourceType").and_then(Value::as_str).and_then(|name| table.find(name)).unwrap_or(owner);
    for (name, inner) in object {
        let matching = table.elements(owner).iter().find_map(|element| {
            element
                .types
                .iter()
                .find(|kind| property_name(element, **kind) == *name)
                .map(|kind| (element, *kind))
        });
        let Some((element, kind)) = matching else { continue };
        let place = match element.choice {
            true => format!("{path}.{}.ofType({})", element.name, table.kind(kind).name),
            false => format!("{path}.{name}"),
        };
        let other = element
            .types
            .iter()
            .map(|kind| property_name(element, *kind))
            .find(|other| element.choice && other != name);
        found.push(Site {
            object: pointer.to_owned(),
            name: name.clone(),
            around: path.to_owned(),
            place: place.clone(),
            element: element.name,
            required: element.min > 0 && !object.contains_key(&format!("_{name}")),
            other_choice: other,
        });
        let here = format!("{pointer}/{name}");
        match inner {
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    sites(
                        element,
                        table,
                        kind,
                        &format!("{here}/{index}"),
                        &format!("{place}[{index}]"),
                        found,
                    );
                }
            }
            other => sites(other, table, kind, &here, &place, found),
        }
    }
}

/// What a mutation does: the issue that must come, or None when it does not fit the site.
type Mutation = fn(&Site, &mut Value) -> Option<(String, IssueCode)>;

const MUTATIONS: [(&str, Mutation); 12] = [
    ("property renamed", |site, root| {
        let value = site.object(root).remove(&site.name)?;
        site.object(root).insert(format!("{}Xy", site.name), value);
        Some((format!("{}.{}Xy", site.around, site.name), IssueCode::Structure))
    }),
    ("required dropped", |site, root| {
        site.object(root)
            .remove(&site.name)
            .filter(|_| site.required && site.object(&mut root.clone()).len() > 1)?;
        Some((format!("{}.{}", site.around, site.element), IssueCode::Required))
    }),
    ("number for string", |site, root| {
        let value = site.value(root);
        *value = value.is_string().then(|| json!(5))?;
        Some((site.place.clone(), IssueCode::Structure))
    }),
    ("string for number or boolean", |site, root| {
        let value = site.value(root);
        *value = (value.is_number() || value.is_boolean()).then(|| json!(value.to_string()))?;
        Some((site.place.clone(), IssueCode::Structure))
    }),
    ("string for object", |site, root| {
        let value = site.value(root);
        *value = value.is_object().then(|| json!("x"))?;
        Some((site.place.clone(), IssueCode::Structure))
    }),
    ("bad format", |site, root| {
        let value = site.value(root);
        *value = value.is_string().then(|| json!(" "))?;
        Some((site.place.clone(), IssueCode::Value))
    }),
    ("bad format in an array", |site, root| {
        let value = site.value(root).as_array_mut()?.last_mut()?;
        *value = value.is_string().then(|| json!("\u{1}"))?;
        let last = site.value(root).as_array()?.len() - 1;
        Some((format!("{}[{last}]", site.place), IssueCode::Value))
    }),
    ("array for one value", |site, root| {
        let value = site.value(root);
        *value = (!value.is_array()).then(|| json!([value.clone()]))?;
        Some((site.place.clone(), IssueCode::Structure))
    }),
    ("one value for array", |site, root| {
        let value = site.value(root);
        *value = value.as_array()?.iter().find(|element| !element.is_null())?.clone();
        Some((site.place.clone(), IssueCode::Structure))
    }),
    ("null", |site, root| {
        *site.value(root) = Value::Null;
        Some((site.place.clone(), IssueCode::Structure))
    }),
    ("emptied", |site, root| {
        let value = site.value(root);
        *value = match value {
            Value::Array(_) => json!([]),
            Value::Object(object) if !object.contains_key("resourceType") => json!({}),
            _ => return None,
        };
        Some((site.place.clone(), IssueCode::Structure))
    }),
    ("second choice", |site, root| {
        let other = site.other_choice.clone()?;
        site.object(root).insert(other, json!({"id": "x"}));
        Some((format!("{}.{}", site.around, site.element), IssueCode::Structure))
    }),
];

#[test]
fn each_kind_of_mutant_is_refused_at_its_place() {
    let Some(folder) = support::examples("mutants") else { return };
    let table = definitions::get();
    let mut random = support::Random::new(3);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut survivors = Vec::new();
    let small = |(name, text): &(String, String)| text.len() < 15_000 && name != "package.json";
    for (file, text) in support::files(&folder).filter(small).step_by(2) {
        let root: Value = serde_json::from_str(&text).expect("JSON");
        let kind = root["resourceType"].as_str().expect("a type");
        if Resource::parse(text.as_str(), None).is_err() {
            continue;
        }
        let mut found = Vec::new();
        sites(&root, table, table.find(kind).expect("known"), "", kind, &mut found);
        for (name, mutation) in MUTATIONS {
            let start = random.below(found.len());
            let mutant = (0..found.len()).find_map(|step| {
                let mut mutant = root.clone();
                mutation(&found[(start + step) % found.len()], &mut mutant).map(|expected| (mutant, expected))
            });
            let Some((mutant, (place, code))) = mutant else { continue };
            *counts.entry(name).or_default() += 1;
            let issues = Resource::parse(mutant.to_string(), None).err().unwrap_or_default();
            if !issues.iter().any(|issue| issue.expression == place && issue.code == code) {
                let seen: Vec<_> = issues.iter().map(|issue| (&issue.expression, issue.code)).collect();
                survivors.push(format!("{file}: {name} at {place}: {seen:?}"));
            }
        }
        *counts.entry("property doubled").or_default() += 1;
        let members = text.trim_end().strip_suffix('}').expect("an object");
        let doubled = format!("{members},\"resourceType\":\"{kind}\"}}");
        let issues = Resource::parse(doubled, None).expect_err("a duplicate");
        assert!(matches!(&issues[0].message, Message::Json(error) if error.cause == Cause::DuplicateKey));
    }
    assert!(
        survivors.is_empty(),
        "{} survivors:\n{}",
        survivors.len(),
        survivors[..survivors.len().min(20)].join("\n")
    );
    assert!(counts.len() == MUTATIONS.len() + 1 && counts.values().all(|count| *count > 50), "{counts:?}");
    println!("{} mutants refused: {counts:?}", counts.values().sum::<usize>());
}

#[test]
fn rules_between_properties() {
    for (text, place) in [
        (r#"{"resourceType":"Patient","extension":[{"url":"urn:x"}]}"#, "Patient.extension[0]"),
        (
            r#"{"resourceType":"Patient","extension":[{"url":"urn:x","valueCode":"a","extension":[{"url":"b","valueCode":"c"}]}]}"#,
            "Patient.extension[0]",
        ),
        (
            r#"{"resourceType":"Patient","contained":[{"resourceType":"Basic","code":{"text":"x"},"contained":[{"resourceType":"Patient"}]}]}"#,
            "Patient.contained[0].contained",
        ),
        (
            r#"{"resourceType":"Patient","name":[{"given":["a",null],"_given":[{"id":"x"}]}]}"#,
            "Patient.name[0].given[1]",
        ),
        (
            r#"{"resourceType":"Patient","name":[{"given":["a"],"_given":[null,null]}]}"#,
            "Patient.name[0].given[1]",
        ),
        (r#"{"resourceType":"Patient","_birthDate":{"value":"2020"}}"#, "Patient.birthDate.value"),
        (r#"{"resourceType":"Patient","_name":[{"id":"x"}]}"#, "Patient._name"),
        (
            r#"{"resourceType":"Patient","contact":[{"resourceType":"Patient"}]}"#,
            "Patient.contact[0].resourceType",
        ),
        (r#"{"resourceType":"Patient","deceasedString":"x"}"#, "Patient.deceasedString"),
        (
            r#"{"resourceType":"Patient","deceasedBoolean":true,"_deceasedDateTime":{"id":"x"}}"#,
            "Patient.deceased",
        ),
        (
            r#"{"resourceType":"Patient","link":[{"other":{"reference":"Patient/1"},"type":"refer","other2":1}]}"#,
            "Patient.link[0].other2",
        ),
    ] {
        let issues = Resource::parse(text, None).expect_err(text);
        assert_eq!(
            issues.iter().map(|issue| issue.expression.as_str()).collect::<Vec<_>>(),
            [place],
            "{text}"
        );
    }
}

#[test]
fn what_is_unusual_and_right() {
    for text in [
        r#"{"resourceType":"Patient"}"#,
        r#"{"resourceType":"Patient","_birthDate":{"extension":[{"url":"urn:x","valueCode":"unknown"}]}}"#,
        r#"{"resourceType":"Patient","name":[{"given":["a",null,"c"],"_given":[null,{"id":"x"}]}]}"#,
        r#"{"resourceType":"Patient","deceasedBoolean":true,"_deceasedBoolean":{"id":"x"}}"#,
        r#"{"resourceType":"Observation","_status":{"id":"x"},"code":{"text":"x"},"valueQuantity":{"value":1.50e-3}}"#,
        r#"{"resourceType":"Patient","contained":[{"resourceType":"Organization","name":"x"}]}"#,
    ] {
        assert_eq!(Resource::parse(text, None).map(Resource::into_text).expect(text), text);
    }
}

#[test]
fn an_unknown_property_comes_with_its_neighbours() {
    let issues =
        Resource::parse(r#"{"resourceType":"Patient","brithDate":"2020"}"#, None).expect_err("unknown");
    assert!(
        matches!(&issues[0].message, Message::UnknownProperty { nearest, .. } if nearest == &["birthDate"])
    );
    let issues = Resource::parse(r#"{"resourceType":"Pateint"}"#, None).expect_err("unknown");
    assert!(
        matches!(&issues[0].message, Message::TypeUnknown { nearest } if nearest.first() == Some(&"Patient"))
    );
}

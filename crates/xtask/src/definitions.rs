//! Makes crates/fhir/definitions/r4.bin: R4's types and elements, and the elements that put a resource into a patient's
//! compartment, from HL7's StructureDefinitions, SearchParameters and CompartmentDefinition.
//!
//! The same input gives the same bytes. The layout is described where it is read: crates/fhir/src/definitions/table.rs.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const MAGIC: &[u8; 8] = b"SALUSR4\x01";
const STRUCTURE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// Search parameters that name the patient a record is about, rather than somebody who took part.
const SUBJECT_PARAMETERS: [&str; 4] = ["patient", "subject", "individual", "beneficiary"];

const FLAG_CHOICE: u8 = 1;
const FLAG_REPEATS: u8 = 2;
const FLAG_COMPARTMENT: u8 = 4;
const FLAG_SUBJECT: u8 = 8;

#[derive(Clone, Copy)]
enum Kind {
    Primitive = 0,
    Datatype = 1,
    Backbone = 2,
    Resource = 3,
    AnyResource = 4,
}

struct Element {
    name: String,
    flags: u8,
    min: u8,
    types: Vec<String>,
    targets: Vec<String>,
}

struct Type {
    kind: Kind,
    elements: Vec<Element>,
}

type Types = BTreeMap<String, Type>;

/// Makes the table.
pub fn run() -> Result<()> {
    let folder = crate::package::fetch()?;
    let mut types = Types::new();
    for file in files(&folder, "StructureDefinition-")? {
        add(&read(&file)?, &mut types).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let marked = mark_compartment(&folder, &mut types)?;
    let bytes = table(&types)?;
    let out = crate::package::root().join("crates/fhir/definitions/r4.bin");
    std::fs::write(&out, &bytes)?;
    let elements: usize = types.values().map(|kind| kind.elements.len()).sum();
    println!(
        "{}: {} bytes, {} types, {elements} elements, {marked} of the compartment",
        out.display(),
        bytes.len(),
        types.len()
    );
    Ok(())
}

fn files(folder: &Path, prefix: &str) -> Result<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(prefix) && name.ends_with(".json") {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn read(file: &Path) -> Result<Value> {
    Ok(serde_json::from_slice(&std::fs::read(file)?)?)
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value[name].as_str().ok_or_else(|| format!("no {name}").into())
}

/// Adds one StructureDefinition's type and the backbone types inside it; profiles and logical models are passed by.
fn add(definition: &Value, types: &mut Types) -> Result<()> {
    if definition["derivation"] == "constraint" {
        return Ok(());
    }
    let name = text(definition, "type")?;
    let kind = match (text(definition, "kind")?, definition["abstract"] == true) {
        ("primitive-type", _) => Kind::Primitive,
        ("complex-type", _) => Kind::Datatype,
        ("resource", false) => Kind::Resource,
        ("resource", true) if name == "Resource" => Kind::AnyResource,
        _ => return Ok(()),
    };
    types.insert(name.to_owned(), Type { kind, elements: Vec::new() });
    if matches!(kind, Kind::Primitive | Kind::AnyResource) {
        return Ok(());
    }
    let elements = definition["snapshot"]["element"].as_array().ok_or("no snapshot")?;
    let paths: Vec<&str> = elements.iter().map(|element| text(element, "path")).collect::<Result<_>>()?;
    for (element, path) in elements.iter().zip(&paths) {
        let Some((owner, last)) = path.rsplit_once('.') else { continue };
        if element["max"] == "0" {
            continue;
        }
        let inside = format!("{path}.");
        let is_backbone = paths.iter().any(|other| other.starts_with(&inside));
        if is_backbone {
            types.insert((*path).to_owned(), Type { kind: Kind::Backbone, elements: Vec::new() });
        }
        let is_resource_id = matches!(kind, Kind::Resource) && owner == name && last == "id";
        let new = element_of(element, path, last, is_backbone, is_resource_id)?;
        types.get_mut(owner).ok_or("an element without its owner")?.elements.push(new);
    }
    Ok(())
}

fn element_of(
    element: &Value,
    path: &str,
    last: &str,
    is_backbone: bool,
    is_resource_id: bool,
) -> Result<Element> {
    let plain = last.strip_suffix("[x]");
    let mut flags = if plain.is_some() { FLAG_CHOICE } else { 0 };
    match text(element, "max")? {
        "*" => flags |= FLAG_REPEATS,
        "1" => {}
        other => return Err(format!("{path}: max {other} has no place in the table").into()),
    }
    let min = u8::try_from(element["min"].as_u64().ok_or("no min")?)?;
    let mut targets = BTreeSet::new();
    let types = if is_backbone {
        vec![path.to_owned()]
    } else if let Some(reference) = element["contentReference"].as_str() {
        vec![reference.trim_start_matches('#').to_owned()]
    } else {
        let list = element["type"].as_array().ok_or_else(|| format!("{path}: no type"))?;
        for profile in list.iter().filter_map(|kind| kind["targetProfile"].as_array()).flatten() {
            let name =
                profile.as_str().and_then(|url| url.strip_prefix(STRUCTURE)).ok_or("a target outside R4")?;
            targets.insert(name.to_owned());
        }
        list.iter().map(|kind| type_name(kind, is_resource_id)).collect::<Result<_>>()?
    };
    if targets.contains("Resource") {
        targets.clear();
    }
    Ok(Element {
        name: plain.unwrap_or(last).to_owned(),
        flags,
        min,
        types,
        targets: targets.into_iter().collect(),
    })
}

/// FHIR's name of a type. R4 gives ids and Extension.url a FHIRPath type and says FHIR's in an extension; that a
/// resource's id is an `id` stands in its text only.
fn type_name(kind: &Value, is_resource_id: bool) -> Result<String> {
    let code = text(kind, "code")?;
    if !code.starts_with("http://hl7.org/fhirpath/") {
        return Ok(code.to_owned());
    }
    if is_resource_id {
        return Ok("id".to_owned());
    }
    let extensions = kind["extension"].as_array().ok_or("a FHIRPath type without FHIR's")?;
    let named = extensions.iter().find(|extension| {
        extension["url"].as_str().is_some_and(|url| url.ends_with("structuredefinition-fhir-type"))
    });
    Ok(named
        .and_then(|extension| extension["valueUrl"].as_str())
        .ok_or("a FHIRPath type without FHIR's")?
        .to_owned())
}

/// Flags the elements that the patient CompartmentDefinition's search parameters lead to.
fn mark_compartment(folder: &Path, types: &mut Types) -> Result<usize> {
    let mut expressions: BTreeMap<(String, String), String> = BTreeMap::new();
    for file in files(folder, "SearchParameter-")? {
        let parameter = read(&file)?;
        if parameter["url"].as_str().is_some_and(|url| url.contains("example")) {
            continue;
        }
        for base in parameter["base"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let expression = parameter["expression"].as_str().unwrap_or_default();
            expressions
                .insert((base.to_owned(), text(&parameter, "code")?.to_owned()), expression.to_owned());
        }
    }
    let mut marked = 0;
    let compartment = read(&folder.join("CompartmentDefinition-patient.json"))?;
    for resource in compartment["resource"].as_array().into_iter().flatten() {
        let code = text(resource, "code")?;
        for parameter in resource["param"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let key = (code.to_owned(), parameter.to_owned());
            let expression =
                expressions.get(&key).ok_or_else(|| format!("{code}: no parameter {parameter}"))?;
            let subject = if SUBJECT_PARAMETERS.contains(&parameter) { FLAG_SUBJECT } else { 0 };
            for path in paths_of(expression, code) {
                mark(types, &path, FLAG_COMPARTMENT | subject)?;
                marked += 1;
            }
        }
    }
    Ok(marked)
}

/// The plain paths of an expression that begin at `code`. That a reference leads to a patient is looked at when one
/// is read, so `.where(resolve() is Patient)` is dropped.
fn paths_of(expression: &str, code: &str) -> Vec<String> {
    let parts =
        expression.split('|').map(|part| part.trim().trim_end_matches(".where(resolve() is Patient)"));
    parts
        .filter(|part| part.strip_prefix(code).is_some_and(|rest| rest.starts_with('.')))
        .map(str::to_owned)
        .collect()
}

fn mark(types: &mut Types, path: &str, flags: u8) -> Result<()> {
    let mut steps = path.split('.');
    let mut owner = steps.next().unwrap_or_default().to_owned();
    let mut steps = steps.peekable();
    while let Some(step) = steps.next() {
        let kind = types.get_mut(&owner).ok_or_else(|| format!("{path}: no type {owner}"))?;
        let element = kind.elements.iter_mut().find(|element| element.name == step);
        let element = element.ok_or_else(|| format!("{path} is no plain path"))?;
        if steps.peek().is_none() {
            element.flags |= flags;
        }
        owner = element.types.first().cloned().unwrap_or_default();
    }
    Ok(())
}

/// Texts that are written once and named by their number.
#[derive(Default)]
struct Texts {
    numbers: BTreeMap<String, u16>,
    bytes: Vec<u8>,
}

impl Texts {
    fn number(&mut self, text: &str) -> Result<u16> {
        if let Some(number) = self.numbers.get(text) {
            return Ok(*number);
        }
        let number = u16::try_from(self.numbers.len())?;
        self.numbers.insert(text.to_owned(), number);
        self.bytes.push(u8::try_from(text.len())?);
        self.bytes.extend(text.as_bytes());
        Ok(number)
    }
}

fn table(types: &Types) -> Result<Vec<u8>> {
    let index = |name: &str| -> Result<u16> {
        let position =
            types.keys().position(|other| other == name).ok_or_else(|| format!("no type {name}"))?;
        Ok(u16::try_from(position)?)
    };
    let mut texts = Texts::default();
    let mut body = Vec::new();
    for (name, kind) in types {
        body.extend(texts.number(name)?.to_le_bytes());
        body.push(kind.kind as u8);
        body.push(u8::try_from(kind.elements.len())?);
        for element in &kind.elements {
            body.extend(texts.number(&element.name)?.to_le_bytes());
            body.extend([element.flags, element.min, u8::try_from(element.types.len())?]);
            for kind in &element.types {
                body.extend(index(kind)?.to_le_bytes());
            }
            body.push(u8::try_from(element.targets.len())?);
            for target in &element.targets {
                body.extend(texts.number(target)?.to_le_bytes());
            }
        }
    }
    let mut out = MAGIC.to_vec();
    out.extend(u16::try_from(texts.numbers.len())?.to_le_bytes());
    out.extend(&texts.bytes);
    out.extend(u16::try_from(types.len())?.to_le_bytes());
    out.extend(body);
    Ok(out)
}

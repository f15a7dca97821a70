//! Makes crates/fhir/definitions/search.bin, R4's search parameters, from HL7's SearchParameters, and codes.bin, the
//! hierarchies of HL7's CodeSystems; adds new parameters at the end of search-numbers.txt.
//!
//! The same input gives the same bytes. The layouts are described where they are read: crates/fhir/src/search/table.rs and
//! codes.rs. Never: changes a number that is there.

mod systems;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use serde_json::Value;

use systems::Systems;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const URL: &str = "http://hl7.org/fhir/SearchParameter/";
/// The number of `_lastUpdated`: the header says it, so it is apart.
const LAST_UPDATED: (&str, u16) = ("Resource-lastUpdated", 0x7FFF);
/// In the order of their numbers in the table.
const KINDS: [&str; 9] =
    ["number", "date", "string", "token", "reference", "composite", "quantity", "uri", "special"];
/// Examples of what a SearchParameter looks like; two have codes that R4's own have.
const EXAMPLES: [&str; 3] = ["example", "example-extension", "example-reference"];

/// Composites whose components' definitions stand in the order of their name, and not of their expressions.
const SWAPPED: [&str; 1] = ["DocumentReference-relationship"];
/// A reference that may lead to as many types may lead to any.
const ALL_TYPES: usize = 140;

/// Makes the tables.
pub fn run() -> Result<()> {
    let folder = crate::package::fetch()?;
    let definitions = crate::package::root().join("crates/fhir/definitions");
    let parameters = parameters(&folder)?;
    let numbers = numbers(&definitions.join("search-numbers.txt"), parameters.keys())?;
    let bytes = table(&parameters, &numbers, &Systems::read(&folder)?)?;
    std::fs::write(definitions.join("search.bin"), &bytes)?;
    println!("search.bin: {} bytes, {} parameters", bytes.len(), parameters.len());
    let hierarchies = hierarchies(&folder)?;
    let bytes = codes(&hierarchies)?;
    std::fs::write(definitions.join("codes.bin"), &bytes)?;
    println!("codes.bin: {} bytes, {} code systems", bytes.len(), hierarchies.len());
    Ok(())
}

fn resources(folder: &Path, prefix: &str) -> Result<Vec<Value>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(prefix) && name.ends_with(".json") {
            files.push(path);
        }
    }
    files.sort();
    files.iter().map(|file| Ok(serde_json::from_slice(&std::fs::read(file)?)?)).collect()
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value[name].as_str().ok_or_else(|| format!("no {name} in {}", value["id"]).into())
}

/// R4's parameters by their ids. One without a base is for nothing, and left out.
fn parameters(folder: &Path) -> Result<BTreeMap<String, Value>> {
    let mut all = BTreeMap::new();
    for parameter in resources(folder, "SearchParameter-")? {
        let id = text(&parameter, "id")?.to_owned();
        if text(&parameter, "url")? != format!("{URL}{id}") {
            return Err(format!("{id}: its url does not end in its id").into());
        }
        if parameter["base"].is_array() && !EXAMPLES.contains(&id.as_str()) {
            all.insert(id, parameter);
        }
    }
    Ok(all)
}

/// The numbers that are given out, and new ones behind them for what has none.
fn numbers<'a>(file: &Path, ids: impl Iterator<Item = &'a String>) -> Result<BTreeMap<String, u16>> {
    let mut lines = std::fs::read_to_string(file).unwrap_or_default();
    let mut numbers = BTreeMap::new();
    for line in lines.lines() {
        let (number, id) = line.split_once(' ').ok_or("a line without a number")?;
        numbers.insert(id.to_owned(), number.parse::<u16>()?);
    }
    let mut next =
        numbers.values().filter(|number| **number < LAST_UPDATED.1).max().map_or(1, |last| last + 1);
    for id in ids {
        if !numbers.contains_key(id) {
            let number = if id == LAST_UPDATED.0 { LAST_UPDATED.1 } else { next };
            next += u16::from(number == next);
            lines.push_str(&format!("{number} {id}\n"));
            numbers.insert(id.clone(), number);
        }
    }
    std::fs::write(file, lines)?;
    Ok(numbers)
}

/// Bytes that are written.
#[derive(Default)]
struct Out(Vec<u8>);

impl Out {
    fn number(&mut self, number: u16) {
        self.0.extend(number.to_le_bytes());
    }

    fn text(&mut self, text: &str) -> Result<()> {
        self.number(u16::try_from(text.len())?);
        self.0.extend(text.as_bytes());
        Ok(())
    }

    /// Places in the list of names; a list of all types is one of none.
    fn types(&mut self, list: &Value, names: &BTreeMap<&str, u8>) -> Result<()> {
        let mut list: Vec<_> = list.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if list.len() >= ALL_TYPES || list.iter().any(|name| ["Resource", "DomainResource"].contains(name)) {
            list.clear();
        }
        self.0.push(u8::try_from(list.len())?);
        for name in list {
            self.0.push(*names.get(name).ok_or("a type without a place")?);
        }
        Ok(())
    }
}

fn table(
    parameters: &BTreeMap<String, Value>,
    numbers: &BTreeMap<String, u16>,
    systems: &Systems,
) -> Result<Vec<u8>> {
    let number = |id: &str| numbers.get(id).copied().ok_or_else(|| format!("no parameter {id}"));
    let mut sorted = Vec::new();
    for (id, parameter) in parameters {
        sorted.push((number(id)?, id, parameter));
    }
    sorted.sort_by_key(|(number, ..)| *number);
    let mut out = Out(b"SALUSSP\x01".to_vec());
    let lists = parameters.values().flat_map(|parameter| [&parameter["base"], &parameter["target"]]);
    let types: BTreeSet<&str> =
        lists.filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect();
    out.number(u16::try_from(types.len())?);
    types.iter().try_for_each(|name| out.text(name))?;
    let types: BTreeMap<&str, u8> = types.into_iter().zip(0..).collect();
    out.number(u16::try_from(sorted.len())?);
    for (own, id, parameter) in sorted {
        let kind = text(parameter, "type")?;
        let kind =
            KINDS.iter().position(|known| *known == kind).ok_or_else(|| format!("{id}: kind {kind}"))?;
        out.number(own);
        out.text(id)?;
        out.text(text(parameter, "code")?)?;
        out.0.push(u8::try_from(kind)?);
        out.types(&parameter["base"], &types)?;
        out.types(&parameter["target"], &types)?;
        let expression = parameter["expression"].as_str().unwrap_or_default();
        out.text(expression)?;
        let bound =
            if text(parameter, "type")? == "token" { systems.of(expression) } else { BTreeSet::new() };
        out.0.push(u8::try_from(bound.len())?);
        bound.iter().try_for_each(|system| out.text(system))?;
        let components = parameter["component"].as_array().map(Vec::as_slice).unwrap_or_default();
        out.0.push(u8::try_from(components.len())?);
        let mut definitions =
            components.iter().map(|component| text(component, "definition")).collect::<Result<Vec<_>>>()?;
        if SWAPPED.contains(&id.as_str()) {
            definitions.reverse();
        }
        for (component, definition) in components.iter().zip(definitions) {
            out.number(number(definition.strip_prefix(URL).ok_or("a component outside R4")?)?);
            out.text(text(component, "expression")?)?;
        }
    }
    Ok(out.0)
}

/// A code and the codes right above it.
type Concepts = BTreeMap<String, Vec<String>>;

/// The code systems of which some concept lies under another.
fn hierarchies(folder: &Path) -> Result<BTreeMap<String, Concepts>> {
    let mut all = BTreeMap::new();
    for system in resources(folder, "CodeSystem-")? {
        let mut concepts = Concepts::new();
        nested(&system["concept"], None, &mut concepts)?;
        if concepts.values().any(|above| !above.is_empty()) {
            all.insert(text(&system, "url")?.to_owned(), concepts);
        }
    }
    Ok(all)
}

fn nested(list: &Value, above: Option<&str>, concepts: &mut Concepts) -> Result<()> {
    for concept in list.as_array().into_iter().flatten() {
        let code = text(concept, "code")?;
        let parents = concepts.entry(code.to_owned()).or_default();
        parents.extend(above.map(str::to_owned));
        for property in concept["property"].as_array().into_iter().flatten() {
            if matches!(property["code"].as_str(), Some("subsumedBy" | "parent")) {
                parents.extend(property["valueCode"].as_str().map(str::to_owned));
            }
        }
        parents.sort();
        parents.dedup();
        nested(&concept["concept"], Some(code), concepts)?;
    }
    Ok(())
}

fn codes(hierarchies: &BTreeMap<String, Concepts>) -> Result<Vec<u8>> {
    let mut out = Out(b"SALUSCS\x01".to_vec());
    out.number(u16::try_from(hierarchies.len())?);
    for (system, concepts) in hierarchies {
        out.text(system)?;
        out.number(u16::try_from(concepts.len())?);
        let places: BTreeMap<&str, usize> = concepts.keys().map(String::as_str).zip(0..).collect();
        for (code, above) in concepts {
            out.text(code)?;
            let known: Vec<_> = above.iter().filter_map(|above| places.get(above.as_str())).collect();
            out.0.push(u8::try_from(known.len())?);
            for place in known {
                out.number(u16::try_from(*place)?);
            }
        }
    }
    Ok(out.0)
}

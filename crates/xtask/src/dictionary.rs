//! `dictionary`: trains the compression dictionary of `crates/seal` from HL7's example resources (CC0).
//!
//! Each example is taken three times: minified, indented by two, and indented as an entry of a bundle is, since the text that
//! was sent is what is stored. Never: runs in a build; a dictionary that was published is never changed, a better one gets
//! another number. State: none.

use serde_json::Value;
use std::error::Error;
use std::fs;

/// Where the dictionary lies.
const DICTIONARY: &str = "crates/seal/dictionary/fhir-r4-1.zdict";
/// Its size, in bytes.
const DICTIONARY_BYTES: usize = 64 * 1024;
/// Larger examples would fill it with themselves, in bytes.
const MAX_SAMPLE_BYTES: usize = 20_000;
/// Definitions are not what practices write.
const NOT_WRITTEN: [&str; 11] = [
    "Bundle",
    "CapabilityStatement",
    "CodeSystem",
    "CompartmentDefinition",
    "ConceptMap",
    "ImplementationGuide",
    "NamingSystem",
    "OperationDefinition",
    "SearchParameter",
    "StructureDefinition",
    "ValueSet",
];

/// Trains the dictionary and writes it.
pub fn run() -> Result<(), Box<dyn Error>> {
    let folder = crate::package::fetch()?;
    let mut files: Vec<_> = fs::read_dir(&folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let samples: Vec<Vec<u8>> =
        files.iter().filter_map(|path| fs::read(path).ok()).flat_map(samples).collect();
    let dictionary = zstd::dict::from_samples(&samples, DICTIONARY_BYTES)?;
    fs::write(DICTIONARY, &dictionary).map_err(|error| format!("{DICTIONARY}: {error}"))?;
    println!("{DICTIONARY}: {} bytes from {} samples", dictionary.len(), samples.len());
    Ok(())
}

fn samples(json: Vec<u8>) -> Vec<Vec<u8>> {
    let Ok(mut value) = serde_json::from_slice::<Value>(&json) else { return Vec::new() };
    let kind = value.get("resourceType").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(object) = value.as_object_mut().filter(|_| !kind.is_empty()) else { return Vec::new() };
    // A narrative is the author's prose, and differs from system to system.
    object.remove("text");
    let minified = value.to_string();
    if NOT_WRITTEN.contains(&kind.as_str()) || minified.len() > MAX_SAMPLE_BYTES {
        return Vec::new();
    }
    let indented = format!("{value:#}");
    let in_bundle = indented.replace('\n', &format!("\n{}", " ".repeat(8)));
    [minified, indented, in_bundle].map(String::into_bytes).into()
}

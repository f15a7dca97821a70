//! Resources a second on one core, checked against R4 and profiles with all rules: `cargo bench -p salus-fhir --bench conform`. HL7's
//! examples (but definitions, value sets and code systems are a row of their own) and the KBV's sick notes; data as in the tests.

#[path = "../tests/support/kbv.rs"]
mod publisher;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use publisher::{Publisher, documents};
use salus_fhir::Resource;
use salus_fhir::conform::{Library, Settings, check};

/// Repeats `round` for about three seconds and prints the best round.
fn measure(name: &str, count: usize, mut round: impl FnMut()) {
    let begun = Instant::now();
    let mut best = Duration::MAX;
    while begun.elapsed() < Duration::from_secs(3) {
        let start = Instant::now();
        round();
        best = best.min(start.elapsed());
    }
    println!("{name:<44} {count:>6} resources {:>9.0} a second", count as f64 / best.as_secs_f64());
}

fn examples(folder: &Path) -> (Vec<String>, Vec<String>) {
    let (mut records, mut definitions) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        if Resource::parse(text.as_str(), None).is_ok() {
            let of = ["StructureDefinition", "ValueSet", "CodeSystem", "SearchParameter", "ConceptMap"];
            let is_definition = of.iter().any(|kind| name.starts_with(kind));
            if is_definition { definitions.push(text) } else { records.push(text) }
        }
    }
    (records, definitions)
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let data = std::env::var_os("SALUS_TEST_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    let start = Instant::now();
    let library = Library::new([]);
    println!("R4 loaded in {:.0?}", start.elapsed());
    let settings = Settings::default();
    let (records, definitions) = examples(&target.join("test-data/hl7.fhir.r4.examples"));
    for (name, texts) in
        [("examples, parsed and checked", &records), ("definitions, parsed and checked", &definitions)]
    {
        measure(name, texts.len(), || {
            for text in texts {
                if let Ok(resource) = Resource::parse(text.as_str(), None) {
                    black_box(check(&resource, &library, &settings));
                }
            }
        });
    }
    let folder = data.join("kbv");
    if !folder.is_dir() {
        println!("not run: sick notes: no test data");
        return;
    }
    let start = Instant::now();
    let mut publisher = Publisher::new(&folder.join("packages"));
    println!("eleven packages loaded in {:.0?}", start.elapsed());
    let strict = Settings::strict();
    let notes: Vec<(String, Arc<Library>)> = documents(&folder.join("eau/valid"))
        .iter()
        .filter_map(|(_, xml)| {
            let json = salus_fhir::xml::to_json(xml).ok()?;
            let resource = Resource::parse(json.as_str(), None).ok()?;
            Some((json, publisher.library(&resource).0))
        })
        .collect();
    measure("sick notes (eAU bundles), JSON", notes.len(), || {
        for (text, library) in &notes {
            if let Ok(resource) = Resource::parse(text.as_str(), None) {
                black_box(check(&resource, library, &strict));
            }
        }
    });
}

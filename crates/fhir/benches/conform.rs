//! Resources a second on one core, checked against R4 and profiles with all rules: `cargo bench -p salus-fhir --bench conform`. HL7's
//! examples, each file one resource (all; then those that are records, but for Bundles of definitions; then definitions) and the
//! KBV's sick notes; data as in the tests. Time is the processor's own for this thread, where Linux says it, so that what else runs
//! on the machine counts little; memory is what the process holds.

#[path = "../tests/support/kbv.rs"]
mod publisher;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use publisher::{Publisher, documents};
use salus_fhir::Resource;
use salus_fhir::conform::{Library, Settings, check};

/// The processor's time for this thread.
fn spent() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

fn timed(round: impl FnOnce()) -> Duration {
    let (start, before) = (Instant::now(), spent());
    round();
    match (before, spent()) {
        (Some(before), Some(after)) => after - before,
        _ => start.elapsed(),
    }
}

/// What the process holds in memory, and the most that it held, in MiB.
fn memory() -> String {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kib| kib / 1024)
    };
    format!("{} MiB held, {} MiB at most", of("VmRSS:"), of("VmHWM:"))
}

/// How many resources a text is: itself, and those of its entries.
fn resources(text: &str) -> usize {
    let inside =
        |resource: &Resource| resource.root().get("entry").map_or(0, |entries| entries.elements().count());
    Resource::parse(text, None).map_or(0, |resource| 1 + inside(&resource))
}

/// Repeats `round` for about three seconds and prints the best round.
fn measure(name: &str, texts: &[&String], mut round: impl FnMut(&str)) {
    let begun = Instant::now();
    let mut best = Duration::MAX;
    while begun.elapsed() < Duration::from_secs(3) || best == Duration::MAX {
        best = best.min(timed(|| texts.iter().for_each(|text| round(text))));
    }
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let (count, inside): (usize, usize) = (texts.len(), texts.iter().map(|text| resources(text)).sum());
    let a_second = |count: usize| count as f64 / best.as_secs_f64();
    println!(
        "{name:<42} {count:>5} files {:>6.0} a second; {inside:>6} resources with those in entries {:>6.0} a second; {:>4.0} MB a second",
        a_second(count),
        a_second(inside),
        a_second(bytes) / 1e6
    );
}

/// What a file of the examples is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Record,
    Definition,
    /// A Bundle of definitions.
    Many,
}

fn sort(name: &str, text: &str) -> Sort {
    let of = ["StructureDefinition", "ValueSet", "CodeSystem", "SearchParameter", "ConceptMap"];
    let holds = |kind: &str| {
        text.contains(&format!("\"resourceType\" : \"{kind}\""))
            || text.contains(&format!("\"resourceType\":\"{kind}\""))
    };
    if of.iter().any(|kind| name.starts_with(kind)) {
        Sort::Definition
    } else if name.starts_with("Bundle") && of.iter().any(|kind| holds(kind)) {
        Sort::Many
    } else {
        Sort::Record
    }
}

fn examples(folder: &Path) -> Vec<(Sort, String)> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        if Resource::parse(text.as_str(), None).is_ok() {
            out.push((sort(&name, &text), text));
        }
    }
    out
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // The first use reads the compiled package.
    let took = timed(|| drop(black_box(salus_fhir::package::Package::r4())));
    println!("R4 read in {took:.0?}; {}", memory());
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let data = std::env::var_os("SALUS_TEST_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    let mut library = Library::new([]);
    let took = timed(|| library = Library::new([]));
    println!("R4 joined in {took:.0?}; {}", memory());
    let settings = Settings::default();
    let all = examples(&target.join("test-data/hl7.fhir.r4.examples"));
    let of = |wanted: &[Sort]| -> Vec<&String> {
        all.iter().filter(|(sort, _)| wanted.contains(sort)).map(|(_, text)| text).collect()
    };
    for (name, texts) in [
        ("all examples", of(&[Sort::Record, Sort::Definition, Sort::Many])),
        ("records", of(&[Sort::Record])),
        ("definitions", of(&[Sort::Definition])),
        ("Bundles of definitions", of(&[Sort::Many])),
    ] {
        measure(&format!("{name}, parsed"), &texts, |text| {
            black_box(Resource::parse(text, None).is_ok());
        });
        measure(&format!("{name}, parsed and checked"), &texts, |text| {
            if let Ok(resource) = Resource::parse(text, None) {
                black_box(check(&resource, &library, &settings));
            }
        });
    }
    drop(all);
    let folder = data.join("kbv");
    if !folder.is_dir() {
        println!("not run: sick notes: no test data");
        return;
    }
    let before = memory();
    let mut publisher = None;
    let took = timed(|| publisher = Some(Publisher::new(&folder.join("packages"))));
    let Some(mut publisher) = publisher else { return };
    println!("eleven packages loaded in {took:.0?}; {before} before, {} now", memory());
    let strict = Settings::strict();
    let notes: Vec<(String, Arc<Library>)> = documents(&folder.join("eau/valid"))
        .iter()
        .filter_map(|(_, xml)| {
            let json = salus_fhir::xml::to_json(xml).ok()?;
            let resource = Resource::parse(json.as_str(), None).ok()?;
            Some((json, publisher.library(&resource).0))
        })
        .collect();
    let texts: Vec<_> = notes.iter().map(|(text, _)| text).collect();
    let mut turn = notes.iter().cycle();
    measure("sick notes (eAU), parsed and checked", &texts, |text| {
        if let (Ok(resource), Some((_, library))) = (Resource::parse(text, None), turn.next()) {
            black_box(check(&resource, library, &strict));
        }
    });
}

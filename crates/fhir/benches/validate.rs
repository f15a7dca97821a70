//! Resources and megabytes a second on one core, over Synthea's bundles: reading and checking each resource by itself,
//! taking whole bundles apart, and the smaller steps. `cargo bench -p salus-fhir`; data as in the tests.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use salus_fhir::bundle::Bundle;
use salus_fhir::json::Document;
use salus_fhir::{Resource, rewrite};

/// Repeats `round` for about two seconds and prints the best round.
fn measure(name: &str, resources: usize, bytes: usize, mut round: impl FnMut()) {
    let begun = Instant::now();
    let mut best = Duration::MAX;
    while begun.elapsed() < Duration::from_secs(2) {
        let start = Instant::now();
        round();
        best = best.min(start.elapsed());
    }
    let seconds = best.as_secs_f64();
    println!(
        "{name:<34} {:>9.0} resources/s {:>8.1} MB/s",
        resources as f64 / seconds,
        bytes as f64 / seconds / 1e6
    );
}

fn main() {
    let data = std::env::var_os("SALUS_TEST_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let Ok(folder) = std::fs::read_dir(data.join("synthea")) else {
        println!("not run: validate: no test data");
        return;
    };
    let bundles: Vec<String> =
        folder.filter_map(|entry| std::fs::read_to_string(entry.ok()?.path()).ok()).collect();
    let texts: Vec<String> = bundles
        .iter()
        .flat_map(|text| Bundle::parse(text).expect("a bundle").entries)
        .filter_map(|entry| entry.resource.expect("valid"))
        .map(Resource::into_text)
        .collect();
    let resources: Vec<Resource> =
        texts.iter().map(|text| Resource::parse(text.as_str(), None).expect("valid")).collect();
    let bytes = texts.iter().map(String::len).sum();
    let whole = bundles.iter().map(String::len).sum();
    let count = texts.len();
    println!("{count} resources, {:.2} MB; bundles {:.2} MB", bytes as f64 / 1e6, whole as f64 / 1e6);
    measure("json only", count, bytes, || {
        texts.iter().for_each(|text| drop(black_box(Document::parse(text.as_str()))));
    });
    measure("parse and validate", count, bytes, || {
        texts.iter().for_each(|text| drop(black_box(Resource::parse(text.as_str(), None))));
    });
    measure("bundle", count, whole, || bundles.iter().for_each(|text| drop(black_box(Bundle::parse(text)))));
    measure("with_identity", count, bytes, || {
        resources.iter().for_each(|resource| {
            drop(black_box(resource.with_identity("id", "1", "2026-11-22T17:00:00.123Z")))
        });
    });
    measure("patients", count, bytes, || {
        resources.iter().for_each(|resource| drop(black_box(resource.patients())))
    });
    measure("references", count, bytes, || {
        resources.iter().for_each(|resource| drop(black_box(resource.references())))
    });
    measure("rewrite, nothing matches", count, bytes, || {
        texts.iter().for_each(|text| drop(black_box(rewrite::references(text, &|_| None))));
    });
    measure("rewrite, all match", count, bytes, || {
        let resolve = |url: &str| url.strip_prefix("urn:uuid:").map(str::to_owned);
        texts.iter().for_each(|text| drop(black_box(rewrite::references(text, &resolve))));
    });
}

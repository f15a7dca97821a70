//! Checks labelled documents of the KBV and prints how many were accepted and refused, by version and label:
//! `cargo run -p salus-fhir --example kbv [FOLDER]`, with a folder as the tests have it (packages/, eau/ and erp/, each with valid/ and
//! invalid/).

#[path = "../tests/support/kbv.rs"]
mod publisher;

use std::collections::BTreeMap;
use std::path::PathBuf;

use publisher::{Publisher, documents};
use salus_fhir::conform::is_valid;
use salus_fhir::{Language, Severity};

fn main() {
    let data = std::env::var_os("SALUS_TEST_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let folder = std::env::args_os().nth(1).map_or_else(|| data.join("kbv"), PathBuf::from);
    let mut publisher = Publisher::new(&folder.join("packages"));
    let mut counts: BTreeMap<(String, &str), (u32, u32)> = BTreeMap::new();
    for (kind, label) in [("eau", "valid"), ("eau", "invalid"), ("erp", "valid"), ("erp", "invalid")] {
        for (name, xml) in documents(&folder.join(kind).join(label)) {
            let (issues, version) = publisher.check(&xml);
            let valid = is_valid(&issues);
            let count = counts.entry((version, label)).or_default();
            if valid {
                count.0 += 1
            } else {
                count.1 += 1
            }
            if valid != (label == "valid") {
                println!("{kind}/{label}/{name}");
                for issue in issues.iter().filter(|issue| issue.severity == Severity::Error) {
                    println!("    {} {}", issue.expression, issue.text(Language::En));
                }
            }
        }
    }
    for ((version, label), (accepted, refused)) in counts {
        println!("{version:<22} labelled {label:<8} {accepted:>3} accepted {refused:>3} refused");
    }
}

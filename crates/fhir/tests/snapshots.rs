//! Profiles made of their differentials against the snapshots that their publishers made: what both have says the same in 99 of
//! 100 elements. The rest is the publisher's tool: it leaves out bindings that a type can't have, narrows a choice to the types of
//! its slices, and gives a slice the minimum of what it is a slice of, where HL7's gives none. And a package without snapshots judges the labelled documents as the one with them does.

#[path = "support/kbv.rs"]
mod publisher;
mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use publisher::documents;
use salus_fhir::Resource;
use salus_fhir::conform::{Library, Settings, check, is_valid};
use salus_fhir::package::Package;
use serde_json::Value;

/// The JSON files of an archive's folder `package`.
fn definitions(path: &Path) -> Vec<Value> {
    let mut text = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::GzDecoder::new(std::fs::File::open(path).expect("a file")),
        &mut text,
    )
    .expect("gzip");
    let (mut at, mut out) = (0, Vec::new());
    while at + 512 <= text.len() && text[at] != 0 {
        let size = std::str::from_utf8(&text[at + 124..at + 135]).expect("digits").trim_matches(['\0', ' ']);
        let size = usize::from_str_radix(size, 8).expect("octal");
        let content = String::from_utf8_lossy(&text[at + 512..at + 512 + size]);
        out.extend(serde_json::from_str(content.trim_start_matches('\u{feff}')).ok());
        at += 512 + size.next_multiple_of(512);
    }
    out
}

fn read(folder: &Path, name: &str) -> Arc<Package> {
    let bytes = std::fs::read(folder.join(format!("packages/{name}.tgz"))).expect("a file");
    Arc::new(Package::read(&bytes).expect("a package"))
}

const NOTE: [&str; 5] = [
    "kbv.ita.eau-1.2.1",
    "kbv.ita.for-1.2.1",
    "gematik.kbv.eau.sfhir.cs.vs-1.2.0",
    "kbv.basis-1.7.0",
    "de.basisprofil.r4-1.5.2",
];

#[test]
fn what_is_made_agrees_with_what_was_published() {
    let Some(folder) = support::kbv("snapshots") else { return };
    let packages: Vec<_> = NOTE.iter().map(|name| read(&folder, name)).collect();
    let library = Library::new(&packages);
    let (mut same, mut profiles, mut different) = (0, 0, BTreeMap::new());
    for name in NOTE {
        for definition in definitions(&folder.join(format!("packages/{name}.tgz"))) {
            if definition["derivation"] != "constraint"
                || definition["snapshot"].is_null()
                || definition["differential"].is_null()
            {
                continue;
            }
            let url = definition["url"].as_str().expect("a url");
            let Some(made) = library.derived(&definition.to_string()) else {
                different.insert(url.to_owned(), "not made".to_owned());
                continue;
            };
            profiles += 1;
            let published: BTreeMap<_, _> =
                library.profile(url).expect("there").summary().into_iter().collect();
            for (id, line) in made.summary() {
                let Some(other) = published.get(&id) else { continue };
                let (plain, other_plain) = (line.split(" rules ").next(), other.split(" rules ").next());
                if plain == other_plain {
                    same += 1;
                } else {
                    different
                        .insert(format!("{url} {id}"), format!("\n  made      {line}\n  published {other}"));
                }
            }
        }
    }
    println!("{profiles} profiles, {same} elements the same, {} not", different.len());
    for (place, difference) in &different {
        println!("{place}: {difference}");
    }
    assert!(profiles > 100 && different.len() * 100 < same, "{} of {same} differ", different.len());
}

#[test]
fn a_package_without_snapshots_judges_the_same() {
    let Some(folder) = support::kbv("packages without snapshots") else { return };
    let mut bare = Package::empty("bare", "1");
    for name in [NOTE[0], NOTE[1]] {
        for mut definition in definitions(&folder.join(format!("packages/{name}.tgz"))) {
            definition.as_object_mut().expect("an object").remove("snapshot");
            bare.add(name, &definition.to_string());
        }
    }
    let mut packages = vec![Arc::new(bare)];
    packages.extend(NOTE[2..].iter().map(|name| read(&folder, name)));
    let library = Library::new(&packages);
    let mut surprises = Vec::new();
    for label in ["valid", "invalid"] {
        for (name, xml) in documents(&folder.join("eau").join(label))
            .into_iter()
            .filter(|(name, _)| name.starts_with("1.2.1"))
        {
            let json = salus_fhir::xml::to_json(&xml).expect("XML");
            let issues =
                check(&Resource::parse(json, None).expect("valid R4"), &library, &Settings::strict());
            if is_valid(&issues) != (label == "valid") {
                surprises.push(format!("{name}: {:?}", issues.iter().take(3).collect::<Vec<_>>()));
            }
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

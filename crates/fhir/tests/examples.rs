//! HL7's 5,306 R4 examples and Synthea's bundles: all accepted, but for the faulty ones in `exceptions.txt`.

mod support;

use std::collections::BTreeMap;

use salus_fhir::bundle::Bundle;
use salus_fhir::{Language, Resource};

/// The files that R4's own rules refuse, each with the place of its first issue.
fn exceptions() -> BTreeMap<&'static str, &'static str> {
    let lines =
        include_str!("exceptions.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut columns = line.split('\t');
            let (file, place) = (columns.next(), columns.next());
            assert!(columns.next().is_some_and(|reason| !reason.is_empty()), "a reason for {line}");
            (file.expect("a file"), place.expect("a place"))
        })
        .collect()
}

#[test]
fn every_official_example_is_read_or_refused_for_a_known_reason() {
    let Some(folder) = support::examples("official examples") else { return };
    let exceptions = exceptions();
    let (mut accepted, mut refused, mut surprises) = (0, 0, Vec::new());
    for (name, text) in support::files(&folder) {
        if name == "package.json" {
            continue;
        }
        match Resource::parse(text, None) {
            Ok(_) if exceptions.contains_key(name.as_str()) => surprises.push(format!("{name}: accepted")),
            Ok(_) => accepted += 1,
            Err(issues)
                if exceptions.get(name.as_str()).is_some_and(|place| *place == issues[0].expression) =>
            {
                refused += 1
            }
            Err(issues) => {
                surprises.push(format!("{name}\t{}\t{}", issues[0].expression, issues[0].text(Language::En)))
            }
        }
    }
    assert!(surprises.is_empty(), "{} surprises:\n{}", surprises.len(), surprises.join("\n"));
    assert_eq!((accepted + refused, refused), (5_306, exceptions.len()));
    println!("{accepted} examples accepted, {refused} refused as listed");
}

#[test]
fn all_of_synthea_is_accepted() {
    let Some(folder) = support::synthea("Synthea") else { return };
    let mut count = 0;
    for (name, text) in support::files(&folder) {
        let bundle = Bundle::parse(&text).unwrap_or_else(|issues| panic!("{name}: {issues:?}"));
        for entry in bundle.entries {
            let resource = entry.resource.unwrap_or_else(|issues| panic!("{name}: {issues:?}"));
            assert!(
                resource.is_some() && entry.full_url.is_some() && entry.request.is_some(),
                "{name} {}",
                entry.index
            );
            count += 1;
        }
    }
    assert_eq!(count, 10_120);
}

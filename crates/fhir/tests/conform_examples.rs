//! HL7's R4 examples against R4's definitions and the profiles that they claim: all accepted but those in
//! `conform_exceptions.txt`, each with its reason. One in sixteen is looked at; all of them with `SALUS_ALL=1`.

mod support;

use std::collections::BTreeMap;

use salus_fhir::conform::{Library, Settings, check};
use salus_fhir::{Language, Resource, Severity};

#[test]
fn every_official_example_is_valid_or_listed() {
    let Some(folder) = support::examples("official examples, checked") else { return };
    let library = Library::new([]);
    let settings = Settings::default();
    let listed: BTreeMap<&str, &str> = include_str!("conform_exceptions.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .collect();
    let (mut accepted, mut refused, mut surprises) = (0, 0, Vec::new());
    let all = std::env::var_os("SALUS_ALL").is_some();
    for (at, (name, text)) in support::files(&folder).enumerate() {
        if !all && at % 16 != 0 && !listed.contains_key(name.as_str()) {
            continue;
        }
        let Ok(resource) = Resource::parse(text, None) else { continue };
        let issues = check(&resource, &library, &settings);
        let errors: Vec<_> = issues.iter().filter(|issue| issue.severity == Severity::Error).collect();
        match (errors.first(), listed.contains_key(name.as_str())) {
            (None, false) => accepted += 1,
            (Some(_), true) => refused += 1,
            (None, true) => surprises.push(format!("{name}\taccepted")),
            (Some(_), false) => {
                for issue in errors.iter().take(3) {
                    surprises.push(format!("{name}\t{}\t{}", issue.expression, issue.text(Language::En)));
                }
            }
        }
    }
    println!("{accepted} examples accepted, {refused} refused as listed");
    assert!(surprises.is_empty(), "{} surprises:\n{}", surprises.len(), surprises.join("\n"));
}

//! The same examples as `fhirkit`, an independent strict reader of R4, sees them. It and we disagree on the files in
//! `DISAGREEMENTS` only.

mod support;

use fhirkit::r4;
use salus_fhir::Resource;

/// Files that one of the two accepts and the other refuses, and why.
const DISAGREEMENTS: [(&str, &str); 1] = [(
    "SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json",
    "its id has more than 64 characters; fhirkit reads a resource's id as a string, since R4's StructureDefinitions say so",
)];

#[test]
fn examples_are_seen_alike() {
    let Some(folder) = support::examples("second opinion") else { return };
    let (mut agreed, mut disagreed) = (0, Vec::new());
    for (name, text) in support::files(&folder).filter(|(name, _)| name != "package.json") {
        let theirs = fhirkit::from_json_strict::<r4::Resource>(&text);
        match (Resource::parse(text, None), theirs) {
            (Ok(_), Ok(_)) | (Err(_), Err(_)) => agreed += 1,
            (ours, theirs) => {
                disagreed.push(format!("{name}: we {:?}, fhirkit {:?}", ours.err(), theirs.err()))
            }
        }
    }
    disagreed.retain(|line| !DISAGREEMENTS.iter().any(|(name, _)| line.starts_with(&format!("{name}:"))));
    assert!(disagreed.is_empty(), "{} agreed, not on:\n{}", agreed, disagreed.join("\n"));
    assert_eq!(agreed + DISAGREEMENTS.len(), 5_306);
}

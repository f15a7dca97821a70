//! The KBV's labelled sick notes and prescriptions: every valid one accepted by the packages of its date, every invalid one
//! refused for the reason that its name says.

#[path = "support/kbv.rs"]
mod publisher;
mod support;

use std::collections::BTreeMap;

use publisher::{MISLABELLED, Publisher, documents};
use salus_fhir::conform::is_valid;
use salus_fhir::{Language, Severity};

/// What refuses each invalid document: a part of its name, and the rule.
const REASONS: &[(&str, &str)] = &[
    ("multiple-meta-profile", "profile-count"),
    ("geburtsdatumPatient", "-eau-geburtsdatumPatient"),
    ("KSN", "-for-laengeStandortnummer"),
    ("KZVA.xml", "-for-laengeKZVA"),
    ("BSNR", "-for-laengeBSNR"),
    ("IKNR", "-for-laengeIK"),
    ("for-laengeIK", "-for-laengeIK"),
    ("for-laengeVersichertenId", "-for-laengeVersichertenId"),
    ("for-laengeLANR", "-for-laengeLANR"),
    ("for-laengeZANR", "-for-laengeZANR"),
];

#[test]
fn labels_hold() {
    let Some(folder) = support::kbv("KBV documents") else { return };
    let mut publisher = Publisher::new(&folder.join("packages"));
    let mut counts: BTreeMap<(String, &str), (u32, u32)> = BTreeMap::new();
    let mut surprises = Vec::new();
    let mut lists = std::collections::BTreeSet::new();
    for (kind, label) in [("eau", "valid"), ("eau", "invalid"), ("erp", "valid"), ("erp", "invalid")] {
        for (name, xml) in documents(&folder.join(kind).join(label)) {
            let (issues, version) = publisher.check(&xml);
            let count = counts.entry((version, label)).or_default();
            let is_mislabelled = MISLABELLED.iter().any(|(file, _)| *file == name);
            if (is_valid(&issues) == (label == "valid")) != is_mislabelled {
                count.0 += 1;
            } else {
                count.1 += 1;
                surprises.push(format!("{kind} {label} {name}"));
                let errors = issues.iter().filter(|issue| issue.severity == Severity::Error);
                surprises.extend(
                    errors.map(|issue| format!("    {} {}", issue.expression, issue.text(Language::En))),
                );
            }
            if label == "invalid" {
                let reason = REASONS.iter().find(|(part, _)| name.contains(part));
                let rules: Vec<_> = issues.iter().filter_map(|issue| issue.message.rule()).collect();
                if !reason.is_some_and(|(_, rule)| rules.contains(rule)) {
                    surprises.push(format!("{kind} {name}: not refused for its reason: {rules:?}"));
                }
            }
            // A list that is not loaded is named, and never a silent yes.
            let open = issues.iter().filter(|issue| issue.message.rule() == Some("list-not-loaded"));
            lists.extend(open.map(|issue| issue.text(Language::En)));
            let unread =
                issues.iter().filter(|issue| issue.text(Language::En).contains("could not be evaluated"));
            surprises
                .extend(unread.map(|issue| {
                    format!("{kind} {name}: {} {}", issue.expression, issue.text(Language::En))
                }));
        }
    }
    for ((version, label), (right, wrong)) in &counts {
        println!("{version}, {label}: {right} as labelled, {wrong} not");
    }
    println!("{}", lists.iter().cloned().collect::<Vec<_>>().join("\n"));
    assert!(lists.iter().any(|text| text.contains("icd-10-gm")), "ICD-10-GM is not loaded and must be named");
    assert!(surprises.is_empty(), "{} surprises:\n{}", surprises.len(), surprises.join("\n"));
}

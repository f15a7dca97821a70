//! What the attacker has: of whom, which record versions, and when it came.
//!
//! Never: keeps a record's content beyond looking into it. State: the sets.

use serde_json::Value;
use std::collections::HashSet;

/// A record's version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Item {
    pub kind: String,
    pub id: String,
    pub version: u32,
}

/// All that was taken.
#[derive(Debug, Default)]
pub(super) struct Loot {
    /// Patients of whom a line was taken: name and birth date.
    pub lines: HashSet<String>,
    /// Patients of whom more was taken.
    pub charts: HashSet<String>,
    /// The record versions whose content came.
    pub items: HashSet<Item>,
    /// How many patients there were after how many simulated milliseconds, where that changed.
    pub curve: Vec<(u64, usize)>,
}

impl Loot {
    /// Looks through an answer of the FHIR API and takes what is there.
    pub(super) fn take(&mut self, answer: &Value, since_begin_ms: u64) {
        self.look(answer);
        self.mark(since_begin_ms);
    }

    /// Whose chart was seen on a page.
    pub(super) fn take_chart(&mut self, patient: &str, since_begin_ms: u64) {
        self.charts.insert(patient.to_owned());
        self.mark(since_begin_ms);
    }

    /// Whose line was seen.
    pub(super) fn take_line(&mut self, patient: &str, since_begin_ms: u64) {
        self.lines.insert(patient.to_owned());
        self.mark(since_begin_ms);
    }

    /// How many patients of whom anything was taken.
    pub(super) fn patients(&self) -> usize {
        self.charts.union(&self.lines).count()
    }

    /// Takes another's, whose curve is let go.
    pub(super) fn join(&mut self, other: Self, since_begin_ms: u64) {
        self.lines.extend(other.lines);
        self.charts.extend(other.charts);
        self.items.extend(other.items);
        self.mark(since_begin_ms);
    }

    fn mark(&mut self, since_begin_ms: u64) {
        let patients = self.patients();
        if self.curve.last().is_none_or(|(_, before)| *before != patients) {
            self.curve.push((since_begin_ms, patients));
        }
    }

    fn look(&mut self, resource: &Value) {
        match resource["resourceType"].as_str() {
            Some("Bundle") => {
                for entry in resource["entry"].as_array().into_iter().flatten() {
                    self.look(&entry["resource"]);
                }
            }
            Some("OperationOutcome" | "CapabilityStatement") | None => {}
            Some(kind) => self.note(kind, resource),
        }
    }

    fn note(&mut self, kind: &str, resource: &Value) {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let Some(id) = text(&resource["id"]) else { return };
        let version = resource["meta"]["versionId"].as_str().and_then(|version| version.parse().ok());
        let patient = if kind == "Patient" { Some(id.clone()) } else { patient_of(resource) };
        let Some(patient) = patient else { return };
        let is_line = resource["meta"]["tag"]
            .as_array()
            .is_some_and(|tags| tags.iter().any(|tag| tag["code"] == "SUBSETTED"));
        if is_line {
            self.lines.insert(patient)
        } else {
            self.charts.insert(patient)
        };
        self.items.extend(version.map(|version| Item { kind: kind.to_owned(), id, version }));
    }
}

/// Whom a record names.
fn patient_of(resource: &Value) -> Option<String> {
    let reference = ["subject", "patient", "beneficiary"]
        .iter()
        .find_map(|element| resource[element]["reference"].as_str())?;
    reference.strip_prefix("Patient/").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::Loot;
    use serde_json::json;

    #[test]
    fn loot_is_counted_by_patient_and_version() {
        let mut loot = Loot::default();
        let patient = |id: &str| json!({"resourceType": "Patient", "id": id, "meta": {"versionId": "1"}});
        loot.take(&patient("a"), 5);
        loot.take(&patient("a"), 6);
        let mut line = patient("b");
        line["meta"]["tag"] = json!([{"code": "SUBSETTED"}]);
        let coverage = json!({"resourceType": "Coverage", "id": "c", "meta": {"versionId": "2"},
            "beneficiary": {"reference": "Patient/d"}});
        let entries = json!([{"resource": line}, {"resource": coverage}, {"resource": {"resourceType": "OperationOutcome"}}]);
        loot.take(&json!({"resourceType": "Bundle", "entry": entries}), 9);
        assert_eq!((loot.patients(), loot.charts.len(), loot.lines.len(), loot.items.len()), (3, 2, 1, 3));
        assert_eq!(loot.curve, [(5, 1), (9, 3)]);
    }
}

//! A medicine that somebody takes, took, or was prescribed: from MedicationStatement or MedicationRequest.
//!
//! State: none.

use super::super::view::code::{ATC, ATC_DE, Concept, has_code};
use super::super::view::date::When;
use super::super::view::json::{all, is, raw, text};
use super::super::view::value::when;
use super::gather::Who;
use salus_records::fhir::json::Value;

/// The ATC groups of what keeps blood from clotting (vitamin K antagonists, heparins, direct inhibitors); not those that act on platelets.
const ANTICOAGULANTS: [&str; 5] = ["B01AA", "B01AB", "B01AE", "B01AF", "B01AX"];

/// A medicine over a time.
#[derive(Debug, Clone)]
pub(super) struct Medicine {
    /// What it is called, with its code.
    pub concept: Concept,
    /// How it is taken.
    pub dose: String,
    /// Since when.
    pub start: Option<When>,
    /// Until when; none while it goes on.
    pub end: Option<When>,
    /// Whether it is taken now.
    pub is_current: bool,
    /// What it is for.
    pub reason: String,
    /// Why it was stopped.
    pub stopped: String,
    /// The Condition that it is for.
    pub condition: Option<String>,
    /// Who prescribed it.
    pub who: Option<Who>,
    /// Whether it thins the blood.
    pub is_anticoagulant: bool,
    /// Whether it is a prescription, and not what is taken.
    pub is_request: bool,
}

impl Medicine {
    /// A MedicationStatement or MedicationRequest. None for one that was entered in error or is a draft.
    pub(super) fn of(resource: Value<'_>) -> Option<Self> {
        let status = raw(resource, "status").unwrap_or_default();
        if matches!(status.as_str(), "entered-in-error" | "draft" | "not-taken" | "cancelled" | "unknown") {
            return None;
        }
        let is_request = is(resource, "resourceType", "MedicationRequest");
        let concept = Concept::at(resource, "medicationCodeableConcept").or_else(|| {
            let text = text(resource, "medicationReference.display")?;
            Some(Concept { text, ..Concept::default() })
        })?;
        let is_anticoagulant = resource.get("medicationCodeableConcept").is_some_and(|medicine| {
            [ATC, ATC_DE].iter().any(|system| {
                has_code(medicine, system, |code| ANTICOAGULANTS.iter().any(|group| code.starts_with(group)))
            })
        });
        let dosage = if is_request { "dosageInstruction.text" } else { "dosage.text" };
        let start: &[&str] = if is_request {
            &["dispenseRequest.validityPeriod.start", "authoredOn"]
        } else {
            &["effectivePeriod.start", "effectiveDateTime", "dateAsserted"]
        };
        let end: &[&str] =
            if is_request { &["dispenseRequest.validityPeriod.end"] } else { &["effectivePeriod.end"] };
        let reason = Concept::at(resource, "reasonCode").map(|reason| reason.text);
        Some(Self {
            concept,
            dose: text(resource, dosage).unwrap_or_default(),
            start: when(resource, start),
            end: when(resource, end),
            is_current: matches!(status.as_str(), "active" | "intended" | "on-hold"),
            reason: reason.or_else(|| text(resource, "reasonReference.display")).unwrap_or_default(),
            stopped: Concept::at(resource, "statusReason").map(|reason| reason.text).unwrap_or_default(),
            condition: all(resource, "reasonReference")
                .find_map(|reason| super::super::view::value::reference_of(reason, "Condition")),
            who: Who::at(resource, if is_request { "requester" } else { "informationSource" }),
            is_anticoagulant,
            is_request,
        })
    }
}

/// What is taken now: one line for each medicine, from what is said to be taken first, then from what was prescribed.
pub(super) fn current(statements: Vec<Medicine>, requests: Vec<Medicine>, today: i64) -> Vec<Medicine> {
    let mut lines: Vec<Medicine> = Vec::new();
    for medicine in statements.into_iter().chain(requests) {
        let ended = medicine.end.is_some_and(|end| end.day < today);
        let known = lines.iter_mut().find(|line| line.concept.key() == medicine.concept.key());
        match known {
            // The longest time for which it was taken without a break is not known; the earliest start is.
            Some(line) => {
                if line.dose.is_empty() {
                    line.dose = medicine.dose;
                }
                if line.reason.is_empty() {
                    line.reason = medicine.reason;
                    line.condition = line.condition.take().or(medicine.condition);
                }
            }
            None if medicine.is_current && !ended => lines.push(medicine),
            None => {}
        }
    }
    lines.sort_by_key(|line| line.concept.text.to_lowercase());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::json::Document;

    fn medicine(text: &str) -> Option<Medicine> {
        Medicine::of(Document::parse(text).unwrap().root())
    }

    #[test]
    fn what_is_taken_and_what_is_prescribed_is_one_line() {
        let statement = medicine(
            r#"{"resourceType":"MedicationStatement","status":"active","medicationCodeableConcept":
                {"coding":[{"system":"http://fhir.de/CodeSystem/bfarm/atc","code":"B01AF02"}],"text":"Apixaban 5 mg"},
                "effectivePeriod":{"start":"2024-02-01"},"dosage":[{"text":"1-0-1"}]}"#,
        )
        .unwrap();
        let request = medicine(
            r#"{"resourceType":"MedicationRequest","status":"active","authoredOn":"2026-02-01","medicationCodeableConcept":
                {"coding":[{"system":"http://fhir.de/CodeSystem/bfarm/atc","code":"B01AF02"}],"text":"Apixaban"},
                "reasonReference":[{"reference":"Condition/c1","display":"Vorhofflimmern"}]}"#,
        )
        .unwrap();
        assert!(statement.is_anticoagulant && !statement.is_request && request.is_request);
        let lines = current(vec![statement], vec![request], 20_000);
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].dose.as_str(), lines[0].reason.as_str()), ("1-0-1", "Vorhofflimmern"));
        assert_eq!(lines[0].condition.as_deref(), Some("c1"));
    }

    #[test]
    fn what_has_ended_is_not_current() {
        let ended = r#"{"resourceType":"MedicationStatement","status":"active","medicationCodeableConcept":{"text":"x"},
            "effectivePeriod":{"end":"2020-01-01"}}"#;
        assert!(current(medicine(ended).into_iter().collect(), Vec::new(), 20_000).is_empty());
        for status in ["entered-in-error", "draft", "cancelled"] {
            assert!(medicine(&ended.replace("active", status)).is_none());
        }
    }
}

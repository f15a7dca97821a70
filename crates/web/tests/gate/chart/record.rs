//! A whole chart for tests: one record of every kind that a chart's pages show, in which every text bears a mark of its own record.
//!
//! State: which record bears which mark, and the number under which the log knows it.

use crate::support::Cell;
use serde_json::{Value, json};

/// Text that must stay text wherever it stands.
pub const HOSTILE: &str = r#"<script>alert(1)</script>"'><img src=x onerror=alert(1)>{{7*7}}&lt;b&gt;<!--"#;

/// A record of the chart.
pub struct Record {
    pub kind: &'static str,
    pub id: String,
    /// Stands in each of its texts, and nowhere else.
    pub mark: String,
    /// The number under which the log's entries name it.
    pub number: u64,
}

/// What was made for one patient.
pub struct Chart {
    pub patient: String,
    pub records: Vec<Record>,
}

/// Puts `@` records: `@` in a text stands for the record's mark and hostile text, `~id` for the id of a record made before.
pub struct Maker<'a> {
    salus: &'a crate::support::Salus,
    cell: &'a Cell,
    prefix: &'static str,
    pub chart: Chart,
}

impl<'a> Maker<'a> {
    pub fn new(salus: &'a crate::support::Salus, cell: &'a Cell, prefix: &'static str) -> Self {
        Self { salus, cell, prefix, chart: Chart { patient: String::new(), records: Vec::new() } }
    }

    /// Creates a record whose texts `@` become its mark with hostile text behind it.
    pub fn put(&mut self, kind: &'static str, mut resource: Value) -> String {
        let mark = format!("mark{}{}end", self.prefix, self.chart.records.len());
        resource["resourceType"] = json!(kind);
        fill(&mut resource, &format!("{mark}{HOSTILE}"));
        let reply = self.cell.post(kind, &resource.to_string());
        assert_eq!(reply.status, 201, "{kind}: {}", reply.text());
        let entry: u64 = reply.header("salus-log-entry").unwrap().parse().unwrap();
        let id = reply.json()["id"].as_str().unwrap().to_owned();
        let written = self.salus.log(&self.cell.name).into_iter().find(|one| one.number == entry);
        let number = written.unwrap().fleeting.unwrap().versions[0].record;
        self.chart.records.push(Record { kind, id: id.clone(), mark, number });
        id
    }

    /// One record of each kind, and their references to each other.
    pub fn whole(mut self) -> Chart {
        let doctor = self.put("Practitioner", json!({"name": [{"family": "@", "prefix": ["@"]}]}));
        let insurer = self.put("Organization", json!({"name": "@"}));
        let patient = self.put(
            "Patient",
            json!({
                "identifier": [{"system": "http://fhir.de/sid/gkv/kvid-10", "value": "@"}],
                "name": [{"use": "official", "family": "@", "given": ["@"], "prefix": ["@"]}, {"use": "maiden", "family": "@ maiden"}],
                "birthDate": "1950-02-01", "gender": "female",
                "telecom": [{"system": "phone", "value": "@"}, {"system": "email", "value": "@"}],
                "address": [{"line": ["@"], "city": "@", "postalCode": "@"}],
                "contact": [{"name": {"family": "@", "given": ["@"]}, "relationship": [{"text": "@"}], "telecom": [{"system": "phone", "value": "@"}]}],
                "generalPractitioner": [{"reference": format!("Practitioner/{doctor}")}],
            }),
        );
        self.chart.patient.clone_from(&patient);
        let subject = json!({"reference": format!("Patient/{patient}")});
        let by = json!({"reference": format!("Practitioner/{doctor}")});
        let coded = |system: &str, code: &str| json!({"coding": [{"system": system, "code": code, "display": "@"}], "text": "@"});
        let visit = self.put(
            "Encounter",
            json!({
                "status": "finished", "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
                "subject": subject, "participant": [{"individual": by}],
                "period": {"start": "2026-01-05T09:00:00+01:00"}, "reasonCode": [{"text": "@"}],
            }),
        );
        let encounter = json!({"reference": format!("Encounter/{visit}")});
        let problem = self.put(
            "Condition",
            json!({
                "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
                "code": {"coding": [{"code": "@"}], "text": "@"}, "subject": subject, "encounter": encounter,
                "onsetDateTime": "2020", "recordedDate": "2026-01-05",
            }),
        );
        self.put(
            "AllergyIntolerance",
            json!({"patient": subject, "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}]}, "criticality": "high", "code": {"text": "@"}, "reaction": [{"manifestation": [{"text": "@"}]}]}),
        );
        self.put("Flag", json!({"status": "active", "code": {"text": "@"}, "subject": subject, "period": {"start": "2026-01-01"}}));
        self.put(
            "Coverage",
            json!({"status": "active", "beneficiary": subject, "subscriberId": "@", "type": {"text": "@"},
                "payor": [{"reference": format!("Organization/{insurer}"), "identifier": {"value": "@"}}], "period": {"start": "2020-01-01"}}),
        );
        for (category, at) in
            [("laboratory", "2026-01-05T09:05:00+01:00"), ("vital-signs", "2026-01-05T09:04:00+01:00")]
        {
            self.put(
                "Observation",
                json!({
                    "status": "final", "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": category}]}],
                    "code": coded("http://loinc.org", if category == "laboratory" { "4548-4" } else { "8867-4" }),
                    "subject": subject, "encounter": encounter, "effectiveDateTime": at,
                    "valueQuantity": {"value": 9.70, "unit": "@"}, "referenceRange": [{"high": {"value": 6.0}}], "note": [{"text": "@"}],
                }),
            );
        }
        self.put(
            "DiagnosticReport",
            json!({"status": "partial", "code": {"text": "@"}, "conclusion": "@", "subject": subject, "encounter": encounter,
                "effectiveDateTime": "2026-01-05T09:00:00+01:00", "performer": [{"display": "@"}]}),
        );
        self.put(
            "MedicationStatement",
            json!({"status": "active", "medicationCodeableConcept": {"coding": [{"system": "http://fhir.de/CodeSystem/bfarm/atc", "code": "B01AF02"}], "text": "@"},
                "subject": subject, "effectivePeriod": {"start": "2026-01-05"}, "dosage": [{"text": "@"}],
                "reasonReference": [{"reference": format!("Condition/{problem}")}], "informationSource": by}),
        );
        self.put(
            "MedicationStatement",
            json!({"status": "stopped", "statusReason": [{"text": "@"}], "medicationCodeableConcept": {"text": "@"}, "subject": subject,
                "effectivePeriod": {"start": "2025-01-05", "end": "2025-06-01"}, "dosage": [{"text": "@"}], "reasonCode": [{"text": "@"}]}),
        );
        self.put(
            "MedicationRequest",
            json!({"status": "active", "intent": "order", "medicationCodeableConcept": {"text": "@"}, "subject": subject, "encounter": encounter,
                "authoredOn": "2026-01-05", "requester": by, "dosageInstruction": [{"text": "@"}]}),
        );
        self.put(
            "Immunization",
            json!({"status": "completed", "vaccineCode": {"text": "@"}, "patient": subject, "occurrenceDateTime": "2026-01-05",
                "lotNumber": "@", "site": {"text": "@"}, "protocolApplied": [{"doseNumberString": "@", "targetDisease": [{"text": "@"}]}]}),
        );
        self.put("Procedure", json!({"status": "completed", "code": {"text": "@"}, "subject": subject, "encounter": encounter, "performedDateTime": "2026-01-05"}));
        self.put(
            "Task",
            json!({"status": "requested", "intent": "order", "for": subject, "owner": by, "description": "@", "restriction": {"period": {"end": "2026-01-01"}}}),
        );
        self.put(
            "Appointment",
            json!({"status": "booked", "start": "2199-01-05T09:00:00Z", "end": "2199-01-05T09:10:00Z", "description": "@",
                "participant": [{"actor": subject, "status": "accepted"}, {"actor": by, "status": "accepted"}]}),
        );
        // Text that a browser would take for a page, and that is sent as text.
        let text = "JTNDc2NyaXB0JTNF";
        for (kind, url, data) in
            [("text/plain", None, Some(text)), ("application/pdf", Some("Binary/none"), None)]
        {
            let mut attachment = json!({"contentType": kind, "title": "@"});
            if let Some(url) = url {
                attachment["url"] = json!(url);
            }
            if let Some(data) = data {
                attachment["data"] = json!(data);
            }
            self.put(
                "DocumentReference",
                json!({"status": "current", "type": {"text": "@"}, "description": "@", "subject": subject, "date": "2026-01-05T10:00:00+01:00",
                    "author": [by], "context": {"encounter": [encounter]}, "content": [{"attachment": attachment}]}),
            );
        }
        self.chart
    }
}

/// Puts a text where `@` stands.
fn fill(value: &mut Value, text: &str) {
    match value {
        Value::String(found) if found.contains('@') => *found = found.replace('@', text),
        Value::Array(all) => all.iter_mut().for_each(|one| fill(one, text)),
        Value::Object(all) => all.iter_mut().for_each(|(_, one)| fill(one, text)),
        _ => {}
    }
}

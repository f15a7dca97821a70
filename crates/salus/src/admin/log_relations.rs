//! What the log says of who treats whom, in readable form. State: none.

use salus_seal::entry::relation::RelationEvent;
use serde_json::{Value, json};

/// An event's name and what it says. Why somebody opened a record stands at the patient's visits.
pub(super) fn describe(event: &RelationEvent) -> (&'static str, Value) {
    match event {
        RelationEvent::Stated { .. } => ("reason-stated", Value::Null),
        RelationEvent::IsPatient { principal, patient, .. } => {
            ("is-patient", json!({"principal": principal.to_string(), "patient": patient.to_string()}))
        }
    }
}

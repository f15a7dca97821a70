//! What the log says of incidents, in readable form. State: none.

use super::extraction::approver;
use salus_seal::entry::incident::IncidentEvent;
use serde_json::{Value, json};

/// An event's name and what it says.
pub(super) fn describe(event: &IncidentEvent) -> (&'static str, Value) {
    match event {
        IncidentEvent::LogKeysGiven { months } => {
            let month = |month: &u32| format!("{}-{:02}", 1970 + month / 12, month % 12 + 1);
            ("log-keys-given", json!({"months": months.iter().map(month).collect::<Vec<_>>()}))
        }
        IncidentEvent::Undone { entry } => ("undone", json!({"entry": entry})),
        IncidentEvent::MatchBegun { session, by, rows, sample } => {
            let by = approver(by);
            let what = json!({"session": session.to_string(), "by": by, "rows": rows, "sample": hex(sample)});
            ("match-begun", what)
        }
        IncidentEvent::EvidenceMade { manifest, recipient } => {
            ("evidence-made", json!({"manifest": hex(manifest), "recipient": hex(recipient)}))
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

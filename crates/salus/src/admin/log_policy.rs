//! What the log says of a cell's rules, in readable form. State: none.

use salus_seal::entry::policy::PolicyEvent;
use serde_json::{Value, json};

/// An event's name and what it says. The text is long: `salus role show --version ENTRY` gives it.
pub(super) fn describe(event: &PolicyEvent) -> (&'static str, Value) {
    match event {
        PolicyEvent::Set { text, restores, reason, by, .. } => {
            let by = by.map(|by| by.to_string());
            ("rules-set", json!({"bytes": text.len(), "restores": restores, "reason": reason, "by": by}))
        }
    }
}

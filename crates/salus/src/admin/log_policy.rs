//! What the log says of a cell's rules and of how it checks what is written, in readable form. State: none.

use salus_seal::entry::checks::ChecksEvent;
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

/// The same of how the cell checks what is written: `salus package show --version ENTRY` gives the text.
pub(super) fn describe_checks(event: &ChecksEvent) -> (&'static str, Value) {
    let ChecksEvent::Set { text, restores, reason, by } = event;
    let by = by.map(|by| by.to_string());
    ("checks-set", json!({"bytes": text.len(), "restores": restores, "reason": reason, "by": by}))
}

//! What the log says of exports, in readable form. State: none.

use salus_fhir::{ResourceType, instant};
use salus_seal::entry::exports::{ExportEvent, ExportScope};
use serde_json::{Value, json};

/// An event's name and what it says.
pub(super) fn describe(event: &ExportEvent) -> (&'static str, Value) {
    match event {
        ExportEvent::Asked(asked) => (
            "export-asked",
            json!({
                "by": asked.by.to_string(),
                "scope": scope(asked.scope),
                "types": asked.kinds.iter().filter_map(|code| ResourceType::from_code(*code)).map(ResourceType::name).collect::<Vec<_>>(),
                "since": (asked.since_ms > 0).then(|| instant(asked.since_ms).to_string()),
                "patients": asked.patients,
                "until": instant(asked.until_ms),
            }),
        ),
        ExportEvent::Approved { export, by, passkey, until_ms } => (
            "export-approved",
            json!({
                "export": export,
                "by": by.to_string(),
                "passkey": passkey.to_string(),
                "until": instant(*until_ms),
            }),
        ),
        ExportEvent::Begun { export } => ("export-begun", json!({"export": export})),
        ExportEvent::Ready { export, files, records } => {
            ("export-ready", json!({"export": export, "files": files, "records": records}))
        }
        ExportEvent::Taken { export, file } => ("export-taken", json!({"export": export, "file": file})),
        ExportEvent::Ended { export, why, by } => {
            ("export-ended", json!({"export": export, "why": why.name(), "by": by.map(|by| by.to_string())}))
        }
    }
}

fn scope(scope: ExportScope) -> Value {
    match scope {
        ExportScope::System => "system".into(),
        ExportScope::Patients => "patients".into(),
        ExportScope::Group { record } => json!({"group": record}),
    }
}

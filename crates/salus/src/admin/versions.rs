//! A cell's kept text and its versions, as the command line reports them: rules (`salus role`), settings of checking (`salus package`).
//!
//! State: none.

use super::{Output, table};
use crate::messages::Say;
use salus_fhir::instant;
use salus_trust_api::wire::policy::VersionInfo;
use serde_json::{Value, json};

/// The text, as it is.
pub(super) fn text(text: &str, output: Output) {
    output.report(&json!({"text": text}), |_| text.lines().map(str::to_owned).collect());
}

/// The versions, the newest first. `none`: what is said where there is none.
pub(super) fn history(versions: &[VersionInfo], none: Say, output: Output) {
    let json: Vec<Value> = versions
        .iter()
        .map(|one| json!({"entry": one.entry, "time": instant(one.time_ms), "by": one.by_name, "reason": one.reason, "restores": one.restores, "in_force": one.in_force}))
        .collect();
    output.report(&json.into(), |language| {
        if versions.is_empty() {
            return vec![none.text(language)];
        }
        let line = |one: &VersionInfo| {
            let mark = if one.in_force { "*" } else { "" };
            let by = one.by_name.clone().unwrap_or_else(|| "-".to_owned());
            vec![one.entry.to_string(), mark.to_owned(), instant(one.time_ms), by, one.reason.clone()]
        };
        table(&versions.iter().map(line).collect::<Vec<_>>())
    });
}

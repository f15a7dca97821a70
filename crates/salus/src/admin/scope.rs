//! `salus scope`: who got what. Pseudonyms, counts and times; no names. State: none.

use super::change::no_id;
use super::{Administration, Output, table, unexpected};
use crate::cli;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use salus_fhir::{Language, instant};
use salus_seal::{ClientId, PrincipalId, SessionId};
use salus_trust_api::wire::{AdminAnswer, AdminAsk, Scope, ScopeBy, ScopePatient};
use serde_json::{Value, json};

/// Asks and reports.
pub fn run(command: &cli::Scope, output: Output) -> Result<(), Failure> {
    let by = by(command)?;
    let from_ms = moment(command.from.as_deref(), "--from")?.unwrap_or(0);
    let to_ms = moment(command.to.as_deref(), "--to")?.unwrap_or(u64::MAX);
    let mut administration = Administration::connect(&DataDir::at(&command.report.data.directory())?)?;
    let AdminAnswer::Scope(scope) = administration.ask(AdminAsk::Scope { by, from_ms, to_ms })? else {
        return Err(unexpected());
    };
    output.report(&to_json(&scope), |language| lines(&scope, language));
    Ok(())
}

fn by(command: &cli::Scope) -> Result<ScopeBy, Failure> {
    if let Some(id) = &command.session {
        SessionId::parse(id).map(ScopeBy::Session).ok_or_else(|| no_id("--session"))
    } else if let Some(id) = &command.principal {
        PrincipalId::parse(id).map(ScopeBy::Principal).ok_or_else(|| no_id("--principal"))
    } else {
        let id = command.client.as_deref().unwrap_or_default();
        ClientId::parse(id).map(ScopeBy::Client).ok_or_else(|| no_id("--client"))
    }
}

/// An RFC 3339 time, or a date, whose day begins in UTC; in milliseconds since 1970.
fn moment(text: Option<&str>, argument: &str) -> Result<Option<u64>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let parse = salus_fhir::instant::parse;
    let found = parse(text).or_else(|| parse(&format!("{text}T00:00:00Z")));
    found.map(Some).ok_or_else(|| Failure::could_not(say("no-time").with("argument", argument)))
}

fn versions_of(patient: &ScopePatient) -> u64 {
    patient.versions.iter().map(|range| u64::from(range.count)).sum()
}

fn to_json(scope: &Scope) -> Value {
    let patient = |patient: &ScopePatient| {
        let ranges = patient.versions.iter();
        json!({
            "pseudonym": patient.pseudonym.to_string(),
            "versions": versions_of(patient),
            "shared_admissions": patient.shared_admissions,
            "delivered": patient.delivered,
            "first": instant(patient.first_ms),
            "last": instant(patient.last_ms),
            "records": ranges
                .map(|range| json!({"record": range.record, "count": range.count, "version": range.version}))
                .collect::<Vec<_>>(),
        })
    };
    json!({
        "patients": scope.patients.iter().map(patient).collect::<Vec<_>>(),
        "admissions": scope.admissions,
        "refusals": scope.refusals,
        "versions": scope.versions,
        "house_versions": scope.house_versions,
    })
}

fn lines(scope: &Scope, language: Language) -> Vec<String> {
    let text = |said: crate::messages::Say| said.text(language);
    let counts = say("scope-counts")
        .with("patients", scope.patients.len())
        .with("versions", scope.versions)
        .with("house", scope.house_versions)
        .with("admissions", scope.admissions)
        .with("refusals", scope.refusals);
    let mut lines = vec![text(counts)];
    if scope.patients.is_empty() {
        return lines;
    }
    let heads = [
        say("head-patient"),
        say("head-versions"),
        say("head-first"),
        say("head-last"),
        say("head-delivered"),
    ];
    let mut rows = vec![heads.map(text).to_vec()];
    rows.extend(scope.patients.iter().map(|patient| {
        let delivered = if patient.delivered { say("yes") } else { say("not-reported") };
        vec![
            patient.pseudonym.to_string(),
            versions_of(patient).to_string(),
            instant(patient.first_ms),
            instant(patient.last_ms),
            text(delivered),
        ]
    }));
    lines.extend(table(&rows));
    lines
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn times_are_rfc_3339_or_dates() {
        assert_eq!(moment(None, "--from").unwrap(), None);
        assert_eq!(moment(Some("1970-01-02"), "--from").unwrap(), Some(86_400_000));
        assert_eq!(moment(Some("1970-01-02T01:00:00+01:00"), "--from").unwrap(), Some(86_400_000));
        for bad in ["yesterday", "1970-13-01", "1970-01-02 01:00"] {
            assert_eq!(moment(Some(bad), "--to").unwrap_err().say.key(), "no-time", "{bad}");
        }
    }
}

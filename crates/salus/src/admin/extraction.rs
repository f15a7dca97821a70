//! `salus index extract` and `approve`: asking that a cell's words be extracted anew, and approving it; and how that fares.
//!
//! Never: takes a secret from the command line. State: none.

use super::{Administration, Output, unexpected};
use crate::cli::{Approver as Arguments, Report};
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::{Say, say};
use salus_fhir::{Language, instant};
use salus_seal::{Approver, ClientId};
use salus_trust_api::Token;
use salus_trust_api::wire::extract::{ApproverProof, CellExtraction, ExtractionRun, OwnParameter, RunState};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::{Value, json};
use std::io::Read as _;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The longest secret that is read, in bytes.
const MAX_SECRET_BYTES: u64 = 1_000;
/// How often it is asked how far an extraction is.
const ASK_EVERY: Duration = Duration::from_millis(250);
/// How often that is said.
const SAY_EVERY: Duration = Duration::from_secs(2);

/// All cells' parameters and extractions.
pub fn all(administration: &mut Administration) -> Result<Vec<CellExtraction>, Failure> {
    extractions(administration, AdminAsk::Extractions)
}

/// `salus index extract`
pub fn ask(cell: &str, by: &Arguments, report: &Report, output: Output) -> Result<(), Failure> {
    let by = proof(by)?;
    let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
    let asked = extractions(&mut administration, AdminAsk::AskExtraction { cell: cell.to_owned(), by })?;
    tell(&asked, output);
    Ok(())
}

/// `salus index approve`
pub fn approve(
    cell: &str,
    by: &Arguments,
    no_wait: bool,
    report: &Report,
    output: Output,
) -> Result<(), Failure> {
    let by = proof(by)?;
    let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
    let ask = AdminAsk::ApproveExtraction { cell: cell.to_owned(), by };
    let mut approved = extractions(&mut administration, ask)?;
    let mut said = Instant::now();
    while !no_wait && approved.iter().any(is_running) {
        if said.elapsed() >= SAY_EVERY {
            said = Instant::now();
            let lines = approved.iter().flat_map(|one| lines(one, output.language));
            lines.for_each(|line| eprintln!("{line}"));
        }
        std::thread::sleep(ASK_EVERY);
        approved = all(&mut administration)?;
        approved.retain(|one| one.cell == cell);
    }
    tell(&approved, output);
    Ok(())
}

fn is_running(of: &CellExtraction) -> bool {
    of.run.as_ref().is_some_and(|run| matches!(run.state, RunState::Running { .. }))
}

fn extractions(administration: &mut Administration, ask: AdminAsk) -> Result<Vec<CellExtraction>, Failure> {
    match administration.ask(ask)? {
        AdminAnswer::Extractions(extractions) => Ok(extractions),
        _ => Err(unexpected()),
    }
}

/// Who approves, with the secret from its file.
pub(super) fn proof(by: &Arguments) -> Result<ApproverProof, Failure> {
    let (Some(client), Some(file)) = (&by.client, &by.secret_file) else { return Ok(ApproverProof::Machine) };
    let client = ClientId::parse(client).ok_or_else(|| super::change::no_id("--client"))?;
    let unreadable = || Failure::could_not(say("secret-unreadable").with("path", file.display()));
    let mut text = Zeroizing::new(String::new());
    let read = if file.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX_SECRET_BYTES).read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(MAX_SECRET_BYTES).read_to_string(&mut text))
    };
    read.map_err(|_| unreadable())?;
    let secret = Token::parse(text.trim()).ok_or_else(unreadable)?;
    Ok(ApproverProof::Client { client, secret })
}

fn tell(extractions: &[CellExtraction], output: Output) {
    let cell = |of: &CellExtraction| {
        let mut cell = json!({"cell": of.cell});
        add_json(of, &mut cell);
        cell
    };
    let cells: Vec<Value> = extractions.iter().map(cell).collect();
    output.report(&json!({"cells": cells}), |language| {
        extractions.iter().flat_map(|one| lines(one, language)).collect()
    });
}

/// Adds what there is of a cell to its JSON.
pub fn add_json(of: &CellExtraction, cell: &mut Value) {
    let Some(cell) = cell.as_object_mut() else { return };
    let parameter = |own: &OwnParameter| {
        let definition = serde_json::from_str(&own.definition.text).unwrap_or(Value::Null);
        let (number, since) = (own.number, own.since);
        json!({"number": number, "since": since, "lacking": lacking(of, own.number), "definition": definition})
    };
    let parameters: Vec<Value> = of.parameters.iter().map(parameter).collect();
    cell.insert("parameters".into(), parameters.into());
    cell.insert("extraction_version".into(), of.extraction.into());
    cell.insert("extraction".into(), of.run.as_ref().map_or(Value::Null, run_json));
}

/// How many records lack words by a parameter; none when the indexer did not say.
fn lacking(of: &CellExtraction, number: u16) -> Option<u64> {
    let listed = of.lacking.as_ref()?;
    Some(listed.iter().find(|(of, _)| *of == number).map_or(0, |(_, records)| *records))
}

fn run_json(run: &ExtractionRun) -> Value {
    let (state, details) = match run.state {
        RunState::Asked => ("asked", json!({})),
        RunState::Expired => ("expired", json!({})),
        RunState::Running { progress } => (
            "running",
            json!({"looked_at": progress.map(|(done, _)| done), "about": progress.map(|(_, of)| of)}),
        ),
        RunState::Done { versions, unreadable } => {
            ("done", json!({"versions": versions, "unreadable": unreadable}))
        }
    };
    let approvers: Vec<String> = run.approvers.iter().map(approver).collect();
    json!({
        "asked": run.asked, "asked_at": instant(run.asked_ms), "made": run.made, "approvers": approvers,
        "state": state, "details": details,
    })
}

/// Who approved, as it stands in JSON and in lines.
pub(super) fn approver(approver: &Approver) -> String {
    match approver {
        Approver::Machine => "machine".into(),
        Approver::Client { client, .. } => format!("client {client}"),
        Approver::Session { principal, .. } => format!("principal {principal}"),
    }
}

/// What there is of a cell, in words.
pub fn lines(of: &CellExtraction, language: Language) -> Vec<String> {
    let text = |said: Say| said.text(language);
    let mut lines = Vec::new();
    for own in &of.parameters {
        let definition: Value = serde_json::from_str(&own.definition.text).unwrap_or(Value::Null);
        let code = definition["code"].as_str().unwrap_or("?").to_owned();
        let cell = &of.cell;
        lines.push(text(match lacking(of, own.number) {
            Some(0) => say("parameter-known").with("cell", cell).with("code", code),
            Some(records) => {
                say("parameter-lacking").with("cell", cell).with("code", code).with("records", records)
            }
            None => say("parameter-unsaid").with("cell", cell).with("code", code),
        }));
    }
    if let Some(run) = &of.run {
        let by: Vec<String> = run.approvers.iter().map(approver).collect();
        let (cell, entry, by) = (&of.cell, run.asked, by.join(", "));
        lines.push(text(match run.state {
            RunState::Asked => say("extraction-asked").with("cell", cell).with("entry", entry).with("by", by),
            RunState::Expired => {
                say("extraction-expired").with("cell", cell).with("entry", entry).with("by", by)
            }
            RunState::Running { progress } => {
                let (done, about) = progress.unwrap_or_default();
                say("extraction-running")
                    .with("cell", cell)
                    .with("entry", entry)
                    .with("by", by)
                    .with("done", done)
                    .with("about", about)
            }
            RunState::Done { versions, unreadable } => say("extraction-done")
                .with("cell", cell)
                .with("entry", entry)
                .with("by", by)
                .with("versions", versions)
                .with("unreadable", unreadable),
        }));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_seal::{ClientId, PrincipalId, SessionId};

    #[test]
    fn an_approver_is_named_by_an_id_that_other_commands_take() {
        let (client, principal) = (ClientId([7; 16]), PrincipalId([8; 16]));
        assert_eq!(approver(&Approver::Machine), "machine");
        assert_eq!(approver(&Approver::Client { client, principal }), format!("client {client}"));
        let session = Approver::Session { session: SessionId([9; 16]), principal };
        assert_eq!(approver(&session), format!("principal {principal}"));
        assert!(!approver(&session).contains('{'));
    }
}

//! `salus log show`: entries of the access log in readable form. Hashes of secrets and tokens are left out. State: none.

use super::extraction::approver;
use super::{Administration, Output, table, unexpected};
use crate::cli::Report;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use salus_fhir::{Language, instant};
use salus_seal::entry::contain::ContainEvent;
use salus_seal::entry::proof::ProofEvent;
use salus_seal::entry::searching::SearchingEvent;
use salus_seal::entry::{Event, Fleeting, VersionRange};
use salus_trust_api::wire::{AdminAnswer, AdminAsk, LogEntry, LogPage};
use serde_json::{Value, json};
use std::net::Ipv6Addr;

/// Which entries.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    /// From an entry on, at most so many.
    From {
        /// The first.
        from: u64,
        /// How many, at most.
        limit: u32,
    },
    /// The newest so many.
    Last(u32),
}

/// Asks and reports.
pub fn show(cell: Option<&str>, part: Part, report: &Report, output: Output) -> Result<(), Failure> {
    let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
    let (from, limit) = match part {
        Part::From { from, limit } => (from, limit),
        Part::Last(count) => (size(&mut administration, cell)?.saturating_sub(u64::from(count)), count),
    };
    let ask = AdminAsk::ShowLog { cell: cell.map(str::to_owned), from, limit };
    let AdminAnswer::Log(page) = administration.ask(ask)? else { return Err(unexpected()) };
    let entries: Vec<Value> = page.entries.iter().map(entry_json).collect();
    output.report(&json!({"entries": entries, "next": page.next}), |language| lines(&page, language));
    Ok(())
}

/// How many entries there are now; none for a cell that is not there, which the keyholder then says.
fn size(administration: &mut Administration, cell: Option<&str>) -> Result<u64, Failure> {
    let status = administration.status()?;
    Ok(match cell {
        None => status.platform_entries,
        Some(name) => status.cells.iter().find(|cell| cell.info.name == name).map_or(0, |cell| cell.entries),
    })
}

pub(super) fn entry_json(entry: &LogEntry) -> Value {
    let (event, details) = describe(&entry.lasting.event);
    json!({
        "number": entry.number,
        "time": instant(entry.lasting.time_ms),
        "event": event,
        "details": details,
        "principal": entry.principal.map(|id| id.to_string()),
        "client": entry.client.map(|id| id.to_string()),
        "access": entry.fleeting.as_ref().map(fleeting_json),
    })
}

fn fleeting_json(fleeting: &Fleeting) -> Value {
    json!({
        "session": fleeting.session.to_string(),
        "purpose": format!("{:?}", fleeting.purpose),
        "interaction": format!("{:?}", fleeting.interaction),
        "part": format!("{:?}", fleeting.part),
        "address": address(fleeting.address),
        "refused": fleeting.refused.map(|refusal| format!("{refusal:?}")),
        "patients": fleeting.patients.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "charged": fleeting.charged,
        "versions": ranges_json(&fleeting.versions),
    })
}

pub(super) fn address(bytes: [u8; 16]) -> Option<String> {
    let address = Ipv6Addr::from(bytes);
    (!address.is_unspecified()).then(|| address.to_canonical().to_string())
}

fn ranges_json(ranges: &[VersionRange]) -> Value {
    ranges
        .iter()
        .map(|range| json!({"record": range.record, "count": range.count, "version": range.version}))
        .collect()
}

/// An event's name and what it says.
pub(crate) fn describe(event: &Event) -> (&'static str, Value) {
    match event {
        Event::Opened => ("opened", Value::Null),
        Event::Refused => ("refused", Value::Null),
        Event::Searched => ("searched", Value::Null),
        Event::SearchedWithin => ("searched-within", Value::Null),
        Event::Searching(event) => searching(event),
        Event::Alarm(event) => super::log_alarms::describe(event),
        Event::Incident(event) => super::incident::describe(event),
        Event::Contained(event) => contained(event),
        Event::Related(event) => super::log_relations::describe(event),
        Event::Policy(event) => super::log_policy::describe(event),
        Event::Checks(event) => super::log_policy::describe_checks(event),
        Event::Written { first, ranges, .. } => {
            ("written", json!({"first": first, "versions": ranges_json(ranges)}))
        }
        Event::Landed { entries } => ("landed", json!({"entries": entries})),
        Event::Abandoned { entries } => ("abandoned", json!({"entries": entries})),
        Event::Delivered { entries } => ("delivered", json!({"entries": entries})),
        Event::CellCreated { cell, name, .. } => {
            ("cell-created", json!({"cell": cell.to_string(), "name": name}))
        }
        Event::CellKeyEscrowed { cell, generation, .. } => {
            ("cell-key-escrowed", json!({"cell": cell.to_string(), "generation": generation}))
        }
        Event::ClientCreated { client, principal, name, role, .. } => {
            let ids = json!({"client": client.to_string(), "principal": principal.to_string(), "name": name, "role": role});
            ("client-created", ids)
        }
        Event::ClientRevoked { client } => ("client-revoked", json!({"client": client.to_string()})),
        Event::Proof(ProofEvent::Required { client }) => {
            ("proof-required", json!({"client": client.to_string()}))
        }
        Event::Proof(ProofEvent::BearerAllowed { client }) => {
            ("bearer-allowed", json!({"client": client.to_string()}))
        }
        Event::SessionBegun { session, principal, client, ends_ms, .. } => {
            let session = session.to_string();
            let (principal, client) = (principal.to_string(), client.to_string());
            (
                "session-begun",
                json!({"session": session, "principal": principal, "client": client, "ends": instant(*ends_ms)}),
            )
        }
        Event::Person(event) => super::log_people::describe(event),
        Event::Budget(event) => super::log_budgets::describe(event),
        Event::Export(event) => super::log_exports::describe(event),
        Event::SessionRevoked { session } => ("session-revoked", json!({"session": session.to_string()})),
        Event::Quarantined { on } => ("quarantined", json!({"on": on})),
        Event::SigningKeyEscrowed { .. } => ("signing-key-escrowed", Value::Null),
        Event::ReceiptsAccepted { cell, up_to } => {
            ("receipts-accepted", json!({"cell": cell.to_string(), "up_to": up_to}))
        }
        Event::Started { torn_bytes, recovered } => {
            ("started", json!({"torn_bytes": torn_bytes, "recovered": recovered}))
        }
    }
}

/// The name of what is held or let go, and what it says.
fn contained(event: &ContainEvent) -> (&'static str, Value) {
    use ContainEvent as E;
    match event {
        E::Held { what, reason, by } => (
            "held",
            json!({"what": super::contain::held(what), "reason": reason, "by": by.map(|by| by.to_string())}),
        ),
        E::Released { hold, by } => ("released", json!({"hold": hold, "by": by.map(|by| by.to_string())})),
        E::ExceptionMade { principal, until_ms, by } => {
            let (person, by) = (principal.to_string(), by.map(|by| by.to_string()));
            ("exception-made", json!({"person": person, "until": instant(*until_ms), "by": by}))
        }
        E::ExceptionEnded { principal, by } => {
            let (person, by) = (principal.to_string(), by.map(|by| by.to_string()));
            ("exception-ended", json!({"person": person, "by": by}))
        }
        E::CutOffBecause { reason, by } => {
            ("cut-off-because", json!({"reason": reason, "by": by.map(|by| by.to_string())}))
        }
    }
}

/// The name of a change of search parameters or of a step of an extraction, and what it says.
fn searching(event: &SearchingEvent) -> (&'static str, Value) {
    use SearchingEvent as E;
    match event {
        E::ParameterDefined { first, record, number, definition, .. } => {
            let definition: Value = serde_json::from_str(definition).unwrap_or(Value::Null);
            let details =
                json!({"first": first, "record": record, "number": number, "definition": definition});
            ("search-parameter-defined", details)
        }
        E::ParameterWithdrawn { first, record } => {
            ("search-parameter-withdrawn", json!({"first": first, "record": record}))
        }
        E::ExtractionAsked { made, extraction, by } => {
            ("extraction-asked", json!({"made": made, "extraction": extraction, "by": approver(by)}))
        }
        E::ExtractionApproved { asked, by } => {
            ("extraction-approved", json!({"asked": asked, "by": approver(by)}))
        }
        E::ExtractionBegun { asked } => ("extraction-begun", json!({"asked": asked})),
        E::ExtractionDone { asked, versions, unreadable } => {
            let details = json!({"asked": asked, "versions": versions, "unreadable": unreadable});
            ("extraction-done", details)
        }
    }
}

fn lines(page: &LogPage, language: Language) -> Vec<String> {
    let heads =
        [say("head-number"), say("head-time"), say("head-event"), say("head-principal"), say("head-details")];
    let mut rows = vec![heads.map(|head| head.text(language)).to_vec()];
    rows.extend(page.entries.iter().map(row));
    let mut lines = table(&rows);
    if let Some(next) = page.next {
        lines.push(say("log-more").with("next", next).text(language));
    }
    lines
}

fn row(entry: &LogEntry) -> Vec<String> {
    let (event, details) = describe(&entry.lasting.event);
    let details = match (&entry.fleeting, details) {
        (Some(fleeting), _) => {
            let versions: u64 = fleeting.versions.iter().map(|range| u64::from(range.count)).sum();
            let refused = fleeting.refused.map(|refusal| format!(" {refusal:?}")).unwrap_or_default();
            format!("{:?} {} / {versions}{refused}", fleeting.interaction, fleeting.patients.len())
        }
        (None, Value::Null) => String::new(),
        (None, details) => details.to_string(),
    };
    let principal = entry.principal.map(|id| id.to_string()).unwrap_or_default();
    vec![entry.number.to_string(), instant(entry.lasting.time_ms), event.to_owned(), principal, details]
}

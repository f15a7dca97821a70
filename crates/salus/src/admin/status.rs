//! `salus status`: what runs, cells, clients, what is spent. State: none.

use super::{Administration, Output, budgets, table};
use crate::cli::Report;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use salus_fhir::{Language, instant};
use salus_trust_api::wire::{Bearer, CellStatus, ClientStatus, Status};
use serde_json::{Value, json};

/// Asks and reports.
pub fn run(report: &Report, output: Output) -> Result<(), Failure> {
    let data = DataDir::at(&report.data.directory())?;
    let status = Administration::connect(&data)?.status()?;
    let base_url = data.read_server_file().map(|server| server.base_url);
    output.report(&to_json(&status, base_url.as_deref()), |language| {
        lines(&status, base_url.as_deref(), language)
    });
    Ok(())
}

fn to_json(status: &Status, base_url: Option<&str>) -> Value {
    json!({
        "installation": status.installation,
        "base_url": base_url,
        "now": instant(status.now_ms),
        "started": instant(status.started_ms),
        "platform_entries": status.platform_entries,
        "admissions": status.admissions,
        "batches": status.batches,
        "strangers": status.strangers,
        "protections": status.protections,
        "cells": status.cells.iter().map(cell_json).collect::<Vec<_>>(),
    })
}

fn cell_json(cell: &CellStatus) -> Value {
    json!({
        "name": cell.info.name,
        "id": cell.info.id.to_string(),
        "quarantined": cell.info.quarantined,
        "entries": cell.entries,
        "unresolved": cell.unresolved,
        "sessions": cell.sessions,
        "clients": cell.clients.iter().map(client_json).collect::<Vec<_>>(),
    })
}

fn client_json(client: &ClientStatus) -> Value {
    let spent = |[hour, day, days_30]: [u32; 3]| json!({"hour": hour, "day": day, "days_30": days_30});
    json!({
        "client": client.client.to_string(),
        "principal": client.principal.to_string(),
        "name": client.name,
        "role": client.role,
        "revoked": client.revoked,
        "bearer": client.bearer != Bearer::No,
        "budgets": budgets::to_json(&client.budgets),
        "spent": {"glimpse": spent(client.glimpse_spent), "chart": spent(client.chart_spent)},
    })
}

fn lines(status: &Status, base_url: Option<&str>, language: Language) -> Vec<String> {
    let text = |said: crate::messages::Say| said.text(language);
    let mut lines = vec![
        text(
            say("status-installation")
                .with("id", &status.installation)
                .with("since", instant(status.started_ms)),
        ),
        text(match base_url {
            Some(url) => say("status-served").with("url", url),
            None => say("status-not-served"),
        }),
        text(say("status-counts").with("admissions", status.admissions).with("strangers", status.strangers)),
        text(say("status-protections").with("layers", status.protections.join("; "))),
    ];
    for cell in &status.cells {
        lines.push(String::new());
        let state = text(if cell.info.quarantined { say("status-quarantined") } else { say("status-open") });
        let head = say("status-cell")
            .with("name", &cell.info.name)
            .with("entries", cell.entries)
            .with("sessions", cell.sessions)
            .with("state", state);
        lines.push(text(head));
        let mut rows = vec![vec![
            text(say("head-client")),
            text(say("head-name")),
            text(say("head-role")),
            text(say("head-spent")),
        ]];
        rows.extend(cell.clients.iter().map(|client| client_row(client, language)));
        lines.extend(table(&rows).into_iter().map(|line| format!("  {line}")));
    }
    lines
}

fn client_row(client: &ClientStatus, language: Language) -> Vec<String> {
    let [hour, day, days_30] = client.chart_spent;
    let budget = client.budgets.chart;
    let spent = format!("{hour}/{}  {day}/{}  {days_30}/{}", budget.hour, budget.day, budget.days_30);
    let role = match (client.revoked, client.bearer) {
        (true, _) => say("status-revoked").text(language),
        (false, Bearer::No) => client.role.clone(),
        (false, Bearer::Allowed) => say("status-bearer").with("role", &client.role).text(language),
        (false, Bearer::FromBefore) => say("status-bearer-before").with("role", &client.role).text(language),
    };
    vec![client.client.to_string(), client.name.clone(), role, spent]
}

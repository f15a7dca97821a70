//! `salus budget` and `salus blast-radius`: what is used of budgets, and how far each credential gets. Numbers and names of accounts; no patient.
//! State: none.

use super::budgets::{chosen, to_json};
use super::change::no_id;
use super::{Administration, Output, table, unexpected};
use crate::cli;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use salus_fhir::{Language, instant};
use salus_seal::PrincipalId;
use salus_trust_api::wire::budgets::{
    BlastRadius, BudgetAnswer, BudgetAsk, CellBudgets, Credential, CredentialReach, OneBudget, RaiseStatus,
    ReachBound, Suggestion,
};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::{Value, json};

/// Asks and reports how far each credential gets.
pub fn blast_radius(command: &cli::BlastRadius, output: Output) -> Result<(), Failure> {
    let mut administration = Administration::connect(&DataDir::at(&command.report.data.directory())?)?;
    let cells = match &command.cell {
        Some(cell) => vec![cell.clone()],
        None => administration.status()?.cells.into_iter().map(|cell| cell.info.name).collect(),
    };
    let mut all = Vec::with_capacity(cells.len());
    for cell in cells {
        match ask(&mut administration, &cell, BudgetAsk::Reach)? {
            BudgetAnswer::Reach(reach) => all.push(*reach),
            _ => return Err(unexpected()),
        }
    }
    output.report(&json!({"cells": all.iter().map(reach_json).collect::<Vec<_>>()}), |language| {
        all.iter().flat_map(|reach| reach_lines(reach, language)).collect()
    });
    Ok(())
}

/// Asks, changes and reports.
pub fn run(command: &cli::Budget, output: Output) -> Result<(), Failure> {
    let mut administration = Administration::connect(&DataDir::at(&command.report().data.directory())?)?;
    match command {
        cli::Budget::Show { cell, .. } => {
            let budgets = shown(&mut administration, cell)?;
            output.report(&budgets_json(&budgets), |language| lines(&budgets, language));
        }
        cli::Budget::Suggest { cell, .. } => {
            let suggestions = shown(&mut administration, cell)?.suggestions;
            let json = json!({"suggestions": suggestions.iter().map(suggestion_json).collect::<Vec<_>>()});
            output.report(&json, |language| suggestion_lines(&suggestions, language));
        }
        cli::Budget::Set { cell, principal, budgets, .. } => {
            let principal = parse(principal.as_deref())?;
            let all = shown(&mut administration, cell)?.budgets;
            let known = all.iter().find(|one| one.principal == principal);
            let known = known.ok_or_else(|| Failure::no(say("admin-not-found").with("what", "principal")))?;
            let budgets = chosen(budgets, known.base);
            ask(&mut administration, cell, BudgetAsk::Change { principal, budgets })?;
            output.report(&json!({"budgets": to_json(&budgets)}), |language| {
                vec![say("budget-set").with("name", &known.name).text(language)]
            });
        }
        cli::Budget::RaiseEnd { cell, principal, raise, .. } => {
            let principal = parse(principal.as_deref())?;
            ask(&mut administration, cell, BudgetAsk::EndRaise { raise: *raise, principal })?;
            output
                .report(&json!({"ended": raise}), |language| vec![say("budget-raise-ended").text(language)]);
        }
    }
    Ok(())
}

fn ask(administration: &mut Administration, cell: &str, ask: BudgetAsk) -> Result<BudgetAnswer, Failure> {
    match administration.ask(AdminAsk::Budgets { cell: cell.to_owned(), ask })? {
        AdminAnswer::Budgets(answer) => Ok(answer),
        _ => Err(unexpected()),
    }
}

fn shown(administration: &mut Administration, cell: &str) -> Result<CellBudgets, Failure> {
    match ask(administration, cell, BudgetAsk::Show)? {
        BudgetAnswer::Budgets(budgets) => Ok(*budgets),
        _ => Err(unexpected()),
    }
}

fn parse(principal: Option<&str>) -> Result<Option<PrincipalId>, Failure> {
    let parse = |id| PrincipalId::parse(id).ok_or_else(|| no_id("--principal"));
    principal.map(parse).transpose()
}

fn windows([hour, day, days_30]: [u32; 3]) -> Value {
    json!({"hour": hour, "day": day, "days_30": days_30})
}

fn budgets_json(budgets: &CellBudgets) -> Value {
    json!({
        "cell": budgets.cell,
        "budgets": budgets.budgets.iter().map(one_json).collect::<Vec<_>>(),
        "suggestions": budgets.suggestions.iter().map(suggestion_json).collect::<Vec<_>>(),
        "asked": budgets.asks.iter().map(|asked| json!({
            "ask": asked.ask,
            "principal": asked.principal.map(|id| id.to_string()),
            "name": asked.name,
            "by": asked.by,
            "amount": asked.amount,
            "until": instant(asked.until_ms),
        })).collect::<Vec<_>>(),
    })
}

fn one_json(one: &OneBudget) -> Value {
    let raise = |raise: &RaiseStatus| {
        json!({
            "raise": raise.raise,
            "part": format!("{:?}", raise.part),
            "amount": raise.amount,
            "from": instant(raise.from_ms),
            "until": instant(raise.until_ms),
            "by": raise.by,
            "in_force": raise.lasts,
            "withdrawn": raise.withdrawn,
        })
    };
    json!({
        "principal": one.principal.map(|id| id.to_string()),
        "name": one.name,
        "role": one.role,
        "base": to_json(&one.base),
        "now": to_json(&one.now),
        "spent": {"chart": windows(one.chart_spent), "glimpse": windows(one.glimpse_spent)},
        "reserve_left": one.reserve_left,
        "raises": one.raises.iter().map(raise).collect::<Vec<_>>(),
    })
}

fn suggestion_json(suggestion: &Suggestion) -> Value {
    json!({
        "role": suggestion.role,
        "charts_per_day": suggestion.charts_per_day,
        "days": suggestion.days,
        "default_per_day": suggestion.own_per_day,
    })
}

fn reach_json(reach: &BlastRadius) -> Value {
    json!({
        "cell": reach.cell,
        "patients": reach.patients,
        "credentials": reach.credentials.iter().map(credential_json).collect::<Vec<_>>(),
    })
}

fn credential_json(one: &CredentialReach) -> Value {
    let (kind, id) = kind(&one.credential);
    let others = match one.why {
        ReachBound::HandsOut { others_today } => Some(others_today),
        _ => None,
    };
    json!({
        "credential": kind,
        "id": id,
        "principal": one.principal.map(|id| id.to_string()),
        "name": one.name,
        "role": one.role,
        "chart": windows(one.chart),
        "glimpse": windows(one.glimpse),
        "bound": bound(one.why).key().trim_start_matches("reach-"),
        "others_today": others,
    })
}

fn kind(credential: &Credential) -> (&'static str, Option<String>) {
    match credential {
        Credential::Session(id) => ("session", Some(id.to_string())),
        Credential::Passkey(id) => ("passkey", Some(id.to_string())),
        Credential::ClientSecret(id) => ("client-secret", Some(id.to_string())),
        Credential::BearerToken(id) => ("bearer-token", Some(id.to_string())),
        Credential::Link => ("one-time-link", None),
        Credential::Cell => ("cell", None),
        Credential::RecordServer => ("record-server", None),
        Credential::AdminKey => ("admin-key", None),
        Credential::RootKey => ("root-key", None),
    }
}

fn bound(why: ReachBound) -> crate::messages::Say {
    match why {
        ReachBound::Budget => say("reach-budget"),
        ReachBound::Touch => say("reach-touch"),
        ReachBound::CellBudget => say("reach-cell-budget"),
        ReachBound::HandsOut { others_today } => say("reach-hands-out").with("others", others_today),
        ReachBound::Patients => say("reach-patients"),
        ReachBound::Nothing => say("reach-nothing"),
        ReachBound::OpensNothing => say("reach-opens-nothing"),
        ReachBound::CutOff => say("reach-cut-off"),
        ReachBound::OnlyBringsIn => say("reach-only-brings-in"),
    }
}

fn reach_lines(reach: &BlastRadius, language: Language) -> Vec<String> {
    let head = say("reach-cell").with("cell", &reach.cell).with("patients", reach.patients);
    let heads =
        [say("head-credential"), say("head-whose"), say("head-charts"), say("head-lines"), say("head-why")];
    let mut rows = vec![heads.map(|head| head.text(language)).to_vec()];
    rows.extend(reach.credentials.iter().map(|one| {
        let (kind, _) = kind(&one.credential);
        vec![
            kind.to_owned(),
            one.name.clone(),
            slashes(one.chart),
            slashes(one.glimpse),
            bound(one.why).text(language),
        ]
    }));
    [vec![head.text(language)], table(&rows)].concat()
}

fn slashes([hour, day, days_30]: [u32; 3]) -> String {
    format!("{hour} / {day} / {days_30}")
}

fn lines(budgets: &CellBudgets, language: Language) -> Vec<String> {
    let heads = [say("head-principal"), say("head-whose"), say("head-charts"), say("head-limit")];
    let mut rows = vec![heads.map(|head| head.text(language)).to_vec()];
    for one in &budgets.budgets {
        let chart = one.now.chart;
        rows.push(vec![
            one.principal.map_or_else(String::new, |id| id.to_string()),
            one.name.clone(),
            slashes(one.chart_spent),
            slashes([chart.hour, chart.day, chart.days_30]),
        ]);
    }
    let mut lines = table(&rows);
    for (one, raise) in
        budgets.budgets.iter().flat_map(|one| one.raises.iter().map(move |raise| (one, raise)))
    {
        let said = say("budget-raise")
            .with("raise", raise.raise)
            .with("name", &one.name)
            .with("amount", raise.amount)
            .with("until", instant(raise.until_ms))
            .with("by", &raise.by);
        lines.push(said.text(language));
    }
    lines
}

fn suggestion_lines(suggestions: &[Suggestion], language: Language) -> Vec<String> {
    if suggestions.is_empty() {
        return vec![say("budget-no-days").text(language)];
    }
    let line = |one: &Suggestion| {
        let said = say("budget-suggestion")
            .with("role", &one.role)
            .with("charts", one.charts_per_day)
            .with("days", one.days)
            .with("own", one.own_per_day);
        said.text(language)
    };
    suggestions.iter().map(line).collect()
}

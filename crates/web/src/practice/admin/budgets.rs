//! `GET /{cell}/admin/budgets`: what is used of each budget, who raised what until when, what the own log suggests, and how far each credential
//! gets; and their changes, within what the keyholder lets a session do.
//!
//! State: none.

use super::super::budget::{Asked, reason_words, shown, wanted};
use super::super::{PageAsk, Trouble, see_other};
use super::ask::ask_for;
use super::tell::{grouped, moment, role};
use super::{Part, page};
use crate::answer::Answer;
use askama::Template;
use http::StatusCode;
use salus_frame::Words;
use salus_records::administration::{CellAnswer, CellAsk};
use salus_records::budget_events::MoreReason;
use salus_records::budgets::{
    BlastRadius, BudgetAnswer, BudgetAsk, CellBudgets, Credential, CredentialReach, OneBudget, ReachBound,
};
use salus_records::{AdminError, Budgets, Limits, PrincipalId, RecordsError};

/// One budget, as it is shown.
struct Line {
    /// Empty for the practice's own.
    id: String,
    name: String,
    role: String,
    /// Used and limit, in an hour, a day and 30 days.
    charts: Vec<(String, String, bool)>,
    base: [u32; 3],
    most: [u32; 3],
    raises: Vec<Raise>,
    can_ask: bool,
}

/// A raise, as it is shown.
struct Raise {
    number: u64,
    what: String,
    lasts: bool,
}

/// A credential, as it is shown.
pub(super) struct Reach {
    pub what: &'static str,
    pub name: String,
    pub role: String,
    /// In an hour, a day and 30 days.
    pub charts: [String; 3],
    pub lines: String,
    pub why: String,
}

#[derive(Template)]
#[template(path = "practice/admin/budgets.html")]
struct Body<'a> {
    t: Words,
    base: &'a str,
    patients: String,
    lines: Vec<Line>,
    asks: Vec<Asked>,
    reaches: Vec<Reach>,
    suggestions: Vec<String>,
    reasons: Vec<(&'static str, &'static str)>,
    wrong: Option<String>,
}

/// What the keyholder says to a question about budgets.
async fn budgets(ask: &PageAsk<'_>, what: BudgetAsk) -> Result<Result<BudgetAnswer, AdminError>, Trouble> {
    match ask_for(ask, CellAsk::Budgets(what)).await? {
        Ok(CellAnswer::Budgets(answer)) => Ok(Ok(answer)),
        Ok(_) => Err(RecordsError::Internal.into()),
        Err(error) => Ok(Err(error)),
    }
}

/// How far each credential gets.
pub(super) async fn blast_radius(ask: &PageAsk<'_>) -> Result<BlastRadius, Trouble> {
    match budgets(ask, BudgetAsk::Reach).await? {
        Ok(BudgetAnswer::Reach(reach)) => Ok(*reach),
        _ => Err(RecordsError::Internal.into()),
    }
}

async fn all(ask: &PageAsk<'_>) -> Result<CellBudgets, Trouble> {
    match budgets(ask, BudgetAsk::Show).await? {
        Ok(BudgetAnswer::Budgets(all)) => Ok(*all),
        _ => Err(RecordsError::Internal.into()),
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    show(ask, None, StatusCode::OK).await
}

async fn show(ask: &PageAsk<'_>, wrong: Option<String>, status: StatusCode) -> Result<Answer, Trouble> {
    let (all, radius) = (all(ask).await?, blast_radius(ask).await?);
    let t = ask.t;
    let suggestion = |one: &salus_records::budgets::Suggestion| {
        let what =
            t.say_with_two("budgets-suggested", ("role", role(t, &one.role)), ("count", one.charts_per_day));
        let from = t.say_with_two("budgets-suggested-from", ("days", one.days), ("own", one.own_per_day));
        format!("{what} {from}")
    };
    let reasons = [MoreReason::ManyPatients, MoreReason::StandingIn, MoreReason::OnDuty, MoreReason::Other];
    let codes = ["many", "for", "duty", "other"];
    let body = Body {
        t,
        base: ask.base(),
        patients: grouped(t, radius.patients.into()),
        lines: all.budgets.iter().map(|one| line(ask, one)).collect(),
        asks: all.asks.iter().map(|open| shown(ask, open)).collect(),
        reaches: radius.credentials.iter().map(|one| reach(t, one)).collect(),
        suggestions: all.suggestions.iter().map(suggestion).collect(),
        reasons: codes.into_iter().zip(reasons.map(reason_words)).collect(),
        wrong,
    };
    Ok(page(ask, Part::Budgets, t.say("budgets"), None, &body).status(status).answer(ask))
}

fn windows(limits: &Limits) -> [u32; 3] {
    [limits.hour, limits.day, limits.days_30]
}

fn line(ask: &PageAsk<'_>, one: &OneBudget) -> Line {
    let t = ask.t;
    let limits = windows(&one.now.chart);
    let used = |at: usize| {
        let is_plain = one.chart_spent[at] > 0 && one.chart_spent[at] * 5 >= limits[at] * 4;
        (grouped(t, one.chart_spent[at].into()), grouped(t, limits[at].into()), is_plain)
    };
    let raise = |raise: &salus_records::budgets::RaiseStatus| Raise {
        number: raise.raise,
        what: format!(
            "{} {}",
            t.say_with_two(
                "more-raised",
                ("count", raise.amount),
                ("until", moment(ask, raise.until_ms).text)
            ),
            t.say_with("more-raised-by", "name", raise.by.clone()),
        ),
        lasts: raise.lasts,
    };
    Line {
        id: one.principal.map_or_else(String::new, |id| id.to_string()),
        name: if one.principal.is_none() { t.say("budgets-cell").into_owned() } else { one.name.clone() },
        role: if one.role.is_empty() { String::new() } else { role(t, &one.role) },
        charts: (0..3).map(used).collect(),
        base: windows(&one.base.chart),
        most: windows(&one.most.chart),
        raises: one.raises.iter().map(raise).collect(),
        can_ask: !one.is_person && one.base.chart.days_30 > 0,
    }
}

/// A credential in words.
pub(super) fn reach(t: Words, one: &CredentialReach) -> Reach {
    let what = match one.credential {
        Credential::Session(_) => "reach-session",
        Credential::Passkey(_) => "reach-passkey",
        Credential::ClientSecret(_) => "reach-secret",
        Credential::BearerToken(_) => "reach-token",
        Credential::Link => "reach-link",
        Credential::Cell => "reach-cell",
        Credential::RecordServer => "reach-record-server",
        Credential::AdminKey => "reach-admin-key",
        Credential::RootKey => "reach-root-key",
    };
    let why = match one.why {
        ReachBound::Budget => t.say("reach-why-budget"),
        ReachBound::Touch => t.say("reach-why-touch"),
        ReachBound::CellBudget => t.say("reach-why-cell"),
        ReachBound::HandsOut { others_today } => t.say_with("reach-why-hands-out", "count", others_today),
        ReachBound::Patients => t.say("reach-why-patients"),
        ReachBound::Nothing => t.say("reach-why-nothing"),
        ReachBound::OpensNothing => t.say("reach-why-opens-nothing"),
        ReachBound::CutOff => t.say("reach-why-cut-off"),
        ReachBound::OnlyBringsIn => t.say("reach-why-only-brings-in"),
    };
    Reach {
        what,
        name: one.name.clone(),
        role: if one.role.is_empty() { String::new() } else { role(t, &one.role) },
        charts: one.chart.map(|chart| grouped(t, chart.into())),
        lines: one.glimpse.map(|glimpse| grouped(t, glimpse.into())).join(" / "),
        why: why.into_owned(),
    }
}

/// Whose, by the form; none where it is nobody's.
fn whose(ask: &PageAsk<'_>) -> Result<Option<PrincipalId>, Trouble> {
    match ask.field("whose").unwrap_or_default() {
        "" => Ok(None),
        id => PrincipalId::parse(id).map(Some).ok_or(Trouble::Unreadable),
    }
}

/// `POST`: a change for good, a request for an application or the practice, or the end of a raise or a request.
pub(super) async fn change(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let principal = whose(ask)?;
    let number = |name: &str| ask.field(name).and_then(|text| text.parse::<u64>().ok());
    let what = match ask.field("do").unwrap_or_default() {
        "set" => {
            let known = all(ask).await?;
            let base = known.budgets.iter().find(|one| one.principal == principal).map(|one| one.base);
            let base = base.ok_or(RecordsError::NotFound)?;
            let read = |name: &str| ask.field(name).and_then(|text| text.parse::<u32>().ok());
            let chart =
                (|| Some(Limits { hour: read("hour")?, day: read("day")?, days_30: read("days_30")? }))();
            let Some(chart) = chart else { return not_so(ask).await };
            BudgetAsk::Change { principal, budgets: Budgets { chart, ..base } }
        }
        "ask" => match wanted(ask, principal) {
            Some(wanted) => BudgetAsk::AskFor(wanted),
            None => return not_so(ask).await,
        },
        "end-raise" => BudgetAsk::EndRaise { raise: number("raise").ok_or(Trouble::Unreadable)?, principal },
        "end-ask" => BudgetAsk::EndAsk { ask: number("ask").ok_or(Trouble::Unreadable)? },
        _ => return Err(Trouble::Unreadable),
    };
    match budgets(ask, what).await? {
        Ok(_) => Ok(see_other(&ask.around, &format!("{}/admin/budgets", ask.base()))),
        Err(AdminError::Invalid { .. } | AdminError::NotFound { .. }) => not_so(ask).await,
        Err(_) => Err(RecordsError::Internal.into()),
    }
}

async fn not_so(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let wrong = ask.t.say("budgets-wrong").into_owned();
    show(ask, Some(wrong), StatusCode::UNPROCESSABLE_ENTITY).await
}

//! One's own budget: how it stands, more asked for, what others ask for, confirming by passkey at the door, and an emergency.
//!
//! `GET /{cell}/budget` shows; `GET /{cell}/touch` leads to the door and `GET /{cell}/touched` back to where one was;
//! `POST /{cell}/patient/{id}/emergency` opens one chart from the reserve, which stays open for a day.
//!
//! Never: gives anything; that needs a passkey at the door. State: none; while somebody is at the door, the browser keeps where they were.

use super::sign_in::Flow;
use super::{Page, PageAsk, Rail, Route, Trouble, see_other};
use crate::answer::Answer;
use crate::query::encode_query;
use askama::Template;
use http::StatusCode;
use http::header::SET_COOKIE;
use salus_frame::Words;
use salus_frame::cookies::cookie;
use salus_records::budget_events::MoreReason;
use salus_records::budgets::{MoreWanted, OneBudget, OpenAsk, OwnBudgetAnswer, OwnBudgetAsk};
use salus_records::fhir::ResourceType;
use salus_records::people::{PAGES_CLIENT_NAME, Redeem, TouchOf};
use salus_records::{
    Asker, MAX_REASON_CHARS, Part, Pkce, Purpose, Reason, RecordsError, Statement, Token, TrustError,
};

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/{cell}/budget"),
    ("POST", "/{cell}/budget"),
    ("POST", "/{cell}/budget/end"),
    ("GET", "/{cell}/touch"),
    ("GET", "/{cell}/touched"),
    ("POST", "/{cell}/patient/{id}/emergency"),
];

const HOUR_MS: u64 = 3_600_000;
/// For how many hours more may be asked.
const HOURS: [u64; 5] = [1, 4, 12, 24, 168];
/// From this part of a limit on the rest is said plainly.
const PLAIN_PERCENT: u64 = 80;

const REASONS: [(&str, MoreReason, &str); 6] = [
    ("many", MoreReason::ManyPatients, "more-many-patients"),
    ("for", MoreReason::StandingIn, "more-standing-in"),
    ("duty", MoreReason::OnDuty, "more-on-duty"),
    ("paper", MoreReason::Paperwork, "more-paperwork"),
    ("transfer", MoreReason::Transfer, "more-transfer"),
    ("other", MoreReason::Other, "more-other"),
];

/// The words of a reason.
pub(super) fn reason_words(reason: MoreReason) -> &'static str {
    REASONS.iter().find(|(_, of, _)| *of == reason).map_or("more-other", |(_, _, words)| words)
}

/// What somebody asks for, as it is shown.
pub(super) struct Asked {
    pub ask: u64,
    pub what: String,
    pub by: String,
    pub reason: String,
    /// Who may give it; empty: nobody.
    pub may_give: String,
    pub is_own: bool,
    /// Where it is given; none where the reader may not.
    pub give: Option<String>,
}

/// A window of one's own.
struct Window {
    name: &'static str,
    used: u32,
    limit: u32,
    is_plain: bool,
}

#[derive(Template)]
#[template(path = "practice/budget/own.html")]
struct Own<'a> {
    t: Words,
    base: &'a str,
    charts: Vec<Window>,
    lines: Vec<Window>,
    reserve_left: Option<u32>,
    raised: Vec<String>,
    asks: Vec<Asked>,
    reasons: Vec<(&'static str, &'static str)>,
    hours: &'static [u64],
    most: u32,
    /// Whether the person may ask for exports of many patients.
    can_export: bool,
    /// What was wrong with what was asked for.
    wrong: Option<String>,
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    match (ask.method(), ask.route) {
        (_, "/{cell}/touch") => to_door(ask).await,
        (_, "/{cell}/touched") => back(ask).await,
        (_, "/{cell}/patient/{id}/emergency") => emergency(ask).await,
        (_, "/{cell}/budget/end") => {
            let number = ask.field("ask").and_then(|text| text.parse().ok()).ok_or(Trouble::Unreadable)?;
            asked(ask, OwnBudgetAsk::EndAsk { ask: number }).await?;
            Ok(see_other(&ask.around, &format!("{}/budget", ask.base())))
        }
        ("POST", _) => ask_for(ask).await,
        _ => show(ask, None, StatusCode::OK).await,
    }
}

async fn asked(ask: &PageAsk<'_>, what: OwnBudgetAsk) -> Result<OwnBudgetAnswer, Trouble> {
    let answer = ask.web.records.trust().own_budget(&ask.asker, what).await;
    answer.map_err(|error| match error {
        TrustError::Refused(salus_records::Refusal::NoSession) => RecordsError::NoSession.into(),
        TrustError::Refused(salus_records::Refusal::NoRoom) => RecordsError::Full.into(),
        TrustError::Refused(_) => RecordsError::NotFound.into(),
        _ => RecordsError::Unavailable.into(),
    })
}

async fn show(ask: &PageAsk<'_>, wrong: Option<String>, status: StatusCode) -> Result<Answer, Trouble> {
    let OwnBudgetAnswer::Standing(standing) = asked(ask, OwnBudgetAsk::Standing).await? else {
        return Err(RecordsError::Internal.into());
    };
    let t = ask.t;
    let budget = &standing.budget;
    let raised = budget.raises.iter().filter(|raise| raise.lasts).map(|raise| {
        let until = time(ask, raise.until_ms);
        let given = t.say_with_two("more-raised", ("count", raise.amount), ("until", until));
        format!("{given} {}", t.say_with("more-raised-by", "name", raise.by.clone()))
    });
    let body = Own {
        t,
        base: ask.base(),
        charts: windows(budget, Part::Body),
        lines: windows(budget, Part::Line),
        reserve_left: budget.reserve_left,
        raised: raised.collect(),
        asks: standing.asks.iter().map(|open| shown(ask, open)).collect(),
        reasons: REASONS.map(|(code, _, words)| (code, words)).to_vec(),
        hours: &HOURS,
        most: budget.base.chart.days_30,
        can_export: ask.rights.exports,
        wrong,
    };
    Ok(Page::new(Rail::Nowhere, t.say("more-title"), &body).status(status).answer(ask))
}

fn windows(budget: &OneBudget, part: Part) -> Vec<Window> {
    let (limits, spent) = match part {
        Part::Line => (budget.now.glimpse, budget.glimpse_spent),
        _ => (budget.now.chart, budget.chart_spent),
    };
    let names = ["more-hour", "more-day", "more-30-days"];
    let limits = [limits.hour, limits.day, limits.days_30];
    let window = |at: usize| Window {
        name: names[at],
        used: spent[at],
        limit: limits[at],
        is_plain: u64::from(spent[at]) * 100 >= u64::from(limits[at]) * PLAIN_PERCENT,
    };
    (0..3).map(window).collect()
}

fn time(ask: &PageAsk<'_>, ms: u64) -> String {
    let at = super::admin::local_time(ask, ms);
    at.map_or_else(String::new, |at| at.strftime("%d.%m. %H:%M").to_string())
}

/// What is asked for, as it is shown to somebody who may, or may not, give it.
pub(super) fn shown(ask: &PageAsk<'_>, open: &OpenAsk) -> Asked {
    let t = ask.t;
    let until = time(ask, open.until_ms);
    let key = if open.part == Part::Line { "more-asked-lines" } else { "more-asked-charts" };
    let what = t.say_with_two(key, ("count", open.amount), ("until", until));
    let own = |name: &str, value: String| (name.to_owned(), value);
    let give = ask.web.door_url.as_ref().filter(|_| open.can_give).map(|door| {
        encode_query(
            &format!("{door}/raise"),
            &[
                own("cell", ask.around.cell.into()),
                own("ask", open.ask.to_string()),
                own("by", open.asker.to_string()),
                own("whose", open.principal.map_or_else(String::new, |id| id.to_string())),
                own("part", if open.part == Part::Line { "glimpse".into() } else { "chart".into() }),
                own("amount", open.amount.to_string()),
                own("until", open.until_ms.to_string()),
            ],
        )
    });
    Asked {
        ask: open.ask,
        what: format!("{}: {what}", open.name),
        by: open.by.clone(),
        reason: t.say(reason_words(open.reason)).into_owned(),
        may_give: open.may_give.join(", "),
        is_own: open.is_own,
        give,
    }
}

/// What a form asks for; none where it cannot be read.
pub(super) fn wanted(ask: &PageAsk<'_>, principal: Option<salus_records::PrincipalId>) -> Option<MoreWanted> {
    let hours: u64 = ask.field("hours")?.parse().ok()?;
    let code = ask.field("reason")?;
    Some(MoreWanted {
        principal,
        part: Part::Body,
        amount: ask.field("amount")?.parse().ok()?,
        for_ms: hours.checked_mul(HOUR_MS)?,
        reason: REASONS.iter().find(|(known, ..)| *known == code)?.1,
    })
}

async fn ask_for(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let own = salus_records::PrincipalId::parse(&ask.person.principal);
    let wrong = || Some(ask.t.say("more-wrong").into_owned());
    let Some(wanted) = wanted(ask, own) else {
        return show(ask, wrong(), StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    match asked(ask, OwnBudgetAsk::AskFor(wanted)).await? {
        OwnBudgetAnswer::Invalid { .. } => show(ask, wrong(), StatusCode::UNPROCESSABLE_ENTITY).await,
        _ => Ok(see_other(&ask.around, &format!("{}/budget", ask.base()))),
    }
}

/// The name of the cookie that holds a touch under way.
fn flow_name(cell: &str) -> String {
    format!("__Host-salus-touch.{cell}")
}

/// To the door, for this session and this browser.
async fn to_door(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let Some(door) = &ask.web.door_url else { return Err(RecordsError::Unavailable.into()) };
    let who = ask.web.records.trust().who(&ask.asker).await.map_err(|_| RecordsError::NoSession)?;
    let pkce = Pkce::draw().map_err(|_| RecordsError::Unavailable)?;
    let flow = Flow::new(pkce, &ask.around, ask.query("to"));
    let own = |name: &str, value: String| (name.to_owned(), value);
    let to = encode_query(
        &format!("{door}/touch"),
        &[
            own("response_type", "code".into()),
            own("client_id", PAGES_CLIENT_NAME.into()),
            own("cell", ask.around.cell.into()),
            own("redirect_uri", format!("{}{}/touched", ask.web.public_base_url, ask.base())),
            own("code_challenge", flow.pkce.challenge()),
            own("code_challenge_method", "S256".into()),
            own("state", flow.pkce.state.clone()),
            own("session", who.session.to_string()),
        ],
    );
    let cookie = flow.cookie_named(&flow_name(ask.around.cell));
    Ok(see_other(&ask.around, &to).header(SET_COOKIE, cookie))
}

/// Back from the door: the session goes on, if this browser asked for it.
async fn back(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let name = flow_name(ask.around.cell);
    let flow = cookie(&ask.parts.headers, &name).and_then(|text| Flow::parse(text, &ask.around));
    let flow = flow.ok_or(Trouble::Unreadable)?;
    let is_own = ask.query("state").is_some_and(|state| flow.pkce.is_own(state));
    let is_doors = ask.query("iss") == ask.web.door_url.as_deref();
    let code = ask.query("code").and_then(Token::parse);
    let code = code.filter(|_| is_own && is_doors).ok_or(Trouble::Unreadable)?;
    let redeem = Redeem {
        cell: ask.cell.id(),
        code,
        verifier: flow.pkce.verifier.to_string(),
        proof: Vec::new(),
        address: ask.asker.address,
    };
    let touch = TouchOf { of: ask.asker.of_session(), redeem };
    match ask.web.records.trust().touch(touch).await {
        Ok(()) => {
            let gone = format!("{name}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
            Ok(see_other(&ask.around, &flow.target).header(SET_COOKIE, gone))
        }
        Err(TrustError::Refused(_)) => Err(RecordsError::TouchNeeded.into()),
        Err(_) => Err(RecordsError::Unavailable.into()),
    }
}

/// Opens one chart for the purpose of an emergency, and goes on to where somebody was; it stays open to them for a day. What they say of it
/// is kept where every reason is; whoever says nothing is not kept from helping.
async fn emergency(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let kind = ResourceType::from_name("Patient").ok_or(RecordsError::Internal)?;
    let asker = Asker { purpose: Purpose::Emergency, ..ask.asker.clone() };
    let why = ask.field("why").unwrap_or_default().replace(char::is_control, " ");
    let text: String = why.trim().chars().take(MAX_REASON_CHARS).collect();
    if !text.is_empty() {
        let statement = Statement { reason: Reason::Emergency, text };
        salus_records::relate(ask.cell, &asker, ask.value(0), statement).await?;
    }
    let opened = salus_records::read(ask.cell, &asker, kind, ask.value(0)).await?;
    ask.admitted(opened.delivery.clone());
    let wanted = ask.field("to").and_then(|to| super::look::local(ask.base(), to));
    let to = wanted.map_or_else(|| format!("{}/patient/{}", ask.base(), ask.value(0)), str::to_owned);
    Ok(ask.settle(see_other(&ask.around, &to)))
}

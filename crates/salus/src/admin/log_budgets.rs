//! What the log says of budgets, in readable form. State: none.

use salus_fhir::instant;
use salus_seal::PrincipalId;
use salus_seal::entry::budgets::{BudgetEvent, MoreReason};
use salus_seal::entry::{Budgets, Limits};
use serde_json::{Value, json};

/// An event's name and what it says. Where it says no principal, it is about the cell's own budget.
pub(super) fn describe(event: &BudgetEvent) -> (&'static str, Value) {
    match event {
        BudgetEvent::Touched { principal, session, passkey, until_ms, up_to } => (
            "budget-touched",
            json!({
                "principal": principal.to_string(),
                "session": session.to_string(),
                "passkey": passkey.to_string(),
                "until": instant(*until_ms),
                "up_to": limits(up_to),
            }),
        ),
        BudgetEvent::Emergency { principal } => {
            ("emergency-reserve", json!({"principal": principal.to_string()}))
        }
        BudgetEvent::Asked(asked) => (
            "more-asked",
            json!({
                "principal": name(asked.principal),
                "by": asked.by.to_string(),
                "part": format!("{:?}", asked.part),
                "amount": asked.amount,
                "until": instant(asked.until_ms),
                "reason": reason(asked.reason),
            }),
        ),
        BudgetEvent::Raised(raised) => (
            "budget-raised",
            json!({
                "ask": raised.ask,
                "principal": name(raised.principal),
                "part": format!("{:?}", raised.part),
                "amount": raised.amount,
                "until": instant(raised.until_ms),
                "by": raised.by.to_string(),
                "passkey": raised.passkey.to_string(),
            }),
        ),
        BudgetEvent::RaiseEnded { raise, principal, by } => {
            ("raise-ended", json!({"raise": raise, "principal": name(*principal), "by": name(*by)}))
        }
        BudgetEvent::AskEnded { ask, by } => ("ask-ended", json!({"ask": ask, "by": name(*by)})),
        BudgetEvent::Changed { principal, budgets: to, by } => (
            "budget-changed",
            json!({"principal": name(*principal), "budgets": budgets(to), "by": name(*by)}),
        ),
    }
}

fn name(principal: Option<PrincipalId>) -> Option<String> {
    principal.map(|principal| principal.to_string())
}

fn budgets(budgets: &Budgets) -> Value {
    json!({"chart": limits(&budgets.chart), "glimpse": limits(&budgets.glimpse)})
}

fn limits(limits: &Limits) -> Value {
    json!({"hour": limits.hour, "day": limits.day, "days_30": limits.days_30})
}

fn reason(reason: MoreReason) -> &'static str {
    match reason {
        MoreReason::ManyPatients => "many-patients",
        MoreReason::StandingIn => "standing-in",
        MoreReason::OnDuty => "on-duty",
        MoreReason::Paperwork => "paperwork",
        MoreReason::Transfer => "transfer",
        MoreReason::Other => "other",
    }
}

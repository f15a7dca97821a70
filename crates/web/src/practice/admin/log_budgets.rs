//! The sentences of the log about budgets. State: none.

use salus_frame::Words;
use salus_records::administration::LoggedAccess;
use salus_records::budget_events::BudgetEvent;

/// What happened; `about` is whose budget it was, by name, and empty where it is the practice's.
pub(super) fn what(t: Words, event: &BudgetEvent, about: &str, access: Option<&LoggedAccess>) -> String {
    let of_cell = about.is_empty();
    let amount = |key: &str, amount: u32| {
        t.say_with_two(key, ("count", amount), ("about", about.to_owned())).into_owned()
    };
    match event {
        BudgetEvent::Touched { .. } => t.say("budget-log-touched").into_owned(),
        BudgetEvent::Emergency { .. } => {
            let patients = access.map_or(1, |access| access.patients);
            t.say_with("budget-log-emergency", "count", patients).into_owned()
        }
        BudgetEvent::Asked(asked) if of_cell => amount("budget-log-asked-cell", asked.amount),
        BudgetEvent::Asked(asked) => amount("budget-log-asked", asked.amount),
        BudgetEvent::Raised(raised) if of_cell => amount("budget-log-raised-cell", raised.amount),
        BudgetEvent::Raised(raised) => amount("budget-log-raised", raised.amount),
        BudgetEvent::RaiseEnded { .. } if of_cell => t.say("budget-log-ended-cell").into_owned(),
        BudgetEvent::RaiseEnded { .. } => {
            t.say_with("budget-log-ended", "about", about.to_owned()).into_owned()
        }
        BudgetEvent::AskEnded { .. } => t.say("budget-log-ask-ended").into_owned(),
        BudgetEvent::Changed { .. } if of_cell => t.say("budget-log-changed-cell").into_owned(),
        BudgetEvent::Changed { .. } => {
            t.say_with("budget-log-changed", "about", about.to_owned()).into_owned()
        }
    }
}

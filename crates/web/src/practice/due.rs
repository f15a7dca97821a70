//! Tasks that are open: what, for whom, until when.
//!
//! Which there are is asked as lines, a glimpse each. What is to be done is no part of a line: it is read of those that the page shows, a chart
//! each, and left out where the budget has no room for them.
//!
//! State: none.

use super::lines::{PatientLine, document, patients, practitioners, whole};
use super::view::date::When;
use super::view::json::{raw, text};
use super::view::value::reference;
use super::{PageAsk, Trouble};
use jiff::civil::Date;
use salus_records::fhir::json::Value;
use std::collections::BTreeSet;

/// The statuses of what is still to be done (FHIR R4, TaskStatus).
const OPEN: &str = "requested,received,accepted,ready,in-progress,on-hold";
/// The most that are looked at: of more, those that changed last.
const MAX_TASKS: &str = "200";
/// What a Task's line shows.
const LINE: &str = "status,priority,for,owner,restriction";

/// A task.
#[derive(Debug)]
pub(crate) struct Due {
    pub id: String,
    pub what: String,
    pub patient_id: Option<String>,
    pub patient: Option<PatientLine>,
    pub owner: String,
    pub status: String,
    /// The day until when, as the reader's language writes it; empty when there is none.
    pub due: String,
    pub day: Option<i64>,
    pub is_overdue: bool,
    pub is_today: bool,
    pub is_urgent: bool,
    owner_id: Option<String>,
}

/// Open tasks.
#[derive(Debug)]
pub(crate) struct Tasks {
    /// Those that are shown.
    pub list: Vec<Due>,
    /// How many there are behind them.
    pub more: usize,
    /// Whether there are open ones that were not looked at.
    pub has_others: bool,
}

/// Open tasks by the day until when they are to be done; those that are due on a day or before, when one is given: `count` of them,
/// behind the first `from`.
pub(crate) async fn due(
    ask: &PageAsk<'_>,
    until: Option<Date>,
    from: usize,
    count: usize,
) -> Result<Tasks, Trouble> {
    let owner = ask.person.practitioner.as_ref().map(|id| format!("Practitioner/{id}"));
    let is_own = owner.is_some() && ask.query("whose") != Some("all");
    let mut parameters = vec![
        ("status", OPEN),
        ("_elements", LINE),
        ("_sort", "-_lastUpdated"),
        ("_count", MAX_TASKS),
        ("_total", "none"),
    ];
    if let Some(owner) = owner.as_deref().filter(|_| is_own) {
        parameters.push(("owner", owner));
    }
    let page = ask.search("Task", &parameters).await?;
    let today = When::of_ms(ask.clock.now_ms()).day;
    let tasks = page.entries.iter().filter_map(|entry| task(ask, document(&entry.text)?.root(), today));
    let until = until.and_then(|until| When::parse(&until.to_string())).map(|until| until.day);
    let mut all: Vec<Due> =
        tasks.filter(|task| until.is_none_or(|until| task.day.is_some_and(|day| day <= until))).collect();
    all.sort_by_key(|task| (task.day.unwrap_or(i64::MAX), !task.is_urgent));
    let mut all: Vec<Due> = all.into_iter().skip(from).collect();
    let more = all.len().saturating_sub(count);
    all.truncate(count);
    let ids: BTreeSet<String> = all.iter().map(|task| task.id.clone()).collect();
    let who: BTreeSet<String> = all.iter().filter_map(|task| task.patient_id.clone()).collect();
    let owners: BTreeSet<String> = all.iter().filter_map(|task| task.owner_id.clone()).collect();
    let (lines, names, whats) =
        tokio::join!(patients(ask, &who), practitioners(ask, &owners), whole(ask, "Task", &ids, what));
    let (lines, names, mut whats) = (lines?, names?, whats?);
    for task in &mut all {
        task.patient = task.patient_id.as_ref().and_then(|id| lines.get(id)).cloned();
        task.owner = task.owner_id.as_ref().and_then(|id| names.get(id)).cloned().unwrap_or_default();
        task.what = whats.remove(&task.id).unwrap_or_else(|| ask.t.say("task-unnamed").into_owned());
    }
    Ok(Tasks { list: all, more, has_others: page.next.is_some() })
}

fn what(task: Value<'_>) -> Option<String> {
    text(task, "description").or_else(|| text(task, "code.text"))
}

fn task(ask: &PageAsk<'_>, resource: Value<'_>, today: i64) -> Option<Due> {
    let when = raw(resource, "restriction.period.end").as_deref().and_then(When::parse);
    let priority = raw(resource, "priority");
    Some(Due {
        id: raw(resource, "id")?,
        what: String::new(),
        patient_id: reference(resource, "for", "Patient"),
        patient: None,
        owner: String::new(),
        owner_id: reference(resource, "owner", "Practitioner"),
        status: raw(resource, "status")?,
        due: when.map_or_else(String::new, |when| when.day_and_month(ask.language())),
        day: when.map(|when| when.day),
        is_overdue: when.is_some_and(|when| when.day < today),
        is_today: when.is_some_and(|when| when.day == today),
        is_urgent: priority.as_deref().is_some_and(|priority| matches!(priority, "urgent" | "asap" | "stat")),
    })
}

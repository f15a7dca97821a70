//! The summary: problems, medicines, last measurements with their trend, what stood out in the laboratory, what is open, last visits.
//!
//! State: none.

use super::super::view::code::Concept;
use super::super::view::date::{Day, When};
use super::super::view::json::{all, is, raw, text};
use super::super::view::value::{Measured, when};
use super::super::{PageAsk, Trouble};
use super::access;
use super::curve::spark;
use super::gather::{Names, Who, find};
use super::medicine::Medicine;
use super::tell::Told;
use super::who::Head;
use super::{Part, page, place};
use crate::answer::Answer;
use askama::Template;
use salus_frame::Words;
use salus_records::fhir::json::Value;
use std::collections::HashMap;

/// How many records of each kind the summary opens at most.
const MAX_PROBLEMS: u32 = 60;
const MAX_VITALS: u32 = 48;
const MAX_RESULTS: u32 = 40;
const MAX_TASKS: u32 = 12;
const MAX_APPOINTMENTS: u32 = 3;
const MAX_VISITS: u32 = 5;

/// How many values of one kind make its small curve.
const SPARK_VALUES: usize = 12;
/// A value that differs from the one before by less than this share has not moved.
const STEADY: f64 = 0.02;

/// A problem: one diagnosis, however often it was written down.
pub(super) struct Problem {
    pub concept: Concept,
    pub since: Option<Told>,
    pub is_suspected: bool,
    began: Option<When>,
}

/// The last value of one kind, and where it goes.
pub(super) struct Trend {
    pub value: Measured,
    /// When it was, where that is not the day of the newest.
    pub other_day: Option<Told>,
    pub trend: &'static str,
    pub before: String,
    /// Points of a small curve, from 0 to 100 in both directions.
    pub spark: String,
}

struct Task {
    text: String,
    due: Option<Told>,
    is_late: bool,
    who: String,
}

struct Appointment {
    start: Option<Told>,
    weekday: &'static str,
    text: String,
    who: String,
}

struct Visit {
    told: Option<Told>,
    reason: String,
    who: String,
}

#[derive(Template)]
#[template(path = "practice/chart/summary.html")]
struct Body<'a> {
    t: Words,
    place: &'a str,
    head: &'a Head,
    problems: Vec<Problem>,
    problems_left_out: u64,
    medicines: Vec<MedicineLine<'a>>,
    vitals: Vec<Trend>,
    vitals_day: Option<Told>,
    results: Vec<(Measured, Option<Told>)>,
    results_day: Option<Told>,
    tasks: Vec<Task>,
    tasks_left_out: u64,
    appointments: Vec<Appointment>,
    visits: Vec<Visit>,
    visits_total: u64,
}

struct MedicineLine<'a> {
    medicine: &'a Medicine,
    since: Option<Told>,
    reason: String,
}

pub(super) async fn answer(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    let language = ask.language();
    let today = When::of_ms(ask.clock.now_ms());
    let from_today = format!("ge{}", When::of_day(today.day).iso());
    let active = [("clinical-status", "active,recurrence,relapse"), ("_sort", "-recorded-date")];
    let vitals = [("category", "vital-signs"), ("_sort", "-date")];
    let results = [("category", "laboratory"), ("_sort", "-date")];
    let open = [("status", "requested,received,accepted,ready,in-progress,on-hold")];
    let next = [
        ("status", "proposed,pending,booked,arrived,checked-in"),
        ("date", from_today.as_str()),
        ("_sort", "date"),
    ];
    let (head, looks, problems, vitals, results, tasks, appointments, visits) = tokio::join!(
        Head::gather(ask, id),
        access::last(ask, id),
        find(ask, "Condition", id, &active, MAX_PROBLEMS),
        find(ask, "Observation", id, &vitals, MAX_VITALS),
        find(ask, "Observation", id, &results, MAX_RESULTS),
        find(ask, "Task", id, &open, MAX_TASKS),
        find(ask, "Appointment", id, &next, MAX_APPOINTMENTS),
        find(ask, "Encounter", id, &[("_sort", "-date")], MAX_VISITS),
    );
    let head = head?;
    let (problems, tasks, appointments, visits) = (problems?, tasks?, appointments?, visits?);
    let told = |when: Option<When>| Told::maybe(when, today.day, language);
    let task_list = tasks.read(|task| {
        let due = when(task, &["restriction.period.end"]);
        let who = Who::at(task, "owner");
        let words = text(task, "description").or_else(|| Concept::at(task, "code").map(|code| code.text))?;
        Some((words, due, who))
    });
    let appointment_list = appointments.read(|appointment| {
        let words = text(appointment, "description")
            .or_else(|| Concept::at(appointment, "reasonCode").map(|code| code.text));
        Some((when(appointment, &["start"]), words.unwrap_or_default(), practitioner(appointment)))
    });
    let visit_list = visits.read(|visit| {
        let reason = Concept::at(visit, "reasonCode").or_else(|| Concept::at(visit, "type"));
        let who = Who::at(visit, "participant.individual");
        Some((when(visit, &["period.start"]), reason.map(|reason| reason.text).unwrap_or_default(), who))
    });
    let named = task_list.iter().filter_map(|(_, _, who)| who.as_ref());
    let named = named.chain(appointment_list.iter().filter_map(|(_, _, who)| who.as_ref()));
    let named = named.chain(visit_list.iter().filter_map(|(_, _, who)| who.as_ref()));
    let names = Names::read(ask, named).await;
    let reasons: HashMap<String, String> = problems
        .read(|problem| Some((raw(problem, "id")?, Concept::at(problem, "code")?.text)))
        .into_iter()
        .collect();
    let medicines = head.medicines.iter().map(|medicine| MedicineLine {
        since: told(medicine.start),
        reason: match &medicine.condition {
            Some(condition) if medicine.reason.is_empty() => {
                reasons.get(condition).cloned().unwrap_or_default()
            }
            _ => medicine.reason.clone(),
        },
        medicine,
    });
    let vitals = vitals?.read(|value| Measured::of(value, language));
    let results = results?.read(|value| Measured::of(value, language));
    let newest = results.first().and_then(|value| value.when);
    let abnormal = latest(results).into_iter().filter(|value| value.standing.is_abnormal());
    let place = place(ask, id);
    let body = Body {
        t: ask.t,
        place: &place,
        problems_left_out: problems.left_out(),
        problems: distinct(problems.read(|problem| self::problem(problem, today, ask))),
        medicines: medicines.collect(),
        vitals_day: told(vitals.first().and_then(|value| value.when)),
        vitals: trends(vitals, ask, today),
        results: abnormal
            .map(|value| {
                let at = told(value.when).filter(|_| day(value.when) != day(newest));
                (value, at)
            })
            .collect(),
        results_day: told(newest),
        tasks_left_out: tasks.left_out(),
        tasks: task_list
            .into_iter()
            .map(|(text, due, who)| Task {
                text,
                is_late: due.is_some_and(|due| due.day < today.day),
                due: told(due),
                who: names.of(who.as_ref()),
            })
            .collect(),
        appointments: appointment_list
            .into_iter()
            .map(|(start, text, who)| Appointment {
                weekday: start.map_or("", |start| start.weekday(language)),
                start: told(start),
                text,
                who: names.of(who.as_ref()),
            })
            .collect(),
        visits: visit_list
            .into_iter()
            .map(|(at, reason, who)| Visit { told: told(at), reason, who: names.of(who.as_ref()) })
            .collect(),
        visits_total: visits.total,
        head: &head,
    };
    Ok(page(ask, &head, Part::Summary, Vec::new(), &body, &looks?))
}

/// Whom an appointment is with.
fn practitioner(appointment: Value<'_>) -> Option<Who> {
    all(appointment, "participant")
        .find_map(|participant| Who::at(participant, "actor").filter(Who::is_staff))
}

fn problem(problem: Value<'_>, today: When, ask: &PageAsk<'_>) -> Option<Problem> {
    let status = "verificationStatus.coding.code";
    if is(problem, status, "entered-in-error") || is(problem, status, "refuted") {
        return None;
    }
    let began = when(problem, &["onsetDateTime", "onsetPeriod.start", "recordedDate"]);
    let told = |when: Option<When>| Told::maybe(when, today.day, ask.language());
    Some(Problem {
        concept: Concept::at(problem, "code")?,
        since: told(began),
        is_suspected: is(problem, status, "provisional") || is(problem, status, "differential"),
        began,
    })
}

/// One line for each diagnosis: the earliest beginning, the latest mention.
fn distinct(all: Vec<Problem>) -> Vec<Problem> {
    let mut lines: Vec<Problem> = Vec::new();
    for problem in all {
        match lines.iter_mut().find(|line| line.concept.key() == problem.concept.key()) {
            Some(line) => {
                line.is_suspected &= problem.is_suspected;
                if problem.began.is_some() && (line.began.is_none() || problem.began < line.began) {
                    (line.began, line.since) = (problem.began, problem.since);
                }
            }
            None => lines.push(problem),
        }
    }
    lines.sort_by_key(|line| line.began);
    lines
}

/// The newest value of each kind, in the order in which they come.
fn latest(values: Vec<Measured>) -> Vec<Measured> {
    let mut lines: Vec<Measured> = Vec::new();
    for value in values {
        if !value.shown.is_empty() && !lines.iter().any(|line| line.concept.key() == value.concept.key()) {
            lines.push(value);
        }
    }
    lines
}

/// The last value of each kind, newest first, with its way since the one before.
fn trends(values: Vec<Measured>, ask: &PageAsk<'_>, today: When) -> Vec<Trend> {
    let mut numbers: HashMap<String, Vec<(f64, f64)>> = HashMap::new();
    let mut before: HashMap<String, String> = HashMap::new();
    for value in &values {
        let key = value.concept.key();
        let known = numbers.entry(key.clone()).or_default();
        if known.len() == 1 {
            before.insert(key, value.with_unit());
        }
        if let (Some(number), Some(when)) = (value.number, value.when)
            && known.len() < SPARK_VALUES
        {
            known.push((when.position(), number));
        }
    }
    let newest = values.first().and_then(|value| day(value.when));
    let trend = |value: Measured| {
        let key = value.concept.key();
        let points = numbers.remove(&key).unwrap_or_default();
        Trend {
            other_day: Told::maybe(value.when, today.day, ask.language())
                .filter(|_| day(value.when) != newest),
            trend: direction(&points),
            before: before.remove(&key).unwrap_or_default(),
            spark: spark(&points),
            value,
        }
    };
    latest(values).into_iter().map(trend).collect()
}

fn day(when: Option<When>) -> Option<Day> {
    when.map(|when| when.day)
}

/// Where the newest value (the first) goes from the one before.
fn direction(points: &[(f64, f64)]) -> &'static str {
    let [(_, new), (_, old), ..] = points else { return "" };
    let change = new - old;
    if change.abs() <= old.abs() * STEADY {
        "→"
    } else if change > 0.0 {
        "↗"
    } else {
        "↘"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_goes_from_the_value_before_to_the_last() {
        assert_eq!(direction(&[(2.0, 81.0), (1.0, 80.0)]), "→");
        assert_eq!(direction(&[(2.0, 85.0), (1.0, 80.0), (0.0, 200.0)]), "↗");
        assert_eq!(direction(&[(2.0, 75.0), (1.0, 80.0)]), "↘");
        assert_eq!(direction(&[(2.0, 75.0)]), "");
    }
}

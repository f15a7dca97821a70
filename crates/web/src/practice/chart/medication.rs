//! Medicines over time: what is taken now comes first, then what was, each with its starts, stops and reasons, and bars on one line of time.
//!
//! State: none.

use super::super::view::code::Concept;
use super::super::view::date::When;
use super::super::view::json::raw;
use super::super::{PageAsk, Trouble};
use super::access;
use super::curve::{Axis, Bar, Tick};
use super::gather::{Found, Names, find};
use super::medicine::Medicine;
use super::tell::Told;
use super::who::Head;
use super::{Part, page, place};
use crate::answer::Answer;
use askama::Template;
use salus_frame::Words;
use salus_records::fhir::json::Value;
use std::collections::HashMap;

/// How many records of each kind the page opens at most.
const MAX_STATEMENTS: u32 = 120;
const MAX_REQUESTS: u32 = 120;
/// How many diagnoses are looked up for what medicines are for.
const MAX_REASONS: usize = 40;
/// How many earlier times of one medicine are shown.
const MAX_EARLIER: usize = 12;

/// A time in which a medicine was taken.
struct Span {
    dose: String,
    start: Option<Told>,
    end: Option<Told>,
    reason: String,
    stopped: String,
    who: String,
}

/// A medicine.
struct Line {
    concept: Concept,
    is_current: bool,
    is_anticoagulant: bool,
    last: Span,
    earlier: Vec<Span>,
    earlier_left_out: usize,
    bars: Vec<(Bar, String)>,
    prescribed: Option<Told>,
    order: (bool, Option<When>),
}

#[derive(Template)]
#[template(path = "practice/chart/medication.html")]
struct Body<'a> {
    t: Words,
    place: &'a str,
    current: Vec<Line>,
    past: Vec<Line>,
    ticks: Vec<Tick>,
    left_out: u64,
}

pub(super) async fn answer(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    let (head, looks, statements, requests) = tokio::join!(
        Head::gather(ask, id),
        access::last(ask, id),
        find(ask, "MedicationStatement", id, &[("_sort", "-effective")], MAX_STATEMENTS),
        find(ask, "MedicationRequest", id, &[("_sort", "-authoredon")], MAX_REQUESTS),
    );
    let (head, statements, requests) = (head?, statements?, requests?);
    let left_out = statements.left_out() + requests.left_out();
    let (taken, prescribed) = (statements.read(Medicine::of), requests.read(Medicine::of));
    let all = || taken.iter().chain(&prescribed);
    let (reasons, names) = tokio::join!(
        reasons(ask, id, all()),
        Names::read(ask, all().filter_map(|medicine| medicine.who.as_ref()))
    );
    let reasons = reasons?;
    let first = all().filter_map(|medicine| medicine.start).map(When::position).reduce(f64::min);
    let axis = Axis::new(first.unwrap_or(head.today as f64), head.today as f64);
    let work = Work { ask, today: head.today, axis, reasons, names };
    let lines = work.lines(taken, prescribed);
    let (current, past) = lines.into_iter().partition(|line| line.is_current);
    let place = place(ask, id);
    let body =
        Body { t: ask.t, place: &place, current, past, ticks: axis.ticks(ask.language(), 4), left_out };
    Ok(page(ask, &head, Part::Medication, Vec::new(), &body, &looks?))
}

/// The words of the diagnoses that medicines are for, where the medicine does not hold them itself.
async fn reasons<'m>(
    ask: &PageAsk<'_>,
    id: &str,
    medicines: impl Iterator<Item = &'m Medicine>,
) -> Result<HashMap<String, String>, Trouble> {
    let mut ids: Vec<&str> = Vec::new();
    for medicine in medicines.filter(|medicine| medicine.reason.is_empty()) {
        let condition = medicine.condition.as_deref().filter(|id| !ids.contains(id));
        ids.extend(condition.filter(|_| ids.len() < MAX_REASONS));
    }
    let found = if ids.is_empty() {
        Found::default()
    } else {
        find(ask, "Condition", id, &[("_id", &ids.join(","))], MAX_REASONS as u32).await?
    };
    let word = |condition: Value<'_>| Some((raw(condition, "id")?, Concept::at(condition, "code")?.text));
    Ok(found.read(word).into_iter().collect())
}

struct Work<'a, 'p> {
    ask: &'a PageAsk<'p>,
    today: i64,
    axis: Axis,
    reasons: HashMap<String, String>,
    names: Names,
}

impl Work<'_, '_> {
    /// One line for each medicine. Where it is said when it was taken, prescriptions only say when it was prescribed last.
    fn lines(&self, taken: Vec<Medicine>, prescribed: Vec<Medicine>) -> Vec<Line> {
        let mut groups: Vec<(String, Vec<Medicine>, Option<When>)> = Vec::new();
        for medicine in taken.into_iter().chain(prescribed) {
            let key = medicine.concept.key();
            let ordered = medicine.start.filter(|_| medicine.is_request);
            match groups.iter_mut().find(|(known, ..)| *known == key) {
                Some((_, spans, last)) => {
                    *last = (*last).max(ordered);
                    // A prescription beside what is said to be taken is no time of its own.
                    if !medicine.is_request || spans.iter().all(|span| span.is_request) {
                        spans.push(medicine);
                    }
                }
                None => groups.push((key, vec![medicine], ordered)),
            }
        }
        let mut lines: Vec<Line> =
            groups.into_iter().filter_map(|(_, spans, last)| self.line(spans, last)).collect();
        // What began last comes first, within what is taken now and within what is over.
        lines.sort_by(|one, other| {
            (other.order.0, other.order.1, &one.concept.text).cmp(&(
                one.order.0,
                one.order.1,
                &other.concept.text,
            ))
        });
        lines
    }

    fn line(&self, mut spans: Vec<Medicine>, ordered: Option<When>) -> Option<Line> {
        spans.sort_by_key(|span| std::cmp::Reverse((self.is_taken(span), span.start)));
        let first = spans.first()?;
        let (concept, is_current) = (first.concept.clone(), self.is_taken(first));
        let order = (is_current, first.start);
        let is_anticoagulant = first.is_anticoagulant;
        let bars = spans
            .iter()
            .map(|span| (self.axis.bar(span.start, self.end(span), self.today), self.title(span)));
        let bars = bars.collect();
        let earlier_left_out = (spans.len() - 1).saturating_sub(MAX_EARLIER);
        let mut spans = spans.iter().map(|span| self.span(span));
        Some(Line {
            concept,
            is_current,
            is_anticoagulant,
            order,
            bars,
            last: spans.next()?,
            earlier: spans.take(MAX_EARLIER).collect(),
            earlier_left_out,
            prescribed: self.told(ordered),
        })
    }

    fn is_taken(&self, medicine: &Medicine) -> bool {
        medicine.is_current && medicine.end.is_none_or(|end| end.day >= self.today)
    }

    /// Until when a bar goes: of what is over and does not say since when, no further than its beginning.
    fn end(&self, medicine: &Medicine) -> Option<When> {
        if self.is_taken(medicine) {
            return None;
        }
        medicine.end.or(medicine.start)
    }

    fn told(&self, when: Option<When>) -> Option<Told> {
        Told::maybe(when, self.today, self.ask.language())
    }

    fn title(&self, medicine: &Medicine) -> String {
        let told = |when: Option<When>| when.map(|when| when.date(self.ask.language())).unwrap_or_default();
        format!("{} – {} {}", told(medicine.start), told(self.end(medicine)), medicine.dose)
            .trim_end()
            .to_owned()
    }

    fn span(&self, medicine: &Medicine) -> Span {
        let found = medicine.condition.as_ref().and_then(|condition| self.reasons.get(condition));
        Span {
            dose: medicine.dose.clone(),
            start: self.told(medicine.start),
            end: if self.is_taken(medicine) { None } else { self.told(medicine.end) },
            reason: if medicine.reason.is_empty() {
                found.cloned().unwrap_or_default()
            } else {
                medicine.reason.clone()
            },
            stopped: medicine.stopped.clone(),
            who: self.names.of(medicine.who.as_ref()),
        }
    }
}

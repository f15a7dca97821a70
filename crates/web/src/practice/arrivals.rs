//! What arrived: results and letters, the newest first.
//!
//! Results are asked for as lines, a glimpse each, and what they are of is read of the first [`MAX_READ`] alone, a chart each. That a document is a
//! letter no line says: each that is looked at costs a chart, so they are few.
//!
//! State: none.

use super::lines::{PatientLine, document, patients, whole};
use super::view::date::When;
use super::view::json::{raw, text};
use super::view::value::reference;
use super::{PageAsk, Trouble};
use jiff::civil::Date;
use salus_records::fhir::json::Value;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// What letters are; what is written here is plain text.
const LETTERS: &str = "application/pdf,image/jpeg,image/png,image/tiff";

/// The most results that are read, and the most letters.
pub(crate) const MAX_READ: usize = 20;
/// What a report's line shows.
const LINE: &str = "status,subject,issued";

/// A result or a letter.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub patient_id: String,
    pub patient: Option<PatientLine>,
    pub what: String,
    pub icon: &'static str,
    /// The id of a result, whose line does not say what it is of.
    report: Option<String>,
    /// Behind the patient's address.
    pub to: String,
    /// When it came, and the day by itself.
    pub when: When,
    /// The time, or the date of another day.
    pub time: String,
}

/// What arrived since a day; one more than `count`, so that the caller knows whether there is more.
pub(crate) async fn arrivals(ask: &PageAsk<'_>, since: Date, count: usize) -> Result<Vec<Arrival>, Trouble> {
    let from = ask.clock.span_of(since).map(|(from, _)| format!("ge{from}")).ok_or(Trouble::Unreadable)?;
    let (limit, few) = ((count + 1).to_string(), (count.min(MAX_READ) + 1).to_string());
    let reports = [
        ("issued", from.as_str()),
        ("_elements", LINE),
        ("_sort", "-issued"),
        ("_count", &limit),
        ("_total", "none"),
    ];
    let letters = [
        ("date", from.as_str()),
        ("contenttype", LETTERS),
        ("_sort", "-date"),
        ("_count", &few),
        ("_total", "none"),
    ];
    let (reports, letters) =
        tokio::join!(ask.search("DiagnosticReport", &reports), ask.search("DocumentReference", &letters));
    let (reports, letters) = (reports?, letters?);
    let today = When::of_ms(ask.clock.now_ms()).day;
    let mut all: Vec<Arrival> = reports
        .entries
        .iter()
        .filter_map(|entry| arrival(ask, document(&entry.text)?.root(), today, "lab"))
        .chain(
            letters
                .entries
                .iter()
                .filter_map(|entry| arrival(ask, document(&entry.text)?.root(), today, "letter")),
        )
        .collect();
    all.sort_by_key(|one| Reverse((one.when.day, one.when.minute)));
    all.truncate(count + 1);
    let who: BTreeSet<String> = all.iter().map(|one| one.patient_id.clone()).collect();
    let shown = all.iter().take(count).filter_map(|one| one.report.clone());
    let shown: BTreeSet<String> = shown.take(MAX_READ).collect();
    let (lines, whats) = tokio::join!(patients(ask, &who), whole(ask, "DiagnosticReport", &shown, report));
    let (lines, mut whats) = (lines?, whats?);
    for one in &mut all {
        one.patient = lines.get(&one.patient_id).cloned();
        if let Some(what) = one.report.as_ref().and_then(|id| whats.remove(id)) {
            one.what = what;
        }
    }
    Ok(all)
}

fn report(report: Value<'_>) -> Option<String> {
    text(report, "code.text").or_else(|| text(report, "code.coding.display"))
}

fn arrival(ask: &PageAsk<'_>, resource: Value<'_>, today: i64, icon: &'static str) -> Option<Arrival> {
    let is_lab = icon == "lab";
    let when = raw(resource, if is_lab { "issued" } else { "date" })?;
    let when = When::parse(&when)?;
    let what = text(resource, "description")
        .or_else(|| text(resource, "type.text"))
        .or_else(|| text(resource, "type.coding.display"));
    Some(Arrival {
        patient_id: reference(resource, "subject", "Patient")?,
        patient: None,
        report: if is_lab { raw(resource, "id") } else { None },
        what: what
            .unwrap_or_else(|| ask.t.say(if is_lab { "arrival-lab" } else { "arrival-letter" }).into_owned()),
        icon,
        to: if is_lab { "labs".to_owned() } else { format!("documents/{}", raw(resource, "id")?) },
        time: if when.day == today { when.time() } else { when.day_and_month(ask.language()) },
        when,
    })
}

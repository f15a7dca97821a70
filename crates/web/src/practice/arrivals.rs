//! What arrived: results and letters, the newest first.
//!
//! State: none.

use super::lines::{PatientLine, document, patients};
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

/// A result or a letter.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub patient_id: String,
    pub patient: Option<PatientLine>,
    pub what: String,
    pub icon: &'static str,
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
    let limit = (count + 1).to_string();
    let reports = [("issued", from.as_str()), ("_sort", "-issued"), ("_count", &limit), ("_total", "none")];
    let letters = [
        ("date", from.as_str()),
        ("contenttype", LETTERS),
        ("_sort", "-date"),
        ("_count", &limit),
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
    let lines = patients(ask, &who).await?;
    for one in &mut all {
        one.patient = lines.get(&one.patient_id).cloned();
    }
    Ok(all)
}

fn arrival(ask: &PageAsk<'_>, resource: Value<'_>, today: i64, icon: &'static str) -> Option<Arrival> {
    let is_lab = icon == "lab";
    let when = raw(resource, if is_lab { "issued" } else { "date" })?;
    let when = When::parse(&when)?;
    let what = if is_lab {
        text(resource, "code.text").or_else(|| text(resource, "code.coding.display"))
    } else {
        text(resource, "description")
            .or_else(|| text(resource, "type.text"))
            .or_else(|| text(resource, "type.coding.display"))
    };
    Some(Arrival {
        patient_id: reference(resource, "subject", "Patient")?,
        patient: None,
        what: what
            .unwrap_or_else(|| ask.t.say(if is_lab { "arrival-lab" } else { "arrival-letter" }).into_owned()),
        icon,
        to: if is_lab { "labs".to_owned() } else { format!("documents/{}", raw(resource, "id")?) },
        time: if when.day == today { when.time() } else { when.day_and_month(ask.language()) },
        when,
    })
}

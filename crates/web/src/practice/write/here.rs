//! What a form knows of the patient who is open, and of what may be chosen in it.
//!
//! State: none.

use super::super::typed::Wrong;
use super::super::{PageAsk, Trouble};
use super::entry::Entry;
use super::form::{Fault, Form, Typed};
use jiff::civil::{Date, Time};
use salus_frame::Language;
use salus_records::RecordsError;
use serde_json::{Value, json};

/// The patient who is open.
#[derive(Debug)]
pub(super) struct Here {
    pub id: String,
    /// The version that is there now.
    pub version: u32,
    pub patient: Value,
}

impl Here {
    /// Errors: when there is no such patient, or they may not be seen.
    pub(super) async fn of(ask: &PageAsk<'_>, id: &str) -> Result<Self, Trouble> {
        let opened = ask.read("Patient", id).await?;
        let patient = serde_json::from_slice(&opened.text).map_err(|_| RecordsError::Internal)?;
        Ok(Self { id: id.to_owned(), version: opened.version, patient })
    }

    /// `Patient/id`
    pub(super) fn reference(&self) -> Value {
        json!({"reference": format!("Patient/{}", self.id)})
    }
}

/// What a form asks before it is saved, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    /// What it is about: the same question is not asked twice.
    pub key: String,
    /// What is asked.
    pub text: String,
    /// What it is about, a line each, perhaps with an address behind `/{cell}`.
    pub lines: Vec<(String, Option<String>)>,
}

/// A form that was read: what is to be written, and what is asked before.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub entries: Vec<Entry>,
    pub questions: Vec<Question>,
    /// Fields that somebody else changed meanwhile, in another way.
    pub conflicts: Vec<super::merge::Conflict>,
    /// With conflicts: what was typed, with what only the other one changed.
    pub merged: Option<Typed>,
}

/// What came of reading a form.
pub(super) type Reading = Result<Change, Vec<Fault>>;

/// The options of a field that are found when the form is opened: value and words.
pub(super) type Options = Vec<(String, String)>;

/// A form that is opened: what stands in its fields, and beside them.
#[derive(Debug, Default)]
pub(super) struct Opened {
    pub typed: Typed,
    /// The options of fields.
    pub options: Vec<(&'static str, Options)>,
    /// What stands beside fields, such as a last value.
    pub beside: Vec<(&'static str, String)>,
    /// The version that the form changes; 0 where it changes nothing.
    pub base: String,
}

/// A date as it stands in a field.
pub(super) fn shown_date(date: Date, language: Language) -> String {
    let pattern = match language {
        Language::De => "%d.%m.%Y",
        Language::Fr => "%d/%m/%Y",
        // Of two numbers, English has the day first here and the month there.
        Language::En => "%-d %b %Y",
    };
    date.strftime(pattern).to_string()
}

/// A time as it stands in a field.
pub(super) fn shown_time(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

/// A FHIR date as it stands in a field; as it is written where it is none.
pub(super) fn shown_fhir_date(text: &str, language: Language) -> String {
    let day = text.get(..10).and_then(|day| day.parse::<Date>().ok());
    day.map_or_else(|| text.to_owned(), |day| shown_date(day, language))
}

/// A day and a time in the practice's zone, as FHIR's dateTime.
///
/// Errors: a time that the clocks leave out that day.
pub(super) fn moment(ask: &PageAsk<'_>, day: Date, time: Time) -> Result<String, Wrong> {
    let zoned = day.to_datetime(time).to_zoned_datetime(ask.clock.zone());
    let zoned = zoned.map_err(|_| Wrong::new("wrong-time"))?;
    Ok(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

/// The text at a path of a resource, such as `name.0.family`.
pub(super) fn text_at<'a>(resource: &'a Value, path: &str) -> &'a str {
    let mut at = resource;
    for name in path.split('.') {
        let next = match name.parse::<usize>() {
            Ok(place) => at.get(place),
            Err(_) => at.get(name),
        };
        match next {
            Some(next) => at = next,
            None => return "",
        }
    }
    at.as_str().unwrap_or_default()
}

/// The elements at a name.
pub(super) fn list<'a>(resource: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    resource.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// A person's name in one line.
pub(super) fn full_name(resource: &Value) -> String {
    let name = list(resource, "name").find(|name| text_at(name, "use") != "old");
    let Some(name) = name else { return String::new() };
    let given = list(name, "given").filter_map(Value::as_str);
    let prefix = list(name, "prefix").filter_map(Value::as_str);
    let family = Some(text_at(name, "family"));
    let parts: Vec<&str> = prefix.chain(given).chain(family).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { text_at(name, "text").to_owned() } else { parts.join(" ") }
}

/// A code of HL7's.
pub(super) fn hl7(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code}]})
}

/// Whose word it is: the person's Practitioner, if there is one.
pub(super) fn author(ask: &PageAsk<'_>) -> Option<Value> {
    let id = ask.person.practitioner.as_deref()?;
    Some(json!({"reference": format!("Practitioner/{id}"), "display": ask.person.name}))
}

/// The whole text of a search's hits.
pub(super) async fn found(
    ask: &PageAsk<'_>,
    kind: &str,
    parameters: &[(&str, &str)],
) -> Result<Vec<(String, Value)>, Trouble> {
    let page = ask.search(kind, parameters).await?;
    let hits = page.entries.into_iter().filter(|entry| entry.kind.name() == kind);
    Ok(hits.filter_map(|entry| Some((entry.id, serde_json::from_slice(&entry.text).ok()?))).collect())
}

/// The words of a form's title.
pub(super) fn title_key(form: Form) -> String {
    format!("write-{}", form.name())
}

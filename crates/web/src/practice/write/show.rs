//! A form as a page: its fields with what stands in them, what is wrong with it, what is asked.
//!
//! State: none.

use super::super::{Page, PageAsk, Rail, Trouble, chart};
use super::form::{COUNTRIES, Fault, Field, Form, Kind, Typed};
use super::here::{Here, Options, Question, full_name, shown_fhir_date, text_at, title_key};
use super::merge::Conflict;
use crate::answer::Answer;
use askama::Template;
use http::StatusCode;
use salus_frame::{Shortcut, Words};

/// A form that is shown.
#[derive(Debug, Default)]
pub(super) struct Shown<'a> {
    pub typed: Typed,
    pub options: Vec<(&'static str, Options)>,
    pub beside: Vec<(&'static str, String)>,
    pub base: String,
    pub once: String,
    pub faults: Vec<Fault>,
    pub questions: Vec<Question>,
    pub conflicts: Vec<Conflict>,
    /// What was answered before: it is not asked again.
    pub sure: Vec<String>,
    /// Why it was not saved.
    pub alert: Option<String>,
    /// Where a passkey is touched, where that is why.
    pub touch: Option<String>,
    /// When the draft was kept that stands in it, as people read it.
    pub restored: Option<String>,
    /// Free times, for an appointment.
    pub times: Vec<String>,
    pub here: Option<&'a Here>,
}

struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

/// A field, ready to be shown.
struct Line {
    name: &'static str,
    label: String,
    hint: Option<String>,
    error: Option<String>,
    beside: Option<String>,
    value: String,
    class: &'static str,
    /// `text`, `tel`, `email`, `area`, `radio`, `select`.
    shape: &'static str,
    rows: u8,
    choices: Vec<Choice>,
    is_optional: bool,
    is_first: bool,
}

impl Line {
    /// The ids of what describes it.
    fn described_by(&self) -> String {
        let parts = [
            ("hint", self.hint.is_some()),
            ("error", self.error.is_some()),
            ("beside", self.beside.is_some()),
        ];
        let parts = parts.iter().filter(|(_, is_there)| *is_there);
        parts.map(|(part, _)| format!("{part}-{}", self.name)).collect::<Vec<_>>().join(" ")
    }
}

struct Part {
    legend: Option<String>,
    lines: Vec<Line>,
}

/// A conflict, in words.
struct Both<'a> {
    label: String,
    conflict: &'a Conflict,
}

#[derive(Template)]
#[template(path = "practice/write/form.html")]
struct Body<'a> {
    t: Words,
    base: &'a str,
    shown: &'a Shown<'a>,
    title: String,
    action: String,
    form: &'static str,
    patient: &'a str,
    parts: Vec<Part>,
    both: Vec<Both<'a>>,
    errors: Vec<(&'static str, String)>,
    is_appointment: bool,
    is_new_patient: bool,
    cancel: String,
}

#[derive(Template)]
#[template(path = "practice/write/times.html")]
pub(super) struct Times<'a> {
    pub t: Words,
    pub times: &'a [String],
    pub chosen: &'a str,
}

#[derive(Template)]
#[template(path = "practice/write/banner.html")]
struct Banner<'a> {
    id: &'a str,
    base: &'a str,
    name: String,
    birth: String,
    sex: String,
}

/// The page of a form.
///
/// Errors: what hinders that the chart's head is shown around a form that is opened; one that comes back is shown without it.
pub(super) async fn page(
    ask: &PageAsk<'_>,
    form: Form,
    shown: &Shown<'_>,
    status: StatusCode,
) -> Result<Answer, Trouble> {
    let t = ask.t;
    let title = t.say(&title_key(form)).into_owned();
    let patient = shown.here.map_or("", |here| here.id.as_str());
    let body = Body {
        t,
        base: ask.base(),
        shown,
        title: title.clone(),
        action: format!("{}{}", ask.base(), form.path(patient)),
        form: form.name(),
        patient,
        parts: parts(t, form, shown),
        both: shown
            .conflicts
            .iter()
            .map(|conflict| Both {
                label: t.say(&format!("conflict-{}", conflict.name)).into_owned(),
                conflict,
            })
            .collect(),
        errors: shown.faults.iter().map(|(name, wrong)| (*name, wrong.text(t))).collect(),
        is_appointment: form == Form::Appointment,
        is_new_patient: form == Form::Patient,
        cancel: match shown.here {
            Some(here) => format!("{}/patient/{}", ask.base(), here.id),
            None => format!("{}/find", ask.base()),
        },
    };
    // A part that was asked for is not an error to whoever shows it; what could not be saved is.
    let is_answer = matches!(status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT);
    let status = if is_answer && ask.around.is_part { StatusCode::OK } else { status };
    let mut keys = vec![Shortcut::page("Ctrl+Enter", t.say("save"))];
    if !shown.questions.is_empty() {
        keys.push(Shortcut::page("y", t.say("save-anyway")));
    }
    let make = || Page::new(Rail::Patients, title.clone(), &body).status(status);
    let Some(here) = shown.here else { return Ok(make().keys(keys).answer(ask)) };
    let page = match chart::around(ask, &here.id, keys.clone(), make()).await {
        Ok(page) => page,
        Err(trouble) if status == StatusCode::OK => return Err(trouble),
        Err(_) => make().banner(banner(ask, here)).keys(keys),
    };
    Ok(page.answer(ask))
}

/// Who is open.
fn banner(ask: &PageAsk<'_>, here: &Here) -> String {
    let sex = text_at(&here.patient, "gender");
    let sex = if ["female", "male", "other", "unknown"].contains(&sex) { sex } else { "unknown" };
    super::super::html(&Banner {
        id: &here.id,
        base: ask.base(),
        name: full_name(&here.patient),
        birth: shown_fhir_date(text_at(&here.patient, "birthDate"), ask.language()),
        sex: ask.t.say(&format!("choice-sex-{sex}")).into_owned(),
    })
}

fn parts(t: Words, form: Form, shown: &Shown<'_>) -> Vec<Part> {
    // Where the writer goes on: what is wrong, else what is needed and empty, else the beginning.
    let is_open = |field: &&Field| !field.optional && shown.typed.get(field.name).is_empty();
    let next = form.fields().find(is_open).or_else(|| form.fields().next()).map(|field| field.name);
    let is_asked = !shown.questions.is_empty() || !shown.conflicts.is_empty() || shown.alert.is_some();
    // What is asked is answered before anything else is typed.
    let first = shown.faults.first().map(|(name, _)| *name).or(next.filter(|_| !is_asked));
    let group = |(name, fields): &super::form::Group| Part {
        legend: (!name.is_empty()).then(|| t.say(&format!("group-{name}")).into_owned()),
        lines: fields
            .iter()
            .map(|field| line(t, field, shown, first, name.is_empty() && all_optional(fields)))
            .collect(),
    };
    form.groups().iter().map(group).collect()
}

/// Where any of several may stay empty, it is not said at each.
fn all_optional(fields: &[Field]) -> bool {
    fields.iter().all(|field| field.optional)
}

fn line(t: Words, field: &Field, shown: &Shown<'_>, first: Option<&str>, all_optional: bool) -> Line {
    let name = field.name;
    let value = shown.typed.pairs().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
    let words = |key: String| t.say(&key).into_owned();
    let own = |choices: &[&str]| {
        let choices = choices.iter().map(|choice| {
            let label = match (name, choices == COUNTRIES) {
                (_, true) => words(format!("country-{}", choice.to_lowercase())),
                ("minutes", _) => {
                    t.say_with("minutes", "count", choice.parse::<i64>().unwrap_or(0)).into_owned()
                }
                _ => words(format!("choice-{name}-{choice}")),
            };
            Choice { value: (*choice).to_owned(), label, is_chosen: value.trim() == *choice }
        });
        choices.collect::<Vec<_>>()
    };
    let found = || {
        let options = shown.options.iter().find(|(of, _)| *of == name).map(|(_, options)| options.as_slice());
        let options = options.unwrap_or_default().iter();
        let choice = |(id, label): &(String, String)| Choice {
            value: id.clone(),
            label: label.clone(),
            is_chosen: value == id,
        };
        options.map(choice).collect::<Vec<_>>()
    };
    let (shape, class, rows, choices) = match field.kind {
        Kind::Line(class) => ("text", class, 0, Vec::new()),
        Kind::Phone => ("tel", "w-20", 0, Vec::new()),
        Kind::Mail => ("email", "w-32", 0, Vec::new()),
        Kind::Area(rows) => ("area", "", rows, Vec::new()),
        Kind::Radio(choices) => ("radio", "", 0, own(choices)),
        Kind::Select([]) => ("select", "w-32", 0, found()),
        Kind::Select(choices) => ("select", "w-24", 0, own(choices)),
    };
    Line {
        name,
        label: words(format!("field-{name}")),
        hint: field.hint.then(|| words(format!("hint-{name}"))),
        error: shown.faults.iter().find(|(at, _)| *at == name).map(|(_, wrong)| wrong.text(t)),
        beside: shown.beside.iter().find(|(at, _)| *at == name).map(|(_, text)| text.clone()),
        value: value.to_owned(),
        class,
        shape,
        rows,
        choices,
        is_optional: field.optional && !all_optional,
        is_first: first == Some(name),
    }
}

//! Parts of forms, for htmx: who may be the same, free times, the draft.
//!
//! State: none.

use super::super::typed::date;
use super::super::{Page, PageAsk, Rail, Trouble, part, see_other};
use super::draft::{self, Kept};
use super::entry::is_once;
use super::form::{Form, Typed};
use super::here::{shown_date, shown_time, title_key};
use super::likeness::{VERY_ALIKE, Who};
use super::patient::{Alike, alike as find_alike};
use super::show::Times;
use super::{appointment, insurance, undo};
use crate::answer::Answer;
use askama::Template;
use http::header::HeaderName;
use salus_frame::Words;
use salus_records::{RecordsError, is_id};

/// What has fewer letters is no name that is looked for.
const MIN_NAME_CHARS: usize = 2;

#[derive(Template)]
#[template(path = "practice/write/alike.html")]
struct AlikePart<'a> {
    t: Words,
    base: &'a str,
    alike: &'a [Alike],
}

impl AlikePart<'_> {
    fn is_very(&self, alike: &Alike) -> bool {
        alike.score >= VERY_ALIKE
    }
}

#[derive(Template)]
#[template(path = "practice/write/kept.html")]
struct KeptPart {
    t: Words,
    time: String,
}

struct DraftLine {
    title: String,
    path: String,
    time: String,
    form: &'static str,
    patient: String,
}

#[derive(Template)]
#[template(path = "practice/write/drafts.html")]
struct Drafts<'a> {
    t: Words,
    base: &'a str,
    drafts: Vec<DraftLine>,
    /// Within another page.
    is_part: bool,
}

/// `POST /{cell}/write/alike`: who may be the same as the one who is being typed.
pub(super) async fn alike(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let typed = Typed::of(Form::Patient, ask.fields());
    let birth = date::birth_date(typed.get("birth"), ask.clock.today()).ok();
    let number = insurance::read_number(typed.get("number")).ok();
    let is_name = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count() >= MIN_NAME_CHARS;
    let has_name = is_name(typed.get("family")) && is_name(typed.get("given"));
    let who = Who { family: typed.get("family").to_owned(), given: typed.get("given").to_owned(), birth };
    let number = number.as_ref().map(|(system, number)| (*system, number.as_str()));
    let found = match (has_name, birth, number) {
        (false, _, None) => Vec::new(),
        (true, None, None) => Vec::new(),
        _ => find_alike(ask, &who, number).await?,
    };
    Ok(part(ask, &AlikePart { t: ask.t, base: ask.base(), alike: &found }))
}

/// `POST /{cell}/write/times`: the free times of the day that is being typed.
pub(super) async fn times(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let typed = Typed::of(Form::Appointment, ask.fields());
    let times = appointment::free_times(ask, &typed).await?;
    Ok(part(ask, &Times { t: ask.t, times: &times, chosen: typed.get("time") }))
}

/// Form and patient of a draft.
fn draft_of<'a>(ask: &'a PageAsk<'_>) -> Result<(Form, &'a str), Trouble> {
    let form = ask.field("form").and_then(Form::of_name).ok_or(Trouble::Unreadable)?;
    let patient = ask.field("patient").unwrap_or_default();
    let fits = if form == Form::Patient { patient.is_empty() } else { is_id(patient) };
    if fits { Ok((form, patient)) } else { Err(Trouble::Unreadable) }
}

/// `POST /{cell}/write/draft`: keeps what is being typed.
pub(super) async fn keep_draft(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let (form, patient) = draft_of(ask)?;
    let typed = Typed::of(form, ask.fields());
    let once = ask.field("once").filter(|once| is_once(once)).unwrap_or_default();
    let base = super::save::base(ask);
    let is_last = ask.field("leaving").is_some();
    let kept = draft::keep(ask, form, patient, &typed, (once, base), is_last).await?;
    let header = HeaderName::from_static("salus-kept");
    Ok(match kept {
        Kept::Now(time_ms) => {
            part(ask, &KeptPart { t: ask.t, time: undo::local_time(ask, time_ms) }).header(header, "true")
        }
        Kept::Later => part(ask, &KeptPart { t: ask.t, time: String::new() }).header(header, "later"),
    })
}

/// `POST /{cell}/write/discard`: throws a draft away, and goes on where its form would.
pub(super) async fn discard_draft(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let (form, patient) = draft_of(ask)?;
    draft::discard(ask, form, patient).await?;
    let to = match form {
        Form::Patient => format!("{}/today?said=discarded", ask.base()),
        _ => format!("{}/patient/{patient}?said=discarded", ask.base()),
    };
    Ok(see_other(&ask.around, &to))
}

/// `GET /{cell}/write/drafts`: what whoever asks has begun and not saved.
pub(super) async fn drafts(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let mut drafts = Vec::new();
    for listed in draft::list_own(ask).await? {
        let title = ask.t.say(&title_key(listed.form)).into_owned();
        let name = match listed.patient.as_str() {
            "" => None,
            patient => match name_of(ask, patient).await {
                Err(Trouble::Records(RecordsError::NotFound | RecordsError::Gone { .. })) => continue,
                other => Some(other?),
            },
        };
        drafts.push(DraftLine {
            title: name.map_or(title.clone(), |name| format!("{title}: {name}")),
            path: listed.form.path(&listed.patient),
            time: ask.clock.local(&listed.kept).map_or_else(String::new, |at| {
                format!("{} {}", shown_date(at.date(), ask.language()), shown_time(at.time()))
            }),
            form: listed.form.name(),
            patient: listed.patient,
        });
    }
    let body = Drafts { t: ask.t, base: ask.base(), drafts, is_part: ask.around.is_part };
    Ok(Page::new(Rail::Tasks, ask.t.say("drafts"), &body).answer(ask))
}

/// A patient's name, by a glimpse.
async fn name_of(ask: &PageAsk<'_>, id: &str) -> Result<String, Trouble> {
    let parameters = [("_id", id), ("_elements", "id,name,birthDate"), ("_count", "1")];
    let found = super::here::found(ask, "Patient", &parameters).await?;
    found.first().map(|(_, patient)| super::here::full_name(patient)).ok_or(RecordsError::NotFound.into())
}

//! "Saved. Undo": what the page says after a form was saved, and the way back.
//!
//! State: none; what can be undone is sealed into the page's link.

use super::super::{Page, PageAsk, Rail, Trouble, html, see_other};
use super::form::Form;
use super::here::title_key;
use crate::answer::Answer;
use askama::Template;
use http::StatusCode;
use jiff::Timestamp;
use salus_frame::Words;
use salus_records::{RecordsError, Written, is_id, undo, undo_link, undoable};

#[derive(Template)]
#[template(path = "practice/write/notice.html")]
struct Notice<'a> {
    t: Words,
    base: &'a str,
    text: String,
    /// The link by which it is undone, and until when.
    link: Option<(&'a str, String)>,
}

#[derive(Template)]
#[template(path = "practice/write/undo.html")]
struct Body {
    t: Words,
    title: String,
    text: String,
    to: String,
}

/// The link by which a form can be undone.
pub(super) fn link(
    ask: &PageAsk<'_>,
    form: Form,
    patient: &str,
    written: &[Written],
) -> Result<String, Trouble> {
    let note = format!("{} {patient}", form.name());
    Ok(undo_link(ask.cell, &ask.asker, written, &note, ask.clock.now_ms())?)
}

/// Form and patient of a link's note.
fn of_note(note: &str) -> Option<(Form, &str)> {
    let (form, patient) = note.split_once(' ')?;
    Some((Form::of_name(form)?, patient)).filter(|(_, patient)| is_id(patient))
}

/// A time of day in the practice's zone, of milliseconds since 1970.
pub(super) fn local_time(ask: &PageAsk<'_>, time_ms: u64) -> String {
    let instant = i64::try_from(time_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let local = instant.and_then(|instant| ask.clock.local(&instant.to_string()));
    local.map_or_else(String::new, |local| local.strftime("%H:%M").to_string())
}

/// What a page says of a form that was just saved or undone, if it was: HTML, empty when there is nothing to say.
pub(crate) fn notice(ask: &PageAsk<'_>) -> String {
    let t = ask.t;
    let say = |text: String, link| html(&Notice { t, base: ask.base(), text, link });
    if let Some(link) = ask.query("saved") {
        let Some(found) = undoable(ask.cell, &ask.asker, link, ask.clock.now_ms()) else {
            return String::new();
        };
        let Some((form, _)) = of_note(&found.note) else { return String::new() };
        let what = t.say(&title_key(form)).into_owned();
        let until = local_time(ask, found.until_ms);
        return say(t.say_with("saved", "what", what).into_owned(), Some((link, until)));
    }
    let key = match ask.query("said") {
        Some("undone") => "said-undone",
        Some("already") => "said-already",
        Some("unchanged") => "said-unchanged",
        Some("discarded") => "said-discarded",
        _ => return String::new(),
    };
    say(t.say(key).into_owned(), None)
}

/// `POST /{cell}/undo`
pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let link = ask.field("link").unwrap_or_default();
    let note = undoable(ask.cell, &ask.asker, link, ask.clock.now_ms()).map(|found| found.note);
    let chart = note.as_deref().and_then(of_note).map(|(form, patient)| match form {
        // There is no chart any more.
        Form::Patient => format!("{}/today", ask.base()),
        _ => format!("{}/patient/{patient}", ask.base()),
    });
    let to = chart.unwrap_or_else(|| format!("{}/today", ask.base()));
    match undo(ask.cell, &ask.asker, link, ask.clock.now_ms()).await {
        Ok(_) => Ok(see_other(&ask.around, &format!("{to}?said=undone"))),
        Err(RecordsError::LinkEnded) => Ok(cannot(ask, "undo-over", StatusCode::GONE, to)),
        Err(RecordsError::Precondition(_) | RecordsError::Conflict) => {
            Ok(cannot(ask, "undo-changed", StatusCode::CONFLICT, to))
        }
        Err(other) => Err(other.into()),
    }
}

/// Says why it can't be undone, and what to do.
fn cannot(ask: &PageAsk<'_>, key: &str, status: StatusCode, to: String) -> Answer {
    let title = ask.t.say("undo-not").into_owned();
    let body = Body { t: ask.t, title: title.clone(), text: ask.t.say(key).into_owned(), to };
    Page::new(Rail::Nowhere, title, &body).status(status).answer(ask)
}

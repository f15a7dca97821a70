//! "Saved. Undo": what the page says after a form was saved, and the way back, for as long as there is one.
//!
//! The page that comes next has the link in its address. The pages after it have it of a cookie, which ends when the link does, when it
//! was undone, or with the next form that is saved.
//!
//! State: none here; what can be undone is sealed into the link.

use super::super::{Page, PageAsk, Rail, Trouble, html, see_other};
use super::form::Form;
use super::here::title_key;
use crate::answer::Answer;
use askama::Template;
use http::StatusCode;
use http::header::SET_COOKIE;
use jiff::Timestamp;
use salus_frame::Words;
use salus_frame::cookies::cookie;
use salus_records::{RecordsError, UNDO_MS, Written, is_id, undo, undo_link, undoable};

/// The longest link that a cookie takes, which with its name and attributes has 4,096 bytes (RFC 6265, section 6.1).
const MAX_LINK_BYTES: usize = 3_800;

#[derive(Template)]
#[template(path = "practice/write/notice.html")]
struct Notice<'a> {
    t: Words,
    base: &'a str,
    text: String,
    /// The link by which it is undone, and until when.
    link: Option<(&'a str, String)>,
    /// The patient for whom it was, where another page is shown.
    patient: Option<&'a str>,
    /// Whether it was said before.
    is_old: bool,
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
    let said = ask.query("said");
    // Of what is undone with a key of the page itself there is one at a time. Above a form that is being filled in, it would look as if that were saved.
    let is_form = super::ROUTES.iter().any(|(_, pattern)| *pattern == ask.route);
    let is_other = is_form || said.is_some() || ask.query("did").is_some();
    let kept = || (!is_other).then(|| kept_link(ask)).flatten();
    let asked = ask.query("saved");
    if let Some(link) = asked.or_else(kept) {
        let Some(found) = undoable(ask.cell, &ask.asker, link, ask.clock.now_ms()) else {
            return String::new();
        };
        let Some((form, patient)) = of_note(&found.note) else { return String::new() };
        let what = t.say(&title_key(form)).into_owned();
        let until = local_time(ask, found.until_ms);
        let chart = format!("{}/patient/{patient}", ask.base());
        let is_here = ask.around.here.strip_prefix(chart.as_str());
        let is_here = is_here.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
        return html(&Notice {
            t,
            base: ask.base(),
            text: t.say_with("saved", "what", what).into_owned(),
            link: Some((link, until)),
            patient: (!is_here).then_some(patient),
            is_old: asked.is_none(),
        });
    }
    let say =
        |text: String| html(&Notice { t, base: ask.base(), text, link: None, patient: None, is_old: false });
    let key = match said {
        Some("undone") => "said-undone",
        Some("already") => "said-already",
        Some("unchanged") => "said-unchanged",
        Some("discarded") => "said-discarded",
        _ => return String::new(),
    };
    say(t.say(key).into_owned())
}

fn cookie_name(cell: &str) -> String {
    format!("__Host-salus-undo.{cell}")
}

/// The link that the browser keeps.
fn kept_link<'a>(ask: &'a PageAsk<'_>) -> Option<&'a str> {
    cookie(&ask.parts.headers, &cookie_name(ask.around.cell)).filter(|link| !link.is_empty())
}

/// The answer, with what the pages after the next one undo by.
pub(super) fn keeping(ask: &PageAsk<'_>, answer: Answer, link: &str) -> Answer {
    set(ask, answer, if link.len() > MAX_LINK_BYTES { "" } else { link })
}

fn set(ask: &PageAsk<'_>, answer: Answer, link: &str) -> Answer {
    let for_s = if link.is_empty() { 0 } else { UNDO_MS / 1_000 };
    let name = cookie_name(ask.around.cell);
    answer.header(
        SET_COOKIE,
        format!("{name}={link}; Path=/; Max-Age={for_s}; Secure; HttpOnly; SameSite=Strict"),
    )
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
        Ok(_) => Ok(set(ask, see_other(&ask.around, &format!("{to}?said=undone")), "")),
        Err(RecordsError::LinkEnded) => Ok(set(ask, cannot(ask, "undo-over", StatusCode::GONE, to), "")),
        Err(RecordsError::Precondition(_) | RecordsError::Conflict) => {
            Ok(set(ask, cannot(ask, "undo-changed", StatusCode::CONFLICT, to), ""))
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

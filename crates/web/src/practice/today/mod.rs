//! `GET /{cell}/today`: the day's appointments by physician and state, tasks that are due, what arrived since yesterday.
//! `POST /{cell}/today/{id}`: an appointment's state, with one key; and back.
//!
//! Never: shows more of an appointment than its line: when, whether, who. State: none.

mod day;

use super::arrivals::{Arrival, arrivals};
use super::due::{Due, Tasks, due};
use super::page::go_on;
use super::status::set_status;
use super::{Page, PageAsk, Rail, Route, Trouble};
use crate::answer::Answer;
use crate::query::encode_query;
use askama::Template;
use day::{Day, State};
use salus_frame::{Shortcut, Words, icon};
use salus_records::RecordsError;

pub(super) const ROUTES: &[Route] = &[("GET", "/{cell}/today"), ("POST", "/{cell}/today/{id}")];

/// How many tasks and arrivals are shown beside the day.
const SHORT_LIST: usize = 8;

#[derive(Template)]
#[template(path = "practice/today/day.html")]
struct Body<'a> {
    t: Words,
    base: &'a str,
    day: &'a Day,
    undo: Option<Undo<'a>>,
    due: Beside<Due>,
    has_more: bool,
    arrivals: Beside<Arrival>,
}

/// A short list beside the day, or why it is not there.
struct Beside<T> {
    list: Vec<T>,
    is_refused: bool,
}

/// What was just done to an appointment.
struct Undo<'a> {
    id: &'a str,
    name: String,
    was: State,
    now: State,
}

impl Body<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    if ask.method() == "POST" {
        return change(ask).await;
    }
    let today = ask.clock.today();
    let day = match ask.query("day") {
        Some(day) => day.parse().map_err(|_| Trouble::Unreadable)?,
        None => today,
    };
    let (day, due, arrivals) = tokio::join!(
        Day::gather(ask, day, ask.query("by")),
        due(ask, Some(today), 0, SHORT_LIST),
        arrivals(ask, ask.clock.days_ago(1), SHORT_LIST)
    );
    let (tasks, has_more) = match due {
        Ok(Tasks { list, more, has_others }) => (Ok(list), more > 0 || has_others),
        Err(trouble) => (Err(trouble), false),
    };
    let (day, due, arrivals) = (day?, beside(tasks)?, beside(arrivals)?);
    let undo = ask.query("did").and_then(|id| undo(ask, &day, id));
    let title = ask.t.say_with("today-title", "date", day.date.as_str());
    let body = Body { t: ask.t, base: ask.base(), day: &day, undo, due, has_more, arrivals };
    Ok(Page::new(Rail::Today, title, &body).keys(keys(ask.t)).answer(ask))
}

/// A spent budget leaves out what stands beside the day, and not the day.
fn beside<T>(list: Result<Vec<T>, Trouble>) -> Result<Beside<T>, Trouble> {
    match list {
        Ok(mut list) => {
            list.truncate(SHORT_LIST);
            Ok(Beside { list, is_refused: false })
        }
        Err(Trouble::Records(
            RecordsError::Budget { .. }
            | RecordsError::TouchNeeded
            | RecordsError::NotFound
            | RecordsError::TooCostly(_),
        )) => Ok(Beside { list: Vec::new(), is_refused: true }),
        Err(other) => Err(other),
    }
}

fn undo<'a>(ask: &'a PageAsk<'_>, day: &Day, id: &'a str) -> Option<Undo<'a>> {
    let was = State::of_status(ask.query("was")?)?;
    let slot = day.slot(id)?;
    let name = slot.patient.as_ref().map_or_else(String::new, |line| line.name.clone());
    Some(Undo { id, name, was, now: slot.state })
}

fn keys(t: Words) -> Vec<Shortcut> {
    let state = |state: State| Shortcut::page(state.key(), t.say(state.verb()));
    vec![
        Shortcut::page(",", t.say("today-before")),
        Shortcut::page(".", t.say("today-after")),
        Shortcut::page("t", t.say("today-now")),
        Shortcut::page("Enter", t.say("today-open")),
        state(State::Waiting),
        state(State::Room),
        state(State::Done),
        state(State::Missed),
        Shortcut::page("u", t.say("take-back")),
    ]
}

/// Sets a state, and shows the day again with the way to undo it.
async fn change(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let id = ask.value(0);
    let was = ask.field("was").and_then(State::of_status).ok_or(Trouble::Unreadable)?;
    let now = ask.field("status").and_then(State::of_status).ok_or(Trouble::Unreadable)?;
    set_status(ask, "Appointment", id, was.status(), now.status()).await?;
    let mut query = Vec::new();
    for name in ["day", "by"] {
        query.extend(ask.field(name).filter(|value| !value.is_empty()).map(|value| (name, value)));
    }
    if ask.field("undo").is_none() {
        query.extend([("did", id), ("was", was.status())]);
    }
    let query: Vec<_> = query.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Ok(ask.settle(go_on(&encode_query(&format!("{}/today", ask.base()), &query))))
}

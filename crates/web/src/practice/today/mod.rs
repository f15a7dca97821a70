//! `GET /{cell}/today`: the day's appointments.
//!
//! State: none.

use super::{Page, PageAsk, Rail, Route, Trouble};
use crate::answer::Answer;
use askama::Template;
use salus_frame::Words;

pub(super) const ROUTES: &[Route] = &[("GET", "/{cell}/today")];

#[derive(Template)]
#[template(path = "practice/today/day.html")]
struct Day {
    t: Words,
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let day = ask.clock.today().to_string();
    ask.search("Appointment", &[("date", &day)]).await?;
    Ok(Page::new(Rail::Today, ask.t.say("today"), &Day { t: ask.t }).answer(ask))
}

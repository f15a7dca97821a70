//! `GET /{cell}/inbox`: results and letters of the last two weeks, by the day on which they came.
//!
//! State: none.

use super::arrivals::{Arrival, MAX_READ, arrivals};
use super::view::date::When;
use super::{Page, PageAsk, Rail, Route, Trouble};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Words, icon};

pub(super) const ROUTES: &[Route] = &[("GET", "/{cell}/inbox")];

/// How far back it goes, in days.
const DAYS: i64 = 14;
/// The most that it shows.
const MAX_ARRIVALS: usize = 100;

/// What came on a day.
struct Group {
    day: i64,
    title: String,
    arrivals: Vec<Arrival>,
}

#[derive(Template)]
#[template(path = "practice/inbox.html")]
struct Inbox<'a> {
    t: Words,
    base: &'a str,
    groups: Vec<Group>,
    count: usize,
    has_more: bool,
}

impl Inbox<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let mut all = arrivals(ask, ask.clock.days_ago(DAYS), MAX_ARRIVALS).await?;
    // Of letters only so many are looked at.
    let letters = all.iter().filter(|one| one.icon == "letter").count();
    let has_more = all.len() > MAX_ARRIVALS || letters > MAX_READ;
    all.truncate(MAX_ARRIVALS);
    let today = When::of_ms(ask.clock.now_ms()).day;
    let count = all.iter().filter(|one| one.when.day >= today - 1).count();
    let mut groups: Vec<Group> = Vec::new();
    for one in all {
        match groups.last_mut().filter(|group| group.day == one.when.day) {
            Some(group) => group.arrivals.push(one),
            None => {
                groups.push(Group {
                    day: one.when.day,
                    title: day_title(ask, one.when, today),
                    arrivals: vec![one],
                });
            }
        }
    }
    let body = Inbox { t: ask.t, base: ask.base(), groups, count, has_more };
    Ok(Page::new(Rail::Inbox, ask.t.say("rail-inbox"), &body).answer(ask))
}

fn day_title(ask: &PageAsk<'_>, when: When, today: i64) -> String {
    let date = format!("{}, {}", when.weekday(ask.language()), When::of_day(when.day).date(ask.language()));
    match today - when.day {
        0 => format!("{}, {date}", ask.t.say("today")),
        1 => format!("{}, {date}", ask.t.say("yesterday")),
        _ => date,
    }
}

//! `GET /{cell}/tasks`: what is still to be done, by when. `POST /{cell}/tasks/{id}`: it is done, or is not.
//!
//! State: none.

use super::due::{Due, Tasks as Open, due};
use super::page::go_on;
use super::status::set_status;
use super::{Page, PageAsk, Rail, Route, Trouble};
use crate::answer::Answer;
use crate::query::encode_query;
use askama::Template;
use salus_frame::{Shortcut, Words, icon};

pub(super) const ROUTES: &[Route] = &[("GET", "/{cell}/tasks"), ("POST", "/{cell}/tasks/{id}")];

/// How many stand on a page: each is a chart, since what is to be done is no part of a line.
const PER_PAGE: usize = 20;
/// The statuses between which a key changes; others lead to `completed` and back.
const STATUSES: [&str; 7] =
    ["requested", "received", "accepted", "ready", "in-progress", "on-hold", "completed"];

/// Tasks that belong together by their time.
struct Group {
    title: &'static str,
    tasks: Vec<Due>,
}

/// A task that was just done.
struct Undo<'a> {
    id: &'a str,
    was: &'static str,
}

#[derive(Template)]
#[template(path = "practice/tasks.html")]
struct Tasks<'a> {
    t: Words,
    base: &'a str,
    groups: Vec<Group>,
    is_own: bool,
    can_be_own: bool,
    now: usize,
    undo: Option<Undo<'a>>,
    /// Behind how many the page begins, and the next one.
    from: usize,
    next: Option<usize>,
    has_others: bool,
}

impl Tasks<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }

    fn whose(&self) -> &'static str {
        if self.is_own { "own" } else { "all" }
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    if ask.method() == "POST" {
        return change(ask).await;
    }
    let from = ask.query("from").and_then(|from| from.parse().ok()).unwrap_or_default();
    let Open { list: all, more, has_others } = due(ask, None, from, PER_PAGE).await?;
    let next = (more > 0).then_some(from.saturating_add(PER_PAGE));
    let now = all.iter().filter(|task| task.is_overdue || task.is_today).count();
    let mut groups: Vec<Group> = Vec::new();
    for task in all {
        let title = match &task {
            Due { is_overdue: true, .. } => "tasks-overdue",
            Due { is_today: true, .. } => "tasks-today",
            Due { day: Some(_), .. } => "tasks-later",
            _ => "tasks-someday",
        };
        match groups.last_mut().filter(|group| group.title == title) {
            Some(group) => group.tasks.push(task),
            None => groups.push(Group { title, tasks: vec![task] }),
        }
    }
    let can_be_own = ask.person.practitioner.is_some();
    let is_own = can_be_own && ask.query("whose") != Some("all");
    let undo = ask.query("did").zip(ask.query("was").and_then(known)).map(|(id, was)| Undo { id, was });
    let body =
        Tasks { t: ask.t, base: ask.base(), groups, is_own, can_be_own, now, undo, from, next, has_others };
    let keys = vec![
        Shortcut::page("f", ask.t.say("task-finish")),
        Shortcut::page("u", ask.t.say("take-back")),
        Shortcut::page("Enter", ask.t.say("today-open")),
        Shortcut::page("o", ask.t.say("tasks-more")),
        Shortcut::page("b", ask.t.say("tasks-first")),
    ];
    Ok(Page::new(Rail::Tasks, ask.t.say("rail-tasks"), &body).keys(keys).answer(ask))
}

fn known(status: &str) -> Option<&'static str> {
    STATUSES.into_iter().find(|known| *known == status)
}

async fn change(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let id = ask.value(0);
    let was = ask.field("was").and_then(known).ok_or(Trouble::Unreadable)?;
    let status = ask.field("status").and_then(known).ok_or(Trouble::Unreadable)?;
    set_status(ask, "Task", id, was, status).await?;
    let mut query = vec![("whose".to_owned(), ask.field("whose").unwrap_or("own").to_owned())];
    if status == "completed" {
        query.extend([("did".to_owned(), id.to_owned()), ("was".to_owned(), was.to_owned())]);
    }
    Ok(ask.settle(go_on(&encode_query(&format!("{}/tasks", ask.base()), &query))))
}

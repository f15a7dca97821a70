//! `GET /{cell}/open?id=…&id=…`: the patients who are open in a browser's tab, as a row of tabs. The browser keeps their ids.
//!
//! State: none.

use super::lines::{PatientLine, patients};
use super::{PageAsk, Route, Trouble, part};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Words, icon};
use std::collections::BTreeSet;

pub(super) const ROUTES: &[Route] = &[("GET", "/{cell}/open")];

/// The most that are open at once.
const MAX_OPEN: usize = 4;

#[derive(Template)]
#[template(path = "practice/open.html")]
struct Open<'a> {
    t: Words,
    base: &'a str,
    lines: Vec<PatientLine>,
}

impl Open<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let ids: Vec<&str> = ask.queries("id").take(MAX_OPEN).collect();
    let found = patients(ask, &ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>()).await?;
    let lines = ids.iter().filter_map(|id| found.get(*id).cloned()).collect();
    Ok(part(ask, &Open { t: ask.t, base: ask.base(), lines }))
}

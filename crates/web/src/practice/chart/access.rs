//! Who has looked at this record: from the access log, with the purpose.
//!
//! State: none.

use super::super::{PageAsk, Trouble};
use super::tell::Told;
use super::who::Head;
use super::{Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::Words;

/// Somebody's looking at a record.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub who: String,
    pub told: Told,
    pub purpose: String,
    pub what: String,
}

#[derive(Template)]
#[template(path = "practice/chart/access.html")]
struct Body<'a> {
    t: Words,
    looks: &'a [Look],
}

/// The last looks, for every page of the chart.
pub(super) async fn last(_ask: &PageAsk<'_>, _id: &str) -> Result<Vec<Look>, Trouble> {
    Ok(Vec::new())
}

pub(super) async fn answer(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    let (head, looks) = tokio::join!(Head::gather(ask, id), last(ask, id));
    let (head, looks) = (head?, looks?);
    let body = Body { t: ask.t, looks: &looks };
    Ok(page(ask, &head, Part::Access, Vec::new(), &body, &looks))
}

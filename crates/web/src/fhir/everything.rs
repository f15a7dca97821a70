//! `GET [base]/Patient/[id]/$everything`: the patient's compartment, and what its records refer to, in pages.
//!
//! It is a search in that compartment, and costs what such a search costs: the patient's chart, and the charts of
//! whoever else comes to stand on a page. State: none; a link to the next page holds the whole search.

use super::history::span_ms;
use super::{Ask, search};
use crate::answer::Answer;
use crate::outcome::Refused;
use crate::prefer::is_lenient;
use crate::{query, text};
use http::StatusCode;
use salus_records::SearchAsk;

pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let refused = |issue| Refused::new(StatusCode::BAD_REQUEST, issue);
    let kind = ask.kind()?;
    if !salus_records::is_id(ask.id) {
        return Err(Refused::new(StatusCode::NOT_FOUND, text::not_found()));
    }
    let given = query::parameters(ask.parts.uri.query().unwrap_or_default());
    let given = given.ok_or_else(|| refused(text::unreadable_query()))?;
    let lenient = is_lenient(&ask.parts.headers);
    let mut parameters = vec![("_include".to_owned(), "*".to_owned())];
    let (mut start, mut end, mut is_since) = (None, None, false);
    for (name, value) in given {
        match &*name {
            "_type" | "_count" => parameters.push((name.into_owned(), value.into_owned())),
            "_since" if is_since => return Err(refused(text::given_twice("_since"))),
            "_since" => {
                is_since = true;
                span_ms(&value).ok_or_else(|| refused(text::bad_since()))?;
                parameters.push(("_lastUpdated".to_owned(), format!("ge{value}")));
            }
            "start" if start.is_some() => return Err(refused(text::given_twice("start"))),
            "end" if end.is_some() => return Err(refused(text::given_twice("end"))),
            "start" => start = Some(value.into_owned()),
            "end" => end = Some(value.into_owned()),
            "_format" | "_pretty" => {}
            _ if lenient => {}
            other => {
                return Err(refused(text::unknown_parameter(other, "start, end, _type, _count, _since")));
            }
        }
    }
    let span = |date: &Option<String>| date.as_deref().and_then(span_ms);
    if let (Some((first, _)), Some((_, last))) = (span(&start), span(&end))
        && first > last
    {
        return Err(refused(text::ends_before_it_begins()));
    }
    // Whether there is such a patient is told as a read tells it.
    let there = salus_records::read(ask.cell, &ask.asker, kind, ask.id).await?;
    let asked = SearchAsk::new(None, parameters, false).within(kind, ask.id).of_care(start, end);
    let page = salus_records::search(ask.cell, &ask.asker, asked).await?;
    let answer = search::page(ask, &page, None, ask.format);
    Ok(answer.delivering(there.delivery.with(page.delivery)))
}

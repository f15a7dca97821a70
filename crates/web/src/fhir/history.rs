//! `GET [base]/[type]/[id]/_history`, of all times or of some (`_since`, `_at`).

use super::{Ask, bundle};
use crate::answer::Answer;
use crate::negotiate::FHIR_JSON;
use crate::outcome::Refused;
use crate::{query, text};
use http::StatusCode;
use salus_records::When;
use salus_records::fhir::{instant, search};

/// How many versions a page has when the client does not say.
const DEFAULT_COUNT: usize = 50;

pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let kind = ask.kind()?;
    let Asked { before, count, when, understood } = asked(ask.parts.uri.query().unwrap_or_default())?;
    let mut page = salus_records::history(ask.cell, &ask.asker, kind, ask.id, before, count, when).await?;
    if count == 0 {
        // As of a search (FHIR R4, section 3.1.1.6.6): how many there are, and no entries.
        page.entries.clear();
        page.next_before = None;
    }
    let mut out = String::with_capacity(
        256 + page.entries.iter().filter_map(|e| e.text.as_ref()).map(Vec::len).sum::<usize>(),
    );
    bundle::history(&mut out, ask.cell.base_url(), &page, (before, count), &understood);
    Ok(Answer::new(StatusCode::OK).body(FHIR_JSON, out).delivering(page.delivery))
}

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    /// Only versions below this one.
    before: Option<u32>,
    count: usize,
    when: When,
    /// What else than count and place is for the links.
    understood: Vec<(String, String)>,
}

/// Errors: 400 for a parameter that is not known, is there twice, or is no number or time.
fn asked(query: &str) -> Result<Asked, Refused> {
    let refused = |issue| Refused::new(StatusCode::BAD_REQUEST, issue);
    let parameters = query::parameters(query).ok_or_else(|| refused(text::unreadable_query()))?;
    let (mut before, mut count, mut since_ms, mut at_ms) = (None, None, None, None);
    let mut understood = Vec::new();
    for (name, value) in parameters {
        match &*name {
            "_count" if count.is_none() => {
                count = Some(value.parse().map_err(|_| refused(text::bad_parameter("_count")))?);
            }
            "_before" if before.is_none() => {
                before = Some(value.parse().map_err(|_| refused(text::bad_parameter("_before")))?);
            }
            "_since" if since_ms.is_none() => {
                since_ms = Some(instant::parse(&value).ok_or_else(|| refused(text::bad_since()))?);
                understood.push((name.into_owned(), value.into_owned()));
            }
            "_at" if at_ms.is_none() => {
                at_ms = Some(span_ms(&value).ok_or_else(|| refused(text::bad_at()))?);
                understood.push((name.into_owned(), value.into_owned()));
            }
            "_count" => return Err(refused(text::given_twice("_count"))),
            "_before" => return Err(refused(text::given_twice("_before"))),
            "_since" => return Err(refused(text::given_twice("_since"))),
            "_at" => return Err(refused(text::given_twice("_at"))),
            "_format" | "_pretty" => {}
            other => return Err(refused(text::unknown_parameter(other, "_count, _since, _at, _before"))),
        }
    }
    if count == Some(0) && (before.is_some() || !understood.is_empty()) {
        return Err(refused(text::no_total_alone()));
    }
    let when = When { since_ms: since_ms.unwrap_or(0), at_ms };
    Ok(Asked { before, count: count.unwrap_or(DEFAULT_COUNT), when, understood })
}

/// The milliseconds of a date, dateTime or instant, from 1970 on.
pub(super) fn span_ms(text: &str) -> Option<(u64, u64)> {
    let span = search::span(text)?;
    Some((span.low.max(0).cast_unsigned(), span.high.max(0).cast_unsigned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_asked_for_by_count_version_and_time() {
        let plain = |before, count| Asked { before, count, when: When::default(), understood: Vec::new() };
        assert_eq!(asked("").unwrap(), plain(None, 50));
        assert_eq!(asked("_count=2&_before=7&_format=json").unwrap(), plain(Some(7), 2));
        let timed = asked("_since=1970-01-01T00:00:01Z&_at=1970-01-02").unwrap();
        assert_eq!(timed.when, When { since_ms: 1_000, at_ms: Some((86_400_000, 172_799_999)) });
        assert_eq!(timed.understood.len(), 2);
        for bad in [
            "_count=x",
            "_count=-1",
            "_before=",
            "_since=2020-01-01",
            "_at=yesterday",
            "_at=2020&_at=2021",
            "_count=1&_count=2",
            "_count=0&_since=2020-01-01T00:00:00Z",
            "_count=0&_before=3",
            "_count=%",
        ] {
            assert!(asked(bad).is_err(), "{bad}");
        }
    }
}

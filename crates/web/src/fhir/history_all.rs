//! `GET [base]/[type]/_history` and `GET [base]/_history`

use super::history::span_ms;
use super::search::PAGE;
use super::{Ask, bundle};
use crate::answer::Answer;
use crate::negotiate::FHIR_JSON;
use crate::outcome::Refused;
use crate::{query, text};
use http::StatusCode;
use salus_records::HistoryAsk;
use salus_records::fhir::{ResourceType, instant};

/// How many versions a page has when the client does not say.
const DEFAULT_COUNT: usize = 50;

pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let asked = asked(ask.kind, ask.parts.uri.query().unwrap_or_default())?;
    let base = ask.cell.base_url();
    let path = ask.kind.map_or_else(|| format!("{base}/_history"), |kind| format!("{base}/{kind}/_history"));
    let (page, me) = match asked {
        Asked::Page(link) => {
            let page = salus_records::history_on(ask.cell, &ask.asker, &link).await?;
            (page, format!("{path}?{PAGE}={link}"))
        }
        Asked::First(history, understood) => {
            let page = salus_records::history_all(ask.cell, &ask.asker, history).await?;
            (page, query::encode_query(&path, &understood))
        }
    };
    let next = page.next.as_ref().map(|link| format!("{path}?{PAGE}={link}"));
    let texts = page.entries.iter().filter_map(|(_, _, entry)| entry.text.as_ref());
    let mut out = String::with_capacity(512 + texts.map(|text| text.len() + 320).sum::<usize>());
    bundle::history_all(&mut out, base, &page, &me, next.as_deref());
    let answer = Answer::new(StatusCode::OK).body(FHIR_JSON, out);
    Ok(match page.delivery {
        Some(delivery) => answer.delivering(delivery),
        None => answer,
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// The first page, and the parameters that were understood.
    First(HistoryAsk, Vec<(String, String)>),
    /// A later one.
    Page(String),
}

/// What is asked for.
///
/// Errors: 400 for a parameter that is not known, not a number or no instant.
fn asked(kind: Option<ResourceType>, query: &str) -> Result<Asked, Refused> {
    let refused = |issue| Refused::new(StatusCode::BAD_REQUEST, issue);
    let parameters = query::parameters(query).ok_or_else(|| refused(text::unreadable_query()))?;
    let (mut since_ms, mut at_ms, mut count, mut page) = (None, None, None, None);
    let mut understood = Vec::new();
    for (name, value) in parameters {
        match &*name {
            "_count" if count.is_none() => {
                count = Some(value.parse::<usize>().map_err(|_| refused(text::bad_parameter("_count")))?);
            }
            "_since" if since_ms.is_none() => {
                since_ms = Some(instant::parse(&value).ok_or_else(|| refused(text::bad_since()))?);
            }
            "_at" if at_ms.is_none() => {
                at_ms = Some(span_ms(&value).ok_or_else(|| refused(text::bad_at()))?);
            }
            PAGE if page.is_none() => {
                page = Some(value.into_owned());
                continue;
            }
            PAGE => return Err(refused(text::link_with_others())),
            "_count" => return Err(refused(text::given_twice("_count"))),
            "_since" => return Err(refused(text::given_twice("_since"))),
            "_at" => return Err(refused(text::given_twice("_at"))),
            "_format" | "_pretty" => continue,
            other => return Err(refused(text::unknown_parameter(other, "_count, _since, _at"))),
        }
        understood.push((name.into_owned(), value.into_owned()));
    }
    if let Some(link) = page {
        return if understood.is_empty() {
            Ok(Asked::Page(link))
        } else {
            Err(refused(text::link_with_others()))
        };
    }
    if count == Some(0) {
        return Err(refused(text::no_total_alone()));
    }
    let history = HistoryAsk::new(kind, since_ms.unwrap_or(0), count.unwrap_or(DEFAULT_COUNT)).at(at_ms);
    Ok(Asked::First(history, understood))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_asked_for_by_count_and_time() {
        let first = |since_ms, count| HistoryAsk::new(None, since_ms, count);
        assert_eq!(asked(None, "").unwrap(), Asked::First(first(0, 50), Vec::new()));
        let Asked::First(history, understood) =
            asked(None, "_count=2&_since=1970-01-01T00:00:01Z&_format=json").unwrap()
        else {
            panic!("a first page")
        };
        assert_eq!((history, understood.len()), (first(1_000, 2), 2));
        assert_eq!(asked(None, "_page=abc").unwrap(), Asked::Page("abc".into()));
        for bad in [
            "_count=x",
            "_since=2020",
            "_since=",
            "_at=yesterday",
            "_at=2020&_at=2021",
            "_count=1&_count=2",
            "_count=%",
            "_page=abc&_count=2",
            "_page=a&_page=b",
        ] {
            assert!(asked(None, bad).is_err(), "{bad}");
        }
    }
}

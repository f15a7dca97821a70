//! `GET [base]/[type]/[id]/_history`

use super::{Ask, bundle};
use crate::answer::Answer;
use crate::outcome::Refused;
use crate::{query, text};
use http::StatusCode;

/// How many versions a page has when the client does not say.
const DEFAULT_COUNT: usize = 50;

pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let kind = ask.kind()?;
    let (before, count) = page(ask.parts.uri.query().unwrap_or_default())?;
    let page = salus_records::history(ask.cell, &ask.asker, kind, ask.id, before, count).await?;
    let mut out = String::with_capacity(
        256 + page.entries.iter().filter_map(|e| e.text.as_ref()).map(Vec::len).sum::<usize>(),
    );
    bundle::history(&mut out, ask.cell.base_url(), &page, before, count);
    Ok(Answer::new(StatusCode::OK).body(ask.json, out).delivering(page.delivery))
}

/// From below which version on, and how many.
///
/// Errors: 400 for a parameter that is not known or not a number.
fn page(query: &str) -> Result<(Option<u32>, usize), Refused> {
    let refused = |issue| Refused::new(StatusCode::BAD_REQUEST, issue);
    let parameters = query::parameters(query).ok_or_else(|| refused(text::unreadable_query()))?;
    let (mut before, mut count) = (None, None);
    for (name, value) in parameters {
        match &*name {
            "_count" if count.is_none() => {
                count = Some(value.parse().map_err(|_| refused(text::bad_parameter("_count")))?);
            }
            "_before" if before.is_none() => {
                before = Some(value.parse().map_err(|_| refused(text::bad_parameter("_before")))?);
            }
            "_count" => return Err(refused(text::bad_parameter("_count"))),
            "_before" => return Err(refused(text::bad_parameter("_before"))),
            "_format" | "_pretty" => {}
            other => return Err(refused(text::unknown_parameter(other, "_count, _before"))),
        }
    }
    Ok((before, count.unwrap_or(DEFAULT_COUNT)))
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn pages_are_asked_for_by_count_and_version() {
        assert_eq!(page("").unwrap(), (None, 50));
        assert_eq!(page("_count=2&_before=7&_format=json").unwrap(), (Some(7), 2));
        for bad in ["_count=x", "_count=-1", "_before=", "_since=2020-01-01", "_count=1&_count=2", "_count=%"]
        {
            assert!(page(bad).is_err(), "{bad}");
        }
    }
}

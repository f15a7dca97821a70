//! `GET|HEAD [base]/[type]/[id]`

use super::Ask;
use super::table::Verb;
use crate::answer::Answer;
use crate::negotiate::FHIR_JSON;
use crate::outcome::Refused;
use crate::prefer::is_lenient;
use crate::{query, text};
use http::StatusCode;
use http::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
use salus_records::{Opened, tag_version};
use std::time::{Duration, UNIX_EPOCH};

pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let opened = salus_records::read(ask.cell, &ask.asker, ask.kind()?, ask.id).await?;
    Ok(send(ask, opened))
}

/// Nothing beside the format may be asked for where there is nothing to be asked: what is not done is not passed over, unless that is asked for.
///
/// Errors: 400 for a parameter that is not known.
pub(super) fn no_parameters(ask: &Ask<'_>, verb: Verb) -> Result<(), Refused> {
    let refused = |issue| Refused::new(StatusCode::BAD_REQUEST, issue);
    let query = ask.parts.uri.query().unwrap_or_default();
    let parameters = query::parameters(query).ok_or_else(|| refused(text::unreadable_query()))?;
    let unknown = parameters.iter().find(|(name, _)| !matches!(&**name, "_format" | "_pretty"));
    match unknown.filter(|_| !is_lenient(&ask.parts.headers)) {
        Some((name, _)) if matches!(verb, Verb::Read | Verb::Vread) => {
            Err(refused(text::unknown_parameter_of_a_read(name)))
        }
        Some((name, _)) => Err(refused(text::unknown_parameter(name, "_format, _pretty"))),
        None => Ok(()),
    }
}

/// The record, or that the client has it already: said only to those who were admitted.
pub(super) fn send(ask: &Ask<'_>, opened: Opened) -> Answer {
    if is_known(ask, &opened) {
        let answer = Answer::new(StatusCode::NOT_MODIFIED).version(opened.version, opened.time_ms);
        return answer.admitted(opened.delivery.entry());
    }
    Answer::new(StatusCode::OK)
        .version(opened.version, opened.time_ms)
        .body(FHIR_JSON, opened.text)
        .delivering(opened.delivery)
}

/// If-None-Match counts before If-Modified-Since (RFC 9110, section 13.2.2).
fn is_known(ask: &Ask<'_>, opened: &Opened) -> bool {
    if let Some(tags) = ask.header(IF_NONE_MATCH.as_str()) {
        return tags.split(',').any(|tag| tag.trim() == "*" || tag_version(tag) == Some(opened.version));
    }
    let since = ask.header(IF_MODIFIED_SINCE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok());
    // HTTP's dates have whole seconds.
    let modified = UNIX_EPOCH + Duration::from_secs(opened.time_ms / 1000);
    since.is_some_and(|since| modified <= since)
}

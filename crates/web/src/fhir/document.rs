//! `GET [base]/Composition/[id]/$document`: the Composition and all that it refers to, as a document.
//!
//! It is a search with includes, admitted, charged and logged as one. Never: stores the document. State: none.

use super::Ask;
use crate::answer::Answer;
use crate::negotiate::FHIR_JSON;
use crate::outcome::Refused;
use crate::{query, text};
use http::StatusCode;
use salus_records::fhir::instant;
use salus_records::fhir::json::quote;
use salus_records::{Mode, RecordsError, SearchAsk};
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let refused = |issue| Refused::new(StatusCode::BAD_REQUEST, issue);
    let kind = ask.kind()?;
    let given = query::parameters(ask.parts.uri.query().unwrap_or_default());
    let given = given.ok_or_else(|| refused(text::unreadable_query()))?;
    for (name, value) in given {
        match &*name {
            "_format" | "_pretty" => {}
            "persist" if value == "false" => {}
            other => return Err(refused(text::unknown_parameter(other, "persist=false"))),
        }
    }
    // Whether there is such a Composition is told as a read tells it.
    let there = salus_records::read(ask.cell, &ask.asker, kind, ask.id).await?;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let parameters = vec![pair("_id", ask.id), pair("_include", "*"), pair("_total", "none")];
    let page =
        salus_records::search(ask.cell, &ask.asker, SearchAsk::new(Some(kind), parameters, false)).await?;
    let base = ask.cell.base_url();
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let mut out = format!(
        r#"{{"resourceType":"Bundle","identifier":{{"system":"urn:ietf:rfc:3986","value":"urn:uuid:{}"}},"type":"document","timestamp":"{}","entry":["#,
        salus_records::fresh_id()?,
        instant(now_ms)
    );
    let (first, others): (Vec<_>, Vec<_>) = page.entries.iter().partition(|entry| entry.mode == Mode::Match);
    if first.is_empty() {
        return Err(RecordsError::NotFound.into());
    }
    for (at, entry) in first.into_iter().chain(others).enumerate() {
        let resource = std::str::from_utf8(&entry.text).map_err(|_| RecordsError::Internal)?;
        let url = quote(&format!("{base}/{}/{}", entry.kind, entry.id));
        let comma = if at > 0 { "," } else { "" };
        out.push_str(&format!(r#"{comma}{{"fullUrl":{url},"resource":{resource}}}"#));
    }
    out.push_str("]}");
    Ok(Answer::new(StatusCode::OK).body(FHIR_JSON, out).delivering(there.delivery.with(page.delivery)))
}

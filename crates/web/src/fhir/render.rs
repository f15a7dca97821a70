//! From the JSON of an answer to the format that was asked for: the one place where that is done, for records, Bundles,
//! OperationOutcomes and the CapabilityStatement alike.
//!
//! Never: changes what an answer says, or until when it may be sent. State: none.

use super::html;
use crate::answer::Answer;
use crate::negotiate::{FHIR_JSON, Format, Syntax};
use crate::outcome::Refused;
use bytes::Bytes;
use http::header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use salus_records::Cell;
use salus_records::fhir::json::pretty;
use salus_records::fhir::xml::{self, Layout, XmlFault};
use salus_records::fhir::{Issue, Language};

/// Writes the answer in its format.
///
/// A record that XML can't hold is a 406 that says so.
pub(crate) async fn render(
    cell: Option<&Cell>,
    parts: &Parts,
    answer: Answer,
    format: Format,
    language: Language,
) -> Answer {
    if answer.headers.get(CONTENT_TYPE).is_none_or(|name| name != FHIR_JSON) || answer.body.is_empty() {
        return answer;
    }
    let format = answer.format.unwrap_or(format);
    let answer = answer.header(VARY, HeaderValue::from_static("accept, accept-language"));
    let is_as_it_is = format.syntax == Syntax::Json && !format.pretty;
    let written = if is_as_it_is {
        Ok(answer.body.clone())
    } else {
        let work = || write(&answer.body, parts, cell.map_or("", Cell::base_url), format, language);
        match cell {
            Some(cell) => cell.heavy(answer.body.len(), work).await,
            None => work(),
        }
    };
    match written {
        Ok(body) if format.syntax == Syntax::Html => answer
            .body(format.name, body)
            .header(CONTENT_SECURITY_POLICY, html::POLICY)
            .header(REFERRER_POLICY, HeaderValue::from_static("no-referrer"))
            .header(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag())),
        Ok(body) => answer.body(format.name, body),
        Err(issue) => Refused::new(StatusCode::NOT_ACCEPTABLE, issue).into_answer(language),
    }
}

fn write(
    json: &Bytes,
    parts: &Parts,
    base: &str,
    format: Format,
    language: Language,
) -> Result<Bytes, Issue> {
    // What was stored was checked to be UTF-8.
    let Ok(text) = std::str::from_utf8(json) else { return Ok(json.clone()) };
    let layout = if format.pretty { Layout::Pretty } else { Layout::Compact };
    let written = match format.syntax {
        Syntax::Json if format.pretty => pretty(text),
        Syntax::Json => return Ok(json.clone()),
        Syntax::Xml => xml::from_json(text, layout).map_err(XmlFault::into_issue)?,
        Syntax::Html => html::page(text, parts, base, language),
    };
    Ok(written.into())
}

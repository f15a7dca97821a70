//! `$export` (FHIR Bulk Data Access 2.0): asked for here, approved by a second person at the door, its status, its files.
//!
//! Never: reads a record before it is approved; gives a file twice. State: none; the keyholder and the cell's folder have it.

use super::{Ask, export_text as say};
use crate::answer::{Answer, http_date};
use crate::negotiate::{FHIR_JSON, NDJSON, PLAIN_JSON};
use crate::outcome::Refused;
use crate::prefer::{is_async, is_lenient};
use crate::read_body::Brought;
use crate::{query, text};
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_LOCATION, CONTENT_TYPE, EXPIRES, HeaderName, RETRY_AFTER};
use http::{Method, StatusCode};
use salus_records::export_events::{ExportEnd, ExportScope};
use salus_records::exports::{ExportPhase, ExportStatus};
use salus_records::fhir::json::quote;
use salus_records::fhir::outcome::operation_outcome;
use salus_records::fhir::{ResourceType, instant};
use salus_records::{ExportAsked, ExportOfWhom, RecordsError};

const X_PROGRESS: HeaderName = HeaderName::from_static("x-progress");
/// After how many seconds to ask again while people are waited for.
const ASK_AGAIN_APPROVAL_S: u32 = 60;
/// The same while it is being written.
const ASK_AGAIN_RUNNING_S: u32 = 5;
/// The largest body of a request for an export, in bytes.
const MAX_PARAMETERS_BYTES: usize = 64 * 1024;
/// The parameters that are understood.
const KNOWN: &str = "_type, _since, _outputFormat";

/// `GET` or `POST [base]/$export`, `[base]/Patient/$export`, `[base]/Group/[id]/$export`
pub(super) async fn ask(ask: &Ask<'_>, whom: ExportOfWhom, body: Brought) -> Result<Answer, Refused> {
    let bad = |issue| Refused::new(StatusCode::BAD_REQUEST, issue);
    if !is_async(&ask.parts.headers) {
        return Err(bad(say::not_async()));
    }
    if let ExportOfWhom::Group(id) = &whom
        && !salus_records::is_id(id)
    {
        return Err(RecordsError::NotFound.into());
    }
    let given = query::parameters(ask.parts.uri.query().unwrap_or_default());
    let given = given.ok_or_else(|| bad(text::unreadable_query()))?;
    let mut given: Vec<(String, String)> =
        given.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    if ask.parts.method == Method::POST {
        given.extend(sent(ask, body).await?);
    }
    let Wanted { kinds, since_ms } = wanted(&given, is_lenient(&ask.parts.headers))?;
    match salus_records::ask_export(ask.cell, &ask.asker, &whom, &kinds, since_ms).await? {
        ExportAsked::Asked(number) => {
            let url = format!("{}/$export-status/{number}", ask.cell.base_url());
            let said = operation_outcome(&[say::asked()], ask.language);
            Ok(Answer::new(StatusCode::ACCEPTED)
                .header(CONTENT_LOCATION, url)
                .body(FHIR_JSON, said)
                .admitted(number))
        }
        ExportAsked::NoRoom(room) => Err(Refused::new(StatusCode::TOO_MANY_REQUESTS, say::no_room(&room))
            .with(RETRY_AFTER, ASK_AGAIN_APPROVAL_S)),
        ExportAsked::TooMany => Err(Refused::new(StatusCode::TOO_MANY_REQUESTS, say::too_many())
            .with(RETRY_AFTER, ASK_AGAIN_APPROVAL_S)),
    }
}

/// The parameters of a body: a Parameters resource in JSON. Nothing at all is none.
async fn sent(ask: &Ask<'_>, body: Brought) -> Result<Vec<(String, String)>, Refused> {
    let bad = || Refused::new(StatusCode::BAD_REQUEST, say::bad_parameters());
    let body = ask.web.bodies.read_within(ask.parts, body, MAX_PARAMETERS_BYTES).await?;
    if body.bytes.is_empty() {
        return Ok(Vec::new());
    }
    let name = ask.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    if !name.contains("json") {
        return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, say::bad_parameters()));
    }
    let sent: serde_json::Value = serde_json::from_slice(&body.bytes).map_err(|_| bad())?;
    if sent["resourceType"] != "Parameters" {
        return Err(bad());
    }
    // What is not understood is not everything.
    let all = match sent.get("parameter") {
        Some(all) => all.as_array().ok_or_else(bad)?,
        None => return Ok(Vec::new()),
    };
    let pair = |one: &serde_json::Value| {
        let name = one["name"].as_str()?;
        let (_, value) = one.as_object()?.iter().find(|(key, _)| key.starts_with("value"))?;
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some((name.to_owned(), value))
    };
    all.iter().map(|one| pair(one).ok_or_else(bad)).collect()
}

#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    kinds: Vec<ResourceType>,
    since_ms: u64,
}

/// What is asked for. What is not understood is refused, or left out where the client said so.
fn wanted(given: &[(String, String)], lenient: bool) -> Result<Wanted, Refused> {
    let refused = |issue| Refused::new(StatusCode::BAD_REQUEST, issue);
    let mut wanted = Wanted { kinds: Vec::new(), since_ms: 0 };
    for name in ["_since", "_outputFormat"] {
        if given.iter().filter(|(other, _)| other == name).count() > 1 {
            return Err(refused(text::given_twice(name)));
        }
    }
    for (name, value) in given {
        match name.as_str() {
            "_type" => {
                for name in value.split(',').map(str::trim) {
                    match ResourceType::from_name(name) {
                        Some(kind) => wanted.kinds.push(kind),
                        None if lenient => {}
                        None => {
                            let nearest = super::address::nearest_types(name);
                            return Err(refused(text::unknown_type(&nearest).at("http._type")));
                        }
                    }
                }
            }
            "_since" => {
                wanted.since_ms = instant::parse(value).ok_or_else(|| refused(text::bad_since()))?;
            }
            "_outputFormat" => {
                if !["application/fhir+ndjson", "application/ndjson", "ndjson"].contains(&value.as_str()) {
                    return Err(refused(say::bad_format()));
                }
            }
            "_format" | "_pretty" => {}
            _ if lenient => {}
            other => return Err(refused(text::unknown_parameter(other, KNOWN))),
        }
    }
    // All that was named is unknown: nothing is asked for, and not everything.
    if wanted.kinds.is_empty() && given.iter().any(|(name, _)| name == "_type") {
        return Err(refused(text::unknown_type(&[]).at("http._type")));
    }
    Ok(wanted)
}

/// The number in an address.
fn number(ask: &Ask<'_>) -> Result<u64, Refused> {
    ask.id.parse().map_err(|_| RecordsError::NotFound.into())
}

/// `GET [base]/$export-status/[number]`
pub(super) async fn status(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let (status, _) = salus_records::show_export(ask.cell, &ask.asker, number(ask)?).await?;
    let waits = |progress: String, again_s: u32| {
        Answer::new(StatusCode::ACCEPTED).header(X_PROGRESS, progress).header(RETRY_AFTER, again_s)
    };
    match status.phase {
        ExportPhase::Asked => {
            Ok(waits("waits for a second person to approve it".into(), ASK_AGAIN_APPROVAL_S))
        }
        ExportPhase::Approved => Ok(waits("approved; begins in a moment".into(), ASK_AGAIN_RUNNING_S)),
        ExportPhase::Running => {
            let progress = format!("{} of at most {} patients", status.reached, status.patients);
            Ok(waits(progress, ASK_AGAIN_RUNNING_S))
        }
        ExportPhase::Ready => Ok(Answer::new(StatusCode::OK)
            .header(EXPIRES, http_date(status.until_ms))
            .body(PLAIN_JSON, manifest(ask.cell.base_url(), &status))),
        ExportPhase::Ended(why) => Err(Refused::new(status_of(why), say::ended(why))),
    }
}

fn status_of(why: ExportEnd) -> StatusCode {
    match why {
        ExportEnd::Cancelled => StatusCode::NOT_FOUND,
        ExportEnd::Finished | ExportEnd::Expired => StatusCode::GONE,
        ExportEnd::Declined | ExportEnd::Stopped => StatusCode::FORBIDDEN,
        ExportEnd::Budget => StatusCode::TOO_MANY_REQUESTS,
        ExportEnd::MorePatients => StatusCode::CONFLICT,
        ExportEnd::KeysLost => StatusCode::SERVICE_UNAVAILABLE,
        ExportEnd::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The manifest: what is there still. A file that was taken is listed no more.
fn manifest(base: &str, status: &ExportStatus) -> String {
    let name = |code: u16| ResourceType::from_code(code).map_or("", ResourceType::name);
    let path = match status.scope {
        ExportScope::System => "$export",
        ExportScope::Patients => "Patient/$export",
        ExportScope::Group { .. } => "Group/$export",
    };
    let mut request = format!("{base}/{path}");
    if !status.kinds.is_empty() {
        let kinds: Vec<&str> = status.kinds.iter().map(|code| name(*code)).collect();
        request.push_str(&format!("?_type={}", kinds.join(",")));
    }
    let files = status.files.iter().map(|file| {
        let url = format!("{base}/$export-file/{}/{}", status.export, file.file);
        format!(r#"{{"type":{},"url":{},"count":{}}}"#, quote(name(file.kind)), quote(&url), file.records)
    });
    format!(
        r#"{{"transactionTime":"{}","request":{},"requiresAccessToken":true,"output":[{}],"deleted":[],"error":[]}}"#,
        instant(status.begun_ms.unwrap_or(status.asked_ms)),
        quote(&request),
        files.collect::<Vec<_>>().join(",")
    )
}

/// `DELETE [base]/$export-status/[number]`
pub(super) async fn cancel(ask: &Ask<'_>) -> Result<Answer, Refused> {
    salus_records::end_export(ask.cell, &ask.asker, number(ask)?).await?;
    Ok(Answer::new(StatusCode::ACCEPTED))
}

/// `GET [base]/$export-file/[number]/[file]`: once. Whoever only wants to know about it (HEAD) would use it up.
pub(super) async fn file(ask: &Ask<'_>) -> Result<Answer, Refused> {
    if ask.parts.method == Method::HEAD {
        return Err(
            Refused::new(StatusCode::METHOD_NOT_ALLOWED, text::method_not_allowed()).with(ALLOW, "GET")
        );
    }
    let file = ask.version.parse().map_err(|_| RecordsError::NotFound)?;
    let taken = salus_records::take_export_file(ask.cell, &ask.asker, number(ask)?, file).await?;
    let body = Bytes::copy_from_slice(&taken.text);
    Ok(Answer::new(StatusCode::OK).body(NDJSON, body).delivering(taken.delivery))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_refused_or_left_out() {
        let pairs = |given: &[(&str, &str)]| -> Vec<(String, String)> {
            given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let read =
            wanted(&pairs(&[("_type", "Patient, Observation"), ("_since", "1970-01-01T00:00:01Z")]), false);
        let read = read.unwrap();
        assert_eq!((read.kinds.len(), read.since_ms), (2, 1_000));
        for bad in [
            ("_type", "Patience"),
            ("_since", "yesterday"),
            ("_outputFormat", "text/csv"),
            ("_elements", "id"),
            ("_typeFilter", "Patient?active=true"),
        ] {
            assert!(wanted(&pairs(&[bad]), false).is_err(), "{bad:?}");
        }
        assert!(wanted(&pairs(&[("_elements", "id"), ("_type", "Patient,Patience")]), true).is_ok());
        assert!(wanted(&pairs(&[("_type", "Patience")]), true).is_err(), "nothing is not everything");
    }
}

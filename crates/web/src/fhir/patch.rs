//! `PATCH [base]/[type]/[id]` and `PATCH [base]/[type]?[query]`: by JSON Patch or by FHIRPath Patch.
//!
//! State: none.

use super::{Ask, update, written};
use crate::answer::Answer;
use crate::negotiate;
use crate::outcome::Refused;
use crate::read_body::Brought;
use crate::text;
use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use salus_records::{JSON_PATCH, SentPatch};

/// What a patch may be sent as, as the CapabilityStatement and the header Accept-Patch list it.
pub(super) const FORMATS: [&str; 3] = [JSON_PATCH, "application/fhir+json", "application/fhir+xml"];

/// RFC 5789, section 3.1.
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

pub(super) async fn answer(ask: &Ask<'_>, body: Brought) -> Result<Answer, Refused> {
    let (kind, precondition) = (ask.kind()?, update::precondition(ask));
    let sent = sent(ask, body).await?;
    let done = salus_records::patch(ask.cell, &ask.asker, kind, ask.id, precondition, sent).await?;
    Ok(written::answer(ask, done))
}

pub(super) async fn answer_by(ask: &Ask<'_>, body: Brought) -> Result<Answer, Refused> {
    let (kind, precondition) = (ask.kind()?, update::precondition(ask));
    let sent = sent(ask, body).await?;
    let query = ask.parts.uri.query().unwrap_or_default();
    let done = salus_records::patch_by(ask.cell, &ask.asker, kind, query, precondition, sent).await?;
    Ok(written::answer(ask, done))
}

/// Errors: 415 unless it is a JSON Patch or FHIR.
async fn sent(ask: &Ask<'_>, body: Brought) -> Result<SentPatch, Refused> {
    let headers = &ask.parts.headers;
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = kind.split(';').next().unwrap_or_default().trim();
    let is_plain = headers.get(CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
    let parameters = if name.eq_ignore_ascii_case(JSON_PATCH) && is_plain {
        None
    } else {
        let unknown = |_| {
            Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text::unsupported_patch())
                .with(ACCEPT_PATCH, FORMATS.join(", "))
        };
        Some(negotiate::sent(headers).map_err(unknown)?)
    };
    let mut body = ask.web.bodies.read(ask.parts, body).await?;
    let bytes = std::mem::take(&mut body.bytes);
    Ok(match parameters {
        None => SentPatch::Json(bytes),
        Some(sent) => SentPatch::Parameters(sent(bytes)),
    })
}

//! `GET [base]/[type]/[id]/$meta`: a record's meta, for those who may read the record; and what puts profiles, tags and security
//! labels in or takes them out (`$meta-add`, `$meta-delete`), which makes a new version like any patch.

use super::{Ask, update};
use crate::answer::Answer;
use crate::negotiate::{self, FHIR_JSON};
use crate::outcome::Refused;
use crate::read_body::Brought;
use http::StatusCode;
use salus_records::fhir::json::{Document, Value};
use salus_records::{RecordsError, SentPatch};

pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let opened = salus_records::read(ask.cell, &ask.asker, ask.kind()?, ask.id).await?;
    let text = std::str::from_utf8(&opened.text).map_err(|_| RecordsError::Internal)?;
    let document = Document::parse(text).map_err(|_| RecordsError::Internal)?;
    let meta = document.root().get("meta").ok_or(RecordsError::Internal)?;
    Ok(Answer::new(StatusCode::OK)
        .version(opened.version, opened.time_ms)
        .body(FHIR_JSON, parameters(meta))
        .delivering(opened.delivery))
}

/// `POST [base]/[type]/[id]/$meta-add` (`adds`) and `$meta-delete`.
pub(super) async fn change(ask: &Ask<'_>, body: Brought, adds: bool) -> Result<Answer, Refused> {
    let (kind, precondition) = (ask.kind()?, update::precondition(ask));
    let sent = negotiate::sent(&ask.parts.headers)?;
    let mut body = ask.web.bodies.read(ask.parts, body).await?;
    let sent = SentPatch::Meta(sent(std::mem::take(&mut body.bytes)), adds);
    let done = salus_records::patch(ask.cell, &ask.asker, kind, ask.id, precondition, sent).await?;
    let document = Document::parse(done.text.as_str()).map_err(|_| RecordsError::Internal)?;
    let meta = document.root().get("meta").ok_or(RecordsError::Internal)?;
    Ok(Answer::new(StatusCode::OK)
        .version(done.version, done.time_ms)
        .body(FHIR_JSON, parameters(meta))
        .admitted(done.entry))
}

fn parameters(meta: Value<'_>) -> String {
    format!(r#"{{"resourceType":"Parameters","parameter":[{{"name":"return","valueMeta":{}}}]}}"#, meta.raw())
}

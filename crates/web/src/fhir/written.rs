//! The answer to a create or update. State: none.

use super::Ask;
use crate::answer::Answer;
use crate::prefer::{Return, preferred};
use crate::text;
use http::StatusCode;
use http::header::LOCATION;
use salus_records::Written;
use salus_records::fhir::outcome::operation_outcome;

pub(super) fn answer(ask: &Ask<'_>, written: Written) -> Answer {
    let status = if written.created { StatusCode::CREATED } else { StatusCode::OK };
    let Written { kind, id, version, time_ms, text: resource, entry, .. } = written;
    let mut answer = Answer::new(status).version(version, time_ms).admitted(entry);
    if status == StatusCode::CREATED {
        let location = format!("{}/{kind}/{id}/_history/{version}", ask.cell.base_url());
        answer = answer.header(LOCATION, location);
    }
    match preferred(&ask.parts.headers, Return::Representation) {
        Return::Minimal => answer,
        Return::Representation => answer.body(ask.json, resource),
        Return::OperationOutcome => answer.body(ask.json, operation_outcome(&[text::stored()], ask.language)),
    }
}

//! The answer to a create or update. State: none.

use super::Ask;
use crate::answer::Answer;
use crate::negotiate::FHIR_JSON;
use crate::prefer::{Return, preferred};
use crate::text;
use http::StatusCode;
use http::header::LOCATION;
use salus_records::fhir::outcome::operation_outcome;
use salus_records::{Conditional, One, Written};

/// The answer to a create that depends on what is there.
pub(super) fn of(ask: &Ask<'_>, done: Conditional) -> Answer {
    match done {
        Conditional::Written(written) => answer(ask, written),
        Conditional::There(one) => there(ask, *one),
    }
}

/// The answer to a conditional create that found the record there.
fn there(ask: &Ask<'_>, one: One) -> Answer {
    let One { kind, id, version, time_ms, text: resource, delivery } = one;
    let mut answer = Answer::new(StatusCode::OK).version(version, time_ms).delivering(delivery);
    // Who may not read it is told that it is there.
    if id.is_empty() {
        return answer.body(FHIR_JSON, operation_outcome(&[text::there()], ask.language));
    }
    let location = format!("{}/{kind}/{id}/_history/{version}", ask.cell.base_url());
    answer = answer.header(LOCATION, location);
    match preferred(&ask.parts.headers, Return::Representation) {
        Return::Minimal => answer,
        Return::Representation => answer.body(FHIR_JSON, resource),
        Return::OperationOutcome => answer.body(FHIR_JSON, operation_outcome(&[text::there()], ask.language)),
    }
}

pub(super) fn answer(ask: &Ask<'_>, written: Written) -> Answer {
    let status = if written.created { StatusCode::CREATED } else { StatusCode::OK };
    let Written { kind, id, version, time_ms, text: resource, entry, warnings, .. } = written;
    let mut answer = Answer::new(status).version(version, time_ms).admitted(entry);
    if status == StatusCode::CREATED {
        let location = format!("{}/{kind}/{id}/_history/{version}", ask.cell.base_url());
        answer = answer.header(LOCATION, location);
    }
    match preferred(&ask.parts.headers, Return::Representation) {
        Return::Minimal => answer,
        Return::Representation => answer.body(FHIR_JSON, resource),
        Return::OperationOutcome => {
            let issues = [&[text::stored()][..], &warnings].concat();
            answer.body(FHIR_JSON, operation_outcome(&issues, ask.language))
        }
    }
}

//! `DELETE [base]/[type]/[id]`

use super::{Ask, update};
use crate::answer::Answer;
use crate::outcome::Refused;
use crate::prefer::{Return, preferred};
use crate::text;
use http::StatusCode;
use http::header::ETAG;
use salus_records::fhir::outcome::operation_outcome;

pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let precondition = update::precondition(ask);
    let deleted = salus_records::delete(ask.cell, &ask.asker, ask.kind()?, ask.id, precondition).await?;
    let answer = match preferred(&ask.parts.headers, Return::Minimal) {
        Return::OperationOutcome => {
            Answer::new(StatusCode::OK).body(ask.json, operation_outcome(&[text::deleted()], ask.language))
        }
        Return::Minimal | Return::Representation => Answer::new(StatusCode::NO_CONTENT),
    };
    Ok(answer.header(ETAG, format!("W/\"{}\"", deleted.version)).admitted(deleted.entry))
}

//! `DELETE [base]/[type]/[id]`

use super::{Ask, update};
use crate::answer::Answer;
use crate::negotiate::FHIR_JSON;
use crate::outcome::Refused;
use crate::prefer::{Return, preferred};
use crate::text;
use http::StatusCode;
use http::header::ETAG;
use salus_records::fhir::outcome::operation_outcome;

pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let precondition = update::precondition(ask);
    let deleted = salus_records::delete(ask.cell, &ask.asker, ask.kind()?, ask.id, precondition).await?;
    Ok(done(ask).header(ETAG, format!("W/\"{}\"", deleted.version)).admitted(deleted.entry))
}

/// `DELETE [base]/[type]?[query]`: where nothing is found, there is nothing to be done.
pub(super) async fn answer_by(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let precondition = update::precondition(ask);
    let query = ask.parts.uri.query().unwrap_or_default();
    let kind = ask.kind()?;
    let deleted = salus_records::delete_by(ask.cell, &ask.asker, kind, query, precondition).await?;
    Ok(match deleted {
        Some(deleted) => done(ask).header(ETAG, format!("W/\"{}\"", deleted.version)).admitted(deleted.entry),
        None => done(ask),
    })
}

fn done(ask: &Ask<'_>) -> Answer {
    match preferred(&ask.parts.headers, Return::Minimal) {
        Return::OperationOutcome => {
            Answer::new(StatusCode::OK).body(FHIR_JSON, operation_outcome(&[text::deleted()], ask.language))
        }
        Return::Minimal | Return::Representation => Answer::new(StatusCode::NO_CONTENT),
    }
}

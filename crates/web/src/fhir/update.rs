//! `PUT [base]/[type]/[id]`

use super::{Ask, written};
use crate::answer::Answer;
use crate::negotiate;
use crate::outcome::Refused;
use crate::read_body::Brought;
use salus_records::Precondition;

pub(super) async fn answer(ask: &Ask<'_>, body: Brought) -> Result<Answer, Refused> {
    let kind = ask.kind()?;
    let sent = negotiate::sent(&ask.parts.headers)?;
    let precondition = precondition(ask);
    let mut body = ask.web.bodies.read(ask.parts, body).await?;
    let bytes = sent(std::mem::take(&mut body.bytes));
    let done = salus_records::update(ask.cell, &ask.asker, kind, ask.id, precondition, bytes).await?;
    Ok(written::answer(ask, done))
}

/// `PUT [base]/[type]?[query]`
pub(super) async fn answer_by(ask: &Ask<'_>, body: Brought) -> Result<Answer, Refused> {
    let kind = ask.kind()?;
    let sent = negotiate::sent(&ask.parts.headers)?;
    let precondition = precondition(ask);
    let mut body = ask.web.bodies.read(ask.parts, body).await?;
    let bytes = sent(std::mem::take(&mut body.bytes));
    let query = ask.parts.uri.query().unwrap_or_default();
    let done = salus_records::update_by(ask.cell, &ask.asker, kind, query, precondition, bytes).await?;
    Ok(written::answer(ask, done))
}

pub(super) fn precondition(ask: &Ask<'_>) -> Precondition {
    // A header that is not text matches no version.
    let matches = ask.parts.headers.get("if-match").map(|value| value.to_str().unwrap_or(""));
    Precondition::new(matches, ask.header("if-none-match"))
}

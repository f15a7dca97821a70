//! `POST [base]/[type]`

use super::{Ask, written};
use crate::answer::Answer;
use crate::negotiate;
use crate::outcome::Refused;
use crate::read_body::Brought;

pub(super) async fn answer(ask: &Ask<'_>, body: Brought) -> Result<Answer, Refused> {
    let kind = ask.kind()?;
    let sent = negotiate::sent(&ask.parts.headers)?;
    // Some send the whole address.
    let if_none_exist = ask.header("if-none-exist");
    let if_none_exist = if_none_exist.map(|query| query.split_once('?').map_or(query, |(_, query)| query));
    let mut body = ask.web.bodies.read(ask.parts, body).await?;
    let bytes = sent(std::mem::take(&mut body.bytes));
    let done = salus_records::create(ask.cell, &ask.asker, kind, if_none_exist, bytes).await?;
    Ok(written::of(ask, done))
}

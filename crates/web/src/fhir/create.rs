//! `POST [base]/[type]`

use super::{Ask, written};
use crate::answer::Answer;
use crate::negotiate::check_sent_type;
use crate::outcome::Refused;
use crate::text;
use http::StatusCode;
use hyper::body::Incoming;

pub(super) async fn answer(ask: &Ask<'_>, body: Incoming) -> Result<Answer, Refused> {
    let kind = ask.kind()?;
    if ask.parts.headers.contains_key("if-none-exist") {
        return Err(Refused::new(StatusCode::UNPROCESSABLE_ENTITY, text::conditional_create()));
    }
    check_sent_type(&ask.parts.headers)?;
    let mut body = ask.web.bodies.read(ask.parts, body).await?;
    let bytes = std::mem::take(&mut body.bytes);
    let done = salus_records::create(ask.cell, &ask.asker, kind, bytes).await?;
    Ok(written::answer(ask, done))
}

//! `$expand`, `$validate-code`, `$lookup` and `$subsumes`, by GET with what is asked in the address, and by POST with Parameters.
//!
//! State: none.

use super::Ask;
use crate::answer::Answer;
use crate::negotiate::{self, FHIR_JSON};
use crate::outcome::Refused;
use crate::read_body::Brought;
use crate::{query, text};
use http::{Method, StatusCode};
use salus_records::fhir::terminology::{Asked, ListOperation};

pub(super) async fn answer(
    ask: &Ask<'_>,
    operation: ListOperation,
    body: Brought,
) -> Result<Answer, Refused> {
    let refused = |issue| Refused::new(StatusCode::BAD_REQUEST, issue);
    let given = query::parameters(ask.parts.uri.query().unwrap_or_default());
    let given = given.ok_or_else(|| refused(text::unreadable_query()))?;
    let pairs = given
        .into_iter()
        .filter(|(name, _)| !matches!(&**name, "_format" | "_pretty"))
        .map(|(name, value)| (name.into_owned(), value.into_owned()));
    let asked = Asked::of_query(operation, pairs).map_err(refused)?;
    let sent = if ask.parts.method == Method::POST {
        let sent = negotiate::sent(&ask.parts.headers)?;
        let mut body = ask.web.bodies.read(ask.parts, body).await?;
        Some(sent(std::mem::take(&mut body.bytes)))
    } else {
        None
    };
    let id = (!ask.id.is_empty()).then_some(ask.id);
    let done = salus_records::ask_lists(ask.cell, &ask.asker, asked, sent, id, ask.language).await?;
    let answer = Answer::new(StatusCode::OK).body(FHIR_JSON, done.json);
    Ok(match done.delivery {
        Some(delivery) => answer.delivering(delivery),
        None => answer,
    })
}

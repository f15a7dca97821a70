//! `POST [base]/[type]/$validate` and `[base]/[type]/[id]/$validate`, and GET of the latter: what is wrong with a resource that is sent, or
//! with a record that is there (FHIR R4, operation `Resource-validate`).
//!
//! State: none.

use super::Ask;
use crate::answer::Answer;
use crate::negotiate::{self, FHIR_JSON};
use crate::outcome::Refused;
use crate::prefer::is_lenient;
use crate::read_body::Brought;
use crate::text::issue;
use crate::{query, text};
use http::StatusCode;
use salus_records::fhir::outcome::operation_outcome;
use salus_records::fhir::{Issue, IssueCode};
use salus_records::{Sent, ValidateAsk, ValidateMode, Validation};

pub(super) async fn answer(ask: &Ask<'_>, body: Brought) -> Result<Answer, Refused> {
    let asked = asked(ask)?;
    // An empty body asks for the record that is there.
    let kind = negotiate::sent(&ask.parts.headers);
    let mut body = ask.web.bodies.read(ask.parts, body).await?;
    let bytes = std::mem::take(&mut body.bytes);
    let sent = if bytes.is_empty() { None } else { Some(kind?(bytes)) };
    validated(ask, asked, sent).await
}

pub(super) async fn answer_stored(ask: &Ask<'_>) -> Result<Answer, Refused> {
    validated(ask, asked(ask)?, None).await
}

/// Whether it is valid or not, the answer is 200: that it could be looked at.
async fn validated(ask: &Ask<'_>, asked: ValidateAsk<'_>, sent: Option<Sent>) -> Result<Answer, Refused> {
    let done = salus_records::validate(ask.cell, &ask.asker, asked, sent).await?;
    let Validation { issues, delivery } = done;
    let answer = Answer::new(StatusCode::OK).body(FHIR_JSON, operation_outcome(&issues, ask.language));
    Ok(match delivery {
        Some(delivery) => answer.delivering(delivery),
        None => answer,
    })
}

/// What the address says.
fn asked<'a>(ask: &Ask<'a>) -> Result<ValidateAsk<'a>, Refused> {
    let refused = |issue| Refused::new(StatusCode::BAD_REQUEST, issue);
    let given = query::parameters(ask.parts.uri.query().unwrap_or_default());
    let given = given.ok_or_else(|| refused(text::unreadable_query()))?;
    let id = if ask.id.is_empty() { None } else { Some(ask.id) };
    let mut asked = ValidateAsk { kind: ask.kind()?, id, mode: None, profiles: Vec::new() };
    for (name, value) in given {
        let unknown = || refused(text::unknown_parameter(&name, "profile, mode"));
        match &*name {
            "profile" => asked.profiles.push(value.into_owned()),
            "mode" if asked.mode.is_some() => return Err(refused(text::given_twice("mode"))),
            "mode" => asked.mode = Some(ValidateMode::from_code(&value).ok_or_else(|| refused(bad_mode()))?),
            "_format" | "_pretty" => {}
            _ if is_lenient(&ask.parts.headers) => {}
            _ => return Err(unknown()),
        }
    }
    Ok(asked)
}

fn bad_mode() -> Issue {
    issue(
        IssueCode::Value,
        "The value of mode is not understood: create, update, delete or profile is expected.",
        "Der Wert von mode wird nicht verstanden: erwartet wird create, update, delete oder profile.",
        "La valeur de mode n’est pas comprise : create, update, delete ou profile est attendu.",
    )
    .at("http.mode")
}

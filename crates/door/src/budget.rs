//! Confirming for a budget: that the person of a session is there, so that it goes on; and that somebody gives another one more.
//!
//! Both are challenges for exactly what stands in the address. What is given is said by the keyholder, in words, before anybody touches
//! anything; an address that names nothing that was asked for shows nothing.
//!
//! Never: leads to an address that the keyholder did not accept with the request. State: none.

use crate::desk::{Desk, No, led};
use crate::page;
use crate::wire::{AuthorizeRequest, Used};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use salus_frame::Words;
use salus_seal::entry::budgets::MoreReason;
use salus_seal::{Part, PrincipalId, SessionId};
use salus_trust_api::wire::people::{Authorize, DoorAnswer, DoorAsk, RaiseOf, RaiseSaid};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "touch.html")]
struct Touch<'a> {
    t: Words,
    cell: &'a str,
}

#[derive(Template)]
#[template(path = "raise.html")]
struct Raise<'a> {
    t: Words,
    cell: &'a str,
    said: &'a RaiseSaid,
    amount: u32,
    /// For how long still, in hours.
    hours: u64,
    reason: &'static str,
    is_line: bool,
}

/// A request to go on in a session.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct TouchRequest {
    #[serde(flatten)]
    request: AuthorizeRequest,
    session: String,
}

impl TouchRequest {
    fn read(self) -> Option<(Authorize, SessionId)> {
        Some((self.request.read()?, SessionId::parse(&self.session)?))
    }
}

/// `GET /touch`
pub(crate) async fn touch_page(State(desk): State<Arc<Desk>>, headers: HeaderMap, here: Uri) -> Response {
    let request = Query::<TouchRequest>::try_from_uri(&here).ok();
    let Some((authorize, session)) = request.and_then(|Query(request)| request.read()) else {
        return page::bad_request(&headers, &here);
    };
    if matches!(desk.ask(DoorAsk::BeginTouch(authorize.clone(), session)).await, Err(No::Refused)) {
        return page::bad_request(&headers, &here);
    }
    let t = page::words(&headers);
    page::show(&headers, &here, StatusCode::OK, &t.say("touch"), &Touch { t, cell: &authorize.cell })
}

/// `POST /touch/begin`: a challenge for this session.
pub(crate) async fn touch_begin(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let request: TouchRequest = desk.sent(&headers, &body)?;
    let (authorize, session) = request.read().ok_or(No::Unreadable)?;
    match desk.ask(DoorAsk::BeginTouch(authorize, session)).await? {
        DoorAnswer::Challenge(challenge) => Ok(desk.wanted(challenge)),
        _ => Err(No::Away),
    }
}

#[derive(Deserialize)]
struct TouchFinish {
    request: TouchRequest,
    used: Used,
}

/// `POST /touch/finish`: the passkey's answer becomes a code that is good for this session and nothing else.
pub(crate) async fn touch_finish(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let TouchFinish { request, used } = desk.sent(&headers, &body)?;
    let (authorize, session) = request.read().ok_or(No::Unreadable)?;
    match desk.ask(DoorAsk::FinishTouch(authorize.clone(), session, used.into())).await? {
        DoorAnswer::Code(code) => Ok(crate::authorize::bring(&desk, &authorize, &code)),
        _ => Err(No::Away),
    }
}

/// What is to be given, as it stands in the address.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RaiseRequest {
    cell: String,
    ask: String,
    by: String,
    #[serde(default)]
    whose: String,
    part: String,
    amount: String,
    until: String,
}

impl RaiseRequest {
    fn read(self) -> Option<RaiseOf> {
        Some(RaiseOf {
            ask: self.ask.parse().ok()?,
            by: PrincipalId::parse(&self.by)?,
            principal: match self.whose.as_str() {
                "" => None,
                whose => Some(PrincipalId::parse(whose)?),
            },
            part: match self.part.as_str() {
                "chart" => Part::Body,
                "glimpse" => Part::Line,
                _ => return None,
            },
            amount: self.amount.parse().ok()?,
            until_ms: self.until.parse().ok()?,
            cell: self.cell,
        })
    }
}

/// `GET /raise`
pub(crate) async fn raise_page(State(desk): State<Arc<Desk>>, headers: HeaderMap, here: Uri) -> Response {
    let request = Query::<RaiseRequest>::try_from_uri(&here).ok();
    let Some(of) = request.and_then(|Query(request)| request.read()) else {
        return page::bad_request(&headers, &here);
    };
    let Ok(DoorAnswer::Raise(said)) = desk.ask(DoorAsk::BeginRaise(of.clone())).await else {
        return page::no_request(&headers, &here);
    };
    let t = page::words(&headers);
    let body = Raise {
        t,
        cell: &of.cell,
        amount: of.amount,
        hours: of.until_ms.saturating_sub(said.now_ms).div_ceil(3_600_000),
        reason: reason(said.reason),
        is_line: of.part == Part::Line,
        said: &said,
    };
    page::show(&headers, &here, StatusCode::OK, &t.say("raise"), &body)
}

fn reason(reason: MoreReason) -> &'static str {
    match reason {
        MoreReason::ManyPatients => "reason-many-patients",
        MoreReason::StandingIn => "reason-standing-in",
        MoreReason::OnDuty => "reason-on-duty",
        MoreReason::Paperwork => "reason-paperwork",
        MoreReason::Transfer => "reason-transfer",
        MoreReason::Other => "reason-other",
    }
}

/// `POST /raise/begin`: a challenge for exactly this.
pub(crate) async fn raise_begin(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let of = desk.sent::<RaiseRequest>(&headers, &body)?.read().ok_or(No::Unreadable)?;
    match desk.ask(DoorAsk::BeginRaise(of)).await? {
        DoorAnswer::Raise(said) => Ok(desk.wanted(said.challenge)),
        _ => Err(No::Away),
    }
}

#[derive(Deserialize)]
struct RaiseFinish {
    request: RaiseRequest,
    used: Used,
}

/// `POST /raise/finish`: it is given; back to the practice's page of requests.
pub(crate) async fn raise_finish(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let RaiseFinish { request, used } = desk.sent(&headers, &body)?;
    let of = request.read().ok_or(No::Unreadable)?;
    // The keyholder knows the cell by this name, or it had refused: it is one that may stand in an address.
    let to = format!("{}/{}/budget", desk.pages_url, of.cell);
    match desk.ask(DoorAsk::FinishRaise(of, used.into())).await? {
        DoorAnswer::Raised => Ok(led(&to)),
        _ => Err(No::Away),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_given_is_read_whole_or_not_at_all() {
        let request = |change: fn(&mut RaiseRequest)| {
            let id = "0".repeat(32);
            let mut request = RaiseRequest {
                cell: "praxis".into(),
                ask: "7".into(),
                by: id.clone(),
                whose: id,
                part: "chart".into(),
                amount: "50".into(),
                until: "1795000000000".into(),
            };
            change(&mut request);
            request.read()
        };
        assert!(request(|_| ()).is_some_and(|of| of.principal.is_some()));
        assert!(request(|one| one.whose.clear()).is_some_and(|of| of.principal.is_none()));
        for change in [
            (|one: &mut RaiseRequest| one.amount = "-1".into()) as fn(&mut RaiseRequest),
            |one| one.part = "body".into(),
            |one| one.whose = "somebody".into(),
            |one| one.by.clear(),
            |one| one.until = "tomorrow".into(),
        ] {
            assert!(request(change).is_none());
        }
    }
}

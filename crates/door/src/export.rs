//! Approving an export of many patients: what was asked for, in the keyholder's words, before anybody touches anything.
//!
//! The challenge is for exactly what stands in the address; one that names nothing that was asked for shows nothing. Never: leads to an address
//! that the keyholder did not accept with the request. State: none.

use crate::desk::{Desk, No, led};
use crate::page;
use crate::wire::Used;
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use salus_frame::Words;
use salus_seal::PrincipalId;
use salus_seal::entry::exports::ExportScope;
use salus_trust_api::wire::exports::{ExportOf, ExportSaid};
use salus_trust_api::wire::people::{DoorAnswer, DoorAsk};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "export.html")]
struct Export<'a> {
    t: Words,
    cell: &'a str,
    by: &'a str,
    is_application: bool,
    scope: &'static str,
    patients: u32,
    /// How many types it names; none: all that the asker may read.
    kinds: Option<usize>,
    is_part: bool,
    /// Hour, day and 30 days: after it, and the limit.
    room: Vec<(&'static str, u32, u32)>,
}

/// What is to be approved, as it stands in the address.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ExportRequest {
    cell: String,
    export: String,
    what: String,
}

impl ExportRequest {
    fn read(self) -> Option<ExportOf> {
        let (first, second) = self.what.split_at_checked(32)?;
        // Two halves of 32 digits, as ids are written.
        let halves = [PrincipalId::parse(first)?.0, PrincipalId::parse(second)?.0];
        let what = halves.concat().try_into().ok()?;
        Some(ExportOf { cell: self.cell, export: self.export.parse().ok()?, what })
    }
}

/// `GET /export`
pub(crate) async fn export_page(State(desk): State<Arc<Desk>>, headers: HeaderMap, here: Uri) -> Response {
    let request = Query::<ExportRequest>::try_from_uri(&here).ok();
    let Some(of) = request.and_then(|Query(request)| request.read()) else {
        return page::bad_request(&headers, &here);
    };
    let Ok(DoorAnswer::Export(said)) = desk.ask(DoorAsk::BeginExport(of.clone())).await else {
        return page::no_request(&headers, &here);
    };
    let t = page::words(&headers);
    let body = shown(t, &of, &said);
    page::show(&headers, &here, StatusCode::OK, &t.say("export"), &body)
}

fn shown<'a>(t: Words, of: &'a ExportOf, said: &'a ExportSaid) -> Export<'a> {
    let status = &said.status;
    let names = ["export-hour", "export-day", "export-30-days"];
    let room = (0..3).map(|at| (names[at], status.room.after[at], status.room.limits[at]));
    Export {
        t,
        cell: &of.cell,
        by: &status.by,
        is_application: status.is_application,
        scope: match status.scope {
            ExportScope::System => "export-system",
            ExportScope::Patients => "export-patients",
            ExportScope::Group { .. } => "export-group",
        },
        patients: status.patients,
        kinds: (!status.kinds.is_empty()).then_some(status.kinds.len()),
        is_part: status.since_ms > 0,
        room: room.collect(),
    }
}

/// `POST /export/begin`: a challenge for exactly this.
pub(crate) async fn export_begin(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let of = desk.sent::<ExportRequest>(&headers, &body)?.read().ok_or(No::Unreadable)?;
    match desk.ask(DoorAsk::BeginExport(of)).await? {
        DoorAnswer::Export(said) => Ok(desk.wanted(said.challenge)),
        _ => Err(No::Away),
    }
}

#[derive(Deserialize)]
struct ExportFinish {
    request: ExportRequest,
    used: Used,
}

/// `POST /export/finish`: it is approved; back to the practice's page of exports.
pub(crate) async fn export_finish(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, No> {
    let ExportFinish { request, used } = desk.sent(&headers, &body)?;
    let of = request.read().ok_or(No::Unreadable)?;
    // The keyholder knows the cell by this name, or it had refused: it is one that may stand in an address.
    let to = format!("{}/{}/admin/exports", desk.pages_url, of.cell);
    match desk.ask(DoorAsk::FinishExport(of, used.into())).await? {
        DoorAnswer::ExportApproved => Ok(led(&to)),
        _ => Err(No::Away),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_approved_is_read_whole_or_not_at_all() {
        let request = |export: &str, what: &str| {
            ExportRequest { cell: "praxis".into(), export: export.into(), what: what.into() }.read()
        };
        let what = "0f".repeat(32);
        assert_eq!(request("7", &what).map(|of| (of.export, of.what)), Some((7, [15; 32])));
        for (export, what) in [("-1", what.as_str()), ("7", ""), ("7", &what[1..]), ("7", "ä")] {
            assert!(request(export, what).is_none());
        }
    }
}

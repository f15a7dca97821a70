//! One request: where it leads, its answer, its line in the log.
//!
//! Never: logs a path, an id or a query. State: none.

use crate::body::SendBody;
use crate::compress::compress;
use crate::fhir;
use crate::gate_io::Deadline;
use crate::hooks::{Event, RequestEvent};
use crate::metrics::method_name;
use crate::negotiate;
use crate::outcome::Refused;
use crate::practice;
use crate::session;
use crate::text;
use crate::web::{Peer, Web};
use axum::Router;
use axum::body::Body;
use http::header::{ACCEPT_ENCODING, HeaderValue, STRICT_TRANSPORT_SECURITY};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use salus_records::{Line, RecordsError};
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower::ServiceExt as _;

/// How long browsers remember that this host is reached by TLS only.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// The route of what there is not.
const UNKNOWN: &str = "/{unknown}";

/// What an answer was, for log and metrics.
struct Trace {
    route: &'static str,
    cell: Option<Arc<str>>,
    entry: Option<u64>,
}

/// The connection that a request came on.
pub(crate) struct Connection {
    /// Until when its answer may be sent.
    pub deadline: Deadline,
    /// Under what its answer was admitted.
    pub sends: Arc<Line>,
}

/// Answers one request of a connection.
pub(crate) async fn serve(
    web: Arc<Web>,
    pages: Router,
    peer: IpAddr,
    connection: Connection,
    request: Request<Incoming>,
) -> Result<Response<SendBody>, Infallible> {
    let begun = Instant::now();
    // The answer before this one has been sent: what follows is not bound by its admission.
    let Connection { deadline, sends } = connection;
    deadline.set(None);
    sends.sends(None);
    let (parts, body) = request.into_parts();
    let method = method_name(&parts.method);
    let accepts = parts.headers.get(ACCEPT_ENCODING).cloned();
    let language = fhir::language(&parts.headers);
    let (response, trace) = match fhir_path(parts.uri.path()) {
        Some((cell, path)) => fhir_response(&web, &parts, body, peer, cell, path).await,
        None if let Some(routed) = practice::route(&parts.method, parts.uri.path()) => {
            practice_response(&web, &parts, body, peer, routed).await
        }
        None if page_route(parts.uri.path()) == UNKNOWN && practice::is_ours(&parts) => {
            let answer = practice::elsewhere(&web, &parts).await;
            (answer.into_response(), Trace { route: UNKNOWN, cell: None, entry: None })
        }
        None => {
            let route = page_route(parts.uri.path());
            let mut request = Request::from_parts(parts, Body::new(body));
            request.extensions_mut().insert(Peer(peer));
            let response = match tokio::time::timeout(web.request_timeout, pages.oneshot(request)).await {
                Ok(Ok(response)) => response.map(|body| SendBody::stream(body, None)),
                Err(_) => late().into_answer(Default::default()).into_response(),
            };
            (response, Trace { route, cell: None, entry: None })
        }
    };
    let mut response = compress(response, accepts).await;
    if web.has_tls {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if !sends.sends(response.body().under()) {
        // What it was admitted under has ended meanwhile.
        sends.sends(None);
        response = Refused::from(RecordsError::Unavailable).into_answer(language).into_response();
    }
    deadline.set(response.body().ends());
    note(&web, method, &trace, response.status(), begun.elapsed());
    Ok(response)
}

/// The cell's name and what follows `/{cell}/fhir`.
pub(crate) fn fhir_path(path: &str) -> Option<(&str, &str)> {
    let (cell, rest) = path.strip_prefix('/')?.split_once('/')?;
    let rest = rest.strip_prefix("fhir")?;
    (rest.is_empty() || rest.starts_with('/')).then_some((cell, rest))
}

fn page_route(path: &str) -> &'static str {
    match path {
        "/" => "/",
        "/healthz" => "/healthz",
        "/metrics" => "/metrics",
        _ if path.starts_with("/assets/") => "/assets/{file}",
        _ if path.ends_with("/oauth/token") => "/{cell}/oauth/token",
        _ => UNKNOWN,
    }
}

async fn fhir_response(
    web: &Arc<Web>,
    parts: &Parts,
    body: Incoming,
    peer: IpAddr,
    cell: &str,
    path: &str,
) -> (Response<SendBody>, Trace) {
    let routed = fhir::route(path);
    let mut trace = Trace { route: routed.pattern, cell: None, entry: None };
    let mut of_cell = None;
    let answer = match web.records.find_cell(cell).await {
        None => Err(Refused::new(StatusCode::NOT_FOUND, text::unknown_address())),
        Some(cell) => {
            trace.cell = Some(Arc::clone(cell.name()));
            let client = session::address(peer, &parts.headers, web.behind_proxy);
            let answer = fhir::answer(web, &cell, parts, body.into(), routed, client);
            let answer =
                tokio::time::timeout(web.request_timeout, answer).await.unwrap_or_else(|_| Err(late()));
            of_cell = Some(cell);
            answer
        }
    };
    let language = fhir::language(&parts.headers);
    let answer = match answer {
        Ok(answer) => answer,
        Err(refused) => refused.challenged(web, &parts.headers).await.into_answer(language),
    };
    // Who asks for what there is not is told so in JSON.
    let format = negotiate::format(&parts.headers, parts.uri.query()).unwrap_or_default();
    let answer = fhir::render::render(of_cell.as_deref(), parts, answer, format, language).await;
    trace.entry = answer.entry;
    (answer.into_response(), trace)
}

async fn practice_response(
    web: &Arc<Web>,
    parts: &Parts,
    body: Incoming,
    peer: IpAddr,
    routed: practice::Routed,
) -> (Response<SendBody>, Trace) {
    let mut trace = Trace { route: routed.pattern, cell: None, entry: None };
    let cell = web.records.find_cell(&routed.cell).await;
    trace.cell = cell.as_ref().map(|cell| Arc::clone(cell.name()));
    let client = session::address(peer, &parts.headers, web.behind_proxy);
    let answer = practice::answer(web, cell.as_ref(), parts, body, routed, client);
    let answer = tokio::time::timeout(web.request_timeout, answer).await;
    let answer = answer.unwrap_or_else(|_| practice::late(web, cell.as_ref(), parts));
    trace.entry = answer.entry;
    (answer.into_response(), trace)
}

/// What took too long.
pub(crate) fn late() -> Refused {
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, text::timeout())
}

fn note(web: &Web, method: &'static str, trace: &Trace, status: StatusCode, duration: Duration) {
    let duration_us = duration.as_micros() as u64;
    web.metrics.count(trace.route, method, status, duration_us);
    (web.log)(&Event::Request(RequestEvent {
        method,
        route: trace.route,
        status: status.as_u16(),
        duration_us,
        cell: trace.cell.clone(),
        entry: trace.entry,
    }));
}

#[cfg(test)]
mod tests {
    use super::fhir_path;

    #[test]
    fn only_a_cells_fhir_path_is_one() {
        assert_eq!(fhir_path("/praxis/fhir"), Some(("praxis", "")));
        assert_eq!(fhir_path("/praxis/fhir/Patient/1"), Some(("praxis", "/Patient/1")));
        for other in ["/", "/praxis", "/praxis/", "/praxis/fhirx", "/praxis/oauth/token", "fhir", "/fhir"] {
            assert_eq!(fhir_path(other), None, "{other}");
        }
    }
}

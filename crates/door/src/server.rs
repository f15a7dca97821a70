//! The door as a server: its addresses, and how it listens.
//!
//! Never: takes longer for a request than its bound. State: none beyond the socket's.

use crate::desk::Desk;
use crate::{DoorError, authorize, budget, export, invitation, page, passkeys};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use http::HeaderValue;
use http::header::STRICT_TRANSPORT_SECURITY;
use hyper_util::service::TowerToHyperService;
use salus_listen::{Answers, Bounds, Cut, Line, TlsFault, TlsFiles, acceptor};
use salus_trust_api::DoorTrust;
use salus_trust_api::client::Endpoint;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

/// What clients may take up: 30 seconds for a request's head, as for a pause between two.
const BOUNDS: Bounds =
    Bounds { max_connections: 1_024, header_timeout: Duration::from_secs(30), max_buffer_bytes: 64 * 1024 };
/// The largest body of a request, in bytes: an attestation with certificates, in base64.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// How long a request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long requests under way have when the door closes.
const SHUTDOWN: Duration = Duration::from_millis(1_500);
/// How long browsers remember that this host is reached by TLS only.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// How the door is set up.
pub struct DoorOptions {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its origin, as browsers say it.
    pub origin: String,
    /// The relying party's id: its host.
    pub rp_id: String,
    /// The record server's address, without a slash at its end.
    pub pages_url: String,
    /// Certificate and key; without, plain HTTP, behind a proxy or on this machine only.
    pub tls: Option<TlsFiles>,
    /// Where the keyholder listens, and the key that proves that this is the door.
    pub keyholder: Endpoint,
    /// Whether one-time links may let people look round without a passkey: only in a demo. Else there is no such address.
    pub look_round: bool,
}

/// Serves until `until` is done. `ready` is called once it listens.
///
/// Errors: [`DoorError`]
pub async fn run(
    options: DoorOptions,
    ready: impl FnOnce(),
    until: impl Future<Output = ()>,
) -> Result<(), DoorError> {
    let bad = |TlsFault { path, why }| DoorError::Tls { path, why };
    let tls = options.tls.as_ref().map(acceptor).transpose().map_err(bad)?;
    let listen = |source| DoorError::Listen { address: options.listen, source };
    let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
    let has_tls = options.origin.starts_with("https:");
    let router = router(options);
    let router = if has_tls { router.layer(middleware::map_response(strict)) } else { router };
    ready();
    salus_listen::serve(listener, tls, BOUNDS, SHUTDOWN, until, Routed(router)).await;
    Ok(())
}

/// All addresses.
fn router(options: DoorOptions) -> Router {
    let look_round = options.look_round;
    let desk = Arc::new(Desk {
        trust: DoorTrust::connect(options.keyholder),
        is_secure: options.origin.starts_with("https:"),
        origin: options.origin,
        rp_id: options.rp_id,
        pages_url: options.pages_url,
        look_round,
    });
    let mut router = Router::new()
        .route("/", get(page::front))
        .route("/lost", get(page::lost))
        .route("/look", post(page::look))
        .route("/healthz", get(page::health))
        .route("/assets/{file}", get(page::asset))
        .route("/authorize", get(authorize::page))
        .route("/authorize/begin", post(authorize::begin))
        .route("/authorize/finish", post(authorize::finish))
        .route("/invitation", get(invitation::page))
        .route("/invitation/open", post(invitation::open))
        .route("/invitation/finish", post(invitation::finish))
        .route("/touch", get(budget::touch_page))
        .route("/touch/begin", post(budget::touch_begin))
        .route("/touch/finish", post(budget::touch_finish))
        .route("/raise", get(budget::raise_page))
        .route("/raise/begin", post(budget::raise_begin))
        .route("/raise/finish", post(budget::raise_finish))
        .route("/export", get(export::export_page))
        .route("/export/begin", post(export::export_begin))
        .route("/export/finish", post(export::export_finish))
        .route("/passkeys", get(passkeys::page))
        .route("/passkeys/begin", post(passkeys::begin))
        .route("/passkeys/finish", post(passkeys::finish))
        .route("/passkeys/add", post(passkeys::add));
    if look_round {
        router = router
            .route("/look-round", post(invitation::look_round))
            .route("/look-round/finish", post(authorize::look_round));
    }
    router
        .fallback(page::unknown)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn(in_time))
        .with_state(desk)
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => page::unavailable(),
    }
}

async fn strict(mut response: Response) -> Response {
    response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HSTS);
    response
}

/// Every connection is answered by the router.
#[derive(Clone)]
struct Routed(Router);

impl Answers for Routed {
    async fn converse<S>(self, stream: S, _: SocketAddr, line: Line)
    where
        S: AsyncRead + AsyncWrite + Cut + Unpin + Send + 'static,
    {
        line.serve(stream, TowerToHyperService::new(self.0)).await;
    }
}

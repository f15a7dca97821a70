//! The listening socket and its connections: accepted within bounds, served, and ended in order.
//!
//! Never: more connections than the bound; more accepted than can be served wait in the system's queue. State: the socket.

use crate::desk::Desk;
use crate::{DoorError, authorize, invitation, page, passkeys, tls};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use http::HeaderValue;
use http::header::STRICT_TRANSPORT_SECURITY;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use salus_trust_api::DoorTrust;
use salus_trust_api::client::Endpoint;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

/// The most connections at once; further ones wait.
const MAX_CONNECTIONS: usize = 1_024;
/// The largest body of a request, in bytes: an attestation with certificates, in base64.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// How long a request's head may take to arrive; also how long a connection may be idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long requests under way have when the door closes.
const SHUTDOWN: Duration = Duration::from_millis(1_500);
/// The pause after an accept that failed, mostly for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// The most bytes that one connection buffers in each direction.
const MAX_BUFFER_BYTES: usize = 64 * 1024;
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

/// Files for TLS, in PEM.
pub struct TlsFiles {
    /// The certificate chain, the server's own first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Serves until `until` is done. `ready` is called once it listens.
///
/// Errors: [`DoorError`]
pub async fn run(
    options: DoorOptions,
    ready: impl FnOnce(),
    until: impl Future<Output = ()>,
) -> Result<(), DoorError> {
    let tls = options.tls.as_ref().map(tls::acceptor).transpose()?;
    let listen = |source| DoorError::Listen { address: options.listen, source };
    let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
    let has_tls = options.origin.starts_with("https:");
    let router = router(options);
    let router = if has_tls { router.layer(middleware::map_response(strict)) } else { router };
    let (end, ended) = watch::channel(false);
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    ready();
    tokio::select! {
        () = until => {}
        () = accept(&listener, &room, &router, tls.as_ref(), &ended) => {}
    }
    drop(listener);
    end.send_replace(true);
    let all = MAX_CONNECTIONS as u32;
    // Whoever is slower than that is cut off.
    let _ = tokio::time::timeout(SHUTDOWN, room.acquire_many(all)).await;
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

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
    router: &Router,
    tls: Option<&TlsAcceptor>,
    ended: &watch::Receiver<bool>,
) {
    loop {
        let Ok(place) = Arc::clone(room).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (router, tls, ended) = (router.clone(), tls.cloned(), ended.clone());
        tokio::spawn(async move {
            serve(stream, router, tls, ended).await;
            drop(place);
        });
    }
}

async fn serve(stream: TcpStream, router: Router, tls: Option<TlsAcceptor>, ended: watch::Receiver<bool>) {
    // Answers are small and written at once: waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    match tls {
        None => converse(stream, router, ended).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                converse(stream, router, ended).await;
            }
        }
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    mut ended: watch::Receiver<bool>,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // A connection that breaks concerns nobody but its client.
        _ = connection.as_mut() => return,
        _ = ended.wait_for(|ended| *ended) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

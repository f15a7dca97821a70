//! The record server's start and end: records, then the listening socket, and everything ended in order.
//!
//! Never: says that it is ready before it listens. State: none beyond the socket's.

use crate::error::WebError;
use crate::gate_io::{Deadline, GatedStream};
use crate::hooks::{Event, Hooks};
use crate::later::Later;
use crate::metrics::Metrics;
use crate::options::WebOptions;
use crate::practice::{Bound, OnceIds};
use crate::read_body::Bodies;
use crate::service::{Connection, serve};
use crate::web::Web;
use crate::{body, pages};
use axum::Router;
use hyper::service::service_fn;
use salus_listen::{Answers, Bounds, Cut, Line, TlsFault, acceptor};
use salus_records::{Endpoint, Notice, Notify, Records, Standing};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

/// How long the server waits for its cells before it says that it is ready all the same.
const SETTLE: Duration = Duration::from_secs(10);
/// In what steps it looks.
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// The most bytes that one connection buffers in each direction, beside bodies.
const MAX_BUFFER_BYTES: usize = body::CHUNK_BYTES;

/// Serves until `until` is done; then what is under way is ended, and the stores are closed.
///
/// Runs on tokio's multi-threaded runtime with time and I/O enabled. `hooks.ready` is called when the server listens and
/// its cells have been taken up (or ten seconds have passed).
///
/// Errors: [`WebError::Listen`], [`WebError::Tls`].
pub async fn run(options: WebOptions, hooks: Hooks, until: impl Future<Output = ()>) -> Result<(), WebError> {
    let bad = |TlsFault { path, why }| WebError::Tls { path, why };
    let tls = options.tls.as_ref().map(acceptor).transpose().map_err(bad)?;
    let listen = |source| WebError::Listen { address: options.listen, source };
    let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let Hooks { ready, log } = hooks;
    let public_base_url = public_base_url(&options.public_base_url, address);
    let notify: Notify = {
        let log = Arc::clone(&log);
        Arc::new(move |notice: Notice| {
            let Notice { is_error, cell, what } = notice;
            log(&Event::Notice { is_error, cell, what });
        })
    };
    let endpoint = Endpoint { socket: options.keyholder_socket, key: options.keyholder_key.0 };
    let records = Records::start(endpoint, &options.data_dir, &public_base_url, notify);
    let limits = options.limits;
    let web = Arc::new(Web {
        records: Arc::clone(&records),
        bodies: Bodies::new(limits.max_body_bytes, limits.max_bodies_bytes),
        later: Arc::new(Later::new(limits.later())),
        metrics: Metrics::new(),
        log,
        public_base_url,
        note: options.note,
        door_url: options.door_url,
        once: OnceIds::default(),
        bound: Bound::default(),
        behind_proxy: options.behind_proxy,
        has_tls: tls.is_some(),
        request_timeout: Duration::from_millis(limits.request_timeout_ms),
        batch_ms: limits.batch_ms.min(salus_records::BATCH_MS),
        started_ms: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64),
    });
    let settled = Arc::clone(&records);
    tokio::spawn(async move {
        let _ = tokio::time::timeout(SETTLE, settle(&settled)).await;
        ready(address);
    });
    let bounds = Bounds {
        max_connections: limits.max_connections,
        header_timeout: Duration::from_millis(limits.header_timeout_ms),
        max_buffer_bytes: MAX_BUFFER_BYTES,
    };
    let later = Arc::clone(&web.later);
    let service = Service { pages: pages::router(Arc::clone(&web)), web };
    let shutdown = Duration::from_millis(limits.shutdown_ms);
    salus_listen::serve(listener, tls, bounds, shutdown, until, service).await;
    later.end();
    let _ = tokio::task::spawn_blocking(move || records.close()).await;
    Ok(())
}

/// A port of 0 stands for the one that was taken.
fn public_base_url(given: &str, address: SocketAddr) -> String {
    let given = given.trim_end_matches('/');
    match given.strip_suffix(":0") {
        Some(host) => format!("{host}:{}", address.port()),
        None => given.to_owned(),
    }
}

async fn settle(records: &Records) {
    loop {
        let health = records.health();
        if health.keyholder_connected
            && health.cells.iter().all(|(_, standing)| *standing != Standing::TakingUp)
        {
            return;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Every connection is answered by FHIR and pages, within the deadline that each request has.
#[derive(Clone)]
struct Service {
    web: Arc<Web>,
    pages: Router,
}

impl Answers for Service {
    async fn converse<S>(self, stream: S, peer: SocketAddr, line: Line)
    where
        S: AsyncRead + AsyncWrite + Cut + Unpin + Send + 'static,
    {
        let Self { web, pages } = self;
        let deadline = Deadline::new();
        let gated = GatedStream::new(stream, deadline.clone());
        let counted = Arc::clone(&web);
        counted.metrics.connections.fetch_add(1, Ordering::Relaxed);
        let sends = Arc::new(web.records.trust().endings().line());
        let (stopped, ends) = (Arc::clone(&sends), deadline.clone());
        let service = service_fn(move |request| {
            let connection = Connection { deadline: deadline.clone(), sends: Arc::clone(&sends) };
            serve(Arc::clone(&web), pages.clone(), peer.ip(), connection, request)
        });
        tokio::select! {
            biased;
            // What was admitted has ended: the connection is cut with whatever it still holds, and then is no line any more.
            () = stopped.stopped() => ends.end_now(),
            () = line.serve(gated, service) => {}
        }
        drop(stopped);
        counted.metrics.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::public_base_url;

    #[test]
    fn the_port_that_was_taken_stands_in_addresses() {
        let address = "127.0.0.1:4711".parse().unwrap();
        assert_eq!(public_base_url("http://localhost:0", address), "http://localhost:4711");
        assert_eq!(public_base_url("https://salus.example/", address), "https://salus.example");
        assert_eq!(public_base_url("http://localhost:80", address), "http://localhost:80");
    }
}

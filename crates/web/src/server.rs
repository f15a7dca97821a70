//! The listening socket and its connections: accepted within bounds, served, and ended in order.
//!
//! Never: more connections than the bound; more accepted than can be served wait in the system's queue.
//! State: the socket, the count of connections.

use crate::error::WebError;
use crate::gate_io::{Deadline, GatedStream};
use crate::hooks::{Event, Hooks};
use crate::metrics::Metrics;
use crate::options::{WebLimits, WebOptions};
use crate::practice::OnceIds;
use crate::read_body::Bodies;
use crate::service::serve;
use crate::web::Web;
use crate::{body, pages, tls};
use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use salus_records::{Endpoint, Notice, Notify, Records, Standing};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

/// How long the server waits for its cells before it says that it is ready all the same.
const SETTLE: Duration = Duration::from_secs(10);
/// In what steps it looks.
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// The pause after an accept that failed, mostly for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The most bytes that one connection buffers in each direction, beside bodies.
const MAX_BUFFER_BYTES: usize = body::CHUNK_BYTES;

/// Serves until `until` is done; then what is under way is ended, and the stores are closed.
///
/// Runs on tokio's multi-threaded runtime with time and I/O enabled. `hooks.ready` is called when the server listens and
/// its cells have been taken up (or ten seconds have passed).
///
/// Errors: [`WebError::Listen`], [`WebError::Tls`].
pub async fn run(options: WebOptions, hooks: Hooks, until: impl Future<Output = ()>) -> Result<(), WebError> {
    let tls = options.tls.as_ref().map(tls::acceptor).transpose()?;
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
        metrics: Metrics::new(),
        log,
        public_base_url,
        note: options.note,
        door_url: options.door_url,
        once: OnceIds::default(),
        behind_proxy: options.behind_proxy,
        has_tls: tls.is_some(),
        request_timeout: Duration::from_millis(limits.request_timeout_ms),
        started_ms: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64),
    });
    let settled = Arc::clone(&records);
    tokio::spawn(async move {
        let _ = tokio::time::timeout(SETTLE, settle(&settled)).await;
        ready(address);
    });
    let (end, ended) = watch::channel(false);
    let door = Door { web, tls, limits, ended };
    let room = Arc::new(Semaphore::new(limits.max_connections));
    tokio::select! {
        () = until => {}
        () = door.accept(&listener, &room) => {}
    }
    drop(listener);
    end.send_replace(true);
    let all = u32::try_from(limits.max_connections).unwrap_or(u32::MAX);
    let _ = tokio::time::timeout(Duration::from_millis(limits.shutdown_ms), room.acquire_many(all)).await;
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

struct Door {
    web: Arc<Web>,
    tls: Option<TlsAcceptor>,
    limits: WebLimits,
    ended: watch::Receiver<bool>,
}

impl Door {
    async fn accept(&self, listener: &TcpListener, room: &Arc<Semaphore>) {
        let pages = pages::router(Arc::clone(&self.web));
        loop {
            let Ok(place) = Arc::clone(room).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let connection = Connection {
                        web: Arc::clone(&self.web),
                        pages: pages.clone(),
                        peer,
                        header_timeout: Duration::from_millis(self.limits.header_timeout_ms),
                        ended: self.ended.clone(),
                    };
                    let tls = self.tls.clone();
                    tokio::spawn(async move {
                        connection.serve(stream, tls).await;
                        drop(place);
                    });
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    }
}

struct Connection {
    web: Arc<Web>,
    pages: Router,
    peer: SocketAddr,
    header_timeout: Duration,
    ended: watch::Receiver<bool>,
}

impl Connection {
    async fn serve(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        // Answers are small and written at once: waiting for more to send would only delay them.
        let _ = stream.set_nodelay(true);
        let web = Arc::clone(&self.web);
        web.metrics.connections.fetch_add(1, Ordering::Relaxed);
        match tls {
            None => self.converse(stream).await,
            Some(tls) => {
                if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                    self.converse(stream).await;
                }
            }
        }
        web.metrics.connections.fetch_sub(1, Ordering::Relaxed);
    }

    async fn converse(mut self, stream: impl AsyncRead + AsyncWrite + Unpin + Send) {
        let deadline = Deadline::new();
        let io = TokioIo::new(GatedStream::new(stream, deadline.clone()));
        let peer = self.peer.ip();
        let (web, pages) = (self.web, self.pages);
        let service = service_fn(move |request| {
            serve(Arc::clone(&web), pages.clone(), peer, deadline.clone(), request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_timeout)
            .max_buf_size(MAX_BUFFER_BYTES)
            .serve_connection(io, service);
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            // A connection that breaks concerns nobody but its client.
            _ = connection.as_mut() => return,
            _ = self.ended.wait_for(|ended| *ended) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
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

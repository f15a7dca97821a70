//! Listening: connections are accepted within a bound, made secret where there is TLS, spoken to in HTTP/1.1, and ended in order.
//!
//! For the record server and the door, which must be equally hard to wear out.
//!
//! Never: more connections than the bound; more accepted than can be served wait in the system's queue. Looks at no request.
//! State: the socket, the count of connections.

mod tls;

pub use tls::{TlsFault, TlsFiles, acceptor};

use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The pause after an accept that failed, mostly for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// What clients may take up.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The most connections at once; further ones wait.
    pub max_connections: usize,
    /// How long a request's head may take to arrive; also how long a connection may be idle.
    pub header_timeout: Duration,
    /// The most bytes that one connection buffers in each direction, beside bodies.
    pub max_buffer_bytes: usize,
}

/// A connection that can be cut: what the system holds to be sent on it is not sent, either.
pub trait Cut {
    /// From now on, closing it discards what was not sent.
    fn cut(&self);
}

impl Cut for TcpStream {
    fn cut(&self) {
        // A connection that broke by itself sends nothing more.
        let _ = self.set_zero_linger();
    }
}

impl Cut for TlsStream<TcpStream> {
    fn cut(&self) {
        self.get_ref().0.cut();
    }
}

/// Whoever answers on connections.
pub trait Answers: Clone + Send + 'static {
    /// A connection is there, secret or not; it is spoken to by [`Line::serve`].
    fn converse<S>(self, stream: S, peer: SocketAddr, line: Line) -> impl Future<Output = ()> + Send
    where
        S: AsyncRead + AsyncWrite + Cut + Unpin + Send + 'static;
}

/// Serves until `until` is done; then what is under way has so long to end, and what is slower is cut off.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    bounds: Bounds,
    shutdown: Duration,
    until: impl Future<Output = ()>,
    answers: impl Answers,
) {
    let (end, ended) = watch::channel(false);
    let room = Arc::new(Semaphore::new(bounds.max_connections));
    let line = Line { bounds, ended };
    tokio::select! {
        () = until => {}
        () = accept(&listener, &room, tls.as_ref(), &line, &answers) => {}
    }
    drop(listener);
    end.send_replace(true);
    let all = u32::try_from(bounds.max_connections).unwrap_or(u32::MAX);
    let _ = tokio::time::timeout(shutdown, room.acquire_many(all)).await;
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
    tls: Option<&TlsAcceptor>,
    line: &Line,
    answers: &impl Answers,
) {
    loop {
        let Ok(place) = Arc::clone(room).acquire_owned().await else { return };
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (tls, line, answers) = (tls.cloned(), line.clone(), answers.clone());
        tokio::spawn(async move {
            secure(stream, peer, tls, line, answers).await;
            drop(place);
        });
    }
}

async fn secure(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    line: Line,
    answers: impl Answers,
) {
    // Answers are small and written at once: waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    match tls {
        None => answers.converse(stream, peer, line).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                answers.converse(stream, peer, line).await;
            }
        }
    }
}

/// How a connection is spoken to.
#[derive(Debug, Clone)]
pub struct Line {
    bounds: Bounds,
    ended: watch::Receiver<bool>,
}

impl Line {
    /// HTTP/1.1, until the client or the server ends it.
    pub async fn serve<S, H, B>(mut self, stream: S, service: H)
    where
        S: AsyncRead + AsyncWrite + Unpin,
        H: HttpService<Incoming, ResBody = B>,
        H::Error: Into<Box<dyn Error + Send + Sync>>,
        B: Body + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.bounds.header_timeout)
            .max_buf_size(self.bounds.max_buffer_bytes)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            // A connection that breaks concerns nobody but its client.
            _ = connection.as_mut() => return,
            _ = self.ended.wait_for(|ended| *ended) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}

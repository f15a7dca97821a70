//! A small HTTP client for the server that runs on this machine: one keep-alive connection, whole bodies.
//!
//! Never: follows redirects, speaks to anybody else, or logs what it sends. State: the connection.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// The largest answer, in bytes.
const MAX_ANSWER_BYTES: usize = 256 * 1024 * 1024;
/// How long a connection may take to be made, and a request to be answered.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(300);

/// Why there is no answer. What became of the request is not known then.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Nobody listens there.
    #[error("no connection: {0}")]
    Connect(std::io::Error),
    /// The connection broke, or what came is no HTTP.
    #[error("the connection broke")]
    Broken,
    /// It took too long.
    #[error("no answer in time")]
    Timeout,
}

/// Where a server is.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its address.
    pub address: SocketAddr,
    /// What stands in the Host header.
    pub authority: String,
    /// How its certificate is known, where it speaks TLS.
    pub tls: Option<crate::tls::Pinned>,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// A header's value, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// One connection, made when it is needed.
#[derive(Debug)]
pub struct Client {
    endpoint: Endpoint,
    connection: Option<SendRequest<Full<Bytes>>>,
}

impl Client {
    /// To that server; does not connect yet.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, connection: None }
    }

    /// Sends a request and takes the whole answer. Header values must be visible ASCII.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Bytes,
    ) -> Result<Answer, HttpError> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().map_err(|_| HttpError::Broken)?;
        let own = [("host", self.endpoint.authority.as_str())];
        for (name, value) in own.iter().chain(headers) {
            let value = HeaderValue::from_str(value).map_err(|_| HttpError::Broken)?;
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        let mut connection = self.connected().await?;
        let answer = tokio::time::timeout(ANSWER_TIMEOUT, exchange(&mut connection, request)).await;
        let answer = answer.unwrap_or(Err(HttpError::Timeout));
        if answer.is_ok() {
            self.connection = Some(connection);
        }
        answer
    }

    /// The connection; taken out, so that what breaks in between is not used again.
    async fn connected(&mut self) -> Result<SendRequest<Full<Bytes>>, HttpError> {
        if let Some(mut connection) = self.connection.take()
            && connection.ready().await.is_ok()
        {
            return Ok(connection);
        }
        let connect = TcpStream::connect(self.endpoint.address);
        let stream = tokio::time::timeout(CONNECT_TIMEOUT, connect).await.map_err(|_| HttpError::Timeout)?;
        let stream = stream.map_err(HttpError::Connect)?;
        // A small request must not wait for the last one's acknowledgement.
        stream.set_nodelay(true).map_err(HttpError::Connect)?;
        match &self.endpoint.tls {
            None => begin(TokioIo::new(stream)).await,
            Some(pinned) => {
                begin(TokioIo::new(pinned.connect(stream).await.map_err(HttpError::Connect)?)).await
            }
        }
    }
}

async fn begin<T>(stream: T) -> Result<SendRequest<Full<Bytes>>, HttpError>
where
    T: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(stream).await.map_err(|_| HttpError::Broken)?;
    // Its end shows in the sender.
    tokio::spawn(connection);
    Ok(sender)
}

async fn exchange(
    connection: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Result<Answer, HttpError> {
    let answer = connection.send_request(request).await.map_err(|_| HttpError::Broken)?;
    let (head, body) = answer.into_parts();
    let body =
        Limited::new(body, MAX_ANSWER_BYTES).collect().await.map_err(|_| HttpError::Broken)?.to_bytes();
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
}

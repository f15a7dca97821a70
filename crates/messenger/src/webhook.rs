//! One signed POST to a webhook: a JSON object, and in a header HMAC-SHA256 over `time.body` under a secret that both sides know.
//!
//! Never: follows a redirection; reads more of an answer than its status; sends in plain text beyond this machine. State: none.

use crate::error::Trouble;
use crate::roots::Roots;
use crate::target::{News, instant};
use aws_lc_rs::hmac;
use bytes::Bytes;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Request, Uri, header};
use http_body_util::Full;
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use salus_trust_api::wire::alarms::WayTrouble;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

/// The header of the signature: `t=SECONDS,v1=HEX`.
pub const SIGNATURE_HEADER: &str = "salus-signature";
/// The shortest secret, in bytes.
pub const MIN_SECRET_BYTES: usize = 16;
/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where a webhook listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUrl {
    is_tls: bool,
    authority: Authority,
    path: PathAndQuery,
}

impl WebhookUrl {
    /// An `https` URL, or an `http` one to this machine; without a user or a password.
    pub fn parse(text: &str) -> Option<Self> {
        let parts = text.parse::<Uri>().ok()?.into_parts();
        let (scheme, authority) = (parts.scheme?, parts.authority?);
        let is_tls = scheme == Scheme::HTTPS;
        let path = parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
        let url = Self { is_tls, authority, path };
        let is_allowed = is_tls || (scheme == Scheme::HTTP && is_loopback(url.host()));
        let has_user = url.authority.as_str().contains('@');
        (is_allowed && !has_user && !url.host().is_empty()).then_some(url)
    }

    /// Without the brackets of an IPv6 address.
    fn host(&self) -> &str {
        self.authority.host().trim_start_matches('[').trim_end_matches(']')
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(if self.is_tls { 443 } else { 80 })
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.is_tls { "https" } else { "http" }, self.authority)
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The signature of a body: HMAC-SHA256 over the time in seconds since 1970, a full stop, and the body; in hexadecimal digits.
pub fn signature(secret: &[u8], time_s: u64, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret));
    context.update(time_s.to_string().as_bytes());
    context.update(b".");
    context.update(body);
    context.sign().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What stands in a request. Of several alarms, only the first is told: a request is about one.
fn body(news: &News) -> Value {
    match news {
        News::Test => json!({"test": true}),
        News::Alarms(alarms) => alarms.first().map_or(Value::Null, |alarm| {
            json!({
                "id": format!("{}-{}", alarm.cell, alarm.number),
                "cell": alarm.cell_name,
                "alarm": alarm.number,
                "kind": alarm.kind.name(),
                "time": instant(alarm.time_ms),
                "count": alarm.count,
                "suspended": alarm.suspended,
                "see": alarm.see,
            })
        }),
    }
}

/// Signs with this, and believes these authorities.
#[derive(Clone)]
pub(crate) struct Webhooks {
    pub secret: Zeroizing<Vec<u8>>,
    pub roots: Roots,
}

impl Webhooks {
    /// Posts it; whoever answers 2xx has it.
    pub(crate) async fn post(&self, url: &WebhookUrl, news: &News, now_s: u64) -> Result<(), Trouble> {
        let body = body(news).to_string().into_bytes();
        let signed = format!("t={now_s},v1={}", signature(&self.secret, now_s, &body));
        let wrong = |why: http::Error| Trouble::new(WayTrouble::Configuration, why);
        let request = Request::post(Uri::from(url.path.clone()))
            .header(header::HOST, url.authority.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, HeaderValue::from_static("salus-messenger"))
            .header(SIGNATURE_HEADER, signed)
            .body(Full::new(Bytes::from(body)))
            .map_err(wrong)?;
        let silent = |why: String| Trouble::new(WayTrouble::NoAnswer, why);
        let connect = TcpStream::connect((url.host().to_owned(), url.port()));
        let stream = tokio::time::timeout(CONNECT_TIMEOUT, connect).await;
        let stream = stream.map_err(|_| silent("no connection in time".into()))?;
        let stream = stream.map_err(|why| silent(why.to_string()))?;
        let status = if url.is_tls {
            let name = ServerName::try_from(url.host().to_owned());
            let name = name.map_err(|why| Trouble::new(WayTrouble::Configuration, why))?;
            let config = self.roots.client().ok_or_else(|| Trouble::new(WayTrouble::Encryption, "no TLS"))?;
            let stream = TlsConnector::from(config).connect(name, stream).await;
            exchange(stream.map_err(|why| Trouble::new(WayTrouble::Encryption, why))?, request).await
        } else {
            exchange(stream, request).await
        };
        let status = status.map_err(|why| silent(why.to_string()))?;
        if status.is_success() { Ok(()) } else { Err(Trouble::new(WayTrouble::Refused, status)) }
    }
}

async fn exchange<T>(stream: T, request: Request<Full<Bytes>>) -> hyper::Result<http::StatusCode>
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    // It ends with the sender, or when the other side hangs up.
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await;
    connection.abort();
    Ok(answer?.status())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_hmac_sha_256_over_time_and_body() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"a secret of some length");
        let expected = hmac::sign(&key, b"1700000000.{\"test\":true}");
        let expected: String = expected.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(signature(b"a secret of some length", 1_700_000_000, b"{\"test\":true}"), expected);
        assert_ne!(signature(b"another secret", 1_700_000_000, b"{\"test\":true}"), expected);
        assert_ne!(signature(b"a secret of some length", 1_700_000_001, b"{\"test\":true}"), expected);
    }
}

//! As little HTTP/1.1 as a load generator needs: requests built beforehand, answers with a content length or in chunks.
//!
//! Never: redirects, decompression. State: a connection's buffer.

use crate::error::BenchError;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// The longest answer's head, in bytes.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// The longest chunk, in bytes.
const MAX_CHUNK_BYTES: usize = 64 * 1024 * 1024;

/// Who asks whom, and as whom.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where the server listens.
    pub address: SocketAddr,
    /// The path before a type's name, such as `/bench/fhir`.
    pub base_path: String,
    /// The session's token.
    pub token: String,
}

impl Target {
    /// A request without a body; `path` follows the base path.
    pub fn get(&self, path: &str) -> Box<[u8]> {
        let head = self.head("GET", path);
        format!("{head}\r\n").into_bytes().into()
    }

    /// A request with a FHIR body.
    pub fn send(&self, method: &str, path: &str, body: &str) -> Box<[u8]> {
        let head = self.head(method, path);
        let length = body.len();
        format!("{head}Content-Type: application/fhir+json\r\nContent-Length: {length}\r\n\r\n{body}")
            .into_bytes()
            .into()
    }

    fn head(&self, method: &str, path: &str) -> String {
        let Self { address, base_path, token } = self;
        format!(
            "{method} {base_path}{path} HTTP/1.1\r\nHost: localhost:{}\r\nAccept: application/fhir+json\r\n\
             Authorization: Bearer {token}\r\n",
            address.port()
        )
    }
}

/// What the head of an answer says that matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    status: u16,
    head_bytes: usize,
    body: Framing,
}

/// How one knows where a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// After so many bytes.
    Bytes(usize),
    /// After an empty chunk (RFC 9112, section 7.1).
    Chunks,
}

impl Head {
    /// Whether all of the answer has come.
    fn is_whole(&self, received: &[u8]) -> Result<bool, BenchError> {
        let body = received.get(self.head_bytes..).unwrap_or_default();
        match self.body {
            Framing::Bytes(count) => Ok(body.len() >= count),
            Framing::Chunks => chunks(body, |_| ()),
        }
    }

    /// The body of a whole answer.
    fn body(&self, received: &[u8]) -> Result<Vec<u8>, BenchError> {
        let body = received.get(self.head_bytes..).unwrap_or_default();
        let mut whole = Vec::new();
        match self.body {
            Framing::Bytes(count) => whole.extend_from_slice(body.get(..count).unwrap_or(body)),
            Framing::Chunks => {
                chunks(body, |chunk| whole.extend_from_slice(chunk))?;
            }
        }
        Ok(whole)
    }
}

/// Walks through a body in chunks; says whether the last has come. Trailers are not expected.
fn chunks(mut rest: &[u8], mut each: impl FnMut(&[u8])) -> Result<bool, BenchError> {
    loop {
        let Some(line) = rest.windows(2).position(|two| two == b"\r\n") else { return Ok(false) };
        let (size, after) = rest.split_at(line);
        let size = std::str::from_utf8(size).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
        let size = size.filter(|size| *size <= MAX_CHUNK_BYTES).ok_or_else(|| malformed(rest))?;
        let (Some(chunk), Some(next)) = (after.get(2..2 + size), after.get(2 + size + 2..)) else {
            return Ok(false);
        };
        if size == 0 {
            return Ok(true);
        }
        each(chunk);
        rest = next;
    }
}

/// The head at the beginning of what has come; none while it is incomplete.
fn parse_head(bytes: &[u8]) -> Result<Option<Head>, BenchError> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if bytes.len() > MAX_HEAD_BYTES { Err(malformed(bytes)) } else { Ok(None) };
    };
    let text = std::str::from_utf8(bytes.get(..end).unwrap_or_default()).map_err(|_| malformed(bytes))?;
    let mut lines = text.split("\r\n");
    let status_line = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 "));
    let status = status_line.and_then(|line| line.get(..3)?.parse().ok()).ok_or_else(|| malformed(bytes))?;
    let value = |wanted: &str| {
        text.split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    let body = match (value("content-length"), value("transfer-encoding")) {
        (Some((_, length)), _) => Framing::Bytes(length.trim().parse().map_err(|_| malformed(bytes))?),
        (None, Some((_, encoding))) if encoding.trim() == "chunked" => Framing::Chunks,
        (None, Some(_)) => return Err(malformed(bytes)),
        (None, None) => Framing::Bytes(0),
    };
    Ok(Some(Head { status, head_bytes: end + 4, body }))
}

fn malformed(bytes: &[u8]) -> BenchError {
    BenchError::Http(
        String::from_utf8_lossy(bytes.get(..bytes.len().min(600)).unwrap_or_default()).into_owned(),
    )
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Itself, if it has this status.
    pub fn expect(self, status: u16, request: &[u8]) -> Result<Self, BenchError> {
        if self.status == status { Ok(self) } else { Err(unexpected(request, self.status, &self.body)) }
    }
}

/// An answer with another status than expected.
fn unexpected(request: &[u8], status: u16, body: &[u8]) -> BenchError {
    let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let start = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes.get(..bytes.len().min(600)).unwrap_or_default()).into_owned()
    };
    BenchError::Answer { asked: start(line), status, body: start(body) }
}

/// A connection for setting up: one request at a time, blocking.
pub struct Client {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Client {
    /// Connects.
    pub fn connect(address: SocketAddr) -> Result<Self, BenchError> {
        let stream = TcpStream::connect(address).map_err(BenchError::Connection)?;
        stream.set_nodelay(true).map_err(BenchError::Connection)?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// Sends a request and waits for its answer.
    pub fn ask(&mut self, request: &[u8]) -> Result<Answer, BenchError> {
        self.stream.write_all(request).map_err(BenchError::Connection)?;
        self.received.clear();
        let mut part = vec![0u8; 64 * 1024];
        let head = loop {
            if let Some(head) = parse_head(&self.received)?
                && head.is_whole(&self.received)?
            {
                break head;
            }
            match self.stream.read(&mut part).map_err(BenchError::Connection)? {
                0 => return Err(closed()),
                count => self.received.extend_from_slice(part.get(..count).unwrap_or_default()),
            }
        };
        let head_bytes = self.received.get(..head.head_bytes).unwrap_or_default();
        let text = String::from_utf8_lossy(head_bytes);
        let headers = text
            .split("\r\n")
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Ok(Answer { status: head.status, headers, body: head.body(&self.received)? })
    }
}

/// A connection of the load generator.
pub struct LoadConnection {
    stream: tokio::net::TcpStream,
    buffer: Vec<u8>,
}

impl LoadConnection {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Result<Self, BenchError> {
        let stream = tokio::net::TcpStream::connect(address).await.map_err(BenchError::Connection)?;
        stream.set_nodelay(true).map_err(BenchError::Connection)?;
        Ok(Self { stream, buffer: vec![0; 64 * 1024] })
    }

    /// Sends a request and receives its answer, which must have this status.
    pub async fn ask(&mut self, request: &[u8], status: u16) -> Result<(), BenchError> {
        self.stream.write_all(request).await.map_err(BenchError::Connection)?;
        let mut have = 0;
        let mut head = None;
        loop {
            if have == self.buffer.len() {
                self.buffer.resize(have * 2, 0);
            }
            let room = self.buffer.get_mut(have..).unwrap_or_default();
            match self.stream.read(room).await.map_err(BenchError::Connection)? {
                0 => return Err(closed()),
                count => have += count,
            }
            let received = self.buffer.get(..have).unwrap_or_default();
            if head.is_none() {
                head = parse_head(received)?;
            }
            match head {
                Some(head) if head.is_whole(received)? => {
                    if head.status == status {
                        return Ok(());
                    }
                    return Err(unexpected(request, head.status, &head.body(received)?));
                }
                _ => {}
            }
        }
    }
}

fn closed() -> BenchError {
    BenchError::Connection(std::io::ErrorKind::UnexpectedEof.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_when_they_are_whole_and_refused_when_they_are_not_http() {
        let text = b"HTTP/1.1 201 Created\r\nContent-length: 3\r\nETag: x\r\n\r\nabc";
        let head = parse_head(text).unwrap().unwrap();
        assert_eq!((head.status, head.body), (201, Framing::Bytes(3)));
        assert!(head.is_whole(text).unwrap() && !head.is_whole(&text[..text.len() - 1]).unwrap());
        assert_eq!(head.body(text).unwrap(), b"abc");
        for end in 0..head.head_bytes {
            assert_eq!(parse_head(&text[..end]).unwrap(), None, "{end}");
        }
        assert_eq!(parse_head(b"HTTP/1.1 204 No\r\nA: b\r\n\r\n").unwrap().unwrap().body, Framing::Bytes(0));
        assert!(parse_head(b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n").is_err());
        assert!(parse_head(b"SMTP ready\r\n\r\n").is_err());
        assert!(parse_head(&vec![b'x'; MAX_HEAD_BYTES + 1]).is_err());
    }

    #[test]
    fn bodies_in_chunks_end_with_the_empty_one() {
        let text = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na\r\n\r\nB\r\n0123456789x\r\n0\r\n\r\n";
        let head = parse_head(text).unwrap().unwrap();
        for end in head.head_bytes..text.len() {
            assert!(!head.is_whole(&text[..end]).unwrap(), "{end}");
        }
        assert!(head.is_whole(text).unwrap());
        assert_eq!(head.body(text).unwrap(), b"a\r\n0123456789x");
        assert!(chunks(b"x\r\n", |_| ()).is_err());
    }

    #[test]
    fn requests_say_how_long_their_body_is() {
        let target =
            Target { address: ([127, 0, 0, 1], 80).into(), base_path: "/a/fhir".into(), token: "t".into() };
        let request = String::from_utf8(target.send("POST", "/Patient", "{\"ä\":1}").into()).unwrap();
        assert!(request.starts_with("POST /a/fhir/Patient HTTP/1.1\r\n"), "{request}");
        assert!(request.ends_with("Content-Length: 8\r\n\r\n{\"ä\":1}"), "{request}");
    }
}

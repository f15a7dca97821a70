//! One HTTP/1.1 request on a connection of its own, blocking. Plain TCP only.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// How long a test waits for bytes.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// After chunks were put together; as compressed as it came.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of that name, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }
}

/// Sends a request to `http://host:port/path` and takes the whole answer.
///
/// # Errors
/// When there is no connection, or it breaks before the answer is whole.
pub fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<Response> {
    let rest = url.strip_prefix("http://").expect("an http:// address");
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    // The server listens on the IPv4 loopback; `localhost` may be another address first.
    let stream = TcpStream::connect(authority.replace("localhost", "127.0.0.1"))?;
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    let mut head = format!("{method} /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", body.len());
    (&stream).write_all(head.as_bytes())?;
    (&stream).write_all(body)?;
    answer(&mut BufReader::new(stream), method == "HEAD")
}

fn answer(stream: &mut BufReader<TcpStream>, has_no_body: bool) -> std::io::Result<Response> {
    let broken = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let status = line(stream)?.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(broken)?;
    let mut headers = Vec::new();
    loop {
        let line = line(stream)?;
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None if line.is_empty() => break,
            None => return Err(broken()),
        }
    }
    let mut response = Response { status, headers, body: Vec::new() };
    if has_no_body || status == 204 || status == 304 {
        return Ok(response);
    }
    if response.header("transfer-encoding") == Some("chunked") {
        loop {
            let size = usize::from_str_radix(line(stream)?.trim(), 16).map_err(|_| broken())?;
            let mut chunk = vec![0; size];
            stream.read_exact(&mut chunk)?;
            response.body.extend(chunk);
            line(stream)?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = response.header("content-length").and_then(|length| length.parse().ok()) {
        response.body = vec![0; length];
        stream.read_exact(&mut response.body)?;
    } else {
        stream.read_to_end(&mut response.body)?;
    }
    Ok(response)
}

fn line(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

//! What a browser asks for, somebody being signed in: pages, parts of them for htmx, forms; and what a page needs beside its HTML.
//!
//! Never: keeps anything, so that every page is whole. State: none.

use crate::error::BenchError;
use crate::http::{Answer, Client};
use crate::server::CELL;
use std::net::SocketAddr;

/// What Chromium says it takes, where a connection counts as secure.
const ENCODINGS: &str = "gzip, deflate, br, zstd";

/// Somebody at a browser.
#[derive(Debug, Clone)]
pub struct Browser {
    /// Where the server listens.
    pub address: SocketAddr,
    /// The session's token, which is the cookie's value.
    pub token: String,
}

/// How something is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A whole page.
    Page(String),
    /// A part of one, which htmx puts in its place.
    Part(String),
    /// A form's fields, encoded, to be saved.
    Form(String, String),
}

impl Ask {
    /// The path with its query, without the cell.
    pub fn path(&self) -> &str {
        match self {
            Self::Page(path) | Self::Part(path) | Self::Form(path, _) => path,
        }
    }

    /// The status of a good answer.
    pub fn status(&self) -> u16 {
        if matches!(self, Self::Form(..)) { 303 } else { 200 }
    }
}

impl Browser {
    /// The request, as it is sent.
    pub fn request(&self, ask: &Ask) -> Box<[u8]> {
        self.encoded(ask, ENCODINGS)
    }

    fn encoded(&self, ask: &Ask, encodings: &str) -> Box<[u8]> {
        let (method, more, body) = match ask {
            Ask::Page(_) => ("GET", String::new(), ""),
            Ask::Part(_) => ("GET", "HX-Request: true\r\n".to_owned(), ""),
            Ask::Form(_, form) => {
                let length = form.len();
                let more = format!(
                    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n"
                );
                ("POST", more, form.as_str())
            }
        };
        let (path, port, token) = (ask.path(), self.address.port(), &self.token);
        format!(
            "{method} /{CELL}{path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: text/html\r\n\
             Accept-Language: de\r\nAccept-Encoding: {encodings}\r\nSec-Fetch-Site: same-origin\r\n\
             Cookie: __Host-salus.{CELL}={token}\r\n{more}\r\n{body}"
        )
        .into_bytes()
        .into()
    }

    /// What is answered.
    pub fn see(&self, client: &mut Client, ask: &Ask) -> Result<Answer, BenchError> {
        let request = self.request(ask);
        client.ask(&request)?.expect(ask.status(), &request)
    }

    /// What a page needs, in bytes and requests.
    pub fn weigh(&self, ask: &Ask) -> Result<Weight, BenchError> {
        let mut client = Client::connect(self.address)?;
        let compressed = self.see(&mut client, ask)?;
        let request = self.encoded(ask, "identity");
        let plain = client.ask(&request)?.expect(ask.status(), &request)?;
        let needs = Needs::of(&String::from_utf8_lossy(&plain.body));
        let mut all_bytes = compressed.body.len();
        for file in needs.files() {
            let request = format!(
                "GET {file} HTTP/1.1\r\nHost: localhost:{}\r\nAccept-Encoding: {ENCODINGS}\r\n\r\n",
                self.address.port()
            );
            all_bytes += client.ask(request.as_bytes())?.expect(200, request.as_bytes())?.body.len();
        }
        Ok(Weight {
            html_bytes: plain.body.len(),
            compressed_bytes: compressed.body.len(),
            all_bytes,
            before_paint: 1 + needs.blocking.len(),
            requests: 1 + needs.files().count(),
        })
    }
}

/// How many entries of the access log an answer names.
pub fn entries(answer: &Answer) -> usize {
    let named = answer.headers.iter().find(|(name, _)| name == "salus-log-entry");
    named.map_or(0, |(_, value)| value.split(',').count())
}

/// What a page costs whoever has nothing of it yet.
#[derive(Debug, Clone, Copy)]
pub struct Weight {
    /// The HTML.
    pub html_bytes: usize,
    /// The HTML as it travels.
    pub compressed_bytes: usize,
    /// With all files that it names, as they travel; heads of answers not counted.
    pub all_bytes: usize,
    /// Requests that must be answered before anything is shown.
    pub before_paint: usize,
    /// All requests.
    pub requests: usize,
}

/// The files that a page names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Needs {
    /// Without them nothing is shown: style sheets, and scripts that are not deferred.
    blocking: Vec<String>,
    /// The others.
    later: Vec<String>,
}

impl Needs {
    fn of(html: &str) -> Self {
        let mut needs = Self::default();
        for tag in html.split('<').filter_map(|after| after.split('>').next()) {
            let word = tag.split_whitespace().next().unwrap_or_default();
            let (file, is_blocking) = match word {
                "link" if tag.contains("rel=\"stylesheet\"") => (value(tag, "href"), true),
                "link" if tag.contains("rel=\"icon\"") => (value(tag, "href"), false),
                "script" => {
                    let is_deferred = [" defer", " async", "type=\"module\""];
                    (value(tag, "src"), !is_deferred.iter().any(|word| tag.contains(word)))
                }
                "img" | "iframe" | "embed" => (value(tag, "src"), false),
                _ => (None, false),
            };
            // What stands in the page itself is no request.
            let Some(file) = file.filter(|file| file.starts_with('/')) else { continue };
            let list = if is_blocking { &mut needs.blocking } else { &mut needs.later };
            if !list.contains(&file) {
                list.push(file);
            }
        }
        needs
    }

    fn files(&self) -> impl Iterator<Item = &String> {
        self.blocking.iter().chain(&self.later)
    }
}

fn value(tag: &str, name: &str) -> Option<String> {
    let from = tag.split(&format!(" {name}=\"")).nth(1)?;
    Some(from.split('"').next()?.to_owned())
}

/// A value of a query or a form (WHATWG URL, section 5.2).
pub fn encode(value: &str) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_a_page_from_being_shown_is_told_from_what_does_not() {
        let html = r#"<link rel="icon" href="/i.svg"><link rel="stylesheet" href="/a.css"><script src="/a.js" defer></script>
            <script src="/b.js"></script><img class="x" src="/p.png"><img src="data:,"><a href="/other">x</a><script src="/b.js"></script>"#;
        let needs = Needs::of(html);
        assert_eq!(needs.blocking, ["/a.css", "/b.js"]);
        assert_eq!(needs.later, ["/i.svg", "/a.js", "/p.png"]);
    }

    #[test]
    fn a_request_says_who_asks_and_what_is_sent() {
        let browser = Browser { address: ([127, 0, 0, 1], 80).into(), token: "t".into() };
        let ask = Ask::Form("/patient/1/vital".into(), format!("pulse={}", encode("7 ä")));
        let request = String::from_utf8(browser.request(&ask).into()).unwrap_or_default();
        assert!(request.starts_with("POST /bench/patient/1/vital HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("\r\nCookie: __Host-salus.bench=t\r\n"), "{request}");
        assert!(request.ends_with("Content-Length: 16\r\n\r\npulse=7%20%C3%A4"), "{request}");
    }
}

//! Asks the running server for records, in the session that two approved.
//!
//! Never: asks anybody else; goes on when the budget is spent. State: a connection, and what was asked.

use crate::data_dir::ServerFile;
use crate::failure::Failure;
use crate::http::{Answer, Client};
use crate::import::endpoint;
use crate::messages::say;
use bytes::Bytes;
use hyper::Method;
use salus_fhir::search::escaped;
use salus_trust_api::Token;
use serde_json::Value;
use std::time::Duration;
use zeroize::Zeroizing;

/// How often a question is asked while the server is busy or away, and how long is waited between.
const TRIES: u32 = 20;
const WAIT: Duration = Duration::from_millis(500);
/// The most pages of one question, of as many entries as are asked for each: beyond them nothing is looked at.
const MAX_PAGES: usize = 50;

/// What came of a question.
#[derive(Debug)]
pub enum Told {
    /// It is there; with the entries that admitted it.
    There(Value, Vec<u64>),
    /// It is not, or cannot be asked for so.
    Not,
    /// A budget is spent: that of the session, or the cell's as a whole.
    Spent,
}

/// What came of a question for all of something.
#[derive(Debug)]
pub enum ToldAll {
    /// The resources; with the entries that admitted them.
    There(Vec<Value>, Vec<u64>),
    /// See [`Told::Not`].
    Not,
    /// See [`Told::Spent`].
    Spent,
}

/// Asks in one cell.
pub struct Asking {
    client: Client,
    path: String,
    authorization: Zeroizing<String>,
}

impl Asking {
    /// In a session.
    pub fn new(server: &ServerFile, cell: &str, token: &Token) -> Result<Self, Failure> {
        Ok(Self {
            client: Client::new(endpoint(server)?),
            path: format!("/{cell}/fhir"),
            authorization: Zeroizing::new(format!("Bearer {}", *token.to_text())),
        })
    }

    /// `GET` of a path below the cell's base that answers with a Bundle, and of its next pages: the resources of all of them.
    pub async fn all(&mut self, path: &str) -> Result<ToldAll, Failure> {
        let (mut resources, mut entries) = (Vec::new(), Vec::new());
        let mut next = Some(path.to_owned());
        for _ in 0..MAX_PAGES {
            let Some(path) = next.take() else { break };
            let mut bundle = match self.get(&path).await? {
                Told::There(bundle, admitted) => {
                    entries.extend(admitted);
                    bundle
                }
                Told::Not if resources.is_empty() => return Ok(ToldAll::Not),
                // What was there a moment ago is not called missing.
                Told::Not => return Err(Failure::could_not(say("server-away").with("why", "HTTP 404"))),
                Told::Spent => return Ok(ToldAll::Spent),
            };
            let found = bundle["entry"].as_array_mut().into_iter().flatten();
            resources.extend(found.map(|entry| entry["resource"].take()));
            next = self.next_of(&bundle);
        }
        Ok(ToldAll::There(resources, entries))
    }

    /// The next page's path below the cell's base.
    fn next_of(&self, bundle: &Value) -> Option<String> {
        let links = bundle["link"].as_array().into_iter().flatten();
        let next = links.filter(|link| link["relation"] == "next").find_map(|link| link["url"].as_str())?;
        next.split_once(&format!("{}/", self.path)).map(|(_, path)| format!("/{path}"))
    }

    /// `GET` of a path below the cell's base.
    pub async fn get(&mut self, path: &str) -> Result<Told, Failure> {
        let whole = format!("{}{path}", self.path);
        let mut why = String::new();
        for _ in 0..TRIES {
            let headers = [
                ("authorization", self.authorization.as_str()),
                ("accept", "application/fhir+json"),
                ("salus-purpose", "HOPERAT"),
            ];
            let answer = match self.client.send(Method::GET, &whole, &headers, Bytes::new()).await {
                Ok(answer) => answer,
                Err(error) => {
                    why = error.to_string();
                    tokio::time::sleep(WAIT).await;
                    continue;
                }
            };
            match answer.status {
                200 => return Ok(told(&answer)),
                400 | 404 | 410 | 422 => return Ok(Told::Not),
                429 => return Ok(Told::Spent),
                401 | 403 => return Err(Failure::could_not(say("session-ended"))),
                405 => return Err(Failure::could_not(say("cell-not-served").with("path", &self.path))),
                status => {
                    why = format!("HTTP {status}");
                    tokio::time::sleep(WAIT).await;
                }
            }
        }
        Err(Failure::could_not(say("server-away").with("why", why)))
    }
}

fn told(answer: &Answer) -> Told {
    let entries = answer.headers.get_all("salus-log-entry").iter().filter_map(|value| value.to_str().ok());
    let entries =
        entries.flat_map(|value| value.split([',', ' '])).filter_map(|one| one.parse().ok()).collect();
    serde_json::from_slice(&answer.body).map_or(Told::Not, |body| Told::There(body, entries))
}

/// A value within a query: percent-encoded, and what separates values escaped.
pub fn value(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in escaped(text).bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn values_are_no_syntax() {
        assert_eq!(super::value("Müller, A|b&c=d"), "M%C3%BCller%5C%2C%20A%5C%7Cb%26c%3Dd");
    }
}

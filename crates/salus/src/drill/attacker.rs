//! The attacker: a program that has what was stolen, and takes what the server gives it.
//!
//! Never: has anything else; waits longer than it must. State: the connection, the loot, how many requests.

use super::loot::Loot;
use super::stage::{CELL, Stage};
use super::victim::Session;
use crate::failure::Failure;
use crate::http::{Answer, Client};
use crate::import::endpoint;
use crate::messages::say;
use bytes::Bytes;
use hyper::Method;
use serde_json::Value;
use std::time::Duration;

/// How often a request is tried whose connection broke.
const TRIES: usize = 3;
/// How often an answer that comes later is asked for, and after how long each time.
const MAX_POLLS: usize = 2_000;
const POLL: Duration = Duration::from_millis(2);

/// A thief with one session.
pub(super) struct Attacker<'a> {
    pub stage: &'a Stage,
    pub session: Session,
    /// When the theft began, as the keyholder's clock says.
    pub began_ms: u64,
    pub loot: Loot,
    pub requests: u64,
    client: Client,
    /// What proofs are to repeat, as the server said last.
    nonce: Option<String>,
}

impl<'a> Attacker<'a> {
    pub(super) fn new(stage: &'a Stage, session: Session, began_ms: u64) -> Result<Self, Failure> {
        let client = Client::new(endpoint(&stage.server)?);
        Ok(Self { stage, session, began_ms, loot: Loot::default(), requests: 0, client, nonce: None })
    }

    /// Simulated milliseconds since the theft began.
    pub(super) fn since_ms(&self) -> u64 {
        self.stage.now_ms().saturating_sub(self.began_ms)
    }

    /// A request of the FHIR API, below the cell's base; what comes is loot. Answers the status, and what was said.
    pub(super) async fn fhir(&mut self, path: &str) -> Result<(u16, Value), Failure> {
        self.fhir_for("TREAT", path).await
    }

    /// The same for a purpose that the thief makes up: an emergency opens a reserve.
    pub(super) async fn fhir_for(&mut self, purpose: &str, path: &str) -> Result<(u16, Value), Failure> {
        // Without it, no export is asked for.
        let prefer = if path.ends_with("$export") { "respond-async" } else { "handling=lenient" };
        let answer = self.get(path, purpose, prefer).await?;
        Ok(self.taken(&answer))
    }

    /// A request whose answer comes later, fetched as soon as it is there. Answers the status of the last step.
    pub(super) async fn fhir_later(&mut self, path: &str) -> Result<u16, Failure> {
        let mut answer = self.get(path, "TREAT", "respond-async").await?;
        let place = answer.header("content-location").and_then(|place| place.split_once("/fhir"));
        let Some(place) = place.map(|(_, place)| place.to_owned()) else { return Ok(self.taken(&answer).0) };
        for _ in 0..MAX_POLLS {
            answer = self.get(&place, "TREAT", "handling=lenient").await?;
            if answer.status != 202 {
                break;
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(self.taken(&answer).0)
    }

    async fn get(&mut self, path: &str, purpose: &str, prefer: &str) -> Result<Answer, Failure> {
        let path = format!("/{CELL}/fhir{path}");
        let authorization = Zeroized::bearer(&self.session);
        let headers = [
            ("authorization", authorization.as_str()),
            ("accept", "application/fhir+json"),
            ("prefer", prefer),
            ("salus-purpose", purpose),
        ];
        self.send(Method::GET, &path, &headers, Bytes::new()).await
    }

    /// A bundle sent to the cell's base; what comes is loot.
    pub(super) async fn bundle(&mut self, bundle: &Value) -> Result<(u16, Value), Failure> {
        let path = format!("/{CELL}/fhir");
        let authorization = Zeroized::bearer(&self.session);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/fhir+json")];
        let answer = self.send(Method::POST, &path, &headers, Bytes::from(bundle.to_string())).await?;
        Ok(self.taken(&answer))
    }

    /// A page, as the victim's browser would ask for it. Answers the status, and the page.
    pub(super) async fn page(&mut self, path: &str) -> Result<(u16, String), Failure> {
        let path = format!("/{CELL}{path}");
        let cookie =
            Zeroized(zeroize::Zeroizing::new(format!("__Host-salus.{CELL}={}", *self.session.token)));
        let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
        let answer = self.send(Method::GET, &path, &headers, Bytes::new()).await?;
        Ok((answer.status, String::from_utf8_lossy(&answer.body).into_owned()))
    }

    fn taken(&mut self, answer: &Answer) -> (u16, Value) {
        let said = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        if answer.status == 200 {
            let since_ms = self.since_ms();
            self.loot.take(&said, since_ms);
        }
        // Somebody would have to touch their passkey: the session goes on, and the thief has none.
        let is_touch = answer.header("www-authenticate").is_some_and(|why| why.contains("insufficient_user"));
        (if is_touch { 403 } else { answer.status }, said)
    }

    /// Another session, of the same thief.
    pub(super) fn takes(&mut self, session: Session) {
        self.session = session;
        self.nonce = None;
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Bytes,
    ) -> Result<Answer, Failure> {
        let mut why = String::new();
        let address = format!("{}{path}", self.stage.server.base_url);
        for _ in 0..TRIES {
            self.requests += 1;
            let proof = self.session.prove(method.as_str(), &address, self.nonce.as_deref());
            let mut all = headers.to_vec();
            all.extend(proof.as_ref().map(|proof| ("dpop", proof.as_str())));
            match self.client.send(method.clone(), path, &all, body.clone()).await {
                Ok(answer) if proof.is_some() && answer.header("dpop-nonce").is_some() => {
                    self.nonce = answer.header("dpop-nonce").map(str::to_owned);
                    why = answer.status.to_string();
                }
                Ok(answer) => return Ok(answer),
                Err(error) => why = error.to_string(),
            }
        }
        Err(Failure::could_not(say("server-away").with("why", why)))
    }
}

/// A header's value that holds a session.
struct Zeroized(zeroize::Zeroizing<String>);

impl Zeroized {
    fn bearer(session: &Session) -> Self {
        Self(zeroize::Zeroizing::new(format!("{} {}", session.scheme(), *session.token)))
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

//! The victims: people of the hospital, and the sessions that they have.
//!
//! They sign in at the real door over HTTP, as a browser does; by a one-time link, since nobody sits at an authenticator here. State: none.

use super::stage::{CELL, Stage};
use crate::admin::person::invited;
use crate::failure::Failure;
use crate::http::{Answer, Client, Endpoint};
use crate::import::endpoint;
use crate::messages::say;
use bytes::Bytes;
use hyper::Method;
use salus_seal::PrincipalId;
use salus_trust_api::Token;
use salus_trust_api::dpop::{ProofKey, Statement};
use salus_trust_api::wire::people::{NewPerson, PeopleAsk};
use serde_json::{Map, Value, json};
use std::net::ToSocketAddrs as _;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Somebody who works there.
#[derive(Debug, Clone)]
pub(super) struct Victim {
    pub principal: PrincipalId,
}

/// A session: what the browser keeps of it.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// The cookie's value.
    pub token: Zeroizing<String>,
    /// The key that the session is bound to. It can be used where it is, and not be taken along.
    key: Option<Arc<ProofKey>>,
}

impl Session {
    /// What a thief has of it elsewhere.
    pub(super) fn copied(self) -> Self {
        Self { key: None, ..self }
    }

    /// How the token is sent to the FHIR interface.
    pub(super) fn scheme(&self) -> &'static str {
        if self.key.is_some() { "DPoP" } else { "Bearer" }
    }

    /// A proof of a request, where the key is; `nonce` is what the server wants to be repeated.
    pub(super) fn prove(&self, method: &str, address: &str, nonce: Option<&str>) -> Option<String> {
        let address = address.split('?').next().unwrap_or_default();
        let about = Statement { method, address, token: None, nonce, iat_s: 0 };
        self.key.as_ref()?.prove(&about).ok()
    }
}

impl Stage {
    /// Somebody with a role, and what it may reach here.
    pub(super) async fn hire(&self, name: &str, role: &str) -> Result<Victim, Failure> {
        let person = NewPerson {
            name: name.to_owned(),
            role: role.to_owned(),
            budgets: Some(self.budgets_of(role)),
            practitioner: None,
            language: Some("de".to_owned()),
        };
        let ask = PeopleAsk::Add { cell: Some(CELL.to_owned()), person };
        let added = self.administer(move |administration| invited(administration, ask)).await?;
        Ok(Victim { principal: added.principal })
    }

    /// A victim signs in, in a browser of their own.
    pub(super) async fn sign_in(&self, victim: &Victim) -> Result<Session, Failure> {
        let principal = victim.principal;
        let link = self
            .administer(move |administration| invited(administration, PeopleAsk::LookRound { principal }))
            .await?;
        let secret = link.secret.to_text();
        let mut browser = Client::new(endpoint(&self.server)?);
        let mut door = Client::new(self.door()?);
        let opened = ask_door(&mut door, "/look-round", "", &json!({"secret": *secret})).await?;
        let begun = get(&mut browser, &format!("/{CELL}/sign-in"), "").await?;
        let request = request_of(&begun).ok_or_else(not_signed_in)?;
        let looking = cookie(&opened, "look-round").ok_or_else(not_signed_in)?;
        let code = ask_door(&mut door, "/look-round/finish", &looking, &request).await?;
        let to: Value = serde_json::from_slice(&code.body).map_err(|_| not_signed_in())?;
        let path = to["to"].as_str().and_then(|to| to.strip_prefix(&self.server.base_url));
        let flow = cookie(&begun, "flow").ok_or_else(not_signed_in)?;
        let (path, query) = path.and_then(|path| path.split_once('?')).ok_or_else(not_signed_in)?;
        let word = get(&mut browser, &format!("/{CELL}/proof"), "").await?;
        let key = Arc::new(ProofKey::generate().map_err(|_| not_signed_in())?);
        let mut session = Session { token: Zeroizing::default(), key: Some(key) };
        let address = format!("{}{path}", self.server.base_url);
        let proof = session.prove("POST", &address, word.header("dpop-nonce")).ok_or_else(not_signed_in)?;
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("cookie", &flow),
            ("dpop", &proof),
        ];
        let done = browser.send(Method::POST, path, &headers, Bytes::from(query.to_owned())).await;
        let done = done.map_err(|_| not_signed_in())?;
        let token = cookie(&done, "=salus_").and_then(|pair| Some(pair.split_once('=')?.1.to_owned()));
        let token = token.filter(|token| Token::parse(token).is_some()).ok_or_else(not_signed_in)?;
        session.token = Zeroizing::new(token);
        Ok(session)
    }

    fn door(&self) -> Result<Endpoint, Failure> {
        let url = self.server.door_url.as_deref().unwrap_or_default();
        let authority = url.split_once("://").map_or("", |(_, rest)| rest).to_owned();
        let port = authority.rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
        let address = port.and_then(|port| ("127.0.0.1", port).to_socket_addrs().ok()?.next());
        Ok(Endpoint { address: address.ok_or_else(not_signed_in)?, authority, tls: None })
    }
}

fn not_signed_in() -> Failure {
    Failure::could_not(say("drill-not-signed-in"))
}

/// As the door's own script asks.
async fn ask_door(door: &mut Client, path: &str, cookie: &str, body: &Value) -> Result<Answer, Failure> {
    let headers =
        [("content-type", "application/json"), ("sec-fetch-site", "same-origin"), ("cookie", cookie)];
    let answer = door.send(Method::POST, path, &headers, Bytes::from(body.to_string())).await;
    answer.ok().filter(|answer| answer.status == 200).ok_or_else(not_signed_in)
}

async fn get(browser: &mut Client, path: &str, cookie: &str) -> Result<Answer, Failure> {
    let answer = browser.send(Method::GET, path, &[("cookie", cookie)], Bytes::new()).await;
    answer.map_err(|_| not_signed_in())
}

/// What the door is asked with: the query of the address that the record server led to.
fn request_of(answer: &Answer) -> Option<Value> {
    let (_, query) = answer.header("location")?.split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Map<String, Value> =
        pairs.map(|(name, value)| (name.to_owned(), json!(decoded(value)))).collect();
    Some(Value::Object(pairs))
}

fn decoded(value: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        let digit = |byte: Option<u8>| byte.and_then(|byte| (byte as char).to_digit(16));
        match byte {
            b'%' => match (digit(bytes.next()), digit(bytes.next())) {
                (Some(high), Some(low)) => out.push((high * 16 + low) as u8),
                _ => return String::new(),
            },
            byte => out.push(byte),
        }
    }
    String::from_utf8(out).unwrap_or_default()
}

/// `name=value` of the cookie that an answer sets whose name or value contains this.
fn cookie(answer: &Answer, part: &str) -> Option<String> {
    let all = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let pairs = all.filter_map(|value| value.split(';').next());
    pairs.filter(|pair| !pair.ends_with('=')).find(|pair| pair.contains(part)).map(str::to_owned)
}

//! A client that proves its key with each request (RFC 9449), as the load generator needs one: a proof is good once, so each is made just before
//! it is sent, and what that takes is not the server's.
//!
//! State: the key, the token.

use crate::error::BenchError;
use crate::http::{Client, Target};
use crate::server::{CELL, Salus};
use salus_trust_api::Token;
use salus_trust_api::dpop::{ProofKey, Statement};
use std::time::{SystemTime, UNIX_EPOCH};

/// What signs.
pub struct Prover {
    key: ProofKey,
    token: Token,
    base_url: String,
    base_path: String,
}

impl Prover {
    /// A new session of a new client, bound to a new key.
    pub fn sign_in(salus: &Salus, target: &Target) -> Result<Self, BenchError> {
        let broken = |what: &str| BenchError::program("oauth/token", what.to_owned());
        let key = ProofKey::generate().map_err(|_| broken("no randomness"))?;
        let (client, secret) = salus.credentials()?;
        let base_url = salus.say(&["status", "--json"])?["base_url"].as_str().unwrap_or_default().to_owned();
        let path = format!("/{CELL}/oauth/token");
        let proof = prove(&key, None, "POST", &format!("{base_url}{path}"))?;
        let form = format!("grant_type=client_credentials&client_id={client}&client_secret={secret}");
        let length = form.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost:{}\r\nDPoP: {proof}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}",
            target.address.port()
        );
        let answer = Client::connect(target.address)?.ask(request.as_bytes())?;
        let answer: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let token = answer["access_token"].as_str().and_then(Token::parse);
        let token = token.ok_or_else(|| broken(&answer.to_string()))?;
        Ok(Self { key, token, base_url, base_path: target.base_path.clone() })
    }

    /// A request without a body, with a proof that was made just now; `path` follows the base path.
    pub fn get(&self, path: &str) -> Result<Vec<u8>, BenchError> {
        let Self { key, token, base_url, base_path } = self;
        let proof = prove(key, Some(token), "GET", &format!("{base_url}{base_path}{path}"))?;
        Ok(format!(
            "GET {base_path}{path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/fhir+json\r\n\
             Authorization: DPoP {}\r\nDPoP: {proof}\r\n\r\n",
            *token.to_text()
        )
        .into_bytes())
    }
}

fn prove(key: &ProofKey, token: Option<&Token>, method: &str, address: &str) -> Result<String, BenchError> {
    let iat_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    key.prove(&Statement { method, address, token, nonce: None, iat_s })
        .map_err(|_| BenchError::program("proof", "no randomness".to_owned()))
}

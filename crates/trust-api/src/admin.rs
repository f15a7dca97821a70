//! The command line's connection to the keyholder: one request, one answer, blocking.
//!
//! Never: reaches a patient's record; the keyholder grants no admission on it. State: the connection.

use crate::frame::{self, PREFIX_BYTES};
use crate::wire::{AdminAnswer, AdminAsk, AdminError, Hello, PROTOCOL, Reply, Request, Role};
use aws_lc_rs::hmac;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// How long the command line waits for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AdminClientError {
    /// Nobody listens at the socket.
    #[error("no keyholder is running here")]
    NotRunning,
    /// The key is not the one the keyholder expects.
    #[error("the keyholder does not accept this administrator key")]
    Unwelcome,
    /// The connection broke, or said something that is not understood.
    #[error("the connection to the keyholder broke")]
    Broken,
    /// The keyholder said no, and why.
    #[error(transparent)]
    Admin(#[from] AdminError),
}

/// The proof for a challenge: HMAC-SHA256(key, label ‖ role ‖ challenge).
pub fn prove(key: &[u8; 32], role: Role, challenge: &[u8; 32]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    context.update(b"salus hello v1\0");
    context.update(&[role as u8]);
    context.update(challenge);
    let mut out = [0u8; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

/// A connection with the administrator's key.
#[derive(Debug)]
pub struct AdminClient(UnixStream);

impl AdminClient {
    /// Connects and proves who it is.
    pub fn connect(socket: &Path, key: &[u8; 32]) -> Result<Self, AdminClientError> {
        let stream = UnixStream::connect(socket).map_err(|_| AdminClientError::NotRunning)?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT)).map_err(|_| AdminClientError::Broken)?;
        let mut client = Self(stream);
        let Reply::Challenge(challenge) = client.receive()? else { return Err(AdminClientError::Broken) };
        let proof = prove(key, Role::Administrator, &challenge);
        client.send(&Request::Hello(Hello { protocol: PROTOCOL, role: Role::Administrator, proof }))?;
        match client.receive()? {
            Reply::Welcome(_) => Ok(client),
            Reply::Unwelcome => Err(AdminClientError::Unwelcome),
            _ => Err(AdminClientError::Broken),
        }
    }

    /// Asks, and waits for the answer.
    pub fn ask(&mut self, ask: AdminAsk) -> Result<AdminAnswer, AdminClientError> {
        self.send(&Request::Admin(ask))?;
        match self.receive()? {
            Reply::Admin(answer) => Ok(answer?),
            _ => Err(AdminClientError::Broken),
        }
    }

    fn send(&mut self, request: &Request) -> Result<(), AdminClientError> {
        let frame = frame::encode(request).map_err(|_| AdminClientError::Broken)?;
        self.0.write_all(&frame).map_err(|_| AdminClientError::Broken)
    }

    fn receive(&mut self) -> Result<Reply, AdminClientError> {
        let mut prefix = [0u8; PREFIX_BYTES];
        self.0.read_exact(&mut prefix).map_err(|_| AdminClientError::Broken)?;
        let mut body = vec![0; frame::body_length(prefix).map_err(|_| AdminClientError::Broken)?];
        self.0.read_exact(&mut body).map_err(|_| AdminClientError::Broken)?;
        frame::decode(&body).map_err(|_| AdminClientError::Broken)
    }
}

//! The connection to the keyholder: what it tells, and what it is told.
//!
//! State: the socket.

use crate::error::MessengerError;
use salus_trust_api::admin::prove;
use salus_trust_api::frame::{self, PREFIX_BYTES};
use salus_trust_api::wire::alarms::{AlarmTold, FromMessenger};
use salus_trust_api::wire::{Hello, PROTOCOL, Reply, Request, Role};
use std::path::Path;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

/// What the keyholder says.
pub(crate) struct Hearing(OwnedReadHalf);

/// What it is told.
pub(crate) struct Saying(OwnedWriteHalf);

/// Connects, and proves who it is.
pub(crate) async fn open(socket: &Path, key: &[u8; 32]) -> Result<(Hearing, Saying), MessengerError> {
    let stream = UnixStream::connect(socket).await.map_err(|_| MessengerError::Disconnected)?;
    let (reading, writing) = stream.into_split();
    let (mut hearing, mut saying) = (Hearing(reading), Saying(writing));
    let Reply::Challenge(challenge) = hearing.next().await? else { return Err(MessengerError::Disconnected) };
    let proof = prove(key, Role::Messenger, &challenge);
    saying.send(&Request::Hello(Hello { protocol: PROTOCOL, role: Role::Messenger, proof })).await?;
    match hearing.next().await? {
        Reply::Welcome(_) => Ok((hearing, saying)),
        Reply::Unwelcome => Err(MessengerError::Unwelcome),
        _ => Err(MessengerError::Disconnected),
    }
}

impl Hearing {
    /// The next alarms.
    pub(crate) async fn alarms(&mut self) -> Result<Vec<AlarmTold>, MessengerError> {
        match self.next().await? {
            Reply::Alarms(alarms) => Ok(alarms),
            _ => Err(MessengerError::Disconnected),
        }
    }

    async fn next(&mut self) -> Result<Reply, MessengerError> {
        let mut prefix = [0; PREFIX_BYTES];
        self.0.read_exact(&mut prefix).await.map_err(|_| MessengerError::Disconnected)?;
        let length = frame::body_length(prefix).map_err(|_| MessengerError::Disconnected)?;
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.map_err(|_| MessengerError::Disconnected)?;
        frame::decode(&body).map_err(|_| MessengerError::Disconnected)
    }
}

impl Saying {
    pub(crate) async fn tell(&mut self, said: FromMessenger) -> Result<(), MessengerError> {
        self.send(&Request::Messenger(said)).await
    }

    async fn send(&mut self, request: &Request) -> Result<(), MessengerError> {
        let frame = frame::encode(request).map_err(|_| MessengerError::Disconnected)?;
        self.0.write_all(&frame).await.map_err(|_| MessengerError::Disconnected)
    }
}

//! The door's connection to the keyholder: one question at a time, in the order in which they come.
//!
//! Never: asks again what was asked on a connection that broke. State: what waits, and the connection, owned by a task of its own.

use crate::client::{Endpoint, TrustError};
use crate::conversation::{RECONNECT_FIRST, RECONNECT_MOST, open, receive};
use crate::frame;
use crate::wire::people::{DoorAnswer, DoorAsk};
use crate::wire::{Reply, Request, Role};
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

/// The most questions that wait at once; further ones are told that nobody is there.
const MAX_WAITING: usize = 1_024;

struct Waiting {
    ask: DoorAsk,
    answer: oneshot::Sender<DoorAnswer>,
}

/// The connection. Cheap to clone.
#[derive(Debug, Clone)]
pub struct DoorTrust(mpsc::Sender<Waiting>);

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waiting")
    }
}

impl DoorTrust {
    /// Starts connecting.
    pub fn connect(endpoint: Endpoint) -> Self {
        let (queue, waiting) = mpsc::channel(MAX_WAITING);
        tokio::spawn(run(endpoint, waiting));
        Self(queue)
    }

    /// Asks.
    ///
    /// Errors: [`TrustError::Unavailable`] when the keyholder is not there, or too many wait already.
    pub async fn ask(&self, ask: DoorAsk) -> Result<DoorAnswer, TrustError> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Waiting { ask, answer }).map_err(|_| TrustError::Unavailable)?;
        answered.await.map_err(|_| TrustError::Unavailable)
    }
}

async fn run(endpoint: Endpoint, mut waiting: mpsc::Receiver<Waiting>) {
    let mut pause = RECONNECT_FIRST;
    let mut kept = None;
    while let Some(Waiting { ask, answer }) = waiting.recv().await {
        // A keyholder that was started again has closed what was kept: then the question goes over a new connection, once.
        let mut stream = match kept.take() {
            Some(stream) if is_open(&stream) => stream,
            _ => match open(&endpoint, Role::Door).await {
                Ok((stream, _)) => stream,
                Err(_) => {
                    drop(answer);
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(RECONNECT_MOST);
                    continue;
                }
            },
        };
        pause = RECONNECT_FIRST;
        if let Ok(answered) = exchange(&mut stream, ask).await {
            let _ = answer.send(answered);
            kept = Some(stream);
        }
    }
}

/// The keyholder never speaks unasked, so what can be read is its end.
fn is_open(stream: &UnixStream) -> bool {
    let read = stream.try_read(&mut [0u8; 1]);
    read.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

async fn exchange(stream: &mut UnixStream, ask: DoorAsk) -> Result<DoorAnswer, TrustError> {
    let frame = Zeroizing::new(frame::encode(&Request::Door(Box::new(ask)))?);
    stream.write_all(&frame).await.map_err(|_| TrustError::Unavailable)?;
    match receive(stream, &mut Vec::new()).await? {
        Reply::Door(answer) => Ok(*answer),
        _ => Err(TrustError::Protocol),
    }
}

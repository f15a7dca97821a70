//! The connection to the keyholder: frames in, frames out.
//!
//! Never: reads ahead of what is handled by more than one frame's bound. State: the socket, and what was read of the next frame.

use crate::error::IndexerError;
use rustix::event::{PollFd, PollFlags, poll};
use salus_trust_api::admin::prove;
use salus_trust_api::frame::{self, PREFIX_BYTES};
use salus_trust_api::wire::index::ToIndexer;
use salus_trust_api::wire::{Hello, PROTOCOL, Reply, Request, Role};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroize as _;

/// How much is read at once, in bytes.
const READ_BYTES: usize = 256 * 1024;

/// The receiving end.
pub(crate) struct Connection {
    stream: UnixStream,
    sender: Sender,
    stop: OwnedFd,
    received: Vec<u8>,
    start: usize,
    buffer: Box<[u8]>,
}

/// The sending end, of which every thread has one.
#[derive(Clone)]
pub(crate) struct Sender(Arc<Mutex<UnixStream>>);

impl Sender {
    /// Sends, and waits while the keyholder does not read. A connection that broke is found by the receiving end.
    pub(crate) fn send(&self, message: &impl Serialize) {
        let Ok(frame) = frame::encode(message) else { return self.close() };
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if stream.write_all(&frame).is_err() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Ends the connection.
    pub(crate) fn close(&self) {
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).shutdown(Shutdown::Both);
    }
}

impl Connection {
    /// Connects, and proves who it is; none when it is time to stop before that is done.
    pub(crate) fn open(socket: &Path, key: &[u8; 32], stop: OwnedFd) -> Result<Option<Self>, IndexerError> {
        let stream = UnixStream::connect(socket).map_err(|_| IndexerError::Disconnected)?;
        let writing = stream.try_clone().map_err(|_| IndexerError::Disconnected)?;
        let sender = Sender(Arc::new(Mutex::new(writing)));
        let buffer = vec![0; READ_BYTES].into_boxed_slice();
        let mut connection = Self { stream, sender, stop, received: Vec::new(), start: 0, buffer };
        let challenge = match connection.receive()? {
            Some(Reply::Challenge(challenge)) => challenge,
            Some(_) => return Err(IndexerError::Disconnected),
            None => return Ok(None),
        };
        let proof = prove(key, Role::Indexer, &challenge);
        connection.sender.send(&Request::Hello(Hello { protocol: PROTOCOL, role: Role::Indexer, proof }));
        match connection.receive()? {
            Some(Reply::Welcome(_)) => Ok(Some(connection)),
            Some(Reply::Unwelcome) => Err(IndexerError::Unwelcome),
            Some(_) => Err(IndexerError::Disconnected),
            None => Ok(None),
        }
    }

    pub(crate) fn sender(&self) -> Sender {
        self.sender.clone()
    }

    /// The next message; none when it is time to stop.
    pub(crate) fn next(&mut self) -> Result<Option<ToIndexer>, IndexerError> {
        self.receive()
    }

    fn receive<T: DeserializeOwned>(&mut self) -> Result<Option<T>, IndexerError> {
        loop {
            if let Some(message) = self.take()? {
                return Ok(Some(message));
            }
            let stopping = {
                let mut ends =
                    [PollFd::new(&self.stop, PollFlags::IN), PollFd::new(&self.stream, PollFlags::IN)];
                match poll(&mut ends, None) {
                    Ok(_) => {}
                    Err(rustix::io::Errno::INTR) => continue,
                    Err(_) => return Err(IndexerError::Disconnected),
                }
                let [stop, _] = &ends;
                !stop.revents().is_empty()
            };
            if stopping {
                return Ok(None);
            }
            match self.stream.read(&mut self.buffer) {
                Ok(0) => return Err(IndexerError::Disconnected),
                Ok(count) => {
                    let read = self.buffer.get_mut(..count).unwrap_or_default();
                    self.received.extend_from_slice(read);
                    read.zeroize();
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return Err(IndexerError::Disconnected),
            }
        }
    }

    /// The message whose frame is whole, if there is one. Its bytes are wiped: they hold keys.
    fn take<T: DeserializeOwned>(&mut self) -> Result<Option<T>, IndexerError> {
        let waiting = self.received.get_mut(self.start..).unwrap_or_default();
        let Some((prefix, rest)) = waiting.split_first_chunk_mut::<PREFIX_BYTES>() else { return Ok(None) };
        let length = frame::body_length(*prefix).map_err(|_| IndexerError::Disconnected)?;
        let Some(body) = rest.get_mut(..length) else {
            // The beginning is free again; what is left of the frame goes behind what is there.
            let moved = self.received.split_off(self.start);
            self.received.zeroize();
            self.received = moved;
            self.start = 0;
            return Ok(None);
        };
        let message = frame::decode(body).map_err(|_| IndexerError::Disconnected);
        body.zeroize();
        self.start += PREFIX_BYTES + length;
        if self.start == self.received.len() {
            self.received.clear();
            self.start = 0;
        }
        message.map(Some)
    }
}

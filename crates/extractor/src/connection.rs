//! The connection to the keyholder: frames in, frames out, one after the other.
//!
//! Never: reads ahead of what is handled. State: the socket.

use crate::error::ExtractorError;
use rustix::event::{PollFd, PollFlags, poll};
use salus_trust_api::admin::prove;
use salus_trust_api::frame::{self, PREFIX_BYTES};
use salus_trust_api::wire::{Hello, PROTOCOL, Reply, Request, Role};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use zeroize::Zeroizing;

/// The connection.
pub(crate) struct Connection {
    stream: UnixStream,
    stop: OwnedFd,
}

impl Connection {
    /// Connects, and proves who it is; none when it is time to stop before that is done.
    pub(crate) fn open(socket: &Path, key: &[u8; 32], stop: OwnedFd) -> Result<Option<Self>, ExtractorError> {
        let stream = UnixStream::connect(socket).map_err(|_| ExtractorError::Disconnected)?;
        let mut connection = Self { stream, stop };
        let challenge = match connection.next()? {
            Some(Reply::Challenge(challenge)) => challenge,
            Some(_) => return Err(ExtractorError::Disconnected),
            None => return Ok(None),
        };
        let proof = prove(key, Role::Extractor, &challenge);
        connection.send(&Request::Hello(Hello { protocol: PROTOCOL, role: Role::Extractor, proof }))?;
        match connection.next()? {
            Some(Reply::Welcome(_)) => Ok(Some(connection)),
            Some(Reply::Unwelcome) => Err(ExtractorError::Unwelcome),
            Some(_) => Err(ExtractorError::Disconnected),
            None => Ok(None),
        }
    }

    /// Sends; waits while the keyholder does not read.
    pub(crate) fn send(&mut self, message: &impl Serialize) -> Result<(), ExtractorError> {
        let frame = frame::encode(message).map(Zeroizing::new).map_err(|_| ExtractorError::Disconnected)?;
        self.stream.write_all(&frame).map_err(|_| ExtractorError::Disconnected)
    }

    /// The next message; none when it is time to stop.
    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, ExtractorError> {
        let stopping = {
            let mut ends = [PollFd::new(&self.stop, PollFlags::IN), PollFd::new(&self.stream, PollFlags::IN)];
            while let Err(error) = poll(&mut ends, None) {
                if error != rustix::io::Errno::INTR {
                    return Err(ExtractorError::Disconnected);
                }
            }
            let [stop, _] = &ends;
            !stop.revents().is_empty()
        };
        if stopping {
            return Ok(None);
        }
        let mut prefix = [0; PREFIX_BYTES];
        self.stream.read_exact(&mut prefix).map_err(|_| ExtractorError::Disconnected)?;
        let length = frame::body_length(prefix).map_err(|_| ExtractorError::Disconnected)?;
        // It holds keys.
        let mut body = Zeroizing::new(vec![0; length]);
        self.stream.read_exact(&mut body).map_err(|_| ExtractorError::Disconnected)?;
        frame::decode(&body).map(Some).map_err(|_| ExtractorError::Disconnected)
    }
}

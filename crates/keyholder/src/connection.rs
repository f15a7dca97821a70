//! One connection: what came on it, and what is still to be sent.
//!
//! Nothing is sent by waiting: what the other end does not take at once is kept, within a bound, and sent when it reads.
//!
//! Never: keeps more than [`MAX_OUTGOING_BYTES`]; what is over it ends the connection. State: the socket and both queues.

use crate::error::KeyholderError;
use rustix::event::PollFlags;
use salus_seal::keys::random;
use salus_trust_api::frame::{self, PREFIX_BYTES};
use salus_trust_api::wire::extract::FromExtractor;
use salus_trust_api::wire::index::FromIndexer;
use salus_trust_api::wire::{Reply, Request, Role};
use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};
use zeroize::{Zeroize as _, Zeroizing};

/// How much is read from a connection at once, in bytes.
pub(crate) const READ_BYTES: usize = 64 * 1024;
/// The most bytes that wait to be read by the other end.
pub(crate) const MAX_OUTGOING_BYTES: usize = 64 * 1024 * 1024;
/// How long an answer may lie unread before its connection is dropped.
pub(crate) const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
/// The same for the indexer, which reads nothing while it opens or commits, and the extractor, while it takes words.
pub(crate) const INDEXER_WRITE_TIMEOUT: Duration = Duration::from_secs(60);
/// The most frames that one call sends.
const MAX_FRAMES_PER_WRITE: usize = 64;

/// A frame that is ready to be sent; wiped when it was.
pub(crate) type Frame = Zeroizing<Vec<u8>>;

/// One whole message.
pub(crate) enum Message {
    /// With its length in bytes.
    Request(Request, usize),
    FromIndexer(FromIndexer),
    FromExtractor(FromExtractor),
}

pub(crate) struct Connection {
    /// Names it as long as the process runs.
    pub id: u64,
    pub challenge: [u8; 32],
    pub role: Option<Role>,
    /// It is to be dropped.
    pub gone: bool,
    stream: UnixStream,
    received: Vec<u8>,
    outgoing: VecDeque<Frame>,
    /// How much of the first of `outgoing` was sent.
    sent: usize,
    outgoing_bytes: usize,
    /// Since when nothing of `outgoing` was taken.
    stuck_since: Option<Instant>,
}

impl Connection {
    /// None when the socket cannot be used.
    pub(crate) fn new(id: u64, stream: UnixStream) -> Result<Option<Self>, KeyholderError> {
        let challenge = random()?;
        if stream.set_nonblocking(true).is_err() {
            return Ok(None);
        }
        let mut connection = Self {
            id,
            challenge,
            role: None,
            gone: false,
            stream,
            received: Vec::new(),
            outgoing: VecDeque::new(),
            sent: 0,
            outgoing_bytes: 0,
            stuck_since: None,
        };
        connection.send(&Reply::Challenge(challenge));
        Ok(Some(connection))
    }

    /// What to wait for.
    pub(crate) fn interest(&self) -> PollFlags {
        if self.outgoing.is_empty() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT }
    }

    /// How many bytes the other end has not taken yet.
    pub(crate) fn outgoing_bytes(&self) -> usize {
        self.outgoing_bytes
    }

    /// Reads what has come. Only what was used of `buffer` is wiped.
    pub(crate) fn receive(&mut self, buffer: &mut [u8; READ_BYTES]) {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => {
                    self.gone = true;
                    break;
                }
                Ok(count) => {
                    self.received.extend_from_slice(&buffer[..count]);
                    buffer[..count].zeroize();
                    if count < buffer.len() || self.received.len() > frame::MAX_FRAME_BYTES + PREFIX_BYTES {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => {
                    self.gone = true;
                    break;
                }
            }
        }
    }

    /// The next whole frame's message; a frame that is none ends the connection.
    pub(crate) fn next_message(&mut self) -> Option<Message> {
        if self.gone {
            return None;
        }
        let prefix = *self.received.first_chunk::<PREFIX_BYTES>()?;
        let Ok(length) = frame::body_length(prefix) else {
            self.gone = true;
            return None;
        };
        let body = self.received.get(PREFIX_BYTES..PREFIX_BYTES + length)?;
        let message = match self.role {
            Some(Role::Indexer) => frame::decode(body).map(Message::FromIndexer),
            Some(Role::Extractor) => frame::decode(body).map(Message::FromExtractor),
            _ => frame::decode(body).map(|request| Message::Request(request, length)),
        };
        self.received[..PREFIX_BYTES + length].zeroize();
        self.received.drain(..PREFIX_BYTES + length);
        self.gone |= message.is_err();
        message.ok()
    }

    pub(crate) fn send(&mut self, reply: &Reply) {
        match frame::encode(reply) {
            Ok(frame) => {
                self.enqueue(Zeroizing::new(frame));
                self.flush();
            }
            Err(_) => self.gone = true,
        }
    }

    /// Puts a frame behind those that wait; [`Connection::flush`] sends it.
    pub(crate) fn enqueue(&mut self, frame: Frame) {
        self.outgoing_bytes += frame.len();
        self.outgoing.push_back(frame);
        self.gone |= self.outgoing_bytes > MAX_OUTGOING_BYTES;
    }

    /// Sends what the other end takes now.
    pub(crate) fn flush(&mut self) {
        while !self.outgoing.is_empty() && !self.gone {
            let mut from = self.sent;
            let slices: Vec<IoSlice<'_>> = (self.outgoing.iter().take(MAX_FRAMES_PER_WRITE))
                .map(|frame| IoSlice::new(&frame[std::mem::take(&mut from)..]))
                .collect();
            match self.stream.write_vectored(&slices) {
                Ok(0) => self.gone = true,
                Ok(count) => self.was_sent(count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.stuck_since.get_or_insert_with(Instant::now);
                    return;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.gone = true,
            }
        }
    }

    fn was_sent(&mut self, mut count: usize) {
        self.stuck_since = None;
        self.outgoing_bytes -= count;
        while let Some(first) = self.outgoing.front() {
            let left = first.len() - self.sent;
            if count < left {
                self.sent += count;
                return;
            }
            count -= left;
            self.sent = 0;
            self.outgoing.pop_front();
        }
    }

    /// Whether the other end has not read for longer than it may.
    pub(crate) fn is_stuck(&self) -> bool {
        let is_patient = matches!(self.role, Some(Role::Indexer | Role::Extractor));
        let bound = if is_patient { INDEXER_WRITE_TIMEOUT } else { WRITE_TIMEOUT };
        self.stuck_since.is_some_and(|since| since.elapsed() > bound)
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

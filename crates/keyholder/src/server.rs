//! The loop: read what has come on all connections, decide all of it, make it durable together, answer.
//!
//! One thread. While it syncs the journal, new requests gather in the sockets and make the next batch, so that batches grow
//! with the load and never by a timer.
//!
//! Never: answers before the commit; serves more than [`MAX_CONNECTIONS`]; lets a connection that does not read stall the
//! others for more than [`WRITE_TIMEOUT`]. State: the connections.

use crate::core::Core;
use crate::error::KeyholderError;
use crate::resolve::Reports;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use salus_seal::keys::random;
use salus_trust_api::admin::prove;
use salus_trust_api::frame::{self, PREFIX_BYTES};
use salus_trust_api::wire::{Answer, Ask, Hello, PROTOCOL, Reply, Request, Role};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;
use zeroize::{Zeroize as _, Zeroizing};

/// The most connections at once.
pub const MAX_CONNECTIONS: usize = 64;
/// How long an answer may take to be read before its connection is dropped.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long entries that nobody waits for may stay in memory, in milliseconds.
const IDLE_COMMIT_MS: i64 = 200;
/// How much is read from a connection at once, in bytes.
const READ_BYTES: usize = 64 * 1024;

/// The keys with which connections prove what they are.
pub(crate) struct Proofs {
    pub record_server: Zeroizing<[u8; 32]>,
    pub administrator: Zeroizing<[u8; 32]>,
}

struct Connection {
    stream: UnixStream,
    challenge: [u8; 32],
    role: Option<Role>,
    received: Vec<u8>,
    gone: bool,
}

/// What is to be sent on which connection once the batch is durable.
struct Outgoing {
    connection: usize,
    reply: Reply,
}

pub(crate) struct Server {
    core: Core,
    proofs: Proofs,
    listener: UnixListener,
    stop: OwnedFd,
    connections: Vec<Connection>,
    /// What was read last; only what was used of it is wiped.
    buffer: Box<[u8; READ_BYTES]>,
}

/// Listens at `path`, for its owner only. A socket that a killed process left is replaced.
pub(crate) fn listen(path: &Path) -> Result<UnixListener, KeyholderError> {
    let socket = |source| KeyholderError::Socket { path: path.display().to_string(), source };
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(socket(error)),
        _ => {}
    }
    let listener = UnixListener::bind(path).map_err(socket)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(socket)?;
    listener.set_nonblocking(true).map_err(socket)?;
    Ok(listener)
}

impl Server {
    pub(crate) fn new(core: Core, proofs: Proofs, listener: UnixListener, stop: OwnedFd) -> Self {
        Self { core, proofs, listener, stop, connections: Vec::new(), buffer: Box::new([0; READ_BYTES]) }
    }

    /// Serves until `stop` becomes readable or is closed; then everything is published and the log closed.
    pub(crate) fn run(mut self) -> Result<(), KeyholderError> {
        loop {
            let Some(ready) = self.wait()? else { break };
            if ready.listener {
                self.accept()?;
            }
            for index in ready.connections {
                self.receive(index);
            }
            self.serve()?;
            self.connections.retain(|connection| !connection.gone);
        }
        self.core.commit()?;
        self.core.log.close()?;
        Ok(())
    }

    fn wait(&mut self) -> Result<Option<Ready>, KeyholderError> {
        let timeout = Timespec { tv_sec: 0, tv_nsec: IDLE_COMMIT_MS * 1_000_000 };
        let timeout = self.core.has_uncommitted().then_some(&timeout);
        let mut fds = vec![
            PollFd::new(&self.stop, PollFlags::IN),
            PollFd::from_borrowed_fd(self.listener.as_fd(), PollFlags::IN),
        ];
        fds.extend(self.connections.iter().map(|connection| PollFd::new(&connection.stream, PollFlags::IN)));
        match poll(&mut fds, timeout) {
            Ok(0) => {
                drop(fds);
                self.core.commit()?;
                Ok(Some(Ready { listener: false, connections: Vec::new() }))
            }
            Ok(_) if !fds[0].revents().is_empty() => Ok(None),
            Ok(_) => {
                let ready = |at: usize| !fds[at].revents().is_empty();
                let connections = (2..fds.len()).filter(|at| ready(*at)).map(|at| at - 2).collect();
                Ok(Some(Ready { listener: ready(1), connections }))
            }
            Err(rustix::io::Errno::INTR) => Ok(Some(Ready { listener: false, connections: Vec::new() })),
            Err(error) => Err(KeyholderError::Socket { path: "poll".into(), source: error.into() }),
        }
    }

    fn accept(&mut self) -> Result<(), KeyholderError> {
        while let Ok((stream, _)) = self.listener.accept() {
            if self.connections.len() >= MAX_CONNECTIONS {
                continue;
            }
            let challenge = random()?;
            let mut connection =
                Connection { stream, challenge, role: None, received: Vec::new(), gone: false };
            let prepared = connection.stream.set_nonblocking(true).is_ok()
                && connection.stream.set_write_timeout(Some(WRITE_TIMEOUT)).is_ok();
            if prepared {
                connection.send(&Reply::Challenge(challenge));
                self.connections.push(connection);
            }
        }
        Ok(())
    }

    fn receive(&mut self, index: usize) {
        let Some(connection) = self.connections.get_mut(index) else { return };
        let buffer = self.buffer.as_mut_slice();
        loop {
            match connection.stream.read(buffer) {
                Ok(0) => {
                    connection.gone = true;
                    break;
                }
                Ok(count) => {
                    connection.received.extend_from_slice(&buffer[..count]);
                    buffer[..count].zeroize();
                    if count < buffer.len()
                        || connection.received.len() > frame::MAX_FRAME_BYTES + PREFIX_BYTES
                    {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => {
                    connection.gone = true;
                    break;
                }
            }
        }
    }

    /// Decides everything that has come whole, commits once, answers all.
    fn serve(&mut self) -> Result<(), KeyholderError> {
        let mut outgoing = Vec::new();
        let mut waits = false;
        for index in 0..self.connections.len() {
            while let Some(request) = self.connections[index].next_request() {
                waits |= !only_reports_delivery(&request);
                if let Some(reply) = self.decide(index, request)? {
                    outgoing.push(Outgoing { connection: index, reply });
                }
            }
        }
        if outgoing.is_empty() {
            return Ok(());
        }
        if waits {
            self.core.commit()?;
        }
        for Outgoing { connection, reply } in outgoing {
            self.connections[connection].send(&reply);
        }
        Ok(())
    }

    fn decide(&mut self, index: usize, request: Request) -> Result<Option<Reply>, KeyholderError> {
        let role = self.connections[index].role;
        Ok(match (request, role) {
            (Request::Hello(hello), None) => Some(self.welcome(index, &hello)),
            (Request::Batch(asks), Some(Role::RecordServer)) => Some(Reply::Batch(self.batch(asks)?)),
            (Request::Admin(ask), Some(Role::Administrator)) => {
                Some(Reply::Admin(self.core.administer(ask)?))
            }
            _ => {
                self.connections[index].gone = true;
                None
            }
        })
    }

    fn welcome(&mut self, index: usize, hello: &Hello) -> Reply {
        let connection = &mut self.connections[index];
        let key = match hello.role {
            Role::RecordServer | Role::SearchLane => &self.proofs.record_server,
            Role::Administrator => &self.proofs.administrator,
            Role::Indexer => {
                connection.gone = true;
                return Reply::Unwelcome;
            }
        };
        let expected = prove(key, hello.role, &connection.challenge);
        let same = aws_lc_rs::constant_time::verify_slices_are_equal(&expected, &hello.proof).is_ok();
        if same && hello.protocol == PROTOCOL {
            connection.role = Some(hello.role);
            Reply::Welcome(self.core.cell_infos())
        } else {
            connection.gone = true;
            Reply::Unwelcome
        }
    }

    fn batch(&mut self, asks: Vec<Ask>) -> Result<Vec<Answer>, KeyholderError> {
        self.core.batches += 1;
        let mut answers = Vec::with_capacity(asks.len());
        let mut reports = Reports::default();
        for ask in asks {
            answers.push(match ask {
                Ask::Admit(admit) => self.core.admit(admit)?,
                Ask::Landed(resolved) => {
                    reports.landed.entry(resolved.cell).or_default().extend(resolved.entries);
                    Answer::Noted
                }
                Ask::Abandoned(resolved) => {
                    reports.abandoned.entry(resolved.cell).or_default().extend(resolved.entries);
                    Answer::Noted
                }
                Ask::Delivered(resolved) => {
                    reports.delivered.entry(resolved.cell).or_default().extend(resolved.entries);
                    Answer::Noted
                }
                Ask::BlindIds(blind) => self.core.blind_ids(&blind),
                Ask::SignIn(sign_in) => self.core.sign_in(&sign_in)?,
                Ask::TakeUp(take_up) => self.core.take_up(&take_up)?,
            });
        }
        self.core.record_reports(reports)?;
        Ok(answers)
    }
}

struct Ready {
    listener: bool,
    connections: Vec<usize>,
}

/// Marks of delivery may be lost with the process, so nobody waits for the disk on their account.
fn only_reports_delivery(request: &Request) -> bool {
    match request {
        Request::Batch(asks) => asks.iter().all(|ask| matches!(ask, Ask::Delivered(_) | Ask::BlindIds(_))),
        Request::Hello(_) => true,
        Request::Admin(_) | Request::Search(_) | Request::Feed(_) => false,
    }
}

impl Connection {
    /// The next whole frame's message; a frame that is none ends the connection.
    fn next_request(&mut self) -> Option<Request> {
        if self.gone {
            return None;
        }
        let prefix = *self.received.first_chunk::<PREFIX_BYTES>()?;
        let Ok(length) = frame::body_length(prefix) else {
            self.gone = true;
            return None;
        };
        let body = self.received.get(PREFIX_BYTES..PREFIX_BYTES + length)?;
        let request = frame::decode(body);
        self.received[..PREFIX_BYTES + length].zeroize();
        self.received.drain(..PREFIX_BYTES + length);
        self.gone |= request.is_err();
        request.ok()
    }

    fn send(&mut self, reply: &Reply) {
        let Ok(frame) = frame::encode(reply).map(Zeroizing::new) else {
            self.gone = true;
            return;
        };
        // Answers are written whole. Blocking is bounded by the write timeout, and the other end always reads.
        let sent = self.stream.set_nonblocking(false).is_ok()
            && self.stream.write_all(&frame).is_ok()
            && self.stream.set_nonblocking(true).is_ok();
        self.gone |= !sent;
    }
}

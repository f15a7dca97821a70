//! The loop: read what has come on all connections, decide all of it, make it durable together, tell the indexer, answer.
//!
//! One thread. While it syncs the journal, new requests gather in the sockets and make the next batch, so that batches grow
//! with the load and never by a timer.
//!
//! Never: answers before the commit; serves more than [`MAX_CONNECTIONS`]; waits for a connection that does not read.
//! State: the connections.

use crate::connection::{Connection, Message, READ_BYTES};
use crate::core::Core;
use crate::error::KeyholderError;
use crate::index::status::About;
use crate::resolve::Reports;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use salus_seal::entry::Refusal;
use salus_trust_api::admin::prove;
use salus_trust_api::wire::alarms::CanaryAsk;
use salus_trust_api::wire::contain::{Ending, EndingDone};
use salus_trust_api::wire::index::FromIndexer;
use salus_trust_api::wire::relation::RelatedAsk;
use salus_trust_api::wire::{AdminAsk, Answer, Ask, Hello, PROTOCOL, Reply, Request, Role};
use std::io::ErrorKind;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::Instant;
use zeroize::Zeroizing;

/// The most connections at once.
pub const MAX_CONNECTIONS: usize = 64;
/// How long entries that nobody waits for may stay in memory, in milliseconds.
const IDLE_COMMIT_MS: i64 = 200;
/// How often it is looked whether something has waited too long, in milliseconds, while anything waits.
const TICK_MS: i64 = 50;

/// The keys with which connections prove what they are.
pub(crate) struct Proofs {
    pub record_server: Zeroizing<[u8; 32]>,
    pub administrator: Zeroizing<[u8; 32]>,
    /// None: there is no index.
    pub indexer: Option<Zeroizing<[u8; 32]>>,
    /// None: nobody signs in.
    pub door: Option<Zeroizing<[u8; 32]>>,
    /// None: nothing is extracted anew.
    pub extractor: Option<Zeroizing<[u8; 32]>>,
    /// None: alarms are told on pages alone.
    pub messenger: Option<Zeroizing<[u8; 32]>>,
}

pub(crate) struct Server {
    core: Core,
    proofs: Proofs,
    listener: UnixListener,
    stop: OwnedFd,
    connections: Vec<Connection>,
    next_id: u64,
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
        let buffer = Box::new([0; READ_BYTES]);
        Self { core, proofs, listener, stop, connections: Vec::new(), next_id: 0, buffer }
    }

    /// Serves until `stop` becomes readable or is closed; then everything is published and the log closed.
    pub(crate) fn run(mut self) -> Result<(), KeyholderError> {
        loop {
            let Some(ready) = self.wait()? else { break };
            if ready.listener {
                self.accept()?;
            }
            for (index, events) in ready.connections {
                let Some(connection) = self.connections.get_mut(index) else { continue };
                if events.contains(PollFlags::OUT) {
                    connection.flush();
                }
                if events.intersects(!PollFlags::OUT) {
                    connection.receive(&mut self.buffer);
                }
            }
            self.serve()?;
            self.sweep();
        }
        self.core.commit()?;
        self.core.log.close()?;
        Ok(())
    }

    fn wait(&mut self) -> Result<Option<Ready>, KeyholderError> {
        let is_sending = self.connections.iter().any(|connection| connection.outgoing_bytes() > 0);
        let is_waited_for = self.core.index.has_deadlines() || !self.core.endings.is_idle();
        let timeout_ms = if is_sending || is_waited_for {
            Some(TICK_MS)
        } else {
            self.core.has_uncommitted().then_some(IDLE_COMMIT_MS)
        };
        let timeout = timeout_ms.map(|ms| Timespec { tv_sec: 0, tv_nsec: ms * 1_000_000 });
        let mut fds = vec![
            PollFd::new(&self.stop, PollFlags::IN),
            PollFd::from_borrowed_fd(self.listener.as_fd(), PollFlags::IN),
        ];
        fds.extend(self.connections.iter().map(|connection| PollFd::new(connection, connection.interest())));
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) => {
                drop(fds);
                self.core.commit()?;
                Ok(Some(Ready { listener: false, connections: Vec::new() }))
            }
            Ok(_) if !fds[0].revents().is_empty() => Ok(None),
            Ok(_) => {
                let connections = fds.iter().skip(2).map(PollFd::revents).enumerate();
                let connections = connections.filter(|(_, events)| !events.is_empty()).collect();
                Ok(Some(Ready { listener: !fds[1].revents().is_empty(), connections }))
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
            self.next_id += 1;
            self.connections.extend(Connection::new(self.next_id, stream)?);
        }
        Ok(())
    }

    /// Decides everything that has come whole, commits once, tells the indexer, answers all.
    fn serve(&mut self) -> Result<(), KeyholderError> {
        let now = Instant::now();
        let mut outgoing = Vec::new();
        let mut held_back = Vec::new();
        let mut waits = false;
        for index in 0..self.connections.len() {
            while let Some(message) = self.connections[index].next_message() {
                match message {
                    Message::Request(request, length) => {
                        waits |= !only_reports_delivery(&request);
                        let noted = self.core.endings.noted();
                        if let Some(reply) = self.decide(index, request, length, now)? {
                            let id = self.connections[index].id;
                            let ended = self.core.endings.noted() > noted;
                            if self.waits_for_end(index, ended) || is_behind(&held_back, id, &reply) {
                                held_back.push((id, reply));
                            } else {
                                outgoing.push((index, reply));
                            }
                        }
                    }
                    Message::FromIndexer(said) => self.hear(said, now)?,
                    Message::FromExtractor(said) => self.core.extracted(said, now),
                }
            }
        }
        let backlog_bytes = self.of_role(Role::Indexer).map_or(0, |connection| connection.outgoing_bytes());
        self.core.drive_index(backlog_bytes, now);
        let out = std::mem::take(&mut self.core.index.out);
        let to_extractor = std::mem::take(&mut self.core.index.extracting.out);
        let to_messenger = self.core.take_alarms();
        let speaks = !to_messenger.is_empty()
            || !out.replies.is_empty()
            || !out.to_indexer.is_empty()
            || !to_extractor.is_empty();
        let speaks = speaks || self.core.endings.has_fresh() || !held_back.is_empty();
        if waits && !outgoing.is_empty() || speaks {
            self.core.commit()?;
        }
        for (role, frames) in [(Role::Indexer, out.to_indexer), (Role::Extractor, to_extractor)] {
            if let Some(connection) = self.of_role(role).filter(|_| !frames.is_empty()) {
                frames.into_iter().for_each(|frame| connection.enqueue(frame));
                connection.flush();
            }
        }
        if let Some(connection) = self.of_role(Role::Messenger).filter(|_| !to_messenger.is_empty()) {
            connection.send(&Reply::Alarms(to_messenger));
        }
        for (index, reply) in outgoing {
            self.connections[index].send(&reply);
        }
        for (id, reply) in out.replies {
            self.send_to(id, &reply);
        }
        self.tell_endings(held_back, now);
        Ok(())
    }

    /// Tells the record server what has ended, and answers those whose wait is over.
    fn tell_endings(&mut self, held_back: Vec<(u64, Reply)>, now: Instant) {
        let lane = self.core.index.lane();
        let lanes: Vec<u64> = lane.into_iter().collect();
        if let Some(told) = self.core.endings.tell(&lanes, held_back, now) {
            lanes.iter().for_each(|lane| self.send_to(*lane, &told));
        }
        for (id, reply) in self.core.endings.due(now) {
            self.send_to(id, &reply);
        }
    }

    fn send_to(&mut self, id: u64, reply: &Reply) {
        if let Some(connection) = self.connections.iter_mut().find(|connection| connection.id == id) {
            connection.send(reply);
        }
    }

    /// Whether an answer on this connection waits until what it ended is stopped, or must not overtake one that does. A batch never waits:
    /// everything else that the record server asks would wait with it.
    fn waits_for_end(&self, index: usize, ended: bool) -> bool {
        let Connection { id, role, .. } = self.connections[index];
        match role {
            Some(Role::Administrator | Role::Door) => ended || self.core.endings.holds_back(id),
            Some(Role::SearchLane) => ended,
            _ => false,
        }
    }

    fn of_role(&mut self, role: Role) -> Option<&mut Connection> {
        let is_it = |connection: &&mut Connection| connection.role == Some(role) && !connection.gone;
        self.connections.iter_mut().find(is_it)
    }

    /// Drops the connections that have gone or do not read.
    fn sweep(&mut self) {
        for connection in &mut self.connections {
            connection.gone |= connection.is_stuck();
            match connection.role {
                Some(Role::Indexer) if connection.gone => self.core.index.indexer_gone(),
                Some(Role::SearchLane) if connection.gone => self.core.index.lane_gone(connection.id),
                Some(Role::Messenger) if connection.gone => self.core.messenger_gone(),
                Some(Role::Extractor) if connection.gone => self.core.index.extractor_is(false),
                _ => {}
            }
        }
        self.connections.retain(|connection| !connection.gone);
    }

    fn decide(
        &mut self,
        index: usize,
        request: Request,
        length: usize,
        now: Instant,
    ) -> Result<Option<Reply>, KeyholderError> {
        let Connection { id, role, .. } = self.connections[index];
        match (request, role) {
            (Request::Hello(hello), None) => self.welcome(index, &hello),
            (Request::Batch(asks), Some(Role::RecordServer)) => {
                return Ok(Some(Reply::Batch(self.batch(asks)?)));
            }
            (Request::Search(search), Some(Role::SearchLane)) => self.core.search(id, search, length, now)?,
            (Request::Feed(feed), Some(Role::SearchLane)) => {
                self.connections[index].gone |= !self.core.feed(id, feed, now)?;
            }
            (Request::Door(ask), Some(Role::Door)) => {
                return Ok(Some(Reply::Door(Box::new(self.core.ask_door(*ask)?))));
            }
            (Request::Extract(feed), Some(Role::SearchLane)) => {
                self.connections[index].gone |= !self.core.extract(id, feed, now)?;
            }
            (Request::BodyPiece(piece), Some(Role::SearchLane)) => {
                self.connections[index].gone |= !self.core.body_piece(id, piece);
            }
            (Request::Messenger(said), Some(Role::Messenger)) => self.core.hear_messenger(said)?,
            (Request::Ending(ending), Some(Role::SearchLane)) => {
                let Ending { ticket, ask } = *ending;
                let answer = match ask {
                    Ask::Administer(ask) => self.core.administer_cell(*ask)?,
                    Ask::EndSession(of) => self.core.end_session(&of)?,
                    _ => Answer::Refused(Refusal::Malformed),
                };
                return Ok(Some(Reply::EndingDone(Box::new(EndingDone { ticket, answer }))));
            }
            (Request::Stopped(number), Some(Role::SearchLane)) => self.core.endings.stopped(id, number),
            (Request::Admin(AdminAsk::IndexStatus), Some(Role::Administrator)) => {
                self.core.ask_index_status(id, About::Indexes, now);
            }
            (Request::Admin(AdminAsk::Extractions), Some(Role::Administrator)) => {
                self.core.ask_index_status(id, About::Extractions, now);
            }
            (Request::Admin(AdminAsk::Canaries { cell, ask }), Some(Role::Administrator))
                if matches!(ask, CanaryAsk::Compare { .. } | CanaryAsk::AreThere { .. }) =>
            {
                self.core.compare(id, &cell, ask, now)?;
            }
            (Request::Admin(ask), Some(Role::Administrator)) => {
                return Ok(Some(Reply::Admin(self.core.administer(ask)?)));
            }
            _ => self.connections[index].gone = true,
        }
        Ok(None)
    }

    /// What the indexer says.
    fn hear(&mut self, said: FromIndexer, now: Instant) -> Result<(), KeyholderError> {
        match said {
            FromIndexer::Opened { cell, settled } => self.core.index_opened(cell, settled),
            FromIndexer::Lost { cell } => self.core.index_lost(cell),
            FromIndexer::Found { ticket, found } => self.core.evaluated(ticket, found, false, now)?,
            FromIndexer::FoundOfOne { ticket, found } => self.core.evaluated(ticket, Ok(found), true, now)?,
            FromIndexer::Status { cell, status } => self.core.index_status(cell, &status),
            FromIndexer::Lacking { cell, lacking } => self.core.index_lacking(cell, &lacking),
        }
        Ok(())
    }

    /// Answers at once: a greeting is no entry, and stands before everything else that is sent.
    fn welcome(&mut self, index: usize, hello: &Hello) {
        let key = match hello.role {
            Role::RecordServer | Role::SearchLane => Some(&self.proofs.record_server),
            Role::Administrator => Some(&self.proofs.administrator),
            Role::Indexer => self.proofs.indexer.as_ref(),
            Role::Door => self.proofs.door.as_ref(),
            Role::Extractor => self.proofs.extractor.as_ref(),
            Role::Messenger => self.proofs.messenger.as_ref(),
        };
        let connection = &mut self.connections[index];
        let is_proved = key.is_some_and(|key| {
            let expected = prove(key, hello.role, &connection.challenge);
            aws_lc_rs::constant_time::verify_slices_are_equal(&expected, &hello.proof).is_ok()
        });
        if !is_proved || hello.protocol != PROTOCOL {
            connection.send(&Reply::Unwelcome);
            connection.gone = true;
            return;
        }
        connection.send(&Reply::Welcome(self.core.cell_infos()));
        let id = connection.id;
        match hello.role {
            role @ (Role::Indexer | Role::Extractor | Role::Messenger) => {
                // The newest counts: of a killed one, the end may not have been seen yet.
                if let Some(former) = self.of_role(role) {
                    former.gone = true;
                    former.role = None;
                }
                match role {
                    Role::Indexer => self.core.indexer_is_there(),
                    Role::Extractor => self.core.index.extractor_is(true),
                    // It is there once it has said its ways.
                    _ => {}
                }
            }
            Role::SearchLane => self.core.index.lane_is(id),
            Role::RecordServer | Role::Administrator | Role::Door => {}
        }
        self.connections[index].role = Some(hello.role);
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
                Ask::Redeem(redeem) => self.core.redeem(&redeem)?,
                Ask::Who(of) => self.core.who(&of)?,
                Ask::Administer(ask) => self.core.administer_cell(*ask)?,
                Ask::Accesses(ask) => self.core.accesses(&ask)?,
                Ask::EndSession(of) => self.core.end_session(&of)?,
                Ask::ChooseLanguage { of, language } => self.core.choose_language(&of, language)?,
                Ask::AlarmCount(of) => self.core.alarm_count(&of)?,
                Ask::Rights(of) => self.core.own_rights(&of)?,
                Ask::Budget(own) => self.core.own_budget(*own)?,
                Ask::Touch(touch) => self.core.touch(*touch)?,
                Ask::Checks(known) => self.core.checks_of(&known),
                Ask::Parameters(cell) => self.core.own_parameters(&cell),
                Ask::Related(ask) => self.core.related(*ask)?,
                Ask::ProofNonce => self.core.proof_nonce(),
                Ask::Export(ask) => self.core.export(*ask)?,
            });
        }
        self.core.record_reports(reports)?;
        Ok(answers)
    }
}

struct Ready {
    listener: bool,
    /// Where in the list, and what happened.
    connections: Vec<(usize, PollFlags)>,
}

/// Whether an answer to a connection that is answered in order would overtake one that is held back.
fn is_behind(held_back: &[(u64, Reply)], id: u64, reply: &Reply) -> bool {
    let in_order = !matches!(reply, Reply::EndingDone(_));
    in_order && held_back.iter().any(|(held, _)| *held == id)
}

/// Marks of delivery may be lost with the process, so nobody waits for the disk on their account.
fn only_reports_delivery(request: &Request) -> bool {
    match request {
        Request::Batch(asks) => asks.iter().all(|ask| match ask {
            Ask::Delivered(_) | Ask::BlindIds(_) | Ask::Who(_) | Ask::AlarmCount(_) | Ask::Rights(_) => true,
            Ask::Related(ask) => matches!(**ask, RelatedAsk::Stated(_)),
            _ => false,
        }),
        Request::Hello(_) | Request::Stopped(_) => true,
        Request::Admin(_)
        | Request::Search(_)
        | Request::Feed(_)
        | Request::Door(_)
        | Request::Extract(_)
        | Request::BodyPiece(_)
        | Request::Messenger(_)
        | Request::Ending(_) => false,
    }
}

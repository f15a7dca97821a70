//! At once: what an entry ends is told to each record server before anybody is answered who asked for it.
//!
//! Every entry that takes something from somebody goes through [`Core::record`], which notes here what ended by it. After the commit each record
//! server is told, stops what it sends, and confirms; the answer to whoever asked leaves when all have confirmed, or when nothing that was
//! admitted before is valid any more.
//!
//! Never: waits on the keyholder's thread. State: what is not told yet, and whose answers wait.

use crate::core::Core;
use crate::state::{Session, State};
use salus_accesslog::Tree;
use salus_seal::entry::Event;
use salus_seal::entry::contain::{ContainEvent, HoldOn};
use salus_seal::entry::people::{PersonEvent, PersonStatus};
use salus_seal::entry::proof::ProofEvent;
use salus_seal::{CellId, PrincipalId, SessionId};
use salus_trust_api::wire::contain::{Ended, MAX_ENDED_SESSIONS};
use salus_trust_api::wire::{ADMISSION_MS, Reply};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long an admission is valid.
const ADMISSION: Duration = Duration::from_millis(ADMISSION_MS as u64);

/// What ended.
#[derive(Default)]
pub(crate) struct Endings {
    fresh: Vec<Ended>,
    /// How many entries ended something.
    noted: u64,
    /// The newest number that record servers were told.
    number: u64,
    last_admitted: Option<Instant>,
    waiting: VecDeque<Waiting>,
}

/// Answers that wait for record servers.
struct Waiting {
    number: u64,
    /// Whether anybody could be told.
    is_told: bool,
    /// Connections that have not confirmed. One that has gone may be sending still, so it stays.
    unconfirmed: Vec<u64>,
    /// When nothing that was admitted before is valid any more.
    until: Instant,
    replies: Vec<(u64, Reply)>,
}

impl Endings {
    /// How many entries ended something so far.
    pub(crate) fn noted(&self) -> u64 {
        self.noted
    }

    /// Whether record servers are to be told something.
    pub(crate) fn has_fresh(&self) -> bool {
        !self.fresh.is_empty()
    }

    /// Whether somebody waits.
    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether an answer to this connection waits: later ones must not overtake it.
    pub(crate) fn holds_back(&self, connection: u64) -> bool {
        let to_it = |waiting: &Waiting| waiting.replies.iter().any(|(id, _)| *id == connection);
        self.waiting.iter().any(to_it)
    }

    /// What is to be told to these lanes now, after the commit; `replies` wait until they have confirmed.
    pub(crate) fn tell(&mut self, lanes: &[u64], replies: Vec<(u64, Reply)>, now: Instant) -> Option<Reply> {
        if self.fresh.is_empty() {
            match self.waiting.back_mut() {
                Some(waiting) => waiting.replies.extend(replies),
                None if !replies.is_empty() => self.waiting.push_back(Waiting {
                    number: self.number,
                    is_told: true,
                    unconfirmed: Vec::new(),
                    until: now,
                    replies,
                }),
                None => {}
            }
            return None;
        }
        self.number += 1;
        let mut ended = std::mem::take(&mut self.fresh);
        ended.dedup();
        if ended.contains(&Ended::Everything) {
            ended = vec![Ended::Everything];
        }
        // Where nobody can be told, whoever had something admitted has it for so long at the most.
        let until = match (lanes, self.last_admitted) {
            ([], Some(last)) => now.max(last + ADMISSION),
            ([], None) => now,
            _ => now + ADMISSION,
        };
        let (number, unconfirmed, is_told) = (self.number, lanes.to_vec(), !lanes.is_empty());
        self.waiting.push_back(Waiting { number, is_told, unconfirmed, until, replies });
        Some(Reply::Ended { number, ended })
    }

    /// A record server has stopped whatever was told up to this number.
    pub(crate) fn stopped(&mut self, lane: u64, number: u64) {
        for waiting in self.waiting.iter_mut().filter(|waiting| waiting.number <= number) {
            waiting.unconfirmed.retain(|unconfirmed| *unconfirmed != lane);
        }
    }

    /// The answers that may leave, in the order in which they were given.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<(u64, Reply)> {
        let mut due = Vec::new();
        let is_due =
            |waiting: &mut Waiting| waiting.is_told && waiting.unconfirmed.is_empty() || waiting.until <= now;
        while let Some(mut waiting) = self.waiting.pop_front_if(is_due) {
            due.append(&mut waiting.replies);
        }
        due
    }
}

impl Core {
    /// Something is admitted.
    pub(crate) fn count_admission(&mut self) {
        self.admissions += 1;
        self.endings.last_admitted = Some(Instant::now());
    }

    /// Notes what an entry ended.
    pub(crate) fn note_ended(&mut self, tree: Tree, now_ms: u64, event: &Event) {
        let Some(ended) = self.state.ended_by(tree, now_ms, event) else { return };
        self.endings.noted += 1;
        self.endings.fresh.extend(ended);
    }
}

impl State {
    /// What of that which was admitted before ends with an event; none where nothing does.
    fn ended_by(&self, tree: Tree, now_ms: u64, event: &Event) -> Option<Vec<Ended>> {
        let cell = match tree {
            Tree::Cell(cell) => Some(cell),
            Tree::Platform => None,
        };
        let held = |what: &HoldOn| match what {
            HoldOn::Session(session) => Some(self.ended_session(session)),
            HoldOn::Person(principal) => self.ended_of(cell, principal, now_ms),
            HoldOn::Device(device) => self.ended(cell, now_ms, |session| session.device == Some(*device)),
            HoldOn::Client(client) => self.ended(cell, now_ms, |session| session.client == *client),
            HoldOn::Cell => cell.map(|cell| vec![Ended::Cell(cell)]),
            HoldOn::Everyone => Some(vec![Ended::Everything]),
        };
        match event {
            Event::SessionRevoked { session } => held(&HoldOn::Session(*session)),
            Event::ClientRevoked { client } | Event::Proof(ProofEvent::Required { client }) => {
                held(&HoldOn::Client(*client))
            }
            Event::Quarantined { on: true } => held(&HoldOn::Cell),
            Event::Person(PersonEvent::PasskeyRevoked { passkey, .. }) => held(&HoldOn::Device(*passkey)),
            Event::Person(PersonEvent::StatusChanged { principal, status, .. })
                if *status != PersonStatus::Active =>
            {
                held(&HoldOn::Person(*principal))
            }
            Event::Person(PersonEvent::RoleChanged { principal, .. })
            | Event::Contained(ContainEvent::ExceptionEnded { principal, .. }) => {
                held(&HoldOn::Person(*principal))
            }
            Event::Contained(ContainEvent::Held { what, .. }) => held(what),
            _ => None,
        }
    }

    fn ended_session(&self, session: &SessionId) -> Vec<Ended> {
        self.sessions.get(session).map(|session| Ended::Session(session.token_hash)).into_iter().collect()
    }

    fn ended_of(&self, cell: Option<CellId>, principal: &PrincipalId, now_ms: u64) -> Option<Vec<Ended>> {
        self.ended(cell, now_ms, |session| session.principal == *principal)
    }

    /// The sessions of a cell that this concerns; of many, the whole cell: what concerns others is asked for again. Operators have none.
    fn ended(
        &self,
        cell: Option<CellId>,
        now_ms: u64,
        concerns: impl Fn(&Session) -> bool,
    ) -> Option<Vec<Ended>> {
        let Some(cell) = cell else { return Some(Vec::new()) };
        let of = self.sessions.values().filter(|session| {
            session.cell == cell
                && now_ms <= session.ends_ms.saturating_add(ADMISSION_MS.into())
                && concerns(session)
        });
        let mut ended: Vec<Ended> =
            of.map(|session| Ended::Session(session.token_hash)).take(MAX_ENDED_SESSIONS + 1).collect();
        if ended.len() > MAX_ENDED_SESSIONS {
            ended = vec![Ended::Cell(cell)];
        }
        Some(ended)
    }
}

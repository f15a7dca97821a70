//! What is held: a part of the state, and so a fold of the log.
//!
//! A hold on a session, a person, a passkey or an application covers whatever it names; one on a cell or on everyone covers the sessions that
//! were begun before it, by one number to compare with, however many they are. A cell that is cut off keeps count of what comes in
//! from outside, and of who may read in an emergency.
//!
//! Never: decides who may hold what. State: this is it, owned by [`State`].

use crate::policy::Action;
use crate::state::{Cell, Session, State};
use salus_seal::entry::contain::{ContainEvent, HoldOn};
use salus_seal::entry::{Interaction, Purpose};
use salus_seal::{CellId, ClientId, DeviceId, PrincipalId};
use salus_trust_api::wire::Admit;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The most holds in force at once, in all trees.
pub const MAX_HOLDS: usize = 10_000;
/// The most people who may read in an emergency in one cell.
pub const MAX_EXCEPTIONS: usize = 100;

/// All holds in force.
#[derive(Debug, Default)]
pub struct Holds {
    /// By tree (none: the platform's) and entry.
    pub in_force: BTreeMap<(Option<CellId>, u64), Hold>,
    persons: HashMap<PrincipalId, u32>,
    devices: HashMap<DeviceId, u32>,
    clients: HashMap<ClientId, u32>,
    /// Entries of holds on all sessions of a cell.
    cells: HashMap<CellId, BTreeSet<u64>>,
    /// Entries of holds on all sessions, and their times in milliseconds since 1970.
    everyone: BTreeMap<u64, u64>,
}

/// One hold.
#[derive(Debug, Clone)]
pub struct Hold {
    /// What is held.
    pub what: HoldOn,
    /// Why.
    pub reason: String,
    /// Who did it; none for somebody at the machine.
    pub by: Option<PrincipalId>,
    /// Since when, in milliseconds since 1970.
    pub since_ms: u64,
}

impl Holds {
    /// Whether a session is held.
    pub fn cover(&self, session: &Session) -> bool {
        session.holds > 0
            || self.everyone.last_key_value().is_some_and(|(_, at_ms)| session.begun_ms <= *at_ms)
            || self.before(&session.cell).is_some_and(|entry| session.begun_entry < entry)
            || self.persons.contains_key(&session.principal)
            || self.clients.contains_key(&session.client)
            || session.device.is_some_and(|device| self.devices.contains_key(&device))
    }

    /// Whether a person is held.
    pub fn person(&self, principal: &PrincipalId) -> bool {
        self.persons.contains_key(principal)
    }

    /// Whether a passkey is held.
    pub fn device(&self, device: &DeviceId) -> bool {
        self.devices.contains_key(device)
    }

    /// Whether an application is held.
    pub fn client(&self, client: &ClientId) -> bool {
        self.clients.contains_key(client)
    }

    /// The hold in a tree that covers the same for ever: another one would add nothing.
    pub fn same(&self, cell: Option<CellId>, what: &HoldOn) -> Option<u64> {
        if matches!(what, HoldOn::Cell | HoldOn::Everyone) {
            return None;
        }
        let of_tree = self.in_force.range((cell, 0)..=(cell, u64::MAX));
        of_tree.filter(|(_, hold)| hold.what == *what).map(|((_, entry), _)| *entry).next()
    }

    fn before(&self, cell: &CellId) -> Option<u64> {
        self.cells.get(cell)?.last().copied()
    }
}

/// A cell that is cut off.
#[derive(Debug, Default)]
pub struct Quarantine {
    /// Since when, in milliseconds since 1970.
    pub since_ms: u64,
    /// Whether somebody at the machine did it, where alone it is undone then.
    pub at_machine: bool,
    /// Record versions that came in and landed.
    pub came_in: u64,
    /// Those that have not landed yet, by first entry.
    coming: BTreeMap<u64, u64>,
    /// Who may read in an emergency, and until when.
    pub exceptions: BTreeMap<PrincipalId, u64>,
}

impl Quarantine {
    /// So many record versions were admitted by a chain of entries.
    pub fn written(&mut self, first: u64, versions: u64) {
        *self.coming.entry(first).or_default() += versions;
    }

    /// A chain of entries landed.
    pub fn landed(&mut self, first: u64) {
        self.came_in += self.coming.remove(&first).unwrap_or_default();
    }

    /// A chain of entries was abandoned.
    pub fn abandoned(&mut self, first: u64) {
        self.coming.remove(&first);
    }
}

impl Cell {
    /// Takes in that it is cut off, or joined again.
    pub(crate) fn cut_off(&mut self, on: bool, time_ms: u64, at_machine: bool) {
        if on && self.quarantined {
            // Whoever is at the machine makes it theirs.
            self.quarantine.at_machine |= at_machine;
            return;
        }
        self.quarantined = on;
        self.quarantine = Quarantine { since_ms: time_ms, at_machine, ..Quarantine::default() };
    }

    /// Whether this goes on although the cell is cut off: what applications bring from outside is taken and kept, and whoever was named may read in
    /// an emergency.
    pub(crate) fn goes_on(
        &self,
        principal: &PrincipalId,
        is_person: bool,
        action: Action,
        admit: &Admit,
        now_ms: u64,
    ) -> bool {
        use Interaction::{Batch, Create, Transaction};
        let reads = admit.purpose == Purpose::Emergency
            && self.quarantine.exceptions.get(principal).is_some_and(|until_ms| now_ms < *until_ms);
        match action {
            Action::Write { changes_existing } => !changes_existing && !is_person,
            // What is brought and cannot be taken is told why.
            Action::Probe => reads || !is_person && matches!(admit.interaction, Create | Transaction | Batch),
            Action::Read | Action::Search { .. } => reads,
            Action::Administer => false,
        }
    }
}

impl State {
    /// Takes an event of a cell's tree, or of the platform's, in. None when it makes no sense there.
    pub(crate) fn apply_contained(
        &mut self,
        cell: Option<CellId>,
        index: u64,
        time_ms: u64,
        event: &ContainEvent,
    ) -> Option<()> {
        match event {
            ContainEvent::Held { what, reason, by } => {
                self.hold(cell, index, time_ms, *what)?;
                let hold = Hold { what: *what, reason: reason.clone(), by: *by, since_ms: time_ms };
                self.holds.in_force.insert((cell, index), hold);
            }
            ContainEvent::Released { hold, .. } => {
                let released = self.holds.in_force.remove(&(cell, *hold))?;
                self.let_go(cell, *hold, &released.what);
            }
            ContainEvent::ExceptionMade { principal, until_ms, .. } => {
                self.cells.get_mut(&cell?)?.quarantine.exceptions.insert(*principal, *until_ms);
            }
            ContainEvent::ExceptionEnded { principal, .. } => {
                self.cells.get_mut(&cell?)?.quarantine.exceptions.remove(principal);
            }
            // It is for whoever reads the log.
            ContainEvent::CutOffBecause { .. } => {}
        }
        Some(())
    }

    /// Whether what a hold names is there, in this tree.
    pub(crate) fn may_be_held(&self, cell: Option<CellId>, what: &HoldOn) -> bool {
        let of_person = |principal| self.people.persons.get(principal).map(|person| person.cell);
        match what {
            HoldOn::Session(id) => self.sessions.get(id).is_some_and(|session| Some(session.cell) == cell),
            HoldOn::Person(principal) => of_person(principal) == Some(cell),
            HoldOn::Device(device) => {
                let passkey = self.people.passkeys.get(device);
                passkey.is_some_and(|passkey| of_person(&passkey.principal) == Some(cell))
            }
            HoldOn::Client(id) => self.clients.get(id).is_some_and(|client| Some(client.cell) == cell),
            HoldOn::Cell => cell.is_some(),
            HoldOn::Everyone => cell.is_none(),
        }
    }

    fn hold(&mut self, cell: Option<CellId>, index: u64, time_ms: u64, what: HoldOn) -> Option<()> {
        if !self.may_be_held(cell, &what) {
            return None;
        }
        match what {
            HoldOn::Session(id) => self.sessions.get_mut(&id)?.holds += 1,
            HoldOn::Person(principal) => *self.holds.persons.entry(principal).or_default() += 1,
            HoldOn::Device(device) => *self.holds.devices.entry(device).or_default() += 1,
            HoldOn::Client(client) => *self.holds.clients.entry(client).or_default() += 1,
            HoldOn::Cell => drop(self.holds.cells.entry(cell?).or_default().insert(index)),
            HoldOn::Everyone => drop(self.holds.everyone.insert(index, time_ms)),
        }
        Some(())
    }

    fn let_go(&mut self, cell: Option<CellId>, index: u64, what: &HoldOn) {
        match what {
            HoldOn::Session(id) => {
                if let Some(session) = self.sessions.get_mut(id) {
                    session.holds = session.holds.saturating_sub(1);
                }
            }
            HoldOn::Person(principal) => one_less(&mut self.holds.persons, principal),
            HoldOn::Device(device) => one_less(&mut self.holds.devices, device),
            HoldOn::Client(client) => one_less(&mut self.holds.clients, client),
            HoldOn::Cell => {
                if let Some(entries) = cell.and_then(|cell| self.holds.cells.get_mut(&cell)) {
                    entries.remove(&index);
                }
            }
            HoldOn::Everyone => drop(self.holds.everyone.remove(&index)),
        }
    }
}

fn one_less<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}

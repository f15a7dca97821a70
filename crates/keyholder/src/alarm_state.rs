//! The alarms of one cell: what was raised, seen and told, by which rules, which patients do not exist, and what was counted on the way
//! to the next alarm.
//!
//! Never: decides, or asks for the time. State: this is it, a fold of the log, owned by [`crate::state::Cell`].

use crate::state::State;
use salus_seal::entry::alarms::{
    AlarmEvent, AlarmKind, AlarmRaised, AlarmRules, MAX_RULE_COUNT, MAX_RULE_GLIMPSES, Way, open_canaries,
};
use salus_seal::entry::incident::IncidentEvent;
use salus_seal::entry::{Event, Fleeting, Interaction, Refusal};
use salus_seal::{CellId, DeviceId, Part, PrincipalId, Pseudonym, SessionId};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use zeroize::Zeroizing;

/// The most alarms of a cell that are kept: the newest.
pub const MAX_ALARMS: usize = 512;
/// The most networks that are kept of one principal: the newest.
const MAX_NETWORKS: usize = 64;
/// For so long a canary that was seen in a list counts, in milliseconds.
pub(crate) const GLIMPSE_MS: u64 = 3_600_000;

/// One alarm.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// What.
    pub raised: AlarmRaised,
    /// In which session, where there was one.
    pub session: Option<SessionId>,
    /// From where.
    pub address: [u8; 16],
    /// Whether no more than lines of lists were seen.
    pub in_lists: bool,
    /// Who has seen it, and when.
    pub seen: Option<(u64, Option<PrincipalId>)>,
    /// By which ways it is still to be told.
    pub owed: Vec<Way>,
}

/// The alarms of one cell.
#[derive(Debug)]
pub struct Alarms {
    cell: CellId,
    key: Zeroizing<[u8; 32]>,
    /// When the cell came to be: its first day is that of its setting up.
    pub created_ms: u64,
    /// By the entry that raised them.
    pub newest: BTreeMap<u64, Alarm>,
    /// By what they are raised.
    pub rules: AlarmRules,
    /// By which ways the messenger tells.
    pub ways: Vec<Way>,
    /// Sessions that make canaries, and how many invented people were compared for each.
    pub makers: HashMap<SessionId, u32>,
    /// Sessions that look for a sample: canaries that they open raise no alarm.
    pub matching: HashSet<SessionId>,
    /// Patients who do not exist.
    pub canaries: HashSet<Pseudonym>,
    /// Those that are none any more, though their wraps say so.
    pub removed: HashSet<Pseudonym>,
    /// The canaries' pseudonyms by the Patient's id.
    pub kept: BTreeMap<String, Vec<Pseudonym>>,
    watches: HashMap<PrincipalId, Watch>,
}

/// What is counted of one principal.
#[derive(Debug, Default)]
pub struct Watch {
    refusals: VecDeque<u64>,
    counts: VecDeque<u64>,
    glimpsed: VecDeque<(u64, Pseudonym)>,
    networks: VecDeque<[u8; 8]>,
    devices: BTreeSet<DeviceId>,
    raised: BTreeMap<AlarmKind, u64>,
}

impl Alarms {
    /// Without any.
    pub fn new(cell: CellId, key: Zeroizing<[u8; 32]>, created_ms: u64) -> Self {
        Self {
            cell,
            key,
            created_ms,
            newest: BTreeMap::new(),
            rules: AlarmRules::default(),
            ways: Vec::new(),
            makers: HashMap::new(),
            matching: HashSet::new(),
            canaries: HashSet::new(),
            removed: HashSet::new(),
            kept: BTreeMap::new(),
            watches: HashMap::new(),
        }
    }

    /// Takes in that a sample is looked for.
    pub(crate) fn note_incident(&mut self, event: &IncidentEvent) {
        if let IncidentEvent::MatchBegun { session, .. } = event {
            self.matching.insert(*session);
        }
    }

    /// Whether canaries that a session opens raise no alarm: it makes them, or looks for a sample.
    pub fn may_open_canaries(&self, session: &SessionId) -> bool {
        self.makers.contains_key(session) || self.matching.contains(session)
    }

    /// The key under which canaries are named in the log.
    pub fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// How many nobody has acknowledged.
    pub fn unacknowledged(&self) -> usize {
        self.newest.values().filter(|alarm| alarm.seen.is_none()).count()
    }

    /// What is counted of a principal.
    pub fn watch(&self, principal: &PrincipalId) -> Option<&Watch> {
        self.watches.get(principal)
    }

    /// Takes an event in, which is the cell's entry `index`. `who`: whose session the fleeting part names. None when it makes no sense here.
    pub fn apply(
        &mut self,
        index: u64,
        time_ms: u64,
        event: &AlarmEvent,
        fleeting: Option<(&Fleeting, PrincipalId)>,
    ) -> Option<()> {
        match event {
            AlarmEvent::Raised(raised) => self.raised(index, time_ms, raised, fleeting),
            AlarmEvent::Acknowledged { alarm, by } => {
                if let Some(alarm) = self.newest.get_mut(alarm) {
                    alarm.seen.get_or_insert((time_ms, *by));
                }
            }
            AlarmEvent::Told { way, alarms } => {
                for alarm in alarms {
                    if let Some(alarm) = self.newest.get_mut(alarm) {
                        alarm.owed.retain(|owed| owed != way);
                    }
                }
            }
            AlarmEvent::Ways { ways } => ways.clone_into(&mut self.ways),
            AlarmEvent::Rules { rules, .. } => rules.clone_into(&mut self.rules),
            // The session is the state's.
            AlarmEvent::Restored { .. } => {}
            AlarmEvent::PlacesOpened { session } => drop(self.makers.insert(*session, 0)),
            AlarmEvent::Kept { session, sealed } => {
                self.makers.remove(session);
                for canary in open_canaries(&self.cell, &self.key, sealed).ok()? {
                    self.canaries.extend(&canary.pseudonyms);
                    self.kept.insert(canary.patient, canary.pseudonyms);
                }
            }
            AlarmEvent::Compared { session, people } => {
                let compared = self.makers.get_mut(session)?;
                *compared = compared.saturating_add(*people);
            }
            AlarmEvent::Removed { sealed } => {
                for canary in open_canaries(&self.cell, &self.key, sealed).ok()? {
                    for pseudonym in self.kept.remove(&canary.patient).into_iter().flatten() {
                        self.canaries.remove(&pseudonym);
                        self.removed.insert(pseudonym);
                    }
                }
            }
        }
        Some(())
    }

    fn raised(
        &mut self,
        index: u64,
        time_ms: u64,
        raised: &AlarmRaised,
        fleeting: Option<(&Fleeting, PrincipalId)>,
    ) {
        let is_sent = self.rules.sent.contains(&raised.kind);
        let alarm = Alarm {
            time_ms,
            raised: raised.clone(),
            session: fleeting.map(|(fleeting, _)| fleeting.session),
            address: fleeting.map_or([0; 16], |(fleeting, _)| fleeting.address),
            in_lists: fleeting.is_some_and(|(fleeting, _)| fleeting.part == Part::Line),
            seen: None,
            owed: if is_sent { self.ways.clone() } else { Vec::new() },
        };
        if let Some(who) = fleeting.map(|(_, who)| who).or(raised.by) {
            self.watches.entry(who).or_default().raised.insert(raised.kind, time_ms);
        }
        self.newest.insert(index, alarm);
        while self.newest.len() > MAX_ALARMS {
            self.newest.pop_first();
        }
    }

    /// Counts what a principal did.
    pub fn note(&mut self, who: PrincipalId, time_ms: u64, event: &Event, fleeting: &Fleeting) {
        let watch = self.watches.entry(who).or_default();
        match event {
            Event::Refused => push(&mut watch.refusals, time_ms),
            Event::Searched if fleeting.interaction == Interaction::Count => {
                push(&mut watch.counts, time_ms);
            }
            _ => {}
        }
        if matches!(event, Event::Refused) {
            return;
        }
        if is_glimpse(event, fleeting) && !self.canaries.is_empty() {
            for patient in fleeting.patients.iter().filter(|patient| self.canaries.contains(*patient)) {
                watch.glimpsed.retain(|(_, seen)| seen != patient);
                watch.glimpsed.push_back((time_ms, *patient));
                if watch.glimpsed.len() > MAX_RULE_GLIMPSES as usize {
                    watch.glimpsed.pop_front();
                }
            }
        }
        if let Some(network) = network(&fleeting.address) {
            watch.note_network(network);
        }
    }

    /// Notes the device of a session that begins.
    pub fn note_device(&mut self, who: PrincipalId, device: DeviceId) {
        self.watches.entry(who).or_default().devices.insert(device);
    }
}

impl State {
    /// Takes an event of a cell's alarms in: the session that one suspends or restores is part of the state. None when it makes no sense
    /// here.
    pub(crate) fn apply_alarm(
        &mut self,
        id: CellId,
        index: u64,
        time_ms: u64,
        event: &AlarmEvent,
        fleeting: Option<&Fleeting>,
    ) -> Option<()> {
        let of = fleeting.and_then(|fleeting| {
            self.sessions.get(&fleeting.session).map(|session| (fleeting, session.principal))
        });
        self.cells.get_mut(&id)?.alarms.apply(index, time_ms, event, of)?;
        match event {
            AlarmEvent::Raised(raised) if raised.suspends => {
                if let Some((fleeting, _)) = of {
                    self.sessions.get_mut(&fleeting.session)?.suspended = true;
                }
            }
            AlarmEvent::Restored { session, .. } => self.sessions.get_mut(session)?.suspended = false,
            _ => {}
        }
        Some(())
    }
}

impl Watch {
    fn note_network(&mut self, network: [u8; 8]) {
        if self.networks.back() == Some(&network) {
            return;
        }
        self.networks.retain(|known| *known != network);
        self.networks.push_back(network);
        if self.networks.len() > MAX_NETWORKS {
            self.networks.pop_front();
        }
    }

    /// Whether the device is not the first one, and was never seen.
    pub fn is_new_device(&self, device: &DeviceId) -> bool {
        !self.devices.is_empty() && !self.devices.contains(device)
    }

    /// Whether the address is not the first one, and its network was never seen.
    pub fn is_new_address(&self, address: &[u8; 16]) -> bool {
        network(address).is_some_and(|network| !self.networks.is_empty() && !self.networks.contains(&network))
    }

    /// Refusals since then.
    pub fn refusals_since(&self, from_ms: u64) -> u32 {
        since(&self.refusals, from_ms)
    }

    /// Searches that only count, since then.
    pub fn counts_since(&self, from_ms: u64) -> u32 {
        since(&self.counts, from_ms)
    }

    /// Canaries seen in lists since then.
    pub fn glimpsed_since(&self, from_ms: u64) -> impl Iterator<Item = Pseudonym> + '_ {
        self.glimpsed.iter().filter(move |(time_ms, _)| *time_ms >= from_ms).map(|(_, seen)| *seen)
    }

    /// When an alarm of this kind was last raised.
    pub fn raised_ms(&self, kind: AlarmKind) -> Option<u64> {
        self.raised.get(&kind).copied()
    }
}

/// Whether lines of patients were seen, and no more.
pub(crate) fn is_glimpse(event: &Event, fleeting: &Fleeting) -> bool {
    matches!(event, Event::Opened | Event::Searched) && fleeting.part == Part::Line
}

/// Whether it was for want of room for one more patient.
pub(crate) fn is_spent(fleeting: &Fleeting) -> bool {
    matches!(fleeting.refused, Some(Refusal::Budget { .. }))
        && fleeting.interaction != Interaction::Administer
}

/// The network of an address: 24 bits of IPv4, 48 of IPv6; none of what is not known.
fn network(address: &[u8; 16]) -> Option<[u8; 8]> {
    let (prefix, rest) = address.split_at(12);
    let mut network = [0; 8];
    if *prefix == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] {
        network[0] = 4;
        network[1..4].copy_from_slice(&rest[..3]);
    } else {
        network[0] = 6;
        network[1..7].copy_from_slice(&address[..6]);
    }
    (*address != [0; 16]).then_some(network)
}

fn push(times: &mut VecDeque<u64>, time_ms: u64) {
    times.push_back(time_ms);
    if times.len() > MAX_RULE_COUNT as usize {
        times.pop_front();
    }
}

fn since(times: &VecDeque<u64>, from_ms: u64) -> u32 {
    times.iter().rev().take_while(|time_ms| **time_ms >= from_ms).count() as u32
}

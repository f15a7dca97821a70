//! Reading the log back: its entries, who got what, and what the store must hold.
//!
//! Never: changes anything, or names a patient but by pseudonym. State: none beyond [`Core`]'s.

use crate::core::Core;
use crate::error::KeyholderError;
use crate::state::State;
use salus_accesslog::Tree;
use salus_seal::entry::{self, Event, Fleeting, Lasting, VersionRange, ranges};
use salus_seal::{CellId, Pseudonym};
use salus_trust_api::wire::incident::{ScopeAsk, ScopeEntry, ScopeFilter, ScopeKind};
use salus_trust_api::wire::{
    AdminAnswer, AdminError, LogEntry, LogPage, Scope, ScopeBy, ScopePatient, WriteRoot,
};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The most entries of one page of the log.
const MAX_LOG_PAGE: u32 = 1_000;
/// The most write entries of one page.
const MAX_ROOTS_PAGE: u32 = 10_000;
/// The most pages of a scope that is answered at once.
const MAX_PAGES: usize = 16;

/// What is being gathered of one patient.
#[derive(Default)]
struct Gathered {
    versions: BTreeSet<(u64, u32)>,
    shared_admissions: u64,
    undelivered: bool,
    first_ms: u64,
    last_ms: u64,
}

/// One admission of whoever is looked at.
struct Admission {
    time_ms: u64,
    patients: Vec<Pseudonym>,
    versions: Vec<VersionRange>,
    delivered: bool,
}

impl Core {
    pub(crate) fn show_log(&self, tree: Tree, from: u64, limit: u32) -> Result<LogPage, KeyholderError> {
        let size = self.log.size(tree);
        let end = size.min(from.saturating_add(u64::from(limit.clamp(1, MAX_LOG_PAGE))));
        let mut entries = Vec::new();
        self.each_entry(tree, from.min(end)..end, |number, lasting, fleeting| {
            let session = fleeting.as_ref().and_then(|fleeting| self.state.sessions.get(&fleeting.session));
            entries.push(LogEntry {
                number,
                lasting,
                principal: session.map(|session| session.principal),
                client: session.map(|session| session.client),
                fleeting,
            });
        })?;
        Ok(LogPage { entries, next: (end < size).then_some(end) })
    }

    /// The cell that a session, principal or client belongs to.
    pub(crate) fn cell_of(&self, by: ScopeBy) -> Option<CellId> {
        match by {
            ScopeBy::Session(id) => self.state.sessions.get(&id).map(|session| session.cell),
            ScopeBy::Client(id) => self.state.clients.get(&id).map(|client| client.cell),
            ScopeBy::Principal(id) => match self.state.people.persons.get(&id) {
                Some(person) => person.cell,
                None => {
                    let mut clients = self.state.clients.values();
                    clients.find(|client| client.principal == id).map(|client| client.cell)
                }
            },
        }
    }

    /// What was admitted, of few entries: more is asked for in pages ([`crate::span`]).
    pub(crate) fn scope(
        &self,
        cell: CellId,
        by: ScopeBy,
        times: std::ops::Range<u64>,
    ) -> Result<Result<Scope, AdminError>, KeyholderError> {
        let mut filter = ScopeFilter::default();
        match by {
            ScopeBy::Session(id) => filter.session = Some(id),
            ScopeBy::Principal(id) => filter.principal = Some(id),
            ScopeBy::Client(id) => filter.client = Some(id),
        }
        let mut scope = Scope::default();
        let mut admissions: BTreeMap<u64, Admission> = BTreeMap::new();
        let mut ask =
            ScopeAsk { cell: String::new(), filter, from_ms: times.start, to_ms: times.end, next: None };
        for _ in 0..MAX_PAGES {
            let page = self.scope_page(cell, &ask)?;
            scope.refusals += page.refused.len() as u64;
            page.admitted.into_iter().for_each(|entry| add(&mut admissions, entry));
            for entry in page.delivered.iter().flat_map(|(_, entries)| entries) {
                if let Some(admission) = admissions.get_mut(entry) {
                    admission.delivered = true;
                }
            }
            ask.next = page.next;
            if page.next.is_none() {
                gather(admissions, &mut scope);
                return Ok(Ok(scope));
            }
        }
        Ok(Err(crate::admin::invalid("span", "short: longer ones are asked for in pages")))
    }

    pub(crate) fn write_roots(
        &self,
        cell: CellId,
        from: u64,
        limit: u32,
    ) -> Result<AdminAnswer, KeyholderError> {
        let tree = Tree::Cell(cell);
        let size = self.log.size(tree);
        let end = size.min(from.saturating_add(u64::from(limit.clamp(1, MAX_ROOTS_PAGE))));
        let unresolved = self.state.cells.get(&cell).map(|cell| &cell.unresolved);
        let mut abandoned: HashSet<u64> = HashSet::new();
        self.each_lasting(tree, from.min(size)..size, |_, lasting| {
            if let Event::Abandoned { entries } = lasting.event {
                abandoned.extend(entries);
            }
        })?;
        let mut roots = Vec::new();
        self.each_lasting(tree, from.min(end)..end, |entry, lasting| {
            if let Event::Written { first, ranges, root } = lasting.event {
                let open = unresolved.is_some_and(|unresolved| unresolved.contains_key(&first));
                roots.push(WriteRoot { entry, ranges, root, landed: !open && !abandoned.contains(&first) });
            }
        })?;
        Ok(AdminAnswer::WriteRoots { roots, next: (end < size).then_some(end) })
    }

    fn each_lasting(
        &self,
        tree: Tree,
        range: std::ops::Range<u64>,
        mut take: impl FnMut(u64, Lasting),
    ) -> Result<(), KeyholderError> {
        let mut unreadable = None;
        self.log.read(tree, range, &mut |number, bytes| match entry::decode(bytes) {
            Ok((lasting, _)) => take(number, lasting),
            Err(_) => unreadable = Some(number),
        })?;
        match unreadable {
            Some(index) => Err(KeyholderError::Entry { tree: format!("{tree:?}"), index }),
            None => Ok(()),
        }
    }

    /// Each entry of a range, with its fleeting part where there is one and its month's key is there.
    pub(crate) fn each_entry(
        &self,
        tree: Tree,
        range: std::ops::Range<u64>,
        mut take: impl FnMut(u64, Lasting, Option<Fleeting>),
    ) -> Result<(), KeyholderError> {
        let mut unreadable = None;
        self.log.read(tree, range, &mut |number, bytes| match open_entry(&self.state, tree, bytes) {
            Ok((lasting, fleeting)) => take(number, lasting, fleeting),
            Err(_) => unreadable = Some(number),
        })?;
        match unreadable {
            Some(index) => Err(KeyholderError::Entry { tree: format!("{tree:?}"), index }),
            None => Ok(()),
        }
    }
}

/// An entry's parts, opened with the keys that the state holds.
pub(crate) fn open_entry(
    state: &State,
    tree: Tree,
    bytes: &[u8],
) -> Result<(Lasting, Option<Fleeting>), salus_seal::SealError> {
    let (lasting, sealed) = entry::decode(bytes)?;
    let Tree::Cell(id) = tree else { return Ok((lasting, None)) };
    let key = state.cells.get(&id).and_then(|cell| cell.log_keys.get(&entry::month_of(lasting.time_ms)));
    let Some(key) = key.filter(|_| !sealed.is_empty()) else { return Ok((lasting, None)) };
    match entry::open_fleeting(&id, bytes, key) {
        Ok(fleeting) => Ok((lasting, Some(fleeting))),
        // The month's key was lost before a recovery, and made anew after it.
        Err(_) if state.recovered_ms.is_some_and(|recovered_ms| lasting.time_ms <= recovered_ms) => {
            Ok((lasting, None))
        }
        Err(error) => Err(error),
    }
}

fn add(admissions: &mut BTreeMap<u64, Admission>, entry: ScopeEntry) {
    let ScopeEntry { number, time_ms, kind, patients, versions, .. } = entry;
    match kind {
        // The rest of a chain belongs to its first entry.
        ScopeKind::Written { first } if first != number && admissions.contains_key(&first) => {
            if let Some(admission) = admissions.get_mut(&first) {
                admission.versions.extend(versions);
                admission.patients.extend(patients);
            }
        }
        // What was written came from the writer, so there is nothing left to deliver.
        kind => {
            let delivered = matches!(kind, ScopeKind::Written { .. });
            admissions.insert(number, Admission { time_ms, patients, versions, delivered });
        }
    }
}

fn gather(admissions: BTreeMap<u64, Admission>, scope: &mut Scope) {
    let mut patients: BTreeMap<Pseudonym, Gathered> = BTreeMap::new();
    let mut all: BTreeSet<(u64, u32)> = BTreeSet::new();
    let mut house: BTreeSet<(u64, u32)> = BTreeSet::new();
    for admission in admissions.into_values() {
        scope.admissions += 1;
        let versions: Vec<(u64, u32)> = admission.versions.iter().flat_map(expand).collect();
        all.extend(&versions);
        if admission.patients.is_empty() {
            house.extend(&versions);
        }
        // Of an admission that covers several patients the entry does not say which version is whose.
        let is_one_patients = admission.patients.len() == 1;
        for patient in admission.patients {
            let gathered = patients
                .entry(patient)
                .or_insert_with(|| Gathered { first_ms: admission.time_ms, ..Gathered::default() });
            gathered.last_ms = admission.time_ms;
            gathered.undelivered |= !admission.delivered;
            if is_one_patients {
                gathered.versions.extend(&versions);
            } else {
                gathered.shared_admissions += 1;
            }
        }
    }
    scope.versions = all.len() as u64;
    scope.house_versions = house.len() as u64;
    scope.patients = patients
        .into_iter()
        .map(|(pseudonym, gathered)| ScopePatient {
            pseudonym,
            versions: ranges(gathered.versions),
            shared_admissions: gathered.shared_admissions,
            delivered: !gathered.undelivered,
            first_ms: gathered.first_ms,
            last_ms: gathered.last_ms,
        })
        .collect();
}

fn expand(range: &VersionRange) -> impl Iterator<Item = (u64, u32)> + '_ {
    (0..u64::from(range.count)).map(|offset| (range.record + offset, range.version))
}

//! Through whose sessions a sample went: who opened the matched patients since what is said of them was true, how many of them, and how
//! many others.
//!
//! Never: opens a record. State: a count and a set of patients for each session of the span.

use crate::admin::{Administration, unexpected};
use crate::failure::Failure;
use salus_seal::{ClientId, DeviceId, Part, PrincipalId, Pseudonym, SessionId};
use salus_trust_api::wire::incident::{
    IncidentAnswer, IncidentAsk, ScopeAsk, ScopeEntry, ScopeFilter, ScopeKind, ScopePage,
};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The most addresses of a session that are told.
const MAX_ADDRESSES: usize = 5;

/// A patient of the sample: what somebody must have had to know it.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Versions of the Patient (record, version) in which a row was true.
    pub versions: HashSet<(u64, u32)>,
    /// Whether its line tells all that the rows say.
    pub line_tells: bool,
}

/// One session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id.
    pub session: SessionId,
    /// Who acts in it.
    pub principal: PrincipalId,
    /// Through which application.
    pub client: ClientId,
    /// With which passkey it was begun.
    pub device: Option<DeviceId>,
    /// From where.
    pub addresses: BTreeSet<[u8; 16]>,
    /// Matched patients of whom it opened a version that says what the sample says.
    pub exact: HashSet<Pseudonym>,
    /// Matched patients of whom it opened anything.
    pub reached: HashSet<Pseudonym>,
    /// All others of whom it opened anything.
    pub others: HashSet<Pseudonym>,
    /// When it opened the first and the last of the matched.
    pub first_ms: u64,
    /// See there.
    pub last_ms: u64,
}

/// All pages of a scope, each given away as it comes.
pub fn pages(
    administration: &mut Administration,
    mut ask: ScopeAsk,
    take: &mut dyn FnMut(ScopePage),
) -> Result<(), Failure> {
    loop {
        let asked = AdminAsk::Incident(IncidentAsk::Scope(ask.clone()));
        let AdminAnswer::Incident(IncidentAnswer::Scope(page)) = administration.ask(asked)? else {
            return Err(unexpected());
        };
        ask.next = page.next;
        take(page);
        if ask.next.is_none() {
            return Ok(());
        }
    }
}

/// Everything that a session was admitted to.
pub fn of_session(
    administration: &mut Administration,
    cell: &str,
    session: SessionId,
    from_ms: u64,
) -> Result<BTreeMap<u64, ScopeEntry>, Failure> {
    let filter = ScopeFilter { session: Some(session), ..ScopeFilter::default() };
    let ask = ScopeAsk { cell: cell.to_owned(), filter, from_ms, to_ms: u64::MAX, next: None };
    let mut all = BTreeMap::new();
    pages(administration, ask, &mut |page| {
        all.extend(page.admitted.into_iter().map(|entry| (entry.number, entry)));
    })?;
    Ok(all)
}

/// Who opened what of the wanted within a time, in order: the most that say what the sample says, the most reached, the fewest others.
pub fn sessions(
    administration: &mut Administration,
    ask: ScopeAsk,
    wanted: &HashMap<Pseudonym, Wanted>,
    own: SessionId,
) -> Result<Vec<Session>, Failure> {
    let mut all: HashMap<SessionId, Session> = HashMap::new();
    pages(administration, ask, &mut |page| {
        for entry in page.admitted.iter().filter(|entry| entry.session != own) {
            take(&mut all, entry, wanted);
        }
    })?;
    let mut all: Vec<Session> = all.into_values().filter(|one| !one.reached.is_empty()).collect();
    let rank = |one: &Session| {
        use std::cmp::Reverse;
        (Reverse(one.exact.len()), Reverse(one.reached.len()), one.others.len(), one.first_ms, one.session)
    };
    all.sort_by_key(rank);
    Ok(all)
}

/// What was opened counts; what was written came from the writer, and what was only found was not seen.
fn take(all: &mut HashMap<SessionId, Session>, entry: &ScopeEntry, wanted: &HashMap<Pseudonym, Wanted>) {
    if entry.kind != ScopeKind::Opened {
        return;
    }
    let session = all.entry(entry.session).or_insert_with(|| Session {
        session: entry.session,
        principal: entry.principal,
        client: entry.client,
        device: entry.device,
        addresses: BTreeSet::new(),
        exact: HashSet::new(),
        reached: HashSet::new(),
        others: HashSet::new(),
        first_ms: u64::MAX,
        last_ms: 0,
    });
    for patient in &entry.patients {
        let Some(known) = wanted.get(patient) else {
            session.others.insert(*patient);
            continue;
        };
        session.reached.insert(*patient);
        session.first_ms = session.first_ms.min(entry.time_ms);
        session.last_ms = session.last_ms.max(entry.time_ms);
        if session.addresses.len() < MAX_ADDRESSES {
            session.addresses.insert(entry.address);
        }
        let tells = entry.part != Part::Line || known.line_tells;
        let has = |(record, version): &(u64, u32)| {
            entry.versions.iter().any(|range| {
                let end = range.record.saturating_add(range.count.into());
                range.version == *version && (range.record..end).contains(record)
            })
        };
        if tells && known.versions.iter().any(has) {
            session.exact.insert(*patient);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_seal::entry::{Interaction, VersionRange};

    fn entry(session: u8, part: Part, patients: &[u8], versions: &[(u64, u32)]) -> ScopeEntry {
        ScopeEntry {
            number: 1,
            time_ms: 5,
            kind: ScopeKind::Opened,
            session: SessionId([session; 16]),
            principal: PrincipalId([session; 16]),
            client: ClientId([1; 16]),
            device: None,
            address: [0; 16],
            interaction: Interaction::Read,
            part,
            patients: patients.iter().map(|one| Pseudonym([*one; 16])).collect(),
            versions: versions
                .iter()
                .map(|(record, version)| VersionRange { record: *record, count: 1, version: *version })
                .collect(),
        }
    }

    #[test]
    fn a_line_and_another_version_reach_and_do_not_tell() {
        let known = Wanted { versions: HashSet::from([(7, 2)]), line_tells: false };
        let wanted = HashMap::from([(Pseudonym([1; 16]), known)]);
        let mut all = HashMap::new();
        take(&mut all, &entry(1, Part::Line, &[1], &[(7, 2)]), &wanted);
        take(&mut all, &entry(2, Part::Body, &[1, 9], &[(7, 1), (8, 2)]), &wanted);
        take(&mut all, &entry(3, Part::Body, &[1], &[(7, 2)]), &wanted);
        take(
            &mut all,
            &ScopeEntry { kind: ScopeKind::Found, ..entry(4, Part::Body, &[1], &[(7, 2)]) },
            &wanted,
        );
        let of = |id: u8| &all[&SessionId([id; 16])];
        assert_eq!([1, 2, 3].map(|id| of(id).exact.len()), [0, 0, 1]);
        assert_eq!([1, 2, 3].map(|id| of(id).reached.len()), [1; 3]);
        assert_eq!((of(2).others.len(), all.len()), (1, 3));
    }
}

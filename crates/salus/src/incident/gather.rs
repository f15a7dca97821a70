//! The pages of a scope, put together: admissions with their patients and versions, and which of them were reported as delivered.
//!
//! Never: looks at a record. State: a [`Gathered`] grows with what is in the scope (some 200 bytes for an admission), not with the log.

use crate::admin::{Administration, unexpected};
use crate::failure::Failure;
use salus_seal::entry::VersionRange;
use salus_seal::{Part, Pseudonym, SessionId};
use salus_trust_api::wire::incident::{
    IncidentAnswer, IncidentAsk, ScopeAsk, ScopeEntry, ScopeKind, ScopePage,
};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use std::collections::{BTreeSet, HashMap};

/// What was done with a version: a set of these.
pub mod how {
    /// It was opened whole.
    pub const OPENED: u8 = 1;
    /// Its line was opened.
    pub const LINE: u8 = 2;
    /// A search found it.
    pub const FOUND: u8 = 4;
    /// It was written, and so known to the writer.
    pub const WRITTEN: u8 = 8;
    /// An answer with all of it was reported as sent to its end.
    pub const DELIVERED: u8 = 16;
    /// An answer with its line was.
    pub const LINE_DELIVERED: u8 = 32;

    /// What an admission did with its versions: that a search's answer was delivered says nothing of what was opened.
    pub fn with_versions(done: u8) -> u8 {
        match done & (OPENED | LINE | WRITTEN) {
            LINE if done & DELIVERED != 0 => LINE | LINE_DELIVERED,
            0 => done & FOUND,
            _ => done,
        }
    }

    /// Whether it was opened, and no answer with what was opened was reported as delivered.
    pub fn is_undelivered(done: u8) -> bool {
        let is_without = |what, delivered| done & what != 0 && done & (delivered | DELIVERED | WRITTEN) == 0;
        is_without(OPENED, DELIVERED) || is_without(LINE, LINE_DELIVERED)
    }
}

/// One admission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// Its entry.
    pub entry: u64,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// In which session.
    pub session: SessionId,
    /// What was done, see [`how`].
    pub how: u8,
    /// Whose: places in [`Gathered::patients`].
    pub patients: Box<[u32]>,
    /// Which versions.
    pub versions: Box<[VersionRange]>,
}

/// All pages.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The patients, in the order in which they appear.
    pub patients: Vec<Pseudonym>,
    /// What was admitted, ascending. A chain's further entries stand for themselves.
    pub admissions: Vec<Admission>,
    /// Chains and single entries.
    pub count: u64,
    /// Entries that refused something.
    pub refused: Vec<u64>,
    /// In which sessions.
    pub refused_in: BTreeSet<SessionId>,
    /// Entries that report what is in the scope as delivered.
    pub reports: Vec<u64>,
    /// Entries of which nothing is known any more.
    pub unreadable: u64,
    /// Entries of the span.
    pub looked_at: u64,
    /// The span's first entry and the one after its last.
    pub span: Option<(u64, u64)>,
    places: HashMap<Pseudonym, u32>,
}

impl Gathered {
    /// Asks for all pages.
    pub fn ask(administration: &mut Administration, mut ask: ScopeAsk) -> Result<Self, Failure> {
        let mut gathered = Self::default();
        loop {
            let asked = AdminAsk::Incident(IncidentAsk::Scope(ask.clone()));
            let AdminAnswer::Incident(IncidentAnswer::Scope(page)) = administration.ask(asked)? else {
                return Err(unexpected());
            };
            ask.next = page.next;
            gathered.add(page);
            if ask.next.is_none() {
                return Ok(gathered);
            }
        }
    }

    /// Takes one page in.
    pub fn add(&mut self, page: ScopePage) {
        for entry in page.admitted {
            self.admit(entry);
        }
        for (report, entries) in page.delivered {
            let mut is_ours = false;
            for entry in entries {
                if let Ok(at) = self.admissions.binary_search_by_key(&entry, |admission| admission.entry) {
                    self.admissions[at].how |= how::DELIVERED;
                    is_ours = true;
                }
            }
            if is_ours {
                self.reports.push(report);
            }
        }
        for (entry, session) in page.refused {
            self.refused.push(entry);
            self.refused_in.insert(session);
        }
        self.unreadable += page.unreadable;
        self.looked_at += page.looked_at;
        self.span = match (self.span, page.span) {
            (Some((first, _)), Some((_, end))) => Some((first, end)),
            (one, other) => one.or(other),
        };
    }

    /// The place of a patient, who is added if they are new.
    pub fn place(&mut self, patient: Pseudonym) -> u32 {
        let next = self.patients.len() as u32;
        let place = *self.places.entry(patient).or_insert(next);
        if place == next {
            self.patients.push(patient);
        }
        place
    }

    fn admit(&mut self, entry: ScopeEntry) {
        let how = match (entry.kind, entry.part) {
            (ScopeKind::Found, _) => how::FOUND,
            // What was written came from the writer, so there is nothing left to deliver.
            (ScopeKind::Written { .. }, _) => how::WRITTEN | how::DELIVERED,
            (ScopeKind::Opened, Part::Line) => how::LINE,
            (ScopeKind::Opened, Part::Body | Part::Words) => how::OPENED,
        };
        let goes_on = matches!(entry.kind, ScopeKind::Written { first } if first != entry.number
            && self.admissions.binary_search_by_key(&first, |admission| admission.entry).is_ok());
        self.count += u64::from(!goes_on);
        let patients = entry.patients.into_iter().map(|patient| self.place(patient)).collect();
        self.admissions.push(Admission {
            entry: entry.number,
            time_ms: entry.time_ms,
            session: entry.session,
            how,
            patients,
            versions: entry.versions.into(),
        });
    }
}

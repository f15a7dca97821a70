//! Reading one span of a tree's entries, and who was admitted to what in it.
//!
//! Entries' times never run backwards, so the span's first entry is found by halving, and nothing before it is read. A page looks
//! through a bounded number of entries, so that whoever serves others can do so between two pages.
//!
//! Never: reads a span whole; names a patient but by pseudonym. State: none.

use salus_accesslog::proof::TreeReader;
use salus_accesslog::{AccessLog, LogError, Tree};
use salus_seal::entry::{self, Event, Fleeting, Lasting, month_of};
use salus_seal::keys::Cipher;
use salus_seal::{CellId, ClientId, DeviceId, LogKey, PrincipalId, SealError, SessionId};
use salus_trust_api::wire::incident::{DELIVERY_MS, ScopeEntry, ScopeFilter, ScopeKind, ScopePage};
use std::collections::HashMap;
use std::ops::Range;

/// How many entries one page looks through: some ten milliseconds.
pub const MAX_ENTRIES_READ: u64 = 4_096;
/// How many bytes of answer one page gathers, about; a frame holds twice as many.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Where entries are read from.
pub trait Entries {
    /// How many there are.
    fn size(&self) -> u64;

    /// Gives the entries of a range of indexes, in order.
    fn read(&self, range: Range<u64>, take: &mut dyn FnMut(u64, &[u8])) -> Result<(), LogError>;
}

impl Entries for (&AccessLog, Tree) {
    fn size(&self) -> u64 {
        self.0.size(self.1)
    }

    fn read(&self, range: Range<u64>, take: &mut dyn FnMut(u64, &[u8])) -> Result<(), LogError> {
        self.0.read(self.1, range, take)
    }
}

impl Entries for &TreeReader {
    fn size(&self) -> u64 {
        self.checkpoint().size
    }

    fn read(&self, range: Range<u64>, take: &mut dyn FnMut(u64, &[u8])) -> Result<(), LogError> {
        TreeReader::read(self, range, take)
    }
}

/// Whose a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whose {
    /// Who acts in it.
    pub principal: PrincipalId,
    /// Through which application.
    pub client: ClientId,
    /// With which passkey it was begun.
    pub device: Option<DeviceId>,
}

/// Why a span could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SpanError {
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An entry is not what an entry must be.
    #[error("entry {0} can't be read")]
    Entry(u64),
}

/// The first entry at or after a time; the tree's size when there is none.
pub fn first_at(entries: &impl Entries, time_ms: u64) -> Result<u64, SpanError> {
    let (mut low, mut high) = (0, entries.size());
    while low < high {
        let middle = low + (high - low) / 2;
        let mut found = None;
        entries.read(middle..middle + 1, &mut |_, bytes| {
            found = entry::decode(bytes).ok().map(|(lasting, _)| lasting.time_ms);
        })?;
        if found.ok_or(SpanError::Entry(middle))? < time_ms {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// Reads scopes of one cell.
pub struct SpanReader<'a, E> {
    /// The cell's entries.
    pub entries: E,
    /// The cell.
    pub cell: CellId,
    /// The months' ciphers.
    pub ciphers: HashMap<u32, Cipher>,
    /// Whose a session is.
    pub whose: &'a dyn Fn(&SessionId) -> Option<Whose>,
    /// Up to this time, entries may be sealed under a key that is gone.
    pub lost_up_to_ms: Option<u64>,
}

/// The ciphers of months' keys.
pub fn ciphers<'a>(
    keys: impl IntoIterator<Item = (&'a u32, &'a LogKey)>,
) -> Result<HashMap<u32, Cipher>, SealError> {
    keys.into_iter().map(|(month, key)| Ok((*month, Cipher::new(key.expose())?))).collect()
}

/// What a page of a scope gathers.
struct Gathering<'a> {
    filter: &'a ScopeFilter,
    times: Range<u64>,
    page: ScopePage,
    bytes: usize,
    /// Where the page ends before its entries do: it is full, or nothing can come any more.
    stop: Option<Stop>,
}

enum Stop {
    Full(u64),
    End,
    Unreadable(u64),
}

impl<E: Entries> SpanReader<'_, E> {
    /// One page of what was admitted from `times.start` up to, and not with, `times.end`, in milliseconds since 1970; `next` as the page
    /// before said.
    pub fn page(
        &self,
        filter: &ScopeFilter,
        times: Range<u64>,
        next: Option<u64>,
    ) -> Result<ScopePage, SpanError> {
        self.page_of(filter, times, next, MAX_ENTRIES_READ)
    }

    fn page_of(
        &self,
        filter: &ScopeFilter,
        times: Range<u64>,
        next: Option<u64>,
        most: u64,
    ) -> Result<ScopePage, SpanError> {
        let size = self.entries.size();
        let from = match next {
            Some(next) => next.min(size),
            None => first_at(&self.entries, times.start)?,
        };
        let end = size.min(from.saturating_add(most));
        let mut gathering = Gathering { filter, times, page: ScopePage::default(), bytes: 0, stop: None };
        self.entries.read(from..end, &mut |number, bytes| self.take(&mut gathering, number, bytes))?;
        gathering.page.next = match gathering.stop {
            Some(Stop::Unreadable(number)) => return Err(SpanError::Entry(number)),
            Some(Stop::Full(number)) => Some(number),
            Some(Stop::End) => None,
            None => (end < size).then_some(end),
        };
        Ok(gathering.page)
    }

    fn take(&self, gathering: &mut Gathering<'_>, number: u64, bytes: &[u8]) {
        if gathering.stop.is_some() {
            return;
        }
        if gathering.bytes > MAX_PAGE_BYTES {
            gathering.stop = Some(Stop::Full(number));
            return;
        }
        let Ok((lasting, sealed)) = entry::decode(bytes) else {
            gathering.stop = Some(Stop::Unreadable(number));
            return;
        };
        if lasting.time_ms >= gathering.times.end.saturating_add(DELIVERY_MS) {
            gathering.stop = Some(Stop::End);
            return;
        }
        if let Event::Delivered { entries } = lasting.event {
            if lasting.time_ms >= gathering.times.start {
                gathering.bytes += 10 * entries.len();
                gathering.page.delivered.push((number, entries));
            }
            gathering.seen(number, lasting.time_ms);
            return;
        }
        if !gathering.seen(number, lasting.time_ms) {
            return;
        }
        let event = &lasting.event;
        let is_access = matches!(
            event,
            Event::Opened | Event::Refused | Event::Searched | Event::SearchedWithin | Event::Written { .. }
        );
        if !is_access {
            return;
        }
        match self.open(bytes, sealed, lasting.time_ms) {
            Ok(Some(fleeting)) => self.admit(gathering, number, &lasting, fleeting),
            Ok(None) => gathering.page.unreadable += 1,
            Err(_) => gathering.stop = Some(Stop::Unreadable(number)),
        }
    }

    /// The fleeting part; none where its month's key is gone.
    fn open(&self, bytes: &[u8], sealed: &[u8], time_ms: u64) -> Result<Option<Fleeting>, SealError> {
        let Some(cipher) = self.ciphers.get(&month_of(time_ms)).filter(|_| !sealed.is_empty()) else {
            return Ok(None);
        };
        match entry::open_fleeting_with(&self.cell, bytes, cipher) {
            Ok(fleeting) => Ok(Some(fleeting)),
            // The month's key was lost before a recovery, and made anew after it.
            Err(_) if self.lost_up_to_ms.is_some_and(|lost_ms| time_ms <= lost_ms) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn admit(&self, gathering: &mut Gathering<'_>, number: u64, lasting: &Lasting, fleeting: Fleeting) {
        let Some(whose) = (self.whose)(&fleeting.session) else {
            gathering.page.unreadable += 1;
            return;
        };
        if !fits(gathering.filter, &fleeting, &whose) {
            return;
        }
        let kind = match &lasting.event {
            Event::Refused => {
                gathering.bytes += 26;
                return gathering.page.refused.push((number, fleeting.session));
            }
            Event::Opened => ScopeKind::Opened,
            Event::Written { first, .. } => ScopeKind::Written { first: *first },
            _ => ScopeKind::Found,
        };
        gathering.bytes += 120 + 17 * fleeting.patients.len() + 20 * fleeting.versions.len();
        gathering.page.admitted.push(ScopeEntry {
            number,
            time_ms: lasting.time_ms,
            kind,
            session: fleeting.session,
            principal: whose.principal,
            client: whose.client,
            device: whose.device,
            address: fleeting.address,
            interaction: fleeting.interaction,
            part: fleeting.part,
            patients: fleeting.patients,
            versions: fleeting.versions,
        });
    }
}

impl Gathering<'_> {
    /// Counts an entry that is in the span. Whether it is.
    fn seen(&mut self, number: u64, time_ms: u64) -> bool {
        if !self.times.contains(&time_ms) {
            return false;
        }
        self.page.looked_at += 1;
        let first = self.page.span.map_or(number, |(first, _)| first);
        self.page.span = Some((first, number + 1));
        true
    }
}

/// Whether an entry is about whom a scope is about.
fn fits(filter: &ScopeFilter, fleeting: &Fleeting, whose: &Whose) -> bool {
    filter.session.is_none_or(|session| fleeting.session == session)
        && filter.principal.is_none_or(|principal| whose.principal == principal)
        && filter.client.is_none_or(|client| whose.client == client)
        && filter.device.is_none_or(|device| whose.device == Some(device))
        && filter.network.is_none_or(|network| network.holds(&fleeting.address))
}

#[cfg(test)]
#[path = "span/tests.rs"]
mod tests;

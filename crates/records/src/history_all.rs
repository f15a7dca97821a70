//! history-type and history-system: the versions of all records of a type, or of all, newest first, in pages.
//!
//! Never: a page that is larger than its bounds; an entry that was not admitted: each patient of a page is charged. State: none;
//! a link says from where to go on.

use crate::history::{HistoryEntry, MAX_HISTORY_PAGE};
use crate::open::admit;
use crate::record_id::random_bytes;
use crate::search::id_of;
use crate::{Cell, Delivery, RecordsError};
use salus_fhir::ResourceType;
use salus_store::{Moment, PastVersion, StoredVersion};
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use serde::{Deserialize, Serialize};

/// About the most sealed bytes of a page; one version always fits.
const MAX_HISTORY_BYTES: usize = 4 * 1024 * 1024;
/// How often the store is asked for one page: where only what was the record at some time is wanted, most may be something else.
const MAX_LOOKS: usize = 16;

/// What is asked for; all that a link to the next page has to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryAsk {
    /// The type's code; none for all types.
    kind: Option<u16>,
    /// Only what was written then or later, in milliseconds since 1970 (UTC).
    since_ms: u64,
    /// Only what was the record at some moment from the first to the last of these, in milliseconds since 1970 (UTC).
    at_ms: Option<(u64, u64)>,
    count: usize,
    /// Time (in milliseconds since 1970), record and version of the last one that was given.
    before: Option<(u64, u64, u32)>,
}

impl HistoryAsk {
    /// The versions of a type, or of all, since a time; at most `count` on a page (at most [`MAX_HISTORY_PAGE`], at least 1).
    pub fn new(kind: Option<ResourceType>, since_ms: u64, count: usize) -> Self {
        let count = count.clamp(1, MAX_HISTORY_PAGE);
        Self { kind: kind.map(ResourceType::code), since_ms, at_ms: None, count, before: None }
    }

    /// Only what was the record at some moment from the first to the last of these, in milliseconds since 1970 (UTC).
    #[must_use]
    pub fn at(mut self, at_ms: Option<(u64, u64)>) -> Self {
        self.at_ms = at_ms;
        self
    }

    /// Behind what was given already.
    fn place(&self) -> Moment {
        match (self.before, self.at_ms) {
            (Some((time_ms, record, version)), _) => Moment { time_ms, record, version },
            (None, Some((_, high))) => Moment { time_ms: high.min(Moment::END.time_ms), ..Moment::END },
            (None, None) => Moment::END,
        }
    }

    /// Whether a version was the record still when the time that is asked for began.
    fn is_of_time(&self, cell: &Cell, version: &StoredVersion) -> Result<bool, RecordsError> {
        let Some((low, _)) = self.at_ms else { return Ok(true) };
        let header = &version.sealed.header;
        let next = cell.store.versions(&[(header.record, header.version + 1)])?;
        let next = next.into_iter().flatten().next();
        Ok(next.is_none_or(|next| next.stored.sealed.header.time_ms > low))
    }

    /// The versions of a page, and behind which to go on; none when there is nothing more.
    fn page(&self, cell: &Cell) -> Result<(Vec<PastVersion>, Option<Moment>), RecordsError> {
        let mut place = self.place();
        let (mut page, mut bytes) = (Vec::new(), 0);
        for _ in 0..MAX_LOOKS {
            let found = cell.store.versions_before(self.kind, place, self.since_ms, self.count)?;
            if found.is_empty() {
                return Ok((page, None));
            }
            for past in found {
                let stored = &past.version.stored;
                let here = Moment::of(stored);
                if self.is_of_time(cell, stored)? {
                    let size = stored.sealed.body.len();
                    if !page.is_empty() && bytes + size > MAX_HISTORY_BYTES {
                        return Ok((page, Some(place)));
                    }
                    bytes += size;
                    page.push(past);
                }
                place = here;
                if page.len() == self.count {
                    return Ok((page, Some(place)));
                }
            }
        }
        Ok((page, Some(place)))
    }

    fn interaction(&self) -> Interaction {
        if self.kind.is_some() { Interaction::HistoryType } else { Interaction::HistorySystem }
    }
}

/// A page of versions.
#[derive(Debug)]
pub struct AllHistoryPage {
    /// Type, id and version of each, newest first.
    pub entries: Vec<(ResourceType, String, HistoryEntry)>,
    /// What [`history_on`] needs for the next page.
    pub next: Option<String>,
    /// Until when it may be sent; none when there is nothing.
    pub delivery: Option<Delivery>,
}

/// A page of versions of many records.
///
/// Errors: the refusal of any of them.
pub async fn history_all(
    cell: &Cell,
    asker: &Asker,
    ask: HistoryAsk,
) -> Result<AllHistoryPage, RecordsError> {
    cell.serving()?;
    let (versions, place) = ask.page(cell)?;
    let before = place.map(|place| (place.time_ms, place.record, place.version));
    let next = match before {
        Some(_) => Some(cell.links.seal(asker, &HistoryAsk { before, ..ask })?),
        None => None,
    };
    if versions.is_empty() {
        // Asking for what is not there is logged, and a stranger learns nothing from it.
        return match cell.refuse(asker, ask.interaction(), RecordsError::NotFound).await {
            RecordsError::NotFound => Ok(AllHistoryPage { entries: Vec::new(), next, delivery: None }),
            other => Err(other),
        };
    }
    let created: Vec<bool> = versions.iter().map(|past| past.created).collect();
    let versions: Vec<_> = versions.into_iter().map(|past| past.version).collect();
    let admission = admit(cell, asker, ask.interaction(), &versions).await?;
    let mut entries = Vec::with_capacity(versions.len());
    for (version, created) in versions.iter().zip(created) {
        let header = version.stored.sealed.header;
        let kind = ResourceType::from_code(header.kind).ok_or(RecordsError::Internal)?;
        // What says that a record was deleted says which.
        let text = admission.open(&version.stored.sealed)?;
        let id = id_of(kind, &text).ok_or(RecordsError::Internal)?;
        let server_id = random_bytes(&id).is_some();
        let text = (!header.deleted).then_some(text);
        let entry =
            HistoryEntry { text, version: header.version, time_ms: header.time_ms, created, server_id };
        entries.push((kind, id, entry));
    }
    Ok(AllHistoryPage { entries, next, delivery: Some(Delivery::new(&cell.trust, &admission)) })
}

/// Goes on where a page ended.
///
/// Errors: [`RecordsError::LinkEnded`] for a link that is not of this session and process; else as [`history_all`].
pub async fn history_on(cell: &Cell, asker: &Asker, link: &str) -> Result<AllHistoryPage, RecordsError> {
    cell.serving()?;
    match cell.links.open::<HistoryAsk>(asker, link) {
        Some(ask) => history_all(cell, asker, ask).await,
        None => Err(cell.refuse(asker, Interaction::HistorySystem, RecordsError::LinkEnded).await),
    }
}

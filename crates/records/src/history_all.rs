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
use salus_store::Moment;
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use serde::{Deserialize, Serialize};

/// About the most sealed bytes of a page; one version always fits.
const MAX_HISTORY_BYTES: usize = 4 * 1024 * 1024;

/// What is asked for; all that a link to the next page has to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryAsk {
    /// The type's code; none for all types.
    kind: Option<u16>,
    /// Only what was written then or later, in milliseconds since 1970 (UTC).
    since_ms: u64,
    count: usize,
    /// Time (in milliseconds since 1970), record and version of the last one that was given.
    before: Option<(u64, u64, u32)>,
}

impl HistoryAsk {
    /// The versions of a type, or of all, since a time; at most `count` on a page (at most [`MAX_HISTORY_PAGE`], at least 1).
    pub fn new(kind: Option<ResourceType>, since_ms: u64, count: usize) -> Self {
        let count = count.clamp(1, MAX_HISTORY_PAGE);
        Self { kind: kind.map(ResourceType::code), since_ms, count, before: None }
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
    let kind = ask.kind;
    let moment = |(time_ms, record, version)| Moment { time_ms, record, version };
    let before = ask.before.map_or(Moment::END, moment);
    let mut versions = cell.store.versions_before(kind, before, ask.since_ms, ask.count)?;
    let mut bytes = 0;
    let fits = versions.iter().take_while(|past| {
        let first = bytes == 0;
        bytes += past.version.stored.sealed.body.len();
        first || bytes <= MAX_HISTORY_BYTES
    });
    let fits = fits.count();
    let is_full = fits == ask.count || fits < versions.len();
    versions.truncate(fits);
    let Some(last) = versions.last().map(|past| Moment::of(&past.version.stored)) else {
        // Asking for what is not there is logged, and a stranger learns nothing from it.
        return match cell.refuse(asker, ask.interaction(), RecordsError::NotFound).await {
            RecordsError::NotFound => Ok(AllHistoryPage { entries: Vec::new(), next: None, delivery: None }),
            other => Err(other),
        };
    };
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
    let before = Some((last.time_ms, last.record, last.version));
    let next = if is_full { Some(cell.links.seal(asker, &HistoryAsk { before, ..ask })?) } else { None };
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

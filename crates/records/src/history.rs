//! history-instance: the versions of a record, newest first, in pages.
//!
//! Never: a page that is larger than its bounds. State: none; a page says from where to go on.

use crate::open::admit;
use crate::record_id::random_bytes;
use crate::{Cell, Delivery, RecordsError};
use salus_fhir::ResourceType;
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;

/// The most versions of a page.
pub const MAX_HISTORY_PAGE: usize = 500;
/// About the most sealed bytes of a page; one version always fits.
const MAX_HISTORY_BYTES: usize = 4 * 1024 * 1024;

/// One version.
#[derive(Debug)]
pub struct HistoryEntry {
    /// The resource's text; none for a deletion.
    pub text: Option<Vec<u8>>,
    /// The version, from 1.
    pub version: u32,
    /// When it was written, in milliseconds since 1970 (UTC).
    pub time_ms: u64,
    /// Whether the record came to be with it, for the first time or again after a deletion.
    pub created: bool,
    /// Whether the server chose the id, so that it came by POST.
    pub server_id: bool,
}

/// A page of a record's versions.
#[derive(Debug)]
pub struct HistoryPage {
    /// The type.
    pub kind: ResourceType,
    /// The id.
    pub id: String,
    /// Newest first.
    pub entries: Vec<HistoryEntry>,
    /// How many versions the record has.
    pub total: u32,
    /// The next page begins below this version.
    pub next_before: Option<u32>,
    /// Until when it may be sent.
    pub delivery: Delivery,
}

/// At most `count` versions (at most [`MAX_HISTORY_PAGE`], at least 1), from below version `before`.
///
/// Errors: [`RecordsError::NotFound`] for what is missing or refused.
pub async fn history(
    cell: &Cell,
    asker: &Asker,
    kind: ResourceType,
    id: &str,
    before: Option<u32>,
    count: usize,
) -> Result<HistoryPage, RecordsError> {
    cell.serving()?;
    let count = count.clamp(1, MAX_HISTORY_PAGE);
    let (mut versions, total) = match cell.address(kind, id).await? {
        Some(address) => (
            cell.store.history(&address, before, count)?,
            cell.store.head(&address)?.map_or(0, |head| head.version),
        ),
        None => (Vec::new(), 0),
    };
    let mut bytes = 0;
    let fits = versions.iter().take_while(|version| {
        let first = bytes == 0;
        bytes += version.stored.sealed.body.len();
        first || bytes <= MAX_HISTORY_BYTES
    });
    let fits = fits.count();
    versions.truncate(fits);
    if versions.is_empty() {
        return Err(cell.refuse(asker, Interaction::HistoryInstance, RecordsError::NotFound).await);
    }
    let admission = admit(cell, asker, Interaction::HistoryInstance, &versions).await?;
    let mut entries = Vec::with_capacity(versions.len());
    for (at, version) in versions.iter().enumerate() {
        let header = version.stored.sealed.header;
        let after_deletion = versions.get(at + 1).is_some_and(|older| older.stored.sealed.header.deleted);
        entries.push(HistoryEntry {
            text: if header.deleted { None } else { Some(admission.open(&version.stored.sealed)?) },
            version: header.version,
            time_ms: header.time_ms,
            created: header.version == 1 || after_deletion,
            server_id: random_bytes(id).is_some(),
        });
    }
    let last = entries.last().map_or(1, |entry| entry.version);
    Ok(HistoryPage {
        kind,
        id: id.to_owned(),
        entries,
        total,
        next_before: (last > 1).then_some(last),
        delivery: Delivery::new(&cell.trust, &admission),
    })
}

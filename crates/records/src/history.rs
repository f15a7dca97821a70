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

/// Of which time versions are asked for, in milliseconds since 1970 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct When {
    /// Only what was written then or later.
    pub since_ms: u64,
    /// Only what was the record at some moment from the first to the last of these, both included.
    pub at_ms: Option<(u64, u64)>,
}

impl When {
    /// Which of these versions are of that time, given when each was written, newest first; and whether no older one is.
    fn select(self, written_ms: impl Iterator<Item = u64>) -> (Vec<usize>, bool) {
        let mut selected = Vec::new();
        for (at, time_ms) in written_ms.enumerate() {
            if time_ms < self.since_ms {
                return (selected, true);
            }
            let Some((low, high)) = self.at_ms else {
                selected.push(at);
                continue;
            };
            if time_ms <= high {
                selected.push(at);
            }
            // It was the record when that time began, so that what is older was not any more.
            if time_ms <= low {
                return (selected, true);
            }
        }
        (selected, false)
    }
}

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
    /// How many versions the record has; not said when those of some time are asked for.
    pub total: Option<u32>,
    /// The next page begins below this version.
    pub next_before: Option<u32>,
    /// Until when it may be sent.
    pub delivery: Delivery,
}

/// At most `count` versions (at most [`MAX_HISTORY_PAGE`], at least 1), from below version `before`. A page may be empty and
/// have one after it.
///
/// Errors: [`RecordsError::NotFound`] for what is missing or refused.
pub async fn history(
    cell: &Cell,
    asker: &Asker,
    kind: ResourceType,
    id: &str,
    before: Option<u32>,
    count: usize,
    when: When,
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
    let (selected, is_over) = when.select(versions.iter().map(|one| one.stored.sealed.header.time_ms));
    let last = versions.last().map_or(1, |version| version.stored.sealed.header.version);
    let deleted: Vec<bool> = versions.iter().map(|version| version.stored.sealed.header.deleted).collect();
    // That there is none of that time is said only to those who may read the record.
    let is_asked = |at: usize| selected.binary_search(&at).is_ok() || (at == 0 && selected.is_empty());
    let asked: Vec<_> = versions
        .into_iter()
        .enumerate()
        .filter(|(at, _)| is_asked(*at))
        .map(|(_, version)| version)
        .collect();
    let admission = admit(cell, asker, Interaction::HistoryInstance, &asked).await?;
    let mut entries = Vec::with_capacity(selected.len());
    for (at, version) in selected.iter().zip(&asked) {
        let header = version.stored.sealed.header;
        let after_deletion = deleted.get(at + 1).is_some_and(|deleted| *deleted);
        entries.push(HistoryEntry {
            text: if header.deleted { None } else { Some(admission.open(&version.stored.sealed)?) },
            version: header.version,
            time_ms: header.time_ms,
            created: header.version == 1 || after_deletion,
            server_id: random_bytes(id).is_some(),
        });
    }
    Ok(HistoryPage {
        kind,
        id: id.to_owned(),
        entries,
        total: (when == When::default()).then_some(total),
        next_before: (last > 1 && !is_over).then_some(last),
        delivery: Delivery::new(&cell.trust, &admission),
    })
}

#[cfg(test)]
mod tests {
    use super::When;

    #[test]
    fn versions_of_a_time_are_those_that_were_the_record_then() {
        let written = [50, 40, 30, 20, 10];
        for (since_ms, at_ms, expected, is_over) in [
            (0, None, vec![0, 1, 2, 3, 4], false),
            (30, None, vec![0, 1, 2], true),
            (51, None, vec![], true),
            (0, Some((35, 35)), vec![2], true),
            (0, Some((30, 30)), vec![2], true),
            (0, Some((30, 45)), vec![1, 2], true),
            (0, Some((60, 70)), vec![0], true),
            (0, Some((0, 5)), vec![], false),
            (25, Some((0, 45)), vec![1, 2], true),
        ] {
            let when = When { since_ms, at_ms };
            assert_eq!(when.select(written.into_iter()), (expected, is_over), "{when:?}");
        }
    }
}

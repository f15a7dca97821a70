//! search-type by `_id` alone: the records of these ids, as far as they are there and admitted.
//!
//! Never: says which of the others are missing and which were refused. State: none.

use crate::open::admit;
use crate::{Cell, Delivery, RecordsError, text};
use salus_fhir::ResourceType;
use salus_store::WrappedVersion;
use salus_trust_api::client::Asker;
use salus_trust_api::{Admission, Interaction};

/// The most ids of one search.
pub const MAX_IDS: usize = 500;
/// The most sealed bytes that are opened for one search.
const MAX_FOUND_BYTES: usize = 8 * 1024 * 1024;

/// What a search found.
#[derive(Debug)]
pub struct Found {
    /// The type.
    pub kind: ResourceType,
    /// Id and text of each record, in the order of the ids asked for.
    pub records: Vec<(String, Vec<u8>)>,
    /// Until when it may be sent; none when nothing was found.
    pub delivery: Option<Delivery>,
}

/// The records of these ids; one that is named twice is found once.
///
/// Errors: [`RecordsError::Malformed`] above [`MAX_IDS`] or above the bound of bytes.
pub async fn by_id(
    cell: &Cell,
    asker: &Asker,
    kind: ResourceType,
    ids: &[&str],
) -> Result<Found, RecordsError> {
    cell.serving()?;
    if ids.len() > MAX_IDS {
        return Err(RecordsError::Malformed(vec![text::too_many_ids(MAX_IDS)]));
    }
    let addresses = cell.addresses(ids.iter().map(|id| (kind, *id))).await?;
    let mut there: Vec<(&str, WrappedVersion)> = Vec::new();
    let mut missing = false;
    let mut bytes = 0;
    for id in ids {
        if there.iter().any(|(known, _)| known == id) {
            continue;
        }
        let found = match addresses.get(&(kind, *id)) {
            Some(address) => cell.store.read(address)?.filter(|found| !found.stored.sealed.header.deleted),
            None => None,
        };
        match found {
            Some(version) => {
                bytes += version.stored.sealed.body.len();
                there.push((id, version));
            }
            None => missing = true,
        }
    }
    if bytes > MAX_FOUND_BYTES {
        let answer = RecordsError::Malformed(vec![text::too_large_together()]);
        return Err(cell.refuse(asker, Interaction::SearchType, answer).await);
    }
    if missing || there.is_empty() {
        // Asking for what is not there is logged, and a stranger learns nothing from it.
        match cell.refuse(asker, Interaction::SearchType, RecordsError::NotFound).await {
            RecordsError::NotFound => {}
            other => return Err(other),
        }
    }
    let mut found = Found { kind, records: Vec::new(), delivery: None };
    if there.is_empty() {
        return Ok(found);
    }
    let (ids, versions): (Vec<&str>, Vec<WrappedVersion>) = there.into_iter().unzip();
    match admit(cell, asker, Interaction::SearchType, &versions).await {
        Ok(admission) => found.add(cell, &admission, &ids, &versions)?,
        // One that is refused refuses all: each for itself then.
        Err(RecordsError::NotFound) if versions.len() > 1 => {
            for (id, version) in ids.iter().zip(&versions) {
                let one = std::slice::from_ref(version);
                match admit(cell, asker, Interaction::SearchType, one).await {
                    Ok(admission) => found.add(cell, &admission, &[id], one)?,
                    Err(RecordsError::NotFound) => {}
                    Err(other) => return Err(other),
                }
            }
        }
        Err(RecordsError::NotFound) => {}
        Err(other) => return Err(other),
    }
    Ok(found)
}

impl Found {
    fn add(
        &mut self,
        cell: &Cell,
        admission: &Admission,
        ids: &[&str],
        versions: &[WrappedVersion],
    ) -> Result<(), RecordsError> {
        for (id, version) in ids.iter().zip(versions) {
            self.records.push(((*id).to_owned(), admission.open(&version.stored.sealed)?));
        }
        let delivery = Delivery::new(&cell.trust, admission);
        self.delivery = Some(match self.delivery.take() {
            Some(before) => before.with(delivery),
            None => delivery,
        });
        Ok(())
    }
}

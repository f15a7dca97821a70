//! read: the newest version of a record.

use crate::open::open;
use crate::{Cell, Opened, RecordsError};
use salus_fhir::ResourceType;
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;

/// Reads a record.
///
/// Errors: [`RecordsError::NotFound`] for what is missing or refused; [`RecordsError::Gone`] for what was deleted.
pub async fn read(cell: &Cell, asker: &Asker, kind: ResourceType, id: &str) -> Result<Opened, RecordsError> {
    cell.serving()?;
    let found = match cell.address(kind, id).await? {
        Some(address) => cell.store.read(&address)?,
        None => None,
    };
    match found {
        Some(version) => open(cell, asker, Interaction::Read, version).await,
        None => Err(cell.refuse(asker, Interaction::Read, RecordsError::NotFound).await),
    }
}

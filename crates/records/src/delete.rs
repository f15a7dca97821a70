//! delete: a version that says that the record was deleted. What was there before stays, as its history.

use crate::create::write_one;
use crate::open::admit;
use crate::update::{Precondition, refuse_of_existing};
use crate::write::Draft;
use crate::{Cell, RecordsError};
use salus_fhir::ResourceType;
use salus_store::LedgerMark;
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use std::sync::Arc;

/// A record that is deleted now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// The version that says so.
    pub version: u32,
    /// The log entry that admitted it.
    pub entry: u64,
}

/// Deletes the record. One that was deleted already stays as it is.
///
/// Errors: [`RecordsError::NotFound`] for what is missing or refused; [`RecordsError::Precondition`].
pub async fn delete(
    cell: &Arc<Cell>,
    asker: &Asker,
    kind: ResourceType,
    id: &str,
    precondition: Precondition,
) -> Result<Deleted, RecordsError> {
    delete_marked(cell, asker, kind, id, precondition, None).await
}

pub(crate) async fn delete_marked(
    cell: &Arc<Cell>,
    asker: &Asker,
    kind: ResourceType,
    id: &str,
    precondition: Precondition,
    ledger: Option<LedgerMark>,
) -> Result<Deleted, RecordsError> {
    cell.serving()?;
    let interaction = Interaction::Delete;
    let Some(address) = cell.address(kind, id).await? else {
        return Err(cell.refuse(asker, interaction, RecordsError::NotFound).await);
    };
    let guards = cell.locks.lock([&address]).await;
    let Some(head) = cell.store.head(&address)? else {
        return Err(cell.refuse(asker, interaction, RecordsError::NotFound).await);
    };
    if head.deleted {
        let there = cell.store.read(&address)?.ok_or(RecordsError::Internal)?;
        let admission = admit(cell, asker, interaction, &[there]).await?;
        return Ok(Deleted { version: head.version, entry: admission.receipt().entry });
    }
    if let Err(answer) = precondition.check(Some(&head), "") {
        return Err(refuse_of_existing(cell, asker, interaction, &address, answer).await);
    }
    let draft = Draft { kind, id: id.to_owned(), address, head: Some(head), resource: None };
    let written = write_one(cell, asker, interaction, draft, guards, ledger).await?;
    Ok(Deleted { version: written.version, entry: written.entry })
}

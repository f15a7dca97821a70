//! delete: a version that says that the record was deleted. What was there before stays, as its history.

use crate::create::write_one;
use crate::lock::RecordGuards;
use crate::open::admit;
use crate::search::one::{self, Matched};
use crate::update::{Precondition, refuse_of_existing};
use crate::write::Draft;
use crate::{Cell, RecordsError, text};
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
    delete_marked(cell, asker, kind, id, precondition, None, RecordGuards::new()).await
}

/// Deletes the one record that a query string finds; none when it finds none.
///
/// Errors: [`RecordsError::Precondition`] when it finds several, or says nothing; else as [`delete`].
pub async fn delete_by(
    cell: &Arc<Cell>,
    asker: &Asker,
    kind: ResourceType,
    query: &str,
    precondition: Precondition,
) -> Result<Option<Deleted>, RecordsError> {
    delete_marked_by(cell, asker, kind, query, precondition, None).await
}

pub(crate) async fn delete_marked_by(
    cell: &Arc<Cell>,
    asker: &Asker,
    kind: ResourceType,
    query: &str,
    precondition: Precondition,
    ledger: Option<LedgerMark>,
) -> Result<Option<Deleted>, RecordsError> {
    cell.serving()?;
    let guards = one::lock(cell, &[(kind, query)]).await;
    match one::matched(cell, asker, Interaction::Delete, kind, query, "").await? {
        Matched::None => Ok(None),
        Matched::One(one) => {
            delete_marked(cell, asker, kind, &one.id, precondition, ledger, guards).await.map(Some)
        }
        Matched::Hidden(_) => Err(RecordsError::NotFound),
        Matched::Several => Err(RecordsError::Precondition(vec![text::several_match(String::new())])),
    }
}

pub(crate) async fn delete_marked(
    cell: &Arc<Cell>,
    asker: &Asker,
    kind: ResourceType,
    id: &str,
    precondition: Precondition,
    ledger: Option<LedgerMark>,
    mut guards: RecordGuards,
) -> Result<Deleted, RecordsError> {
    cell.serving()?;
    let interaction = Interaction::Delete;
    let Some(address) = cell.address(kind, id).await? else {
        return Err(cell.refuse(asker, interaction, RecordsError::NotFound).await);
    };
    guards.extend(cell.locks.lock([&address]).await);
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
    let draft = Draft { kind, id: id.to_owned(), address, head: Some(head), resource: None, about: None };
    let written = write_one(cell, asker, interaction, draft, guards, ledger).await?;
    Ok(Deleted { version: written.version, entry: written.entry })
}

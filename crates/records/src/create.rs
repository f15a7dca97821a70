//! create: a new record under an id of the server's.

use crate::compartment::Placing;
use crate::land::{Work, land};
use crate::write::{Draft, Written, make_ready};
use crate::{Cell, RecordsError, record_id};
use salus_fhir::{Issue, Resource, ResourceType, Severity};
use salus_store::{Address, LedgerMark, StoredId};
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use std::collections::HashMap;
use std::sync::Arc;

/// Creates a record from a resource's text.
///
/// Errors: [`RecordsError::Malformed`], [`RecordsError::Invalid`] with every fault found.
pub async fn create(
    cell: &Arc<Cell>,
    asker: &Asker,
    kind: ResourceType,
    body: Vec<u8>,
) -> Result<Written, RecordsError> {
    cell.serving()?;
    let resource = parse(cell, asker, Interaction::Create, kind, body).await?;
    create_resource(cell, asker, resource, None).await
}

pub(crate) async fn create_resource(
    cell: &Arc<Cell>,
    asker: &Asker,
    resource: Resource,
    ledger: Option<LedgerMark>,
) -> Result<Written, RecordsError> {
    let (id, bytes) = record_id::fresh()?;
    let kind = resource.kind();
    let address = Address { kind: kind.code(), id: StoredId::Random(bytes) };
    let draft = Draft { kind, id, address, head: None, resource: Some(resource) };
    write_one(cell, asker, Interaction::Create, draft, Vec::new(), ledger).await
}

/// Places one draft and lands it.
pub(crate) async fn write_one(
    cell: &Arc<Cell>,
    asker: &Asker,
    interaction: Interaction,
    draft: Draft,
    guards: crate::lock::RecordGuards,
    ledger: Option<LedgerMark>,
) -> Result<Written, RecordsError> {
    let drafts = [draft];
    let placing = Placing { cell, drafts: &drafts, full_urls: &HashMap::new(), places: &[] };
    let (homes, all) = match placing.place().await {
        Ok(placed) => placed,
        // What the store was asked for it is said only to those who are signed in.
        Err(refused) => return Err(cell.refuse(asker, interaction, refused).await),
    };
    let drafts = drafts.into_iter().zip(homes).collect();
    let work = Work { interaction, versions: make_ready(cell, drafts, None)?, homes: all, ledger, guards };
    land(cell, asker, work).await?.pop().ok_or(RecordsError::Internal)
}

/// Reads and checks a body; a stranger does not learn what is wrong with it.
pub(crate) async fn parse(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    kind: ResourceType,
    body: Vec<u8>,
) -> Result<Resource, RecordsError> {
    let parsed = cell.heavy.run(body.len(), || Resource::parse_bytes(body, Some(kind))).await;
    match parsed {
        Ok(resource) => Ok(resource),
        Err(issues) => Err(cell.refuse(asker, interaction, faulty(issues)).await),
    }
}

/// What cannot be read at all is malformed; what can be read and breaks a rule is invalid.
pub(crate) fn faulty(issues: Vec<Issue>) -> RecordsError {
    if issues.iter().any(|issue| issue.severity == Severity::Fatal) {
        RecordsError::Malformed(issues)
    } else {
        RecordsError::Invalid(issues)
    }
}

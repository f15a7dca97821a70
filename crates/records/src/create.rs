//! create: a new record under an id of the server's.

use crate::checks::{Occasion, WEIGHT};
use crate::compartment::Placing;
use crate::land::{Work, land};
use crate::lock::RecordGuards;
use crate::search::one::{self, Matched, One};
use crate::write::{Draft, Written, make_ready};
use crate::{Cell, RecordsError, Sent, own_parameters, record_id, text};
use salus_fhir::{Issue, Resource, ResourceType, Severity};
use salus_store::{Address, LedgerMark, StoredId};
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use std::collections::HashMap;
use std::sync::Arc;

/// What came of a write that depends on whether something is there.
#[derive(Debug)]
pub enum Conditional {
    /// It was written.
    Written(Written),
    /// There is such a record already: it stays as it is.
    There(Box<One>),
}

/// Creates a record from a resource's text. With `if_none_exist`, a query string, only if it finds none.
///
/// Errors: [`RecordsError::Malformed`], [`RecordsError::Invalid`] with every fault found; [`RecordsError::Precondition`] when the
/// query finds several, or says nothing.
pub async fn create(
    cell: &Arc<Cell>,
    asker: &Asker,
    kind: ResourceType,
    if_none_exist: Option<&str>,
    body: impl Into<Sent>,
) -> Result<Conditional, RecordsError> {
    cell.serving()?;
    let resource = parse(cell, asker, Interaction::Create, kind, body.into()).await?;
    create_resource(cell, asker, resource, if_none_exist, None).await
}

pub(crate) async fn create_resource(
    cell: &Arc<Cell>,
    asker: &Asker,
    resource: Resource,
    if_none_exist: Option<&str>,
    ledger: Option<LedgerMark>,
) -> Result<Conditional, RecordsError> {
    let kind = resource.kind();
    let mut guards = RecordGuards::new();
    if let Some(query) = if_none_exist {
        guards = one::lock(cell, &[(kind, query)]).await;
        match one::matched(cell, asker, Interaction::Create, kind, query, "").await? {
            Matched::None => {}
            Matched::One(one) | Matched::Hidden(one) => return Ok(Conditional::There(one)),
            Matched::Several => {
                return Err(RecordsError::Precondition(vec![text::several_match(String::new())]));
            }
        }
    }
    create_new(cell, asker, resource, ledger, guards).await.map(Conditional::Written)
}

/// Creates the record, whatever else is there.
pub(crate) async fn create_new(
    cell: &Arc<Cell>,
    asker: &Asker,
    resource: Resource,
    ledger: Option<LedgerMark>,
    guards: RecordGuards,
) -> Result<Written, RecordsError> {
    let (id, bytes) = record_id::fresh()?;
    let kind = resource.kind();
    let address = Address { kind: kind.code(), id: StoredId::Random(bytes) };
    let draft = Draft { kind, id, address, head: None, resource: Some(resource), about: None };
    write_one(cell, asker, Interaction::Create, draft, guards, ledger).await
}

/// Places one draft and lands it.
pub(crate) async fn write_one(
    cell: &Arc<Cell>,
    asker: &Asker,
    interaction: Interaction,
    draft: Draft,
    guards: RecordGuards,
    ledger: Option<LedgerMark>,
) -> Result<Written, RecordsError> {
    let drafts = [draft];
    let placing = Placing { cell, drafts: &drafts, full_urls: &HashMap::new(), places: &[] };
    let (homes, all) = match placing.place().await {
        Ok(placed) => placed,
        // What the store was asked for it is said only to those who are signed in.
        Err(refused) => return Err(cell.refuse(asker, interaction, refused).await),
    };
    let kinds: Vec<ResourceType> = drafts.iter().map(|draft| draft.kind).collect();
    let drafts = drafts.into_iter().zip(homes).collect();
    let held = own_parameters::hold(cell, kinds).await;
    let (versions, changes) = match make_ready(cell, drafts, None, &[]) {
        Ok(ready) => ready,
        Err(refused) => return Err(cell.refuse(asker, interaction, refused).await),
    };
    let work = Work { interaction, versions, homes: all, ledger, changes, held, guards };
    land(cell, asker, work).await?.pop().ok_or(RecordsError::Internal)
}

/// Reads and checks a body, by profiles too; a stranger does not learn what is wrong with it.
pub(crate) async fn parse(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    kind: ResourceType,
    body: Sent,
) -> Result<Resource, RecordsError> {
    let checks = cell.checks();
    let weight = body.len().saturating_mul(WEIGHT);
    let read = || checks.checked(Resource::parse(body.json()?, Some(kind))?, Occasion::Write);
    let parsed = cell.heavy.run(weight, read).await;
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

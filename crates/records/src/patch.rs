//! patch: a record changed in part. What is there is read, changed and written as a new version, while nobody else writes it.
//!
//! It is a read and an update, and is admitted, charged and logged as both: who may not read a record can't find out by a patch
//! what stands in it.
//!
//! Never: writes what is no valid resource; does a part of a patch. State: none.

use crate::checks::{Occasion, WEIGHT};
use crate::create::{faulty, write_one};
use crate::lock::RecordGuards;
use crate::open::open;
use crate::record_id::is_id;
use crate::search::one::{self, Matched};
use crate::update::{Precondition, refuse_of_existing};
use crate::write::{Draft, Written};
use crate::{Cell, RecordsError, Sent, text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use salus_fhir::patch::{Patch, PatchFault};
use salus_fhir::{Issue, IssueCode, Message, Resource, ResourceType, Severity};
use salus_store::{Address, LedgerMark};
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use std::sync::Arc;

/// The content type of a JSON Patch.
pub const JSON_PATCH: &str = "application/json-patch+json";

/// A patch as it was sent.
#[derive(Debug)]
pub enum SentPatch {
    /// A JSON Patch.
    Json(Vec<u8>),
    /// A FHIRPath Patch, which is a Parameters resource.
    Parameters(Sent),
    /// What `$meta-add` (true) or `$meta-delete` takes, a Parameters resource.
    Meta(Sent, bool),
}

impl SentPatch {
    fn read(self) -> Result<Patch, Vec<Issue>> {
        let parameters = |sent: Sent| Resource::parse(sent.json()?, ResourceType::from_name("Parameters"));
        match self {
            Self::Json(bytes) => {
                let text = String::from_utf8(bytes).map_err(|_| {
                    vec![Issue::new(IssueCode::Structure, Message::NotUtf8).with_severity(Severity::Fatal)]
                })?;
                Patch::json(&text)
            }
            Self::Parameters(sent) => Patch::fhirpath(&parameters(sent)?),
            Self::Meta(sent, adds) => Patch::meta(&parameters(sent)?, adds),
        }
    }
}

/// The patch that an entry of a Bundle holds: Parameters, or a Binary with a JSON Patch (FHIR R4, section 3.1.0.12).
///
/// Errors: every fault found.
pub(crate) fn of_entry(resource: &Resource) -> Result<Patch, Vec<Issue>> {
    if resource.kind().name() != "Binary" {
        return Patch::fhirpath(resource);
    }
    let root = resource.root();
    let is_patch = root.get_str("contentType").is_some_and(|kind| kind == JSON_PATCH);
    let data =
        root.get_str("data").filter(|_| is_patch).map(|data| data.split_whitespace().collect::<String>());
    let bytes = data.and_then(|data| STANDARD.decode(data).ok());
    match bytes {
        Some(bytes) => SentPatch::Json(bytes).read(),
        None => Err(vec![PatchFault::whole().into_issue()]),
    }
}

/// Patches a record.
///
/// Errors: [`RecordsError::Malformed`] and [`RecordsError::Invalid`] for what is no patch, can't be applied or makes no valid
/// resource; [`RecordsError::Precondition`]; [`RecordsError::NotFound`] for what is missing or refused; [`RecordsError::Gone`].
pub async fn patch(
    cell: &Arc<Cell>,
    asker: &Asker,
    kind: ResourceType,
    id: &str,
    precondition: Precondition,
    sent: SentPatch,
) -> Result<Written, RecordsError> {
    cell.serving()?;
    let patch = read(cell, asker, sent).await?;
    patch_record(cell, asker, (kind, id), precondition, &patch, None).await
}

/// Patches the one record that a query string finds.
///
/// Errors: [`RecordsError::NotFound`] when it finds none; [`RecordsError::Precondition`] when it finds several, or says nothing;
/// else as [`patch`].
pub async fn patch_by(
    cell: &Arc<Cell>,
    asker: &Asker,
    kind: ResourceType,
    query: &str,
    precondition: Precondition,
    sent: SentPatch,
) -> Result<Written, RecordsError> {
    cell.serving()?;
    let patch = read(cell, asker, sent).await?;
    patch_record_by(cell, asker, (kind, query), precondition, &patch, None).await
}

/// A stranger does not learn what is wrong with it.
async fn read(cell: &Cell, asker: &Asker, sent: SentPatch) -> Result<Patch, RecordsError> {
    match sent.read() {
        Ok(patch) => Ok(patch),
        Err(issues) => Err(cell.refuse(asker, Interaction::Update, faulty(issues)).await),
    }
}

pub(crate) async fn patch_record(
    cell: &Arc<Cell>,
    asker: &Asker,
    (kind, id): (ResourceType, &str),
    precondition: Precondition,
    patch: &Patch,
    ledger: Option<LedgerMark>,
) -> Result<Written, RecordsError> {
    write(cell, asker, (kind, id), precondition, patch, ledger, RecordGuards::new()).await
}

pub(crate) async fn patch_record_by(
    cell: &Arc<Cell>,
    asker: &Asker,
    (kind, query): (ResourceType, &str),
    precondition: Precondition,
    patch: &Patch,
    ledger: Option<LedgerMark>,
) -> Result<Written, RecordsError> {
    let guards = one::lock(cell, &[(kind, query)]).await;
    match one::matched(cell, asker, Interaction::Update, kind, query, "").await? {
        Matched::One(one) => write(cell, asker, (kind, &one.id), precondition, patch, ledger, guards).await,
        Matched::None | Matched::Hidden(_) => Err(RecordsError::NotFound),
        Matched::Several => Err(RecordsError::Precondition(vec![text::several_match(String::new())])),
    }
}

async fn write(
    cell: &Arc<Cell>,
    asker: &Asker,
    (kind, id): (ResourceType, &str),
    precondition: Precondition,
    patch: &Patch,
    ledger: Option<LedgerMark>,
    mut guards: RecordGuards,
) -> Result<Written, RecordsError> {
    let found = if is_id(id) { cell.address(kind, id).await? } else { None };
    let Some(address) = found else {
        return Err(cell.refuse(asker, Interaction::Update, RecordsError::NotFound).await);
    };
    guards.extend(cell.locks.lock([&address]).await);
    let head = cell.store.head(&address)?;
    if let Err(answer) = precondition.check(head.as_ref(), "") {
        return Err(refuse_of_existing(cell, asker, Interaction::Update, &address, answer).await);
    }
    let resource = patched(cell, asker, Interaction::Update, (kind, id, &address), patch).await?;
    let draft = Draft { kind, id: id.to_owned(), address, head, resource: Some(resource), about: None };
    write_one(cell, asker, Interaction::Update, draft, guards, ledger).await
}

/// What a patch makes of the record that is there, which must be locked.
///
/// Errors: as [`patch`].
pub(crate) async fn patched(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    (kind, id, address): (ResourceType, &str, &Address),
    patch: &Patch,
) -> Result<Resource, RecordsError> {
    let Some(version) = cell.store.read(address)? else {
        return Err(cell.refuse(asker, interaction, RecordsError::NotFound).await);
    };
    let opened = open(cell, asker, interaction, version).await?;
    // Whether a patch can be applied tells of what stands there, as the answer's resource does.
    opened.delivery.delivered();
    let before = String::from_utf8(opened.text).map_err(|_| RecordsError::Internal)?;
    let checks = cell.checks();
    let made = cell.heavy.run(before.len().saturating_mul(WEIGHT), || {
        let after = patch.apply(&before).map_err(|fault| vec![fault.into_issue()])?;
        checks.checked(Resource::parse(after, Some(kind))?, Occasion::Write)
    });
    let resource = made.await.map_err(RecordsError::Invalid)?;
    if resource.id() != Some(id) {
        return Err(RecordsError::Invalid(vec![text::id_differs(format!("{kind}.id"))]));
    }
    Ok(resource)
}

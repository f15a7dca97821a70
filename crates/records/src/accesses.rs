//! Who has looked at a patient's record: asked of the access log, and an access itself.
//!
//! Never: opens the record. State: none.

use crate::{Cell, Delivery, RecordsError};
use salus_fhir::ResourceType;
use salus_store::WrappedVersion;
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use salus_trust_api::wire::CompartmentWrap;
use salus_trust_api::wire::access::Access;

/// Who has looked, the newest first.
#[derive(Debug)]
pub struct Accesses {
    /// One for each visit.
    pub accesses: Vec<Access>,
    /// Where to go on, as `before`; none at the log's beginning. There may be more although there are few, or none, here.
    pub next: Option<u64>,
    /// Until when it may be sent.
    pub delivery: Delivery,
}

/// Visits to the record of the Patient with this id that began before the entry `before`, at most `limit`
/// ([`salus_trust_api::wire::access::MAX_ACCESSES`] at most). Charged as that patient's chart.
///
/// Errors: [`RecordsError::NotFound`] for what is missing or refused, [`RecordsError::Budget`].
pub async fn accesses(
    cell: &Cell,
    asker: &Asker,
    patient_id: &str,
    before: Option<u64>,
    limit: u32,
) -> Result<Accesses, RecordsError> {
    cell.serving()?;
    let patient = ResourceType::from_name("Patient").ok_or(RecordsError::Internal)?;
    let found = match cell.address(patient, patient_id).await? {
        Some(address) => cell.store.read(&address)?,
        None => None,
    };
    let Some(version) = found else {
        return Err(cell.refuse(asker, Interaction::Accesses, RecordsError::NotFound).await);
    };
    of_version(cell, asker, version, before, limit).await
}

/// The same of the patient whom the asker is, by the number of their Patient record.
///
/// Errors: as of [`accesses`].
pub async fn own_accesses(
    cell: &Cell,
    asker: &Asker,
    record: u64,
    before: Option<u64>,
    limit: u32,
) -> Result<Accesses, RecordsError> {
    cell.serving()?;
    match cell.store.versions(&[(record, 1)])?.pop().flatten() {
        Some(version) => of_version(cell, asker, version, before, limit).await,
        None => Err(cell.refuse(asker, Interaction::Accesses, RecordsError::NotFound).await),
    }
}

async fn of_version(
    cell: &Cell,
    asker: &Asker,
    version: WrappedVersion,
    before: Option<u64>,
    limit: u32,
) -> Result<Accesses, RecordsError> {
    let number = version.stored.sealed.header.compartment;
    let wrap = CompartmentWrap { number, wrap: version.compartment_wrap };
    let (page, ends, under) =
        cell.trust.accesses(asker, wrap, before, limit).await.map_err(RecordsError::of_existing)?;
    let delivery = Delivery::of_receipt(&cell.trust, page.receipt, ends, under);
    Ok(Accesses { accesses: page.accesses, next: page.next, delivery })
}

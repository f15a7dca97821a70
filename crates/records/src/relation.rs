//! Who treats whom: what somebody said of why they open a patient's record, and a patient's own access.
//!
//! Never: opens more than the Patient record of whoever is a patient. State: none.

use crate::open::open;
use crate::{Cell, Opened, RecordsError};
use salus_fhir::ResourceType;
use salus_seal::entry::relation::{Reason, Statement};
use salus_store::WrappedVersion;
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use salus_trust_api::wire::CompartmentWrap;
use salus_trust_api::wire::relation::AccessGiven;

/// What is known of a patient's record before it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated {
    /// What the asker said within a day of why they open it.
    pub reason: Option<Reason>,
    /// When its first version was written, in milliseconds since 1970.
    pub made_ms: u64,
}

/// What the asker said of the Patient with this id; none where there is no such record.
///
/// Errors: [`RecordsError::NoSession`]; what hinders the keyholder or the store.
pub async fn stated(cell: &Cell, asker: &Asker, patient_id: &str) -> Result<Option<Stated>, RecordsError> {
    cell.serving()?;
    let Some(version) = patient(cell, patient_id).await? else { return Ok(None) };
    let record = version.stored.sealed.header.record;
    let first = cell.store.versions(&[(record, 1)])?.pop().flatten();
    let made_ms = first.map_or(0, |first| first.stored.sealed.header.time_ms);
    let reason = cell.trust.stated(asker, wrap(version)).await.map_err(RecordsError::of_existing)?;
    Ok(Some(Stated { reason, made_ms }))
}

/// The asker says why they open the record of the Patient with this id. Charged as that patient's chart, and an entry of the log.
///
/// Errors: [`RecordsError::NotFound`] for what is missing or refused, [`RecordsError::Budget`].
pub async fn relate(
    cell: &Cell,
    asker: &Asker,
    patient_id: &str,
    statement: Statement,
) -> Result<(), RecordsError> {
    cell.serving()?;
    match patient(cell, patient_id).await? {
        Some(version) => {
            cell.trust.relate(asker, wrap(version), statement).await.map_err(RecordsError::of_existing)
        }
        None => Err(cell.refuse(asker, Interaction::Relation, RecordsError::NotFound).await),
    }
}

/// A patient is to see who has looked at their record: a code on paper. Charged as that patient's chart.
///
/// Errors: [`RecordsError::NotFound`] for what is missing or refused, [`RecordsError::Budget`].
pub async fn give_access(cell: &Cell, asker: &Asker, patient_id: &str) -> Result<AccessGiven, RecordsError> {
    cell.serving()?;
    match patient(cell, patient_id).await? {
        Some(version) => {
            let record = version.stored.sealed.header.record;
            let given = cell.trust.give_access(asker, wrap(version), record).await;
            given.map_err(RecordsError::of_existing)
        }
        None => Err(cell.refuse(asker, Interaction::Relation, RecordsError::NotFound).await),
    }
}

/// The first version of the Patient record of the patient whom the asker is, by its number.
///
/// Errors: [`RecordsError::NotFound`] for what is missing or refused, [`RecordsError::Budget`].
pub async fn own_record(cell: &Cell, asker: &Asker, record: u64) -> Result<Opened, RecordsError> {
    cell.serving()?;
    match cell.store.versions(&[(record, 1)])?.pop().flatten() {
        Some(version) => open(cell, asker, Interaction::Read, version).await,
        None => Err(cell.refuse(asker, Interaction::Read, RecordsError::NotFound).await),
    }
}

async fn patient(cell: &Cell, id: &str) -> Result<Option<WrappedVersion>, RecordsError> {
    let kind = ResourceType::from_name("Patient").ok_or(RecordsError::Internal)?;
    match cell.address(kind, id).await? {
        Some(address) => Ok(cell.store.read(&address)?),
        None => Ok(None),
    }
}

fn wrap(version: WrappedVersion) -> CompartmentWrap {
    let number = version.stored.sealed.header.compartment;
    CompartmentWrap { number, wrap: version.compartment_wrap }
}

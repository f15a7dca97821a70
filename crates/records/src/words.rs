//! The words of what is written: by what a record is found, by R4's parameters and the cell's own.
//!
//! State: none.

use crate::{Cell, RecordsError, text};
use salus_extractor::TooManyValues;
pub(crate) use salus_extractor::{range, record_name};
use salus_fhir::{Resource, ResourceType};
use salus_trust_api::wire::words::RecordName;

/// The encoded words of a resource that is stored under `id`.
///
/// Errors: [`RecordsError::Invalid`] for a resource with too many values.
pub(crate) fn words(cell: &Cell, resource: &Resource, id: &str) -> Result<Vec<u8>, RecordsError> {
    let parameters = cell.parameters();
    let words = salus_extractor::words(resource, id, &parameters.custom, cell.base_url(), parameters.made);
    words.map_err(|TooManyValues| RecordsError::Invalid(vec![text::too_many_values(resource.kind().name())]))
}

pub(crate) fn name_of(kind: ResourceType, id: &str) -> RecordName {
    RecordName { kind: kind.code(), id: id.to_owned() }
}

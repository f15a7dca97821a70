//! vread: one version of a record.

use crate::open::open;
use crate::{Cell, Opened, RecordsError};
use salus_fhir::ResourceType;
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;

/// Reads one version of a record. What is no version number is missing.
///
/// Errors: [`RecordsError::NotFound`] for what is missing or refused; [`RecordsError::Gone`] for a version that says that
/// the record was deleted.
pub async fn vread(
    cell: &Cell,
    asker: &Asker,
    kind: ResourceType,
    id: &str,
    version: &str,
) -> Result<Opened, RecordsError> {
    cell.serving()?;
    let found = match (cell.address(kind, id).await?, version_number(version)) {
        (Some(address), Some(version)) => cell.store.vread(&address, version)?,
        _ => None,
    };
    match found {
        Some(version) => open(cell, asker, Interaction::Vread, version).await,
        None => Err(cell.refuse(asker, Interaction::Vread, RecordsError::NotFound).await),
    }
}

/// A version as this server writes it: a number from 1, without a sign or leading zeros.
pub(crate) fn version_number(text: &str) -> Option<u32> {
    let canonical = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| canonical)
}

#[cfg(test)]
mod tests {
    use super::version_number;

    #[test]
    fn versions_are_written_in_one_way() {
        assert_eq!(version_number("12"), Some(12));
        for other in ["", "0", "01", "+1", "-1", "1.0", "x", "4294967296"] {
            assert_eq!(version_number(other), None, "{other}");
        }
    }
}

//! Administration of a cell, for the pages: passed on to the keyholder, which decides and logs.
//!
//! Never: decides; knows who may. State: none.

use crate::{Cell, RecordsError};
use salus_trust_api::client::Asker;
use salus_trust_api::wire::AdminError;
use salus_trust_api::wire::administer::{CellAnswer, CellAsk};

/// How many alarms of the cell nobody has acknowledged.
///
/// Errors: [`RecordsError::NoSession`]; [`RecordsError::NotFound`] for a role that does not administer.
pub async fn alarm_count(cell: &Cell, asker: &Asker) -> Result<u32, RecordsError> {
    cell.trust.alarm_count(asker).await.map_err(RecordsError::of_existing)
}

/// Asks something about the cell, or changes it. The inner error says what is wrong with what was asked.
///
/// Errors: [`RecordsError::NoSession`]; [`RecordsError::NotFound`] for a role that does not administer, and for a change in a cell that
/// is cut off; [`RecordsError::Full`].
pub async fn administer(
    cell: &Cell,
    asker: &Asker,
    ask: CellAsk,
) -> Result<Result<CellAnswer, AdminError>, RecordsError> {
    cell.trust.administer(asker, ask).await.map_err(RecordsError::of_existing)
}

//! How cells check what is written, asked of the keyholder. State: none.

use crate::client::{Trust, TrustError};
use crate::wire::checks::{ChecksKnown, ChecksShown};
use crate::wire::{Answer, Ask};
use salus_seal::CellId;

impl Trust {
    /// The settings of those cells of which something else, or nothing, is known; not all at once where they are many.
    pub async fn checks(&self, known: Vec<ChecksKnown>) -> Result<Vec<(CellId, ChecksShown)>, TrustError> {
        match self.ask(Ask::Checks(known)).await? {
            Answer::Checks(checks) => Ok(checks),
            _ => Err(TrustError::Protocol),
        }
    }
}

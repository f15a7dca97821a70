//! Taking a cell up: the keyholder and the store agree on how far they have come, before the cell is served and again
//! after each new connection.
//!
//! Never: resolves a write that is still under way: it waits for all of them to end, and holds new ones back meanwhile.
//! State: the cell's.

use crate::{Cell, Standing, checks, own_parameters};
use salus_store::StoreError;
use salus_trust_api::wire::TakeUp;
use salus_trust_api::{Refusal, TrustError};

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TakenUpAs {
    /// It is served; so many writes were found landed, and so many were never committed.
    Serving { landed: usize, abandoned: usize },
    /// The store is older than the log.
    RolledBack,
    /// To be tried again.
    Failed(Failure),
}

/// Why a cell could not be taken up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Trust(#[from] TrustError),
}

/// Takes the cell up, and says with [`Cell::standing`] whether it is served.
pub(crate) async fn take_up(cell: &Cell) -> TakenUpAs {
    let _no_writes = cell.gate.write().await;
    let taken_up = agree(cell).await.unwrap_or_else(TakenUpAs::Failed);
    match &taken_up {
        // A store that failed meanwhile is not believed.
        TakenUpAs::Serving { .. } if cell.standing() != Standing::StoreFailed => {
            cell.set_standing(Standing::Serving);
        }
        TakenUpAs::RolledBack => cell.set_standing(Standing::RolledBack),
        TakenUpAs::Failed(Failure::Store(_)) => cell.set_standing(Standing::StoreFailed),
        // While the keyholder is away nothing is admitted, so there is nothing to be held back.
        TakenUpAs::Serving { .. } | TakenUpAs::Failed(Failure::Trust(_)) => {}
    }
    taken_up
}

async fn agree(cell: &Cell) -> Result<TakenUpAs, Failure> {
    let marks = cell.store.high_marks()?;
    let asked = TakeUp { cell: cell.id, last_entry: marks.last_entry };
    let taken_up = match cell.trust.take_up(asked).await {
        Ok(taken_up) => taken_up,
        // The receipt in the store is not one of this log.
        Err(TrustError::Refused(Refusal::DoesNotOpen | Refusal::Malformed)) => {
            return Ok(TakenUpAs::RolledBack);
        }
        Err(other) => return Err(other.into()),
    };
    if let Some(landed) = taken_up.last_landed
        && (marks.last_entry.is_none_or(|(last, _)| last < landed) || !cell.store.has_entry(landed)?)
    {
        return Ok(TakenUpAs::RolledBack);
    }
    let mut landed = Vec::new();
    let mut abandoned = Vec::new();
    for (first, _) in taken_up.unresolved {
        if cell.store.has_entry(first)? { landed.push(first) } else { abandoned.push(first) }
    }
    let counts = TakenUpAs::Serving { landed: landed.len(), abandoned: abandoned.len() };
    if !landed.is_empty() {
        cell.trust.landed(cell.id, landed).await?;
    }
    if !abandoned.is_empty() {
        cell.trust.abandoned(cell.id, abandoned).await?;
    }
    cell.reservations.raise(&marks);
    own_parameters::load(cell).await?;
    checks::load(cell).await?;
    Ok(counts)
}

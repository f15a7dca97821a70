//! An answer that is fetched later than its request: under what it is kept, and to whom it is still given.
//!
//! Never: gives what was admitted to anybody whose session, proof or rights are not what they were; holds the answer itself. State: none.

use crate::delivery::{Delivery, Taken};
use crate::{Cell, RecordsError};
use salus_trust_api::client::Asker;
use salus_trust_api::wire::policy::Rights;
use salus_trust_api::{Again, Keeping};
use std::sync::Arc;

/// Under what an answer is kept.
#[derive(Debug)]
pub struct Keep {
    keeping: Keeping,
    rights: Rights,
}

/// Who comes for what was kept.
///
/// Errors: [`RecordsError::NoSession`], [`RecordsError::StaleProof`]; [`RecordsError::Unavailable`].
pub async fn ask_again(cell: &Cell, asker: &Asker) -> Result<Again, RecordsError> {
    cell.serving()?;
    cell.trust.again(asker).await.map_err(RecordsError::of_new)
}

impl Keep {
    /// Before anything is asked for whose answer is to be kept: a stranger has nothing done. Errors: as [`ask_again`].
    pub async fn begin(cell: &Cell, asker: &Asker) -> Result<Self, RecordsError> {
        cell.serving()?;
        let (keeping, rights) = cell.trust.keep(asker).await.map_err(RecordsError::of_new)?;
        Ok(Self { keeping, rights })
    }

    /// Returns when nothing of it may be given any more: the session was ended, held or taken its role, or the cell was cut off.
    pub async fn ended(&self) {
        self.keeping.ended().await;
    }

    /// The delivery of what was kept, if it may be sent; `kept` is that of when it was made. Not where something ended, nor where the
    /// asker's rights are others than when it was asked for.
    pub fn gives(
        &self,
        cell: &Cell,
        again: &Again,
        kept: Option<&Delivery>,
        taken: &Arc<Taken>,
    ) -> Option<Delivery> {
        let may = !self.keeping.has_ended() && self.rights == again.rights;
        may.then(|| Delivery::again(&cell.trust, kept, again, Arc::clone(taken)))
    }
}

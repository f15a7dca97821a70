//! batch and transaction: a Bundle that is carried out.
//!
//! For: the base address of a cell, and imports, whose Bundles are carried out once, however often they are sent.
//!
//! Never: carries out a Bundle that does not say how. State: none; what an import has done is the store's to know.

use crate::batch::batch;
use crate::create::faulty;
use crate::entry::{Done, EntryOutcome};
use crate::transaction::transaction;
use crate::{Cell, RecordsError, Sent, text};
use salus_fhir::Issue;
use salus_fhir::bundle::{Bundle, BundleType};
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use std::sync::Arc;

/// What came of a Bundle.
#[derive(Debug)]
pub struct BundleAnswer {
    /// Whether it was a transaction, and not a batch.
    pub is_transaction: bool,
    /// What came of each entry, in their order; empty when an import's transaction was done before.
    pub outcomes: Vec<EntryOutcome>,
    /// Whether an earlier run of the same import did all of it.
    pub known: bool,
}

impl BundleAnswer {
    pub(crate) fn known(is_transaction: bool) -> Self {
        Self { is_transaction, outcomes: Vec::new(), known: true }
    }
}

/// Carries out a batch or transaction. `import` is the hash under which an import's ledger knows it.
///
/// Errors: what is wrong with the Bundle as a whole; for a transaction, with any of its entries.
pub async fn carry_out(
    cell: &Arc<Cell>,
    asker: &Asker,
    body: impl Into<Sent>,
    import: Option<[u8; 32]>,
) -> Result<BundleAnswer, RecordsError> {
    cell.serving()?;
    let body = body.into();
    let parsed = cell.heavy.run(body.len(), move || parse(body)).await;
    let bundle = match parsed {
        Ok(bundle) => bundle,
        Err(issues) => return Err(cell.refuse(asker, Interaction::Transaction, faulty(issues)).await),
    };
    match bundle.kind {
        BundleType::Transaction => transaction(cell, asker, bundle, import).await,
        BundleType::Batch => batch(cell, asker, bundle, import).await,
        _ => {
            let answer = RecordsError::Invalid(vec![text::bundle_not_carried_out()]);
            Err(cell.refuse(asker, Interaction::Transaction, answer).await)
        }
    }
}

fn parse(body: Sent) -> Result<Bundle, Vec<Issue>> {
    Bundle::parse(&body.json()?)
}

/// The records that an earlier run wrote are not looked up again.
pub(crate) fn done_before() -> EntryOutcome {
    Ok(Done::DoneBefore)
}

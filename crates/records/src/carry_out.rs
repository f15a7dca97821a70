//! batch and transaction: a Bundle that is carried out; and a document, which is kept.
//!
//! For: the base address of a cell, and imports, whose Bundles are carried out once, however often they are sent.
//!
//! Never: carries out a Bundle that does not say how. State: none; what an import has done is the store's to know.

use crate::batch::{Until, batch};
use crate::checks::{Checks, Occasion, WEIGHT};
use crate::create::{Conditional, faulty};
use crate::entry::{Done, EntryOutcome};
use crate::transaction::transaction;
use crate::{Cell, RecordsError, Sent, document, text};
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
    /// The record of a Bundle that is a document: it was kept, or is there.
    pub document: Option<Box<Conditional>>,
}

impl BundleAnswer {
    pub(crate) fn known(is_transaction: bool) -> Self {
        Self { is_transaction, outcomes: Vec::new(), known: true, document: None }
    }
}

/// Carries out a batch or transaction. `import` is the hash under which an import's ledger knows it; entries of a batch are begun by one proof for
/// `proved_ms` milliseconds ([`crate::BATCH_MS`]).
///
/// Errors: what is wrong with the Bundle as a whole; for a transaction, with any of its entries.
pub async fn carry_out(
    cell: &Arc<Cell>,
    asker: &Asker,
    body: impl Into<Sent>,
    import: Option<[u8; 32]>,
    proved_ms: u64,
) -> Result<BundleAnswer, RecordsError> {
    let occasion = if import.is_some() { Occasion::Import } else { Occasion::Write };
    carry_out_on(cell, asker, body.into(), (import, proved_ms), occasion).await
}

/// The same on an occasion, which says how it is checked.
pub(crate) async fn carry_out_on(
    cell: &Arc<Cell>,
    asker: &Asker,
    body: Sent,
    (import, proved_ms): (Option<[u8; 32]>, u64),
    occasion: Occasion,
) -> Result<BundleAnswer, RecordsError> {
    cell.serving()?;
    let checks = cell.checks();
    let weight = body.len().saturating_mul(WEIGHT);
    let parsed = cell.heavy.run(weight, move || parse(body, &checks, occasion)).await;
    let bundle = match parsed {
        // An import's ledger knows what is carried out.
        Ok(Parsed::Document(json)) if import.is_none() => {
            let document = Some(Box::new(document::keep(cell, asker, json).await?));
            return Ok(BundleAnswer { is_transaction: false, outcomes: Vec::new(), known: false, document });
        }
        Ok(Parsed::Document(_)) => {
            let answer = RecordsError::Invalid(vec![text::bundle_not_carried_out()]);
            return Err(cell.refuse(asker, Interaction::Transaction, answer).await);
        }
        Ok(Parsed::Bundle(bundle)) => bundle,
        Err(issues) => return Err(cell.refuse(asker, Interaction::Transaction, faulty(issues)).await),
    };
    let until = Until::of(asker, proved_ms);
    match bundle.kind {
        BundleType::Transaction => transaction(cell, asker, bundle, import, until).await,
        BundleType::Batch => batch(cell, asker, bundle, import, until).await,
        _ => {
            let answer = RecordsError::Invalid(vec![text::bundle_not_carried_out()]);
            Err(cell.refuse(asker, Interaction::Transaction, answer).await)
        }
    }
}

/// A body, read.
enum Parsed {
    Bundle(Bundle),
    /// One that is to be kept whole: its text.
    Document(String),
}

/// Reads a Bundle, and checks what its entries would write.
fn parse(body: Sent, checks: &Checks, occasion: Occasion) -> Result<Parsed, Vec<Issue>> {
    let json = body.json()?;
    let mut bundle = Bundle::parse(&json)?;
    match bundle.kind {
        BundleType::Transaction | BundleType::Batch => {}
        BundleType::Document => return Ok(Parsed::Document(json)),
        _ => return Ok(Parsed::Bundle(bundle)),
    }
    for entry in &mut bundle.entries {
        let writes = entry.request.as_ref().is_some_and(|request| matches!(&*request.method, "POST" | "PUT"));
        if !writes {
            continue;
        }
        let place = format!("Bundle.entry[{}].resource", entry.index);
        let read = std::mem::replace(&mut entry.resource, Ok(None));
        entry.resource = read.and_then(|resource| match resource {
            Some(resource) => checks.checked_at(resource, occasion, Some(&place)).map(Some),
            None => Ok(None),
        });
    }
    Ok(Parsed::Bundle(bundle))
}

/// The records that an earlier run wrote are not looked up again.
pub(crate) fn done_before() -> EntryOutcome {
    Ok(Done::DoneBefore)
}

//! batch: entries that are carried out each for itself.
//!
//! Never: more than a few of them at once. State: none.

use crate::carry_out::{BundleAnswer, done_before};
use crate::create::{Conditional, create_resource};
use crate::delete::{delete_marked, delete_marked_by};
use crate::entry::{Action, Done, EntryOutcome};
use crate::patch::{patch_record, patch_record_by};
use crate::search::search;
use crate::update::{update_resource, update_resource_by};
use crate::{Cell, RecordsError, When, history, read, vread};
use salus_fhir::bundle::Bundle;
use salus_store::{DoneMarks, LedgerMark};
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use std::sync::Arc;
use tokio::task::JoinSet;

/// How many entries of one batch are under way at once.
const MAX_AT_ONCE: usize = 16;

/// Carries out what an import has not done yet of the batch.
pub(crate) async fn batch(
    cell: &Arc<Cell>,
    asker: &Asker,
    bundle: Bundle,
    import: Option<[u8; 32]>,
) -> Result<BundleAnswer, RecordsError> {
    let marks = match &import {
        Some(hash) => cell.store.ledger(hash)?.unwrap_or_default(),
        None => DoneMarks::default(),
    };
    let mut outcomes: Vec<Option<EntryOutcome>> = Vec::new();
    outcomes.resize_with(bundle.entries.len(), || None);
    let mut asked_keyholder = false;
    let mut tasks: JoinSet<(usize, EntryOutcome)> = JoinSet::new();
    for entry in bundle.entries {
        let index = entry.index;
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        let outcome = if marks.has(number) {
            Some(done_before())
        } else {
            match Action::of(entry, cell.base_url()) {
                Err(refused) => Some(Err(refused)),
                Ok(action) => {
                    if tasks.len() >= MAX_AT_ONCE {
                        put(&mut outcomes, tasks.join_next().await);
                    }
                    asked_keyholder |= !matches!(action, Action::Capabilities);
                    let (cell, asker) = (Arc::clone(cell), asker.clone());
                    let ledger = import.map(|bundle| LedgerMark { bundle, done: vec![number] });
                    tasks.spawn(async move { (index, perform(&cell, &asker, action, ledger).await) });
                    None
                }
            }
        };
        if let Some(place) = outcomes.get_mut(index) {
            *place = outcome;
        }
    }
    while let Some(done) = tasks.join_next().await {
        put(&mut outcomes, Some(done));
    }
    if !asked_keyholder {
        // Nothing of it went to the keyholder, so nobody has asked yet who this is.
        match cell.refuse(asker, Interaction::Batch, RecordsError::NotFound).await {
            RecordsError::NotFound => {}
            other => return Err(other),
        }
    }
    let outcomes: Vec<EntryOutcome> =
        outcomes.into_iter().map(|outcome| outcome.unwrap_or(Err(RecordsError::Internal))).collect();
    // A session is good for all entries or for none.
    let unproved = [RecordsError::NoSession, RecordsError::StaleProof];
    if let Some(error) =
        unproved.into_iter().find(|error| outcomes.iter().any(|one| one.as_ref().err() == Some(error)))
    {
        return Err(error);
    }
    let known =
        !outcomes.is_empty() && outcomes.iter().all(|outcome| matches!(outcome, Ok(Done::DoneBefore)));
    Ok(BundleAnswer { is_transaction: false, outcomes, known, document: None })
}

fn put(
    outcomes: &mut [Option<EntryOutcome>],
    done: Option<Result<(usize, EntryOutcome), tokio::task::JoinError>>,
) {
    if let Some(Ok((index, outcome))) = done
        && let Some(place) = outcomes.get_mut(index)
    {
        *place = Some(outcome);
    }
}

/// Carries out one entry.
pub(crate) async fn perform(
    cell: &Arc<Cell>,
    asker: &Asker,
    action: Action,
    ledger: Option<LedgerMark>,
) -> EntryOutcome {
    let outcome = match action {
        Action::Create { if_none_exist, resource } => {
            let done = create_resource(cell, asker, resource, if_none_exist.as_deref(), ledger).await;
            done.map(|done| match done {
                Conditional::Written(written) => Done::Written(written),
                Conditional::There(one) => Done::There(one),
            })
        }
        Action::UpdateBy { query, precondition, resource } => {
            update_resource_by(cell, asker, &query, precondition, resource, ledger).await.map(Done::Written)
        }
        Action::DeleteBy { kind, query, precondition } => {
            delete_marked_by(cell, asker, kind, &query, precondition, ledger).await.map(Done::Deleted)
        }
        Action::Update { id, precondition, resource } => {
            update_resource(cell, asker, &id, precondition, resource, ledger).await.map(Done::Written)
        }
        Action::Delete { kind, id, precondition } => {
            let deleted = delete_marked(cell, asker, kind, &id, precondition, ledger, Vec::new()).await;
            deleted.map(|deleted| Done::Deleted(Some(deleted)))
        }
        Action::Patch { kind, id, precondition, patch } => {
            patch_record(cell, asker, (kind, &id), precondition, &patch, ledger).await.map(Done::Written)
        }
        Action::PatchBy { kind, query, precondition, patch } => {
            patch_record_by(cell, asker, (kind, &query), precondition, &patch, ledger)
                .await
                .map(Done::Written)
        }
        Action::Read { kind, id } => read(cell, asker, kind, &id).await.map(Done::Read),
        Action::Vread { kind, id, version } => vread(cell, asker, kind, &id, &version).await.map(Done::Read),
        Action::History { kind, id, before, count } => {
            history(cell, asker, kind, &id, before, count, When::default()).await.map(Done::History)
        }
        Action::Capabilities => Ok(Done::Capabilities),
        Action::Search(ask) => search(cell, asker, ask).await.map(|page| Done::Found(Box::new(page))),
    };
    match outcome {
        Err(RecordsError::AlreadyImported) => done_before(),
        outcome => outcome,
    }
}

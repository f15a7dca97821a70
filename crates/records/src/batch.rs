//! batch: entries that are carried out each for itself.
//!
//! A session's proof is good for one request and for seconds (RFC 9449 as the keyholder keeps it): entries that its time is too short for are not begun, or
//! not admitted, and are answered so, each for itself. What was done keeps its answer, since whoever sent it would do it twice otherwise.
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
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How many entries of one batch are under way at once.
const MAX_AT_ONCE: usize = 16;

/// For how long entries are begun by one proof, in milliseconds: less than it is good for (10 s).
pub const BATCH_MS: u64 = 8_000;

/// Until when the steps of one request are begun.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Until(Option<Instant>);

impl Until {
    /// Of a request that is carried out from now on. Only a proof has such an end: a session without one goes on.
    pub(crate) fn of(asker: &Asker, proved_ms: u64) -> Self {
        Self::at((!asker.proof.is_empty()).then(|| Instant::now() + Duration::from_millis(proved_ms)))
    }

    pub(crate) fn at(end: Option<Instant>) -> Self {
        Self(end)
    }

    pub(crate) fn is_over(self) -> bool {
        self.0.is_some_and(|end| Instant::now() >= end)
    }

    /// What an error is of a step that was begun when others had been admitted by the same proof.
    pub(crate) fn of_step(self, error: RecordsError) -> RecordsError {
        match error {
            RecordsError::NoSession | RecordsError::StaleProof if self.is_over() => RecordsError::NotBegun,
            other => other,
        }
    }
}

/// Carries out what an import has not done yet of the batch. At least one entry is begun.
pub(crate) async fn batch(
    cell: &Arc<Cell>,
    asker: &Asker,
    bundle: Bundle,
    import: Option<[u8; 32]>,
    until: Until,
) -> Result<BundleAnswer, RecordsError> {
    let marks = match &import {
        Some(hash) => cell.store.ledger(hash)?.unwrap_or_default(),
        None => DoneMarks::default(),
    };
    let mut outcomes: Vec<Option<EntryOutcome>> = Vec::new();
    outcomes.resize_with(bundle.entries.len(), || None);
    let (mut asked_keyholder, mut has_begun) = (false, false);
    let mut tasks: JoinSet<(usize, EntryOutcome)> = JoinSet::new();
    for entry in bundle.entries {
        let index = entry.index;
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        let outcome = if marks.has(number) {
            Some(done_before())
        } else if has_begun && until.is_over() {
            Some(Err(RecordsError::NotBegun))
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
                    has_begun = true;
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
    let mut outcomes: Vec<EntryOutcome> =
        outcomes.into_iter().map(|outcome| outcome.unwrap_or(Err(RecordsError::Internal))).collect();
    if outcomes.iter().any(was_admitted) {
        // The proof was good: what it was not good for any more was too late.
        for outcome in &mut outcomes {
            if let Err(error) = outcome {
                *error = until.of_step(error.clone());
            }
        }
    }
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

/// Whether what came of an entry can only be said to somebody who is signed in.
fn was_admitted(outcome: &EntryOutcome) -> bool {
    matches!(
        outcome,
        Ok(Done::Written(_)
            | Done::Deleted(_)
            | Done::Read(_)
            | Done::ReadBack(_)
            | Done::History(_)
            | Done::Found(_)
            | Done::There(_))
            | Err(RecordsError::NotFound
                | RecordsError::Gone { .. }
                | RecordsError::Forbidden
                | RecordsError::Precondition(_)
                | RecordsError::Budget { .. })
    )
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

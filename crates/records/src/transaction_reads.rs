//! The reads of a transaction: each must succeed, or nothing of it is done.
//!
//! They are carried out before anything is written, as nothing can be undone after that. What the transaction itself writes
//! is answered from what was sent and stored, which needs no opening.
//!
//! Never: writes. State: none.

use crate::batch::perform;
use crate::entry::{Action, Done};
use crate::search::SearchAsk;
use crate::vread::version_number;
use crate::write::{Ready, Written};
use crate::{Cell, Opened, RecordsError, text};
use salus_fhir::{Issue, ResourceType};
use salus_trust_api::client::Asker;
use std::collections::HashMap;
use std::sync::Arc;

/// About the most bytes that the reads of one transaction answer together; one answer always fits.
const MAX_READ_BYTES: usize = 32 * 1024 * 1024;

/// A read of a transaction, with its entry's index.
pub(crate) type Reading = (usize, Action);

/// What the reads are answered with.
#[derive(Default)]
pub(crate) struct Readings {
    /// What was read before anything was written.
    pub before: Vec<(usize, Done)>,
    /// Searches, which find what the transaction writes: they are carried out again after it.
    pub again: Vec<(usize, SearchAsk)>,
    /// What is answered with something that the transaction writes: the entry, and the place among the versions written.
    pub own: Vec<(usize, usize)>,
}

impl Readings {
    /// The reads of what was written.
    pub(crate) fn own_of(&self, written: &[Written]) -> Vec<(usize, Done)> {
        let done = |(index, at): &(usize, usize)| {
            Some((*index, Done::ReadBack(Box::new(written.get(*at)?.clone()))))
        };
        self.own.iter().filter_map(done).collect()
    }
}

/// Whether it asks for more of a record named by `is_written` than one version: that cannot be told before it is written.
pub(crate) fn lists_written(action: &Action, is_written: impl Fn(ResourceType, &str) -> bool) -> bool {
    match action {
        Action::History { kind, id, .. } => is_written(*kind, id),
        _ => false,
    }
}

/// Carries out the reads of a transaction that is about to write `versions`.
///
/// Errors: the first read's that fails, as if it had been asked alone after the writes.
pub(crate) async fn read_all(
    cell: &Arc<Cell>,
    asker: &Asker,
    reads: Vec<Reading>,
    versions: &[Ready],
) -> Result<Readings, RecordsError> {
    let mut readings = Readings::default();
    if reads.is_empty() {
        return Ok(readings);
    }
    let places: HashMap<(ResourceType, &str), usize> =
        versions.iter().enumerate().map(|(at, ready)| ((ready.kind, ready.id.as_str()), at)).collect();
    let own = |action: &Action| {
        let (at, ready) = match action {
            Action::Read { kind, id } | Action::Vread { kind, id, .. } => {
                let at = *places.get(&(*kind, id.as_str()))?;
                (at, versions.get(at)?)
            }
            _ => return None,
        };
        match action {
            Action::Vread { version, .. } if version_number(version) != Some(ready.expected_version + 1) => {
                None
            }
            _ => Some((at, ready)),
        }
    };
    let mut bytes = 0;
    for (index, action) in reads {
        match own(&action) {
            Some((_, ready)) if ready.deleted => {
                let Opened { delivery, .. } = crate::read(cell, asker, ready.kind, &ready.id).await?;
                return Err(RecordsError::Gone { entry: delivery.entry() });
            }
            Some((at, ready)) => {
                bytes += ready.text.len();
                readings.own.push((index, at));
            }
            None => {
                let again = match &action {
                    Action::Search(ask) if !versions.is_empty() => Some(ask.clone()),
                    _ => None,
                };
                let done = perform(cell, asker, action, None).await.map_err(|error| placed(error, index))?;
                bytes += bytes_of(&done);
                match again {
                    Some(ask) => readings.again.push((index, ask)),
                    None => readings.before.push((index, done)),
                }
            }
        }
        let count = readings.own.len() + readings.before.len() + readings.again.len();
        if bytes > MAX_READ_BYTES && count > 1 {
            return Err(RecordsError::Malformed(vec![text::too_large_together()]));
        }
    }
    Ok(readings)
}

/// What is wrong with a search, at its place in the Bundle.
fn placed(error: RecordsError, index: usize) -> RecordsError {
    match error {
        RecordsError::Malformed(issues) => {
            let at = |issue: Issue| issue.at(format!("Bundle.entry[{index}].request.url"));
            RecordsError::Malformed(issues.into_iter().map(at).collect())
        }
        other => other,
    }
}

fn bytes_of(done: &Done) -> usize {
    match done {
        Done::Read(opened) => opened.text.len(),
        Done::History(page) => page.entries.iter().flat_map(|entry| &entry.text).map(Vec::len).sum(),
        Done::Found(page) => page.entries.iter().map(|entry| entry.text.len()).sum(),
        Done::There(one) => one.text.len(),
        Done::Written(_) | Done::Deleted(_) | Done::ReadBack(_) | Done::Capabilities | Done::DoneBefore => 0,
    }
}

//! undo: what was written a moment ago is taken back, by new versions. What was created is deleted, what was changed is as it was.
//!
//! What can be undone is no state of the server: it is sealed into a link that is good only in the session that got it, on this
//! record server, as long as it runs, and for [`UNDO_MS`].
//!
//! Never: takes back what somebody changed since, or a patient for whom others have written since. State: none.

use crate::batch::BATCH_MS;
use crate::carry_out::carry_out_on;
use crate::checks::Occasion;
use crate::search::{SearchAsk, search};
use crate::vread::vread;
use crate::write::Written;
use crate::{BundleAnswer, Cell, RecordsError, text};
use salus_fhir::ResourceType;
use salus_fhir::json::quote;
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// For how long what was written can be undone, in milliseconds.
pub const UNDO_MS: u64 = 10 * 60 * 1000;

/// The most records that are undone as one.
pub const MAX_UNDONE: usize = 64;

/// A type whose records do not hinder that a new patient is taken back: forms that are being filled in.
const FORMS: &str = "QuestionnaireResponse";

/// One record that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Change {
    kind: u16,
    id: String,
    /// The version that was written.
    version: u32,
    /// Whether there was no such record before.
    created: bool,
}

/// What a link holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    written_ms: u64,
    changes: Vec<Change>,
    note: String,
}

/// What a link would undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undoable {
    /// What whoever made the link noted in it.
    pub note: String,
    /// When it was written, in milliseconds since 1970.
    pub written_ms: u64,
    /// Until when it can be undone, in milliseconds since 1970.
    pub until_ms: u64,
}

/// The link by which this session can undo what it has just written. `note` is for whoever asks for it.
///
/// Errors: [`RecordsError::TooCostly`] for more than [`MAX_UNDONE`] records.
pub fn undo_link(
    cell: &Cell,
    asker: &Asker,
    written: &[Written],
    note: &str,
    now_ms: u64,
) -> Result<String, RecordsError> {
    let lasting = written.iter().filter(|written| !written.deleted);
    let changes: Vec<Change> = lasting
        .map(|written| Change {
            kind: written.kind.code(),
            id: written.id.clone(),
            version: written.version,
            created: written.created,
        })
        .collect();
    if changes.len() > MAX_UNDONE {
        return Err(RecordsError::TooCostly(vec![text::too_costly()]));
    }
    cell.links.seal(asker, &State { written_ms: now_ms, changes, note: note.to_owned() })
}

/// What a link would undo; none when it is not one of this session and process, or its time is over.
pub fn undoable(cell: &Cell, asker: &Asker, link: &str, now_ms: u64) -> Option<Undoable> {
    let state = opened(cell, asker, link, now_ms)?;
    let until_ms = state.written_ms.saturating_add(UNDO_MS);
    Some(Undoable { note: state.note, written_ms: state.written_ms, until_ms })
}

fn opened(cell: &Cell, asker: &Asker, link: &str, now_ms: u64) -> Option<State> {
    let state: State = cell.links.open(asker, link)?;
    is_in_time(state.written_ms, now_ms).then_some(state)
}

/// A clock that was set back must not make the time longer.
fn is_in_time(written_ms: u64, now_ms: u64) -> bool {
    now_ms.checked_sub(written_ms).is_some_and(|since| since < UNDO_MS)
}

/// Undoes what the link says, all of it or nothing; the note of the link.
///
/// Errors: [`RecordsError::LinkEnded`] for another session's link, or when its time is over; [`RecordsError::Precondition`] when
/// somebody changed it since.
pub async fn undo(cell: &Arc<Cell>, asker: &Asker, link: &str, now_ms: u64) -> Result<String, RecordsError> {
    cell.serving()?;
    let Some(State { changes, note, .. }) = opened(cell, asker, link, now_ms) else {
        return Err(cell.refuse(asker, Interaction::Transaction, RecordsError::LinkEnded).await);
    };
    let mut entries = Vec::with_capacity(changes.len());
    for change in &changes {
        let kind = ResourceType::from_code(change.kind).ok_or(RecordsError::Internal)?;
        if change.created && kind.name() == "Patient" {
            nobody_else_wrote(cell, asker, kind, change, &changes).await?;
        }
        entries.push(entry(cell, asker, kind, change).await?);
    }
    let bundle =
        format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","));
    // What was there is put back as it was, whatever is demanded of it by now.
    let sent = bundle.into_bytes().into();
    let BundleAnswer { outcomes, .. } =
        carry_out_on(cell, asker, sent, (None, BATCH_MS), Occasion::PutBack).await?;
    outcomes.into_iter().try_for_each(|outcome| outcome.map(|_| ()))?;
    Ok(note)
}

/// The transaction's entry that takes one change back, if it is still the newest.
async fn entry(
    cell: &Cell,
    asker: &Asker,
    kind: ResourceType,
    change: &Change,
) -> Result<String, RecordsError> {
    let request = |method: &str| {
        let url = quote(&format!("{kind}/{}", change.id));
        format!(r#""request":{{"method":"{method}","url":{url},"ifMatch":"W/\"{}\""}}"#, change.version)
    };
    if change.created {
        return Ok(format!("{{{}}}", request("DELETE")));
    }
    let before = change.version.checked_sub(1).ok_or(RecordsError::Internal)?;
    let before = vread(cell, asker, kind, &change.id, &before.to_string()).await?;
    let resource = String::from_utf8(before.text).map_err(|_| RecordsError::Internal)?;
    Ok(format!(r#"{{"resource":{resource},{}}}"#, request("PUT")))
}

/// Errors: when the new patient's compartment holds something that this link did not write.
async fn nobody_else_wrote(
    cell: &Cell,
    asker: &Asker,
    kind: ResourceType,
    patient: &Change,
    changes: &[Change],
) -> Result<(), RecordsError> {
    let count = (MAX_UNDONE * 2).to_string();
    let parameters = vec![("_count".to_owned(), count)];
    let page = search(cell, asker, SearchAsk::new(None, parameters, false).within(kind, &patient.id)).await?;
    let own = |kind: ResourceType, id: &str| {
        changes.iter().any(|change| change.kind == kind.code() && change.id == id)
    };
    let is_ours = page.entries.iter().all(|entry| entry.kind.name() == FORMS || own(entry.kind, &entry.id));
    if is_ours && page.next.is_none() {
        return Ok(());
    }
    Err(RecordsError::Precondition(vec![text::version_differs(String::new())]))
}

#[cfg(test)]
mod tests {
    use super::{UNDO_MS, is_in_time};

    #[test]
    fn the_time_is_ten_minutes_and_not_one_millisecond_more() {
        assert_eq!(UNDO_MS, 600_000);
        assert!(is_in_time(7, 7) && is_in_time(7, 7 + UNDO_MS - 1));
        assert!(!is_in_time(7, 7 + UNDO_MS) && !is_in_time(7, 6));
    }
}

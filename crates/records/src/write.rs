//! What is to be written, from the request to the numbers it is given.
//!
//! Never: touches the store. State: none.

use crate::compartment::Home;
use crate::own_parameters::Changes;
use crate::{Cell, RecordsError, line, words};
use salus_fhir::{Issue, Resource, ResourceType, instant};
use salus_store::{Address, Head};
use salus_trust_api::wire::extract::ParameterChange;

/// A version that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The type.
    pub kind: ResourceType,
    /// The id.
    pub id: String,
    /// The version, from 1.
    pub version: u32,
    /// When, in milliseconds since 1970 (UTC).
    pub time_ms: u64,
    /// Whether there was no such record before, or a deleted one.
    pub created: bool,
    /// Whether the version says that the record was deleted.
    pub deleted: bool,
    /// The resource's text as it was stored.
    pub text: String,
    /// The log entry that admitted it.
    pub entry: u64,
    /// What is doubtful about it.
    pub warnings: Vec<Issue>,
}

/// A version before it has a home, numbers and a time.
pub(crate) struct Draft {
    pub kind: ResourceType,
    pub id: String,
    pub address: Address,
    /// What is there now.
    pub head: Option<Head>,
    /// The new content; none for a deletion.
    pub resource: Option<Resource>,
    /// The id of the patient whom it is about, where that was found out: whoever is embedded in it is they.
    pub about: Option<String>,
}

impl Draft {
    pub(crate) fn expected_version(&self) -> u32 {
        self.head.map_or(0, |head| head.version)
    }
}

/// A version with everything but its compartment's number.
pub(crate) struct Ready {
    pub address: Address,
    pub kind: ResourceType,
    pub id: String,
    pub expected_version: u32,
    pub record: u64,
    pub time_ms: u64,
    pub deleted: bool,
    pub created: bool,
    pub home: Home,
    pub text: String,
    pub line: Vec<u8>,
    /// By what it is found; empty for a deletion.
    pub words: Vec<u8>,
    pub warnings: Vec<Issue>,
}

/// What takes the place of a reference.
pub(crate) type Resolve<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Gives drafts their record numbers, times and texts, and says what they change of the cell's own search parameters. `resolve`
/// names what takes the place of a reference, `places` where each resource stands in a Bundle.
///
/// Errors: when a record has no more versions, too many values to be found by, or is a search parameter that cannot be used.
pub(crate) fn make_ready(
    cell: &Cell,
    drafts: Vec<(Draft, Home)>,
    resolve: Option<Resolve<'_>>,
    places: &[String],
) -> Result<(Vec<Ready>, Vec<ParameterChange>), RecordsError> {
    let mut changes = Changes::new(cell);
    let fresh = drafts.iter().filter(|(draft, _)| draft.head.is_none()).count() as u64;
    let mut next_record = if fresh == 0 { 0 } else { cell.reservations.records(fresh) };
    let time_ms = cell.reservations.now_ms();
    let mut all = Vec::with_capacity(drafts.len());
    for (at, (draft, home)) in drafts.into_iter().enumerate() {
        let place = places.get(at).map_or("", String::as_str);
        let record = match draft.head {
            Some(head) => head.record,
            None => {
                next_record += 1;
                next_record - 1
            }
        };
        let expected_version = draft.expected_version();
        if expected_version >= salus_store::MAX_VERSION || record > salus_store::MAX_RECORD {
            return Err(RecordsError::Full);
        }
        let (text, line, words) = match &draft.resource {
            Some(sent) => {
                // By what it comes to refer to, it is also found.
                let rewritten = resolve.and_then(|resolve| sent.with_references(resolve));
                let resource = rewritten.as_ref().unwrap_or(sent);
                changes.take(draft.kind, record, Some(resource), place)?;
                (
                    resource.with_identity(&draft.id, &(expected_version + 1).to_string(), &instant(time_ms)),
                    line::line(resource, &draft.id),
                    words::words(cell, resource, &draft.id)?,
                )
            }
            None => {
                changes.take(draft.kind, record, None, place)?;
                let text = deletion(draft.kind, &draft.id, expected_version + 1, time_ms);
                (text, Vec::new(), Vec::new())
            }
        };
        all.push(Ready {
            address: draft.address,
            kind: draft.kind,
            id: draft.id,
            expected_version,
            record,
            time_ms,
            deleted: draft.resource.is_none(),
            created: draft.head.is_none_or(|head| head.deleted),
            home,
            text,
            line,
            words,
            warnings: draft.resource.as_ref().map_or_else(Vec::new, |resource| resource.warnings().to_vec()),
        });
    }
    Ok((all, changes.into_all()))
}

impl Ready {
    pub(crate) fn into_written(self, entry: u64) -> Written {
        Written {
            kind: self.kind,
            id: self.id,
            version: self.expected_version + 1,
            time_ms: self.time_ms,
            created: self.created,
            deleted: self.deleted,
            text: self.text,
            entry,
            warnings: self.warnings,
        }
    }
}

/// What a deletion's sealed body says: who was deleted when, and nothing of what was there.
fn deletion(kind: ResourceType, id: &str, version: u32, time_ms: u64) -> String {
    format!(
        r#"{{"resourceType":"{kind}","id":"{id}","meta":{{"versionId":"{version}","lastUpdated":"{}"}}}}"#,
        instant(time_ms)
    )
}

//! A page of what a search found, opened.
//!
//! The index says which versions are found, and the keyholder has charged and logged that; opening them is an admission of its
//! own, like any read. A page is given whole or not at all: when the admission of one record of it is refused, its answer is
//! that refusal, so that no page has a hole that tells of a record.
//!
//! Never: opens what was not admitted; counts what was not told. State: none.

use super::include::include;
use super::plan::{Plan, SearchAsk, plan};
use super::subset::Subset;
use crate::open::admit_part;
use crate::own_parameters::search_error;
use crate::{Cell, Delivery, RecordsError, line, text};
use salus_fhir::json::Document;
use salus_fhir::{Issue, ResourceType};
use salus_seal::Part;
use salus_store::WrappedVersion;
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use salus_trust_api::wire::MAX_VERSIONS_PER_READ;
use salus_trust_api::wire::query::{Found, Hit};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The most sealed bytes that are opened for one page.
pub(crate) const MAX_PAGE_BYTES: usize = 16 * 1024 * 1024;

/// Why a record is on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It was looked for.
    Match,
    /// It was asked for with what was looked for.
    Include,
}

/// A record on a page.
#[derive(Debug)]
pub struct PageEntry {
    /// Its type.
    pub kind: ResourceType,
    /// Its id.
    pub id: String,
    /// Its text, or what was asked for of it.
    pub text: Vec<u8>,
    /// Why it is here.
    pub mode: Mode,
}

/// What a search found.
#[derive(Debug)]
pub struct Page {
    /// The type that was searched, if it was one.
    pub kind: Option<ResourceType>,
    /// The compartment in which was searched.
    pub compartment: Option<(ResourceType, String)>,
    /// The hits in their order, then what is included.
    pub entries: Vec<PageEntry>,
    /// How many records match, unless the query asks for no total.
    pub total: Option<u64>,
    /// Whether `total` was rounded.
    pub rounded: bool,
    /// What was understood of the query, for `self`.
    pub understood: Vec<(String, String)>,
    /// What was left out of it.
    pub left_out: Vec<Issue>,
    /// What [`search_on`] needs for the next page.
    pub next: Option<String>,
    /// Until when it may be sent.
    pub delivery: Delivery,
}

/// What a link to the next page holds.
#[derive(Serialize, Deserialize)]
struct State {
    ask: SearchAsk,
    after: Vec<u8>,
    /// What the first page said: how many match, and whether that was rounded.
    total: (u64, bool),
}

/// For how long a page may be gathered: what is on it must still be sent within its admissions.
const MAX_GATHERING: Duration = Duration::from_secs(2);

/// Searches.
///
/// Errors: [`RecordsError::Malformed`] with every parameter that is not understood, [`RecordsError::NotSupported`],
/// [`RecordsError::TooCostly`], [`RecordsError::Budget`], [`RecordsError::NotReady`].
pub async fn search(cell: &Cell, asker: &Asker, ask: SearchAsk) -> Result<Page, RecordsError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    run(cell, asker, SearchAsk { now_ms: now, ..ask }, None).await
}

/// Goes on where a page ended.
///
/// Errors: [`RecordsError::LinkEnded`] for a link that is not of this session and process; else as [`search`].
pub async fn search_on(cell: &Cell, asker: &Asker, link: &str) -> Result<Page, RecordsError> {
    cell.serving()?;
    match cell.links.open::<State>(asker, link) {
        Some(State { ask, after, total }) => run(cell, asker, ask, Some((after, total))).await,
        None => Err(cell.refuse(asker, Interaction::SearchType, RecordsError::LinkEnded).await),
    }
}

async fn run(
    cell: &Cell,
    asker: &Asker,
    ask: SearchAsk,
    on: Option<(Vec<u8>, (u64, bool))>,
) -> Result<Page, RecordsError> {
    cell.serving()?;
    let (after, first) = on.unzip();
    let began = Instant::now();
    let mut plan = plan(cell, asker, &ask).await?;
    plan.query.after = after;
    let Plan { interaction, query, subset, includes, wants_total, understood, left_out } = plan;
    let glimpse = query.glimpse;
    let admission =
        cell.trust.search(asker, interaction, query).await.map_err(|error| search_error(cell, error))?;
    let mut delivery = Delivery::of_search(&cell.trust, &admission);
    let Found { hits, total, rounded, next } = admission.found;
    // What others write meanwhile does not move it from page to page.
    let (total, rounded) = first.unwrap_or((total, rounded));
    let mut opened = OpenedPage::default();
    let part = if glimpse { Part::Line } else { Part::Body };
    let versions = versions_of(cell, &hits)?;
    opened.open(cell, asker, interaction, &versions, Mode::Match, part).await?;
    if !includes.is_empty() && !opened.entries.is_empty() {
        let until = began + MAX_GATHERING;
        include(cell, asker, interaction, &includes, &mut opened, until).await?;
    }
    if let Some(more) = opened.delivery {
        delivery = delivery.with(more);
    }
    let mut entries = opened.entries;
    if subset != Subset::Whole {
        let bytes = entries.iter().map(|entry| entry.text.len()).sum();
        cell.heavy
            .run(bytes, || {
                for entry in &mut entries {
                    entry.text = subset.of(entry.kind, std::mem::take(&mut entry.text));
                }
            })
            .await;
    }
    // What could not be sent any more before its admission ends is no answer.
    if Instant::now() >= delivery.ends() {
        return Err(RecordsError::TooCostly(vec![text::too_costly()]));
    }
    let compartment = match &ask.compartment {
        Some((code, id)) => ResourceType::from_code(*code).map(|kind| (kind, id.clone())),
        None => None,
    };
    Ok(Page {
        kind: ask.kind.and_then(ResourceType::from_code),
        compartment,
        entries,
        total: wants_total.then_some(total),
        rounded: rounded && wants_total,
        understood,
        left_out,
        next: match next {
            Some(after) => {
                let total = (total, rounded);
                Some(cell.links.seal(asker, &State { ask, after, total })?)
            }
            None => None,
        },
        delivery,
    })
}

/// Records that were opened for a page.
#[derive(Default)]
pub(crate) struct OpenedPage {
    pub entries: Vec<PageEntry>,
    pub delivery: Option<Delivery>,
    /// The sealed bytes of all of them.
    bytes: usize,
    records: HashSet<u64>,
}

impl OpenedPage {
    /// Whether the record of this number is on the page.
    pub(crate) fn has(&self, record: u64) -> bool {
        self.records.contains(&record)
    }

    /// Opens these versions, and appends them.
    pub(crate) async fn open(
        &mut self,
        cell: &Cell,
        asker: &Asker,
        interaction: Interaction,
        versions: &[WrappedVersion],
        mode: Mode,
        part: Part,
    ) -> Result<(), RecordsError> {
        let bytes_of = |version: &WrappedVersion| match version.stored.sealed.part(part) {
            [] => version.stored.sealed.body.len(),
            sealed => sealed.len(),
        };
        self.bytes += versions.iter().map(bytes_of).sum::<usize>();
        if self.bytes > MAX_PAGE_BYTES {
            return Err(RecordsError::TooCostly(vec![text::page_too_large()]));
        }
        for versions in versions.chunks(MAX_VERSIONS_PER_READ) {
            // Of types whose lines came later, a version may have none: its chart is opened, and charged, for its line.
            let has_part =
                |version: &&WrappedVersion| part != Part::Line || !version.stored.sealed.line.is_empty();
            let (with, without): (Vec<_>, Vec<_>) = versions.iter().partition(has_part);
            let mut texts = HashMap::with_capacity(versions.len());
            for (versions, part) in [(with, part), (without, Part::Body)] {
                if versions.is_empty() {
                    continue;
                }
                let admission = admit_part(cell, asker, interaction, versions.iter().copied(), part).await?;
                for version in versions {
                    let sealed = &version.stored.sealed;
                    texts.insert(sealed.header.record, (admission.open(sealed)?, part));
                }
                let delivery = Delivery::new(&cell.trust, &admission);
                self.delivery = Some(match self.delivery.take() {
                    Some(before) => before.with(delivery),
                    None => delivery,
                });
            }
            for version in versions {
                let header = &version.stored.sealed.header;
                let kind = ResourceType::from_code(header.kind).ok_or(RecordsError::Internal)?;
                let (text, opened) = texts.remove(&header.record).ok_or(RecordsError::Internal)?;
                let text = if part == Part::Line { line_text(kind, text, opened) } else { Some(text) };
                let text = text.ok_or(RecordsError::Internal)?;
                let id = id_of(kind, &text).ok_or(RecordsError::Internal)?;
                self.records.insert(header.record);
                self.entries.push(PageEntry { kind, id, text, mode });
            }
        }
        Ok(())
    }
}

/// What a list shows of a record, from the part of it that was opened.
fn line_text(kind: ResourceType, text: Vec<u8>, opened: Part) -> Option<Vec<u8>> {
    let line = match opened {
        Part::Line => text,
        Part::Body | Part::Words => line::of_text(kind, &id_of(kind, &text)?, &text)?,
    };
    Some(line::resource_of(kind, &line))
}

/// The versions of hits, in their order.
pub(crate) fn versions_of(cell: &Cell, hits: &[Hit]) -> Result<Vec<WrappedVersion>, RecordsError> {
    let wanted: Vec<(u64, u32)> = hits.iter().map(|hit| (hit.record, hit.version)).collect();
    let found = cell.store.versions(&wanted)?;
    if found.len() < wanted.len() {
        return Err(RecordsError::TooCostly(vec![text::page_too_large()]));
    }
    // What the index found has landed, so it is in the store.
    found.into_iter().collect::<Option<_>>().ok_or(RecordsError::Internal)
}

/// The id of a stored resource.
pub(crate) fn id_of(kind: ResourceType, text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    // So begins what came without an id, and most of what came with one.
    let quick = text
        .strip_prefix(r#"{"resourceType":""#)
        .and_then(|rest| rest.strip_prefix(kind.name()))
        .and_then(|rest| rest.strip_prefix(r#"","id":""#))
        .and_then(|rest| rest.split_once('"'))
        .map(|(id, _)| id)
        .filter(|id| crate::is_id(id));
    match quick {
        Some(id) => Some(id.to_owned()),
        None => Document::parse(text).ok()?.root().get_str("id").map(|id| id.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_wherever_they_stand() {
        let kind = ResourceType::from_name("Patient").unwrap();
        for (text, expected) in [
            (r#"{"resourceType":"Patient","id":"a-1","active":true}"#, Some("a-1")),
            (r#"{"resourceType":"Patient","contact":[{"id":"x"}],"id":"b"}"#, Some("b")),
            ("{\n  \"id\" : \"\\u0061\", \"resourceType\":\"Patient\"}", Some("a")),
            (r#"{"resourceType":"Patient"}"#, None),
            ("nonsense", None),
        ] {
            assert_eq!(id_of(kind, text.as_bytes()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_version_without_a_line_is_opened_whole_and_shown_as_one() {
        let kind = ResourceType::from_name("Appointment").unwrap();
        let text = r#"{"resourceType":"Appointment","id":"a","status":"booked","description":"secret"}"#;
        let from_body = line_text(kind, text.into(), Part::Body).unwrap();
        let from_line = line_text(kind, r#"{"id":"a","status":"booked"}"#.into(), Part::Line).unwrap();
        assert_eq!(from_body, from_line);
        assert!(line_text(kind, "nonsense".into(), Part::Body).is_none());
    }
}

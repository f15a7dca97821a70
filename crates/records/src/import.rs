//! `$import`: NDJSON, of which each line is written as a record of its own, once, however often the same text is sent.
//!
//! What others may refer to is written first. What is not begun within [`IMPORT_MS`] is left for the next time: a session's proof is good
//! for one request and for seconds, and nothing here acts for somebody longer than that (ADR 28).
//!
//! Never: fetches anything; keeps a text after its request. State: none; what was done is the store's ledger to know.

use crate::batch::{Until, batch};
use crate::carry_out::done_before;
use crate::checks::{Checks, Occasion, WEIGHT};
use crate::entry::{Done, EntryOutcome};
use crate::{Cell, RecordsError, text};
use aws_lc_rs::digest::{Context, SHA256};
use salus_fhir::bundle::{Bundle, BundleType, Entry, Request};
use salus_fhir::json::Document;
use salus_fhir::{Issue, Resource, ResourceType, is_of_the_house};
use salus_trust_api::client::Asker;
use std::collections::{BTreeMap, HashSet};
use std::string::FromUtf8Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The most lines of one request that hold something.
pub const MAX_IMPORT_LINES: usize = 100_000;
/// For how long lines are begun, in milliseconds: less than a proof is good for (10 s).
pub const IMPORT_MS: u64 = 8_000;
/// The most issues that are named, of lines refused and of lines that are doubtful; lines beyond that are counted.
pub const MAX_IMPORT_ISSUES: usize = 5_000;
/// How many lines are read at once.
const CHUNK_LINES: usize = 200;
/// From how many bytes on a chunk takes no further line.
const CHUNK_BYTES: usize = 8 * 1024 * 1024;

/// What came of an import.
#[derive(Debug, Default)]
pub struct Imported {
    /// How many lines held something.
    pub lines: usize,
    /// What is there now, by type.
    pub kinds: BTreeMap<ResourceType, Counts>,
    /// The lines that were refused, by their numbers from 1, as far as they are named.
    pub refused: Vec<(usize, RecordsError)>,
    /// All that were refused.
    pub refusals: usize,
    /// What was written and is doubtful, as far as it is named.
    pub doubtful: Vec<(usize, Vec<Issue>)>,
    /// Lines that were not begun: for the next time.
    pub left: usize,
    /// The first entry of the log that admitted something of it.
    pub entry: Option<u64>,
    /// How many issues are named.
    pub named: usize,
}

/// How many records of a type.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Were made.
    pub created: usize,
    /// Have a new version.
    pub updated: usize,
    /// Were written by an earlier run.
    pub known: usize,
}

/// A line that holds something.
struct Line<'a> {
    number: usize,
    text: &'a str,
    kind: Option<ResourceType>,
    id: Option<String>,
}

/// Writes each line.
///
/// Errors: for all of it, before anything is written: [`RecordsError::Malformed`] without a line, [`RecordsError::Invalid`] with too many;
/// [`RecordsError::NoSession`], also for a session that ends meanwhile: what was written stays.
pub async fn import(cell: &Arc<Cell>, asker: &Asker, body: Vec<u8>) -> Result<Imported, RecordsError> {
    cell.serving()?;
    let until = Until::at(Some(Instant::now() + Duration::from_millis(IMPORT_MS)));
    // Before anything of it is looked at: a stranger learns nothing.
    cell.trust.rights(asker).await.map_err(RecordsError::of_new)?;
    let body = String::from_utf8(body)
        .map_err(|error| RecordsError::Malformed(vec![text::import_not_utf8(broken_line(&error))]))?;
    let (lines, hash) = cell.heavy.run(body.len(), || (lines_of(&body), hash_of(&[body.as_bytes()]))).await;
    match lines.len() {
        0 => return Err(RecordsError::Malformed(vec![text::import_empty()])),
        count if count > MAX_IMPORT_LINES => {
            return Err(RecordsError::Invalid(vec![text::import_too_many(MAX_IMPORT_LINES)]));
        }
        _ => {}
    }
    let mut imported = Imported { lines: lines.len(), left: lines.len(), ..Imported::default() };
    let (first, others): (Vec<Line<'_>>, Vec<Line<'_>>) = lines.into_iter().partition(is_referred_to);
    let mut seen: HashSet<(ResourceType, String)> = HashSet::new();
    for mut lines in [first, others] {
        imported.refuse_doubles(&mut lines, &mut seen);
        let mut rest = lines.as_slice();
        while !rest.is_empty() {
            if until.is_over() {
                return Ok(imported);
            }
            let (chunk, after) = rest.split_at(chunk_of(rest));
            rest = after;
            match write(cell, asker, chunk, &hash, until).await {
                Ok(outcomes) => imported.take(chunk, outcomes),
                // The proof has ended before anything of a chunk was admitted.
                Err(RecordsError::NoSession | RecordsError::StaleProof) if until.is_over() => {
                    return Ok(imported);
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(imported)
}

/// The line, from 1, at which what should be UTF-8 is not.
fn broken_line(error: &FromUtf8Error) -> usize {
    let good = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
    1 + good.filter(|byte| **byte == b'\n').count()
}

fn lines_of(body: &str) -> Vec<Line<'_>> {
    let held = (1..).zip(body.split('\n')).map(|(number, line)| (number, line.trim()));
    let held = held.filter(|(_, line)| !line.is_empty()).take(MAX_IMPORT_LINES + 1);
    held.map(|(number, text)| {
        let document = Document::parse(text).ok();
        let root = document.as_ref().map(Document::root);
        let named = |name: &str| root.and_then(|root| root.get_str(name)).map(|text| text.into_owned());
        let kind = named("resourceType").and_then(|name| ResourceType::from_name(&name));
        Line { number, text, kind, id: named("id") }
    })
    .collect()
}

/// Whether others may refer to it.
fn is_referred_to(line: &Line<'_>) -> bool {
    line.kind.is_some_and(|kind| kind.name() == "Patient" || is_of_the_house(kind))
}

/// How many of the lines are read at once; at least one.
fn chunk_of(lines: &[Line<'_>]) -> usize {
    let mut bytes = 0;
    let fit = lines.iter().take(CHUNK_LINES).take_while(|line| {
        let fits = bytes < CHUNK_BYTES;
        bytes += line.text.len();
        fits
    });
    fit.count().max(1)
}

fn hash_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    parts.iter().for_each(|part| context.update(part));
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// Writes a chunk as a batch, whose name in the ledger is the whole text's and its place in it.
async fn write(
    cell: &Arc<Cell>,
    asker: &Asker,
    chunk: &[Line<'_>],
    body: &[u8; 32],
    until: Until,
) -> Result<Vec<EntryOutcome>, RecordsError> {
    let place = chunk.first().map_or(0, |line| line.number) as u64;
    let ledger = hash_of(&[b"salus $import", body, &place.to_le_bytes()]);
    let marks = cell.store.ledger(&ledger)?.unwrap_or_default();
    let is_known = |at: usize| u32::try_from(at).is_ok_and(|at| marks.has(at));
    if (0..chunk.len()).all(is_known) {
        return Ok(chunk.iter().map(|_| done_before()).collect());
    }
    let checks = cell.checks();
    let new = chunk.iter().enumerate().filter(|(at, _)| !is_known(*at));
    let bytes: usize = new.map(|(_, line)| line.text.len()).sum();
    let read = || {
        let entries = chunk.iter().enumerate().map(|(at, line)| match is_known(at) {
            // It is not looked at again.
            true => Entry { index: at, full_url: None, request: None, resource: Ok(None) },
            false => entry(at, line, &checks),
        });
        entries.collect()
    };
    let entries: Vec<Entry> = cell.heavy.run(bytes.saturating_mul(WEIGHT), read).await;
    let bundle = Bundle { kind: BundleType::Batch, id: None, entries };
    Ok(batch(cell, asker, bundle, Some(ledger), until).await?.outcomes)
}

/// What a line asks for: its record under its own id, or a new one.
fn entry(index: usize, line: &Line<'_>, checks: &Checks) -> Entry {
    let resource = Resource::parse(line.text, None);
    let resource = resource.and_then(|resource| checks.checked(resource, Occasion::Import));
    let request = resource.as_ref().ok().map(|resource| match resource.id() {
        Some(id) => ("PUT", format!("{}/{id}", resource.kind())),
        None => ("POST", resource.kind().to_string()),
    });
    let (method, url) = request.unwrap_or(("POST", String::new()));
    let request = Request { method: method.to_owned(), url, ..Request::default() };
    Entry { index, full_url: None, request: Some(request), resource: resource.map(Some) }
}

impl Imported {
    /// A record that stands there twice has no order in which it could be written.
    fn refuse_doubles(&mut self, lines: &mut Vec<Line<'_>>, seen: &mut HashSet<(ResourceType, String)>) {
        lines.retain(|line| {
            let (Some(kind), Some(id)) = (line.kind, &line.id) else { return true };
            let is_first = seen.insert((kind, id.clone()));
            if !is_first {
                let issue = text::import_twice(kind.name().to_owned());
                self.refuse(line.number, RecordsError::Invalid(vec![issue]));
                self.left = self.left.saturating_sub(1);
            }
            is_first
        });
    }

    fn take(&mut self, chunk: &[Line<'_>], outcomes: Vec<EntryOutcome>) {
        for (line, outcome) in chunk.iter().zip(outcomes) {
            if outcome.as_ref().err() == Some(&RecordsError::NotBegun) {
                continue;
            }
            self.left = self.left.saturating_sub(1);
            let counts = |kinds: &mut BTreeMap<ResourceType, Counts>,
                          count: fn(&mut Counts) -> &mut usize| {
                if let Some(kind) = line.kind {
                    *count(kinds.entry(kind).or_default()) += 1;
                }
            };
            match outcome {
                Ok(Done::Written(written)) => {
                    self.entry = Some(self.entry.map_or(written.entry, |entry| entry.min(written.entry)));
                    match written.created {
                        true => counts(&mut self.kinds, |counts| &mut counts.created),
                        false => counts(&mut self.kinds, |counts| &mut counts.updated),
                    }
                    if !written.warnings.is_empty() && self.has_room(written.warnings.len()) {
                        self.doubtful.push((line.number, written.warnings));
                    }
                }
                Ok(_) => counts(&mut self.kinds, |counts| &mut counts.known),
                Err(error) => self.refuse(line.number, error),
            }
        }
    }

    fn refuse(&mut self, line: usize, error: RecordsError) {
        self.refusals += 1;
        let issues = match &error {
            RecordsError::Invalid(issues)
            | RecordsError::Malformed(issues)
            | RecordsError::NotSupported(issues)
            | RecordsError::Precondition(issues) => issues.len(),
            _ => 1,
        };
        if self.has_room(issues) {
            self.refused.push((line, error));
        }
    }

    fn has_room(&mut self, issues: usize) -> bool {
        let has_room = self.named + issues <= MAX_IMPORT_ISSUES;
        if has_room {
            self.named += issues;
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_their_numbers_and_those_that_others_refer_to_are_known() {
        let body = "{\"resourceType\":\"Observation\"}\r\n\n {\"resourceType\":\"Patient\",\"id\":\"a\"} \nnothing\n";
        let lines = lines_of(body);
        let seen: Vec<_> =
            lines.iter().map(|line| (line.number, line.id.as_deref(), is_referred_to(line))).collect();
        assert_eq!(seen, [(1, None, false), (3, Some("a"), true), (4, None, false)]);
        assert!(lines_of(" \n\n").is_empty());
        let many = "{}\n".repeat(MAX_IMPORT_LINES + 5);
        assert_eq!(lines_of(&many).len(), MAX_IMPORT_LINES + 1, "no more than is needed to know");
    }

    #[test]
    fn a_chunk_has_its_bounds_and_at_least_one_line() {
        let line = |text| Line { number: 1, text, kind: None, id: None };
        let long = " ".repeat(CHUNK_BYTES);
        assert_eq!(chunk_of(&[line(long.as_str()), line("x")]), 1);
        assert_eq!(chunk_of(&[line("x"), line(long.as_str()), line("x")]), 2);
        let short: Vec<Line<'_>> = (0..CHUNK_LINES + 9).map(|_| line("x")).collect();
        assert_eq!(chunk_of(&short), CHUNK_LINES);
    }

    #[test]
    fn lines_that_were_not_begun_are_left_and_not_refused() {
        let line = |number| Line { number, text: "{}", kind: ResourceType::from_name("Patient"), id: None };
        let mut imported = Imported { lines: 4, left: 4, ..Imported::default() };
        let not_begun = || Err(RecordsError::NotBegun);
        imported
            .take(&[line(1), line(2), line(3)], vec![done_before(), not_begun(), Err(RecordsError::Busy)]);
        assert_eq!((imported.left, imported.refusals, imported.refused.len()), (2, 1, 1));
    }

    #[test]
    fn what_is_named_has_a_bound_and_is_counted_beyond_it() {
        let mut imported = Imported::default();
        for line in 1..=MAX_IMPORT_ISSUES + 7 {
            imported.refuse(line, RecordsError::Busy);
        }
        assert_eq!((imported.refused.len(), imported.refusals), (MAX_IMPORT_ISSUES, MAX_IMPORT_ISSUES + 7));
    }
}

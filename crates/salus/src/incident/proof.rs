//! A scope with its proof: the entries themselves, each with what shows that it is in the tree of a signed checkpoint, and what opens
//! exactly them; the headers of the versions, each with what shows that the log admitted it. docs/formats/scope.md.
//!
//! `tests/verify_scope.py` checks it without any code of ours.
//!
//! Never: opens a record. The months' keys that it holds open who, why and whom of all entries of these months, to whoever has a copy
//! of the log: the file is for its owner only, and to be given away sealed. State: none.

use super::category::{of_body, of_line};
use super::extent::Lookup as _;
use super::gather::Gathered;
use super::lookup::CellLookup;
use crate::admin::{Administration, unexpected};
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use aws_lc_rs::digest;
use salus_accesslog::proof::TreeReader;
use salus_accesslog::{LogError, Tree};
use salus_fhir::ResourceType;
use salus_seal::entry::{Event, VersionRange, decode, month_of};
use salus_seal::{CellId, SessionId, merkle};
use salus_trust_api::wire::incident::{IncidentAnswer, IncidentAsk, ScopeAsk};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How many entries are read at once while the beginnings of sessions are looked for.
const CHUNK: u64 = 4_096;

/// What a proof is made of.
pub struct Proven<'a> {
    /// What was asked.
    pub ask: &'a ScopeAsk,
    /// The cell.
    pub cell: CellId,
    /// What was admitted.
    pub gathered: &'a Gathered,
    /// What is claimed: the report.
    pub claim: &'a Value,
}

/// What a proof needs of the log: the tree as it is published, and the keys of the scope's months.
pub struct Proving {
    log: TreeReader,
    keys: Vec<(u32, salus_trust_api::wire::SecretKey)>,
}

impl Proving {
    /// Has everything published, and asks for the keys: an entry of the log says so.
    pub fn begin(
        data: &DataDir,
        administration: &mut Administration,
        id: CellId,
        cell: &str,
        gathered: &Gathered,
    ) -> Result<Self, Failure> {
        administration.ask(AdminAsk::Publish)?;
        let log = TreeReader::new(&data.log(), Tree::Cell(id)).map_err(not_read)?;
        let mut months: BTreeSet<u32> =
            gathered.admissions.iter().map(|admission| month_of(admission.time_ms)).collect();
        for number in &gathered.refused {
            let bytes = entry(&log, *number)?.ok_or_else(|| missing(*number))?;
            months.extend(decode(&bytes).map(|(lasting, _)| month_of(lasting.time_ms)));
        }
        if months.is_empty() {
            return Ok(Self { log, keys: Vec::new() });
        }
        let ask = IncidentAsk::LogKeys { cell: cell.to_owned(), months: months.into_iter().collect() };
        match administration.ask(AdminAsk::Incident(ask))? {
            AdminAnswer::Incident(IncidentAnswer::LogKeys(keys)) => Ok(Self { log, keys }),
            _ => Err(unexpected()),
        }
    }

    /// The proof: its lines, and the hash over them.
    pub fn bytes(&self, proven: &Proven<'_>, lookup: &mut CellLookup<'_>) -> Result<Vec<u8>, Failure> {
        let mut out = Vec::new();
        for line in self.lines(proven, lookup)? {
            out.extend_from_slice(line.to_string().as_bytes());
            out.push(b'\n');
        }
        let hash = hex(digest::digest(&digest::SHA256, &out).as_ref());
        out.extend_from_slice(format!("{}\n", json!({"sha256": hash})).as_bytes());
        Ok(out)
    }

    /// All lines but the last.
    fn lines(&self, proven: &Proven<'_>, lookup: &mut CellLookup<'_>) -> Result<Vec<Value>, Failure> {
        let (gathered, log) = (proven.gathered, &self.log);
        let mut all = self.head(proven);
        let versions = versions(gathered);
        let headers = lookup.headers(&versions)?;
        let writes: BTreeSet<u64> = headers.iter().flatten().map(|(_, entry)| *entry).collect();
        let mut roles: BTreeMap<u64, &str> = BTreeMap::new();
        roles.extend(writes.iter().map(|entry| (*entry, "write")));
        roles.extend(begins(gathered, log)?.into_iter().map(|entry| (entry, "session")));
        roles.extend(gathered.reports.iter().map(|entry| (*entry, "report")));
        roles.extend(gathered.refused.iter().map(|entry| (*entry, "refused")));
        roles.extend(gathered.admissions.iter().map(|admission| (admission.entry, "admitted")));
        for (number, role) in &roles {
            let bytes = entry(log, *number)?.ok_or_else(|| missing(*number))?;
            let proof = log.inclusion(*number).map_err(not_read)?.ok_or_else(|| missing(*number))?;
            let proof: Vec<String> = proof.iter().map(|hash| hex(hash)).collect();
            all.push(json!({"entry": number, "role": role, "bytes": hex(&bytes), "proof": proof}));
        }
        all.extend(leaves(&writes, &versions, log, lookup)?);
        all.extend(whose(&headers, lookup)?);
        all.push(kinds(&headers));
        all.push(json!({"claim": proven.claim}));
        Ok(all)
    }

    /// What is asked, by which key it is signed, and what opens the entries.
    fn head(&self, proven: &Proven<'_>) -> Vec<Value> {
        let filter = &proven.ask.filter;
        let network = filter
            .network
            .map(|network| json!({"address": hex(&network.address), "prefix_bits": network.prefix_bits}));
        let mut lines = vec![json!({
            "salus-scope-proof": 1,
            "cell": proven.cell.to_string(),
            "name": proven.ask.cell,
            "session": filter.session.map(|id| id.to_string()),
            "principal": filter.principal.map(|id| id.to_string()),
            "client": filter.client.map(|id| id.to_string()),
            "device": filter.device.map(|id| id.to_string()),
            "network": network,
            "from_ms": proven.ask.from_ms,
            "to_ms": proven.ask.to_ms,
        })];
        lines.push(json!({"verifier_key": self.log.verifier_key().to_line(), "checkpoint": self.log.note()}));
        lines.extend(self.keys.iter().map(|(month, key)| json!({"month": month, "key": hex(&key.0)})));
        lines
    }
}

fn versions(gathered: &Gathered) -> Vec<(u64, u32)> {
    let all = gathered.admissions.iter().flat_map(|admission| expand(&admission.versions));
    let all: BTreeSet<(u64, u32)> = all.collect();
    all.into_iter().collect()
}

fn expand(ranges: &[VersionRange]) -> impl Iterator<Item = (u64, u32)> + '_ {
    ranges.iter().flat_map(|range| {
        (0..u64::from(range.count)).map(|offset| (range.record.saturating_add(offset), range.version))
    })
}

/// The entries with which the scope's sessions began: they say whose they are.
fn begins(gathered: &Gathered, log: &TreeReader) -> Result<Vec<u64>, Failure> {
    let mut wanted: BTreeSet<SessionId> =
        gathered.admissions.iter().map(|admission| admission.session).collect();
    wanted.extend(&gathered.refused_in);
    let newest =
        gathered.admissions.iter().map(|admission| admission.entry).chain(gathered.refused.iter().copied());
    let mut end = newest.max().unwrap_or(0);
    let mut found = Vec::new();
    while end > 0 && !wanted.is_empty() {
        let begin = end.saturating_sub(CHUNK);
        let take = &mut |number, bytes: &[u8]| {
            if let Ok((lasting, _)) = decode(bytes)
                && let Event::SessionBegun { session, .. } = lasting.event
                && wanted.remove(&session)
            {
                found.push(number);
            }
        };
        log.read(begin..end, take).map_err(not_read)?;
        end = begin;
    }
    Ok(found)
}

/// For each write that admitted versions of the scope: the leaves of its root, and of these versions what the leaves are made of.
fn leaves(
    writes: &BTreeSet<u64>,
    versions: &[(u64, u32)],
    log: &TreeReader,
    lookup: &CellLookup<'_>,
) -> Result<Vec<Value>, Failure> {
    let mut lines = Vec::new();
    for number in writes {
        let bytes = entry(log, *number)?.ok_or_else(|| missing(*number))?;
        let Ok((lasting, _)) = decode(&bytes) else { return Err(missing(*number)) };
        let Event::Written { ranges, .. } = lasting.event else { continue };
        let covered: Vec<(u64, u32)> = expand(&ranges).collect();
        let found = lookup.look(|look| look.leaves_of(&covered))?.unwrap_or_default();
        let mut hashes = Vec::with_capacity(found.len());
        let mut own = Vec::new();
        for leaf in found.into_iter().flatten() {
            let header = leaf.header.to_bytes();
            hashes.push(hex(&merkle::leaf_hash(&[header.as_slice(), &leaf.hash].concat())));
            if versions.binary_search(&(leaf.header.record, leaf.header.version)).is_ok() {
                own.push(json!({"header": hex(&header), "hash": hex(&leaf.hash)}));
            }
        }
        lines.push(json!({"write": number, "leaves": hashes, "versions": own}));
    }
    Ok(lines)
}

/// Whose each compartment is, by the keyholder's word.
fn whose(
    headers: &[Option<(salus_seal::Header, u64)>],
    lookup: &mut CellLookup<'_>,
) -> Result<Vec<Value>, Failure> {
    let numbers: BTreeSet<u64> = headers.iter().flatten().map(|(header, _)| header.compartment).collect();
    let numbers: Vec<u64> = numbers.into_iter().filter(|number| *number > 0).collect();
    let mut lines = Vec::new();
    for chunk in numbers.chunks(CHUNK as usize) {
        for (number, patients) in lookup.whose(chunk)? {
            let patients: Vec<String> = patients.iter().map(ToString::to_string).collect();
            lines.push(json!({"compartment": number, "patients": patients}));
        }
    }
    Ok(lines)
}

/// What the types of the scope tell: docs/incident.md.
fn kinds(headers: &[Option<(salus_seal::Header, u64)>]) -> Value {
    let kinds: BTreeSet<u16> = headers.iter().flatten().map(|(header, _)| header.kind).collect();
    let kind = |code: &u16| {
        let kind = ResourceType::from_code(*code);
        let told = json!({
            "name": kind.map(ResourceType::name),
            "body": of_body(kind).names(),
            "line": of_line(kind).names(),
        });
        (code.to_string(), told)
    };
    json!({"kinds": kinds.iter().map(kind).collect::<serde_json::Map<_, _>>()})
}

fn entry(log: &TreeReader, number: u64) -> Result<Option<Vec<u8>>, Failure> {
    let mut found = None;
    log.read(number..number + 1, &mut |_, bytes| found = Some(bytes.to_vec())).map_err(not_read)?;
    Ok(found)
}

fn not_read(why: LogError) -> Failure {
    Failure::could_not(say("log-not-read").with("why", why))
}

fn missing(entry: u64) -> Failure {
    Failure::could_not(say("log-not-read").with("why", format!("{entry}?")))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

//! Figures of the index over the Synthea patients of the test data: bytes of index per resource, CPU to index one, CPU and
//! latency of queries. `cargo run --release -p salus-indexer --example figures -- COPIES...`: so many copies of them.
#![allow(clippy::unwrap_used, reason = "a run that cannot go on ends")]

use rustix::time::{ClockId, clock_gettime};
use salus_fhir::search::{self, Value};
use salus_fhir::{Resource, ResourceType};
use salus_indexer::{IndexerOptions, run};
use salus_seal::envelope::{Plain, seal};
use salus_seal::{CellId, Header, Part, Pseudonym};
use salus_trust_api::frame::{self, PREFIX_BYTES};
use salus_trust_api::wire::index::{FromIndexer, Item, ToIndexer};
use salus_trust_api::wire::query::{Comparison, Condition, Query, SortKey, System, Test};
use salus_trust_api::wire::words::{Range, RecordName, Word, Words};
use salus_trust_api::wire::{Reply, Request, SecretKey};
use serde::de::DeserializeOwned;
use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

const CELL: CellId = CellId([1; 16]);
const BASE_URL: &str = "http://localhost/fhir";
const ROUNDS: u32 = 300;
const ITEMS: usize = 256;

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

struct Bundles(Vec<Vec<(String, String)>>);

/// Of each file its resources, as type and text, with references by type and id.
fn bundles() -> Bundles {
    let folder =
        std::env::var_os("SALUS_TEST_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder.join("synthea")).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    let read = files.iter().map(|file| {
        let text = std::fs::read_to_string(file).unwrap();
        let bundle: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut named = Vec::new();
        let mut resources = Vec::new();
        for entry in bundle["entry"].as_array().unwrap() {
            let kind = entry["resource"]["resourceType"].as_str().unwrap().to_owned();
            let url = entry["fullUrl"].as_str().unwrap().to_owned();
            let mut resource = entry["resource"].clone();
            resource["id"] = url.trim_start_matches("urn:uuid:").into();
            named.push((url.clone(), format!("{kind}/{}", url.trim_start_matches("urn:uuid:"))));
            resources.push((kind, resource.to_string()));
        }
        let whole: std::collections::HashMap<String, String> = named.into_iter().collect();
        resources.into_iter().map(|(kind, text)| (kind, replaced(&text, &whole))).collect()
    });
    Bundles(read.collect())
}

fn replaced(text: &str, names: &std::collections::HashMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("urn:uuid:") {
        out.push_str(&rest[..at]);
        let url = &rest[at..at + 45];
        out.push_str(names.get(url).map_or(url, String::as_str));
        rest = &rest[at + 45..];
    }
    out + rest
}

/// Other ids for each copy: the first digits of what looks like a UUID change.
fn copied(text: &str, copy: u32) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let dashes =
        |at: usize, bytes: &[u8]| [8, 13, 18, 23].iter().all(|dash| bytes.get(at + dash) == Some(&b'-'));
    for at in 0..bytes.len().saturating_sub(36) {
        let before = at.checked_sub(1).map_or(b' ', |at| bytes[at]);
        if !before.is_ascii_hexdigit()
            && dashes(at, &bytes)
            && bytes[at..at + 8].iter().all(u8::is_ascii_hexdigit)
        {
            let number = u32::from_str_radix(std::str::from_utf8(&bytes[at..at + 8]).unwrap(), 16).unwrap();
            let other = format!("{:08x}", number.wrapping_add(copy.wrapping_mul(0x9E37_79B9)));
            bytes[at..at + 8].copy_from_slice(other.as_bytes());
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn range(range: search::Range) -> Range {
    Range { low: range.low, high: range.high }
}

fn word(value: Value) -> Word {
    match value {
        Value::Text(text) => Word::Text(text),
        Value::Token { system, code } => Word::Token { system, code },
        Value::Display(text) => Word::Display(text),
        Value::OfType { system, code, value } => Word::OfType { system, code, value },
        Value::Uri(uri) => Word::Uri(uri),
        Value::Reference(name) => Word::Reference(RecordName { kind: name.kind.code(), id: name.id }),
        Value::Elsewhere(text) => Word::Elsewhere(text),
        Value::ReferenceIdentifier { system, value } => Word::ReferenceIdentifier { system, value },
        Value::Range(span) => Word::Range(range(span)),
        Value::Quantity { range: span, system, code, unit } => {
            Word::Quantity { range: range(span), system, code, unit }
        }
        Value::Composite(parts) => {
            Word::Composite(parts.into_iter().map(|part| part.into_iter().map(word).collect()).collect())
        }
    }
}

struct Keyholder {
    stream: UnixStream,
    record: u64,
    ticket: u64,
}

impl Keyholder {
    fn start(folder: &Path, stopped: UnixStream) -> Self {
        let socket = folder.join("socket");
        let listener = UnixListener::bind(&socket).unwrap();
        let index_dir = folder.join("index");
        std::fs::create_dir(&index_dir).unwrap();
        std::thread::spawn(move || {
            let page_cache_bytes = IndexerOptions::PAGE_CACHE_BYTES;
            let key = Zeroizing::new([0; 32]);
            run(
                IndexerOptions { index_dir, keyholder_socket: socket, key, page_cache_bytes },
                stopped.into(),
                || {},
            )
        });
        let (stream, _) = listener.accept().unwrap();
        let mut keyholder = Self { stream, record: 0, ticket: 0 };
        keyholder.send(&Reply::Challenge([0; 32]));
        let _: Request = keyholder.receive();
        keyholder.send(&Reply::Welcome(Vec::new()));
        keyholder.send(&ToIndexer::Open { cell: CELL, index_key: SecretKey([2; 32]) });
        let _: FromIndexer = keyholder.receive();
        keyholder
    }

    fn send(&mut self, message: &impl serde::Serialize) {
        self.stream.write_all(&frame::encode(message).unwrap()).unwrap();
    }

    fn receive<T: DeserializeOwned>(&mut self) -> T {
        let mut prefix = [0u8; PREFIX_BYTES];
        self.stream.read_exact(&mut prefix).unwrap();
        let mut body = vec![0u8; frame::body_length(prefix).unwrap()];
        self.stream.read_exact(&mut body).unwrap();
        frame::decode(&body).unwrap()
    }

    fn item(&mut self, text: &str, patient: Pseudonym) -> Item {
        self.record += 1;
        let resource = Resource::parse(text, None).unwrap();
        let found = search::values(&resource, &[], BASE_URL);
        let words = Words {
            id: resource.id().unwrap().to_owned(),
            words: found.values.into_iter().map(|(number, value)| (number, word(value))).collect(),
            narrative: found.narrative,
            content: found.content,
        };
        let kind = resource.kind().code();
        let time_ms = 1_700_000_000_000 + self.record * 7;
        let (record, compartment) = (self.record, 1);
        let header = Header { cell: CELL, compartment, kind, record, version: 1, time_ms, deleted: false };
        let words = postcard::to_stdvec(&words).unwrap();
        let (sealed, key) = seal(&header, &Plain { body: b"", line: b"", words: &words }).unwrap();
        let key = SecretKey(*key.part(Part::Words.label()).unwrap().expose());
        Item { header, whose: vec![patient], words: sealed.words, key }
    }

    /// Waits until all is in segments.
    fn wait(&mut self) -> salus_trust_api::wire::index::IndexStatus {
        loop {
            self.send(&ToIndexer::Status { cell: CELL });
            match self.receive() {
                FromIndexer::Status { status, .. } if status.tail == 0 => return status,
                _ => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    fn ask(&mut self, query: &Query) -> u64 {
        self.ticket += 1;
        self.send(&ToIndexer::Search { ticket: self.ticket, cell: CELL, query: Box::new(query.clone()) });
        match self.receive() {
            FromIndexer::Found { found: Ok((found, _)), .. } => found.total,
            other => panic!("{other:?}"),
        }
    }
}

fn parameter(kind: &str, code: &str) -> u16 {
    search::parameter(ResourceType::from_name(kind).unwrap(), code).unwrap().number
}

fn queries(patient: &str, family: &str) -> Vec<(&'static str, Query)> {
    let value = |kind: &str, code: &str, test: Test| Condition::Value(parameter(kind, code), test);
    let kind = |name: &str| ResourceType::from_name(name).unwrap().code();
    let query = |name: &str, all: Vec<Condition>| Query {
        kinds: vec![kind(name)],
        all,
        sort: Vec::new(),
        count: 1,
        after: None,
        glimpse: false,
    };
    let name = || RecordName { kind: kind("Patient"), id: patient.to_owned() };
    let token = |code: &str| Test::Token { system: System::Any, code: Some(code.into()) };
    let date = |comparison, low: i64| Test::Range(comparison, Range { low, high: low + 86_399_999 });
    let of_patient = || value("Observation", "patient", Test::Reference(name()));
    let by_date = SortKey { parameter: parameter("Observation", "date"), descending: true };
    let chain = Condition::RefersTo {
        parameter: parameter("Observation", "patient"),
        kinds: vec![kind("Patient")],
        meets: Box::new(value("Patient", "family", Test::Starts(family.into()))),
    };
    let has = Condition::ReferredToBy {
        kind: kind("Observation"),
        parameter: parameter("Observation", "patient"),
        meets: Box::new(value("Observation", "code", token("55284-4"))),
    };
    let mut sorted = query("Observation", vec![of_patient()]);
    sorted.sort.push(by_date);
    vec![
        ("Patient by id", query("Patient", vec![Condition::Id(name())])),
        (
            "Patient by family",
            query("Patient", vec![value("Patient", "family", Test::Starts(family.into()))]),
        ),
        (
            "Patient by name:contains",
            query("Patient", vec![value("Patient", "name", Test::Contains("ow".into()))]),
        ),
        ("Patient by gender", query("Patient", vec![value("Patient", "gender", token("female"))])),
        (
            "Patient by birthdate ge",
            query("Patient", vec![value("Patient", "birthdate", date(Comparison::Ge, 0))]),
        ),
        ("Observation by patient", query("Observation", vec![of_patient()])),
        ("  sorted by date", sorted),
        (
            "  and code",
            query("Observation", vec![of_patient(), value("Observation", "code", token("55284-4"))]),
        ),
        (
            "  and date",
            query(
                "Observation",
                vec![of_patient(), value("Observation", "date", date(Comparison::Ge, 1_500_000_000_000))],
            ),
        ),
        ("Observation by code", query("Observation", vec![value("Observation", "code", token("55284-4"))])),
        ("Observation by status", query("Observation", vec![value("Observation", "status", token("final"))])),
        (
            "Encounter by date",
            query("Encounter", vec![value("Encounter", "date", date(Comparison::Ge, 1_500_000_000_000))]),
        ),
        ("Observation by patient.family", query("Observation", vec![chain])),
        ("Patient by _has Observation code", query("Patient", vec![has])),
    ]
}

fn main() {
    let bundles = bundles();
    let copies: Vec<u32> = std::env::args().skip(1).map(|copies| copies.parse().unwrap()).collect();
    for copies in copies {
        figures(&bundles, copies);
    }
}

fn figures(bundles: &Bundles, copies: u32) {
    let folder = tempfile::tempdir().unwrap();
    let (_stop, stopped) = UnixStream::pair().unwrap();
    let mut keyholder = Keyholder::start(folder.path(), stopped);
    let (mut making, mut patients) = (Duration::ZERO, 0u64);
    let (began, before) = (Instant::now(), cpu());
    let mut sealed_bytes = 0usize;
    for copy in 0..copies {
        for bundle in &bundles.0 {
            patients += 1;
            let mut pseudonym = [0u8; 16];
            pseudonym[..8].copy_from_slice(&patients.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes());
            for chunk in bundle.chunks(ITEMS) {
                let since = cpu_of_thread();
                let items: Vec<Item> = chunk
                    .iter()
                    .map(|(_, text)| keyholder.item(&copied(text, copy), Pseudonym(pseudonym)))
                    .collect();
                sealed_bytes += items.iter().map(|item| item.words.len()).sum::<usize>();
                making += cpu_of_thread() - since;
                let entry = keyholder.record;
                keyholder.send(&ToIndexer::Written { cell: CELL, entry, items });
                keyholder.send(&ToIndexer::Landed { cell: CELL, entries: vec![entry], settled: entry });
            }
        }
    }
    keyholder.wait();
    let (took, used) = (began.elapsed(), cpu() - before - making);
    // Merges go on for a while; the writer is closed after them.
    std::thread::sleep(Duration::from_secs(13));
    let status = keyholder.wait();
    let per = |sum: f64| sum / keyholder.record as f64;
    println!(
        "{} resources of {patients} files: {} segments, {:.0} bytes of index a resource ({:.0} of sealed words), \
         {:.0} µs of CPU to index one, {:.1} s in all",
        keyholder.record,
        status.segments,
        per(status.bytes as f64),
        per(sealed_bytes as f64),
        per(used.as_micros() as f64),
        took.as_secs_f64(),
    );
    let (_, text) = bundles.0.iter().flatten().find(|(kind, _)| kind == "Patient").unwrap();
    let patient: serde_json::Value = serde_json::from_str(text).unwrap();
    let family = patient["name"][0]["family"].as_str().unwrap();
    for (name, query) in queries(patient["id"].as_str().unwrap(), family) {
        let total = keyholder.ask(&query);
        let (began, before) = (Instant::now(), cpu());
        for _ in 0..ROUNDS {
            assert_eq!(keyholder.ask(&query), total);
        }
        let (took, used) = (began.elapsed() / ROUNDS, (cpu() - before) / ROUNDS);
        println!(
            "  {name:34} {total:>8} found {:>8} µs of CPU, both ends {:>8} µs",
            used.as_micros(),
            took.as_micros()
        );
    }
}

fn cpu_of_thread() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

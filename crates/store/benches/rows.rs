//! Bytes on disk, reads and commits of the store, beside plain SQLite rows of the same data in the same run.
//!
//! Data: the Synthea bundles of `SALUS_TEST_DATA` (default `../shared/data` beside the repository), each resource
//! sealed as the record server seals it; without them, small made-up resources, and it says so.
//! `cargo bench -p salus-store [-- sizes|reads|commits]`; seconds of each measurement in `SALUS_BENCH_SECONDS` (2).

#![allow(clippy::unwrap_used)]

use rusqlite::{Connection, OptionalExtension, params};
use salus_seal::envelope::{Plain, seal};
use salus_seal::{CellId, Header, Sealed};
use salus_store::{Address, CellStore, CommitItem, NewVersion, Store, StoredId, Tuning};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const CELL: CellId = CellId([0xbe; 16]);

struct Resource {
    json: String,
    sealed: Sealed,
    compartment: u64,
}

fn main() {
    let resources = resources();
    let json: usize = resources.iter().map(|one| one.json.len()).sum();
    let sealed: usize = resources.iter().map(|one| one.sealed.body.len() + one.sealed.line.len()).sum();
    let count = resources.len();
    println!("{count} resources, JSON {} B each, sealed {} B each", json / count, sealed / count);
    let parts: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|one| one == part);
    if wanted("sizes") {
        sizes(&resources);
    }
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(import(dir.path(), &resources, Tuning::default(), 1024));
    let plain = plain_import(&dir.path().join("plain.sqlite"), &resources, 4096);
    if wanted("reads") {
        reads(&store, dir.path(), &plain, count as u64);
    }
    for waiting in [1, 16, 64].into_iter().filter(|_| wanted("commits")) {
        commits(&store, &resources, waiting);
        plain_commits(&plain, &resources, waiting);
    }
}

fn resources() -> Vec<Resource> {
    let folder = std::env::var("SALUS_TEST_DATA")
        .map(PathBuf::from)
        .unwrap_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let mut files: Vec<_> = std::fs::read_dir(folder.join("synthea"))
        .into_iter()
        .flatten()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let mut out = vec![];
    for (compartment, file) in
        files.iter().filter(|file| file.extension().is_some_and(|e| e == "json")).enumerate()
    {
        let bundle: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        for entry in bundle["entry"].as_array().into_iter().flatten() {
            out.push(resource(out.len() as u64 + 1, compartment as u64 + 1, entry["resource"].to_string()));
        }
    }
    if out.is_empty() {
        println!("no Synthea bundles in {}: made-up resources instead", folder.display());
        out.extend((1..=10_000u64).map(|n| {
            let json = format!(
                r#"{{"resourceType":"Observation","id":"{n:032x}","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"{}"}}]}},"valueQuantity":{{"value":{}.{},"unit":"mm[Hg]"}}}}"#,
                n % 997,
                n % 200,
                n % 10
            );
            resource(n, n / 200 + 1, json)
        }));
    }
    out
}

fn resource(record: u64, compartment: u64, json: String) -> Resource {
    let header = Header {
        cell: CELL,
        compartment,
        kind: (record % 140) as u16,
        record,
        version: 1,
        time_ms: 1_795_000_000_000 + record,
        deleted: false,
    };
    let (sealed, _) = seal(&header, &Plain { body: json.as_bytes(), ..Plain::default() }).unwrap();
    Resource { json, sealed, compartment }
}

/// A random-looking id; the same number gives the same id.
fn id(number: u64) -> [u8; 16] {
    let mix = |mut x: u64| {
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    let mut id = [0; 16];
    id[..8].copy_from_slice(&mix(number).to_be_bytes());
    id[8..].copy_from_slice(&mix(!number).to_be_bytes());
    id
}

fn address(number: u64) -> Address {
    Address { kind: 7, id: StoredId::Random(id(number)) }
}

fn new_version(one: &Resource, record: u64, entry: u64) -> NewVersion {
    let mut sealed = one.sealed.clone();
    sealed.header.kind = 7;
    sealed.header.record = record;
    NewVersion { address: address(record), expected_version: 0, sealed, wrap: [7; 60], entry }
}

fn item(entry: u64, versions: Vec<NewVersion>) -> CommitItem {
    CommitItem {
        first_entry: entry,
        last_entry: entry,
        entry_mac: [5; 16],
        compartments: vec![],
        versions,
        ledger: None,
    }
}

/// All resources in items of at most `versions`, the compartments in the first.
fn import(dir: &Path, resources: &[Resource], tuning: Tuning, versions: usize) -> CellStore {
    let store = CellStore::create(dir, CELL, tuning).unwrap();
    let mut waiting = vec![];
    for (at, chunk) in resources.chunks(versions).enumerate() {
        let entry = at as u64 + 1;
        let new = chunk.iter().map(|one| new_version(one, one.sealed.header.record, entry)).collect();
        let mut item = item(entry, new);
        if at == 0 {
            let last = resources.iter().map(|one| one.compartment).max().unwrap_or(0);
            item.compartments = (0..=last).map(|number| (number, vec![number as u8; 81])).collect();
        }
        waiting.push(store.commit(item));
        if waiting.len() == 64 {
            waiting.drain(..).for_each(|landing| landing.wait().unwrap());
        }
    }
    waiting.into_iter().for_each(|landing| landing.wait().unwrap());
    store
}

fn plain_import(path: &Path, resources: &[Resource], page: u32) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "page_size", page).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    // As the store has it; without it, every execution prepares the statement anew.
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).unwrap();
    let table = "CREATE TABLE resource (kind INTEGER, id BLOB, version INTEGER, body BLOB, PRIMARY KEY (kind, id, version))";
    connection.execute_batch(table).unwrap();
    connection.execute_batch("BEGIN").unwrap();
    for one in resources {
        plain_insert(&connection, one.sealed.header.record, one.json.as_bytes());
    }
    connection.execute_batch("COMMIT").unwrap();
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    connection
}

fn plain_insert(connection: &Connection, number: u64, body: &[u8]) {
    connection
        .prepare_cached("INSERT INTO resource (kind, id, version, body) VALUES (7, ?1, 1, ?2)")
        .unwrap()
        .execute(params![id(number), body])
        .unwrap();
}

fn sizes(resources: &[Resource]) {
    println!("\nbytes on disk per record (closed store)");
    let per_record = |bytes: u64| bytes / resources.len() as u64;
    for page_bytes in [4096, 8192, 16384] {
        let mut line = format!("  pages of {page_bytes:5}:");
        for versions in [1, 1024] {
            let dir = tempfile::tempdir().unwrap();
            let begin = Instant::now();
            let store = import(dir.path(), resources, Tuning { page_bytes, ..Tuning::default() }, versions);
            let rate = resources.len() as f64 / begin.elapsed().as_secs_f64();
            store.close();
            let bytes =
                std::fs::metadata(dir.path().join(format!("cells/{CELL}/records.sqlite"))).unwrap().len();
            line += &format!(" {} B in items of {versions} ({rate:.0} records/s);", per_record(bytes));
        }
        let dir = tempfile::tempdir().unwrap();
        drop(plain_import(&dir.path().join("plain"), resources, page_bytes));
        let bytes = std::fs::metadata(dir.path().join("plain")).unwrap().len();
        println!("{line} plain JSON rows {} B", per_record(bytes));
    }
}

fn seconds() -> Duration {
    let seconds = std::env::var("SALUS_BENCH_SECONDS").map_or(2.0, |text| text.parse().unwrap());
    Duration::from_secs_f64(seconds)
}

/// CPU time of this process so far.
fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let ticks: u64 = text
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|t| t.parse::<u64>().unwrap())
        .sum();
    // The kernel shows 100 ticks a second to programs, whatever it counts itself.
    Duration::from_millis(ticks * 10)
}

/// Runs `once` for the time of a measurement, and prints what each took.
fn measure(name: &str, mut once: impl FnMut(u64)) {
    let (begin, before) = (Instant::now(), cpu());
    let mut times = vec![];
    while begin.elapsed() < seconds() {
        let start = Instant::now();
        once(times.len() as u64);
        times.push(start.elapsed());
    }
    report(name, times, begin.elapsed(), cpu() - before);
}

fn report(name: &str, mut times: Vec<Duration>, elapsed: Duration, cpu: Duration) {
    times.sort_unstable();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    println!(
        "  {name:44} {:8.0}/s  p50 {:7.1} us  p99 {:8.1} us  CPU {:6.1} us",
        times.len() as f64 / elapsed.as_secs_f64(),
        micros(times[times.len() / 2]),
        micros(times[times.len() * 99 / 100]),
        micros(cpu) / times.len() as f64,
    );
}

fn reads(store: &Arc<CellStore>, dir: &Path, plain: &Connection, count: u64) {
    println!("\nreads of one of {count} at random");
    let pick = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % count + 1;
    measure("read", |n| assert!(store.read(&address(pick(n))).unwrap().is_some()));
    measure("head", |n| assert!(store.head(&address(pick(n))).unwrap().is_some()));
    measure("read, nothing there", |n| assert!(store.read(&address(pick(n) + count)).unwrap().is_none()));
    let mapped = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(mapped.path().join(format!("cells/{CELL}"))).unwrap();
    for name in ["records.sqlite", "records.sqlite-wal"] {
        let name = format!("cells/{CELL}/{name}");
        std::fs::copy(dir.join(&name), mapped.path().join(&name)).unwrap();
    }
    let tuning = Tuning { mmap_bytes: 1 << 30, ..Tuning::default() };
    let mapped = CellStore::open(mapped.path(), CELL, tuning).unwrap();
    measure("read, file mapped into memory", |n| assert!(mapped.read(&address(pick(n))).unwrap().is_some()));
    let select = "SELECT body FROM resource WHERE kind = 7 AND id = ?1 ORDER BY version DESC LIMIT 1";
    measure("plain row", |n| {
        let mut select = plain.prepare_cached(select).unwrap();
        let body: Option<Vec<u8>> = select.query_row([id(pick(n))], |row| row.get(0)).optional().unwrap();
        assert!(body.is_some());
    });
    let stop = AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut n = 0;
            while stop.load(Ordering::Relaxed) == 0 {
                let found = store.read(&address(1)).unwrap().unwrap().stored;
                let mut new = NewVersion {
                    address: address(1),
                    expected_version: found.sealed.header.version,
                    sealed: found.sealed,
                    wrap: found.wrap,
                    entry: 1_000_000 + n,
                };
                new.sealed.header.version += 1;
                store.commit(item(new.entry, vec![new])).wait().unwrap();
                n += 1;
            }
        });
        measure("read, while another thread commits", |n| {
            assert!(store.read(&address(pick(n))).unwrap().is_some());
        });
        stop.store(1, Ordering::Relaxed);
    });
}

static NEXT: AtomicU64 = AtomicU64::new(10_000_000);

fn commits(store: &Arc<CellStore>, resources: &[Resource], waiting: usize) {
    if waiting == 1 {
        println!("\ncommits of one new record");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (begin, before) = (Instant::now(), cpu());
    let times = runtime.block_on(async {
        let mut tasks = vec![];
        for task in 0..waiting {
            let (store, bodies) = (Arc::clone(store), resources.len());
            let versions: Vec<_> =
                (0..64).map(|n| new_version(&resources[(task * 64 + n) % bodies], 1, 1)).collect();
            tasks.push(tokio::task::spawn(async move {
                let mut times = vec![];
                while begin.elapsed() < seconds() {
                    let start = Instant::now();
                    let number = NEXT.fetch_add(1, Ordering::Relaxed);
                    let mut new = versions[times.len() % 64].clone();
                    (new.address, new.sealed.header.record, new.entry) = (address(number), number, number);
                    store.commit(item(number, vec![new])).await.unwrap();
                    times.push(start.elapsed());
                }
                times
            }));
        }
        let mut times = vec![];
        for task in tasks {
            times.extend(task.await.unwrap());
        }
        times
    });
    report(&format!("{waiting} waiting"), times, begin.elapsed(), cpu() - before);
}

fn plain_commits(plain: &Connection, resources: &[Resource], rows: usize) {
    let (begin, before) = (Instant::now(), cpu());
    let mut times = vec![];
    while begin.elapsed() < seconds() {
        let start = Instant::now();
        plain.execute_batch("BEGIN IMMEDIATE").unwrap();
        for _ in 0..rows {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            plain_insert(plain, number, resources[number as usize % resources.len()].json.as_bytes());
        }
        plain.execute_batch("COMMIT").unwrap();
        times.extend(std::iter::repeat_n(start.elapsed(), rows));
    }
    report(&format!("plain JSON rows, {rows} in a transaction"), times, begin.elapsed(), cpu() - before);
}

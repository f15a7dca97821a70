//! `salus-bench scope`: how the time of a scope grows with the log, and what a scope of everybody takes.
//!
//! A generator writes logs in the real format, of a practice network that makes a day's entries each day, so that a longer log is an older
//! one. They are read through the code that the keyholder reads its own with, from files, without folding them first.
//!
//! Never: part of what is shipped. State: the logs, in a folder that is removed at the end.

mod generate;

use crate::error::BenchError;
use crate::machine;
use crate::report::{number, table};
use generate::{DAY_ENTRIES, DAY_MS, Log, PRINCIPALS, THEFT_PER_REPORT};
use salus::failure::Failure;
use salus::incident::extent::{Extent, Lookup};
use salus::incident::gather::Gathered;
use salus_accesslog::proof::TreeReader;
use salus_keyholder::span::{MAX_ENTRIES_READ, SpanReader, ciphers, first_at};
use salus_seal::{Header, Pseudonym};
use salus_trust_api::wire::incident::ScopeFilter;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

/// The patients of the theft that Salus is measured against.
pub const STOLEN: u64 = 758_912;
/// Bytes on disk that an entry takes, about, with its hashes; what does not fit is left out.
const ENTRY_BYTES: u64 = 240;
/// What is left free of the disk, in bytes.
const KEPT_FREE_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// What was measured of one log.
struct Row {
    entries: u64,
    written: Duration,
    bytes: u64,
    found: Duration,
    first: Duration,
    again: Duration,
    looked_at: u64,
    admitted: u64,
    longest: Duration,
}

/// Measures logs of these sizes, and a scope of so many patients; gives the page.
pub fn run(entries: &[u64], stolen: u64, dir: Option<&Path>) -> Result<String, BenchError> {
    let parent = dir.map_or_else(std::env::temp_dir, Path::to_owned);
    let folder = parent.join(format!("salus-bench-scope-{}", std::process::id()));
    let measured = measure(entries, stolen, &folder);
    // Whatever came of it, gigabytes are not left behind.
    let removed = std::fs::remove_dir_all(&folder).map_err(BenchError::io(&folder));
    let page = measured?;
    removed?;
    Ok(page)
}

fn measure(entries: &[u64], stolen: u64, folder: &Path) -> Result<String, BenchError> {
    std::fs::create_dir_all(folder).map_err(BenchError::io(folder))?;
    let about = machine::machine(folder);
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    for count in entries {
        let free = rustix::fs::statvfs(folder).map_or(0, |disk| disk.f_bavail * disk.f_frsize);
        if count.saturating_mul(ENTRY_BYTES) + KEPT_FREE_BYTES > free {
            notes.push(format!("{count} entries do not fit on the disk (some {ENTRY_BYTES} bytes each)."));
            continue;
        }
        let place = folder.join(count.to_string());
        rows.push(one_size(&place, *count)?);
        std::fs::remove_dir_all(&place).map_err(BenchError::io(&place))?;
    }
    let naive =
        rows.first().map(|row| row.entries).map(|count| whole(&folder.join("whole"), count)).transpose()?;
    let everybody = everybody(&folder.join("theft"), stolen)?;
    Ok(markdown(&about, &rows, naive, &everybody, &notes))
}

/// A page at a time, as the keyholder reads, with the longest one's time.
fn gather(
    log: &Log,
    tree: &TreeReader,
    filter: &ScopeFilter,
    times: Range<u64>,
) -> Result<(Gathered, Duration), BenchError> {
    let whose = |session: &_| Some(generate::whose(session));
    let reader = SpanReader {
        entries: tree,
        cell: generate::CELL,
        ciphers: ciphers(&log.keys)?,
        whose: &whose,
        lost_up_to_ms: None,
    };
    let (mut gathered, mut longest, mut next) = (Gathered::default(), Duration::ZERO, None);
    loop {
        let begun = Instant::now();
        let page = reader.page(filter, times.clone(), next);
        longest = longest.max(begun.elapsed());
        let page = page.map_err(|error| BenchError::Keyholder(error.to_string()))?;
        next = page.next;
        gathered.add(page);
        if next.is_none() {
            return Ok((gathered, longest));
        }
    }
}

fn open(log: &Log) -> Result<TreeReader, BenchError> {
    let tree = salus_accesslog::Tree::Cell(generate::CELL);
    TreeReader::new(&log.dir, tree).map_err(|error| BenchError::Keyholder(error.to_string()))
}

/// One principal's day, two thirds into the log.
fn one_size(place: &Path, count: u64) -> Result<Row, BenchError> {
    let begun = Instant::now();
    let log = generate::days(place, count)?;
    let written = begun.elapsed();
    let tree = open(&log)?;
    let day_ms = generate::BEGIN_MS + count / DAY_ENTRIES * 2 / 3 * DAY_MS;
    let filter = ScopeFilter { principal: Some(generate::principal(7)), ..ScopeFilter::default() };
    let begun = Instant::now();
    first_at(&&tree, day_ms).map_err(|error| BenchError::Keyholder(error.to_string()))?;
    let found = begun.elapsed();
    let begun = Instant::now();
    let (gathered, longest) = gather(&log, &tree, &filter, day_ms..day_ms + DAY_MS)?;
    let first = begun.elapsed();
    let begun = Instant::now();
    gather(&log, &tree, &filter, day_ms..day_ms + DAY_MS)?;
    Ok(Row {
        entries: count,
        written,
        bytes: log.bytes,
        found,
        first,
        again: begun.elapsed(),
        looked_at: gathered.looked_at,
        admitted: gathered.count,
        longest,
    })
}

/// The same day by reading the log from its begin, as it would be without halving.
fn whole(place: &Path, count: u64) -> Result<(u64, Duration), BenchError> {
    let log = generate::days(place, count)?;
    let tree = open(&log)?;
    let filter = ScopeFilter { principal: Some(generate::principal(7)), ..ScopeFilter::default() };
    let begun = Instant::now();
    gather(&log, &tree, &filter, 0..u64::MAX)?;
    let took = begun.elapsed();
    std::fs::remove_dir_all(place).map_err(BenchError::io(place))?;
    Ok((count, took))
}

/// Headers and owners as the theft's entries have them, without a store's file and its seeks.
struct Invented;

impl Lookup for Invented {
    fn headers(&mut self, versions: &[(u64, u32)]) -> Result<Vec<Option<(Header, u64)>>, Failure> {
        Ok(versions.iter().map(|(record, version)| Some((generate::header(*record, *version), 1))).collect())
    }

    fn whose(&mut self, compartments: &[u64]) -> Result<Vec<(u64, Vec<Pseudonym>)>, Failure> {
        Ok(compartments.iter().map(|number| (*number, vec![generate::pseudonym(*number)])).collect())
    }
}

struct Everybody {
    entries: u64,
    read: Duration,
    attributed: Duration,
    patients: u64,
    versions: u64,
    peak_mib: u64,
}

/// A session that took everybody, one record after the other, and a second version of some.
fn everybody(place: &Path, stolen: u64) -> Result<Everybody, BenchError> {
    let log = generate::theft(place, stolen)?;
    let tree = open(&log)?;
    let filter = ScopeFilter { principal: Some(generate::principal(1)), ..ScopeFilter::default() };
    let begun = Instant::now();
    let (mut gathered, _) = gather(&log, &tree, &filter, 0..u64::MAX)?;
    let read = begun.elapsed();
    let begun = Instant::now();
    let extent = Extent::of(&mut gathered, &mut Invented);
    let extent = extent.map_err(|failure| BenchError::Keyholder(failure.say.key().to_owned()))?;
    Ok(Everybody {
        entries: tree.checkpoint().size,
        read,
        attributed: begun.elapsed(),
        patients: extent.patients.len() as u64,
        versions: extent.versions,
        peak_mib: peak_mib(),
    })
}

/// The most memory that this process ever had, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn ms(time: Duration) -> String {
    number(time.as_secs_f64() * 1e3)
}

fn markdown(
    about: &str,
    rows: &[Row],
    naive: Option<(u64, Duration)>,
    everybody: &Everybody,
    notes: &[String],
) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut page = format!(
        "# Benchmarks: scope\n\n{about}. {}, commit {}.\n\n`cargo run --release -p salus-bench -- scope --entries 10m,100m --out docs/benchmarks-scope.md`\n",
        machine::date(),
        machine::commit(root),
    );
    let text = format!(
        "A log of {DAY_ENTRIES} entries a day, of {PRINCIPALS} principals, each read and search with its report of delivery. What one principal was \
         admitted to on one day, two thirds into the log: the first time, and again. Longest: the longest page ({MAX_ENTRIES_READ} entries), for which the \
         keyholder serves nobody else. The day's entries are all opened, since who acted is sealed in each."
    );
    let cells = rows.iter().map(|row| {
        vec![
            row.entries.to_string(),
            number(row.entries as f64 / DAY_ENTRIES as f64),
            number(row.bytes as f64 / 1e9),
            number(row.written.as_secs_f64()),
            ms(row.found),
            ms(row.first),
            ms(row.again),
            ms(row.longest),
            row.looked_at.to_string(),
            row.admitted.to_string(),
        ]
    });
    let head = [
        "entries",
        "days",
        "GB",
        "written in s",
        "begin found, ms",
        "scope, ms",
        "again, ms",
        "longest page, ms",
        "looked at",
        "admissions",
    ];
    page += &table("One principal's day", &text, &head, cells.collect());
    if let Some((count, took)) = naive {
        page += &format!("\nWithout halving, reading all of {count} entries takes {} ms.\n", ms(took));
    }
    for note in notes {
        page += &format!("\n{note}\n");
    }
    let text = format!(
        "{} entries: one session reads a Patient after the other, one entry each, a report of delivery for each {THEFT_PER_REPORT}. Attributing takes each version's header and each \
         compartment's owner from memory; a store's file adds a seek for each.",
        everybody.entries
    );
    let row = vec![
        everybody.patients.to_string(),
        everybody.versions.to_string(),
        ms(everybody.read),
        ms(everybody.attributed),
        everybody.peak_mib.to_string(),
    ];
    let head = [
        "patients",
        "versions",
        "read and gathered, ms",
        "attributed, ms",
        "peak memory of the process, MiB",
    ];
    page += &table("Everybody", &text, &head, vec![row]);
    page
}

#[cfg(test)]
mod tests {
    /// The whole run, small: what it writes is a log that verifies, and the scope is what was written.
    #[test]
    fn a_small_run_measures_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let page = super::run(&[3_000], 700, Some(folder.path())).unwrap();
        assert!(page.contains("| 3000 |") && page.contains("| 700 | 700 |"), "{page}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
    }

    #[test]
    fn a_generated_log_is_one_that_verifies_and_its_theft_is_found_whole() {
        let folder = tempfile::tempdir().unwrap();
        let log = super::generate::theft(&folder.path().join("log"), 700).unwrap();
        let report = salus_accesslog::verify::directory(&log.dir, &Default::default()).unwrap();
        // There is no journal: nobody goes on with it.
        let is_journal = |part: std::path::Component<'_>| part.as_os_str() == "journal";
        let wrong: Vec<_> =
            report.findings.iter().filter(|found| !found.path.components().any(is_journal)).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        let tree = super::open(&log).unwrap();
        let (mut gathered, _) = super::gather(&log, &tree, &Default::default(), 0..u64::MAX).unwrap();
        let extent = super::Extent::of(&mut gathered, &mut super::Invented).unwrap();
        assert_eq!((extent.patients.len(), extent.versions, extent.undelivered), (700, 700, 700 % 64));
    }
}

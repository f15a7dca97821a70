//! Searches over HTTP, each shape at each size: Synthea's patients, and thin ones up to the size. Beside them, the same data in
//! plain SQLite tables.
//!
//! State: one data directory, which grows from size to size.

use super::import::import;
use super::shapes::{self, Shape};
use crate::bodies;
use crate::context::Context;
use crate::error::BenchError;
use crate::http::{Client, Target};
use crate::load::{self, Plan, Span, Subject};
use crate::measurement::Measurement;
use crate::peers::tables::Tables;
use crate::people::{self, RESOURCES};
use crate::procfs;
use crate::server::Salus;
use serde_json::Value;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How many connections ask at once.
pub const CONNECTIONS: [u32; 2] = [1, 16];
/// Patients that Synthea made.
const SYNTHEA_PATIENTS: u32 = 44;
/// Connections over which patients are loaded.
const LOADERS: usize = 4;
/// So many rounds are enough where there are so many shapes.
const MOST_ROUNDS: u32 = 2;
/// How many answers of each shape are looked at.
const LOOKED_AT: usize = 16;

/// What a shape is called at a size.
pub fn of(shape: &str, patients: u32) -> String {
    format!("{shape}, {patients} patients")
}

/// Measures every shape at each of these sizes, which ascend.
pub fn run(context: &mut Context, sizes: &[u32]) -> Result<(), BenchError> {
    let (mut salus, target) = Salus::fresh(context, "search")?;
    import(&salus, &context.synthea)?;
    let shapes = shapes::all();
    let mut tables = Tables::create(&context.data.join("tables.sqlite"))?;
    let mut ids: Vec<String> = Vec::new();
    for size in sizes {
        let thin = size.saturating_sub(SYNTHEA_PATIENTS).max(ids.len() as u32);
        let before = ids.len() as u32;
        let begin = Instant::now();
        grow(&target, &mut ids, thin)?;
        let resources = u64::from(thin - before) * u64::from(RESOURCES);
        let loaded = Measurement::new(
            "search load",
            &of("load", *size),
            LOADERS as u32,
            1,
            resources,
            begin.elapsed(),
        );
        tables.grow(before..thin, &ids)?;
        salus.wait_until_quiet()?;
        let bytes = procfs::bytes_below(&salus.data().join("index")) as f64;
        context.record.add(loaded.with("index_bytes", bytes))?;
        for shape in &shapes {
            measure(context, shape, *size, &salus, &target, &ids)?;
        }
        for round in 1..=context.effort.rounds {
            for one in tables.all(context.effort, round, *size)? {
                context.record.add(one)?;
            }
        }
        for process in salus.processes() {
            let memory = procfs::memory(process.pid)?;
            let one =
                Measurement::new("search memory", &of(&process.name, *size), 0, 1, 1, Duration::from_secs(1));
            context.record.add(one.with("rss_megabytes", memory.rss_bytes as f64 / 1e6))?;
        }
    }
    salus.stop().map(drop)
}

/// Adds thin patients until there are so many, over several connections.
fn grow(target: &Target, ids: &mut Vec<String>, thin: u32) -> Result<(), BenchError> {
    let known = ids.len() as u32;
    let had = if known == 0 { 0 } else { people::practitioners(known - 1) };
    bodies::post(target, &people::practitioner_bundles(had..people::practitioners(thin)), "Practitioner")?;
    let each = (thin - known).div_ceil(LOADERS as u32);
    let load = |at: u32| {
        let range = (known + at * each).min(thin)..(known + (at + 1) * each).min(thin);
        bodies::post(target, &people::patient_bundles(range), "Patient")
    };
    let loaded: Vec<Result<Vec<String>, BenchError>> = std::thread::scope(|scope| {
        let load = &load;
        let threads: Vec<_> = (0..LOADERS as u32).map(|at| scope.spawn(move || load(at))).collect();
        let died = || Err(BenchError::program("load", "a thread ended"));
        threads.into_iter().map(|one| one.join().unwrap_or_else(|_| died())).collect()
    });
    for paths in loaded {
        ids.extend(paths?.iter().map(|path| path.trim_start_matches("/Patient/").to_owned()));
    }
    if ids.len() == thin as usize { Ok(()) } else { Err(BenchError::program("load", "patients are missing")) }
}

/// Measures one shape at one size with each number of connections; the answers are looked at first.
fn measure(
    context: &mut Context,
    shape: &Shape,
    size: u32,
    salus: &Salus,
    target: &Target,
    ids: &[String],
) -> Result<(), BenchError> {
    let paths = shape.paths(ids);
    let (entries, bytes) = look(target, &paths)?;
    let requests: Vec<Rc<[u8]>> = paths.iter().map(|path| target.get(path).into()).collect();
    // There are many shapes, and each is asked thousands of times even so.
    let span = Span { warm: context.effort.span.warm / 3, counted: context.effort.span.counted / 2 };
    for connections in CONNECTIONS {
        for round in 1..=context.effort.rounds.min(MOST_ROUNDS) {
            let name = of(shape.name, size);
            let processes = salus.processes();
            let subject = Subject { name: &name, address: target.address, processes: &processes };
            let plan = Plan::spread(&requests, connections, 200);
            let one = load::run("search", &subject, plan, span, round)?;
            context.record.add(one.with("entries", entries).with("answer_bytes", bytes))?;
        }
    }
    Ok(())
}

/// Entries and bytes of some answers, in the mean. An answer without an entry is an error: it would be no figure.
fn look(target: &Target, paths: &[String]) -> Result<(f64, f64), BenchError> {
    let mut client = Client::connect(target.address)?;
    let step = paths.len().div_ceil(LOOKED_AT).max(1);
    let (mut looked, mut entries, mut bytes) = (0usize, 0usize, 0usize);
    for path in paths.iter().step_by(step) {
        let request = target.get(path);
        let answer = client.ask(&request)?.expect(200, &request)?;
        let bundle: Value = serde_json::from_slice(&answer.body).map_err(BenchError::json(path.clone()))?;
        let found = bundle["entry"].as_array().map_or(0, Vec::len);
        if found == 0 {
            return Err(BenchError::Http(format!("nothing was found for {path}")));
        }
        (looked, entries, bytes) = (looked + 1, entries + found, bytes + answer.body.len());
    }
    let mean = |sum: usize| sum as f64 / looked.max(1) as f64;
    Ok((mean(entries), mean(bytes)))
}

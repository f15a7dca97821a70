//! `salus import` of all Synthea bundles into a new cell: how fast until all of it is found, whose CPU, how many bytes; and how
//! long its index takes to be made again. State: data directories.

use crate::context::Context;
use crate::error::BenchError;
use crate::http::{Client, Target};
use crate::measurement::Measurement;
use crate::procfs;
use crate::server::{CELL, Salus, text};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Imports as often as there are rounds, each time into a new directory.
pub fn run(context: &mut Context) -> Result<(), BenchError> {
    let (resources, observations) = count(&context.synthea)?;
    let (empty, _) = Salus::fresh(context, "empty")?;
    let empty_bytes = procfs::bytes_below(&empty.stop()?);
    for round in 1..=context.effort.rounds {
        let (mut salus, target) = Salus::fresh(context, "import")?;
        let processes = salus.processes();
        let (begin, before, ended) =
            (Instant::now(), procfs::cpu_times(&processes)?, procfs::ended_children_cpu()?);
        let sent = import(&salus, &context.synthea)?;
        is_found(&target, "Observation", observations)?;
        let elapsed = begin.elapsed();
        if sent != resources {
            return Err(BenchError::program("salus import", format!("sent {sent} of {resources}")));
        }
        // What the index does afterwards with what it was given is part of the work.
        salus.wait_until_quiet()?;
        let mut times = procfs::since(&before, &procfs::cpu_times(&processes)?);
        times.insert("import".to_owned(), procfs::ended_children_cpu()?.saturating_sub(ended));
        let data = salus.stop()?;
        let one = Measurement::new("import", "salus", 0, round, resources, elapsed).with_cpu(&times);
        let one = with_bytes(one, &data, resources).with("empty_bytes", empty_bytes as f64);
        context.record.add(one)?;
        let (mut salus, _) = Salus::serve(&context.salus, &data)?;
        context.record.add(rebuild(&mut salus, round, resources)?)?;
        salus.stop()?;
    }
    Ok(())
}

/// Imports the folder into the server's cell; how many resources that were.
pub fn import(salus: &Salus, folder: &Path) -> Result<u64, BenchError> {
    let report = text(&salus.data().with_extension("report.json"));
    let arguments = ["import", "--cell", CELL, "--json", "--report", &report, &text(folder)];
    Ok(salus.say(&arguments)?["sent"].as_u64().unwrap_or(0))
}

/// Whether a search counts all resources of a type.
fn is_found(target: &Target, kind: &str, expected: u64) -> Result<(), BenchError> {
    let request = target.get(&format!("/{kind}?_summary=count"));
    let answer = Client::connect(target.address)?.ask(&request)?.expect(200, &request)?;
    let answer: Value =
        serde_json::from_slice(&answer.body).map_err(BenchError::json("a search's answer"))?;
    let found = answer["total"].as_u64();
    if found == Some(expected) {
        return Ok(());
    }
    Err(BenchError::program("salus import", format!("{found:?} of {expected} {kind} resources are found")))
}

/// From `salus index rebuild` until the new index has taken the old one's place.
fn rebuild(salus: &mut Salus, round: u32, resources: u64) -> Result<Measurement, BenchError> {
    salus.wait_until_settled()?;
    let begin = Instant::now();
    salus.say(&["index", "rebuild", "--cell", CELL, "--no-wait", "--json"])?;
    salus.wait_until_settled()?;
    let one = Measurement::new("index rebuild", "salus", 0, round, resources, begin.elapsed());
    salus.wait_until_quiet()?;
    Ok(one
        .with("index_bytes_each", procfs::bytes_below(&salus.data().join("index")) as f64 / resources as f64))
}

/// With the bytes for each resource of a stopped server: store and the sealed words in it, index, log, and all of the directory.
pub fn with_bytes(one: Measurement, data: &Path, resources: u64) -> Measurement {
    let each = |bytes: u64| bytes as f64 / resources as f64;
    one.with("store_bytes_each", each(procfs::bytes_below(&data.join("cells"))))
        .with("words_bytes_each", each(words_bytes(&data.join("cells")).unwrap_or(0)))
        .with("index_bytes_each", each(procfs::bytes_below(&data.join("index"))))
        .with("log_bytes_each", each(procfs::bytes_below(&data.join("log"))))
        .with("all_bytes_each", each(procfs::bytes_below(data)))
}

/// The bytes of sealed words in all databases of a folder.
fn words_bytes(cells: &Path) -> Result<u64, BenchError> {
    let mut sum = 0;
    for entry in fs::read_dir(cells).map_err(BenchError::io(cells))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            sum += words_bytes(&path)?;
        } else if fs::read(&path).is_ok_and(|file| file.starts_with(b"SQLite format 3")) {
            let connection = rusqlite::Connection::open(&path)?;
            let bytes: Option<i64> =
                connection.query_row("SELECT sum(length(words)) FROM version", [], |row| row.get(0))?;
            sum += bytes.unwrap_or(0).unsigned_abs();
        }
    }
    Ok(sum)
}

/// How many resources there are, and how many of them are Observations.
fn count(folder: &Path) -> Result<(u64, u64), BenchError> {
    let (mut all, mut observations) = (0, 0);
    for bundle in crate::bodies::synthea(folder)? {
        let bundle: Value = serde_json::from_str(&bundle).map_err(BenchError::json("Synthea bundle"))?;
        for entry in bundle["entry"].as_array().into_iter().flatten() {
            all += 1;
            observations += u64::from(entry["resource"]["resourceType"] == "Observation");
        }
    }
    Ok((all, observations))
}

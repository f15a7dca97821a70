//! `salus import` of all Synthea bundles into a new cell: how fast, whose CPU, how many bytes. State: data directories.

use crate::context::Context;
use crate::error::BenchError;
use crate::measurement::Measurement;
use crate::procfs;
use crate::server::{Salus, text};
use std::path::Path;
use std::time::Instant;

/// Imports as often as there are rounds, each time into a new directory.
pub fn run(context: &mut Context) -> Result<(), BenchError> {
    let resources = count(&context.synthea)?;
    let (empty, _) = Salus::fresh(context, "empty")?;
    let empty_bytes = procfs::bytes_below(&empty.stop()?);
    for round in 1..=context.effort.rounds {
        let (salus, _) = Salus::fresh(context, "import")?;
        let processes = salus.processes();
        let (begin, before, ended) =
            (Instant::now(), procfs::cpu_times(&processes)?, procfs::ended_children_cpu()?);
        let sent = import(&salus, &context.synthea)?;
        let elapsed = begin.elapsed();
        if sent != resources {
            return Err(BenchError::program("salus import", format!("sent {sent} of {resources}")));
        }
        let mut times = procfs::since(&before, &procfs::cpu_times(&processes)?);
        times.insert("import".to_owned(), procfs::ended_children_cpu()?.saturating_sub(ended));
        let data = salus.stop()?;
        let one = Measurement::new("import", "salus", 0, round, resources, elapsed).with_cpu(&times);
        let one = with_bytes(one, &data, resources).with("empty_bytes", empty_bytes as f64);
        context.record.add(one)?;
    }
    Ok(())
}

/// Imports the folder into the server's cell; how many resources that were.
pub fn import(salus: &Salus, folder: &Path) -> Result<u64, BenchError> {
    let report = text(&salus.data().with_extension("report.json"));
    let arguments = ["import", "--cell", crate::server::CELL, "--json", "--report", &report, &text(folder)];
    Ok(salus.say(&arguments)?["sent"].as_u64().unwrap_or(0))
}

/// With the bytes for each resource of a stopped server: store, log, and all of the directory.
pub fn with_bytes(one: Measurement, data: &Path, resources: u64) -> Measurement {
    let each = |bytes: u64| bytes as f64 / resources as f64;
    one.with("store_bytes_each", each(procfs::bytes_below(&data.join("cells"))))
        .with("log_bytes_each", each(procfs::bytes_below(&data.join("log"))))
        .with("all_bytes_each", each(procfs::bytes_below(data)))
}

fn count(folder: &Path) -> Result<u64, BenchError> {
    let mut count = 0;
    for bundle in crate::bodies::synthea(folder)? {
        let bundle: serde_json::Value =
            serde_json::from_str(&bundle).map_err(BenchError::json("Synthea bundle"))?;
        count += bundle["entry"].as_array().map_or(0, Vec::len) as u64;
    }
    Ok(count)
}

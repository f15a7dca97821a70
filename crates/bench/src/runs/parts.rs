//! The bare parts in this process: SQLite, fsync, AES-GCM, zstd, the envelope. State: files in a folder of its own.

use crate::bodies;
use crate::context::Context;
use crate::error::BenchError;
use crate::peers::{cipher, disk, sqlite};
use serde_json::Value;

/// Rows or entries that become durable together.
pub const GROUPS: [u32; 3] = [1, 16, 64];

/// Measures them all.
pub fn run(context: &mut Context) -> Result<(), BenchError> {
    let bodies = observations(context)?;
    let folder = context.fresh_directory("parts")?;
    std::fs::create_dir_all(&folder).map_err(BenchError::io(&folder))?;
    let effort = context.effort;
    let mut plain = sqlite::Plain::create(&folder.join("plain.sqlite"), &bodies)?;
    for round in 1..=effort.rounds {
        for one in cipher::all(effort, &bodies, round)? {
            context.record.add(one)?;
        }
        context.record.add(plain.read(effort, round)?)?;
        for group in GROUPS {
            context.record.add(disk::append(effort, &folder, group, round)?)?;
            context.record.add(plain.insert(effort, &bodies, group, round)?)?;
        }
    }
    Ok(())
}

/// The Observations among the Synthea resources, minified.
fn observations(context: &Context) -> Result<Vec<String>, BenchError> {
    let mut found = Vec::new();
    for bundle in bodies::synthea(&context.synthea)? {
        let bundle: Value = serde_json::from_str(&bundle).map_err(BenchError::json("Synthea bundle"))?;
        let resources = bundle["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"]);
        found.extend(resources.filter(|one| one["resourceType"] == "Observation").map(Value::to_string));
    }
    Ok(found)
}

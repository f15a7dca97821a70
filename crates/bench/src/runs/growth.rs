//! What reads, creates and bytes become when there are ten times as many patients. State: data directories of its own.

use super::import::with_bytes;
use super::requests::{Kind, measure};
use crate::bodies::{self, RESOURCES_PER_THIN_PATIENT};
use crate::context::Context;
use crate::error::BenchError;
use crate::http::Target;
use crate::measurement::Measurement;
use crate::server::Salus;
use std::time::Instant;

/// How many connections ask.
pub const CONNECTIONS: u32 = 16;
/// Of how many records, evenly spread, the load is made.
const RECORDS: usize = 6_000;

/// What a size is called in the tables.
pub fn name(patients: u32) -> String {
    format!("{patients} patients")
}

/// Measures both sizes, each in a directory of its own.
pub fn run(context: &mut Context) -> Result<(), BenchError> {
    for patients in context.effort.thin_patients {
        let (salus, target) = Salus::fresh(context, "growth")?;
        let begin = Instant::now();
        let paths = bodies::post(&target, &bodies::thin_bundles(0..patients), "Observation")?;
        let elapsed = begin.elapsed();
        let data = salus.stop()?;
        let resources = u64::from(patients * RESOURCES_PER_THIN_PATIENT);
        let one = Measurement::new("growth load", &name(patients), 0, 1, resources, elapsed);
        context.record.add(with_bytes(one, &data, resources))?;

        let (salus, _) = Salus::serve(&context.salus, &data)?;
        let target = Target { address: salus.address(), ..target };
        let step = paths.len().div_ceil(RECORDS).max(1);
        let chosen: Vec<String> = paths.into_iter().step_by(step).collect();
        let records = bodies::fetch(&target, &chosen)?;
        for round in 1..=context.effort.rounds {
            for kind in [Kind::Read, Kind::Create] {
                measure(
                    context,
                    kind,
                    (&name(patients), &salus.processes()),
                    &target,
                    &records,
                    (CONNECTIONS, round),
                )?;
            }
        }
        salus.stop()?;
    }
    Ok(())
}

//! The bare parts that Salus is made of, without Salus: what stands beside its figures.

pub mod axum;
pub mod cipher;
pub mod disk;
pub mod find;
pub mod keyholder;
pub mod sqlite;
pub mod tables;

use crate::context::Effort;
use crate::error::BenchError;
use crate::measurement::Measurement;
use crate::procfs::{self, CpuTimes};
use std::time::Instant;

/// Does something in this process again and again, each time `width` at once, and measures.
fn repeat(
    effort: Effort,
    (what, of, width, round): (&'static str, &str, u32, u32),
    mut once: impl FnMut(u64) -> Result<(), BenchError>,
) -> Result<Measurement, BenchError> {
    let (begin, before) = (Instant::now(), procfs::own_cpu()?);
    let span = effort.span.counted / 2;
    let mut nanos = Vec::with_capacity(1 << 20);
    while begin.elapsed() < span {
        let start = Instant::now();
        once(nanos.len() as u64)?;
        nanos.push(start.elapsed().as_nanos() as u64);
    }
    let elapsed = begin.elapsed();
    let times = CpuTimes::from([("own".to_owned(), procfs::own_cpu()?.saturating_sub(before))]);
    let count = nanos.len() as u64 * u64::from(width);
    Ok(Measurement::new(what, of, width, round, count, elapsed).with_cpu(&times).with_latencies(nanos))
}

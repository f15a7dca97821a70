//! One measurement, the lines in which they are kept, and the medians that the tables show.
//!
//! State: the measurements of this run, in memory and in a file of JSON lines.

use crate::error::BenchError;
use crate::procfs::CpuTimes;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What was measured once.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Measurement {
    /// What was done: `read`, `import`.
    pub what: &'static str,
    /// By whom: `salus`, `axum`.
    pub of: String,
    /// How many connections, waiting requests or rows in a group; 0 where that means nothing.
    pub width: u32,
    /// Which time, from 1.
    pub round: u32,
    /// How often it was done.
    pub count: u64,
    /// In how long.
    pub seconds: f64,
    /// Of the single ones, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_us: Option<f64>,
    /// Of the single ones, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95_us: Option<f64>,
    /// Of the single ones, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_us: Option<f64>,
    /// Microseconds of CPU for each, by process.
    pub cpu_us: BTreeMap<String, f64>,
    /// What share of all processors others took meanwhile: neither what is measured nor the load generator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub others_share: Option<f64>,
    /// What else there is to say, each with its unit in its name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, f64>,
}

impl Measurement {
    /// Of something that was done `count` times.
    pub fn new(what: &'static str, of: &str, width: u32, round: u32, count: u64, elapsed: Duration) -> Self {
        Self {
            what,
            of: of.to_owned(),
            width,
            round,
            count,
            seconds: elapsed.as_secs_f64(),
            ..Self::default()
        }
    }

    /// With the CPU that all of it took.
    pub fn with_cpu(mut self, times: &CpuTimes) -> Self {
        let each = |time: &Duration| time.as_secs_f64() * 1e6 / self.count.max(1) as f64;
        self.cpu_us = times.iter().map(|(name, time)| (name.clone(), each(time))).collect();
        self
    }

    /// With the times of the single ones, in nanoseconds.
    pub fn with_latencies(mut self, mut nanos: Vec<u64>) -> Self {
        nanos.sort_unstable();
        let at =
            |share: f64| nanos.get((nanos.len() as f64 * share) as usize).map(|nanos| *nanos as f64 / 1e3);
        (self.p50_us, self.p95_us, self.p99_us) = (at(0.5), at(0.95), at(0.99));
        self
    }

    /// With one more value.
    pub fn with(mut self, name: &str, value: f64) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// How many a second.
    pub fn rate(&self) -> f64 {
        self.count as f64 / self.seconds
    }

    /// Microseconds of CPU of all processes together, for each.
    pub fn cpu(&self) -> f64 {
        self.cpu_us.values().sum()
    }

    /// Microseconds of CPU of one process, for each.
    pub fn cpu_of(&self, process: &str) -> f64 {
        self.cpu_us.get(process).copied().unwrap_or(0.0)
    }

    /// A value by its name.
    pub fn value(&self, name: &str) -> f64 {
        self.values.get(name).copied().unwrap_or(f64::NAN)
    }
}

/// The measurements of this run.
pub struct Record {
    all: Vec<Measurement>,
    file: File,
    path: PathBuf,
}

impl Record {
    /// A new one, written to a new file.
    pub fn create(path: &Path) -> Result<Self, BenchError> {
        let file = File::create(path).map_err(BenchError::io(path))?;
        Ok(Self { all: Vec::new(), file, path: path.to_owned() })
    }

    /// Keeps one, and says so.
    pub fn add(&mut self, one: Measurement) -> Result<(), BenchError> {
        eprintln!("{}", line(&one));
        let json = serde_json::to_string(&one).map_err(BenchError::json("measurement"))?;
        writeln!(self.file, "{json}").map_err(BenchError::io(&self.path))?;
        self.all.push(one);
        Ok(())
    }

    /// All rounds of one thing; empty when it was not measured.
    pub fn rounds(&self, what: &str, of: &str, width: u32) -> Rounds<'_> {
        let chosen = |one: &&Measurement| one.what == what && one.of == of && one.width == width;
        Rounds(self.all.iter().filter(chosen).collect())
    }

    /// The largest share of the machine that others took during a measurement.
    pub fn most_by_others(&self) -> Option<f64> {
        self.all.iter().filter_map(|one| one.others_share).max_by(f64::total_cmp)
    }

    /// Where the lines are.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn line(one: &Measurement) -> String {
    let mut line =
        format!("{:10} {:28} {:>4} #{} {:10.1}/s", one.what, one.of, one.width, one.round, one.rate());
    if let (Some(p50), Some(p99)) = (one.p50_us, one.p99_us) {
        line += &format!("  p50 {p50:8.1} us  p99 {p99:9.1} us");
    }
    if !one.cpu_us.is_empty() {
        let by: Vec<String> = one.cpu_us.iter().map(|(name, micros)| format!("{name} {micros:.1}")).collect();
        line += &format!("  CPU {:7.1} us ({})", one.cpu(), by.join(", "));
    }
    for (name, value) in &one.values {
        line += &format!("  {name} {value:.2}");
    }
    if let Some(share) = one.others_share {
        line += &format!("  others {:.0} %", share * 100.0);
    }
    line
}

/// The rounds of one thing, in order.
pub struct Rounds<'a>(Vec<&'a Measurement>);

impl Rounds<'_> {
    /// Whether it was measured.
    pub fn is_there(&self) -> bool {
        !self.0.is_empty()
    }

    /// The median over the rounds; not a number when there is none.
    pub fn median(&self, of: impl Fn(&Measurement) -> f64) -> f64 {
        median(self.0.iter().map(|one| of(one)).collect())
    }

    /// The median of what this takes divided by what another took in the same round.
    pub fn ratio(&self, other: &Rounds<'_>, of: impl Fn(&Measurement) -> f64) -> f64 {
        median(self.0.iter().zip(&other.0).map(|(one, other)| of(one) / of(other)).collect())
    }
}

/// The middle one, or the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.len().saturating_sub(1) / 2, values.len() / 2);
    match (values.get(low), values.get(high)) {
        (Some(low), Some(high)) => (low + high) / 2.0,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0]), 2.5);
        assert!(median(vec![]).is_nan());
    }

    #[test]
    fn what_was_done_is_divided_by_how_often() {
        let times = CpuTimes::from([
            ("a".to_owned(), Duration::from_millis(30)),
            ("b".to_owned(), Duration::from_millis(10)),
        ]);
        let one = Measurement::new("read", "salus", 1, 1, 1000, Duration::from_secs(2))
            .with_cpu(&times)
            .with_latencies((0..100).map(|n| n * 1000).collect());
        assert_eq!((one.rate(), one.cpu(), one.cpu_of("a")), (500.0, 40.0, 30.0));
        assert_eq!((one.p50_us, one.p95_us, one.p99_us), (Some(50.0), Some(95.0), Some(99.0)));
    }
}

//! What the kernel says of processes: CPU time, memory, children; and of folders: bytes on disk. State: none.

use crate::error::BenchError;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// A process that is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// What it is called in the tables.
    pub name: String,
}

/// CPU time by process name, user and system together.
pub type CpuTimes = BTreeMap<String, Duration>;

/// Bytes of memory of one process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory {
    /// Resident, with what is shared with others counted in full.
    pub rss_bytes: u64,
    /// Resident, with what is shared divided among those who share it.
    pub pss_bytes: u64,
}

/// CPU time of each process so far.
pub fn cpu_times(processes: &[Process]) -> Result<CpuTimes, BenchError> {
    processes
        .iter()
        .map(|one| Ok((one.name.clone(), ticks(&format!("/proc/{}/stat", one.pid), 11)?)))
        .collect()
}

/// CPU time of this process so far.
pub fn own_cpu() -> Result<Duration, BenchError> {
    ticks("/proc/self/stat", 11)
}

/// CPU time of this process's children that have ended and were waited for.
pub fn ended_children_cpu() -> Result<Duration, BenchError> {
    ticks("/proc/self/stat", 13)
}

/// Two neighbouring fields of a stat file, counted from the one after the process's name.
fn ticks(path: &str, first: usize) -> Result<Duration, BenchError> {
    let text = fs::read_to_string(path).map_err(BenchError::io(path.as_ref()))?;
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(first).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
}

/// What all processors together did so far, idling left out; waiting for the disk is idling.
pub fn machine_cpu() -> Result<Duration, BenchError> {
    let path = "/proc/stat";
    let text = fs::read_to_string(path).map_err(BenchError::io(path.as_ref()))?;
    let fields = text.lines().next().unwrap_or_default().split_whitespace().skip(1).take(8);
    let busy: u64 = fields
        .enumerate()
        .filter(|(at, _)| !matches!(at, 3 | 4))
        .filter_map(|(_, field)| field.parse::<u64>().ok())
        .sum();
    Ok(Duration::from_secs_f64(busy as f64 / rustix::param::clock_ticks_per_second() as f64))
}

/// The children of a process, by the second word of their command line (`__keyholder` is the keyholder).
pub fn children(parent: u32) -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut children: Vec<Process> = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| parent_of(*pid) == Some(parent))
        .map(|pid| Process { pid, name: name_of(pid) })
        .collect();
    children.sort_by(|a, b| a.name.cmp(&b.name));
    children
}

fn parent_of(pid: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    text.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
}

fn name_of(pid: u32) -> String {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let second = line.split(|byte| *byte == 0).nth(1).unwrap_or_default();
    String::from_utf8_lossy(second).trim_start_matches('_').replace('-', " ")
}

/// What a process has in memory.
pub fn memory(pid: u32) -> Result<Memory, BenchError> {
    let path = format!("/proc/{pid}/smaps_rollup");
    let text = fs::read_to_string(&path).map_err(BenchError::io(path.as_ref()))?;
    let bytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
    };
    Ok(Memory { rss_bytes: bytes("Rss:"), pss_bytes: bytes("Pss:") })
}

/// The bytes of all files below a folder, as long as they say they are; 0 where there is none.
pub fn bytes_below(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => bytes_below(&entry.path()),
            Ok(kind) if kind.is_file() => entry.metadata().map_or(0, |file| file.len()),
            _ => 0,
        })
        .sum()
}

/// The difference of two readings, by process.
pub fn since(before: &CpuTimes, after: &CpuTimes) -> CpuTimes {
    after
        .iter()
        .map(|(name, time)| {
            (name.clone(), time.saturating_sub(before.get(name).copied().unwrap_or_default()))
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn work_shows_as_cpu_time_of_this_process_and_of_the_machine() {
        let (own, machine, begin) = (own_cpu().unwrap(), machine_cpu().unwrap(), Instant::now());
        let mut sum = 0u64;
        while begin.elapsed() < Duration::from_millis(300) {
            sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(7));
        }
        assert!(own_cpu().unwrap() - own >= Duration::from_millis(20));
        assert!(machine_cpu().unwrap() - machine >= Duration::from_millis(20));
    }

    #[test]
    fn a_child_is_found_and_its_memory_read() {
        let mut child = std::process::Command::new("sleep").arg("__long-time").arg("5").spawn();
        if let Ok(child) = &mut child {
            let found = children(std::process::id());
            assert!(found.iter().any(|one| one.pid == child.id()), "{found:?}");
            let _ = child.kill();
            child.wait().unwrap();
        }
        assert!(memory(std::process::id()).unwrap().rss_bytes > 100_000);
    }

    #[test]
    fn bytes_are_counted_through_folders() {
        let folder = std::env::temp_dir().join(format!("salus-bench-{}", std::process::id()));
        fs::create_dir_all(folder.join("a/b")).unwrap();
        fs::write(folder.join("one"), [0; 10]).unwrap();
        fs::write(folder.join("a/b/two"), [0; 32]).unwrap();
        assert_eq!(bytes_below(&folder), 42);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(bytes_below(&folder), 0);
    }
}

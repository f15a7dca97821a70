//! What the figures were taken on: the machine, the commit, the day. State: none.

use std::fs;
use std::path::Path;
use std::process::Command;

/// How many processors there are.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The machine in a line.
pub fn machine(data: &Path) -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map(|(_, name)| name);
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes =
        meminfo.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{} × {}, {} GiB of memory, Linux {}, {}",
        processors(),
        model.unwrap_or("unknown processor").trim(),
        kilobytes.unwrap_or(0).div_ceil(1 << 20),
        kernel.trim(),
        filesystem(data),
    )
}

/// The file system that a path lies on.
fn filesystem(path: &Path) -> String {
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let here = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mounted = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let (device, place, kind) = (words.next()?, words.next()?, words.next()?);
        here.starts_with(place).then(|| (place.len(), format!("{kind} on {device}")))
    });
    mounted.max().map_or_else(|| "unknown file system".to_owned(), |(_, name)| name)
}

/// The commit that was measured, and whether there were changes on top of it.
pub fn commit(root: &Path) -> String {
    let commit =
        said(root, "git", &["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    match said(root, "git", &["status", "--porcelain", "--untracked-files=no", "--", "crates", "Cargo.lock"])
    {
        Some(changes) if !changes.is_empty() => format!("{commit}, with changes not committed"),
        _ => commit,
    }
}

/// Now, as `2026-11-22 17:04 UTC`.
pub fn date() -> String {
    said(Path::new("/"), "date", &["-u", "+%Y-%m-%d %H:%M UTC"]).unwrap_or_else(|| "unknown".to_owned())
}

/// How busy the machine is with others.
pub fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

fn said(directory: &Path, program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).current_dir(directory).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

//! The binary, its runs, and the processes of a server.

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::path::PathBuf;
use std::process::{Command, Output};

/// The `salus` binary: `SALUS_BINARY`, else the one beside this test's own directory, which must have been built.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("SALUS_BINARY") {
        return path.into();
    }
    let test = std::env::current_exe().expect("a test has a path");
    let directory = test.ancestors().nth(2).expect("tests lie in target/PROFILE/deps");
    let binary = directory.join("salus");
    assert!(binary.exists(), "{} is not built: cargo build -p salus", binary.display());
    binary
}

/// Runs the binary with these arguments, in English, without what this process's environment says to Salus.
pub fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().expect("the binary runs")
}

/// The binary as a command.
pub fn command() -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SALUS_") {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C");
    // Many servers at once: the doors of all but one would find their port taken.
    command.env("SALUS_DOOR__LISTEN", "127.0.0.1:0");
    command
}

/// The living children of a process, with the word of their command line that says what they are.
pub fn children_of(pid: u32) -> Vec<(u32, String)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let child = |pid: u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let word = line.split(|byte| *byte == 0).nth(1)?;
        Some((pid, String::from_utf8_lossy(word).trim_start_matches('_').to_owned()))
    };
    text.split_whitespace().filter_map(|pid| pid.parse().ok()).filter_map(child).collect()
}

/// Sends a signal to a process that must be there.
pub fn kill(pid: u32, signal: Signal) {
    kill_process(pid_of(pid), signal).expect("the process is there");
}

/// Whether a process is there, and no zombie.
pub fn is_alive(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    test_kill_process(pid_of(pid)).is_ok() && !status.contains("State:\tZ")
}

fn pid_of(pid: u32) -> Pid {
    Pid::from_raw(i32::try_from(pid).expect("a process id")).expect("a process id")
}

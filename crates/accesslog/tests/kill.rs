//! A process that is killed at any moment loses nothing that it had said was durable.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod support;

use salus_accesslog::LogError;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use support::{Model, cell, entry, open_with, options, report};

const CHILD: &str = "SALUS_LOG_CHILD";

/// Appends without end, and says after each commit how many entries of each tree are durable.
fn work(dir: &Path) -> Result<(), LogError> {
    let mut quick = options(dir);
    quick.publish_interval = Duration::from_millis(3);
    let (mut log, ..) = open_with(quick)?;
    let mut out = std::io::stdout().lock();
    for round in 0u64.. {
        for n in 0..round % 40 {
            let tree = cell((n % 5) as u8);
            log.append(tree, &entry(tree, log.size(tree)))?;
        }
        log.commit()?;
        let sizes: Vec<String> = (0..5).map(|n| log.size(cell(n)).to_string()).collect();
        // Nobody listens any more: the end.
        if writeln!(out, "durable {}", sizes.join(" ")).is_err() {
            break;
        }
    }
    Ok(())
}

/// What the child process of the test below runs; nothing when the tests are run.
#[test]
fn child() {
    if let Some(dir) = std::env::var_os(CHILD) {
        work(Path::new(&dir)).unwrap();
    }
}

/// Lets a child work for so many commits, kills it, and gives the sizes that it last said.
fn kill_after(dir: &Path, commits: usize) -> BTreeMap<u8, u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture"])
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = BTreeMap::new();
    let mut killed = false;
    let mut seen = 0;
    for line in lines.map_while(Result::ok) {
        let Some((_, sizes)) = line.split_once("durable ") else { continue };
        let sizes: Vec<u64> = sizes.split(' ').filter_map(|size| size.parse().ok()).collect();
        if sizes.len() == 5 {
            said = (0u8..).zip(sizes).collect();
        }
        seen += 1;
        if seen >= commits && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    assert!(killed && !child.wait().unwrap().success());
    said
}

#[test]
fn a_killed_process_loses_nothing() {
    let rounds = if std::env::var_os("SALUS_LONG_TESTS").is_some() { 200 } else { 12 };
    let dir = tempfile::tempdir().unwrap();
    let mut before: Model = Model::new();
    for round in 0..rounds {
        let said = kill_after(dir.path(), 1 + round * 37 % 300);
        let (log, opened, model) = open_with(options(dir.path())).unwrap();
        assert_eq!(opened.torn_bytes, 0, "the machine did not stop");
        for (n, size) in said {
            let found = model.get(&cell(n)).map_or(&[][..], Vec::as_slice);
            assert!(found.len() as u64 >= size, "round {round}: {} of {size} entries", found.len());
        }
        for (tree, entries) in &model {
            for (index, bytes) in (0..).zip(entries) {
                assert_eq!(*bytes, entry(*tree, index), "round {round}");
            }
            assert!(entries.len() >= before.get(tree).map_or(0, Vec::len));
        }
        before = model;
        drop(log);
        assert!(report(dir.path()).is_good(), "{:?}", report(dir.path()).findings);
    }
    assert!(before.values().map(Vec::len).sum::<usize>() > 1000);
}

//! What the store promises when the process is killed or the disk fails: what was answered is there, whole; what was
//! refused is not; what is not known can be asked.
//!
//! Each test starts this program again as a child that commits in a loop and prints what was acknowledged.

#![allow(clippy::unwrap_used)]

mod support;

use salus_store::{CommitItem, Landing, Store, StoreError};
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::{CELL, assert_here, item, new_store, reopen, version};

/// The record that every item updates.
const HOT: u64 = 1;

/// The item of an entry: a few records of its own, and an update of the hot one.
fn item_of(entry: u64, hot_version: u32) -> CommitItem {
    let own = (0..1 + entry % 5).map(|n| version(entry * 10 + n, 1, entry, 200 + (entry % 7) as usize * 900));
    item(entry, own.chain([version(HOT, hot_version, entry, 300)]).collect())
}

/// Whether the item of this entry is here. Panics when it is here in part, or in another form.
fn landed_whole(store: &dyn Store, entry: u64) -> bool {
    // Entry 0 made version 1 of the hot record; which one a later entry made is found in its history's rows.
    let item = item_of(entry, 2);
    let own = item.versions.iter().filter(|new| new.sealed.header.record != HOT);
    let here = store.has_entry(entry).unwrap();
    for new in own {
        match here {
            true => assert_here(store, new),
            false => assert_eq!(store.head(&new.address), Ok(None), "entry {entry} landed in part"),
        }
    }
    here
}

fn assert_hot_record_fits(store: &dyn Store, first_entry: u64, last_entry: u64) {
    let landed = (first_entry..=last_entry).filter(|entry| landed_whole(store, *entry)).count();
    let head = store.head(&support::address(HOT)).unwrap().unwrap();
    assert_eq!(head.version as usize, landed + 1, "updates of the hot record and landed entries differ");
    store.check().unwrap();
}

fn spawn(mode: &str, dir: &Path, before: &str) -> Child {
    let program = std::env::current_exe().unwrap();
    Command::new("sh")
        .args(["-c", &format!("{before} exec \"$0\" --exact child --ignored --nocapture")])
        .arg(program)
        .env("SALUS_STORE_CHILD", mode)
        .env("SALUS_STORE_DIR", dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Lines of the form `WORD NUMBER` from the child, by word.
fn words(lines: &[String]) -> BTreeMap<String, Vec<u64>> {
    let mut words = BTreeMap::<_, Vec<u64>>::new();
    for line in lines {
        if let Some((word, number)) = line.split_once(' ')
            && let Ok(number) = number.parse()
        {
            words.entry(word.to_string()).or_default().push(number);
        }
    }
    words
}

#[test]
#[ignore = "the other tests run it as their child"]
fn child() {
    let mode = std::env::var("SALUS_STORE_CHILD").unwrap();
    let dir = std::env::var("SALUS_STORE_DIR").unwrap();
    let store = reopen(Path::new(&dir));
    match mode.as_str() {
        "loop" => commit_until(&store, 0, |_| false),
        "file-limit" => child_with_file_limit(&store),
        "sync-fails" => child_whose_sync_fails(&store),
        _ => panic!("{mode}"),
    }
}

fn next_of(store: &dyn Store) -> (u64, u32) {
    let entry = store.high_marks().unwrap().last_entry.unwrap().0 + 1;
    (entry, store.head(&support::address(HOT)).unwrap().unwrap().version + 1)
}

/// Commits with some items always waiting, printing each answer, until an item fails or `enough` says so.
fn commit_until(store: &dyn Store, skip_entries: u64, enough: impl Fn(u64) -> bool) {
    let (mut entry, mut hot) = next_of(store);
    entry += skip_entries;
    let mut waiting = VecDeque::<(u64, Landing)>::new();
    let mut failed = false;
    while !failed && !enough(entry) {
        while waiting.len() < 1 + (entry % 8) as usize {
            waiting.push_back((entry, store.commit(item_of(entry, hot))));
            entry += 1;
            hot += 1;
        }
        failed = waiting.pop_front().is_some_and(|(entry, landing)| !answer(entry, landing));
    }
    for (entry, landing) in waiting {
        answer(entry, landing);
    }
}

fn answer(entry: u64, landing: Landing) -> bool {
    let outcome = landing.wait();
    let word = match outcome {
        Ok(()) => "ack",
        Err(StoreError::Unknown) => "unknown",
        Err(StoreError::Io { .. } | StoreError::Full) => "failed",
        // Whoever comes after an item that failed updates a version that is not there.
        Err(StoreError::Conflict(_)) => "conflict",
        Err(other) => panic!("{other}"),
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{word} {entry}").unwrap();
    out.flush().unwrap();
    outcome.is_ok()
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let rounds: u32 = std::env::var("SALUS_KILL_ROUNDS").map_or(12, |rounds| rounds.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    new_store(dir.path()).close();
    let mut total = 0;
    for round in 0..rounds {
        let mut child = spawn("loop", dir.path(), "");
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut lines = vec![];
        // Killed at another moment each time, also right after the first answers.
        let count = 3 + (round * 37) % 160;
        while words(&lines).get("ack").map_or(0, Vec::len) < count as usize {
            let mut line = String::new();
            assert!(reader.read_line(&mut line).unwrap() > 0, "the child ended: {lines:?}");
            lines.push(line.trim().to_string());
        }
        std::thread::sleep(Duration::from_micros(u64::from(round) * 331 % 2_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        lines.extend(rest.lines().map(str::to_string));
        let acknowledged = words(&lines).remove("ack").unwrap();
        total += acknowledged.len();
        let store = reopen(dir.path());
        for entry in &acknowledged {
            assert!(
                landed_whole(&store, *entry),
                "round {round}: entry {entry} was acknowledged and is lost"
            );
        }
        let last = store.high_marks().unwrap().last_entry.unwrap().0;
        assert!(last >= *acknowledged.iter().max().unwrap());
        assert_hot_record_fits(&store, 1, last + 20);
    }
    assert!(total > rounds as usize * 3);
}

/// A limit on the length of files makes writes fail, until it is lifted.
#[test]
fn a_disk_that_fails_for_a_while_loses_nothing_and_keeps_nothing_that_was_refused() {
    let dir = tempfile::tempdir().unwrap();
    new_store(dir.path()).close();
    // `ulimit -f` counts 512 bytes; the write-ahead file reaches this first.
    let mut child = spawn("file-limit", dir.path(), "trap '' XFSZ; ulimit -S -f 1500;");
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut lines = vec![];
    loop {
        let mut line = String::new();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the child ended: {lines:?}");
        lines.push(line.trim().to_string());
        if line.starts_with("waiting") {
            break;
        }
    }
    let lifted =
        Command::new("prlimit").args(["--pid", &child.id().to_string(), "--fsize=unlimited"]).status();
    assert!(lifted.unwrap().success());
    child.stdin.take().unwrap().write_all(b"go on\n").unwrap();
    let mut rest = String::new();
    reader.read_to_string(&mut rest).unwrap();
    lines.extend(rest.lines().map(str::to_string));
    assert!(child.wait().unwrap().success(), "{lines:?}");
    let words = words(&lines);
    let of = |word: &str| words.get(word).cloned().unwrap_or_default();
    assert!(!of("failed").is_empty() || !of("unknown").is_empty(), "the limit was never met: {lines:?}");
    let store = reopen(dir.path());
    for entry in of("ack") {
        assert!(landed_whole(&store, entry), "entry {entry} was acknowledged and is lost");
    }
    for entry in of("failed").into_iter().chain(of("conflict")) {
        assert!(!landed_whole(&store, entry), "entry {entry} was refused and is there");
    }
    assert_hot_record_fits(&store, 1, store.high_marks().unwrap().last_entry.unwrap().0 + 20);
}

fn child_with_file_limit(store: &dyn Store) {
    commit_until(store, 0, |_| false);
    // What is here can still be read.
    let last = store.high_marks().unwrap().last_entry.unwrap().0;
    assert!(landed_whole(store, last));
    println!("waiting 0");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    // Entries that were refused are not used again, as the log would not.
    let (entry, _) = next_of(store);
    commit_until(store, 100, |next| next > entry + 150);
    assert!(store.high_marks().unwrap().last_entry.unwrap().0 >= entry + 150);
    store.close();
}

#[test]
fn nothing_is_acknowledged_when_syncing_fails() {
    let dir = tempfile::tempdir().unwrap();
    new_store(dir.path()).close();
    let mut child = spawn("sync-fails", dir.path(), "");
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success(), "{text}");
    let lines: Vec<_> = text.lines().map(str::to_string).collect();
    let before = lines.iter().position(|line| line == "broken 0").unwrap();
    let (before, after) = (words(&lines[..before]), words(&lines[before..]));
    assert!(before["ack"].len() > 20);
    assert!(!after.contains_key("ack"), "{text}");
    assert!(after["unknown"].len() + after.get("failed").map_or(0, Vec::len) > 5, "{text}");
    let store = reopen(dir.path());
    for entry in &before["ack"] {
        assert!(landed_whole(&store, *entry), "entry {entry} was acknowledged and is lost");
    }
    for entry in after.get("failed").into_iter().flatten() {
        assert!(!landed_whole(&store, *entry), "entry {entry} was refused and is there");
    }
    // What was unknown is known now: it is there as a whole, or it is not.
    assert_hot_record_fits(&store, 1, store.high_marks().unwrap().last_entry.unwrap().0 + 20);
}

fn child_whose_sync_fails(store: &dyn Store) {
    let (entry, _) = next_of(store);
    commit_until(store, 0, |next| next > entry + 40);
    // From here on the system answers EIO to every fsync and fdatasync of this process.
    let calls = match std::env::consts::ARCH {
        "x86_64" => [74, 75],
        "aarch64" => [82, 83],
        arch => panic!("the numbers of fsync and fdatasync on {arch}"),
    };
    let filter = seccompiler::SeccompFilter::new(
        calls.into_iter().map(|call| (call, vec![])).collect(),
        seccompiler::SeccompAction::Allow,
        seccompiler::SeccompAction::Errno(5),
        std::env::consts::ARCH.try_into().unwrap(),
    );
    let program: seccompiler::BpfProgram = filter.unwrap().try_into().unwrap();
    seccompiler::apply_filter_all_threads(&program).unwrap();
    println!("broken 0");
    for _ in 0..6 {
        let (entry, hot) = next_of(store);
        answer(entry, store.commit(item_of(entry, hot)));
        assert!(landed_whole(store, entry - 1));
    }
    // Ends without closing, as a crash would.
    std::process::exit(0);
}

/// A file system of its own, unmounted when dropped.
struct Mount(tempfile::TempDir);

impl Mount {
    fn new(bytes: &str) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let options = format!("size={bytes}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "salus-test"])
            .arg(dir.path())
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(dir))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let Some(mount) = Mount::new("6m") else {
        println!("not run: a_full_disk_refuses_and_goes_on_when_there_is_room: may not mount a tmpfs");
        return;
    };
    let dir = mount.0.path();
    std::fs::write(dir.join("ballast"), vec![1; 3_000_000]).unwrap();
    let store = new_store(dir);
    let mut outcomes = BTreeMap::new();
    let (mut entry, mut hot) = (1, 2);
    let mut refused = 0;
    while refused < 5 {
        let outcome = store.commit(item_of(entry, hot)).wait();
        match outcome {
            Ok(()) => hot += 1,
            Err(StoreError::Full) => refused += 1,
            Err(other) => panic!("{other}"),
        }
        outcomes.insert(entry, outcome);
        entry += 1;
    }
    assert!(landed_whole(&store, 1), "what is here cannot be read while the disk is full");
    std::fs::remove_file(dir.join("ballast")).unwrap();
    for _ in 0..30 {
        store.commit(item_of(entry, hot)).wait().unwrap();
        outcomes.insert(entry, Ok(()));
        (entry, hot) = (entry + 1, hot + 1);
    }
    store.close();
    let store = reopen(dir);
    for (entry, outcome) in outcomes {
        assert_eq!(landed_whole(&store, entry), outcome.is_ok(), "entry {entry}");
    }
    assert_hot_record_fits(&store, 1, entry);
    assert_eq!(store.cell(), CELL);
}

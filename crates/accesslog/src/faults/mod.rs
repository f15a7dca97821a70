//! Every operation of the disk fails once, and the machine stops at every operation: what was acknowledged is there.
//!
//! The short run takes every operation with some of the faults, the long one (SALUS_LONG_TESTS) with all of them.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod disk;

use crate::disk::Disk;
use crate::open::{Opened, Options, open};
use crate::verify::{self, Known};
use crate::{AccessLog, LogError, Signer, Tree};
use disk::{Fault, MemoryDisk, PowerCut};
use salus_seal::CellId;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

type Model = BTreeMap<Tree, Vec<Vec<u8>>>;

/// So small that the script goes through several of them.
const SEGMENT_BYTES: u64 = 16 * 1024;
const HOME: &str = "/data";

fn cell(n: u8) -> Tree {
    Tree::Cell(CellId([n; 16]))
}

fn start(disk: &MemoryDisk) -> Result<(AccessLog, Opened, Model), LogError> {
    start_with(disk, false)
}

fn start_with(disk: &MemoryDisk, threaded: bool) -> Result<(AccessLog, Opened, Model), LogError> {
    let mut options = Options::new("/data/log", "salus.example/7", Signer::from_seed([4; 32]).unwrap());
    options.segment_bytes = SEGMENT_BYTES;
    options.witness_dirs = vec!["/data/witness".into()];
    options.publish_interval = Duration::from_micros(100);
    let mut model = Model::new();
    let mut replay = |tree, index: u64, bytes: &[u8]| {
        let list: &mut Vec<Vec<u8>> = model.entry(tree).or_default();
        assert_eq!(list.len() as u64, index);
        list.push(bytes.to_vec());
        Ok(())
    };
    let (log, opened) = open(Arc::new(disk.clone()), options, &mut replay, threaded)?;
    Ok((log, opened, model))
}

/// What a run did: what it was told is durable, and all that it appended.
#[derive(Default, Clone)]
struct Ran {
    acknowledged: Model,
    appended: Model,
    /// Whether a thread publishes meanwhile; then no two runs are the same.
    threaded: bool,
}

impl Ran {
    fn append(&mut self, log: &mut AccessLog, tree: Tree, bytes: usize) -> Result<(), LogError> {
        let list = self.appended.entry(tree).or_default();
        let mut entry = format!("{tree} {} ", list.len()).into_bytes();
        entry.resize(entry.len().max(bytes), b'.');
        list.push(entry.clone());
        let index = log.append(tree, &entry)?;
        assert_eq!(index as usize, list.len() - 1);
        Ok(())
    }

    fn commit(&mut self, log: &mut AccessLog) -> Result<(), LogError> {
        log.commit()?;
        self.acknowledged = self.appended.clone();
        Ok(())
    }

    /// A log's life: opened, filled, published, closed, opened, filled beyond some segments, left.
    fn script(&mut self, disk: &MemoryDisk) -> Result<(), LogError> {
        let (mut log, ..) = start_with(disk, self.threaded)?;
        let result = self.first_life(&mut log);
        if let Err(error) = result {
            return Err(poisoned(log, error));
        }
        log.close()?;
        let (mut log, opened, replayed) = start_with(disk, self.threaded)?;
        assert!(opened.clean);
        assert_eq!(replayed, self.acknowledged);
        match self.second_life(&mut log) {
            Ok(()) => Ok(()),
            Err(error) => Err(poisoned(log, error)),
        }
    }

    fn first_life(&mut self, log: &mut AccessLog) -> Result<(), LogError> {
        self.append(log, Tree::Platform, 50)?;
        self.commit(log)?;
        for n in 0..3 {
            self.append(log, cell(n), 120)?;
        }
        self.commit(log)?;
        log.publish_now()?;
        for n in 0..9 {
            self.append(log, cell(n % 2), 1200)?;
            self.commit(log)?;
        }
        log.publish_now()?;
        self.append(log, cell(1), 100)?;
        self.commit(log)
    }

    fn second_life(&mut self, log: &mut AccessLog) -> Result<(), LogError> {
        for n in 0..26 {
            for _ in 0..10 {
                self.append(log, cell(1), 100)?;
            }
            self.append(log, cell(n % 5), 40)?;
            self.commit(log)?;
            if n == 20 {
                log.publish_now()?;
            }
        }
        Ok(())
    }

    /// Opens the log on the disk as it is now, and goes on with it.
    fn check(&self, disk: &MemoryDisk, what: &str) {
        let before = verify::directory_on(disk, Path::new("/data/log"), &Known::default(), false);
        let (mut log, _, replayed) =
            start(disk).unwrap_or_else(|error| panic!("{what}: {error}; {before:?}"));
        for (tree, entries) in &self.acknowledged {
            let found = replayed.get(tree).map_or(&[][..], Vec::as_slice);
            assert!(found.starts_with(entries), "{what}: {tree} has {} of {}", found.len(), entries.len());
        }
        for (tree, entries) in &replayed {
            let appended = self.appended.get(tree).map_or(&[][..], Vec::as_slice);
            assert!(appended.starts_with(entries), "{what}: {tree} has what was never appended");
        }
        let mut on = Ran { acknowledged: replayed.clone(), appended: replayed, threaded: false };
        on.append(&mut log, cell(1), 70).unwrap();
        on.append(&mut log, cell(200), 70).unwrap();
        on.commit(&mut log).unwrap();
        log.close().unwrap_or_else(|error| panic!("{what}: {error}"));
        let report = verify::directory_on(disk, Path::new("/data/log"), &Known::default(), false).unwrap();
        assert!(report.is_good(), "{what}: {:?}", report.findings);
        let (_, opened, replayed) = start(disk).unwrap();
        assert!(opened.clean && replayed == on.acknowledged, "{what}");
    }
}

/// After a failure nothing works any more, unless it was only the publishing that found no room.
fn poisoned(mut log: AccessLog, error: LogError) -> LogError {
    assert!(!error.is_full());
    for again in [log.append(cell(1), b"x").err(), log.commit().err(), log.publish_now().err()] {
        assert!(matches!(again, Some(LogError::Poisoned { .. })), "after {error}: {again:?}");
    }
    error
}

fn long_run() -> bool {
    std::env::var_os("SALUS_LONG_TESTS").is_some()
}

fn operations() -> u64 {
    let disk = MemoryDisk::with_folder(Path::new(HOME));
    let mut ran = Ran::default();
    ran.script(&disk).unwrap();
    ran.check(&disk, "no fault");
    let disk = MemoryDisk::with_folder(Path::new(HOME));
    Ran::default().script(&disk).unwrap();
    disk.operations()
}

#[test]
fn a_failure_of_any_operation_loses_nothing() {
    let operations = operations();
    assert!(operations > 300, "{operations}");
    let mut failed = 0;
    for at in 0..operations {
        let faults = [Fault::FailsBefore, Fault::FailsAfter];
        for fault in faults
            .into_iter()
            .skip(if long_run() { 0 } else { (at % 2) as usize })
            .take(if long_run() { 2 } else { 1 })
        {
            for cut in [None, Some(PowerCut::Loses), Some(PowerCut::Tears(at))] {
                let disk = MemoryDisk::with_folder(Path::new(HOME));
                disk.plan(at, fault);
                let mut ran = Ran::default();
                failed += u64::from(ran.script(&disk).is_err());
                disk.restart(cut);
                ran.check(&disk, &format!("operation {at} {fault:?}, then {cut:?}"));
            }
        }
    }
    assert!(failed > operations, "{failed} of the runs saw the failure");
}

#[test]
fn a_machine_that_stops_at_any_operation_loses_nothing() {
    let seeds = if long_run() { 12 } else { 1 };
    for at in 0..operations() {
        // Before one operation is after the one before it; keeping everything is a process that ends.
        let faults: &[Fault] =
            if long_run() { &[Fault::StopsAfter, Fault::StopsBefore] } else { &[Fault::StopsAfter] };
        for fault in faults.iter().copied() {
            let cuts: &[Option<PowerCut>] = if long_run() { &[None, Some(PowerCut::Keeps)] } else { &[] };
            let tears = (0..seeds).map(|seed| Some(PowerCut::Tears(at * 1_000_003 + seed)));
            for cut in tears.chain([Some(PowerCut::Loses)]).chain(cuts.iter().copied()) {
                let disk = MemoryDisk::with_folder(Path::new(HOME));
                disk.plan(at, fault);
                let mut ran = Ran::default();
                assert!(ran.script(&disk).is_err(), "the machine stopped at {at}");
                disk.restart(cut);
                ran.check(&disk, &format!("operation {at} {fault:?}, then {cut:?}"));
            }
        }
    }
}

#[test]
fn a_machine_that_stops_while_a_thread_publishes_loses_nothing() {
    let stride = if long_run() { 1 } else { 23 };
    for at in (0..2 * operations()).step_by(stride) {
        for cut in [PowerCut::Loses, PowerCut::Tears(at)] {
            let disk = MemoryDisk::with_folder(Path::new(HOME));
            disk.plan(at, Fault::StopsAfter);
            disk.set_jitter();
            let mut ran = Ran { threaded: true, ..Ran::default() };
            let ended = ran.script(&disk);
            disk.restart(Some(cut));
            ran.check(&disk, &format!("operation {at}, {ended:?}, then {cut:?}"));
        }
    }
}

#[test]
fn a_machine_that_stops_again_while_it_recovers_loses_nothing() {
    let stride = if long_run() { 7 } else { 61 };
    for at in (0..operations()).step_by(stride) {
        let disk = MemoryDisk::with_folder(Path::new(HOME));
        disk.plan(at, Fault::StopsAfter);
        let mut ran = Ran::default();
        assert!(ran.script(&disk).is_err());
        disk.restart(Some(PowerCut::Tears(at)));
        // Each opening gets a little further than the one before.
        for step in 0..400 {
            disk.plan(disk.operations() + step, Fault::StopsBefore);
            let opened = start(&disk);
            let done = opened.is_ok();
            drop(opened);
            disk.restart(Some(PowerCut::Tears(at * 7 + step)));
            if done {
                break;
            }
        }
        ran.check(&disk, &format!("operation {at}, then recoveries that were cut short"));
    }
}

#[test]
fn a_full_disk_leaves_room_for_revocations_and_loses_nothing() {
    let start_bytes = {
        let disk = MemoryDisk::with_folder(Path::new(HOME));
        let _log = start(&disk).unwrap();
        disk.used()
    };
    for spare in (0..40_000).step_by(if long_run() { 137 } else { 1_777 }) {
        let disk = MemoryDisk::with_folder(Path::new(HOME));
        let mut ran = Ran::default();
        let (mut log, ..) = start(&disk).unwrap();
        disk.set_capacity(Some(start_bytes + spare));
        let mut admitted = 0;
        while log.has_room() {
            ran.append(&mut log, cell(1), 200).unwrap();
            ran.commit(&mut log).unwrap();
            admitted += 1;
            if admitted % 8 == 0 {
                match log.publish_now() {
                    Ok(()) | Err(LogError::Full) => {}
                    Err(error) => panic!("{spare}: {error}"),
                }
            }
            assert!(admitted < 100_000, "{spare}: the disk never was full");
        }
        // What is kept back: revocations are made durable although nothing else is.
        for _ in 0..5 {
            ran.append(&mut log, cell(2), 60).unwrap();
            ran.commit(&mut log).unwrap();
        }
        let size = log.size(cell(1));
        let mut seen = 0;
        log.read(cell(1), 0..size, &mut |_, _| seen += 1).unwrap();
        assert_eq!(seen, size);
        // Room again: everything is published, and the reserve comes back.
        disk.set_capacity(None);
        log.publish_now().unwrap();
        assert!(
            log.has_room()
                && log.status()
                    == crate::Status { backlog_bytes: 0, disk_full: false, witness_failure: None }
        );
        drop(log);
        ran.check(&disk, &format!("{spare} bytes of room"));
    }
}

#[test]
fn a_log_opens_on_a_disk_that_is_full() {
    let disk = MemoryDisk::with_folder(Path::new(HOME));
    let mut ran = Ran::default();
    ran.script(&disk).unwrap();
    disk.set_capacity(Some(disk.used()));
    let (mut log, _, replayed) = start(&disk).unwrap();
    assert_eq!(replayed, ran.acknowledged);
    ran.append(&mut log, cell(1), 60).unwrap();
    ran.commit(&mut log).unwrap();
    drop(log);
    disk.set_capacity(None);
    ran.check(&disk, "room again");
}

#[test]
fn torn_bytes_are_counted_and_cut_off() {
    let disk = MemoryDisk::with_folder(Path::new(HOME));
    let mut ran = Ran::default();
    let (mut log, ..) = start(&disk).unwrap();
    ran.append(&mut log, cell(1), 60).unwrap();
    ran.commit(&mut log).unwrap();
    drop(log);
    let path = Path::new("/data/log/journal/0000000000000001");
    let end = disk.read(path).unwrap().iter().rposition(|byte| *byte != 0).unwrap() as u64 + 1;
    disk.open(path).unwrap().write_at(end, b"SLJ1 cut short").unwrap();
    let report = verify::directory_on(&disk, Path::new("/data/log"), &Known::default(), false).unwrap();
    assert_eq!(report.findings.len(), 1, "{report:?}");
    let (log, opened, replayed) = start(&disk).unwrap();
    assert_eq!((opened.torn_bytes, opened.recovered_entries, opened.clean), (14, 1, false));
    assert_eq!(replayed, ran.acknowledged);
    drop(log);
    ran.check(&disk, "after a torn frame");
}

#[test]
fn no_segment_is_made_ahead_of_one_without_a_frame() {
    let disk = MemoryDisk::with_folder(Path::new(HOME));
    let (mut log, ..) = start(&disk).unwrap();
    let made = || {
        let names = disk.list(Path::new("/data/log/journal")).unwrap();
        names.into_iter().filter_map(|(name, _)| crate::journal::parse_segment_name(&name)).max()
    };
    assert_eq!(made(), Some(2));
    // The moment between taking the segment and its first frame's being durable.
    let mut state = log.shared.lock();
    state.ahead = None;
    state.rotating = true;
    drop(state);
    let crate::log::Runner::Inline(worker) = &mut log.runner else { panic!("a thread") };
    worker.pass(true);
    assert_eq!(
        made(),
        Some(2),
        "after a power cut now, two segments without a frame would look like a lost one"
    );
}

#[test]
fn a_pass_that_does_not_publish_serves_no_request_to_publish() {
    let disk = MemoryDisk::with_folder(Path::new(HOME));
    let (mut log, ..) = start(&disk).unwrap();
    log.append(Tree::Platform, b"an entry").unwrap();
    log.commit().unwrap();
    // The moment between the worker's choosing only to make a segment and its doing so.
    log.shared.lock().requested += 1;
    let crate::log::Runner::Inline(worker) = &mut log.runner else { panic!("a thread") };
    let open = |shared: &crate::shared::Shared| {
        let state = shared.lock();
        (state.requested - state.served, state.frames.is_empty())
    };
    worker.pass(false);
    assert_eq!(open(&log.shared), (1, false), "nothing was published, and the request waits");
    worker.pass(true);
    assert_eq!(open(&log.shared), (0, true));
}

#[test]
fn a_second_instance_is_refused() {
    let disk = MemoryDisk::with_folder(Path::new(HOME));
    let _log = start(&disk).unwrap();
    assert!(matches!(start(&disk), Err(LogError::InUse { .. })));
}

//! What one commit costs, in wall time and CPU, and beside it the same bytes written and synced without us.
//!
//! `cargo bench -p salus-accesslog` prints a table. The candidates take turns, so that whatever else the machine does
//! falls on all of them. Figures stand in docs/formats/log.md.

use rustix::fs::{Mode, OFlags};
use rustix::time::{ClockId, clock_gettime};
use salus_accesslog::{AccessLog, LogError, Options, Signer, Tree};
use salus_seal::CellId;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

const ENTRY_BYTES: usize = 125;
const TURNS: u32 = 40;
const COMMITS_A_TURN: u32 = 100;
const SEGMENT_BYTES: usize = 8 * 1024 * 1024;
const BLOCK_BYTES: usize = 4096;

struct Candidate {
    name: &'static str,
    commit: Box<dyn FnMut(u32)>,
    wall: Duration,
    cpu_us: f64,
}

fn thread_cpu_us() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 * 1e6 + now.tv_nsec as f64 / 1e3
}

impl Candidate {
    fn new(name: &'static str, commit: impl FnMut(u32) + 'static) -> Self {
        Self { name, commit: Box::new(commit), wall: Duration::ZERO, cpu_us: 0.0 }
    }

    fn turn(&mut self, turn: u32) {
        let (wall, cpu) = (Instant::now(), thread_cpu_us());
        for n in 0..COMMITS_A_TURN {
            (self.commit)(turn * COMMITS_A_TURN + n);
        }
        self.wall += wall.elapsed();
        self.cpu_us += thread_cpu_us() - cpu;
    }
}

fn log(dir: &Path, entries: usize) -> Candidate {
    let signer = Signer::from_seed([1; 32]).expect("a seed is a key");
    let options = Options::new(dir.join("log"), "salus.example/bench", signer);
    let (mut log, _) =
        AccessLog::open(options, &mut |_, _, _: &[u8]| Ok::<(), LogError>(())).expect("it opens");
    let entry = [7u8; ENTRY_BYTES];
    Candidate::new("append and commit", move |round| {
        for n in 0..entries {
            let tree = Tree::Cell(CellId([(round as usize + n) as u8 % 4; 16]));
            log.append(tree, &entry).expect("appended");
        }
        log.commit().expect("committed");
    })
}

fn bare(dir: &Path, name: &'static str, flags: OFlags, preallocated: bool, bytes: usize) -> Candidate {
    let path = dir.join(name.replace([' ', ','], "-"));
    let content = if preallocated { vec![0u8; SEGMENT_BYTES] } else { Vec::new() };
    std::fs::write(&path, content).expect("written");
    File::open(&path).and_then(|file| file.sync_all()).expect("synced");
    let open = rustix::fs::open(&path, OFlags::WRONLY | OFlags::CLOEXEC | flags, Mode::empty());
    let file = File::from(open.expect("opened"));
    let frame = vec![9u8; bytes];
    let synced = flags.contains(OFlags::DSYNC);
    let mut at = 0;
    Candidate::new(name, move |_| {
        file.write_all_at(&frame, at as u64).expect("written");
        if !synced {
            file.sync_data().expect("synced");
        }
        at = if at + 2 * bytes > SEGMENT_BYTES { 0 } else { at + bytes };
    })
}

/// Past the page cache: whole blocks, the last one written again until it is full.
fn direct(dir: &Path, name: &'static str, bytes: usize) -> Candidate {
    let path = dir.join("direct");
    std::fs::write(&path, vec![0u8; SEGMENT_BYTES]).expect("written");
    File::open(&path).and_then(|file| file.sync_all()).expect("synced");
    let flags = OFlags::WRONLY | OFlags::CLOEXEC | OFlags::DIRECT | OFlags::DSYNC;
    let file = File::from(rustix::fs::open(&path, flags, Mode::empty()).expect("opened"));
    let buffer = vec![9u8; bytes + 3 * BLOCK_BYTES];
    let aligned = buffer.as_ptr().align_offset(BLOCK_BYTES);
    let mut at = 0;
    Candidate::new(name, move |_| {
        let (first, end) = (at / BLOCK_BYTES * BLOCK_BYTES, (at + bytes).next_multiple_of(BLOCK_BYTES));
        file.write_all_at(&buffer[aligned..aligned + end - first], first as u64).expect("written");
        at = if at + 2 * bytes + BLOCK_BYTES > SEGMENT_BYTES { 0 } else { at + bytes };
    })
}

fn main() {
    // Beside the build, so that it is a disk and not memory.
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(place).expect("a folder");
    for entries in [1usize, 16, 256] {
        let dir = tempfile::tempdir_in(place).expect("a folder");
        let bytes = 57 + entries * (2 + ENTRY_BYTES + 29);
        let mut candidates = [
            log(dir.path(), entries),
            bare(dir.path(), "bare: pwrite, fdatasync, preallocated", OFlags::empty(), true, bytes),
            bare(dir.path(), "bare: pwrite, O_DSYNC, preallocated", OFlags::DSYNC, true, bytes),
            bare(dir.path(), "bare: pwrite, fdatasync, growing", OFlags::empty(), false, bytes),
            direct(dir.path(), "bare: pwrite, O_DIRECT and O_DSYNC", bytes),
        ];
        for turn in 0..TURNS {
            for candidate in &mut candidates {
                candidate.turn(turn);
            }
        }
        for Candidate { name, wall, cpu_us, .. } in &candidates {
            let commits = f64::from(TURNS * COMMITS_A_TURN);
            let (wall, cpu) = (wall.as_secs_f64() * 1e6 / commits, cpu_us / commits);
            let rate = entries as f64 * 1e6 / wall;
            println!(
                "{entries:4} entries  {name:40} {wall:8.1} us wall {cpu:7.1} us CPU {rate:9.0} entries/s"
            );
        }
    }
}

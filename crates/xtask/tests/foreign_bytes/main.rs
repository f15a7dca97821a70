//! Every parser of foreign bytes gets mutations of the seeds in `fuzz/seeds`: the same ones in each run, many more with
//! SALUS_LONG=1. With SALUS_UPDATE_SEEDS=1, the seeds in binary formats are written anew.
//!
//! The functions are those that libFuzzer runs (`fuzz/`); `just fuzz TARGET` looks further, led by coverage.

mod accesses;
mod alarms;
mod checks;
mod contain;
mod exports;
#[path = "../../../../fuzz/src/lib.rs"]
mod fuzz;
mod incident;
mod made;
mod mutate;
mod policy;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fuzz::{TARGETS, Target};

/// Mutations of each target in a run.
const ROUNDS: u64 = 50_000;
/// The same in a long run.
const LONG_ROUNDS: u64 = 1_000_000;
/// Targets of which one run costs many times what another's does, and how many times fewer rounds they get.
const COSTLY: &[(&str, u64)] =
    &[("folder", 50), ("profiles", 100), ("conform", 100), ("fhirpath", 5), ("codes", 10)];
/// A single input of at most 16 kB that takes longer than this shows that a cost is not bounded. Far above what a busy
/// machine needs.
const MAX_ONE: Duration = Duration::from_secs(10);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = root().join("fuzz/seeds").join(target);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Runs a function over one input. What it could not bear is kept for libFuzzer to look at again.
fn bear(target: &Target, input: &[u8]) {
    let (name, function) = target;
    let begun = Instant::now();
    let borne = catch_unwind(AssertUnwindSafe(|| function(input))).is_ok();
    let took = begun.elapsed();
    if borne && took < MAX_ONE {
        return;
    }
    let kept = root().join("target/foreign-bytes");
    std::fs::create_dir_all(&kept).unwrap();
    let file = kept.join(name);
    std::fs::write(&file, input).unwrap();
    panic!("{name}: {} ({took:?}): {}", file.display(), String::from_utf8_lossy(input));
}

fn run(name: &str) {
    let target = TARGETS.iter().find(|(other, _)| *other == name).expect("a target of this name");
    let seeds = seeds(name);
    assert!(!seeds.is_empty(), "{name}: no seeds");
    seeds.iter().for_each(|seed| bear(target, seed));
    let long = std::env::var("SALUS_LONG").as_deref() == Ok("1");
    let costs = COSTLY.iter().find(|(other, _)| *other == name).map_or(1, |(_, costs)| *costs);
    for round in 0..if long { LONG_ROUNDS } else { ROUNDS } / costs {
        bear(target, &mutate::mutated(&seeds, &mut mutate::Random::new(round)));
    }
}

macro_rules! targets {
    ($($name:ident),* $(,)?) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];
        $(
            #[test]
            fn $name() {
                run(stringify!($name));
            }
        )*
    };
}

targets!(
    json,
    resource,
    bundle,
    ndjson,
    header,
    envelope,
    compartment,
    entry,
    escrow,
    pages,
    folder,
    merkle,
    note,
    tile,
    request,
    reply,
    token,
    configuration,
    recovery_kit,
    names,
    client_data,
    attestation,
    cose_key,
    share,
    dpop,
    sample,
    package,
    archive,
    xml,
    patch,
    profiles,
    conform,
    fhirpath,
    codes,
    multipart,
);

/// A target that is not run here, or that libFuzzer does not have, would be one that nobody runs.
#[test]
fn every_target_is_run() {
    assert_eq!(TARGETS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), NAMES);
    for name in NAMES {
        let program = root().join(format!("fuzz/fuzz_targets/{name}.rs"));
        let text = std::fs::read_to_string(&program)
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        assert!(text.contains(&format!("::{name}(data)")), "{name}: its program runs something else");
    }
    let manifest = std::fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    assert_eq!(manifest.matches("[[bin]]").count(), NAMES.len());
}

/// Seeds that their parser no longer takes would lead nowhere, and bytes that are written otherwise than before are a change of
/// format.
#[test]
fn the_binary_seeds_are_those_that_are_written_today() {
    for (target, name, bytes) in made::seeds() {
        let file = root().join("fuzz/seeds").join(target).join(name);
        let is_same = |kept: &[u8]| match salus_seal::entry::decode(kept) {
            // An entry begins with 16 random bytes, and ends in what was sealed under them.
            Ok((lasting, _)) if target == "entry" && name != "fleeting" => {
                lasting == salus_seal::entry::decode(&bytes).unwrap().0
            }
            _ => kept == bytes,
        };
        let kept = std::fs::read(&file);
        if kept.is_ok_and(|kept| is_same(&kept)) {
            continue;
        }
        assert!(
            std::env::var_os("SALUS_UPDATE_SEEDS").is_some(),
            "{target}/{name}: a new seed or another format; with SALUS_UPDATE_SEEDS=1 this test writes it"
        );
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &bytes).unwrap();
    }
}

/// A folder that was never good would be refused at the door, and its mutations with it.
#[test]
fn the_seed_folder_is_a_good_log() {
    for seed in seeds("folder") {
        assert_eq!(fuzz::log::is_good(&seed), Some(true));
    }
}

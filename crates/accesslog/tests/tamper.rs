//! Every byte of a log's folder counts: whatever is changed, cut, removed, swapped or added is a finding.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod support;

use salus_accesslog::verify::{self, CouldNotLook, Known};
use salus_accesslog::{LogError, Signer, Tree};
use std::fs;
use std::path::{Path, PathBuf};
use support::{Model, cell, copy, files, fill, open, open_with, options, report};

/// Changes are tried at every byte of a file up to this length, in the short run.
const EVERY_BYTE_BELOW: usize = 700;
/// And at so many offsets of a larger one.
const SAMPLES: usize = 60;

/// A log with several trees, full and partial tiles of two levels, and a live journal that a kill left.
fn killed_log(dir: &Path) -> Model {
    let (mut log, _, mut model) = open(dir);
    fill(&mut log, &mut model, Tree::Platform, 3);
    fill(&mut log, &mut model, cell(1), 600);
    fill(&mut log, &mut model, cell(2), 256);
    log.publish_now().unwrap();
    fill(&mut log, &mut model, cell(1), 20);
    log.publish_now().unwrap();
    fill(&mut log, &mut model, cell(1), 9);
    fill(&mut log, &mut model, cell(3), 2);
    drop(log);
    model
}

fn long_run() -> bool {
    std::env::var_os("SALUS_LONG_TESTS").is_some()
}

/// Tries every change of one file, and puts it back.
fn change_file(dir: &Path, path: &Path) {
    let good = fs::read(path).unwrap();
    let found = |what: &str| {
        let report = report(dir);
        assert!(!report.is_good(), "{}: {what}", path.display());
    };
    let step = if good.len() <= EVERY_BYTE_BELOW || long_run() { 1 } else { good.len() / SAMPLES };
    // Long zero files are looked at in strides even in the long run: what is checked is that they are zero.
    let step = if good.len() > 100_000 { good.len() / (SAMPLES * 4) } else { step };
    for at in (0..good.len()).step_by(step.max(1)) {
        let mut changed = good.clone();
        changed[at] ^= 1 << (at % 8);
        fs::write(path, &changed).unwrap();
        found(&format!("byte {at} changed"));
    }
    for length in [0, good.len() / 2, good.len().saturating_sub(33), good.len().saturating_sub(1)] {
        if length < good.len() {
            fs::write(path, &good[..length]).unwrap();
            found(&format!("cut to {length}"));
        }
    }
    for extra in [&b"\n"[..], b"\0", b"more"] {
        fs::write(path, [&good, extra].concat()).unwrap();
        found("longer");
    }
    fs::remove_file(path).unwrap();
    found("removed");
    fs::create_dir(path).unwrap();
    found("a folder in its place");
    fs::remove_dir(path).unwrap();
    std::os::unix::fs::symlink("/dev/null", path).unwrap();
    found("a link in its place");
    fs::remove_file(path).unwrap();
    fs::write(path, good).unwrap();
}

#[test]
fn every_byte_of_every_file_counts() {
    let dir = tempfile::tempdir().unwrap();
    killed_log(dir.path());
    assert!(report(dir.path()).is_good(), "{:?}", report(dir.path()).findings);
    let log = dir.path().join("log");
    for file in files(&log) {
        change_file(dir.path(), &log.join(file));
    }
    assert!(report(dir.path()).is_good(), "everything was put back");
}

#[test]
fn every_used_byte_of_a_live_journal_counts() {
    let dir = tempfile::tempdir().unwrap();
    killed_log(dir.path());
    let segment = dir.path().join("log/journal/0000000000000001");
    let good = fs::read(&segment).unwrap();
    let used = good.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    assert!(used > 50_000);
    let step = if long_run() { 1 } else { 499 };
    for at in (0..used + 64).step_by(step).chain(0..200).chain(used - 100..used + 1) {
        let mut changed = good.clone();
        changed[at] ^= 0x20;
        fs::write(&segment, &changed).unwrap();
        assert!(!report(dir.path()).is_good(), "byte {at}");
    }
}

#[test]
fn files_that_change_places_are_found() {
    let dir = tempfile::tempdir().unwrap();
    killed_log(dir.path());
    let log = dir.path().join("log");
    let files = files(&log);
    let spare = dir.path().join("spare");
    let mut swapped = 0;
    for (n, one) in files.iter().enumerate() {
        for other in &files[n + 1..] {
            let (one, other) = (log.join(one), log.join(other));
            if fs::read(&one).unwrap() == fs::read(&other).unwrap() {
                continue;
            }
            let swap = || {
                fs::rename(&one, &spare).unwrap();
                fs::rename(&other, &one).unwrap();
                fs::rename(&spare, &other).unwrap();
            };
            swap();
            assert!(!report(dir.path()).is_good(), "{} and {}", one.display(), other.display());
            swap();
            swapped += 1;
        }
    }
    assert!(swapped > 150, "{swapped}");
    // Whole trees, too.
    let (one, other) = (log.join(cell(1).to_string()), log.join(cell(2).to_string()));
    fs::rename(&one, &spare).unwrap();
    fs::rename(&other, &one).unwrap();
    fs::rename(&spare, &other).unwrap();
    assert!(report(dir.path()).findings.len() >= 2);
}

#[test]
fn what_has_no_place_here_is_found() {
    let dir = tempfile::tempdir().unwrap();
    killed_log(dir.path());
    let log = dir.path().join("log");
    let tree = cell(1).to_string();
    let names = [
        "stray",
        "journal/stray",
        "journal/0000000000000009",
        "journal/000000000000000A",
        "journal/new",
        "new",
        &format!("{tree}/stray"),
        &format!("{tree}/new"),
        &format!("{tree}/tile/stray"),
        &format!("{tree}/tile/0/009"),
        &format!("{tree}/tile/0/001.p/9"),
        &format!("{tree}/tile/0/0001"),
        &format!("{tree}/tile/entries/002.p/200"),
        &format!("{tree}/tile/0/002.p/256"),
        &format!("{tree}/tile/3/000.p/1"),
        &format!("{tree}/checkpoint.old"),
        "ffffffffffffffffffffffffffffffff/checkpoint",
        "journal/lock2",
        "platform/tile/0/x000/000",
    ];
    for name in names {
        let path = log.join(name);
        let made: Vec<PathBuf> =
            path.ancestors().skip(1).take_while(|folder| !folder.exists()).map(Path::to_owned).collect();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, b"what").unwrap();
        assert!(!report(dir.path()).is_good(), "{name}");
        fs::remove_file(&path).unwrap();
        for folder in made {
            fs::remove_dir(folder).unwrap();
        }
    }
    fs::create_dir(log.join("ffffffffffffffffffffffffffffffff")).unwrap();
    assert!(!report(dir.path()).is_good(), "a tree without anything");
    fs::remove_dir(log.join("ffffffffffffffffffffffffffffffff")).unwrap();
    fs::create_dir(log.join("strange")).unwrap();
    assert!(!report(dir.path()).is_good(), "a folder");
    fs::remove_dir(log.join("strange")).unwrap();
    assert!(report(dir.path()).is_good());
}

#[test]
fn an_older_checkpoint_finds_a_log_that_was_rolled_back_or_rewritten() {
    let dir = tempfile::tempdir().unwrap();
    let model = killed_log(dir.path());
    let (mut log, _, mut model_now) = open(dir.path());
    assert_eq!(model, model_now);
    log.publish_now().unwrap();
    let path = dir.path().join("log").join(cell(1).to_string()).join("checkpoint");
    let older = vec![fs::read_to_string(&path).unwrap()];
    fill(&mut log, &mut model_now, cell(1), 50);
    log.close().unwrap();
    let log = dir.path().join("log");
    let look = |known: &Known<'_>| verify::directory(&log, known).unwrap();
    let known = Known { older: &older, ..Known::default() };
    assert!(look(&known).is_good(), "{:?}", look(&known).findings);

    // The same signer, another history.
    let other = tempfile::tempdir().unwrap();
    let (mut rewritten, _, _) = open(other.path());
    for n in 0..800u32 {
        rewritten.append(cell(1), &n.to_le_bytes()).unwrap();
    }
    rewritten.close().unwrap();
    let findings = verify::directory(&other.path().join("log"), &known).unwrap().findings;
    assert!(findings.len() == 1 && findings[0].what.contains("rewritten"), "{findings:?}");

    let shorter = tempfile::tempdir().unwrap();
    let (mut rolled_back, _, mut part) = open(shorter.path());
    fill(&mut rolled_back, &mut part, cell(1), 100);
    rolled_back.close().unwrap();
    let findings = verify::directory(&shorter.path().join("log"), &known).unwrap().findings;
    assert!(findings.len() == 1 && findings[0].what.contains("rolled back"), "{findings:?}");

    let without = tempfile::tempdir().unwrap();
    let (mut lost, _, mut part) = open(without.path());
    fill(&mut lost, &mut part, cell(2), 1);
    lost.close().unwrap();
    let findings = verify::directory(&without.path().join("log"), &known).unwrap().findings;
    assert!(findings.len() == 1 && findings[0].what.contains("not here"), "{findings:?}");

    // Signed anew by another key: a good log by itself, and not this one.
    let forged = tempfile::tempdir().unwrap();
    let mut forger = options(forged.path());
    forger.signer = Signer::from_seed([9; 32]).unwrap();
    let (mut forgery, _, mut part) = open_with(forger).unwrap();
    fill(&mut forgery, &mut part, cell(1), 800);
    forgery.close().unwrap();
    let forged = forged.path().join("log");
    assert!(verify::directory(&forged, &Known::default()).unwrap().is_good());
    assert!(!verify::directory(&forged, &known).unwrap().is_good());
    let key = Signer::from_seed(support::SEED).unwrap().verifier_key("any").unwrap();
    let pinned = Known { public_key: Some(*key.public()), ..Known::default() };
    assert!(!verify::directory(&forged, &pinned).unwrap().is_good());
    assert!(verify::directory(&log, &pinned).unwrap().is_good());
}

#[test]
fn no_log_is_not_a_bad_log() {
    let dir = tempfile::tempdir().unwrap();
    let nothing = verify::directory(&dir.path().join("log"), &Known::default());
    assert!(matches!(nothing, Err(CouldNotLook::NoLog { .. })));
    fs::write(dir.path().join("other"), b"file").unwrap();
    assert!(matches!(verify::directory(dir.path(), &Known::default()), Err(CouldNotLook::NoLog { .. })));
}

#[test]
fn what_verification_finds_in_tiles_or_journal_is_refused_at_opening() {
    let dir = tempfile::tempdir().unwrap();
    let model = killed_log(dir.path());
    let tree = cell(1).to_string();
    let targets = [
        format!("{tree}/checkpoint"),
        format!("{tree}/tile/0/000"),
        format!("{tree}/tile/0/002.p/108"),
        format!("{tree}/tile/1/000.p/2"),
        format!("{tree}/tile/entries/001"),
        format!("{tree}/tile/entries/002.p/108"),
        "verifier-keys".into(),
        "journal/0000000000000001".into(),
    ];
    for (n, target) in targets.iter().enumerate() {
        let copied = dir.path().join(format!("copy{n}"));
        copy(&dir.path().join("log"), &copied.join("log"));
        let path = copied.join("log").join(target);
        let good = fs::read(&path).unwrap();
        let mut changed = good.clone();
        changed[good.len().min(120) / 2] ^= 1;
        fs::write(&path, changed).unwrap();
        assert!(matches!(open_with(options(&copied)), Err(LogError::Damaged { .. })), "{target} changed");
        fs::remove_file(&path).unwrap();
        if target.ends_with("checkpoint") {
            // The journal still holds the tree from its first entry on: it is made again.
            assert_eq!(open_with(options(&copied)).unwrap().2, model);
            continue;
        }
        assert!(matches!(open_with(options(&copied)), Err(LogError::Damaged { .. })), "{target} removed");
        fs::write(&path, good).unwrap();
        assert_eq!(open_with(options(&copied)).unwrap().2, model);
    }
}

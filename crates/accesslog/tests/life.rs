//! A log's ordinary life: appended, read, closed, killed, opened again; and who may not open it.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod support;

use salus_accesslog::{AccessLog, LogError, Signer, Tree};
use salus_seal::entry::MAX_ENTRY_BYTES;
use std::fs;
use std::time::Duration;
use support::{Model, cell, entry, files, fill, open, open_with, options, report};

fn read_all(log: &AccessLog, tree: Tree) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    log.read(tree, 0..u64::MAX, &mut |index, bytes| {
        assert_eq!(index, out.len() as u64);
        out.push(bytes.to_vec());
    })
    .unwrap();
    out
}

#[test]
fn what_was_committed_is_read_and_replayed_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, opened, mut model) = open(dir.path());
    assert_eq!((opened.torn_bytes, opened.recovered_entries, model.len()), (0, 0, 0));
    // In tiles, across tiles, and only in memory.
    fill(&mut log, &mut model, Tree::Platform, 3);
    fill(&mut log, &mut model, cell(2), 700);
    log.publish_now().unwrap();
    fill(&mut log, &mut model, cell(1), 256);
    fill(&mut log, &mut model, cell(2), 300);
    for (tree, entries) in &model {
        assert_eq!(log.size(*tree), entries.len() as u64);
        assert_eq!(&read_all(&log, *tree), entries);
    }
    let mut part = Vec::new();
    log.read(cell(2), 690..710, &mut |index, _| part.push(index)).unwrap();
    assert_eq!(part, (690..710).collect::<Vec<_>>());
    assert_eq!(log.trees().map(|(tree, _)| tree).collect::<Vec<_>>(), [Tree::Platform, cell(1), cell(2)]);

    drop(log);
    assert!(report(dir.path()).is_good(), "{:?}", report(dir.path()));
    let (log, opened, replayed) = open(dir.path());
    assert_eq!(replayed, model);
    assert_eq!((opened.torn_bytes, opened.recovered_entries, opened.clean), (0, 556, false));
    log.close().unwrap();

    assert!(report(dir.path()).is_good(), "{:?}", report(dir.path()));
    let (log, opened, replayed) = open(dir.path());
    assert_eq!(replayed, model);
    assert_eq!((opened.recovered_entries, opened.clean), (0, true));
    for (tree, entries) in &model {
        assert_eq!(&read_all(&log, *tree), entries);
    }
}

#[test]
fn a_clean_stop_leaves_one_fresh_segment_and_no_superseded_tile() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, mut model) = open(dir.path());
    for _ in 0..5 {
        fill(&mut log, &mut model, cell(1), 130);
        log.publish_now().unwrap();
    }
    log.close().unwrap();
    let journal: Vec<_> =
        files(&dir.path().join("log/journal")).into_iter().map(|path| path.display().to_string()).collect();
    assert_eq!(journal, ["0000000000000002", "lock", "reserve"]);
    let tree: Vec<_> = files(&dir.path().join("log").join(cell(1).to_string()))
        .into_iter()
        .map(|path| path.display().to_string())
        .collect();
    assert_eq!(
        tree,
        [
            "checkpoint",
            "tile/0/000",
            "tile/0/001",
            "tile/0/002.p/138",
            "tile/1/000.p/2",
            "tile/entries/000",
            "tile/entries/001",
            "tile/entries/002.p/138"
        ]
    );
    // Opened and closed without an entry, it stays as it is.
    open(dir.path()).0.close().unwrap();
    assert_eq!(files(&dir.path().join("log/journal")).len(), 3);
    assert!(report(dir.path()).is_good());
}

#[test]
fn segments_follow_each_other_and_go_when_they_are_published() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, mut model) = open(dir.path());
    let large = vec![7u8; 60_000];
    for round in 0..3 {
        for _ in 0..40 {
            log.append(cell(1), &large).unwrap();
            model.entry(cell(1)).or_default().push(large.clone());
            log.commit().unwrap();
        }
        let segments = files(&dir.path().join("log/journal")).len() - 2;
        assert!(segments >= 3, "round {round}: {segments}");
        log.publish_now().unwrap();
    }
    drop(log);
    assert!(report(dir.path()).is_good(), "{:?}", report(dir.path()).findings);
    let (log, _, replayed) = open(dir.path());
    assert_eq!(replayed, model);
    drop(log);
    assert!(files(&dir.path().join("log/journal")).len() <= 4);
}

#[test]
fn a_commit_larger_than_a_frame_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, _) = open(dir.path());
    let mut model = Model::new();
    for n in 0..60u8 {
        let large = vec![n; MAX_ENTRY_BYTES];
        log.append(cell(n % 3), &large).unwrap();
        model.entry(cell(n % 3)).or_default().push(large);
    }
    log.commit().unwrap();
    let too_large = log.append(cell(1), &vec![0; MAX_ENTRY_BYTES + 1]);
    assert!(matches!(too_large, Err(LogError::TooLarge { .. })));
    log.append(cell(1), b"").unwrap();
    model.entry(cell(1)).or_default().push(Vec::new());
    log.commit().unwrap();
    drop(log);
    assert_eq!(open(dir.path()).2, model);
}

#[test]
fn what_was_not_committed_is_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, mut model) = open(dir.path());
    fill(&mut log, &mut model, cell(1), 5);
    log.append(cell(1), b"never committed").unwrap();
    log.append(cell(9), b"never committed").unwrap();
    log.publish_now().unwrap();
    drop(log);
    assert_eq!(open(dir.path()).2, model);
}

#[test]
fn one_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _, _) = open(dir.path());
    assert!(matches!(open_with(options(dir.path())), Err(LogError::InUse { .. })));
    drop(log);
    open(dir.path());
}

#[test]
fn another_key_or_origin_does_not_open_it() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, mut model) = open(dir.path());
    fill(&mut log, &mut model, cell(1), 5);
    log.close().unwrap();
    fs::remove_dir_all(dir.path().join("witness")).unwrap();
    let mut other = options(dir.path());
    other.signer = Signer::from_seed([1; 32]).unwrap();
    assert!(matches!(open_with(other), Err(LogError::Damaged { .. })));
    let mut other = options(dir.path());
    other.origin = "salus.example/8".into();
    assert!(matches!(open_with(other), Err(LogError::Damaged { .. })));
    let mut other = options(dir.path());
    other.origin = "salus example".into();
    assert!(matches!(open_with(other), Err(LogError::Options { .. })));
}

#[test]
fn a_callback_that_does_not_accept_an_entry_ends_the_opening() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, mut model) = open(dir.path());
    fill(&mut log, &mut model, cell(1), 5);
    drop(log);
    let refused = AccessLog::open(options(dir.path()), &mut |_, index, _: &[u8]| {
        if index == 3 { Err("not this one") } else { Ok(()) }
    });
    match refused {
        Err(LogError::Refused(why)) => assert_eq!(why.to_string(), "not this one"),
        other => panic!("{other:?}"),
    }
    // Nothing was changed by the attempt.
    assert_eq!(open(dir.path()).2, model);
}

#[test]
fn the_publisher_works_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let mut quick = options(dir.path());
    quick.publish_interval = Duration::from_millis(20);
    let (mut log, _, mut model) = open_with(quick).unwrap();
    fill(&mut log, &mut model, cell(1), 300);
    let checkpoint = dir.path().join("witness").join(cell(1).to_string()).join("latest");
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while !fs::read_to_string(&checkpoint).is_ok_and(|note| note.lines().nth(1) == Some("300")) {
        assert!(std::time::Instant::now() < until, "nothing was published");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(report(dir.path()).is_good(), "a log at work: {:?}", report(dir.path()).findings);
    assert!(log.has_room());
}

#[test]
fn a_log_at_work_verifies_at_any_moment() {
    let dir = tempfile::tempdir().unwrap();
    let mut quick = options(dir.path());
    quick.publish_interval = Duration::from_millis(1);
    let (mut log, _, mut model) = open_with(quick).unwrap();
    std::thread::scope(|scope| {
        let path = dir.path();
        let verifier = scope.spawn(move || {
            for round in 0..30 {
                let report = report(path);
                assert!(report.is_good(), "round {round}: {:?}", report.findings);
            }
        });
        while !verifier.is_finished() {
            for n in 1..4 {
                fill(&mut log, &mut model, cell(n), 40);
            }
        }
        verifier.join().unwrap();
    });
    drop(log);
    assert_eq!(open(dir.path()).2, model);
}

#[test]
fn an_unreachable_witness_is_told_and_caught_up_with() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("witness"), b"in the way").unwrap();
    let opened = open_with(options(dir.path()));
    let mut log = match opened {
        Ok((log, ..)) => log,
        // A file in a witness's place can't be listed: that is said at once.
        Err(LogError::Io { .. }) => {
            fs::remove_file(dir.path().join("witness")).unwrap();
            let (log, ..) = open(dir.path());
            fs::remove_dir_all(dir.path().join("witness")).ok();
            fs::write(dir.path().join("witness"), b"in the way").unwrap();
            log
        }
        Err(other) => panic!("{other}"),
    };
    log.append(cell(1), &entry(cell(1), 0)).unwrap();
    log.commit().unwrap();
    log.publish_now().unwrap();
    assert!(log.status().witness_failure.is_some());
    fs::remove_file(dir.path().join("witness")).unwrap();
    log.publish_now().unwrap();
    assert_eq!(log.status().witness_failure, None);
    assert!(dir.path().join("witness").join(cell(1).to_string()).join("latest").exists());
}

#[test]
fn an_older_copy_is_refused_while_a_witness_remembers() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, mut model) = open(dir.path());
    fill(&mut log, &mut model, cell(1), 100);
    log.close().unwrap();
    let old = dir.path().join("old");
    support::copy(&dir.path().join("log"), &old);
    let (mut log, _, mut model) = open(dir.path());
    fill(&mut log, &mut model, cell(1), 10);
    log.close().unwrap();
    fs::remove_dir_all(dir.path().join("log")).unwrap();
    fs::rename(&old, dir.path().join("log")).unwrap();
    assert!(report(dir.path()).is_good(), "by itself, it is a good log");
    match open_with(options(dir.path())) {
        Err(LogError::RolledBack { what, .. }) => assert!(what.contains("110 entries, where 100"), "{what}"),
        other => panic!("{other:?}"),
    }
    // A log that was written anew from there on is another one, however long it grows.
    let mut blind = options(dir.path());
    blind.witness_dirs.clear();
    let (mut log, ..) = open_with(blind).unwrap();
    for n in 0..50u32 {
        log.append(cell(1), &n.to_le_bytes()).unwrap();
    }
    log.close().unwrap();
    match open_with(options(dir.path())) {
        Err(LogError::RolledBack { what, .. }) => assert!(what.contains("another root at 110"), "{what}"),
        other => panic!("{other:?}"),
    }
    // And so is a log that has lost a whole tree, or all of them.
    fs::remove_dir_all(dir.path().join("log")).unwrap();
    assert!(matches!(open_with(options(dir.path())), Err(LogError::RolledBack { .. })));
}

#[test]
fn tiles_that_are_ahead_of_checkpoint_and_journal_tell_of_a_rollback() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, mut model) = open(dir.path());
    fill(&mut log, &mut model, cell(1), 256);
    log.close().unwrap();
    let old = dir.path().join("old");
    support::copy(&dir.path().join("log"), &old);
    let (mut log, _, mut model) = open(dir.path());
    fill(&mut log, &mut model, cell(1), 300);
    log.close().unwrap();
    // Everything old is put back, but nothing new is removed, and the witness is gone.
    fs::remove_dir_all(dir.path().join("witness")).unwrap();
    for file in files(&dir.path().join("log/journal")) {
        fs::remove_file(dir.path().join("log/journal").join(file)).unwrap();
    }
    support::copy(&old, &dir.path().join("log"));
    assert!(matches!(open_with(options(dir.path())), Err(LogError::RolledBack { .. })));
    assert!(!report(dir.path()).is_good());
}

/// A disk that is not full refuses nothing, however fast segments are used up: the next one is waited for.
#[test]
fn there_is_room_while_segments_are_made_as_fast_as_they_are_used() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.segment_bytes = 1024 * 1024;
    let (mut log, _, _) = open_with(options).unwrap();
    let large = vec![7; 60_000];
    for round in 0..60 {
        // Most of a segment at once, so that the next one cannot be ready yet.
        for _ in 0..14 {
            assert!(log.has_room(), "no room in round {round}");
            log.append(cell(1), &large).unwrap();
        }
        log.commit().unwrap();
    }
    assert_eq!(log.size(cell(1)), 60 * 14);
    log.close().unwrap();
}

//! `salus log verify`: good, bad, could not look.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use rustix::process::Signal;
use salus_testkit::{Server, Start, run};
use std::path::{Path, PathBuf};

fn verify(data: &str, more: &[&str]) -> (Option<i32>, String) {
    let output = run(&[&["log", "verify", "--data", data], more].concat());
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn good_while_it_runs_and_at_rest_and_bad_after_one_changed_byte() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { data: Some(folder.path().join("d")), patients: 2, ..Start::default() };
    let mut server = Server::start_with(&start);
    let data = server.data_text().to_owned();
    assert_eq!(verify(&data, &[]).0, Some(0), "{}", verify(&data, &[]).1);

    let mut all = Vec::new();
    files(&server.data.join("log"), &mut all);
    let checkpoint = all.iter().find(|path| path.ends_with("checkpoint")).unwrap();
    let kept = folder.path().join("kept");
    std::fs::copy(checkpoint, &kept).unwrap();
    server.fhir(0, "POST", "/Patient", r#"{"resourceType":"Patient"}"#).unwrap();
    server.end(Signal::TERM);
    let offline = verify(&data, &[]);
    assert_eq!(offline.0, Some(0), "{}", offline.1);
    assert!(
        offline.1.contains("not checked: the records") && offline.1.contains("--checkpoint"),
        "{}",
        offline.1
    );
    let with_checkpoint = verify(&data, &["--checkpoint", kept.to_str().unwrap()]);
    assert_eq!(with_checkpoint.0, Some(0), "{}", with_checkpoint.1);
    assert!(!with_checkpoint.1.contains("--checkpoint"), "{}", with_checkpoint.1);
    let json = verify(&data, &["--json"]).1;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["not_checked"], serde_json::json!(["records", "older-checkpoint"]));

    let mut all = Vec::new();
    files(&folder.path().join("d/log"), &mut all);
    let tile = all.iter().find(|path| path.to_str().unwrap().contains("/tile/")).unwrap();
    let whole = std::fs::read(tile).unwrap();
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    std::fs::write(tile, &changed).unwrap();
    let (code, said) = verify(&data, &[]);
    assert_eq!(code, Some(1), "{said}");
    let name = tile.file_name().unwrap().to_str().unwrap();
    assert!(said.contains(name), "{said}");
    std::fs::write(tile, &whole).unwrap();
    assert_eq!(verify(&data, &[]).0, Some(0));
}

#[test]
fn what_cannot_be_looked_at_is_neither_good_nor_bad() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("d");
    let data = data.to_str().unwrap();
    assert_eq!(verify(data, &[]).0, Some(2));
    let kit = folder.path().join("kit.txt");
    assert!(run(&["init", "--data", data, "--recovery-kit", kit.to_str().unwrap()]).status.success());
    assert_eq!(verify(data, &[]).0, Some(2), "nothing was ever logged");
    assert_eq!(verify(data, &["--checkpoint", "/nowhere/checkpoint"]).0, Some(2));
}

/// What a program that can write the store's file may do to it, while the server runs.
#[test]
fn records_that_were_changed_lost_or_added_are_found_by_the_log() {
    let server = Server::start_with(&Start { patients: 3, ..Start::default() });
    let (code, said) = verify(server.data_text(), &["--json"]);
    let found: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &found["good"]), (Some(0), &serde_json::Value::from(true)), "{said}");
    assert_eq!(found["not_checked"], serde_json::json!(["older-checkpoint"]));
    let versions: Vec<u64> =
        found["stores"].as_array().unwrap().iter().map(|s| s["versions"].as_u64().unwrap()).collect();
    assert!(versions.iter().all(|count| *count > 30), "{versions:?}");

    let mut all = Vec::new();
    files(&server.data.join("cells"), &mut all);
    let mut stores: Vec<&PathBuf> = all.iter().filter(|path| path.ends_with("records.sqlite")).collect();
    stores.sort();
    let on = |at: usize, sql: &str| {
        let store = rusqlite::Connection::open(stores[at]).unwrap();
        store.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        assert_eq!(store.execute(sql, []).unwrap(), 1, "{sql}");
    };
    let key = "(SELECT max(key) FROM version)";
    for (undone, done, expected) in [
        (
            "UPDATE version SET time_ms = time_ms - 1",
            "UPDATE version SET time_ms = time_ms + 1",
            "other versions",
        ),
        ("UPDATE version SET key = key - 1", "UPDATE version SET key = key + 1", "lacks"),
    ] {
        on(0, &format!("{done} WHERE key = {key}"));
        let (code, said) = verify(server.data_text(), &[]);
        assert!(code == Some(1) && said.contains(expected), "{code:?} {said}");
        on(0, &format!("{undone} WHERE key = {key}"));
        assert_eq!(verify(server.data_text(), &[]).0, Some(0));
    }
    on(
        1,
        "INSERT INTO version SELECT key + (1 << 24), 0, kind, compartment, time_ms, deleted, wrap, line, words, body FROM version ORDER BY key DESC LIMIT 1",
    );
    let (code, said) = verify(server.data_text(), &[]);
    assert!(code == Some(1) && said.contains("never admitted"), "{code:?} {said}");
}

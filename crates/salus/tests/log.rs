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
    let with_checkpoint = verify(&data, &["--checkpoint", kept.to_str().unwrap()]);
    assert_eq!(with_checkpoint.0, Some(0), "{}", with_checkpoint.1);

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

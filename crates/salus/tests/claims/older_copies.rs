//! Claim 7, as far as one machine goes: an older copy of one state is put back beside the newer other one.

use crate::support::{copy, id_of, patient, verify};
use rustix::process::Signal;
use salus_testkit::{Server, Start, request, run};
use std::path::{Path, PathBuf};

/// A data directory that was copied, written to again, and ended.
fn with_an_older_copy() -> (tempfile::TempDir, PathBuf, PathBuf, String) {
    let folder = tempfile::tempdir().unwrap();
    let (data, older) = (folder.path().join("d"), folder.path().join("older"));
    let start = Start { data: Some(data.clone()), patients: 1, ..Start::default() };
    let mut server = Server::start_with(&start);
    server.end(Signal::TERM);
    copy(&data, &older);
    let mut server = Server::start_with(&start);
    let created = server.fhir(0, "POST", "/Patient", &patient("Spaeter")).unwrap();
    assert_eq!(created.status, 201, "{}", created.text());
    server.end(Signal::TERM);
    (folder, data, older, id_of(&created))
}

fn put_back(data: &Path, older: &Path, names: &[&str]) {
    for name in names {
        std::fs::remove_dir_all(data.join(name)).unwrap();
        copy(&older.join(name), &data.join(name));
    }
}

#[test]
fn an_older_store_is_not_served_and_the_others_are() {
    let (_folder, data, older, later) = with_an_older_copy();
    put_back(&data, &older, &["cells"]);
    // The demo waits in vain for a cell that is not served, so the server itself is asked.
    let output = std::process::Command::new(salus_testkit::binary())
        .args(["demo", "--port", "0", "--patients", "1", "--data", data.to_str().unwrap()])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let pid = output.id();
    let mut base = None;
    salus_testkit::server::wait_for("an address", || {
        base = address_of(&data);
        base.is_some()
    });
    let base = base.unwrap();
    let file: serde_json::Value =
        serde_json::from_slice(&std::fs::read(data.join("demo.json")).unwrap()).unwrap();
    let read = |cell: usize, path: &str| {
        let cell = &file["cells"][cell];
        let authorization = format!("Bearer {}", cell["token"].as_str().unwrap());
        let url = format!("{base}/{}/fhir{path}", cell["name"].as_str().unwrap());
        request("GET", &url, &[("authorization", &authorization)], b"")
            .map(|response| response.status)
            .unwrap_or(0)
    };
    salus_testkit::server::wait_for("the put-back cell's refusal", || {
        read(0, &format!("/Patient/{later}")) == 503
    });
    salus_testkit::server::wait_for("the other cell", || read(1, &format!("/Patient/{later}")) == 404);
    assert_eq!(request("GET", &format!("{base}/healthz"), &[], b"").unwrap().status, 503);
    salus_testkit::kill(pid, Signal::TERM);
    output.wait_with_output().unwrap();
}

fn address_of(data: &Path) -> Option<String> {
    let output = run(&["status", "--json", "--data", data.to_str().unwrap()]);
    let status: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    let base = status["base_url"].as_str()?.to_owned();
    request("GET", &format!("{base}/healthz"), &[], b"").ok().map(|_| base)
}

#[test]
fn an_older_trusted_side_does_not_serve_a_newer_store() {
    let (_folder, data, older, _) = with_an_older_copy();
    put_back(&data, &older, &["log", "trust"]);
    let output = run(&["demo", "--port", "0", "--patients", "1", "--data", data.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("older"), "{said}");
}

#[test]
fn a_cut_log_is_found_by_an_older_checkpoint() {
    let (folder, data, older, _) = with_an_older_copy();
    let tree = std::fs::read_dir(data.join("log"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("checkpoint").exists() && !path.ends_with("platform"))
        .max_by_key(|path| {
            std::fs::read_to_string(path.join("checkpoint"))
                .unwrap()
                .lines()
                .nth(1)
                .unwrap()
                .parse::<u64>()
                .unwrap()
        })
        .unwrap();
    let newest = folder.path().join("checkpoint");
    std::fs::copy(tree.join("checkpoint"), &newest).unwrap();
    assert_eq!(verify(data.to_str().unwrap()).0, Some(0));
    put_back(&data, &older, &["log"]);
    let plain = verify(data.to_str().unwrap());
    assert_eq!(plain.0, Some(0), "the older log is good in itself: {}", plain.1);
    let output =
        run(&["log", "verify", "--checkpoint", newest.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
}

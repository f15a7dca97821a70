//! Processes die and come back; two servers never share a directory.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use salus_testkit::server::wait_for;
use salus_testkit::{Server, Start, run};

const PATIENT: &str = r#"{"resourceType":"Patient","active":true,"name":[{"family":"Probe"}]}"#;

#[test]
fn each_process_comes_back_after_kill_9_with_all_that_was_acknowledged() {
    let mut server = Server::start_with(&Start { patients: 0, ..Start::default() });
    let mut written = Vec::new();
    for name in ["record-server", "keyholder", "record-server", "keyholder"] {
        let created = server.fhir(0, "POST", "/Patient", PATIENT).unwrap();
        assert_eq!(created.status, 201, "{}", created.text());
        written.push(format!("/Patient/{}", created.json()["id"].as_str().unwrap()));
        server.kill_and_wait(name);
        for path in &written {
            server.wait_for_status(0, path, 200);
        }
        // It may still be busy with taking its cells up.
        wait_for("a write", || {
            server.fhir(1, "POST", "/Patient", PATIENT).is_ok_and(|response| response.status == 201)
        });
    }
}

#[test]
fn kill_9_of_the_supervisor_leaves_nothing_and_the_next_start_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { data: Some(folder.path().join("d")), patients: 0, ..Start::default() };
    for _ in 0..3 {
        let mut server = Server::start_with(&start);
        let created = server.fhir(0, "POST", "/Patient", PATIENT).unwrap().json();
        server.kill_all();
        assert!(server.left_over().is_empty());
        let after = Server::start_with(&start);
        let path = format!("/Patient/{}", created["id"].as_str().unwrap());
        assert_eq!(after.fhir(0, "GET", &path, "").unwrap().status, 200);
    }
}

#[test]
fn a_second_server_on_one_directory_says_so() {
    let server = Server::start_with(&Start { patients: 0, ..Start::default() });
    for command in ["demo", "serve"] {
        let second = run(&[command, "--data", server.data_text()]);
        assert_eq!(second.status.code(), Some(2));
        let said = String::from_utf8(second.stderr).unwrap();
        assert!(said.starts_with("salus: ") && said.lines().count() == 1, "{said}");
        assert!(said.contains(&server.pid().to_string()), "{said}");
    }
    assert_eq!(server.fhir(0, "POST", "/Patient", PATIENT).unwrap().status, 201);
}

#[test]
fn a_taken_port_is_said_with_its_cure() {
    let server = Server::start_with(&Start { patients: 0, ..Start::default() });
    let port = server.base_url.rsplit(':').next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("d");
    let second = run(&["demo", "--port", port, "--data", data.to_str().unwrap()]);
    assert_eq!(second.status.code(), Some(2));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains(port) && said.contains("--port"), "{said}");
}

#[test]
fn a_trusted_side_that_is_damaged_ends_the_start_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { data: Some(folder.path().join("d")), patients: 0, ..Start::default() };
    let mut server = Server::start_with(&start);
    let data = server.data_text().to_owned();
    server.end(rustix::process::Signal::TERM);
    std::fs::write(format!("{data}/trust/root.key"), "00".repeat(32)).unwrap();
    let again = run(&["demo", "--port", "0", "--patients", "0", "--data", &data]);
    assert_eq!(again.status.code(), Some(2));
    let said = String::from_utf8(again.stderr).unwrap();
    assert!(said.lines().any(|line| line.starts_with("salus: ") && line.contains("keyholder")), "{said}");
}

/// What the record server's sandbox promises, tried from inside by nobody: here, that it is in force, and that the
/// files it must not open lie where its profile does not reach.
#[test]
fn both_processes_are_confined() {
    let mut server = Server::start_with(&Start { patients: 0, ..Start::default() });
    for name in ["keyholder", "record-server"] {
        let pid = server.process(name).unwrap();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = |key: &str| status.lines().find_map(|line| line.strip_prefix(key)).map(str::trim).unwrap();
        assert_eq!((line("NoNewPrivs:"), line("Seccomp:")), ("1", "2"), "{name}");
        let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    }
    let status = run(&["status", "--json", "--data", server.data_text()]);
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert!(status["protections"].to_string().contains("Landlock"), "{status}");
}

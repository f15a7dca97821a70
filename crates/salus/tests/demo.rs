//! The demo as a whole: what it prints and writes, that a second start goes on, and that its end leaves nothing behind.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use rustix::process::Signal;
use salus_testkit::{Server, Start, request, run};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

const PATIENT: &str = r#"{"resourceType":"Patient","active":true,"name":[{"family":"Probe"}]}"#;

#[test]
fn it_writes_what_others_are_built_against() {
    let server = Server::start();
    let text = std::fs::read_to_string(server.data.join("demo.json")).unwrap();
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<&String> = file.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["base_url", "door_url", "note", "cells"]);
    let names: Vec<&str> = server.cells.iter().map(|cell| cell.name.as_str()).collect();
    assert_eq!(names, ["praxis-sonnenberg", "cabinet-lumiere"]);
    for cell in &server.cells {
        assert_eq!(cell.fhir_base_url, format!("{}/{}/fhir", server.base_url, cell.name));
    }
    let mode = std::fs::metadata(server.data.join("demo.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let page = request("GET", &format!("{}/", server.base_url), &[], b"").unwrap();
    assert_eq!(page.status, 200);
    assert!(page.text().contains("<html"), "{}", page.text());

    for cell in 0..2 {
        let created = server.fhir(cell, "POST", "/Patient", PATIENT).unwrap();
        assert_eq!(created.status, 201, "{}", created.text());
    }
    // One cell's token is nothing in another.
    let foreign = format!("Bearer {}", server.cells[0].token);
    let url = format!("{}/Patient/x", server.cells[1].fhir_base_url);
    assert_eq!(request("GET", &url, &[("authorization", &foreign)], b"").unwrap().status, 401);
}

#[test]
fn a_resource_has_a_bound_below_that_of_a_body() {
    let server = Server::start_with(&Start { patients: 0, ..Start::default() });
    let binary = |bytes: usize| {
        format!(
            r#"{{"resourceType":"Binary","contentType":"text/plain","data":"{}"}}"#,
            "AAAA".repeat(bytes / 4)
        )
    };
    let (fits, too_large, no_body) = (binary(15 << 20), binary(17 << 20), binary(65 << 20));
    assert_eq!(server.fhir(0, "POST", "/Binary", &fits).unwrap().status, 201);
    let refused = server.fhir(0, "POST", "/Binary", &too_large).unwrap();
    assert_eq!(refused.status, 413, "{}", refused.text());
    assert!(refused.text().contains(&(16 << 20).to_string()), "{}", refused.text());
    // Whoever announces too much is answered before all of it was sent, which may break the sending.
    if let Ok(refused) = server.fhir(0, "POST", "/Binary", &no_body) {
        assert_eq!(refused.status, 413);
        assert!(refused.text().contains(&(64 << 20).to_string()), "{}", refused.text());
    }
}

/// The command of the front page, as somebody would paste it.
#[test]
fn the_front_pages_example_reads_a_patient() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("it's a demo");
    let server = Server::start_with(&Start { data: Some(data), patients: 2, ..Start::default() });
    let page = request("GET", &format!("{}/", server.base_url), &[], b"").unwrap().text();
    let (_, command) = page.split_once("<pre tabindex=\"0\"><code>").unwrap();
    let (command, _) = command.split_once("</code>").unwrap();
    let command = command.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
    assert!(!command.contains(&server.cells[0].token), "the page shows no token");
    let output = match std::process::Command::new("sh").args(["-c", &command]).output() {
        Ok(output) if output.status.code() != Some(127) => output,
        _ => return println!("not run: the_front_pages_example_reads_a_patient: no curl"),
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let patient: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{command}: {text}"));
    assert_eq!(patient["resourceType"], "Patient", "{command}");
    assert!(patient["name"][0]["family"].is_string(), "{text}");
}

#[test]
fn a_second_start_goes_on_with_the_same_data_and_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { data: Some(folder.path().join("d")), patients: 1, ..Start::default() };
    let mut first = Server::start_with(&start);
    let created = first.fhir(0, "POST", "/Patient", PATIENT).unwrap();
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let tokens: Vec<String> = first.cells.iter().map(|cell| cell.token.clone()).collect();
    assert!(first.end(Signal::TERM).0.success());

    let second = Server::start_with(&start);
    let again: Vec<String> = second.cells.iter().map(|cell| cell.token.clone()).collect();
    assert_eq!(again, tokens);
    assert_eq!(second.fhir(0, "GET", &format!("/Patient/{id}"), "").unwrap().status, 200);
}

/// A day has somebody who comes, whether the patients were made on it or before; who was booked keeps the appointment.
#[test]
fn each_day_has_its_appointments() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { data: Some(folder.path().join("d")), patients: 4, ..Start::default() };
    let ids = |server: &Server, cell: usize, day: i64| -> Vec<String> {
        let date = salus_fhir::instant(day as u64 * 86_400_000);
        let path = format!("/Appointment?date={}&_count=100", &date[..10]);
        let found = server.fhir(cell, "GET", &path, "").unwrap();
        assert_eq!(found.status, 200, "{}", found.text());
        let found = found.json();
        let entries = found["entry"].as_array().cloned().unwrap_or_default();
        let mut ids: Vec<String> =
            entries.iter().map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned()).collect();
        ids.sort_unstable();
        ids
    };
    let mut first = Server::start_with(&start);
    let path = first.data.join("demo-progress.json");
    let progress: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let today = progress["agenda"].as_i64().unwrap();
    let before: Vec<Vec<String>> = (0..2).map(|cell| ids(&first, cell, today)).collect();
    assert!(before.iter().all(|ids| !ids.is_empty()), "{before:?}");
    first.end(Signal::TERM);

    // As if it had been made yesterday.
    let made = serde_json::json!({"patients": 4, "day": today - 1, "agenda": today - 1, "comers": 4});
    std::fs::write(&path, made.to_string()).unwrap();
    let second = Server::start_with(&start);
    let after: Vec<Vec<String>> = (0..2).map(|cell| ids(&second, cell, today)).collect();
    assert_eq!(after, before);
    let progress: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!((progress["agenda"].as_i64(), progress["day"].as_i64()), (Some(today), Some(today - 1)));
}

#[test]
fn a_token_that_was_revoked_is_replaced_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { data: Some(folder.path().join("d")), patients: 0, ..Start::default() };
    let mut first = Server::start_with(&start);
    let status = run(&["status", "--json", "--data", first.data_text()]);
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    let client = status["cells"][0]["clients"][0]["client"].as_str().unwrap().to_owned();
    assert!(run(&["client", "revoke", "--client", &client, "--data", first.data_text()]).status.success());
    assert!(first.end(Signal::INT).0.success());

    let second = Server::start_with(&start);
    let cell_of_client = usize::from(status["cells"][0]["name"] == second.cells[1].name.as_str());
    assert_ne!(second.cells[cell_of_client].token, first.cells[cell_of_client].token);
    assert_eq!(second.cells[1 - cell_of_client].token, first.cells[1 - cell_of_client].token);
    assert_eq!(second.fhir(cell_of_client, "POST", "/Patient", PATIENT).unwrap().status, 201);
}

#[test]
fn a_practice_that_is_cut_off_stays_so_over_a_start_and_is_joined_again() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { data: Some(folder.path().join("d")), patients: 1, ..Start::default() };
    let mut first = Server::start_with(&start);
    let name = first.cells[0].name.clone();
    assert!(run(&["contain", "quarantine", &name, "--data", first.data_text()]).status.success());
    assert!(first.end(Signal::INT).0.success());

    let second = Server::start_with(&start);
    assert_eq!(second.cells[0].token, first.cells[0].token);
    assert_eq!(second.fhir(0, "GET", "/Patient", "").unwrap().status, 503);
    assert_eq!(second.fhir(1, "GET", "/Patient", "").unwrap().status, 200);
    assert!(run(&["contain", "quarantine", &name, "--lift", "--data", second.data_text()]).status.success());
    assert_eq!(second.fhir(0, "GET", "/Patient", "").unwrap().status, 200);
}

#[test]
fn signals_end_everything_within_five_seconds_even_if_inherited_as_ignored() {
    for (signals_ignored, signal) in [(false, Signal::INT), (true, Signal::TERM), (true, Signal::INT)] {
        let mut server = Server::start_with(&Start { signals_ignored, patients: 0, ..Start::default() });
        let (status, took) = server.end(signal);
        assert!(status.success(), "{status}");
        assert!(took < Duration::from_secs(5), "{took:?}");
        assert!(server.left_over().is_empty());
        assert_eq!(
            std::fs::read_dir(server.data.join("run")).unwrap().count(),
            1,
            "only the lock file stays"
        );
    }
}

#[test]
fn under_nohup_a_hang_up_is_ignored_and_else_it_ends_the_demo() {
    let mut server = Server::start_with(&Start { signals_ignored: true, patients: 0, ..Start::default() });
    salus_testkit::kill(server.pid(), Signal::HUP);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(request("GET", &format!("{}/healthz", server.base_url), &[], b"").unwrap().status, 200);
    server.end(Signal::TERM);
    let mut server = Server::start_with(&Start { patients: 0, ..Start::default() });
    assert!(server.end(Signal::HUP).0.success());
}

#[test]
fn fresh_begins_anew_and_refuses_what_is_no_demo() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("d");
    let mut start = Start { data: Some(data.clone()), patients: 0, ..Start::default() };
    let mut first = Server::start_with(&start);
    let created = first.fhir(0, "POST", "/Patient", PATIENT).unwrap().json();
    let path = format!("/Patient/{}", created["id"].as_str().unwrap());
    // A server that runs keeps its data.
    let busy = run(&["demo", "--fresh", "--data", first.data_text()]);
    assert_eq!(busy.status.code(), Some(2));
    assert_eq!(first.fhir(0, "GET", &path, "").unwrap().status, 200);
    first.end(Signal::TERM);

    start.arguments = vec!["--fresh".into()];
    let second = Server::start_with(&start);
    assert_eq!(second.fhir(0, "GET", &path, "").unwrap().status, 404);
    drop(second);

    let letters = folder.path().join("letters");
    std::fs::create_dir(&letters).unwrap();
    std::fs::write(letters.join("one.txt"), b"mine").unwrap();
    let refused = run(&["demo", "--fresh", "--data", letters.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(letters.join("one.txt").exists());
}

#[test]
fn a_first_start_that_was_cut_off_is_finished_by_the_second() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("d");
    let mut process = salus_testkit::process::command()
        .args(["demo", "--port", "0", "--patients", "60", "--data"])
        .arg(&data)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Wherever it is by now: within the keys, the cells or the patients.
    std::thread::sleep(Duration::from_millis(1500));
    process.kill().unwrap();
    process.wait().unwrap();

    let server = Server::start_with(&Start { data: Some(data), patients: 60, ..Start::default() });
    // The ledger knows what was there: a bundle of the demo sent again is known.
    let progress = std::fs::read(server.data.join("demo-progress.json")).unwrap();
    let progress: serde_json::Value = serde_json::from_slice(&progress).unwrap();
    let day = progress["day"].as_i64().unwrap();
    let world = salus_people::World::new(salus_people::Locale::German, salus::demo::SEED, day);
    let bundle = world.patient(59);
    let authorization = format!("Bearer {}", server.cells[0].token);
    let ledger = salus::import::hex_hash(&[bundle.as_bytes()]);
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "application/fhir+json"),
        ("salus-import", ledger.as_str()),
    ];
    let answer = request("POST", &server.cells[0].fhir_base_url, &headers, bundle.as_bytes()).unwrap();
    assert_eq!((answer.status, answer.header("salus-import-known")), (200, Some("true")));
}

//! Claims 1 and 7: under load, every process is killed at random. Whatever a client was sent stands in the log, and whatever
//! was acknowledged is still there.

use crate::support::{id_of, log_of, long, patient, verify};
use salus_testkit::server::wait_for;
use salus_testkit::{Server, Start, request};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Rounds in every test run, and in the long one.
const ROUNDS: usize = 8;
const LONG_ROUNDS: usize = 200;
const CLIENTS: usize = 4;

/// What clients were sent.
#[derive(Default)]
struct Received {
    /// The log's entry that a response named, and whether it was a read.
    entries: Vec<(u64, bool)>,
    /// The family name last acknowledged for a record, and the version it got.
    acknowledged: Vec<(String, String, u64)>,
}

#[test]
fn every_response_is_in_the_log_and_every_acknowledged_write_survives() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { data: Some(folder.path().join("d")), patients: 0, ..Start::default() };
    let rounds = if long() { LONG_ROUNDS } else { ROUNDS };
    let received = Arc::new(Mutex::new(Received::default()));
    let serial = Arc::new(AtomicU64::new(0));
    let mut seed = 0x5a1f_u64;
    let mut server = Server::start_with(&start);
    for round in 0..rounds {
        let stop = Arc::new(AtomicBool::new(false));
        let workers: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let (base, token) = (server.cells[0].fhir_base_url.clone(), server.cells[0].token.clone());
                let (stop, received, serial) = (stop.clone(), received.clone(), serial.clone());
                std::thread::spawn(move || load(&base, &token, &stop, &received, &serial))
            })
            .collect();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis(30 + (seed >> 33) % 400));
        match (seed >> 40) % 3 {
            0 => server.kill_and_wait("keyholder"),
            1 => server.kill_and_wait("record-server"),
            _ => server.kill_all(),
        }
        stop.store(true, Ordering::Relaxed);
        for worker in workers {
            worker.join().unwrap();
        }
        if (seed >> 40) % 3 == 2 {
            server = Server::start_with(&start);
        }
        wait_for(&format!("the server after round {round}"), || {
            server.fhir(0, "POST", "/Patient", &patient("Round")).is_ok_and(|response| response.status == 201)
        });
    }
    let received = std::mem::take(&mut *received.lock().unwrap());
    println!(
        "{rounds} kills, {} responses, {} acknowledged writes",
        received.entries.len(),
        received.acknowledged.len()
    );
    assert!(received.acknowledged.len() > rounds, "the load did something");
    let log = log_of(&server, 0);
    for (entry, is_read) in &received.entries {
        let event =
            log.get(entry).unwrap_or_else(|| panic!("entry {entry} was sent to a client and is not there"));
        assert_eq!(event["event"], if *is_read { "opened" } else { "written" }, "entry {entry}");
        assert!(!event["access"]["versions"].as_array().unwrap().is_empty(), "entry {entry}");
    }
    for (id, family, version) in &received.acknowledged {
        let response = server.fhir(0, "GET", &format!("/Patient/{id}/_history/{version}"), "").unwrap();
        assert_eq!(response.status, 200, "{id} version {version}: {}", response.text());
        assert_eq!(response.json()["name"][0]["family"], family.as_str(), "{id} version {version}");
    }
    let (code, said) = verify(server.data_text());
    assert_eq!(code, Some(0), "{said}");
}

/// Creates, reads and changes patients until it is told to stop; a response that did not come whole counts for nothing.
fn load(base: &str, token: &str, stop: &AtomicBool, received: &Mutex<Received>, serial: &AtomicU64) {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/fhir+json")];
    while !stop.load(Ordering::Relaxed) {
        let family = format!("Muster{}", serial.fetch_add(1, Ordering::Relaxed));
        let Ok(created) = request("POST", &format!("{base}/Patient"), &headers, patient(&family).as_bytes())
        else {
            continue;
        };
        if created.status != 201 {
            std::thread::sleep(Duration::from_millis(5));
            continue;
        }
        note(received, &created, false, Some(&family));
        let url = format!("{base}/Patient/{}", id_of(&created));
        if let Ok(read) = request("GET", &url, &headers, b"")
            && read.status == 200
        {
            note(received, &read, true, None);
        }
        let changed = format!("{family}-Neu");
        let body = patient(&changed).replacen('{', &format!(r#"{{"id":"{}","#, id_of(&created)), 1);
        if let Ok(updated) = request("PUT", &url, &headers, body.as_bytes())
            && updated.status == 200
        {
            note(received, &updated, false, Some(&changed));
        }
    }
}

fn note(received: &Mutex<Received>, response: &salus_testkit::Response, is_read: bool, family: Option<&str>) {
    let entry = response.header("salus-log-entry").unwrap().parse().unwrap();
    let version = response.json()["meta"]["versionId"].as_str().unwrap().parse().unwrap();
    let mut received = received.lock().unwrap();
    received.entries.push((entry, is_read));
    if let Some(family) = family {
        received.acknowledged.push((id_of(response), family.to_owned(), version));
    }
}

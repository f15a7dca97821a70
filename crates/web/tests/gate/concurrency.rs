//! Many at once, and clients that go away.

use crate::support::{FHIR_JSON, Salus, observation};
use std::collections::BTreeSet;
use std::time::Duration;

#[test]
fn updates_of_one_record_go_one_after_the_other() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let body = format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#);
    let tags: BTreeSet<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut http = cell.http();
                    (0..10)
                        .map(|_| {
                            let at = format!("Patient/{id}");
                            let reply = cell.send_on(&mut http, "PUT", &at, &[], body.as_bytes());
                            assert_eq!(reply.status, 200, "{}", reply.text());
                            reply.header("etag").unwrap().to_owned()
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(tags.len(), 80, "each update has a version of its own");
    assert_eq!(cell.get(&format!("Patient/{id}")).header("etag"), Some("W/\"81\""));
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn of_those_who_match_the_same_version_one_wins() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let body = format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#);
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let send =
            || cell.send("PUT", &format!("Patient/{id}"), &[("If-Match", "W/\"1\"")], body.as_bytes()).status;
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
}

#[test]
fn many_first_writes_agree_on_the_house() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| cell.create("Organization", r#"{"resourceType":"Organization","name":"x"}"#));
        }
    });
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn a_client_that_goes_away_leaves_nothing_half_done() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let patient = cell.patient();
    let bearer = cell.bearer();
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", FHIR_JSON)];
    for round in 0..200u64 {
        let mut http = cell.http();
        let at = cell.path(&format!("Patient/gone{round}"));
        let body = format!(r#"{{"resourceType":"Patient","id":"gone{round}"}}"#);
        http.begin("PUT", &at, &headers, body.as_bytes());
        std::thread::sleep(Duration::from_micros(round * 20));
    }
    // Some break off in the middle of the body.
    for _ in 0..20 {
        let mut http = cell.http();
        let head = format!(
            "POST /praxis/fhir/Observation HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer}\r\nContent-Type: {FHIR_JSON}\r\nContent-Length: 5000\r\n\r\n{{"
        );
        http.write(head.as_bytes());
    }
    let mut waited = 0;
    while salus.unresolved() > 0 {
        waited += 1;
        assert!(waited < 500, "writes stay open");
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut landed = 0;
    for round in 0..200 {
        let reply = cell.get(&format!("Patient/gone{round}"));
        assert!(matches!(reply.status, 200 | 404), "{}", reply.status);
        landed += u32::from(reply.status == 200);
    }
    assert!(landed > 0);
    assert_eq!(cell.post("Observation", &observation(&patient)).status, 201);
}

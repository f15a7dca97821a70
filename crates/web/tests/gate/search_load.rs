//! What was acknowledged is found by the next request: under load, while the indexer ends and starts again.

use crate::support::Salus;
use serde_json::json;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

#[test]
fn everybody_finds_what_they_wrote_while_the_indexer_comes_and_goes() {
    let mut salus = Salus::start();
    let cell = salus.cell("praxis");
    let (done, written, waited) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (cell, done, written, waited) = (&cell, &done, &written, &waited);
            scope.spawn(move || {
                let mut http = cell.http();
                let mut last = String::new();
                for round in 0.. {
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                    let value = format!("{worker}-{round}");
                    let text =
                        json!({"resourceType": "Patient", "identifier": [{"value": value}], "active": true});
                    let made = cell.send_on(&mut http, "POST", "Patient", &[], text.to_string().as_bytes());
                    assert_eq!(made.status, 201, "{}", made.text());
                    let id = made.json()["id"].as_str().unwrap().to_owned();
                    if round % 3 == 0 && !last.is_empty() {
                        let gone = cell.send_on(&mut http, "DELETE", &format!("Patient/{last}"), &[], b"");
                        assert_eq!(gone.status, 204);
                    }
                    let before = if last.is_empty() { &id } else { &last };
                    let both = format!("Patient?_id={id},{before}&_elements=id");
                    let bundle = loop {
                        let reply = cell.send_on(&mut http, "GET", &both, &[], b"");
                        if reply.status == 200 {
                            break reply.json();
                        }
                        assert_eq!(reply.status, 503, "{}", reply.text());
                        waited.fetch_add(1, Ordering::Relaxed);
                    };
                    let expected = if last.is_empty() || round % 3 == 0 { 1 } else { 2 };
                    assert_eq!(bundle["total"], expected, "{value}");
                    written.fetch_add(1, Ordering::Relaxed);
                    last = id;
                }
            });
        }
        for _ in 0..4 {
            std::thread::sleep(Duration::from_millis(700));
            salus.stop_indexer();
            std::thread::sleep(Duration::from_millis(150));
            salus.start_indexer();
        }
        std::thread::sleep(Duration::from_millis(700));
        done.store(true, Ordering::Relaxed);
    });
    let written = written.load(Ordering::Relaxed);
    assert!(written > 100, "{written}");
    println!("{written} written and found; {} answers were 503", waited.load(Ordering::Relaxed));
    assert_eq!(salus.unresolved(), 0);
}

//! Restarts, of either process; a store that was put back; admissions that end.

use crate::support::{Http, Salus};
use salus_web::Event;
use std::io::Read as _;
use std::time::{Duration, Instant};

#[test]
fn everything_is_there_after_a_restart() {
    let mut salus = Salus::start();
    let mut cell = salus.cell("praxis");
    let id = cell.patient();
    let before = cell.get(&format!("Patient/{id}")).body;
    salus.stop_server();
    salus.stop_keyholder();
    salus.start_keyholder();
    salus.start_server();
    cell.address = salus.address();
    assert_eq!(cell.get(&format!("Patient/{id}")).body, before);
    let updated = cell.put(&format!("Patient/{id}"), &format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#));
    assert_eq!((updated.status, updated.header("etag")), (200, Some("W/\"2\"")));
    let other = cell.patient();
    assert_ne!(other, id);
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn a_keyholder_that_comes_back_is_used_again_and_nothing_stays_open() {
    let mut salus = Salus::start();
    let cell = salus.cell("praxis");
    cell.patient();
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let (address, bearer) = (cell.address, cell.bearer());
            std::thread::spawn(move || {
                let until = Instant::now() + Duration::from_secs(3);
                let mut acknowledged = Vec::new();
                while Instant::now() < until {
                    let headers =
                        [("Authorization", bearer.as_str()), ("Content-Type", "application/fhir+json")];
                    let mut http = Http::new(address);
                    let reply =
                        http.send("POST", "/praxis/fhir/Patient", &headers, br#"{"resourceType":"Patient"}"#);
                    match reply.status {
                        201 => acknowledged.push(reply.json()["id"].as_str().unwrap().to_owned()),
                        503 => std::thread::sleep(Duration::from_millis(20)),
                        other => panic!("{other}: {}", reply.text()),
                    }
                }
                acknowledged
            })
        })
        .collect();
    for _ in 0..4 {
        std::thread::sleep(Duration::from_millis(400));
        salus.stop_keyholder();
        std::thread::sleep(Duration::from_millis(100));
        salus.start_keyholder();
    }
    let acknowledged: Vec<String> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
    assert!(acknowledged.len() > 20);
    for id in &acknowledged {
        assert_eq!(cell.get(&format!("Patient/{id}")).status, 200);
    }
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn a_store_that_was_put_back_is_not_served_and_its_neighbour_is() {
    let mut salus = Salus::start();
    let mut cell = salus.cell("praxis");
    let mut other = salus.cell("andere");
    let id = cell.patient();
    let other_id = other.patient();
    let folder = |salus: &Salus, name: &str| {
        let status = salus.admin().ask(salus_trust_api::wire::AdminAsk::Status).unwrap();
        let salus_trust_api::wire::AdminAnswer::Status(status) = status else { panic!("no status") };
        let info = status.cells.into_iter().find(|cell| cell.info.name == name).unwrap().info;
        salus.dir.path().join("cells").join(info.id.to_string())
    };
    let folder = folder(&salus, "praxis");
    salus.stop_server();
    let copy = std::fs::read(folder.join("records.sqlite")).unwrap();
    salus.start_server();
    cell.address = salus.address();
    assert_eq!(cell.get(&format!("Patient/{id}")).status, 200);
    cell.patient();
    salus.stop_server();
    for entry in std::fs::read_dir(&folder).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    std::fs::write(folder.join("records.sqlite"), copy).unwrap();
    salus.start_server();
    cell.address = salus.address();
    other.address = salus.address();
    let refused = cell.get(&format!("Patient/{id}"));
    assert_eq!((refused.status, refused.issue().as_str()), (503, "transient"));
    assert_eq!(cell.post("Patient", r#"{"resourceType":"Patient"}"#).status, 503);
    assert_eq!(other.get(&format!("Patient/{other_id}")).status, 200);
    let health = Http::new(salus.address()).send("GET", "/healthz", &[], b"");
    assert_eq!(health.status, 503);
    assert!(health.text().contains(r#"{"name":"praxis","standing":"rolled-back"}"#), "{}", health.text());
    let events = salus.events.lock().unwrap();
    let told = events.iter().any(|event| {
        matches!(event, Event::Notice { is_error: true, cell: Some(cell), what } if cell == "praxis" && what.contains("NOT SERVED"))
    });
    assert!(told);
}

#[test]
fn a_cell_that_is_made_later_is_served_without_a_restart() {
    let salus = Salus::start();
    let first = salus.cell("erste");
    first.patient();
    let second = salus.cell("zweite");
    assert_eq!(second.post("Patient", r#"{"resourceType":"Patient"}"#).status, 201);
}

#[test]
fn an_answer_that_is_not_taken_ends_with_its_admission() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    // Larger than what the sockets hold between the two.
    let name = format!(r#"{{"family":"{}"}}"#, "Muster ".repeat(140_000));
    let names = vec![name; 14].join(",");
    let id = cell.create("Patient", &format!(r#"{{"resourceType":"Patient","name":[{names}]}}"#));
    let mut stream = std::net::TcpStream::connect(cell.address).unwrap();
    let request = format!(
        "GET /praxis/fhir/Patient/{id} HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\n\r\n",
        cell.bearer()
    );
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(5_500));
    let mut taken = Vec::new();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let _ = stream.read_to_end(&mut taken);
    assert!(taken.starts_with(b"HTTP/1.1 200"));
    assert!(taken.len() < names.len(), "{} of {}", taken.len(), names.len());
    assert!(taken.len() < 8 * 1024 * 1024, "only what was under way: {}", taken.len());
    // Somebody who takes it at once gets all of it.
    assert_eq!(cell.get(&format!("Patient/{id}")).status, 200);
}

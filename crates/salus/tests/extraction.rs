//! A cell's own search parameters on real processes: extracted anew in the background, whatever dies meanwhile.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use rustix::process::Signal;
use salus_testkit::server::wait_for;
use salus_testkit::{Server, Start, kill, run};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// A date of Patients that R4 has no parameter for.
fn definition(status: &str) -> Value {
    json!({
        "resourceType": "SearchParameter", "id": "joined", "url": "urn:own:joined", "name": "Joined", "status": status,
        "description": "d", "code": "joined", "base": ["Patient"], "type": "date",
        "expression": "Patient.extension('urn:joined').value.as(date)",
    })
}

fn patient(family: &str) -> Value {
    json!({
        "resourceType": "Patient", "name": [{"family": family}],
        "extension": [{"url": "urn:joined", "valueDate": "2021-05-04"}],
    })
}

fn define(server: &Server, status: &str) {
    let reply = server.fhir(0, "PUT", "/SearchParameter/joined", &definition(status).to_string()).unwrap();
    assert!([200, 201].contains(&reply.status), "{}", reply.text());
}

fn write(server: &Server, family: &str) {
    assert_eq!(server.fhir(0, "POST", "/Patient", &patient(family).to_string()).unwrap().status, 201);
}

/// Writes so many at once.
fn write_many(server: &Server, count: usize) {
    for from in (0..count).step_by(500) {
        let entry = |at: usize| json!({"resource": patient(&format!("before{at}")), "request": {"method": "POST", "url": "Patient"}});
        let entries: Vec<Value> = (from..count.min(from + 500)).map(entry).collect();
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
        assert_eq!(server.fhir(0, "POST", "", &bundle.to_string()).unwrap().status, 200);
    }
}

/// How many are found by it: none while that cannot be answered.
fn found(server: &Server) -> Option<u64> {
    let answer = server.fhir(0, "GET", "/Patient?joined=2021-05&_summary=count", "").unwrap();
    match answer.status {
        200 => Some(answer.json()["total"].as_u64().unwrap()),
        503 => {
            assert!(answer.header("retry-after").is_some());
            None
        }
        other => panic!("{other}: {}", answer.text()),
    }
}

fn salus(arguments: &[&str], server: &Server) -> Value {
    let output = run(&[arguments, &["--json", "--data", server.data_text()]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn status(server: &Server) -> Value {
    let cells = salus(&["index", "status"], server)["cells"].clone();
    cells
        .as_array()
        .unwrap()
        .iter()
        .find(|cell| cell["cell"] == server.cells[0].name.as_str())
        .unwrap()
        .clone()
}

/// Asks at the machine, and approves as somebody else, who has a secret.
fn extract(server: &Server, wait: bool) -> Value {
    let cell = &server.cells[0].name;
    let asked = salus(&["index", "extract", "--cell", cell], server);
    assert_eq!(asked["cells"][0]["extraction"]["state"], "asked");
    let alone = run(&["index", "approve", "--cell", cell, "--data", server.data_text()]);
    assert_eq!(alone.status.code(), Some(1), "one approval is one, however often it is given");
    let client = ["client", "create", "--role", "approver", "--cell", cell, "--name", "second"];
    let client = salus(&client, server);
    let file = server.data.join("secret.txt");
    std::fs::write(&file, client["secret"].as_str().unwrap()).unwrap();
    let id = client["client"].as_str().unwrap();
    let mut approve =
        vec!["index", "approve", "--cell", cell, "--client", id, "--secret-file", file.to_str().unwrap()];
    if !wait {
        approve.push("--no-wait");
    }
    salus(&approve, server)["cells"][0].clone()
}

fn empty() -> Start {
    Start { patients: 0, ..Start::default() }
}

#[test]
fn what_was_written_before_a_parameter_is_found_by_it_once_two_have_approved() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { data: Some(folder.path().join("d")), ..empty() };
    let mut server = Server::start_with(&start);
    write_many(&server, 20);
    define(&server, "draft");
    assert_eq!(
        server.fhir(0, "GET", "/Patient?joined=2021", "").unwrap().status,
        400,
        "a draft does nothing"
    );
    define(&server, "active");
    write(&server, "after");
    assert_eq!(found(&server), None);
    assert_eq!(status(&server)["parameters"][0]["lacking"], 20);
    let metadata = server.fhir(0, "GET", "/metadata", "").unwrap().json();
    let resources = metadata["rest"][0]["resource"].as_array().unwrap();
    let of = resources.iter().find(|resource| resource["type"] == "Patient").unwrap();
    assert!(of["searchParam"].as_array().unwrap().iter().any(|one| one["name"] == "joined"));
    let done = extract(&server, true);
    assert_eq!(done["extraction"]["state"], "done", "{done}");
    // The first one is of all that is there: a cell does not know what program took its words.
    assert_eq!(done["extraction"]["details"]["versions"], 22);
    assert_eq!((found(&server), &status(&server)["parameters"][0]["lacking"]), (Some(21), &json!(0)));
    let cell = server.cells[0].name.clone();
    let log = salus(&["log", "show", "--cell", &cell, "--last", "200"], &server);
    let events: Vec<&str> =
        log["entries"].as_array().unwrap().iter().map(|one| one["event"].as_str().unwrap()).collect();
    for event in [
        "search-parameter-defined",
        "extraction-asked",
        "extraction-approved",
        "extraction-begun",
        "extraction-done",
    ] {
        assert!(events.contains(&event), "{event}: {events:?}");
    }
    // What was extracted is kept beside the records: an index is made again from it, without opening any.
    salus(&["index", "rebuild", "--cell", &cell], &server);
    assert_eq!(found(&server), Some(21));
    let number = status(&server)["parameters"][0]["number"].clone();
    assert!(server.end(Signal::TERM).0.success());
    std::fs::remove_dir_all(start.data.as_ref().unwrap().join("index")).unwrap();
    let server = Server::start_with(&start);
    wait_for("an answer", || found(&server).is_some());
    assert_eq!((found(&server), &status(&server)["parameters"][0]["number"]), (Some(21), &number));
    write(&server, "later");
    assert_eq!(found(&server), Some(22));
    // No longer in force, and in force again: the same number, but what was written meanwhile has no words of it.
    define(&server, "retired");
    write(&server, "meanwhile");
    assert_eq!(server.fhir(0, "GET", "/Patient?joined=2021", "").unwrap().status, 400);
    define(&server, "active");
    assert_eq!((found(&server), &status(&server)["parameters"][0]["number"]), (None, &number));
    extract(&server, true);
    assert_eq!(found(&server), Some(23));
}

#[test]
fn an_extraction_goes_on_whatever_is_killed_and_nobody_is_answered_with_less_than_all() {
    const BEFORE: usize = 1_500;
    let mut server = Server::start_with(&empty());
    write_many(&server, BEFORE);
    define(&server, "active");
    extract(&server, false);
    let mut kills = 0;
    let mut victims =
        ["extractor", "extractor", "indexer", "record-server", "extractor", "keyholder"].into_iter();
    wait_for("the end of the extraction", || {
        let now = server.fhir(0, "GET", "/Patient?joined=2021-05&_summary=count", "");
        if let Ok(answer) = now
            && answer.status == 200
        {
            assert_eq!(answer.json()["total"], BEFORE, "less than all");
            return true;
        }
        if let Some(extractor) = server.process("extractor")
            && let Some(victim) = victims.next()
        {
            let pid = if victim == "extractor" { Some(extractor) } else { server.process(victim) };
            if let Some(pid) = pid {
                kill(pid, Signal::KILL);
                kills += 1;
            }
        }
        false
    });
    assert!(kills >= 1, "nothing was killed in the middle");
    println!("{kills} killed before the end");
    wait_for("its end in the log", || status(&server)["extraction"]["state"] == "done");
    assert_eq!(found(&server), Some(BEFORE as u64));
}

#[test]
fn searches_writes_and_a_rebuild_go_on_while_words_are_extracted() {
    const BEFORE: usize = 1_000;
    let server = Server::start_with(&empty());
    write_many(&server, BEFORE);
    define(&server, "active");
    let over = AtomicBool::new(false);
    let written = AtomicU32::new(0);
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let number = written.load(Ordering::Relaxed);
                write(&server, &format!("while{number:05}"));
                let by_name =
                    server.fhir(0, "GET", &format!("/Patient?family=while{number:05}"), "").unwrap();
                assert_eq!((by_name.status, by_name.json()["total"].as_u64()), (200, Some(1)));
                written.store(number + 1, Ordering::Relaxed);
                let least = BEFORE as u64 + u64::from(number) + 1;
                if let Some(count) = found(&server) {
                    assert!(count >= least, "{count} of at least {least}");
                }
            }
        });
        extract(&server, false);
        salus(&["index", "rebuild", "--cell", &server.cells[0].name], &server);
        wait_for("the end of the extraction", || {
            writing.is_finished() || status(&server)["extraction"]["state"] == "done"
        });
        over.store(true, Ordering::Relaxed);
    });
    assert_eq!(found(&server), Some(BEFORE as u64 + u64::from(written.into_inner())));
}

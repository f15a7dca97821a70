//! The index of a running server: it comes back when its process dies, is put back or is deleted, and is made anew while it
//! answers.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use rustix::process::Signal;
use salus_testkit::server::wait_for;
use salus_testkit::{Server, Start, kill, run};
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

fn write(server: &Server, family: &str) {
    let body = format!(r#"{{"resourceType":"Patient","name":[{{"family":"{family}"}}]}}"#);
    assert_eq!(server.fhir(0, "POST", "/Patient", &body).unwrap().status, 201);
}

/// How many patients of that name are found.
fn find(server: &Server, family: &str) -> u64 {
    let answer = server.fhir(0, "GET", &format!("/Patient?family={family}"), "").unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["total"].as_u64().unwrap()
}

fn report(arguments: &[&str], server: &Server) -> Value {
    let output = run(&[arguments, &["--json", "--data", server.data_text()]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn empty() -> Start {
    Start { patients: 0, ..Start::default() }
}

#[test]
fn kill_9_of_the_indexer_loses_nothing_that_was_acknowledged() {
    let mut server = Server::start_with(&empty());
    for round in 0..4 {
        write(&server, &format!("before{round}"));
        server.kill_and_wait("indexer");
        write(&server, &format!("after{round}"));
        for earlier in 0..=round {
            assert_eq!(find(&server, &format!("before{earlier}")), 1, "{earlier} in round {round}");
            assert_eq!(find(&server, &format!("after{earlier}")), 1, "{earlier} in round {round}");
        }
    }
    // With the keyholder gone, the indexer goes and comes back as well.
    server.kill_and_wait("keyholder");
    server.wait_for_status(0, "/Patient?family=before0", 200);
    assert_eq!((find(&server, "before0"), find(&server, "after3")), (1, 1));
    let status = report(&["index", "status"], &server);
    let indexes = status["cells"].as_array().unwrap();
    assert_eq!(indexes.len(), 2);
    assert!(indexes.iter().all(|index| index["state"] == "ready" && index["unreadable"] == 0), "{status}");
    let first = indexes.iter().find(|index| index["cell"] == server.cells[0].name.as_str()).unwrap();
    assert!(first["index"]["records"].as_u64().unwrap() >= 8, "{status}");
}

#[test]
fn without_its_indexer_a_server_reads_and_writes_and_says_when_to_search_again() {
    let mut server = Server::start_with(&empty());
    write(&server, "there");
    let stop = server.process("indexer").unwrap();
    kill(stop, Signal::STOP);
    write(&server, "meanwhile");
    let answer = server.fhir(0, "GET", "/Patient?family=there", "").unwrap();
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.header("retry-after").is_some());
    kill(stop, Signal::CONT);
    wait_for("an answer", || server.fhir(0, "GET", "/Patient?family=meanwhile", "").unwrap().status == 200);
    assert_eq!((find(&server, "there"), find(&server, "meanwhile")), (1, 1));
}

#[test]
fn an_index_that_is_deleted_or_put_back_is_fed_with_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { data: Some(folder.path().join("d")), ..empty() };
    let index = folder.path().join("d/index");
    let older = folder.path().join("older");
    let run_once = |names: &[&str], all: &[&str]| {
        let mut server = Server::start_with(&start);
        names.iter().for_each(|name| write(&server, name));
        all.iter().for_each(|name| assert_eq!(find(&server, name), 1, "{name}"));
        assert!(server.end(Signal::TERM).0.success());
    };
    run_once(&["one"], &["one"]);
    copy(&index, &older);
    run_once(&["two"], &["one", "two"]);
    std::fs::remove_dir_all(&index).unwrap();
    copy(&older, &index);
    run_once(&["three"], &["one", "two", "three"]);
    std::fs::remove_dir_all(&index).unwrap();
    run_once(&[], &["one", "two", "three"]);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn an_index_is_made_anew_while_searches_and_writes_go_on() {
    let server = Server::start_with(&Start { patients: 20, ..Start::default() });
    let over = AtomicBool::new(false);
    let searches = AtomicU32::new(0);
    std::thread::scope(|scope| {
        let searching = scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let name = format!("rebuilt{:06}", searches.load(Ordering::Relaxed));
                write(&server, &name);
                assert_eq!(find(&server, &name), 1, "{name}");
                searches.fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut made = 0;
        while (made < 3 || searches.load(Ordering::Relaxed) < 5) && !searching.is_finished() {
            let report = report(&["index", "rebuild", "--cell", &server.cells[0].name], &server);
            assert_eq!(report["cells"].as_array().unwrap().len(), 1);
            assert_eq!(report["cells"][0]["state"], "ready");
            made += 1;
        }
        over.store(true, Ordering::Relaxed);
    });
    let searches = searches.into_inner();
    for count in 0..searches {
        assert_eq!(find(&server, &format!("rebuilt{count:06}")), 1);
    }
    let unknown = run(&["index", "rebuild", "--cell", "nowhere", "--data", server.data_text()]);
    assert_eq!(unknown.status.code(), Some(1));
}

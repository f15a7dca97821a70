//! `salus serve` with a configuration: what is wrong is named; what is right is served.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use rustix::process::Signal;
use salus_testkit::process::command;
use salus_testkit::server::wait_for;
use salus_testkit::{kill, request, run};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

fn init(folder: &Path) -> String {
    let data = folder.join("d").to_str().unwrap().to_owned();
    let kit = folder.join("kit.txt");
    let made = run(&["init", "--data", &data, "--recovery-kit", kit.to_str().unwrap()]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    data
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let data = init(folder.path());
    let file = folder.path().join("wrong.toml");
    for (text, expected) in [
        ("[server]\nlissen = \"127.0.0.1:0\"\n", &["line 2", "server.lissen", "server.listen"][..]),
        ("[server]\n\nlisten = 5\n", &["line 3", "server.listen", "IP address"]),
        ("[limits]\nmax_connections = 0\n", &["line 2", "limits.max_connections", "from 1 to 100000"]),
        ("[server\n", &["line 1"]),
        ("[server]\nlisten = \"0.0.0.0:0\"\n", &["server.listen", "certificate"]),
    ] {
        std::fs::write(&file, text).unwrap();
        let output = run(&["serve", "--config", file.to_str().unwrap(), "--data", &data]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        for part in expected {
            assert!(said.contains(part), "{part} in {said}");
        }
    }
    let output = command().env("SALUS_SERVER__LISTN", "x").args(["serve", "--data", &data]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("SALUS_SERVER__LISTEN"), "{said}");
    std::fs::write(&file, "[limits]\nmax_connections = \"many\"\n").unwrap();
    for (language, expected) in [
        ("de", "limits.max_connections muss eine ganze Zahl von 1 bis 100000 sein"),
        ("fr", "limits.max_connections doit être un nombre entier de 1 à 100000"),
        ("en", "limits.max_connections must be a whole number from 1 to 100000"),
    ] {
        let output = run(&["serve", "--lang", language, "--config", file.to_str().unwrap(), "--data", &data]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(expected), "{said}");
    }
    let output = run(&["serve", "--config", "/nowhere/salus.toml", "--data", &data]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_installation_is_served_and_logs_json_lines() {
    let folder = tempfile::tempdir().unwrap();
    let data = init(folder.path());
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let log = folder.path().join("log.txt");
    let mut server = command()
        .env("SALUS_SERVER__LISTEN", format!("127.0.0.1:{port}"))
        .args(["serve", "--data", &data])
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let url = format!("http://127.0.0.1:{port}/healthz");
    wait_for("a healthy server", || request("GET", &url, &[], b"").is_ok_and(|answer| answer.status == 200));
    wait_for("its status", || run(&["status", "--data", &data]).status.success());
    assert!(run(&["cell", "create", "praxis", "--data", &data]).status.success());
    kill(server.id(), Signal::TERM);
    assert!(server.wait().unwrap().success());

    let text = std::fs::read_to_string(&log).unwrap();
    let mut events = Vec::new();
    for line in text.lines() {
        let line: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        for key in ["time", "level", "process", "event"] {
            assert!(line[key].is_string(), "{line}");
        }
        events.push(line["event"].as_str().unwrap().to_owned());
    }
    for event in ["process-ready", "serving", "confined", "process-ended"] {
        assert!(events.iter().any(|e| e == event), "{event} in {events:?}");
    }
}

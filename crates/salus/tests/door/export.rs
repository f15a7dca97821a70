//! An export of many patients whose processes are killed in the middle: it is begun anew and whole, or it is over and says so.

use crate::{Demo, answered};
use salus_passkey::authenticator::Authenticator;
use salus_testkit::http::{Response, request};
use salus_testkit::server::wait_for;
use serde_json::{Value, json};
use std::path::PathBuf;

const PATIENTS: u32 = 4;

struct Asker {
    demo: Demo,
    boss: Authenticator,
    cookie: String,
}

impl Asker {
    fn start() -> Self {
        let demo = Demo::with_patients(PATIENTS);
        let mut boss = demo.register(&demo.secret(0, "practice-administrator", "link"));
        let cookie = demo.sign_in(0, &mut boss);
        Self { demo, boss, cookie }
    }

    fn fhir(&self, method: &str, url: &str) -> std::io::Result<Response> {
        let authorization = format!("Bearer {}", self.demo.server.cells[0].token);
        let headers = [("authorization", authorization.as_str()), ("prefer", "respond-async")];
        request(method, url, &headers, b"")
    }

    /// Asks for one; where its status is, and its number.
    fn ask(&self) -> (String, String) {
        let url = format!("{}/Patient/$export", self.demo.server.cells[0].fhir_base_url);
        let asked = self.fhir("GET", &url).unwrap();
        assert_eq!(asked.status, 202, "{}", asked.text());
        let status = asked.header("content-location").unwrap().to_owned();
        let number = status.rsplit('/').next().unwrap().to_owned();
        (status, number)
    }

    /// Approves what the page of administration leads to, at the door.
    fn approve(&mut self) {
        let path = format!("/{}/admin/exports", self.demo.cell(0));
        let proof = self.demo.prove("GET", &path);
        let headers = [("cookie", self.cookie.as_str()), ("dpop", proof.as_str())];
        let page = request("GET", &format!("{}{path}", self.demo.server.base_url), &headers, b"").unwrap();
        let page = page.text();
        let (_, query) = page.split_once("/export?").unwrap_or_else(|| panic!("no link: {page}"));
        let query = query.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
        let wanted: Value = pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect();
        let begun = self.demo.ask("/export/begin", &wanted).unwrap();
        let used = answered(&mut self.boss, &begun);
        self.demo.ask("/export/finish", &json!({"request": wanted, "used": used})).unwrap();
    }

    /// The manifest; or that it is lost; none while neither is known.
    fn settled(&self, status: &str) -> Option<Option<Value>> {
        let reply = self.fhir("GET", status).ok()?;
        match reply.status {
            200 => Some(Some(reply.json())),
            503 if reply.text().contains("Ask again") => Some(None),
            // It waits, or what answers is not there yet.
            202 | 404 | 503 => None,
            other => panic!("{other}: {}", reply.text()),
        }
    }

    fn folder(&self, number: &str) -> PathBuf {
        let cells = std::fs::read_dir(self.demo.server.data.join("cells")).unwrap();
        let folders = cells.flatten().map(|cell| cell.path().join("exports").join(number));
        folders.into_iter().find(|folder| folder.is_dir()).unwrap_or_default()
    }

    /// Approves it and kills a process as soon as something of it is on the disk.
    fn kill_in_the_middle(&mut self, number: &str, name: &str) {
        self.approve();
        wait_for("its first file", || self.folder(number).is_dir());
        self.demo.server.kill_and_wait(name);
    }
}

#[test]
fn an_export_whose_processes_are_killed_is_begun_anew_or_over() {
    let mut asker = Asker::start();

    // The record server: what it left half done is written over, and what is served is whole.
    let (status, number) = asker.ask();
    asker.kill_in_the_middle(&number, "record-server");
    let mut manifest = Value::Null;
    wait_for("the export", || match asker.settled(&status) {
        Some(Some(found)) => {
            manifest = found;
            true
        }
        Some(None) => panic!("lost"),
        None => false,
    });
    for file in std::fs::read_dir(asker.folder(&number)).unwrap().flatten() {
        let bytes = std::fs::read(file.path()).unwrap();
        assert!(!bytes.windows(12).any(|part| part == b"resourceType"), "{:?}", file.path());
    }
    let (mut lines, mut patients) = (0, 0);
    for output in manifest["output"].as_array().unwrap() {
        let url = output["url"].as_str().unwrap();
        let file = asker.fhir("GET", url).unwrap();
        assert_eq!(file.status, 200, "{}", file.text());
        let text = file.text();
        let whole = text.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count();
        assert_eq!((whole, text.ends_with('\n')), (output["count"].as_u64().unwrap() as usize, true));
        lines += whole;
        patients += if output["type"] == "Patient" { whole } else { 0 };
        assert_eq!(asker.fhir("GET", url).unwrap().status, 404, "once");
    }
    assert!(patients == PATIENTS as usize && lines > patients, "{patients} of {lines}");

    // The keyholder: what was being written is begun anew, with new keys.
    let (status, number) = asker.ask();
    asker.kill_in_the_middle(&number, "keyholder");
    let mut again = None;
    wait_for("its end", || {
        again = asker.settled(&status);
        again.is_some()
    });
    // What was ready, and whose keys went with it, says that it is lost; nothing of it is served or left, and it can be asked for again.
    if let Some(Some(again)) = again {
        let counts = |manifest: &Value| {
            manifest["output"].as_array().unwrap().iter().map(|one| one["count"].as_u64()).collect::<Vec<_>>()
        };
        assert_eq!(counts(&again), counts(&manifest), "whole");
        asker.demo.server.kill_and_wait("keyholder");
        wait_for("the word that it is lost", || asker.settled(&status) == Some(None));
    }
    let first = status.replace("$export-status", "$export-file") + "/0";
    assert_eq!(asker.fhir("GET", &first).unwrap().status, 404);
    wait_for("its files' end", || !asker.folder(&number).is_dir());
    let (status, _) = asker.ask();
    assert_eq!(asker.fhir("DELETE", &status).unwrap().status, 202);
}

//! Claim 6 where things go wrong: the record server does not answer, the disk is full, everything is killed in the middle, and the keyholder is
//! put back to a copy from before. What is held stays held.

use crate::support::{Client, copy, id_of, patient, report};
use rustix::process::Signal;
use salus_testkit::server::wait_for;
use salus_testkit::{Server, Start, kill, run};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// After so long nothing that was admitted before is valid, in milliseconds; so long a record server that does not answer is waited for.
const ADMISSION_MS: u128 = 5_000;
const EVERYONE: [&str; 4] = ["contain", "everyone", "--reason", "an experiment"];

/// A disk of its own; none where this user may not mount.
struct Disk(tempfile::TempDir);

impl Disk {
    fn small() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64m", "tmpfs"]).arg(folder.path());
        mount.status().is_ok_and(|status| status.success()).then_some(Self(folder))
    }

    fn fill(&self) -> std::path::PathBuf {
        use std::io::Write as _;
        let filler = self.0.path().join("filler");
        let mut file = std::fs::File::create(&filler).unwrap();
        let block = vec![0u8; 64 * 1024];
        while file.write_all(&block).is_ok() {}
        filler
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// How many holds are in force; asked anew each time, so not through the record server.
fn in_force(server: &Server) -> usize {
    let cell = server.cells[0].name.as_str();
    report(&["contain", "status", "--cell", cell, "--data", server.data_text()])["holds"]
        .as_array()
        .unwrap()
        .len()
}

/// Everyone is held, while something happens between the entry and the answer. Gives the entry's number, and how long the answer took.
fn hold_everyone(server: &Server, meanwhile: impl FnOnce()) -> (String, Duration) {
    let begun = Instant::now();
    let data = server.data_text();
    std::thread::scope(|scope| {
        let holding = scope.spawn(|| report(&[&EVERYONE[..], &["--data", data]].concat()));
        wait_for("the hold", || in_force(server) == 1);
        meanwhile();
        let held = holding.join().unwrap();
        (held["entry"].to_string(), begun.elapsed())
    })
}

#[test]
fn a_hold_is_acknowledged_and_holds_though_the_record_server_hangs_and_the_disk_is_full() {
    let Some(disk) = Disk::small() else {
        println!("not run: a hold on a full disk: this user may not mount");
        return;
    };
    let start = Start { data: Some(disk.0.path().join("d")), patients: 0, ..Start::default() };
    let mut server = Server::start_with(&start);
    let path =
        format!("/Patient/{}", id_of(&server.fhir(0, "POST", "/Patient", &patient("Vorher")).unwrap()));
    let thief = Client::make(&server, 0, "fhir-reader", 10);
    assert_eq!(thief.get(&path).unwrap().status, 200);
    let record_server = server.process("record-server").unwrap();
    kill(record_server, Signal::STOP);
    let mut filler = None;
    let (entry, took) = hold_everyone(&server, || filler = Some(disk.fill()));
    println!("acknowledged after {took:?}, with a record server that hangs and a disk that is full");
    assert!(took.as_millis() >= ADMISSION_MS, "{took:?}: what was admitted before is valid still");
    assert!(took.as_millis() < ADMISSION_MS + 10_000, "{took:?}");
    kill(record_server, Signal::CONT);
    assert_eq!(thief.get(&path).unwrap().status, 401, "nothing is admitted after the acknowledgement");
    // On the full disk everything is cut; what was acknowledged is there afterwards.
    server.kill_all();
    std::fs::remove_file(filler.unwrap()).unwrap();
    let mut server = Server::start_with(&start);
    let thief = Client { base: server.cells[0].fhir_base_url.clone(), ..thief };
    assert_eq!(thief.get(&path).unwrap().status, 401);
    let undo = ["contain", "undo", &entry, "--everyone", "--data", server.data_text()];
    report(&undo);
    assert_eq!(thief.get(&path).unwrap().status, 200, "and is given back as easily");
    // The disk was full before anybody thought of a hold, and so full that no write goes through.
    let filler = disk.fill();
    wait_for("a write that the full disk refuses", || {
        let large = patient(&"x".repeat(4_000));
        server.fhir(0, "POST", "/Patient", &large).is_ok_and(|response| response.status >= 500)
    });
    let held = report(&[&EVERYONE[..], &["--data", server.data_text()]].concat());
    assert_eq!(thief.get(&path).unwrap().status, 401, "space is kept back for it");
    std::fs::remove_file(filler).unwrap();
    report(&["contain", "undo", &held["entry"].to_string(), "--everyone", "--data", server.data_text()]);
    assert_eq!(thief.get(&path).unwrap().status, 200);
    server.end(Signal::TERM);
}

#[test]
fn a_hold_that_was_cut_in_the_middle_holds_and_an_older_keyholder_that_knows_nothing_of_it_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let (data, older) = (folder.path().join("d"), folder.path().join("older"));
    let start = Start { data: Some(data.clone()), patients: 0, ..Start::default() };
    let mut server = Server::start_with(&start);
    let path =
        format!("/Patient/{}", id_of(&server.fhir(0, "POST", "/Patient", &patient("Vorher")).unwrap()));
    let thief = Client::make(&server, 0, "fhir-reader", 10);
    assert_eq!(thief.get(&path).unwrap().status, 200);
    server.end(Signal::TERM);
    copy(&data, &older);
    let mut server = Server::start_with(&start);
    kill(server.process("record-server").unwrap(), Signal::STOP);
    // It is asked for and not yet answered, and everything dies.
    let mut asked = Command::new(salus_testkit::binary());
    asked
        .args(EVERYONE)
        .arg("--data")
        .arg(&data)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let mut asked = asked.spawn().unwrap();
    wait_for("the hold", || in_force(&server) == 1);
    assert!(asked.try_wait().unwrap().is_none(), "it was answered already");
    server.kill_all();
    assert!(!asked.wait().unwrap().success(), "nobody is told that it is done");
    let mut server = Server::start_with(&start);
    let thief = Client { base: server.cells[0].fhir_base_url.clone(), ..thief };
    assert_eq!(
        (in_force(&server), thief.get(&path).unwrap().status),
        (1, 401),
        "it is durable before it is waited for"
    );
    server.end(Signal::TERM);
    // Whoever puts the keyholder back gets nothing admitted that was held: the witness knows a later log.
    for name in ["log", "trust"] {
        put_back(&data, &older, name);
    }
    let output = run(&["demo", "--port", "0", "--patients", "0", "--data", data.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("older"), "{said}");
}

fn put_back(data: &Path, older: &Path, name: &str) {
    std::fs::remove_dir_all(data.join(name)).unwrap();
    copy(&older.join(name), &data.join(name));
}

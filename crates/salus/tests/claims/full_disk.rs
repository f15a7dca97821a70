//! Claim 7: a disk that fills up. Writes are refused with a reason, what was acknowledged stays, reads of it go on or are
//! refused, credentials can still be revoked, and with room again everything goes on.

use crate::support::{Client, id_of, patient, report};
use salus_testkit::{Server, Start};
use std::process::Command;

#[test]
fn a_full_disk_loses_nothing_and_a_client_can_still_be_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64m", "tmpfs"])
        .arg(folder.path())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        println!("not run: a full disk: this user may not mount");
        return;
    }
    let _unmount = Unmount(folder.path().to_owned());
    let mut server =
        Server::start_with(&Start { data: Some(folder.path().join("d")), patients: 0, ..Start::default() });
    let thief = Client::make(&server, 0, "fhir-reader", 10);
    let before = id_of(&server.fhir(0, "POST", "/Patient", &patient("Vorher")).unwrap());
    assert_eq!(thief.get(&format!("/Patient/{before}")).unwrap().status, 200);
    let filler = folder.path().join("filler");
    fill(&filler);
    let mut acknowledged = vec![before.clone()];
    let mut refused = 0;
    for number in 0..3_000 {
        let large = patient(&format!("Voll{number}{}", "x".repeat(4_000)));
        let response = server.fhir(0, "POST", "/Patient", &large).unwrap();
        match response.status {
            201 => acknowledged.push(id_of(&response)),
            500..600 => {
                assert_eq!(response.json()["resourceType"], "OperationOutcome");
                refused += 1;
            }
            other => panic!("{other}: {}", response.text()),
        }
        if refused > 20 {
            break;
        }
    }
    assert!(refused > 20, "the disk did not fill up");
    report(&["client", "revoke", "--client", &thief.id, "--data", server.data_text()]);
    salus_testkit::server::wait_for("the end of the revoked session", || {
        thief.get(&format!("/Patient/{before}")).is_ok_and(|response| response.status == 401)
    });
    std::fs::remove_file(&filler).unwrap();
    salus_testkit::server::wait_for("a write with room again", || {
        server.fhir(0, "POST", "/Patient", &patient("Nachher")).is_ok_and(|response| response.status == 201)
    });
    for id in &acknowledged {
        server.wait_for_status(0, &format!("/Patient/{id}"), 200);
    }
    println!("{} writes acknowledged around a full disk, {refused} refused", acknowledged.len());
    server.end(rustix::process::Signal::TERM);
}

/// Takes all of the disk but for some pages.
fn fill(path: &std::path::Path) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(path).unwrap();
    let block = vec![0u8; 64 * 1024];
    while file.write_all(&block).is_ok() {}
}

struct Unmount(std::path::PathBuf);

impl Drop for Unmount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

//! `salus recover`: the kit brings a lost trusted side back; a strange kit does not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use salus_testkit::process::command;
use salus_testkit::server::wait_for;
use salus_testkit::{kill, request, run};
use std::path::Path;
use std::process::{Child, Stdio};

fn said(arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(arguments);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

fn serve(data: &str) -> Child {
    let server = command()
        .args(["serve", "--data", data])
        .env("SALUS_SERVER__LISTEN", "127.0.0.1:0")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The keyholder answers a moment before the record server is there.
    wait_for("the server", || {
        let status = run(&["status", "--json", "--data", data]);
        serde_json::from_slice(&status.stdout)
            .is_ok_and(|status: serde_json::Value| status["base_url"].is_string())
    });
    server
}

fn end(mut server: Child) {
    kill(server.id(), rustix::process::Signal::TERM);
    server.wait().unwrap();
}

fn token(data: &str, role: &str) -> String {
    let made = run(&[
        "client", "create", "--cell", "praxis", "--name", "x", "--role", role, "--json", "--data", data,
    ]);
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let begun =
        run(&["client", "token", "--client", made["client"].as_str().unwrap(), "--json", "--data", data]);
    let begun: serde_json::Value = serde_json::from_slice(&begun.stdout).unwrap();
    begun["token"].as_str().unwrap().to_owned()
}

fn base(data: &str) -> String {
    let status: serde_json::Value =
        serde_json::from_slice(&run(&["status", "--json", "--data", data]).stdout).unwrap();
    format!("{}/praxis/fhir", status["base_url"].as_str().unwrap())
}

#[test]
fn the_kit_brings_a_lost_trusted_side_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (data, kit, strange) = (path("d"), path("kit.txt"), path("strange.txt"));
    assert_eq!(said(&["init", "--data", &data, "--recovery-kit", &kit]).0, Some(0));
    assert_eq!(said(&["init", "--data", &path("other"), "--recovery-kit", &strange]).0, Some(0));
    let server = serve(&data);
    assert_eq!(said(&["cell", "create", "praxis", "--data", &data]).0, Some(0));
    let authorization = format!("Bearer {}", token(&data, "fhir-client"));
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/fhir+json")];
    let body = br#"{"resourceType":"Patient","name":[{"family":"Bleibt"}]}"#;
    let url = format!("{}/Patient", base(&data));
    wait_for("the cell", || request("POST", &url, &headers, body).is_ok_and(|created| created.status == 201));
    let created = request("POST", &url, &headers, body).unwrap().json();
    let (code, text) = said(&["recover", "--data", &data, "--recovery-kit", &kit]);
    assert_eq!(code, Some(2), "not beside a server: {text}");
    end(server);

    std::fs::remove_dir_all(Path::new(&data).join("trust")).unwrap();
    let (code, text) = said(&["recover", "--data", &data, "--recovery-kit", &strange]);
    assert!(code == Some(2) && text.lines().count() == 1, "{text}");
    let (code, text) = said(&["recover", "--data", &data, "--recovery-kit", &kit]);
    assert_eq!(code, Some(0), "{text}");
    let server = serve(&data);
    let authorization = format!("Bearer {}", token(&data, "fhir-reader"));
    let url = format!("{}/Patient/{}", base(&data), created["id"].as_str().unwrap());
    let read = || request("GET", &url, &[("authorization", &authorization)], b"");
    wait_for("the record", || read().is_ok_and(|response| response.status == 200));
    assert_eq!(read().unwrap().json()["name"][0]["family"], "Bleibt");
    end(server);
    let (code, text) = said(&["log", "verify", "--data", &data]);
    assert_eq!(code, Some(0), "{text}");
}

/// Of a lost trusted side, any two of three shares bring it back; what is wrong with others is said in one line.
#[test]
fn two_of_three_shares_bring_a_lost_trusted_side_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (data, dir) = (path("d"), path("shares"));
    let inside = path("d/shares");
    let split = |dir: &str| {
        said(&["init", "--data", &data, "--recovery-shares", "2of3", "--recovery-shares-dir", dir])
    };
    assert_eq!(split(&inside).0, Some(2), "not into what they are to save");
    let (code, text) = split(&dir);
    assert_eq!(code, Some(0), "{text}");
    let share = |number: u8| path(&format!("shares/salus-recovery-share-{number}-of-3.txt"));
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 3, "and no kit");
    let secrets = || std::fs::read_to_string(share(1)).unwrap();
    assert!(secrets().starts_with("Salus recovery share\n"));
    end(serve(&data));

    let recover = |shares: &[&str]| {
        let mut arguments = vec!["recover", "--data", &data];
        shares.iter().for_each(|share| arguments.extend(["--share", share]));
        said(&arguments)
    };
    let refused = |shares: &[&str], why: &str| {
        let (code, text) = recover(shares);
        assert!(code == Some(2) && text.lines().count() == 1 && text.contains(why), "{text}");
    };
    let damaged = path("damaged.txt");
    std::fs::write(&damaged, secrets().replace("\n3: ", "\n3: 0")).unwrap();
    for pair in [[1, 2], [1, 3], [3, 2]] {
        std::fs::remove_dir_all(Path::new(&data).join("trust")).unwrap();
        let pair = pair.map(share);
        refused(&[&pair[0]], "1 of the 2 shares");
        refused(&[&pair[0], &pair[0]], "twice");
        refused(&[&pair[0], &damaged], &format!("line 3 of the share {damaged}"));
        let (code, text) = recover(&[&pair[0], &pair[1]]);
        assert_eq!(code, Some(0), "{text}");
    }
    end(serve(&data));
    assert_eq!(said(&["log", "verify", "--data", &data]).0, Some(0));
}

/// A kit that is there is split later; its shares do not go together with those of another splitting.
#[test]
fn a_kit_is_split_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (data, kit) = (path("d"), path("kit.txt"));
    assert_eq!(said(&["init", "--data", &data, "--recovery-kit", &kit]).0, Some(0));
    let split = |kit: &str, dir: &str, scheme: &str| {
        said(&["recovery", "split", "--recovery-kit", kit, "--shares", scheme, "--dir", dir])
    };
    assert_eq!(split(&kit, &path("a"), "2of2").0, Some(0));
    assert_eq!(split(&kit, &path("b"), "2of2").0, Some(0));
    assert_eq!(split(&kit, &path("c"), "3of2").0, Some(2));
    let (code, text) = split(&kit, &path("a"), "2of2");
    assert!(code == Some(2) && text.lines().count() == 1, "nothing is overwritten: {text}");
    let share = |name: &str, number: u8| path(&format!("{name}/salus-recovery-share-{number}-of-2.txt"));
    let (code, text) = split(&share("a", 1), &path("d2"), "2of2");
    assert!(code == Some(2) && text.contains("no recovery kit"), "{text}");
    end(serve(&data));
    std::fs::remove_dir_all(Path::new(&data).join("trust")).unwrap();
    let recover =
        |one: &str, other: &str| said(&["recover", "--data", &data, "--share", one, "--share", other]);
    let (code, text) = recover(&share("a", 1), &share("b", 2));
    assert!(code == Some(2) && text.contains("do not belong together"), "{text}");
    let (code, text) = recover(&share("a", 1), &kit);
    assert!(code == Some(2) && text.contains("no share"), "{text}");
    let (code, text) = recover(&share("a", 2), &share("a", 1));
    assert_eq!(code, Some(0), "{text}");
}

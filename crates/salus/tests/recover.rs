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

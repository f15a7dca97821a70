//! Commands, their exit codes, and what they say on stderr.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use salus_testkit::process::command;
use salus_testkit::{Server, Start, request, run};
use serde_json::Value;
use std::process::Output;

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn said(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(
        said.starts_with("salus: ") && said.trim_end().lines().count() == 1 && said.contains(';'),
        "{said}"
    );
    said
}

#[test]
fn without_a_server_commands_say_so_and_how_to_start_one() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("d");
    let data = data.to_str().unwrap();
    let kit = folder.path().join("kit.txt");
    let missing = run(&["status", "--data", data]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(said(&missing).contains("salus init"));

    let made = json(&run(&["init", "--json", "--data", data, "--recovery-kit", kit.to_str().unwrap()]));
    assert_eq!(made["recovery_kit"], kit.to_str().unwrap());
    assert!(std::fs::read_to_string(&kit).unwrap().contains("secret: "));
    assert!(std::fs::read_to_string(format!("{data}/salus.toml")).unwrap().contains("[server]"));
    for again in [&kit, &folder.path().join("another.txt")] {
        let again = run(&["init", "--data", data, "--recovery-kit", again.to_str().unwrap()]);
        assert_eq!(again.status.code(), Some(2));
    }
    assert!(!folder.path().join("another.txt").exists());

    let id = "0".repeat(32);
    for arguments in [
        &["status"][..],
        &["cell", "create", "x"],
        &["cell", "quarantine", "x"],
        &["client", "create", "--cell", "x", "--name", "y"],
        &["client", "token", "--client", &id],
        &["client", "revoke", "--client", &id],
        &["session", "revoke", "--session", &id],
        &["log", "show"],
        &["scope", "--client", &id],
        &["import", "/"],
    ] {
        let output = run(&[arguments, &["--data", data]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said(&output).contains("salus serve"), "{arguments:?}");
    }
    // A real installation is not the demo's to delete.
    for fresh in [&["demo"][..], &["demo", "--fresh"]] {
        assert_eq!(run(&[fresh, &["--data", data]].concat()).status.code(), Some(2));
    }
}

#[test]
fn messages_come_in_three_languages() {
    for (language, word) in
        [("de_DE.UTF-8", "Datenverzeichnis"), ("fr_FR.UTF-8", "répertoire"), ("C", "data directory")]
    {
        let output =
            command().env("LC_ALL", language).args(["status", "--data", "/nowhere"]).output().unwrap();
        assert!(said(&output).contains(word), "{language}");
        let flagged =
            command().args(["--lang", &language[..1], "status", "--data", "/nowhere"]).output().unwrap();
        assert!(said(&flagged).contains("data directory"), "an unknown language is English");
    }
    let output = run(&["status", "--lang", "fr", "--data", "/nowhere"]);
    assert!(said(&output).contains("répertoire"));
}

#[test]
fn what_cannot_be_taken_is_said_in_three_languages() {
    for (language, word) in
        [("de", "kein Argument --prot"), ("fr", "pas d'argument --prot"), ("en", "no argument --prot")]
    {
        let output = run(&["demo", "--prot", "1", "--lang", language]);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains(word) && said(&output).contains("--port"), "{language}");
    }
    let nothing = command().env("LC_ALL", "de").output().unwrap();
    assert_eq!(nothing.status.code(), Some(2));
    assert!(String::from_utf8(nothing.stderr).unwrap().contains("Aufruf: salus"));
}

#[test]
fn every_command_has_help_with_examples() {
    let commands: &[&[&str]] = &[
        &[],
        &["demo"],
        &["init"],
        &["recover"],
        &["serve"],
        &["cell", "create"],
        &["cell", "quarantine"],
        &["client", "create"],
        &["client", "token"],
        &["client", "revoke"],
        &["session", "revoke"],
        &["status"],
        &["import"],
        &["log", "verify"],
        &["log", "show"],
        &["scope"],
    ];
    for (language, word) in [("de_DE.UTF-8", "Beispiel"), ("fr_FR.UTF-8", "Exemple")] {
        for words in commands {
            let output = command().env("LC_ALL", language).args(*words).arg("--help").output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success() && text.contains(word), "{words:?}: {text}");
            assert!(!text.contains("Usage") && !text.contains("__keyholder"), "{words:?}: {text}");
        }
    }
    for words in commands {
        let output = run(&[words, &["--help"][..]].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && text.contains("Example"), "{words:?}: {text}");
        assert!(!text.contains("__keyholder") && !text.contains("__record-server"), "{words:?}");
    }
}

#[test]
fn cells_clients_and_sessions_are_made_used_and_ended() {
    let server = Server::start_with(&Start { patients: 0, ..Start::default() });
    let data = server.data_text();
    let ask = |arguments: &[&str]| run(&[arguments, &["--json", "--data", data]].concat());

    let cell = json(&ask(&["cell", "create", "third"]));
    assert_eq!(cell["cell"], "third");
    let again = ask(&["cell", "create", "third"]);
    assert_eq!((again.status.code(), said(&again).is_empty()), (Some(1), false));
    assert_eq!(ask(&["cell", "create", "No Name!"]).status.code(), Some(1));

    let client =
        json(&ask(&["client", "create", "--cell", "third", "--name", "Laboratory", "--chart-hour", "3"]));
    let id = client["client"].as_str().unwrap();
    let session = json(&ask(&["client", "token", "--client", id]));
    let token = format!("Bearer {}", session["token"].as_str().unwrap());
    let read = || {
        let url = format!("{}/third/fhir/Patient/none", server.base_url);
        request("GET", &url, &[("authorization", &token)], b"").unwrap().status
    };
    salus_testkit::server::wait_for("the new cell", || read() == 404);
    let status = json(&ask(&["status"]));
    let third = status["cells"].as_array().unwrap().iter().find(|cell| cell["name"] == "third").unwrap();
    assert_eq!(third["clients"][0]["budgets"]["chart"]["hour"], 3);
    assert_eq!(third["clients"][0]["budgets"]["chart"]["day"], 250);

    // Whoever has its secret gets a token only with a proof of a key, unless somebody named it as one that needs none.
    let secret = client["secret"].as_str().unwrap();
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let token_without_proof = || {
        let url = format!("{}/third/oauth/token", server.base_url);
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let answer = request("POST", &url, &kind, form.as_bytes()).unwrap();
        (answer.status, answer.json()["token_type"].as_str().map(str::to_owned))
    };
    let is_bearer = || {
        let status = json(&ask(&["status"]));
        let third = status["cells"].as_array().unwrap().iter().find(|cell| cell["name"] == "third").unwrap();
        third["clients"][0]["bearer"].as_bool().unwrap()
    };
    assert_eq!((token_without_proof(), is_bearer()), ((400, None), false));
    assert_eq!(json(&ask(&["client", "bearer", "--client", id]))["bearer"], true);
    assert_eq!((token_without_proof(), is_bearer()), ((200, Some("Bearer".to_owned())), true));
    assert_eq!(json(&ask(&["client", "bearer", "--client", id, "--off"]))["bearer"], false);
    assert_eq!((token_without_proof(), is_bearer()), ((400, None), false));
    assert_eq!(ask(&["client", "bearer", "--client", &"0".repeat(32)]).status.code(), Some(1));
    assert_eq!(ask(&["client", "bearer", "--client", "nonsense"]).status.code(), Some(2));

    assert!(ask(&["cell", "quarantine", "third"]).status.success());
    assert_ne!(read(), 200);
    assert!(ask(&["cell", "quarantine", "third", "--lift"]).status.success());
    assert_eq!(read(), 404);

    let name = session["session"].as_str().unwrap();
    assert!(ask(&["session", "revoke", "--session", name]).status.success());
    assert_eq!(read(), 401);
    assert!(ask(&["client", "revoke", "--client", id]).status.success());
    assert_eq!(ask(&["client", "token", "--client", id]).status.code(), Some(1));
    assert_eq!(ask(&["client", "token", "--client", "nonsense"]).status.code(), Some(2));
    assert_eq!(ask(&["client", "token", "--client", &"0".repeat(32)]).status.code(), Some(1));

    let log = json(&ask(&["log", "show", "--cell", "third"]));
    let events: Vec<&str> =
        log["entries"].as_array().unwrap().iter().map(|e| e["event"].as_str().unwrap()).collect();
    for event in
        ["client-created", "session-begun", "refused", "quarantined", "session-revoked", "client-revoked"]
    {
        assert!(events.contains(&event), "{event} in {events:?}");
    }
    let numbers = |log: &Value| -> Vec<u64> {
        log["entries"].as_array().unwrap().iter().map(|entry| entry["number"].as_u64().unwrap()).collect()
    };
    let all = numbers(&log);
    let newest = numbers(&json(&ask(&["log", "show", "--cell", "third", "--last", "3"])));
    assert_eq!(newest, all[all.len() - 3..]);
    let more = numbers(&json(&ask(&["log", "show", "--cell", "third", "--last", "1000"])));
    assert_eq!(more, all);
    assert_eq!(numbers(&json(&ask(&["log", "show", "--last", "1"]))).len(), 1);
    assert_eq!(ask(&["log", "show", "--cell", "nobody", "--last", "1"]).status.code(), Some(1));
    assert_eq!(ask(&["log", "show", "--last", "1", "--limit", "2"]).status.code(), Some(2));
    assert!(!log.to_string().contains(session["token"].as_str().unwrap()));
}

#[test]
fn the_scope_says_who_was_reached() {
    let server = Server::start_with(&Start { patients: 0, ..Start::default() });
    let data = server.data_text();
    let patient = r#"{"resourceType":"Patient","active":true}"#;
    let created = server.fhir(0, "POST", "/Patient", patient).unwrap().json();
    let path = format!("/Patient/{}", created["id"].as_str().unwrap());
    let cell = server.cells[0].name.as_str();
    let made =
        json(&run(&["client", "create", "--cell", cell, "--name", "Reader", "--json", "--data", data]));
    let id = made["client"].as_str().unwrap();
    let token = String::from_utf8(run(&["client", "token", "--client", id, "--data", data]).stdout).unwrap();
    let authorization = format!("Bearer {}", token.trim());
    let url = format!("{}{path}", server.cells[0].fhir_base_url);
    assert_eq!(request("GET", &url, &[("authorization", &authorization)], b"").unwrap().status, 200);

    let scope =
        |more: &[&str]| json(&run(&[&["scope", "--client", id, "--json", "--data", data], more].concat()));
    let found = scope(&[]);
    assert_eq!((found["patients"].as_array().unwrap().len(), &found["versions"]), (1, &Value::from(1)));
    assert_eq!(scope(&["--to", "2020-01-01"])["patients"].as_array().unwrap().len(), 0);
    let principal = made["principal"].as_str().unwrap();
    let by_principal = json(&run(&["scope", "--principal", principal, "--json", "--data", data]));
    assert_eq!(by_principal["patients"][0]["pseudonym"], found["patients"][0]["pseudonym"]);
    assert_eq!(run(&["scope", "--client", id, "--from", "yesterday", "--data", data]).status.code(), Some(2));
    assert_eq!(run(&["scope", "--client", &"0".repeat(32), "--data", data]).status.code(), Some(1));
}

fn kbv(name: &str) -> Option<String> {
    let default = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let file = std::env::var_os("SALUS_TEST_DATA").map_or(default, Into::into).join("kbv").join(name);
    if file.exists() {
        return file.to_str().map(str::to_owned);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no test data");
    println!("not run: packages: no test data");
    None
}

#[test]
fn files_are_validated_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = file("good.json", r#"{"resourceType":"Patient","gender":"female"}"#);
    let bad = file("bad.xml", r#"<Patient xmlns="http://hl7.org/fhir"><gender value="f"/></Patient>"#);
    assert!(run(&["validate", &good]).status.success());
    let refused = run(&["validate", "--json", &good, &bad]);
    assert_eq!(refused.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!((&told[0]["valid"], &told[1]["valid"]), (&true.into(), &false.into()));
    assert_eq!(told[1]["issues"][0]["expression"], "Patient.gender");
    let german = run(&["validate", "--lang", "de", &bad]);
    assert!(String::from_utf8_lossy(&german.stdout).contains("nicht gültig"));
    assert_eq!(run(&["validate", "--profile", "https://example.org/none", &good]).status.code(), Some(1));
    assert_eq!(run(&["validate", "/nowhere"]).status.code(), Some(2));
    // What may never end, or never answers, is no file; what is wrong with all of one has no place.
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in ["/dev/null", "/dev/zero", pipe.to_str().unwrap(), folder.path().to_str().unwrap()] {
        for arguments in [vec!["validate", path], vec!["validate", "--package", path, &good]] {
            let refused = run(&arguments);
            assert_eq!((refused.status.code(), said(&refused).contains(path)), (Some(2), true), "{path}");
        }
    }
    let empty = run(&["validate", &file("empty.json", "")]);
    assert!(String::from_utf8_lossy(&empty.stdout).contains("\n  fatal: Not JSON"), "{empty:?}");
    let mut typed = command();
    typed.args(["validate", "-"]).stdin(std::fs::File::open(&bad).unwrap());
    let typed = typed.output().unwrap();
    assert_eq!(
        (typed.status.code(), typed.stdout.starts_with(b"-: not valid")),
        (Some(1), true),
        "{typed:?}"
    );
    assert_eq!(run(&["validate", "--package", &good, &good]).status.code(), Some(1));
}

#[test]
fn packages_count_in_the_cells_that_have_them_and_are_put_back() {
    let (Some(package), Some(other)) =
        (kbv("packages/kbv.ita.eau-1.2.1.tgz"), kbv("packages/gematik.kbv.sfhir.cs.vs-1.8.0.tgz"))
    else {
        return;
    };
    let server = Server::start();
    let data = server.data.to_str().unwrap().to_owned();
    let ask = |arguments: &[&str]| run(&[&["package"], arguments, &["--data", &data]].concat());
    for cell in ["eins", "zwei"] {
        assert!(run(&["cell", "create", cell, "--data", &data]).status.success());
    }
    let none = server.data.join("none.tgz");
    std::fs::write(&none, "no package").unwrap();
    let refused = ask(&["add", &package, none.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("none.tgz"));
    let files = || std::fs::read_dir(server.data.join("packages")).unwrap().count();
    assert_eq!(files(), 0, "nothing of it was kept");

    let added = json(&ask(&["add", "--json", &package]));
    assert_eq!(
        (&added["packages"][0]["package"], &added["packages"][0]["strict"]),
        (&"kbv.ita.eau".into(), &true.into())
    );
    assert!(added["packages"][0]["profiles"].as_u64().unwrap() > 3);
    json(&ask(&["add", "--json", "--cell", "zwei", &other]));
    assert_eq!(files(), 2);
    let listed = json(&ask(&["list", "--json"]));
    let of = |cell: &str| listed.as_array().unwrap().iter().find(|one| one["cell"] == cell).unwrap().clone();
    assert_eq!(of("eins")["packages"].as_array().unwrap().len(), 1);
    // Its file's name says the version that tables mean.
    assert_eq!(of("zwei")["packages"][1]["version"], "1.8.0");
    assert_eq!(of("eins")["packages"][0]["counts"][0], "2026-01-27..-");
    json(&ask(&[
        "mode",
        "--json",
        "--cell",
        "eins",
        "--import",
        "warn",
        "--fhir",
        "kbv.ita.eau",
        "--demand",
        "Patient=https://x/p",
    ]));
    let text = ask(&["show", "--cell", "eins"]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        text.contains("import warn")
            && text.contains("demand Patient https://x/p")
            && !text.contains("strict")
    );
    json(&ask(&["remove", "--json", "--cell", "eins", "kbv.ita.eau@1.2.1"]));
    assert_eq!(ask(&["remove", "--cell", "eins", "kbv.ita.eau"]).status.code(), Some(1));
    let history = json(&ask(&["history", "--json", "--cell", "eins"]));
    assert_eq!(history.as_array().unwrap().len(), 3);
    let first = history[2]["entry"].to_string();
    json(&ask(&["revert", "--json", "--cell", "eins", &first]));
    let listed = json(&ask(&["list", "--json", "--cell", "eins"]));
    assert_eq!(
        (&listed[0]["packages"][0]["usable"], &listed[0]["import_warns"]),
        (&true.into(), &false.into())
    );
    assert_eq!(files(), 2, "what is taken out stays to be put back");

    // What is passed by is named; a file that no settings name is told, and goes when it is told to.
    let passed: Vec<(String, &str)> = (0..22).map(|at| (format!("broken-{at:02}.json"), "{")).collect();
    let passed: Vec<(&str, &str)> = passed.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let broken = server.data.join("house.broken-1.0.0.tgz");
    std::fs::write(&broken, salus_fhir::package::pack("house.broken", "1.0.0", &passed).unwrap()).unwrap();
    let added = ask(&["add", "--cell", "zwei", broken.to_str().unwrap()]);
    let told = String::from_utf8(added.stdout).unwrap();
    assert!(told.contains("broken-19.json passed by") && !told.contains("broken-20.json"), "{told}");
    assert!(told.contains("and 2 more"), "{told}");
    assert_eq!(json(&ask(&["tidy", "--json"]))["files"].as_array().unwrap().len(), 0);
    json(&ask(&["remove", "--json", "house.broken"]));
    let told = json(&ask(&["tidy", "--json"]));
    assert_eq!((told["files"].as_array().unwrap().len(), files()), (1, 3), "{told}");
    assert_eq!(json(&ask(&["tidy", "--json", "--remove"]))["removed"], true);
    assert_eq!(
        (files(), &json(&ask(&["list", "--json", "--cell", "eins"]))[0]["packages"][0]["usable"]),
        (2, &true.into())
    );
}

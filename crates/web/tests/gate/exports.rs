//! `$export` over HTTP: nothing before a second person's approval, files that are sealed and given once, and an end of it in every case.

use crate::admin::id_of;
use crate::admin_people::at_door;
use crate::budgets::{PAGES, Person, assertion, link, parameter, practice};
use crate::support::{Cell, Http, Reply, Salus};
use salus_trust_api::wire::exports::ExportOf;
use salus_trust_api::wire::people::{DoorAnswer, DoorAsk};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

const ASYNC: (&str, &str) = ("Prefer", "respond-async");

/// The address behind the cell's base of one that was given out.
fn rest(url: &str) -> String {
    url.split_once("/fhir/").unwrap().1.to_owned()
}

fn asked(cell: &Cell, path: &str) -> String {
    let asked = cell.send("GET", path, &[ASYNC], b"");
    assert_eq!(asked.status, 202, "{}", asked.text());
    rest(asked.header("content-location").unwrap())
}

/// Approves what the administrators' page leads to.
fn approve(boss: &mut Person<'_>) {
    let page = boss.get("/admin/exports");
    assert_eq!(page.status, 200);
    let link = link(&page.text(), "export");
    let digits = parameter(&link, "what");
    let what: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap()).collect();
    let of = ExportOf {
        cell: parameter(&link, "cell"),
        export: parameter(&link, "export").parse().unwrap(),
        what: what.try_into().unwrap(),
    };
    let DoorAnswer::Export(said) = at_door(boss.salus, DoorAsk::BeginExport(of.clone())) else { panic!() };
    let answer = boss.passkey.get(&said.challenge);
    let finish = DoorAsk::FinishExport(of, assertion(&boss.passkey, answer));
    assert!(matches!(at_door(boss.salus, finish), DoorAnswer::ExportApproved));
}

/// What the status comes to, when it is no 202 any more.
fn settled(cell: &Cell, status: &str) -> Reply {
    let begun = Instant::now();
    loop {
        let reply = cell.get(status);
        if reply.status != 202 {
            return reply;
        }
        assert!(reply.header("x-progress").is_some() && reply.header("retry-after").is_some());
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", reply.header("x-progress"));
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

fn sealed(salus: &Salus) -> Vec<std::path::PathBuf> {
    let mut all = files(&salus.dir.path().join("cells"));
    all.retain(|path| path.extension().is_some_and(|end| end == "sealed"));
    all
}

#[test]
fn an_export_waits_for_a_second_person_and_gives_each_file_once() {
    let salus = Salus::started(PAGES, false);
    let (cell, patients) = practice(&salus, 7);
    cell.create("Organization", r#"{"resourceType":"Organization","name":"Labor"}"#);
    let deleted = cell.patient();
    assert_eq!(cell.delete(&format!("Patient/{deleted}")).status, 204);
    let asker = salus.client("praxis", "fhir-reader", 1);
    let other = salus.client("praxis", "fhir-client", 100);
    let importer = salus.client("praxis", "importer", 0);
    let mut boss = Person::of(&salus, "practice-administrator", "Bea Beispiel");

    // What is not understood, and who may not.
    for (path, headers) in [
        ("$export", &[][..]),
        ("$export?_elements=id", &[ASYNC][..]),
        ("$export?_type=Patience", &[ASYNC][..]),
        ("$export?_outputFormat=csv", &[ASYNC][..]),
        ("Patient/$export?_since=yesterday", &[ASYNC][..]),
    ] {
        assert_eq!(asker.send("GET", path, headers, b"").status, 400, "{path}");
    }
    let no_list = br#"{"resourceType":"Parameters","parameter":{"name":"_type","valueString":"Patient"}}"#;
    let json = [ASYNC, ("Content-Type", "application/fhir+json")];
    assert_eq!(asker.send("POST", "$export", &json, no_list).status, 400, "it is not everything");
    assert_eq!(importer.send("GET", "$export", &[ASYNC], b"").status, 403);
    assert_eq!(asker.send("GET", "Group/none/$export", &[ASYNC], b"").status, 404);
    assert_eq!(asker.send("PUT", "$export", &[ASYNC], b"{}").status, 405);
    let stranger = Http::new(salus.address()).send("GET", "/praxis/fhir/$export", &[ASYNC], b"");
    assert_eq!(stranger.status, 401);

    let lenient = [("Prefer", "respond-async, handling=lenient")];
    let dropped = asker.send("GET", "$export?_elements=id", &lenient, b"");
    let dropped = rest(dropped.header("content-location").unwrap());
    assert_eq!(asker.delete(&dropped).status, 202);
    assert_eq!(asker.get(&dropped).status, 404, "cancelled");

    let parameters = br#"{"resourceType":"Parameters","parameter":[
        {"name":"_type","valueString":"Patient,Organization"},{"name":"_outputFormat","valueString":"ndjson"}]}"#;
    let kicked_off =
        asker.send("POST", "$export", &[ASYNC, ("Content-Type", "application/fhir+json")], parameters);
    assert_eq!((kicked_off.status, kicked_off.header("preference-applied")), (202, Some("respond-async")));
    let status = rest(kicked_off.header("content-location").unwrap());
    let waits = asker.get(&status);
    assert_eq!((waits.status, waits.header("retry-after")), (202, Some("60")), "it waits for somebody");
    assert_eq!(other.get(&status).status, 404, "another's");
    assert!(sealed(&salus).is_empty());
    approve(&mut boss);
    let done = settled(&asker, &status);
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(done.header("expires").is_some());
    let manifest = done.json();
    assert_eq!(manifest["requiresAccessToken"], true);
    let outputs: Vec<(String, u64, String)> = manifest["output"]
        .as_array()
        .unwrap()
        .iter()
        .map(|output| {
            let url = rest(output["url"].as_str().unwrap());
            (output["type"].as_str().unwrap().to_owned(), output["count"].as_u64().unwrap(), url)
        })
        .collect();
    let counts: Vec<(&str, u64)> = outputs.iter().map(|(kind, count, _)| (kind.as_str(), *count)).collect();
    assert_eq!(counts, [("Organization", 1), ("Patient", 7)]);

    // What lies on the disk is noise.
    assert_eq!(sealed(&salus).len(), 2);
    for path in sealed(&salus) {
        let bytes = std::fs::read(path).unwrap();
        assert!(!bytes.windows(4).any(|part| part == b"Fall" || part == b"Labo"));
    }
    let (_, _, organizations) = &outputs[0];
    let (_, _, url) = &outputs[1];
    assert_eq!(other.get(url).status, 404, "another's");
    assert_eq!(asker.send("HEAD", url, &[], b"").status, 405, "its head would use it up");
    let file = asker.get(url);
    assert_eq!((file.status, file.header("content-type")), (200, Some("application/fhir+ndjson")));
    let read: BTreeSet<String> = file
        .text()
        .lines()
        .map(|line| {
            let resource: Value = serde_json::from_str(line).unwrap();
            resource["id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(read, patients.iter().cloned().collect());
    assert_eq!(asker.get(url).status, 404, "once");
    let left = asker.get(&status).json();
    assert_eq!(left["output"].as_array().unwrap().len(), 1, "what was taken is listed no more");
    assert_eq!(asker.get(organizations).status, 200);
    assert_eq!(asker.get(&status).status, 410);
    let scope = salus.scope(&asker);
    assert_eq!(scope.patients.len(), 7, "exactly whom it reached");
    let begun = Instant::now();
    while !sealed(&salus).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(10), "files are swept");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(asker.get(&format!("Patient/{}", patients[0])).status, 200, "its own budget is whole");
    let page = boss.get("/admin/exports").text();
    assert!(page.contains("All files are fetched") && page.contains("Approved by Bea Beispiel"), "{page}");
}

#[test]
fn a_group_s_export_holds_its_members_and_nobody_else() {
    let salus = Salus::started(PAGES, false);
    let (cell, patients) = practice(&salus, 4);
    for patient in &patients {
        cell.create("Observation", &crate::support::observation(patient));
    }
    let group = format!(
        r#"{{"resourceType":"Group","type":"person","actual":true,"member":[{{"entity":{{"reference":"Patient/{}"}}}},{{"entity":{{"reference":"Patient/{}"}}}}]}}"#,
        patients[0], patients[1]
    );
    let group = cell.create("Group", &group);
    let mut boss = Person::of(&salus, "practice-administrator", "Bea Beispiel");
    let status = asked(&cell, &format!("Group/{group}/$export"));
    let page = boss.get("/admin/exports").text();
    assert!(page.contains("2 patients at most"), "{page}");
    approve(&mut boss);
    let manifest = settled(&cell, &status).json();
    let counts: Vec<(&str, u64)> = manifest["output"]
        .as_array()
        .unwrap()
        .iter()
        .map(|output| (output["type"].as_str().unwrap(), output["count"].as_u64().unwrap()))
        .collect();
    assert_eq!(counts, [("Group", 1), ("Observation", 2), ("Patient", 2)]);
    assert_eq!(cell.delete(&status).status, 202);
    assert_eq!(cell.get(&status).status, 404);
}

#[test]
fn a_restart_in_the_middle_begins_anew_and_one_of_the_keyholder_ends_it() {
    let mut salus = Salus::started(PAGES, false);
    let (mut cell, _) = practice(&salus, 5);
    let status = asked(&cell, "Patient/$export");
    let mut boss = Person::of(&salus, "practice-administrator", "Bea Beispiel");
    approve(&mut boss);
    drop(boss);
    // Whatever it had done by then.
    salus.stop_server();
    let left = salus.dir.path().join("cells").join(id_of(&salus, "praxis").to_string()).join("exports/4711");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("0.sealed"), b"half").unwrap();
    salus.start_server();
    cell.address = salus.address();
    let manifest = settled(&cell, &status);
    assert_eq!(manifest.status, 200, "{}", manifest.text());
    assert!(!left.exists(), "what belongs to no export is swept");
    let url = rest(manifest.json()["output"][0]["url"].as_str().unwrap());
    salus.stop_keyholder();
    salus.start_keyholder();
    let begun = Instant::now();
    while cell.get(&status).status == 503 && sealed(&salus).iter().any(|path| path.exists()) {
        assert!(begun.elapsed() < Duration::from_secs(20), "files without keys are swept");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(cell.get(&status).status, 503);
    assert_eq!(cell.get(&url).status, 404);
}

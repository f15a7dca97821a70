//! Claims 2 and 4: an attacker with a live session takes all it can, by every way there is. It gets its budget, and the scope is
//! what it took.

use crate::support::{Client, id_of, long, patient, report};
use salus_testkit::{Server, Start, request};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write as _;

const PATIENTS: usize = 40;
const BUDGET: u32 = 7;

#[test]
fn the_loot_is_within_the_budget_and_the_scope_is_the_loot() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { data: Some(folder.path().join("d")), patients: 0, ..Start::default() };
    let mut server = Server::start_with(&start);
    let ids: Vec<String> = (0..PATIENTS)
        .map(|number| {
            id_of(&server.fhir(0, "POST", "/Patient", &patient(&format!("Opfer{number}"))).unwrap())
        })
        .collect();
    for id in &ids {
        let observation = format!(
            r#"{{"resourceType":"Observation","status":"final","code":{{"text":"HbA1c"}},"subject":{{"reference":"Patient/{id}"}}}}"#
        );
        assert_eq!(server.fhir(0, "POST", "/Observation", &observation).unwrap().status, 201);
    }
    let mut thief = Client::make(&server, 0, "fhir-client", BUDGET);
    let mut loot: BTreeSet<(String, String)> = BTreeSet::new();
    take_all(&thief, &ids, &mut loot);
    let first = loot.len();
    assert!(first > 0 && first <= BUDGET as usize, "{first}");
    // A second session, a restart of everything: the budget is the principal's, and durable.
    thief.token = Client::session(&server, &thief.id);
    take_all(&thief, &ids, &mut loot);
    server.kill_all();
    server = Server::start_with(&start);
    thief.base = server.cells[0].fhir_base_url.clone();
    take_all(&thief, &ids, &mut loot);
    let patients: BTreeSet<&str> = loot.iter().map(|(patient, _)| patient.as_str()).collect();
    println!(
        "{} requests' worth of loot: {} patients of {PATIENTS}, budget {BUDGET}",
        loot.len(),
        patients.len()
    );
    assert_eq!(patients.len(), BUDGET as usize, "neither more than the budget, nor less");

    let mut scope = Value::Null;
    // What was delivered is reported a little later; the proof's claim is compared with this scope.
    salus_testkit::server::wait_for("the last report of a delivery", || {
        scope = report(&["scope", "--client", &thief.id, "--data", server.data_text()]);
        scope["versions_undelivered"] == 0
    });
    assert_eq!(scope["patients"].as_array().unwrap().len(), patients.len(), "{scope}");
    assert_eq!(scope["versions"].as_u64(), Some(loot.len() as u64), "{scope}");
    assert!(scope["refusals"].as_u64().unwrap() > 0);
    assert_eq!(scope["versions_unattributed"], 0, "each version is somebody's, also of shared admissions");
    names_exactly(&server, &["--client", &thief.id], &patients);
    from_where_and_when(&server, &thief.id, &scope, &patients);
    another_program_proves(&server, &thief.id, &scope);
    a_sample_for_sale_leads_to_the_thief(&server, &thief, &patients);
    investigators_are_given_all_of_it(&server, &thief, patients.len());
}

/// What the thief offers is ours, as of before one of them was changed, and went through the thief's sessions.
fn a_sample_for_sale_leads_to_the_thief(server: &Server, thief: &Client, patients: &BTreeSet<&str>) {
    let (cell, data) = (server.cells[0].name.as_str(), server.data_text());
    let mut rows = String::from("patient id;Nachname;Geburtsdatum;Preis\n");
    for id in patients {
        let read = server.fhir(0, "GET", &format!("/Patient/{id}"), "").unwrap();
        let family = read.json()["name"][0]["family"].as_str().unwrap().to_owned();
        rows.push_str(&format!("{id};{family};01.01.1970;5\n"));
    }
    rows.push_str(";Unbekannt;02.02.1972;5\n");
    let changed = patients.first().unwrap();
    // So often that the version which was taken is on the second page of the history.
    for number in 0..201 {
        let other = patient(&format!("Neu{number}")).replacen('{', &format!(r#"{{"id":"{changed}","#), 1);
        assert_eq!(server.fhir(0, "PUT", &format!("/Patient/{changed}"), &other).unwrap().status, 200);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (sample, secret, out) = (path("sample.csv"), path("secret"), path("rows"));
    std::fs::write(&sample, rows).unwrap();
    let create = ["client", "create", "--cell", cell, "--name", "Second person", "--role", "approver"];
    let approver = report(&[&create[..], &["--data", data]].concat());
    std::fs::write(&secret, approver["secret"].as_str().unwrap()).unwrap();
    let matching = ["incident", "match", sample.as_str(), "--cell", cell, "--data", data, "--rows", &out];
    let alone = salus_testkit::run(&matching);
    assert_eq!(alone.status.code(), Some(2), "it takes two");
    let by = ["--client", approver["client"].as_str().unwrap(), "--secret-file", &secret];
    let found = report(&[&matching[..], &by].concat());
    assert_eq!(found["outcomes"]["ours"], patients.len(), "{found}");
    assert_eq!((&found["outcomes"]["not-ours"], &found["canaries"]), (&1.into(), &serde_json::json!([])));
    assert_eq!(found["as_of"]["rows"], patients.len());
    assert!(found["as_of"]["to"].is_string(), "one of them is called otherwise since: {}", found["as_of"]);
    let first = &found["sessions"][0];
    assert_eq!(first["client"].as_str(), Some(thief.id.as_str()), "{}", found["sessions"]);
    assert_eq!((&first["patients"], &first["others"]), (&patients.len().into(), &0.into()));
    let lines = std::fs::read_to_string(&out).unwrap();
    assert_eq!(lines.lines().count(), patients.len() + 1);
    let named = lines.contains("Opfer") || patients.iter().any(|id| lines.contains(id));
    assert!(!named && !found.to_string().contains("Opfer"), "no value of the sample is said again");
    // Like everything that opens a record, it is in the log, and over when it is over.
    let own =
        report(&["scope", "--session", found["looked_for_in_session"].as_str().unwrap(), "--data", data]);
    assert_eq!(own["patients_total"], patients.len());
}

/// A package is sealed to one key, opens with it alone, and a program without any code of ours checks it.
fn investigators_are_given_all_of_it(server: &Server, thief: &Client, patients: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (key, other, package, opened) = (path("key"), path("other"), path("case.salus"), path("case"));
    let public = report(&["incident", "key", "--out", &key])["public"].as_str().unwrap().to_owned();
    report(&["incident", "key", "--out", &other]);
    let data = server.data_text();
    let make = ["incident", "evidence", "--client", &thief.id, "--recipient", &public, "--out", &package];
    let made = report(&[&make[..], &["--data", data]].concat());
    assert_eq!(made["patients_total"], patients);
    let sealed = std::fs::read(&package).unwrap();
    assert!(memchr::memmem::find(&sealed, b"pseudonym").is_none());
    let wrong = salus_testkit::run(&["incident", "open", &package, "--key", &other, "--out", &opened]);
    assert_eq!(wrong.status.code(), Some(1), "{}", String::from_utf8_lossy(&wrong.stderr));
    report(&["incident", "open", &package, "--key", &key, "--out", &opened]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/verify_evidence.py");
    let keys = server.data.join("log/verifier-keys");
    let check = || {
        let arguments = [script, &opened, "--verifier-keys", keys.to_str().unwrap()];
        let output = std::process::Command::new("python3").args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.success(), said)
    };
    let (is_good, said) = check();
    assert!(is_good && said.contains(&format!("patients_total {patients}")), "{said}");
    for name in ["scope.json", "patients.ndjson", "summary.de.html", "manifest.json", "manifest.note"] {
        let file = folder.path().join("case").join(name);
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, [&bytes[..bytes.len() - 2], b" \n"].concat()).unwrap();
        assert!(!check().0, "{name} was changed");
        std::fs::write(&file, bytes).unwrap();
    }
    assert!(check().0);
    let log = report(&["log", "show", "--cell", &server.cells[0].name, "--last", "20", "--data", data]);
    let events: Vec<_> =
        log["entries"].as_array().unwrap().iter().map(|entry| entry["event"].clone()).collect();
    assert!(events.contains(&"evidence-made".into()), "{events:?}");
}

/// A verifier without any code of ours counts the same from the proof, and finds whatever is changed in it.
fn another_program_proves(server: &Server, client: &str, scope: &Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("proof");
    let file = file.to_str().unwrap();
    report(&["scope", "--client", client, "--proof", file, "--data", server.data_text()]);
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests");
    let keys = server.data.join("log/verifier-keys");
    let python = |script: &str, arguments: &[&str]| {
        let script = format!("{tests}/{script}");
        let output = std::process::Command::new("python3").arg(&script).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{script}: {said}");
        said
    };
    let keys = keys.to_str().unwrap();
    let counted = python("verify_scope.py", &[file, "--verifier-keys", keys, "--json"]);
    let counted: Value = serde_json::from_str(&counted).unwrap();
    for (key, value) in counted.as_object().unwrap() {
        assert_eq!(value, &scope[key], "{key}");
    }
    print!("{}", python("scope_mutations.py", &[file, keys, if long() { "100000" } else { "60" }]));
}

/// The file of a scope names these patients by their ids, and nobody else.
fn names_exactly(server: &Server, by: &[&str], patients: &BTreeSet<&str>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("affected.ndjson");
    let written = ["scope", "--patients", file.to_str().unwrap(), "--data", server.data_text()];
    report(&[&written, by].concat());
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let named: BTreeSet<&str> =
        lines.iter().filter_map(|line| line["patient"].as_str()?.strip_prefix("Patient/")).collect();
    assert_eq!(&named, patients, "{by:?}");
    assert_eq!(lines.len(), patients.len());
    for line in &lines {
        let told = line["categories"].as_array().unwrap();
        assert!(told.contains(&"identity".into()) && told.contains(&"contact".into()), "{line}");
        assert!(!told.contains(&"diagnoses".into()), "{line}");
    }
}

/// The same loot by the address it left to, and by time; nothing by another one, or before and after.
fn from_where_and_when(server: &Server, client: &str, scope: &Value, patients: &BTreeSet<&str>) {
    let cell = server.cells[0].name.as_str();
    let data = server.data_text();
    let of = |by: &[&str]| {
        let found = report(&[&["scope", "--cell", cell, "--data", data], by].concat());
        found["patients_total"].as_u64().unwrap() as usize
    };
    let all = patients.len();
    assert_eq!(of(&["--client", client, "--address", "127.0.0.1"]), all);
    assert_eq!(of(&["--client", client, "--address", "127.0.0.0/8"]), all);
    assert_eq!(of(&["--client", client, "--address", "192.0.2.0/24"]), 0);
    let times = |key: &str| {
        let all = scope["patients"].as_array().unwrap().iter();
        let mut times: Vec<String> = all.map(|patient| patient[key].as_str().unwrap().to_owned()).collect();
        times.sort();
        times
    };
    let (first, last) = (times("first").remove(0), times("last").pop().unwrap());
    assert_eq!(of(&["--client", client, "--from", &first, "--to", &last]), {
        // What was last is not within a span that ends with it.
        let before = |patient: &&Value| patient["first"].as_str().unwrap() < last.as_str();
        scope["patients"].as_array().unwrap().iter().filter(before).count()
    });
    assert_eq!(of(&["--client", client, "--to", &first]), 0);
    assert_eq!(of(&["--client", client, "--from", "2100-01-01"]), 0);
}

/// Reads, versions, histories, lists and batches over all patients, in a way that finds whatever is left of a budget.
fn take_all(thief: &Client, ids: &[String], loot: &mut BTreeSet<(String, String)>) {
    for id in ids {
        for path in
            [format!("/Patient/{id}"), format!("/Patient/{id}/_history/1"), format!("/Patient/{id}/_history")]
        {
            if thief.get(&path).unwrap().status == 200 {
                loot.insert((id.clone(), id.clone()));
            }
        }
    }
    for pair in ids.chunks(2) {
        let found = thief.get(&format!("/Patient?_id={}", pair.join(","))).unwrap();
        if found.status == 200 {
            for entry in found.json()["entry"].as_array().into_iter().flatten() {
                let id = entry["resource"]["id"].as_str().unwrap().to_owned();
                loot.insert((id.clone(), id));
            }
        }
    }
    let entries: Vec<String> =
        ids.iter().map(|id| format!(r#"{{"request":{{"method":"GET","url":"Patient/{id}"}}}}"#)).collect();
    let batch = format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{}]}}"#, entries.join(","));
    let authorization = format!("Bearer {}", thief.token);
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/fhir+json")];
    let answer = request("POST", &thief.base, &headers, batch.as_bytes()).unwrap();
    for entry in answer.json()["entry"].as_array().into_iter().flatten() {
        if entry["resource"]["resourceType"] == "Patient" {
            let id = entry["resource"]["id"].as_str().unwrap().to_owned();
            loot.insert((id.clone(), id));
        }
    }
}

#[test]
fn what_was_admitted_and_not_delivered_is_in_the_scope_and_marked() {
    let server = Server::start_with(&Start { patients: 0, ..Start::default() });
    // Larger than what the sockets' buffers hold, so that it cannot be on its way when the client hangs up.
    let note = "ä".repeat(6_000_000);
    let large = patient("Gross").replacen('{', &format!(r#"{{"text":{{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">{note}</div>"}},"#), 1);
    let created = server.fhir(0, "POST", "/Patient", &large).unwrap();
    assert_eq!(created.status, 201, "{}", created.text());
    let small = server.fhir(0, "POST", "/Patient", &patient("Klein")).unwrap();
    let thief = Client::make(&server, 0, "fhir-reader", 100);
    assert_eq!(thief.get(&format!("/Patient/{}", id_of(&small))).unwrap().status, 200);
    let authority = server.base_url.strip_prefix("http://").unwrap().replace("localhost", "127.0.0.1");
    let mut stream = std::net::TcpStream::connect(authority).unwrap();
    let path = thief.base.strip_prefix(&server.base_url).unwrap();
    write!(
        stream,
        "GET {path}/Patient/{} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
        id_of(&created),
        thief.token
    )
    .unwrap();
    // It hangs up in the middle.
    std::io::Read::read_exact(&mut stream, &mut [0u8; 1_000]).unwrap();
    drop(stream);
    let delivered = || {
        let scope = report(&["scope", "--client", &thief.id, "--data", server.data_text()]);
        let patients = scope["patients"].as_array().unwrap().clone();
        assert_eq!(patients.len(), 2, "{scope}");
        patients.iter().filter(|patient| patient["delivered"] == true).count()
    };
    salus_testkit::server::wait_for("the small one's mark", || delivered() == 1);
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(delivered(), 1, "what was cut off is not marked as delivered");
}

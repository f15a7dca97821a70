//! `$import` over HTTP: NDJSON as other servers give it, refused line by line, written once however often it is sent.

use crate::support::{Cell, Http, Reply, Salus, observation};
use serde_json::{Value, json};

const NDJSON: (&str, &str) = ("Content-Type", "application/fhir+ndjson");

fn import(cell: &Cell, body: &str) -> Reply {
    cell.send("POST", "$import", &[NDJSON], body.as_bytes())
}

fn all<'a>(answer: &'a Value, name: &str) -> Vec<&'a Value> {
    let all = answer["parameter"].as_array().unwrap();
    all.iter().filter(|one| one["name"] == name).collect()
}

fn count(answer: &Value, name: &str) -> u64 {
    all(answer, name)[0]["valueUnsignedInt"].as_u64().unwrap()
}

/// Type, created, updated, known.
fn kinds(answer: &Value) -> Vec<(String, u64, u64, u64)> {
    let one = |kind: &&Value| {
        let part = kind["part"].as_array().unwrap();
        let number = |at: usize| part[at]["valueUnsignedInt"].as_u64().unwrap();
        (part[0]["valueCode"].as_str().unwrap().to_owned(), number(1), number(2), number(3))
    };
    all(answer, "type").iter().map(one).collect()
}

#[test]
fn lines_become_records_whatever_their_order_and_those_that_break_a_rule_are_named() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let mut lines = vec![
        observation("p1"),
        r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Eins"}]}"#.into(),
        String::new(),
        r#"{"resourceType":"Patient","id":"p2","birthDate":"gestern"}"#.into(),
        "no json".into(),
        observation("nobody"),
        r#"{"resourceType":"Patient","id":"p1"}"#.into(),
        r#"{"resourceType":"Patience"}"#.into(),
        r#"{"resourceType":"Organization","id":"o1","name":"Labor"}"#.into(),
    ];
    let sent = lines.join("\r\n");
    let reply = import(&cell, &sent);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.header("salus-log-entry").is_some() && reply.header("preference-applied").is_none());
    let answer = reply.json();
    assert_eq!((count(&answer, "lines"), count(&answer, "refused"), count(&answer, "left")), (8, 5, 0));
    let one = |kind: &str| (kind.to_owned(), 1, 0, 0);
    let mut written = kinds(&answer);
    written.sort();
    assert_eq!(written, [one("Observation"), one("Organization"), one("Patient")]);
    let refused: Vec<(u64, &str)> = all(&answer, "refusal")
        .iter()
        .map(|one| {
            let line = one["part"][0]["valuePositiveInt"].as_u64().unwrap();
            let issue = &one["part"][1]["resource"]["issue"][0];
            assert!(issue["details"]["text"].as_str().unwrap().len() > 10, "{issue}");
            (line, issue["expression"][0].as_str().unwrap_or_default())
        })
        .collect();
    let mut lines_refused: Vec<u64> = refused.iter().map(|(line, _)| *line).collect();
    lines_refused.sort_unstable();
    assert_eq!(lines_refused, [4, 5, 6, 7, 8]);
    for place in [(4, "Patient.birthDate"), (7, "Patient.id")] {
        assert!(refused.contains(&place), "{refused:?}");
    }
    let patient = cell.get("Patient/p1").json();
    assert_eq!((&patient["name"][0]["family"], &patient["meta"]["versionId"]), (&json!("Eins"), &json!("1")));
    assert_eq!(cell.get("Observation?subject=Patient/p1").json()["total"], 1);

    // Sent again, nothing of it is written again, not even what has no id; what was refused is tried again.
    let again = import(&cell, &sent).json();
    let known = |kind: &str| (kind.to_owned(), 0, 0, 1);
    let mut written = kinds(&again);
    written.sort();
    assert_eq!(written, [known("Observation"), known("Organization"), known("Patient")]);
    assert_eq!(count(&again, "refused"), 5);
    assert_eq!(cell.get("Observation").json()["total"], 1);
    assert_eq!(cell.get("Patient/p1").json()["meta"]["versionId"], "1");

    // Another text is another import: a line under an id that is there is its next version.
    lines.truncate(2);
    lines.remove(0);
    let next = import(&cell, &lines.join("\n")).json();
    assert_eq!(kinds(&next), [("Patient".to_owned(), 0, 1, 0)]);
    assert_eq!(cell.get("Patient/p1").json()["meta"]["versionId"], "2");
    // In XML, too: the answer is a resource like any other.
    let xml = cell.send("POST", "$import", &[NDJSON, ("Accept", "application/fhir+xml")], sent.as_bytes());
    assert!(xml.status == 200 && xml.text().starts_with("<?xml"), "{}", xml.text());
}

#[test]
fn what_is_no_import_is_refused_with_its_cure_and_nothing_is_fetched() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/Patient.ndjson", listener.local_addr().unwrap());
    let manifest = json!({"resourceType": "Parameters", "parameter": [
        {"name": "inputFormat", "valueCode": "application/fhir+ndjson"},
        {"name": "input", "part": [{"name": "type", "valueCode": "Patient"}, {"name": "url", "valueUrl": url}]}]});
    let fetched = cell.send("POST", "$import", &[], manifest.to_string().as_bytes());
    assert_eq!((fetched.status, fetched.issue()), (422, "not-supported".into()));
    assert!(fetched.text().contains("fetches nothing"), "{}", fetched.text());
    let manifest = manifest.to_string();
    let later = cell.send("POST", "$import", &[("Prefer", "respond-async")], manifest.as_bytes());
    let later = crate::later::entry(&cell, &crate::later::begun(&later));
    assert_eq!(later["response"]["status"], "422 Unprocessable Entity");
    assert!(listener.accept().is_err(), "nobody came");

    let patient = r#"{"resourceType":"Patient"}"#;
    for (headers, body, status) in [
        (&[("Content-Type", "text/plain")][..], patient, 415),
        (&[NDJSON, ("Content-Encoding", "gzip")][..], patient, 415),
        (&[NDJSON][..], " \n\n", 400),
        (&[NDJSON][..], "\u{fffd}", 200),
    ] {
        assert_eq!(
            cell.send("POST", "$import", headers, body.as_bytes()).status,
            status,
            "{headers:?} {body}"
        );
    }
    let latin = cell.send("POST", "$import", &[NDJSON], b"{}\n{\"resourceType\":\"Patient\"}\n\"\xff\"\n");
    assert!(latin.status == 400 && latin.text().contains("Line 3 is not in UTF-8"), "{}", latin.text());
    assert_eq!(cell.send("POST", "$import?mode=x", &[NDJSON], patient.as_bytes()).status, 400);
    let many = "1\n".repeat(salus_records::MAX_IMPORT_LINES + 1);
    assert_eq!((import(&cell, &many).status, import(&cell, &many).issue()), (422, "too-long".into()));
    let get = cell.get("$import");
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
    let unknown = cell.post("$frobnicate", "{}");
    assert_eq!((unknown.status, unknown.issue()), (404, "not-supported".into()));
    // Who may not write, and who is nobody.
    let reader = salus.client("praxis", "fhir-reader", 10);
    let refused = import(&reader, patient).json();
    assert_eq!((count(&refused, "refused"), all(&refused, "type").len()), (1, 0));
    let stranger = Http::new(salus.address()).send("POST", "/praxis/fhir/$import", &[NDJSON], b"{}");
    assert_eq!(stranger.status, 401);
    assert_eq!(cell.get("Patient").json()["total"], 0);
    let statement = cell.get("metadata").json();
    let operations = statement["rest"][0]["operation"].as_array().unwrap();
    assert!(operations.iter().any(|one| one["name"] == "import"), "{operations:?}");
}

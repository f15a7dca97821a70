//! read, vread, history, search by id: what they answer, with which headers.

use crate::support::{FHIR_JSON, Salus, observation};
use serde_json::json;

#[test]
fn a_record_is_read_with_its_version_and_log_entry() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let sent = r#"{"resourceType":"Patient","name":[{"family":"Muster"}]}"#;
    let created = cell.post("Patient", sent);
    assert_eq!(created.status, 201);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let base = format!("http://localhost:{}/praxis/fhir", cell.address.port());
    assert_eq!(created.header("location"), Some(format!("{base}/Patient/{id}/_history/1").as_str()));
    assert_eq!(created.header("etag"), Some("W/\"1\""));
    assert_eq!(created.json()["meta"]["versionId"], "1");

    let read = cell.get(&format!("Patient/{id}"));
    assert_eq!(read.status, 200);
    assert_eq!(read.body, created.body);
    for (name, value) in [
        ("content-type", "application/fhir+json; charset=utf-8"),
        ("etag", "W/\"1\""),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(read.header(name), Some(value), "{name}");
    }
    assert_eq!(read.header("last-modified"), created.header("last-modified"));
    let entry: u64 = read.header("salus-log-entry").unwrap().parse().unwrap();
    let log = salus.log("praxis");
    let opened = log.iter().find(|logged| logged.number == entry).unwrap();
    let fleeting = opened.fleeting.as_ref().unwrap();
    assert_eq!(fleeting.patients.len(), 1);
    assert_eq!(fleeting.versions[0].version, 1);

    let head = cell.send("HEAD", &format!("Patient/{id}"), &[], b"");
    assert_eq!((head.status, head.header("etag")), (200, Some("W/\"1\"")));
    assert_eq!(head.header("content-length"), read.header("content-length"));
    // The answer to HEAD has no body, so the record was not delivered with it; the one to GET was.
    let versions = salus.scope(&cell).patients;
    assert_eq!(versions.len(), 1);
}

#[test]
fn what_was_sent_to_its_end_is_delivered() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let read = cell.get(&format!("Patient/{id}"));
    let entry: u64 = read.header("salus-log-entry").unwrap().parse().unwrap();
    let delivered = |entry: u64| {
        salus.log("praxis").iter().any(|logged| {
            matches!(&logged.lasting.event, salus_seal::entry::Event::Delivered { entries } if entries.contains(&entry))
        })
    };
    let mut waited = 0;
    while !delivered(entry) {
        waited += 1;
        assert!(waited < 200, "not delivered");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let head = cell.send("HEAD", &format!("Patient/{id}"), &[], b"");
    let entry: u64 = head.header("salus-log-entry").unwrap().parse().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(!delivered(entry), "HEAD sends no record");
}

#[test]
fn every_version_stays_and_a_deletion_is_one() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let text = |gender: &str| format!(r#"{{"resourceType":"Patient","id":"{id}","gender":"{gender}"}}"#);
    let at = format!("Patient/{id}");
    let updated = cell.put(&at, &text("female"));
    assert_eq!((updated.status, updated.header("etag")), (200, Some("W/\"2\"")));
    assert_eq!(updated.header("location"), None);
    let deleted = cell.delete(&at);
    assert_eq!((deleted.status, deleted.header("etag")), (204, Some("W/\"3\"")));
    assert!(deleted.header("salus-log-entry").is_some());
    let gone = cell.get(&at);
    assert_eq!((gone.status, gone.issue().as_str()), (410, "deleted"));
    assert_eq!(cell.delete(&at).status, 204);
    assert_eq!(cell.delete(&at).header("etag"), Some("W/\"3\""));
    let revived = cell.put(&at, &text("male"));
    assert_eq!((revived.status, revived.header("etag")), (201, Some("W/\"4\"")));

    for (version, status) in
        [("1", 200), ("2", 200), ("3", 410), ("4", 200), ("5", 404), ("0", 404), ("x", 404)]
    {
        let read = cell.get(&format!("{at}/_history/{version}"));
        assert_eq!(read.status, status, "{version}");
        if status == 200 {
            assert_eq!(read.json()["meta"]["versionId"], version);
        }
    }

    let all = cell.get(&format!("{at}/_history")).json();
    assert_eq!((&all["type"], &all["total"]), (&json!("history"), &json!(4)));
    let entries = all["entry"].as_array().unwrap();
    let seen: Vec<_> = entries
        .iter()
        .map(|e| {
            (
                e["request"]["method"].as_str().unwrap(),
                e["response"]["status"].as_str().unwrap(),
                e["response"]["etag"].as_str().unwrap(),
                e["resource"]["gender"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("PUT", "201 Created", "W/\"4\"", Some("male")),
            ("DELETE", "204 No Content", "W/\"3\"", None),
            ("PUT", "200 OK", "W/\"2\"", Some("female")),
            ("POST", "201 Created", "W/\"1\"", None),
        ]
    );
    assert!(entries[1].get("resource").is_none());

    // In pages of three: the link leads on to the rest.
    let first = cell.get(&format!("{at}/_history?_count=3")).json();
    assert_eq!(first["entry"].as_array().unwrap().len(), 3);
    let next = first["link"].as_array().unwrap().iter().find(|link| link["relation"] == "next").unwrap();
    let next = next["url"].as_str().unwrap().split("/praxis/fhir/").nth(1).unwrap().to_owned();
    let second = cell.get(&next).json();
    assert_eq!(second["entry"].as_array().unwrap().len(), 1);
    assert_eq!(second["entry"][0]["response"]["etag"], "W/\"1\"");
    assert!(second["link"].as_array().unwrap().iter().all(|link| link["relation"] != "next"));
    assert_eq!(cell.get("Patient/nobody/_history").status, 404);
    assert_eq!(cell.get(&format!("{at}/_history?_since=2020")).status, 400);
}

#[test]
fn records_are_found_by_their_ids() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let (a, b, c) = (cell.patient(), cell.patient(), cell.patient());
    cell.delete(&format!("Patient/{c}"));
    let found = cell.get(&format!("Patient?_id={a},{b},{c},nobody,{a}"));
    assert_eq!(found.status, 200);
    assert!(found.header("salus-log-entry").is_some());
    let bundle = found.json();
    assert_eq!((&bundle["type"], &bundle["total"]), (&json!("searchset"), &json!(2)));
    let ids: Vec<_> =
        bundle["entry"].as_array().unwrap().iter().map(|e| e["resource"]["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [b.as_str(), a.as_str()], "newest first");
    let none = cell.get("Patient?_id=nobody");
    assert_eq!((none.status, &none.json()["total"]), (200, &json!(0)));
    // The other types have other records.
    assert_eq!(cell.get(&format!("Observation?_id={a}")).json()["total"], 0);
}

#[test]
fn ids_that_clients_choose_work_and_are_not_in_the_store() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let made = cell.put("Patient/X123456789", r#"{"resourceType":"Patient","id":"X123456789"}"#);
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(cell.get("Patient/X123456789").status, 200);
    assert_eq!(cell.get("Patient/x123456789").status, 404);
    assert_eq!(cell.post("Observation", &observation("X123456789")).status, 201);
    assert_eq!(cell.get("Patient?_id=X123456789").json()["total"], 1);
    drop(cell);
    let dir = salus.dir.path().join("cells");
    let mut looked_at = 0;
    for folder in std::fs::read_dir(dir).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            looked_at += bytes.len();
            assert!(!bytes.windows(10).any(|window| window == b"X123456789"));
        }
    }
    assert!(looked_at > 10_000);
}

#[test]
fn answers_are_compressed_where_that_is_asked_for() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let family = "Muster".repeat(500);
    let body = format!(r#"{{"resourceType":"Patient","name":[{{"family":"{family}"}}]}}"#);
    let id = cell.create("Patient", &body);
    let plain = cell.get(&format!("Patient/{id}"));
    assert_eq!(plain.header("content-encoding"), None);
    for encoding in ["gzip", "br", "zstd"] {
        let packed = cell.send("GET", &format!("Patient/{id}"), &[("Accept-Encoding", encoding)], b"");
        assert_eq!(packed.header("content-encoding"), Some(encoding));
        assert!(packed.body.len() * 4 < plain.body.len());
        if encoding == "gzip" {
            let mut unpacked = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed.body[..]), &mut unpacked)
                .unwrap();
            assert_eq!(unpacked, plain.body);
        }
    }
    let small = cell.create("Patient", r#"{"resourceType":"Patient"}"#);
    let small = cell.send("GET", &format!("Patient/{small}"), &[("Accept-Encoding", "gzip")], b"");
    assert_eq!(small.header("content-encoding"), None);
}

#[test]
fn json_by_its_names_and_outcomes_in_the_readers_language() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let at = format!("Patient/{id}");
    let with = |accept: &str| cell.send("GET", &at, &[("Accept", accept)], b"");
    assert_eq!(with("application/json").header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(with(FHIR_JSON).status, 200);
    assert_eq!(cell.get(&format!("{at}?_format=json")).status, 200);
    let german = cell.send("GET", "Patient/nobody", &[("Accept-Language", "de")], b"");
    assert!(german.text().contains("Es gibt keinen solchen Datensatz"), "{}", german.text());
    let french = cell.send("GET", "Patient/nobody", &[("Accept-Language", "fr-CH, de;q=0.5")], b"");
    assert!(french.text().contains("n’existe pas"), "{}", french.text());
}

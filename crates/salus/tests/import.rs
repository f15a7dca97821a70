//! `salus import`: folders, formats, repetition, and the report of what is refused.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use salus_testkit::{Server, Start, run};
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn import(server: &Server, arguments: &[&str]) -> (Option<i32>, Value, String) {
    let cell = server.cells[0].name.clone();
    let output =
        run(&[&["import", "--json", "--cell", &cell, "--data", server.data_text()], arguments].concat());
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code(), json, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn gzip(path: &Path, text: &str) {
    let mut encoder =
        flate2::write::GzEncoder::new(std::fs::File::create(path).unwrap(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap();
}

#[test]
fn all_formats_come_in_once_and_a_second_time_changes_nothing() {
    let server = Server::start_with(&Start { patients: 0, ..Start::default() });
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let world = salus_people::World::new(salus_people::Locale::German, 5, 20_785);
    let practice: Value = serde_json::from_str(&world.practice()).unwrap();
    let in_practice = practice["entry"].as_array().unwrap().len();
    std::fs::write(path("organization.json"), practice.to_string()).unwrap();
    std::fs::write(path("one.json"), world.thin(0)).unwrap();
    gzip(&path("two.json.gz"), &world.thin(1));
    let lines: String =
        (0..3).map(|n| format!("{{\"resourceType\":\"Patient\",\"id\":\"line-{n}\"}}\n")).collect();
    gzip(&path("Patient.ndjson.gz"), &lines);
    let observation = |n| {
        format!(
            r#"{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/line-{n}"}}}}"#
        )
    };
    std::fs::write(path("Observation.ndjson"), format!("{}\n\n{}\n", observation(0), observation(1)))
        .unwrap();
    let collection = format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{}}},{{"resource":{{"resourceType":"Patient","id":"line-9"}}}}]}}"#,
        observation(9)
    );
    std::fs::write(path("collection.json"), collection).unwrap();

    let all = folder.path().to_str().unwrap();
    let (code, first, said) = import(&server, &[all]);
    assert_eq!(code, Some(0), "{first} {said}");
    assert_eq!(
        (&first["sent"], &first["known"]),
        (&Value::from(in_practice + 8 + 8 + 3 + 2 + 2), &Value::from(0))
    );
    assert_eq!(server.fhir(0, "GET", "/Patient/line-2", "").unwrap().status, 200);
    let (code, second, _) = import(&server, &["--jobs", "1", all]);
    assert_eq!((code, &second["sent"]), (Some(0), &Value::from(0)), "{second}");
    assert_eq!(second["known"], first["sent"]);
    let version = server.fhir(0, "GET", "/Patient/line-9", "").unwrap().json();
    assert_eq!(version["meta"]["versionId"], "1");
}

#[test]
fn what_is_refused_stands_in_a_report_without_values() {
    let server = Server::start_with(&Start { patients: 0, ..Start::default() });
    let folder = tempfile::tempdir().unwrap();
    let secret = "Geheimrat-Quasselstrippe";
    let bad = format!(
        r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{{"resourceType":"Patient","birthDate":"{secret}"}},"request":{{"method":"POST","url":"Patient"}}}}]}}"#
    );
    std::fs::write(folder.path().join("bad.json"), bad).unwrap();
    std::fs::write(
        folder.path().join("some.ndjson"),
        format!("{{\"resourceType\":\"Patient\"}}\n{{\"resourceType\":\"Patient\",\"gender\":\"{secret}\",\"foo\":1}}\nnonsense\n"),
    )
    .unwrap();
    std::fs::write(folder.path().join("document.json"), r#"{"resourceType":"Bundle","type":"document"}"#)
        .unwrap();
    // The Patient is sent before the others: its place in the bundle that travels is another.
    let collection = format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[
            {{"resource":{{"resourceType":"Observation","status":"final","code":{{"text":"x"}}}}}},
            {{"resource":{{"resourceType":"Observation","status":"final","code":{{"text":"x"}}}}}},
            {{"resource":{{"resourceType":"Patient","birthDate":"{secret}"}}}},
            {{"resource":{{"resourceType":"Observation","status":"final","issued":"{secret}","code":{{"text":"x"}}}}}}]}}"#
    );
    std::fs::write(folder.path().join("collection.json"), collection).unwrap();
    let report = folder.path().join("report.out");
    let (code, result, said) =
        import(&server, &["--report", report.to_str().unwrap(), folder.path().to_str().unwrap()]);
    assert_eq!(code, Some(1), "{result} {said}");
    let text = std::fs::read_to_string(&report).unwrap();
    assert!(!text.contains(secret) && !said.contains(secret), "{text} {said}");
    let report: Value = serde_json::from_str(&text).unwrap();
    let list = report["list"].as_array().unwrap();
    let of = |name: &str| -> Vec<&Value> {
        list.iter().filter(|r| r["file"].as_str().unwrap().ends_with(name)).collect()
    };
    assert_eq!(of("bad.json")[0]["entry"], 0, "{text}");
    assert!(of("bad.json")[0]["location"].as_str().unwrap().contains("birthDate"), "{text}");
    let lines: Vec<&Value> = of("some.ndjson").iter().map(|r| &r["entry"]).collect();
    assert!(
        lines.contains(&&Value::from(2))
            && lines.contains(&&Value::from(3))
            && !lines.contains(&&Value::from(1)),
        "{text}"
    );
    assert_eq!(of("document.json").len(), 1);
    let mut places: Vec<(u64, &str)> = of("collection.json")
        .iter()
        .map(|r| (r["entry"].as_u64().unwrap(), r["location"].as_str().unwrap()))
        .collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [(2, "Bundle.entry[2].resource.birthDate"), (3, "Bundle.entry[3].resource.issued")],
        "{text}"
    );
    assert!(
        of("some.ndjson")
            .iter()
            .any(|r| r["entry"] == 2 && r["location"].as_str().unwrap().starts_with("Patient")),
        "{text}"
    );
}

#[test]
fn the_cell_must_be_named_where_there_are_several() {
    let server = Server::start_with(&Start { patients: 0, ..Start::default() });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.json"), "{}").unwrap();
    let path = folder.path().to_str().unwrap();
    let output = run(&["import", "--data", server.data_text(), path]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && said.contains("--cell") && said.contains("cabinet-lumiere"),
        "{said}"
    );
    let output = run(&["import", "--cell", "nobody", "--data", server.data_text(), path]);
    assert_eq!(output.status.code(), Some(2));
}

/// The folder of real input: `SALUS_TEST_DATA`, else beside the repository. Missing is a failure in CI.
fn test_data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("SALUS_TEST_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from)
        .join("synthea");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{}: no test data", folder.display());
    println!("not run: {name}: no test data");
    None
}

#[test]
fn synthea_comes_in_with_nothing_refused() {
    let Some(folder) = test_data("synthea_comes_in_with_nothing_refused") else { return };
    let server = Server::start_with(&Start { patients: 0, ..Start::default() });
    let (code, result, said) = import(&server, &[folder.to_str().unwrap()]);
    assert_eq!((code, &result["refused"]), (Some(0), &Value::from(0)), "{result} {said}");
    assert_eq!(result["sent"], 10_120);
    let (code, again, _) = import(&server, &[folder.to_str().unwrap()]);
    assert_eq!((code, &again["known"]), (Some(0), &Value::from(10_120)));
}

#[test]
fn a_wrong_check_digit_is_counted_and_named_without_its_value() {
    let server = Server::start_with(&Start { patients: 0, ..Start::default() });
    let folder = tempfile::tempdir().unwrap();
    let patient = |number: &str| {
        format!(
            r#"{{"resourceType":"Patient","identifier":[{{"system":"http://fhir.de/sid/gkv/kvid-10","value":"{number}"}}]}}"#
        )
    };
    let lines: String = (0..12).map(|_| patient("A123456781") + "\n").collect();
    std::fs::write(folder.path().join("Patient.ndjson"), format!("{}\n{lines}", patient("A123456780")))
        .unwrap();
    let (code, report, said) = import(&server, &[folder.path().to_str().unwrap()]);
    assert_eq!((code, &report["refused"]), (Some(0), &Value::from(0)), "{report} {said}");
    assert_eq!(report["doubtful"]["count"], 12);
    let first = report["doubtful"]["first"].as_array().unwrap();
    assert_eq!((first.len(), &first[0]["entry"]), (10, &Value::from(2)), "{report}");
    assert_eq!(first[0]["location"], "Patient.identifier[0].value");
    assert!(!format!("{report}{said}").contains("A12345678"));
}

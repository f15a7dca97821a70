//! The history of a type and of all.

use crate::support::{Cell, Salus, observation};
use serde_json::Value;

fn entries(cell: &Cell, rest: &str) -> (Value, Vec<String>) {
    let reply = cell.get(rest);
    assert_eq!(reply.status, 200, "{rest}: {}", reply.text());
    let bundle = reply.json();
    assert_eq!(bundle["type"], "history");
    let lines = bundle["entry"].as_array().map(Vec::as_slice).unwrap_or_default().iter().map(|entry| {
        let tag = entry["response"]["etag"].as_str().unwrap();
        format!(
            "{} {} {tag}",
            entry["request"]["method"].as_str().unwrap(),
            entry["response"]["status"].as_str().unwrap()
        )
    });
    let lines = lines.collect();
    (bundle, lines)
}

#[test]
fn all_versions_newest_first() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let first = cell.patient();
    cell.create("Observation", &observation(&first));
    cell.put("Patient/chosen", r#"{"resourceType":"Patient","id":"chosen"}"#);
    cell.put("Patient/chosen", r#"{"resourceType":"Patient","id":"chosen","active":true}"#);
    cell.delete("Patient/chosen");
    cell.put("Patient/chosen", r#"{"resourceType":"Patient","id":"chosen"}"#);
    let patients = [
        "PUT 201 Created W/\"4\"",
        "DELETE 204 No Content W/\"3\"",
        "PUT 200 OK W/\"2\"",
        "PUT 201 Created W/\"1\"",
        "POST 201 Created W/\"1\"",
    ];
    let (bundle, lines) = entries(&cell, "Patient/_history");
    assert_eq!(lines, patients);
    assert!(bundle["entry"][1].get("resource").is_none());
    assert!(bundle["entry"][1]["fullUrl"].as_str().unwrap().ends_with("/Patient/chosen"));
    assert_eq!(bundle["entry"][4]["resource"]["id"], first.as_str());
    assert_eq!(entries(&cell, "_history").1.len(), 6);
    assert_eq!(entries(&cell, "Observation/_history").1.len(), 1);
    assert_eq!(entries(&cell, "Encounter/_history").1.len(), 0);

    let since = bundle["entry"][2]["response"]["lastModified"].as_str().unwrap();
    assert_eq!(entries(&cell, &format!("Patient/_history?_since={since}")).1[..2], patients[..2]);
    assert_eq!(entries(&cell, "_history?_since=2100-01-01T00:00:00Z").1.len(), 0);

    // What the records were when the second of them was written, to the millisecond; and today; and when there was none.
    let of = |at: usize| bundle["entry"][at]["response"]["lastModified"].as_str().unwrap();
    for (at, then) in [(2, &patients[2..3]), (1, &patients[1..2])] {
        let (page, lines) = entries(&cell, &format!("Patient/_history?_at={}", of(at)));
        assert!(lines.contains(&then[0].to_owned()) && lines.contains(&patients[4].to_owned()), "{lines:?}");
        assert!(lines.len() <= 3 && page["entry"][0]["response"]["lastModified"] == of(at), "{lines:?}");
    }
    assert_eq!(entries(&cell, "Patient/_history?_at=2100").1, [patients[0], patients[4]]);
    assert_eq!(entries(&cell, "_history?_at=1999").1.len(), 0);

    let mut seen = Vec::new();
    let mut next = Some("Patient/_history?_count=2".to_owned());
    while let Some(at) = next {
        let (bundle, lines) = entries(&cell, &at);
        assert!(lines.len() <= 2);
        seen.extend(lines);
        let links = bundle["link"].as_array().unwrap();
        let link = links.iter().find(|link| link["relation"] == "next");
        next =
            link.map(|link| link["url"].as_str().unwrap().split_once("/praxis/fhir/").unwrap().1.to_owned());
        // What is written meanwhile comes before, and moves nothing.
        cell.patient();
    }
    assert_eq!(seen, patients);
    for bad in
        ["Patient/_history?_since=2020", "_history?_count=x", "_history?_at=yesterday", "_history?_page=AAAA"]
    {
        assert!([400, 410].contains(&cell.get(bad).status), "{bad}");
    }
}

#[test]
fn a_history_charges_whom_it_shows() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    (0..5).for_each(|_| drop(cell.patient()));
    let poor = salus.client("praxis", "fhir-client", 3);
    assert_eq!(poor.get("Patient/_history").status, 429);
    assert_eq!(poor.get("Patient/_history?_count=3").status, 200);
    assert_eq!(salus.scope(&poor).patients.len(), 3);
}

#[test]
fn versions_of_a_time_are_those_that_were_the_record_then() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    for active in ["true", "false", "true"] {
        cell.put("Patient/a", &format!(r#"{{"resourceType":"Patient","id":"a","active":{active}}}"#));
        std::thread::sleep(std::time::Duration::from_millis(3));
    }
    let (bundle, _) = entries(&cell, "Patient/a/_history");
    assert_eq!(bundle["total"], 3);
    let times: Vec<String> = bundle["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["response"]["lastModified"].as_str().unwrap().to_owned())
        .collect();
    let tags = |query: &str| -> Vec<String> {
        let (_, lines) = entries(&cell, &format!("Patient/a/_history?{query}"));
        lines.iter().map(|line| line.rsplit(' ').next().unwrap().to_owned()).collect()
    };
    assert_eq!(tags(&format!("_since={}", times[1])), ["W/\"3\"", "W/\"2\""]);
    assert_eq!(tags(&format!("_at={}", times[1])), ["W/\"2\""]);
    assert_eq!(tags("_at=2100"), ["W/\"3\""]);
    assert!(tags("_at=1999").is_empty() && tags("_since=2100-01-01T00:00:00Z").is_empty());
    let (page, lines) = entries(&cell, &format!("Patient/a/_history?_count=1&_since={}", times[1]));
    let next = page["link"].as_array().unwrap().iter().find(|link| link["relation"] == "next").unwrap();
    let next = next["url"].as_str().unwrap().split_once("/praxis/fhir/").unwrap().1;
    assert_eq!((lines.len(), entries(&cell, next).1), (1, vec!["PUT 200 OK W/\"2\"".to_owned()]));
    assert_eq!(cell.get("Patient/b/_history?_at=2100").status, 404);
}

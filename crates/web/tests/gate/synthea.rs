//! All of Synthea's patients, in by transaction and out by read: equal but for id, meta and resolved references.

use crate::support::{Salus, test_data};
use serde_json::Value;
use std::collections::HashMap;

#[test]
fn all_of_synthea_comes_back_as_it_was_sent() {
    let Some(data) = test_data("all_of_synthea_comes_back_as_it_was_sent") else { return };
    let mut files: Vec<_> = std::fs::read_dir(data.join("synthea"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    assert_eq!(files.len(), 46);
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let mut http = cell.http();
    let mut total = 0;
    for file in files {
        let sent = std::fs::read(&file).unwrap();
        let reply = cell.send_on(&mut http, "POST", "", &[], &sent);
        assert_eq!(reply.status, 200, "{}: {}", file.display(), reply.text());
        let bundle: Value = serde_json::from_slice(&sent).unwrap();
        let answer = reply.json();
        let (entries, answers) = (bundle["entry"].as_array().unwrap(), answer["entry"].as_array().unwrap());
        assert_eq!(entries.len(), answers.len());
        let locations: Vec<String> = answers
            .iter()
            .map(|answer| {
                answer["response"]["location"].as_str().unwrap().split("/_history").next().unwrap().to_owned()
            })
            .collect();
        let mut resolved: HashMap<&str, &str> = HashMap::new();
        for (entry, location) in entries.iter().zip(&locations) {
            resolved.entry(entry["fullUrl"].as_str().unwrap()).or_insert(location);
        }
        for (entry, location) in entries.iter().zip(&locations) {
            let read = cell.send_on(&mut http, "GET", location, &[], b"");
            assert_eq!(read.status, 200);
            let mut expected = entry["resource"].clone();
            resolve(&mut expected, &resolved);
            let mut found = read.json();
            let id = found["id"].as_str().unwrap().to_owned();
            assert_eq!(format!("{}/{id}", found["resourceType"].as_str().unwrap()), *location);
            for resource in [&mut expected, &mut found] {
                let resource = resource.as_object_mut().unwrap();
                resource.remove("id");
                let meta = resource.get_mut("meta").and_then(Value::as_object_mut);
                if let Some(meta) = meta {
                    meta.remove("versionId");
                    meta.remove("lastUpdated");
                    if meta.is_empty() {
                        resource.remove("meta");
                    }
                }
            }
            // With arbitrary_precision numbers are equal only if their digits are.
            assert_eq!(found, expected);
            total += 1;
        }
    }
    assert_eq!(total, 10_120);
    assert_eq!(salus.unresolved(), 0);
    assert_eq!(salus.scope(&cell).patients.len(), 44);
}

fn resolve(value: &mut Value, resolved: &HashMap<&str, &str>) {
    match value {
        Value::String(text) => {
            if let Some(location) = resolved.get(text.as_str()) {
                *text = (*location).to_owned();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| resolve(value, resolved)),
        Value::Object(members) => members.values_mut().for_each(|value| resolve(value, resolved)),
        _ => {}
    }
}

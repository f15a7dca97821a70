//! What docs/fhir.md names as limits, each with the answer that it names.

use crate::support::{Cell, Reply, Salus, budgets};
use salus_records::fhir::{ResourceType, is_of_the_house};
use salus_trust_api::wire::AdminAsk;
use salus_web::WebLimits;
use serde_json::{Value, json};

const NDJSON: &str = "application/fhir+ndjson";
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

fn sent(cell: &Cell, method: &str, path: &str, kind: &str, body: &str) -> Reply {
    cell.send(method, path, &[("Content-Type", kind)], body.as_bytes())
}

#[test]
fn what_is_too_much_is_answered_as_documented() {
    let limits = WebLimits { max_body_bytes: MAX_BODY_BYTES, ..WebLimits::default() };
    let salus = Salus::with_limits(limits);
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let patient = format!("Patient/{id}");
    let json = "application/fhir+json";
    let many = |count: usize, one: &str| vec![one; count].join(",");
    let large = format!(r#"{{"resourceType":"Patient","language":"{}"}}"#, "x".repeat(MAX_BODY_BYTES));
    let bundle = |kind: &str, entries: &str| {
        format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{entries}]}}"#)
    };
    let get = r#"{"request":{"method":"GET","url":"metadata"}}"#;
    let deep = format!(r#"{{"resourceType":"Patient","x":{}{}}}"#, "[".repeat(70), "]".repeat(70));
    let string = format!(r#"{{"resourceType":"Basic","code":{{"text":"{}"}}}}"#, "x".repeat(1_048_577));
    let attributes: String = (0..65).map(|at| format!(" a{at}=\"1\"")).collect();
    let xml = format!(
        r#"<Patient xmlns="http://hl7.org/fhir"><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p{attributes}>a</p></div></text></Patient>"#
    );
    let patch = format!("[{}]", many(1_001, r#"{"op":"test","path":"/active","value":true}"#));
    let conditions: Vec<String> = (0..1_001)
        .map(|at| {
            let request = json!({"method": "DELETE", "url": format!("Patient?identifier=urn:a|{at}")});
            json!({"request": request}).to_string()
        })
        .collect();
    let profiles = many(17, r#"{"name":"profile","valueUri":"urn:p"}"#);
    let profiles = format!(
        r#"{{"resourceType":"Parameters","parameter":[{profiles},{{"name":"resource","resource":{{"resourceType":"Patient"}}}}]}}"#
    );
    for (what, reply, status) in [
        ("a body", sent(&cell, "POST", "Patient", json, &large), 413),
        ("an import's body", sent(&cell, "POST", "$import", NDJSON, &large), 413),
        ("an import's lines", sent(&cell, "POST", "$import", NDJSON, &"1\n".repeat(100_001)), 422),
        ("Parameters of an export", export(&cell, &large[..70_000]), 413),
        ("entries", cell.post("", &bundle("batch", &many(10_001, get))), 422),
        ("conditions", cell.post("", &bundle("transaction", &conditions.join(","))), 403),
        ("depth", cell.post("Patient", &deep), 400),
        ("a string", cell.post("Basic", &string), 422),
        ("attributes", sent(&cell, "POST", "Patient", "application/fhir+xml", &xml), 400),
        ("operations", sent(&cell, "PATCH", &patient, "application/json-patch+json", &patch), 422),
        ("profiles", cell.post("Patient/$validate", &profiles), 400),
        ("parameters", cell.get(&format!("Patient?{}", vec!["active=true"; 101].join("&"))), 400),
        ("values", form(&cell, &format!("family={}", many(1_001, "a"))), 400),
        ("sort keys", cell.get(&format!("Patient?_sort={}", many(9, "_id"))), 400),
        ("levels", cell.get("Observation?subject:Patient.organization.partof.partof.name=x"), 400),
    ] {
        assert_eq!(reply.status, status, "{what}: {}", reply.text().chars().take(400).collect::<String>());
        if status != 200 {
            assert!(reply.text().contains("OperationOutcome"), "{what}");
        }
    }
    // What is asked for beyond a page comes on later ones.
    assert_eq!(cell.get("Patient?_count=100000").status, 200);
    assert_eq!(cell.get(&format!("{patient}/_history?_count=100000")).status, 200);
    let poor = salus.client("praxis", "fhir-client", 0);
    let spent = poor.get(&patient);
    assert!(spent.status == 429 && spent.header("retry-after").is_some());
    assert_eq!(spent.issue(), "throttled");
}

fn export(cell: &Cell, body: &str) -> Reply {
    let headers = [("Prefer", "respond-async"), ("Content-Type", "application/fhir+json")];
    cell.send("POST", "$export", &headers, body.as_bytes())
}

fn form(cell: &Cell, body: &str) -> Reply {
    sent(cell, "POST", "Patient/_search", "application/x-www-form-urlencoded", body)
}

fn asks_for_export(cell: &Cell) -> Reply {
    cell.send("GET", "$export", &[("Prefer", "respond-async")], b"")
}

#[test]
fn exports_have_a_number_and_the_practices_budget() {
    const DAY_MS: u64 = 24 * 3_600_000;
    let salus = Salus::start();
    salus.cell("praxis");
    let client = || salus.client_for("praxis", "fhir-client", 1_000, 4 * DAY_MS);
    let (first, second, third) = (client(), client(), client());
    let too_many = |cell: &Cell, why: &str| {
        let refused = asks_for_export(cell);
        assert_eq!((refused.status, refused.issue()), (429, "throttled".into()), "{why}");
        assert_eq!(refused.header("retry-after"), Some("60"), "{why}");
        assert!(refused.text().contains("Too many exports"), "{}", refused.text());
    };
    let mut asked = Vec::new();
    for client in [&first, &second] {
        for _ in 0..5 {
            let reply = asks_for_export(client);
            assert_eq!(reply.status, 202, "{}", reply.text());
            asked.push(reply.header("content-location").unwrap().split_once("/fhir/").unwrap().1.to_owned());
        }
    }
    too_many(&third, "ten are open in the practice");
    assert_eq!(second.delete(&asked[9]).status, 202);
    assert_eq!(asks_for_export(&third).status, 202);
    assert_eq!(first.delete(&asked[0]).status, 202);
    too_many(&first, "five within a day, ended or not");
    salus.admin().ask(AdminAsk::MoveClock { by_ms: DAY_MS + 1 }).unwrap();
    assert_eq!(asks_for_export(&first).status, 202, "another day");

    // A practice that may reach two charts holds three patients.
    let house_kinds =
        ResourceType::all().filter(|kind| is_of_the_house(*kind)).map(ResourceType::code).collect();
    let ask = AdminAsk::CreateCell { name: "klein".into(), house_kinds, budgets: budgets(2) };
    salus.admin().ask(ask).unwrap();
    let small = salus.client("klein", "fhir-client", 1_000);
    for _ in 0..3 {
        small.patient();
    }
    let refused = asks_for_export(&small);
    assert_eq!((refused.status, refused.issue()), (429, "throttled".into()));
    assert!(refused.header("retry-after").is_some());
    assert!(refused.text().contains("missing are 1 / 1 / 1 patients"), "{}", refused.text());
}

#[test]
fn a_request_that_takes_too_long_is_a_503_that_says_what_to_do() {
    let salus = Salus::with_limits(WebLimits { request_timeout_ms: 100, ..WebLimits::default() });
    let cell = salus.cell("praxis");
    let mut http = cell.http();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {}\r\nContent-Type: application/fhir+json\r\nContent-Length: 26\r\n\r\n",
        cell.path("Patient"),
        cell.bearer()
    );
    // The rest of it does not come.
    http.write(format!("{head}{{\"resourceType\"").as_bytes());
    let late = http.reply(false);
    assert_eq!((late.status, late.issue()), (503, "timeout".into()));
    assert!(late.text().contains("read first whether it was done"), "{}", late.text());
}

#[test]
fn issues_of_an_answer_have_a_bound_and_what_takes_too_long_is_a_503() {
    let limits = WebLimits { request_timeout_ms: 1, ..WebLimits::default() };
    let salus = Salus::with_limits(limits);
    let cell = salus.cell("praxis");
    let names: Vec<Value> = (0..200).map(|at| json!({"use": "nonsense", "period": {"start": at}})).collect();
    let late = cell.post("Patient", &json!({"resourceType": "Patient", "name": names}).to_string());
    // It is ready in time now and then.
    assert!(matches!(late.status, 422 | 503), "{}", late.text());
    let mut salus = salus;
    salus.stop_server();
    salus.limits = WebLimits::default();
    salus.start_server();
    let cell = Cell { address: salus.address(), ..cell };
    let answer = cell.post("Patient", &json!({"resourceType": "Patient", "name": names}).to_string());
    assert_eq!(answer.status, 422);
    let issues = answer.json()["issue"].as_array().unwrap().len();
    assert!((50..=51).contains(&issues), "{issues}");
}

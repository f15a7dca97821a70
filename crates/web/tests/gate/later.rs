//! `Prefer: respond-async` over HTTP: any request is taken on and its answer fetched, once, by the session that asked and nobody else, within bounds;
//! and not at all after what it was admitted under has ended.

use crate::admin::Desk;
use crate::roles::{confirm, encoded, form};
use crate::support::{Cell, Http, Reply, Salus, observation};
use salus_seal::ClientId;
use salus_seal::entry::contain::HoldOn;
use salus_trust_api::wire::contain::{ContainAnswer, ContainAsk};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use salus_web::WebLimits;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ASYNC: (&str, &str) = ("Prefer", "respond-async");
const NDJSON: (&str, &str) = ("Content-Type", "application/fhir+ndjson");

/// The address behind the cell's base under which the answer is fetched.
pub fn begun(reply: &Reply) -> String {
    assert_eq!(reply.status, 202, "{}", reply.text());
    assert!(reply.header("preference-applied").is_some_and(|applied| applied.starts_with("respond-async")));
    assert_eq!(reply.json()["resourceType"], "OperationOutcome");
    let location = reply.header("content-location").unwrap().split_once("/fhir/").unwrap().1.to_owned();
    let name = location.strip_prefix("$async-status/").unwrap();
    assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    location
}

fn ask(cell: &Cell, path: &str) -> String {
    begun(&cell.send("GET", path, &[ASYNC], b""))
}

/// What the address comes to, when it is no 202 any more.
fn settled(cell: &Cell, location: &str) -> Reply {
    let began = Instant::now();
    loop {
        let reply = cell.get(location);
        if reply.status != 202 {
            return reply;
        }
        assert!(reply.header("x-progress").is_some() && reply.header("retry-after").is_some());
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", reply.header("x-progress"));
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The one entry of the Bundle that is fetched.
pub fn entry(cell: &Cell, location: &str) -> Value {
    let reply = settled(cell, location);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.header("expires").is_some());
    let bundle = reply.json();
    assert_eq!((&bundle["resourceType"], &bundle["type"]), (&json!("Bundle"), &json!("batch-response")));
    assert_eq!(bundle["entry"].as_array().unwrap().len(), 1);
    bundle["entry"][0].clone()
}

/// Until the answer is made, without fetching it.
fn made(salus: &Salus, cell: &Cell, entries: usize) {
    let began = Instant::now();
    while salus.log(&cell.name).len() <= entries {
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(50));
}

#[test]
fn any_request_is_answered_later_as_it_would_have_been_at_once() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    cell.create("Observation", &observation(&id));
    // Reading: as at once, but for what a search says of itself.
    for path in [
        format!("Patient/{id}"),
        format!("Patient/{id}/_history"),
        format!("Patient/{id}/_history/1"),
        "_history".into(),
        "Observation?code=x".into(),
        format!("Patient/{id}/$everything"),
        format!("Patient/{id}/$meta"),
        format!("Observation/$lastn?patient={id}"),
        "ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender".into(),
    ] {
        let later = entry(&cell, &ask(&cell, &path));
        let now = cell.get(&path);
        assert_eq!(now.status, 200, "{path}: {}", now.text());
        assert_eq!(later["response"]["status"], "200 OK", "{path}");
        let mut now = now.json();
        let mut later = later["resource"].clone();
        for one in [&mut now, &mut later] {
            // An expansion has a name and a time of its own.
            if let Some(expansion) = one["expansion"].as_object_mut() {
                expansion.remove("identifier");
                expansion.remove("timestamp");
            }
        }
        assert_eq!(later, now, "{path}");
    }
    // Writing: the head of the answer is in the entry.
    let created = cell.send(
        "POST",
        "Patient",
        &[("Prefer", "respond-async, return=minimal")],
        b"{\"resourceType\":\"Patient\"}",
    );
    assert_eq!(created.header("preference-applied"), Some("respond-async, return=minimal"));
    let created = entry(&cell, &begun(&created));
    let response = &created["response"];
    assert_eq!((&response["status"], &response["etag"]), (&json!("201 Created"), &json!("W/\"1\"")));
    assert!(created["resource"].is_null() && response["lastModified"].as_str().unwrap().contains('T'));
    let location = response["location"].as_str().unwrap().split_once("/fhir/").unwrap().1.to_owned();
    assert_eq!(cell.get(&location).status, 200);
    let batch = json!({"resourceType": "Bundle", "type": "batch", "entry": [
        {"request": {"method": "GET", "url": format!("Patient/{id}")}},
        {"request": {"method": "GET", "url": "Patient/nobody"}},
        {"request": {"method": "POST", "url": "Patient"}, "resource": {"resourceType": "Patient"}}]});
    let done = entry(&cell, &begun(&cell.send("POST", "", &[ASYNC], batch.to_string().as_bytes())));
    assert_eq!(done["resource"]["type"], "batch-response");
    let statuses: Vec<&str> =
        (0..3).map(|at| done["resource"]["entry"][at]["response"]["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["200 OK", "404 Not Found", "201 Created"]);
    let lines = "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}\n".repeat(20);
    let imported = entry(&cell, &begun(&cell.send("POST", "$import", &[ASYNC, NDJSON], lines.as_bytes())));
    assert_eq!(imported["resource"]["parameter"][0], json!({"name": "lines", "valueUnsignedInt": 20}));
    assert_eq!(cell.get("Basic").json()["total"], 20);
    let deleted = entry(
        &cell,
        &begun(&cell.send("DELETE", &location[..location.find("/_history").unwrap()], &[ASYNC], b"")),
    );
    assert_eq!(deleted["response"]["status"], "204 No Content");
    // What is refused is refused in the Bundle; what is no request, at once.
    let refused = entry(&cell, &ask(&cell, "Patient?frobnicate=1"));
    assert_eq!(refused["response"]["status"], "400 Bad Request");
    assert_eq!(refused["response"]["outcome"]["resourceType"], "OperationOutcome");
    let form = [ASYNC, ("Content-Type", "application/x-www-form-urlencoded")];
    let found =
        entry(&cell, &begun(&cell.send("POST", "Patient/_search", &form, format!("_id={id}").as_bytes())));
    assert_eq!(found["resource"]["total"], 1);
    for (method, path, headers, status) in [
        ("GET", "Patience", &[ASYNC][..], 404),
        ("GET", "$frobnicate", &[ASYNC], 404),
        ("PATCH", "metadata", &[ASYNC], 405),
        ("GET", "metadata", &[ASYNC], 200),
        ("GET", "Patient", &[ASYNC, ("Accept", "text/turtle")], 406),
        ("HEAD", "Patient", &[ASYNC], 200),
    ] {
        assert_eq!(cell.send(method, path, headers, b"").status, status, "{method} {path}");
    }
    // In the format of the request, or of whoever fetches.
    let xml = [ASYNC, ("Accept", "application/fhir+xml")];
    for (headers, fetched, begins) in
        [(&xml[..], &[][..], "<?xml"), (&xml[..], &[("Accept", "application/json")][..], "{")]
    {
        let location = begun_in(&cell.send("GET", &format!("Patient/{id}"), headers, b""));
        let reply = loop {
            let reply = cell.send("GET", &location, fetched, b"");
            if reply.status != 202 {
                break reply;
            }
        };
        assert!(reply.status == 200 && reply.text().starts_with(begins), "{}", reply.text());
    }
}

/// Of an answer that may be in XML.
fn begun_in(reply: &Reply) -> String {
    assert_eq!(reply.status, 202, "{}", reply.text());
    reply.header("content-location").unwrap().split_once("/fhir/").unwrap().1.to_owned()
}

#[test]
fn an_answer_is_given_once_to_who_asked_and_is_delivered_when_it_is_fetched() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let other = salus.client("praxis", "fhir-client", 100);
    let elsewhere = salus.cell("andere");
    let id = other.patient();
    let delivered =
        || salus.scope(&cell).patients.iter().map(|patient| patient.delivered).collect::<Vec<_>>();
    let entries = salus.log("praxis").len();
    let location = ask(&cell, &format!("Patient/{id}"));
    made(&salus, &cell, entries);
    assert_eq!(delivered(), [false], "admitted, and in the scope, before anybody fetched it");
    // Another session, of the same application too; another address; another cell; nobody.
    let client = ClientId::parse(&cell.client).unwrap();
    let AdminAnswer::Session(session) = salus.admin().ask(AdminAsk::BeginSession { client }).unwrap() else {
        panic!()
    };
    let (name, secret) = (cell.name.clone(), cell.secret.clone());
    let same = Cell { name, client: cell.client.clone(), secret, session, address: cell.address };
    let unknown = cell.get("$async-status/00000000000000000000000000000000").without_date();
    assert_eq!((unknown.status, unknown.issue()), (404, "not-found".into()));
    for (who, session) in [("another application", &other), ("another session", &same)] {
        assert_eq!(session.get(&location).without_date(), unknown, "{who}");
        assert_eq!(session.delete(&location).without_date(), unknown, "{who}");
    }
    let moved = cell.send("GET", &location, &[("X-Forwarded-For", "203.0.113.9")], b"");
    assert_eq!(moved.without_date(), unknown, "another address");
    assert_eq!(elsewhere.get(&location).status, 404);
    let stranger = Http::new(salus.address()).send("GET", &cell.path(&location), &[], b"");
    assert_eq!(stranger.status, 401);
    let head = cell.send("HEAD", &location, &[], b"");
    assert_eq!((head.status, head.header("allow")), (405, Some("GET, DELETE")), "it would be used up");
    assert_eq!(cell.get(&format!("{location}?frobnicate=1")).status, 400);
    let reply = settled(&cell, &location);
    assert!(reply.status == 200 && reply.header("salus-log-entry").is_some(), "{}", reply.text());
    assert_eq!(reply.json()["entry"][0]["resource"]["id"], json!(id));
    let began = Instant::now();
    while delivered() != [true] {
        assert!(began.elapsed() < Duration::from_secs(20), "fetched, and not delivered");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(cell.get(&location).without_date(), unknown, "once");
    // A stranger has nothing done, and no answer kept.
    let entries = salus.log("praxis").len();
    let path = cell.path("Patient");
    let stranger = Http::new(salus.address()).send(
        "POST",
        &path,
        &[ASYNC, ("Content-Type", "application/fhir+json")],
        b"{\"resourceType\":\"Patient\"}",
    );
    assert_eq!((stranger.status, salus.log("praxis").len()), (401, entries));

    // Given up: nothing is begun any more, and what was written stays.
    const LINES: u64 = 4_000;
    let lines = "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}\n".repeat(LINES as usize);
    let location = begun(&cell.send("POST", "$import", &[ASYNC, NDJSON], lines.as_bytes()));
    let working = cell.get(&location);
    assert_eq!((working.status, working.header("retry-after")), (202, Some("1")));
    assert!(working.header("x-progress").unwrap().starts_with("working"));
    let given_up = cell.delete(&location);
    assert_eq!((given_up.status, given_up.issue()), (202, "informational".into()));
    assert!(given_up.text().contains("What was written by then stays"));
    assert_eq!(cell.get(&location).without_date(), unknown);
    let count = || cell.get("Basic?_summary=count").json()["total"].as_u64().unwrap();
    let mut counted = count();
    loop {
        std::thread::sleep(Duration::from_millis(300));
        let now = count();
        if now == counted {
            break;
        }
        counted = now;
    }
    assert!(counted < LINES, "it went on: {counted}");
}

#[test]
fn bounds_are_answered_with_what_to_do_and_answers_expire() {
    const KEPT_MS: u64 = 1_200;
    let limits = WebLimits {
        max_async_per_session: 2,
        max_async: 3,
        max_async_session_bytes: 6_000,
        async_kept_ms: KEPT_MS,
        ..WebLimits::default()
    };
    let salus = Salus::with_limits(limits);
    let cell = salus.cell("praxis");
    let other = salus.client("praxis", "fhir-client", 100);
    let third = salus.client("praxis", "fhir-client", 100);
    let id = cell.patient();
    let path = format!("Patient/{id}");
    let send = |cell: &Cell| cell.send("GET", &path, &[ASYNC], b"");
    let began = Instant::now();
    let (first, second) = (begun(&send(&cell)), begun(&send(&cell)));
    let full = send(&cell);
    let in_time =
        |what: &str| assert!(began.elapsed() < Duration::from_millis(KEPT_MS), "too slow a machine: {what}");
    in_time("of one");
    assert_eq!(
        (full.status, full.issue(), full.header("retry-after")),
        (429, "throttled".into(), Some("10"))
    );
    begun(&send(&other));
    let full = send(&third);
    in_time("of all");
    assert_eq!(
        (full.status, full.issue(), full.header("retry-after")),
        (503, "transient".into(), Some("10"))
    );
    // At once there is room; and one that is given up makes some.
    assert_eq!(cell.get(&path).status, 200);
    assert_eq!(cell.delete(&first).status, 202);
    let again = begun(&send(&cell));
    assert_eq!(settled(&cell, &again).status, 200);
    std::thread::sleep(Duration::from_millis(KEPT_MS + 200));
    let expired = cell.get(&second);
    assert_eq!((expired.status, expired.issue()), (404, "not-found".into()));
    assert!(expired.text().contains("kept its time"), "{}", expired.text());
    // Bytes: of what is sent, and of what comes of it, which is done all the same.
    let large = json!({"resourceType": "Basic", "code": {"text": "x".repeat(6_000)}}).to_string();
    assert_eq!(cell.send("POST", "Basic", &[ASYNC], large.as_bytes()).status, 413);
    cell.create("Basic", &large);
    let kept = entry(&cell, &ask(&cell, "Basic"));
    assert_eq!(kept["response"]["status"], "503 Service Unavailable");
    assert_eq!(kept["response"]["outcome"]["issue"][0]["code"], "too-costly");
    assert!(kept["response"]["outcome"].to_string().contains("no room to keep the answer"));
}

#[test]
fn what_ended_gives_no_answer_any_more_and_a_restart_forgets() {
    let mut salus = Salus::start();
    let mut cell = salus.cell("praxis");
    let path = format!("Patient/{}", cell.patient());
    let kept = |salus: &Salus, cell: &Cell| {
        let entries = salus.log("praxis").len();
        let location = ask(cell, &path);
        made(salus, cell, entries);
        location
    };
    let gone = |cell: &Cell, location: &str, why: &str| {
        let reply = cell.get(location);
        assert_eq!((reply.status, reply.issue()), (404, "not-found".into()), "{why}");
        assert!(reply.text().contains("Ask again"));
    };
    // Held: nothing is given; and given back, what was kept meanwhile is not.
    let location = kept(&salus, &cell);
    let client = ClientId::parse(&cell.client).unwrap();
    let hold = ContainAsk::Hold { what: HoldOn::Client(client), reason: "an experiment".into() };
    let ask_contain = |salus: &Salus, cell: Option<&str>, ask| match salus
        .admin()
        .ask(AdminAsk::Contain { cell: cell.map(str::to_owned), ask })
        .unwrap()
    {
        AdminAnswer::Contained(answer) => answer,
        other => panic!("{other:?}"),
    };
    let ContainAnswer::Held { hold, .. } = ask_contain(&salus, Some("praxis"), hold) else {
        panic!("not held")
    };
    assert_eq!(cell.get(&location).status, 401);
    ask_contain(&salus, Some("praxis"), ContainAsk::Release { hold });
    gone(&cell, &location, "held meanwhile");
    // Cut off.
    let location = kept(&salus, &cell);
    let quarantine = |salus: &Salus, on| {
        salus.admin().ask(AdminAsk::Quarantine { cell: "praxis".into(), on }).unwrap();
    };
    quarantine(&salus, true);
    gone(&cell, &location, "cut off");
    let refused = entry(&cell, &ask(&cell, &path));
    assert_eq!(refused["response"]["status"], "503 Service Unavailable");
    quarantine(&salus, false);
    gone(&cell, &location, "joined again");
    // Another role than when it was asked for.
    let location = kept(&salus, &cell);
    {
        let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
        let mut fields = form(&boss.get("/admin/roles").text(), "id=\"role-fhir-client\"");
        fields.retain(|(name, _)| name != "read-results");
        let preview = boss.post("/admin/roles", &encoded(&fields));
        assert_eq!(confirm(&boss, &preview).status, 303);
    }
    gone(&cell, &location, "other rights");
    // Begun anew, the one and the other.
    let location = kept(&salus, &cell);
    salus.stop_keyholder();
    salus.start_keyholder();
    let began = Instant::now();
    while cell.get(&path).status != 200 {
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(20));
    }
    gone(&cell, &location, "another keyholder");
    let location = kept(&salus, &cell);
    salus.stop_server();
    salus.start_server();
    cell.address = salus.address();
    gone(&cell, &location, "another server");
    // Ended.
    let location = kept(&salus, &cell);
    salus.admin().ask(AdminAsk::RevokeSession { session: cell.session.session }).unwrap();
    assert_eq!(cell.get(&location).status, 401);
}

//! What is refused, how it looks, and what cannot be told apart.

use crate::support::{Reply, Salus, observation};
use salus_seal::entry::Event;
use salus_trust_api::Token;
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use salus_web::WebLimits;

#[test]
fn all_tokens_that_are_no_good_look_the_same() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let other = salus.cell("andere");
    let id = cell.patient();
    let revoked = salus.client("praxis", "fhir-client", 10);
    let ask = AdminAsk::RevokeSession { session: revoked.session.session };
    assert!(matches!(salus.admin().ask(ask).unwrap(), AdminAnswer::Done));
    let expired = salus.client_for("praxis", "fhir-client", 10, 1);
    std::thread::sleep(std::time::Duration::from_millis(20));
    let unknown = format!("Bearer {}", *Token::random().unwrap().to_text());
    let (revoked, expired, foreign) = (revoked.bearer(), expired.bearer(), other.bearer());
    let values = [
        None,
        Some("Bearer x"),
        Some("Basic abc"),
        Some(&*unknown),
        Some(&*revoked),
        Some(&*expired),
        Some(&*foreign),
    ];
    for (method, rest, body) in [
        ("GET", format!("Patient/{id}"), ""),
        ("GET", "Patient/nobody".to_owned(), ""),
        ("GET", format!("Patient/{id}/_history"), ""),
        ("GET", format!("Patient/{id}/_history/1"), ""),
        ("GET", format!("Patient?_id={id}"), ""),
        ("GET", "Patient?nonsense=1".to_owned(), ""),
        ("GET", "Patient?_page=AAAA".to_owned(), ""),
        ("GET", format!("Patient/{id}/*"), ""),
        ("GET", "Patient/_history".to_owned(), ""),
        ("GET", "_history?_since=2100-01-01T00:00:00Z".to_owned(), ""),
        ("DELETE", format!("Patient?_id={id}"), ""),
        ("PUT", format!("Patient?_id={id}"), r#"{"resourceType":"Patient"}"#),
        ("DELETE", format!("Patient/{id}"), ""),
        ("PUT", format!("Patient/{id}"), r#"{"resourceType":"Patient"}"#),
        ("POST", "Patient".to_owned(), r#"{"resourceType":"Patient"}"#),
        ("POST", "Patient".to_owned(), r#"{"resourceType":"Patient","nonsense":1}"#),
        ("POST", "Observation".to_owned(), &observation("nobody")),
        ("POST", String::new(), r#"{"resourceType":"Bundle","type":"batch"}"#),
        ("POST", String::new(), r#"{"resourceType":"Bundle","type":"transaction"}"#),
        ("POST", String::new(), r#"{"resourceType":"Bundle","type":"collection"}"#),
        ("POST", String::new(), "{"),
    ] {
        let replies: Vec<Reply> = values
            .iter()
            .map(|authorization| {
                let mut headers = vec![("Content-Type", "application/fhir+json")];
                headers.extend(authorization.map(|value| ("Authorization", value)));
                cell.http().send(method, &cell.path(&rest), &headers, body.as_bytes()).without_date()
            })
            .collect();
        assert_eq!(replies[0].status, 401, "{method} {rest}");
        assert_eq!(replies[0].issue(), "login");
        assert!(replies[0].header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")));
        for reply in &replies[1..] {
            assert_eq!(reply, &replies[0], "{method} {rest} {body}");
        }
    }
    let strangers = || match salus.admin().ask(AdminAsk::Status).unwrap() {
        AdminAnswer::Status(status) => status.strangers,
        other => panic!("{other:?}"),
    };
    // What is no token is counted, as is one that was never given out: how many, and nothing of it.
    for sent in ["Bearer x", "Basic abc", "DPoP", unknown.as_str()] {
        let before = strangers();
        let path = cell.path(&format!("Patient/{id}"));
        assert_eq!(cell.http().send("GET", &path, &[("Authorization", sent)], b"").status, 401);
        assert_eq!(strangers(), before + 1, "{sent}");
    }
    let before = strangers();
    let cookie = [("Cookie", "__Host-salus.praxis=nonsense"), ("Accept", "text/html")];
    assert_eq!(cell.http().send("GET", "/praxis/today", &cookie, b"").status, 303);
    assert!(strangers() > before);
    let refused = salus.log("praxis").iter().filter(|e| matches!(e.lasting.event, Event::Refused)).count();
    assert!(refused >= 2 * 14, "sessions that ended are logged: {refused}");
}

#[test]
fn missing_and_refused_look_the_same() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let importer = salus.client("praxis", "importer", 1_000);
    let reader = salus.client("praxis", "fhir-reader", 1_000);
    for (asker, method, refused, missing) in [
        (&importer, "GET", format!("Patient/{id}"), "Patient/00000000-0000-4000-8000-000000000000"),
        (
            &importer,
            "GET",
            format!("Patient/{id}/_history"),
            "Patient/00000000-0000-4000-8000-000000000000/_history",
        ),
        (&importer, "GET", format!("Patient/{id}/_history/1"), "Patient/nobody/_history/1"),
        (&reader, "DELETE", format!("Patient/{id}"), "Patient/nobody"),
    ] {
        let refused = asker.send(method, &refused, &[], b"").without_date();
        let missing = asker.send(method, missing, &[], b"").without_date();
        assert_eq!(refused.status, 404);
        assert_eq!(refused, missing, "{method}");
    }
    let text = |id: &str| format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#);
    let refused = reader.put(&format!("Patient/{id}"), &text(&id)).without_date();
    let missing = reader.put("Patient/nobody", &text("nobody")).without_date();
    assert_eq!((refused.status, &refused), (404, &missing));
    let created = reader.post("Patient", r#"{"resourceType":"Patient"}"#);
    assert_eq!((created.status, created.issue().as_str()), (403, "forbidden"));
    assert_eq!(importer.get(&format!("Patient?_id={id}")).status, 404);
    assert_eq!(importer.get("Patient?_id=nobody").status, 404);
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn a_spent_budget_says_when_to_come_again() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let ids: Vec<_> = (0..3).map(|_| cell.patient()).collect();
    let reader = salus.client("praxis", "fhir-reader", 2);
    for id in &ids[..2] {
        assert_eq!(reader.get(&format!("Patient/{id}")).status, 200);
    }
    let spent = reader.get(&format!("Patient/{}", ids[2]));
    assert_eq!((spent.status, spent.issue().as_str()), (429, "throttled"));
    assert!(spent.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(reader.get(&format!("Patient/{}", ids[0])).status, 200, "a patient counts once");
}

#[test]
fn a_quarantined_cell_gives_nothing_out_takes_what_is_brought_and_its_neighbour_does_everything() {
    let salus = Salus::start();
    let (cell, other) = (salus.cell("praxis"), salus.cell("andere"));
    let (id, other_id) = (cell.patient(), other.patient());
    salus.admin().ask(AdminAsk::Quarantine { cell: "praxis".into(), on: true }).unwrap();
    let refused = cell.get(&format!("Patient/{id}"));
    assert_eq!((refused.status, refused.issue().as_str()), (503, "transient"));
    assert!(refused.header("retry-after").is_some());
    assert_eq!(refused.without_date(), cell.get("Patient/nobody").without_date(), "as what is missing");
    assert_eq!(cell.get("Patient?name=x").status, 503);
    let patient = format!(r#"{{"resourceType":"Patient","id":"{id}","gender":"other"}}"#);
    assert_eq!(cell.send("PUT", &format!("Patient/{id}"), &[], patient.as_bytes()).status, 503);
    assert_eq!(cell.send("DELETE", &format!("Patient/{id}"), &[], b"").status, 503);
    // A laboratory loses nothing, and is told what is wrong with what it brings.
    let brought = cell.post("Observation", &observation(&id));
    assert_eq!(brought.status, 201, "{}", brought.text());
    let brought = brought.header("location").unwrap().to_owned();
    assert_eq!(cell.post("Patient", r#"{"resourceType":"Patient","nam":[]}"#).status, 422);
    assert_eq!(other.get(&format!("Patient/{other_id}")).status, 200);
    salus.admin().ask(AdminAsk::Quarantine { cell: "praxis".into(), on: false }).unwrap();
    assert_eq!(cell.get(&format!("Patient/{id}")).status, 200);
    let path = brought.split("/fhir/").nth(1).unwrap().split("/_history").next().unwrap().to_owned();
    assert_eq!(cell.get(&path).status, 200);
    let found = cell.get(&format!("Observation?patient={id}"));
    assert_eq!(found.json()["total"], 1, "{}", found.text());
}

#[test]
fn invalid_content_is_refused_with_place_and_reason() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    for (kind, body, status, expression) in [
        ("Patient", "{", 400, ""),
        ("Patient", "[]", 422, ""),
        ("Patient", r#"{"resourceType":"Patient","nam":[]}"#, 422, "Patient"),
        ("Patient", r#"{"resourceType":"Patient","birthDate":"30.3.1970"}"#, 422, "Patient.birthDate"),
        ("Patient", r#"{"resourceType":"Observation"}"#, 422, ""),
        ("Observation", &observation("nobody"), 422, "Observation.subject"),
    ] {
        let reply = cell.post(kind, body);
        assert_eq!(reply.status, status, "{body}: {}", reply.text());
        assert!(!reply.issue().is_empty());
        assert!(reply.expressions()[0].starts_with(expression), "{:?}", reply.expressions());
        assert!(!reply.text().contains("30.3.1970"), "no values in messages");
    }
    let differs = cell.put("Patient/a", r#"{"resourceType":"Patient","id":"b"}"#);
    assert_eq!((differs.status, differs.expressions()), (400, vec!["Patient.id".to_owned()]));
    assert_eq!(cell.put("Patient/a", r#"{"resourceType":"Patient"}"#).status, 400);
    assert_eq!(cell.put("Patient/a%20b", r#"{"resourceType":"Patient","id":"a"}"#).status, 400);
    assert_eq!(cell.put(&format!("Patient/{}", "x".repeat(65)), r#"{"resourceType":"Patient"}"#).status, 400);
    assert_eq!(cell.get("Patient/a%20b").status, 404);
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn addresses_methods_and_types_that_are_not_offered() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let unknown = cell.get("Pateint/1");
    assert_eq!((unknown.status, unknown.issue().as_str()), (404, "not-found"));
    assert!(unknown.text().contains("Patient"));
    for (method, rest, allow) in [
        ("POST", "Patient/1", "GET, HEAD, PUT, PATCH, DELETE"),
        ("PATCH", "Patient/1/_history", "GET, HEAD"),
        ("OPTIONS", "Patient", "POST, GET, HEAD, PUT, PATCH, DELETE"),
        ("PUT", "", "POST, GET, HEAD"),
        ("PUT", "_search", "POST, GET, HEAD"),
        ("PUT", "metadata", "GET, HEAD"),
        ("DELETE", "Patient/1/_history", "GET, HEAD"),
    ] {
        let reply = cell.send(method, rest, &[], b"");
        assert_eq!((reply.status, reply.header("allow")), (405, Some(allow)), "{method} {rest}");
        assert_eq!(reply.issue(), "not-supported");
    }
    for rest in [
        "Patient/$everything",
        "$exports",
        "Patient/1/Pateint",
        "Organization/1/Patient",
        "Patient/1/2/3/4/5",
    ] {
        assert_eq!(cell.get(rest).status, 404, "{rest}");
    }
    assert_eq!(cell.get("Patient/%zz").status, 400);
    let nowhere =
        cell.http().send("GET", "/nocell/fhir/Patient/1", &[("Authorization", &cell.bearer())], b"");
    assert_eq!((nowhere.status, nowhere.issue().as_str()), (404, "not-found"));
    let media = cell.send("POST", "Patient", &[("Content-Type", "application/x-www-form-urlencoded")], b"{}");
    assert_eq!((media.status, media.issue().as_str()), (415, "not-supported"));
    let charset =
        cell.send("POST", "Patient", &[("Content-Type", "application/fhir+json; charset=latin1")], b"{}");
    assert_eq!(charset.status, 415);
    let purpose = cell.send("GET", "Patient/1", &[("Salus-Purpose", "CURIOSITY")], b"");
    assert_eq!((purpose.status, purpose.issue().as_str()), (400, "code-invalid"));
}

#[test]
fn a_purpose_is_logged() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let reply = cell.send("GET", &format!("Patient/{id}"), &[("Salus-Purpose", "ETREAT")], b"");
    let entry: u64 = reply.header("salus-log-entry").unwrap().parse().unwrap();
    let log = salus.log("praxis");
    let fleeting = log.iter().find(|logged| logged.number == entry).unwrap().fleeting.as_ref().unwrap();
    assert_eq!(fleeting.purpose, salus_trust_api::Purpose::Emergency);
    assert_eq!(fleeting.address[..12], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
    assert_eq!(fleeting.address[12..], [127, 0, 0, 1]);
}

#[test]
fn bodies_are_bounded() {
    let salus = Salus::with_limits(WebLimits { max_body_bytes: 10_000, ..WebLimits::default() });
    let cell = salus.cell("praxis");
    let body = format!(r#"{{"resourceType":"Patient","name":[{{"family":"{}"}}]}}"#, "x".repeat(20_000));
    let large = cell.post("Patient", &body);
    assert_eq!((large.status, large.issue().as_str()), (413, "too-long"));
    let mut http = cell.http();
    let head = format!(
        "POST /praxis/fhir/Patient HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\nContent-Type: application/fhir+json\r\nTransfer-Encoding: chunked\r\n\r\n",
        cell.bearer()
    );
    http.write(head.as_bytes());
    http.write(format!("{:x}\r\n{}\r\n", 20_000, "x".repeat(20_000)).as_bytes());
    assert_eq!(http.reply(false).status, 413);
    assert_eq!(cell.post("Patient", r#"{"resourceType":"Patient"}"#).status, 201);
}

//! The pages of a practice over HTTP: who gets them, with which headers, and what stands in them.

use crate::support::{Cell, Http, Reply, Salus};
use salus_seal::Part;
use serde_json::json;
use std::collections::BTreeSet;

const FORM: &str = "application/x-www-form-urlencoded";
const HOSTILE: &str = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>";

fn cookie(cell: &Cell) -> String {
    format!("__Host-salus.{}={}", cell.name, *cell.session.token.to_text())
}

fn page(cell: &Cell, rest: &str, headers: &[(&str, &str)]) -> Reply {
    let cookie = cookie(cell);
    let mut all = vec![("Cookie", cookie.as_str())];
    all.extend_from_slice(headers);
    cell.http().send("GET", &format!("/{}{rest}", cell.name), &all, b"")
}

fn post(cell: &Cell, rest: &str, form: &str, headers: &[(&str, &str)]) -> Reply {
    let cookie = cookie(cell);
    let mut all =
        vec![("Cookie", cookie.as_str()), ("Content-Type", FORM), ("Sec-Fetch-Site", "same-origin")];
    all.retain(|(name, _)| !headers.iter().any(|(other, _)| other == name));
    all.extend_from_slice(headers);
    cell.http().send("POST", &format!("/{}{rest}", cell.name), &all, form.as_bytes())
}

fn person(cell: &Cell, family: &str, given: &str, birth: &str) -> String {
    let patient = json!({"resourceType": "Patient", "birthDate": birth,
        "name": [{"use": "official", "family": family, "given": [given]}],
        "identifier": [{"system": "http://fhir.de/sid/gkv/kvid-10", "value": "A123456780"}]});
    cell.create("Patient", &patient.to_string())
}

fn appointment(cell: &Cell, patient: &str, physician: &str) -> String {
    let appointment = json!({"resourceType": "Appointment", "status": "booked",
        "start": "2026-11-27T09:15:00+01:00", "end": "2026-11-27T09:30:00+01:00",
        "description": "secret reason", "participant": [
            {"actor": {"reference": format!("Practitioner/{physician}")}, "status": "accepted"},
            {"actor": {"reference": format!("Patient/{patient}")}, "status": "accepted"}]});
    cell.create("Appointment", &appointment.to_string())
}

fn physician(cell: &Cell, family: &str) -> String {
    let body = json!({"resourceType": "Practitioner", "name": [{"family": family, "prefix": ["Dr."]}]});
    cell.create("Practitioner", &body.to_string())
}

const DAY: &str = "/today?day=2026-11-27";

#[test]
fn no_page_comes_without_a_session() {
    let salus = Salus::start();
    let (cell, other) = (salus.cell("praxis"), salus.cell("andere"));
    for path in ["/today", "/find?q=m%C3%BC", "/inbox", "/tasks", "/open?id=1"] {
        let reply = Http::new(salus.address()).send("GET", &format!("/praxis{path}"), &[], b"");
        assert_eq!((reply.status, reply.body.len()), (303, 0), "{path}");
        assert!(reply.header("location").unwrap().starts_with("/praxis/sign-in?to=/praxis/"), "{path}");
        // Another cell's token, and one that is none.
        for token in [other.session.token.to_text().to_string(), "x".into()] {
            let cookie = format!("__Host-salus.praxis={token}");
            let path = format!("/praxis{path}");
            let reply = Http::new(salus.address()).send("GET", &path, &[("Cookie", &cookie)], b"");
            assert_eq!((reply.status, reply.body.len()), (303, 0));
        }
    }
    let part = Http::new(salus.address()).send("GET", "/praxis/find?q=mu", &[("HX-Request", "true")], b"");
    assert!(part.header("hx-redirect").unwrap().starts_with("/praxis/sign-in?to="));
    assert_eq!(page(&cell, "/today", &[]).status, 200);
    assert_eq!(page(&cell, "/nothing", &[]).status, 404);
}

#[test]
fn pages_keep_to_themselves_and_speak_the_readers_language() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    for (accept, chosen, expected, word) in [
        ("de-DE,de;q=0.9", "", "de", "Aufgaben"),
        ("fr", "", "fr", "Tâches"),
        ("it", "", "en", "Tasks"),
        ("fr", "; salus-language=de", "de", "Aufgaben"),
    ] {
        let cookie = format!("{}{chosen}", cookie(&cell));
        let headers = [("Cookie", cookie.as_str()), ("Accept-Language", accept)];
        let reply = cell.http().send("GET", "/praxis/today", &headers, b"");
        assert_eq!((reply.status, reply.header("content-language")), (200, Some(expected)));
        let text = reply.text();
        assert!(text.contains(&format!("<html lang=\"{expected}\">")) && text.contains(word), "{text}");
        let policy = reply.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains(concat!("un", "safe-")),
            "{policy}"
        );
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{name}");
        }
        assert!(!text.contains(" style=") && !text.contains("<style") && !text.contains(" onclick"));
        // What it loads is ours, and is kept for ever.
        for rest in text.split("/assets/").skip(1) {
            let file = rest.split('"').next().unwrap();
            let asset = cell.http().send("GET", &format!("/assets/{file}"), &[], b"");
            assert_eq!(asset.status, 200, "{file}");
            assert!(asset.header("cache-control").unwrap().contains("immutable"), "{file}");
        }
        assert!(!text.contains("src=\"http") && !text.contains("href=\"http"), "{text}");
    }
}

#[test]
fn a_page_and_what_it_loads_are_small() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let doctor = physician(&cell, "Roth");
    for at in 0..40 {
        let patient = person(&cell, &format!("Family{at}"), "Given", "1970-02-01");
        appointment(&cell, &patient, &doctor);
    }
    let reply = page(&cell, DAY, &[("Accept-Encoding", "br")]);
    let mut bytes = reply.body.len();
    let text = page(&cell, DAY, &[]).text();
    assert_eq!(text.matches("class=\"line slot\"").count(), 40);
    let files: BTreeSet<&str> =
        text.split("/assets/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(files.len(), 4);
    for file in files {
        let headers = [("Accept-Encoding", "br")];
        bytes += cell.http().send("GET", &format!("/assets/{file}"), &headers, b"").body.len();
    }
    assert!(bytes <= 60_000, "{bytes} bytes");
}

#[test]
fn forms_are_taken_from_our_own_pages_only() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let look = |site: &str| post(&cell, "/look", "theme=dark&to=/praxis/tasks", &[("Sec-Fetch-Site", site)]);
    let taken = look("same-origin");
    assert_eq!((taken.status, taken.header("location")), (303, Some("/praxis/tasks")));
    assert!(taken.header("set-cookie").unwrap().starts_with("salus-theme=dark;"));
    for site in ["cross-site", "same-site", "none"] {
        let refused = look(site);
        assert_eq!((refused.status, refused.header("set-cookie")), (403, None), "{site}");
    }
    // Back to nowhere but here.
    let away = post(&cell, "/look", "theme=dark&to=//evil.example/praxis", &[]);
    assert_eq!(away.header("location"), Some("/praxis"));
    let large = post(&cell, "/look", &"x".repeat(300 * 1024), &[]);
    assert_eq!(large.status, 400);
    assert_eq!(page(&cell, "/look", &[]).header("allow"), Some("POST"));
}

#[test]
fn a_name_that_would_be_a_script_is_text_everywhere() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = person(&cell, HOSTILE, HOSTILE, "1970-02-01");
    let doctor = physician(&cell, HOSTILE);
    appointment(&cell, &id, &doctor);
    let report = json!({"resourceType": "DiagnosticReport", "status": "final", "code": {"text": HOSTILE},
        "subject": {"reference": format!("Patient/{id}")}, "issued": now()});
    cell.create("DiagnosticReport", &report.to_string());
    let task = json!({"resourceType": "Task", "status": "requested", "intent": "order", "description": HOSTILE,
        "for": {"reference": format!("Patient/{id}")}, "owner": {"reference": format!("Practitioner/{doctor}")}});
    cell.create("Task", &task.to_string());
    let open = format!("/open?id={id}");
    let query = "/find?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%3E%3Cimg";
    for path in [DAY, "/find?q=01021970", query, "/inbox", "/tasks", &open, "/today?day=%3Cscript%3E"] {
        for headers in [&[][..], &[("HX-Request", "true")][..]] {
            let reply = page(&cell, path, headers);
            let text = reply.text();
            assert!(reply.status == 200 || path.contains("day=%3C"), "{path}: {}", reply.status);
            assert!(!text.contains("<script>alert") && !text.contains("<img src=x"), "{path}: {text}");
            let shows = path.contains("day=%3C") || text.contains("&#60;script&#62;alert");
            assert!(shows || path == query, "{path}: {text}");
        }
    }
}

fn now() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    salus_fhir::instant::instant(since.as_millis() as u64)
}

/// The lines that were found, by name.
fn found(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let text = reply.text();
    text.split("<bdi>").skip(1).map(|rest| rest.split("</bdi>").next().unwrap().to_owned()).collect()
}

#[test]
fn somebody_is_found_by_parts_of_the_name_and_by_birth_date() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    person(&cell, "Müller", "Anna", "1970-02-01");
    person(&cell, "Müller", "Bernd", "1980-03-04");
    person(&cell, "Mann", "Ute", "1970-02-01");
    let part = |q: &str| found(&page(&cell, &format!("/find?q={q}"), &[("HX-Request", "true")]));
    assert_eq!(part("m%C3%BC+an"), ["Müller, Anna"]);
    assert_eq!(part("AN+MULL"), ["Müller, Anna"]);
    assert_eq!(part("mu"), ["Müller, Anna", "Müller, Bernd"]);
    assert_eq!(part("1.2.1970"), ["Mann, Ute", "Müller, Anna"]);
    assert_eq!(part("010270+m%C3%BC"), ["Müller, Anna"]);
    assert_eq!(part("m"), Vec::<String>::new());
    assert_eq!(part("m%2C%7C%24"), Vec::<String>::new());
    let whole = page(&cell, "/find?q=m%C3%BC+an", &[]);
    assert!(whole.text().contains("<html") && found(&whole).contains(&"Müller, Anna".to_owned()));
    // A number that is no part of a line finds who has it, when it is whole.
    assert_eq!(part("A123456780").len(), 3);
    assert_eq!(part("A12345678"), Vec::<String>::new());
}

#[test]
fn each_word_counts_and_finds_any_part_of_a_name_or_a_number_however_it_is_written() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    person(&cell, "Leutheusser-Schnarrenberger", "Anna Maria", "1951-07-26");
    person(&cell, "von der Heide", "Hans-Peter", "1950-01-01");
    person(&cell, "Müller", "Laura", "1960-01-01");
    person(&cell, "Müller", "Dirk", "1961-01-01");
    let reached = json!({"resourceType": "Patient", "name": [{"family": "Roth"}],
        "telecom": [{"system": "phone", "value": "0761 123 456"}, {"system": "phone", "value": "+33 6 12 34 56 78"}]});
    cell.create("Patient", &reached.to_string());
    let part = |q: &str| found(&page(&cell, &format!("/find?q={q}"), &[("HX-Request", "true")]));
    let (first, second) = ("Leutheusser-Schnarrenberger, Anna Maria", "von der Heide, Hans-Peter");
    for (q, names) in [
        ("schnarr", &[first][..]),
        ("maria+leu", &[first]),
        ("der+heide", &[second]),
        ("heide+von", &[second]),
        ("peter+h", &[second]),
        ("la+m%C3%BC", &["Müller, Laura"]),
        ("di+m%C3%BC", &["Müller, Dirk"]),
        ("van+m%C3%BC", &[]),
        ("0761123456", &["Roth"]),
        ("%2B49+(0)761%2F12+34+56", &["Roth"]),
        ("0612345678", &["Roth"]),
        ("0761123457", &[]),
    ] {
        assert_eq!(part(q), names, "{q}");
    }
    // With its whole text nothing but the whole name is asked for.
    let exact = |query: &str| cell.get(&format!("Patient?{query}&_summary=count")).json()["total"].clone();
    assert_eq!((exact("family:exact=Schnarrenberger"), exact("given:exact=Maria")), (json!(0), json!(0)));
    assert_eq!(exact("family:exact=Leutheusser-Schnarrenberger"), json!(1));
}

#[test]
fn typing_costs_glimpses_and_every_line_is_in_the_log() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    for at in 0..5 {
        person(&cell, "Müller", &format!("Anna{at}"), "1970-02-01");
    }
    let desk = salus.client("praxis", "fhir-client", 100);
    let reply = page(&desk, "/find?q=m%C3%BC+an", &[("HX-Request", "true")]);
    assert_eq!(found(&reply).len(), 5);
    let named: Vec<u64> =
        reply.header("salus-log-entry").unwrap().split(", ").map(|n| n.parse().unwrap()).collect();
    let log = salus.log("praxis");
    let mut patients = BTreeSet::new();
    for number in &named {
        let entry = log.iter().find(|entry| entry.number == *number).unwrap();
        let fleeting = entry.fleeting.as_ref().unwrap();
        assert_eq!(fleeting.session, desk.session.session);
        patients.extend(fleeting.patients.iter().copied());
    }
    assert_eq!(patients.len(), 5, "whoever stands on the page stands in its entries");
    let charts = log.iter().filter_map(|entry| entry.fleeting.as_ref());
    let charts = charts.filter(|fleeting| fleeting.session == desk.session.session);
    assert_eq!(charts.filter(|fleeting| fleeting.part != Part::Line && fleeting.charged > 0).count(), 0);
}

#[test]
fn an_appointments_state_changes_with_a_key_and_back() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let patient = person(&cell, "Müller", "Anna", "1970-02-01");
    let doctor = physician(&cell, "Roth");
    let id = appointment(&cell, &patient, &doctor);
    let day = page(&cell, DAY, &[]);
    let text = day.text();
    assert!(text.contains("Müller, Anna") && text.contains("09:15") && text.contains("Dr. Roth"), "{text}");
    assert!(!text.contains("secret reason"), "a line says when and who, and not why");
    let status = || cell.get(&format!("Appointment/{id}")).json()["status"].as_str().unwrap().to_owned();
    let change = |form: &str| post(&cell, &format!("/today/{id}"), form, &[("HX-Request", "true")]);
    let done = change("was=booked&status=arrived&day=2026-11-27&by=all");
    let back = format!("/praxis/today?day=2026-11-27&by=all&did={id}&was=booked");
    assert_eq!((done.status, done.header("location")), (303, Some(back.as_str())));
    assert_eq!(status(), "arrived");
    let shown = page(&cell, back.strip_prefix("/praxis").unwrap(), &[("HX-Request", "true")]).text();
    assert!(!shown.contains("<html") && shown.contains("data-key=\"u\""), "{shown}");
    // Somebody else was faster.
    assert_eq!(change("was=booked&status=fulfilled").status, 409);
    assert_eq!(status(), "arrived");
    assert_eq!(change("was=arrived&status=booked&undo=1").status, 303);
    assert_eq!(status(), "booked");
    assert_eq!(change("was=booked&status=entered-in-error").status, 400);
}

#[test]
fn what_is_missing_looks_like_what_may_not_be_done() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let patient = person(&cell, "Müller", "Anna", "1970-02-01");
    let id = appointment(&cell, &patient, &physician(&cell, "Roth"));
    let reader = salus.client("praxis", "fhir-reader", 100);
    let ask = |id: &str| {
        let reply = post(&reader, &format!("/today/{id}"), "was=booked&status=arrived", &[]);
        (reply.status, reply.text().replace(id, "ID"))
    };
    let (refused, missing) = (ask(&id), ask("6f1c0000-0000-4000-8000-000000000000"));
    assert_eq!(refused, missing);
    assert_eq!(refused.0, 404);
}

#[test]
fn who_goes_astray_is_told_so_with_a_page() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let html = [("Accept", "text/html,*/*;q=0.8"), ("Accept-Language", "fr")];
    for path in ["/praxis/nothing", "/nobody/at/all", "/nobody"] {
        let reply = cell.http().send("GET", path, &html, b"");
        assert_eq!((reply.status, reply.header("content-language")), (404, Some("fr")), "{path}");
        assert!(reply.text().contains("<h1>"), "{path}");
    }
    for path in ["/praxis", "/praxis/"] {
        let reply = cell.http().send("GET", path, &html, b"");
        assert_eq!((reply.status, reply.header("location")), (303, Some("/praxis/today")), "{path}");
        let of_a_program = cell.http().send("GET", path, &[("Accept", "*/*")], b"");
        assert_eq!((of_a_program.status, of_a_program.header("location")), (303, Some("/praxis/today")));
        assert_eq!(cell.http().send("POST", path, &[], b"").issue(), "not-found", "{path}");
    }
    let nobody = cell.http().send("GET", "/nobody", &[("Accept", "*/*")], b"");
    assert_eq!((nobody.status, nobody.issue().as_str()), (404, "not-found"));
    // Programs are answered as before.
    assert_eq!(cell.http().send("GET", "/praxis/nothing", &[], b"").issue(), "not-found");
}

#[test]
fn a_spent_budget_and_a_cell_cut_off_are_pages_that_help() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    for at in 0..3 {
        person(&cell, "Müller", &format!("Anna{at}"), "1970-02-01");
    }
    let poor = salus.client("praxis", "fhir-client", 1);
    let reply = page(&poor, "/find?q=m%C3%BC", &[("Accept-Language", "de")]);
    assert_eq!(reply.status, 429);
    assert!(reply.header("retry-after").is_some() && reply.text().contains("Verwaltung Ihrer Praxis"));
    assert!(!reply.text().contains("Müller, Anna0"));
    salus
        .admin()
        .ask(salus_trust_api::wire::AdminAsk::Quarantine { cell: "praxis".into(), on: true })
        .unwrap();
    let begun = std::time::Instant::now();
    while !page(&cell, "/find?q=m%C3%BC", &[("Accept-Language", "de")]).text().contains("abgetrennt") {
        assert!(begun.elapsed().as_secs() < 20);
        // Whoever names a cell that is not known has the keyholder asked at once.
        cell.http().send("GET", "/nobody/today", &[], b"");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

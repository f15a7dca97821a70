//! Lists: what their lines show, and that they cost glimpses and no chart.

use crate::support::{Cell, Salus};
use salus_seal::Part;
use serde_json::{Value, json};
use std::time::Instant;

/// Why somebody comes, which no line may say.
const WHY: &str = "Verdachtsdiagnose";

fn patient(cell: &Cell, number: usize) -> String {
    let text = json!({
        "resourceType": "Patient", "gender": "female", "birthDate": "1970-01-01",
        "name": [{"family": format!("Name{number}")}],
    });
    cell.create("Patient", &text.to_string())
}

fn appointment(cell: &Cell, patient: &str, minute: usize) -> String {
    let text = json!({
        "resourceType": "Appointment", "status": if minute.is_multiple_of(2) { "booked" } else { "arrived" },
        "reasonCode": [{"text": WHY}], "description": WHY, "comment": WHY, "serviceType": [{"text": WHY}],
        "start": format!("2026-11-28T{:02}:{:02}:00Z", 8 + minute / 60, minute % 60),
        "end": format!("2026-11-28T{:02}:{:02}:30Z", 8 + minute / 60, minute % 60),
        "minutesDuration": 15,
        "participant": [
            {"actor": {"reference": format!("Patient/{patient}"), "display": WHY}, "status": "accepted"},
            {"type": [{"text": WHY}], "status": "tentative"},
        ],
    });
    cell.create("Appointment", &text.to_string())
}

/// Distinct patients reached by this session in glimpses and in charts.
fn reached(salus: &Salus, cell: &Cell) -> (usize, usize) {
    let mine = |part: Part| {
        let log = salus.log("praxis").into_iter().filter_map(|entry| entry.fleeting);
        let mine = log.filter(|fleeting| fleeting.session == cell.session.session);
        let mine = mine.filter(|fleeting| (fleeting.part == Part::Line) == (part == Part::Line));
        let reached: std::collections::BTreeSet<_> =
            mine.flat_map(|fleeting| fleeting.patients[..fleeting.charged as usize].to_vec()).collect();
        reached.len()
    };
    (mine(Part::Line), mine(Part::Body))
}

fn resources(page: &Value) -> Vec<&Value> {
    let entries = page["entry"].as_array().map(Vec::as_slice).unwrap_or_default();
    entries
        .iter()
        .filter(|entry| entry["search"]["mode"] == "match")
        .map(|entry| &entry["resource"])
        .collect()
}

#[test]
fn a_day_of_sixty_appointments_costs_sixty_glimpses_and_no_chart() {
    const PATIENTS: usize = 60;
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let ids: Vec<String> = (0..PATIENTS).map(|number| patient(&cell, number)).collect();
    for (minute, id) in ids.iter().enumerate() {
        appointment(&cell, id, minute);
    }
    let desk = salus.client("praxis", "fhir-reader", 60);
    let day = desk.get(
        "Appointment?date=2026-11-28&_sort=date&_count=200&_elements=start,end,status,minutesDuration,participant",
    );
    assert_eq!(day.status, 200, "{}", day.text());
    assert!(!day.text().contains(WHY), "a line says nothing of why");
    let page = day.json();
    let lines = resources(&page);
    assert_eq!(lines.len(), PATIENTS);
    for (minute, line) in lines.iter().enumerate() {
        assert_eq!(line["participant"][0]["actor"]["reference"], format!("Patient/{}", ids[minute]));
        assert_eq!(line["participant"][0]["status"], "accepted");
        assert_eq!(line["participant"][1], json!({"status": "tentative"}));
        assert_eq!(
            (&line["minutesDuration"], &line["meta"]["tag"][0]["code"]),
            (&json!(15), &json!("SUBSETTED"))
        );
        assert!(line["start"].is_string() && line["end"].is_string() && line["status"].is_string());
    }
    assert_eq!(reached(&salus, &desk), (PATIENTS, 0));

    // Their names, all at once; whoever was glimpsed costs nothing again.
    let began = Instant::now();
    let names = desk.get(&format!("Patient?_id={}&_count=200&_elements=name,birthDate", ids.join(",")));
    println!("{PATIENTS} names by their ids: {:?}", began.elapsed());
    let page = names.json();
    let lines = resources(&page);
    assert_eq!(lines.len(), PATIENTS, "{}", names.text());
    assert!(lines.iter().all(|line| line["name"].is_array() && line.get("gender").is_none()));
    assert_eq!(reached(&salus, &desk), (PATIENTS, 0));
    assert_eq!(patient(&cell, PATIENTS).len(), 36);
    assert_eq!(desk.get("Patient?name=Name60&_elements=name").status, 429, "the 61st glimpse");
}

#[test]
fn who_looks_for_more_of_an_appointment_than_its_line_opens_charts() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = patient(&cell, 1);
    let appointment = appointment(&cell, &id, 1);
    let elements = "_elements=start,participant";
    for query in [
        format!("date=gt2026-01-01&actor=Patient/{id}&status=arrived&part-status=accepted&{elements}"),
        format!("patient={id}&_sort=-date&{elements}"),
        format!("_id={appointment}&_lastUpdated=gt2020-01-01&{elements}"),
        format!("patient={id}&_summary=count"),
    ] {
        let desk = salus.client("praxis", "fhir-client", 10);
        let reply = desk.get(&format!("Appointment?{query}"));
        assert_eq!((reply.status, &reply.json()["total"]), (200, &json!(1)), "{query}");
        assert_eq!(reached(&salus, &desk), (1, 0), "{query}");
    }
    for query in [
        format!("patient={id}"),
        format!("patient={id}&_elements=start,reasonCode"),
        format!("patient={id}&_summary=true"),
        format!("patient={id}&_include=Appointment:patient&{elements}"),
        format!("reason-code:text={WHY}&{elements}"),
        format!("reason-code:text={WHY}&_summary=count"),
        format!("_content={WHY}&{elements}"),
        format!("patient.gender=female&{elements}"),
        format!("patient:identifier=x&patient={id}&{elements}"),
        format!("_sort=appointment-type&{elements}"),
    ] {
        let desk = salus.client("praxis", "fhir-client", 10);
        let reply = desk.get(&format!("Appointment?{query}"));
        assert_eq!(reply.status, 200, "{query}: {}", reply.text());
        assert_eq!(reached(&salus, &desk).1, 1, "{query}");
    }
}

#[test]
fn a_line_follows_its_record() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = appointment(&cell, &patient(&cell, 1), 0);
    let mut text = cell.get(&format!("Appointment/{id}")).json();
    text["status"] = json!("cancelled");
    assert_eq!(cell.put(&format!("Appointment/{id}"), &text.to_string()).status, 200);
    let page = cell.get("Appointment?status=cancelled&_elements=status").json();
    let lines = resources(&page);
    assert_eq!((lines.len(), &lines[0]["status"]), (1, &json!("cancelled")));
    assert!(lines[0].get("start").is_none(), "no more than was asked for");
    let page = cell.get("Appointment?status=booked&_elements=status").json();
    assert!(resources(&page).is_empty());
}

#[test]
fn the_day_and_its_lists_cost_a_chart_for_what_they_show_and_glimpses_for_the_rest() {
    const PATIENTS: usize = 30;
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let now = salus_fhir::instant::instant(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() as u64);
    for number in 0..PATIENTS {
        let subject = json!({"reference": format!("Patient/{}", patient(&cell, number))});
        let task = json!({"resourceType": "Task", "status": "requested", "intent": "order", "for": subject,
            "description": format!("todo{number:02}."), "restriction": {"period": {"end": format!("2026-01-{:02}", number + 1)}}});
        cell.create("Task", &task.to_string());
        let report = json!({"resourceType": "DiagnosticReport", "status": "final", "code": {"text": WHY}, "subject": subject, "issued": now});
        cell.create("DiagnosticReport", &report.to_string());
    }
    let get = |desk: &Cell, path: &str| {
        let cookie = format!("__Host-salus.praxis={}", *desk.session.token.to_text());
        let reply = desk.http().send(
            "GET",
            &format!("/praxis{path}"),
            &[("Cookie", &cookie), ("Accept-Language", "de")],
            b"",
        );
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.text()
    };
    let shown = |text: &str| {
        (0..PATIENTS).filter(|number| text.contains(&format!("todo{number:02}."))).collect::<Vec<_>>()
    };

    let desk = salus.client("praxis", "fhir-client", 60);
    let today = get(&desk, "/today");
    assert_eq!(
        (shown(&today), today.matches(WHY).count()),
        ((0..8).collect(), 8),
        "the earliest that are due"
    );
    assert!(today.contains("Weitere Aufgaben"));
    let (glimpses, charts) = reached(&salus, &desk);
    assert!(glimpses == PATIENTS && charts <= 16, "{glimpses} glimpses, {charts} charts");
    let tasks = get(&desk, "/tasks");
    assert_eq!(shown(&tasks), (0..20).collect::<Vec<_>>());
    assert!(
        tasks.contains("/praxis/tasks?whose=all&#38;from=20")
            || tasks.contains("/praxis/tasks?whose=all&amp;from=20"),
        "{tasks}"
    );
    assert_eq!(shown(&get(&desk, "/tasks?from=20")), (20..PATIENTS).collect::<Vec<_>>());
    let inbox = get(&desk, "/inbox");
    assert_eq!((inbox.matches(WHY).count(), inbox.matches("data-row").count()), (20, PATIENTS));
    assert_eq!(reached(&salus, &desk).0, PATIENTS);

    // Without room for their charts the lists still say for whom, and by when.
    let poor = salus.client("praxis", "fhir-client", PATIENTS as u32);
    for number in 0..PATIENTS - 5 {
        let other = patient(&cell, PATIENTS + number);
        assert_eq!(poor.get(&format!("Patient/{other}")).status, 200);
    }
    let page = get(&poor, "/tasks");
    assert_eq!((shown(&page), page.matches("id=\"task-").count()), (Vec::new(), 20), "{page}");
}

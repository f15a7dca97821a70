//! Who opens a record without a treating relationship: what is asked, what is kept of it, and who sees it.

use crate::admin_people::signed_in;
use crate::support::{Http, Reply, Salus};
use salus_seal::entry::Event;
use salus_seal::entry::relation::RelationEvent;
use salus_trust_api::wire::AdminAsk;
use salus_trust_api::wire::people::{DoorAnswer, DoorAsk};
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";

fn send(salus: &Salus, cookie: &str, method: &str, path: &str, form: &str) -> Reply {
    let headers = [
        ("Cookie", cookie),
        ("Content-Type", FORM),
        ("Sec-Fetch-Site", "same-origin"),
        ("Accept-Language", "en"),
    ];
    Http::new(salus.address()).send(method, path, &headers, form.as_bytes())
}

#[test]
fn a_reason_opens_the_record_and_stands_out_where_it_is_seen() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let patient = json!({"resourceType": "Patient", "name": [{"family": "Unbekannt"}]});
    let id = cell.create("Patient", &patient.to_string());
    let home = (cell.name.as_str(), crate::admin::id_of(&salus, "praxis"));
    let (_, doctor) = signed_in(&salus, home, "physician", "Dr. Roth");
    let (chart, reason) = (format!("/praxis/patient/{id}"), format!("/praxis/patient/{id}/reason"));
    // Nobody is asked about a patient who was just taken in.
    let page = send(&salus, &doctor, "GET", &chart, "");
    assert!(page.status == 200 && page.text().contains("Unbekannt"), "{}", page.text());
    // The question says nothing of the patient, whether there is one or not.
    let question = send(&salus, &doctor, "GET", &reason, "");
    let nobody = "/praxis/patient/6f1c0000-0000-4000-8000-000000000000/reason";
    let other = send(&salus, &doctor, "GET", nobody, "");
    assert_eq!((question.status, other.status), (200, 200));
    let plain = other.text().replace("6f1c0000-0000-4000-8000-000000000000", &id);
    assert!(!question.text().contains("Unbekannt"));
    assert_eq!(question.text(), plain);
    assert!(question.text().contains("data-key=\"1\"") && question.text().contains("autofocus"));
    // Nothing is no reason, and another one says itself.
    for wrong in ["", "reason=nonsense", "reason=other&text=+", &format!("text={}", "x".repeat(201))] {
        let again = send(&salus, &doctor, "POST", &reason, wrong);
        assert!(again.status == 200 && again.text().contains("role=\"alert\""), "{wrong}");
    }
    let said = send(&salus, &doctor, "POST", &reason, &format!("reason=telephone&to={chart}/labs"));
    assert_eq!((said.status, said.header("location")), (303, Some(format!("{chart}/labs").as_str())));
    let away = send(&salus, &doctor, "POST", &reason, "text=Mrs+Smith+asked&to=//evil.example/");
    assert_eq!(away.header("location"), Some(chart.as_str()));
    assert_eq!(send(&salus, &doctor, "POST", nobody, "reason=letter").status, 404);
    let seen = send(&salus, &doctor, "GET", &format!("{chart}/access"), "").text();
    assert!(seen.contains("without appointment: Mrs Smith asked"), "{seen}");
    let stated = |event: &Event| matches!(event, Event::Related(RelationEvent::Stated { .. }));
    assert_eq!(salus.log("praxis").iter().filter(|entry| stated(&entry.lasting.event)).count(), 2);
    // Administrators read the reason's word, and nothing that was written beside it.
    let (_, office) = signed_in(&salus, home, "practice-administrator", "Frau Amt");
    let log = send(&salus, &office, "GET", "/praxis/admin/log", "").text();
    assert!(log.contains("without appointment: telephone call") && !log.contains("Mrs Smith"), "{log}");
    // In an emergency everything is read for that purpose.
    send(&salus, &doctor, "POST", &reason, "reason=emergency");
    send(&salus, &doctor, "GET", &chart, "");
    let log = salus.log("praxis");
    let last = log.iter().rev().filter_map(|entry| entry.fleeting.as_ref()).next().unwrap();
    assert_eq!(last.purpose, salus_seal::entry::Purpose::Emergency);
}

#[test]
fn whoever_is_bound_by_nothing_is_asked_before_anything_is_shown() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let patient = json!({"resourceType": "Patient", "name": [{"family": "Unbekannt"}]});
    let [known, unknown] = [0, 1].map(|_| cell.create("Patient", &patient.to_string()));
    let encounter = json!({
        "resourceType": "Appointment", "status": "booked", "start": now(), "end": now(),
        "participant": [{"actor": {"reference": format!("Patient/{known}")}, "status": "accepted"}],
    });
    cell.create("Appointment", &encounter.to_string());
    // Half a day later: what was just taken in is nobody's question.
    salus.admin().ask(AdminAsk::MoveClock { by_ms: 13 * 3_600_000 }).unwrap();
    let home = (cell.name.as_str(), crate::admin::id_of(&salus, "praxis"));
    let (_, doctor) = signed_in(&salus, home, "physician", "Dr. Roth");
    let today = send(&salus, &doctor, "GET", &format!("/praxis/patient/{known}"), "");
    assert!(
        today.status == 200 && today.text().contains("Unbekannt"),
        "who comes today is everybody's patient"
    );
    let chart = format!("/praxis/patient/{unknown}");
    for part in ["", "/labs", "/medication", "/documents", "/access"] {
        let asked = send(&salus, &doctor, "GET", &format!("{chart}{part}"), "");
        let text = asked.text();
        assert!(
            asked.status == 200 && text.contains("name=\"reason\"") && !text.contains("Unbekannt"),
            "{part}: {text}"
        );
    }
    let said =
        send(&salus, &doctor, "POST", &format!("{chart}/reason"), &format!("reason=letter&to={chart}/labs"));
    assert_eq!(said.status, 303);
    let shown = send(&salus, &doctor, "GET", &format!("{chart}/labs"), "");
    assert!(shown.status == 200 && shown.text().contains("Unbekannt"), "{}", shown.text());
    let log = salus.log("praxis");
    assert!(
        log.iter().any(|entry| matches!(entry.lasting.event, Event::Related(RelationEvent::Stated { .. })))
    );
}

fn now() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    salus_records::fhir::instant::instant(since.as_millis() as u64)
}

#[test]
fn a_patient_sees_who_has_looked_and_asks_by_a_code_on_paper() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let create = |family: &str| {
        let patient = json!({"resourceType": "Patient", "name": [{"family": family, "given": ["Anna"]}]});
        cell.create("Patient", &patient.to_string())
    };
    let (id, other) = (create("Muster"), create("Fremd"));
    let home = (cell.name.as_str(), crate::admin::id_of(&salus, "praxis"));
    let (_, doctor) = signed_in(&salus, home, "physician", "Dr. Roth");
    send(&salus, &doctor, "GET", &format!("/praxis/patient/{id}"), "");
    let give = format!("/praxis/patient/{id}/give-access");
    assert!(!send(&salus, &doctor, "GET", &give, "").text().contains("Code:"), "nothing is made by looking");
    let given = send(&salus, &doctor, "POST", &give, "").text();
    let code = given.split("Code: <strong class=\"code\">").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(code.len(), 29, "{code}");
    // It is typed as people type, once.
    for wrong in ["", "code=", "code=00000-00000-00000-00000-00000"] {
        let again = send(&salus, "", "POST", "/praxis/paper", wrong);
        assert!(again.status == 400 && again.text().contains("role=\"alert\""), "{wrong}");
    }
    let typed = format!("code={}", code.to_lowercase().replace('-', "+"));
    let opened = send(&salus, "", "POST", "/praxis/paper", &typed);
    assert_eq!((opened.status, opened.header("location")), (303, Some("/praxis/me")));
    let anna = opened.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(send(&salus, "", "POST", "/praxis/paper", &typed).status, 400, "it is good once");
    let page = send(&salus, &anna, "GET", "/praxis/me", "");
    let text = page.text();
    assert!(page.status == 200 && text.contains("Dr. Roth") && text.contains("Physician"), "{text}");
    assert!(!text.contains("Fremd"), "{text}");
    // Everything else leads there, and nothing of the practice is shown.
    for path in ["/today", "/tasks", "/find?q=fremd", &format!("/patient/{other}"), &format!("/patient/{id}")]
    {
        let reply = send(&salus, &anna, "GET", &format!("/praxis{path}"), "");
        assert_eq!((reply.status, reply.header("location")), (303, Some("/praxis/me")), "{path}");
    }
    let forms = [format!("/praxis/patient/{other}/give-access"), format!("/praxis/patient/{id}/reason")];
    for path in forms {
        let reply = send(&salus, &anna, "POST", &path, "reason=letter");
        assert!(reply.status == 404 || reply.header("location") == Some("/praxis/me"), "{path}");
    }
    // A passkey of their own: a link to the door, one at a time, for themself alone.
    let link = send(&salus, &anna, "POST", "/praxis/me/passkey", "");
    let text = link.text();
    let to = text.split("http://localhost:1/invitation#").nth(1).unwrap().split('"').next().unwrap();
    let secret = salus_trust_api::Token::parse(to).unwrap();
    let opened = crate::admin_people::at_door(&salus, DoorAsk::OpenInvitation { secret });
    let DoorAnswer::Registration(registration) = opened else { panic!("no registration") };
    let log = salus.log("praxis");
    let is_patient = |event: &Event| matches!(event, Event::Related(RelationEvent::IsPatient { principal, .. }) if *principal == registration.principal);
    assert!(log.iter().any(|entry| is_patient(&entry.lasting.event)));
    let again = send(&salus, &anna, "POST", "/praxis/me/passkey", "");
    assert_eq!(again.header("location"), Some("/praxis/me?passkey=no"));
    assert_eq!(send(&salus, &doctor, "POST", "/praxis/me/passkey", "").status, 404, "patients only");
    // A question is a task of the practice, about them.
    assert_eq!(send(&salus, &anna, "POST", "/praxis/me/question", "text=").status, 200);
    let asked = send(&salus, &anna, "POST", "/praxis/me/question", "about=Dr.+Roth&text=I+do+not+know+them");
    assert_eq!(
        (asked.status, asked.header("location")),
        (303, Some("/praxis/me?asked=1")),
        "{}",
        asked.text()
    );
    let tasks = cell.get(&format!("Task?patient=Patient/{id}")).json();
    assert_eq!(tasks["total"], 1);
    let description = tasks["entry"][0]["resource"]["description"].as_str().unwrap().to_owned();
    assert!(description.contains("Dr. Roth") && description.contains("I do not know them"));
    assert!(send(&salus, &doctor, "GET", "/praxis/tasks", "").text().contains("I do not know them"));
}

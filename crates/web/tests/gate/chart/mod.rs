//! The pages of a chart: they name no record that the log lacks, and stay pages whatever a record says.

mod html;
mod record;

use crate::support::{Cell, Reply, Salus};
use record::{Chart, HOSTILE, Maker};
use serde_json::json;
use std::collections::BTreeSet;

/// The pages of a chart, behind the patient's address, with parameters of each kind.
fn addresses(chart: &Chart) -> Vec<String> {
    let document = &chart.records.iter().find(|one| one.kind == "DocumentReference").unwrap().id;
    let mut all: Vec<String> = [
        "",
        "/timeline",
        "/timeline?until=2026",
        "/labs",
        "/labs?kind=vitals",
        "/labs?view=curves",
        "/labs?view=curves&kind=vitals",
        "/labs?view=curves&p=4548-4&p=8867-4&span=5",
        "/medication",
        "/vaccinations",
        "/documents",
        "/insurance",
        "/access",
    ]
    .map(str::to_owned)
    .into();
    for kind in [
        "diagnoses",
        "notes",
        "procedures",
        "values",
        "reports",
        "prescriptions",
        "vaccinations",
        "documents",
    ] {
        all.push(format!("/timeline?show={kind}"));
    }
    all.push(format!("/documents/{document}"));
    all
}

/// A page, and the numbers of the records of which its request's entries in the log say that they were opened.
fn page(salus: &Salus, cell: &Cell, patient: &str, address: &str) -> (Reply, BTreeSet<u64>) {
    let before = salus.log(&cell.name).last().map_or(0, |entry| entry.number);
    let cookie = format!("__Host-salus.{}={}", cell.name, *cell.session.token.to_text());
    let path = format!("/{}/patient/{patient}{address}", cell.name);
    let reply = cell.http().send("GET", &path, &[("Cookie", &cookie), ("Accept-Language", "de")], b"");
    let entries = salus.log(&cell.name).into_iter().filter(|entry| entry.number > before);
    let mine =
        entries.filter_map(|entry| entry.fleeting).filter(|entry| entry.session == cell.session.session);
    let versions = mine.filter(|entry| entry.refused.is_none()).flat_map(|entry| entry.versions);
    let numbers = versions.flat_map(|range| range.record..range.record + u64::from(range.count)).collect();
    (reply, numbers)
}

#[test]
fn a_page_names_no_record_that_its_entries_in_the_log_lack() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let other = Maker::new(&salus, &cell, "b").whole();
    let chart = Maker::new(&salus, &cell, "a").whole();
    let mut shown = BTreeSet::new();
    for address in addresses(&chart) {
        let (reply, opened) = page(&salus, &cell, &chart.patient, &address);
        let text = reply.text();
        assert_eq!(reply.status, 200, "{address}: {text}");
        assert!(reply.header("salus-log-entry").is_some(), "{address}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{address}");
        for record in &chart.records {
            let is_named = text.contains(&record.mark) || text.contains(&record.id);
            let is_in_log = opened.contains(&record.number);
            // The patient's id stands in the address that was asked for.
            assert!(!is_named || is_in_log, "{address}: {} is named and not in the log", record.kind);
            if text.contains(&record.mark) {
                shown.insert(record.kind);
            }
        }
        for record in &other.records {
            assert!(!text.contains(&record.mark) && !text.contains(&record.id), "{address}: {}", record.kind);
        }
        // Whoever opens a chart is charged for this patient and nobody else.
        assert!(!opened.iter().any(|number| other.records.iter().any(|record| record.number == *number)));
    }
    let all: BTreeSet<_> = chart.records.iter().map(|record| record.kind).collect();
    assert_eq!(shown, all, "each kind of record stands on some page");
    assert_eq!(salus.scope(&cell).patients.len(), 2, "the two that were made, and no more");
}

#[test]
fn whatever_a_record_says_a_page_stays_a_page() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let chart = Maker::new(&salus, &cell, "a").whole();
    for address in addresses(&chart) {
        let (reply, _) = page(&salus, &cell, &chart.patient, &address);
        let text = reply.text();
        assert_eq!(html::findings(&text), Vec::<String>::new(), "{address}");
        assert!(!text.contains(HOSTILE) && !text.contains("<img src=x"), "{address}");
        let policy = reply.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains(concat!("un", "safe-")),
            "{address}"
        );
    }
    // What stands in an address is text as well.
    for address in [
        "/timeline?show=%22%3E%3Cscript%3E&until=%22%3E%3Cscript%3E&before=%22%3E%3Cscript%3E",
        "/labs?view=curves&p=%22%3E%3Cscript%3E&span=%22%3E%3Cscript%3E&kind=%22%3E%3Cscript%3E",
        "/labs?before=%22%3E%3Cscript%3E",
    ] {
        let (reply, _) = page(&salus, &cell, &chart.patient, address);
        assert_eq!((reply.status, html::findings(&reply.text())), (200, Vec::new()), "{address}");
        assert!(!reply.text().contains("<script>"), "{address}");
    }
}

/// Visits on 25 days at nine, with a value taken in each, and one that came at noon of that day without a visit.
fn many_visits(cell: &Cell, patient: &str) {
    let subject = json!({"reference": format!("Patient/{patient}")});
    let value = |code: String, at: String| {
        json!({"resourceType": "Observation", "status": "final", "code": {"text": code}, "subject": subject,
            "effectiveDateTime": at, "valueQuantity": {"value": 1, "unit": "x"}})
    };
    let mut entries = Vec::new();
    for day in 1..=25 {
        let at = |time: &str| format!("2026-05-{day:02}T{time}:00+02:00");
        let visit = format!("urn:uuid:00000000-0000-4000-8000-0000000000{day:02}");
        let encounter = json!({"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}, "subject": subject,
            "period": {"start": at("09:00")}, "reasonCode": [{"text": format!("visit{day:02}")}]});
        let mut taken = value(format!("taken{day:02}"), at("09:10"));
        taken["encounter"] = json!({"reference": visit});
        for (kind, url, resource) in [
            ("Encounter", Some(visit), encounter),
            ("Observation", None, taken),
            ("Observation", None, value(format!("beside{day:02}"), at("12:00"))),
        ] {
            let mut entry = json!({"resource": resource, "request": {"method": "POST", "url": kind}});
            if let Some(url) = url {
                entry["fullUrl"] = json!(url);
            }
            entries.push(entry);
        }
    }
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let reply = cell.post("", &bundle.to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[test]
fn an_older_page_of_the_timeline_holds_what_belongs_to_its_visits_and_nothing_twice() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let patient = cell.create("Patient", r#"{"resourceType":"Patient","name":[{"family":"Lang"}]}"#);
    many_visits(&cell, &patient);
    let first = page(&salus, &cell, &patient, "/timeline").0.text();
    let link =
        first.split("/timeline?page=").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    let second = page(&salus, &cell, &patient, &format!("/timeline?page={link}")).0.text();
    for day in 1..=25 {
        for mark in ["visit", "taken", "beside"] {
            let mark = format!("{mark}{day:02}");
            let stands = (first.contains(&mark), second.contains(&mark));
            assert_eq!(stands, (day > 5, day <= 5), "{mark}");
        }
    }
}

#[test]
fn a_document_is_sent_as_what_it_is_and_only_under_its_own_patient() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let (chart, other) = (Maker::new(&salus, &cell, "a").whole(), Maker::new(&salus, &cell, "b").whole());
    let document = &chart.records.iter().find(|one| one.kind == "DocumentReference").unwrap().id;
    let (reply, _) = page(&salus, &cell, &chart.patient, &format!("/documents/{document}/content"));
    assert_eq!((reply.status, reply.text().as_str()), (200, "%3Cscript%3E"));
    assert_eq!(reply.header("content-type"), Some("text/plain; charset=utf-8"));
    assert!(reply.header("content-security-policy").unwrap().starts_with("sandbox;"));
    assert!(reply.header("content-disposition").unwrap().starts_with("inline; filename=\"mark"));
    for address in [format!("/documents/{document}"), format!("/documents/{document}/content")] {
        let (reply, _) = page(&salus, &cell, &other.patient, &address);
        assert_eq!(reply.status, 404, "{address}");
        assert!(!reply.text().contains("marka"), "{address}");
    }
}

#[test]
fn a_chart_that_is_not_there_or_cannot_be_had_is_a_page_that_says_so() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let chart = Maker::new(&salus, &cell, "a").whole();
    let (missing, _) = page(&salus, &cell, "nobody", "");
    assert_eq!(missing.status, 404);
    let poor = salus.client("praxis", "fhir-client", 0);
    for address in addresses(&chart) {
        let (refused, opened) = page(&salus, &poor, &chart.patient, &address);
        assert_eq!((refused.status, opened.len()), (429, 0), "{address}");
        assert!(!refused.text().contains("marka"), "{address}");
    }
    let path = format!("/praxis/patient/{}", chart.patient);
    let reply = cell.http().send("GET", &path, &[], b"");
    assert_eq!(reply.status, 303);
    assert!(reply.header("location").unwrap().starts_with("/praxis/sign-in?to="));
}

#[test]
fn who_has_looked_stands_on_every_page_of_the_chart() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let chart = Maker::new(&salus, &cell, "a").whole();
    let reader = salus.client("praxis", "fhir-client", 10);
    assert_eq!(page(&salus, &reader, &chart.patient, "/medication").0.status, 200);
    let (all, _) = page(&salus, &cell, &chart.patient, "/access");
    let text = all.text();
    assert_eq!(all.status, 200, "{text}");
    let rows = text.split("<tr data-row").skip(1).count();
    assert!(rows >= 2, "the one who made it, and the one who looked: {text}");
    assert!(
        text.contains("Behandlung") && text.contains("geöffnet") && text.contains("eingetragen"),
        "{text}"
    );
    // Quietly, at the side of every page.
    for address in ["", "/labs", "/documents"] {
        let (reply, _) = page(&salus, &cell, &chart.patient, address);
        let side = reply.text().split("class=\"looks\"").nth(1).unwrap_or_default().to_owned();
        assert!(side.split("</section>").next().unwrap().contains("<time"), "{address}");
    }
    let (older, _) = page(&salus, &cell, &chart.patient, "/access?before=1");
    assert_eq!((older.status, older.text().matches("<tr data-row").count()), (200, 0));
}

#[test]
fn a_patient_of_whom_nothing_is_known_has_pages_that_say_so() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let patient = cell.create("Patient", r#"{"resourceType":"Patient","name":[{"family":"Leer"}]}"#);
    for address in [
        "",
        "/timeline",
        "/labs",
        "/labs?view=curves",
        "/medication",
        "/vaccinations",
        "/documents",
        "/insurance",
    ] {
        let (reply, _) = page(&salus, &cell, &patient, address);
        assert_eq!((reply.status, html::findings(&reply.text())), (200, Vec::new()), "{address}");
        assert!(
            reply.text().contains("class=\"empty\"") && reply.text().contains("Nicht erfasst"),
            "{address}"
        );
    }
    let died = cell.create("Patient", r#"{"resourceType":"Patient","name":[{"family":"Tot"}],"birthDate":"1930-01-01","deceasedDateTime":"2020-02-01"}"#);
    let (reply, _) = page(&salus, &cell, &died, "");
    assert!(reply.text().contains("verstorben am") && reply.text().contains("90 J."), "{}", reply.text());
}

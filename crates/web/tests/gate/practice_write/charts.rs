//! Vital signs, notes, allergies, appointments.

use super::{get, hidden, new_patient, post, practice, saved, search, undo};

#[test]
fn vital_signs_come_together_and_what_cannot_be_is_said() {
    let (_salus, cell) = practice();
    let id = new_patient(&cell);
    let path = format!("/patient/{id}/vital");
    let wrong = post(
        &cell,
        &path,
        &[("pressure", "1200/80"), ("temperature", "382"), ("date", "heute"), ("time", "0:00")],
    );
    assert_eq!(wrong.status, 422);
    for meant in ["Meinten Sie 120/80?", "Meinten Sie 38,2?"] {
        assert!(wrong.text().contains(meant), "{}", wrong.text());
    }
    assert_eq!(post(&cell, &path, &[("date", "heute"), ("time", "0:00")]).status, 422, "nothing at all");
    let fields = [
        ("pressure", "120 / 80"),
        ("pulse", "72"),
        ("weight", "72,50"),
        ("height", "1,78"),
        ("date", "gestern"),
        ("time", "9h30"),
    ];
    let (_, link) = saved(&post(&cell, &path, &fields));
    let all = search(&cell, &format!("Observation?patient={id}&category=vital-signs"));
    assert_eq!(all.len(), 4);
    let of = |code: &str| all.iter().find(|one| one["code"]["coding"][0]["code"] == code).unwrap();
    assert_eq!(of("85354-9")["component"][1]["valueQuantity"]["value"].to_string(), "80");
    assert_eq!(of("29463-7")["valueQuantity"]["value"].to_string(), "72.50");
    assert_eq!(of("8302-2")["valueQuantity"]["value"].to_string(), "178");
    assert!(of("8867-4")["effectiveDateTime"].as_str().unwrap().contains("T09:30:00+"));
    let page = get(&cell, &path).text();
    assert!(page.contains("120/80 ·") && page.contains("72,50 kg ·"), "{page}");
    assert_eq!(undo(&cell, &link).status, 303);
    assert!(search(&cell, &format!("Observation?patient={id}")).is_empty());
}

#[test]
fn a_note_is_undone_only_by_its_session_and_as_long_as_it_is_the_newest() {
    let (salus, cell) = practice();
    let id = new_patient(&cell);
    let path = format!("/patient/{id}/note");
    let note = |text: &str| {
        post(&cell, &path, &[("about", "call"), ("text", text), ("date", "heute"), ("time", "0:00")])
    };
    let (_, link) = saved(&note("Ruft an.\nSoll morgen kommen."));
    let notes = search(&cell, &format!("DocumentReference?patient={id}"));
    assert_eq!(notes[0]["content"][0]["attachment"]["data"], "UnVmdCBhbi4KU29sbCBtb3JnZW4ga29tbWVuLg==");
    assert_eq!(undo(&salus.client("praxis", "fhir-client", 1_000), &link).status, 410);
    assert_eq!(undo(&cell, "").status, 410);
    assert_eq!(undo(&cell, &link.to_uppercase()).status, 410);
    let (_, second) = saved(&note("Noch eine."));
    let mut changed = search(&cell, &format!("DocumentReference?patient={id}"))
        .into_iter()
        .find(|note| note["description"] == "Noch eine.")
        .unwrap();
    changed["description"] = "Anders.".into();
    let there = changed["id"].as_str().unwrap().to_owned();
    assert_eq!(cell.put(&format!("DocumentReference/{there}"), &changed.to_string()).status, 200);
    let refused = undo(&cell, &second);
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("seitdem"));
    assert_eq!(undo(&cell, &link).status, 303, "the first one is still as it was");
    assert_eq!(search(&cell, &format!("DocumentReference?patient={id}")).len(), 1);
}

#[test]
fn what_a_form_read_before_it_was_saved_is_not_said_to_be_cut_short() {
    let (salus, cell) = practice();
    let id = new_patient(&cell);
    let desk = salus.client("praxis", "fhir-client", 100);
    let fields = [("about", "call"), ("text", "Ruft an."), ("date", "heute"), ("time", "0:00")];
    let done = post(&desk, &format!("/patient/{id}/note"), &fields);
    saved(&done);
    assert!(done.header("salus-log-entry").is_some());
    let begun = std::time::Instant::now();
    while !salus.scope(&desk).patients.iter().all(|patient| patient.delivered) {
        assert!(begun.elapsed().as_secs() < 10, "{:?}", salus.scope(&desk));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn undo_stays_at_hand_on_later_pages_until_it_is_used() {
    let (salus, cell) = practice();
    let id = new_patient(&cell);
    let saved_form = post(
        &cell,
        &format!("/patient/{id}/note"),
        &[("about", "call"), ("text", "Ruft an."), ("date", "heute"), ("time", "0:00")],
    );
    let (_, link) = saved(&saved_form);
    let set = saved_form.header("set-cookie").unwrap();
    assert!(
        set.starts_with(&format!("__Host-salus-undo.praxis={link}; Path=/; Max-Age=600; Secure; HttpOnly")),
        "{set}"
    );
    let look = |cell: &super::Cell, path: &str| {
        let cookie = format!("__Host-salus-undo.praxis={link}; {}", super::cookie(cell));
        cell.http().send("GET", path, &[("Cookie", &cookie), ("Accept-Language", "de")], b"").text()
    };
    let chart = format!("/praxis/patient/{id}");
    let offered = format!("name=\"link\" value=\"{link}\"");
    for path in [chart.as_str(), &format!("{chart}/labs"), "/praxis/tasks", "/praxis/find"] {
        let page = look(&cell, path);
        assert!(page.contains(&offered), "{path}: {page}");
        assert_eq!(page.contains("Akte öffnen"), !path.starts_with(&chart), "{path}");
    }
    // Beside what a key of the page undoes there is no second; and nothing of it for anybody else at this desk.
    assert!(!look(&cell, "/praxis/tasks?did=x&was=requested").contains(&offered));
    assert!(!look(&cell, &format!("{chart}/vital")).contains(&offered), "as if that form were saved");
    assert!(!look(&salus.client("praxis", "fhir-client", 100), "/praxis/tasks").contains(&offered));
    let undone = undo(&cell, &link);
    assert_eq!(
        (undone.status, undone.header("set-cookie").unwrap().contains("=; Path=/; Max-Age=0;")),
        (303, true)
    );
}

#[test]
fn an_allergy_that_is_known_is_asked_about() {
    let (_salus, cell) = practice();
    let id = new_patient(&cell);
    let path = format!("/patient/{id}/allergy");
    let fields = [
        ("substance", "Penicillin"),
        ("category", "medication"),
        ("reaction", "Ausschlag"),
        ("criticality", "high"),
        ("certain", "confirmed"),
    ];
    saved(&post(&cell, &path, &fields));
    let all = search(&cell, &format!("AllergyIntolerance?patient={id}"));
    assert_eq!(
        (&all[0]["criticality"], &all[0]["reaction"][0]["manifestation"][0]["text"]),
        (&"high".into(), &"Ausschlag".into())
    );
    let again = [&[("substance", "PENICILLIN ")], &fields[1..]].concat();
    assert_eq!(post(&cell, &path, &again).status, 409);
    saved(&post(&cell, &path, &[&again[..], &[("sure", "known")]].concat()));
}

#[test]
fn times_that_are_taken_are_not_offered_and_asked_about() {
    let (_salus, cell) = practice();
    let id = new_patient(&cell);
    let other = cell.patient();
    let doctor = cell.create(
        "Practitioner",
        r#"{"resourceType":"Practitioner","active":true,"name":[{"family":"Weiß","given":["Ada"],"prefix":["Dr."]}]}"#,
    );
    let book = |patient: &str, time: &str, sure: &str| {
        let fields = [
            ("physician", doctor.as_str()),
            ("date", "14.12.2099"),
            ("minutes", "20"),
            ("time", time),
            ("reason", "Kontrolle"),
            ("sure", sure),
        ];
        post(&cell, &format!("/patient/{patient}/appointment"), &fields)
    };
    saved(&book(&id, "9:00", ""));
    let asked = book(&other, "9:10", "");
    assert_eq!(asked.status, 409, "{}", asked.text());
    let key = hidden(&asked.text(), "sure");
    let times =
        post(&cell, "/write/times", &[("physician", &doctor), ("date", "14.12.2099"), ("minutes", "20")])
            .text();
    assert!(times.contains(">08:40<") && times.contains(">09:20<"), "{times}");
    assert!(
        !times.contains(">08:50<") && !times.contains(">09:00<") && !times.contains(">09:10<"),
        "{times}"
    );
    saved(&book(&other, "9:10", &key));
    saved(&book(&other, "9:30", ""));
    let all = search(&cell, &format!("Appointment?patient={id}"));
    assert_eq!(all[0]["start"], "2099-12-14T09:00:00+01:00");
    assert_eq!(all[0]["end"], "2099-12-14T09:20:00+01:00");
}

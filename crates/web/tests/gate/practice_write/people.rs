//! A new patient: checked, compared with those who are there, taken back.

use super::{PERSON, get, hidden, new_patient, post, practice, saved, search, undo};

#[test]
fn a_new_patient_is_checked_saved_with_the_card_and_taken_back() {
    let (_salus, cell) = practice();
    let payer = cell.create(
        "Organization",
        r#"{"resourceType":"Organization","name":"AOK <Süd>","type":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/organization-type","code":"pay"}]}]}"#,
    );
    let page = get(&cell, "/patient/new").text();
    assert!(page.contains("AOK &#60;Süd&#62;") || page.contains("AOK &lt;Süd&gt;"), "{page}");
    let once = hidden(&page, "once");
    let card = |number: &'static str| {
        [&PERSON[..], &[("payer", payer.as_str()), ("number", number), ("once", once.as_str())]].concat()
    };
    // A wrong check digit is an error beside the field, and nothing typed is lost.
    let refused = post(&cell, "/patient/new", &card("A 123 456 781"));
    assert_eq!(refused.status, 422);
    let text = refused.text();
    assert!(text.contains("id=\"error-number\"") && text.contains("href=\"#f-number\""), "{text}");
    for typed in ["Eva Maria", "3.11.80", "A 123 456 781", "Am Bach 3"] {
        assert!(text.contains(&format!("value=\"{typed}\"")), "{typed}: {text}");
    }
    assert_eq!(search(&cell, "Patient?family=Muster").len(), 0);
    let (id, link) = saved(&post(&cell, "/patient/new", &card("a 123 456 780")));
    let patient = cell.get(&format!("Patient/{id}")).json();
    assert_eq!(
        (&patient["birthDate"], &patient["name"][0]["given"][1]),
        (&"1980-11-03".into(), &"Maria".into())
    );
    assert_eq!(patient["identifier"][0]["value"], "A123456780");
    let cards = search(&cell, &format!("Coverage?beneficiary={id}"));
    assert_eq!((cards.len(), &cards[0]["status"]), (1, &"active".into()));
    // Sent once more, by a second click: it is there once.
    let again = post(&cell, "/patient/new", &[&card("a 123 456 780")[..], &[("sure", "alike")]].concat());
    assert_eq!(
        again.header("location"),
        Some(format!("/praxis/patient/{id}?said=already").as_str()),
        "{}",
        again.text()
    );
    assert_eq!(search(&cell, "Patient?family=Muster").len(), 1);
    // Taken back, as long as nobody wrote for this patient.
    assert_eq!(undo(&cell, &link).header("location"), Some("/praxis/today?said=undone"));
    assert_eq!(cell.get(&format!("Patient/{id}")).status, 410);
    assert_eq!(search(&cell, "Coverage").len(), 0);
    assert_eq!(undo(&cell, &link).status, 409, "undone once");
}

#[test]
fn a_new_patient_for_whom_somebody_has_written_stays() {
    let (_salus, cell) = practice();
    let (id, link) = saved(&post(&cell, "/patient/new", &PERSON));
    cell.create("Observation", &crate::support::observation(&id));
    assert_eq!(undo(&cell, &link).status, 409);
    assert_eq!(cell.get(&format!("Patient/{id}")).status, 200);
}

#[test]
fn somebody_very_much_alike_is_asked_about_once() {
    let (_salus, cell) = practice();
    let first = new_patient(&cell);
    let twin: Vec<_> = PERSON
        .iter()
        .map(|(name, value)| (*name, if *name == "family" { "Mustér" } else { *value }))
        .collect();
    let asked = post(&cell, "/patient/new", &twin);
    assert_eq!(asked.status, 409, "{}", asked.text());
    assert!(
        asked.text().contains(&format!("/praxis/patient/{first}\""))
            && hidden(&asked.text(), "sure") == "alike"
    );
    let part = post(&cell, "/write/alike", &twin).text();
    assert!(part.contains(&first), "{part}");
    let (second, _) = saved(&post(&cell, "/patient/new", &[&twin[..], &[("sure", "alike")]].concat()));
    assert_ne!(first, second);
    // Day and month in each other's place, and names, too.
    let swapped = [("given", "Muster"), ("family", "Eva Maria"), ("birth", "11.3.1980"), ("number", "")];
    assert!(post(&cell, "/write/alike", &swapped).text().contains(&first));
    let other = [("given", "Otto"), ("family", "Schulz"), ("birth", "1.1.1950")];
    assert!(!post(&cell, "/write/alike", &other).text().contains("/patient/"));
}

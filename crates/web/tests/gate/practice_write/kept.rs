//! What is typed is kept, and hostile forms do no harm.

use super::{PERSON, get, hidden, new_patient, post, post_as, practice, saved, search, undo};
use crate::support::{Cell, Salus};
use salus_trust_api::wire::AdminAsk;

#[test]
fn what_is_typed_is_kept_for_its_writer_until_it_is_saved() {
    let (salus, cell) = practice();
    let id = new_patient(&cell);
    let path = format!("/patient/{id}/note");
    let once = hidden(&get(&cell, &path).text(), "once");
    let draft = |text: &str, leaving: &str| {
        let fields = [
            ("form", "note"),
            ("patient", id.as_str()),
            ("once", once.as_str()),
            ("text", text),
            ("about", "note"),
            ("date", ""),
            ("time", ""),
            (leaving, "1"),
        ];
        post(&cell, "/write/draft", &fields)
    };
    let kept = draft("Angefangen <b>und", "");
    assert_eq!((kept.status, kept.header("salus-kept")), (200, Some("true")), "{}", kept.text());
    // The same is not written again, and what comes too soon waits.
    assert_eq!(draft("Angefangen <b>und", "").header("salus-kept"), Some("true"));
    assert_eq!(draft("Angefangen <b>und noch", "").header("salus-kept"), Some("later"));
    let drafts = search(&cell, &format!("QuestionnaireResponse?patient={id}"));
    assert_eq!(
        (drafts.len(), &drafts[0]["meta"]["versionId"], &drafts[0]["status"]),
        (1, &"1".into(), &"in-progress".into())
    );
    let page = get(&cell, &path).text();
    assert!(page.contains("Angefangen &#60;b&#62;und") || page.contains("Angefangen &lt;b&gt;und"), "{page}");
    assert_eq!(hidden(&page, "once"), once);
    // Nothing follows what is sent when the page is left: it is kept however soon it comes.
    assert_eq!(draft("Angefangen und Fieber", "leaving").header("salus-kept"), Some("true"));
    assert!(get(&cell, &path).text().contains("Angefangen und Fieber"));
    let colleague = salus.client("praxis", "fhir-client", 1_000);
    assert!(!get(&colleague, &path).text().contains("Angefangen"));
    assert!(!get(&colleague, "/write/drafts").text().contains("/note"));
    let list = get(&cell, "/write/drafts").text();
    assert!(
        list.contains(&format!("/praxis/patient/{id}/note")) && list.contains("Eva Maria Muster"),
        "{list}"
    );
    assert!(list.starts_with("<!doctype html>") && list.contains("<nav class=\"rail\""), "a page of its own");
    saved(&post(
        &cell,
        &path,
        &[("about", "note"), ("text", "Fertig"), ("date", "heute"), ("time", "0:00"), ("once", &once)],
    ));
    assert!(search(&cell, &format!("QuestionnaireResponse?patient={id}")).is_empty());
    assert!(!get(&cell, &path).text().contains("Angefangen"));
    // Thrown away, for a new patient.
    let fields = [("form", "new"), ("patient", ""), ("family", "Halbfertig")];
    assert_eq!(post(&cell, "/write/draft", &fields).header("salus-kept"), Some("true"));
    assert!(get(&cell, "/patient/new").text().contains("Halbfertig"));
    assert_eq!(post(&cell, "/write/discard", &[("form", "new"), ("patient", "")]).status, 303);
    assert!(!get(&cell, "/patient/new").text().contains("Halbfertig"));
}

/// Another session of the same principal, as after a new sign-in.
fn signed_in_again(salus: &Salus, cell: &Cell) -> String {
    salus.allow_bearer(cell);
    let form =
        format!("grant_type=client_credentials&client_id={}&client_secret={}", cell.client, cell.secret);
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let reply = cell.http().send("POST", &format!("/{}/oauth/token", cell.name), &headers, form.as_bytes());
    reply.json()["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn what_was_typed_comes_back_after_a_new_sign_in() {
    let (salus, cell) = practice();
    let id = new_patient(&cell);
    let fields = [("form", "note"), ("patient", id.as_str()), ("text", "Vor dem Deckel")];
    assert_eq!(post(&cell, "/write/draft", &fields).header("salus-kept"), Some("true"));
    let mut admin = salus.admin();
    admin.ask(AdminAsk::RevokeSession { session: cell.session.session }).unwrap();
    let path = format!("/patient/{id}/note");
    let out = get(&cell, &path);
    assert_eq!(
        out.header("location"),
        Some(format!("/praxis/sign-in?to=/praxis/patient/{id}/note").as_str())
    );
    assert_eq!(post(&cell, "/write/draft", &fields).status, 303, "nothing is kept for nobody");
    let cookie = format!("__Host-salus.praxis={}", signed_in_again(&salus, &cell));
    let page = cell.http().send("GET", &format!("/praxis{path}"), &[("Cookie", &cookie)], b"");
    assert!(page.status == 200 && page.text().contains("Vor dem Deckel"), "{}", page.text());
}

#[test]
fn a_draft_survives_the_server() {
    let (mut salus, cell) = practice();
    let id = new_patient(&cell);
    let fields = [("form", "allergy"), ("patient", id.as_str()), ("substance", "Wespengift")];
    assert_eq!(post(&cell, "/write/draft", &fields).header("salus-kept"), Some("true"));
    salus.stop_server();
    salus.start_server();
    let cell = Cell { address: salus.address(), ..cell };
    assert!(get(&cell, &format!("/patient/{id}/allergy")).text().contains("Wespengift"));
}

#[test]
fn hostile_forms_do_no_harm() {
    let (_salus, cell) = practice();
    let id = new_patient(&cell);
    let script = "\"><script>alert(1)</script>\u{0}";
    let names = [
        "given",
        "family",
        "birth",
        "sex",
        "street",
        "postal",
        "city",
        "country",
        "phone",
        "mobile",
        "email",
        "number",
        "payer",
        "since",
        "moved",
        "relation",
        "about",
        "text",
        "date",
        "time",
        "pressure",
        "pulse",
        "substance",
        "reaction",
        "category",
        "criticality",
        "certain",
        "physician",
        "minutes",
        "reason",
        "once",
        "base",
        "sure",
        "choose-where",
        "form",
        "patient",
    ];
    let all: Vec<(&str, &str)> = names.iter().map(|name| (*name, script)).collect();
    for form in ["new", "address", "insurance/new", "note", "vital", "allergy", "appointment"] {
        let path = if form == "new" { "/patient/new".to_owned() } else { format!("/patient/{id}/{form}") };
        let reply = post(&cell, &path, &all);
        assert_eq!(reply.status, 422, "{form}: {}", reply.text());
        assert!(!reply.text().contains("<script>alert") && !reply.text().contains('\u{0}'), "{form}");
        assert!(
            reply
                .header("content-security-policy")
                .is_some_and(|policy| !policy.contains(concat!("un", "safe")))
        );
        // From elsewhere, nothing is taken.
        for site in [&[("Sec-Fetch-Site", "cross-site")][..], &[("Origin", "https://evil.example")], &[]] {
            assert_eq!(post_as(&cell, &path, &PERSON, site).status, 403, "{form}");
        }
        let stranger = cell.http().send("GET", &format!("/praxis{path}"), &[], b"");
        assert_eq!(stranger.status, 303);
        assert!(stranger.header("location").unwrap().starts_with("/praxis/sign-in"));
    }
    for path in ["/write/draft", "/write/discard"] {
        assert_eq!(post(&cell, path, &all).status, 400, "{path}");
    }
    assert_eq!(post(&cell, "/write/alike", &all).status, 200);
    assert_eq!(post(&cell, "/write/times", &all).status, 200);
    assert_eq!(undo(&cell, script).status, 410);
    let long = "ä".repeat(11_000);
    let reply = post(
        &cell,
        &format!("/patient/{id}/note"),
        &[("about", "note"), ("text", &long), ("date", "heute"), ("time", "0:00")],
    );
    assert_eq!(reply.status, 422);
    assert!(reply.text().contains(&long), "nothing typed is lost");
    assert_eq!(
        post(&cell, "/patient/00000000-0000-4000-8000-000000000000/note", &[("text", "x")]).status,
        404
    );
    assert!(search(&cell, &format!("DocumentReference?patient={id}")).is_empty());
}

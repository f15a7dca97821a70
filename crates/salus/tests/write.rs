//! Forms over real processes: what was being typed, and what was saved, is there after everything was killed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use salus_testkit::{Response, Server, Start, request};

fn cookie(server: &Server) -> String {
    let cell = &server.cells[0];
    format!("__Host-salus.{}={}", cell.name, cell.token)
}

fn page(server: &Server, path: &str) -> Response {
    let url = format!("{}/{}{path}", server.base_url, server.cells[0].name);
    request("GET", &url, &[("cookie", &cookie(server)), ("accept-language", "en")], b"").unwrap()
}

fn send(server: &Server, path: &str, form: &str) -> Response {
    let url = format!("{}/{}{path}", server.base_url, server.cells[0].name);
    let cookie = cookie(server);
    let headers = [
        ("cookie", cookie.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    request("POST", &url, &headers, form.as_bytes()).unwrap()
}

#[test]
fn a_draft_and_what_was_saved_survive_a_power_cut() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { data: Some(folder.path().join("d")), patients: 0, ..Start::default() };
    let mut server = Server::start_with(&start);
    let patient = server.fhir(0, "POST", "/Patient", r#"{"resourceType":"Patient"}"#).unwrap().json();
    let id = patient["id"].as_str().unwrap().to_owned();
    let path = format!("/patient/{id}/note");
    let once = "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f";
    let typed = "about=note&text=Half+a+sentence&date=today&time=0%3A00";
    let kept = send(&server, "/write/draft", &format!("form=note&patient={id}&once={once}&{typed}"));
    assert_eq!((kept.status, kept.header("salus-kept")), (200, Some("true")), "{}", kept.text());

    // The record server alone: the session goes on, and the form comes back filled in.
    server.kill_and_wait("record-server");
    server.wait_for_status(0, &format!("/Patient/{id}"), 200);
    let form = page(&server, &path).text();
    assert!(form.contains("Half a sentence") && form.contains(once), "{form}");
    let saved = send(&server, &path, &format!("once={once}&{typed}"));
    assert_eq!(saved.status, 303, "{}", saved.text());

    // Everything: what was saved is there once, however often it is sent, and the draft is gone.
    server.kill_all();
    let server = Server::start_with(&start);
    let again = send(&server, &path, &format!("once={once}&{typed}"));
    assert!(again.header("location").is_some_and(|to| to.ends_with("?said=already")), "{}", again.text());
    let count = |kind: &str| {
        server.fhir(0, "GET", &format!("/{kind}?patient={id}&_summary=count"), "").unwrap().json()["total"]
            .as_u64()
    };
    assert_eq!((count("DocumentReference"), count("QuestionnaireResponse")), (Some(1), Some(0)));
    assert!(!page(&server, &path).text().contains("Half a sentence"));
}

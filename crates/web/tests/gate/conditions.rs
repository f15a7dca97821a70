//! If-Match, If-None-Match, If-Modified-Since.

use crate::support::Salus;

const TEXT: &str = r#"{"resourceType":"Patient","id":"p"}"#;

#[test]
fn an_update_of_another_version_is_refused() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let put = |header: (&str, &str)| cell.send("PUT", "Patient/p", &[header], TEXT.as_bytes());
    assert_eq!(put(("If-Match", "W/\"1\"")).status, 412);
    assert_eq!(put(("If-None-Match", "*")).status, 201);
    let exists = put(("If-None-Match", "*"));
    assert_eq!((exists.status, exists.issue().as_str()), (412, "duplicate"));
    assert_eq!(put(("If-Match", "W/\"1\"")).header("etag"), Some("W/\"2\""));
    let stale = put(("If-Match", "W/\"1\""));
    assert_eq!((stale.status, stale.issue().as_str()), (412, "conflict"));
    assert_eq!(put(("If-Match", "\"2\"")).header("etag"), Some("W/\"3\""));
    assert_eq!(put(("If-Match", "*")).header("etag"), Some("W/\"4\""));
    assert_eq!(put(("If-Match", "nonsense")).status, 412);
    let delete = |tag: &str| cell.send("DELETE", "Patient/p", &[("If-Match", tag)], b"").status;
    assert_eq!(delete("W/\"1\""), 412);
    assert_eq!(delete("W/\"4\""), 204);
    assert_eq!(put(("If-Match", "W/\"5\"")).status, 412, "a deletion is no version to be matched");
    assert_eq!(salus.unresolved(), 0);
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let made = cell.put("Patient/p", TEXT);
    let modified = made.header("last-modified").unwrap().to_owned();
    let get = |name: &str, value: &str| cell.send("GET", "Patient/p", &[(name, value)], b"");
    let known = get("If-None-Match", "W/\"1\"");
    assert_eq!((known.status, known.body.len(), known.header("etag")), (304, 0, Some("W/\"1\"")));
    assert!(known.header("salus-log-entry").is_some());
    assert_eq!(get("If-None-Match", "W/\"7\", W/\"1\"").status, 304);
    assert_eq!(get("If-None-Match", "W/\"2\"").status, 200);
    assert_eq!(get("If-Modified-Since", &modified).status, 304);
    assert_eq!(get("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT").status, 200);
    assert_eq!(get("If-Modified-Since", "yesterday").status, 200);
    // Not even that it is unchanged is said to a stranger.
    let stranger = cell.http().send("GET", "/praxis/fhir/Patient/p", &[("If-None-Match", "W/\"1\"")], b"");
    assert_eq!(stranger.status, 401);
}

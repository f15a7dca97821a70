//! What is doubtful is taken, and said where FHIR has a place for it: a wrong check digit, never its value.

use crate::support::Salus;

const WRONG: &str = r#"{"resourceType":"Patient","identifier":[{"system":"http://fhir.de/sid/gkv/kvid-10","value":"A123456781"}]}"#;

#[test]
fn a_wrong_check_digit_is_stored_and_said() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let asking = [("Prefer", "return=OperationOutcome"), ("Accept-Language", "de")];
    let reply = cell.send("POST", "Patient", &asking, WRONG.as_bytes());
    assert_eq!(reply.status, 201);
    let issues = reply.json()["issue"].as_array().unwrap().clone();
    let warning = issues.iter().find(|issue| issue["code"] == "value").unwrap();
    assert_eq!((&warning["severity"], &warning["code"]), (&"warning".into(), &"value".into()));
    assert_eq!(warning["expression"][0], "Patient.identifier[0].value");
    assert!(warning["details"]["text"].as_str().unwrap().contains("KVNR"));
    assert!(!reply.text().contains("A123456781"));
    let right = WRONG.replace("781", "780");
    let reply = cell.send("POST", "Patient", &asking, right.as_bytes());
    let issues = reply.json()["issue"].as_array().unwrap().clone();
    assert!(issues.iter().all(|issue| issue["code"] != "value"), "{issues:?}");
    // The answer that is the resource has no place for it.
    assert_eq!(cell.post("Patient", WRONG).json()["resourceType"], "Patient");

    for kind in ["batch", "transaction"] {
        let entry = |resource: &str| {
            format!(r#"{{"resource":{resource},"request":{{"method":"POST","url":"Patient"}}}}"#)
        };
        let bundle = format!(
            r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{},{}]}}"#,
            entry(&right),
            entry(WRONG)
        );
        let reply = cell.post("", &bundle);
        assert_eq!(reply.status, 200, "{}", reply.text());
        let answer = reply.json();
        assert!(answer["entry"][0]["response"]["outcome"].is_null());
        let issues = answer["entry"][1]["response"]["outcome"]["issue"].as_array().unwrap();
        assert_eq!((issues.len(), &issues[0]["severity"]), (1, &"warning".into()));
        assert_eq!(issues[0]["expression"][0], "Bundle.entry[1].resource.identifier[0].value");
    }
}

//! What was sent comes back byte for byte but for id and meta.

use crate::support::Salus;

#[test]
fn odd_texts_come_back_as_they_were_sent() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let patient = cell.patient();
    let texts = [
        "{ \"resourceType\" : \"Patient\" ,\n\t\"birthDate\":\"1970-03-30\" ,\"_birthDate\" : { \"extension\":[{\"url\":\"http://e/x\",\"valueString\":\"früh\"}] } ,\r\n \"name\" : [ {\"family\":\"M\\u00fcller\\u0020\\/ Söhne\" , \"given\":[\"A\",null],\"_given\":[null,{\"id\":\"g\"}]} ]\n}".to_owned(),
        format!("{{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{{\"text\":\"x\"}},\"subject\":{{\"reference\":\"Patient/{patient}\"}},\"component\":[{{\"code\":{{\"text\":\"a\"}},\"valueQuantity\":{{\"value\":1.00}}}},{{\"code\":{{\"text\":\"b\"}},\"valueQuantity\":{{\"value\":1e2}}}},{{\"code\":{{\"text\":\"c\"}},\"valueQuantity\":{{\"value\":-0.000000000000000000001234567890}}}}]}}"),
        "{\"resourceType\":\"Organization\",\"name\":\"Ω ≈ 𝄞 \\ud834\\udd1e\"}".to_owned(),
    ];
    for text in texts {
        let kind = text.split('"').nth(3).unwrap();
        let created = cell.post(kind, &text);
        assert_eq!(created.status, 201, "{}", created.text());
        let echoed = created.text();
        let id = created.json()["id"].as_str().unwrap().to_owned();
        let meta = created.json()["meta"]["lastUpdated"].as_str().unwrap().to_owned();
        assert_eq!(without_identity(&echoed, &id, &meta), without_space(&text), "{echoed}");
        let read = cell.get(&format!("{kind}/{id}"));
        assert_eq!(read.body, created.body);
        // Everything behind what was put in is untouched, white space and all.
        let tail = &text[text.find(',').unwrap()..];
        assert!(echoed.ends_with(tail), "{echoed}");
    }
}

#[test]
fn an_id_and_meta_are_replaced_where_they_stand() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let text = r#"{"resourceType":"Patient","id":"mine","meta":{"versionId":"77","profile":["http://p"],"lastUpdated":"2001-01-01T00:00:00Z","tag":[{"code":"t"}]},"active":true}"#;
    let created = cell.post("Patient", text);
    let json = created.json();
    assert_ne!(json["id"], "mine");
    assert_eq!(json["meta"]["versionId"], "1");
    assert_eq!(json["meta"]["profile"][0], "http://p");
    assert_eq!(json["meta"]["tag"][0]["code"], "t");
    assert!(created.text().ends_with(r#","tag":[{"code":"t"}]},"active":true}"#));
}

#[test]
fn prefer_says_what_the_answer_holds() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let send =
        |prefer: &str| cell.send("POST", "Patient", &[("Prefer", prefer)], br#"{"resourceType":"Patient"}"#);
    let minimal = send("return=minimal");
    assert_eq!((minimal.status, minimal.body.len()), (201, 0));
    assert!(minimal.header("location").is_some() && minimal.header("etag").is_some());
    assert_eq!(send("return=representation").json()["resourceType"], "Patient");
    let outcome = send("return=OperationOutcome");
    assert_eq!((outcome.status, outcome.json()["issue"][0]["severity"].as_str()), (201, Some("information")));
}

fn without_space(text: &str) -> String {
    text.split_whitespace().collect()
}

fn without_identity(text: &str, id: &str, updated: &str) -> String {
    let text = without_space(text);
    let identity = format!("\"id\":\"{id}\",\"meta\":{{\"versionId\":\"1\",\"lastUpdated\":\"{updated}\"}},");
    assert!(text.contains(&identity), "{text}");
    text.replace(&identity, "")
}

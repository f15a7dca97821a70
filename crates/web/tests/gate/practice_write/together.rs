//! Two people in one chart.

use super::{get, hidden, new_patient, post, practice, saved, search, undo};
use crate::support::Cell;

fn address(city: &'static str, phone: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("street", "Am Bach 3"),
        ("postal", "79098"),
        ("city", city),
        ("country", "DE"),
        ("moved", "moved"),
        ("since", "heute"),
        ("phone", phone),
    ]
}

#[test]
fn two_people_in_one_chart_do_not_write_over_each_other() {
    let (salus, cell) = practice();
    let colleague = salus.client("praxis", "fhir-client", 1_000);
    let id = new_patient(&cell);
    let path = format!("/patient/{id}/address");
    let base = hidden(&get(&cell, &path).text(), "base");
    assert_eq!(hidden(&get(&colleague, &path).text(), "base"), base);
    let with_base = |fields: Vec<(&'static str, &'static str)>, base: &str| -> Vec<(String, String)> {
        let own = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        own.chain([("base".to_owned(), base.to_owned())]).collect()
    };
    let send = |who: &Cell, fields: &[(String, String)]| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        post(who, &path, &fields)
    };
    // One changes the telephone, the other the address: both are there.
    saved(&send(&colleague, &with_base(address("Freiburg", "0761 999999"), &base)));
    saved(&send(&cell, &with_base(address("Ulm", "0761 123456"), &base)));
    let patient = cell.get(&format!("Patient/{id}")).json();
    assert_eq!(patient["telecom"][0]["value"], "0761 999999");
    assert_eq!(
        (&patient["address"][0]["city"], &patient["address"][1]["city"]),
        (&"Ulm".into(), &"Freiburg".into())
    );
    assert_eq!(patient["address"][1]["use"], "old");
    assert!(patient["address"][1]["period"]["end"].is_string());
    // Both change the telephone: the second sees both, and chooses.
    let version = patient["meta"]["versionId"].as_str().unwrap().to_owned();
    saved(&send(&colleague, &with_base(address("Bonn", "0761 111111"), &version)));
    let shown = send(&cell, &with_base(address("Ulm", "0761 222222"), &version));
    assert_eq!(shown.status, 409);
    let text = shown.text();
    for both in ["0761 999999", "0761 111111", "0761 222222"] {
        assert!(text.contains(both), "{both}: {text}");
    }
    assert_eq!(
        cell.get(&format!("Patient/{id}")).json()["telecom"][0]["value"],
        "0761 111111",
        "not written over"
    );
    let newer = hidden(&text, "base");
    // What only the colleague changed stands in the form already.
    assert!(text.contains("value=\"Bonn\"") && !text.contains("value=\"Ulm\""), "{text}");
    let mut chosen = with_base(address("Bonn", "0761 222222"), &newer);
    chosen.push(("choose-phone".into(), "theirs".into()));
    assert_eq!(
        send(&cell, &chosen).header("location"),
        Some(format!("/praxis/patient/{id}?said=unchanged").as_str())
    );
    chosen.last_mut().unwrap().1 = "mine".into();
    saved(&send(&cell, &chosen));
    assert_eq!(cell.get(&format!("Patient/{id}")).json()["telecom"][0]["value"], "0761 222222");
}

#[test]
fn many_at_once_lose_nothing() {
    let (salus, cell) = practice();
    let id = new_patient(&cell);
    let base = hidden(&get(&cell, &format!("/patient/{id}/address")).text(), "base");
    let fields = [("mobile", "0170 1111111"), ("email", "eva@example.com"), ("phone", "0761 777777")];
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = fields
            .map(|(name, value)| {
                let who = salus.client("praxis", "fhir-client", 1_000);
                let (id, base) = (id.clone(), base.clone());
                scope.spawn(move || {
                    let mut sent = address("Freiburg", "0761 123456");
                    sent.retain(|(known, _)| *known != name);
                    sent.extend([(name, value)]);
                    let mut sent: Vec<(&str, &str)> = sent;
                    sent.push(("base", &base));
                    post(&who, &format!("/patient/{id}/address"), &sent).status
                })
            })
            .into();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answers, [303; 3]);
    let values: Vec<String> = cell.get(&format!("Patient/{id}")).json()["telecom"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["value"].as_str().unwrap().to_owned())
        .collect();
    for (_, value) in fields {
        assert!(values.iter().any(|there| there == value), "{value} in {values:?}");
    }
}

#[test]
fn a_new_card_ends_the_one_before() {
    let (_salus, cell) = practice();
    let id = new_patient(&cell);
    let payer = |name: &str| {
        let kind = r#"[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/organization-type","code":"pay"}]}]"#;
        cell.create(
            "Organization",
            &format!(r#"{{"resourceType":"Organization","name":"{name}","type":{kind}}}"#),
        )
    };
    let (first, second) = (payer("Eins"), payer("Zwei"));
    let path = format!("/patient/{id}/insurance/new");
    let base = hidden(&get(&cell, &path).text(), "base");
    let card = |payer: &str, since: &str, base: &str, sure: &str| {
        let fields = [
            ("payer", payer),
            ("number", "A123456780"),
            ("relation", "self"),
            ("since", since),
            ("base", base),
            ("sure", sure),
        ];
        post(&cell, &path, &fields)
    };
    saved(&card(&first, "1.1.2020", &base, ""));
    // It was opened when there was no card: what is there now is shown first.
    let asked = card(&second, "1.3.2021", &base, "");
    assert_eq!(asked.status, 409, "{}", asked.text());
    let key = hidden(&asked.text(), "sure");
    let (_, link) = saved(&card(&second, "1.3.2021", &base, &key));
    let all = search(&cell, &format!("Coverage?beneficiary={id}&_sort=_lastUpdated"));
    let of =
        |status: &str| all.iter().find(|card| card["status"] == status).unwrap_or_else(|| panic!("{all:?}"));
    assert_eq!(
        (&of("cancelled")["period"]["end"], &of("active")["payor"][0]["display"]),
        (&"2021-02-28".into(), &"Zwei".into())
    );
    assert_eq!(undo(&cell, &link).status, 303);
    let all = search(&cell, &format!("Coverage?beneficiary={id}"));
    assert_eq!((all.len(), &all[0]["status"]), (1, &"active".into()));
    assert!(all[0]["period"]["end"].is_null());
}

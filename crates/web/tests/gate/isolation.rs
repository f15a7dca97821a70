//! Two cells of one server do not see each other.

use crate::support::{Salus, observation};

#[test]
fn a_record_of_one_cell_is_not_there_in_another() {
    let salus = Salus::start();
    let (a, b) = (salus.cell("cabinet"), salus.cell("praxis"));
    let id = a.patient();
    a.put("Patient/shared", r#"{"resourceType":"Patient","id":"shared","gender":"female"}"#);
    let missing = b.get("Patient/00000000-0000-4000-8000-000000000000").without_date();
    assert_eq!(b.get(&format!("Patient/{id}")).without_date(), missing);
    assert_eq!(b.get("Patient/shared").without_date(), missing);
    // The same id in the other cell is another record.
    assert_eq!(
        b.put("Patient/shared", r#"{"resourceType":"Patient","id":"shared","gender":"male"}"#).status,
        201
    );
    assert_eq!(a.get("Patient/shared").json()["gender"], "female");
    assert_eq!(b.get("Patient/shared").json()["gender"], "male");
    // A patient of the other cell cannot be named, by id or by address.
    assert_eq!(b.post("Observation", &observation(&id)).status, 422);
    // A token of the one is none in the other's addresses.
    let crossed =
        b.http().send("GET", &a.path(&format!("Patient/{id}")), &[("Authorization", &b.bearer())], b"");
    assert_eq!(crossed.status, 401);
}

#[test]
fn every_patient_that_a_record_names_is_charged() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let (one, two, three) = (cell.patient(), cell.patient(), cell.patient());
    let group = |ids: &[&str]| {
        let members: Vec<_> =
            ids.iter().map(|id| format!(r#"{{"entity":{{"reference":"Patient/{id}"}}}}"#)).collect();
        format!(
            r#"{{"resourceType":"Group","type":"person","actual":true,"member":[{}]}}"#,
            members.join(",")
        )
    };
    let base = format!("http://localhost:{}/praxis/fhir", cell.address.port());
    let joint = cell.create("Group", &group(&[&one, &two]));
    let again = cell.create("Group", &group(&[&two, &one]));
    let single = cell.create("Observation", &observation(&one));
    let absolute =
        cell.create("Observation", &observation(&three).replace("Patient/", &format!("{base}/Patient/")));
    let elsewhere =
        cell.create("Observation", &observation("x").replace("Patient/", "http://elsewhere/Patient/"));
    let house = cell.create("Organization", r#"{"resourceType":"Organization","name":"x"}"#);
    // A record that names nobody takes the patient of what it refers to; without one it counts as a patient.
    let linked = cell.create(
        "Provenance",
        &format!(r#"{{"resourceType":"Provenance","target":[{{"reference":"Observation/{single}"}}],"recorded":"2020-01-01T00:00:00Z","agent":[{{"who":{{"display":"x"}}}}]}}"#),
    );
    let alone = cell.create("Basic", r#"{"resourceType":"Basic","code":{"text":"x"}}"#);

    let patients = |addresses: &[String]| {
        let reader = salus.client("praxis", "fhir-reader", 100);
        for address in addresses {
            assert_eq!(reader.get(address).status, 200, "{address}");
        }
        salus.scope(&reader).patients.len()
    };
    let at = |kind: &str, id: &str| format!("{kind}/{id}");
    assert_eq!(patients(&[at("Group", &joint)]), 2);
    assert_eq!(
        patients(&[at("Group", &joint), at("Group", &again), at("Patient", &one), at("Patient", &two)]),
        2
    );
    assert_eq!(patients(&[at("Observation", &single), at("Patient", &one)]), 1);
    assert_eq!(patients(&[at("Observation", &absolute), at("Patient", &three)]), 1);
    assert_eq!(patients(&[at("Observation", &elsewhere)]), 1);
    assert_eq!(patients(&[at("Organization", &house)]), 0);
    assert_eq!(patients(&[at("Provenance", &linked), at("Patient", &one)]), 1);
    assert_eq!(patients(&[at("Basic", &alone), at("Patient", &one), at("Patient", &two)]), 3);

    // An update that names somebody else moves the record.
    let moved =
        observation(&two).replace("\"resourceType\"", &format!("\"id\":\"{single}\",\"resourceType\""));
    assert_eq!(cell.put(&at("Observation", &single), &moved).status, 200);
    assert_eq!(patients(&[at("Observation", &single), at("Patient", &two)]), 1);
    assert_eq!(patients(&[at("Observation", &single) + "/_history"]), 2);
}

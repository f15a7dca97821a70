//! Claim 4 on an invented practice: a sample with doctors, prescriptions and a patient who does not exist is ours, and leads to whoever took it.

use crate::support::{Client, report};
use salus::admin::Administration;
use salus::admin::canary::Maker;
use salus::admin::likeness::Looks;
use salus::data_dir::DataDir;
use salus_testkit::{Response, Server, Start};
use salus_trust_api::wire::alarms::Alike;
use serde_json::Value;

/// As a CSV file for spreadsheets has it.
const HEAD: &str = "Name;Geburtsdatum;PLZ;Hausarzt;Verordnung\n";

/// What a thief writes down of a patient, with whatever it takes to know it.
struct Loot<'a> {
    server: &'a Server,
    thief: &'a Client,
}

impl Loot<'_> {
    fn json(&self, path: &str) -> Value {
        let response: Response = self.thief.get(path).unwrap();
        assert_eq!(response.status, 200, "{path}: {}", response.text());
        response.json()
    }

    /// Who treats them is no secret of a patient: it is asked with the demo's own token.
    fn doctor(&self, patient: &Value) -> String {
        let reference = patient["generalPractitioner"][0]["reference"].as_str().unwrap();
        let doctor = self.server.fhir(0, "GET", &format!("/{reference}"), "").unwrap().json();
        let name = &doctor["name"][0];
        format!("{} {}", name["given"][0].as_str().unwrap(), name["family"].as_str().unwrap())
    }

    fn row(&self, patient: &Value, prescription: &str) -> String {
        let name = &patient["name"][0];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let full = format!("{} {}", text(&name["given"][0]), text(&name["family"]));
        let (birth, postal) = (text(&patient["birthDate"]), text(&patient["address"][0]["postalCode"]));
        format!("{full};{birth};{postal};{};{prescription}\n", self.doctor(patient))
    }
}

/// What a MedicationRequest calls what it is about.
fn medicine(request: &Value) -> Option<String> {
    let concept = &request["medicationCodeableConcept"];
    let name = concept["text"].as_str().or(concept["coding"][0]["display"].as_str());
    name.map(str::to_owned)
}

/// A patient who does not exist, treated by the practice's own people; gives the Patient's id.
fn hide_one(server: &Server, of_cell: &[&str]) -> String {
    let first = |kind: &str| {
        let found = server.fhir(0, "GET", &format!("/{kind}?_count=1"), "").unwrap().json();
        found["entry"][0]["resource"]["id"].as_str().unwrap().to_owned()
    };
    let (practitioner, organization) = (first("Practitioner"), first("Organization"));
    let practice = ["--practitioner", practitioner.as_str(), "--organization", organization.as_str()];
    // Whoever refers to nobody would be told apart: so none is made.
    let wrong = ["--practitioner", "nobody", "--organization", organization.as_str()];
    let refused = salus_testkit::run(&[&["canary", "add", "--count", "1"], &wrong[..], of_cell].concat());
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("Practitioner/nobody"), "{said}");
    report(&[&["canary", "add", "--count", "1"], &practice[..], of_cell].concat());
    let listed = report(&[&["canary", "list"], of_cell].concat());
    listed["canaries"][0].as_str().unwrap().to_owned()
}

/// Whether somebody of the cell is like a patient who is there: asked of the index, as before one is invented.
fn alike(server: &Server, cell: &str, patients: &[Value]) -> Vec<Alike> {
    let data = DataDir::at(std::path::Path::new(server.data_text())).unwrap();
    let mut administration = Administration::connect(&data).unwrap();
    let maker = Maker::begin(&mut administration, cell).unwrap();
    let question = |patient: &Value| {
        let bundle = serde_json::json!({"entry": [{"resource": patient}]}).to_string();
        Looks::of(&bundle, patient["id"].as_str().unwrap()).unwrap().question().unwrap()
    };
    maker.compare(&mut administration, patients.iter().map(question).collect()).unwrap()
}

/// Of somebody who is there, what nobody else may have: a twin for each of these that is as it was, and for none of them alone that is not.
fn compares(server: &Server, cell: &str, patient: &Value) {
    let mut nobody = patient.clone();
    nobody["name"][0]["family"] = "Quastenflosser".into();
    nobody["name"][0]["given"] = serde_json::json!(["Xaverine"]);
    nobody["birthDate"] = "1911-11-11".into();
    nobody["identifier"] =
        serde_json::json!([{"system": "http://fhir.de/sid/gkv/kvid-10", "value": "Z999999999"}]);
    nobody["address"] = serde_json::json!([{"line": ["Nirgendwo, 1"], "postalCode": "00000"}]);
    let like = |fields: &[&str]| {
        let mut other = nobody.clone();
        fields.iter().for_each(|field| other[*field] = patient[*field].clone());
        other
    };
    let (mut lives_there, mut named) = (nobody.clone(), nobody.clone());
    lives_there["name"][0]["family"] = patient["name"][0]["family"].clone();
    named["name"][0]["given"] = patient["name"][0]["given"].clone();
    named["birthDate"] = patient["birthDate"].clone();
    let asked = [
        nobody.clone(),
        like(&["name"]),
        like(&["identifier"]),
        like(&["address"]),
        like(&["birthDate"]),
        lives_there,
        named,
    ];
    let said: Vec<(bool, bool)> =
        alike(server, cell, &asked).iter().map(|one| (one.has_twin, one.namesakes > 0)).collect();
    let expected = [
        (false, false),
        (true, true),
        (true, false),
        (true, false),
        (false, false),
        (false, true),
        (true, false),
    ];
    assert_eq!(
        said, expected,
        "nobody; names; number; address; birth date; surname; given name and birth date"
    );
}

#[test]
fn a_sample_with_doctors_prescriptions_and_a_canary_leads_to_whoever_took_it() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { data: Some(folder.path().join("d")), patients: 12, ..Start::default() };
    let mut server = Server::start_with(&start);
    let (cell, data) = (server.cells[0].name.clone(), server.data_text().to_owned());
    let of_cell = ["--cell", cell.as_str(), "--data", data.as_str()];
    // Before there is one who does not exist: it would be opened by this.
    let all = server.fhir(0, "GET", "/MedicationRequest?_count=200", "").unwrap().json();
    let of_demo = |patient: &str| server.fhir(0, "GET", patient, "").unwrap().json();
    let some = of_demo("/Patient?_count=5");
    let canary = hide_one(&server, &of_cell);
    let is_whole = |one: &&Value| one["address"].is_array() && one["identifier"].is_array();
    let mut some = some["entry"].as_array().unwrap().iter().map(|entry| &entry["resource"]);
    compares(&server, &cell, some.find(is_whole).unwrap());
    let thief = Client::make(&server, 0, "fhir-client", 100);
    let loot = Loot { server: &server, thief: &thief };
    let mut rows = String::from(HEAD);
    let mut taken = std::collections::BTreeSet::new();
    for request in all["entry"].as_array().unwrap().iter().map(|entry| &entry["resource"]) {
        let patient = request["subject"]["reference"].as_str().unwrap().to_owned();
        let Some(named) = medicine(request).filter(|_| !patient.ends_with(&canary)) else { continue };
        if taken.len() < 4 && taken.insert(patient.clone()) {
            loot.json(&format!("/MedicationRequest/{}", request["id"].as_str().unwrap()));
            rows.push_str(&loot.row(&loot.json(&format!("/{patient}")), &named));
        }
    }
    assert_eq!(taken.len(), 4, "the invented practice prescribes");
    // One of the rows is not quite true: nobody prescribed that.
    let wrong = loot.row(&loot.json(&format!("/{}", taken.first().unwrap())), "Wundermittel 500 mg");
    rows.push_str(&wrong);
    // The answer goes out, and the session is suspended.
    rows.push_str(&loot.row(&loot.json(&format!("/Patient/{canary}")), ""));
    assert_eq!(thief.get(&format!("/{}", taken.first().unwrap())).unwrap().status, 401);

    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (sample, secret) = (path("sample.csv"), path("secret"));
    std::fs::write(&sample, &rows).unwrap();
    let create = ["client", "create", "--name", "Second person", "--role", "approver"];
    let approver = report(&[&create, &of_cell[..]].concat());
    std::fs::write(&secret, approver["secret"].as_str().unwrap()).unwrap();
    let by = ["--client", approver["client"].as_str().unwrap(), "--secret-file", &secret];
    let found = report(&[&["incident", "match", &sample], &of_cell[..], &by].concat());

    assert_eq!(found["canaries"].as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(
        (&found["outcomes"]["ours"], &found["outcomes"]["ours-partly"]),
        (&5.into(), &1.into()),
        "{found}"
    );
    let first = &found["sessions"][0];
    assert_eq!(first["client"].as_str(), Some(thief.id.as_str()), "{}", found["sessions"]);
    let told = found.to_string();
    assert!(
        !rows.lines().skip(1).any(|row| row.split(';').any(|value| value.len() > 3 && told.contains(value)))
    );
    // Looking for it raised no second alarm.
    let alarms = report(&[&["alarm", "list"], &of_cell[..]].concat());
    let of_canaries = alarms["alarms"].as_array().unwrap().iter().filter(|alarm| alarm["kind"] == "canary");
    assert_eq!(of_canaries.count(), 1, "{alarms}");
    server.end(rustix::process::Signal::TERM);
}

//! What is written is checked by the profiles of the cell's packages: real packages and documents of the KBV, over HTTP.

use crate::support::{Cell, Reply, Salus, test_data};
use salus_records::checks::{CheckSettings, Entry, Shelf};
use salus_trust_api::wire::checks::{ChecksAnswer, ChecksAsk, ChecksDraft};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const XML: (&str, &str) = ("Content-Type", "application/fhir+xml");
const PACKAGES: [&str; 9] = [
    "kbv.ita.eau-1.2.0",
    "kbv.ita.eau-1.2.1",
    "kbv.ita.for-1.2.0",
    "kbv.ita.for-1.2.1",
    "kbv.ita.erp-1.3.2",
    "gematik.kbv.eau.sfhir.cs.vs-1.2.0",
    "gematik.kbv.sfhir.cs.vs-1.6.0",
    "kbv.basis-1.7.0",
    "de.basisprofil.r4-1.5.2",
];

struct Kbv(PathBuf);

impl Kbv {
    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Puts the packages where the record server finds them; the settings that name them.
    fn packages(&self, dir: &Path) -> CheckSettings {
        let shelf = Shelf::new(&dir.join(salus_records::PACKAGES));
        let mut settings = CheckSettings::default();
        for stem in PACKAGES {
            let file = format!("{stem}.tgz");
            let (hash, package) = shelf.put(&fs::read(self.0.join("packages").join(&file)).unwrap()).unwrap();
            let version = Entry::version_of(&file, &package.name, &package.version);
            let strict = Entry::is_strict_by_name(&package.name);
            settings.put(Entry::new(&package.name, version, hash, strict).unwrap());
        }
        settings
    }
}

fn set(salus: &Salus, cell: &str, draft: ChecksDraft) -> u64 {
    let ask = |ask| match salus.admin().ask(AdminAsk::Checks { cell: cell.into(), ask }).unwrap() {
        AdminAnswer::Checks(answer) => answer,
        other => panic!("{other:?}"),
    };
    let ChecksAnswer::Shown(shown) = ask(ChecksAsk::Show) else { panic!("not shown") };
    match ask(ChecksAsk::Set { draft, against: shown.version, reason: "a test".into() }) {
        ChecksAnswer::Set(entry) => entry,
        other => panic!("{other:?}"),
    }
}

/// Validates until the answer is as wanted: what is set at the machine counts within a second.
fn until(cell: &Cell, body: &str, wanted: impl Fn(&Reply) -> bool) -> Reply {
    let begun = Instant::now();
    loop {
        let reply = cell.send("POST", "Bundle/$validate", &[XML], body.as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.text());
        if wanted(&reply) {
            return reply;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", reply.text());
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn errors(reply: &Reply) -> Vec<String> {
    let outcome = reply.json();
    let issues = outcome["issue"].as_array().unwrap();
    let errors = issues.iter().filter(|issue| issue["severity"] == "error");
    errors.map(|issue| format!("{} {}", issue["expression"][0], issue["details"]["text"])).collect()
}

fn is_valid(reply: &Reply) -> bool {
    errors(reply).is_empty()
}

fn post(cell: &Cell, body: &str) -> Reply {
    cell.send("POST", "Bundle", &[XML, ("Prefer", "return=OperationOutcome")], body.as_bytes())
}

#[test]
fn documents_are_checked_by_the_packages_of_their_day_in_the_cell_that_has_them() {
    let Some(data) = test_data("documents_are_checked_by_the_packages_of_their_day") else { return };
    let kbv = Kbv(data.join("kbv"));
    let mut salus = Salus::start();
    let (one, other) = (salus.cell("eins"), salus.cell("zwei"));
    let note = kbv.text("eau/valid/1.2.1_Beispiel_1-eAU_ERST_GKV_positiv.xml");
    // The section of the sick note's condition belongs to no slice.
    let broken = note.replacen(r#"<code value="AU_Condition" />"#, r#"<code value="Befund" />"#, 1);
    assert_ne!(note, broken);

    // Without packages the claim is taken, and said to be unchecked; a list that is not loaded is none of that.
    let reply = post(&one, &broken);
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert!(reply.text().contains("kbv.ita.eau 1.2.1"), "{}", reply.text());

    let settings = kbv.packages(salus.dir.path());
    let first = set(&salus, "eins", ChecksDraft::Text(settings.write()));
    let refused = until(&one, &broken, |reply| !is_valid(reply));
    assert!(
        errors(&refused)
            .iter()
            .any(|error| error.contains("Composition.section") || error.contains("resource.section")),
        "{:?}",
        errors(&refused)
    );
    assert!(is_valid(&until(&one, &note, |_| true)));
    assert_eq!(post(&one, &note).status, 201);
    let reply = post(&one, &broken);
    assert_eq!(reply.status, 422);
    assert!(
        reply.expressions().iter().any(|place| place.starts_with("Bundle.entry[0].resource")),
        "{}",
        reply.text()
    );
    // Another cell goes by its own settings.
    assert_eq!(post(&other, &broken).status, 201);

    // The document's own day says which version counts: until 26 January 2026 a space in this number is none's business.
    let old = kbv.text("eau/valid/1.2.0_Beispiel_1-eAU_ERST_GKV-BSNR.xml");
    for (day, status) in [("2026-01-26", 201), ("2026-01-27", 422)] {
        let dated = old.replace(r#"<date value="2025-12-01"/>"#, &format!(r#"<date value="{day}"/>"#));
        let reply = post(&one, &dated);
        assert_eq!(reply.status, status, "{day}: {}", reply.text());
    }
    assert_eq!(post(&one, &kbv.text("erp/valid/Beispiel_1_PZN.xml")).status, 201);
    for name in ["multiple-meta-profile", "invalid_Practitioner_for-laengeLANR"] {
        assert_eq!(post(&one, &kbv.text(&format!("erp/invalid/{name}.xml"))).status, 422, "{name}");
    }
    every_way_in(&one, &note);

    // A restart changes nothing; a file that is gone is said, and nothing is let through for it.
    salus.stop_server();
    salus.stop_keyholder();
    salus.start_keyholder();
    salus.start_server();
    let again = salus.client("eins", "fhir-client", 1_000);
    assert_eq!(post(&again, &broken).status, 422);
    salus.stop_server();
    let eau = settings.packages.iter().find(|one| one.version == "1.2.1").unwrap();
    let file =
        salus.dir.path().join("packages").join(format!("{}.tgz", salus_records::checks::hex(&eau.hash)));
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    salus.start_server();
    let again = Cell { address: salus.address(), ..again };
    let reply = post(&again, &note);
    assert_eq!(reply.status, 422);
    assert!(reply.text().contains("kbv.ita.eau 1.2.1"), "{}", reply.text());
    let notices = salus.events.lock().unwrap();
    assert!(notices.iter().any(|event| format!("{event:?}").contains("kbv.ita.eau 1.2.1 cannot be used")));
    drop(notices);

    // What was in force before is put back by the entry's number, or the program's own.
    set(&salus, "eins", ChecksDraft::Version(None));
    assert!(is_valid(&until(&again, &broken, is_valid)));
    fs::write(&file, &bytes).unwrap();
    set(&salus, "eins", ChecksDraft::Version(Some(first)));
    until(&again, &broken, |reply| !is_valid(reply));
}

/// Whatever way something is written, it is checked.
fn every_way_in(cell: &Cell, note: &str) {
    let profile =
        r#""meta":{"profile":["https://fhir.kbv.de/StructureDefinition/KBV_PR_FOR_Organization|1.2"]}"#;
    let bad = format!(r#"{{"resourceType":"Organization",{profile},"name":"MVZ"}}"#);
    assert_eq!(cell.post("Organization", &bad).status, 422);
    let id = cell.create("Organization", r#"{"resourceType":"Organization","name":"MVZ"}"#);
    let with_id = bad.replacen('{', &format!(r#"{{"id":"{id}","#), 1);
    assert_eq!(cell.put(&format!("Organization/{id}"), &with_id).status, 422);
    let patch = r#"[{"op":"add","path":"/meta/profile","value":["https://fhir.kbv.de/StructureDefinition/KBV_PR_FOR_Organization|1.2"]}]"#;
    let kind = [("Content-Type", "application/json-patch+json")];
    assert_eq!(cell.send("PATCH", &format!("Organization/{id}"), &kind, patch.as_bytes()).status, 422);
    for (kind, status) in [("transaction", 422), ("batch", 200)] {
        let bundle = format!(
            r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{{"resource":{bad},"request":{{"method":"POST","url":"Organization"}}}}]}}"#
        );
        let reply = cell.post("", &bundle);
        assert_eq!(reply.status, status, "{}", reply.text());
        assert!(
            reply.text().contains("Bundle.entry[0].resource.telecom")
                && !reply.text().contains("resource.id\""),
            "{}",
            reply.text()
        );
        assert!(
            kind == "transaction"
                || reply.json()["entry"][0]["response"]["status"].as_str().unwrap().starts_with("422")
        );
    }
    // The stored one, and one that is to be as another profile wants it.
    let stored = post(cell, note);
    let id = stored
        .header("location")
        .unwrap()
        .split("/Bundle/")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    let reply = cell.get(&format!("Bundle/{id}/$validate"));
    assert!(reply.status == 200 && is_valid(&reply), "{}", reply.text());
    let profile = "https://fhir.kbv.de/StructureDefinition/KBV_PR_ERP_Bundle%7C1.3";
    let reply = cell.get(&format!("Bundle/{id}/$validate?mode=profile&profile={profile}"));
    assert!(reply.status == 200 && !is_valid(&reply), "{}", reply.text());
}

#[test]
fn validate_says_what_is_wrong_and_writes_nothing() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let good = r#"{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"birthDate":"1970-01-01"}"#;
    let bad = r#"{"resourceType":"Patient","contact":[{"relationship":[{"text":"x"}]}],"gender":"unknown"}"#;
    let parameters = |resource: &str, more: &str| {
        format!(
            r#"{{"resourceType":"Parameters","parameter":[{{"name":"resource","resource":{resource}}}{more}]}}"#
        )
    };
    for (path, body, valid) in [
        ("Patient/$validate", good.to_owned(), true),
        ("Patient/$validate", bad.to_owned(), false),
        ("Patient/$validate", parameters(good, r#",{"name":"mode","valueCode":"create"}"#), true),
        (
            "Patient/$validate",
            parameters(
                good,
                r#",{"name":"profile","valueUri":"http://hl7.org/fhir/StructureDefinition/Patient"}"#,
            ),
            true,
        ),
        (
            "Patient/$validate",
            parameters(good, r#",{"name":"profile","valueUri":"https://example.org/nowhere"}"#),
            false,
        ),
        ("Patient/$validate", good.replace("birthDate", "birthday"), false),
        ("Patient/x1/$validate", parameters(good, r#",{"name":"mode","valueCode":"update"}"#), false),
    ] {
        let reply = cell.post(path, &body);
        assert_eq!((reply.status, is_valid(&reply)), (200, valid), "{body}: {}", reply.text());
        assert_eq!(reply.json()["resourceType"], "OperationOutcome");
    }
    let reply = cell.send("POST", "Patient/$validate", &[("Accept-Language", "de")], bad.as_bytes());
    assert_eq!(reply.expressions()[0], "Patient.contact[0]");
    assert_eq!(reply.json()["language"], "de");
    for (path, body) in [
        ("Patient/$validate", "no json"),
        ("Patient/$validate", r#"{"resourceType":"Parameters"}"#),
        ("Patient/$validate?mode=perhaps", good),
        ("Patient/$validate?moed=create", good),
        ("Patient/$validate?profile=", good),
        ("Patient/$validate", &parameters(good, &format!(r#",{{"name":"resource","resource":{good}}}"#))),
    ] {
        assert_eq!(cell.post(path, body).status, 400, "{path} {body}");
    }
    let mode = cell.post("Patient/$validate?mode=perhaps", good);
    assert!(mode.text().contains("create, update, delete or profile"), "{}", mode.text());
    // No address says an id that another could differ from.
    let update = cell.post("Patient/$validate?mode=update", good);
    assert!(update.status == 200 && !update.text().contains("id in the address"), "{}", update.text());
    let no_text =
        cell.send("POST", "Patient/$validate", &[("Content-Type", "application/fhir+json")], b"\"\xff\"");
    assert_eq!(no_text.status, 400, "{}", no_text.text());
    assert_eq!(cell.get("Patient/none/$validate").status, 404);
    let stranger = cell.http().send(
        "POST",
        &cell.path("Patient/$validate"),
        &[("Content-Type", "application/fhir+json")],
        bad.as_bytes(),
    );
    assert_eq!(stranger.status, 401);
    // A rule of R4's holds for what is written, too.
    assert_eq!(cell.post("Patient", bad).status, 422);
    assert_eq!(cell.get("Patient?_summary=count").json()["total"], 0);
    // The record that is there is read, and the log says so.
    let id = cell.create("Patient", good);
    let before = salus.log("praxis").len();
    let reply = cell.get(&format!("Patient/{id}/$validate"));
    assert!(reply.header("salus-log-entry").is_some() && is_valid(&reply), "{}", reply.text());
    assert!(salus.log("praxis").len() > before);
    let metadata = cell.get("metadata").text();
    assert!(metadata.contains(
        r#"{"name":"validate","definition":"http://hl7.org/fhir/OperationDefinition/Resource-validate"}"#
    ));
}

#[test]
fn what_is_no_package_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(&dir.path().join("packages"));
    assert!(shelf.put(b"no package").is_err() && shelf.put(&[0x1f, 0x8b, 8, 0, 0, 0]).is_err());
    assert!(!dir.path().join("packages").exists());
}

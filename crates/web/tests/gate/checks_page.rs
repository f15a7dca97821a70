//! How it is checked, on the page for administrators: what is shown, what would change before it does, and what then holds for whoever writes.

use crate::admin::Desk;
use crate::roles::{encoded, form};
use crate::support::{Cell, Http, Reply, Salus};
use salus_records::checks::{CheckSettings, Entry, Shelf};
use salus_records::fhir::package::pack;
use salus_trust_api::wire::checks::{ChecksAnswer, ChecksAsk, ChecksDraft};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};

pub const NAMED: &str = "https://example.org/StructureDefinition/named";
pub const PAGE: &str = "/admin/checks";

/// A package with one profile of one's own: a patient has a name.
pub fn package(name: &str, version: &str) -> Vec<u8> {
    let profile = format!(
        r#"{{"resourceType":"StructureDefinition","url":"{NAMED}","version":"{version}","name":"Named","status":"active","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{{"element":[{{"id":"Patient","path":"Patient"}},{{"id":"Patient.name","path":"Patient.name","min":1}}]}}}}"#
    );
    let codes = r#"{"resourceType":"CodeSystem","url":"https://example.org/codes","status":"active","content":"complete","concept":[{"code":"a"},{"code":"b"}]}"#;
    pack(name, version, &[("named.json", &profile), ("codes.json", codes)]).unwrap()
}

/// Has the package counted, as `salus package add` does at the machine.
fn at_machine(salus: &Salus) -> Entry {
    let shelf = Shelf::new(&salus.dir.path().join(salus_records::PACKAGES));
    let (hash, package) = shelf.put(&package("example.named", "1.0.0")).unwrap();
    let entry = Entry::new(&package.name, &package.version, hash, false).unwrap();
    let mut settings = CheckSettings::default();
    settings.put(entry.clone());
    let draft = ChecksDraft::Text(settings.write());
    let ask = ChecksAsk::Set { draft, against: None, reason: "bought".into() };
    let answer = salus.admin().ask(AdminAsk::Checks { cell: "praxis".into(), ask }).unwrap();
    assert!(matches!(answer, AdminAnswer::Checks(ChecksAnswer::Set(_))), "{answer:?}");
    entry
}

/// Sends files as the page's form does.
fn bring(salus: &Salus, by: &Desk<'_>, files: &[(&str, &[u8])]) -> Reply {
    let mut body = b"--xy\r\nContent-Disposition: form-data; name=\"do\"\r\n\r\nadd\r\n".to_vec();
    for (name, bytes) in files {
        let of = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
        body.extend([b"--xy\r\n", of.as_bytes(), b"\r\n\r\n", bytes, b"\r\n"].concat());
    }
    body.extend(b"--xy--\r\n");
    sent(salus, by, "multipart/form-data; boundary=xy", &format!("/praxis{PAGE}"), &body)
}

fn sent(salus: &Salus, by: &Desk<'_>, kind: &str, path: &str, body: &[u8]) -> Reply {
    let headers = [
        ("Cookie", by.cookie()),
        ("Content-Type", kind),
        ("Sec-Fetch-Site", "same-origin"),
        ("Accept-Language", "en"),
    ];
    Http::new(salus.address()).send("POST", path, &headers, body)
}

/// Does what a page has compared.
pub fn confirm(boss: &Desk<'_>, preview: &Reply) -> Reply {
    let (status, text) = (preview.status, preview.text());
    assert!(status == 200 && text.contains("name=\"against\""), "{status}: {text}");
    boss.post(PAGE, &encoded(&form(&text, "action=\"/praxis/admin/checks\"")))
}

/// The fields of a form of the page, others in their place.
fn filled(page: &str, from: &str, with: &[(&str, Option<&str>)]) -> String {
    let mut fields = form(page, from);
    for (name, value) in with {
        fields.retain(|(field, _)| field != name);
        fields.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
    }
    encoded(&fields)
}

pub fn claiming(body: &str) -> String {
    format!(r#"{{"resourceType":"Patient","meta":{{"profile":["{NAMED}"]}}{body}}}"#)
}

fn import(cell: &Cell, mark: u8, resource: &str) -> Reply {
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{resource},"request":{{"method":"POST","url":"Patient"}}}}]}}"#
    );
    let mark = format!("{mark:02x}").repeat(32);
    let headers = [("Salus-Import", mark.as_str()), ("Prefer", "return=OperationOutcome")];
    cell.send("POST", "", &headers, bundle.as_bytes())
}

#[test]
fn what_counts_is_shown_and_changes_after_it_was_said_what_that_means() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let page = boss.get(PAGE).text();
    assert!(
        page.contains("No package yet") && page.contains("Nobody has changed the settings yet"),
        "{page}"
    );
    at_machine(&salus);
    let begun = std::time::Instant::now();
    while cell.post("Patient", &claiming("")).status != 422 {
        assert!(begun.elapsed().as_secs() < 20, "what is set at the machine counts within a second");
    }
    let page = boss.get(PAGE).text();
    for said in ["example.named</bdi> 1.0.0", "one profile", "2 codes", "counts always", "bought"] {
        assert!(page.contains(said), "{said}: {page}");
    }

    // A profile that is demanded is kept by what does not claim it, too.
    let nameless = r#"{"resourceType":"Patient"}"#;
    assert_eq!(cell.post("Patient", nameless).status, 201);
    let typed = format!("Patient {NAMED}");
    let preview = boss.post(PAGE, &filled(&page, "id=\"modes\"", &[("demanded", Some(&typed))]));
    assert!(preview.text().contains(&format!("Everything of type Patient must keep {NAMED}")));
    assert_eq!(cell.post("Patient", nameless).status, 201, "it was only looked at");
    let done = confirm(&boss, &preview);
    let to = done.header("location").unwrap().trim_start_matches("/praxis").to_owned();
    let refused = cell.post("Patient", nameless);
    assert_eq!((refused.status, refused.expressions()[0].as_str()), (422, "Patient.name"));
    assert_eq!(cell.post("Patient", r#"{"resourceType":"Patient","name":[{"family":"A"}]}"#).status, 201);
    assert_eq!(import(&cell, 1, nameless).status, 422);
    // Whoever compared with what is in force no more changes nothing.
    let late = confirm(&boss, &preview);
    assert!(late.status == 422 && late.text().contains("Somebody changed the settings meanwhile"));
    assert!(boss.get("/admin/log").text().contains("changed how what is written is checked"));

    // What is wrong stays in its field.
    let page = boss.get(&to).text();
    for (typed, said) in [("Nothing https://x", "is no type with a profile"), ("Patient x", "“Patient x”")]
    {
        let wrong = boss.post(PAGE, &filled(&page, "id=\"modes\"", &[("demanded", Some(typed))]));
        let text = wrong.text();
        assert!(wrong.status == 422 && text.contains(said) && text.contains("demanded-error"), "{text}");
        assert!(text.contains(typed), "{text}");
    }

    // An import that only warns takes what breaks it, and tells; who writes is refused as before.
    let preview =
        boss.post(PAGE, &filled(&page, "id=\"modes\"", &[("import", Some("1")), ("demanded", Some(&typed))]));
    let text = preview.text();
    assert!(text.contains("Less strict than now") && !text.contains("is not demanded any more"), "{text}");
    assert_eq!(confirm(&boss, &preview).status, 303);
    assert_eq!(cell.post("Patient", nameless).status, 422);
    let taken = import(&cell, 2, nameless);
    assert_eq!(taken.status, 200, "{}", taken.text());
    let outcome = &taken.json()["entry"][0]["response"];
    assert!(outcome["status"].as_str().unwrap().starts_with("201"), "{outcome}");
    let issues = outcome["outcome"]["issue"].to_string();
    assert!(issues.contains("warning") && issues.contains("Patient.name"), "{outcome}");

    // What was just done is undone by one step.
    let page = boss.get(PAGE).text();
    let entry = form(&page, "id=\"modes\"").into_iter().find(|(name, _)| name == "seen").unwrap().1;
    let notice = boss.get(&format!("{PAGE}?done={entry}")).text();
    assert!(notice.contains(&format!("name=\"undo\" value=\"{entry}\"")), "{notice}");
    assert_eq!(
        boss.post(PAGE, &format!("undo={entry}")).header("location"),
        Some("/praxis/admin/checks?done=undone")
    );
    assert_eq!(import(&cell, 3, nameless).status, 422);
    assert_eq!(boss.post(PAGE, &format!("undo={entry}")).status, 422, "it is in force no more");
}

#[test]
fn a_package_goes_and_comes_back_and_the_table_of_days_is_changed() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    at_machine(&salus);
    let begun = std::time::Instant::now();
    while cell.post("Patient", &claiming("")).status != 422 {
        assert!(begun.elapsed().as_secs() < 20);
    }
    // A day on which it counts no more.
    let page = boss.get(PAGE).text();
    assert!(page.contains("value=\"Composition.date\"") && page.contains("value=\"2026-01-27\""), "{page}");
    let new = |until| {
        [
            ("profile-2", Some("https://example.org/StructureDefinition/letter")),
            ("dates-2", Some("Composition.date")),
            ("name-2-0", Some("example.named")),
            ("version-2-0", Some("1.0.0")),
            ("from-2-0", Some("2020-01-01")),
            ("until-2-0", Some(until)),
        ]
    };
    for (day, said) in [("2019-01-01", "the last day is before the first"), ("2020-13-01", "a day is none")] {
        let wrong = boss.post(PAGE, &filled(&page, "id=\"validity\"", &new(day)));
        let text = wrong.text();
        assert!(wrong.status == 422 && text.contains(said) && text.contains("table-error"), "{text}");
        assert!(text.contains(&format!("value=\"{day}\"")), "what was typed stays: {text}");
    }
    let preview = boss.post(PAGE, &filled(&page, "id=\"validity\"", &new("2020-12-31")));
    let text = preview.text();
    assert!(
        text.contains("New: letter: example.named 1.0.0 (counts from 1 Jan 2020 until 31 Dec 2020)"),
        "{text}"
    );
    assert!(!text.contains("No longer"), "the rest stays: {text}");
    // The KBV's lines that it began with are its own from now on, and name what is not there.
    let lacks =
        text.split("name packages which are not there").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(lacks.contains("kbv.ita.") && !lacks.contains("example.named"), "{lacks}");
    assert_eq!(confirm(&boss, &preview).status, 303);
    assert_eq!(cell.post("Patient", &claiming("")).status, 201);
    let page = boss.get(PAGE).text();
    assert!(page.contains("own table") && page.contains("until 31 Dec 2020"), "{page}");
    let preview = boss.post(PAGE, "do=kbv");
    assert!(preview.text().contains("No longer: letter"), "{}", preview.text());
    assert_eq!(confirm(&boss, &preview).status, 303);
    assert_eq!(cell.post("Patient", &claiming("")).status, 422);

    let preview = boss.post(PAGE, "do=remove&name=example.named&version-of=1.0.0");
    assert!(preview.text().contains("its profiles are not known any more"), "{}", preview.text());
    assert!(!preview.text().contains("which are not there"), "the program's own table has no line of it");
    assert_eq!(cell.post("Patient", &claiming("")).status, 422);
    let done = confirm(&boss, &preview);
    let entry = done.header("location").unwrap().split("done=").nth(1).unwrap().to_owned();
    assert_eq!(cell.post("Patient", &claiming("")).status, 201);
    assert_eq!(boss.post(PAGE, &format!("undo={entry}")).status, 303);
    assert_eq!(cell.post("Patient", &claiming("")).status, 422);

    // An earlier version, and the program's own.
    let page = boss.get(PAGE).text();
    assert!(page.contains("put back the settings of entry"), "{page}");
    let name = format!("{PAGE}/version?version={entry}");
    assert_eq!((boss.get(&name).status, boss.get(&format!("{PAGE}/version?version=1")).status), (200, 404));
    let back = boss.post(PAGE, "do=version&version=own");
    assert_eq!(confirm(&boss, &back).status, 303);
    assert_eq!(cell.post("Patient", &claiming("")).status, 201);
    let text = boss.post(PAGE, "do=text&text=import+perhaps");
    assert!(text.status == 422 && text.text().contains("Line 1 is none that is known"), "{}", text.text());
    // Settings that no page of this version reads are put back, and not written over.
    let physician = Desk::of(&salus, "physician", "Dr. Ada Muster");
    let tidy = ["do=tidy", "do=tidy&sure=1&against="];
    for form in
        ["do=kbv", "do=set&text=&against=", "undo=1", "do=version&version=own"].into_iter().chain(tidy)
    {
        assert_eq!(physician.post(PAGE, form).status, 403, "{form}");
    }
    assert_eq!(boss.post(PAGE, "do=something").status, 400);
}

/// What lies in the cell's own folder of packages and what waits there, by count.
fn brought(salus: &Salus) -> (usize, usize) {
    let id = crate::admin::id_of(salus, "praxis");
    let folder = salus_records::checks::brought_folder(salus.dir.path(), id);
    let count = |folder: std::path::PathBuf| {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        files.filter(|file| file.path().is_file()).count()
    };
    (count(folder.clone()), count(folder.join("waiting")))
}

#[test]
fn a_package_is_brought_shown_before_it_counts_and_lies_with_its_cell() {
    let mut salus = Salus::start();
    let (cell, other) = (salus.cell("praxis"), salus.cell("zweite"));
    let file = package("example.named", "1.0.0");
    {
        let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
        // The file's name says the version.
        let preview = bring(&salus, &boss, &[("example.named-2.0.0.tgz", &file)]);
        let text = preview.text();
        for said in [
            "example.named 2.0.0: what claims a profile of this package is checked",
            NAMED,
            "one profile, 2 codes",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert_eq!((cell.post("Patient", &claiming("")).status, brought(&salus)), (201, (0, 1)));
        assert_eq!(confirm(&boss, &preview).status, 303);
        let refused = cell.post("Patient", &claiming(""));
        assert_eq!((refused.status, refused.expressions()[0].as_str()), (422, "Patient.name"));
        assert_eq!(brought(&salus), (1, 0));
        // It is this cell's, and nothing lies where the machine puts its own.
        assert_eq!(other.post("Patient", &claiming("")).status, 201);
        assert!(!salus.dir.path().join(salus_records::PACKAGES).exists());
        // The same once more changes nothing; other content for the same version is not taken.
        let same = bring(&salus, &boss, &[("example.named-2.0.0.tgz", &file)]);
        assert!(same.text().contains("Nothing would change"), "{}", same.text());
        let changed = bring(&salus, &boss, &[("example.named-2.0.0.tgz", &package("example.named", "3"))]);
        assert!(
            changed.status == 422
                && changed.text().contains("example.named 2.0.0 is there already, with other content")
        );
    }
    // It is read again after a restart.
    salus.stop_server();
    salus.start_server();
    let cell = Cell { address: salus.address(), ..cell };
    assert_eq!(cell.post("Patient", &claiming("")).status, 422);
    let boss = Desk::of(&salus, "practice-administrator", "Cem Beispiel");
    assert!(boss.get(PAGE).text().contains("example.named</bdi> 2.0.0"));
    // Taken out, its file stays, for putting it back.
    let preview = boss.post(PAGE, "do=remove&name=example.named&version-of=2.0.0");
    let done = confirm(&boss, &preview);
    assert_eq!((cell.post("Patient", &claiming("")).status, brought(&salus)), (201, (1, 0)));
    let entry = done.header("location").unwrap().split("done=").nth(1).unwrap().to_owned();
    assert_eq!(boss.post(PAGE, &format!("undo={entry}")).status, 303);
    assert_eq!(cell.post("Patient", &claiming("")).status, 422);

    // A file that was changed is said, lets nothing through, and is mended by bringing it again.
    salus.stop_server();
    let id = crate::admin::id_of(&salus, "praxis");
    let folder = salus_records::checks::brought_folder(salus.dir.path(), id);
    let kept =
        std::fs::read_dir(folder).unwrap().flatten().find(|file| file.path().is_file()).unwrap().path();
    std::fs::write(&kept, b"changed").unwrap();
    salus.start_server();
    let cell = Cell { address: salus.address(), ..cell };
    let good = claiming(r#","name":[{"family":"A"}]"#);
    assert_eq!(cell.post("Patient", &good).status, 422);
    let boss = Desk::of(&salus, "practice-administrator", "Dora Beispiel");
    assert!(boss.get(PAGE).text().contains("example.named 2.0.0 cannot be used"));
    let preview = bring(&salus, &boss, &[("example.named-2.0.0.tgz", &file)]);
    assert!(preview.text().contains("its file is there again"), "{}", preview.text());
    assert_eq!(confirm(&boss, &preview).status, 303);
    assert_eq!((cell.post("Patient", &good).status, cell.post("Patient", &claiming("")).status), (201, 422));
    assert_eq!(std::fs::read(&kept).unwrap(), file);

    // What a line names stays, whoever asks; what none names goes after it was said what that means.
    let surely = |against: &str| boss.post(PAGE, &format!("do=tidy&sure=1&against={against}"));
    let seen = || {
        form(&boss.get(PAGE).text(), "id=\"modes\"").into_iter().find(|(name, _)| name == "seen").unwrap().1
    };
    assert!(!boss.get(PAGE).text().contains("Packages that no line names"));
    assert_eq!(surely(&seen()).header("location"), Some("/praxis/admin/checks?tidied=0"));
    assert_eq!(brought(&salus), (1, 0));
    confirm(&boss, &boss.post(PAGE, "do=remove&name=example.named&version-of=2.0.0"));
    let page = boss.get(PAGE).text();
    assert!(page.contains("Packages that no line names") && page.contains("1 of at most 128"), "{page}");
    let said = boss.post(PAGE, "do=tidy").text();
    assert!(
        said.contains("This cannot be undone") && said.contains("Whoever administers this practice"),
        "{said}"
    );
    assert!(surely("1").status == 422 && brought(&salus) == (1, 0), "the settings are others");
    assert_eq!(surely(&seen()).header("location"), Some("/praxis/admin/checks?tidied=1"));
    assert_eq!((brought(&salus), cell.post("Patient", &claiming("")).status), ((0, 0), 201));
    let page = boss.get(&format!("{PAGE}?tidied=1")).text();
    assert!(page.contains("Removed: 1.") && !page.contains("Packages that no line names"), "{page}");
}

#[test]
fn what_is_no_package_is_said_beside_the_field_and_nothing_is_kept() {
    let salus = Salus::start();
    salus.cell("praxis");
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let good = package("example.named", "1.0.0");
    let large = vec![0; salus_records::checks::MAX_BROUGHT_AT_ONCE_BYTES + 1];
    let none = pack("", "1", &[]).unwrap();
    let twice = pack("a.b", "1", &[("package.json", r#"{"name":"c","version":"2"}"#)]).unwrap();
    let leads_out = pack("a.b", "1", &[("../../evil", "{}")]).unwrap();
    let cases: [(&str, &[u8], &str); 8] = [
        ("twice.tgz", &twice, "twice.tgz is not taken: package/package.json is in it twice"),
        ("evil.tgz", &leads_out, "evil.tgz is not taken: its path package/../../evil leads out"),
        ("letter.pdf", b"%PDF-1.7", "letter.pdf is no package: it is no .tgz file"),
        ("cut.tgz", &good[..good.len() / 2], "cut.tgz is damaged or not whole"),
        ("", b"", "Choose a file"),
        ("large.tgz", &large, "at most 32 MiB together"),
        ("none.tgz", &none, "none.tgz is no FHIR package"),
        ("<b>.tgz", b"x", "&#60;b&#62;.tgz is no package"),
    ];
    for (name, bytes, said) in cases {
        let reply = bring(&salus, &boss, &[(name, bytes)]);
        let text = reply.text();
        assert_eq!(reply.status, 422, "{name}: {text}");
        let beside = text.split("id=\"file-error\"").nth(1).unwrap().split("</div>").next().unwrap();
        assert!(
            beside.contains(said) && text.contains("aria-describedby=\"file-hint file-error\""),
            "{said}: {beside}"
        );
        assert_eq!(brought(&salus), (0, 0), "{name}");
    }
    // All that is wrong is said at once, and of several files none counts.
    let both =
        bring(&salus, &boss, &[("a.tgz", b"x"), ("example.named-1.0.0.tgz", &good), ("b.tgz", b"y")]).text();
    assert!(both.contains("a.tgz is no package") && both.contains("b.tgz is no package"), "{both}");
    assert!(boss.get(PAGE).text().contains("No package yet") && brought(&salus) == (0, 0));
    // A form that is none, or of another page; and whoever does not administer keeps nothing there.
    for (path, body) in [("/praxis/admin/checks", "--xy\r\nbroken"), ("/praxis/admin/roles", "--xy--")] {
        let reply = sent(&salus, &boss, "multipart/form-data; boundary=xy", path, body.as_bytes());
        assert_eq!(reply.status, 400, "{path}");
    }
    let physician = Desk::of(&salus, "physician", "Dr. Ada Muster");
    assert_eq!(bring(&salus, &physician, &[("a.tgz", &package("example.named", "9"))]).status, 403);
    assert_eq!(brought(&salus), (0, 0));

    // What waited too long is to be chosen once more; and a folder that is full says its bounds.
    let preview = bring(&salus, &boss, &[("a-1.tgz", &good)]);
    let id = crate::admin::id_of(&salus, "praxis");
    let folder = salus_records::checks::brought_folder(salus.dir.path(), id);
    std::fs::remove_dir_all(folder.join("waiting")).unwrap();
    let late = confirm(&boss, &preview);
    assert!(late.status == 422 && late.text().contains("it waits for an hour at most"), "{}", late.text());
    assert!(boss.get(PAGE).text().contains("No package yet"));
    for at in 0..salus_records::checks::MAX_BROUGHT_PACKAGES {
        std::fs::write(folder.join(format!("{at}.tgz")), b"x").unwrap();
    }
    let full = bring(&salus, &boss, &[("a-1.tgz", &good)]);
    assert!(
        full.status == 422 && full.text().contains("at most 128 packages and 256 MiB"),
        "{}",
        full.text()
    );
}

#[test]
fn packages_of_the_kbv_are_brought_in_any_order_and_what_is_lacking_is_named() {
    let Some(data) = crate::support::test_data("packages_of_the_kbv_are_brought") else { return };
    let salus = Salus::start();
    salus.cell("praxis");
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let read = |name: &str| std::fs::read(data.join("kbv/packages").join(name)).unwrap();
    let (eau, rest) =
        (read("kbv.ita.eau-1.2.1.tgz"), [read("kbv.ita.for-1.2.1.tgz"), read("kbv.basis-1.7.0.tgz")]);
    let alone = bring(&salus, &boss, &[("kbv.ita.eau-1.2.1.tgz", &eau)]).text();
    let lacks = alone.split("Needs, and it is not loaded: ").nth(1).unwrap().split('.').next().unwrap();
    assert!(lacks.contains("kbv"), "{alone}");
    assert!(
        alone.contains("a second profile and unknown extensions are refused"),
        "strict by its name: {alone}"
    );
    let files = [
        ("kbv.ita.eau-1.2.1.tgz", &*eau),
        ("kbv.basis-1.7.0.tgz", &*rest[1]),
        ("kbv.ita.for-1.2.1.tgz", &*rest[0]),
    ];
    assert_eq!(confirm(&boss, &bring(&salus, &boss, &files)).status, 303);
    let page = boss.get(PAGE).text();
    assert!(
        page.contains("counts from 27 Jan 2026") && page.matches("class=\"tag\">strict").count() == 2,
        "{page}"
    );
    // What needs it stays, and says so before it goes.
    let gone = boss.post(PAGE, "do=remove&name=kbv.basis&version-of=1.7.0").text();
    assert!(gone.contains("kbv.ita.for 1.2.1: Needs, and it is not loaded: kbv.basis"), "{gone}");
}

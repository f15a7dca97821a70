//! Administration over HTTP: who gets its pages, what they do, and that they name no patient.

use crate::admin_people::{DOOR, ask_people, signed_in};
use crate::support::{Cell, Http, Reply, Salus};
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::wire::people::{PeopleAnswer, PeopleAsk, PersonInfo};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";
const HOSTILE: &str = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>";
const PAGES: [&str; 15] = [
    "/admin",
    "/admin/people",
    "/admin/people/new",
    "/admin/roles",
    "/admin/roles/version?version=own",
    "/admin/checks",
    "/admin/checks/version?version=own",
    "/admin/clients",
    "/admin/clients/new",
    "/admin/log",
    "/admin/checkpoints",
    "/admin/alarms",
    "/admin/alarms/rules",
    "/admin/contain",
    "/admin/changes",
];

pub fn id_of(salus: &Salus, name: &str) -> CellId {
    match salus.admin().ask(AdminAsk::Status).unwrap() {
        AdminAnswer::Status(status) => {
            status.cells.iter().find(|cell| cell.info.name == name).map(|cell| cell.info.id).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

/// Somebody at a browser.
pub struct Desk<'a> {
    salus: &'a Salus,
    cookie: String,
    pub principal: PrincipalId,
}

impl<'a> Desk<'a> {
    pub fn of(salus: &'a Salus, role: &str, name: &str) -> Self {
        let (principal, cookie) = signed_in(salus, ("praxis", id_of(salus, "praxis")), role, name);
        Self { salus, cookie, principal }
    }

    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[("Accept-Language", "en")], "")
    }

    pub fn post(&self, path: &str, form: &str) -> Reply {
        let headers = [("Content-Type", FORM), ("Sec-Fetch-Site", "same-origin"), ("Accept-Language", "en")];
        self.send("POST", path, &headers, form)
    }

    /// Sends the form of a page, with its one-time id.
    fn make(&self, page: &str, path: &str, form: &str) -> Reply {
        let page = self.get(page).text();
        let once =
            page.split("name=\"once\" value=\"").nth(1).map_or("", |rest| rest.split('"').next().unwrap());
        self.post(path, &format!("{form}&once={once}"))
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut all = vec![("Cookie", self.cookie.as_str())];
        all.extend_from_slice(headers);
        Http::new(self.salus.address()).send(method, &format!("/praxis{path}"), &all, body.as_bytes())
    }
}

fn people(salus: &Salus) -> Vec<PersonInfo> {
    match ask_people(salus, PeopleAsk::List { cell: Some("praxis".into()) }) {
        PeopleAnswer::People(all) => all,
        other => panic!("{other:?}"),
    }
}

fn found(salus: &Salus, name: &str) -> PersonInfo {
    people(salus).into_iter().find(|person| person.name == name).unwrap()
}

/// The value of a field of a page.
fn value_of(page: &str, id: &str) -> String {
    let rest = page.split(&format!("id=\"{id}\"")).nth(1).unwrap();
    rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[test]
fn who_administers_finds_what_they_may_do_and_is_led_to_nothing_else() {
    let salus = Salus::start();
    salus.cell("praxis");
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let part = |q: &str| {
        boss.send("GET", &format!("/find?q={q}"), &[("Accept-Language", "en"), ("HX-Request", "true")], "")
    };
    let roles = part("rol");
    assert_eq!(roles.status, 200, "{}", roles.text());
    assert!(
        roles.text().contains("/praxis/admin/roles") && roles.text().contains("data-of=\"rol\""),
        "{}",
        roles.text()
    );
    assert!(!part("pat").text().contains("/praxis/patient/new"));
    let page = boss.get("/find").text();
    assert!(page.contains("/praxis/admin/log") && !page.contains("/praxis/patient/new"), "{page}");
    for path in ["/today", "/inbox", "/tasks"] {
        assert_eq!(boss.get(path).header("location"), Some("/praxis/admin"), "{path}");
        assert!(!page.contains(&format!("href=\"/praxis{path}\" data-key")), "{path}");
    }
}

#[test]
fn only_administrators_get_in_and_others_learn_who_can_help() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let physician = Desk::of(&salus, "physician", "Dr. Ada Muster");
    for path in PAGES {
        let page = boss.get(path);
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        assert!(page.header("cache-control").is_some_and(|value| value == "no-store"), "{path}");
        let refused = physician.get(path);
        assert_eq!(refused.status, 403, "{path}");
        assert!(
            refused.text().contains("Dr. Ada Muster") && refused.text().contains("administers your practice")
        );
        assert!(!refused.text().contains("Bea Beispiel"), "{path}: nobody else is named");
        let stranger = Http::new(salus.address()).send("GET", &format!("/praxis{path}"), &[], b"");
        assert_eq!(stranger.status, 303);
    }
    let roles = boss.get("/admin/roles").text();
    assert!(roles.contains("<h2>Approves") && roles.contains(">1,500<"), "{roles}");
    assert!(!boss.get("/admin/clients/new").text().contains("approver"), "it is made at the machine");
    for path in ["/admin/people/new", "/admin/clients/new"] {
        let page = boss.get(path).text();
        assert!(page.contains("<form class=\"filling\" data-saves"), "{path}: {page}");
    }
    // One's own passkeys are at the door, which is told where to come back to.
    assert!(boss.get("/admin").text().contains("href=\"/praxis/passkeys\""));
    for one in [&boss, &physician] {
        let found =
            one.send("GET", "/find?q=passk", &[("HX-Request", "true"), ("Accept-Language", "en")], "");
        assert!(found.text().contains("/praxis/passkeys"), "{}", found.text());
    }
    let to_door = boss.get("/passkeys");
    let to = format!("{DOOR}/passkeys?cell=praxis");
    assert_eq!((to_door.status, to_door.header("location")), (303, Some(to.as_str())));
    // The rail leads there for those who may go.
    assert!(boss.get("/admin").text().contains("href=\"/praxis/admin\""));
    assert!(!physician.get("/today").text().contains("href=\"/praxis/admin\""));
    // An application's session is nobody's.
    let cookie = format!("__Host-salus.praxis={}", *cell.session.token.to_text());
    let reply = cell.http().send("GET", "/praxis/admin/log", &[("Cookie", &cookie)], b"");
    assert_eq!(reply.status, 403);
    for (path, form) in [
        ("/admin/people/new", "name=A&role=physician"),
        ("/admin/clients/new", "name=A&role=fhir-reader&size=small"),
    ] {
        assert_eq!(physician.post(path, form).status, 403, "{path}");
        let foreign =
            boss.send("POST", path, &[("Content-Type", FORM), ("Sec-Fetch-Site", "cross-site")], form);
        assert_eq!(foreign.status, 403, "{path}");
    }
    assert_eq!(people(&salus).len(), 2, "nobody was added");
}

#[test]
fn somebody_is_invited_suspended_restored_and_leaves() {
    let salus = Salus::start();
    salus.cell("praxis");
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let empty = boss.post("/admin/people/new", "name=&language=fr");
    assert_eq!(empty.status, 422);
    assert!(empty.text().contains("href=\"#name\"") && empty.text().contains("href=\"#role\""));
    assert!(empty.text().contains("value=\"fr\" checked"), "what was chosen stands there still");
    assert!(!empty.text().contains("practitioner"), "what nobody can check is not asked for");

    let made = boss.make("/admin/people/new", "/admin/people/new", "name=Dr.+Neu&role=physician&language=fr");
    assert_eq!(made.status, 200, "{}", made.text());
    let link = value_of(&made.text(), "link");
    assert!(link.starts_with(&format!("{DOOR}/invitation#salus_")), "{link}");
    assert!(
        made.text().contains("data-copy=\"link\"") && made.text().contains("autofocus"),
        "copying is next"
    );
    assert!(boss.get("/admin/people").text().contains("good for 2 more days"));
    let person = found(&salus, "Dr. Neu");
    assert_eq!((person.role.as_str(), person.language.as_deref()), ("physician", Some("fr")));
    let path = format!("/admin/people/{}", person.principal);
    assert!(!boss.get(&path).text().contains("invitation#"), "it is shown once");
    let again = boss.make(&path, &format!("{path}/invite"), "");
    assert_ne!(value_of(&again.text(), "link"), link);

    let suspended = boss.post(&format!("{path}/status"), "status=suspended");
    assert_eq!(suspended.status, 303);
    let to = suspended.header("location").unwrap().strip_prefix("/praxis").unwrap().to_owned();
    let page = boss.get(&to).text();
    assert!(
        page.contains("suspended and signed out") && page.contains("value=\"active\" data-key=\"u\""),
        "{page}"
    );
    boss.post(&format!("{path}/status"), "status=active");
    let role = boss.post(&format!("{path}/role"), "role=medical-assistant");
    let to = role.header("location").unwrap().strip_prefix("/praxis").unwrap().to_owned();
    assert!(
        boss.get(&to).text().contains("value=\"physician\" data-key=\"u\""),
        "the role before can be had back"
    );
    assert_eq!(found(&salus, "Dr. Neu").role, "medical-assistant");
    assert_eq!(boss.post(&format!("{path}/name"), "name=").status, 200, "the page says what is wrong");
    assert!(boss.get(&path).text().contains("so nobody checks here that there is one"));
    let wrong = boss.post(&format!("{path}/name"), "name=Dr.+Alt&practitioner=%2Fx").text();
    assert!(wrong.contains("letters, digits") && found(&salus, "Dr. Neu").practitioner.is_none());
    boss.post(&format!("{path}/name"), "name=Dr.+Alt");
    found(&salus, "Dr. Alt");

    // What is for ever is asked first.
    let asked = boss.get(&format!("{path}/revoke"));
    assert!(asked.text().contains("cannot be undone") && asked.text().contains("Dr. Alt"));
    boss.post(&format!("{path}/revoke"), "");
    let page = boss.get(&format!("{path}?done=revoked")).text();
    assert!(page.contains("has ended") && !page.contains(&format!("{path}/status")));

    // Nothing of it goes for oneself.
    let own = format!("/admin/people/{}", boss.principal);
    let page = boss.get(&own).text();
    assert!(!page.contains(&format!("{own}/revoke")) && !page.contains(&format!("{own}/role")));
    assert_eq!(boss.post(&format!("{own}/status"), "status=suspended").status, 422);
    assert_eq!(boss.make(&format!("{own}/recover"), &format!("{own}/recover"), "").status, 422);
    assert_eq!(boss.get("/admin/people/00000000000000000000000000000000").status, 404);
    assert_eq!(boss.get("/admin/people/x").status, 404);

    // A day has only so many links.
    let new = "/admin/people/new";
    let add = || boss.make(new, new, "name=Dr.+Viele&role=physician&language=en");
    for _ in 2..20 {
        assert_eq!(add().status, 200);
    }
    let enough = add();
    assert_eq!(enough.status, 429);
    assert!(enough.text().contains("Enough has been handed out") && enough.header("retry-after").is_some());
    let log = boss.get("/admin/log").text();
    assert!(log.contains("enough handed out for the day") && !log.contains("different patients"), "{log}");
}

/// What makes a link or a secret, with its form.
#[test]
fn a_form_that_is_sent_again_makes_nothing_new() {
    let salus = Salus::start();
    salus.cell("praxis");
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let once =
        |page: &str| boss.get(page).text().split("name=\"once\" value=\"").nth(1).unwrap()[..36].to_owned();
    let new = format!("name=Dr.+Neu&role=physician&once={}", once("/admin/people/new"));
    assert_eq!(boss.post("/admin/people/new", &new).status, 200);
    let person = found(&salus, "Dr. Neu");
    let path = format!("/admin/people/{}", person.principal);
    let (invite, recover) = (format!("{path}/invite"), format!("{path}/recover"));
    let client = format!("name=Labor&role=fhir-reader&size=small&once={}", once("/admin/clients/new"));
    assert_eq!(boss.post("/admin/clients/new", &client).status, 200);
    let sent = [
        ("/admin/people/new", new),
        ("/admin/clients/new", client),
        (invite.as_str(), format!("once={}", once(&path))),
        (recover.as_str(), format!("once={}", once(&recover))),
    ];
    for (path, form) in &sent[2..] {
        assert_eq!(boss.post(path, form).status, 200, "{path}");
    }
    for (path, form) in &sent {
        for form in [form.as_str(), "name=Dr.+Neu&role=importer&size=small"] {
            let again = boss.post(path, form);
            assert_eq!(again.status, 409, "{path}");
            let page = again.text();
            assert!(page.contains("only once") && !page.contains("salus_"), "{path}: {page}");
        }
    }
    assert_eq!(people(&salus).iter().filter(|person| person.name == "Dr. Neu").count(), 1);
    assert_eq!(boss.get("/admin/clients").text().matches("<bdi>Labor</bdi>").count(), 1);
}

#[test]
fn an_application_gets_its_secret_once_and_ends() {
    let salus = Salus::start();
    salus.cell("praxis");
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    assert_eq!(boss.post("/admin/clients/new", "name=&role=fhir-reader&size=small").status, 422);
    assert_eq!(
        boss.make("/admin/clients/new", "/admin/clients/new", "name=x&role=physician&size=small").status,
        422
    );
    assert_eq!(boss.post("/admin/clients/new", "name=x&role=fhir-reader&size=all").status, 400);
    let made = boss
        .make("/admin/clients/new", "/admin/clients/new", "name=Labor&role=fhir-reader&size=small&bearer=yes")
        .text();
    let (client, secret) = (value_of(&made, "client"), value_of(&made, "secret"));
    let ask = || {
        let form = format!("grant_type=client_credentials&client_id={client}&client_secret={secret}");
        Http::new(salus.address()).send(
            "POST",
            "/praxis/oauth/token",
            &[("Content-Type", FORM)],
            form.as_bytes(),
        )
    };
    assert_eq!(ask().status, 200);
    let other = "name=Andere&role=fhir-reader&size=small";
    boss.make("/admin/clients/new", "/admin/clients/new", other);
    let list = boss.get("/admin/clients").text();
    assert!(list.contains("Labor") && list.contains(&client) && !list.contains(&secret));
    assert!(list.contains("Andere") && list.matches("without a key").count() == 1, "one of the two");
    let path = format!("/admin/clients/{client}/revoke");
    assert!(boss.get(&path).text().contains("cannot be undone"));
    assert_eq!(boss.post(&path, "").status, 303);
    assert_eq!(ask().status, 401);
    assert_eq!(boss.get(&path).status, 404, "it has ended already");
}

/// A patient with a name and id that stand nowhere else, whose record an application wrote and a physician opened.
fn patient(cell: &Cell) -> String {
    let patient = json!({"resourceType": "Patient", "name": [{"family": "Unverwechselbar"}]});
    cell.create("Patient", &patient.to_string())
}

#[test]
fn the_log_tells_who_did_what_in_three_languages_and_names_no_patient() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = patient(&cell);
    cell.get(&format!("Patient/{id}"));
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let physician = Desk::of(&salus, "physician", "Dr. Ada Muster");
    assert_eq!(physician.get(&format!("/patient/{id}")).status, 200);
    physician.get("/admin");
    let pseudonym = salus.scope(&cell).patients[0].pseudonym.to_string();
    for (language, said) in [
        ("de", "hat die Akte von 1 Patienten geöffnet"),
        ("fr", "a ouvert le dossier de 1 patient"),
        ("en", "opened the record of 1 patient"),
    ] {
        let page = boss.send("GET", "/admin/log", &[("Accept-Language", language)], "").text();
        assert!(page.contains(said), "{language}: {page}");
        assert!(page.contains("Dr. Ada Muster"), "{language}: {page}");
        for key in ["admin-log-", "admin-asked"] {
            assert!(!page.contains(key), "{language}: {key} in {page}");
        }
        for hidden in [id.as_str(), pseudonym.as_str(), "Unverwechselbar"] {
            assert!(!page.contains(hidden), "{language}: {hidden}");
        }
    }
    let refused = boss.get("/admin/log?refused=1").text();
    assert!(refused.contains("wanted to administer – refused: the role"), "{refused}");
    assert!(refused.contains("the role does not allow it") && !refused.contains("opened the record"));
    let theirs = boss.get(&format!("/admin/log?who={}&kind=opened", physician.principal)).text();
    assert!(theirs.contains("opened the record of 1 patient"), "{theirs}");
    let nothing = boss.get("/admin/log?purpose=ETREAT").text();
    assert!(nothing.contains("Nothing fits"));
    assert!(boss.get("/admin/log?from=2030-01-01").text().contains("Nothing fits"));
    // What is not understood shows nothing, and says beside its field what is.
    for (query, said) in [
        ("who=zzz", "id=\"wrong-who\">There is no such person"),
        ("kind=bogus", "id=\"wrong-kind\">There is no such thing here: choose"),
        ("purpose=FOO", "id=\"wrong-purpose\">There is no such thing here: choose"),
        ("from=foo", "id=\"wrong-from\">Enter a date, for example"),
        ("to=31.2.2026", "id=\"wrong-to\">Enter a date, for example"),
        ("before=-1", "There is no such page of the log"),
    ] {
        let page = boss.get(&format!("/admin/log?{query}")).text();
        assert!(page.contains(said) && page.contains("not understood"), "{query}: {page}");
        assert!(!page.contains("<dt>Entry</dt>"), "{query}: nothing is shown");
    }
    // Days are typed as in other forms, and stand there as the reader's language writes them.
    for typed in ["28.11.2019", "281119", "28+nov+2019", "2019-11-28"] {
        let page = boss.get(&format!("/admin/log?from={typed}&who=&kind=&purpose=&to=")).text();
        assert!(
            page.contains("value=\"28 Nov 2019\"") && page.contains("opened the record"),
            "{typed}: {page}"
        );
    }
    // First of all, the overview shows the credential that reaches furthest.
    let overview = boss.get("/admin").text();
    let worst = overview.find("What reaches furthest").unwrap();
    assert!(worst < overview.find("Refused today").unwrap(), "{overview}");
    assert!(overview.contains("charts of 150 patients in 24 hours, of 1,000 in 30 days"), "{overview}");
    // The overview shows today's refusals, and leads to all of them.
    let overview = boss.get("/admin").text();
    assert!(
        overview.contains("the role does not allow it")
            && overview.contains("/admin/log?refused=1&amp;from=")
    );
}

#[test]
fn the_log_is_paged_backwards_and_each_entry_stands_once() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    for _ in 0..70 {
        cell.get("Patient/nobody");
    }
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let mut path = "/admin/log?refused=1".to_owned();
    let mut entries = Vec::new();
    for _ in 0..10 {
        let page = boss.get(&path).text();
        let numbers =
            page.split("<dt>Entry</dt><dd>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
        entries.extend(numbers);
        let Some(older) = page.split("href=\"").find(|rest| rest.contains("data-key=\"o\"")) else { break };
        path = older
            .split('"')
            .next()
            .unwrap()
            .replace("&#38;", "&")
            .strip_prefix("/praxis")
            .unwrap()
            .to_owned();
    }
    assert_eq!(entries.len(), 70);
    entries.dedup();
    assert_eq!(entries.len(), 70);
}

#[test]
fn hostile_names_stay_text() {
    let salus = Salus::start();
    salus.cell("praxis");
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let name: String = HOSTILE.bytes().map(|byte| format!("%{byte:02x}")).collect();
    boss.make("/admin/people/new", "/admin/people/new", &format!("name={name}&role=physician"));
    boss.make(
        "/admin/clients/new",
        "/admin/clients/new",
        &format!("name={name}&role=fhir-reader&size=small"),
    );
    let person = found(&salus, HOSTILE);
    let own = format!("/admin/people/{}", person.principal);
    for path in PAGES.iter().copied().chain([
        own.as_str(),
        &format!("{own}/revoke"),
        &format!("{own}?done=role&was={name}"),
    ]) {
        let page = boss.get(path).text();
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{path}");
        assert!(!page.contains(" style="), "{path}");
    }
}

#[test]
fn what_is_published_and_how_to_verify_it_is_shown() {
    let salus = Salus::start();
    salus.cell("praxis");
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    salus.admin().ask(AdminAsk::Publish).unwrap();
    let page = boss.get("/admin/checkpoints").text();
    assert!(page.contains("salus log verify") && page.contains("nobody else keeps a copy"));
    let note = page.split("<textarea").nth(1).unwrap();
    assert!(note.contains(&id_of(&salus, "praxis").to_string()), "{note}");
}

#[test]
fn what_was_changed_is_listed_with_what_undoes_it_and_undone_by_its_button() {
    let salus = Salus::start();
    salus.cell("praxis");
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let thief = Desk::of(&salus, "practice-administrator", "Stolen Session");
    thief.make("/admin/people/new", "/admin/people/new", "name=Back+Door&role=physician&language=en");
    let page = boss.get("/admin/changes").text();
    let line = page
        .split("<li data-row>")
        .find(|line| line.contains("Stolen Session") && line.contains("suspended, until"));
    let line = line.unwrap_or_else(|| panic!("{page}"));
    assert!(line.contains("Back Door") && line.contains("<dt>Session</dt>"), "{line}");
    let entry = line.split("name=\"undo\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let undone = boss.post("/admin/changes", &format!("undo={entry}&hours=24"));
    let to = format!("/praxis/admin/changes?hours=24&done={entry}");
    assert_eq!((undone.status, undone.header("location")), (303, Some(to.as_str())));
    assert_eq!(found(&salus, "Back Door").status, salus_seal::entry::people::PersonStatus::Suspended);
    let after = boss.get(to.strip_prefix("/praxis").unwrap()).text();
    assert!(
        after.contains(&format!("Undone: entry {entry}")) && after.contains(&format!("undid entry {entry}"))
    );
    assert_eq!(boss.post("/admin/changes", &format!("undo={entry}&hours=24")).status, 422, "once");
    // From another origin, by somebody else, or with nonsense: nothing.
    let foreign = [("Content-Type", FORM), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(boss.send("POST", "/admin/changes", &foreign, &format!("undo={entry}")).status, 403);
    let physician = Desk::of(&salus, "physician", "Dr. Ada Muster");
    assert_eq!(physician.post("/admin/changes", &format!("undo={entry}")).status, 403);
    assert!(boss.post("/admin/changes", "undo=x").status >= 400);
    assert_eq!(boss.get("/admin/changes?hours=x&next=99999999").status, 200);
}

//! A canary over HTTP: it looks like any patient until it is opened, the session is over with it, and the administrator's page says so within
//! a second and lets it go on.

use crate::admin::id_of;
use crate::admin_people::signed_in;
use crate::support::{Http, Reply, Salus, observation};
use salus_trust_api::wire::alarms::{CanaryAnswer, CanaryAsk};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use std::time::{Duration, Instant};

const FORM: &str = "application/x-www-form-urlencoded";

fn canaries(salus: &Salus, ask: CanaryAsk) -> CanaryAnswer {
    match salus.admin().ask(AdminAsk::Canaries { cell: "praxis".into(), ask }).unwrap() {
        AdminAnswer::Canaries(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// A patient who does not exist, with one observation, and its id.
fn invent(salus: &Salus) -> String {
    let maker = salus.client("praxis", "fhir-client", 10);
    let session = maker.session.session;
    canaries(salus, CanaryAsk::OpenPlaces { session });
    let id = maker.create("Patient", r#"{"resourceType":"Patient","name":[{"family":"Selten"}]}"#);
    assert_eq!(maker.post("Observation", &observation(&id)).status, 201);
    canaries(salus, CanaryAsk::Keep { session, patients: vec![id.clone()] });
    id
}

struct Boss<'a> {
    salus: &'a Salus,
    cookie: String,
}

impl Boss<'_> {
    fn send(&self, method: &str, path: &str, body: &str) -> Reply {
        let headers = [
            ("Cookie", self.cookie.as_str()),
            ("Content-Type", FORM),
            ("Sec-Fetch-Site", "same-origin"),
            ("Accept-Language", "en"),
        ];
        Http::new(self.salus.address()).send(method, &format!("/praxis{path}"), &headers, body.as_bytes())
    }

    fn mark(&self) -> String {
        self.send("GET", "/admin/alarms/mark", "").text()
    }
}

fn boss(salus: &Salus) -> Boss<'_> {
    Boss { salus, cookie: cookie(salus, "practice-administrator", "Bea Beispiel") }
}

fn cookie(salus: &Salus, role: &str, name: &str) -> String {
    signed_in(salus, ("praxis", id_of(salus, "praxis")), role, name).1
}

#[test]
fn a_canary_that_is_opened_gives_its_reader_away_within_a_second() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let (real, canary) =
        (cell.create("Patient", r#"{"resourceType":"Patient","name":[{"family":"Oft"}]}"#), invent(&salus));
    let boss = boss(&salus);
    let thief = salus.client("praxis", "fhir-reader", 50);
    let (known, unknown) =
        (thief.get(&format!("Patient/{real}")), thief.get("Patient?family=Selten&_elements=name"));
    assert_eq!((known.status, unknown.status), (200, 200), "{}", unknown.text());
    let thief = salus.client("praxis", "fhir-reader", 50);
    let page = boss.send("GET", "/admin/alarms", "").text();
    assert!(boss.send("GET", "/admin", "").text().contains("data-alarms=\"/praxis/admin/alarms/mark\""));

    let opened = Instant::now();
    let answer = thief.get(&format!("Patient/{canary}"));
    assert_eq!(answer.status, 200, "as for any patient");
    let names = |reply: &Reply| reply.headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&answer), names(&known), "nothing but the text tells them apart");
    while boss.mark().trim().is_empty() {
        assert!(opened.elapsed() < Duration::from_secs(1), "{page}");
    }
    println!("from the canary's opening to the mark: {:?}", opened.elapsed());
    assert_eq!(thief.get(&format!("Patient/{real}")).status, 401);

    let page = boss.send("GET", "/admin/alarms", "").text();
    assert!(page.contains("An invented record was opened"), "{page}");
    assert!(!page.contains(&canary) && !page.contains("Selten"), "the page does not say which");
    let session = thief.session.session;
    assert!(page.contains(&format!("value=\"{session}\"")), "{page}");
    let restored = boss.send("POST", "/admin/alarms", &format!("session={session}"));
    assert_eq!(
        (restored.status, restored.header("location")),
        (303, Some("/praxis/admin/alarms?done=restored"))
    );
    assert_eq!(thief.get(&format!("Patient/{real}")).status, 200);
    assert_eq!(boss.send("POST", "/admin/alarms", "all=1").status, 303);
    assert_eq!(boss.mark().trim(), "");

    // A search that charges the canary's chart is no less.
    assert_eq!(
        thief.get(&format!("Observation?patient={canary}")).status,
        401,
        "what was found is not opened"
    );
    assert!(!boss.mark().trim().is_empty());
}

#[test]
fn rules_are_changed_on_the_page_within_their_bounds_and_by_nobody_else() {
    let salus = Salus::start();
    salus.cell("praxis");
    let boss = boss(&salus);
    let form = "refusals=5&refusals-minutes=2&counts=60&counts-minutes=10&glimpses=3&night-from=20&night-to=6\
                &zone=60&quiet-minutes=60&weekend=1&summer-time=1&sent-canary=1";
    let page = boss.send("GET", "/admin/alarms/rules", "").text();
    assert!(
        page.contains("name=\"refusals\" type=\"number\" min=\"1\" max=\"1000\" required value=\"40\""),
        "{page}"
    );
    assert_eq!(
        boss.send("POST", "/admin/alarms/rules", &form.replace("refusals=5", "refusals=0")).status,
        422
    );
    assert_eq!(boss.send("POST", "/admin/alarms/rules", form).status, 303);
    let page = boss.send("GET", "/admin/alarms/rules", "").text();
    assert!(
        page.contains("required value=\"5\"")
            && !page.contains("name=\"canary-suspends\" value=\"1\" checked"),
        "{page}"
    );
    let reader = salus.client("praxis", "fhir-reader", 50);
    for _ in 0..5 {
        assert_eq!(reader.get("Patient/nobody").status, 404);
    }
    let page = boss.send("GET", "/admin/alarms", "").text();
    assert!(
        page.contains("Many refusals within a short time") && page.contains("5 requests were refused"),
        "{page}"
    );

    let other = cookie(&salus, "physician", "Dr. Ada Muster");
    let other = Boss { salus: &salus, cookie: other };
    for path in ["/admin/alarms", "/admin/alarms/rules", "/admin/alarms/mark"] {
        assert_eq!(other.send("GET", path, "").status, 403, "{path}");
    }
    assert_eq!(other.send("POST", "/admin/alarms/rules", form).status, 403);
}

#[test]
fn whoever_is_suspended_is_told_in_plain_words_and_the_alarm_leads_to_what_ends_more() {
    let salus = Salus::start();
    salus.cell("praxis");
    let canary = invent(&salus);
    let boss = boss(&salus);
    let other = Boss { salus: &salus, cookie: cookie(&salus, "physician", "Dr. Ada Muster") };
    let chart = format!("/patient/{canary}");
    let opened = other.send("GET", &chart, "");
    assert_eq!((opened.status, opened.header("location")), (303, Some(&*format!("/praxis{chart}"))));
    let stopped = other.send("GET", &chart, "");
    assert_eq!(stopped.status, 401);
    let page = stopped.text();
    assert!(page.contains("Your session was stopped") && page.contains("/praxis/sign-in?to="), "{page}");
    assert!(!page.contains("Selten"), "{page}");

    let page = boss.send("GET", "/admin/alarms", "").text();
    let link = page.split("/praxis/admin/contain?alarm=").nth(1).expect("a link to what ends it");
    let alarm = link.split('"').next().unwrap();
    let page = boss.send("GET", &format!("/admin/contain?alarm={alarm}"), "").text();
    let part = page.split("id=\"of-alarm\"").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
    assert!(part.contains("Dr. Ada Muster"), "{part}");
    assert!(page.contains(&format!("value=\"Alarm {alarm}\"")), "why is there already: {page}");
    let value = |what: &str| {
        let rest = part.split(&format!("value=\"{what} ")).nth(1).unwrap_or_else(|| panic!("{what}: {part}"));
        format!("hold={what}+{}&reason=Alarm+{alarm}", rest.split('"').next().unwrap())
    };
    for what in ["session", "person"] {
        assert_eq!(boss.send("POST", "/admin/contain", &value(what)).status, 303, "{what}");
    }
    let page = boss.send("GET", "/admin/contain", "").text();
    assert!(page.contains(&format!("Alarm {alarm}")), "why it is held: {page}");
    assert_eq!(boss.send("GET", "/admin/contain?alarm=9999999", "").status, 200);
    assert_eq!(other.send("GET", "/today", "").status, 303, "whoever is held is led to the sign-in");
}

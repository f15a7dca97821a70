//! Budgets over HTTP: the touch at the door, more that a second person gives by exactly one assertion, the emergency reserve, what is said at the
//! limit, and what the administrators' pages say.

use crate::admin::id_of;
use crate::admin_people::{ask_people, at_door, redeem, signing_in};
use crate::support::{Cell, Http, Reply, Salus};
use salus_passkey::authenticator::{Algorithm, Answer, Authenticator};
use salus_seal::{Part, PrincipalId, SessionId};
use salus_trust_api::wire::budgets::{BudgetAnswer, BudgetAsk};
use salus_trust_api::wire::people::*;
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use salus_trust_api::{Budgets, Limits};

pub const PAGES: &str = "https://salus.example";
const DOOR: &str = "http://localhost:1";

/// Somebody with a passkey, at a browser where they are signed in.
pub struct Person<'a> {
    pub salus: &'a Salus,
    pub passkey: Authenticator,
    principal: PrincipalId,
    cookie: String,
}

pub fn assertion(passkey: &Authenticator, answer: Answer) -> Assertion {
    Assertion {
        credential: passkey.credential.clone(),
        user_handle: Some(passkey.user_handle.clone()),
        client_data: answer.client_data,
        authenticator_data: answer.authenticator_data,
        signature: answer.signature,
    }
}

impl<'a> Person<'a> {
    pub fn of(salus: &'a Salus, role: &str, name: &str) -> Self {
        let new = NewPerson {
            name: name.into(),
            role: role.into(),
            budgets: None,
            practitioner: None,
            language: None,
        };
        let added = ask_people(salus, PeopleAsk::Add { cell: Some("praxis".into()), person: new });
        let PeopleAnswer::Invited { principal, secret, .. } = added else { panic!("not invited") };
        let opened = at_door(salus, DoorAsk::OpenInvitation { secret: secret.clone() });
        let DoorAnswer::Registration(registration) = opened else { panic!("no registration") };
        let mut passkey = Authenticator::new(Algorithm::Es256, DOOR, "localhost").unwrap();
        let made = passkey.create(&registration.challenge, &registration.principal.0);
        let register = DoorAsk::Register {
            by: RegistrationBy::Invitation(secret),
            client_data: made.client_data,
            attestation: made.attestation,
            label: "laptop".into(),
            language: None,
        };
        assert!(matches!(at_door(salus, register), DoorAnswer::Registered(_)));
        let mut person = Self { salus, passkey, principal, cookie: String::new() };
        person.sign_in();
        person
    }

    /// Begins another session.
    fn sign_in(&mut self) {
        let authorize = signing_in("praxis", PAGES);
        let begun = at_door(self.salus, DoorAsk::BeginSignIn(authorize.clone()));
        let DoorAnswer::Challenge(challenge) = begun else { panic!("no challenge") };
        let answer = self.passkey.get(&challenge);
        let finish = DoorAsk::FinishSignIn(authorize, assertion(&self.passkey, answer));
        let DoorAnswer::Code(code) = at_door(self.salus, finish) else { panic!("no code") };
        let token = redeem(self.salus, id_of(self.salus, "praxis"), code);
        self.cookie = format!("__Host-salus.praxis={}", *token.to_text());
    }

    fn send(&self, method: &str, path: &str, cookies: &str, body: &str) -> Reply {
        let cookies = format!("{}{cookies}", self.cookie);
        let headers = [
            ("Cookie", cookies.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Sec-Fetch-Site", "same-origin"),
            ("Accept-Language", "en"),
        ];
        Http::new(self.salus.address()).send(method, &format!("/praxis{path}"), &headers, body.as_bytes())
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, "", "")
    }

    pub fn post(&self, path: &str, body: &str) -> Reply {
        self.send("POST", path, "", body)
    }

    /// To the door by the address that a page named, with this passkey; the way back, and the cookie that goes with it.
    fn touch(&mut self, to: &Reply) -> Option<(String, String)> {
        let (door, flow) = (to.header("location").unwrap(), to.header("set-cookie").unwrap());
        let flow = format!("; {}", flow.split(';').next().unwrap());
        let authorize = Authorize {
            redirect_uri: parameter(door, "redirect_uri"),
            code_challenge: decoded(&parameter(door, "code_challenge")).try_into().unwrap(),
            state: parameter(door, "state"),
            ..signing_in("praxis", PAGES)
        };
        let session = SessionId::parse(&parameter(door, "session")).unwrap();
        let begun = at_door(self.salus, DoorAsk::BeginTouch(authorize.clone(), session));
        let DoorAnswer::Challenge(challenge) = begun else { panic!("no challenge") };
        let answer = self.passkey.get(&challenge);
        let finish = DoorAsk::FinishTouch(authorize.clone(), session, assertion(&self.passkey, answer));
        let DoorAnswer::Code(code) = at_door(self.salus, finish) else { return None };
        let back = format!("/touched?code={}&state={}&iss={DOOR}", *code.to_text(), authorize.state);
        Some((back, flow))
    }

    /// Gives what a page's link to the door asks for, changed.
    fn give(&mut self, link: &str, change: impl Fn(&mut RaiseOf)) -> bool {
        let of = raise_of(link);
        // What was begun for one thing is not finished for another.
        let DoorAnswer::Raise(said) = at_door(self.salus, DoorAsk::BeginRaise(of.clone())) else {
            return false;
        };
        let mut changed = of;
        change(&mut changed);
        let answer = self.passkey.get(&said.challenge);
        let finish = DoorAsk::FinishRaise(changed, assertion(&self.passkey, answer));
        matches!(at_door(self.salus, finish), DoorAnswer::Raised)
    }
}

fn decoded(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// A parameter of an address.
pub fn parameter(address: &str, name: &str) -> String {
    let query = address.split_once('?').unwrap().1;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap();
    value.replace("%3A", ":").replace("%2F", "/")
}

fn raise_of(link: &str) -> RaiseOf {
    RaiseOf {
        cell: parameter(link, "cell"),
        ask: parameter(link, "ask").parse().unwrap(),
        by: PrincipalId::parse(&parameter(link, "by")).unwrap(),
        principal: PrincipalId::parse(&parameter(link, "whose")),
        part: if parameter(link, "part") == "chart" { Part::Body } else { Part::Line },
        amount: parameter(link, "amount").parse().unwrap(),
        until_ms: parameter(link, "until").parse().unwrap(),
    }
}

/// The address at the door to which a page leads for a raise.
fn raise_link(page: &str) -> String {
    link(page, "raise")
}

/// The same for something else.
pub fn link(page: &str, what: &str) -> String {
    let start = page.find(&format!("{DOOR}/{what}?")).unwrap_or_else(|| panic!("no way to the door: {page}"));
    page[start..].split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
}

fn change(salus: &Salus, principal: PrincipalId, charts: u32) {
    let chart = Limits { hour: charts, day: charts, days_30: charts };
    let glimpse = Limits { hour: 400, day: 400, days_30: 400 };
    let ask = BudgetAsk::Change { principal: Some(principal), budgets: Budgets { chart, glimpse } };
    let answer = salus.admin().ask(AdminAsk::Budgets { cell: "praxis".into(), ask }).unwrap();
    assert!(matches!(answer, AdminAnswer::Budgets(BudgetAnswer::Done)));
}

/// A practice with patients, by their ids.
pub fn practice(salus: &Salus, patients: usize) -> (Cell, Vec<String>) {
    let cell = salus.cell("praxis");
    let name = |n| format!(r#"{{"resourceType":"Patient","name":[{{"family":"Fall{n}"}}]}}"#);
    let ids = (0..patients).map(|n| cell.create("Patient", &name(n))).collect();
    (cell, ids)
}

#[test]
fn at_four_fifths_the_page_leads_to_the_door_and_back_for_one_session() {
    let salus = Salus::started(PAGES, false);
    let (_, patients) = practice(&salus, 11);
    let mut ada = Person::of(&salus, "physician", "Ada Muster");
    change(&salus, ada.principal, 10);
    let chart = |at: usize| format!("/patient/{}", patients[at]);
    for at in 0..8 {
        let page = ada.get(&chart(at));
        assert_eq!(page.status, 200);
        // Quietly, on every page: what is left, this one counted.
        let left = format!("{} charts left", 9 - at);
        assert!(page.text().contains(&left), "{left}: {}", page.text());
    }
    let held = ada.get(&chart(8));
    let text = held.text();
    assert_eq!(held.status, 403, "{text}");
    let way = format!("/praxis/touch?to=/praxis{}", chart(8));
    assert!(text.contains(&way) && text.contains("touch your passkey"), "{text}");
    assert_eq!(ada.get(&chart(3)).status, 200, "who was opened stays open");

    let to_door = ada.get(&format!("/touch?to=/praxis{}", chart(8)));
    let door = to_door.header("location").unwrap();
    assert!(to_door.status == 303 && door.starts_with(&format!("{DOOR}/touch?")), "{door}");
    assert_eq!(ada.get("/touched?code=x&state=y&iss=z").status, 400, "nobody's code");
    let (back, flow) = ada.touch(&to_door).unwrap();
    assert_eq!(ada.get(&back).status, 400, "another browser has no verifier for it");
    let mut bea = Person::of(&salus, "physician", "Bea Beispiel");
    assert!(bea.touch(&to_door).is_none(), "another's passkey");
    assert_eq!(bea.send("GET", &back, &flow, "").status, 403, "another's session");
    let (back, flow) = ada.touch(&to_door).unwrap();
    let gone_on = ada.send("GET", &back, &flow, "");
    let chart_8 = format!("/praxis{}", chart(8));
    assert_eq!(
        (gone_on.status, gone_on.header("location")),
        (303, Some(chart_8.as_str())),
        "{}",
        gone_on.text()
    );
    assert_eq!(ada.send("GET", &back, &flow, "").status, 403, "a code is good once");
    assert_eq!(ada.get(&chart(8)).status, 200);
    assert_eq!(ada.get(&chart(9)).status, 403, "a tenth more, then another touch");
    let mut elsewhere = std::mem::take(&mut ada.cookie);
    ada.sign_in();
    assert_eq!(ada.get(&chart(9)).status, 403, "another session needs its own");
    std::mem::swap(&mut ada.cookie, &mut elsewhere);
    let to_door = ada.get("/touch?to=//evil.example/");
    let (back, flow) = ada.touch(&to_door).unwrap();
    assert_eq!(ada.send("GET", &back, &flow, "").header("location"), Some("/praxis/today"));
    assert_eq!(ada.get(&chart(9)).status, 200);
    let spent = ada.get(&chart(10));
    assert_eq!(spent.status, 429, "the limit itself no touch moves");
    assert!(ada.get(&chart(9)).text().contains("0 charts left"));
}

#[test]
fn a_second_person_gives_exactly_what_was_asked_for_by_the_link_of_the_page() {
    let salus = Salus::started(PAGES, false);
    let (_, patients) = practice(&salus, 8);
    let chart = |at: usize| format!("/patient/{}", patients[at]);
    let mut ada = Person::of(&salus, "physician", "Ada Muster");
    let mut bea = Person::of(&salus, "practice-administrator", "Bea Beispiel");
    change(&salus, ada.principal, 4);
    for at in 0..4 {
        assert_eq!(ada.get(&chart(at)).status, 200);
    }
    // Refused, with what to do.
    let held = ada.get(&chart(4));
    let text = held.text();
    let seconds: u32 = held.header("retry-after").unwrap().parse().unwrap();
    assert!(held.status == 429 && (1..=30 * 86_400).contains(&seconds), "{text}");
    assert!(text.contains("href=\"/praxis/budget\"") && text.contains("possible from"), "{text}");
    assert!(!text.contains("Fall4"), "nothing of the patient");
    let own = ada.get("/budget").text();
    assert!(own.contains("<strong>4</strong>"), "{own}");
    assert_eq!(ada.post("/budget", "amount=99&hours=4&reason=duty").status, 422);
    assert_eq!(ada.post("/budget", "amount=2&hours=999&reason=duty").status, 422);
    assert_eq!(ada.post("/budget", "amount=2&hours=4&reason=duty").status, 303);
    let own = ada.get("/budget").text();
    assert!(
        own.contains("Bea Beispiel") && !own.contains(&format!("{DOOR}/raise?")),
        "not by oneself: {own}"
    );

    let page = bea.get("/admin/budgets").text();
    assert!(page.contains("Ada Muster: 2 charts more"), "{page}");
    let link = raise_link(&page);
    assert!(!ada.give(&link, |_| ()), "nobody gives it to themselves");
    for change in [
        (|of: &mut RaiseOf| of.amount = 3) as fn(&mut RaiseOf),
        |of| of.until_ms += 1,
        |of| of.part = Part::Line,
        |of| of.ask += 1,
        |of| of.principal = None,
    ] {
        assert!(!bea.give(&link, change), "exactly this, for exactly so long");
    }
    assert_eq!(ada.get(&chart(4)).status, 429);
    assert!(bea.give(&link, |_| ()) && !bea.give(&link, |_| ()), "once");
    assert!(ada.get("/budget").text().contains("Bea Beispiel"));
    assert_eq!(ada.get(&chart(4)).status, 200);
    assert_ne!(ada.get(&chart(5)).status, 429, "the second of two");
    // It ends by itself.
    salus.admin().ask(AdminAsk::MoveClock { by_ms: 4 * 3_600_000 + 1 }).unwrap();
    ada.sign_in();
    assert_eq!(ada.get(&chart(6)).status, 429);
    // Withdrawn or changed for good on the administrators' page, within its bounds.
    bea.sign_in();
    let whose = ada.principal;
    let set = |hour: u32, day: u32| format!("do=set&whose={whose}&hour={hour}&day={day}&days_30={day}");
    assert_eq!(bea.post("/admin/budgets", &set(6, 5)).status, 422);
    assert_eq!(bea.post("/admin/budgets", &set(1, 100_000)).status, 422);
    assert_eq!(bea.post("/admin/budgets", &set(8, 8)).status, 303);
    assert_eq!(ada.post("/admin/budgets", &set(9, 9)).status, 403, "only by who administers");
    assert!(bea.get("/admin").text().contains("/admin/budgets#reach"));
}

#[test]
fn in_an_emergency_a_chart_opens_beyond_the_budget_and_stands_out() {
    let salus = Salus::started(PAGES, false);
    let (_, patients) = practice(&salus, 12);
    let chart = |at: usize| format!("/patient/{}", patients[at]);
    let ada = Person::of(&salus, "physician", "Ada Muster");
    change(&salus, ada.principal, 4);
    for at in 0..4 {
        assert_eq!(ada.get(&chart(at)).status, 200);
    }
    let held = ada.get(&chart(4)).text();
    assert!(held.contains(&format!("action=\"/praxis{}/emergency\"", chart(4))), "{held}");
    assert!(ada.get("/budget").text().contains("5 more charts can be opened"));
    // Nobody is kept from helping by what they write, or do not write.
    let why = format!("&why=Collapsed+in+the+hall{}", "+x".repeat(200));
    let open = |at: usize| {
        let why = if at == 4 { why.as_str() } else { "" };
        ada.post(&format!("{}/emergency", chart(at)), &format!("to=/praxis{}{why}", chart(at)))
    };
    for at in 4..9 {
        let opened = open(at);
        let to = format!("/praxis{}", chart(at));
        assert_eq!((opened.status, opened.header("location")), (303, Some(to.as_str())), "{}", opened.text());
        assert_eq!(ada.get(&chart(at)).status, 200, "and stays open");
    }
    assert_eq!(open(9).status, 429, "five a day");
    assert_eq!(ada.get(&chart(10)).status, 429, "for an emergency only");
    let away = ada.post(&format!("{}/emergency", chart(4)), "to=//evil.example/");
    assert_eq!(away.header("location"), Some(format!("/praxis{}", chart(4)).as_str()));
    let bea = Person::of(&salus, "practice-administrator", "Bea Beispiel");
    let log = bea.get("/admin/log").text();
    assert!(log.contains("from the emergency reserve") && !log.contains("Fall4"), "{log}");
    assert!(!log.contains("Collapsed"), "what was written is for those who may read the record");
    let seen = ada.get(&format!("{}/access", chart(4))).text();
    assert!(seen.contains("emergency: Collapsed in the hall x"), "{seen}");
    let alarms = bea.get("/admin/alarms").text();
    assert_eq!(alarms.matches("Somebody used their emergency reserve</h2>").count(), 5, "each use: {alarms}");
    // Over FHIR an application is told when to come again, and has no reserve.
    let client = salus.client("praxis", "fhir-client", 2);
    for id in &patients[..2] {
        assert_eq!(client.get(&format!("Patient/{id}")).status, 200);
    }
    for purpose in [&[][..], &[("salus-purpose", "ETREAT")][..]] {
        let refused = client.send("GET", &format!("Patient/{}", patients[2]), purpose, b"");
        let seconds: u32 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!(refused.status == 429 && refused.issue() == "throttled" && seconds > 0, "{}", refused.text());
    }
    let missing = client.get("Patient/6f1c0000-0000-4000-8000-000000000000");
    assert_eq!(missing.status, 429, "a spent budget does not tell who is there");
}

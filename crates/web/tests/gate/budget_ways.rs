//! What budgets must hold across, as one table: each row is a thief with a live session who takes all it can in one way. It gets no more
//! patients than its budget, and whom it got is in the scope of its session. Each row takes something, so that it is known to be a way.
//!
//! What has no row: a glimpse is a budget of its own. The row "export" asks for one, and has nothing of it that `$everything` does not give: a second person
//! would have to approve it.

use crate::support::{Cell, FHIR_JSON, Http, Reply, Salus, observation};
use salus_seal::{ClientId, Pseudonym};
use salus_trust_api::wire::budgets::BudgetAsk;
use salus_trust_api::wire::{AdminAnswer, AdminAsk, ScopeBy};
use salus_trust_api::{Budgets, Limits};
use std::collections::{BTreeMap, BTreeSet};

/// More than twenty: of fewer, a search charges all who match.
const PATIENTS: usize = 24;
const BUDGET: u32 = 5;
const HOUR_MS: u64 = 3_600_000;
const NOBODY: &str = "6f1c0000-0000-4000-8000-000000000000";

/// The practice that is robbed.
struct Ground {
    salus: Salus,
    cell: Cell,
    /// The patients, and a record of each.
    ids: Vec<String>,
    observations: Vec<String>,
    /// Which patient the log means.
    named: BTreeMap<Pseudonym, usize>,
}

/// An application's session in wrong hands, and whom it has got so far.
struct Thief {
    client: Cell,
    loot: BTreeSet<usize>,
}

/// A way to take; whom it is to reach at least; and how it goes.
type Row = (&'static str, usize, fn(&mut Ground, &mut Thief));

const ROWS: &[Row] = &[
    ("reads", 5, |ground, thief| {
        for at in 0..PATIENTS {
            thief.get(&format!("Patient/{}", ground.ids[at]));
            thief.get(&format!("Observation/{}", ground.observations[at]));
        }
    }),
    ("versions and histories", 5, |ground, thief| {
        for at in 0..PATIENTS {
            thief.get(&format!("Observation/{}/_history/1", ground.observations[at]));
            thief.get(&format!("Patient/{}/_history", ground.ids[at]));
        }
        thief.pages("Patient/_history?_count=2".into());
        thief.pages("_history?_count=3".into());
    }),
    ("pages of a search", 4, |_, thief| {
        for query in
            ["Patient?_count=1", "Patient?_count=2&_sort=family", "Observation?_count=3", "?_count=2"]
        {
            thief.pages(query.into());
        }
    }),
    ("a large page", 0, |_, thief| {
        for query in
            ["Patient?_count=1000", "Observation?_count=1000&_total=none", "?_type=Patient,Observation"]
        {
            thief.get(query);
        }
    }),
    ("includes", 4, |ground, thief| {
        for at in 0..PATIENTS {
            thief.get(&format!("Observation?_id={}&_include=Observation:subject", ground.observations[at]));
            thief.get(&format!("Patient?_id={}&_revinclude=Observation:subject", ground.ids[at]));
        }
        thief.get("Observation?_count=1&_include=*&_include:iterate=*");
    }),
    ("chains and others' conditions", 4, |ground, thief| {
        for at in 0..PATIENTS {
            thief.get(&format!("Observation?subject:Patient.family=Opfer{at:03}"));
            thief.get(&format!("Patient?_has:Observation:subject:_id={}", ground.observations[at]));
            thief.get(&format!("Patient/{}/*", ground.ids[at]));
        }
    }),
    ("counts", 5, |_, thief| {
        // A count of one tells that somebody is there.
        for at in 0..PATIENTS {
            let query = format!("Patient?family=Opfer{at:03}&_summary=count");
            if thief.get(&query).json()["total"] == 1 {
                thief.loot.insert(at);
            }
        }
        thief.get("Patient?_summary=count");
        thief.get("Observation?_count=0&_total=accurate");
    }),
    ("what is answered without a body", 5, |ground, thief| {
        for at in 0..PATIENTS {
            let path = format!("Patient/{}", ground.ids[at]);
            let told = thief.client.send("HEAD", &path, &[], b"").status == 200
                || thief.client.send("GET", &path, &[("If-None-Match", "W/\"1\"")], b"").status == 304;
            if told {
                thief.loot.insert(at);
            }
        }
    }),
    ("batches and transactions", 5, |ground, thief| {
        let entry = |id: &String| format!(r#"{{"request":{{"method":"GET","url":"Patient/{id}"}}}}"#);
        for size in [PATIENTS, 3, 1] {
            for ids in ground.ids.chunks(size) {
                let entries: Vec<String> = ids.iter().map(entry).collect();
                for kind in ["batch", "transaction"] {
                    let bundle = format!(
                        r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{}]}}"#,
                        entries.join(",")
                    );
                    let reply = thief.client.post("", &bundle);
                    thief.take(&reply);
                }
            }
        }
    }),
    ("conditional writes", 4, |_, thief| {
        // They tell whether somebody is there.
        let body = r#"{"resourceType":"Patient"}"#;
        for at in 0..PATIENTS {
            let header = format!("family=Opfer{at:03}");
            let reply = thief.client.send("POST", "Patient", &[("If-None-Exist", &header)], body.as_bytes());
            if reply.status == 200 {
                thief.loot.insert(at);
            }
        }
    }),
    ("changes, that show what was there", 5, |ground, thief| {
        for at in 0..PATIENTS {
            let body = format!(
                r#"{{"resourceType":"Observation","id":"{}",{}"#,
                ground.observations[at],
                &marked(&ground.ids[at], at)["{\"resourceType\":\"Observation\",".len()..]
            );
            let path = format!("Observation/{}", ground.observations[at]);
            let reply =
                thief.client.send("PUT", &path, &[("Prefer", "return=representation")], body.as_bytes());
            thief.take(&reply);
        }
    }),
    ("export", 0, |ground, thief| {
        for path in ["$export", "Patient/$export", "Group/1/$export"] {
            let asked = thief.client.send("GET", path, &[("Prefer", "respond-async")], b"");
            let status = asked.header("content-location").and_then(|at| at.split_once("/fhir/"));
            if let Some((_, status)) = status {
                assert_eq!(thief.client.get(status).status, 202, "it waits for a second person");
                for file in 0..3 {
                    let file = format!("{}/{file}", status.replace("$export-status", "$export-file"));
                    assert_eq!(thief.client.get(&file).status, 404);
                }
            }
        }
        thief.get("Patient/$everything");
        for at in 0..PATIENTS {
            thief.get(&format!("Patient/{}/$everything", ground.ids[at]));
        }
    }),
    ("errors", 5, |ground, thief| {
        // Whatever is answered otherwise than for nobody tells that somebody is there.
        for at in 0..PATIENTS {
            let wrong = |id: &str| {
                let reply = thief.client.get(&format!("Patient/{id}/_history/7"));
                (reply.status, reply.text().replace(id, ""))
            };
            if wrong(&ground.ids[at]) != wrong(NOBODY) {
                thief.loot.insert(at);
            }
            thief.get(&format!("Observation/{}", ground.ids[at]));
            thief.get(&format!("Patient/{}?_elements=x&unknown=y", ground.ids[at]));
        }
        // The door of last resort: what is there is told by being opened, which is charged.
        for at in 0..PATIENTS {
            thief.get(&format!("Patient/{}", ground.ids[at]));
        }
    }),
    ("many sessions and connections", 5, |ground, thief| {
        for at in 0..PATIENTS {
            thief.again(ground);
            thief.get(&format!("Patient/{}", ground.ids[at]));
        }
        std::thread::scope(|scope| {
            let taking: Vec<_> = (0..4)
                .map(|lane| {
                    let (client, ids) = (&thief.client, &ground.ids);
                    scope.spawn(move || {
                        let mut http = client.http();
                        let lane = ids.iter().skip(lane).step_by(4);
                        lane.map(|id| client.send_on(&mut http, "GET", &format!("Patient/{id}"), &[], b""))
                            .collect::<Vec<Reply>>()
                    })
                })
                .collect();
            for replies in taking.into_iter().map(|lane| lane.join().unwrap()) {
                replies.iter().for_each(|reply| take(&mut thief.loot, reply));
            }
        });
    }),
    ("purposes and addresses", 5, |ground, thief| {
        for at in 0..PATIENTS {
            for purpose in ["ETREAT", "HPAYMT", "PATRQT", "SYSADMIN"] {
                let headers = [("Salus-Purpose", purpose), ("X-Forwarded-For", "192.0.2.7")];
                let reply = thief.client.send("GET", &format!("Patient/{}", ground.ids[at]), &headers, b"");
                thief.take(&reply);
            }
        }
    }),
    ("restarts", 5, |ground, thief| {
        for at in 0..PATIENTS {
            if at % 5 == 4 {
                ground.restart(thief);
            }
            thief.get(&format!("Patient/{}", ground.ids[at]));
        }
    }),
    ("clock steps", 5, |ground, thief| {
        // Forward within every window, and back again to the machine's own time at a restart.
        for at in 0..PATIENTS {
            if at % 4 == 3 {
                ground.salus.admin().ask(AdminAsk::MoveClock { by_ms: 5 * HOUR_MS }).unwrap();
            }
            if at % 7 == 6 {
                ground.restart(thief);
            }
            thief.again(ground);
            thief.get(&format!("Patient/{}", ground.ids[at]));
        }
    }),
];

#[test]
fn whatever_way_is_taken_the_budget_holds_and_the_scope_has_it() {
    let mut ground = Ground::new();
    for (name, least, attack) in ROWS {
        let mut thief = Thief::new(&ground, BUDGET);
        attack(&mut ground, &mut thief);
        let scope = ground.scope(&thief);
        println!("{name}: {} taken, {} in the scope, {BUDGET} allowed", thief.loot.len(), scope.len());
        assert!(scope.len() <= BUDGET as usize, "{name}: {} patients", scope.len());
        assert!(thief.loot.is_subset(&scope), "{name}: {:?} is not in {scope:?}", thief.loot);
        assert!(thief.loot.len() >= *least, "{name}: no way to take anything: {:?}", thief.loot);
    }
}

#[test]
fn many_clients_together_take_no_more_than_the_cell_may() {
    let ground = Ground::new();
    let small = Limits { hour: 7, day: 7, days_30: 7 };
    let budgets = Budgets { chart: small, glimpse: small };
    let ask = BudgetAsk::Change { principal: None, budgets };
    ground.salus.admin().ask(AdminAsk::Budgets { cell: "praxis".into(), ask }).unwrap();
    let (mut taken, mut scope) = (BTreeSet::new(), BTreeSet::new());
    for number in 0..4 {
        let mut thief = Thief::new(&ground, BUDGET);
        for at in 0..PATIENTS {
            // Each begins elsewhere.
            thief.get(&format!("Patient/{}", ground.ids[(at + 5 * number) % PATIENTS]));
        }
        assert!(thief.loot.len() <= BUDGET as usize);
        taken.extend(&thief.loot);
        scope.extend(ground.scope(&thief));
    }
    assert_eq!((taken.len(), scope), (7, taken), "what was opened is open to each, and no more is");
}

#[test]
fn lines_have_a_budget_of_their_own_and_windows_follow_one_another() {
    let mut ground = Ground::new();
    let mut thief = Thief::new(&ground, BUDGET);
    thief.pages("Patient?_elements=name,birthDate&_count=1".into());
    let (lines, scope) = (thief.loot.len(), ground.scope(&thief));
    assert!((4..=BUDGET as usize).contains(&lines) && thief.loot.is_subset(&scope), "{lines}");
    // Hour, day and 30 days: three, five, seven.
    let limits = Limits { hour: 3, day: 5, days_30: 7 };
    let none = Limits { hour: 0, day: 0, days_30: 0 };
    let mut thief = Thief::with(&ground, Budgets { chart: limits, glimpse: none });
    for (wait_ms, all) in
        [(0, 3), (HOUR_MS - 60_000, 3), (61_000, 5), (2 * HOUR_MS, 5), (24 * HOUR_MS, 7), (24 * HOUR_MS, 7)]
    {
        ground.salus.admin().ask(AdminAsk::MoveClock { by_ms: wait_ms }).unwrap();
        // The session's entry keeps the time; a restart would go back to the latest that is known.
        thief.again(&ground);
        ground.restart(&mut thief);
        for at in 0..PATIENTS {
            if !thief.loot.contains(&at) {
                thief.get(&format!("Patient/{}", ground.ids[at]));
            }
        }
        assert_eq!(thief.loot.len(), all, "after {wait_ms} ms more");
        assert_eq!(ground.scope(&thief), thief.loot);
    }
}

/// An observation of a patient, which says whose it is.
fn marked(patient: &str, at: usize) -> String {
    observation(patient).replace("\"text\":\"x\"", &format!("\"text\":\"Befund{at:03}\""))
}

/// Whom an answer tells of.
fn take(loot: &mut BTreeSet<usize>, reply: &Reply) {
    let text = reply.text();
    let told =
        |at: &usize| text.contains(&format!("Opfer{at:03}")) || text.contains(&format!("Befund{at:03}"));
    loot.extend((0..PATIENTS).filter(told));
}

impl Ground {
    fn new() -> Self {
        let salus = Salus::start();
        let cell = salus.cell("praxis");
        let (mut ids, mut observations, mut entries) = (Vec::new(), Vec::new(), BTreeMap::new());
        for at in 0..PATIENTS {
            let patient = format!(r#"{{"resourceType":"Patient","name":[{{"family":"Opfer{at:03}"}}]}}"#);
            let made = cell.post("Patient", &patient);
            let entry: u64 = made.header("salus-log-entry").unwrap().parse().unwrap();
            entries.insert(entry, at);
            let id = made.json()["id"].as_str().unwrap().to_owned();
            observations.push(cell.create("Observation", &marked(&id, at)));
            ids.push(id);
        }
        let log = salus.log("praxis");
        let made =
            log.iter().filter_map(|entry| Some((entries.get(&entry.number)?, entry.fleeting.as_ref()?)));
        let named = made.map(|(at, fleeting)| (fleeting.patients[0], *at)).collect();
        Self { salus, cell, ids, observations, named }
    }

    /// Ends keyholder and record server, and starts them again.
    fn restart(&mut self, thief: &mut Thief) {
        self.salus.stop_server();
        self.salus.stop_indexer();
        self.salus.stop_keyholder();
        self.salus.start_keyholder();
        self.salus.start_indexer();
        self.salus.start_server();
        self.cell.address = self.salus.address();
        thief.client.address = self.salus.address();
    }

    /// Whom the scope of a thief's client names.
    fn scope(&self, thief: &Thief) -> BTreeSet<usize> {
        let by = ScopeBy::Client(ClientId::parse(&thief.client.client).unwrap());
        match self.salus.admin().ask(AdminAsk::Scope { by, from_ms: 0, to_ms: u64::MAX }).unwrap() {
            AdminAnswer::Scope(scope) => {
                // Whom it made itself is nobody's loss.
                scope.patients.iter().filter_map(|one| self.named.get(&one.pseudonym).copied()).collect()
            }
            other => panic!("{other:?}"),
        }
    }
}

impl Thief {
    fn new(ground: &Ground, charts: u32) -> Self {
        let all = Limits { hour: charts, day: charts, days_30: charts };
        Self::with(ground, Budgets { chart: all, glimpse: all })
    }

    fn with(ground: &Ground, budgets: Budgets) -> Self {
        let mut client = ground.salus.client("praxis", "fhir-client", 0);
        let ask = AdminAsk::CreateClient {
            cell: "praxis".into(),
            name: "a thief".into(),
            role: "fhir-client".into(),
            budgets,
            session_ms: 12 * HOUR_MS,
            idle_ms: 12 * HOUR_MS,
        };
        let AdminAnswer::Client { client: id, .. } = ground.salus.admin().ask(ask).unwrap() else { panic!() };
        client.client = id.to_string();
        let mut thief = Self { client, loot: BTreeSet::new() };
        thief.again(ground);
        thief
    }

    /// Another session of the same client.
    fn again(&mut self, ground: &Ground) {
        let client = ClientId::parse(&self.client.client).unwrap();
        match ground.salus.admin().ask(AdminAsk::BeginSession { client }).unwrap() {
            AdminAnswer::Session(session) => self.client.session = session,
            other => panic!("{other:?}"),
        }
    }

    fn take(&mut self, reply: &Reply) {
        take(&mut self.loot, reply);
    }

    fn get(&mut self, rest: &str) -> Reply {
        let reply = self.client.get(rest);
        self.take(&reply);
        reply
    }

    /// All pages of a search or history.
    fn pages(&mut self, first: String) {
        let reply = self.get(&first);
        let next = |reply: &Reply| -> Option<String> {
            let bundle: serde_json::Value = serde_json::from_slice(&reply.body).ok()?;
            let links = bundle["link"].as_array()?;
            let next = links.iter().find(|link| link["relation"] == "next")?["url"].as_str()?.to_owned();
            Some(next[next.find("/praxis/")?..].to_owned())
        };
        let (mut http, bearer) = (Http::new(self.client.address), self.client.bearer());
        let mut following = next(&reply);
        while let Some(path) = following {
            let headers = [("Authorization", bearer.as_str()), ("Accept", FHIR_JSON)];
            let reply = http.send("GET", &path, &headers, b"");
            self.take(&reply);
            following = next(&reply);
        }
    }
}

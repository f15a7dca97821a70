//! Claims 2 and 4, where search is: somebody who may search wants to know one named person's diagnosis without opening the chart.
//!
//! There are two cells, alike but for that one diagnosis. What is asked is asked in both. Where the answers differ they told the
//! diagnosis, and then the person must be in the scope of the session that asked.

use crate::support::{Client, id_of, report};
use salus_testkit::{Response, Server, Start, request};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Patients in each cell beside the one who is looked for.
const OTHERS: usize = 99;
/// The diagnosis in the first cell and that in the second, which others have, too.
const DIAGNOSES: [&str; 2] = ["F20.0", "J06.9"];
const FAMILY: &str = "Opferstein";
const BORN: &str = "1961-05-17";
const BASE: &str = "http://fhir.de/CodeSystem/bfarm/icd-10-gm";

/// The same cell twice, but for one diagnosis.
struct Worlds {
    server: Server,
    /// The person's id in each.
    victims: [String; 2],
    /// Ids of 24 others in each, who have the second diagnosis.
    others: [String; 2],
    /// The person's pseudonym in each.
    pseudonyms: [String; 2],
}

impl Worlds {
    fn make() -> Self {
        let server = Server::start_with(&Start { patients: 0, ..Start::default() });
        let mut victims = [String::new(), String::new()];
        let mut others = [String::new(), String::new()];
        for (cell, victim) in victims.iter_mut().enumerate() {
            let mut of_second = Vec::new();
            *victim = person(&server, cell, FAMILY, BORN, DIAGNOSES[cell]);
            for number in 0..OTHERS {
                let born = format!("{}-03-{:02}", 1920 + number, number % 28 + 1);
                // Half of the others have the one diagnosis, half the other.
                let id = person(&server, cell, &format!("Muster{number:03}"), &born, DIAGNOSES[number % 2]);
                if number % 2 == 1 {
                    of_second.push(id);
                }
            }
            of_second.truncate(24);
            others[cell] = of_second.join(",");
        }
        let mut worlds = Self { server, victims, others, pseudonyms: Default::default() };
        worlds.pseudonyms = [0, 1].map(|cell| worlds.pseudonym(cell));
        worlds
    }

    /// How the log calls the person: whom a session reached that opened nothing else.
    fn pseudonym(&self, cell: usize) -> String {
        let doctor = Session::begin(&self.server, cell, "fhir-reader", &[]);
        assert_eq!(doctor.client.get(&format!("/Patient/{}", self.victims[cell])).unwrap().status, 200);
        let reached = doctor.reached(&self.server);
        assert_eq!(reached.len(), 1);
        reached.into_iter().next().unwrap()
    }

    /// A session in each cell.
    fn sessions(&self, role: &str, budgets: &[&str]) -> [Session; 2] {
        [0, 1].map(|cell| Session::begin(&self.server, cell, role, budgets))
    }

    /// Asks the same in both; `ID` stands for the person's id, `OTHERS` for those of some others.
    fn ask(&self, sessions: &[Session; 2], path: &str) -> [Response; 2] {
        [0, 1].map(|cell| {
            sessions[cell]
                .client
                .get(&path.replace("ID", &self.victims[cell]).replace("OTHERS", &self.others[cell]))
                .unwrap()
        })
    }

    fn is_reached(&self, sessions: &[Session; 2], cell: usize) -> bool {
        sessions[cell].reached(&self.server).contains(&self.pseudonyms[cell])
    }
}

struct Session {
    client: Client,
    id: String,
}

impl Session {
    fn begin(server: &Server, cell: usize, role: &str, budgets: &[&str]) -> Self {
        let mut client = Client::make_with(server, cell, role, budgets);
        let begun = report(&["client", "token", "--client", &client.id, "--data", server.data_text()]);
        client.token = begun["token"].as_str().unwrap().to_owned();
        Self { client, id: begun["session"].as_str().unwrap().to_owned() }
    }

    /// The pseudonyms of those who are in its scope.
    fn reached(&self, server: &Server) -> BTreeSet<String> {
        let scope = report(&["scope", "--session", &self.id, "--data", server.data_text()]);
        let patients = scope["patients"].as_array().unwrap().iter();
        patients.map(|patient| patient["pseudonym"].as_str().unwrap().to_owned()).collect()
    }
}

/// A patient with one diagnosis; the patient's id.
fn person(server: &Server, cell: usize, family: &str, born: &str, diagnosis: &str) -> String {
    let patient =
        format!(r#"{{"resourceType":"Patient","name":[{{"family":"{family}"}}],"birthDate":"{born}"}}"#);
    let created = server.fhir(cell, "POST", "/Patient", &patient).unwrap();
    assert_eq!(created.status, 201, "{}", created.text());
    let id = id_of(&created);
    let condition = format!(
        r#"{{"resourceType":"Condition","subject":{{"reference":"Patient/{id}"}},"code":{{"coding":[{{"system":"{BASE}","code":"{diagnosis}"}}]}},"onsetDateTime":"{born}"}}"#
    );
    let created = server.fhir(cell, "POST", "/Condition", &condition).unwrap();
    assert_eq!(created.status, 201, "{}", created.text());
    id
}

/// What an attacker sees of an answer, without what differs by chance: ids, times, addresses, numbers of the log.
fn seen(response: &Response) -> String {
    if response.status != 200 {
        let body = response.json();
        let said: Vec<&str> = body["issue"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|issue| issue["details"]["text"].as_str())
            .collect();
        let words = said.join(" ");
        // How many seconds are left is a matter of the clock.
        let words: String = words.chars().filter(|letter| !letter.is_ascii_digit()).collect();
        return format!("{} {words} {}", response.status, response.header("retry-after").is_some());
    }
    let bundle = response.json();
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    let names: Vec<String> = entries
        .iter()
        .map(|entry| {
            let resource = &entry["resource"];
            format!(
                "{} {} {}",
                resource["resourceType"],
                resource["name"][0]["family"],
                resource["code"]["coding"][0]["code"]
            )
        })
        .collect();
    let relations: Vec<&Value> =
        bundle["link"].as_array().into_iter().flatten().map(|link| &link["relation"]).collect();
    format!("200 total {} {names:?} {relations:?}", bundle["total"])
}

/// Queries that name the person, by what is known of them or by id, and ask for the diagnosis.
fn naming() -> Vec<String> {
    let code = format!("{BASE}%7C{}", DIAGNOSES[0]);
    [
        "/Condition?patient=ID&code=CODE&_summary=count",
        "/Condition?patient=ID&code=CODE&_count=0",
        "/Condition?subject=Patient/ID&code=CODE&_total=accurate&_elements=id",
        "/Condition?patient.name=NAME&code=CODE&_summary=count",
        "/Condition?subject:Patient.family=NAME&code=CODE&_summary=count",
        "/Condition?patient.name=NAME&code:not=CODE&_summary=count",
        "/Condition?patient.birthdate=BORN&code=CODE&_summary=count",
        "/Condition?patient.birthdate=BORN&_sort=code&_summary=count&code=CODE",
        "/Condition?patient.name=NAME&code=CODE",
        "/Patient?name=NAME&_has:Condition:patient:code=CODE&_summary=count",
        "/Patient?name=NAME&_has:Condition:patient:code:not=CODE&_summary=count",
        "/Patient?birthdate=BORN&_has:Condition:patient:code=CODE&_summary=count",
        "/Patient?_id=ID&_has:Condition:patient:code=CODE&_summary=count",
        "/Patient?name=NAME&_has:Condition:patient:code=CODE&_elements=name",
        "/Patient/ID/Condition?code=CODE&_summary=count",
        "/Condition?patient=ID&patient.birthdate=gt1900&code=CODE&_summary=count",
        "/Condition?patient=ID,OTHERS&code=CODE&_summary=count",
        "/Condition?patient=ID&_summary=count&code:below=CODE",
        "/?_type=Condition&_content=F20&patient=ID&_summary=count",
    ]
    .map(|query| query.replace("CODE", &code).replace("NAME", FAMILY).replace("BORN", BORN))
    .to_vec()
}

#[test]
fn whoever_learns_a_named_persons_diagnosis_has_reached_them() {
    let worlds = Worlds::make();
    let (mut told, mut unlogged) = (0, Vec::new());
    for query in naming() {
        // A session of its own for each, so that none hides behind another.
        let sessions = worlds.sessions("fhir-reader", &[]);
        let answers = worlds.ask(&sessions, &query);
        let [one, other] = [0, 1].map(|cell| seen(&answers[cell]));
        let reached = [0, 1].map(|cell| worlds.is_reached(&sessions, cell));
        println!("{query}: {one} | {other} | reached {reached:?}");
        if one != other {
            told += 1;
            if !reached[0] || !reached[1] {
                unlogged.push(query);
            }
        }
    }
    println!("{told} queries told the diagnosis");
    assert!(unlogged.is_empty(), "told the diagnosis, and the person is not in the scope: {unlogged:#?}");
    assert!(told >= 8, "the attack must be able to learn something, or it shows nothing: {told}");
}

#[test]
fn the_budget_ends_the_guessing_and_the_person_is_in_the_log() {
    let worlds = Worlds::make();
    let sessions = worlds.sessions("fhir-reader", &[]);
    // Each code of a catalogue in turn; the right one is far down.
    let (mut requests, mut found, mut ended) = ([0; 2], [None; 2], [None; 2]);
    for cell in [0, 1] {
        for number in 0..1_000 {
            let code = if number == 350 {
                DIAGNOSES[cell].to_owned()
            } else {
                format!("A{:02}.{}", number / 10, number % 10)
            };
            let query = format!("/Condition?patient.name={FAMILY}&code={BASE}%7C{code}&_summary=count");
            let answer = sessions[cell].client.get(&query).unwrap();
            requests[cell] += 1;
            if answer.status != 200 {
                assert_eq!(answer.status, 429, "{}", answer.text());
                ended[cell] = Some(requests[cell]);
                break;
            }
            if number == 0 {
                assert!(worlds.is_reached(&sessions, cell), "after one request the person is in the scope");
            }
            if answer.json()["total"] == 1 {
                found[cell].get_or_insert(requests[cell]);
            }
        }
    }
    println!(
        "guessing codes: the diagnosis was found after {found:?} requests, the budget ended it after {ended:?}"
    );
    for (cell, requests) in requests.into_iter().enumerate() {
        // Ten searches for each of the 60 charts an hour.
        assert_eq!(ended[cell], Some(601), "{requests}");
        assert_eq!(
            sessions[cell].reached(&worlds.server).len(),
            1,
            "one person was asked for, and no other is in the scope"
        );
    }
}

#[test]
fn refusals_say_nothing_of_whom_they_concern() {
    let worlds = Worlds::make();
    let sessions =
        worlds.sessions("fhir-reader", &["--chart-hour", "2", "--chart-day", "2", "--chart-30-days", "2"]);
    for number in [3, 4] {
        for (cell, session) in sessions.iter().enumerate() {
            let opened = session
                .client
                .get(&format!("/Patient?family=Muster{number:03}&_elements=birthDate,address,contact"))
                .unwrap();
            assert_eq!(
                (opened.status, opened.json()["total"].as_u64()),
                (200, Some(1)),
                "{cell}: {}",
                opened.text()
            );
        }
    }
    let mut refused = 0;
    for query in naming() {
        let answers = worlds.ask(&sessions, &query);
        let [one, other] = [0, 1].map(|cell| seen(&answers[cell]));
        assert_eq!(one, other, "{query}: what is refused depends on the diagnosis");
        refused += usize::from(answers[0].status == 429);
    }
    // Of nobody at all the same is said.
    let nobody = format!("/Condition?patient.name=Niemandsen&code={BASE}%7C{}&_summary=count", DIAGNOSES[0]);
    let somebody = nobody.replace("Niemandsen", FAMILY);
    let said = [&nobody, &somebody].map(|query| seen(&worlds.ask(&sessions, query)[0]));
    assert_eq!(said[0], said[1], "whether there is somebody of that name");
    let [one, other, none] = [0, 1, 2].map(|which| {
        let (cell, query) = [(0, &somebody), (1, &somebody), (0, &nobody)][which];
        median((0..40).map(|_| time(|| drop(sessions[cell].client.get(query).unwrap()))).collect())
    });
    println!(
        "{refused} of {} queries refused alike; a refusal takes {one:?} with the diagnosis, {other:?} without, {none:?} for nobody",
        naming().len()
    );
    assert!(refused >= 8);
    let (least, most) =
        ([one, other, none].into_iter().min().unwrap(), [one, other, none].into_iter().max().unwrap());
    assert!(most < least * 3 + Duration::from_millis(5), "a refusal's time tells: {least:?} to {most:?}");
}

#[test]
fn a_conditional_write_tells_no_more_than_a_search() {
    let worlds = Worlds::make();
    let code = format!("{BASE}|{}", DIAGNOSES[0]);
    let conditions = [
        format!("patient.name={FAMILY}&code={code}"),
        format!("patient.birthdate={BORN}&code={code}"),
        "patient=ID&code=CODE".replace("CODE", &code),
    ];
    let mut told = 0;
    for condition in &conditions {
        let sessions = worlds.sessions("fhir-client", &[]);
        let answers = [0, 1].map(|cell| {
            let session = &sessions[cell].client;
            let authorization = format!("Bearer {}", session.token);
            let condition = condition.replace("ID", &worlds.victims[cell]);
            let headers = [
                ("authorization", authorization.as_str()),
                ("content-type", "application/fhir+json"),
                ("prefer", "return=minimal"),
                ("if-none-exist", condition.as_str()),
            ];
            let body = br#"{"resourceType":"Condition","subject":{"display":"nobody"},"code":{"text":"x"}}"#;
            request("POST", &format!("{}/Condition", session.base), &headers, body).unwrap().status
        });
        let reached = [0, 1].map(|cell| worlds.is_reached(&sessions, cell));
        println!("If-None-Exist: {condition}: {answers:?}, reached {reached:?}");
        if answers[0] != answers[1] {
            told += 1;
            assert!(
                reached[0] && reached[1],
                "{condition} told the diagnosis, and the person is not in the scope"
            );
        }
    }
    assert_eq!(told, conditions.len(), "a conditional create that always does the same is none");
    // A spent budget answers alike.
    let sessions =
        worlds.sessions("fhir-client", &["--chart-hour", "1", "--chart-day", "1", "--chart-30-days", "1"]);
    for session in &sessions {
        assert_eq!(
            session.client.get("/Condition?patient.name=Muster007&_summary=count").unwrap().status,
            200
        );
    }
    let query = format!("/Condition?patient.name={FAMILY}&code={BASE}%7C{}", DIAGNOSES[0]);
    let [one, other] = worlds.ask(&sessions, &query).map(|answer| seen(&answer));
    assert_eq!(one, other);
}

/// Above the few whose patients are all charged a count is rounded. Two counts, one with and one without the person, then differ
/// only where the one number is rounded down and the other up.
#[test]
fn counts_of_many_single_out_nobody_but_at_a_roundings_edge() {
    let worlds = Worlds::make();
    let sessions = worlds.sessions("fhir-reader", &[]);
    let code = format!("{BASE}%7C{}", DIAGNOSES[0]);
    let (mut told, mut requests) = (Vec::new(), 0);
    for year in 1920..2020 {
        for query in [
            format!("/Patient?_has:Condition:patient:code={code}&birthdate=ge{year}&_summary=count"),
            format!("/Patient?_has:Condition:patient:code={code}&birthdate=lt{year}&_summary=count"),
            format!("/Condition?code={code}&onset-date=lt{year}&_summary=count"),
        ] {
            let answers = worlds.ask(&sessions, &query);
            if answers[0].status == 429 || worlds.is_reached(&sessions, 0) {
                // What has few matches reaches the person; the others are asked by a session that has not.
                continue;
            }
            requests += 1;
            let [one, other] = answers.map(|answer| seen(&answer));
            if one != other {
                told.push(format!("{query}: {one} | {other}"));
            }
        }
    }
    println!("{} of {requests} counts differ by one person who is not in the scope", told.len());
    told.iter().take(10).for_each(|line| println!("  {line}"));
    assert!(requests > 20, "{requests}");
    assert!(told.len() * 10 <= requests, "counts of many single out a person who is not in the scope");
}

/// Sorted so that the person comes last, behind a page that has room for all others: the link to a next page tells of them.
#[test]
fn the_end_of_a_page_does_not_tell_who_comes_next() {
    let worlds = Worlds::make();
    let code = format!("{BASE}%7C{}", DIAGNOSES[0]);
    let others = (0..OTHERS).filter(|number| number % 2 == 0 && 1920 + number > 1961).count();
    assert!(others > 20, "more than the few who are all charged");
    let sessions = worlds.sessions("fhir-reader", &[]);
    let query = format!(
        "/Patient?_has:Condition:patient:code={code}&birthdate=ge{BORN}&_sort=-birthdate&_total=none&_count={others}"
    );
    let answers = worlds.ask(&sessions, &query);
    let links = answers.each_ref().map(|answer| {
        let links = answer.json()["link"].as_array().unwrap().clone();
        links.iter().any(|link| link["relation"] == "next")
    });
    let reached = worlds.is_reached(&sessions, 0);
    println!("a next page: {links:?}, the person is reached: {reached}");
    assert_eq!(answers[0].json()["entry"].as_array().map(Vec::len), Some(others), "{}", answers[0].text());
    assert!(
        links[0] == links[1] || reached,
        "a link to a next page tells the diagnosis of somebody who is not in the scope"
    );
}

fn time(what: impl FnOnce()) -> Duration {
    let begin = Instant::now();
    what();
    begin.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

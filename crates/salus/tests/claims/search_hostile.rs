//! Searches made to hurt: they end within bounds of time and memory, and a neighbour reads on meanwhile.

use crate::support::{id_of, patient, synthea};
use salus_testkit::{Server, Start, run};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How many ask at once.
const ATTACKERS: usize = 64;
/// For how long.
const ATTACK: Duration = Duration::from_secs(8);
/// How long an answer may take: 5 s until an index is ready, 10 s that the keyholder gives the indexer, and as much again on a
/// busy machine in a debug build.
const ANSWER_BOUND: Duration = Duration::from_secs(30);
/// The most memory of the indexer: 64 MiB of opened pages, writers, and what queries may take.
const INDEXER_BOUND_KB: u64 = 512 * 1024;

/// What may be answered: it was done, or refused with a reason. Never a fault of the server.
const ANSWERS: [u16; 6] = [200, 400, 403, 422, 429, 503];

/// What is asked, each to hurt in its own way.
fn hostile() -> Vec<(&'static str, String)> {
    let values = |count: usize, each: fn(usize) -> String| (0..count).map(each).collect::<Vec<_>>().join(",");
    let code = |at: usize| format!("{}-{}", 10_000 + at, at % 10);
    let two_letters =
        |at: usize| format!("{}{}", (b'a' + (at / 26 % 26) as u8) as char, (b'a' + (at % 26) as u8) as char);
    vec![
        ("1,000 values", format!("/Observation?code={}", values(1_000, code))),
        ("1,001 values", format!("/Observation?code={}", values(1_001, code))),
        ("1,000 times contains", format!("/Patient?name:contains={}", values(1_000, two_letters))),
        ("contains of one letter", "/Patient?name:contains=a".into()),
        ("contains of one letter, not", "/Patient?name:contains=e&gender:not=female&_sort=-family,given,birthdate".into()),
        ("everything by date", "/Observation?date=ge0001&date=lt9999&_sort=-date,code,status&_count=1000".into()),
        ("everything by time of writing", "/?_lastUpdated=ge1970&_count=1000".into()),
        ("everything, counted", "/Observation?_total=accurate&_summary=count".into()),
        ("a chain of three", "/Observation?encounter:Encounter.service-provider:Organization.partof:Organization.name:contains=a".into()),
        ("a chain of five", "/Observation?encounter:Encounter.part-of:Encounter.part-of:Encounter.part-of:Encounter.part-of:Encounter.status=finished".into()),
        ("a chain through everything", "/Observation?patient.name:contains=a&encounter.status=finished&_count=1000".into()),
        ("_has of three", "/Patient?_has:Observation:patient:_has:DiagnosticReport:result:_has:Provenance:target:recorded=ge1970".into()),
        ("_has through everything", "/Patient?_has:Observation:patient:date=ge0001&_has:Encounter:patient:date=ge0001&_has:Condition:patient:code:not=x".into()),
        ("_has twenty times", format!("/Patient?{}", (0..20).map(|at| format!("_has:Observation:patient:date=ge{}", 1900 + at)).collect::<Vec<_>>().join("&"))),
        ("a hundred ranges", format!("/Observation?{}", (0..100).map(|at| format!("value-quantity=gt{at}e-3")).collect::<Vec<_>>().join("&"))),
        ("all includes", "/Observation?_count=1000&_include=*&_include:iterate=*&_revinclude=*".into()),
        ("all that is not", "/Observation?code:not=x&status:not=x&category:not=x&date=ne1900".into()),
        ("text of one letter", "/Observation?_content=a&_text=a".into()),
        ("missing", "/Observation?value-quantity:missing=true&component-code:missing=false&_count=1000".into()),
        ("a long word", format!("/Patient?name={}", "a".repeat(6_000))),
        ("broken", "/Patient?name=%ff%fe&birthdate=0000-99-99&_sort=,,,&_count=99999999999".into()),
    ]
}

#[test]
fn hostile_searches_end_and_harm_no_neighbour() {
    let mut server = Server::start_with(&Start { patients: 30, ..Start::default() });
    if let Some(synthea) = synthea("hostile_searches_end_and_harm_no_neighbour") {
        let cell = &server.cells[0].name;
        let imported =
            run(&["import", "--cell", cell, "--data", server.data_text(), synthea.to_str().unwrap()]);
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    }
    let neighbour = id_of(&server.fhir(1, "POST", "/Patient", &patient("Nachbar")).unwrap());
    salus_testkit::server::wait_for("searches", || {
        server.fhir(0, "GET", "/Patient?_count=1", "").unwrap().status == 200
    });
    let indexer = server.process("indexer").unwrap();
    alone(&server);
    let before_kb = memory_kb(indexer, "VmRSS:");

    let over = AtomicBool::new(false);
    let (reads, answers) = std::thread::scope(|scope| {
        let reading = scope.spawn(|| read(&server, &neighbour, &over));
        let attackers: Vec<_> = (0..ATTACKERS)
            .map(|at| {
                scope.spawn({
                    let server = &server;
                    move || attack(server, at)
                })
            })
            .collect();
        let answers: Vec<BTreeMap<u16, (u32, Duration)>> =
            attackers.into_iter().map(|one| one.join().unwrap()).collect();
        over.store(true, Ordering::Relaxed);
        (reading.join().unwrap(), answers)
    });
    let mut by_status: BTreeMap<u16, (u32, Duration)> = BTreeMap::new();
    for (status, (count, longest)) in answers.into_iter().flatten() {
        let all = by_status.entry(status).or_default();
        *all = (all.0 + count, all.1.max(longest));
    }
    let peak_kb = memory_kb(indexer, "VmHWM:");
    let mut reads = reads;
    reads.sort_unstable();
    println!(
        "{ATTACKERS} at once: {by_status:?}; the indexer had {before_kb} kB, at most {peak_kb} kB; the neighbour read {} times, p50 {:?}, p99 {:?}, longest {:?}",
        reads.len(),
        reads[reads.len() / 2],
        reads[reads.len() * 99 / 100],
        reads.last().unwrap(),
    );
    assert!(by_status.keys().all(|status| ANSWERS.contains(status)), "{by_status:?}");
    assert!(by_status.contains_key(&200), "{by_status:?}");
    assert!(by_status.values().all(|(_, longest)| *longest < ANSWER_BOUND), "{by_status:?}");
    assert!(peak_kb < INDEXER_BOUND_KB, "{peak_kb} kB");
    assert_eq!(server.process("indexer"), Some(indexer), "the indexer lives on");
    assert!(reads.len() > 50, "the neighbour was hardly served: {}", reads.len());
    // And afterwards everything is as before, as soon as what was begun for those who have gone is over.
    server.wait_for_status(0, "/Patient?name=a&_count=1", 200);
}

/// Each of them by itself, so that its time is its own.
fn alone(server: &Server) {
    let mut wrong = Vec::new();
    for (name, path) in hostile() {
        let begin = Instant::now();
        let answer = server.fhir(0, "GET", &path, "");
        let took = begin.elapsed();
        let (status, bytes) = answer.map_or((0, 0), |answer| (answer.status, answer.body.len()));
        println!("{name}: {status} after {took:?}, {bytes} bytes");
        let is_to_be_refused = ["1,001 values", "a chain of five", "broken"].contains(&name);
        if !ANSWERS.contains(&status) || took > ANSWER_BOUND || is_to_be_refused && status < 400 {
            wrong.push(format!("{name}: {status} after {took:?}"));
        }
    }
    assert!(wrong.is_empty(), "0 is a connection that was closed without an answer: {wrong:#?}");
}

/// Asks until the time is over; by status how many answers there were, and the longest.
fn attack(server: &Server, at: usize) -> BTreeMap<u16, (u32, Duration)> {
    let mut answers: BTreeMap<u16, (u32, Duration)> = BTreeMap::new();
    let (all, begin) = (hostile(), Instant::now());
    for (_, path) in all.iter().cycle().skip(at) {
        if begin.elapsed() > ATTACK {
            break;
        }
        let began = Instant::now();
        let status = server.fhir(0, "GET", path, "").map_or(0, |answer| answer.status);
        let took = began.elapsed();
        let of_status = answers.entry(status).or_default();
        *of_status = (of_status.0 + 1, of_status.1.max(took));
    }
    answers
}

/// Reads a record of another cell until it is over; how long each took. None may fail.
fn read(server: &Server, id: &str, over: &AtomicBool) -> Vec<Duration> {
    let mut times = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let began = Instant::now();
        let answer = server.fhir(1, "GET", &format!("/Patient/{id}"), "").unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        times.push(began.elapsed());
        std::thread::sleep(Duration::from_millis(10));
    }
    times
}

fn memory_kb(pid: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

//! Claim 6, small: after a hold is acknowledged nothing that it covers is admitted, and nothing admitted before is still being sent.

use crate::admin::Desk;
use crate::support::Salus;
use salus_seal::ClientId;
use salus_seal::entry::contain::HoldOn;
use salus_trust_api::wire::contain::{ContainAnswer, ContainAsk};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const SESSIONS: usize = 200;
const LOADERS: usize = 4;
const SLOW: usize = 4;
/// What a client's own system had already when the server was cut off from it, in bytes.
const MAX_RECEIVED_BEFORE: usize = 7 * 1024 * 1024;

fn ask(salus: &Salus, ask: ContainAsk) -> ContainAnswer {
    match salus.admin().ask(AdminAsk::Contain { cell: None, ask }).unwrap() {
        AdminAnswer::Contained(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn request(address: SocketAddr, path: &str, bearer: &str) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let head =
        format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    Ok(stream)
}

/// The status of an answer that came whole.
fn status(address: SocketAddr, path: &str, bearer: &str) -> Option<u16> {
    let mut answer = Vec::new();
    request(address, path, bearer).ok()?.read_to_end(&mut answer).ok()?;
    std::str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()
}

#[test]
fn after_everyone_is_held_nothing_is_admitted_and_nothing_sent_and_undone_all_goes_on() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let data = "QUJD".repeat(3 * 1024 * 1024);
    let large = format!(r#"{{"resourceType":"Binary","contentType":"text/plain","data":"{data}"}}"#);
    let made = cell.post("Binary", &large);
    assert_eq!(made.status, 201, "{}", made.status);
    let binary =
        cell.path(&format!("Binary/{}", made.header("location").unwrap().split('/').nth(6).unwrap()));
    let path = cell.path(&format!("Patient/{id}"));
    let client = ClientId::parse(&cell.client).unwrap();
    let bearers: Vec<String> = (0..SESSIONS)
        .map(|_| match salus.admin().ask(AdminAsk::BeginSession { client }).unwrap() {
            AdminAnswer::Session(begun) => format!("Bearer {}", *begun.token.to_text()),
            other => panic!("{other:?}"),
        })
        .collect();
    let mut slow: Vec<TcpStream> = (0..SLOW)
        .map(|at| {
            let mut stream = request(cell.address, &binary, &bearers[at]).unwrap();
            let mut first = [0; 12];
            stream.read_exact(&mut first).unwrap();
            assert_eq!(&first[9..12], b"200");
            stream
        })
        .collect();
    let (done, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    // However slow the machine is, the load is a load.
    let until = |count: usize| {
        let begun = Instant::now();
        while sent.load(Ordering::Relaxed) < count && begun.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let (acknowledged, hold, answers) = std::thread::scope(|scope| {
        let loaders: Vec<_> = (0..LOADERS)
            .map(|loader| {
                let (bearers, done, sent) = (&bearers, &done, &sent);
                let (path, address) = (&path, cell.address);
                scope.spawn(move || {
                    let mut answers = Vec::new();
                    for at in (0..).map(|round| (round * LOADERS + loader) % SESSIONS) {
                        if done.load(Ordering::Relaxed) {
                            return answers;
                        }
                        let begun = Instant::now();
                        answers.push((begun, status(address, path, &bearers[at])));
                        sent.fetch_add(1, Ordering::Relaxed);
                    }
                    answers
                })
            })
            .collect();
        until(100);
        let asked = ContainAsk::Hold { what: HoldOn::Everyone, reason: "an experiment".into() };
        let ContainAnswer::Held { hold, sessions } = ask(&salus, asked) else { panic!("not held") };
        let acknowledged = Instant::now();
        assert!(sessions >= SESSIONS as u64, "{sessions}");
        until(sent.load(Ordering::Relaxed) + 50);
        done.store(true, Ordering::Relaxed);
        let answers: Vec<_> = loaders.into_iter().flat_map(|loader| loader.join().unwrap()).collect();
        (acknowledged, hold, answers)
    });
    let admitted = |(_, status): &&(Instant, Option<u16>)| *status == Some(200);
    let before = answers.iter().filter(|(begun, _)| *begun < acknowledged).filter(admitted).count();
    let after: Vec<_> = answers.iter().filter(|(begun, _)| *begun >= acknowledged).collect();
    assert!(before > 50 && after.len() > 10, "{before} and {}", after.len());
    assert!(after.iter().all(|(_, status)| *status == Some(401)), "admitted after the acknowledgement");
    for stream in &mut slow {
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest);
        assert!(rest.len() < MAX_RECEIVED_BEFORE, "{} bytes came, {ended:?}", rest.len());
    }
    println!("{before} admitted before, {} refused after", after.len());
    ask(&salus, ContainAsk::Release { hold });
    for bearer in bearers.iter().step_by(20) {
        assert_eq!(status(cell.address, &path, bearer), Some(200), "given back");
    }
}

#[test]
fn the_page_for_the_worst_day_holds_gives_back_cuts_off_and_joins() {
    let salus = Salus::start();
    salus.cell("praxis");
    let administrator = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let physician = Desk::of(&salus, "physician", "Dr. Ada Muster");
    let page = administrator.get("/admin/contain");
    let text = page.text();
    assert!(text.contains("Dr. Ada Muster") && text.contains("Ends ") && text.contains("What is not known"));
    let person = format!("hold=person+{}&reason=a+laptop+was+stolen", physician.principal);
    let held = administrator.post("/admin/contain", &person);
    assert_eq!(held.status, 303, "{}", held.text());
    let to = held.header("location").unwrap().replace("/praxis", "");
    assert!(to.ends_with("done=held&count=1"), "{to}");
    let text = administrator.get(&to).text();
    assert!(text.contains("nothing of them is sent") && text.contains("Bea Beispiel"));
    assert!(text.contains("a laptop was stolen"), "why is shown beside it");
    assert_eq!(physician.get("/today").status, 303, "to the sign-in");
    let hold = text.split("name=\"release\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(administrator.post("/admin/contain", &format!("release={hold}")).status, 303);
    assert_eq!(physician.get("/today").status, 200);
    // On this day nothing waits because somebody wrote too much.
    let long = format!("cut-off=yes&reason=a+note%0aon+a+desk+{}", "%C3%A4".repeat(200));
    assert_eq!(administrator.post("/admin/contain", &long).status, 303);
    let log = administrator.get("/admin/log").text();
    assert!(log.contains("a laptop was stolen") && log.contains("a note on a desk ää"), "{log}");
    assert_eq!(physician.get("/today").status, 503);
    let text = administrator.get("/admin/contain").text();
    assert!(text.contains("The practice is cut off") && text.contains("Dr. Ada Muster</option>"));
    let except = format!("except={}&hours=4", physician.principal);
    let excepted = administrator.post("/admin/contain", &except);
    assert_eq!(excepted.status, 303, "{}", excepted.text());
    assert!(administrator.get("/admin/contain").text().contains("Who may read in an emergency"));
    let joined = administrator.post("/admin/contain", "cut-off=no");
    assert!(joined.header("location").unwrap().contains("done=joined"));
    assert_eq!(physician.get("/today").status, 200);
    assert_eq!(administrator.post("/admin/contain", "hold=nothing").status, 400);
    // Their own session is among those of the practice.
    assert_eq!(administrator.post("/admin/contain", "hold=cell").status, 303);
    assert_eq!(administrator.get("/admin/contain").status, 303, "to the sign-in");
}

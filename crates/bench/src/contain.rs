//! `salus-bench contain`: everyone is held while many sessions live and are used. How long until it is acknowledged, until the last
//! admission, and until the last byte.
//!
//! The readers are sockets like anybody's; some of them receive something large, slowly. The run fails when anything is admitted, or a byte
//! comes, after the acknowledgement: that would not be slow but wrong.
//!
//! Never: part of what is shipped. State: a data directory of its own, and when things happened.

use crate::context::Context;
use crate::error::BenchError;
use crate::http::{Client, Target};
use crate::report::{number, table};
use crate::server::{CELL, Salus};
use salus_keyholder::setup;
use salus_seal::ClientId;
use salus_seal::entry::contain::HoldOn;
use salus_trust_api::admin::AdminClient;
use salus_trust_api::wire::contain::{ContainAnswer, ContainAsk};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Connections that ask as fast as they are answered, each time in another session.
const READERS: usize = 48;
/// Connections that receive something large, a little at a time.
const SLOW: usize = 16;
/// What they receive, in bytes of base64.
const LARGE_BYTES: usize = 12 * 1024 * 1024;
/// How many connections begin the sessions: what comes together is durable together.
const BEGINNERS: usize = 16;
/// How long everything runs before everyone is held, and after it was acknowledged.
const LOAD: Duration = Duration::from_secs(5);
const AFTER: Duration = Duration::from_secs(3);

/// When something happened, after everyone was asked to be held.
struct Times {
    acknowledged: Duration,
    /// The last answer with a record began to come.
    last_admission: Duration,
    /// The last byte of any such answer came.
    last_byte: Duration,
}

/// One answer of a reader: when it was asked for, when it came whole, and its status.
type Seen = (Instant, Instant, u16);

/// Measures it with so many sessions; gives the page.
pub fn run(context: &Context, sessions: usize) -> Result<String, BenchError> {
    let (salus, target) = Salus::fresh(context, "contain")?;
    let patient = created(&target, "Patient", r#"{"resourceType":"Patient"}"#)?;
    let data = "QUJD".repeat(LARGE_BYTES / 4);
    let large = format!(r#"{{"resourceType":"Binary","contentType":"text/plain","data":"{data}"}}"#);
    let large = created(&target, "Binary", &large)?;
    let begun = Instant::now();
    let tokens = begin(&salus, sessions)?;
    let took = begun.elapsed();
    eprintln!("{} sessions begun in {:.1} s", tokens.len(), took.as_secs_f64());
    let (times, seen) = hold(&salus, &target, &tokens, [&patient, &large])?;
    salus.stop()?;
    Ok(page(context, sessions, &times, &seen))
}

/// Posts something; its path below the base.
fn created(target: &Target, kind: &str, body: &str) -> Result<String, BenchError> {
    let request = target.send("POST", &format!("/{kind}"), body);
    let answer =
        Client::connect(target.address)?.ask(&request)?.expect(201, request.get(..64).unwrap_or(&request))?;
    let location =
        answer.headers.iter().find(|(name, _)| name == "location").map(|(_, value)| value.as_str());
    let id = location.and_then(|location| location.split(&format!("/{kind}/")).nth(1)?.split('/').next());
    let id = id.ok_or_else(|| BenchError::program("salus serve", "named no place for what was created"))?;
    Ok(format!("/{kind}/{id}"))
}

fn administration(data: &Path) -> Result<AdminClient, BenchError> {
    let key = setup::read_admin_key(data).map_err(|error| BenchError::Keyholder(error.to_string()))?;
    AdminClient::connect(&data.join("run/keyholder.sock"), &key)
        .map_err(|error| BenchError::Keyholder(error.to_string()))
}

/// Begins sessions of one client; their tokens.
fn begin(salus: &Salus, sessions: usize) -> Result<Vec<String>, BenchError> {
    let (client, _) = salus.credentials()?;
    let client =
        ClientId::parse(&client).ok_or_else(|| BenchError::Keyholder("named no client".to_owned()))?;
    let share = |at: usize| sessions / BEGINNERS + usize::from(at < sessions % BEGINNERS);
    let some = |count: usize| -> Result<Vec<String>, BenchError> {
        let mut administration = administration(salus.data())?;
        let mut tokens = Vec::with_capacity(count);
        for _ in 0..count {
            let begun = administration.ask(AdminAsk::BeginSession { client });
            match begun.map_err(|error| BenchError::Keyholder(error.to_string()))? {
                AdminAnswer::Session(begun) => tokens.push(begun.token.to_text().to_string()),
                _ => return Err(BenchError::Keyholder("began no session".to_owned())),
            }
        }
        Ok(tokens)
    };
    std::thread::scope(|scope| {
        let beginners: Vec<_> = (0..BEGINNERS).map(|at| scope.spawn(move || some(share(at)))).collect();
        let mut all = Vec::with_capacity(sessions);
        for beginner in beginners {
            all.extend(
                beginner.join().map_err(|_| BenchError::Keyholder("a beginner fell over".to_owned()))??,
            );
        }
        Ok(all)
    })
}

/// Everyone is held under load.
fn hold(
    salus: &Salus,
    target: &Target,
    tokens: &[String],
    [patient, large]: [&str; 2],
) -> Result<(Times, Vec<Seen>), BenchError> {
    let done = AtomicBool::new(false);
    let origin = Instant::now();
    // The last byte of something large, in microseconds after the origin.
    let slow_byte = AtomicU64::new(0);
    let as_whom = |at: usize| Target {
        token: tokens.get(at % tokens.len()).cloned().unwrap_or_default(),
        ..target.clone()
    };
    std::thread::scope(|scope| {
        for at in 0..SLOW {
            let request = as_whom(at).get(large);
            let (done, slow_byte) = (&done, &slow_byte);
            scope.spawn(move || receive_slowly(target, &request, done, (origin, slow_byte)));
        }
        let readers: Vec<_> = (0..READERS)
            .map(|reader| {
                let (done, as_whom) = (&done, &as_whom);
                scope.spawn(move || read(reader, |at| as_whom(at).get(patient), target, done))
            })
            .collect();
        std::thread::sleep(LOAD);
        let mut administration = administration(salus.data())?;
        let asked = Instant::now();
        let ask = ContainAsk::Hold { what: HoldOn::Everyone, reason: "a benchmark".to_owned() };
        let held = administration.ask(AdminAsk::Contain { cell: None, ask });
        let acknowledged = asked.elapsed();
        std::thread::sleep(AFTER);
        done.store(true, Ordering::Relaxed);
        let mut seen = Vec::new();
        for reader in readers {
            seen.extend(reader.join().unwrap_or_default());
        }
        match held.map_err(|error| BenchError::Keyholder(error.to_string()))? {
            AdminAnswer::Contained(ContainAnswer::Held { sessions, .. }) => {
                eprintln!("{sessions} sessions held")
            }
            _ => return Err(BenchError::Keyholder("held nobody".to_owned())),
        }
        let given = || seen.iter().filter(|(_, _, status)| *status == 200);
        let after = |at: Option<Instant>| at.map_or(Duration::ZERO, |at| at.saturating_duration_since(asked));
        let last_slow = origin + Duration::from_micros(slow_byte.load(Ordering::Relaxed));
        let times = Times {
            acknowledged,
            last_admission: after(given().map(|(_, came, _)| *came).max()),
            last_byte: after(given().map(|(_, came, _)| *came).chain([last_slow]).max()),
        };
        let late = given().filter(|(begun, ..)| *begun > asked + acknowledged).count();
        if late > 0 || times.last_byte > acknowledged + DELIVERY {
            let why = format!(
                "{late} admitted after the acknowledgement; last byte {:?} of {acknowledged:?}",
                times.last_byte
            );
            return Err(BenchError::program("salus contain", why));
        }
        Ok((times, seen))
    })
}

/// What had left the server when it was cut may come so much later through this machine's own queues.
const DELIVERY: Duration = Duration::from_millis(50);

/// Asks, in one session after the other, until it is done. A connection that was cut is made anew.
fn read(
    reader: usize,
    request: impl Fn(usize) -> Box<[u8]>,
    target: &Target,
    done: &AtomicBool,
) -> Vec<Seen> {
    let mut seen = Vec::new();
    let mut connection = None;
    for round in 0.. {
        if done.load(Ordering::Relaxed) {
            break;
        }
        let Some(mut client) = connection.take().or_else(|| Client::connect(target.address).ok()) else {
            continue;
        };
        let request = request(round * READERS + reader);
        let begun = Instant::now();
        if let Ok(answer) = client.ask(&request) {
            seen.push((begun, Instant::now(), answer.status));
            connection = Some(client);
        }
    }
    seen
}

/// Takes something large a little at a time, again and again, and notes when bytes of it come.
fn receive_slowly(target: &Target, request: &[u8], done: &AtomicBool, (origin, last): (Instant, &AtomicU64)) {
    let mut buffer = vec![0; 16 * 1024];
    while !done.load(Ordering::Relaxed) {
        let Ok(mut stream) = TcpStream::connect(target.address) else { continue };
        let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
        let mut is_record = false;
        if stream.write_all(request).is_err() {
            continue;
        }
        while !done.load(Ordering::Relaxed) {
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    is_record |= buffer.get(..count).is_some_and(|bytes| bytes.starts_with(b"HTTP/1.1 200"));
                    if is_record {
                        last.fetch_max(origin.elapsed().as_micros() as u64, Ordering::Relaxed);
                    }
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
        }
        // Whoever is refused does not ask at once again.
        if !is_record {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn page(context: &Context, sessions: usize, times: &Times, seen: &[Seen]) -> String {
    let of = |status: u16| seen.iter().filter(|(_, _, own)| *own == status).count();
    let ms = |time: Duration| number(time.as_secs_f64() * 1_000.0);
    let about = &context.about;
    let text = format!(
        "{} of {CELL}'s sessions live; {READERS} connections read one record after the other, each time in another session, and {SLOW} receive {} MiB slowly. Times from \
         the request to hold everyone. {} answers with a record before, {} refused (401) after; none with a record was asked for after the acknowledgement.\n\n\
         {}, commit {}, {}, {}.",
        number(sessions as f64),
        LARGE_BYTES >> 20,
        number(of(200) as f64),
        number(of(401) as f64),
        about.machine,
        about.commit,
        about.date,
        about.command,
    );
    let rows = vec![vec![
        number(sessions as f64),
        ms(times.acknowledged),
        ms(times.last_admission),
        ms(times.last_byte),
    ]];
    let head = ["sessions", "acknowledged, ms", "last answer that was admitted, ms", "last byte, ms"];
    format!("# Holding everyone\n{}", table("Everyone is held under load", &text, &head, rows))
}

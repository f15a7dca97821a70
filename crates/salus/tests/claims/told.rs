//! Alarms beyond the page: a real mail server and a real receiver of webhooks, both of which are away for a while; the messenger is killed, and then
//! everything. Nothing is lost, and nothing is told twice.

use crate::support::{Client, patient, report};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use salus_testkit::mail::{LOGIN, MailServer};
use salus_testkit::server::wait_for;
use salus_testkit::{Server, Start, request};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

const SECRET: &str = "a secret of thirty-two characters";

/// Takes signed requests, and says 401 to others.
struct Receiver {
    port: u16,
    taken: Arc<Mutex<Vec<Value>>>,
}

impl Receiver {
    fn start() -> Self {
        let taken = Arc::<Mutex<Vec<Value>>>::default();
        let (said, port) = std::sync::mpsc::channel();
        let kept = Arc::clone(&taken);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
                said.send(listener.local_addr().unwrap().port()).unwrap();
                let take = move |headers: HeaderMap, body: Bytes| async move {
                    if !is_signed(&headers, &body) {
                        return StatusCode::UNAUTHORIZED;
                    }
                    kept.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
                    StatusCode::NO_CONTENT
                };
                axum::serve(listener, Router::new().route("/hook", post(take))).await.unwrap();
            });
        });
        Self { port: port.recv().unwrap(), taken }
    }

    fn alarms(&self) -> Vec<u64> {
        self.taken.lock().unwrap().iter().filter_map(|alarm| alarm["alarm"].as_u64()).collect()
    }
}

/// As docs/alarms.md says that a receiver is to look.
fn is_signed(headers: &HeaderMap, body: &[u8]) -> bool {
    let Some(signed) = headers.get("salus-signature").and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let parts: BTreeMap<&str, &str> = signed.split(',').filter_map(|part| part.split_once('=')).collect();
    let (Some(time), Some(signature)) = (parts.get("t"), parts.get("v1")) else { return false };
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
    let said = [time.as_bytes(), b".", body].concat();
    let digits =
        signature.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16));
    let Ok(bytes) = digits.collect::<Result<Vec<u8>, _>>() else { return false };
    aws_lc_rs::hmac::verify(&key, &said, &bytes).is_ok()
}

fn environment(folder: &Path, mail: &MailServer, receiver: &Receiver) -> Vec<(String, String)> {
    std::fs::write(folder.join("password"), LOGIN.1).unwrap();
    std::fs::write(folder.join("secret"), format!("{SECRET}\n")).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    [
        ("SMTP_HOST", "localhost".to_owned()),
        ("SMTP_PORT", mail.port.to_string()),
        ("SMTP_USER", LOGIN.0.to_owned()),
        ("SMTP_PASSWORD_FILE", path("password")),
        ("MAIL_FROM", "salus@praxis.example".to_owned()),
        ("MAIL_TO", "it@praxis.example, nowhere=other@praxis.example".to_owned()),
        ("MAIL_LANGUAGE", "de".to_owned()),
        ("WEBHOOK_URLS", format!("http://127.0.0.1:{}/hook", receiver.port)),
        ("WEBHOOK_SECRET_FILE", path("secret")),
        ("CA_FILE", path("ca.pem")),
    ]
    .map(|(name, value)| (format!("SALUS_ALARMS__{name}"), value))
    .to_vec()
}

/// Somebody new asks for the history of all patients, which is an alarm; its number.
fn raise(server: &Server) -> u64 {
    let before = newest(server);
    let client = Client::make(server, 0, "fhir-client", 100);
    let authorization = format!("Bearer {}", client.token);
    let url = format!("{}/Patient/_history", client.base);
    let answer = request("GET", &url, &[("authorization", &authorization)], b"").unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let number = newest(server).expect("an alarm");
    assert_ne!(Some(number), before);
    number
}

fn listed(server: &Server) -> Value {
    report(&["alarm", "list", "--cell", &server.cells[0].name, "--data", server.data_text()])
}

fn newest(server: &Server) -> Option<u64> {
    listed(server)["alarms"].as_array()?.iter().find(|alarm| alarm["kind"] == "export")?["entry"].as_u64()
}

fn way(server: &Server, name: &str) -> Value {
    let listed = listed(server);
    let ways = listed["ways"].as_array().unwrap();
    ways.iter().find(|way| way["way"] == name).cloned().unwrap_or_default()
}

/// How often each alarm stands in the mails.
fn mailed(mail: &MailServer, alarms: &[u64]) -> Vec<usize> {
    let mails = mail.mails();
    let count = |alarm: &u64| {
        let mark = format!("#alarm-{alarm}\n");
        mails.iter().map(|mail| mail["text"].as_str().unwrap().matches(&mark).count()).sum()
    };
    alarms.iter().map(count).collect()
}

#[test]
fn an_alarm_reaches_people_once_whoever_is_away_and_whatever_dies() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mail) = MailServer::start("alarms by mail", folder.path(), 0) else { return };
    let (port, receiver) = (mail.port, Receiver::start());
    let data = Some(folder.path().join("d"));
    let environment = environment(folder.path(), &mail, &receiver);
    let start = Start { data, patients: 0, environment, ..Start::default() };
    let mut server = Server::start_with(&start);
    wait_for("the messenger", || way(&server, "mail")["messenger"] == true);

    let made = server.fhir(0, "POST", "/Patient", &patient("Eine")).unwrap();
    assert_eq!(made.status, 201, "whose history is asked for");
    let first = raise(&server);
    wait_for("the first mail", || !mail.mails().is_empty());
    wait_for("the first request", || !receiver.alarms().is_empty());
    let letter = &mail.mails()[0];
    let text = letter["text"].as_str().unwrap();
    assert_eq!(letter["to"], serde_json::json!(["it@praxis.example"]), "and nobody of another cell");
    assert!(letter["subject"].as_str().unwrap().contains(&server.cells[0].name), "{letter}");
    assert!(text.contains(&format!("/admin/alarms#alarm-{first}")) && text.contains("angefordert"), "{text}");
    assert!(!text.contains("an experiment"), "it names nobody: {text}");
    let told = receiver.taken.lock().unwrap()[0].clone();
    assert_eq!((told["kind"].as_str(), told["alarm"].as_u64()), (Some("export"), Some(first)));
    assert_eq!(told["cell"], server.cells[0].name.as_str());
    wait_for("both to be told", || {
        listed(&server)["ways"].as_array().unwrap().iter().all(|way| way["waiting"] == 0)
    });

    // The mail server is down: the page knows it, and the webhook goes on.
    drop(mail);
    let second = raise(&server);
    wait_for("the second request", || receiver.alarms().contains(&second));
    wait_for("what is wrong", || way(&server, "mail")["trouble"] == "no-answer");
    assert_eq!(way(&server, "mail")["waiting"], 1);
    wait_for("the webhook's end", || way(&server, "webhook")["waiting"] == 0);
    server.kill_and_wait("messenger");
    wait_for("the next messenger", || way(&server, "mail")["trouble"] == "no-answer");
    server.kill_all();
    drop(server);
    let server = Server::start_with(&start);
    wait_for("the messenger", || way(&server, "mail")["messenger"] == true);
    let third = raise(&server);
    wait_for("the third request", || receiver.alarms().contains(&third));

    let mail = MailServer::start("alarms by mail", folder.path(), port).unwrap();
    wait_for("both mails", || mailed(&mail, &[second, third]).iter().all(|count| *count > 0));
    wait_for("all to be told", || {
        listed(&server)["ways"].as_array().unwrap().iter().all(|way| way["waiting"] == 0)
    });
    assert_eq!(mailed(&mail, &[first, second, third]), [0, 1, 1], "each once, and the first not again");
    assert_eq!(receiver.alarms(), [first, second, third], "each once, in order");
}

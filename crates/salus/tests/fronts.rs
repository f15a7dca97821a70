//! `salus serve` as it stands before clients: with its own certificate, and behind a proxy that ends TLS.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use bytes::Bytes;
use hyper::Method;
use rustix::process::Signal;
use salus::http::{Answer, Client, Endpoint, HttpError};
use salus::tls::Pinned;
use salus_testkit::process::command;
use salus_testkit::server::wait_for;
use salus_testkit::{kill, request, run};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

const PATIENT: &str = r#"{"resourceType":"Patient","active":true}"#;

/// An installation that is served with a configuration of its own.
struct Served {
    folder: TempDir,
    data: String,
    port: u16,
    process: Child,
}

impl Served {
    /// `settings` is the whole configuration, with `PORT` and `DIR` for the port and the folder.
    fn start(folder: TempDir, settings: &str) -> Self {
        let data = folder.path().join("d").to_str().unwrap().to_owned();
        let kit = folder.path().join("kit.txt");
        let made = run(&["init", "--data", &data, "--recovery-kit", kit.to_str().unwrap()]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings =
            settings.replace("PORT", &port.to_string()).replace("DIR", folder.path().to_str().unwrap());
        std::fs::write(format!("{data}/salus.toml"), settings).unwrap();
        let log = std::fs::File::create(folder.path().join("log.txt")).unwrap();
        let process =
            command().args(["serve", "--data", &data]).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let served = Self { folder, data, port, process };
        wait_for("its status", || {
            let status = run(&["status", "--json", "--data", &served.data]);
            status.status.success() && String::from_utf8_lossy(&status.stdout).contains("\"base_url\": \"")
        });
        served
    }

    fn ask(&self, arguments: &[&str]) -> Value {
        let output = run(&[arguments, &["--json", "--data", &self.data]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// A cell, and a token that may do everything in it.
    fn cell(&self, name: &str) -> String {
        self.ask(&["cell", "create", name]);
        let client = self.ask(&["client", "create", "--cell", name, "--name", "x"]);
        let session = self.ask(&["client", "token", "--client", client["client"].as_str().unwrap()]);
        format!("Bearer {}", session["token"].as_str().unwrap())
    }

    /// The address that the log names for the last access of that kind.
    fn last_address(&self, cell: &str, event: &str) -> Value {
        let log = self.ask(&["log", "show", "--cell", cell, "--last", "50"]);
        let entries = log["entries"].as_array().unwrap().clone();
        let last = entries.iter().rev().find(|entry| entry["event"] == event);
        last.unwrap_or_else(|| panic!("no {event} in {log}"))["access"]["address"].clone()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        kill(self.process.id(), Signal::TERM);
        let _ = self.process.wait();
    }
}

/// A certificate for localhost and its key, made by openssl. Without openssl the test is not run, which is a failure in CI.
fn certificate(folder: &Path, name: &str) -> Option<PathBuf> {
    let (certificate, key) = (folder.join(format!("{name}.crt")), folder.join(format!("{name}.key")));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output();
    match made {
        Ok(made) => {
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            Some(certificate)
        }
        Err(_) => {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "no openssl");
            println!("not run: it_serves_with_its_own_certificate: no openssl");
            None
        }
    }
}

fn over_tls(
    port: u16,
    trusted: &Path,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
    body: &str,
) -> Result<Answer, HttpError> {
    let endpoint = Endpoint {
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        authority: format!("localhost:{port}"),
        tls: Some(Pinned::from_file(trusted).unwrap()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        Client::new(endpoint).send(method, path, headers, Bytes::from(body.to_owned())).await
    })
}

#[test]
fn it_serves_with_its_own_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let Some(own) = certificate(folder.path(), "own") else { return };
    let other = certificate(folder.path(), "other").unwrap();
    let served = Served::start(
        folder,
        "[server]\nlisten = \"127.0.0.1:PORT\"\npublic_url = \"https://localhost:PORT\"\n\
         [tls]\ncertificate_file = \"DIR/own.crt\"\nkey_file = \"DIR/own.key\"\n",
    );
    let (port, base) = (served.port, format!("https://localhost:{}", served.port));
    assert_eq!(served.ask(&["status"])["base_url"], base.as_str());
    let token = served.cell("praxis");
    let health = || over_tls(port, &own, Method::GET, "/healthz", &[], "");
    wait_for("a healthy server", || {
        health().is_ok_and(|answer| answer.status == 200 && answer.body.ends_with(b"\"serving\"}]}"))
    });
    assert!(health().unwrap().header("strict-transport-security").is_some());
    // Nothing of it is told in the clear, nor to whoever trusts another certificate.
    assert!(request("GET", &format!("http://127.0.0.1:{port}/healthz"), &[], b"").is_err());
    assert!(over_tls(port, &other, Method::GET, "/healthz", &[], "").is_err());

    let headers = [("authorization", token.as_str()), ("content-type", "application/fhir+json")];
    let created = over_tls(port, &own, Method::POST, "/praxis/fhir/Patient", &headers, PATIENT).unwrap();
    assert_eq!(created.status, 201);
    let location = created.header("location").unwrap();
    let path = location.strip_prefix(&base).unwrap_or_else(|| panic!("{location}"));
    assert_eq!(over_tls(port, &own, Method::GET, path, &headers, "").unwrap().status, 200);
    // An import finds the certificate by itself.
    let file = served.folder.path().join("one.json");
    std::fs::write(&file, PATIENT).unwrap();
    assert_eq!(served.ask(&["import", file.to_str().unwrap()])["sent"], 1);
    // A client that checks names and chains, where there is one.
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--fail", "--cacert"]).arg(&own).arg(format!("{base}/healthz"));
    if let Ok(output) = curl.output() {
        assert!(output.status.success(), "{output:?}");
    }
}

/// What stands before the server: passes a request on, with the address of who asked behind those that it came with.
fn proxy(server: u16, client: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut from = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && from.read(&mut byte).unwrap() == 1 {
                head.push(byte[0]);
            }
            let text = String::from_utf8(head).unwrap();
            let mut to = TcpStream::connect(("127.0.0.1", server)).unwrap();
            let more = format!("\r\nX-Forwarded-For: {client}\r\nX-Forwarded-Proto: https\r\n\r\n");
            to.write_all(text.strip_suffix("\r\n\r\n").unwrap().as_bytes()).unwrap();
            to.write_all(more.as_bytes()).unwrap();
            let (mut body, mut on) = (from.try_clone().unwrap(), to.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut body, &mut on));
            let _ = std::io::copy(&mut to, &mut from);
            let _ = from.shutdown(std::net::Shutdown::Both);
        }
    });
    port
}

#[test]
fn behind_a_proxy_it_believes_the_last_forwarded_address_and_names_its_public_one() {
    let settings = "[server]\nlisten = \"0.0.0.0:PORT\"\nbehind_proxy = true\npublic_url = \"https://salus.example/s\"\n";
    let served = Served::start(tempfile::tempdir().unwrap(), settings);
    let token = served.cell("praxis");
    let port = proxy(served.port, "198.51.100.7");
    // The client claims to be somebody else, which the proxy passes on before its own word.
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/fhir+json"),
        ("x-forwarded-for", "203.0.113.9"),
    ];
    let ask = |method: &str, path: &str, body: &str| {
        request(method, &format!("http://127.0.0.1:{port}{path}"), &headers, body.as_bytes()).unwrap()
    };
    wait_for("the cell", || ask("GET", "/praxis/fhir/Patient/none", "").status == 404);
    assert_eq!(served.last_address("praxis", "refused"), "198.51.100.7");
    let created = ask("POST", "/praxis/fhir/Patient", PATIENT);
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(served.last_address("praxis", "written"), "198.51.100.7");
    let location = created.header("location").unwrap();
    assert!(location.starts_with("https://salus.example/s/praxis/fhir/Patient/"), "{location}");
    let id = created.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(ask("GET", &format!("/praxis/fhir/Patient/{id}"), "").status, 200);
    assert_eq!(served.last_address("praxis", "opened"), "198.51.100.7");
}

#[test]
fn without_a_proxy_no_forwarded_address_is_believed() {
    let served = Served::start(tempfile::tempdir().unwrap(), "[server]\nlisten = \"127.0.0.1:PORT\"\n");
    let token = served.cell("praxis");
    let headers = [("authorization", token.as_str()), ("x-forwarded-for", "203.0.113.9")];
    let url = format!("http://127.0.0.1:{}/praxis/fhir/Patient/none", served.port);
    wait_for("the cell", || request("GET", &url, &headers, b"").is_ok_and(|answer| answer.status == 404));
    assert_eq!(served.last_address("praxis", "refused"), "127.0.0.1");
}

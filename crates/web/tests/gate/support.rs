//! A running Salus for a test, and a client that speaks HTTP/1.1 and nothing else.

use crate::indexer::{INDEXER_KEY, Indexer};
use salus_keyholder::rules::Kinds;
use salus_keyholder::run::SearchOptions;
use salus_keyholder::{KeyholderError, KeyholderOptions, LineSearch, setup};
use salus_records::fhir::search::LINES;
use salus_records::fhir::{ResourceType, is_of_the_house};
use salus_trust_api::admin::AdminClient;
use salus_trust_api::wire::{AdminAnswer, AdminAsk, LogEntry, Scope, ScopeBy, SignedIn};
use salus_trust_api::{Budgets, Limits};
use salus_web::{Event, Hooks, KeyholderKey, TlsFiles, WebLimits, WebOptions};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::oneshot;

pub const FHIR_JSON: &str = "application/fhir+json";
pub const KEY: [u8; 32] = [7; 32];

/// A running keyholder and web server over one data directory.
pub struct Salus {
    pub dir: TempDir,
    pub keyholder: Option<Keyholder>,
    pub indexer: Option<Indexer>,
    pub server: Option<Server>,
    pub events: Arc<Mutex<Vec<Event>>>,
    pub limits: WebLimits,
    pub tls: Option<TlsFiles>,
    /// Where people and clients reach it.
    pub public_url: String,
    pub binds_sessions: bool,
}

/// The port is drawn when it starts.
const PORT_TO_BE_KNOWN: &str = "http://localhost:0";

pub struct Keyholder {
    thread: Option<JoinHandle<Result<(), KeyholderError>>>,
    stop: Option<OwnedFd>,
}

pub struct Server {
    pub address: SocketAddr,
    thread: Option<JoinHandle<()>>,
    stop: Option<oneshot::Sender<()>>,
}

/// A cell with a session that may do everything.
pub struct Cell {
    pub name: String,
    pub client: String,
    pub secret: String,
    pub session: SignedIn,
    pub address: SocketAddr,
}

impl Salus {
    pub fn start() -> Self {
        Self::with_limits(WebLimits::default())
    }

    pub fn with_limits(limits: WebLimits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let set_up =
            setup::SetUp { data_dir: dir.path().into(), root_key_file: dir.path().join("trust/root.key") };
        setup::init(&set_up).unwrap();
        let mut salus = Self {
            dir,
            keyholder: None,
            indexer: None,
            server: None,
            events: Arc::default(),
            limits,
            tls: None,
            public_url: PORT_TO_BE_KNOWN.into(),
            binds_sessions: false,
        };
        salus.start_keyholder();
        salus.start_indexer();
        salus.start_server();
        salus
    }

    pub fn start_keyholder(&mut self) {
        self.keyholder = Some(Keyholder::start(self.dir.path(), &self.public_url, self.binds_sessions));
    }

    pub fn start_indexer(&mut self) {
        self.indexer = Some(Indexer::start(self.dir.path()));
    }

    pub fn stop_indexer(&mut self) {
        self.indexer = None;
    }

    pub fn start_server(&mut self) {
        let at = (self.public_url.clone(), self.limits, self.tls.clone());
        self.server = Some(Server::start(self.dir.path(), at, &self.events));
    }

    pub fn stop_server(&mut self) {
        self.server = None;
    }

    pub fn stop_keyholder(&mut self) {
        self.keyholder = None;
    }

    pub fn address(&self) -> SocketAddr {
        self.server.as_ref().unwrap().address
    }

    pub fn admin(&self) -> AdminClient {
        let key = setup::read_admin_key(self.dir.path()).unwrap();
        AdminClient::connect(&socket(self.dir.path()), &key).unwrap()
    }

    pub fn cell(&self, name: &str) -> Cell {
        let house_kinds =
            ResourceType::all().filter(|kind| is_of_the_house(*kind)).map(ResourceType::code).collect();
        let ask = AdminAsk::CreateCell { name: name.into(), house_kinds, budgets: budgets(1_000_000) };
        assert!(matches!(self.admin().ask(ask).unwrap(), AdminAnswer::Cell(_)));
        self.client(name, "fhir-client", 1_000_000)
    }

    /// A client of a cell with this role, and a session of it.
    pub fn client(&self, cell: &str, role: &str, budget: u32) -> Cell {
        self.client_for(cell, role, budget, 3_600_000)
    }

    pub fn client_for(&self, cell: &str, role: &str, budget: u32, session_ms: u64) -> Cell {
        let mut admin = self.admin();
        let ask = AdminAsk::CreateClient {
            cell: cell.into(),
            name: "test".into(),
            role: role.into(),
            budgets: budgets(budget),
            session_ms,
            idle_ms: session_ms,
        };
        let AdminAnswer::Client { client, secret, .. } = admin.ask(ask).unwrap() else { panic!("no client") };
        let AdminAnswer::Session(session) = admin.ask(AdminAsk::BeginSession { client }).unwrap() else {
            panic!("no session")
        };
        let secret = secret.to_text().to_string();
        Cell { name: cell.into(), client: client.to_string(), secret, session, address: self.address() }
    }

    pub fn log(&self, cell: &str) -> Vec<LogEntry> {
        let mut entries = Vec::new();
        let mut from = 0;
        let mut admin = self.admin();
        loop {
            let ask = AdminAsk::ShowLog { cell: Some(cell.into()), from, limit: 1_000 };
            let AdminAnswer::Log(page) = admin.ask(ask).unwrap() else { panic!("no log") };
            entries.extend(page.entries);
            match page.next {
                Some(next) => from = next,
                None => return entries,
            }
        }
    }

    pub fn scope(&self, cell: &Cell) -> Scope {
        let by = ScopeBy::Session(cell.session.session);
        match self.admin().ask(AdminAsk::Scope { by, from_ms: 0, to_ms: u64::MAX }).unwrap() {
            AdminAnswer::Scope(scope) => scope,
            other => panic!("{other:?}"),
        }
    }

    /// How many writes the keyholder holds open.
    pub fn unresolved(&self) -> u64 {
        match self.admin().ask(AdminAsk::Status).unwrap() {
            AdminAnswer::Status(status) => status.cells.iter().map(|cell| cell.unresolved).sum(),
            other => panic!("{other:?}"),
        }
    }
}

impl Drop for Salus {
    fn drop(&mut self) {
        self.stop_server();
        self.stop_indexer();
        self.stop_keyholder();
    }
}

pub fn budgets(all: u32) -> Budgets {
    let limits = Limits { hour: all, day: all, days_30: all };
    Budgets { glimpse: limits, chart: limits }
}

pub fn socket(dir: &Path) -> std::path::PathBuf {
    dir.join("run/keyholder.sock")
}

fn line_search() -> LineSearch {
    let code = |name: &str| ResourceType::from_name(name).unwrap().code();
    let lines = LINES.iter().map(|line| (code(line.kind), line.parameters.to_vec()));
    LineSearch { patient_kind: code("Patient"), lines: lines.collect() }
}

impl Keyholder {
    fn start(dir: &Path, public_url: &str, binds_sessions: bool) -> Self {
        std::fs::create_dir_all(dir.join("run")).unwrap();
        let options = KeyholderOptions {
            data_dir: dir.to_owned(),
            root_key_file: dir.join("trust/root.key"),
            socket: socket(dir),
            witness_dirs: Vec::new(),
            record_server_key: zeroize::Zeroizing::new(KEY),
            search: Some(SearchOptions {
                indexer_key: zeroize::Zeroizing::new(INDEXER_KEY),
                line: line_search(),
            }),
            messenger_key: None,
            sign_in: Some(crate::admin_people::sign_in_options(public_url, binds_sessions)),
            extract: Some(crate::extractor::options(dir)),
            kinds: Kinds::new(&salus_records::categories()),
            protections: Vec::new(),
            clock_moves: true,
        };
        let (stop_read, stop_write) = std::io::pipe().unwrap();
        let (ready, is_ready) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            salus_keyholder::run(options, stop_read.into(), move || ready.send(()).unwrap())
        });
        assert!(is_ready.recv_timeout(Duration::from_secs(20)).is_ok(), "the keyholder did not start");
        Self { thread: Some(thread), stop: Some(stop_write.into()) }
    }
}

impl Drop for Keyholder {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().unwrap().join();
    }
}

impl Server {
    fn start(
        dir: &Path,
        (public_base_url, limits, tls): (String, WebLimits, Option<TlsFiles>),
        events: &Arc<Mutex<Vec<Event>>>,
    ) -> Self {
        let options = WebOptions {
            listen: "127.0.0.1:0".parse().unwrap(),
            public_base_url,
            data_dir: dir.to_owned(),
            keyholder_socket: socket(dir),
            keyholder_key: KeyholderKey::from_bytes(KEY),
            tls,
            // Without the header, it is whoever is at the other end.
            behind_proxy: true,
            limits,
            door_url: Some("http://localhost:1".into()),
            note: Some("<demo>\ncurl {base}/x '&'".into()),
        };
        let (ready, is_ready) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let events = Arc::clone(events);
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            let hooks = Hooks {
                ready: Box::new(move |address| ready.send(address).unwrap()),
                log: Arc::new(move |event| events.lock().unwrap().push(event.clone())),
            };
            runtime
                .block_on(salus_web::run(options, hooks, async {
                    let _ = stopped.await;
                }))
                .unwrap();
        });
        let address = is_ready.recv_timeout(Duration::from_secs(20)).expect("the server did not start");
        Self { address, thread: Some(thread), stop: Some(stop) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Cell {
    pub fn http(&self) -> Http {
        Http::new(self.address)
    }

    pub fn path(&self, rest: &str) -> String {
        format!(
            "/{}/fhir{}{rest}",
            self.name,
            if rest.is_empty() || rest.starts_with('?') { "" } else { "/" }
        )
    }

    pub fn bearer(&self) -> String {
        format!("Bearer {}", *self.session.token.to_text())
    }

    /// One request with this cell's token.
    pub fn send(&self, method: &str, rest: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        self.send_on(&mut self.http(), method, rest, headers, body)
    }

    pub fn send_on(
        &self,
        http: &mut Http,
        method: &str,
        rest: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let bearer = self.bearer();
        let mut all = vec![("Authorization", bearer.as_str())];
        if !body.is_empty() && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            all.push(("Content-Type", FHIR_JSON));
        }
        all.extend_from_slice(headers);
        http.send(method, &self.path(rest), &all, body)
    }

    pub fn get(&self, rest: &str) -> Reply {
        self.send("GET", rest, &[], b"")
    }

    pub fn post(&self, rest: &str, body: &str) -> Reply {
        self.send("POST", rest, &[], body.as_bytes())
    }

    pub fn put(&self, rest: &str, body: &str) -> Reply {
        self.send("PUT", rest, &[], body.as_bytes())
    }

    pub fn delete(&self, rest: &str) -> Reply {
        self.send("DELETE", rest, &[], b"")
    }

    /// Creates a record and gives its id.
    pub fn create(&self, kind: &str, body: &str) -> String {
        let reply = self.post(kind, body);
        assert_eq!(reply.status, 201, "{}", reply.text());
        reply.json()["id"].as_str().unwrap().to_owned()
    }

    pub fn patient(&self) -> String {
        self.create("Patient", r#"{"resourceType":"Patient"}"#)
    }
}

pub fn observation(patient: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/{patient}"}}}}"#
    )
}

/// One connection, kept alive.
pub struct Http {
    stream: BufReader<TcpStream>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The code of the OperationOutcome's first issue.
    pub fn issue(&self) -> String {
        let outcome = self.json();
        assert_eq!(outcome["resourceType"], "OperationOutcome", "{}", self.text());
        assert!(outcome["issue"][0]["details"]["text"].as_str().is_some_and(|text| text.len() > 10));
        outcome["issue"][0]["code"].as_str().unwrap().to_owned()
    }

    pub fn expressions(&self) -> Vec<String> {
        let outcome = self.json();
        let issues = outcome["issue"].as_array().unwrap();
        issues.iter().map(|issue| issue["expression"][0].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Status, headers but for the date, and body.
    pub fn without_date(mut self) -> Self {
        self.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("date"));
        self
    }
}

impl Http {
    pub fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        self.begin(method, path, headers, body);
        self.reply(method == "HEAD")
    }

    /// Sends and does not wait for the answer.
    pub fn begin(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || matches!(method, "POST" | "PUT" | "PATCH") {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut all = head.into_bytes();
        all.extend_from_slice(body);
        // A server that has refused already may have stopped reading.
        let _ = self.stream.get_mut().write_all(&all);
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    pub fn reply(&mut self, is_head: bool) -> Reply {
        let status_line = self.line();
        let status: u16 =
            status_line.split(' ').nth(1).unwrap_or_else(|| panic!("{status_line:?}")).parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ").unwrap();
            headers.push((name.to_owned(), value.to_owned()));
        }
        let mut reply = Reply { status, headers, body: Vec::new() };
        if is_head || status == 204 || status == 304 {
            return reply;
        }
        if reply.header("transfer-encoding") == Some("chunked") {
            loop {
                let length = usize::from_str_radix(&self.line(), 16).unwrap();
                let start = reply.body.len();
                reply.body.resize(start + length, 0);
                self.stream.read_exact(&mut reply.body[start..]).unwrap();
                self.line();
                if length == 0 {
                    return reply;
                }
            }
        }
        let length = reply.header("content-length").unwrap().parse().unwrap();
        reply.body.resize(length, 0);
        self.stream.read_exact(&mut reply.body).unwrap();
        reply
    }
}

/// The folder of the test data, or a line that says why the test did not run.
pub fn test_data(name: &str) -> Option<std::path::PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("SALUS_TEST_DATA").map_or(default, Into::into);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{name}: no test data");
    println!("not run: {name}: no test data");
    None
}

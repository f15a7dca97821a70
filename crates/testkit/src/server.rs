//! A demo that runs: started, spoken to, hurt, stopped. Whatever is left of it ends when it is dropped.

use crate::http::{Response, request};
use crate::process::{children_of, command, is_alive, kill};
use rustix::process::Signal;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a start may take in a debug build on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// How a demo is started.
#[derive(Debug, Clone)]
pub struct Start {
    /// Patients in each cell.
    pub patients: u32,
    /// Further arguments.
    pub arguments: Vec<String>,
    /// The data directory; none for one of its own, which is deleted at the end.
    pub data: Option<PathBuf>,
    /// Whether SIGINT, SIGTERM and SIGHUP are ignored when it starts, as in a background shell under nohup.
    pub signals_ignored: bool,
    /// Variables of its environment besides.
    pub environment: Vec<(String, String)>,
}

impl Default for Start {
    fn default() -> Self {
        Self {
            patients: 2,
            arguments: Vec::new(),
            data: None,
            signals_ignored: false,
            environment: Vec::new(),
        }
    }
}

/// A cell of the demo, as demo.json says.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Its name.
    pub name: String,
    /// Its FHIR base, without a slash at its end.
    pub fhir_base_url: String,
    /// A client's token that may do everything in it.
    pub token: String,
}

/// A running demo.
#[derive(Debug)]
pub struct Server {
    supervisor: Child,
    /// Its processes as they were last seen, so that what outlives the supervisor can be found.
    seen: Vec<u32>,
    _own: Option<TempDir>,
    /// Where its data lie.
    pub data: PathBuf,
    /// Its address, without a slash at its end.
    pub base_url: String,
    /// Its cells.
    pub cells: Vec<Cell>,
}

impl Server {
    /// Starts a demo of two patients a cell.
    pub fn start() -> Self {
        Self::start_with(&Start::default())
    }

    /// Starts a demo and waits until it says that it is ready.
    pub fn start_with(start: &Start) -> Self {
        let own = start.data.is_none().then(|| tempfile::tempdir().expect("a directory"));
        let data = match (&start.data, &own) {
            (Some(data), _) => data.clone(),
            (None, Some(own)) => own.path().join("demo"),
            (None, None) => unreachable!("one of the two is there"),
        };
        let mut supervisor = spawn(start, &data);
        let base_url = ready_line(&mut supervisor);
        let mut server = Self { supervisor, seen: Vec::new(), _own: own, data, base_url, cells: Vec::new() };
        server.cells = server.read_cells();
        server.processes();
        server
    }

    fn read_cells(&self) -> Vec<Cell> {
        let text = std::fs::read(self.data.join("demo.json")).expect("demo.json is there when it is ready");
        let file: Value = serde_json::from_slice(&text).expect("demo.json is JSON");
        assert_eq!(file["base_url"], self.base_url.as_str());
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let cell = |cell: &Value| Cell {
            name: text(&cell["name"]),
            fhir_base_url: text(&cell["fhir_base_url"]),
            token: text(&cell["token"]),
        };
        file["cells"].as_array().expect("cells").iter().map(cell).collect()
    }

    /// The supervisor's process.
    pub fn pid(&self) -> u32 {
        self.supervisor.id()
    }

    /// The process `keyholder`, `indexer` or `record-server`, if it lives.
    pub fn process(&mut self, name: &str) -> Option<u32> {
        self.processes().into_iter().find(|(_, word)| word == name).map(|(pid, _)| pid)
    }

    fn processes(&mut self) -> Vec<(u32, String)> {
        let children = children_of(self.supervisor.id());
        self.seen.extend(children.iter().map(|(pid, _)| *pid));
        children
    }

    /// Kills the process `keyholder`, `indexer` or `record-server` with SIGKILL, and returns when another has taken its place.
    pub fn kill_and_wait(&mut self, name: &str) {
        let victim = self.process(name).unwrap_or_else(|| panic!("no {name} lives"));
        kill(victim, Signal::KILL);
        wait_for(&format!("another {name}"), || self.process(name).is_some_and(|pid| pid != victim));
    }

    /// Kills everything at once, as a power cut would.
    pub fn kill_all(&mut self) {
        kill(self.supervisor.id(), Signal::KILL);
        self.supervisor.wait().expect("it was ours");
        wait_for("its processes' end", || !self.seen.iter().any(|pid| is_alive(*pid)));
    }

    /// Asks it to end with a signal; returns how it ended and how long that took.
    pub fn end(&mut self, signal: Signal) -> (ExitStatus, Duration) {
        self.processes();
        let began = Instant::now();
        kill(self.supervisor.id(), signal);
        let mut status = None;
        wait_for("the supervisor's end", || {
            status = self.supervisor.try_wait().expect("it was ours");
            status.is_some()
        });
        (status.expect("it has ended"), began.elapsed())
    }

    /// Which of its processes live.
    pub fn left_over(&self) -> Vec<u32> {
        self.seen.iter().copied().filter(|pid| is_alive(*pid)).collect()
    }

    /// A FHIR request to a cell with its token. `path` begins with a slash, or is empty.
    pub fn fhir(&self, cell: usize, method: &str, path: &str, body: &str) -> std::io::Result<Response> {
        let cell = &self.cells[cell];
        let authorization = format!("Bearer {}", cell.token);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/fhir+json")];
        request(method, &format!("{}{path}", cell.fhir_base_url), &headers, body.as_bytes())
    }

    /// Waits until a FHIR request is answered with this status.
    pub fn wait_for_status(&self, cell: usize, path: &str, status: u16) {
        wait_for(&format!("{status} for {path}"), || {
            self.fhir(cell, "GET", path, "").is_ok_and(|response| response.status == status)
        });
    }

    /// The data directory as text.
    pub fn data_text(&self) -> &str {
        self.data.to_str().expect("a path in UTF-8")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its processes end with it, whether or not it is asked.
        let _ = self.supervisor.kill();
        let _ = self.supervisor.wait();
    }
}

fn spawn(start: &Start, data: &Path) -> Child {
    let mut salus = command();
    salus.args(["demo", "--port", "0", "--patients", &start.patients.to_string(), "--data"]).arg(data);
    salus.args(&start.arguments).envs(start.environment.iter().map(|(name, value)| (name, value)));
    if start.signals_ignored {
        // A shell is what can ignore signals for what it starts.
        let mut shell = std::process::Command::new("sh");
        shell
            .args(["-c", "trap '' INT TERM HUP; exec \"$0\" \"$@\""])
            .arg(salus.get_program())
            .args(salus.get_args());
        for (name, value) in salus.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        salus = shell;
    }
    // A group of its own, so that what a test's terminal sends does not reach it.
    salus.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the binary starts")
}

fn ready_line(supervisor: &mut Child) -> String {
    let stdout = supervisor.stdout.take().expect("stdout is a pipe");
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        // What cannot be read is no line.
        let _ = BufReader::new(stdout).read_line(&mut line);
        let _ = send.send(line);
    });
    let line = receive.recv_timeout(START_TIMEOUT).expect("a line within the time of a start");
    line.strip_prefix("ready ").unwrap_or_else(|| panic!("not ready: {line:?}")).trim_end().to_owned()
}

/// Waits until something holds, at most as long as a start may take.
pub fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < START_TIMEOUT, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

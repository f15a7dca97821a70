//! Salus as people run it: `salus init`, `salus serve`, a cell, a client, a token; and its stop.
//!
//! State: the processes, ended when dropped, and a data directory.

use crate::context::Context;
use crate::error::BenchError;
use crate::http::{Client, Target};
use crate::procfs::{self, Process};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The cell that is measured.
pub const CELL: &str = "bench";
/// A budget that no benchmark spends.
const WIDE: &str = "1000000";
const BUDGETS: [&str; 6] = [
    "--chart-hour",
    "--chart-day",
    "--chart-30-days",
    "--glimpse-hour",
    "--glimpse-day",
    "--glimpse-30-days",
];
/// How long a start or a stop may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long an index may take to catch up or to be made again.
const SETTLES: Duration = Duration::from_secs(600);

/// How long nothing may change in an index until it counts as put together.
const QUIET: Duration = Duration::from_secs(2);

/// A running Salus.
pub struct Salus {
    child: Child,
    binary: PathBuf,
    data: PathBuf,
    address: SocketAddr,
}

impl Salus {
    /// A new installation with one cell, and a token that may do everything in it.
    pub fn fresh(context: &Context, name: &str) -> Result<(Self, Target), BenchError> {
        let data = context.fresh_directory(name)?;
        let kit = data.with_extension("kit");
        let _ = std::fs::remove_file(&kit);
        run(&context.salus, &["init", "--data", &text(&data), "--recovery-kit", &text(&kit)])?;
        let (mut salus, _) = Self::serve(&context.salus, &data)?;
        let mut cell = vec!["cell", "create", CELL];
        BUDGETS.iter().for_each(|budget| cell.extend([*budget, WIDE]));
        salus.say(&cell)?;
        let target = salus.client()?;
        let metadata = target.get("/metadata");
        salus.wait_for("to serve its new cell", || ask(target.address, &metadata) == Some(200))?;
        Ok((salus, target))
    }

    /// Serves a data directory; says how long it took until it answered.
    pub fn serve(binary: &Path, data: &Path) -> Result<(Self, Duration), BenchError> {
        let port = free_port()?;
        let begin = Instant::now();
        let child = Command::new(binary)
            .args(["serve", "--data", &text(data)])
            .env("SALUS_SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .env("SALUS_DOOR__LISTEN", "127.0.0.1:0")
            .stdin(Stdio::null())
            .stdout(log(data, "out")?)
            .stderr(log(data, "err")?)
            .spawn()
            .map_err(BenchError::io(binary))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut salus = Self { child, binary: binary.to_owned(), data: data.to_owned(), address };
        let healthy = Target { address, base_path: String::new(), token: String::new() }.get("/healthz");
        salus.wait_for("to answer /healthz", || ask(address, &healthy) == Some(200))?;
        Ok((salus, begin.elapsed()))
    }

    /// The id and secret of a new client.
    pub fn credentials(&self) -> Result<(String, String), BenchError> {
        let mut create = vec!["client", "create", "--cell", CELL, "--name", "proving", "--json"];
        BUDGETS.iter().for_each(|budget| create.extend([*budget, WIDE]));
        let made = self.say(&create)?;
        let member = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
        Ok((member("client"), member("secret")))
    }

    /// A new client's target.
    fn client(&self) -> Result<Target, BenchError> {
        let mut create = vec!["client", "create", "--cell", CELL, "--name", "benchmarks", "--json"];
        BUDGETS.iter().for_each(|budget| create.extend([*budget, WIDE]));
        let made = self.say(&create)?;
        let client = made["client"].as_str().unwrap_or_default();
        let session = self.say(&["client", "token", "--client", client, "--json"])?;
        let token = session["token"].as_str().unwrap_or_default().to_owned();
        Ok(Target { address: self.address, base_path: format!("/{CELL}/fhir"), token })
    }

    /// Says something on the command line to this server; the answer, if it is JSON.
    pub fn say(&self, arguments: &[&str]) -> Result<Value, BenchError> {
        let data = text(&self.data);
        let mut all = arguments.to_vec();
        all.extend(["--data", &data]);
        run(&self.binary, &all)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its data directory.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Its processes: the supervisor and its children.
    pub fn processes(&self) -> Vec<Process> {
        let mut all = vec![Process { pid: self.child.id(), name: "supervisor".to_owned() }];
        all.extend(procfs::children(self.child.id()));
        all
    }

    /// Waits until the cell's index answers and everything written lies in its segments.
    pub fn wait_until_settled(&mut self) -> Result<(), BenchError> {
        let begin = Instant::now();
        while !self.is_settled()? {
            if begin.elapsed() > SETTLES {
                return Err(BenchError::program("salus index status", "the index does not settle"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Waits, beyond that, until the index has put its segments together: its files have not grown or shrunk for two seconds.
    pub fn wait_until_quiet(&mut self) -> Result<(), BenchError> {
        self.wait_until_settled()?;
        let folder = self.data.join("index");
        let (mut bytes, mut since) = (procfs::bytes_below(&folder), Instant::now());
        while since.elapsed() < QUIET {
            std::thread::sleep(Duration::from_millis(100));
            let now = procfs::bytes_below(&folder);
            if now != bytes {
                (bytes, since) = (now, Instant::now());
            }
        }
        Ok(())
    }

    fn is_settled(&self) -> Result<bool, BenchError> {
        let said = self.say(&["index", "status", "--json"])?;
        let cell = &said["cells"][0];
        Ok(cell["state"] == "ready" && cell["index"]["tail"] == 0)
    }

    /// Waits until something is so; fails when it does not become so in time, or the server ends.
    pub fn wait_for(&mut self, what: &str, mut is_so: impl FnMut() -> bool) -> Result<(), BenchError> {
        let begin = Instant::now();
        while !is_so() {
            let ended = self.child.try_wait().map_err(BenchError::io(&self.binary))?;
            if ended.is_some() || begin.elapsed() > PATIENCE {
                let said = std::fs::read_to_string(log_path(&self.data, "err")).unwrap_or_default();
                return Err(BenchError::program(
                    "salus serve",
                    format!("waited for it {what}; {ended:?} {said}"),
                ));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Stops it as a person would, and waits until it has ended.
    pub fn stop(mut self) -> Result<PathBuf, BenchError> {
        self.terminate();
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().map_err(BenchError::io(&self.binary))? {
                let data = self.data.clone();
                return if status.success() {
                    Ok(data)
                } else {
                    Err(BenchError::program("salus serve", status.to_string()))
                };
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(BenchError::program("salus serve", "did not stop"))
    }

    fn terminate(&self) {
        if let Some(pid) = Pid::from_raw(self.child.id() as i32) {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::TERM);
        }
    }
}

impl Drop for Salus {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.terminate();
            std::thread::sleep(Duration::from_secs(2));
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The status of one request on a connection of its own; none when there is no answer.
pub fn ask(address: SocketAddr, request: &[u8]) -> Option<u16> {
    Some(Client::connect(address).ok()?.ask(request).ok()?.status)
}

/// Runs a command to its end; what it said, if that is JSON.
pub fn run(binary: &Path, arguments: &[&str]) -> Result<Value, BenchError> {
    let output =
        Command::new(binary).args(arguments).stdin(Stdio::null()).output().map_err(BenchError::io(binary))?;
    if !output.status.success() {
        let command = format!("salus {}", arguments.join(" "));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(BenchError::program(&command, format!("{}: {said}", output.status)));
    }
    Ok(serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16, BenchError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(BenchError::Connection)?;
    Ok(listener.local_addr().map_err(BenchError::Connection)?.port())
}

/// A path as an argument.
pub fn text(path: &Path) -> String {
    path.display().to_string()
}

fn log_path(data: &Path, stream: &str) -> PathBuf {
    data.with_extension(stream)
}

fn log(data: &Path, stream: &str) -> Result<File, BenchError> {
    let path = log_path(data, stream);
    File::create(&path).map_err(BenchError::io(&path))
}

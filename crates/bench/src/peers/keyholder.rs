//! A keyholder in a process of its own, without a supervisor, to be asked by the harness.
//!
//! State: a data directory.

use crate::error::BenchError;
use crate::procfs::Process;
use salus_keyholder::rules::Kinds;
use salus_keyholder::{KeyholderOptions, run, setup};
use salus_trust_api::admin::AdminClient;
use salus_trust_api::client::Endpoint;
use std::io::{BufRead as _, BufReader};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The word by which this binary becomes this process; its argument is the data directory.
pub const MODE: &str = "__keyholder";
/// With which the harness says that it is the record server. It guards invented data for minutes.
const RECORD_SERVER_KEY: [u8; 32] = [42; 32];

/// The process.
pub struct Keyholder {
    child: Child,
    data: PathBuf,
}

impl Keyholder {
    /// Makes what it needs in a new directory.
    pub fn set_up(data: &Path) -> Result<(), BenchError> {
        std::fs::create_dir_all(data.join("trust")).map_err(BenchError::io(data))?;
        let set_up = setup::SetUp { data_dir: data.to_owned(), root_key_file: data.join("trust/root.key") };
        setup::init(&set_up).map(drop).map_err(|error| BenchError::Keyholder(error.to_string()))
    }

    /// Starts it; says how long it took until it listened.
    pub fn start(data: &Path) -> Result<(Self, Duration), BenchError> {
        let run = data.join("run");
        std::fs::create_dir_all(&run).map_err(BenchError::io(&run))?;
        let binary = std::env::current_exe().map_err(BenchError::io("salus-bench".as_ref()))?;
        let begin = Instant::now();
        let mut child = Command::new(&binary)
            .arg(MODE)
            .arg(data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(BenchError::io(&binary))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(BenchError::Connection)?;
        }
        let keyholder = Self { child, data: data.to_owned() };
        if line.trim() == "ready" {
            Ok((keyholder, begin.elapsed()))
        } else {
            Err(BenchError::Keyholder("did not become ready".to_owned()))
        }
    }

    /// Where the record server asks.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint { socket: socket(&self.data), key: Zeroizing::new(RECORD_SERVER_KEY) }
    }

    /// Where the command line asks.
    pub fn administration(&self) -> Result<AdminClient, BenchError> {
        let key =
            setup::read_admin_key(&self.data).map_err(|error| BenchError::Keyholder(error.to_string()))?;
        AdminClient::connect(&socket(&self.data), &key)
            .map_err(|error| BenchError::Keyholder(error.to_string()))
    }

    /// Itself, to be measured.
    pub fn processes(&self) -> Vec<Process> {
        vec![Process { pid: self.child.id(), name: "keyholder".to_owned() }]
    }

    /// Closes its stdin, and waits until it has ended.
    pub fn stop(mut self) -> Result<(), BenchError> {
        drop(self.child.stdin.take());
        let status = self.child.wait().map_err(BenchError::Connection)?;
        if status.success() { Ok(()) } else { Err(BenchError::Keyholder(status.to_string())) }
    }
}

impl Drop for Keyholder {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn socket(data: &Path) -> PathBuf {
    data.join("run/keyholder.sock")
}

/// Runs until its stdin is closed.
pub fn serve(data: &Path) -> Result<(), BenchError> {
    let stop = std::io::stdin().as_fd().try_clone_to_owned().map_err(BenchError::Connection)?;
    let options = KeyholderOptions {
        data_dir: data.to_owned(),
        root_key_file: data.join("trust/root.key"),
        socket: socket(data),
        witness_dirs: Vec::new(),
        record_server_key: Zeroizing::new(RECORD_SERVER_KEY),
        search: None,
        sign_in: None,
        messenger_key: None,
        extract: None,
        kinds: Kinds::default(),
        protections: Vec::new(),
        clock_moves: false,
    };
    run(options, stop, || println!("ready")).map_err(|error| BenchError::Keyholder(error.to_string()))
}

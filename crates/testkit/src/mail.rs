//! A real mail server in a test: `tests/smtp/server.py`, started, asked what it has taken, killed.

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

/// The user and the password by which mail is brought there.
pub const LOGIN: (&str, &str) = ("salus", "geheim");

/// A mail server on this machine. It ends when it is dropped.
#[derive(Debug)]
pub struct MailServer {
    process: Child,
    _stdin: ChildStdin,
    taken: Arc<Mutex<Vec<Value>>>,
    /// Where it listens.
    pub port: u16,
}

impl MailServer {
    /// Starts one with its certificates in `dir`, on this port (0: any); none, said so, where Python has no aiosmtpd and need have none.
    pub fn start(test: &str, dir: &Path, port: u16) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/smtp/server.py");
        let mut process = Command::new("python3")
            .arg(script)
            .arg(dir)
            .arg(port.to_string())
            .env("PYTHONPATH", python_path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let stdin = process.stdin.take().expect("stdin is a pipe");
        let mut lines = BufReader::new(process.stdout.take().expect("stdout is a pipe")).lines();
        let first = lines.next().and_then(Result::ok).unwrap_or_default();
        let Some(port) = first.strip_prefix("ready ").and_then(|port| port.parse().ok()) else {
            drop(stdin);
            process.wait().expect("Python ends without its input");
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{test}: no aiosmtpd");
            println!("not run: {test}: Python has no aiosmtpd (./test installs it)");
            return None;
        };
        let taken = Arc::<Mutex<Vec<Value>>>::default();
        let mails = Arc::clone(&taken);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mail = serde_json::from_str(&line).expect("a line is a mail");
                mails.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
            }
        });
        Some(Self { process, _stdin: stdin, taken, port })
    }

    /// The mails that it has taken.
    pub fn mails(&self) -> Vec<Value> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where `./test` puts Python's packages: beside the tests' own directory.
fn python_path() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let tools = test.ancestors().nth(3).expect("tests lie in target/PROFILE/deps").join("tools");
    std::env::var_os("PYTHONPATH").map_or(tools, PathBuf::from)
}

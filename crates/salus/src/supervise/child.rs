//! One process of the server, kept running: started, told its options over a pipe, started again when it dies, ended when
//! its stage comes.
//!
//! The pipe stays open: its end tells the child that it is to end, or that nobody supervises it any more. On its other
//! pipe the child says one line: ready, or why it refuses to start.
//!
//! Never: reads what a child serves. State: the child.

use super::log;
use crate::config::Level;
use crate::failure::{FINAL, Failure};
use crate::messages::say;
use crate::process::{FirstLine, Start};
use salus_fhir::Language;
use serde::Serialize;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

/// How long to wait before a dead process is started again, at first and at most.
const BACK_OFF_FIRST: Duration = Duration::from_millis(50);
const BACK_OFF_MOST: Duration = Duration::from_secs(5);
/// A process that lived this long starts again with the first back-off.
const LIVED_LONG: Duration = Duration::from_secs(30);
/// A process that never was ready is given up after so many starts.
const MAX_FIRST_STARTS: u32 = 5;
/// How long a process has to end by itself.
const END_TIMEOUT: Duration = Duration::from_secs(2);
/// The longest line that a child says, in bytes.
const MAX_LINE_BYTES: u64 = 4096;

/// How far the end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// All run.
    Run,
    /// The record server is to end.
    EndRecordServer,
    /// The keyholder and the indexer too.
    EndKeyholder,
}

/// Whether everything ends with a process that cannot be kept running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Nothing can be served without it: given up, it ends the server.
    Vital,
    /// Everything else is served without it: it is tried for ever.
    Spare,
}

/// A process that is kept running.
pub(super) struct Keeper {
    ready: watch::Receiver<bool>,
    task: JoinHandle<Result<(), Failure>>,
}

struct Kept {
    command: &'static str,
    name: &'static str,
    need: Need,
    ends_at: Stage,
    options: Zeroizing<String>,
    stages: watch::Receiver<Stage>,
    announce: watch::Sender<bool>,
    /// Told when the process calls for an extractor.
    calls: Option<Arc<Notify>>,
}

fn options_line<T: Serialize>(name: &'static str, options: &T) -> Result<Zeroizing<String>, Failure> {
    let start = Start { parent: std::process::id(), options };
    let options = serde_json::to_string(&start);
    let unsaid = |_| Failure::could_not(say("cannot-start").with("process", name).with("why", "options"));
    options.map(|options| Zeroizing::new(options + "\n")).map_err(unsaid)
}

impl Keeper {
    /// Starts to keep it running.
    pub(super) fn start<T: Serialize>(
        command: &'static str,
        name: &'static str,
        need: Need,
        ends_at: Stage,
        options: &T,
        stages: watch::Receiver<Stage>,
    ) -> Result<Self, Failure> {
        Self::start_calling(command, name, need, ends_at, options, stages, None)
    }

    /// The same of a process that may call for an extractor.
    pub(super) fn start_calling<T: Serialize>(
        command: &'static str,
        name: &'static str,
        need: Need,
        ends_at: Stage,
        options: &T,
        stages: watch::Receiver<Stage>,
        calls: Option<Arc<Notify>>,
    ) -> Result<Self, Failure> {
        let options = options_line(name, options)?;
        let (announce, ready) = watch::channel(false);
        let kept = Kept { command, name, need, ends_at, options, stages, announce, calls };
        Ok(Self { ready, task: tokio::spawn(kept.keep()) })
    }

    /// Starts a process each time that it is called for, one at a time; it ends by itself. One that died is not started again
    /// before it is called for again.
    pub(super) fn start_on_call<T: Serialize>(
        command: &'static str,
        name: &'static str,
        ends_at: Stage,
        options: &T,
        mut stages: watch::Receiver<Stage>,
        calls: Arc<Notify>,
    ) -> Result<Self, Failure> {
        let options = options_line(name, options)?;
        let (announce, ready) = watch::channel(false);
        let (need, of_kept) = (Need::Spare, stages.clone());
        let mut kept = Kept { command, name, need, ends_at, options, stages: of_kept, announce, calls: None };
        let task = async move {
            loop {
                tokio::select! {
                    () = calls.notified() => {}
                    _ = stages.wait_for(|stage| *stage >= ends_at) => return Ok(()),
                }
                match kept.live().await {
                    Ok(Life::Ended) => return Ok(()),
                    Ok(Life::Died(status, _)) if status.success() => {
                        log::line(Level::Info, "process-ended", &[("child", &name)]);
                    }
                    Ok(Life::Died(status, refusal)) => {
                        kept.note_death(&status, &refusal.unwrap_or_else(|| status.to_string()));
                    }
                    // Whoever wants it calls again.
                    Err(failure) => log::line(
                        Level::Error,
                        "process-not-started",
                        &[("child", &name), ("why", &failure.say.text(Language::En))],
                    ),
                }
            }
        };
        Ok(Self { ready, task: tokio::spawn(task) })
    }

    /// Waits until it is ready; fails when it is given up before.
    pub(super) async fn ready(&mut self) -> Result<(), Failure> {
        if self.ready.wait_for(|ready| *ready).await.is_ok() { Ok(()) } else { Err(self.ended().await) }
    }

    /// Waits until it is given up.
    pub(super) async fn ended(&mut self) -> Failure {
        match (&mut self.task).await {
            Ok(Err(failure)) => failure,
            _ => Failure::could_not(say("server-ended")),
        }
    }

    /// Waits until it is gone, after its stage has come or it was given up.
    pub(super) async fn gone(self) {
        if !self.task.is_finished() {
            // How it went was logged.
            let _ = self.task.await;
        }
    }
}

/// How one life of the process ended.
enum Life {
    Died(ExitStatus, Option<String>),
    Ended,
}

impl Kept {
    async fn keep(mut self) -> Result<(), Failure> {
        let mut back_off = BACK_OFF_FIRST;
        let mut starts = 0;
        let mut was_ready = false;
        loop {
            let began = Instant::now();
            starts += 1;
            let (status, refusal) = match self.live().await? {
                Life::Ended => return Ok(()),
                Life::Died(status, refusal) => (status, refusal),
            };
            was_ready |= self.announce.send_replace(false);
            let why = refusal.unwrap_or_else(|| status.to_string());
            self.note_death(&status, &why);
            let is_hopeless =
                status.code() == Some(i32::from(FINAL)) || (!was_ready && starts >= MAX_FIRST_STARTS);
            if is_hopeless && self.need == Need::Vital {
                return Err(Failure::could_not(
                    say("process-refuses").with("process", self.name).with("why", why),
                ));
            }
            if began.elapsed() >= LIVED_LONG {
                back_off = BACK_OFF_FIRST;
            }
            let ends_at = self.ends_at;
            tokio::select! {
                () = tokio::time::sleep(back_off) => {}
                _ = self.stages.wait_for(|stage| *stage >= ends_at) => return Ok(()),
            }
            back_off = (back_off * 2).min(BACK_OFF_MOST);
        }
    }

    fn note_death(&self, status: &ExitStatus, why: &str) {
        let fields: [(&str, &dyn std::fmt::Display); 3] =
            [("child", &self.name), ("status", status), ("why", &why)];
        log::line(Level::Error, "process-died", &fields);
    }

    async fn live(&mut self) -> Result<Life, Failure> {
        let name = self.name;
        let cannot = |why: std::io::Error| {
            Failure::could_not(say("cannot-start").with("process", name).with("why", why))
        };
        let mut child = self.spawn().map_err(cannot)?;
        let mut stdin = child.stdin.take();
        if let Some(stdin) = stdin.as_mut() {
            // A child that is gone already is seen to be below.
            let _ = stdin.write_all(self.options.as_bytes()).await;
        }
        let stdout = child.stdout.take();
        let (announce, calls) = (&self.announce, self.calls.as_deref());
        let ends_at = self.ends_at;
        let mut refusal = None;
        let life = async {
            if let Some(stdout) = stdout {
                refusal = listen(name, stdout, announce, calls).await;
            }
            child.wait().await
        };
        tokio::select! {
            status = life => return Ok(Life::Died(status.map_err(cannot)?, refusal)),
            _ = self.stages.wait_for(|stage| *stage >= ends_at) => {}
        }
        drop(stdin);
        if tokio::time::timeout(END_TIMEOUT, child.wait()).await.is_err() {
            log::line(Level::Warn, "process-killed", &[("child", &name)]);
            // A process that is gone already needs no killing.
            let _ = child.kill().await;
        }
        log::line(Level::Info, "process-ended", &[("child", &name)]);
        Ok(Life::Ended)
    }

    fn spawn(&self) -> std::io::Result<Child> {
        // A group of its own: the terminal's interrupt reaches the supervisor, which ends its children in order.
        Command::new("/proc/self/exe")
            .arg0("salus")
            .arg(self.command)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
    }
}

/// Takes the child's lines until it says nothing more. Returns its refusal.
async fn listen(
    name: &str,
    stdout: tokio::process::ChildStdout,
    announce: &watch::Sender<bool>,
    calls: Option<&Notify>,
) -> Option<String> {
    let mut said = BufReader::new(stdout);
    let mut refusal = None;
    loop {
        let mut line = String::new();
        // What cannot be read is no line, and the end.
        match (&mut said).take(MAX_LINE_BYTES).read_line(&mut line).await {
            Ok(count) if count > 0 => {}
            _ => return refusal,
        }
        match serde_json::from_str(&line) {
            Ok(FirstLine::Ready) => {
                log::line(Level::Info, "process-ready", &[("child", &name)]);
                announce.send_replace(true);
            }
            Ok(FirstLine::Refused { why }) => refusal = Some(why),
            Ok(FirstLine::Extract) => calls.iter().for_each(|calls| calls.notify_one()),
            Err(_) => {}
        }
    }
}

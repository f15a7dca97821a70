//! How long starts take, and how much memory the processes have. State: data directories of its own.

use super::import::import;
use super::requests::{Kind, measure};
use crate::bodies;
use crate::context::Context;
use crate::error::BenchError;
use crate::measurement::Measurement;
use crate::peers::keyholder::Keyholder;
use crate::procfs;
use crate::server::{self, Salus, text};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Patients in each of the demo's practices.
pub const DEMO_PATIENTS: u32 = 200;
/// After so long a server that was started idles.
const SETTLES: Duration = Duration::from_secs(1);

/// Measures starts but the demo's, and memory.
pub fn run(context: &mut Context) -> Result<(), BenchError> {
    let (salus, target) = Salus::fresh(context, "start")?;
    import(&salus, &context.synthea)?;
    let paths = bodies::post(&target, &bodies::thin_bundles(0..100), "Observation")?;
    let data = salus.stop()?;
    for round in 1..=context.effort.rounds {
        let (keyholder, elapsed) = Keyholder::start(&data)?;
        context.record.add(Measurement::new("start", "keyholder", 0, round, 1, elapsed))?;
        keyholder.stop()?;
        let (salus, elapsed) = Salus::serve(&context.salus, &data)?;
        context.record.add(Measurement::new("start", "serve", 0, round, 1, elapsed))?;
        salus.stop()?;
    }
    let (mut salus, _) = Salus::serve(&context.salus, &data)?;
    std::thread::sleep(SETTLES);
    memory(context, &salus, "idle")?;
    let target = crate::http::Target { address: salus.address(), ..target };
    let records = bodies::fetch(&target, &paths)?;
    for kind in [Kind::Read, Kind::Create] {
        let quiet = (&*format!("start {}", kind.name()), &*salus.processes());
        measure(context, kind, quiet, &target, &records, (16, 1))?;
    }
    memory(context, &salus, "after load")?;
    let request = target.get(paths.first().map_or("", String::as_str));
    keyholder_killed(context, &mut salus, &request)?;
    salus.stop().map(drop)
}

/// `salus demo` until it says `ready`: with nothing there, then with what it made; as often as there are rounds.
pub fn demo(context: &mut Context) -> Result<(), BenchError> {
    for round in 1..=context.effort.rounds {
        let data = context.fresh_directory("demo")?;
        for of in ["demo, nothing there", "demo, again"] {
            start_demo(context, &data, of, round)?;
        }
    }
    Ok(())
}

fn start_demo(context: &mut Context, data: &Path, of: &str, round: u32) -> Result<(), BenchError> {
    let begin = Instant::now();
    let mut child = Command::new(&context.salus)
        .args(["demo", "--data", &text(data), "--port", "0", "--patients", &DEMO_PATIENTS.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(BenchError::io(&context.salus))?;
    let mut lines =
        BufReader::new(child.stdout.take().ok_or_else(|| BenchError::program("salus demo", "no stdout"))?)
            .lines();
    let ready = lines.by_ref().map_while(Result::ok).any(|line| line.starts_with("ready "));
    let elapsed = begin.elapsed();
    if ready {
        context.record.add(Measurement::new("start", of, 0, round, 1, elapsed))?;
    }
    if let Some(pid) = Pid::from_raw(child.id() as i32) {
        kill_process(pid, Signal::TERM).map_err(|error| BenchError::Connection(error.into()))?;
    }
    let status = child.wait().map_err(BenchError::Connection)?;
    if !ready || !status.success() {
        return Err(BenchError::program("salus demo", format!("ready: {ready}, {status}")));
    }
    Ok(())
}

fn memory(context: &mut Context, salus: &Salus, when: &str) -> Result<(), BenchError> {
    for process in salus.processes() {
        let memory = procfs::memory(process.pid)?;
        let one =
            Measurement::new("memory", &format!("{} {when}", process.name), 0, 1, 1, Duration::from_secs(1))
                .with("pss_megabytes", memory.pss_bytes as f64 / 1e6)
                .with("rss_megabytes", memory.rss_bytes as f64 / 1e6);
        context.record.add(one)?;
    }
    Ok(())
}

/// From a kill -9 of the keyholder until a record can be read again.
fn keyholder_killed(context: &mut Context, salus: &mut Salus, request: &[u8]) -> Result<(), BenchError> {
    let keyholder = salus.processes().into_iter().find(|one| one.name == "keyholder");
    let pid = keyholder.and_then(|one| Pid::from_raw(one.pid as i32));
    let pid = pid.ok_or_else(|| BenchError::Keyholder("is not there".to_owned()))?;
    let begin = Instant::now();
    kill_process(pid, Signal::KILL).map_err(|error| BenchError::Connection(error.into()))?;
    let address = salus.address();
    salus.wait_for("to read again after its keyholder was killed", || {
        server::ask(address, request) == Some(200)
    })?;
    context.record.add(Measurement::new("start", "keyholder killed, until a read", 0, 1, 1, begin.elapsed()))
}

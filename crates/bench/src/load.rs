//! The load generator: connections that each ask, wait for the answer, and ask again.
//!
//! One thread, requests built beforehand, so that it takes little from the machine that it shares with the server; what it
//! takes is not counted. State: none beyond a run.

use crate::error::BenchError;
use crate::http::LoadConnection;
use crate::measurement::Measurement;
use crate::procfs::{self, CpuTimes, Process};
use crate::prover::Prover;
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// What each connection asks, one after the other and then again from the first.
pub struct Plan {
    /// One for each connection.
    pub sequences: Vec<Vec<Rc<[u8]>>>,
    /// The status of every answer.
    pub status: u16,
    /// Makes each request from its path just before it is sent; none: the sequences are requests.
    pub prover: Option<Rc<Prover>>,
}

impl Plan {
    /// Every connection asks all of it, each beginning elsewhere.
    pub fn spread(requests: &[Rc<[u8]>], connections: u32, status: u16) -> Self {
        let sequence = |at: usize| {
            let mut own = requests.to_vec();
            own.rotate_left(at * requests.len() / connections as usize);
            own
        };
        Self { sequences: (0..connections as usize).map(sequence).collect(), status, prover: None }
    }

    /// Every connection asks for a share of its own.
    pub fn divided(requests: &[Rc<[u8]>], connections: u32, status: u16) -> Self {
        let own = |at| requests.iter().skip(at).step_by(connections as usize).cloned().collect();
        Self { sequences: (0..connections as usize).map(own).collect(), status, prover: None }
    }
}

/// How long to ask before it counts, and how long it counts.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Before.
    pub warm: Duration,
    /// Counted.
    pub counted: Duration,
}

/// How long and how often at least; and when it ends whatever has come.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// At least so long.
    pub span: Span,
    /// At least so many answers, unless that takes too long.
    pub answers: usize,
    /// After the span, at most so long.
    pub more: Duration,
}

/// How often one looks whether there are enough answers.
const LOOKS: Duration = Duration::from_millis(10);
/// How long the last answers may take; then the run has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is measured: a name for the tables, where it listens, which processes it is.
pub struct Subject<'a> {
    /// `salus`, `axum`.
    pub name: &'a str,
    /// Where.
    pub address: SocketAddr,
    /// Whose CPU counts.
    pub processes: &'a [Process],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Warming,
    Counting,
    Over,
}

struct Shared {
    phase: Cell<Phase>,
    nanos: RefCell<Vec<u64>>,
}

struct Reading {
    at: Instant,
    subject: CpuTimes,
    own: Duration,
    machine: Duration,
}

impl Reading {
    fn take(subject: &Subject<'_>) -> Result<Self, BenchError> {
        Ok(Self {
            at: Instant::now(),
            subject: procfs::cpu_times(subject.processes)?,
            own: procfs::own_cpu()?,
            machine: procfs::machine_cpu()?,
        })
    }
}

/// Asks as planned, and measures. Any answer but the expected one ends the run with an error.
pub fn run(
    what: &'static str,
    subject: &Subject<'_>,
    plan: Plan,
    span: Span,
    round: u32,
) -> Result<Measurement, BenchError> {
    run_at_least(what, subject, plan, Bounds { span, answers: 0, more: Duration::ZERO }, round)
}

/// As [`run`], until there are enough answers.
pub fn run_at_least(
    what: &'static str,
    subject: &Subject<'_>,
    plan: Plan,
    bounds: Bounds,
    round: u32,
) -> Result<Measurement, BenchError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(BenchError::Connection)?;
    let connections = plan.sequences.len() as u32;
    let shared = Rc::new(Shared {
        phase: Cell::new(Phase::Warming),
        nanos: RefCell::new(Vec::with_capacity(1 << 20)),
    });
    let local = tokio::task::LocalSet::new();
    let (before, after) = local.block_on(&runtime, async {
        let asking: Vec<_> = plan
            .sequences
            .into_iter()
            .map(|sequence| {
                let how = (plan.status, plan.prover.clone());
                tokio::task::spawn_local(ask(subject.address, sequence, how, Rc::clone(&shared)))
            })
            .collect();
        tokio::time::sleep(bounds.span.warm).await;
        let before = Reading::take(subject)?;
        shared.phase.set(Phase::Counting);
        tokio::time::sleep(bounds.span.counted).await;
        let end = Instant::now() + bounds.more;
        while shared.nanos.borrow().len() < bounds.answers
            && Instant::now() < end
            && asking.iter().any(|one| !one.is_finished())
        {
            tokio::time::sleep(LOOKS).await;
        }
        shared.phase.set(Phase::Over);
        let after = Reading::take(subject)?;
        for one in asking {
            let ended = tokio::time::timeout(PATIENCE, one).await;
            let ended = ended.map_err(|_| BenchError::program("load", "an answer does not come"))?;
            ended.map_err(|error| BenchError::program("load", error.to_string()))??;
        }
        Ok::<_, BenchError>((before, after))
    })?;
    let elapsed = after.at - before.at;
    let times = procfs::since(&before.subject, &after.subject);
    let nanos = shared.nanos.take();
    let mut one = Measurement::new(what, subject.name, connections, round, nanos.len() as u64, elapsed)
        .with_cpu(&times)
        .with_latencies(nanos);
    let known = times.values().sum::<Duration>() + (after.own - before.own);
    let others = (after.machine - before.machine).saturating_sub(known).as_secs_f64();
    one.others_share = Some(others / elapsed.as_secs_f64() / crate::machine::processors() as f64);
    Ok(one)
}

async fn ask(
    address: SocketAddr,
    sequence: Vec<Rc<[u8]>>,
    (status, prover): (u16, Option<Rc<Prover>>),
    shared: Rc<Shared>,
) -> Result<(), BenchError> {
    let mut connection = LoadConnection::connect(address).await?;
    for request in sequence.iter().cycle() {
        let made = prover.as_ref().map(|prover| prover.get(&String::from_utf8_lossy(request)));
        let made = made.transpose()?;
        let request = made.as_deref().unwrap_or(request);
        let begin = Instant::now();
        connection.ask(request, status).await?;
        match shared.phase.get() {
            Phase::Warming => {}
            Phase::Counting => shared.nanos.borrow_mut().push(begin.elapsed().as_nanos() as u64),
            Phase::Over => break,
        }
    }
    Ok(())
}

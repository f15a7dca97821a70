//! Reads, creates and updates over HTTP, beside bare axum, in turn. State: a data directory of its own.

use crate::bodies::{self, Stored};
use crate::context::Context;
use crate::error::BenchError;
use crate::http::Target;
use crate::load::{self, Plan, Subject};
use crate::peers::axum::Axum;
use crate::procfs::Process;
use crate::prover::Prover;
use crate::server::Salus;
use std::rc::Rc;

/// How many connections ask at once.
pub const CONNECTIONS: [u32; 3] = [1, 16, 64];

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One of many Observations, by its id.
    Read,
    /// The same, by a client that proves its key with each request.
    ReadProved,
    /// A new Observation of a patient who is there.
    Create,
    /// An Observation, changed.
    Update,
}

impl Kind {
    /// Its name in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Read => "read",
            Kind::ReadProved => "read-proved",
            Kind::Create => "create",
            Kind::Update => "update",
        }
    }

    /// What so many connections ask for these records.
    pub fn plan(self, target: &Target, records: &[Stored], connections: u32) -> Result<Plan, BenchError> {
        match self {
            Kind::Read => {
                let requests: Vec<Rc<[u8]>> =
                    records.iter().map(|one| target.get(&one.path).into()).collect();
                Ok(Plan::spread(&requests, connections, 200))
            }
            Kind::ReadProved => {
                let paths: Vec<Rc<[u8]>> = records.iter().map(|one| one.path.as_bytes().into()).collect();
                Ok(Plan::spread(&paths, connections, 200))
            }
            Kind::Create => {
                let one =
                    |one: &Stored| Ok(target.send("POST", "/Observation", &bodies::to_create(one)?).into());
                let requests = records.iter().map(one).collect::<Result<Vec<Rc<[u8]>>, BenchError>>()?;
                Ok(Plan::spread(&requests, connections, 201))
            }
            Kind::Update => updates(target, records, connections),
        }
    }
}

/// Every connection has records of its own, so that none meets another's version, and each is changed every time.
fn updates(target: &Target, records: &[Stored], connections: u32) -> Result<Plan, BenchError> {
    let (mut amended, mut again) = (Vec::new(), Vec::new());
    for one in records {
        let [first, second] = bodies::to_update(one)?;
        amended.push(Rc::from(target.send("PUT", &one.path, &first)));
        again.push(Rc::from(target.send("PUT", &one.path, &second)));
    }
    let mut plan = Plan::divided(&amended, connections, 200);
    for (sequence, more) in plan.sequences.iter_mut().zip(Plan::divided(&again, connections, 200).sequences) {
        sequence.extend(more);
    }
    Ok(plan)
}

/// Measures these kinds.
pub fn run(context: &mut Context, kinds: &[Kind]) -> Result<(), BenchError> {
    let (salus, target) = Salus::fresh(context, "requests")?;
    let paths = bodies::post(&target, &bodies::synthea(&context.synthea)?, "Observation")?;
    let records = bodies::fetch(&target, &paths)?;
    let axum = Axum::start(&context.data, &records)?;
    let prover = Rc::new(Prover::sign_in(&salus, &target)?);
    for kind in kinds {
        if *kind == Kind::ReadProved {
            for (connections, round) in CONNECTIONS
                .iter()
                .flat_map(|connections| (1..=context.effort.rounds).map(|round| (*connections, round)))
            {
                let processes = salus.processes();
                let subject = Subject { name: "salus", address: target.address, processes: &processes };
                let mut plan = kind.plan(&target, &records, connections)?;
                plan.prover = Some(Rc::clone(&prover));
                let one = load::run(kind.name(), &subject, plan, context.effort.span, round)?;
                context.record.add(one)?;
            }
            continue;
        }
        for connections in CONNECTIONS {
            for round in 1..=context.effort.rounds {
                measure(
                    context,
                    *kind,
                    ("axum", &axum.processes()),
                    &Target { address: axum.address, ..target.clone() },
                    &records,
                    (connections, round),
                )?;
                measure(
                    context,
                    *kind,
                    ("salus", &salus.processes()),
                    &target,
                    &records,
                    (connections, round),
                )?;
            }
        }
    }
    salus.stop().map(drop)
}

/// Measures one kind once.
pub fn measure(
    context: &mut Context,
    kind: Kind,
    (name, processes): (&str, &[Process]),
    target: &Target,
    records: &[Stored],
    (connections, round): (u32, u32),
) -> Result<(), BenchError> {
    let subject = Subject { name, address: target.address, processes };
    let plan = kind.plan(target, records, connections)?;
    let one = load::run(kind.name(), &subject, plan, context.effort.span, round)?;
    context.record.add(one)
}

//! Admissions on the keyholder's own socket: how many a second when so many wait. State: a data directory of its own.

use crate::context::Context;
use crate::error::BenchError;
use crate::measurement::Measurement;
use crate::peers::keyholder::Keyholder;
use crate::procfs::{self, CpuTimes, Process};
use salus_seal::envelope::{Plain, seal};
use salus_seal::{CellId, Header, Part};
use salus_trust_api::client::{Asker, Trust, TrustError};
use salus_trust_api::wire::{
    AdminAnswer, AdminAsk, CompartmentWrap, NewCompartment, NewVersion, Read, SecretKey, WrappedVersion,
    Write, WriteCompartment,
};
use salus_trust_api::{Budgets, Interaction, Limits, Purpose, Token};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How many admissions wait at once.
pub const WAITING: [u32; 3] = [1, 16, 256];
const PATIENTS: u64 = 50;
const VERSIONS_PER_PATIENT: u64 = 100;
/// The code of a type that is no house type; the keyholder knows no names.
const OBSERVATION: u16 = 96;
const BODY: &[u8] = br#"{"resourceType":"Observation","status":"final","code":{"text":"pulse"}}"#;

/// What was written, and can be read.
struct Written {
    asker: Asker,
    versions: Vec<(WrappedVersion, CompartmentWrap)>,
    next_record: Cell<u64>,
}

/// Measures reading and writing admissions.
pub fn run(context: &mut Context) -> Result<(), BenchError> {
    let data = context.fresh_directory("admit")?;
    Keyholder::set_up(&data)?;
    let (keyholder, _) = Keyholder::start(&data)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(BenchError::Connection)?;
    let local = tokio::task::LocalSet::new();
    let (cell, token) = principal(&keyholder)?;
    local.block_on(&runtime, async {
        let trust = Trust::connect(keyholder.endpoint());
        let written = Rc::new(write_all(&trust, cell, token).await?);
        for waiting in WAITING {
            for round in 1..=context.effort.rounds {
                for is_write in [false, true] {
                    let what = if is_write { "admit write" } else { "admit read" };
                    let span = context.effort.span;
                    let one =
                        measure(&trust, &written, is_write, waiting, span.counted, &keyholder.processes())
                            .await?;
                    context.record.add(Measurement { what, round, ..one })?;
                }
            }
        }
        Ok::<_, BenchError>(())
    })?;
    keyholder.stop()
}

fn refused(error: impl std::fmt::Display) -> BenchError {
    BenchError::Keyholder(error.to_string())
}

/// A cell, and a token with budgets that nothing here spends.
fn principal(keyholder: &Keyholder) -> Result<(CellId, Token), BenchError> {
    let mut administration = keyholder.administration()?;
    let wide = Limits { hour: 1_000_000, day: 1_000_000, days_30: 1_000_000 };
    let budgets = Budgets { glimpse: wide, chart: wide };
    let cell = AdminAsk::CreateCell { name: "bench".to_owned(), house_kinds: vec![99], budgets };
    let AdminAnswer::Cell(cell) = administration.ask(cell).map_err(refused)? else {
        return Err(refused("made no cell"));
    };
    let client = AdminAsk::CreateClient {
        cell: cell.name,
        name: "benchmarks".to_owned(),
        role: "fhir-client".to_owned(),
        budgets,
        session_ms: 3_600_000,
        idle_ms: 3_600_000,
    };
    let AdminAnswer::Client { client, .. } = administration.ask(client).map_err(refused)? else {
        return Err(refused("made no client"));
    };
    match administration.ask(AdminAsk::BeginSession { client }).map_err(refused)? {
        AdminAnswer::Session(session) => Ok((cell.id, session.token.clone())),
        _ => Err(refused("began no session")),
    }
}

fn header(cell: CellId, compartment: u64, record: u64) -> Header {
    Header {
        cell,
        compartment,
        kind: OBSERVATION,
        record,
        version: 1,
        time_ms: 1_795_000_000_000,
        deleted: false,
    }
}

/// The wrapped form of a version that was sealed, but for its wrap; and how it is asked for.
fn sealed(header: Header) -> Result<(NewVersion, [u8; 32]), BenchError> {
    let (sealed, key) = seal(&header, &Plain { body: BODY, ..Plain::default() })?;
    let hash = sealed.hash();
    Ok((NewVersion { header, hash, key: SecretKey(*key.expose()), words: Vec::new() }, hash))
}

/// Writes patients with their versions, as an import does.
async fn write_all(trust: &Trust, cell: CellId, token: Token) -> Result<Written, BenchError> {
    let asker = Asker { token, proof: Vec::new(), cell, purpose: Purpose::Treatment, address: [0; 16] };
    let mut versions = Vec::new();
    for patient in 1..=PATIENTS {
        let records = (patient - 1) * VERSIONS_PER_PATIENT + 1..=patient * VERSIONS_PER_PATIENT;
        let made =
            records.map(|record| sealed(header(cell, patient, record))).collect::<Result<Vec<_>, _>>()?;
        let kept: Vec<(Header, [u8; 32])> = made.iter().map(|(new, hash)| (new.header, *hash)).collect();
        let write = Write {
            versions: made.into_iter().map(|(new, _)| new).collect(),
            compartments: vec![WriteCompartment::New { number: patient, of: NewCompartment::Patient }],
        };
        let admission = trust.write(&asker, Interaction::Create, write).await.map_err(refused)?;
        trust.landed(cell, vec![admission.receipt().entry]).await.map_err(refused)?;
        let compartment =
            admission.compartment_wraps().first().cloned().ok_or_else(|| refused("made no compartment"))?;
        let wrapped = kept.into_iter().zip(admission.version_wraps());
        versions.extend(wrapped.map(|((header, hash), wrap)| {
            (WrappedVersion { header, hash, wrap: *wrap }, compartment.clone())
        }));
    }
    let next_record = Cell::new(PATIENTS * VERSIONS_PER_PATIENT + 1);
    Ok(Written { asker, versions, next_record })
}

async fn measure(
    trust: &Trust,
    written: &Rc<Written>,
    is_write: bool,
    waiting: u32,
    span: Duration,
    processes: &[Process],
) -> Result<Measurement, BenchError> {
    let nanos = Rc::new(RefCell::new(Vec::with_capacity(1 << 18)));
    let (begin, before, own) = (Instant::now(), procfs::cpu_times(processes)?, procfs::own_cpu()?);
    let asking: Vec<_> = (0..waiting as usize)
        .map(|at| {
            let (trust, written, nanos) = (trust.clone(), Rc::clone(written), Rc::clone(&nanos));
            let first = at * written.versions.len() / waiting as usize;
            tokio::task::spawn_local(async move {
                for version in written.versions.iter().cycle().skip(first) {
                    let start = Instant::now();
                    let asked = if is_write {
                        write(&trust, &written, version).await
                    } else {
                        read(&trust, &written, version).await
                    };
                    asked?;
                    nanos.borrow_mut().push(start.elapsed().as_nanos() as u64);
                    if begin.elapsed() >= span {
                        break;
                    }
                }
                Ok::<_, BenchError>(())
            })
        })
        .collect();
    for one in asking {
        one.await.map_err(refused)??;
    }
    let elapsed = begin.elapsed();
    let mut times: CpuTimes = procfs::since(&before, &procfs::cpu_times(processes)?);
    times.insert("asker".to_owned(), procfs::own_cpu()?.saturating_sub(own));
    let nanos = nanos.take();
    let count = nanos.len() as u64;
    Ok(Measurement::new("", "keyholder", waiting, 0, count, elapsed).with_cpu(&times).with_latencies(nanos))
}

async fn read(
    trust: &Trust,
    written: &Written,
    (version, compartment): &(WrappedVersion, CompartmentWrap),
) -> Result<(), BenchError> {
    let read =
        Read { part: Part::Body, versions: vec![version.clone()], compartments: vec![compartment.clone()] };
    trust.read(&written.asker, Interaction::Read, read).await.map(drop).map_err(refused)
}

/// One version admitted, and reported as landed.
async fn write(
    trust: &Trust,
    written: &Written,
    (version, compartment): &(WrappedVersion, CompartmentWrap),
) -> Result<(), BenchError> {
    let record = written.next_record.replace(written.next_record.get() + 1);
    let header = header(written.asker.cell, version.header.compartment, record);
    let (new, _) = sealed(header)?;
    let write =
        Write { versions: vec![new], compartments: vec![WriteCompartment::Existing(compartment.clone())] };
    let landed = async {
        let admission = trust.write(&written.asker, Interaction::Create, write).await?;
        trust.landed(header.cell, vec![admission.receipt().entry]).await
    };
    landed.await.map_err(|error: TrustError| refused(error))
}

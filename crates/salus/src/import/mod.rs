//! Import: files are cut into parcels, parcels travel several at once to the running server, and what it refuses is reported.
//!
//! Never: keeps its own account of what was imported (the server's ledger does, by each parcel's hash); holds more than a few
//! parcels in memory; reports a value. State: for one command.

mod deliver;
mod files;
mod parcel;
mod progress;
mod report;

pub use deliver::{Courier, Delivered, endpoint, finished};
pub use parcel::{Parcel, hex_hash};
pub use report::Refused;

use crate::admin::change::{IMPORTER, OwnClient, own_session};
use crate::admin::{Administration, Output};
use crate::cli;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use progress::Progress;
use report::Report;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How long the session of an import may last, in milliseconds: a day.
const SESSION_MS: u64 = 86_400_000;

/// What the reader hands on.
enum Item {
    /// To be sent.
    Parcel(Parcel),
    /// Refused before it was sent.
    Refused(Refused),
    /// What follows may refer to what came before: that has to be there.
    Wait,
}

/// `salus import`
pub fn run(command: &cli::Import, output: Output) -> Result<(), Failure> {
    let data = DataDir::at(&command.data.directory())?;
    let mut administration = Administration::connect(&data)?;
    let Some(server) = data.read_server_file() else {
        return Err(Failure::could_not(say("server-not-running").with("dir", data.path().display())));
    };
    let cell = the_cell(&mut administration, command.cell.as_deref())?;
    let own = OwnClient { name: "import", role: IMPORTER, session_ms: SESSION_MS, is_bearer: false };
    let token = own_session(&mut administration, &cell, own)?;
    let files = files::find(&command.paths)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| Failure::could_not(say("no-runtime").with("why", why)))?;
    let courier = Arc::new(Courier::new(&server, &cell, &token, output.language)?);
    let report = runtime.block_on(carry(files, courier, usize::from(command.jobs), output))?;
    let path = match &command.report {
        Some(path) => path.clone(),
        None => default_report(&data),
    };
    report.finish(&path, output)
}

fn default_report(data: &DataDir) -> PathBuf {
    let time = salus_fhir::instant(crate::supervise::log::now_ms()).replace([':', '.'], "-");
    data.path().join(format!("import-report-{time}.json"))
}

/// The named cell, or the only one.
fn the_cell(administration: &mut Administration, name: Option<&str>) -> Result<String, Failure> {
    let mut cells: Vec<String> =
        administration.status()?.cells.into_iter().map(|cell| cell.info.name).collect();
    let names = cells.join(", ");
    match name {
        Some(name) if cells.iter().any(|cell| cell == name) => Ok(name.to_owned()),
        Some(name) => Err(Failure::could_not(say("no-such-cell").with("name", name).with("cells", names))),
        None if cells.len() == 1 => Ok(cells.remove(0)),
        None => Err(Failure::could_not(say("which-cell").with("cells", names))),
    }
}

async fn carry(
    files: Vec<files::Source>,
    courier: Arc<Courier>,
    jobs: usize,
    output: Output,
) -> Result<Report, Failure> {
    let progress = Progress::begin(files.iter().map(|file| file.bytes).sum(), output.language);
    let (send, mut items) = mpsc::channel(jobs);
    // A thread of its own, because it reads files. It ends when nobody takes its items any more.
    let reader =
        std::thread::spawn(move || parcel::read_all(&files, &mut |item| send.blocking_send(item).is_ok()));
    let mut under_way = JoinSet::new();
    let mut report = Report::default();
    while let Some(item) = items.recv().await {
        match item {
            Item::Refused(refused) => report.refuse(refused),
            Item::Wait => take(&mut under_way, &mut report, &progress, 0).await?,
            Item::Parcel(parcel) => {
                take(&mut under_way, &mut report, &progress, jobs - 1).await?;
                let courier = courier.clone();
                under_way.spawn(async move {
                    let bytes = parcel.bytes;
                    courier.deliver(parcel).await.map(|delivered| (delivered, bytes))
                });
            }
        }
    }
    take(&mut under_way, &mut report, &progress, 0).await?;
    progress.end();
    // It has ended: its channel is closed.
    let _ = reader.join();
    Ok(report)
}

/// Takes what has come back until at most `left` parcels are under way.
async fn take(
    under_way: &mut JoinSet<Result<(Delivered, u64), Failure>>,
    report: &mut Report,
    progress: &Progress,
    left: usize,
) -> Result<(), Failure> {
    while under_way.len() > left {
        match under_way.join_next().await {
            Some(Ok(delivered)) => {
                let (delivered, bytes) = delivered?;
                progress.advance(bytes, delivered.entries);
                report.add(delivered);
            }
            Some(Err(_)) => return Err(Failure::could_not(say("server-ended"))),
            None => break,
        }
    }
    Ok(())
}

//! Exports of many patients at once: asked for, shown, ended, taken. What carries them out is in [`job`].
//!
//! Never: reads anything before a second person approved it; keeps a file's key. State: none; what is sealed lies in the cell's folder
//! until it is taken ([`file`]).

mod file;
pub(crate) mod job;

use crate::{Cell, Delivery, RecordsError};
use salus_fhir::ResourceType;
use salus_seal::entry::exports::ExportScope;
use salus_trust_api::client::Asker;
use salus_trust_api::wire::CompartmentWrap;
use salus_trust_api::wire::exports::{ExportAnswer, ExportRoom, ExportStatus, ExportWanted};
use salus_trust_api::{Interaction, TrustError};
use zeroize::Zeroizing;

/// Whose records are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportOfWhom {
    /// Everybody's, and the house's.
    System,
    /// Everybody's.
    Patients,
    /// Those of the members of the Group with this id.
    Group(String),
}

/// What became of a request for an export.
#[derive(Debug)]
pub enum ExportAsked {
    /// It waits to be approved; the number names it.
    Asked(u64),
    /// The cell's budget has no room for it.
    NoRoom(ExportRoom),
    /// Too many are asked for.
    TooMany,
}

/// A file that was taken: its key is there no more.
#[derive(Debug)]
pub struct ExportFile {
    /// NDJSON: a resource a line.
    pub text: Zeroizing<Vec<u8>>,
    /// Until when it may be sent.
    pub delivery: Delivery,
}

/// Asks for an export. `kinds`: none: of all types that the asker may read.
///
/// Errors: [`RecordsError::Forbidden`] for a role without the right; [`RecordsError::NotFound`] for a group that is not there.
pub async fn ask_export(
    cell: &Cell,
    asker: &Asker,
    whom: &ExportOfWhom,
    kinds: &[ResourceType],
    since_ms: u64,
) -> Result<ExportAsked, RecordsError> {
    cell.serving()?;
    let mut codes: Vec<u16> = kinds.iter().map(|kind| kind.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    let (scope, group) = match whom {
        ExportOfWhom::System => (ExportScope::System, None),
        ExportOfWhom::Patients => (ExportScope::Patients, None),
        ExportOfWhom::Group(id) => {
            let (record, wrap) = group(cell, asker, id).await?;
            (ExportScope::Group { record }, Some(wrap))
        }
    };
    let wanted = ExportWanted { scope, kinds: codes, since_ms, group };
    match cell.trust.ask_export(asker, wanted).await.map_err(RecordsError::of_new)? {
        ExportAnswer::Asked(number) => Ok(ExportAsked::Asked(number)),
        ExportAnswer::Budget(room) => Ok(ExportAsked::NoRoom(room)),
        ExportAnswer::Invalid { .. } => Ok(ExportAsked::TooMany),
        _ => Err(RecordsError::Internal),
    }
}

/// A group's record, and the wrap that names its members; nothing of it is opened here.
async fn group(cell: &Cell, asker: &Asker, id: &str) -> Result<(u64, CompartmentWrap), RecordsError> {
    let kind = ResourceType::from_name("Group").ok_or(RecordsError::Internal)?;
    let found = match cell.address(kind, id).await? {
        Some(address) => cell.store.read(&address)?,
        None => None,
    };
    match found.filter(|found| !found.stored.sealed.header.deleted) {
        Some(found) => {
            let header = found.stored.sealed.header;
            let wrap = CompartmentWrap { number: header.compartment, wrap: found.compartment_wrap };
            Ok((header.record, wrap))
        }
        None => Err(cell.refuse(asker, Interaction::Export, RecordsError::NotFound).await),
    }
}

/// How an export of the asker's own stands, and the keyholder's time in milliseconds since 1970.
///
/// Errors: [`RecordsError::NotFound`] for one that is somebody else's, or none.
pub async fn show_export(
    cell: &Cell,
    asker: &Asker,
    export: u64,
) -> Result<(ExportStatus, u64), RecordsError> {
    let shown = cell.trust.show_export(asker, export).await.map_err(RecordsError::of_existing)?;
    // What was approved since is begun at once.
    cell.exports.ring();
    Ok(shown)
}

/// All exports of the cell, for whoever administers it; else the asker's own. The newest first, with the keyholder's time.
pub async fn list_exports(cell: &Cell, asker: &Asker) -> Result<(Vec<ExportStatus>, u64), RecordsError> {
    let listed = cell.trust.list_exports(asker).await.map_err(RecordsError::of_existing)?;
    cell.exports.ring();
    Ok(listed)
}

/// Ends an export: one's own, or, for whoever administers, any.
///
/// Errors: [`RecordsError::NotFound`] for one that is over, somebody else's, or none.
pub async fn end_export(cell: &Cell, asker: &Asker, export: u64) -> Result<(), RecordsError> {
    cell.trust.end_export(asker, export).await.map_err(RecordsError::of_existing)?;
    cell.exports.ring();
    Ok(())
}

/// Takes a file, once: its key leaves the keyholder, and the file is removed, whether it then arrives or not.
///
/// Errors: [`RecordsError::NotFound`] for one that was taken, is somebody else's, or none.
pub async fn take_export_file(
    cell: &Cell,
    asker: &Asker,
    export: u64,
    number: u32,
) -> Result<ExportFile, RecordsError> {
    cell.serving()?;
    let path = cell.exports.file(export, number);
    // Held from before its key is given: with the last key the export is over, and its files are swept.
    let sealed = std::fs::File::open(&path);
    let taken = cell.trust.take_export_file(asker, export, number).await;
    let taken = taken.map_err(RecordsError::of_existing)?;
    let (key, id) = (taken.file.key.clone(), file::id(export, number));
    let text = tokio::task::spawn_blocking(move || {
        let text =
            sealed.map_err(|_| RecordsError::Unavailable).and_then(|sealed| file::open(sealed, &key, id));
        let _ = std::fs::remove_file(&path);
        text
    });
    let text = text.await.map_err(|_| RecordsError::Internal)??;
    let delivery = Delivery::of_entries(&cell.trust, &taken);
    Ok(ExportFile { text, delivery })
}

/// What hinders a job that the keyholder refused.
fn end_of(error: &TrustError) -> salus_seal::entry::exports::ExportEnd {
    use salus_seal::entry::exports::ExportEnd;
    use salus_trust_api::Refusal;
    match error {
        TrustError::Refused(Refusal::Budget { .. }) => ExportEnd::Budget,
        TrustError::Refused(Refusal::NotAllowed) => ExportEnd::MorePatients,
        TrustError::Refused(Refusal::NoSession) => ExportEnd::Stopped,
        _ => ExportEnd::Failed,
    }
}

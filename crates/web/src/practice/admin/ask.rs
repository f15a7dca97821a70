//! Questions to the keyholder, each with the answer that belongs to it.
//!
//! State: none.

use super::super::{PageAsk, Trouble};
use salus_records::administration::{CellAnswer, CellAsk, CellLogPage, CheckpointStatus, LogFilter};
use salus_records::people::{PeopleAnswer, PeopleAsk, PersonInfo};
use salus_records::{AdminError, ClientStatus, PrincipalId, RecordsError, administer};

/// Asks; what is wrong with the question is the inner error.
pub(super) async fn ask_for(
    ask: &PageAsk<'_>,
    what: CellAsk,
) -> Result<Result<CellAnswer, AdminError>, Trouble> {
    match administer(ask.cell, &ask.asker, what).await {
        // Patients have nothing to do with it, so the words are others.
        Err(RecordsError::Budget { retry_after_s }) => Err(Trouble::HandedOut { retry_after_s }),
        outcome => Ok(outcome?),
    }
}

/// Asks what cannot be wrong.
async fn sure(ask: &PageAsk<'_>, what: CellAsk) -> Result<CellAnswer, Trouble> {
    ask_for(ask, what).await?.map_err(|error| match error {
        AdminError::NotFound { .. } => RecordsError::NotFound.into(),
        _ => RecordsError::Internal.into(),
    })
}

fn other() -> Trouble {
    RecordsError::Internal.into()
}

/// The cell's people, by name.
pub(super) async fn people(ask: &PageAsk<'_>) -> Result<Vec<PersonInfo>, Trouble> {
    match sure(ask, CellAsk::People(PeopleAsk::List { cell: None })).await? {
        CellAnswer::People(PeopleAnswer::People(people)) => Ok(people),
        _ => Err(other()),
    }
}

/// The person that the address names.
pub(super) async fn person(ask: &PageAsk<'_>) -> Result<PersonInfo, Trouble> {
    let id = PrincipalId::parse(ask.value(0)).ok_or(RecordsError::NotFound)?;
    let found = people(ask).await?.into_iter().find(|person| person.principal == id);
    Ok(found.ok_or(RecordsError::NotFound)?)
}

/// The applications, in the order in which they were made.
pub(super) async fn clients(ask: &PageAsk<'_>) -> Result<Vec<ClientStatus>, Trouble> {
    match sure(ask, CellAsk::Clients).await? {
        CellAnswer::Clients(clients) => Ok(clients),
        _ => Err(other()),
    }
}

/// Entries of the log.
pub(super) async fn log(ask: &PageAsk<'_>, what: LogFilter) -> Result<CellLogPage, Trouble> {
    match sure(ask, CellAsk::Log(what)).await? {
        CellAnswer::Log(page) => Ok(page),
        _ => Err(other()),
    }
}

/// What is published.
pub(super) async fn checkpoint(ask: &PageAsk<'_>) -> Result<CheckpointStatus, Trouble> {
    match sure(ask, CellAsk::Checkpoint).await? {
        CellAnswer::Checkpoint(status) => Ok(status),
        _ => Err(other()),
    }
}

//! Following the log: settings are read when a cell is taken up, when somebody sets others through this server, and each second.
//!
//! Never: lets a cell without its settings be served. State: the cells'.

use super::{Checks, Fault};
use crate::records::Records;
use crate::{Cell, Standing};
use salus_trust_api::TrustError;
use salus_trust_api::client::Asker;
use salus_trust_api::wire::AdminError;
use salus_trust_api::wire::administer::{CellAnswer, CellAsk};
use salus_trust_api::wire::checks::{ChecksAnswer, ChecksAsk, ChecksKnown, ChecksShown, MAX_CHECKS_ASKED};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How often the log is asked for other settings: how long those that were set at the machine take to count.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// After how many such questions a package that could not be used is tried again.
const TRY_AGAIN: u32 = 10;

/// Reads a cell's settings, and makes what they come to.
///
/// Errors: the keyholder is not there; it is read again when the cell is taken up.
pub(crate) async fn load(cell: &Cell) -> Result<(), TrustError> {
    let known = ChecksKnown { cell: cell.id, known: None };
    for (id, shown) in cell.trust.checks(vec![known]).await? {
        if id == cell.id {
            take(cell, shown).await;
        }
    }
    Ok(())
}

async fn take(cell: &Cell, shown: ChecksShown) -> Arc<Checks> {
    let shelf = Arc::clone(&cell.shelf);
    let made = tokio::task::spawn_blocking(move || Arc::new(Checks::of(&shown, &shelf)));
    match made.await {
        Ok(checks) => {
            cell.set_checks(Arc::clone(&checks));
            // Whoever writes first waits for it; a cell that is taken up does not.
            let ready = Arc::clone(&checks);
            tokio::task::spawn_blocking(move || ready.make_ready());
            checks
        }
        // Only where the runtime ends.
        Err(_) => cell.checks(),
    }
}

/// Asks what an administrator asks about the cell's settings; what they set counts when it is answered.
///
/// Errors: as [`administer`](crate::administer()).
pub async fn set_checks(
    cell: &Cell,
    asker: &Asker,
    ask: ChecksAsk,
) -> Result<Result<ChecksAnswer, AdminError>, crate::RecordsError> {
    let answer = crate::administer(cell, asker, CellAsk::Checks(ask)).await?;
    match answer {
        Ok(CellAnswer::Checks(answer)) => {
            if matches!(answer, ChecksAnswer::Set(_)) {
                // It is in force; where it cannot be read now, the next question brings it.
                let _ = load(cell).await;
            }
            Ok(Ok(answer))
        }
        Ok(_) => Err(crate::RecordsError::Internal),
        Err(error) => Ok(Err(error)),
    }
}

/// Looks for other settings until the server ends.
pub(crate) async fn follow(records: Weak<Records>) {
    let mut round: u32 = 0;
    loop {
        tokio::time::sleep(ASK_AGAIN).await;
        let Some(records) = records.upgrade() else { return };
        round = round.wrapping_add(1);
        look(&records, round.is_multiple_of(TRY_AGAIN)).await;
    }
}

async fn look(records: &Records, again: bool) {
    let serving = records.cells().into_iter().filter(|cell| cell.standing() == Standing::Serving);
    let cells: Vec<Arc<Cell>> = serving.collect();
    for part in cells.chunks(MAX_CHECKS_ASKED) {
        let known = part.iter().map(|cell| {
            let checks = cell.checks();
            let is_lacking = again && !checks.faults.is_empty();
            ChecksKnown { cell: cell.id, known: (!is_lacking).then_some(checks.version) }
        });
        // Without the keyholder nothing is written either.
        let Ok(others) = records.trust().checks(known.collect()).await else { return };
        for (id, shown) in others {
            let Some(cell) = part.iter().find(|cell| cell.id == id) else { continue };
            let before = cell.checks().faults.clone();
            let checks = take(cell, shown).await;
            if checks.faults != before {
                say(records, cell.name(), &checks.faults);
            }
        }
    }
}

/// Tells whoever runs the server what cannot be used, or that all can be again.
pub(crate) fn say(records: &Records, cell: &str, faults: &[Fault]) {
    for fault in faults {
        records.say(true, cell, fault.to_string());
    }
    if faults.is_empty() {
        records.say(false, cell, "all packages of its settings can be used");
    }
}

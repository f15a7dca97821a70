//! The theft is noticed, and ended in one action, while the thief goes on as fast as it can.
//!
//! State: none.

use super::attacker::Attacker;
use super::stage::{CELL, Stage};
use super::victim::Victim;
use crate::admin::unexpected;
use crate::failure::Failure;
use salus_seal::entry::contain::HoldOn;
use salus_trust_api::wire::contain::{ContainAnswer, ContainAsk};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use std::time::{Duration, Instant};

/// How long the thief is let be before somebody acts.
const BEFORE: Duration = Duration::from_millis(300);
/// How many refusals in a row the thief takes before it believes them.
const REFUSALS: u32 = 50;

/// Holds the victim while the thief reads one patient again and again, which no budget stops. Answers how long after the action began the
/// last request was given anything, in milliseconds.
pub(super) async fn measured(
    stage: &Stage,
    victim: &Victim,
    attacker: &mut Attacker<'_>,
    patient: &str,
) -> Result<Option<u64>, Failure> {
    let principal = victim.principal;
    let act = async {
        tokio::time::sleep(BEFORE).await;
        let begun = Instant::now();
        let held = stage.administer(move |administration| {
            let hold = ContainAsk::Hold { what: HoldOn::Person(principal), reason: "drill".to_owned() };
            match administration.ask(AdminAsk::Contain { cell: Some(CELL.to_owned()), ask: hold })? {
                AdminAnswer::Contained(ContainAnswer::Held { .. }) => Ok(()),
                _ => Err(unexpected()),
            }
        });
        held.await.map(|()| begun)
    };
    let path = format!("/Patient/{patient}");
    let steal = async {
        let (mut last, mut refused) = (None, 0);
        while refused < REFUSALS {
            if attacker.fhir(&path).await?.0 == 200 {
                (last, refused) = (Some(Instant::now()), 0);
            } else {
                refused += 1;
            }
        }
        Ok(last)
    };
    let (begun, last): (_, Result<Option<Instant>, Failure>) = tokio::join!(act, steal);
    let (begun, last) = (begun?, last?);
    // A thief who was never given anything measures nothing.
    Ok(last.map(|last| last.saturating_duration_since(begun).as_millis() as u64))
}

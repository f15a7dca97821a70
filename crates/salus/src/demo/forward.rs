//! A demo's tomorrow: its keyholder's clock is set forward, for tests that live through a night in a moment.
//!
//! Never: back; in a real installation, whose keyholder does not take it. State: none.

use crate::admin::{Administration, unexpected};
use crate::cli::Forward;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use salus_trust_api::wire::{AdminAnswer, AdminAsk};

const HOUR_MS: u64 = 3_600_000;

/// Sets it forward.
pub fn run(command: &Forward) -> Result<(), Failure> {
    let mut administration = Administration::connect(&DataDir::at(&command.data.demo_directory())?)?;
    let by_ms = command.hours.saturating_mul(HOUR_MS);
    match administration.ask(AdminAsk::MoveClock { by_ms })? {
        AdminAnswer::Done => Ok(()),
        _ => Err(unexpected()),
    }
}

//! Drills: an incident that happened to others, replayed by a program against a server of its own, with figures.
//!
//! For: `salus drill`. The server is a whole Salus on an empty directory, with invented patients; its clock can be set forward, so that
//! weeks are lived through in minutes.
//!
//! Never: touches a directory that it did not make; uses, in the attacker's place, anything that the attacker would not have. State: the
//! server's directory, until the end.

mod attacker;
mod ending;
mod extent;
mod inside;
mod loot;
mod mediboard;
mod page;
mod report;
mod stage;
mod tampering;
mod victim;
mod ways;

use crate::cli;
use crate::failure::Failure;
use salus_fhir::Language;

/// `salus drill ...`
pub fn run(command: &cli::Drill, language: Language) -> Result<(), Failure> {
    let cli::Drill::Mediboard(mediboard) = command;
    mediboard::run(mediboard, language)
}

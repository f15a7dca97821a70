//! The demo: two practices of invented patients (`salus-people`), made through the same doors as anybody's.
//!
//! Never: touches a data directory that was not made for it. State: DIR/demo.json, and how far its making has come.

pub mod forward;
mod progress;
pub mod run;
pub mod staff;

/// The people are the same in every demo.
pub const SEED: u64 = 1;

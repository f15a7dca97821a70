//! The claims of the design, each with the experiment that tries to refute it, on the real processes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod attacker;
mod contain;
mod full_disk;
mod kills;
mod older_copies;
mod planted;
mod sample;
mod search_hostile;
mod search_oracle;
mod search_planted;
mod support;
mod told;

//! The access log on disk: one journal, one sync for each commit, and from it a Merkle tree for each cell and one for
//! the platform, as plain files in C2SP's formats.
//!
//! For: the keyholder, which answers nobody before [`AccessLog::commit`] has returned, and `salus log verify`, which needs
//! nothing but the files ([`verify`]). The files are described in docs/formats/log.md.
//!
//! Never: knows what an entry says; goes on after a sync that failed; loses or reorders what was committed.
//!
//! State: the folder DIR/log, which one [`AccessLog`] at a time owns; its publisher's thread writes everything in it but
//! the journal's end.

mod audit;
mod direct;
pub mod disk;
mod error;
#[cfg(test)]
mod faults;
mod files;
mod journal;
mod keys;
mod log;
mod open;
pub mod proof;
mod publish;
mod recover;
mod shared;
mod snapshot;
mod tree;
pub mod verify;
mod walk;
mod witness;

pub use error::LogError;
pub use log::{AccessLog, Status};
pub use open::{Opened, Options, Replay};
pub use salus_seal::note::{Checkpoint, Signer, VerifierKey};
pub use tree::Tree;

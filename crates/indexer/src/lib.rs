//! The indexer: the process that finds records by their words.
//!
//! For: queries over sealed Tantivy segments. It gets words and structured queries from the keyholder, and answers with record
//! numbers and the patients that were reached. What has landed is found at once: a tail in memory is searched beside the
//! segments.
//!
//! Never: sees a resource's text, opens a body, speaks to anybody but the keyholder; writes a word to disk unsealed.
//!
//! State: the files under its folder, owned by this process alone; everything in them can be made again from the sealed words in
//! the store's rows.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be"))]

mod cell;
mod cells;
mod committer;
mod connection;
mod cursor;
mod directory;
mod docs;
mod entry;
mod error;
mod evaluate;
mod fold;
mod folder;
mod key;
mod memory;
mod needs;
mod order;
mod pages;
mod plan;
mod reached;
mod run;
mod schema;
mod sealed;
mod search;
mod singled;
mod statuses;
mod store;
mod view;
mod workers;

pub use error::IndexerError;
pub use run::{IndexerOptions, run};

#[cfg(test)]
mod tests;

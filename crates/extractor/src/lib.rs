//! From a resource to the words that it is found by.
//!
//! For: the record server, which takes the words of what is written ([`words`]); and the extractor, a process of the trusted side
//! that takes those of what was written before a search parameter was there, once, and ends ([`run()`]). It is the only
//! process of that side that reads FHIR, so it is confined to nothing but the keyholder's socket: no file, no network.
//!
//! Never: folds or cuts words into terms, which is the indexer's; keeps a body, or writes anything anywhere.
//!
//! State: what is under way.

mod connection;
mod error;
mod run;
mod words;

pub use error::ExtractorError;
pub use run::{ExtractorOptions, run};
pub use words::{MAX_TEXT_BYTES, TooManyValues, range, record_name, words};

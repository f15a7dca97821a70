//! FHIR REST, tokens, health, metrics and pages over HTTP.
//!
//! For: turning requests into use cases of the `records` crate and their outcomes into answers.
//!
//! Never: SQL, keys, a decision about who may do what; an answer's byte after its admission has ended; a patient's
//! value in a log line or a metric.
//!
//! State: the listening socket and the connections ([`serve`]); counters.

mod hooks;
mod options;

pub use hooks::{Event, Hooks, Log, RequestEvent};
pub use options::{KeyholderKey, TlsFiles, WebLimits, WebOptions};

//! FHIR REST, tokens, health, metrics and pages over HTTP.
//!
//! For: turning requests into use cases of the `records` crate and their outcomes into answers.
//!
//! Never: SQL, keys, a decision about who may do what; an answer's byte after its admission has ended; a patient's
//! value in a log line or a metric.
//!
//! State: the listening socket and its connections ([`run`]); counters.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod body;
mod compress;
mod error;
mod fhir;
mod gate_io;
mod health;
mod home;
mod hooks;
mod later;
mod metrics;
mod negotiate;
mod options;
mod outcome;
mod pages;
mod practice;
mod prefer;
mod read_body;
mod server;
mod service;
mod session;
mod text;
mod token;
mod web;

pub use error::WebError;
pub use hooks::{Event, Hooks, Log, RequestEvent};
pub use options::{KeyholderKey, WebLimits, WebOptions};
use salus_frame::query;
pub use salus_listen::TlsFiles;
pub use server::run;

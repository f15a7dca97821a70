//! The keyholder: the process that holds the keys, and says who may open what.
//!
//! For: one verb, `admit` ([`admit`]): session and proof, quarantine, policy, budget, log entry; and only when the batch's
//! entries are durable, the keys. Its decisions come from [`state`], a fold of the access log.
//!
//! Never: speaks HTTP or SQL, knows FHIR, or sees a record. A key leaves it for one version at a time, after its entry.
//!
//! State: DIR/trust (keys, wrapped) and DIR/log (the access log), owned by this process alone.

pub mod alarm_state;
pub mod budget;
pub mod budgets;
pub mod clock;
pub mod contain;
pub mod error;
pub mod kept;
pub mod keyring;
pub mod kit;
pub mod people;
pub mod policy;
pub mod proof;
pub mod recent;
pub mod recover;
pub mod relation;
pub mod rules;
pub mod setup;
pub mod state;

mod accesses;
mod admin;
mod administer;
mod admit;
mod alarm_hours;
mod alarms;
mod canaries;
mod challenge;
pub mod changes;
pub mod checks;
mod connection;
mod contain_ask;
mod core;
mod daily;
mod desk;
mod endings;
mod exports;
pub mod extraction;
mod incident;
mod index;
mod investigate;
mod likeness;
mod messenger;
mod open_cell;
mod open_read;
mod open_write;
pub mod parameters;
mod people_admin;
mod person_session;
mod query;
mod resolve;
pub mod run;
mod scope;
pub mod search;
pub mod searches;
mod server;
pub mod span;
mod undo;

pub use desk::SignInOptions;
pub use error::KeyholderError;
pub use extraction::Program;
pub use run::{ExtractOptions, KeyholderOptions, SearchOptions, run};
pub use search::LineSearch;

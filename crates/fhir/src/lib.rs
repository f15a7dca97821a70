//! FHIR R4 as data: reads a resource's JSON text, says what is wrong with it, puts id and meta into it, finds
//! the references and patients that it names and the values by which it is searched, and reads queries. Reads FHIR packages and
//! checks resources against their profiles ([`package`], [`conform`]).
//!
//! It never stores, sends or encrypts anything and depends on no other crate of Salus. The text a client sent is
//! what is kept: nothing here formats a resource anew. All functions are pure; the only state is the compiled tables
//! of the R4 definitions, read once.
#![forbid(unsafe_code)]

pub mod bundle;
pub mod conform;
pub mod definitions;
mod expression;
mod house;

pub mod fhirpath;
mod identity;
pub mod instant;
pub mod issue;
pub mod json;
pub mod language;
mod message;
pub mod ndjson;
pub mod number;
pub mod outcome;
pub mod package;
pub mod patch;
mod patients;
mod primitive;
pub mod profile;
mod resource;
mod resource_type;
pub mod rewrite;
pub mod search;
mod spelling;
pub mod terminology;
mod validate;
pub mod xml;

mod xhtml;

pub use definitions::PrimitiveKind;
pub use house::is_of_the_house;
pub use instant::instant;
pub use issue::{Issue, IssueCode, MAX_ISSUES, Severity};
pub use language::Language;
pub use message::conformity::{Broken, Conformity};
pub use message::{JsonKind, Message};
pub use number::{Number, NumberFault};
pub use patients::{PatientReference, PatientScope, PatientTarget};
pub use resource::{ReferenceAt, Resource};
pub use resource_type::ResourceType;

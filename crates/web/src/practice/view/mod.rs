//! What pages show of a FHIR resource: small readers from its JSON to words, dates and figures in the reader's language.
//!
//! Never: asks for a record; changes a value (decimals stand as they were written); panics on a resource of another shape.
//! State: none.

pub(crate) mod address;
pub(crate) mod age;
pub(crate) mod code;
pub(crate) mod date;
pub(crate) mod identifier;
pub(crate) mod json;
pub(crate) mod name;
pub(crate) mod quantity;
pub(crate) mod reason;
pub(crate) mod value;

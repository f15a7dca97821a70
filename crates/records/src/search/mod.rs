//! Searching: from a query to the records that answer it.
//!
//! State: the key of the links to next pages.

mod continuation;
mod subset;

pub(crate) use continuation::Links;

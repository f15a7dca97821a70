//! A sample of records that somebody offers for sale: is it ours, as of when, and through whose sessions it went.
//!
//! Each row is looked for through the server's own interface, in a session that two people approved; the patients whom it opens are
//! charged and logged like all others. From the entries of that session come the pseudonyms and versions of the patients, and from the
//! log who else opened these versions.
//!
//! Never: says more of a patient than the sample does, but the pseudonym. State: what is known of the rows so far.

pub mod ask;
pub mod fields;
pub mod find;
pub mod record;
pub mod sample;
pub mod times;
pub mod whose;

//! What may be said to the trusted side, and the only way to an [`Admission`].
//!
//! For: the record server ([`client::Trust`]) and the command line ([`admin::AdminClient`]), which speak to the
//! keyholder over a Unix socket; and for the keyholder, which shares the words ([`wire`]).
//!
//! Never: makes an admission without the keyholder's answer. The constructors are private to this crate, and
//! plaintext can be had from nothing but a sealed version and an admission that has not ended:
//!
//! ```compile_fail
//! let forged = salus_trust_api::Admission { keys: Vec::new() };
//! ```
//!
//! State: the client's connection and what waits to be sent on it.

pub mod admin;
pub mod admission;
mod checks;
pub mod client;
mod conversation;
pub mod door;
pub mod dpop;
pub mod endings;
mod exporting;
pub mod frame;
mod keeping;
pub mod lane;
pub mod paper;
pub mod pkce;
mod related;
pub mod token;
pub mod wanted;
pub mod wire;

pub use admission::{Admission, OpenError, WriteAdmission};
pub use client::{Trust, TrustError};
pub use door::DoorTrust;
pub use endings::{Endings, Line, Under};
pub use exporting::{ExportJob, TakenFile};
pub use keeping::{Again, Keeping};
pub use lane::SearchAdmission;
pub use pkce::Pkce;
pub use salus_seal::entry::{Budgets, Interaction, Limits, Purpose, Refusal};
pub use token::Token;
pub use wanted::{Extractions, Feeds};
pub use wire::Receipt;

//! The words about who treats whom: why somebody opens a record without a treating relationship, and a patient's own access.
//!
//! Part of the wire's format: variants are only ever added at the end. Never: a patient's name that the keyholder did not get. State: none.

use super::people::OfSession;
use super::{Admit, CompartmentWrap};
use crate::Token;
use salus_seal::CellId;
use salus_seal::entry::relation::{Reason, Statement};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// For how long a reason is good, in milliseconds: a day.
pub const REASON_MS: u64 = 86_400_000;
/// For how long a code on paper is good, in milliseconds: 30 days.
pub const PAPER_CODE_MS: u64 = 30 * 86_400_000;
/// How long a session that a code on paper began lasts, in milliseconds: half an hour.
pub const PAPER_SESSION_MS: u64 = 1_800_000;
/// For how long a patient's link to a passkey of their own is good, in milliseconds: ten minutes; meanwhile they get no other.
pub const OWN_LINK_MS: u64 = 600_000;

/// What is asked, by [`super::Ask::Related`].
#[derive(Debug, Serialize, Deserialize)]
pub enum RelatedAsk {
    /// Somebody says why they open a patient's record. Answered by [`super::Answer::Noted`].
    Relate(Relate),
    /// What they said. Answered by [`RelatedAnswer::Stated`].
    Stated(StatedAsk),
    /// A patient is to see who has looked at their record. Answered by [`RelatedAnswer::AccessGiven`].
    GiveAccess(GiveAccess),
    /// A session for a code on paper. Answered by [`super::Answer::SignedIn`].
    RedeemPaper(RedeemPaper),
    /// A patient wants a passkey of their own: a one-time link for the door, good for [`OWN_LINK_MS`]. Answered by [`RelatedAnswer::Link`].
    OwnPasskey(OfSession),
}

/// The answer, by [`super::Answer::Related`].
#[derive(Debug, Serialize, Deserialize)]
pub enum RelatedAnswer {
    /// What was said, if anything.
    Stated(Option<Reason>),
    /// A code was made.
    AccessGiven(AccessGiven),
    /// The secret of a one-time link, and when it ends.
    Link(AccessGiven),
}

/// A code on paper: shown this once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessGiven {
    /// As it is printed ([`crate::paper`]).
    pub code: SecretText,
    /// When it ends, in milliseconds since 1970.
    pub ends_ms: u64,
}

/// A text that is never printed by `Debug`; wiped when dropped.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct SecretText(pub String);

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretText(hidden)")
    }
}

/// Somebody says why they open a patient's record. It is charged as the patient's chart.
#[derive(Debug, Serialize, Deserialize)]
pub struct Relate {
    /// Who says it; without intents.
    pub admit: Admit,
    /// The wrap of the patient's own compartment: of no other patient's, and not a joint one.
    pub compartment: CompartmentWrap,
    /// What they say.
    pub statement: Statement,
}

/// What the session's person said within [`REASON_MS`]. No entry: it tells them nothing but that.
#[derive(Debug, Serialize, Deserialize)]
pub struct StatedAsk {
    /// Whose.
    pub of: OfSession,
    /// The wrap of the patient's own compartment.
    pub compartment: CompartmentWrap,
}

/// A patient is to see who has looked at their record. A code that they were given before
/// and did not use ends.
#[derive(Debug, Serialize, Deserialize)]
pub struct GiveAccess {
    /// Who gives it: a person who may read and write; without intents.
    pub admit: Admit,
    /// The wrap of the patient's own compartment.
    pub compartment: CompartmentWrap,
    /// The number of their Patient record.
    pub record: u64,
}

/// A session for a code on paper.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct RedeemPaper {
    /// The cell that was addressed.
    #[zeroize(skip)]
    pub cell: CellId,
    /// What the code stands for ([`crate::paper`]).
    pub secret: Token,
    /// The proof of the key that the session is to be bound to; empty: to none.
    #[zeroize(skip)]
    pub proof: Vec<u8>,
    /// The client's address as the record server saw it.
    #[zeroize(skip)]
    pub address: [u8; 16],
}

impl std::fmt::Debug for RedeemPaper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RedeemPaper({}, hidden)", self.cell)
    }
}

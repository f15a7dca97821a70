//! Who has looked at a patient's record: the words for asking the access log about one patient.
//!
//! Part of the wire's format: variants are only ever added at the end. Never: which records; a value of one. State: none.

use super::{Admit, CompartmentWrap, Receipt};
use salus_seal::PrincipalId;
use salus_seal::entry::relation::Statement;
use salus_seal::entry::{Interaction, Purpose, Refusal};
use serde::{Deserialize, Serialize};

/// The most accesses of one answer.
pub const MAX_ACCESSES: u32 = 100;

/// Who has looked at this patient's record? It is charged as the patient's chart, and an entry itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct AccessesAsk {
    /// Who asks, and why; without intents.
    pub admit: Admit,
    /// The wrap of the patient's own compartment: of no other patient's, and not a joint one.
    pub compartment: CompartmentWrap,
    /// Only what began before this entry: [`AccessPage::next`] of the page before.
    pub before: Option<u64>,
    /// At most so many, at most [`MAX_ACCESSES`].
    pub limit: u32,
}

/// The answer to an [`AccessesAsk`].
#[derive(Debug, Serialize, Deserialize)]
pub struct AccessPage {
    /// The entry that says that this was asked.
    pub receipt: Receipt,
    /// For how long it may be sent, in milliseconds from the request.
    pub valid_ms: u32,
    /// The newest first.
    pub accesses: Vec<Access>,
    /// Where to go on; none at the log's beginning. There may be more although this page is short, or empty: beyond the newest some
    /// hundred entries of a patient, a page looks through so many entries of the log and no more.
    pub next: Option<u64>,
}

/// One visit to a record: entries of one session for one purpose, none of them more than a minute after the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Its first entry.
    pub entry: u64,
    /// When it began, in milliseconds since 1970.
    pub time_ms: u64,
    /// How many entries about this patient it is.
    pub entries: u32,
    /// Who.
    pub principal: PrincipalId,
    /// The person's name; none for an application.
    pub person: Option<String>,
    /// The name of the role that they have now.
    pub role: String,
    /// The application's name; none for a person on the pages.
    pub client: Option<String>,
    /// Why.
    pub purpose: Purpose,
    /// What was asked for first.
    pub interaction: Interaction,
    /// What was done, each once.
    pub kinds: Vec<AccessKind>,
    /// Why it was refused, when all of it was.
    pub refused: Option<Refusal>,
    /// Whether all answers were reported as sent to their end; none when that is not known any more.
    pub delivered: Option<bool>,
    /// What they said, where they have no treating relationship as far as the record server knows: within a day before.
    pub stated: Option<Statement>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AccessKind {
    /// A line in a list was seen.
    Line,
    /// Records were opened.
    Chart,
    /// A search found or named the patient.
    Searched,
    /// Something was written.
    Written,
    /// Something was refused.
    Refused,
    /// Somebody without a treating relationship said why.
    Stated,
}

//! The words for an incident: what was reached, by whom and from where; what was changed meanwhile; and undoing that.
//!
//! Answers travel in pages, so that no question stalls the keyholder. Part of the wire's format: variants are only ever added at the
//! end. Never: opens a record. State: none.

use super::administer::CellLogEntry;
use super::extract::ApproverProof;
use super::{CompartmentWrap, LogEntry, SecretKey, SignedIn};
use salus_seal::entry::people::PersonStatus;
use salus_seal::entry::{Interaction, VersionRange};
use salus_seal::{ClientId, DeviceId, Part, PrincipalId, Pseudonym, SessionId};
use serde::{Deserialize, Serialize};

/// How long after the end of a span marks of delivery are looked for, in milliseconds. An answer is sent for five seconds at
/// most, and reported at once; what comes later than this is not waited for, and counts as not delivered.
pub const DELIVERY_MS: u64 = 60_000;
/// The most compartments of one question.
pub const MAX_COMPARTMENTS: usize = 8_192;
/// The most rows of a sample that is looked for at once.
pub const MAX_SAMPLE_ROWS: u32 = 20_000;

/// What may be asked.
#[derive(Debug, Serialize, Deserialize)]
pub enum IncidentAsk {
    /// What was admitted. Answered by [`IncidentAnswer::Scope`].
    Scope(ScopeAsk),
    /// Whose compartments these are. Answered by [`IncidentAnswer::Whose`].
    Whose {
        /// The cell's name.
        cell: String,
        /// At most [`MAX_COMPARTMENTS`].
        compartments: Vec<CompartmentWrap>,
    },
    /// The keys of months, for a proof; an entry. Answered by [`IncidentAnswer::LogKeys`].
    LogKeys {
        /// The cell's name.
        cell: String,
        /// Years since 1970 times 12, plus month from 0.
        months: Vec<u32>,
    },
    /// Changes of trust. Answered by [`IncidentAnswer::Changes`].
    Changes(ChangesAsk),
    /// Undoes what an entry changed. Answered by [`IncidentAnswer::Undone`].
    Undo {
        /// The cell's name; none for the platform's tree.
        cell: Option<String>,
        /// The entry.
        entry: u64,
    },
    /// The cell that a session, principal, client or passkey belongs to. Answered by [`IncidentAnswer::Cell`].
    Cell(ScopeFilter),
    /// Begins a session in which a sample is looked for; an entry. Answered by [`IncidentAnswer::Match`].
    BeginMatch {
        /// The cell's name.
        cell: String,
        /// Who approves it, beside whoever is at the machine.
        by: ApproverProof,
        /// How many rows the sample has, at most [`MAX_SAMPLE_ROWS`].
        rows: u32,
        /// SHA-256 of the sample.
        sample: [u8; 32],
    },
    /// Has the manifest of a package for investigators signed; an entry. Answered by [`IncidentAnswer::Evidence`].
    SignEvidence {
        /// The cell's name.
        cell: String,
        /// SHA-256 of the manifest.
        manifest: [u8; 32],
        /// The public key that the package is sealed to.
        recipient: [u8; 32],
    },
}

/// What was admitted in a span of time, to whom it fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeAsk {
    /// The cell's name.
    pub cell: String,
    /// To whom.
    pub filter: ScopeFilter,
    /// From this time on, in milliseconds since 1970.
    pub from_ms: u64,
    /// Up to, and not with, this time.
    pub to_ms: u64,
    /// [`ScopePage::next`] of the page before; none for the first page.
    pub next: Option<u64>,
}

/// Whom a scope is about: all that is given must fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeFilter {
    /// One session.
    pub session: Option<SessionId>,
    /// One principal, in all sessions.
    pub principal: Option<PrincipalId>,
    /// One client, in all sessions.
    pub client: Option<ClientId>,
    /// One passkey: the sessions that it began.
    pub device: Option<DeviceId>,
    /// A network that was asked from, by the record server's word.
    pub network: Option<Network>,
}

/// An address and how much of it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// The address (IPv4 mapped into IPv6).
    pub address: [u8; 16],
    /// How many of its bits count, at most 128.
    pub prefix_bits: u8,
}

impl Network {
    /// Whether an address is in it.
    pub fn holds(&self, address: &[u8; 16]) -> bool {
        let bits = u32::from(self.prefix_bits.min(128));
        let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
        (u128::from_be_bytes(*address) ^ u128::from_be_bytes(self.address)) & mask == 0
    }
}

/// The answer to an [`IncidentAsk`].
#[derive(Debug, Serialize, Deserialize)]
pub enum IncidentAnswer {
    /// To a scope.
    Scope(ScopePage),
    /// Numbers of compartments and the patients that each belongs to; those that did not open are left out.
    Whose(Vec<(u64, Vec<Pseudonym>)>),
    /// Months and their keys; those that are not there are left out.
    LogKeys(Vec<(u32, SecretKey)>),
    /// To changes.
    Changes(ChangesPage),
    /// The entries that undid it.
    Undone(Vec<u64>),
    /// The cell's name; none where the filter tells none.
    Cell(Option<String>),
    /// The session in which a sample is looked for, and its client, which is to be revoked at the end.
    Match {
        /// The client.
        client: ClientId,
        /// The session.
        signed_in: SignedIn,
    },
    /// A signed note: what a package for investigators is known by.
    Evidence {
        /// The note.
        note: String,
        /// The entry that says that the package was made.
        entry: u64,
    },
}

/// A part of a scope.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopePage {
    /// What was admitted, ascending.
    pub admitted: Vec<ScopeEntry>,
    /// Entries that refused something, and in which session.
    pub refused: Vec<(u64, SessionId)>,
    /// Reports of delivery in what this page looked through: the report's entry, and those it names. They may name entries of other
    /// scopes.
    pub delivered: Vec<(u64, Vec<u64>)>,
    /// Entries of the span whose month's key is gone: who and whom is not known any more.
    pub unreadable: u64,
    /// How many entries of the span this page looked through.
    pub looked_at: u64,
    /// The span's first entry that this page saw, and the one after its last.
    pub span: Option<(u64, u64)>,
    /// Where to go on, if there is more.
    pub next: Option<u64>,
}

/// One admission, or what a chain's further entry adds to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeEntry {
    /// The entry.
    pub number: u64,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// What it did.
    pub kind: ScopeKind,
    /// In which session.
    pub session: SessionId,
    /// Who acted in it.
    pub principal: PrincipalId,
    /// Through which application.
    pub client: ClientId,
    /// With which passkey it was begun.
    pub device: Option<DeviceId>,
    /// From where (IPv4 mapped into IPv6), zero when unknown.
    pub address: [u8; 16],
    /// What was asked for.
    pub interaction: Interaction,
    /// Which part was opened.
    pub part: Part,
    /// Whose.
    pub patients: Vec<Pseudonym>,
    /// Which versions.
    pub versions: Vec<VersionRange>,
}

/// What an entry of a scope did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ScopeKind {
    /// Opened versions.
    Opened,
    /// Found versions, or told that there are none.
    Found,
    /// Wrote versions.
    Written {
        /// The first entry of the chain.
        first: u64,
    },
}

/// Changes of trust since a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesAsk {
    /// The cell's name; none for the platform's tree.
    pub cell: Option<String>,
    /// From this time on, in milliseconds since 1970.
    pub from_ms: u64,
    /// [`ChangesPage::next`] of the page before; none for the first page.
    pub next: Option<u64>,
}

/// A part of the changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangesPage {
    /// Ascending.
    pub changes: Vec<TrustChange>,
    /// Where to go on, if there is more.
    pub next: Option<u64>,
}

/// One change of trust.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrustChange {
    /// The entry.
    pub entry: LogEntry,
    /// Who did it, where it is known; none for somebody at the machine.
    pub by: Option<PrincipalId>,
    /// Their name, or the application's.
    pub by_name: Option<String>,
    /// Whom or what it is about, where that has a name.
    pub about: Option<String>,
    /// Whether it can be undone here.
    pub undoing: Undoing,
}

/// Whether a change can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undoing {
    /// It is in force, and [`IncidentAsk::Undo`] ends it.
    Possible,
    /// It is not in force any more: undone, used up, or overtaken by a later one.
    Over,
    /// Not by one command: by what it is about.
    ByHand,
}

/// Changes of trust of a cell, as its administrators see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellChangesAsk {
    /// From this time on, in milliseconds since 1970.
    pub from_ms: u64,
    /// [`CellChangesPage::next`] of the page before; none for the first page.
    pub next: Option<u64>,
}

/// A part of the changes of a cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CellChangesPage {
    /// Ascending.
    pub changes: Vec<CellChange>,
    /// Where to go on, if there is more.
    pub next: Option<u64>,
}

/// One change of trust of a cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CellChange {
    /// The entry.
    pub entry: CellLogEntry,
    /// In which session it was done, where it was in one.
    pub session: Option<SessionId>,
    /// Whether it can be undone in a session of an administrator.
    pub undoing: CellUndoing,
}

/// Whether a change can be undone by an administrator, and what that does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellUndoing {
    /// By one question; this happens then.
    Possible(UndoneBy),
    /// It is not in force any more: undone, used up, or overtaken by a later one.
    Over,
    /// Not by one question: by what it is about.
    ByHand,
    /// What was done at the machine is undone there.
    AtMachine,
}

/// What undoes a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum UndoneBy {
    /// An application and all its sessions end for good.
    ClientEnds,
    /// A session ends.
    SessionEnds,
    /// An application must prove its key again.
    ProofRequired,
    /// The cell is cut off.
    CutOff,
    /// The cell is joined again.
    Joined,
    /// A link is withdrawn.
    LinkEnds,
    /// A passkey and its sessions end for good.
    PasskeyEnds,
    /// Somebody has a role again.
    Role {
        /// Its name.
        role: String,
    },
    /// Somebody is in a state again.
    Status {
        /// Which.
        status: PersonStatus,
    },
    /// A raise of a budget ends.
    RaiseEnds,
    /// A budget is again what it was.
    Budget,
    /// What is held is let go.
    Released,
    /// Somebody reads no longer while the cell is cut off.
    ExceptionEnds,
    /// The rules before these are in force again.
    RulesBefore,
    /// What is written is checked as before.
    ChecksBefore,
}

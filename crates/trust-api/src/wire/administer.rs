//! Administration of one cell in a person's session: what the pages may ask for whoever administers it, and what they are told.
//!
//! Unlike [`super::AdminAsk`] it needs no administrator's key: the keyholder looks at the session's role, and logs each change with
//! who did it. Part of the wire's format: variants are only ever added at the end. Never: reaches a patient, or another cell. State: none.

use super::ClientStatus;
use super::alarms::{AlarmsAnswer, AlarmsAsk};
use super::budgets::{BudgetAnswer, BudgetAsk};
use super::checks::{ChecksAnswer, ChecksAsk};
use super::contain::{ContainAnswer, ContainAsk};
use super::incident::{CellChangesAsk, CellChangesPage};
use super::people::{OfSession, PeopleAnswer, PeopleAsk};
use super::policy::{PolicyAnswer, PolicyAsk};
use crate::Token;
use salus_seal::entry::{Budgets, Event, Interaction, Purpose, Refusal};
use salus_seal::{ClientId, Part, PrincipalId};
use serde::{Deserialize, Serialize};

/// The most entries of one page of the log.
pub const MAX_CELL_LOG_PAGE: u32 = 200;

/// One question.
#[derive(Debug, Serialize, Deserialize)]
pub struct Administer {
    /// In which session.
    pub of: OfSession,
    /// What.
    pub ask: CellAsk,
}

/// What may be asked about the session's cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum CellAsk {
    /// About its people. Where this names a cell, it must be this one.
    People(PeopleAsk),
    /// Its clients. Answered by [`CellAnswer::Clients`].
    Clients,
    /// Makes a client, with no more budget than a client has where nothing is said. Answered by [`CellAnswer::Client`].
    CreateClient {
        /// Its name for people.
        name: String,
        /// A role of applications.
        role: String,
        /// What it may reach; none: what a client has where nothing is said.
        budgets: Option<Budgets>,
    },
    /// Ends a client's credentials and sessions.
    RevokeClient {
        /// The client.
        client: ClientId,
    },
    /// Entries of its log, the newest first. Answered by [`CellAnswer::Log`].
    Log(LogFilter),
    /// Its newest checkpoint. Answered by [`CellAnswer::Checkpoint`].
    Checkpoint,
    /// Whether a client's tokens are good without proof from now on.
    Bearer {
        /// The client.
        client: ClientId,
        /// Whether they are.
        allowed: bool,
    },
    /// About its alarms. Answered by [`CellAnswer::Alarms`].
    Alarms(AlarmsAsk),
    /// About what is contained in it. Answered by [`CellAnswer::Contained`].
    Contain(ContainAsk),
    /// Its budgets. Answered by [`CellAnswer::Budgets`].
    Budgets(BudgetAsk),
    /// Its changes of trust. Answered by [`CellAnswer::Changes`].
    Changes(CellChangesAsk),
    /// Undoes what an entry changed. Answered by [`CellAnswer::Undone`].
    UndoChange {
        /// The entry.
        entry: u64,
    },
    /// About what its roles may do. Answered by [`CellAnswer::Policy`].
    Policy(PolicyAsk),
    /// About how it checks what is written. Answered by [`CellAnswer::Checks`].
    Checks(ChecksAsk),
}

impl CellAsk {
    /// Whether it takes something from somebody, so that what they were sent is to be stopped before it is answered.
    pub fn ends_something(&self) -> bool {
        match self {
            Self::People(ask) => matches!(
                ask,
                PeopleAsk::SetStatus { .. }
                    | PeopleAsk::SetRole { .. }
                    | PeopleAsk::RevokePasskey { .. }
                    | PeopleAsk::Recover { .. }
            ),
            Self::RevokeClient { .. } => true,
            Self::Contain(ask) => *ask != ContainAsk::Status,
            Self::Clients | Self::CreateClient { .. } | Self::Log(_) | Self::Checkpoint | Self::Alarms(_) => {
                false
            }
            Self::Bearer { allowed, .. } => !allowed,
            // What was admitted stays so; nobody new is reached.
            Self::Budgets(_) | Self::Changes(_) | Self::Policy(_) | Self::Checks(_) => false,
            Self::UndoChange { .. } => true,
        }
    }
}

/// Which entries of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFilter {
    /// Only those before this one: [`CellLogPage::next`] of the page before.
    pub before: Option<u64>,
    /// At most so many, at most [`MAX_CELL_LOG_PAGE`].
    pub limit: u32,
    /// From this time on, in milliseconds since 1970.
    pub from_ms: Option<u64>,
    /// Up to, and not with, this time.
    pub to_ms: Option<u64>,
    /// Who did it.
    pub principal: Option<PrincipalId>,
    /// Of these kinds; empty: of all.
    pub kinds: Vec<LogKind>,
}

/// What kind of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LogKind {
    /// Records were opened.
    Opened,
    /// Something was searched for.
    Searched,
    /// Something was written.
    Written,
    /// Something was refused.
    Refused,
    /// A session began or ended.
    Session,
    /// A client was made or revoked.
    Client,
    /// Something changed about people and their passkeys, or a sign-in was refused.
    Person,
    /// The cell was cut off or joined again.
    Quarantine,
    /// What became of others: landed, abandoned, delivered.
    Report,
    /// An alarm was raised, seen or told, or its rules changed.
    Alarm,
    /// A budget: more was asked for or given, a reserve was used, a limit changed.
    Budget,
    /// What roles may do changed.
    Rules,
    /// An export of many patients at once: asked for, approved, taken, ended.
    Export,
    /// How what is written is checked changed.
    Checks,
}

/// The answer to a [`CellAsk`].
#[derive(Debug, Serialize, Deserialize)]
pub enum CellAnswer {
    /// It is done, and durable.
    Done,
    /// About people.
    People(PeopleAnswer),
    /// In the order in which they were made.
    Clients(Vec<ClientStatus>),
    /// To a client's creation: the secret is shown this once.
    Client {
        /// The credential set.
        client: ClientId,
        /// The principal it acts as.
        principal: PrincipalId,
        /// Its secret.
        secret: Token,
    },
    /// To the log.
    Log(CellLogPage),
    /// To a checkpoint.
    Checkpoint(CheckpointStatus),
    /// About alarms.
    Alarms(AlarmsAnswer),
    /// To what is asked about containment.
    Contained(ContainAnswer),
    /// To what is asked of budgets.
    Budgets(BudgetAnswer),
    /// To changes of trust.
    Changes(CellChangesPage),
    /// The entries that undid a change.
    Undone(Vec<u64>),
    /// About what roles may do.
    Policy(PolicyAnswer),
    /// About how what is written is checked.
    Checks(ChecksAnswer),
}

/// Entries of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CellLogPage {
    /// The newest first.
    pub entries: Vec<CellLogEntry>,
    /// Where to go on; none at the log's beginning. A page looks through so many entries and no more, so there may be more although
    /// it is short, or empty.
    pub next: Option<u64>,
}

/// One entry of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CellLogEntry {
    /// Its number.
    pub number: u64,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// What kind.
    pub kind: LogKind,
    /// What it says for ever; of long lists only the beginning.
    pub event: Event,
    /// Who did it, where it is known.
    pub principal: Option<PrincipalId>,
    /// Their name, or the application's.
    pub name: Option<String>,
    /// Whom it is about, where it is about somebody of the cell: their name.
    pub about: Option<String>,
    /// What it says until its month's key is destroyed.
    pub access: Option<LoggedAccess>,
}

/// Who, why and whom of an entry, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedAccess {
    /// Why.
    pub purpose: Purpose,
    /// What was asked for.
    pub interaction: Interaction,
    /// Which part.
    pub part: Part,
    /// Why it was refused.
    pub refused: Option<Refusal>,
    /// From where (IPv4 mapped into IPv6), zero when unknown.
    pub address: [u8; 16],
    /// How many patients it concerns.
    pub patients: u32,
    /// How many of them were charged.
    pub charged: u32,
    /// How many record versions.
    pub versions: u64,
}

/// A cell's newest checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointStatus {
    /// Entries of the cell's tree that are committed now.
    pub entries: u64,
    /// The signed note as it is published: origin, size, root, signature; none before the first.
    pub note: Option<String>,
    /// Whether the witnesses took the last one; none where the keyholder has no witnesses.
    pub witnessed: Option<bool>,
}

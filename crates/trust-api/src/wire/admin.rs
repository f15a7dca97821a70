//! The words of administration: what the command line may ask, and what it is told.
//!
//! Part of the wire's format: variants are only ever added at the end. Never: an admission. State: none.

use super::alarms::{AlarmsAnswer, AlarmsAsk, CanaryAnswer, CanaryAsk};
use super::budgets::{BudgetAnswer, BudgetAsk};
use super::checks::{ChecksAnswer, ChecksAsk};
use super::contain::{ContainAnswer, ContainAsk};
use super::extract::{ApproverProof, CellExtraction};
use super::incident::{IncidentAnswer, IncidentAsk};
use super::index::IndexStatus;
use super::people::{PeopleAnswer, PeopleAsk};
use super::policy::{PolicyAnswer, PolicyAsk};
use super::{CellInfo, SignedIn};
use crate::Token;
use salus_seal::entry::{Budgets, Lasting, VersionRange};
use salus_seal::{ClientId, PrincipalId, Pseudonym, SessionId};
use serde::{Deserialize, Serialize};

/// An administrative request. Every change is an entry of the log.
#[derive(Debug, Serialize, Deserialize)]
pub enum AdminAsk {
    /// What there is and how it fares.
    Status,
    /// Makes a cell.
    CreateCell {
        /// Letters, digits and dashes, at most 63.
        name: String,
        /// Codes of the types that its house compartment may hold.
        house_kinds: Vec<u16>,
        /// What all its principals together may reach.
        budgets: Budgets,
    },
    /// Makes a client.
    CreateClient {
        /// The cell's name.
        cell: String,
        /// Its name for people, at most 200 bytes.
        name: String,
        /// A role's name.
        role: String,
        /// What it may reach.
        budgets: Budgets,
        /// How long its sessions may last, in milliseconds.
        session_ms: u64,
        /// How long its sessions may be idle, in milliseconds.
        idle_ms: u64,
    },
    /// Begins a session for a client, as somebody at the machine may.
    BeginSession {
        /// The client.
        client: ClientId,
    },
    /// Ends a client's credentials and sessions.
    RevokeClient {
        /// The client.
        client: ClientId,
    },
    /// Ends a session.
    RevokeSession {
        /// The session.
        session: SessionId,
    },
    /// Cuts a cell off, or joins it again.
    Quarantine {
        /// The cell's name.
        cell: String,
        /// Whether it is cut off from now on.
        on: bool,
    },
    /// Entries of the log, readable.
    ShowLog {
        /// The cell's name; none for the platform's tree.
        cell: Option<String>,
        /// From this entry on.
        from: u64,
        /// At most this many, at most 1,000.
        limit: u32,
    },
    /// Who got what.
    Scope {
        /// By what.
        by: ScopeBy,
        /// From this time on, in milliseconds since 1970.
        from_ms: u64,
        /// Up to, and not with, this time.
        to_ms: u64,
    },
    /// The write entries of a cell, for checking the store against the log.
    WriteRoots {
        /// The cell's name.
        cell: String,
        /// From this entry on.
        from: u64,
        /// At most this many, at most 10,000.
        limit: u32,
    },
    /// Publishes everything that is committed now; answered when it is.
    Publish,
    /// Makes the index anew from the store's sealed words, while the old one serves. Answered when it has begun.
    RebuildIndex {
        /// The cell's name; none for all.
        cell: Option<String>,
    },
    /// How the index of each cell fares. Answered when the indexer has said so, or after two seconds without it.
    IndexStatus,
    /// About people.
    People(PeopleAsk),
    /// Asks that a cell's words be extracted anew, by the parameters that are in force now. It is the first of two approvals.
    AskExtraction {
        /// The cell's name.
        cell: String,
        /// Who asks.
        by: ApproverProof,
    },
    /// Approves what was asked for; by somebody else, it runs then.
    ApproveExtraction {
        /// The cell's name.
        cell: String,
        /// Who approves.
        by: ApproverProof,
    },
    /// The cells' own parameters and extractions.
    Extractions,
    /// Sets the keyholder's clock forward, where it was started so: only in a demo, a drill or a test.
    MoveClock {
        /// By this much, in milliseconds.
        by_ms: u64,
    },
    /// About an incident: its extent, and what was changed meanwhile.
    Incident(IncidentAsk),
    /// Whether a client's tokens are good without proof from now on.
    Bearer {
        /// The client.
        client: ClientId,
        /// Whether they are.
        allowed: bool,
    },
    /// About a cell's alarms. Answered by [`AdminAnswer::Alarms`].
    Alarms {
        /// The cell's name.
        cell: String,
        /// What.
        ask: AlarmsAsk,
    },
    /// About a cell's canaries. Answered by [`AdminAnswer::Canaries`].
    Canaries {
        /// The cell's name.
        cell: String,
        /// What.
        ask: CanaryAsk,
    },
    /// About what is contained: in this cell, or, where none is named, on the whole platform.
    Contain {
        /// The cell's name.
        cell: Option<String>,
        /// What.
        ask: ContainAsk,
    },
    /// About the budgets of a cell.
    Budgets {
        /// The cell's name.
        cell: String,
        /// What.
        ask: BudgetAsk,
    },
    /// About what a cell's roles may do. Answered by [`AdminAnswer::Policy`].
    Policy {
        /// The cell's name.
        cell: String,
        /// What.
        ask: PolicyAsk,
    },
    /// About how a cell checks what is written. Answered by [`AdminAnswer::Checks`].
    Checks {
        /// The cell's name.
        cell: String,
        /// What.
        ask: ChecksAsk,
    },
}

/// By what a scope is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScopeBy {
    /// One session.
    Session(SessionId),
    /// One principal, in all sessions.
    Principal(PrincipalId),
    /// One client, in all sessions.
    Client(ClientId),
}

/// The answer to an [`AdminAsk`].
#[derive(Debug, Serialize, Deserialize)]
pub enum AdminAnswer {
    /// To a status.
    Status(Status),
    /// To a cell's creation.
    Cell(CellInfo),
    /// To a client's creation: the secret is shown this once.
    Client {
        /// The credential set.
        client: ClientId,
        /// The principal it acts as.
        principal: PrincipalId,
        /// Its secret.
        secret: Token,
    },
    /// To a session's begin.
    Session(SignedIn),
    /// It is done, and durable.
    Done,
    /// To showing the log.
    Log(LogPage),
    /// To a scope.
    Scope(Scope),
    /// To write roots.
    WriteRoots {
        /// The entries.
        roots: Vec<WriteRoot>,
        /// From where to go on, if there is more.
        next: Option<u64>,
    },
    /// To an index's status: one for each cell, by name.
    Index(Vec<CellIndex>),
    /// To what was asked about people.
    People(PeopleAnswer),
    /// To what is asked of extractions: one for each cell, or that of the cell that was named.
    Extractions(Vec<CellExtraction>),
    /// To what was asked about an incident.
    Incident(IncidentAnswer),
    /// About alarms.
    Alarms(AlarmsAnswer),
    /// About canaries.
    Canaries(CanaryAnswer),
    /// To what is asked about containment.
    Contained(ContainAnswer),
    /// To what is asked of budgets.
    Budgets(BudgetAnswer),
    /// About what roles may do.
    Policy(PolicyAnswer),
    /// About how a cell checks what is written.
    Checks(ChecksAnswer),
}

/// The index of one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellIndex {
    /// The cell's name.
    pub cell: String,
    /// Whether it answers.
    pub state: IndexState,
    /// While it is fed: versions given so far, and about how many there are.
    pub progress: Option<(u64, u64)>,
    /// Versions whose words could not be opened when they were fed, since the keyholder's start.
    pub unreadable: u64,
    /// What the indexer says of it; none without an answer.
    pub index: Option<IndexStatus>,
}

/// Whether an index answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum IndexState {
    /// The indexer is not connected, or has not opened it yet.
    NotThere,
    /// It lacks what was written, and is being fed; searches wait.
    Behind,
    /// It answers.
    Ready,
    /// It answers, while another is being made to take its place.
    Rebuilding,
}

/// Why an administrative request was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AdminError {
    /// There is no such thing.
    #[error("there is no such {what}")]
    NotFound {
        /// cell, client, session, role
        what: String,
    },
    /// There is one already.
    #[error("there is a {what} of this name already")]
    Exists {
        /// cell
        what: String,
    },
    /// A value is not as it must be.
    #[error("{field}: {rule}")]
    Invalid {
        /// Which.
        field: String,
        /// How it must be.
        rule: String,
    },
    /// The keyholder cannot write its log.
    #[error("the keyholder cannot write: {why}")]
    Unavailable {
        /// Why, without any data.
        why: String,
    },
}

/// What there is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    /// The installation's id, as it stands in the log's origin.
    pub installation: String,
    /// The keyholder's time, in milliseconds since 1970.
    pub now_ms: u64,
    /// When the keyholder began to run.
    pub started_ms: u64,
    /// Entries in the platform's tree.
    pub platform_entries: u64,
    /// Cells.
    pub cells: Vec<CellStatus>,
    /// Requests refused for want of a session since the start.
    pub strangers: u64,
    /// Admissions since the start.
    pub admissions: u64,
    /// Batches since the start.
    pub batches: u64,
    /// What holds keys and how: `sealed memory`, sandbox layers in force.
    pub protections: Vec<String>,
}

/// One cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CellStatus {
    /// Id, name, quarantine.
    pub info: CellInfo,
    /// Entries in its tree.
    pub entries: u64,
    /// Writes neither landed nor abandoned.
    pub unresolved: u64,
    /// Sessions that live.
    pub sessions: u64,
    /// Clients.
    pub clients: Vec<ClientStatus>,
}

/// One client.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClientStatus {
    /// The credential set.
    pub client: ClientId,
    /// The principal it acts as.
    pub principal: PrincipalId,
    /// Its name for people.
    pub name: String,
    /// Its role.
    pub role: String,
    /// Whether it was revoked.
    pub revoked: bool,
    /// Its budgets.
    pub budgets: Budgets,
    /// Distinct patients it reached by chart in the last hour, day and 30 days.
    pub chart_spent: [u32; 3],
    /// The same by glimpse.
    pub glimpse_spent: [u32; 3],
    /// Whether its tokens are good without proof.
    pub bearer: Bearer,
}

/// Whether a client's tokens are good without proof (RFC 9449).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bearer {
    /// They are, since the client was made before there were proofs and nothing was decided since.
    FromBefore,
    /// An administrator named it as one.
    Allowed,
    /// Each request proves the client's own key. Sessions that are begun at the machine are bearers' all the same.
    No,
}

/// Entries of the log, readable.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogPage {
    /// Ascending.
    pub entries: Vec<LogEntry>,
    /// From where to go on, if there is more.
    pub next: Option<u64>,
}

/// One entry of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogEntry {
    /// Its number in its tree.
    pub number: u64,
    /// The lasting part.
    pub lasting: Lasting,
    /// The fleeting part; none where there is none, or where its month's key is gone.
    pub fleeting: Option<salus_seal::entry::Fleeting>,
    /// Who acted, where the fleeting part says in which session.
    pub principal: Option<PrincipalId>,
    /// Through which application.
    pub client: Option<ClientId>,
}

/// Who got what.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Scope {
    /// One for each patient, by pseudonym.
    pub patients: Vec<ScopePatient>,
    /// Entries that admitted something.
    pub admissions: u64,
    /// Entries that refused something.
    pub refusals: u64,
    /// Distinct record versions.
    pub versions: u64,
    /// Record versions of the house, which are no patient's.
    pub house_versions: u64,
}

/// What was admitted of one patient.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ScopePatient {
    /// The patient, as the log knows them.
    pub pseudonym: Pseudonym,
    /// The distinct record versions opened or written in admissions that cover this patient alone.
    pub versions: Vec<VersionRange>,
    /// Admissions that cover others too: their versions are in the scope's total.
    pub shared_admissions: u64,
    /// Whether all of it was reported as sent to its end; what was not may have been taken all the same.
    pub delivered: bool,
    /// The first admission, in milliseconds since 1970.
    pub first_ms: u64,
    /// The last admission.
    pub last_ms: u64,
}

/// What a write entry says of the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WriteRoot {
    /// The entry.
    pub entry: u64,
    /// The versions, in the order of the root's leaves.
    pub ranges: Vec<VersionRange>,
    /// RFC 6962 root over `header ‖ hash`.
    pub root: [u8; 32],
    /// Whether it landed: the store must have all of it; if not, it may have none.
    pub landed: bool,
}

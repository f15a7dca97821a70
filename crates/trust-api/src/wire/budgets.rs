//! The words about budgets: what is used of them, who raised what, how far each credential gets, and what people ask about their own.
//!
//! Part of the wire's format: variants are only ever added at the end. Never: a patient. State: none.

use super::people::OfSession;
use salus_seal::entry::Budgets;
use salus_seal::entry::budgets::MoreReason;
use salus_seal::{ClientId, DeviceId, Part, PrincipalId, SessionId};
use serde::{Deserialize, Serialize};

/// What an administrator asks about the budgets of a cell: in a session, or at the machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum BudgetAsk {
    /// All of them. Answered by [`BudgetAnswer::Budgets`].
    Show,
    /// How far each credential gets. Answered by [`BudgetAnswer::Reach`].
    Reach,
    /// Changes one for good. In a session at most the role's own, a client's own, or for the cell what was last set at the machine.
    Change {
        /// Whose; none: the cell's.
        principal: Option<PrincipalId>,
        /// From now on.
        budgets: Budgets,
    },
    /// Asks for more for an application, or for the cell as a whole. Only in a session. Answered by [`BudgetAnswer::Asked`].
    AskFor(MoreWanted),
    /// Closes a request.
    EndAsk {
        /// The entry by which it was asked for.
        ask: u64,
    },
    /// Withdraws a raise.
    EndRaise {
        /// The entry by which it was given.
        raise: u64,
        /// Whose; none: the cell's.
        principal: Option<PrincipalId>,
    },
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoreWanted {
    /// For whom; none: for the cell as a whole.
    pub principal: Option<PrincipalId>,
    /// Of which budget.
    pub part: Part,
    /// So many patients more, in each window.
    pub amount: u32,
    /// For how long, in milliseconds.
    pub for_ms: u64,
    /// Why.
    pub reason: MoreReason,
}

/// The answer to a [`BudgetAsk`].
#[derive(Debug, Serialize, Deserialize)]
pub enum BudgetAnswer {
    /// It is done, and durable.
    Done,
    /// It is asked for, by this entry.
    Asked(u64),
    /// All budgets of a cell.
    Budgets(Box<CellBudgets>),
    /// How far each credential gets.
    Reach(Box<BlastRadius>),
}

/// All budgets of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellBudgets {
    /// The cell's name.
    pub cell: String,
    /// The keyholder's time, in milliseconds since 1970.
    pub now_ms: u64,
    /// The cell's first, then people by name, then applications in the order in which they were made.
    pub budgets: Vec<OneBudget>,
    /// What is asked for, oldest first.
    pub asks: Vec<OpenAsk>,
    /// What the cell's own log suggests, by role.
    pub suggestions: Vec<Suggestion>,
}

/// One budget, and what is used of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneBudget {
    /// Whose; none: the cell's.
    pub principal: Option<PrincipalId>,
    /// Their name, the application's or the cell's.
    pub name: String,
    /// The role; empty for the cell.
    pub role: String,
    /// Whether it is a person's.
    pub is_person: bool,
    /// What it is without raises.
    pub base: Budgets,
    /// What it is now.
    pub now: Budgets,
    /// Distinct patients by chart in the last hour, day and 30 days.
    pub chart_spent: [u32; 3],
    /// The same by glimpse.
    pub glimpse_spent: [u32; 3],
    /// The most that it may be set to in a session.
    pub most: Budgets,
    /// Charts that the emergency reserve still opens today; none where there is none.
    pub reserve_left: Option<u32>,
    /// Raises of the last 30 days, oldest first.
    pub raises: Vec<RaiseStatus>,
}

/// One raise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaiseStatus {
    /// The entry by which it was given.
    pub raise: u64,
    /// Of which budget.
    pub part: Part,
    /// So many more in each window.
    pub amount: u32,
    /// Since when, in milliseconds since 1970.
    pub from_ms: u64,
    /// Until when, or when it was withdrawn.
    pub until_ms: u64,
    /// Who gave it, by name.
    pub by: String,
    /// Whether it is in force.
    pub lasts: bool,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
}

/// What somebody asked for and nobody gave yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenAsk {
    /// The entry by which it was asked for.
    pub ask: u64,
    /// When, in milliseconds since 1970.
    pub asked_ms: u64,
    /// For whom; none: for the cell.
    pub principal: Option<PrincipalId>,
    /// Their name, the application's or the cell's.
    pub name: String,
    /// Who asked.
    pub asker: PrincipalId,
    /// By name.
    pub by: String,
    /// Of which budget.
    pub part: Part,
    /// So many more in each window.
    pub amount: u32,
    /// Until when, in milliseconds since 1970.
    pub until_ms: u64,
    /// Why.
    pub reason: MoreReason,
    /// Who may give it, by name; at most 20.
    pub may_give: Vec<String>,
    /// Whether it is the asker who asked.
    pub is_own: bool,
    /// Whether the asker may give it, by a passkey at the door.
    pub can_give: bool,
}

/// What a cell's own log suggests for a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The role.
    pub role: String,
    /// Charts that 999 of 1,000 days had at most.
    pub charts_per_day: u32,
    /// On how many days of people it rests; days without a chart do not count.
    pub days: u32,
    /// The role's own limit for a day, where nothing else is said.
    pub own_per_day: u32,
}

/// How far each credential of a cell gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlastRadius {
    /// The cell's name.
    pub cell: String,
    /// The keyholder's time, in milliseconds since 1970.
    pub now_ms: u64,
    /// How many patients the log knows of.
    pub patients: u32,
    /// The worst first.
    pub credentials: Vec<CredentialReach>,
}

/// How far one credential gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialReach {
    /// What it is.
    pub credential: Credential,
    /// Whose, where it is somebody's.
    pub principal: Option<PrincipalId>,
    /// Their name, or the application's; empty where it is nobody's.
    pub name: String,
    /// The role; empty where it is nobody's.
    pub role: String,
    /// The most distinct patients by chart within the next hour, day and 30 days; those who are reached already count.
    pub chart: [u32; 3],
    /// The same by glimpse.
    pub glimpse: [u32; 3],
    /// Why so far and no farther.
    pub why: ReachBound,
}

/// A credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Credential {
    /// A person's session.
    Session(SessionId),
    /// A person's passkey.
    Passkey(DeviceId),
    /// An application's secret.
    ClientSecret(ClientId),
    /// An application's session: whoever has its token.
    BearerToken(SessionId),
    /// A one-time link that is not used.
    Link,
    /// The cell as a whole: all its accounts together.
    Cell,
    /// Code execution in the record server, with the sessions that live or begin meanwhile.
    RecordServer,
    /// The administrator's key at the machine.
    AdminKey,
    /// The root key, with a copy of the data directory.
    RootKey,
}

/// What bounds a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ReachBound {
    /// Its own budget.
    Budget,
    /// Its own budget up to where a passkey must be touched, which a session alone cannot.
    Touch,
    /// The cell's budget.
    CellBudget,
    /// It opens nothing, but lets others in, within the cell's budget.
    HandsOut {
        /// How many one-time links and applications it can make today.
        others_today: u32,
    },
    /// There are no more patients.
    Patients,
    /// Nothing: it is outside of what budgets bound.
    Nothing,
    /// It opens nothing.
    OpensNothing,
    /// The cell is cut off.
    CutOff,
    /// It brings records in and changes them, and takes none out.
    OnlyBringsIn,
}

/// A person's question about their own budget, or about what others of their cell ask for.
#[derive(Debug, Serialize, Deserialize)]
pub struct OwnBudget {
    /// In which session.
    pub of: OfSession,
    /// What.
    pub ask: OwnBudgetAsk,
}

/// What a person may ask.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum OwnBudgetAsk {
    /// How it stands. Answered by [`OwnBudgetAnswer::Standing`].
    Standing,
    /// Asks for more, for oneself. Answered by [`OwnBudgetAnswer::Asked`].
    AskFor(MoreWanted),
    /// Closes what oneself asked for.
    EndAsk {
        /// The entry by which it was asked for.
        ask: u64,
    },
}

/// The answer to an [`OwnBudgetAsk`].
#[derive(Debug, Serialize, Deserialize)]
pub enum OwnBudgetAnswer {
    /// It is done, and durable.
    Done,
    /// It is asked for, by this entry.
    Asked(u64),
    /// How it stands.
    Standing(Box<Standing>),
    /// It may not be, and why.
    Invalid {
        /// Which value.
        field: String,
        /// How it must be.
        rule: String,
    },
}

/// How somebody's budget stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Their budget.
    pub budget: OneBudget,
    /// Charts up to which no touch of the passkey is needed in this session; none where none ever is.
    pub untouched: Option<[u32; 3]>,
    /// What is asked for in the cell and concerns them: their own, and what they may give.
    pub asks: Vec<OpenAsk>,
    /// Raises of the cell's budget.
    pub cell_raises: Vec<RaiseStatus>,
}

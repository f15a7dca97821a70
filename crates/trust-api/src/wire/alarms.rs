//! The words about alarms and canaries: what administrators ask on pages and at the machine, and what the messenger is told.
//!
//! Part of the wire's format: variants are only ever added at the end. Never: a patient; ids of canaries only to somebody at the machine.
//! State: none.

use super::query::Condition;
use super::words::RecordName;
use salus_seal::entry::alarms::{AlarmKind, AlarmRules, Way};
use salus_seal::{CellId, PrincipalId, SessionId};
use serde::{Deserialize, Serialize};

/// The most alarms of one page.
pub const MAX_ALARMS_PAGE: u32 = 200;
/// The most canaries that are kept at once.
pub const MAX_CANARIES_PER_KEEP: usize = 100;

/// What may be asked about a cell's alarms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlarmsAsk {
    /// The newest first. Answered by [`AlarmsAnswer::Alarms`].
    List {
        /// Only those raised before this entry.
        before: Option<u64>,
        /// At most so many, at most [`MAX_ALARMS_PAGE`].
        limit: u32,
    },
    /// Somebody has seen it.
    Acknowledge {
        /// The entry that raised it; none: all of them.
        alarm: Option<u64>,
    },
    /// A session that an alarm suspended goes on.
    Restore {
        /// The session.
        session: SessionId,
    },
    /// By what alarms are raised. Answered by [`AlarmsAnswer::Rules`].
    Rules,
    /// Changes that; nothing is changed when one is out of its bounds.
    SetRules(AlarmRules),
}

/// The answer to an [`AlarmsAsk`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlarmsAnswer {
    /// It is done, and durable.
    Done,
    /// Alarms.
    Alarms(AlarmPage),
    /// The rules.
    Rules(AlarmRules),
}

/// Alarms of one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmPage {
    /// The newest first.
    pub alarms: Vec<AlarmInfo>,
    /// Where to go on; none at the end of what is kept.
    pub next: Option<u64>,
    /// How many nobody has acknowledged.
    pub unacknowledged: u32,
    /// How the ways fare by which they reach people.
    pub ways: Vec<WayStatus>,
    /// The keyholder's time, in milliseconds since 1970.
    pub now_ms: u64,
}

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmInfo {
    /// The entry that raised it.
    pub number: u64,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// Of which kind.
    pub kind: AlarmKind,
    /// The entry that caused it.
    pub cause: u64,
    /// How many it took.
    pub count: u32,
    /// Whether no more than lines of lists were seen.
    pub in_lists: bool,
    /// Who, where it is known.
    pub principal: Option<PrincipalId>,
    /// Their name, or the application's.
    pub name: Option<String>,
    /// In which session, where there was one.
    pub session: Option<SessionId>,
    /// From where (IPv4 mapped into IPv6), zero when unknown.
    pub address: [u8; 16],
    /// Whether it suspended the session.
    pub suspended: bool,
    /// Whether the session is suspended still.
    pub is_suspended: bool,
    /// Who has seen it, and when.
    pub seen: Option<Seen>,
    /// By which ways it is still to be told.
    pub owed: Vec<Way>,
}

/// Who has seen an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Their name; none for somebody at the machine.
    pub name: Option<String>,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
}

/// How one way fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayStatus {
    /// Which.
    pub way: Way,
    /// How many messages wait.
    pub waiting: u32,
    /// Since when the oldest of them waits, in milliseconds since 1970.
    pub since_ms: Option<u64>,
    /// Why, as the messenger last said; none when it has not tried, or is not there.
    pub trouble: Option<WayTrouble>,
    /// Whether the messenger is there.
    pub is_there: bool,
}

/// Why a message could not be brought to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WayTrouble {
    /// Nobody answers there.
    NoAnswer,
    /// It answers, and does not take the message.
    Refused,
    /// Its certificate or the encryption is not in order.
    Encryption,
    /// It is not set up so that anything can be sent.
    Configuration,
}

/// What somebody at the machine may ask about canaries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CanaryAsk {
    /// Every patient whom this session makes from now on is a canary.
    OpenPlaces {
        /// The session.
        session: SessionId,
    },
    /// What it made is kept as canaries: one patient for each of its writes that made somebody. It makes no more.
    Keep {
        /// The session.
        session: SessionId,
        /// The ids of the patients, in the order in which they were made; at most [`MAX_CANARIES_PER_KEEP`].
        patients: Vec<String>,
    },
    /// Answered by [`CanaryAnswer::Canaries`].
    List,
    /// It is none any more: opening the record raises no alarm.
    Remove {
        /// The patient's id.
        patient: String,
    },
    /// Before they are made: whether they are like somebody who is in the cell. Only while the session's places are open; an entry each time.
    /// Answered by [`CanaryAnswer::Compared`], when the index has said so.
    Compare {
        /// The session.
        session: SessionId,
        /// At most [`MAX_COMPARED_AT_ONCE`], and [`MAX_COMPARED_PER_SESSION`] in one session.
        people: Vec<Likeness>,
    },
    /// Whether the records of the house are there to which those of canaries are to refer; while the session's places are open. Answered by
    /// [`CanaryAnswer::AreThere`], when the index has said so.
    AreThere {
        /// The session.
        session: SessionId,
        /// At most [`MAX_COMPARED_AT_ONCE`].
        records: Vec<RecordName>,
    },
}

/// The most invented people that are compared at once: each is two questions to the index.
pub const MAX_COMPARED_AT_ONCE: usize = 50;
/// The most that are compared for one session.
pub const MAX_COMPARED_PER_SESSION: u32 = 1_000;

/// What makes somebody of the cell like an invented person. Conditions on values of a Patient, put together by `All` and `Any`, and nothing
/// else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likeness {
    /// So like that one would be taken for the other.
    pub twin: Condition,
    /// Called so, too.
    pub namesake: Condition,
}

/// What the cell has of an invented person's like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alike {
    /// Whether somebody would be taken for them.
    pub has_twin: bool,
    /// How many are called so, up to [`MAX_NAMESAKES`].
    pub namesakes: u32,
}

/// Of more namesakes it is not told how many.
pub const MAX_NAMESAKES: u32 = 100;

/// The answer to a [`CanaryAsk`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CanaryAnswer {
    /// It is done, and durable.
    Done,
    /// The ids of the patients who do not exist.
    Canaries(Vec<String>),
    /// For each of the people that were to be compared, in their order.
    Compared(Vec<Alike>),
    /// For each of the records that were asked for, in their order.
    AreThere(Vec<bool>),
}

/// What the messenger says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromMessenger {
    /// The first message: by which ways it tells. Answered, as everything, by nothing; alarms that are owed follow.
    Ways(Vec<Way>),
    /// An alarm was brought to its end.
    Told {
        /// By which way.
        way: Way,
        /// Whose.
        cell: CellId,
        /// The entry that raised it.
        alarm: u64,
    },
    /// It could not be; the messenger tries again.
    Failed {
        /// By which way.
        way: Way,
        /// Why.
        trouble: WayTrouble,
    },
    /// As [`FromMessenger::Ways`], where cells differ.
    WaysByCell {
        /// By these ways every cell is told.
        all: Vec<Way>,
        /// By these, some cells besides.
        besides: Vec<CellWays>,
    },
}

/// By which ways one cell is told besides those by which every cell is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellWays {
    /// The cell's name, as it stands in addresses. One that is not there yet may come.
    pub cell: String,
    /// The ways.
    pub ways: Vec<Way>,
}

/// An alarm on its way to people. Nothing of a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmTold {
    /// Whose.
    pub cell: CellId,
    /// The cell's name, as it stands in addresses.
    pub cell_name: String,
    /// The entry that raised it.
    pub number: u64,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// Of which kind.
    pub kind: AlarmKind,
    /// How many it took.
    pub count: u32,
    /// Who, by name: not told any more, nobody's name leaves by these ways.
    pub who: Option<String>,
    /// In which session, where there was one.
    pub session: Option<SessionId>,
    /// Whether it suspended the session.
    pub suspended: bool,
    /// By which ways it is owed.
    pub owed: Vec<Way>,
}

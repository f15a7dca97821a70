//! What the log says of budgets beyond their limits: passkeys touched, more asked for and given, the emergency reserve, limits changed.
//!
//! All of it stands in a cell's tree. A raise is named by the number of its entry, and so is what was asked for. Part of the log's
//! format: variants are only ever added at the end, and no field is ever added to one.
//!
//! Never: a patient, but for the fleeting part of [`BudgetEvent::Emergency`]; a reason in free text. State: none.

use super::{Budgets, Limits};
use crate::{DeviceId, Part, PrincipalId, SessionId};
use serde::{Deserialize, Serialize};

/// What happened to a budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BudgetEvent {
    /// Somebody touched their passkey at the door for one session, because most of their budget was spent.
    Touched {
        /// Whose budget.
        principal: PrincipalId,
        /// In this session, and in no other.
        session: SessionId,
        /// By this passkey.
        passkey: DeviceId,
        /// Until then, in milliseconds since 1970.
        until_ms: u64,
        /// Up to so many charts within an hour, a day and 30 days.
        up_to: Limits,
    },
    /// Charts were opened from somebody's emergency reserve: the fleeting part says whose, and the entry after it which versions.
    Emergency {
        /// Whose reserve.
        principal: PrincipalId,
    },
    /// Somebody asked for more.
    Asked(MoreAsked),
    /// Somebody else gave more. It ends by itself.
    Raised(Raised),
    /// A raise was withdrawn before its time.
    RaiseEnded {
        /// The entry of the raise.
        raise: u64,
        /// Whose it was; none: the cell's.
        principal: Option<PrincipalId>,
        /// Who withdrew it; none for somebody at the machine.
        by: Option<PrincipalId>,
    },
    /// What was asked for is not wanted any more, or was declined.
    AskEnded {
        /// The entry by which it was asked for.
        ask: u64,
        /// Who ended it; none for somebody at the machine.
        by: Option<PrincipalId>,
    },
    /// A budget was changed for good.
    Changed {
        /// Whose; none: the cell's as a whole.
        principal: Option<PrincipalId>,
        /// From now on.
        budgets: Budgets,
        /// Who changed it; none for somebody at the machine.
        by: Option<PrincipalId>,
    },
}

/// Somebody asked for more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoreAsked {
    /// For whom; none: for the cell as a whole.
    pub principal: Option<PrincipalId>,
    /// Who asked.
    pub by: PrincipalId,
    /// Of which budget.
    pub part: Part,
    /// So many patients more, in each window.
    pub amount: u32,
    /// Until then, in milliseconds since 1970.
    pub until_ms: u64,
    /// Why.
    pub reason: MoreReason,
}

/// Somebody gave more, by an assertion bound to exactly this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// The entry by which it was asked for.
    pub ask: u64,
    /// For whom; none: for the cell as a whole.
    pub principal: Option<PrincipalId>,
    /// Of which budget.
    pub part: Part,
    /// So many patients more, in each window, and at most the budget once more.
    pub amount: u32,
    /// Until then, in milliseconds since 1970.
    pub until_ms: u64,
    /// Who gave it.
    pub by: PrincipalId,
    /// By which passkey.
    pub passkey: DeviceId,
}

/// Why more is asked for. A choice and no text: this stands in the log for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MoreReason {
    /// Many patients on one day: vaccinations, a wave of influenza.
    ManyPatients,
    /// Standing in for somebody.
    StandingIn,
    /// On duty at night or at the weekend.
    OnDuty,
    /// Paperwork: the end of a quarter, letters, reminders.
    Paperwork,
    /// A transfer of records.
    Transfer,
    /// Something else.
    Other,
}

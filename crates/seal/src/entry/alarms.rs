//! What the log says of alarms: what was raised, who has seen it, who was told, by which rules; and of the canaries that raise them.
//!
//! Whom an alarm concerns (session, canary) stands in the entry's fleeting part where it has one. Part of the log's format: variants are
//! only ever added at the end, and no field to a struct. Never: a patient in the lasting part; canaries are named under a key of the cell.
//! State: none.

use crate::keys::{Cipher, KEY_BYTES, NONCE_BYTES, random};
use crate::{CellId, PrincipalId, SealError, SessionId};
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlarmEvent {
    /// An alarm was raised: in the batch of its cause.
    Raised(AlarmRaised),
    /// Somebody has seen it.
    Acknowledged {
        /// The entry that raised it.
        alarm: u64,
        /// Who; none for somebody at the machine.
        by: Option<PrincipalId>,
    },
    /// The messenger brought alarms to their end by one way.
    Told {
        /// By which.
        way: Way,
        /// The entries that raised them.
        alarms: Vec<u64>,
    },
    /// The ways that the messenger was started with are others: what is raised from now on is owed by these.
    Ways {
        /// By these.
        ways: Vec<Way>,
    },
    /// The rules are others.
    Rules {
        /// From now on.
        rules: AlarmRules,
        /// Who said so; none for somebody at the machine.
        by: Option<PrincipalId>,
    },
    /// A session that an alarm had suspended goes on.
    Restored {
        /// The session.
        session: SessionId,
        /// Who said so; none for somebody at the machine.
        by: Option<PrincipalId>,
    },
    /// Every patient whom this session makes from now on does not exist, until they are kept or the session ends.
    PlacesOpened {
        /// The session.
        session: SessionId,
    },
    /// Canaries, as `nonce ‖ AES-256-GCM` of a list of [`Canary`] under a key of the cell; the session that made them makes no more.
    Kept {
        /// The session.
        session: SessionId,
        /// The list.
        sealed: Vec<u8>,
    },
    /// A canary is none any more, sealed in the same way: a list of one.
    Removed {
        /// The list.
        sealed: Vec<u8>,
    },
    /// For the session whose places are open, invented people were compared with the cell's patients.
    Compared {
        /// The session.
        session: SessionId,
        /// How many people.
        people: u32,
    },
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmRaised {
    /// Of which kind.
    pub kind: AlarmKind,
    /// The entry that is its cause, in the same tree; its own number where there is none.
    pub cause: u64,
    /// Who did it, where the cause's lasting part says so, or nobody's session does; else the fleeting part's session says it.
    pub by: Option<PrincipalId>,
    /// How many it took: refusals, counts, canaries; 1 where one is enough.
    pub count: u32,
    /// Whether the fleeting part's session is suspended from this entry on.
    pub suspends: bool,
}

/// The kinds of alarms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AlarmKind {
    /// Somebody opened a patient who does not exist, or saw several of them in lists.
    Canary,
    /// A budget is spent.
    BudgetSpent,
    /// A passkey or an address that was never seen of this person or application.
    NewDevice,
    /// Many refusals within a short time.
    ManyRefusals,
    /// Many searches that only count.
    ManyCounts,
    /// A whole cell's records or histories were asked for.
    Export,
    /// A credential, a role, a policy or a key changed at night or at the weekend.
    TrustAtNight,
    /// What was stored or proved does not fit what was written: a wrap, an authenticator's counter, a witness.
    Tampering,
    /// Somebody opened charts from their emergency reserve.
    EmergencyReserve,
}

impl AlarmKind {
    /// All of them, in the order of pages.
    pub const ALL: [Self; 9] = [
        Self::Canary,
        Self::Tampering,
        Self::BudgetSpent,
        Self::EmergencyReserve,
        Self::Export,
        Self::ManyRefusals,
        Self::ManyCounts,
        Self::NewDevice,
        Self::TrustAtNight,
    ];

    /// Its name in commands, messages and webhooks.
    pub fn name(self) -> &'static str {
        match self {
            Self::Canary => "canary",
            Self::BudgetSpent => "budget-spent",
            Self::NewDevice => "new-device",
            Self::ManyRefusals => "many-refusals",
            Self::ManyCounts => "many-counts",
            Self::Export => "export",
            Self::TrustAtNight => "trust-at-night",
            Self::Tampering => "tampering",
            Self::EmergencyReserve => "emergency-reserve",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// How an alarm reaches people beyond the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Way {
    /// By mail.
    Mail,
    /// By a signed HTTP request.
    Webhook,
}

/// By what an alarm is raised, and what follows. Data of the cell; [`AlarmRules::default`] where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmRules {
    /// So many refusals of one principal...
    pub refusals: u32,
    /// ...within so many minutes.
    pub refusals_minutes: u32,
    /// So many searches of one principal that only count...
    pub counts: u32,
    /// ...within so many minutes.
    pub counts_minutes: u32,
    /// So many different canaries seen in lists by one principal within an hour.
    pub glimpses: u32,
    /// Night begins at this hour of the local day, 0 to 23...
    pub night_from_hour: u8,
    /// ...and ends at this one; the same hour: there is no night.
    pub night_to_hour: u8,
    /// Whether Saturday and Sunday count as night.
    pub weekend: bool,
    /// Local time in winter, in minutes east of UTC.
    pub zone_minutes: i16,
    /// Whether the European Union's summer time is kept.
    pub summer_time: bool,
    /// Kinds that are mailed, and sent by webhook.
    pub sent: Vec<AlarmKind>,
    /// Whether the session that opens a canary is suspended.
    pub canary_suspends: bool,
    /// For so many minutes an alarm of one kind is raised once for one principal; a canary's always.
    pub quiet_minutes: u32,
}

impl Default for AlarmRules {
    fn default() -> Self {
        Self {
            refusals: 40,
            refusals_minutes: 10,
            counts: 60,
            counts_minutes: 10,
            glimpses: 3,
            night_from_hour: 20,
            night_to_hour: 6,
            weekend: true,
            zone_minutes: 60,
            summer_time: true,
            sent: AlarmKind::ALL.to_vec(),
            canary_suspends: true,
            quiet_minutes: 60,
        }
    }
}

/// The most that a rule counts to.
pub const MAX_RULE_COUNT: u32 = 1_000;
/// The longest window of a rule, in minutes: a day.
pub const MAX_RULE_MINUTES: u32 = 24 * 60;
/// The most different canaries that a rule waits for.
pub const MAX_RULE_GLIMPSES: u32 = 50;
/// The farthest zone, in minutes east or west of UTC.
pub const MAX_ZONE_MINUTES: i16 = 14 * 60;

impl AlarmRules {
    /// The name of the first rule that is out of its bounds.
    pub fn fault(&self) -> Option<&'static str> {
        let counts = |count: u32| (1..=MAX_RULE_COUNT).contains(&count);
        let minutes = |minutes: u32| (1..=MAX_RULE_MINUTES).contains(&minutes);
        let mut sent = self.sent.clone();
        sent.sort_unstable();
        sent.dedup();
        [
            ("refusals", counts(self.refusals)),
            ("refusals-minutes", minutes(self.refusals_minutes)),
            ("counts", counts(self.counts)),
            ("counts-minutes", minutes(self.counts_minutes)),
            ("glimpses", (1..=MAX_RULE_GLIMPSES).contains(&self.glimpses)),
            ("night-from", self.night_from_hour < 24),
            ("night-to", self.night_to_hour < 24),
            ("zone", (-MAX_ZONE_MINUTES..=MAX_ZONE_MINUTES).contains(&self.zone_minutes)),
            ("sent", sent.len() == self.sent.len()),
            ("quiet-minutes", minutes(self.quiet_minutes)),
        ]
        .into_iter()
        .find_map(|(name, is_good)| (!is_good).then_some(name))
    }
}

/// A patient who does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// As the log and the index know them.
    pub pseudonyms: Vec<crate::Pseudonym>,
    /// The Patient's id.
    pub patient: String,
}

/// Seals a list of canaries under the cell's key for them, bound to the cell: `nonce (12) ‖ AES-256-GCM`.
pub fn seal_canaries(
    cell: &CellId,
    key: &[u8; KEY_BYTES],
    canaries: &[Canary],
) -> Result<Vec<u8>, SealError> {
    let nonce: [u8; NONCE_BYTES] = random()?;
    let mut sealed = postcard::to_stdvec(canaries).map_err(|_| SealError::Malformed)?;
    Cipher::new(key)?.seal(nonce, &associated(cell), &mut sealed)?;
    Ok([&nonce[..], &sealed].concat())
}

/// Opens what [`seal_canaries`] made for this cell.
pub fn open_canaries(cell: &CellId, key: &[u8; KEY_BYTES], sealed: &[u8]) -> Result<Vec<Canary>, SealError> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Malformed)?;
    let mut buffer = sealed.to_vec();
    let plain = Cipher::new(key)?.open(*nonce, &associated(cell), &mut buffer)?;
    postcard::from_bytes(plain).map_err(|_| SealError::Malformed)
}

fn associated(cell: &CellId) -> Vec<u8> {
    [b"salus canaries v1".as_slice(), &cell.0].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canaries_open_only_in_their_cell_and_as_they_were() {
        let (cell, key) = (CellId([1; 16]), [2; 32]);
        let canary = Canary { pseudonyms: vec![crate::Pseudonym([3; 16])], patient: "5f0c".into() };
        let sealed = seal_canaries(&cell, &key, std::slice::from_ref(&canary)).unwrap();
        assert_eq!(open_canaries(&cell, &key, &sealed).unwrap(), [canary]);
        assert!(open_canaries(&CellId([2; 16]), &key, &sealed).is_err());
        assert!(open_canaries(&cell, &[3; 32], &sealed).is_err());
        for length in 0..sealed.len() {
            assert!(open_canaries(&cell, &key, &sealed[..length]).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn what_stands_in_the_code_is_within_the_bounds_and_each_bound_is_kept() {
        let good = AlarmRules::default();
        assert_eq!(good.fault(), None);
        let bad = [
            ("refusals", AlarmRules { refusals: 0, ..good.clone() }),
            ("refusals-minutes", AlarmRules { refusals_minutes: MAX_RULE_MINUTES + 1, ..good.clone() }),
            ("counts", AlarmRules { counts: MAX_RULE_COUNT + 1, ..good.clone() }),
            ("glimpses", AlarmRules { glimpses: MAX_RULE_GLIMPSES + 1, ..good.clone() }),
            ("night-to", AlarmRules { night_to_hour: 24, ..good.clone() }),
            ("zone", AlarmRules { zone_minutes: i16::MIN, ..good.clone() }),
            ("sent", AlarmRules { sent: vec![AlarmKind::Export, AlarmKind::Export], ..good.clone() }),
        ];
        for (name, rules) in bad {
            assert_eq!(rules.fault(), Some(name));
        }
        for kind in AlarmKind::ALL {
            assert_eq!(AlarmKind::from_name(kind.name()), Some(kind));
        }
    }
}

//! What one entry of the access log says, and its bytes.
//!
//! An entry is `salt (16) ‖ length of the lasting part (4, little endian) ‖ lasting part ‖ fleeting part`. The lasting part is
//! readable for ever: what changed in the trust, and the root over the versions that a write covers. The
//! fleeting part (who, why, whom) is sealed under the month's key, and gone when that key is destroyed. The salt makes the
//! leaf hash say nothing to whoever keeps only the tree.
//!
//! Never: a patient's data in the lasting part. State: none.

pub mod alarms;
pub mod budgets;
pub mod checks;
pub mod contain;
pub mod exports;
pub mod incident;
pub mod people;
pub mod policy;
pub mod proof;
pub mod relation;
pub mod searching;

use crate::keys::{Cipher, LogKey, NONCE_BYTES, random};
use crate::{CellId, ClientId, DeviceId, Part, PrincipalId, Pseudonym, SealError, SessionId};
use serde::{Deserialize, Serialize};

/// The most record versions that one entry covers.
pub const MAX_VERSIONS_PER_ENTRY: usize = 1024;
/// The largest entry, in bytes: what an entry bundle of C2SP's tlog-tiles can hold.
pub const MAX_ENTRY_BYTES: usize = 65_535;

const SALT_BYTES: usize = 16;

/// How many distinct patients may be reached within an hour, a day and 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Distinct patients within any 60 minutes.
    pub hour: u32,
    /// Distinct patients within any 24 hours.
    pub day: u32,
    /// Distinct patients within any 30 days.
    pub days_30: u32,
}

/// A principal's or a cell's budgets: lines in a list, and charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budgets {
    /// A line in a list: name and birth date.
    pub glimpse: Limits,
    /// Anything else.
    pub chart: Limits,
}

/// A run of record versions: `count` records from `record` on, each in `version`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRange {
    /// The first record's number.
    pub record: u64,
    /// How many records, one after the other.
    pub count: u32,
    /// The version of each of them.
    pub version: u32,
}

/// The part that stays readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lasting {
    /// The keyholder's time, in milliseconds since 1970 (UTC); never runs backwards.
    pub time_ms: u64,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Record versions were opened for somebody: the fleeting part says whose, for whom and why.
    Opened,
    /// Somebody signed in asked for what they were not given.
    Refused,
    /// Record versions may be committed to the store. `first` is the first entry of a chain of entries.
    Written {
        /// The first entry of the chain; its own number when it is no chain.
        first: u64,
        /// The versions, in the order of the root's leaves.
        ranges: Vec<VersionRange>,
        /// RFC 6962 root over `header ‖ hash of the ciphertexts` of each version.
        root: [u8; 32],
    },
    /// What these entries admitted is durable in the store.
    Landed {
        /// First entries of their chains.
        entries: Vec<u64>,
    },
    /// What these entries admitted was never committed.
    Abandoned {
        /// First entries of their chains.
        entries: Vec<u64>,
    },
    /// The record server's word that these answers were sent to their end.
    Delivered {
        /// Entries of [`Event::Opened`] and [`Event::Searched`].
        entries: Vec<u64>,
    },
    /// A cell came to be.
    CellCreated {
        /// Its id.
        cell: CellId,
        /// Its name, as it stands in addresses.
        name: String,
        /// Codes of the types that its house compartment may hold.
        house_kinds: Vec<u16>,
        /// What all its principals together may reach.
        budgets: Budgets,
    },
    /// A cell key of this generation is escrowed, and in use from now on.
    CellKeyEscrowed {
        /// The cell.
        cell: CellId,
        /// The generation, from 1.
        generation: u32,
        /// The cell key, sealed to the recovery identity.
        escrow: Vec<u8>,
    },
    /// A client (an application) was given a role.
    ClientCreated {
        /// The credential set.
        client: ClientId,
        /// The principal it acts as.
        principal: PrincipalId,
        /// Its name for people.
        name: String,
        /// The role's name.
        role: String,
        /// SHA-256 of its secret (256 random bits).
        secret_hash: [u8; 32],
        /// What it may reach.
        budgets: Budgets,
        /// How long its sessions may last, in milliseconds.
        session_ms: u64,
        /// How long its sessions may be idle, in milliseconds.
        idle_ms: u64,
    },
    /// A client's credentials and sessions ended.
    ClientRevoked {
        /// The credential set.
        client: ClientId,
    },
    /// A session began.
    SessionBegun {
        /// The session.
        session: SessionId,
        /// Who acts in it.
        principal: PrincipalId,
        /// Through which application.
        client: ClientId,
        /// SHA-256 of its token (256 random bits).
        token_hash: [u8; 32],
        /// When it ends, in milliseconds since 1970.
        ends_ms: u64,
        /// After how long without a request it ends, in milliseconds.
        idle_ms: u64,
        /// The device it is bound to, where it is.
        device: Option<DeviceId>,
        /// Thumbprint of the key that each request must prove, where it must.
        proof_key: Option<[u8; 32]>,
    },
    /// A session ended before its time.
    SessionRevoked {
        /// The session.
        session: SessionId,
    },
    /// A cell was cut off, or joined again.
    Quarantined {
        /// Whether it is cut off from now on.
        on: bool,
    },
    /// The keyholder began to run, from this state.
    Started {
        /// Bytes of the journal's tail that a crash had left unfinished, and nobody was answered from.
        torn_bytes: u64,
        /// Whether the recovery kit overrode a state that was older than a receipt; budgets are spent then.
        recovered: bool,
    },
    /// The seed that signs the log's checkpoints is escrowed.
    SigningKeyEscrowed {
        /// The recovery identity that it, and every cell key, is sealed to.
        recovery_identity: Vec<u8>,
        /// The seed, sealed to it.
        escrow: Vec<u8>,
    },
    /// A store may hold receipts up to this entry that the log does not know: the recovery kit said so.
    ReceiptsAccepted {
        /// The cell.
        cell: CellId,
        /// The highest entry.
        up_to: u64,
    },
    /// Somebody searched: the fleeting part says who, why, whose records matched or were named, and which versions were found.
    Searched,
    /// Something changed about people and their passkeys, or a sign-in went well or not.
    Person(people::PersonEvent),
    /// Somebody searched within the records of one patient, whose chart was charged; as [`Event::Searched`], but it could tell nothing of
    /// others, so it is counted apart.
    SearchedWithin,
    /// A search parameter of the cell's own changed, or an extraction took a step.
    Searching(searching::SearchingEvent),
    /// An incident's extent was looked for, or what belonged to it undone.
    Incident(incident::IncidentEvent),
    /// How a client proves that its tokens are its own was decided.
    Proof(proof::ProofEvent),
    /// An alarm was raised, seen or told, or something changed about what raises them.
    Alarm(alarms::AlarmEvent),
    /// Something is held, or let go again.
    Contained(contain::ContainEvent),
    /// Something happened to a budget: more was asked for or given, a reserve was used, a limit changed.
    Budget(budgets::BudgetEvent),
    /// Somebody said why they open a record without a treating relationship, or a person is a patient.
    Related(relation::RelationEvent),
    /// What the cell's roles may do changed.
    Policy(policy::PolicyEvent),
    /// Something happened to an export of many patients at once.
    Export(exports::ExportEvent),
    /// How the cell checks what is written changed.
    Checks(checks::ChecksEvent),
}

/// The part that says who, why and whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fleeting {
    /// In which session; `SessionBegun` says whose it is.
    pub session: SessionId,
    /// Why.
    pub purpose: Purpose,
    /// What was asked for.
    pub interaction: Interaction,
    /// The client's network address as the record server told it (IPv4 mapped into IPv6), zero when unknown.
    pub address: [u8; 16],
    /// Why it was refused; only with [`Event::Refused`].
    pub refused: Option<Refusal>,
    /// Which part was opened: a line is charged as a glimpse, anything else as a chart.
    pub part: Part,
    /// The patients whose compartments were opened; those who were charged come first.
    pub patients: Vec<Pseudonym>,
    /// How many of `patients` were charged: creating a record charges nothing.
    pub charged: u32,
    /// The record versions, ascending.
    pub versions: Vec<VersionRange>,
}

/// Why somebody reads or writes (HL7 v3 PurposeOfUse, the codes that are told apart).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Purpose {
    /// TREAT
    Treatment,
    /// HPAYMT
    Payment,
    /// HOPERAT
    Operations,
    /// ETREAT
    Emergency,
    /// PATRQT
    PatientRequest,
    /// SYSADMIN
    Administration,
}

/// What was asked for, by FHIR's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Interaction {
    /// read
    Read,
    /// vread
    Vread,
    /// history-instance
    HistoryInstance,
    /// create
    Create,
    /// update
    Update,
    /// delete
    Delete,
    /// transaction
    Transaction,
    /// batch
    Batch,
    /// search-type
    SearchType,
    /// patch
    Patch,
    /// search-system
    SearchSystem,
    /// history-type
    HistoryType,
    /// history-system
    HistorySystem,
    /// Who has looked at a patient's record: nothing of FHIR's.
    Accesses,
    /// The administration of a cell: nothing of FHIR's.
    Administer,
    /// Who acts in a session, its language, its end: nothing of FHIR's.
    Session,
    /// A search whose hits are only counted: as a search, but it is told apart.
    Count,
    /// Why somebody opens a patient's record without a treating relationship: nothing of FHIR's.
    Relation,
    /// $export of the Bulk Data specification.
    Export,
}

/// Why something was refused. Outside, all of these look alike but for no session and a spent budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Refusal {
    /// There is no such session, or it has ended, or it is another cell's.
    NoSession,
    /// The role does not allow it.
    NotAllowed,
    /// There is no such record.
    Missing,
    /// The cell is quarantined.
    Quarantined,
    /// The budget is spent.
    Budget {
        /// After how many seconds there is room for one more patient.
        retry_after_s: u32,
    },
    /// A wrap did not open, or a header differs from what was sealed.
    DoesNotOpen,
    /// The request is not well formed, or over a bound.
    Malformed,
    /// The disk has no room for entries; what is left is kept for revocations.
    NoRoom,
    /// The session is bound to a key, and nothing came with the request that proves it. Outside, it looks like no session.
    NoProof,
    /// The session is bound to a key, and what came with the request does not prove it: forged, of another key, for something else, too
    /// old, or used before. Outside, it looks like no session.
    BadProof,
    /// The proof is that of the session's key, but nothing shows that it was made just now: it must repeat the keyholder's newest word
    /// (`nonce`). No entry: an honest client is told so, and asks again.
    StaleProof,
    /// Most of the budget is spent: the person must touch their passkey at the door.
    TouchNeeded,
    /// An alarm suspended the session. Said to whoever asks who they are, and to nobody who asks for a record; no entry.
    Suspended,
}

/// An entry's bytes. `fleeting` is sealed under the month's key, bound to the salt, the cell and the lasting part.
pub fn encode(
    cell: &CellId,
    lasting: &Lasting,
    fleeting: Option<(&Fleeting, &LogKey)>,
) -> Result<Vec<u8>, SealError> {
    let salt: [u8; SALT_BYTES] = random()?;
    let lasting = postcard::to_stdvec(lasting).map_err(|_| SealError::Malformed)?;
    let mut out = Vec::with_capacity(SALT_BYTES + 4 + lasting.len() + 160);
    out.extend_from_slice(&salt);
    out.extend_from_slice(&(lasting.len() as u32).to_le_bytes());
    out.extend_from_slice(&lasting);
    if let Some((fleeting, key)) = fleeting {
        let mut sealed = postcard::to_stdvec(fleeting).map_err(|_| SealError::Malformed)?;
        Cipher::new(key.expose())?.seal(nonce_of(&salt), &associated(cell, &out), &mut sealed)?;
        out.extend_from_slice(&sealed);
    }
    if out.len() > MAX_ENTRY_BYTES {
        return Err(SealError::TooLarge { max_bytes: MAX_ENTRY_BYTES });
    }
    Ok(out)
}

/// The lasting part, and the sealed bytes of the fleeting part (empty when there is none).
pub fn decode(entry: &[u8]) -> Result<(Lasting, &[u8]), SealError> {
    let end = lasting_end(entry)?;
    let lasting = entry.get(SALT_BYTES + 4..end).ok_or(SealError::Malformed)?;
    let (lasting, rest) = postcard::take_from_bytes::<Lasting>(lasting).map_err(|_| SealError::Malformed)?;
    if !rest.is_empty() {
        return Err(SealError::Malformed);
    }
    Ok((lasting, entry.get(end..).ok_or(SealError::Malformed)?))
}

/// Opens the fleeting part with the month's key.
pub fn open_fleeting(cell: &CellId, entry: &[u8], key: &LogKey) -> Result<Fleeting, SealError> {
    open_fleeting_with(cell, entry, &Cipher::new(key.expose())?)
}

/// The same with the month's cipher, for whoever opens many.
pub fn open_fleeting_with(cell: &CellId, entry: &[u8], cipher: &Cipher) -> Result<Fleeting, SealError> {
    let end = lasting_end(entry)?;
    let (open, sealed) = entry.split_at_checked(end).ok_or(SealError::Malformed)?;
    let salt = open.first_chunk::<SALT_BYTES>().ok_or(SealError::Malformed)?;
    let mut buffer = sealed.to_vec();
    let plain = cipher.open(nonce_of(salt), &associated(cell, open), &mut buffer)?;
    postcard::from_bytes(plain).map_err(|_| SealError::Malformed)
}

/// The number of the month that a time falls into, which names its log key: years since 1970 times 12, plus month from 0.
pub fn month_of(time_ms: u64) -> u32 {
    // Civil-from-days, after Howard Hinnant's algorithm, for days from 1970 on.
    let days = (time_ms / 86_400_000) as i64 + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    ((year - 1970) * 12 + month - 1) as u32
}

/// Consecutive records of the same version as ranges. Keeps the order it is given.
pub fn ranges(versions: impl IntoIterator<Item = (u64, u32)>) -> Vec<VersionRange> {
    let mut out: Vec<VersionRange> = Vec::new();
    for (record, version) in versions {
        match out.last_mut() {
            Some(last) if last.version == version && last.record + u64::from(last.count) == record => {
                last.count += 1
            }
            _ => out.push(VersionRange { record, count: 1, version }),
        }
    }
    out
}

fn lasting_end(entry: &[u8]) -> Result<usize, SealError> {
    let length = entry
        .get(SALT_BYTES..)
        .and_then(|rest| rest.first_chunk::<4>())
        .map(|bytes| u32::from_le_bytes(*bytes) as usize)
        .ok_or(SealError::Malformed)?;
    (SALT_BYTES + 4).checked_add(length).filter(|end| *end <= entry.len()).ok_or(SealError::Malformed)
}

fn nonce_of(salt: &[u8; SALT_BYTES]) -> [u8; NONCE_BYTES] {
    let mut nonce = [0u8; NONCE_BYTES];
    nonce.copy_from_slice(&salt[..NONCE_BYTES]);
    nonce
}

fn associated(cell: &CellId, open: &[u8]) -> Vec<u8> {
    [b"salus entry v1".as_slice(), &cell.0, open].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fleeting() -> Fleeting {
        Fleeting {
            session: SessionId([1; 16]),
            purpose: Purpose::Treatment,
            interaction: Interaction::Read,
            address: [0; 16],
            refused: None,
            part: Part::Body,
            patients: vec![Pseudonym([2; 16])],
            charged: 1,
            versions: ranges([(5, 1), (6, 1), (9, 2)]),
        }
    }

    #[test]
    fn an_entry_round_trips_and_every_byte_counts() {
        let cell = CellId([4; 16]);
        let key = LogKey::random().unwrap();
        let lasting = Lasting { time_ms: 1_795_000_000_000, event: Event::Opened };
        let bytes = encode(&cell, &lasting, Some((&fleeting(), &key))).unwrap();
        assert_eq!(decode(&bytes).unwrap().0, lasting);
        assert_eq!(open_fleeting(&cell, &bytes, &key), Ok(fleeting()));
        assert!(open_fleeting(&CellId([5; 16]), &bytes, &key).is_err());
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 4;
            assert!(open_fleeting(&cell, &changed, &key).is_err(), "byte {at}");
        }
        for length in 0..bytes.len() {
            assert!(open_fleeting(&cell, &bytes[..length], &key).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn the_same_event_twice_gives_different_leaves() {
        let lasting = Lasting { time_ms: 1, event: Event::Quarantined { on: true } };
        let cell = CellId([4; 16]);
        assert_ne!(encode(&cell, &lasting, None).unwrap(), encode(&cell, &lasting, None).unwrap());
    }

    #[test]
    fn months_are_counted_as_the_calendar_does() {
        assert_eq!(month_of(0), 0);
        assert_eq!(month_of(31 * 86_400_000 - 1), 0);
        assert_eq!(month_of(31 * 86_400_000), 1);
        // 2024-02-29T23:59:59.999Z and the millisecond after it.
        assert_eq!(month_of(1_709_251_199_999), 54 * 12 + 1);
        assert_eq!(month_of(1_709_251_200_000), 54 * 12 + 2);
    }
}

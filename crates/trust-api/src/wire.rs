//! The words of the wire between the record server or the command line and the keyholder (docs/formats/wire.md).
//!
//! Encoded with postcard, one frame a message; the order of variants is the format, so variants are only ever added at the
//! end. Never: FHIR. State: none.

use crate::Token;
use salus_seal::entry::{Budgets, Interaction, Lasting, Purpose, Refusal, VersionRange};
use salus_seal::envelope::HASH_BYTES;
use salus_seal::wrap::VERSION_WRAP_BYTES;
use salus_seal::{CellId, ClientId, Header, Part, PrincipalId, Pseudonym, SessionId};
use serde::{Deserialize, Serialize};

/// The version of the protocol; both ends must speak the same.
pub const PROTOCOL: u16 = 1;
/// The most record versions that one intent opens.
pub const MAX_VERSIONS_PER_READ: usize = 1024;
/// The most record versions that one intent writes (a transaction's bound).
pub const MAX_VERSIONS_PER_WRITE: usize = 10_000;
/// How long an admission is valid, in milliseconds.
pub const ADMISSION_MS: u32 = 5_000;

/// What the record server or the command line sends.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// The first message of a connection.
    Hello(Hello),
    /// Everything that waits, answered together, in order.
    Batch(Vec<Ask>),
    /// One administrative request; only on a connection that said so in its hello.
    Admin(AdminAsk),
}

/// Who connects.
#[derive(Debug, Serialize, Deserialize)]
pub struct Hello {
    /// [`PROTOCOL`].
    pub protocol: u16,
    /// Which key the proof was made with.
    pub role: Role,
    /// HMAC-SHA256 over the challenge that the keyholder sent first.
    pub proof: [u8; 32],
}

/// The two kinds of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Asks for admissions.
    RecordServer,
    /// Creates cells and clients, reads the log.
    Administrator,
}

/// What the keyholder sends.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    /// The first message of a connection: 32 random bytes to be answered in the hello.
    Challenge([u8; 32]),
    /// The hello was good: the cells there are.
    Welcome(Vec<CellInfo>),
    /// The hello was not good.
    Unwelcome,
    /// Answers, in the order of the asks.
    Batch(Vec<Answer>),
    /// The answer to an administrative request.
    Admin(Result<AdminAnswer, AdminError>),
}

/// One thing asked in a batch.
#[derive(Debug, Serialize, Deserialize)]
pub enum Ask {
    /// May this session do this to these records?
    Admit(Admit),
    /// These writes are durable in the store.
    Landed(Resolved),
    /// These writes were never committed.
    Abandoned(Resolved),
    /// These answers were sent to their end.
    Delivered(Resolved),
    /// The numbers under which ids that clients chose are stored.
    BlindIds(BlindIds),
    /// A session for a client's credentials.
    SignIn(SignIn),
    /// What the record server's store of a cell knows, when it takes the cell up.
    TakeUp(TakeUp),
}

/// The answer to an [`Ask`].
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    /// To [`Ask::Admit`].
    Admitted(Admitted),
    /// To anything: no.
    Refused(Refusal),
    /// To landed, abandoned and delivered: it is durable.
    Noted,
    /// To [`Ask::BlindIds`].
    Blinded(Vec<[u8; 16]>),
    /// To [`Ask::SignIn`].
    SignedIn(SignedIn),
    /// To [`Ask::TakeUp`].
    TakenUp(TakenUp),
}

/// `admit(session, proof, purpose, intents[])`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Admit {
    /// The session's token.
    pub token: Token,
    /// The proof of possession, for sessions that are bound to a key; else empty.
    pub proof: Vec<u8>,
    /// The cell that was addressed.
    pub cell: CellId,
    /// Why.
    pub purpose: Purpose,
    /// What is done, by FHIR's names.
    pub interaction: Interaction,
    /// The client's address as the record server saw it.
    pub address: [u8; 16],
    /// All granted, or none.
    pub intents: Vec<Intent>,
}

/// What is to be done to records.
#[derive(Debug, Serialize, Deserialize)]
pub enum Intent {
    /// Open these versions.
    Read(Read),
    /// Wrap the keys of these versions.
    Write(Write),
    /// Evaluate a query. Kept for the index.
    Search,
    /// Seal one message to another cell. Kept for the exchange.
    Disclose,
    /// Open a whole cell. Kept for bulk export.
    Export,
    /// Nothing that was asked for is there. Logged, so that probing shows.
    Missing,
}

/// Versions to be opened.
#[derive(Debug, Serialize, Deserialize)]
pub struct Read {
    /// Which part; a line costs a glimpse, a body a chart.
    pub part: Part,
    /// At most [`MAX_VERSIONS_PER_READ`].
    pub versions: Vec<WrappedVersion>,
    /// The wraps of the compartments that the headers name.
    pub compartments: Vec<CompartmentWrap>,
}

/// A version as the store has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WrappedVersion {
    /// Its header.
    pub header: Header,
    /// The hash over its ciphertexts.
    pub hash: [u8; HASH_BYTES],
    /// Its key's wrap.
    #[serde(with = "wrap_bytes")]
    pub wrap: [u8; VERSION_WRAP_BYTES],
}

/// A compartment's wrap as the store has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompartmentWrap {
    /// The compartment's number.
    pub number: u64,
    /// Its wrap.
    pub wrap: Vec<u8>,
}

/// Versions to be written.
#[derive(Debug, Serialize, Deserialize)]
pub struct Write {
    /// At most [`MAX_VERSIONS_PER_WRITE`].
    pub versions: Vec<NewVersion>,
    /// The compartments that the headers name.
    pub compartments: Vec<WriteCompartment>,
}

/// A version that was sealed, and is to be committed.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewVersion {
    /// Its header. Version 1 is a creation, which charges nothing.
    pub header: Header,
    /// The hash over its ciphertexts.
    pub hash: [u8; HASH_BYTES],
    /// The key it was sealed under.
    pub key: SecretKey,
}

/// A version key on its way to the keyholder; wiped when dropped.
#[derive(Clone, Serialize, Deserialize, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct SecretKey(pub [u8; 32]);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(hidden)")
    }
}

/// A compartment that is written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WriteCompartment {
    /// It is in the store.
    Existing(CompartmentWrap),
    /// It is to be made.
    New {
        /// The number reserved for it.
        number: u64,
        /// Whose it is.
        of: NewCompartment,
    },
}

/// Whose compartment is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NewCompartment {
    /// The cell's house compartment: no patient. Its number is 0.
    House,
    /// A new patient, or a record that counts as one.
    Patient,
    /// All patients of these other compartments of the same intent.
    Joint(Vec<u64>),
}

/// What an admission grants.
#[derive(Debug, Serialize, Deserialize)]
pub struct Admitted {
    /// The entry in the log.
    pub receipt: Receipt,
    /// For how long, in milliseconds from the request.
    pub valid_ms: u32,
    /// One for each intent.
    pub grants: Vec<Grant>,
}

/// The number of an entry in the cell's log, authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The cell.
    pub cell: CellId,
    /// The first entry of the admission.
    pub entry: u64,
    /// The last entry of the admission: a write has one for each 1,024 versions.
    pub last_entry: u64,
    /// Over the last entry's number.
    pub mac: [u8; 16],
}

/// What was granted to one intent.
#[derive(Debug, Serialize, Deserialize)]
pub enum Grant {
    /// To a read: the part's key of each version.
    Keys(Vec<SecretKey>),
    /// To a write.
    Wraps {
        /// The wrap of each version.
        #[serde(with = "many_wrap_bytes")]
        versions: Vec<[u8; VERSION_WRAP_BYTES]>,
        /// The wraps of the new compartments, in their order.
        compartments: Vec<CompartmentWrap>,
    },
    /// Nothing to give.
    Nothing,
}

/// First entries of admissions whose end is known.
#[derive(Debug, Serialize, Deserialize)]
pub struct Resolved {
    /// The cell.
    pub cell: CellId,
    /// First entries of their chains.
    pub entries: Vec<u64>,
}

/// Ids that clients chose.
#[derive(Debug, Serialize, Deserialize)]
pub struct BlindIds {
    /// The cell.
    pub cell: CellId,
    /// Resource type's code and id; at most 10,000.
    pub ids: Vec<(u16, String)>,
}

/// A client's credentials.
#[derive(Debug, Serialize, Deserialize)]
pub struct SignIn {
    /// The cell that was addressed.
    pub cell: CellId,
    /// The credential set.
    pub client: ClientId,
    /// Its secret.
    pub secret: Token,
}

/// A session that began.
#[derive(Debug, Serialize, Deserialize)]
pub struct SignedIn {
    /// The session's token: to be shown once.
    pub token: Token,
    /// The session's name in the log.
    pub session: SessionId,
    /// In how many seconds it ends.
    pub expires_s: u64,
}

/// What the store of a cell knows when the record server takes it up.
#[derive(Debug, Serialize, Deserialize)]
pub struct TakeUp {
    /// The cell.
    pub cell: CellId,
    /// The highest entry number that a committed row carries, with its MAC.
    pub last_entry: Option<(u64, [u8; 16])>,
}

/// What the keyholder knows of a cell that is taken up.
#[derive(Debug, Serialize, Deserialize)]
pub struct TakenUp {
    /// Writes that were admitted and neither landed nor abandoned: `(first, last)` entries.
    pub unresolved: Vec<(u64, u64)>,
    /// The highest entry that landed: the store must have it.
    pub last_landed: Option<u64>,
    /// The keyholder's time, in milliseconds since 1970.
    pub now_ms: u64,
}

/// A cell, as the record server needs to know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellInfo {
    /// Its id.
    pub id: CellId,
    /// Its name, as it stands in addresses.
    pub name: String,
    /// Whether it is cut off.
    pub quarantined: bool,
}

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

mod wrap_bytes {
    use salus_seal::wrap::VERSION_WRAP_BYTES;
    use serde::{Deserializer, Serializer, de::Error, de::Visitor};

    pub fn serialize<S: Serializer>(bytes: &[u8; VERSION_WRAP_BYTES], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; VERSION_WRAP_BYTES], D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = [u8; VERSION_WRAP_BYTES];
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{VERSION_WRAP_BYTES} bytes")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
            }
        }
        from.deserialize_bytes(Bytes)
    }
}

mod many_wrap_bytes {
    use salus_seal::wrap::VERSION_WRAP_BYTES;
    use serde::{Deserializer, Serializer, de::Error, de::Visitor};

    pub fn serialize<S: Serializer>(wraps: &[[u8; VERSION_WRAP_BYTES]], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(wraps.as_flattened())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<[u8; VERSION_WRAP_BYTES]>, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Vec<[u8; VERSION_WRAP_BYTES]>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "a multiple of {VERSION_WRAP_BYTES} bytes")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                let (wraps, rest) = bytes.as_chunks::<VERSION_WRAP_BYTES>();
                if rest.is_empty() { Ok(wraps.to_vec()) } else { Err(E::invalid_length(bytes.len(), &self)) }
            }
        }
        from.deserialize_bytes(Bytes)
    }
}

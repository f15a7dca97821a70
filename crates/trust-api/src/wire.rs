//! The words of the wire between the record server or the command line and the keyholder (docs/formats/wire.md).
//!
//! Encoded with postcard, one frame a message; the order of variants is the format, so variants are only ever added at the
//! end. Never: FHIR. State: none.

pub mod access;
mod admin;
pub mod administer;
pub mod alarms;
pub mod budgets;
mod bytes;
pub mod checks;
pub mod contain;
pub mod exports;
pub mod extract;
pub mod incident;
pub mod index;
pub mod people;
pub mod policy;
pub mod query;
pub mod relation;
mod search;
mod take_up;
pub mod words;

use access::{AccessPage, AccessesAsk};
pub use admin::*;
use administer::{Administer, CellAnswer};
use alarms::{AlarmTold, FromMessenger};
use budgets::{OwnBudget, OwnBudgetAnswer};
use bytes::many_wrap_bytes;
pub(crate) use bytes::{plain_bytes, wrap_bytes};
use checks::{ChecksKnown, ChecksShown};
use contain::{Ended, Ending, EndingDone};
use exports::{ExportAnswer, ExportAsk};
use extract::{BodyPiece, ExtractFeed, ExtractWanted, Extracted, OwnParameters, ParameterChange};
use index::{Feed, FeedWanted};
use people::{DoorAnswer, DoorAsk, OfSession, Redeem, TouchOf, Who};
use policy::Rights;
use relation::{RelatedAnswer, RelatedAsk};
pub use search::{Search, Searched};
pub use take_up::{TakeUp, TakenUp};

use crate::Token;
use salus_seal::entry::{Interaction, Purpose, Refusal};
use salus_seal::envelope::HASH_BYTES;
use salus_seal::wrap::VERSION_WRAP_BYTES;
use salus_seal::{CellId, ClientId, Header, Part, SessionId};
use serde::{Deserialize, Serialize};

/// The version of the protocol; both ends must speak the same.
pub const PROTOCOL: u16 = 2;
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
    /// A search, answered by [`Reply::Searched`] when it is done: searches overtake each other. Only from [`Role::SearchLane`].
    Search(Search),
    /// Versions for the index, answered by [`Reply::FedOn`]: one under way at a time for each cell. Only from
    /// [`Role::SearchLane`].
    Feed(Feed),
    /// What the door asks, answered by [`Reply::Door`], in order. Only from [`Role::Door`].
    Door(Box<DoorAsk>),
    /// Bodies for an extraction, answered by [`Reply::Extracted`]: one under way at a time for each cell. Only from
    /// [`Role::SearchLane`].
    Extract(ExtractFeed),
    /// A piece of a long body, before the [`Request::Extract`] that it belongs to; not answered. Only from [`Role::SearchLane`].
    BodyPiece(BodyPiece),
    /// What the messenger says; not answered. Only from [`Role::Messenger`].
    Messenger(FromMessenger),
    /// Something that ends what others have, answered by [`Reply::EndingDone`] when it has ended. Only from [`Role::SearchLane`].
    Ending(Box<Ending>),
    /// To [`Reply::Ended`] of this number: nothing of it is sent any more. Not answered. Only from [`Role::SearchLane`].
    Stopped(u64),
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

/// The kinds of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Asks for admissions.
    RecordServer,
    /// Creates cells and clients, reads the log.
    Administrator,
    /// Keeps the index: speaks [`index::FromIndexer`] after the welcome, and is sent [`index::ToIndexer`].
    Indexer,
    /// The record server's second connection, proved with its key: asks nothing but [`Request::Search`] and [`Request::Feed`],
    /// and is told [`Reply::FeedWanted`]. The newest one counts.
    SearchLane,
    /// Signs people in: asks nothing but [`Request::Door`].
    Door,
    /// Takes words from bodies, once: speaks [`extract::FromExtractor`] after the welcome, and is sent [`extract::ToExtractor`].
    Extractor,
    /// Tells people of alarms: says [`Request::Messenger`], and is told [`Reply::Alarms`].
    Messenger,
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
    /// The answer to a [`Request::Search`].
    Searched {
        /// The question.
        ticket: u64,
        /// The answer.
        searched: Box<Searched>,
    },
    /// To [`Request::Feed`]: go on with the next; false: stop, it is not wanted any more.
    FedOn {
        /// The cell.
        cell: CellId,
        /// Which feed.
        feed: u64,
        /// Whether to go on.
        go_on: bool,
    },
    /// Unasked, on the search lane: the index needs versions. Takes the place of what was wanted of the cell before.
    FeedWanted(FeedWanted),
    /// The answer to a [`Request::Door`].
    Door(Box<DoorAnswer>),
    /// Unasked, on the search lane: an extraction needs bodies. Takes the place of what was wanted of the cell before.
    ExtractWanted(ExtractWanted),
    /// To [`Request::Extract`].
    Extracted(Extracted),
    /// Unasked, to the messenger: alarms that people are to be told of.
    Alarms(Vec<AlarmTold>),
    /// Unasked, on the search lane: nothing of this is admitted any more, and what was admitted of it before is not to be sent. Answered by
    /// [`Request::Stopped`].
    Ended {
        /// Names it; ascending.
        number: u64,
        /// What.
        ended: Vec<Ended>,
    },
    /// The answer to a [`Request::Ending`].
    EndingDone(Box<EndingDone>),
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
    /// A session for a code that the door gave.
    Redeem(Redeem),
    /// Who acts in a session.
    Who(OfSession),
    /// Ends a session before its time.
    EndSession(OfSession),
    /// The person of a session chose a language.
    ChooseLanguage {
        /// Whose.
        of: OfSession,
        /// Its tag.
        language: String,
    },
    /// Who has looked at a patient's record?
    Accesses(Box<AccessesAsk>),
    /// Administration of a cell in a person's session.
    Administer(Box<Administer>),
    /// The cell's own search parameters.
    Parameters(CellId),
    /// What proofs are to repeat as `nonce` from now on.
    ProofNonce,
    /// How many alarms of the session's cell nobody has acknowledged? For whoever administers it; the session is not used by it.
    AlarmCount(OfSession),
    /// A person's own budget, and what others of the cell ask for.
    Budget(Box<OwnBudget>),
    /// Somebody touched their passkey for a session, so that it goes on.
    Touch(Box<TouchOf>),
    /// Who treats whom, and a patient's own access.
    Related(Box<RelatedAsk>),
    /// What somebody may do in a session: so that nobody is shown what they would be refused. No entry.
    Rights(OfSession),
    /// About exports of many patients at once.
    Export(Box<ExportAsk>),
    /// How cells check what is written, where it differs from what is known.
    Checks(Vec<ChecksKnown>),
}

/// The answer to an [`Ask`].
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    /// To [`Ask::Admit`].
    Admitted(Admitted),
    /// To anything: no.
    Refused(Refusal),
    /// To what only has to be durable: it is.
    Noted,
    /// To [`Ask::BlindIds`].
    Blinded(Vec<[u8; 16]>),
    /// To [`Ask::SignIn`] and [`Ask::Redeem`].
    SignedIn(SignedIn),
    /// To [`Ask::TakeUp`].
    TakenUp(TakenUp),
    /// To [`Ask::Who`].
    Who(Box<Who>),
    /// To [`Ask::Accesses`].
    Accesses(AccessPage),
    /// To [`Ask::Administer`].
    Administered(Box<Result<CellAnswer, AdminError>>),
    /// To [`Ask::Parameters`].
    Parameters(OwnParameters),
    /// To [`Ask::ProofNonce`].
    ProofNonce(String),
    /// To [`Ask::AlarmCount`].
    AlarmCount(u32),
    /// To [`Ask::Budget`].
    Budget(OwnBudgetAnswer),
    /// To [`Ask::Related`].
    Related(Box<RelatedAnswer>),
    /// To [`Ask::Rights`].
    Rights(Rights),
    /// To [`Ask::Export`].
    Export(Box<ExportAnswer>),
    /// To [`Ask::Checks`].
    Checks(Vec<(CellId, ChecksShown)>),
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
    /// Seal one message to another cell. Kept for the exchange.
    Disclose,
    /// Open these versions for an export that was approved; the token is its job's. Charged to the cell's budget.
    Export(Read),
    /// Nothing that was asked for is there. Logged, so that probing shows.
    Missing,
    /// As [`Intent::Write`], and when it lands the cell's own search parameters change.
    WriteDefining(Write, Vec<ParameterChange>),
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
    #[serde(with = "plain_bytes")]
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
    /// Its sealed words, for the index; empty when there are none, or when they are too many to travel here: then they are fed
    /// from the store's rows.
    #[serde(with = "plain_bytes")]
    pub words: Vec<u8>,
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
    /// The proof of the key that the session is to be bound to (RFC 9449, section 5); empty: to none.
    pub proof: Vec<u8>,
    /// The client's address as the record server saw it.
    pub address: [u8; 16],
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

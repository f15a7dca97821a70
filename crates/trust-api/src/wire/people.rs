//! The words about people: sign-in for the door and the record server, and what an administrator may ask about them.
//!
//! The door carries what browsers send, and decides nothing: challenges are drawn, and registrations and assertions verified, by the
//! keyholder. What it refuses looks the same for every reason.
//!
//! Part of the wire's format: variants are only ever added at the end. Never: a private key; the door never gets a
//! session's token, the record server never an assertion. State: none.

use super::exports::{ExportOf, ExportSaid};
use super::{Admit, plain_bytes};
use crate::Token;
use salus_seal::entry::budgets::MoreReason;
use salus_seal::entry::people::PersonStatus;
use salus_seal::entry::{Budgets, Interaction, Purpose};
use salus_seal::{CellId, ClientId, DeviceId, Part, PrincipalId, SessionId};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The application through which people use the pages: the client of their sessions, in every cell.
pub const PAGES: ClientId = ClientId(*b"salus pages 0001");
/// The name by which the pages ask the door for a sign-in (OAuth's `client_id`).
pub const PAGES_CLIENT_NAME: &str = "salus-pages";
/// For how long a challenge may be answered, in milliseconds.
pub const CHALLENGE_MS: u64 = 300_000;
/// For how long a code may be redeemed, in milliseconds.
pub const CODE_MS: u64 = 60_000;
/// The longest name of a person and of a passkey, in bytes.
pub const MAX_NAME_BYTES: usize = 200;
/// The longest state of an authorization request, in bytes.
pub const MAX_STATE_BYTES: usize = 512;

/// An authorization request (RFC 6749, 4.1.1, with RFC 7636): what a sign-in is for. A challenge is good for exactly one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorize {
    /// The cell's name.
    pub cell: String,
    /// The application: [`PAGES_CLIENT_NAME`].
    pub client: String,
    /// Where the code goes; compared as it stands.
    pub redirect_uri: String,
    /// SHA-256 of the verifier (RFC 7636, `S256`).
    pub code_challenge: [u8; 32],
    /// What the application recognizes its request by, at most [`MAX_STATE_BYTES`].
    pub state: String,
}

/// What an authenticator said to a challenge, as the browser gave it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Assertion {
    /// The credential's id.
    #[serde(with = "plain_bytes")]
    pub credential: Vec<u8>,
    /// The person whom the authenticator has it for; authenticators that cannot tell leave it out.
    pub user_handle: Option<Vec<u8>>,
    /// clientDataJSON.
    #[serde(with = "plain_bytes")]
    pub client_data: Vec<u8>,
    /// authenticatorData.
    #[serde(with = "plain_bytes")]
    pub authenticator_data: Vec<u8>,
    /// Over both.
    #[serde(with = "plain_bytes")]
    pub signature: Vec<u8>,
}

/// What the door asks, by [`super::Request::Door`].
#[derive(Debug, Serialize, Deserialize)]
pub enum DoorAsk {
    /// Somebody opened a one-time link. Answered by [`DoorAnswer::Registration`] or [`DoorAnswer::LooksRound`].
    OpenInvitation {
        /// The link's secret.
        secret: Token,
    },
    /// A passkey was made. Answered by [`DoorAnswer::Registered`].
    Register {
        /// What allowed it.
        by: RegistrationBy,
        /// clientDataJSON.
        #[serde(with = "plain_bytes")]
        client_data: Vec<u8>,
        /// attestationObject.
        #[serde(with = "plain_bytes")]
        attestation: Vec<u8>,
        /// The person's name for it, at most [`MAX_NAME_BYTES`]; may be empty.
        label: String,
        /// The tag of the language that the page was in: the person's from now on, if they had none.
        language: Option<String>,
    },
    /// Somebody is to sign in. Answered by [`DoorAnswer::Challenge`].
    BeginSignIn(Authorize),
    /// They did. Answered by [`DoorAnswer::Code`].
    FinishSignIn(Authorize, Assertion),
    /// Somebody is to do this with their passkeys. Answered by [`DoorAnswer::Challenge`].
    BeginAction(Action),
    /// They confirmed it with one. Answered by [`DoorAnswer::Passkeys`], and to [`Action::Add`] by [`DoorAnswer::Registration`].
    FinishAction(Action, Assertion),
    /// Somebody looks round without a passkey, by a one-time link, where a demo was started with it. Answered by [`DoorAnswer::Code`].
    LookRound(Authorize, Token),
    /// The person of a session is to confirm that it is them, because most of their budget is spent. Answered by [`DoorAnswer::Challenge`].
    BeginTouch(Authorize, SessionId),
    /// They did. Answered by [`DoorAnswer::Code`], which is good for this session and by [`super::Ask::Touch`] only.
    FinishTouch(Authorize, SessionId, Assertion),
    /// Somebody is to give more of a budget. Answered by [`DoorAnswer::Raise`].
    BeginRaise(RaiseOf),
    /// They did. Answered by [`DoorAnswer::Raised`].
    FinishRaise(RaiseOf, Assertion),
    /// Somebody is to approve an export. Answered by [`DoorAnswer::Export`].
    BeginExport(ExportOf),
    /// They did. Answered by [`DoorAnswer::ExportApproved`].
    FinishExport(ExportOf, Assertion),
}

/// What allows a passkey to be registered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum RegistrationBy {
    /// A one-time link's secret.
    Invitation(Token),
    /// Another passkey, by [`Action::Add`].
    Passkey {
        /// The person.
        principal: PrincipalId,
        /// The passkey.
        passkey: DeviceId,
    },
}

/// What people do with their passkeys at the door. Each needs an assertion of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// See them.
    List,
    /// Allow another one.
    Add,
    /// Give one a name.
    Rename {
        /// Which.
        passkey: DeviceId,
        /// At most [`MAX_NAME_BYTES`].
        label: String,
    },
    /// Remove one: never the last, and not the one that confirms it.
    Remove {
        /// Which.
        passkey: DeviceId,
    },
}

/// What the door is told.
#[derive(Debug, Serialize, Deserialize)]
pub enum DoorAnswer {
    /// No, whatever the reason. It is in the log.
    Refused,
    /// To be answered within [`CHALLENGE_MS`].
    Challenge(Vec<u8>),
    /// A passkey may be made.
    Registration(Registration),
    /// A one-time link that needs no passkey was opened: whose it is.
    LooksRound(PersonName),
    /// It was made.
    Registered(PersonName),
    /// To be given to the application, within [`CODE_MS`].
    Code(Token),
    /// A person's passkeys.
    Passkeys {
        /// Whose.
        person: PersonName,
        /// The one that confirmed it.
        confirmed_by: DeviceId,
        /// All that are not revoked.
        passkeys: Vec<PasskeyStatus>,
    },
    /// What is to be given, and a challenge for exactly that.
    Raise(Box<RaiseSaid>),
    /// It is given.
    Raised,
    /// What is to be approved, and a challenge for exactly that.
    Export(Box<ExportSaid>),
    /// It is approved.
    ExportApproved,
}

/// What somebody is to give: exactly what was asked for. It names the asker, whom no stranger can guess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaiseOf {
    /// The cell's name.
    pub cell: String,
    /// The entry by which it was asked for.
    pub ask: u64,
    /// Who asked.
    pub by: PrincipalId,
    /// For whom; none: for the cell as a whole.
    pub principal: Option<PrincipalId>,
    /// Of which budget.
    pub part: Part,
    /// So many patients more, in each window.
    pub amount: u32,
    /// Until then, in milliseconds since 1970.
    pub until_ms: u64,
}

/// The same in words, for whoever is to give it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaiseSaid {
    /// To be answered within [`CHALLENGE_MS`].
    #[serde(with = "plain_bytes")]
    pub challenge: Vec<u8>,
    /// For whom, by name; none: for the cell as a whole.
    pub name: Option<String>,
    /// Who asked, by name.
    pub by: String,
    /// Why.
    pub reason: MoreReason,
    /// The keyholder's time, in milliseconds since 1970.
    pub now_ms: u64,
}

/// A code for a session that is to go on, and the proof of who may have it.
#[derive(Debug, Serialize, Deserialize)]
pub struct TouchOf {
    /// The session.
    pub of: OfSession,
    /// The code and the verifier.
    pub redeem: Redeem,
}

/// A passkey may be made for a person.
#[derive(Debug, Serialize, Deserialize)]
pub struct Registration {
    /// To be answered within [`CHALLENGE_MS`].
    pub challenge: Vec<u8>,
    /// The user handle.
    pub principal: PrincipalId,
    /// The passkey that allowed it, where it was one.
    pub allowed_by: Option<DeviceId>,
    /// Whose it will be.
    pub person: PersonName,
    /// The ids of the person's other passkeys: an authenticator that holds one makes no second.
    pub exclude: Vec<Vec<u8>>,
}

/// Whose something is, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// Their name.
    pub name: String,
    /// Their role's name.
    pub role: String,
    /// Their cell's name; none for an operator.
    pub cell: Option<String>,
    /// Their language's tag.
    pub language: Option<String>,
}

/// A code for a session, and the proof of who may have it (RFC 7636).
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Redeem {
    /// The cell that was addressed.
    #[zeroize(skip)]
    pub cell: CellId,
    /// The code.
    pub code: Token,
    /// The verifier: 43 to 128 characters.
    pub verifier: String,
    /// The proof of the key that the session is to be bound to; empty: to none.
    #[zeroize(skip)]
    pub proof: Vec<u8>,
    /// The client's address as the record server saw it.
    #[zeroize(skip)]
    pub address: [u8; 16],
}

impl std::fmt::Debug for Redeem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redeem({}, hidden)", self.cell)
    }
}

/// A session, by its token, in the cell that was addressed.
#[derive(Debug, Serialize, Deserialize)]
pub struct OfSession {
    /// The token.
    pub token: Token,
    /// The cell.
    pub cell: CellId,
    /// The proof of possession, for sessions that are bound to a key; else empty.
    pub proof: Vec<u8>,
    /// The client's address as the record server saw it, for the log.
    pub address: [u8; 16],
}

impl OfSession {
    /// The same session where something is asked that opens no record.
    pub fn asking(self, purpose: Purpose, interaction: Interaction) -> Admit {
        let Self { token, cell, proof, address } = self;
        Admit { token, proof, cell, purpose, interaction, address, intents: Vec::new() }
    }
}

/// Who acts in a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The principal.
    pub principal: PrincipalId,
    /// The session's name in the log.
    pub session: SessionId,
    /// Through which application; [`PAGES`] for a person.
    pub client: ClientId,
    /// Whether it is a person; else an application.
    pub is_person: bool,
    /// The person's name, or the application's.
    pub name: String,
    /// The role's name.
    pub role: String,
    /// The tag of the person's language.
    pub language: Option<String>,
    /// The id of the FHIR Practitioner that the person is.
    pub practitioner: Option<String>,
    /// The keyholder's time, in milliseconds since 1970.
    pub now_ms: u64,
    /// When the session ends, whatever happens.
    pub ends_ms: u64,
    /// After how long without an access it ends before that, in milliseconds.
    pub idle_ms: u64,
    /// What the principal may reach now, raises included.
    pub budgets: Budgets,
    /// Distinct patients it reached by chart in the last hour, day and 30 days.
    pub chart_spent: [u32; 3],
    /// The same by glimpse.
    pub glimpse_spent: [u32; 3],
    /// The number of the Patient record of a person who is a patient.
    pub patient: Option<u64>,
}

/// What an administrator may ask about people. Every change is an entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum PeopleAsk {
    /// Adds a person and makes their first link. Answered by [`PeopleAnswer::Invited`].
    Add {
        /// The cell's name; none for an operator.
        cell: Option<String>,
        /// Who they are.
        person: NewPerson,
    },
    /// All of a cell, or the operators. Answered by [`PeopleAnswer::People`].
    List {
        /// The cell's name; none for operators.
        cell: Option<String>,
    },
    /// Another first link, for somebody who has no passkey yet. Answered by [`PeopleAnswer::Invited`].
    Invite {
        /// The person.
        principal: PrincipalId,
    },
    /// Their passkeys are lost: these and their sessions end, and there is a new link. Nobody can ask it for themselves.
    /// Answered by [`PeopleAnswer::Invited`].
    Recover {
        /// The person.
        principal: PrincipalId,
    },
    /// Suspends, restores or revokes a person.
    SetStatus {
        /// The person.
        principal: PrincipalId,
        /// From now on.
        status: PersonStatus,
    },
    /// Gives a person another role.
    SetRole {
        /// The person.
        principal: PrincipalId,
        /// The role's name.
        role: String,
        /// None: the role's own.
        budgets: Option<Budgets>,
    },
    /// Puts a person's name and practitioner right.
    Describe {
        /// The person.
        principal: PrincipalId,
        /// Their name.
        name: String,
        /// The id of the FHIR Practitioner that they are.
        practitioner: Option<String>,
    },
    /// Ends a passkey and the sessions that it began.
    RevokePasskey {
        /// Which.
        passkey: DeviceId,
    },
    /// A one-time link to look round without a passkey. Only at the machine, and only where a demo was started with it.
    /// Answered by [`PeopleAnswer::Invited`].
    LookRound {
        /// The person.
        principal: PrincipalId,
    },
}

/// A person to be added.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewPerson {
    /// Their name, at most [`MAX_NAME_BYTES`].
    pub name: String,
    /// A role of people, or `operator`.
    pub role: String,
    /// None: the role's own.
    pub budgets: Option<Budgets>,
    /// The id of the FHIR Practitioner that they are.
    pub practitioner: Option<String>,
    /// Their language's tag.
    pub language: Option<String>,
}

/// The answer to a [`PeopleAsk`].
#[derive(Debug, Serialize, Deserialize)]
pub enum PeopleAnswer {
    /// It is done, and durable.
    Done,
    /// A one-time link was made: the secret is shown this once.
    Invited {
        /// The person.
        principal: PrincipalId,
        /// The link's secret.
        secret: Token,
        /// When it ends, in milliseconds since 1970.
        ends_ms: u64,
    },
    /// By name.
    People(Vec<PersonInfo>),
}

/// A person, for an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonInfo {
    /// The principal.
    pub principal: PrincipalId,
    /// Their name.
    pub name: String,
    /// Their role's name.
    pub role: String,
    /// Whether they may act.
    pub status: PersonStatus,
    /// The id of the FHIR Practitioner that they are.
    pub practitioner: Option<String>,
    /// Their language's tag.
    pub language: Option<String>,
    /// When they were added, in milliseconds since 1970.
    pub added_ms: u64,
    /// When the link that they were sent ends; none when there is none that is still good.
    pub invited_until_ms: Option<u64>,
    /// Their passkeys that are not revoked.
    pub passkeys: Vec<PasskeyStatus>,
    /// Sessions that live.
    pub sessions: u64,
    /// What they may reach.
    pub budgets: Budgets,
    /// Distinct patients they reached by chart in the last hour, day and 30 days.
    pub chart_spent: [u32; 3],
    /// The same by glimpse.
    pub glimpse_spent: [u32; 3],
}

/// A passkey, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyStatus {
    /// Its name in the log.
    pub passkey: DeviceId,
    /// The person's name for it; may be empty.
    pub label: String,
    /// The authenticator's model.
    pub aaguid: [u8; 16],
    /// Whether it may be copied to the person's other devices.
    pub is_synced: bool,
    /// When it was registered, in milliseconds since 1970.
    pub added_ms: u64,
    /// When it was last used.
    pub used_ms: Option<u64>,
}

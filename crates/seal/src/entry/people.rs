//! What the log says of people: who was added and invited, which passkeys they hold, how sign-ins went.
//!
//! In a cell's tree these are the cell's people; in the platform's tree they are operators, who belong to no cell. `by` is
//! the person who did it; none for somebody at the machine. Part of the log's format: no field is ever added to a struct.
//!
//! Never: a secret; of an invitation and of a code there is a hash. State: none.

use super::Budgets;
use crate::{DeviceId, PrincipalId};
use serde::{Deserialize, Serialize};

/// The largest credential id, in bytes (WebAuthn Level 2, 6.1).
pub const MAX_CREDENTIAL_BYTES: usize = 1023;

/// What changed. Variants are only ever added at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PersonEvent {
    /// Somebody is known from now on.
    Added(PersonAdded),
    /// A one-time link was made for a person.
    Invited(PersonInvited),
    /// A one-time link ended: used without a passkey, or withdrawn.
    InvitationEnded {
        /// SHA-256 of its secret.
        secret_hash: [u8; 32],
    },
    /// A passkey can sign a person in.
    PasskeyRegistered(PasskeyRegistered),
    /// A passkey has another name.
    PasskeyNamed {
        /// The passkey.
        passkey: DeviceId,
        /// The person's name for it.
        label: String,
    },
    /// A passkey signs nobody in any more; its sessions end.
    PasskeyRevoked {
        /// The passkey.
        passkey: DeviceId,
        /// Who revoked it.
        by: Option<PrincipalId>,
    },
    /// A passkey's assertion was good.
    PasskeyUsed {
        /// The passkey.
        passkey: DeviceId,
        /// The authenticator's counter.
        sign_count: u32,
        /// For what.
        purpose: PasskeyUse,
    },
    /// A sign-in, a registration or an action with a passkey was refused.
    SignInRefused {
        /// The passkey, where it is a known one.
        passkey: Option<DeviceId>,
        /// Why.
        why: SignInFault,
    },
    /// A person may act, or may not. When they may not, their sessions and unused one-time links end for good.
    StatusChanged {
        /// The person.
        principal: PrincipalId,
        /// From now on.
        status: PersonStatus,
        /// Who said so.
        by: Option<PrincipalId>,
    },
    /// A person has another role; their sessions go on with it, but end where it administers.
    RoleChanged {
        /// The person.
        principal: PrincipalId,
        /// The role's name.
        role: String,
        /// What they may reach.
        budgets: Budgets,
        /// Who said so.
        by: Option<PrincipalId>,
    },
    /// A person's name or practitioner was put right.
    Described {
        /// The person.
        principal: PrincipalId,
        /// Their name, as it stands on pages.
        name: String,
        /// The id of the FHIR Practitioner that they are.
        practitioner: Option<String>,
        /// Who said so.
        by: Option<PrincipalId>,
    },
    /// A person chose a language.
    LanguageChosen {
        /// The person.
        principal: PrincipalId,
        /// Its tag.
        language: String,
    },
}

/// Somebody is known from now on, and can do nothing before they have a passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAdded {
    /// The principal, and the user handle of their passkeys.
    pub principal: PrincipalId,
    /// Their name, as it stands on pages.
    pub name: String,
    /// The role's name.
    pub role: String,
    /// What they may reach.
    pub budgets: Budgets,
    /// The id of the FHIR Practitioner that they are.
    pub practitioner: Option<String>,
    /// Their language's tag.
    pub language: Option<String>,
    /// Who added them.
    pub by: Option<PrincipalId>,
}

/// A one-time link was made for a person. It takes the place of those before it with the same purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonInvited {
    /// The person.
    pub principal: PrincipalId,
    /// SHA-256 of the link's secret (256 random bits).
    pub secret_hash: [u8; 32],
    /// When it ends, in milliseconds since 1970.
    pub ends_ms: u64,
    /// What it is good for.
    pub purpose: InvitationPurpose,
    /// Who invited them.
    pub by: Option<PrincipalId>,
}

/// What a one-time link is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InvitationPurpose {
    /// To create a passkey.
    Passkey,
    /// To look round without one: only where a demo was started with it.
    LookRound,
    /// To see who has looked at one's own record, once, without a passkey: a code on paper.
    Paper,
}

/// A passkey can sign a person in from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyRegistered {
    /// The person.
    pub principal: PrincipalId,
    /// The passkey's name in the log; sessions that it began are bound to it.
    pub passkey: DeviceId,
    /// The authenticator's id for it, at most [`MAX_CREDENTIAL_BYTES`].
    pub credential: Vec<u8>,
    /// The public key, as the COSE_Key that the authenticator gave.
    pub public_key: Vec<u8>,
    /// The authenticator's counter; 0 where it keeps none.
    pub sign_count: u32,
    /// The authenticator's model.
    pub aaguid: [u8; 16],
    /// Whether it may be copied to the person's other devices (WebAuthn's backup eligibility).
    pub is_synced: bool,
    /// The person's name for it.
    pub label: String,
    /// What allowed it.
    pub allowed_by: RegistrationAllowed,
}

/// What allowed a passkey to be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegistrationAllowed {
    /// A one-time link, by the hash of its secret; it is used up.
    Invitation([u8; 32]),
    /// Another passkey of the same person.
    Passkey(DeviceId),
}

/// What a good assertion was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PasskeyUse {
    /// To sign in.
    SignIn,
    /// To see the person's own passkeys.
    List,
    /// To allow another passkey.
    Add,
    /// To name a passkey.
    Rename,
    /// To remove a passkey.
    Remove,
    /// To go on in a session when most of a budget is spent.
    Touch,
    /// To give somebody more of a budget.
    Raise,
    /// To approve an export of many patients.
    Export,
}

/// Whether a person may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PersonStatus {
    /// They may, with a passkey.
    Active,
    /// Not now.
    Suspended,
    /// Never again.
    Revoked,
}

/// Why a sign-in, a registration or an action with a passkey was refused. Outside, all of these look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SignInFault {
    /// What was sent is not well formed, or not of the kind that was asked for.
    Malformed,
    /// The challenge is none of ours, or was drawn for something else.
    Challenge,
    /// The challenge was drawn too long ago.
    Expired,
    /// The challenge was used before.
    Replayed,
    /// Another origin asked for it, or it was asked for within another one's page.
    Origin,
    /// It was made for another relying party.
    RelyingParty,
    /// Nobody was there.
    NotPresent,
    /// The authenticator did not find out who was there.
    NotVerified,
    /// The signature does not fit, or is of a kind that is not accepted.
    Signature,
    /// The authenticator's counter did not go up: there is a copy of it.
    Cloned,
    /// There is no such passkey, or it was revoked.
    UnknownPasskey,
    /// The passkey is not the person's who is said to use it.
    OtherPerson,
    /// The person is suspended, revoked, or acts in another cell.
    NotAllowed,
    /// The cell, the client or the address to return to is none that may ask.
    Request,
    /// The one-time link is unknown, used or too old.
    Invitation,
    /// The passkey is registered already.
    AlreadyRegistered,
    /// The code is unknown or too old, or another cell's.
    Code,
    /// The code was redeemed before; what it began is ended.
    CodeReused,
    /// The code's verifier does not fit; the code is used up.
    Verifier,
    /// No key of the browser's was proved, to which the session could be bound.
    Proof,
}

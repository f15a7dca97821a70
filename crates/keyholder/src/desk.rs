//! What the door asks: people are invited in, make passkeys, sign in, and change their passkeys.
//!
//! Never: tells the door why it is refused; gives it a session. State: the options, and the challenges.

use crate::core::Core;
use crate::error::KeyholderError;
use salus_trust_api::wire::people::{DoorAnswer, DoorAsk};
use zeroize::Zeroizing;

/// What signing in needs.
pub struct SignInOptions {
    /// Proves that a connection is the door's; drawn anew at each start.
    pub door_key: Zeroizing<[u8; 32]>,
    /// The door's origin, as browsers say it: `https://door.example.org`.
    pub origin: String,
    /// The relying party's id: the door's host.
    pub rp_id: String,
    /// The record server's address, without a slash at its end: codes go nowhere else.
    pub pages_url: String,
    /// Whether one-time links may let people look round without a passkey: only in a demo.
    pub look_round: bool,
}

/// What answers the door.
pub(crate) struct Desk {
    look_round: bool,
}

impl SignInOptions {
    /// The door's key, and what answers it.
    pub(crate) fn open(self) -> Result<(Zeroizing<[u8; 32]>, Desk), KeyholderError> {
        Ok((self.door_key, Desk { look_round: self.look_round }))
    }
}

impl Core {
    /// Whether one-time links may let people look round without a passkey.
    pub(crate) fn looks_round(&self) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.look_round)
    }

    /// The answer may be sent after the next commit.
    pub(crate) fn ask_door(&mut self, _ask: DoorAsk) -> Result<DoorAnswer, KeyholderError> {
        Ok(DoorAnswer::Refused)
    }
}

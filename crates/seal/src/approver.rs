//! Who approved what needs two: a person at the machine, or a principal who proved to be one.
//!
//! Never: a name. State: none.

use crate::{ClientId, PrincipalId, SessionId};
use serde::{Deserialize, Serialize};

/// Who approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Approver {
    /// Whoever holds the administrator's key at the machine.
    Machine,
    /// A principal, by the secret of its client.
    Client {
        /// The client.
        client: ClientId,
        /// Who acts by it.
        principal: PrincipalId,
    },
    /// A principal in a session of its own.
    Session {
        /// The session.
        session: SessionId,
        /// Who acts in it.
        principal: PrincipalId,
    },
}

impl Approver {
    /// Whether these are two, and not one twice.
    pub fn differs_from(&self, other: &Self) -> bool {
        self.principal() != other.principal()
    }

    /// None for the machine, which is one of its own.
    fn principal(&self) -> Option<PrincipalId> {
        match self {
            Self::Machine => None,
            Self::Client { principal, .. } | Self::Session { principal, .. } => Some(*principal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_two_guises_is_one() {
        let client = |client, principal| Approver::Client {
            client: ClientId([client; 16]),
            principal: PrincipalId([principal; 16]),
        };
        let session = Approver::Session { session: SessionId([9; 16]), principal: PrincipalId([1; 16]) };
        assert!(!client(1, 1).differs_from(&client(2, 1)));
        assert!(!client(1, 1).differs_from(&session));
        assert!(client(2, 2).differs_from(&session) && Approver::Machine.differs_from(&session));
        assert!(!Approver::Machine.differs_from(&Approver::Machine));
    }
}

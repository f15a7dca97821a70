//! What the log says of how clients prove that a token is theirs.
//!
//! Part of the log's format: variants are only ever added at the end. Never: a key. State: none.

use crate::ClientId;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProofEvent {
    /// A client gets sessions over the network only with a key of its own, which each of their requests must prove (RFC 9449).
    Required {
        /// The credential set.
        client: ClientId,
    },
    /// An administrator named a client as one whose tokens are good without proof.
    BearerAllowed {
        /// The credential set.
        client: ClientId,
    },
}

//! The door: where people open their one-time links, make passkeys, sign in, and look after their passkeys.
//!
//! For: an origin of its own, whose pages the record server does not serve, so that a record server in an attacker's hands can neither
//! enrol a passkey nor dress something else up as a sign-in. It carries what browsers say to the keyholder, which decides.
//!
//! Never: verifies anything, sees a session's token or a record; says why something was refused; logs a path, a query or a
//! name. State: the listening socket and its connections.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod authorize;
mod budget;
mod desk;
mod export;
mod invitation;
mod page;
mod passkeys;
mod server;
mod wire;

pub use salus_listen::TlsFiles;
pub use server::{DoorOptions, run};

/// Why the door does not open.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// Certificate or key are not good.
    #[error("{path}: {why}")]
    Tls {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
}

//! What the web server tells the process that runs it: that it is ready, and what happens, as events for its log.
//!
//! Never: holds an id, a query, a token or anything of a patient. State: none.

use std::net::SocketAddr;
use std::sync::Arc;

/// One thing that happened. Field names are the log's.
#[derive(Debug, Clone)]
pub enum Event {
    /// A request was answered.
    Request(RequestEvent),
    /// Something about a cell or the server itself, as a line for people; `cell` where it is about one.
    Notice {
        /// Whether somebody must look.
        is_error: bool,
        /// The cell's name.
        cell: Option<String>,
        /// What happened.
        what: String,
    },
}

/// A request that was answered.
#[derive(Debug, Clone)]
pub struct RequestEvent {
    /// The HTTP method; `OTHER` for one that is not served.
    pub method: &'static str,
    /// The route's pattern, never the path itself.
    pub route: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// How long it took until the answer's head, in microseconds.
    pub duration_us: u64,
    /// The cell's name, where a cell was addressed.
    pub cell: Option<Arc<str>>,
    /// The log entry that admitted it, where one did.
    pub entry: Option<u64>,
}

/// Takes events; must not block.
pub type Log = Arc<dyn Fn(&Event) + Send + Sync>;

/// What the process wants to be told.
pub struct Hooks {
    /// Called once, when the server listens, with the address it listens at.
    pub ready: Box<dyn FnOnce(SocketAddr) + Send>,
    /// Called for each event.
    pub log: Log,
}

impl Default for Hooks {
    /// Tells nobody.
    fn default() -> Self {
        Self { ready: Box::new(|_| ()), log: Arc::new(|_| ()) }
    }
}

impl std::fmt::Debug for Hooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hooks")
    }
}

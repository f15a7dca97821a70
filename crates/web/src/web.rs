//! What all requests share. State: the cells, the bounds, the counters, the one-time ids, the answers that are fetched later.

use crate::hooks::Log;
use crate::later::Later;
use crate::metrics::Metrics;
use crate::practice::{Bound, OnceIds};
use crate::read_body::Bodies;
use salus_records::Records;
use std::sync::Arc;

/// Who is at the other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub std::net::IpAddr);

/// The server's state.
pub(crate) struct Web {
    pub records: Arc<Records>,
    pub bodies: Bodies,
    /// Answers that are fetched later.
    pub later: Arc<Later>,
    pub metrics: Metrics,
    pub log: Log,
    /// Without a slash at the end.
    pub public_base_url: String,
    pub note: Option<String>,
    /// Where people sign in, without a slash at the end.
    pub door_url: Option<String>,
    /// The one-time ids of administration's forms.
    pub once: OnceIds,
    /// Who was found to treat whom.
    pub bound: Bound,
    pub behind_proxy: bool,
    pub has_tls: bool,
    pub request_timeout: std::time::Duration,
    /// For how long entries of a batch are begun by one proof, in milliseconds.
    pub batch_ms: u64,
    /// When the server began, in milliseconds since 1970.
    pub started_ms: u64,
}

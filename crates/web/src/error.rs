//! Why the web server does not start or run.

/// Why the web server does not start or run.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A file for TLS is not good.
    #[error("TLS: {path}: {why}")]
    Tls {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
}

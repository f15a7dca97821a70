//! Why the indexer does not start, or stops. Carries no key and no word.

/// Why the indexer does not start, or stops.
#[derive(Debug, thiserror::Error)]
pub enum IndexerError {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Another indexer works in this folder.
    #[error("{path}: another indexer is at work here")]
    Locked {
        /// Which.
        path: String,
    },
    /// The keyholder does not accept this process.
    #[error("the keyholder does not accept this indexer's key")]
    Unwelcome,
    /// The connection to the keyholder broke, or something was said that is not understood.
    #[error("the connection to the keyholder broke")]
    Disconnected,
    /// Nothing can be written any more, or too much waits to land.
    #[error("the index cannot be written, or too much waits to be")]
    Stuck,
}

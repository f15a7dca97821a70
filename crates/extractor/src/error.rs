//! Why the extractor does not start, or stops. Carries no key and no word.

/// Why the extractor does not start, or stops.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtractorError {
    /// The keyholder does not accept this process.
    #[error("the keyholder does not accept this extractor's key")]
    Unwelcome,
    /// The connection to the keyholder broke, or something was said that is not understood.
    #[error("the connection to the keyholder broke")]
    Disconnected,
}

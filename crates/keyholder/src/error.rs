//! Why the keyholder does not start, or stops. Carries no key and no patient.

/// Why the keyholder does not start, or stops.
#[derive(Debug, thiserror::Error)]
pub enum KeyholderError {
    /// There is no trusted state in the data directory.
    #[error("{path} holds no keyholder: run `salus init`")]
    NotInitialised {
        /// Where it was looked for.
        path: String,
    },
    /// There is one already.
    #[error("{path} holds a keyholder already")]
    AlreadyInitialised {
        /// Where.
        path: String,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A key file does not open under the root key, or is not well formed.
    #[error("{path} does not open under this root key, or was changed")]
    KeyFile {
        /// Which.
        path: String,
    },
    /// The escrow made at set-up could not be opened again.
    #[error("the recovery kit does not open what was sealed to it")]
    Recovery,
    /// The access log does not open, or could not be made durable.
    #[error("access log: {0}")]
    Log(#[from] salus_accesslog::LogError),
    /// An entry of the log makes no sense after those before it.
    #[error("access log: entry {index} of {tree} cannot be read")]
    Entry {
        /// Which tree.
        tree: String,
        /// Which entry.
        index: u64,
    },
    /// The state is older than a receipt that is known outside.
    #[error(
        "the keyholder's state of cell {cell} is older than a receipt (entry {receipt}, state {state}): it was put back from an older copy"
    )]
    RolledBack {
        /// The cell.
        cell: String,
        /// The entry that is known outside.
        receipt: u64,
        /// The entries that are known here.
        state: u64,
    },
    /// There are cells' keys, and a log without entries.
    #[error(
        "the access log is empty though there are cells: it was removed or put back from an older copy; put the newest copy of DIR/log back"
    )]
    LogMissing,
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] salus_seal::SealError),
    /// The socket could not be made.
    #[error("socket {path}: {source}")]
    Socket {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

impl KeyholderError {
    /// Makes an I/O error that names the path.
    pub fn io(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.display().to_string(), source }
    }

    /// Whether starting again cannot help.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Io { .. } | Self::Socket { .. })
    }
}

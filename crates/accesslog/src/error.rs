//! What can go wrong with the log. Carries places and reasons, never an entry's bytes or a key.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

/// What can go wrong with the log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Another process has this log open.
    #[error("{} is in use by another process", path.display())]
    InUse {
        /// The lock file.
        path: PathBuf,
    },
    /// The files contradict each other or themselves. Nothing may be answered from them.
    #[error("the log is damaged at {}: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A witness knows of a later or of another tree: this copy of the log is an older or another one.
    #[error("the log was rolled back or rewritten: {} says {what}", path.display())]
    RolledBack {
        /// The witness's checkpoint.
        path: PathBuf,
        /// What it says.
        what: String,
    },
    /// A file operation failed.
    #[error("{doing} {} failed", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The disk is full, and so is the space that was kept back.
    #[error("the disk is full, and the journal's reserve is used up")]
    Full,
    /// An entry is longer than a bundle can hold.
    #[error("an entry of {bytes} bytes is over the bound of {max_bytes}")]
    TooLarge {
        /// The entry's length, in bytes.
        bytes: usize,
        /// The bound, in bytes.
        max_bytes: usize,
    },
    /// The options are not usable.
    #[error("the log can't be opened like this: {what}")]
    Options {
        /// What is wrong with them.
        what: &'static str,
    },
    /// An earlier failure ended this log's life; it has to be opened anew.
    #[error("the log failed before: {why}")]
    Poisoned {
        /// The first failure.
        why: String,
    },
    /// The caller did not accept an entry that was replayed to it.
    #[error("an entry was not accepted")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// The provider did not sign or hash.
    #[error("the cryptographic provider failed")]
    Provider,
}

impl LogError {
    pub(crate) fn damaged(path: impl Into<PathBuf>, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.into(), what: what.into() }
    }

    pub(crate) fn rolled_back(path: impl Into<PathBuf>, what: impl Into<String>) -> Self {
        Self::RolledBack { path: path.into(), what: what.into() }
    }

    /// Whether it is for want of space on the disk.
    pub(crate) fn is_full(&self) -> bool {
        match self {
            Self::Full => true,
            Self::Io { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            _ => false,
        }
    }
}

/// Gives an I/O error its place.
pub(crate) trait At<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, LogError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, LogError> {
        self.map_err(|source| LogError::Io { doing, path: path.to_owned(), source })
    }
}

//! Why a benchmark has no result. State: none.

use std::path::{Path, PathBuf};

/// Why there is no result. The data are all invented, so an answer may be quoted.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A file, a directory or a program.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A connection.
    #[error("connection: {0}")]
    Connection(std::io::Error),
    /// An answer that was not expected.
    #[error("{asked} was answered with {status}: {body}")]
    Answer {
        /// The request line.
        asked: String,
        /// The status.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
    /// An answer that is no HTTP/1.1, or has no known end.
    #[error("not an HTTP/1.1 answer as expected: {0}")]
    Http(String),
    /// JSON that is not as expected.
    #[error("{what}: {source}")]
    Json {
        /// What was read.
        what: String,
        /// Why.
        source: serde_json::Error,
    },
    /// A program that failed, or did not do in time what it should.
    #[error("{program}: {why}")]
    Program {
        /// Which.
        program: String,
        /// What it said, or what it did not do.
        why: String,
    },
    /// The plain SQLite beside ours.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// Sealing.
    #[error("sealing: {0}")]
    Seal(#[from] salus_seal::SealError),
    /// The keyholder.
    #[error("keyholder: {0}")]
    Keyholder(String),
    /// The bundles to measure with are not there.
    #[error("no test data in {0}; set SALUS_TEST_DATA")]
    NoData(PathBuf),
}

impl BenchError {
    /// For `map_err` on what was done with a path.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    /// For `map_err` on JSON.
    pub fn json(what: impl Into<String>) -> impl FnOnce(serde_json::Error) -> Self {
        let what = what.into();
        move |source| Self::Json { what, source }
    }

    /// A program that failed.
    pub fn program(program: &str, why: impl Into<String>) -> Self {
        Self::Program { program: program.to_owned(), why: why.into() }
    }
}

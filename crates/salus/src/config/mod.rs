//! The configuration: one typed TOML file, overridden by environment variables.
//!
//! Never: guesses. A key that is not known, or a value that does not fit, ends the start with its name and line.
//! State: none.

pub mod alarms;
pub mod door;
pub mod keys;
mod load;
mod spelling;
mod values;

pub use load::{load, parse};

use crate::data_dir::DataDir;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The whole configuration; [`keys::KEYS`] says what each key is for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `[server]`
    pub server: Server,
    /// `[door]`
    pub door: door::Door,
    /// `[tls]`
    pub tls: Tls,
    /// `[limits]`
    pub limits: Limits,
    /// `[keyholder]`
    pub keyholder: Keyholder,
    /// `[alarms]`
    pub alarms: alarms::Alarms,
    /// `[log]`
    pub log: Log,
}

/// Where the record server is reached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port.
    pub listen: SocketAddr,
    /// Without a slash at its end; empty: from `listen`.
    pub public_url: String,
    /// Whether a proxy ends TLS, whose X-Forwarded-For is believed.
    pub behind_proxy: bool,
}

/// TLS by certificate files; both empty for none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// PEM, the chain.
    pub certificate_file: PathBuf,
    /// PEM, the key.
    pub key_file: PathBuf,
}

/// Bounds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// In bytes; of a single resource, [`salus_seal::envelope::MAX_PART_BYTES`] besides.
    pub max_body_bytes: usize,
    /// Connections at once.
    pub max_connections: usize,
    /// In seconds.
    pub request_timeout_s: u64,
}

/// The trusted side.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keyholder {
    /// Empty: trust/root.key in the data directory.
    pub root_key_file: PathBuf,
    /// Directories for checkpoints. Empty: witness in the data directory.
    pub witness_dirs: Vec<PathBuf>,
}

impl Keyholder {
    /// The root key's file.
    pub fn root_key_file_in(&self, data: &DataDir) -> PathBuf {
        if self.root_key_file.as_os_str().is_empty() {
            data.trust().join("root.key")
        } else {
            absolute(&self.root_key_file)
        }
    }

    /// The directories for checkpoints.
    pub fn witness_dirs_in(&self, data: &DataDir) -> Vec<PathBuf> {
        if self.witness_dirs.is_empty() {
            vec![data.path().join("witness")]
        } else {
            self.witness_dirs.iter().map(|witness| absolute(witness)).collect()
        }
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// What the processes say about themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// One JSON object a line, or text.
    pub format: Format,
    /// From here on.
    pub level: Level,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object a line.
    #[default]
    Json,
    /// For people.
    Text,
}

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Somebody must act.
    Error,
    /// Somebody should look.
    Warn,
    /// What happened.
    #[default]
    Info,
    /// How it happened.
    Debug,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8642)),
            public_url: String::new(),
            behind_proxy: false,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_body_bytes: 64 * 1024 * 1024, max_connections: 1024, request_timeout_s: 60 }
    }
}

impl Tls {
    /// Certificate and key, where TLS is configured.
    pub fn files(&self) -> Option<(&PathBuf, &PathBuf)> {
        (!self.certificate_file.as_os_str().is_empty() && !self.key_file.as_os_str().is_empty())
            .then_some((&self.certificate_file, &self.key_file))
    }
}

/// Why there is no configuration. Names keys, files and lines; no values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{file}: {why}")]
    Unreadable {
        /// Which.
        file: String,
        /// The operating system's word.
        why: String,
    },
    /// The file is no TOML.
    #[error("{file}, line {line}: {why}")]
    Wrong {
        /// Which.
        file: String,
        /// Its line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// There is no such key.
    #[error("{place}: unknown key {key}")]
    UnknownKey {
        /// The file and line, or the environment variable.
        place: String,
        /// The key, with its section.
        key: String,
        /// The nearest in spelling.
        nearest: Option<String>,
    },
    /// A value is of the wrong type, or out of range.
    #[error("{place}: {key} must be {must_be:?}")]
    Value {
        /// The file and line, or the environment variable.
        place: String,
        /// The key, with its section.
        key: String,
        /// What it must be.
        must_be: MustBe,
    },
    /// Values that do not go together.
    #[error("{keys} do not go together")]
    Together {
        /// The keys.
        keys: &'static str,
        /// How they would.
        rule: Rule,
    },
}

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MustBe {
    /// A section with keys of its own.
    Section,
    /// A value of this kind.
    Kind(keys::Kind),
}

/// Rules between keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A certificate needs its key, and a key its certificate.
    CertificateAndKey,
    /// Without TLS and without a proxy, only loopback.
    NakedOnLoopbackOnly,
    /// A public URL begins with http(s):// and does not end with a slash.
    PublicUrl,
    /// The door's public URL is an origin: scheme, host in small letters, port.
    DoorUrl,
    /// The relying party's id is the door's host, or a domain above it.
    RelyingParty,
    /// Mails need a server, a sender and somebody who gets them.
    MailWhole,
    /// A user needs a password, and a password a user.
    MailLogin,
    /// Without encryption, mails go to this machine alone.
    MailNaked,
    /// It must be a mail address.
    MailAddress,
    /// Webhooks need a secret, and a secret webhooks.
    WebhookSecret,
    /// A webhook's address is https, or on this machine.
    WebhookUrl,
    /// At most [`alarms::MAX_TARGETS`] are told.
    AlarmTargets,
}

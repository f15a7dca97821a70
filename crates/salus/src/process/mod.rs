//! What the processes have in common: they take their options from a pipe, end with their parent, and say one line.
//!
//! Never: reads a key from the command line or the environment. State: none.

use crate::config::alarms::Alarms;
use crate::config::{Format, Level};
use crate::failure::FINAL;
use rustix::process::{Signal, getppid, set_parent_process_death_signal};
use salus_fhir::Language;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use zeroize::Zeroizing;

pub mod door;
pub mod extractor;
pub mod indexer;
pub mod keyholder;
mod life;
pub mod messenger;
pub mod record_server;

/// The largest options document, in bytes.
const MAX_OPTIONS_BYTES: usize = 256 * 1024;

/// What a parent tells its child.
#[derive(Debug, Serialize, Deserialize)]
pub struct Start<T> {
    /// The parent's process.
    pub parent: u32,
    /// The child's options.
    pub options: T,
}

/// How a process logs, and its language.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogStart {
    /// JSON or text.
    pub format: Format,
    /// From here on.
    pub level: Level,
    /// Its tag.
    pub language: String,
}

impl LogStart {
    /// The language.
    pub fn language(&self) -> Language {
        Language::from_tag(&self.language).unwrap_or_default()
    }
}

/// The keyholder's options.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyholderStart {
    /// How it logs.
    pub log: LogStart,
    /// The data directory.
    pub data_dir: PathBuf,
    /// The root key.
    pub root_key_file: PathBuf,
    /// Where the record server and the command line ask.
    pub socket: PathBuf,
    /// Directories for checkpoints.
    pub witness_dirs: Vec<PathBuf>,
    /// With which the record server proves itself, in hexadecimal digits.
    pub record_server_key: Zeroizing<String>,
    /// With which the indexer proves itself, in hexadecimal digits.
    pub indexer_key: Zeroizing<String>,
    /// What it needs to know of the door.
    pub sign_in: SignInStart,
    /// With which the extractor proves itself, in hexadecimal digits.
    pub extractor_key: Zeroizing<String>,
    /// With which the messenger proves itself, in hexadecimal digits; none: there is none.
    pub messenger_key: Option<Zeroizing<String>>,
    /// Whether an administrator may set the clock forward.
    pub clock_moves: bool,
}

/// The indexer's options.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexerStart {
    /// How it logs.
    pub log: LogStart,
    /// Where its files lie.
    pub index_dir: PathBuf,
    /// Where the keyholder listens.
    pub keyholder_socket: PathBuf,
    /// With which it proves itself, in hexadecimal digits.
    pub keyholder_key: Zeroizing<String>,
}

/// The door's options.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorStart {
    /// How it logs.
    pub log: LogStart,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its origin, as browsers say it.
    pub origin: String,
    /// What passkeys are bound to.
    pub rp_id: String,
    /// The record server's address.
    pub pages_url: String,
    /// Certificate and key.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Where the keyholder listens.
    pub keyholder_socket: PathBuf,
    /// With which it proves itself, in hexadecimal digits.
    pub keyholder_key: Zeroizing<String>,
    /// Whether one-time links may let people look round without a passkey.
    pub look_round: bool,
}

/// What the keyholder needs to know of the door.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInStart {
    /// With which the door proves itself, in hexadecimal digits.
    pub door_key: Zeroizing<String>,
    /// The door's origin.
    pub origin: String,
    /// What passkeys are bound to.
    pub rp_id: String,
    /// The record server's address.
    pub pages_url: String,
    /// Whether one-time links may let people look round without a passkey.
    pub look_round: bool,
}

/// The extractor's options.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractorStart {
    /// How it logs.
    pub log: LogStart,
    /// Where the keyholder listens.
    pub keyholder_socket: PathBuf,
    /// With which it proves itself, in hexadecimal digits.
    pub keyholder_key: Zeroizing<String>,
    /// The address for clients, without a slash at its end.
    pub public_base_url: String,
}

/// The messenger's options.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessengerStart {
    /// How it logs.
    pub log: LogStart,
    /// Where the keyholder listens.
    pub keyholder_socket: PathBuf,
    /// With which it proves itself, in hexadecimal digits.
    pub keyholder_key: Zeroizing<String>,
    /// The record server's address.
    pub pages_url: String,
    /// Whom it tells.
    pub alarms: Alarms,
    /// The mail server's password.
    pub smtp_password: Option<Zeroizing<String>>,
    /// With which webhooks are signed.
    pub webhook_secret: Option<Zeroizing<String>>,
}

/// The record server's options.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordServerStart {
    /// How it logs.
    pub log: LogStart,
    /// Where it listens.
    pub listen: SocketAddr,
    /// The address for clients.
    pub base_url: String,
    /// The data directory, of which it sees the cells.
    pub data_dir: PathBuf,
    /// Where the keyholder listens.
    pub keyholder_socket: PathBuf,
    /// With which it proves itself, in hexadecimal digits.
    pub keyholder_key: Zeroizing<String>,
    /// Certificate and key.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Whether a proxy stands before it.
    pub behind_proxy: bool,
    /// In bytes.
    pub max_body_bytes: usize,
    /// Connections at once.
    pub max_connections: usize,
    /// In seconds.
    pub request_timeout_s: u64,
    /// The address of the door.
    pub door_url: Option<String>,
    /// For the front page.
    pub note: Option<String>,
}

/// The first line that a child says on its stdout; the keyholder may say more.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FirstLine {
    /// It serves.
    Ready,
    /// It does not start.
    Refused {
        /// Why, for people.
        why: String,
    },
    /// Words are to be extracted anew: the keyholder wants an extractor.
    Extract,
}

impl FirstLine {
    /// Says it. When nobody listens, the pipe's end will end this process.
    pub fn say(&self) {
        let line = serde_json::to_string(self).unwrap_or_default() + "\n";
        let mut stdout = std::io::stdout().lock();
        let _ = stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush());
    }
}

/// Says why it does not start, and how it exits: finally, or to be tried again.
pub fn refuse(why: String, is_final: bool) -> ExitCode {
    FirstLine::Refused { why }.say();
    ExitCode::from(if is_final { FINAL } else { 1 })
}

/// Reads the options, and binds this process's life to its parent's. None when nobody supervises it.
pub fn take_options<T: DeserializeOwned>() -> Option<T> {
    // Byte by byte: what follows the line is the pipe's end, which somebody else waits for.
    let mut stdin = std::io::stdin().lock();
    let mut line = Zeroizing::new(Vec::with_capacity(4096));
    let mut byte = [0u8; 1];
    while line.len() < MAX_OPTIONS_BYTES {
        match stdin.read(&mut byte) {
            Ok(1) if byte != *b"\n" => line.extend_from_slice(&byte),
            Ok(1) => break,
            _ => return None,
        }
    }
    let start: Start<T> = serde_json::from_slice(&line).ok()?;
    set_parent_process_death_signal(Some(Signal::KILL)).ok()?;
    // A parent that died before the line above was taken for another.
    let parent = getppid()?.as_raw_nonzero().get().unsigned_abs();
    (parent == start.parent).then_some(start.options)
}

/// A key as 64 hexadecimal digits.
pub fn print_key(key: &[u8; 32]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(64));
    for byte in key {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text
}

/// A key from 64 hexadecimal digits.
pub fn parse_key(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut key = Zeroizing::new([0u8; 32]);
    for (byte, pair) in key.iter_mut().zip(digits.as_chunks::<2>().0) {
        let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
        *byte = (high? << 4 | low?) as u8;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::{parse_key, print_key};

    #[test]
    fn keys_come_back_from_their_digits_and_from_nothing_else() {
        let key = std::array::from_fn(|at| at as u8 * 7);
        let text = print_key(&key);
        assert_eq!(parse_key(&text).as_deref(), Some(&key));
        for bad in ["", &text[1..], &text.replace('0', "g"), &format!("{}0", *text)] {
            assert!(parse_key(bad).is_none(), "{bad}");
        }
    }
}

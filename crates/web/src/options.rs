//! How the web server is set up: typed, with a default for all that has one.
//!
//! Never: read from the environment or a file here; the binary does that. State: none.

use crate::later::LaterLimits;
use salus_listen::TlsFiles;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use zeroize::Zeroizing;

/// The record server's options.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebOptions {
    /// Where to listen. Port 0 takes a free one, which `ready` tells.
    pub listen: SocketAddr,
    /// The address under which clients reach this server, such as `https://salus.example`, without a slash at the
    /// end. Ids and references are built with it.
    pub public_base_url: String,
    /// The data directory; the cells' stores lie in its folder `cells`.
    pub data_dir: PathBuf,
    /// The keyholder's Unix socket.
    pub keyholder_socket: PathBuf,
    /// The key shared with the keyholder: 64 hexadecimal digits.
    pub keyholder_key: KeyholderKey,
    /// Certificate chain and key for TLS; without, plain HTTP (behind a proxy, or on this machine only).
    #[serde(default)]
    pub tls: Option<TlsFiles>,
    /// Whether a proxy stands in front, whose `X-Forwarded-For` (its last address) is believed.
    #[serde(default)]
    pub behind_proxy: bool,
    /// Bounds.
    #[serde(default)]
    pub limits: WebLimits,
    /// The address of the door, where people sign in, without a slash at the end; without, nobody can.
    #[serde(default)]
    pub door_url: Option<String>,
    /// A line that the front page shows, such as that this is a demo; further lines are a command to be pasted, in which
    /// `{base}` stands for the server's address.
    #[serde(default)]
    pub note: Option<String>,
}

/// Bounds on what clients may take up.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebLimits {
    /// The largest request body, in bytes.
    pub max_body_bytes: usize,
    /// The most connections at once; more wait to be accepted.
    pub max_connections: usize,
    /// The most bytes of request bodies in memory at once; more wait.
    pub max_bodies_bytes: usize,
    /// How long a request's head may take to arrive, in milliseconds; also how long a connection may be idle.
    pub header_timeout_ms: u64,
    /// How long a request may take, its body included, in milliseconds. A write that was begun is still ended.
    pub request_timeout_ms: u64,
    /// For how long entries of a batch are begun by one proof, in milliseconds; at most [`salus_records::BATCH_MS`].
    pub batch_ms: u64,
    /// How long requests under way have when the server ends, in milliseconds.
    pub shutdown_ms: u64,
    /// How many threads serve requests.
    pub worker_threads: usize,
    /// The most requests of one session that are answered later (`Prefer: respond-async`): worked on, or kept to be fetched.
    pub max_async_per_session: usize,
    /// The most of all sessions.
    pub max_async: usize,
    /// The most bytes in memory for one session's: of requests that are worked on, and of answers that are kept.
    pub max_async_session_bytes: usize,
    /// The most bytes for all sessions'.
    pub max_async_bytes: usize,
    /// For how long such an answer is kept, in milliseconds.
    pub async_kept_ms: u64,
}

impl WebLimits {
    pub(crate) fn later(&self) -> LaterLimits {
        LaterLimits {
            per_session: self.max_async_per_session,
            in_all: self.max_async,
            session_bytes: self.max_async_session_bytes,
            bytes: self.max_async_bytes,
            kept: Duration::from_millis(self.async_kept_ms),
        }
    }
}

impl Default for WebLimits {
    fn default() -> Self {
        Self {
            max_body_bytes: 64 * 1024 * 1024,
            max_connections: 4096,
            max_bodies_bytes: 512 * 1024 * 1024,
            header_timeout_ms: 30_000,
            request_timeout_ms: 60_000,
            batch_ms: salus_records::BATCH_MS,
            shutdown_ms: 3_000,
            worker_threads: default_worker_threads(),
            max_async_per_session: 16,
            max_async: 256,
            max_async_session_bytes: 64 * 1024 * 1024,
            max_async_bytes: 256 * 1024 * 1024,
            async_kept_ms: 600_000,
        }
    }
}

/// The key shared with the keyholder; wiped when dropped, printed as nothing.
#[derive(Clone)]
pub struct KeyholderKey(pub(crate) Zeroizing<[u8; 32]>);

impl KeyholderKey {
    /// From its bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// From 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        hex_32(text).map(Self::from_bytes)
    }
}

impl std::fmt::Debug for KeyholderKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyholderKey(hidden)")
    }
}

impl<'de> Deserialize<'de> for KeyholderKey {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(from)?);
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("64 hexadecimal digits are expected"))
    }
}

/// 32 bytes from 64 hexadecimal digits.
pub(crate) fn hex_32(text: &str) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut out = [0u8; 32];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = (char::from(*high).to_digit(16)? << 4 | char::from(*low).to_digit(16)?) as u8;
    }
    Some(out)
}

/// One processor is left to the keyholder: fewer wake-ups make up for the thread that is not there.
fn default_worker_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |processors| processors.get().saturating_sub(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eFF";

    #[test]
    fn hexadecimal_keys_are_read_whole_or_not_at_all() {
        let bytes = hex_32(KEY).unwrap();
        assert_eq!((bytes[0], bytes[16], bytes[31]), (0, 16, 255));
        assert_eq!(hex_32(&KEY[1..]), None);
        assert_eq!(hex_32(&KEY.replace('0', "g")), None);
        assert_eq!(format!("{:?}", KeyholderKey::parse(KEY).unwrap()), "KeyholderKey(hidden)");
    }

    #[test]
    fn options_are_read_with_defaults_and_a_wrong_key_is_named() {
        let text = format!(
            r#"{{"listen":"127.0.0.1:0","public_base_url":"http://localhost:1","data_dir":"/d",
                "keyholder_socket":"/s","keyholder_key":"{KEY}","limits":{{"max_connections":7}}}}"#
        );
        let options: WebOptions = serde_json::from_str(&text).unwrap();
        assert_eq!(options.limits.max_connections, 7);
        assert_eq!(options.limits.max_body_bytes, 64 * 1024 * 1024);
        assert!(options.tls.is_none() && !options.behind_proxy && options.note.is_none());
        let wrong = text.replace("data_dir", "datadir");
        assert!(serde_json::from_str::<WebOptions>(&wrong).unwrap_err().to_string().contains("datadir"));
    }
}

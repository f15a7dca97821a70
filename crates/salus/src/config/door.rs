//! `[door]`: where people sign in. An origin of its own, and a relying party's id that browsers bind passkeys to.
//!
//! State: none.

use serde::Deserialize;
use std::net::SocketAddr;

/// Where the door is reached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Door {
    /// Address and port.
    pub listen: SocketAddr,
    /// Its origin, without a slash at its end; empty: from `listen`.
    pub public_url: String,
    /// What passkeys are bound to; empty: the host of the origin.
    pub rp_id: String,
}

impl Default for Door {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8643)),
            public_url: String::new(),
            rp_id: String::new(),
        }
    }
}

/// The host of an origin: `https://door.example:8443` has `door.example`. None for what is no origin.
pub fn host(origin: &str) -> Option<&str> {
    let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"))?;
    let host = match rest.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => host,
        Some(_) => return None,
        None => rest,
    };
    let is_name =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    (!host.is_empty() && host.bytes().all(is_name)).then_some(host)
}

/// Whether a relying party's id belongs to an origin: its host, or a domain above it (WebAuthn Level 2, 5.1.3).
pub fn belongs(rp_id: &str, origin: &str) -> bool {
    host(origin).is_some_and(|host| {
        host == rp_id
            || host.strip_suffix(rp_id).is_some_and(|rest| rest.ends_with('.') && rp_id.contains('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::{belongs, host};

    #[test]
    fn an_origin_has_a_host_and_nothing_behind_it() {
        assert_eq!(host("https://door.example"), Some("door.example"));
        assert_eq!(host("http://localhost:8643"), Some("localhost"));
        for bad in [
            "door.example",
            "https://",
            "https://door.example/x",
            "https://Door.example",
            "https://a:b",
            "ftp://a",
        ] {
            assert_eq!(host(bad), None, "{bad}");
        }
        assert!(
            belongs("door.example", "https://door.example")
                && belongs("salus.example", "https://door.salus.example:8443")
        );
        assert!(
            !belongs("evil.example", "https://door.example") && !belongs("example", "https://door.example")
        );
        assert!(!belongs("or.example", "https://door.example"));
    }
}

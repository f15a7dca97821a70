//! The key pair of whoever receives packages: a file with the secret half, and a line with the public one.
//!
//! Never: prints the secret. State: the file.

use crate::data_dir::write_private;
use crate::failure::Failure;
use crate::messages::say;
use salus_seal::escrow::{RecoveryIdentity, RecoverySecret};
use std::path::Path;
use zeroize::Zeroizing;

const PUBLIC: &str = "salus-evidence-1-";
const SECRET: &str = "salus-evidence-secret-1-";
/// The length of an X25519 key.
const KEY_BYTES: usize = 32;
/// The longest file that is read for a key, in bytes.
const MAX_FILE_BYTES: u64 = 4_096;

/// Makes a pair: the secret in a file that must not be there. The line with the public half.
pub fn make(path: &Path) -> Result<String, Failure> {
    let no_random = |_| Failure::could_not(say("no-random"));
    let (public, secret) = RecoverySecret::generate().map_err(no_random)?;
    let mut text = Zeroizing::new(String::from(SECRET));
    text.push_str(&Zeroizing::new(super::hex(secret.expose())));
    text.push('\n');
    write_private(path, text.as_bytes())?;
    Ok(line(&public))
}

/// A public key as it is written.
pub fn line(public: &RecoveryIdentity) -> String {
    format!("{PUBLIC}{}", super::hex(&public.0))
}

/// The public key of a line, or of a file that holds one.
pub fn public(text: &str) -> Result<[u8; KEY_BYTES], Failure> {
    let of_file = || std::fs::read_to_string(text).ok().and_then(|content| parse(&content, PUBLIC));
    parse(text, PUBLIC).or_else(of_file).ok_or_else(|| Failure::could_not(say("evidence-no-recipient")))
}

/// The secret of a file.
pub fn secret(path: &Path) -> Result<RecoverySecret, Failure> {
    use std::io::Read as _;
    let mut text = Zeroizing::new(String::new());
    let read = std::fs::File::open(path).and_then(|file| file.take(MAX_FILE_BYTES).read_to_string(&mut text));
    read.map_err(|why| Failure::could_not(say("cannot-read").with("path", path.display()).with("why", why)))?;
    let no_key = || Failure::could_not(say("evidence-no-secret").with("path", path.display()));
    parse(&text, SECRET).map(Zeroizing::new).map(|key| RecoverySecret::from_bytes(&*key)).ok_or_else(no_key)
}

fn parse(text: &str, prefix: &str) -> Option<[u8; KEY_BYTES]> {
    let digits = text.trim().strip_prefix(prefix)?;
    let mut key = [0; KEY_BYTES];
    if digits.len() != 2 * KEY_BYTES {
        return None;
    }
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_and_the_halves_are_not_mistaken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let line = make(&path).unwrap();
        let (public_key, secret_key) = (public(&line).unwrap(), secret(&path).unwrap());
        assert_eq!(secret_key.identity().unwrap(), RecoveryIdentity(public_key.to_vec()));
        assert!(make(&path).is_err(), "nothing is overwritten");
        assert!(public(path.to_str().unwrap()).is_err(), "the secret is no public key");
        let other = dir.path().join("public");
        std::fs::write(&other, format!("{line}\n")).unwrap();
        assert_eq!(public(other.to_str().unwrap()).unwrap(), public_key);
        assert!(secret(&other).is_err());
        for text in ["", "salus-evidence-1-", "salus-evidence-1-zz"] {
            assert!(public(text).is_err(), "{text}");
        }
    }
}

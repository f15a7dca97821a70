//! Where a search or history goes on: what the link to the next page holds.
//!
//! A link is opaque and good only in the session that got it, on this record server, as long as it runs: it holds the query
//! itself, sealed under a key of the process, so that neither the address bar nor a proxy's log shows a name.
//!
//! Never: trusts a link that does not open. State: the key.

use crate::{RecordsError, text};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salus_seal::keys::{Cipher, NONCE_BYTES, random};
use salus_trust_api::client::Asker;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest link that is looked at, in characters.
pub(crate) const MAX_LINK_CHARS: usize = 32 * 1024;

/// Seals and opens links.
#[derive(Debug)]
pub(crate) struct Links(Cipher);

impl Links {
    /// With a fresh key.
    ///
    /// Errors: when the provider fails.
    pub(crate) fn new() -> Result<Self, RecordsError> {
        let key = random().map_err(|_| RecordsError::Internal)?;
        Ok(Self(Cipher::new(&key).map_err(|_| RecordsError::Internal)?))
    }

    /// The link in which `asker` goes on from `state`.
    ///
    /// Errors: [`RecordsError::TooCostly`] when it would be longer than [`MAX_LINK_CHARS`].
    pub(crate) fn seal<T: Serialize>(&self, asker: &Asker, state: &T) -> Result<String, RecordsError> {
        let internal = |_| RecordsError::Internal;
        let nonce: [u8; NONCE_BYTES] = random().map_err(internal)?;
        let mut buffer = postcard::to_stdvec(state).map_err(|_| RecordsError::Internal)?;
        self.0.seal(nonce, &associated::<T>(asker), &mut buffer).map_err(internal)?;
        buffer.splice(..0, nonce);
        let link = URL_SAFE_NO_PAD.encode(buffer);
        if link.len() > MAX_LINK_CHARS {
            return Err(RecordsError::TooCostly(vec![text::query_too_long()]));
        }
        Ok(link)
    }

    /// The state in a link; none when it is not one of this session and process.
    pub(crate) fn open<T: DeserializeOwned>(&self, asker: &Asker, link: &str) -> Option<T> {
        if link.len() > MAX_LINK_CHARS {
            return None;
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(link).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk_mut::<NONCE_BYTES>()?;
        let plain = self.0.open(*nonce, &associated::<T>(asker), sealed).ok()?;
        postcard::from_bytes(plain).ok()
    }
}

/// The cell, the session, and what the link is for.
fn associated<T>(asker: &Asker) -> Vec<u8> {
    let kind = std::any::type_name::<T>().as_bytes();
    [&b"salus page v1\0"[..], &asker.cell.0, &asker.token.hash(), kind].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_seal::CellId;
    use salus_trust_api::{Purpose, Token};

    fn asker(cell: u8) -> Asker {
        Asker {
            token: Token::random().unwrap(),
            proof: Vec::new(),
            cell: CellId([cell; 16]),
            purpose: Purpose::Treatment,
            address: [0; 16],
        }
    }

    #[test]
    fn a_link_opens_only_in_its_session_and_cell_and_process() {
        let links = Links::new().unwrap();
        let me = asker(1);
        let state = ("Muster".to_owned(), 7u32);
        let link = links.seal(&me, &state).unwrap();
        assert_eq!(links.open(&me, &link), Some(state.clone()));
        let other_cell = Asker { cell: CellId([2; 16]), ..me.clone() };
        assert_eq!(links.open::<(String, u32)>(&other_cell, &link), None);
        assert_eq!(links.open::<(String, u32)>(&asker(1), &link), None);
        assert_eq!(Links::new().unwrap().open::<(String, u32)>(&me, &link), None);
        for at in 0..link.len() {
            let mut changed = link.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last character holds bits that say nothing.
            if at + 1 < link.len() {
                assert_eq!(links.open::<(String, u32)>(&me, &changed), None, "{at}");
            }
        }
        for bad in ["", "A", "!!!", &"A".repeat(MAX_LINK_CHARS + 1)] {
            assert_eq!(links.open::<(String, u32)>(&me, bad), None);
        }
        assert_ne!(link, links.seal(&me, &state).unwrap());
        assert_eq!(
            links.open::<(u32, u32)>(&me, &links.seal(&me, &(1u8, 2u32)).unwrap()),
            None,
            "of another kind"
        );
        assert!(matches!(links.seal(&me, &"x".repeat(MAX_LINK_CHARS)), Err(RecordsError::TooCostly(_))));
    }
}

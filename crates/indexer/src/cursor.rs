//! Cursors: where a page ended, sealed so that only this index can read it, and only for the same query.
//!
//! `nonce (12) ‖ AES-256-GCM(postcard of the position)`, bound to a hash of conditions and order.
//! Never: says a value to whoever holds it. State: the cipher.

use crate::order::Position;
use aws_lc_rs::{digest, hmac};
use salus_seal::keys::{Cipher, NONCE_BYTES, random};
use salus_trust_api::wire::query::{Query, SearchFault};
use zeroize::Zeroizing;

/// The longest cursor, in bytes.
const MAX_CURSOR_BYTES: usize = 4096;

/// Seals and opens cursors of one cell.
pub(crate) struct Cursors(Cipher);

impl Cursors {
    pub(crate) fn new(index_key: &[u8; 32]) -> Result<Self, salus_seal::SealError> {
        let root = hmac::Key::new(hmac::HMAC_SHA256, index_key);
        let mut key = Zeroizing::new([0u8; 32]);
        key.copy_from_slice(hmac::sign(&root, b"salus index cursor v1").as_ref());
        Cipher::new(&key).map(Self)
    }

    pub(crate) fn seal(&self, query: &Query, position: &Position) -> Result<Vec<u8>, SearchFault> {
        let nonce: [u8; NONCE_BYTES] = random().map_err(|_| SearchFault::Failed)?;
        let mut plain = postcard::to_stdvec(position).map_err(|_| SearchFault::Failed)?;
        self.0.seal(nonce, &associated(query)?, &mut plain).map_err(|_| SearchFault::Failed)?;
        Ok([nonce.as_slice(), &plain].concat())
    }

    pub(crate) fn open(&self, query: &Query, cursor: &[u8]) -> Result<Position, SearchFault> {
        let (nonce, sealed) = cursor.split_first_chunk::<NONCE_BYTES>().ok_or(SearchFault::BadCursor)?;
        if cursor.len() > MAX_CURSOR_BYTES {
            return Err(SearchFault::BadCursor);
        }
        let mut buffer = sealed.to_vec();
        let plain =
            self.0.open(*nonce, &associated(query)?, &mut buffer).map_err(|_| SearchFault::BadCursor)?;
        let position: Position = postcard::from_bytes(plain).map_err(|_| SearchFault::BadCursor)?;
        if position.keys.len() == query.sort.len() { Ok(position) } else { Err(SearchFault::BadCursor) }
    }
}

fn associated(query: &Query) -> Result<Vec<u8>, SearchFault> {
    let bytes =
        postcard::to_stdvec(&(&query.kinds, &query.all, &query.sort)).map_err(|_| SearchFault::Malformed)?;
    Ok(digest::digest(&digest::SHA256, &bytes).as_ref().to_vec())
}

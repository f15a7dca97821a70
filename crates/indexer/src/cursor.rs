//! Cursors: where a page ended, sealed so that only this index can read it, and only for the same query; and in what state of the
//! index, where the order could be another in the next one.
//!
//! `nonce (12) ‖ AES-256-GCM(postcard of the state's name and the position)`, bound to a hash of conditions and order. A state that is
//! not kept any more (there were too many, or it was too long ago, or the indexer began anew) is as if there were none: pages go on in
//! the newest.
//! Never: says a value to whoever holds it. State: the cipher, and the states that are kept.

use crate::order::Position;
use crate::view::View;
use aws_lc_rs::{digest, hmac};
use salus_seal::keys::{Cipher, NONCE_BYTES, random};
use salus_trust_api::wire::query::{Query, SearchFault};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The longest cursor, in bytes.
const MAX_CURSOR_BYTES: usize = 4096;

/// How many states of a cell's index are kept for pages to come, and for how long after the last page.
const MAX_KEPT: usize = 8;
const MAX_KEPT_TIME: Duration = Duration::from_secs(600);

/// Seals and opens cursors of one cell.
pub(crate) struct Cursors {
    cipher: Cipher,
    /// Those that were used last come last.
    kept: Mutex<Vec<Kept>>,
}

struct Kept {
    name: u64,
    view: Arc<View>,
    used: Instant,
}

/// The name of no state.
const NONE: u64 = 0;

impl Cursors {
    pub(crate) fn new(index_key: &[u8; 32]) -> Result<Self, salus_seal::SealError> {
        let root = hmac::Key::new(hmac::HMAC_SHA256, index_key);
        let mut key = Zeroizing::new([0u8; 32]);
        key.copy_from_slice(hmac::sign(&root, b"salus index cursor v1").as_ref());
        Ok(Self { cipher: Cipher::new(&key)?, kept: Mutex::default() })
    }

    /// Where the next page begins. The page's state is kept for it if there is an order of which a change would move something.
    pub(crate) fn seal(
        &self,
        query: &Query,
        view: &Arc<View>,
        position: &Position,
    ) -> Result<Vec<u8>, SearchFault> {
        let nonce: [u8; NONCE_BYTES] = random().map_err(|_| SearchFault::Failed)?;
        // By record number, nothing moves.
        let kept = if query.sort.is_empty() { NONE } else { self.keep(view)? };
        let mut plain = postcard::to_stdvec(&(kept, position)).map_err(|_| SearchFault::Failed)?;
        self.cipher.seal(nonce, &associated(query)?, &mut plain).map_err(|_| SearchFault::Failed)?;
        Ok([nonce.as_slice(), &plain].concat())
    }

    /// Where a page ended, and the state of the index that it was of, while that is kept.
    pub(crate) fn open(
        &self,
        query: &Query,
        cursor: &[u8],
    ) -> Result<(Position, Option<Arc<View>>), SearchFault> {
        let (nonce, sealed) = cursor.split_first_chunk::<NONCE_BYTES>().ok_or(SearchFault::BadCursor)?;
        if cursor.len() > MAX_CURSOR_BYTES {
            return Err(SearchFault::BadCursor);
        }
        let mut buffer = sealed.to_vec();
        let plain =
            self.cipher.open(*nonce, &associated(query)?, &mut buffer).map_err(|_| SearchFault::BadCursor)?;
        let (kept, position): (u64, Position) =
            postcard::from_bytes(plain).map_err(|_| SearchFault::BadCursor)?;
        if position.keys.len() == query.sort.len() {
            Ok((position, self.kept(kept)))
        } else {
            Err(SearchFault::BadCursor)
        }
    }

    /// Keeps a state, and gives its name.
    fn keep(&self, view: &Arc<View>) -> Result<u64, SearchFault> {
        let mut kept = self.lock();
        if let Some(at) = kept.iter().position(|one| Arc::ptr_eq(&one.view, view)) {
            let same = kept.remove(at);
            let name = same.name;
            kept.push(Kept { used: Instant::now(), ..same });
            return Ok(name);
        }
        if kept.len() >= MAX_KEPT {
            kept.remove(0);
        }
        // Of another life of the indexer, a name is not taken for one of this.
        let name = u64::from_le_bytes(random().map_err(|_| SearchFault::Failed)?).max(NONE + 1);
        kept.push(Kept { name, view: view.clone(), used: Instant::now() });
        Ok(name)
    }

    fn kept(&self, name: u64) -> Option<Arc<View>> {
        self.lock().iter().find(|one| one.name == name).map(|one| one.view.clone())
    }

    /// Without those of which no page was asked for long.
    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| one.used.elapsed() < MAX_KEPT_TIME);
        kept
    }
}

fn associated(query: &Query) -> Result<Vec<u8>, SearchFault> {
    let bytes =
        postcard::to_stdvec(&(&query.kinds, &query.all, &query.sort)).map_err(|_| SearchFault::Malformed)?;
    Ok(digest::digest(&digest::SHA256, &bytes).as_ref().to_vec())
}

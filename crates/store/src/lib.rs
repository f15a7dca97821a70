//! Sealed record versions of one cell, with what the store may know of them.
//!
//! For: finding a record's versions by address, adding versions so that a lost race is found and nothing is half
//! written, and telling how far the store has come ([`HighMarks`]), so that an older copy of it is noticed.
//!
//! Never: holds a key, opens anything, knows FHIR or HTTP, changes or removes a version once it is written. What is
//! in a row beside the sealed bytes is what DESIGN says that a copied disk shows: how many records of which type a
//! numbered compartment has, how large, and when written.
//!
//! State: one SQLite file per cell ([`CellStore`]), behind [`Store`], which other engines can implement with the
//! cell as the leading key.

mod address;
mod commit;
mod error;
mod ledger;
mod sqlite;
mod version;
mod words;

pub use address::{Address, StoredId};
pub use commit::{CommitItem, Landing, LedgerMark, NewVersion};
pub use error::{Conflict, StoreError};
pub use ledger::{DoneMarks, MAX_LEDGER_INDEX};
pub use sqlite::{CellStore, Look, Tuning, cells};
pub use version::{
    Head, HighMarks, Moment, PastVersion, Place, Stats, StoredVersion, VersionLeaf, WrappedVersion,
};
pub use words::{FeedVersion, KeptWords, Lacking, LackingPage};

use salus_seal::CellId;
use std::ops::ControlFlow;

/// The largest record number.
pub const MAX_RECORD: u64 = (1 << 39) - 1;
/// The largest version number of a record.
pub const MAX_VERSION: u32 = (1 << 24) - 1;
/// The most bytes of a compartment's wrap: what one of 256 patients takes, with room.
pub const MAX_COMPARTMENT_WRAP_BYTES: usize = 8 * 1024;
/// The most versions that [`Store::history`] gives at once.
pub const MAX_HISTORY: usize = 1000;
/// About the most sealed bytes that [`Store::history`] gives at once; a single version may be larger.
pub const MAX_HISTORY_BYTES: usize = 32 * 1024 * 1024;
/// About the most sealed bytes that [`Store::versions_after`] gives at once; a single version may be larger.
pub const MAX_FEED_BYTES: usize = 8 * 1024 * 1024;
/// The most records that [`Store::lacking`] looks at in one call.
pub const MAX_LOOKED: u64 = 4096;
/// The most items that wait for one cell's writer; above that, [`StoreError::Busy`].
pub const MAX_WAITING_ITEMS: usize = 4096;
/// The most sealed bytes that wait for one cell's writer; above that, [`StoreError::Busy`].
pub const MAX_WAITING_BYTES: usize = 256 * 1024 * 1024;

/// The records of one cell.
///
/// Reads are synchronous and take microseconds, so they may be called inline from async code. They see what was
/// durable when they began.
pub trait Store: Send + Sync {
    /// The cell whose records these are.
    fn cell(&self) -> CellId;

    /// The newest version's header, without its sealed bytes. `None` when there was never such a record; a deleted
    /// one has a head that says so.
    fn head(&self, address: &Address) -> Result<Option<Head>, StoreError>;

    /// The newest version (which may be a deletion) with the wraps that the keyholder needs.
    fn read(&self, address: &Address) -> Result<Option<WrappedVersion>, StoreError>;

    /// The given version of a record.
    fn vread(&self, address: &Address, version: u32) -> Result<Option<WrappedVersion>, StoreError>;

    /// Versions from the newest to the oldest, from below `before_version` where it is given. At most `limit`, and
    /// never more than [`MAX_HISTORY`] or [`MAX_HISTORY_BYTES`]: it has come to the end when it gave version 1.
    /// Empty when there was never such a record.
    fn history(
        &self,
        address: &Address,
        before_version: Option<u32>,
        limit: usize,
    ) -> Result<Vec<WrappedVersion>, StoreError>;

    /// These versions, by record and version, in their order; none for what is not here. Fewer than `wanted` when they are
    /// together over [`MAX_HISTORY_BYTES`], but at least one.
    fn versions(&self, wanted: &[(u64, u32)]) -> Result<Vec<Option<WrappedVersion>>, StoreError>;

    /// The versions that come after `after`, ascending by entry, then record, then version: at most `limit`, and never more
    /// than [`MAX_FEED_BYTES`], but one if there is one. What is committed meanwhile may or may not be seen.
    fn versions_after(&self, after: Place, limit: usize) -> Result<Vec<FeedVersion>, StoreError>;

    /// The newest versions, if they are not deletions, of records with numbers above `after` that lack new words; at most
    /// `limit`, and never more than [`MAX_FEED_BYTES`], but one if there is one. Looks at [`MAX_LOOKED`] records at most.
    fn lacking(&self, after: u64, wanted: &Lacking, limit: usize) -> Result<LackingPage, StoreError>;

    /// The versions of all records, or of those of a type, that come before `before`, descending by time, then record, then
    /// version, and were written at `since_ms` (milliseconds since 1970) or later. What is committed meanwhile with an earlier
    /// time than `before` is seen, and moves nothing else. At most `limit`, and never more than
    /// [`MAX_HISTORY`] or [`MAX_HISTORY_BYTES`]: it has come to the end when it gave nothing.
    fn versions_before(
        &self,
        kind: Option<u16>,
        before: Moment,
        since_ms: u64,
        limit: usize,
    ) -> Result<Vec<PastVersion>, StoreError>;

    /// The wrap of a compartment's key.
    fn compartment_wrap(&self, compartment: u64) -> Result<Option<Vec<u8>>, StoreError>;

    /// How far the store has come. All zero and `None` in a new one.
    fn high_marks(&self) -> Result<HighMarks, StoreError>;

    /// Whether a version that this log entry admitted is here. It resolves, after a crash, what was admitted and
    /// not yet said to have landed: an item lands whole or not at all.
    fn has_entry(&self, entry: u64) -> Result<bool, StoreError>;

    /// Which entries of an import bundle are done; `None` when nothing of it is.
    fn ledger(&self, bundle: &[u8; 32]) -> Result<Option<DoneMarks>, StoreError>;

    /// Gives every version from `from_entry` on, ascending by entry, then record, then version, until the visitor
    /// breaks. What is committed meanwhile may or may not be seen. Holds no lock between pages of rows.
    fn for_each_version(
        &self,
        from_entry: u64,
        visit: &mut dyn FnMut(VersionLeaf) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Counts and bytes. Reads the whole index: seconds on a large store.
    fn stats(&self) -> Result<Stats, StoreError>;

    /// Looks whether the store is whole in itself: pages, indexes, an address and a compartment for every record.
    /// Reads everything. What the sealed bytes are is for the log's version roots to say.
    ///
    /// Errors: [`StoreError::Corrupt`] when it is not.
    fn check(&self) -> Result<(), StoreError>;

    /// Adds versions, whole or not at all. Never blocks; the answer comes when it is durable, or when it is known
    /// that it was not done.
    fn commit(&self, item: CommitItem) -> Landing;

    /// Keeps words in place of those that were kept of the same record before; whole or not at all. Answers as
    /// [`Store::commit`] does. Those of a version that is not here are left out.
    fn keep_words(&self, words: Vec<KeptWords>) -> Landing;

    /// Finishes what waits, writes everything back into the one file and gives up the lock. Everything after it is
    /// [`StoreError::Closed`].
    fn close(&self);
}

//! What can go wrong with the store. Never carries a patient's value, an id or a key.

use crate::sqlite::SCHEMA_VERSION;

/// What a commit met that it did not expect. Nothing of the item was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// The record's newest version is another: somebody was faster.
    Head {
        /// The position in [`crate::CommitItem::versions`].
        at: usize,
        /// The newest version there is, 0 when there is no such record.
        found: u32,
    },
    /// The record's number belongs to another address.
    Record {
        /// The position in [`crate::CommitItem::versions`].
        at: usize,
    },
    /// There is already a compartment of this number.
    Compartment {
        /// Its number.
        compartment: u64,
    },
    /// A version that this log entry admitted is already here.
    Entry {
        /// The entry.
        entry: u64,
    },
    /// The import has already done this entry of its bundle.
    Ledger {
        /// The entry's index.
        index: u32,
    },
}

/// What can go wrong with the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store is not as the item expects. Nothing of the item was written.
    #[error("the store is not as the commit expects it: {0:?}")]
    Conflict(Conflict),
    /// The item contradicts itself or is over a bound. Nothing of it was written.
    #[error("the commit is not well formed: {what}")]
    Unfit {
        /// What is wrong.
        what: &'static str,
    },
    /// Too much waits already. Nothing of the item was written.
    #[error("too many commits are waiting")]
    Busy,
    /// The disk is full. Nothing of the item was written.
    #[error("the disk is full")]
    Full,
    /// The disk failed. Nothing of the item was written.
    #[error("the disk failed (SQLite code {code})")]
    Io {
        /// SQLite's extended result code, or 0 when it was not SQLite.
        code: i32,
    },
    /// The disk failed in the middle of a commit, and it cannot be known yet whether the item landed:
    /// [`crate::Store::has_entry`] says so once the store was opened again, or another commit has succeeded.
    #[error("the disk failed, and it is not known whether the commit landed")]
    Unknown,
    /// The store's own structure is damaged.
    #[error("the store is damaged: {what}")]
    Corrupt {
        /// What was found.
        what: &'static str,
    },
    /// Another process, or another instance in this one, has the cell open.
    #[error("the cell is in use by another process")]
    InUse,
    /// There is no such cell here.
    #[error("there is no such cell")]
    Missing,
    /// There is already such a cell here.
    #[error("there is already such a cell")]
    Exists,
    /// The file belongs to another cell.
    #[error("the file belongs to another cell")]
    OtherCell,
    /// The file was written by a newer Salus.
    #[error("the file has schema {found}, and this version knows only up to {}", SCHEMA_VERSION)]
    TooNew {
        /// The schema it has.
        found: u32,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

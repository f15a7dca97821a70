//! What SQLite's errors mean to the store.
//!
//! Never: passes on SQLite's text, which could name values. State: none.

use crate::StoreError;
use rusqlite::ErrorCode;

/// The store's word for an error of SQLite. Constraints that are expected to fail are looked at before.
pub fn fault_of(error: &rusqlite::Error) -> StoreError {
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return StoreError::Corrupt { what: "a row is not of the expected form" };
    };
    match failure.code {
        ErrorCode::DiskFull => StoreError::Full,
        ErrorCode::DatabaseCorrupt => StoreError::Corrupt { what: "a page or the schema" },
        ErrorCode::NotADatabase => StoreError::Corrupt { what: "the file is not a database" },
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::InUse,
        ErrorCode::ConstraintViolation => {
            StoreError::Corrupt { what: "a constraint that was looked at before" }
        }
        // Without its table or column, the schema is not the one that user_version says.
        ErrorCode::Unknown => StoreError::Corrupt { what: "the schema" },
        _ => StoreError::Io { code: failure.extended_code },
    }
}

/// Whether an error is a constraint's that says: already there.
pub fn is_duplicate(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(failure, _)
        if matches!(failure.extended_code, rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | rusqlite::ffi::SQLITE_CONSTRAINT_ROWID
            | rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE))
}

/// Whether an error is a foreign key's that says: nothing there to refer to.
pub fn is_missing_parent(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(failure, _)
        if failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
}

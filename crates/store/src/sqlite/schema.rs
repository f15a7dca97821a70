//! The tables, and how a file of an older schema becomes one of this.
//!
//! Never: opens a file of a newer schema, or one that is not ours. State: none.
//!
//! A version's key is `record << 24 | version`: a record's versions lie side by side, the newest is found with one
//! seek, and new records are appended, which fills the pages. PostgreSQL can have (cell, record, version) instead.

use super::fault::fault_of;
use crate::StoreError;
use rusqlite::Connection;
use salus_seal::CellId;

/// What tells our files from other SQLite files: "SALU".
const APPLICATION_ID: i32 = 0x5341_4c55;

/// What is to be run, in order, to come from schema N to N + 1. Never changed once released, only added to.
const MIGRATIONS: [&str; 4] = [
    include_str!("schema-1.sql"),
    include_str!("schema-2.sql"),
    include_str!("schema-3.sql"),
    include_str!("schema-4.sql"),
];

/// The schema that this version writes.
pub const SCHEMA_VERSION: u32 = MIGRATIONS.len() as u32;

/// Makes a new file's tables for a cell. All of it or nothing.
pub fn create(connection: &mut Connection, cell: &CellId) -> Result<(), StoreError> {
    if version_of(connection)? != 0 {
        return Err(StoreError::Exists);
    }
    let fault = |error| fault_of(&error);
    let transaction = connection.transaction().map_err(fault)?;
    migrate(&transaction, 0)?;
    transaction.execute("INSERT INTO cell (id) VALUES (?1)", [&cell.0[..]]).map_err(fault)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(fault)?;
    transaction.commit().map_err(fault)
}

/// Looks whether the file is this cell's, and brings it to this version's schema.
pub fn open(connection: &mut Connection, cell: &CellId) -> Result<(), StoreError> {
    let found = version_of(connection)?;
    let application: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(|e| fault_of(&e))?;
    if found == 0 {
        return Err(StoreError::Missing);
    }
    if application != APPLICATION_ID {
        return Err(StoreError::Corrupt { what: "the file is not a cell's" });
    }
    if found > SCHEMA_VERSION {
        return Err(StoreError::TooNew { found });
    }
    if found < SCHEMA_VERSION {
        let transaction = connection.transaction().map_err(|e| fault_of(&e))?;
        migrate(&transaction, found)?;
        transaction.commit().map_err(|e| fault_of(&e))?;
    }
    let owner: Vec<u8> =
        connection.query_row("SELECT id FROM cell", [], |row| row.get(0)).map_err(|e| fault_of(&e))?;
    if owner == cell.0 { Ok(()) } else { Err(StoreError::OtherCell) }
}

fn migrate(connection: &Connection, from: u32) -> Result<(), StoreError> {
    for step in MIGRATIONS.iter().skip(from as usize) {
        connection.execute_batch(step).map_err(|e| fault_of(&e))?;
    }
    connection.pragma_update(None, "user_version", SCHEMA_VERSION).map_err(|e| fault_of(&e))
}

fn version_of(connection: &Connection) -> Result<u32, StoreError> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(|e| fault_of(&e))
}

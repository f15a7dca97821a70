//! One item into the open transaction: everything it expects is looked at, then written.
//!
//! Never: commits. A failure leaves a half of the item in the transaction, which the caller rolls back.
//! State: none.

use super::fault::{fault_of, is_duplicate, is_missing_parent};
use super::rows::{key_of, parts_of};
use crate::ledger::Chunk;
use crate::{
    CommitItem, Conflict, KeptWords, LedgerMark, MAX_COMPARTMENT_WRAP_BYTES, MAX_RECORD, MAX_VERSION,
    NewVersion, StoreError,
};
use rusqlite::{Connection, OptionalExtension, params};
use salus_seal::CellId;

/// Bounds and contradictions that need no look into the store.
pub fn look_over(item: &CommitItem, cell: CellId) -> Result<(), StoreError> {
    let unless = |good: bool, what| if good { Ok(()) } else { Err(StoreError::Unfit { what }) };
    let fits = |number: u64| i64::try_from(number).is_ok();
    unless(item.first_entry <= item.last_entry && fits(item.last_entry), "its first and last entry")?;
    unless(!item.versions.is_empty(), "it has no versions")?;
    for (number, wrap) in &item.compartments {
        unless(fits(*number), "a compartment's number")?;
        unless(
            !wrap.is_empty() && wrap.len() <= MAX_COMPARTMENT_WRAP_BYTES,
            "the length of a compartment's wrap",
        )?;
    }
    for new in &item.versions {
        let header = &new.sealed.header;
        unless(header.cell == cell, "a header of another cell")?;
        unless(header.kind == new.address.kind, "a header of another type than its address")?;
        unless((1..=MAX_RECORD).contains(&header.record), "a record's number")?;
        unless(new.expected_version < MAX_VERSION, "a version's number")?;
        unless(
            header.version == new.expected_version + 1,
            "a version that does not follow the expected one",
        )?;
        unless(fits(header.compartment) && fits(header.time_ms), "a header's compartment or time")?;
        unless((item.first_entry..=item.last_entry).contains(&new.entry), "an entry outside of the item's")?;
    }
    // has_entry(first) must tell whether the item landed.
    unless(item.versions.iter().any(|new| new.entry == item.first_entry), "no version of the first entry")
}

/// Writes the item, or says what it met.
pub fn apply(connection: &Connection, item: &CommitItem) -> Result<(), StoreError> {
    if let Some(entry) = entry_within(connection, item.first_entry, item.last_entry)? {
        return Err(StoreError::Conflict(Conflict::Entry { entry }));
    }
    for (number, wrap) in &item.compartments {
        let mut insert = statement(connection, "INSERT INTO compartment (number, wrap) VALUES (?1, ?2)")?;
        match insert.execute(params![*number as i64, wrap]) {
            Ok(_) => {}
            Err(error) if is_duplicate(&error) => {
                return Err(StoreError::Conflict(Conflict::Compartment { compartment: *number }));
            }
            Err(error) => return Err(fault_of(&error)),
        }
    }
    for (at, new) in item.versions.iter().enumerate() {
        add_version(connection, at, new)?;
    }
    match &item.ledger {
        Some(mark) => add_marks(connection, mark),
        None => Ok(()),
    }
}

/// The first entry within these bounds that a version names.
pub fn entry_within(connection: &Connection, first: u64, last: u64) -> Result<Option<u64>, StoreError> {
    statement(connection, "SELECT entry FROM version WHERE entry BETWEEN ?1 AND ?2 ORDER BY entry LIMIT 1")?
        .query_row([first as i64, last as i64], |row| row.get::<_, i64>(0))
        .optional()
        .map(|entry| entry.map(|entry| entry as u64))
        .map_err(|e| fault_of(&e))
}

fn statement<'a>(
    connection: &'a Connection,
    sql: &'static str,
) -> Result<rusqlite::CachedStatement<'a>, StoreError> {
    connection.prepare_cached(sql).map_err(|e| fault_of(&e))
}

/// Keeps new words; those of the record's other versions go.
pub fn keep_words(connection: &Connection, words: &[KeptWords]) -> Result<(), StoreError> {
    for one in words {
        if !(1..=MAX_RECORD).contains(&one.record) || !(1..=MAX_VERSION).contains(&one.version) {
            continue;
        }
        let key = key_of(one.record, one.version);
        statement(connection, "DELETE FROM words WHERE key BETWEEN ?1 AND ?2")?
            .execute([key_of(one.record, 0), key_of(one.record, MAX_VERSION)])
            .map_err(|e| fault_of(&e))?;
        statement(
            connection,
            "INSERT INTO words (key, made, extraction, wrap, words) \
             SELECT key, ?2, ?3, ?4, ?5 FROM version WHERE key = ?1",
        )?
        .execute(params![key, one.made as i64, one.extraction, &one.wrap[..], one.words])
        .map_err(|e| fault_of(&e))?;
    }
    Ok(())
}

fn add_version(connection: &Connection, at: usize, new: &NewVersion) -> Result<(), StoreError> {
    let header = &new.sealed.header;
    let address = new.address.to_bytes();
    if new.expected_version == 0 {
        let mut insert = statement(connection, "INSERT INTO address (address, record) VALUES (?1, ?2)")?;
        match insert.execute(params![address, header.record as i64]) {
            Ok(_) => {}
            Err(error) if is_duplicate(&error) => {
                let found = head_of(connection, &address)?.map_or(0, |(_, version)| version);
                return Err(StoreError::Conflict(Conflict::Head { at, found }));
            }
            Err(error) => return Err(fault_of(&error)),
        }
    } else {
        let (record, found) = head_of(connection, &address)?.unwrap_or((0, 0));
        if found != new.expected_version {
            return Err(StoreError::Conflict(Conflict::Head { at, found }));
        }
        if record != header.record {
            return Err(StoreError::Conflict(Conflict::Record { at }));
        }
    }
    insert_version(connection, at, new)
}

fn insert_version(connection: &Connection, at: usize, new: &NewVersion) -> Result<(), StoreError> {
    let header = &new.sealed.header;
    let inserted = statement(
        connection,
        "INSERT INTO version (key, entry, kind, compartment, time_ms, deleted, wrap, line, words, body) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        key_of(header.record, header.version),
        new.entry as i64,
        header.kind,
        header.compartment as i64,
        header.time_ms as i64,
        header.deleted,
        &new.wrap[..],
        new.sealed.line,
        new.sealed.words,
        new.sealed.body,
    ]);
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if is_duplicate(&error) => Err(StoreError::Conflict(Conflict::Record { at })),
        Err(error) if is_missing_parent(&error) => {
            Err(StoreError::Unfit { what: "a compartment that is not there" })
        }
        Err(error) => Err(fault_of(&error)),
    }
}

/// Record and newest version of an address.
fn head_of(connection: &Connection, address: &[u8]) -> Result<Option<(u64, u32)>, StoreError> {
    statement(
        connection,
        "SELECT v.key FROM address a CROSS JOIN version v \
         ON v.key BETWEEN a.record << 24 AND a.record << 24 | 16777215 WHERE a.address = ?1 ORDER BY v.key DESC LIMIT 1",
    )?
    .query_row([address], |row| row.get(0))
    .optional()
    .map(|key| key.map(parts_of))
    .map_err(|e| fault_of(&e))
}

fn add_marks(connection: &Connection, mark: &LedgerMark) -> Result<(), StoreError> {
    let mut done = mark.done.clone();
    done.sort_unstable();
    for group in done.chunk_by(|a, b| Chunk::of(*a) == Chunk::of(*b)) {
        let Some(number) = group.first().copied().map(Chunk::of) else { continue };
        let old: Option<Vec<u8>> =
            statement(connection, "SELECT done FROM ledger WHERE bundle = ?1 AND chunk = ?2")?
                .query_row(params![&mark.bundle[..], number], |row| row.get(0))
                .optional()
                .map_err(|e| fault_of(&e))?;
        let mut chunk = Chunk::from_bytes(&old.unwrap_or_default())
            .ok_or(StoreError::Corrupt { what: "a chunk of the ledger" })?;
        for index in group {
            if !chunk.mark(*index) {
                return Err(StoreError::Conflict(Conflict::Ledger { index: *index }));
            }
        }
        statement(connection, "INSERT OR REPLACE INTO ledger (bundle, chunk, done) VALUES (?1, ?2, ?3)")?
            .execute(params![&mark.bundle[..], number, chunk.as_bytes()])
            .map_err(|e| fault_of(&e))?;
    }
    Ok(())
}

//! A look at a cell's versions from another process than the one that has the store open.
//!
//! For: comparing the store with the log, and telling whose the versions are that the log names. It sees what was durable when it asked for a page.
//!
//! Never: writes; takes the lock. State: how far it has come.

use super::fault::fault_of;
use super::readers::Readers;
use super::{FILE, SCAN_ROWS, folder_of, rows, system};
use crate::{StoreError, VersionLeaf};
use rusqlite::{OptionalExtension as _, params};
use salus_seal::{CellId, Header};
use std::path::Path;

/// A version's header, and the log entry that admitted it.
const HEADER: &str = "SELECT key, kind, compartment, time_ms, deleted, entry FROM version WHERE key = ?1";
const COMPARTMENT: &str = "SELECT wrap FROM compartment WHERE number = ?1";
const OF_KIND: &str = "SELECT key, compartment, time_ms FROM version WHERE kind = ?1 AND (time_ms, key) > (?2, ?3) \
     ORDER BY time_ms, key LIMIT ?4";
const IDS: &str =
    "SELECT address, record FROM address WHERE address > ?1 AND address < ?2 ORDER BY address LIMIT ?3";

/// A look at one cell.
pub struct Look {
    cell: CellId,
    readers: Readers,
    after: (i64, i64),
}

impl Look {
    /// At the cell's file under `dir`.
    ///
    /// Errors: [`StoreError::Missing`] when there is none.
    pub fn begin(dir: &Path, cell: CellId) -> Result<Self, StoreError> {
        let path = folder_of(dir, &cell).join(FILE);
        if !path.try_exists().map_err(|e| system(&e))? {
            return Err(StoreError::Missing);
        }
        Ok(Self { cell, readers: Readers::new(path, 0), after: (0, 0) })
    }

    /// The next versions, ascending by entry, then record, then version; empty when there are no more.
    pub fn next_leaves(&mut self) -> Result<Vec<VersionLeaf>, StoreError> {
        let (cell, after) = (self.cell, self.after);
        let page = self.readers.with(|connection| rows::leaves(connection, cell, after, SCAN_ROWS))?;
        if let Some((key, leaf)) = page.last() {
            self.after = (leaf.entry as i64, *key);
        }
        Ok(page.into_iter().map(|(_, leaf)| leaf).collect())
    }

    /// The headers of versions (record, version), in their order, each with the log entry that admitted it; none for what is not there.
    pub fn headers(
        &self,
        versions: impl IntoIterator<Item = (u64, u32)>,
    ) -> Result<Vec<Option<(Header, u64)>>, StoreError> {
        let cell = self.cell;
        self.readers.with(|connection| {
            let mut statement = connection.prepare_cached(HEADER).map_err(|e| fault_of(&e))?;
            let mut header = |(record, version)| {
                let found = statement.query_row([rows::key_of(record, version)], |row| {
                    let entry: i64 = row.get(5)?;
                    Ok(rows::header_of(row, cell).map(|header| (header, entry as u64)))
                });
                found.optional().map_err(|e| fault_of(&e))?.transpose()
            };
            versions.into_iter().map(&mut header).collect()
        })
    }

    /// What the log's version root covers of versions (record, version), in their order; none for what is not there.
    pub fn leaves_of(&self, versions: &[(u64, u32)]) -> Result<Vec<Option<VersionLeaf>>, StoreError> {
        self.readers.with(|connection| {
            let leaf = |(record, version): &(u64, u32)| rows::leaf(connection, self.cell, *record, *version);
            versions.iter().map(leaf).collect()
        })
    }

    /// The wraps of compartments, by number; those that are not there are left out.
    pub fn compartments(&self, numbers: &[u64]) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.readers.with(|connection| {
            let mut statement = connection.prepare_cached(COMPARTMENT).map_err(|e| fault_of(&e))?;
            let mut found = Vec::with_capacity(numbers.len());
            for number in numbers {
                let wrap = statement.query_row([*number as i64], |row| row.get(0)).optional();
                found.extend(wrap.map_err(|e| fault_of(&e))?.map(|wrap| (*number, wrap)));
            }
            Ok(found)
        })
    }

    /// The records of a type and the compartments of their versions, all of them, in no certain order: (record, compartment).
    pub fn of_kind(&self, kind: u16, mut take: impl FnMut(u64, u64)) -> Result<(), StoreError> {
        let mut after = (0_i64, 0_i64);
        loop {
            let page: Vec<(i64, i64, i64)> = self.readers.with(|connection| {
                let mut statement = connection.prepare_cached(OF_KIND).map_err(|e| fault_of(&e))?;
                let limit = SCAN_ROWS as i64;
                let rows = statement.query_map(params![kind, after.0, after.1, limit], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                });
                let rows = rows.map_err(|e| fault_of(&e))?;
                rows.collect::<Result<_, _>>().map_err(|e| fault_of(&e))
            })?;
            let Some(last) = page.last() else { return Ok(()) };
            after = (last.2, last.0);
            page.iter().for_each(|(key, compartment, _)| take(rows::parts_of(*key).0, *compartment as u64));
        }
    }

    /// The records of a type that have a random id, which the store knows as it is: (record, id).
    pub fn random_ids(&self, kind: u16, mut take: impl FnMut(u64, [u8; 16])) -> Result<(), StoreError> {
        let [high, low] = kind.to_be_bytes();
        let mut after = vec![high, low, 0];
        loop {
            let page: Vec<(Vec<u8>, i64)> = self.readers.with(|connection| {
                let mut statement = connection.prepare_cached(IDS).map_err(|e| fault_of(&e))?;
                let rows = statement
                    .query_map(params![after, [high, low, 1].as_slice(), SCAN_ROWS as i64], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })
                    .map_err(|e| fault_of(&e))?;
                rows.collect::<Result<_, _>>().map_err(|e| fault_of(&e))
            })?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after.clone_from(last);
            for (address, record) in &page {
                if let Some(id) = address.last_chunk::<16>() {
                    take(*record as u64, *id);
                }
            }
        }
    }
}

//! A look at a cell's versions from another process than the one that has the store open.
//!
//! For: comparing the store with the log. It sees what was durable when it asked for a page.
//!
//! Never: writes; takes the lock. State: how far it has come.

use super::readers::Readers;
use super::{FILE, SCAN_ROWS, folder_of, rows, system};
use crate::{StoreError, VersionLeaf};
use salus_seal::CellId;
use std::path::Path;

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
}

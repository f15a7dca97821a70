//! What durability costs: entries appended to a file, and synced together. State: a file.

use super::repeat;
use crate::context::Effort;
use crate::error::BenchError;
use crate::measurement::Measurement;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

/// The length of an entry, in bytes.
pub const ENTRY_BYTES: usize = 128;

/// Appends entries to a file, so many at once, and syncs.
pub fn append(effort: Effort, folder: &Path, entries: u32, round: u32) -> Result<Measurement, BenchError> {
    let path = folder.join("appended");
    let mut file = File::create(&path).map_err(BenchError::io(&path))?;
    let entry = vec![0x5a; ENTRY_BYTES * entries as usize];
    repeat(effort, ("fsync", "fdatasync", entries, round), |_| {
        let written = file.write_all(&entry).and_then(|()| file.sync_data());
        written.map_err(BenchError::io(&path))
    })
}

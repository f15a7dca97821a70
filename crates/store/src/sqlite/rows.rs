//! Between rows and what the store gives back, and the statements that read.
//!
//! Never: trusts a row; what is out of bounds is [`StoreError::Corrupt`]. State: none.

use super::fault::fault_of;
use crate::{
    FeedVersion, Head, HighMarks, Lacking, LackingPage, MAX_FEED_BYTES, MAX_HISTORY, MAX_HISTORY_BYTES,
    MAX_LOOKED, MAX_RECORD, MAX_VERSION, Moment, PastVersion, Place, Stats, StoreError, StoredVersion,
    VersionLeaf, WrappedVersion,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use salus_seal::wrap::VERSION_WRAP_BYTES;
use salus_seal::{CellId, Header, Sealed};

/// Bits of a version's key that are the version's number.
const VERSION_BITS: u32 = 24;

/// The key of a version. Both within their bounds, which the writer looks at.
pub fn key_of(record: u64, version: u32) -> i64 {
    (record << VERSION_BITS | u64::from(version)) as i64
}

/// Record and version of a key.
pub fn parts_of(key: i64) -> (u64, u32) {
    let key = key as u64;
    ((key >> VERSION_BITS) & MAX_RECORD, key as u32 & MAX_VERSION)
}

// The order of the tables is fixed by CROSS JOIN: one seek for the address, one for its versions from the newest
// on, one for the compartment.
macro_rules! found {
    ($columns:literal, $keys:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM address a CROSS JOIN version v ON ",
            $keys,
            " CROSS JOIN compartment c ON c.number = v.compartment WHERE a.address = ?1 ORDER BY v.key DESC LIMIT ?2"
        )
    };
}

const HEAD: &str = "SELECT v.key, v.kind, v.compartment, v.time_ms, v.deleted FROM address a CROSS JOIN version v \
     ON v.key BETWEEN a.record << 24 AND a.record << 24 | 16777215 WHERE a.address = ?1 ORDER BY v.key DESC LIMIT 1";
const READ: &str = found!(
    "v.key, v.kind, v.compartment, v.time_ms, v.deleted, v.entry, v.wrap, v.line, v.words, v.body, c.wrap",
    "v.key BETWEEN a.record << 24 AND a.record << 24 | 16777215"
);
const VREAD: &str = found!(
    "v.key, v.kind, v.compartment, v.time_ms, v.deleted, v.entry, v.wrap, v.line, v.words, v.body, c.wrap",
    "v.key = a.record << 24 | ?3"
);
const HISTORY: &str = found!(
    "v.key, v.kind, v.compartment, v.time_ms, v.deleted, v.entry, v.wrap, v.line, v.words, v.body, c.wrap",
    "v.key BETWEEN a.record << 24 AND a.record << 24 | ?3"
);
const VERSION: &str = "SELECT v.key, v.kind, v.compartment, v.time_ms, v.deleted, v.entry, v.wrap, v.line, v.words, v.body, c.wrap \
     FROM version v CROSS JOIN compartment c ON c.number = v.compartment WHERE v.key = ?1";
const AFTER: &str = "SELECT v.key, v.kind, v.compartment, v.time_ms, v.deleted, v.entry, v.wrap, v.line, v.words, v.body, c.wrap, \
     w.wrap, w.words FROM version v CROSS JOIN compartment c ON c.number = v.compartment LEFT JOIN words w ON w.key = v.key \
     WHERE (v.entry, v.key) > (?1, ?2) ORDER BY v.entry, v.key LIMIT ?3";
const BEFORE: &str = "SELECT v.key, v.kind, v.compartment, v.time_ms, v.deleted, v.entry, v.wrap, v.line, v.words, v.body, c.wrap, \
     (SELECT p.deleted FROM version p WHERE p.key = v.key - 1 AND v.key & 16777215 > 1) \
     FROM version v CROSS JOIN compartment c ON c.number = v.compartment \
     WHERE (v.time_ms, v.key) < (?1, ?2) AND v.time_ms >= ?3 ORDER BY v.time_ms DESC, v.key DESC";
const BEFORE_OF_KIND: &str = "SELECT v.key, v.kind, v.compartment, v.time_ms, v.deleted, v.entry, v.wrap, v.line, v.words, v.body, c.wrap, \
     (SELECT p.deleted FROM version p WHERE p.key = v.key - 1 AND v.key & 16777215 > 1) \
     FROM version v CROSS JOIN compartment c ON c.number = v.compartment \
     WHERE v.kind = ?4 AND (v.time_ms, v.key) < (?1, ?2) AND v.time_ms >= ?3 ORDER BY v.time_ms DESC, v.key DESC";
const NEXT_RECORD: &str = "SELECT key FROM version WHERE key > ?1 ORDER BY key LIMIT 1";
const NEWEST: &str = "SELECT v.key, v.kind, v.deleted, v.entry, w.made, w.extraction \
     FROM version v LEFT JOIN words w ON w.key = v.key WHERE v.key BETWEEN ?1 AND ?2 ORDER BY v.key DESC LIMIT 1";
const LEAVES: &str = "SELECT key, kind, compartment, time_ms, deleted, entry, line, words, body FROM version \
     WHERE (entry, key) > (?1, ?2) ORDER BY entry, key LIMIT ?3";

const LEAF: &str =
    "SELECT key, kind, compartment, time_ms, deleted, entry, line, words, body FROM version WHERE key = ?1";

/// The newest version's header.
pub fn head(connection: &Connection, cell: CellId, address: &[u8]) -> Result<Option<Head>, StoreError> {
    let mut statement = connection.prepare_cached(HEAD).map_err(|e| fault_of(&e))?;
    let header = statement
        .query_row([address], |row| Ok(header_of(row, cell)))
        .optional()
        .map_err(|e| fault_of(&e))?;
    header.transpose().map(|header| header.as_ref().map(Head::from))
}

/// The newest version with its wraps.
pub fn read(
    connection: &Connection,
    cell: CellId,
    address: &[u8],
) -> Result<Option<WrappedVersion>, StoreError> {
    let mut statement = connection.prepare_cached(READ).map_err(|e| fault_of(&e))?;
    let found = statement.query_row(params![address, 1], |row| Ok(wrapped_of(row, cell))).optional();
    found.map_err(|e| fault_of(&e))?.transpose()
}

/// One version with its wraps.
pub fn vread(
    connection: &Connection,
    cell: CellId,
    address: &[u8],
    version: u32,
) -> Result<Option<WrappedVersion>, StoreError> {
    if version == 0 || version > MAX_VERSION {
        return Ok(None);
    }
    let mut statement = connection.prepare_cached(VREAD).map_err(|e| fault_of(&e))?;
    let found = statement.query_row(params![address, 1, version], |row| Ok(wrapped_of(row, cell))).optional();
    found.map_err(|e| fault_of(&e))?.transpose()
}

/// Versions from below a version on, the newest first.
pub fn history(
    connection: &Connection,
    cell: CellId,
    address: &[u8],
    before: Option<u32>,
    limit: usize,
) -> Result<Vec<WrappedVersion>, StoreError> {
    let newest = before.map_or(MAX_VERSION, |before| before.saturating_sub(1).min(MAX_VERSION));
    let mut statement = connection.prepare_cached(HISTORY).map_err(|e| fault_of(&e))?;
    let rows = statement
        .query_map(params![address, limit.min(MAX_HISTORY) as i64, newest], |row| Ok(wrapped_of(row, cell)))
        .map_err(|e| fault_of(&e))?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    for row in rows {
        let version = row.map_err(|e| fault_of(&e))??;
        bytes += weight_of(&version);
        if bytes > MAX_HISTORY_BYTES && !found.is_empty() {
            break;
        }
        found.push(version);
    }
    Ok(found)
}

/// The versions of these keys, in their order, as far as the bound of bytes reaches.
pub fn versions(
    connection: &Connection,
    cell: CellId,
    wanted: &[(u64, u32)],
) -> Result<Vec<Option<WrappedVersion>>, StoreError> {
    let mut statement = connection.prepare_cached(VERSION).map_err(|e| fault_of(&e))?;
    let (mut found, mut bytes) = (Vec::with_capacity(wanted.len()), 0);
    for (record, version) in wanted {
        if !(1..=MAX_RECORD).contains(record) || !(1..=MAX_VERSION).contains(version) {
            found.push(None);
            continue;
        }
        let row =
            statement.query_row([key_of(*record, *version)], |row| Ok(wrapped_of(row, cell))).optional();
        let one = row.map_err(|e| fault_of(&e))?.transpose()?;
        bytes += one.as_ref().map_or(0, weight_of);
        if bytes > MAX_HISTORY_BYTES && !found.is_empty() {
            break;
        }
        found.push(one);
    }
    Ok(found)
}

/// The versions after a place, ascending.
pub fn after(
    connection: &Connection,
    cell: CellId,
    after: Place,
    limit: usize,
) -> Result<Vec<FeedVersion>, StoreError> {
    let mut statement = connection.prepare_cached(AFTER).map_err(|e| fault_of(&e))?;
    let (entry, key) = sort_key_of(after);
    let rows = statement
        .query_map(params![entry, key, limit as i64], |row| {
            let anew = row.get::<_, Option<[u8; VERSION_WRAP_BYTES]>>(11)?.zip(row.get(12)?);
            Ok(wrapped_of(row, cell).map(|version| FeedVersion { version, anew }))
        })
        .map_err(|e| fault_of(&e))?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    for row in rows {
        let one: FeedVersion = row.map_err(|e| fault_of(&e))??;
        bytes += weight_of(&one.version) + one.anew.as_ref().map_or(0, |(_, words)| words.len());
        if bytes > MAX_FEED_BYTES && !found.is_empty() {
            break;
        }
        found.push(one);
    }
    Ok(found)
}

/// The newest versions of records after one that lack new words.
pub fn lacking(
    connection: &Connection,
    cell: CellId,
    after: u64,
    wanted: &Lacking,
    limit: usize,
) -> Result<LackingPage, StoreError> {
    let mut next = connection.prepare_cached(NEXT_RECORD).map_err(|e| fault_of(&e))?;
    let mut look = connection.prepare_cached(NEWEST).map_err(|e| fault_of(&e))?;
    let mut page = LackingPage { versions: Vec::new(), after, looked: 0, done: false };
    let mut bytes = 0;
    while page.versions.len() < limit && page.looked < MAX_LOOKED {
        let behind = key_of(page.after.min(MAX_RECORD), MAX_VERSION);
        let key = next.query_row([behind], |row| row.get(0)).optional().map_err(|e| fault_of(&e))?;
        let Some((record, _)) = key.map(parts_of) else {
            page.done = true;
            break;
        };
        let bounds = params![key_of(record, 0), key_of(record, MAX_VERSION)];
        let (key, kind, deleted, entry, made, extraction) = look
            .query_row(bounds, |row| {
                let made: (Option<i64>, Option<u32>) = (row.get(4)?, row.get(5)?);
                let (kind, deleted): (u16, bool) = (row.get(1)?, row.get(2)?);
                Ok((row.get::<_, i64>(0)?, kind, deleted, row.get::<_, i64>(3)?, made.0, made.1))
            })
            .map_err(|e| fault_of(&e))?;
        let is_new = made.is_some_and(|made| made as u64 >= wanted.made)
            && extraction.is_some_and(|extraction| extraction >= wanted.extraction);
        let is_of_them = wanted.kinds.is_empty() || wanted.kinds.contains(&kind);
        if !deleted && is_of_them && !is_new && entry as u64 <= wanted.up_to {
            let one = versions(connection, cell, &[parts_of(key)])?.pop().flatten();
            let one = one.ok_or(StoreError::Corrupt { what: "a version's row" })?;
            bytes += weight_of(&one);
            if bytes > MAX_FEED_BYTES && !page.versions.is_empty() {
                break;
            }
            page.versions.push(one);
        }
        page.after = record;
        page.looked += 1;
    }
    Ok(page)
}

/// The versions before a moment, descending, down to a time.
pub fn before(
    connection: &Connection,
    cell: CellId,
    kind: Option<u16>,
    before: Moment,
    since_ms: u64,
    limit: usize,
) -> Result<Vec<PastVersion>, StoreError> {
    let sql = if kind.is_some() { BEFORE_OF_KIND } else { BEFORE };
    let mut statement = connection.prepare_cached(sql).map_err(|e| fault_of(&e))?;
    let time_of = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
    let key = key_of(before.record.min(MAX_RECORD), before.version.min(MAX_VERSION));
    let (time, since) = (time_of(before.time_ms), time_of(since_ms));
    let mut rows = match kind {
        Some(kind) => statement.query(params![time, key, since, kind]),
        None => statement.query(params![time, key, since]),
    }
    .map_err(|e| fault_of(&e))?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    while found.len() < limit.min(MAX_HISTORY)
        && let Some(row) = rows.next().map_err(|e| fault_of(&e))?
    {
        let version = wrapped_of(row, cell)?;
        bytes += weight_of(&version);
        if bytes > MAX_HISTORY_BYTES && !found.is_empty() {
            break;
        }
        let previous_deleted: Option<bool> = row.get(11).map_err(|e| fault_of(&e))?;
        found.push(PastVersion { version, created: previous_deleted.unwrap_or(true) });
    }
    Ok(found)
}

fn sort_key_of(place: Place) -> (i64, i64) {
    let place = place.min(Place::END);
    (place.entry as i64, key_of(place.record.min(MAX_RECORD), place.version.min(MAX_VERSION)))
}

/// The sealed bytes of a version.
fn weight_of(version: &WrappedVersion) -> usize {
    let sealed = &version.stored.sealed;
    sealed.body.len() + sealed.line.len() + sealed.words.len()
}

/// A page of leaves after an entry and a key; each with its key.
pub fn leaves(
    connection: &Connection,
    cell: CellId,
    after: (i64, i64),
    limit: usize,
) -> Result<Vec<(i64, VersionLeaf)>, StoreError> {
    let mut statement = connection.prepare_cached(LEAVES).map_err(|e| fault_of(&e))?;
    let rows = statement
        .query_map(params![after.0, after.1, limit as i64], |row| leaf_of(row, cell))
        .map_err(|e| fault_of(&e))?;
    rows.map(|row| row.map_err(|e| fault_of(&e))?).collect()
}

/// One of them.
pub fn leaf(
    connection: &Connection,
    cell: CellId,
    record: u64,
    version: u32,
) -> Result<Option<VersionLeaf>, StoreError> {
    let mut statement = connection.prepare_cached(LEAF).map_err(|e| fault_of(&e))?;
    let found = statement.query_row([key_of(record, version)], |row| leaf_of(row, cell)).optional();
    Ok(found.map_err(|e| fault_of(&e))?.transpose()?.map(|(_, leaf)| leaf))
}

/// Its key and the leaf, from the nine columns of [`LEAVES`].
fn leaf_of(row: &Row<'_>, cell: CellId) -> rusqlite::Result<Result<(i64, VersionLeaf), StoreError>> {
    let key: i64 = row.get(0)?;
    let parts = (row.get(6)?, row.get(7)?, row.get(8)?);
    let entry: i64 = row.get(5)?;
    Ok(header_of(row, cell).map(|header| {
        let sealed = Sealed { header, line: parts.0, words: parts.1, body: parts.2 };
        (key, VersionLeaf { entry: entry as u64, header, hash: sealed.hash() })
    }))
}

/// The header, from the first five columns.
pub fn header_of(row: &Row<'_>, cell: CellId) -> Result<Header, StoreError> {
    let number = |at| row.get::<_, i64>(at).ok().and_then(|value| u64::try_from(value).ok());
    let header = (|| {
        let (record, version) = parts_of(row.get(0).ok()?);
        Some(Header {
            cell,
            record,
            version,
            kind: u16::try_from(number(1)?).ok()?,
            compartment: number(2)?,
            time_ms: number(3)?,
            deleted: match number(4)? {
                0 => false,
                1 => true,
                _ => return None,
            },
        })
    })();
    header.ok_or(StoreError::Corrupt { what: "a version's header" })
}

/// A version with its wraps, from all eleven columns.
fn wrapped_of(row: &Row<'_>, cell: CellId) -> Result<WrappedVersion, StoreError> {
    let header = header_of(row, cell)?;
    let found = (|| {
        Some(WrappedVersion {
            stored: StoredVersion {
                sealed: Sealed {
                    header,
                    line: row.get(7).ok()?,
                    words: row.get(8).ok()?,
                    body: row.get(9).ok()?,
                },
                wrap: row.get_ref(6).ok()?.as_blob().ok()?.try_into().ok()?,
                entry: u64::try_from(row.get::<_, i64>(5).ok()?).ok()?,
            },
            compartment_wrap: row.get(10).ok()?,
        })
    })();
    found.ok_or(StoreError::Corrupt { what: "a version's row" })
}

/// How far the store has come.
pub fn high_marks(connection: &Connection) -> Result<HighMarks, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT (SELECT max(key) FROM version), (SELECT max(number) FROM compartment), \
             last_entry, last_mac, time_ms FROM cell",
        )
        .map_err(|e| fault_of(&e))?;
    let marks = statement.query_row([], |row| {
        let (key, compartment): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
        let (entry, mac): (Option<i64>, Option<[u8; 16]>) = (row.get(2)?, row.get(3)?);
        Ok(HighMarks {
            record: key.map_or(0, |key| parts_of(key).0),
            compartment: compartment.unwrap_or(0) as u64,
            last_entry: entry.zip(mac).map(|(entry, mac)| (entry as u64, mac)),
            time_ms: row.get::<_, i64>(4)? as u64,
        })
    });
    marks.map_err(|e| fault_of(&e))
}

/// All of [`Stats`] but the bytes on disk.
pub fn counts(connection: &Connection) -> Result<Stats, StoreError> {
    let count = |sql: &str| {
        connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|n| n as u64).map_err(|e| fault_of(&e))
    };
    Ok(Stats {
        records: count("SELECT count(*) FROM address")?,
        versions: count("SELECT count(*) FROM version")?,
        compartments: count("SELECT count(*) FROM compartment")?,
        bytes: 0,
        free_bytes: count("PRAGMA freelist_count")? * count("PRAGMA page_size")?,
    })
}

/// Whether pages, indexes and references are whole.
pub fn check(connection: &Connection) -> Result<(), StoreError> {
    let verdict: String =
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(|e| fault_of(&e))?;
    if verdict != "ok" {
        return Err(StoreError::Corrupt { what: "pages or indexes" });
    }
    let none = |sql: &str, what| match connection.query_row(sql, [], |_| Ok(())).optional() {
        Ok(None) => Ok(()),
        Ok(Some(())) => Err(StoreError::Corrupt { what }),
        Err(error) => Err(fault_of(&error)),
    };
    none("PRAGMA foreign_key_check", "a version without its compartment")?;
    none(
        "SELECT 1 FROM address a WHERE NOT EXISTS (SELECT 1 FROM version WHERE key = a.record << 24 | 1)",
        "an address without its record",
    )?;
    none(
        "SELECT 1 FROM (SELECT count(*) AS records FROM version WHERE key & 16777215 = 1) \
         JOIN (SELECT count(DISTINCT record) AS found, count(*) AS addresses FROM address) \
         WHERE records <> found OR records <> addresses",
        "a record without its address, or with two",
    )?;
    none(
        "SELECT 1 FROM version v WHERE v.key & 16777215 <> 1 \
         AND NOT EXISTS (SELECT 1 FROM version WHERE key = v.key - 1)",
        "a record that lacks a version",
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reads_seek_and_neither_scan_nor_sort() {
        let mut connection = Connection::open_in_memory().unwrap();
        super::super::schema::create(&mut connection, &CellId([1; 16])).unwrap();
        for sql in
            [HEAD, READ, VREAD, HISTORY, VERSION, AFTER, BEFORE, BEFORE_OF_KIND, LEAVES, NEXT_RECORD, NEWEST]
        {
            let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let count = explain.parameter_count();
            let steps = explain
                .query_map(rusqlite::params_from_iter(vec![1; count]), |row| row.get::<_, String>(3))
                .unwrap()
                .map(Result::unwrap)
                .collect::<Vec<_>>();
            assert!(
                !steps.is_empty()
                    && steps.iter().all(|step| step.starts_with("SEARCH") || step.starts_with("CORRELATED")),
                "{sql}: {steps:?}"
            );
        }
    }

    #[test]
    fn keys_are_ordered_by_record_then_version() {
        let parts = [(1, 1), (1, 2), (1, MAX_VERSION), (2, 1), (MAX_RECORD, 1), (MAX_RECORD, MAX_VERSION)];
        for pair in parts.windows(2) {
            assert!(key_of(pair[0].0, pair[0].1) < key_of(pair[1].0, pair[1].1));
        }
        for (record, version) in parts {
            assert_eq!(parts_of(key_of(record, version)), (record, version));
        }
    }
}

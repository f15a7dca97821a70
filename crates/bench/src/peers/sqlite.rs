//! Plain SQLite rows of the same bodies, in this process: WAL, synchronous=FULL, statements kept.
//!
//! State: a database file.

use super::repeat;
use crate::context::Effort;
use crate::error::BenchError;
use crate::measurement::Measurement;
use rusqlite::{Connection, params};
use std::path::Path;

/// A database of plain rows.
pub struct Plain {
    connection: Connection,
    rows: u64,
}

impl Plain {
    /// With one row for each body.
    pub fn create(path: &Path, bodies: &[String]) -> Result<Self, BenchError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(
            "CREATE TABLE resource (id BLOB, version INTEGER, body BLOB, PRIMARY KEY (id, version));
             BEGIN",
        )?;
        let mut plain = Self { connection, rows: 0 };
        for body in bodies {
            plain.insert_row(body)?;
        }
        plain.connection.execute_batch("COMMIT")?;
        Ok(plain)
    }

    fn insert_row(&mut self, body: &str) -> Result<(), BenchError> {
        let mut insert =
            self.connection.prepare_cached("INSERT INTO resource (id, version, body) VALUES (?1, 1, ?2)")?;
        insert.execute(params![id(self.rows), body.as_bytes()])?;
        self.rows += 1;
        Ok(())
    }

    /// Reads rows one by one, each by its id.
    pub fn read(&mut self, effort: Effort, round: u32) -> Result<Measurement, BenchError> {
        let Self { connection, rows } = self;
        let select = "SELECT body FROM resource WHERE id = ?1 ORDER BY version DESC LIMIT 1";
        repeat(effort, ("sqlite read", "SQLite", 1, round), |n| {
            let mut select = connection.prepare_cached(select)?;
            let number = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % *rows;
            let body: Vec<u8> = select.query_row([id(number)], |row| row.get(0))?;
            std::hint::black_box(body);
            Ok(())
        })
    }

    /// Inserts rows, so many in a transaction, each transaction synced.
    pub fn insert(
        &mut self,
        effort: Effort,
        bodies: &[String],
        rows: u32,
        round: u32,
    ) -> Result<Measurement, BenchError> {
        let mut bodies = bodies.iter().cycle();
        repeat(effort, ("sqlite insert", "SQLite", rows, round), |_| {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            for body in bodies.by_ref().take(rows as usize) {
                self.insert_row(body)?;
            }
            Ok(self.connection.execute_batch("COMMIT")?)
        })
    }
}

/// A random-looking id; the same number gives the same id.
fn id(number: u64) -> [u8; 16] {
    let mix = |mut x: u64| {
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    (u128::from(mix(number)) << 64 | u128::from(mix(!number))).to_be_bytes()
}

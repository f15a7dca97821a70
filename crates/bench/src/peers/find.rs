//! What the search field is asked for, asked of a plain SQLite table with indexes, in this process.
//!
//! State: a database file.

use super::repeat;
use crate::context::Effort;
use crate::error::BenchError;
use crate::measurement::Measurement;
use crate::practice::Known;
use crate::runs::pages::Typed;
use rusqlite::{Connection, params, params_from_iter};
use std::path::Path;

/// The first lines, by name, as the page shows them; and one more, to know whether there are others.
const LINES: &str = "ORDER BY family, given LIMIT 41";

/// A table of patients.
pub struct Lines(Connection);

impl Lines {
    /// Of these.
    pub fn create(path: &Path, patients: &[Known]) -> Result<Self, BenchError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(
            "CREATE TABLE patient (id TEXT PRIMARY KEY, family TEXT COLLATE NOCASE, given TEXT COLLATE NOCASE, birth TEXT);
             CREATE INDEX by_name ON patient (family, given);
             CREATE INDEX by_given ON patient (given);
             CREATE INDEX by_birth ON patient (birth);
             BEGIN",
        )?;
        let mut insert = connection.prepare("INSERT INTO patient VALUES (?1, ?2, ?3, ?4)")?;
        for one in patients {
            insert.execute(params![one.id, one.family, one.given, one.birth])?;
        }
        drop(insert);
        connection.execute_batch("COMMIT; ANALYZE")?;
        Ok(Self(connection))
    }

    /// Asks for each of these in turn, again and again.
    pub fn ask(&self, effort: Effort, round: u32, typed: &[Typed]) -> Result<Measurement, BenchError> {
        let begins = "family >= ?1 AND family < ?1 || x'f4'";
        let texts = [
            format!("SELECT id, family, given, birth FROM patient WHERE {begins} {LINES}"),
            format!(
                "SELECT id, family, given, birth FROM patient WHERE {begins} AND given >= ?2 AND given < ?2 || x'f4' {LINES}"
            ),
            format!("SELECT id, family, given, birth FROM patient WHERE birth = ?1 {LINES}"),
        ];
        repeat(effort, ("find tables", "SQLite", 1, round), |n| {
            let (text, values) = match typed.get(n as usize % typed.len().max(1)) {
                Some(Typed::Family(family)) => (&texts[0], vec![family]),
                Some(Typed::Both(family, given)) => (&texts[1], vec![family, given]),
                Some(Typed::Birth(birth)) => (&texts[2], vec![birth]),
                None => return Err(BenchError::program("find", "nothing is asked for")),
            };
            let mut statement = self.0.prepare_cached(text)?;
            let mut rows = statement.query(params_from_iter(values))?;
            let mut found = 0;
            while let Some(row) = rows.next()? {
                std::hint::black_box((row.get::<_, String>(1)?, row.get::<_, String>(2)?));
                found += 1;
            }
            if found > 0 { Ok(()) } else { Err(BenchError::program("SQLite", "nothing was found")) }
        })
    }
}

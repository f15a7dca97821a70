//! The patients and observations that are searched for, in plain SQLite tables with indexes, in this process.
//!
//! State: a database file.

use super::repeat;
use crate::context::Effort;
use crate::error::BenchError;
use crate::measurement::Measurement;
use crate::people::{Person, WEIGHT};
use crate::runs::search::of;
use rusqlite::{Connection, params};
use std::path::Path;

/// What is asked of the tables: a name, and the query of one parameter or two.
pub const QUERIES: [&str; 3] = ["by identifier", "by name", "by patient and code"];

/// Plain tables of the same patients.
pub struct Tables {
    connection: Connection,
    ids: Vec<String>,
}

impl Tables {
    /// Empty ones.
    pub fn create(path: &Path) -> Result<Self, BenchError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(
            "CREATE TABLE patient (id TEXT PRIMARY KEY, identifier TEXT, family TEXT, given TEXT, birth_date TEXT, body TEXT);
             CREATE INDEX by_identifier ON patient (identifier);
             CREATE INDEX by_family ON patient (family);
             CREATE INDEX by_given ON patient (given);
             CREATE TABLE observation (patient TEXT, code TEXT, day TEXT, body TEXT);
             CREATE INDEX by_patient ON observation (patient, code);
             CREATE INDEX by_code ON observation (code);",
        )?;
        Ok(Self { connection, ids: Vec::new() })
    }

    /// Adds the patients of these numbers, whose Patients have these ids.
    pub fn grow(&mut self, numbers: std::ops::Range<u32>, ids: &[String]) -> Result<(), BenchError> {
        self.connection.execute_batch("BEGIN")?;
        for number in numbers {
            let Some(id) = ids.get(number as usize) else { continue };
            self.insert(&Person::of(number), id)?;
        }
        self.ids = ids.to_vec();
        Ok(self.connection.execute_batch("COMMIT; ANALYZE")?)
    }

    fn insert(&self, person: &Person, id: &str) -> Result<(), BenchError> {
        let mut patient =
            self.connection.prepare_cached("INSERT INTO patient VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        let mut observation =
            self.connection.prepare_cached("INSERT INTO observation VALUES (?1, ?2, ?3, ?4)")?;
        let (identifier, family, given) = (person.identifier(), person.family(), person.given());
        patient.execute(params![
            id,
            identifier,
            family,
            given,
            person.birth_date(),
            person.patient().to_string()
        ])?;
        for body in person.observations() {
            let code = body["code"]["coding"][0]["code"].as_str().unwrap_or_default();
            observation.execute(params![id, code, person.day(), body.to_string()])?;
        }
        Ok(())
    }

    /// Asks each of [`QUERIES`] again and again, every time of another patient.
    pub fn all(&self, effort: Effort, round: u32, size: u32) -> Result<Vec<Measurement>, BenchError> {
        let texts = [
            "SELECT body FROM patient WHERE identifier = ?1",
            "SELECT body FROM patient WHERE family >= ?1 AND family < ?1 || x'7f' OR given >= ?1 AND given < ?1 || x'7f' LIMIT 20",
            "SELECT body FROM observation WHERE patient = ?1 AND code = ?2",
        ];
        let ask = |(query, text): (&&str, &str)| {
            let mut statement = self.connection.prepare(text)?;
            let name = of(query, size);
            repeat(effort, ("search tables", &name, 1, round), |n| {
                let number = (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) % self.ids.len().max(1) as u64;
                let person = Person::of(number as u32);
                let values = match *query {
                    "by identifier" => vec![person.identifier()],
                    "by name" => vec![person.family()],
                    _ => vec![self.ids.get(number as usize).cloned().unwrap_or_default(), WEIGHT.to_owned()],
                };
                let mut rows = statement.query(rusqlite::params_from_iter(values))?;
                let mut found = 0;
                while let Some(row) = rows.next()? {
                    std::hint::black_box(row.get::<_, String>(0)?);
                    found += 1;
                }
                if found > 0 { Ok(()) } else { Err(BenchError::Http(format!("nothing was found {query}"))) }
            })
        };
        QUERIES.iter().zip(texts).map(ask).collect()
    }
}

//! What somebody at the machine may do, asked of the running keyholder; and how it is reported.
//!
//! Never: opens a record. State: a connection, for one command.

mod adopt;
pub mod alarm;
mod alarm_test;
pub mod budget;
pub mod budgets;
pub mod canary;
pub mod change;
pub mod changes;
pub mod compare;
pub mod contain;
pub mod evidence;
pub mod extraction;
pub mod incident;
pub mod index;
pub mod letters;
pub mod likeness;
pub mod log;
mod log_alarms;
mod log_budgets;
mod log_exports;
mod log_people;
mod log_policy;
mod log_relations;
pub mod matched;
pub mod matching;
pub mod package;
mod package_files;
pub mod person;
pub mod role;
pub mod scope;
pub mod status;
pub mod verify;
mod versions;

use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use crate::process::parse_key;
use salus_fhir::Language;
use salus_trust_api::admin::{AdminClient, AdminClientError};
use salus_trust_api::wire::{AdminAnswer, AdminAsk, AdminError, Status};
use std::io::Write as _;
use zeroize::Zeroizing;

/// A connection to the keyholder that runs on a data directory.
pub struct Administration {
    client: AdminClient,
    dir: String,
}

impl Administration {
    /// Connects, with the administrator's key from the data directory.
    pub fn connect(data: &DataDir) -> Result<Self, Failure> {
        data.must_exist()?;
        let dir = data.path().display().to_string();
        let path = data.trust().join("admin.key");
        let unreadable = || Failure::could_not(say("admin-key-unreadable").with("path", path.display()));
        let text = Zeroizing::new(std::fs::read_to_string(&path).map_err(|_| unreadable())?);
        let key = parse_key(text.trim()).ok_or_else(unreadable)?;
        match AdminClient::connect(&data.keyholder_socket(), &key) {
            Ok(client) => Ok(Self { client, dir }),
            Err(error) => Err(failure(error, &dir)),
        }
    }

    /// Asks, and waits for the answer.
    pub fn ask(&mut self, ask: AdminAsk) -> Result<AdminAnswer, Failure> {
        self.client.ask(ask).map_err(|error| failure(error, &self.dir))
    }

    /// What there is.
    pub fn status(&mut self) -> Result<Status, Failure> {
        match self.ask(AdminAsk::Status)? {
            AdminAnswer::Status(status) => Ok(status),
            _ => Err(unexpected()),
        }
    }
}

/// An answer that does not fit the question.
pub fn unexpected() -> Failure {
    Failure::could_not(say("connection-broken"))
}

fn failure(error: AdminClientError, dir: &str) -> Failure {
    match error {
        AdminClientError::NotRunning => Failure::could_not(say("server-not-running").with("dir", dir)),
        AdminClientError::Unwelcome => Failure::could_not(say("admin-key-refused").with("dir", dir)),
        AdminClientError::Broken => unexpected(),
        AdminClientError::Admin(AdminError::NotFound { what }) => {
            Failure::no(say("admin-not-found").with("what", what))
        }
        AdminClientError::Admin(AdminError::Exists { what }) => {
            Failure::no(say("admin-exists").with("what", what))
        }
        AdminClientError::Admin(AdminError::Invalid { field, rule }) => {
            Failure::no(say("admin-invalid").with("field", field).with("rule", rule))
        }
        AdminClientError::Admin(AdminError::Unavailable { why }) => {
            Failure::could_not(say("admin-unavailable").with("why", why))
        }
    }
}

/// How a command reports on stdout.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// As one JSON document.
    pub json: bool,
    /// Of what is said in words.
    pub language: Language,
}

impl Output {
    /// Writes the JSON document, or else the lines. A reader that went away is no fault.
    pub fn report(self, json: &serde_json::Value, lines: impl FnOnce(Language) -> Vec<String>) {
        let mut stdout = std::io::stdout().lock();
        if self.json {
            let _ = writeln!(stdout, "{json:#}");
        } else {
            for line in lines(self.language) {
                let _ = writeln!(stdout, "{line}");
            }
        }
    }
}

/// Rows as lines, columns as wide as they must be.
pub fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell_width =
        |row: &Vec<String>, column: usize| row.get(column).map_or(0, |cell| cell.chars().count());
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().map(|row| cell_width(row, column)).max().unwrap_or(0))
        .collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_aligned_by_letters_and_not_by_bytes() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        assert_eq!(super::table(&[row(["Präfix", "n"]), row(["x", "22"])]), ["Präfix  n", "x       22"]);
    }
}

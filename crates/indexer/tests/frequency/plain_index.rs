//! What must not be built: an index that names its words by blind tokens. For each patient a row: the token of the surname, the
//! record's number, and noise.

use aws_lc_rs::hmac;
use std::path::{Path, PathBuf};

const TOKEN_BYTES: usize = 16;

/// A file for each step, never changed.
pub struct PlainIndex {
    folder: PathBuf,
    key: hmac::Key,
    files: usize,
}

impl PlainIndex {
    pub fn new(folder: &Path) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
        Self { folder: folder.to_owned(), key, files: 0 }
    }

    /// Adds patients with these surnames, from this number on.
    pub fn write(&mut self, first: usize, surnames: impl Iterator<Item = String>) {
        let mut rows = Vec::new();
        for (at, surname) in surnames.enumerate() {
            let record = ((first + at) as u64).to_be_bytes();
            rows.extend_from_slice(&hmac::sign(&self.key, surname.as_bytes()).as_ref()[..TOKEN_BYTES]);
            rows.extend_from_slice(&record);
            rows.extend_from_slice(&hmac::sign(&self.key, &record).as_ref()[..8]);
        }
        std::fs::write(self.folder.join(self.files.to_string()), rows).unwrap();
        self.files += 1;
    }
}

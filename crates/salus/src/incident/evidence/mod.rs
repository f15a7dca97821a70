//! One package for investigators: files, a manifest with their hashes, and a note by the log's key over it; as a tar archive, sealed to
//! their public key. docs/formats/evidence.md.
//!
//! `tests/verify_evidence.py` checks an opened package without any code of ours.
//!
//! Never: a patient's name, which nobody here knows. State: the files, in memory until they are sealed.

pub mod key;
pub mod summary;
pub mod tar;

use aws_lc_rs::digest;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The name of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// The name of the note over it.
pub const NOTE: &str = "manifest.note";

/// SHA-256, in hexadecimal digits.
pub fn hash(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a package holds, by path.
#[derive(Debug, Default)]
pub struct Package {
    /// Each file.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Package {
    /// One more file.
    pub fn add(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.to_owned(), bytes.into());
    }

    /// One more document.
    pub fn add_json(&mut self, path: &str, value: &Value) {
        self.add(path, format!("{value:#}\n"));
    }

    /// The manifest of all that is in it now.
    pub fn manifest(&self, cell: &str, id: &str, made: &str) -> Value {
        let entry = |(path, bytes): (&String, &Vec<u8>)| {
            (path.clone(), json!({"sha256": hash(bytes), "bytes": bytes.len()}))
        };
        let files: Map<String, Value> = self.files.iter().map(entry).collect();
        json!({"salus-evidence": 1, "cell": cell, "id": id, "made": made, "files": files})
    }

    /// What is wrong with a package that was opened; none: each file is there, as the manifest says, and none beside.
    pub fn fault(&self) -> Option<String> {
        let manifest = self.files.get(MANIFEST)?;
        let Ok(manifest) = serde_json::from_slice::<Value>(manifest) else {
            return Some(MANIFEST.to_owned());
        };
        let Some(listed) = manifest["files"].as_object() else { return Some(MANIFEST.to_owned()) };
        let of_its_own = |path: &&String| ![MANIFEST, NOTE].contains(&path.as_str());
        let beside = self.files.keys().filter(of_its_own).find(|path| !listed.contains_key(*path));
        let differs = listed.iter().find(|(path, said)| {
            let bytes = self.files.get(*path);
            bytes.is_none_or(|bytes| said["sha256"] != hash(bytes).as_str())
        });
        differs.map(|(path, _)| path.clone()).or_else(|| beside.cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_finds_what_was_changed_left_out_and_added() {
        let mut package = Package::default();
        package.add("a", "1");
        package.add("b/c", "2");
        let manifest = package.manifest("praxis", "00", "2026-01-01T00:00:00Z");
        package.add_json(MANIFEST, &manifest);
        package.add(NOTE, "signed");
        assert_eq!(package.fault(), None);
        package.add("x", "3");
        assert_eq!(package.fault().as_deref(), Some("x"));
        package.files.remove("x");
        package.add("a", "2");
        assert_eq!(package.fault().as_deref(), Some("a"));
        package.files.remove("a");
        assert_eq!(package.fault().as_deref(), Some("a"));
    }
}

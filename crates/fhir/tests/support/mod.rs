//! Where the tests' data is, and what they say when it is not there.
#![allow(dead_code, reason = "each test file uses a part")]

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn folder(path: PathBuf, test: &str, hint: &str) -> Option<PathBuf> {
    if path.is_dir() {
        return Some(path);
    }
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "{test}: no test data at {}; {hint}",
        path.display()
    );
    println!("not run: {test}: no test data ({hint})");
    None
}

/// HL7's example resources.
pub fn examples(test: &str) -> Option<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    folder(target.join("test-data/hl7.fhir.r4.examples"), test, "cargo run -p xtask -- test-data")
}

/// Synthea's transaction bundles.
pub fn synthea(test: &str) -> Option<PathBuf> {
    let data =
        std::env::var_os("SALUS_TEST_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    folder(data.join("synthea"), test, "set SALUS_TEST_DATA")
}

/// KBV's sick notes and prescriptions, valid and invalid, in XML.
pub fn kbv(test: &str) -> Option<PathBuf> {
    let data =
        std::env::var_os("SALUS_TEST_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    folder(data.join("kbv"), test, "set SALUS_TEST_DATA")
}

/// The JSON files of a folder, in the order of their names, each with its text.
pub fn files(folder: &Path) -> impl Iterator<Item = (String, String)> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    names.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    names.sort();
    names.into_iter().map(|path| {
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        (path.file_name().expect("a name").to_string_lossy().into_owned(), text)
    })
}

/// A small generator (xorshift64*), so that a failure can be repeated.
pub struct Random(u64);

impl Random {
    /// One that always gives the same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound
    }
}

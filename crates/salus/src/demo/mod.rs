//! The demo: two practices of invented patients, made through the same doors as anybody's.
//!
//! Never: touches a data directory that was not made for it. State: DIR/demo.json, and how far its making has come.

mod identifiers;
pub mod people;
pub mod practice;
mod random;
pub mod run;
mod words;

use serde_json::{Value, json};

/// A country and its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locale {
    /// Germany, in German.
    German,
    /// France, in French.
    French,
}

impl Locale {
    /// The one of two wordings.
    fn of<T: Copy>(self, [german, french]: [T; 2]) -> T {
        match self {
            Self::German => german,
            Self::French => french,
        }
    }

    fn country(self) -> &'static str {
        self.of(["DE", "FR"])
    }

    /// Keeps the two countries' random numbers apart.
    fn place(self) -> u64 {
        self.of([10, 20])
    }
}

fn entry(full_url: &str, method: &str, url: &str, resource: Value) -> Value {
    json!({"fullUrl": full_url, "resource": resource, "request": {"method": method, "url": url}})
}

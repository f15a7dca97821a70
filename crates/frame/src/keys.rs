//! Keys: one table a page, which the `?` sheet shows, and whose entries stand at what they do as `data-key`.
//!
//! State: none.

/// To what a key belongs; the sheet's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Of this page.
    Page,
    /// Of the patient who is open.
    Patient,
    /// Going somewhere.
    Go,
    /// Everywhere.
    Anywhere,
}

impl Group {
    /// Its message.
    pub fn key(self) -> &'static str {
        match self {
            Self::Page => "keys-page",
            Self::Patient => "keys-patient",
            Self::Go => "keys-go",
            Self::Anywhere => "keys-anywhere",
        }
    }
}

/// A key and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortcut {
    /// As `data-key` has it: `n`, `g t` (one after the other), `Ctrl+k`.
    pub key: &'static str,
    /// What it does, in the reader's language.
    pub label: String,
    /// To what it belongs.
    pub group: Group,
}

impl Shortcut {
    /// A key of this page.
    pub fn page(key: &'static str, label: impl Into<String>) -> Self {
        Self { key, label: label.into(), group: Group::Page }
    }

    /// A key of the open patient.
    pub fn patient(key: &'static str, label: impl Into<String>) -> Self {
        Self { key, label: label.into(), group: Group::Patient }
    }

    /// A key that goes somewhere.
    pub fn go(key: &'static str, label: impl Into<String>) -> Self {
        Self { key, label: label.into(), group: Group::Go }
    }

    /// A key that is good on every page.
    pub fn anywhere(key: &'static str, label: impl Into<String>) -> Self {
        Self { key, label: label.into(), group: Group::Anywhere }
    }

    /// Its strokes, one after the other.
    pub fn strokes(&self) -> impl Iterator<Item = &'static str> {
        self.key.split(' ')
    }
}

//! A date as templates show it: for machines, in words, and how long ago.
//!
//! State: none.

use super::super::view::age::ago;
use super::super::view::date::{Day, When};
use salus_frame::Language;

/// A date, told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::practice) struct Told {
    /// For the attribute `datetime`.
    pub iso: String,
    /// The date.
    pub text: String,
    /// The time of day, where it is known.
    pub time: String,
    /// How long ago.
    pub ago: String,
}

impl Told {
    pub(super) fn new(when: When, today: Day, language: Language) -> Self {
        Self {
            iso: when.iso(),
            text: when.date(language),
            time: when.time(),
            ago: ago(when, today, language),
        }
    }

    /// The same where it may be missing.
    pub(super) fn maybe(when: Option<When>, today: Day, language: Language) -> Option<Self> {
        when.map(|when| Self::new(when, today, language))
    }
}

//! The search parameters of R4 and their numbers.
//!
//! A number is written into sealed words and indexes and stays there for ever: `definitions/search-numbers.txt` may grow
//! at its end, and never change otherwise.

use super::table;
use crate::ResourceType;

/// When the version was written (`_lastUpdated`). The header knows it: [`super::values`] gives none.
pub const LAST_UPDATED: u16 = 0x7FFF;
/// The id (`_id`) as a key to sort by, likewise: [`super::Condition::Id`] asks for one.
pub const ID: u16 = 0x7FFE;

/// The first number that a cell may give to a parameter of its own.
pub const MIN_CUSTOM_NUMBER: u16 = 0x8000;

/// What kind of values a parameter has (FHIR R4, value set `search-param-type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterKind {
    /// A number.
    Number,
    /// A date, time or period.
    Date,
    /// Text for people.
    String,
    /// A code, identifier or boolean.
    Token,
    /// A reference to another record.
    Reference,
    /// Several parameters of one element.
    Composite,
    /// A number with a unit.
    Quantity,
    /// A URI.
    Uri,
    /// With rules of its own.
    Special,
}

impl ParameterKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Number,
        Self::Date,
        Self::String,
        Self::Token,
        Self::Reference,
        Self::Composite,
        Self::Quantity,
        Self::Uri,
        Self::Special,
    ];

    /// FHIR's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Date => "date",
            Self::String => "string",
            Self::Token => "token",
            Self::Reference => "reference",
            Self::Composite => "composite",
            Self::Quantity => "quantity",
            Self::Uri => "uri",
            Self::Special => "special",
        }
    }

    /// The kind of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A search parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its number: below [`MIN_CUSTOM_NUMBER`] for R4's.
    pub number: u16,
    /// The id of its SearchParameter resource, such as `individual-family`.
    pub id: String,
    /// Its canonical URL.
    pub url: String,
    /// What it is called in a query, such as `family`.
    pub code: String,
    /// The kind of its values.
    pub kind: ParameterKind,
    /// The types that it is for, ascending; empty: all (`Resource` and `DomainResource`).
    pub bases: Vec<ResourceType>,
    /// The types that a reference may lead to, ascending; empty: any, or no reference.
    pub targets: Vec<ResourceType>,
    /// The parts of a composite.
    pub components: Vec<Component>,
    /// Its FHIRPath expression; empty when it has none.
    pub expression: String,
    /// Of a token whose values are of type `code`: the systems of the value sets that these are bound to. Such values have no
    /// system of their own.
    pub systems: Vec<&'static str>,
}

/// A part of a composite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The number of the parameter that it is like.
    pub number: u16,
    /// The kind of its values.
    pub kind: ParameterKind,
    /// Its expression, beginning at an element of the composite.
    pub expression: String,
}

impl Parameter {
    /// True when resources of `kind` can be searched by it.
    pub fn is_for(&self, kind: ResourceType) -> bool {
        self.bases.is_empty() || self.bases.binary_search(&kind).is_ok()
    }

    /// False for what R4 gives no expression, and for what has rules of its own.
    pub(super) fn is_searchable(&self) -> bool {
        !self.expression.is_empty() && self.kind != ParameterKind::Special
    }
}

/// A parameter that every type has (FHIR R4, 3.1.1.4.1), or that is about a search as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Common {
    /// What it is called.
    pub code: &'static str,
    /// The kind of its values.
    pub kind: ParameterKind,
    /// Whether a query may use it; else it is refused as not supported.
    pub offered: bool,
}

/// What all types can be searched by, and what is asked of any search.
pub fn common() -> &'static [Common] {
    &COMMON
}

const fn common_one(code: &'static str, kind: ParameterKind, offered: bool) -> Common {
    Common { code, kind, offered }
}

static COMMON: [Common; 13] = [
    common_one("_content", ParameterKind::String, true),
    common_one("_filter", ParameterKind::Special, false),
    common_one("_has", ParameterKind::Special, true),
    common_one("_id", ParameterKind::Token, true),
    common_one("_lastUpdated", ParameterKind::Date, true),
    common_one("_list", ParameterKind::Special, true),
    common_one("_profile", ParameterKind::Uri, true),
    common_one("_query", ParameterKind::Special, false),
    common_one("_security", ParameterKind::Token, true),
    common_one("_source", ParameterKind::Uri, true),
    common_one("_tag", ParameterKind::Token, true),
    common_one("_text", ParameterKind::String, true),
    common_one("_type", ParameterKind::Special, true),
];

/// The parameter that `code` names for `kind`, those of all types included (`_id`, `_lastUpdated`, `_profile`, `_security`,
/// `_source`, `_tag`).
pub fn parameter(kind: ResourceType, code: &str) -> Option<&'static Parameter> {
    table::get().find(kind, code).filter(|parameter| parameter.is_searchable())
}

/// All of R4's parameters for `kind`, those of all types included, ascending by code.
pub fn parameters(kind: ResourceType) -> impl Iterator<Item = &'static Parameter> {
    table::get().of(kind).filter(|parameter| parameter.is_searchable())
}

/// R4's parameter of that number.
pub fn by_number(number: u16) -> Option<&'static Parameter> {
    table::get().by_number(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sealed words and indexes say these numbers.
    #[test]
    fn published_numbers_stay() {
        const PUBLISHED: usize = 1_387;
        const THEIR_FNV1A: u64 = 0x0ff4_1c06_66f2_09e3;
        let lines: Vec<&str> = include_str!("../../definitions/search-numbers.txt").lines().collect();
        let bytes = lines[..PUBLISHED].iter().flat_map(|line| line.bytes().chain([b'\n']));
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        assert_eq!(hash, THEIR_FNV1A, "lines that are there were changed");
        let mut numbers = std::collections::BTreeSet::new();
        for line in &lines {
            let (number, id) = line.split_once(' ').expect("a number and an id");
            let number = number.parse().expect("a number");
            assert!(numbers.insert(number), "{number} is there twice");
            assert_eq!(by_number(number).map(|found| found.id.as_str()), Some(id));
        }
        assert_eq!(numbers.len(), table::get().parameters.len());
    }
}

//! The search parameters of R4 and their numbers.
//!
//! A number is written into sealed words and indexes and stays there for ever: `definitions/search-numbers.txt` may grow
//! at its end, and never change otherwise.

use crate::ResourceType;

/// When the version was written (`_lastUpdated`). The header knows it: [`super::values`] gives none.
pub const LAST_UPDATED: u16 = 0x7FFF;

/// The first number that a cell may give to a parameter of its own.
pub const MIN_CUSTOM_NUMBER: u16 = 0x8000;

/// The number of Patient's `name`.
pub const NAME: u16 = 944;
/// The number of Patient's `family`.
pub const FAMILY: u16 = 781;
/// The number of Patient's `given`.
pub const GIVEN: u16 = 783;
/// The number of Patient's `birthdate`.
pub const BIRTHDATE: u16 = 779;

/// What a patient's line shows: a query of Patient that names no other parameter, `_id` apart, may be answered with lines.
pub const LINE_PARAMETERS: [u16; 5] = [NAME, FAMILY, GIVEN, BIRTHDATE, LAST_UPDATED];

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

/// What all types can be searched by.
pub fn common() -> &'static [Common] {
    &[]
}

/// The parameter that `code` names for `kind`, those of all types included (`_profile`, `_tag`, ...).
pub fn parameter(kind: ResourceType, code: &str) -> Option<&'static Parameter> {
    parameters(kind).find(|parameter| parameter.code == code)
}

/// All parameters that have values for `kind`, those of all types included, by their codes.
pub fn parameters(kind: ResourceType) -> impl Iterator<Item = &'static Parameter> {
    let _ = kind;
    [].into_iter()
}

/// The parameter of that number.
pub fn by_number(number: u16) -> Option<&'static Parameter> {
    let _ = number;
    None
}

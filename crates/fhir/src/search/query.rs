//! What a query asks for, at FHIR's level.

use super::{Custom, Name, Range};
use crate::{Issue, ResourceType};

/// The most values (between commas) of one parameter.
pub const MAX_VALUES: usize = 1_000;
/// The most parameters of one query.
pub const MAX_PARAMETERS: usize = 100;
/// The most conditions that a query may come to, nested ones counted.
pub const MAX_CONDITIONS: usize = 2_000;
/// The deepest nesting of conditions.
pub const MAX_DEPTH: usize = 24;
/// The most links of a chain, and of `_has` in `_has`; both together count.
pub const MAX_LEVELS: usize = 3;
/// The most keys of `_sort`.
pub const MAX_SORT_KEYS: usize = 8;
/// The largest page; a larger `_count` is taken as this one.
pub const MAX_COUNT: u32 = 1_000;

/// What a query is read with.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Leaves out what is not understood, instead of refusing it (`Prefer: handling=lenient`).
    pub lenient: bool,
    /// Leaves out parameters without a value, with a warning, as R4 wants of a search (section 3.1.1.3); what decides over a write is whole or
    /// refused.
    pub leaves_out_empty: bool,
    /// This server's address, without a `/` at its end.
    pub base_url: &'a str,
    /// The time, for `ap` of dates: milliseconds since 1970, UTC.
    pub now_ms: i64,
    /// The cell's own parameters.
    pub custom: &'a [Custom],
}

/// A query that was understood.
#[derive(Clone, PartialEq, Default)]
pub struct Search {
    /// The types to look in, ascending; empty: all.
    pub kinds: Vec<ResourceType>,
    /// What a record must meet: all of these.
    pub conditions: Vec<Condition>,
    /// The order; empty: the server's.
    pub sort: Vec<SortKey>,
    /// How many hits a page has; 0: only the count.
    pub count: Option<u32>,
    /// How exact the total is to be.
    pub total: Option<Total>,
    /// What of a record is to be given.
    pub summary: Option<Summary>,
    /// The elements to be given; empty: all.
    pub elements: Vec<String>,
    /// What else is to be given.
    pub includes: Vec<Include>,
    /// The parameters that were understood, as they came, for `self`.
    pub understood: Vec<(String, String)>,
    /// What was left out (lenient only): warnings.
    pub left_out: Vec<Issue>,
}

impl std::fmt::Debug for Search {
    /// How many conditions only: what is looked for is a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Search({} conditions, hidden)", self.conditions.len())
    }
}

/// What a record may meet.
#[derive(Clone, PartialEq, Eq)]
pub enum Condition {
    /// All of these. Nothing to meet is met.
    All(Vec<Condition>),
    /// One of these. Nothing to choose from is not met.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// It is of one of these types.
    Kind(Vec<ResourceType>),
    /// It is this record.
    Id(Name),
    /// The parameter has a value.
    Present(u16),
    /// A value of the parameter meets this. `_lastUpdated` is [`super::LAST_UPDATED`].
    Value(u16, Test),
    /// A value of a composite parameter whose components meet these, in order, within one element.
    Composite(u16, Vec<Test>),
    /// The parameter refers to a record that meets this (a chain).
    RefersTo {
        /// A reference parameter.
        parameter: u16,
        /// Types of the other record; empty: any.
        kinds: Vec<ResourceType>,
        /// What the other record meets.
        meets: Box<Condition>,
    },
    /// A record of this type that meets this refers to it by this parameter (`_has`).
    ReferredToBy {
        /// The other record's type.
        kind: ResourceType,
        /// The other record's reference parameter.
        parameter: u16,
        /// What the other record meets.
        meets: Box<Condition>,
    },
    /// Its narrative has all these words (`_text`).
    Narrative(String),
    /// Its text has all these words (`_content`).
    Content(String),
    /// A token of the parameter is in this value set (`:in`; `:not-in` is [`Condition::Not`] of it). Whoever has value sets
    /// puts tokens in its place, or refuses it.
    InValueSet {
        /// A token parameter.
        parameter: u16,
        /// The value set's canonical URL, or `ValueSet/[id]`.
        url: String,
    },
    /// It is an item of the List of this id (`_list`). Whoever reads lists puts names in its place.
    InList(String),
}

impl std::fmt::Debug for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Condition(hidden)")
    }
}

/// What a value may meet. A value of another kind does not.
#[derive(Clone, PartialEq, Eq)]
pub enum Test {
    /// A string (folded) that begins with this, folded.
    Starts(String),
    /// A string (folded) that has this, folded, anywhere.
    Contains(String),
    /// Exactly this string.
    Exact(String),
    /// A token.
    Token {
        /// Its system.
        system: System,
        /// Its code; none: any.
        code: Option<String>,
    },
    /// A display (folded) in which a word begins with this, folded.
    Display(String),
    /// An identifier of this type and value.
    OfType {
        /// The type's system.
        system: Option<String>,
        /// The type's code.
        code: String,
        /// The value.
        value: String,
    },
    /// Exactly this uri; a canonical without a version meets any version.
    Uri(String),
    /// This uri or one above it (shorter, at a `/`).
    UriAbove(String),
    /// This uri or one below it (longer, at a `/`).
    UriBelow(String),
    /// A reference to this record of the server.
    Reference(Name),
    /// A reference to a record of the server with this id, of any type.
    ReferenceId(String),
    /// A reference elsewhere, exactly this.
    Elsewhere(String),
    /// A reference with this identifier.
    ReferenceIdentifier {
        /// Its system.
        system: System,
        /// Its value; none: any.
        value: Option<String>,
    },
    /// A date or number.
    Range(Comparison, Range),
    /// A quantity.
    Quantity {
        /// How its number compares.
        comparison: Comparison,
        /// The number with its precision.
        range: Range,
        /// The unit's system.
        system: System,
        /// The unit's code, or, without a system, its code or text for people; none: any.
        unit: Option<String>,
    },
}

impl std::fmt::Debug for Test {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Test(hidden)")
    }
}

/// A token's system.
#[derive(Clone, PartialEq, Eq)]
pub enum System {
    /// Whatever it is (`code`).
    Any,
    /// None (`|code`).
    None,
    /// This one (`system|code`).
    Is(String),
}

/// How a value's span compares with the query's (FHIR R4, 3.1.1.4.5, "Prefixes"). Both are spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// The query's contains the value's whole.
    Eq,
    /// It does not.
    Ne,
    /// Some of the value's lies above the query's.
    Gt,
    /// Some of the value's lies below the query's.
    Lt,
    /// Gt, or Eq.
    Ge,
    /// Lt, or Eq.
    Le,
    /// All of the value's lies above the query's.
    Sa,
    /// All of the value's lies below the query's.
    Eb,
    /// They overlap; the query's has been widened by a tenth.
    Ap,
}

/// A key to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    /// The parameter: a date, number, quantity, string, token or uri, [`super::LAST_UPDATED`], or [`super::ID`].
    pub parameter: u16,
    /// From the greatest to the least.
    pub descending: bool,
}

/// `_total`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// No total is wanted.
    None,
    /// An estimate is enough.
    Estimate,
    /// The exact number.
    Accurate,
}

/// `_summary`; `false` is no summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summary {
    /// The elements that R4 marks as summary.
    True,
    /// Narrative, id, meta and what is required.
    Text,
    /// All but the narrative.
    Data,
    /// Only the count.
    Count,
}

/// `_include` or `_revinclude`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// The type whose references are followed; none: any (`*`).
    pub source: Option<ResourceType>,
    /// The reference parameter; none: all of the source's (`*`).
    pub parameter: Option<u16>,
    /// The type that is referred to; none: any.
    pub target: Option<ResourceType>,
    /// Whether it is also applied to what was included (`:iterate`).
    pub iterate: bool,
    /// `_revinclude`: the sources that refer to the hits, instead of what the hits refer to.
    pub reverse: bool,
}

impl Search {
    /// The numbers of all parameters that conditions and sorting name, each once, ascending, those inside chains included.
    pub fn parameters(&self) -> Vec<u16> {
        let mut numbers: Vec<u16> = self.sort.iter().map(|key| key.parameter).collect();
        self.conditions.iter().for_each(|condition| condition.numbers(&mut numbers));
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

impl Condition {
    fn numbers(&self, numbers: &mut Vec<u16>) {
        match self {
            Self::All(inner) | Self::Any(inner) => inner.iter().for_each(|inner| inner.numbers(numbers)),
            Self::Not(inner) => inner.numbers(numbers),
            Self::Present(number) | Self::Value(number, _) | Self::Composite(number, _) => {
                numbers.push(*number)
            }
            Self::InValueSet { parameter, .. } => numbers.push(*parameter),
            Self::RefersTo { parameter, meets, .. } | Self::ReferredToBy { parameter, meets, .. } => {
                numbers.push(*parameter);
                meets.numbers(numbers);
            }
            Self::Kind(_) | Self::Id(_) | Self::Narrative(_) | Self::Content(_) | Self::InList(_) => {}
        }
    }

    /// How many conditions it comes to, nested ones counted, and how deep they lie.
    pub(super) fn size(&self) -> (usize, usize) {
        let (inner, deepest) = match self {
            Self::All(inner) | Self::Any(inner) => inner
                .iter()
                .map(Self::size)
                .fold((0, 0), |(sum, depth), (size, deep)| (sum + size, depth.max(deep))),
            Self::Not(inner) => inner.size(),
            Self::RefersTo { meets, .. } | Self::ReferredToBy { meets, .. } => meets.size(),
            _ => (0, 0),
        };
        (inner + 1, deepest + 1)
    }
}

//! A structured query, and what was found: the words between whoever searches and the indexer.
//!
//! Never: FHIR's syntax; a value of a record in an answer. State: none.

use super::words::{ParameterNumber, Range, RecordName};
use salus_seal::Pseudonym;
use serde::{Deserialize, Serialize};

/// The most hits on one page: what one entry of the log covers.
pub const MAX_PAGE: u32 = 1_000;
/// The most conditions in one query, nested ones counted.
pub const MAX_CONDITIONS: usize = 4_000;
/// The deepest nesting of conditions.
pub const MAX_DEPTH: usize = 24;
/// The most keys to sort by.
pub const MAX_SORT_KEYS: usize = 8;
/// Up to this many distinct patients match, all of them are named; above, only those on the page.
pub const FEW_PATIENTS: usize = 20;

/// When the version was written (`_lastUpdated`), which every record has.
pub const LAST_UPDATED: ParameterNumber = 0x7FFF;
/// A record's id (`_id`), as a key to sort by; [`Condition::Id`] asks for one.
pub const ID: ParameterNumber = 0x7FFE;

/// What is looked for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// Codes of the types to look in; empty: in all.
    pub kinds: Vec<u16>,
    /// What a record must meet: all of these.
    pub all: Vec<Condition>,
    /// The order. After the last key, and without any, by record number, newest first.
    pub sort: Vec<SortKey>,
    /// How many hits to give, at most [`MAX_PAGE`]; 0: only the count.
    pub count: u32,
    /// Behind which hit to go on: [`Found::next`] of the page before.
    pub after: Option<Vec<u8>>,
    /// Whether what is shown of the hits is no more than a patient's line: then it is charged as a glimpse.
    pub glimpse: bool,
}

impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Query({} conditions, hidden)", self.all.len())
    }
}

/// What a record may meet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// All of these. Nothing to meet is met.
    All(Vec<Condition>),
    /// One of these. Nothing to choose from is not met.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// It is of one of these types.
    Kind(Vec<u16>),
    /// It is this record.
    Id(RecordName),
    /// The parameter has a value.
    Present(ParameterNumber),
    /// A value of the parameter meets this.
    Value(ParameterNumber, Test),
    /// A value of a composite parameter whose components meet these, in order, within one element.
    Composite(ParameterNumber, Vec<Test>),
    /// The parameter refers to a record that meets this (a chain). `kinds` says of which types it may be.
    RefersTo {
        /// A reference parameter.
        parameter: ParameterNumber,
        /// Types of the other record; empty: any.
        kinds: Vec<u16>,
        /// What the other record meets.
        meets: Box<Condition>,
    },
    /// A record of this type that meets this refers to it by this parameter (`_has`).
    ReferredToBy {
        /// The other record's type.
        kind: u16,
        /// The other record's reference parameter.
        parameter: ParameterNumber,
        /// What the other record meets.
        meets: Box<Condition>,
    },
    /// Its narrative has all these words (`_text`).
    Narrative(String),
    /// Its text has all these words (`_content`).
    Content(String),
}

impl std::fmt::Debug for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Condition(hidden)")
    }
}

impl Condition {
    /// The one record of which whatever meets this says something: it refers to that record, or is it. None when it may be met
    /// otherwise.
    pub fn confined_to(&self) -> Option<&RecordName> {
        match self {
            Self::Id(name) | Self::Value(_, Test::Reference(name)) => Some(name),
            Self::All(all) => all.iter().find_map(Self::confined_to),
            Self::Any(any) => {
                let (first, others) = any.split_first()?;
                let name = first.confined_to()?;
                others.iter().all(|other| other.confined_to() == Some(name)).then_some(name)
            }
            _ => None,
        }
    }
}

/// What a value may meet. A value of another kind does not.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// A reference to this record of the cell.
    Reference(RecordName),
    /// A reference to a record of the cell with this id, of any type.
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
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum System {
    /// Whatever it is (`code`).
    Any,
    /// None (`|code`).
    None,
    /// This one (`system|code`).
    Is(String),
}

/// How a value's span compares with the query's (FHIR R4, 3.1.1.4.5, "Prefixes"). `value` and `query` are both spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Comparison {
    /// `query` contains `value` whole.
    Eq,
    /// It does not.
    Ne,
    /// Some of `value` lies above `query`.
    Gt,
    /// Some of `value` lies below `query`.
    Lt,
    /// Gt, or Eq.
    Ge,
    /// Lt, or Eq.
    Le,
    /// All of `value` lies above `query`.
    Sa,
    /// All of `value` lies below `query`.
    Eb,
    /// They overlap; whoever asks has widened `query`.
    Ap,
}

impl Comparison {
    /// Whether a value's span meets a query's.
    pub fn holds(self, value: Range, query: Range) -> bool {
        let within = query.low <= value.low && value.high <= query.high;
        match self {
            Self::Eq => within,
            Self::Ne => !within,
            Self::Gt => value.high > query.high,
            Self::Lt => value.low < query.low,
            Self::Ge => value.high > query.high || within,
            Self::Le => value.low < query.low || within,
            Self::Sa => value.low > query.high,
            Self::Eb => value.high < query.low,
            Self::Ap => value.low <= query.high && query.low <= value.high,
        }
    }
}

/// A key to sort by. Records without a value come last, whichever way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKey {
    /// The parameter: a date, number, quantity, string, token or uri.
    pub parameter: ParameterNumber,
    /// From the greatest to the least, by each record's greatest value; else by its least.
    pub descending: bool,
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The page.
    pub hits: Vec<Hit>,
    /// How many records match in all. The keyholder rounds it for those who have no need to know.
    pub total: u64,
    /// Whether `total` was rounded.
    pub rounded: bool,
    /// Where the next page begins; none at the end. Only the indexer can read it.
    pub next: Option<Vec<u8>>,
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Found({} hits)", self.hits.len())
    }
}

/// A record version that matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The record's number.
    pub record: u64,
    /// The version that was found: the newest that has landed.
    pub version: u32,
    /// The type's code.
    pub kind: u16,
}

/// Whom a search reached, as the indexer tells the keyholder beside [`Found`]. The keyholder charges and logs all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// The patients of the hits on the page; of all matches while these are at most [`FEW_PATIENTS`]. Distinct.
    pub matching: Vec<Pseudonym>,
    /// Patients whom the query names (by id or by reference), and those whom it singles out: of whom one of its conditions, also
    /// behind a `not` or within a chain, or the whole condition of a chain, is met by at most [`FEW_PATIENTS`]. They are there,
    /// whether they match or not. Distinct, none of `matching`.
    pub named: Vec<Pseudonym>,
    /// Whether more than [`FEW_PATIENTS`] distinct patients match.
    pub many: bool,
}

/// Why a query was not evaluated to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SearchFault {
    /// It is not well formed, or over a bound of this module.
    Malformed,
    /// It needs more time or memory than a query may have.
    TooCostly,
    /// The cursor is none of this index.
    BadCursor,
    /// The indexer is not there, or has not caught up with what was written.
    NotReady,
    /// The indexer failed at it.
    Failed,
    /// A parameter of it is not known to all records yet that it is for: their words have to be extracted anew.
    NotExtracted {
        /// The parameter.
        parameter: ParameterNumber,
        /// How many of a hundred such records know it.
        percent: u8,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_confined_when_nothing_meets_it_otherwise() {
        let name = |id: &str| RecordName { kind: 1, id: id.into() };
        let refers = |id: &str| Condition::Value(9, Test::Reference(name(id)));
        let other = || Condition::Present(9);
        let is = |condition: Condition| condition.confined_to().map(|name| name.id.clone());
        assert_eq!(is(Condition::Any(vec![refers("a"), Condition::Id(name("a"))])).as_deref(), Some("a"));
        let within = Condition::All(vec![Condition::Kind(vec![3]), Condition::Any(vec![refers("a")])]);
        assert_eq!(is(Condition::Any(vec![within, refers("a")])).as_deref(), Some("a"));
        for loose in [
            Condition::Any(vec![refers("a"), refers("b")]),
            Condition::Any(vec![refers("a"), other()]),
            Condition::Any(vec![]),
            Condition::All(vec![other()]),
            Condition::Not(Box::new(refers("a"))),
            Condition::RefersTo { parameter: 9, kinds: vec![], meets: Box::new(Condition::Id(name("a"))) },
            Condition::Value(9, Test::ReferenceId("a".into())),
        ] {
            assert_eq!(is(loose), None);
        }
    }

    #[test]
    fn comparisons_are_those_of_the_specification() {
        let range = |low, high| Range { low, high };
        let query = range(10, 19);
        for (value, meets) in [
            (range(10, 19), "eq ge le ap"),
            (range(12, 15), "eq ge le ap"),
            (range(0, 9), "ne lt le eb"),
            (range(20, 29), "ne gt ge sa"),
            (range(5, 12), "ne lt le ap"),
            (range(15, 25), "ne gt ge ap"),
            (range(5, 25), "ne gt lt ge le ap"),
        ] {
            for (name, comparison) in [
                ("eq", Comparison::Eq),
                ("ne", Comparison::Ne),
                ("gt", Comparison::Gt),
                ("lt", Comparison::Lt),
                ("ge", Comparison::Ge),
                ("le", Comparison::Le),
                ("sa", Comparison::Sa),
                ("eb", Comparison::Eb),
                ("ap", Comparison::Ap),
            ] {
                let expected = meets.split(' ').any(|listed| listed == name);
                assert_eq!(comparison.holds(value, query), expected, "{name} {value:?}");
            }
        }
    }
}

//! FHIR's search as data: which parameters there are, by which values a resource is found, and what a query asks for.
//!
//! The parameters are those of R4's SearchParameter resources (`definitions/search.bin`), each with a number that stays for
//! ever; a cell's own are compiled when they are read ([`custom`]). Values are not folded or cut into terms: that is the
//! index's. Nothing here stores, evaluates or sends a query. State: the table, read once, and each type's walk, compiled at
//! its first use.

mod parameter;
mod query;
mod value;

pub use parameter::{
    BIRTHDATE, Common, Component, FAMILY, GIVEN, LAST_UPDATED, LINE_PARAMETERS, MIN_CUSTOM_NUMBER, NAME,
    Parameter, ParameterKind, by_number, common, parameter, parameters,
};
pub use query::{
    Comparison, Condition, Include, MAX_CONDITIONS, MAX_COUNT, MAX_DEPTH, MAX_LEVELS, MAX_PARAMETERS,
    MAX_SORT_KEYS, MAX_VALUES, Options, Search, SortKey, Summary, System, Test, Total, parse,
};
pub use value::{Custom, Name, Range, Value, Values, custom, order, values};

//! FHIR's search as data: which parameters there are, by which values a resource is found, and what a query asks for.
//!
//! The parameters are those of R4's SearchParameter resources (`definitions/search.bin`), each with a number that stays for
//! ever; a cell's own are compiled when they are read ([`custom`]). Values are not folded or cut into terms: that is the
//! index's. Nothing here stores, evaluates or sends a query. State: the table, read once, and each type's walk, compiled at
//! its first use.

mod codes;
mod content;
mod custom;
mod expected;
mod extract;
mod extraction;
mod fault;
mod fhirpath;
mod line;
#[cfg(any(test, feature = "naive"))]
pub mod naive;
mod parameter;
mod parse;
mod path;
mod query;
mod table;
mod value;
mod walk;

pub use custom::{Custom, custom, custom_of, definition};
pub use expected::Expected;
pub use extract::date::span;
pub use extract::parts::phone_digits;
pub use extraction::{CHANGED, EXTRACTION};
pub use fault::Fault;
pub use line::{LINES, Line, line_of};
pub use parameter::{
    Common, Component, ID, LAST_UPDATED, MIN_CUSTOM_NUMBER, Parameter, ParameterKind, by_number, common,
    parameter, parameters,
};
pub use parse::{escaped, parse};
pub use query::{
    Comparison, Condition, Include, MAX_CONDITIONS, MAX_COUNT, MAX_DEPTH, MAX_LEVELS, MAX_PARAMETERS,
    MAX_SORT_KEYS, MAX_VALUES, Options, Search, SortKey, Summary, System, Test, Total,
};
pub use value::{Name, Range, Value, Values, elements, order, values};

#[cfg(test)]
mod tests {
    use super::extract::has_values;
    use super::table;
    use super::walk::{Leaf, Walk};
    use crate::ResourceType;

    /// Elements that R4's expressions lead to and that no value is taken of: their type has none for the parameter's kind.
    const NO_VALUES: [(&str, &str); 7] = [
        ("CarePlan-activity-date", "Primitive(String)"),
        ("Consent-source-reference", "Attachment"),
        ("Group-characteristic-value", "Range"),
        ("Location-near", "Other"),
        ("clinical-date", "Primitive(String)"),
        ("clinical-date", "Quantity"),
        ("clinical-date", "Range"),
    ];

    #[test]
    fn every_expression_is_compiled_and_leads_to_values() {
        let mut faults = Vec::new();
        let mut met = std::collections::BTreeSet::new();
        for kind in ResourceType::all() {
            for parameter in table::get().of(kind).filter(|parameter| !parameter.expression.is_empty()) {
                let mut walk = Walk::default();
                let added = walk.add(parameter, kind);
                if added.is_err() || !walk.leads_anywhere() {
                    faults.push(format!("{kind} {}: {} {added:?}", parameter.id, parameter.expression));
                }
                let mut look = |kind, leaf: Leaf| {
                    let entry = (parameter.id.clone(), format!("{leaf:?}"));
                    if has_values(kind, leaf) {
                    } else if NO_VALUES.iter().any(|(id, leaf)| (*id, *leaf) == (&entry.0, &entry.1)) {
                        met.insert(entry);
                    } else {
                        faults.push(format!("{} {}: {kind:?} of {leaf:?}", entry.0, parameter.expression));
                    }
                };
                for end in walk.ends() {
                    look(end.kind, end.leaf);
                    for (kind, paths) in &end.components {
                        assert!(!paths.is_empty(), "{}", parameter.id);
                        paths.iter().for_each(|(_, leaf)| look(*kind, *leaf));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert_eq!(met.len(), NO_VALUES.len(), "{met:?}");
    }
}

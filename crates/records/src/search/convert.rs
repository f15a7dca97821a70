//! From a query at FHIR's level to the words that the indexer understands.
//!
//! Never: looks anything up: lists and value sets were read before. State: none.

use crate::words::{range, record_name};
use salus_fhir::ResourceType;
use salus_fhir::search::{
    self, Comparison as From, Condition as Asked, System as AskedSystem, Test as AskedTest,
};
use salus_trust_api::wire::query::{Comparison, Condition, System, Test};
use std::collections::HashMap;

/// What lists and value sets stand for.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    /// For each List its items.
    pub lists: HashMap<String, Vec<search::Name>>,
    /// For each value set, by what names it, its codes: with a system, or of any; none: all of the system.
    pub value_sets: HashMap<String, Vec<Code>>,
}

/// A code of a value set.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Code {
    /// Its system.
    pub system: Option<String>,
    /// The code; none: all of the system.
    pub code: Option<String>,
}

/// The condition in the indexer's words.
pub(crate) fn condition(asked: &Asked, stored: &Stored) -> Condition {
    let all = |conditions: &[Asked]| conditions.iter().map(|one| condition(one, stored)).collect();
    match asked {
        Asked::All(conditions) => Condition::All(all(conditions)),
        Asked::Any(conditions) => Condition::Any(all(conditions)),
        Asked::Not(inner) => Condition::Not(Box::new(condition(inner, stored))),
        Asked::Kind(kinds) => Condition::Kind(codes(kinds)),
        Asked::Id(name) => Condition::Id(record_name(name.clone())),
        Asked::Present(parameter) => Condition::Present(*parameter),
        Asked::Value(parameter, asked) => Condition::Value(*parameter, test(asked)),
        Asked::Composite(parameter, tests) => {
            Condition::Composite(*parameter, tests.iter().map(test).collect())
        }
        Asked::RefersTo { parameter, kinds, meets } => Condition::RefersTo {
            parameter: *parameter,
            kinds: codes(kinds),
            meets: Box::new(condition(meets, stored)),
        },
        Asked::ReferredToBy { kind, parameter, meets } => Condition::ReferredToBy {
            kind: kind.code(),
            parameter: *parameter,
            meets: Box::new(condition(meets, stored)),
        },
        Asked::Narrative(text) => Condition::Narrative(text.clone()),
        Asked::Content(text) => Condition::Content(text.clone()),
        Asked::InValueSet { parameter, url } => {
            let codes = stored.value_sets.get(url).into_iter().flatten();
            Condition::Any(codes.map(|code| Condition::Value(*parameter, token(code))).collect())
        }
        Asked::InList(id) => {
            let items = stored.lists.get(id).into_iter().flatten();
            Condition::Any(items.map(|name| Condition::Id(record_name(name.clone()))).collect())
        }
    }
}

/// The codes of types.
pub(crate) fn codes(kinds: &[ResourceType]) -> Vec<u16> {
    kinds.iter().map(|kind| kind.code()).collect()
}

fn token(code: &Code) -> Test {
    let system = code.system.clone().map_or(System::Any, System::Is);
    Test::Token { system, code: code.code.clone() }
}

fn test(asked: &AskedTest) -> Test {
    match asked {
        AskedTest::Starts(text) => Test::Starts(text.clone()),
        AskedTest::Contains(text) => Test::Contains(text.clone()),
        AskedTest::Exact(text) => Test::Exact(text.clone()),
        AskedTest::Token { system: of, code } => Test::Token { system: system(of), code: code.clone() },
        AskedTest::Display(text) => Test::Display(text.clone()),
        AskedTest::OfType { system, code, value } => {
            Test::OfType { system: system.clone(), code: code.clone(), value: value.clone() }
        }
        AskedTest::Uri(uri) => Test::Uri(uri.clone()),
        AskedTest::UriAbove(uri) => Test::UriAbove(uri.clone()),
        AskedTest::UriBelow(uri) => Test::UriBelow(uri.clone()),
        AskedTest::Reference(name) => Test::Reference(record_name(name.clone())),
        AskedTest::ReferenceId(id) => Test::ReferenceId(id.clone()),
        AskedTest::Elsewhere(reference) => Test::Elsewhere(reference.clone()),
        AskedTest::ReferenceIdentifier { system: of, value } => {
            Test::ReferenceIdentifier { system: system(of), value: value.clone() }
        }
        AskedTest::Range(comparison, span) => Test::Range(compared(*comparison), range(*span)),
        AskedTest::Quantity { comparison, range: span, system: of, unit } => Test::Quantity {
            comparison: compared(*comparison),
            range: range(*span),
            system: system(of),
            unit: unit.clone(),
        },
    }
}

fn system(asked: &AskedSystem) -> System {
    match asked {
        AskedSystem::Any => System::Any,
        AskedSystem::None => System::None,
        AskedSystem::Is(system) => System::Is(system.clone()),
    }
}

fn compared(asked: From) -> Comparison {
    match asked {
        From::Eq => Comparison::Eq,
        From::Ne => Comparison::Ne,
        From::Gt => Comparison::Gt,
        From::Lt => Comparison::Lt,
        From::Ge => Comparison::Ge,
        From::Le => Comparison::Le,
        From::Sa => Comparison::Sa,
        From::Eb => Comparison::Eb,
        From::Ap => Comparison::Ap,
    }
}

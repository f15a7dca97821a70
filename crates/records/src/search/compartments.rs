//! Which parameters put a record into a compartment (FHIR R4, CompartmentDefinition).
//!
//! State: the specification's list, read once.

use crate::words::name_of;
use salus_fhir::{ResourceType, search};
use salus_trust_api::wire::query::{Condition, Test};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Compartment, type and parameters, from the CompartmentDefinitions of R4 4.0.1.
const COMPARTMENTS: &str = include_str!("compartments.txt");

/// For each compartment its types, and for each of these the numbers of its parameters.
static MEMBERS: LazyLock<BTreeMap<ResourceType, BTreeMap<ResourceType, Vec<u16>>>> = LazyLock::new(|| {
    let mut members: BTreeMap<_, BTreeMap<_, Vec<u16>>> = BTreeMap::new();
    for line in COMPARTMENTS.lines() {
        let mut words = line.split(' ');
        let kinds =
            (words.next().and_then(ResourceType::from_name), words.next().and_then(ResourceType::from_name));
        if let (Some(compartment), Some(kind)) = kinds {
            let numbers =
                words.filter_map(|code| search::parameter(kind, code)).map(|parameter| parameter.number);
            members.entry(compartment).or_default().insert(kind, numbers.collect());
        }
    }
    members
});

/// Whether there are compartments of this type.
pub fn is_compartment(kind: ResourceType) -> bool {
    MEMBERS.contains_key(&kind)
}

/// The types that a compartment holds beside the record that it is named for.
pub(crate) fn kinds_of(compartment: ResourceType) -> Vec<ResourceType> {
    let mut kinds: Vec<_> = MEMBERS.get(&compartment).into_iter().flat_map(BTreeMap::keys).copied().collect();
    kinds.push(compartment);
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// What a record of one of these types meets that is in the compartment; the record it is named for is in it.
pub(crate) fn condition(compartment: ResourceType, id: &str, kinds: &[ResourceType]) -> Condition {
    let name = name_of(compartment, id);
    let mut any = Vec::new();
    for (kind, numbers) in MEMBERS.get(&compartment).into_iter().flatten() {
        if !kinds.contains(kind) {
            continue;
        }
        let refers = |number: &u16| Condition::Value(*number, Test::Reference(name.clone()));
        let refers = Condition::Any(numbers.iter().map(refers).collect());
        any.push(match kinds {
            [_] => refers,
            _ => Condition::All(vec![Condition::Kind(vec![kind.code()]), refers]),
        });
    }
    if kinds.contains(&compartment) {
        any.push(Condition::Id(name));
    }
    Condition::Any(any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_and_parameter_of_a_compartment_is_known() {
        assert_eq!(MEMBERS.len(), 5);
        for line in COMPARTMENTS.lines() {
            let mut words = line.split(' ');
            let compartment = ResourceType::from_name(words.next().unwrap()).unwrap();
            let kind = ResourceType::from_name(words.next().unwrap()).unwrap();
            let codes: Vec<_> = words.collect();
            assert!(!codes.is_empty());
            assert_eq!(MEMBERS[&compartment][&kind].len(), codes.len(), "{line}");
        }
    }
}

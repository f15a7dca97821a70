//! What a query asks for, as far as the keyholder must know: whether it is within its bounds, whether it is no more than a glimpse,
//! whether it can reach a patient.
//!
//! Never: evaluates. State: none.

use crate::rules::Kinds;
use crate::search::LineSearch;
use salus_trust_api::wire::policy::Categories;
use salus_trust_api::wire::query::{
    Condition, ID, MAX_CONDITIONS, MAX_DEPTH, MAX_PAGE, MAX_SORT_KEYS, Query, Test,
};
use salus_trust_api::wire::words::{ParameterNumber, RecordName};
use std::collections::HashSet;

/// The most types that a query or one of its conditions names.
const MAX_KINDS: usize = 512;
/// The most bytes of a cursor.
const MAX_CURSOR_BYTES: usize = 16 * 1024;

/// Whether it is within the bounds of the wire.
pub(crate) fn is_within_bounds(query: &Query) -> bool {
    let mut left = MAX_CONDITIONS;
    query.kinds.len() <= MAX_KINDS
        && query.sort.len() <= MAX_SORT_KEYS
        && query.count <= MAX_PAGE
        && query.after.as_ref().is_none_or(|after| after.len() <= MAX_CURSOR_BYTES)
        && query.all.iter().all(|condition| is_bounded(condition, 1, &mut left))
}

fn is_bounded(condition: &Condition, depth: usize, left: &mut usize) -> bool {
    if *left == 0 || depth > MAX_DEPTH {
        return false;
    }
    *left -= 1;
    match condition {
        Condition::All(all) | Condition::Any(all) => {
            all.iter().all(|condition| is_bounded(condition, depth + 1, left))
        }
        Condition::Not(meets) | Condition::RefersTo { meets, .. } | Condition::ReferredToBy { meets, .. } => {
            is_bounded(meets, depth + 1, left)
        }
        Condition::Composite(_, tests) => {
            let fits = tests.len() <= *left;
            *left -= tests.len().min(*left);
            fits
        }
        Condition::Kind(kinds) => kinds.len() <= MAX_KINDS,
        _ => true,
    }
}

/// Whether it says to be a glimpse, and asks for nothing but what stands in the line of its one type.
pub(crate) fn is_glimpse(query: &Query, lines: &LineSearch) -> bool {
    let [kind] = query.kinds.as_slice() else { return false };
    let Some((_, line)) = lines.lines.iter().find(|(of, _)| of == kind) else { return false };
    query.glimpse
        && query.all.iter().all(|condition| stands_in_line(condition, line))
        && query.sort.iter().all(|key| key.parameter == ID || line.contains(&key.parameter))
}

fn stands_in_line(condition: &Condition, line: &[ParameterNumber]) -> bool {
    match condition {
        Condition::All(all) | Condition::Any(all) => all.iter().all(|inner| stands_in_line(inner, line)),
        Condition::Not(inner) => stands_in_line(inner, line),
        Condition::Kind(_) | Condition::Id(_) => true,
        Condition::Present(parameter) => line.contains(parameter),
        Condition::Value(parameter, test) => {
            let is_plain = matches!(
                test,
                Test::Starts(_)
                    | Test::Contains(_)
                    | Test::Exact(_)
                    | Test::Token { .. }
                    | Test::Range(..)
                    | Test::Reference(_)
                    | Test::ReferenceId(_)
                    | Test::Elsewhere(_)
            );
            is_plain && line.contains(parameter)
        }
        _ => false,
    }
}

/// Whether nothing but what concerns one patient can come of it, by its form: one of its conditions confines it to that patient, and
/// no other names a record, or asks anything of records that are not its matches. Whether the patient is there, and alone, is the
/// index's to say.
pub(crate) fn is_confined(query: &Query, patient_kind: u16) -> bool {
    let name = query.all.iter().find_map(Condition::confined_to).filter(|name| name.kind == patient_kind);
    name.is_some_and(|name| query.all.iter().all(|condition| is_about(condition, name)))
}

fn is_about(condition: &Condition, patient: &RecordName) -> bool {
    match condition {
        Condition::All(all) | Condition::Any(all) => all.iter().all(|inner| is_about(inner, patient)),
        Condition::Not(inner) => is_about(inner, patient),
        Condition::RefersTo { .. } | Condition::ReferredToBy { .. } => false,
        Condition::Id(name) => name == patient,
        Condition::Value(_, test) => tests_about(test, patient),
        Condition::Composite(_, tests) => tests.iter().all(|test| tests_about(test, patient)),
        Condition::Kind(_) | Condition::Present(_) | Condition::Narrative(_) | Condition::Content(_) => true,
    }
}

/// Whoever is named by a query is reached by it, or missed: neither may come for nothing.
fn tests_about(test: &Test, patient: &RecordName) -> bool {
    match test {
        Test::Reference(name) => name == patient,
        Test::ReferenceId(_) => false,
        _ => true,
    }
}

/// Whether it looks into these types and follows no reference to others.
pub(crate) fn looks_only_into(query: &Query, kinds: &HashSet<u16>) -> bool {
    !query.kinds.is_empty()
        && query.kinds.iter().all(|kind| kinds.contains(kind))
        && !query.all.iter().any(follows)
}

/// What a query learns of: the categories of the types that it finds, and of those that it looks into on its way (chains).
pub(crate) fn looked_into(query: &Query, kinds: &Kinds) -> Categories {
    let found = if query.kinds.is_empty() { Categories::ALL } else { categories(&query.kinds, kinds) };
    query.all.iter().fold(found, |all, condition| all.and(on_the_way(condition, kinds)))
}

fn categories(of: &[u16], kinds: &Kinds) -> Categories {
    of.iter().fold(Categories::NONE, |all, kind| all.with(kinds.category(*kind)))
}

fn on_the_way(condition: &Condition, kinds: &Kinds) -> Categories {
    match condition {
        Condition::All(all) | Condition::Any(all) => {
            all.iter().fold(Categories::NONE, |found, inner| found.and(on_the_way(inner, kinds)))
        }
        Condition::Not(inner) => on_the_way(inner, kinds),
        Condition::RefersTo { kinds: of, meets, .. } => {
            let other = if of.is_empty() { Categories::ALL } else { categories(of, kinds) };
            other.and(on_the_way(meets, kinds))
        }
        Condition::ReferredToBy { kind, meets, .. } => {
            Categories::NONE.with(kinds.category(*kind)).and(on_the_way(meets, kinds))
        }
        _ => Categories::NONE,
    }
}

fn follows(condition: &Condition) -> bool {
    match condition {
        Condition::All(all) | Condition::Any(all) => all.iter().any(follows),
        Condition::Not(inner) => follows(inner),
        Condition::RefersTo { .. } | Condition::ReferredToBy { .. } => true,
        Condition::Value(_, Test::Reference(_) | Test::ReferenceId(_)) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_trust_api::wire::query::{SortKey, System};

    const PATIENT: u16 = 102;
    const APPOINTMENT: u16 = 6;

    fn line() -> LineSearch {
        let lines = vec![(PATIENT, vec![1, 2]), (APPOINTMENT, vec![5, 6])];
        LineSearch { patient_kind: PATIENT, lines }
    }

    fn query(all: Vec<Condition>) -> Query {
        Query { kinds: vec![PATIENT], all, sort: Vec::new(), count: 10, after: None, glimpse: true }
    }

    fn name(parameter: u16) -> Condition {
        Condition::Value(parameter, Test::Starts("a".into()))
    }

    #[test]
    fn a_glimpse_asks_for_what_stands_in_the_line() {
        assert!(is_glimpse(&query(vec![]), &line()));
        assert!(is_glimpse(&query(vec![Condition::Not(Box::new(name(2)))]), &line()));
        let is_none = |query: Query| assert!(!is_glimpse(&query, &line()), "{query:?}");
        is_none(Query { glimpse: false, ..query(vec![]) });
        is_none(Query { kinds: vec![], ..query(vec![]) });
        is_none(Query { kinds: vec![PATIENT, 3], ..query(vec![]) });
        is_none(Query { kinds: vec![PATIENT, APPOINTMENT], ..query(vec![]) });
        is_none(query(vec![name(1), name(3)]));
        is_none(query(vec![name(5)]));
        let of_appointments = |all| Query { kinds: vec![APPOINTMENT], ..query(all) };
        let actor = RecordName { kind: PATIENT, id: "a".into() };
        assert!(is_glimpse(&of_appointments(vec![Condition::Value(5, Test::Reference(actor))]), &line()));
        is_none(of_appointments(vec![name(1)]));
        let identifier = Test::ReferenceIdentifier { system: System::Any, value: None };
        is_none(of_appointments(vec![Condition::Value(5, identifier)]));
        is_none(query(vec![Condition::Any(vec![name(1), Condition::Present(3)])]));
        is_none(query(vec![Condition::Content("a".into())]));
        let chain = Condition::ReferredToBy { kind: 1, parameter: 1, meets: Box::new(name(1)) };
        is_none(query(vec![chain]));
        let by_id = vec![SortKey { parameter: ID, descending: true }];
        assert!(is_glimpse(&Query { sort: by_id, ..query(vec![]) }, &line()));
        is_none(Query { sort: vec![SortKey { parameter: 3, descending: false }], ..query(vec![]) });
    }

    #[test]
    fn a_query_is_confined_when_it_names_one_patient_and_asks_nothing_of_other_records() {
        let record = |kind: u16, id: &str| RecordName { kind, id: id.into() };
        let refers = |kind: u16, id: &str| Condition::Value(5, Test::Reference(record(kind, id)));
        let mine = || refers(PATIENT, "a");
        let is = |all: Vec<Condition>| is_confined(&query(all), PATIENT);
        assert!(is(vec![mine()]));
        assert!(is(vec![name(1), Condition::Not(Box::new(Condition::Content("x".into()))), mine()]));
        assert!(is(vec![Condition::Any(vec![mine(), Condition::Id(record(PATIENT, "a"))]), mine()]));
        let chain = |meets| Condition::RefersTo { parameter: 5, kinds: vec![], meets: Box::new(meets) };
        let has = Condition::ReferredToBy { kind: 1, parameter: 1, meets: Box::new(name(1)) };
        for others in [
            vec![],
            vec![name(1)],
            vec![refers(APPOINTMENT, "a")],
            vec![Condition::Any(vec![mine(), refers(PATIENT, "b")])],
            vec![Condition::Any(vec![mine(), name(1)])],
            vec![Condition::Not(Box::new(mine()))],
            vec![mine(), refers(PATIENT, "b")],
            vec![mine(), Condition::Not(Box::new(refers(PATIENT, "b")))],
            vec![mine(), refers(APPOINTMENT, "x")],
            vec![mine(), Condition::Any(vec![name(1), Condition::Id(record(PATIENT, "b"))])],
            vec![mine(), Condition::Value(5, Test::ReferenceId("a".into()))],
            vec![mine(), Condition::Composite(5, vec![Test::Reference(record(PATIENT, "b"))])],
            vec![mine(), chain(name(1))],
            vec![chain(Condition::Id(record(PATIENT, "a")))],
            vec![mine(), Condition::Not(Box::new(has))],
        ] {
            assert!(!is(others.clone()), "{}", others.len());
        }
    }

    #[test]
    fn bounds_count_what_is_nested() {
        let nest = |depth: usize| (1..depth).fold(name(1), |inner, _| Condition::Not(Box::new(inner)));
        assert!(is_within_bounds(&query(vec![nest(MAX_DEPTH)])));
        assert!(!is_within_bounds(&query(vec![nest(MAX_DEPTH + 1)])));
        let many = |count| vec![Condition::Any(vec![name(1); count])];
        assert!(is_within_bounds(&query(many(MAX_CONDITIONS - 1))));
        assert!(!is_within_bounds(&query(many(MAX_CONDITIONS))));
        assert!(!is_within_bounds(&Query { count: MAX_PAGE + 1, ..query(vec![]) }));
    }

    #[test]
    fn a_chain_leads_out_of_the_house() {
        let house = HashSet::from([PATIENT]);
        assert!(looks_only_into(&query(vec![name(1)]), &house));
        let chain = Condition::ReferredToBy { kind: 1, parameter: 1, meets: Box::new(name(1)) };
        assert!(!looks_only_into(&query(vec![Condition::Not(Box::new(chain))]), &house));
        assert!(!looks_only_into(&Query { kinds: vec![], ..query(vec![]) }, &house));
    }

    #[test]
    fn a_query_looks_into_what_it_finds_and_what_it_passes_through() {
        use salus_trust_api::wire::policy::Category::{Appointments, Identity, Results};
        const OBSERVATION: u16 = 96;
        let kinds = Kinds::new(&[(PATIENT, Identity), (APPOINTMENT, Appointments), (OBSERVATION, Results)]);
        let query = |of: &[u16], all: Vec<Condition>| Query {
            kinds: of.to_vec(),
            all,
            sort: Vec::new(),
            count: 10,
            after: None,
            glimpse: false,
        };
        let into = |query: &Query| looked_into(query, &kinds).iter().collect::<Vec<_>>();
        assert_eq!(into(&query(&[PATIENT], Vec::new())), [Identity]);
        assert_eq!(looked_into(&query(&[], Vec::new()), &kinds), Categories::ALL);
        let has = |meets| Condition::ReferredToBy { kind: OBSERVATION, parameter: 1, meets: Box::new(meets) };
        let chain = |of: &[u16], meets| Condition::RefersTo {
            parameter: 2,
            kinds: of.to_vec(),
            meets: Box::new(meets),
        };
        let nothing = || Condition::All(Vec::new());
        assert_eq!(into(&query(&[PATIENT], vec![has(nothing())])), [Identity, Results]);
        let deep = Condition::Not(Box::new(Condition::Any(vec![chain(&[PATIENT], has(nothing()))])));
        assert_eq!(into(&query(&[APPOINTMENT], vec![deep])), [Identity, Results, Appointments]);
        assert_eq!(looked_into(&query(&[PATIENT], vec![chain(&[], nothing())]), &kinds), Categories::ALL);
    }
}

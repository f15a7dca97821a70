//! Whom a query singles out: conditions that few patients meet by themselves, whatever the others say.
//!
//! A count with and without such a condition tells something of these patients, above all behind a `not`; so they are
//! named as if the query had said their ids. Where another condition confines the matches to one patient's records, a condition of
//! the matches singles out nobody else: whatever comes of it is that patient's.
//!
//! Never: evaluates anything. State: none.

use salus_trust_api::wire::query::{Comparison, Condition, Test};
use std::borrow::Cow;

/// A condition on a record's own values.
pub(crate) struct Leaf<'q> {
    /// What is to be met; of `ne`, what is not to be.
    pub condition: Cow<'q, Condition>,
    /// Whether every match meets it: then it singles out nobody when many match.
    pub is_met_by_all: bool,
    /// Whether it is asked of other records than the matches.
    pub is_chained: bool,
}

/// All leaves of a query's conditions but those that name a record, which is named anyway.
pub(crate) fn leaves(all: &[Condition]) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    all.iter().for_each(|condition| walk(condition, (true, false), &mut found));
    found
}

fn walk<'q>(condition: &'q Condition, (is_met_by_all, is_chained): (bool, bool), found: &mut Vec<Leaf<'q>>) {
    match condition {
        Condition::All(list) => list.iter().for_each(|one| walk(one, (is_met_by_all, is_chained), found)),
        Condition::Any(list) => list.iter().for_each(|one| walk(one, (false, is_chained), found)),
        Condition::Not(one) => walk(one, (false, is_chained), found),
        Condition::RefersTo { meets, .. } | Condition::ReferredToBy { meets, .. } => {
            // Whoever meets the whole of a chain's condition is found on its way.
            match only(meets) {
                Condition::Value(_, test) if equal(test).is_none() => {}
                Condition::Present(_) | Condition::Composite(..) => {}
                meets => walk(meets, (false, true), found),
            }
        }
        Condition::Kind(_) | Condition::Id(_) => {}
        Condition::Value(_, Test::Reference(_) | Test::ReferenceId(_)) => {}
        Condition::Value(parameter, test) => {
            let condition = match equal(test) {
                Some(equal) => Cow::Owned(Condition::Value(*parameter, equal)),
                None => Cow::Borrowed(condition),
            };
            let is_met_by_all = is_met_by_all && matches!(condition, Cow::Borrowed(_));
            found.push(Leaf { condition, is_met_by_all, is_chained });
        }
        Condition::Present(_)
        | Condition::Composite(..)
        | Condition::Narrative(_)
        | Condition::Content(_) => {
            found.push(Leaf { condition: Cow::Borrowed(condition), is_met_by_all, is_chained })
        }
    }
}

/// What a list of one stands for.
fn only(condition: &Condition) -> &Condition {
    match condition {
        Condition::All(list) | Condition::Any(list) if list.len() == 1 => only(&list[0]),
        _ => condition,
    }
}

/// The test that `ne` is the opposite of.
fn equal(test: &Test) -> Option<Test> {
    match test {
        Test::Range(Comparison::Ne, range) => Some(Test::Range(Comparison::Eq, *range)),
        Test::Quantity { comparison: Comparison::Ne, range, system, unit } => Some(Test::Quantity {
            comparison: Comparison::Eq,
            range: *range,
            system: system.clone(),
            unit: unit.clone(),
        }),
        _ => None,
    }
}

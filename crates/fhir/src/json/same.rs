//! Whether two values say the same: numbers by their value, objects whatever the order of their members.

use super::{Kind, Value};
use crate::fhirpath::Decimal;

/// True when both say the same.
pub fn same(left: Value<'_>, right: Value<'_>) -> bool {
    match (left.kind(), right.kind()) {
        (Kind::Object, Kind::Object) => {
            left.members().count() == right.members().count()
                && left
                    .members()
                    .all(|member| right.get(member.key_text()).is_some_and(|value| same(member.value, value)))
        }
        (Kind::Array, Kind::Array) => {
            let mut others = right.elements();
            left.elements().all(|value| others.next().is_some_and(|other| same(value, other)))
                && others.next().is_none()
        }
        _ => scalars(left, right),
    }
}

fn scalars(left: Value<'_>, right: Value<'_>) -> bool {
    match (left.kind(), right.kind()) {
        (Kind::String, Kind::String) if left.is_escaped() || right.is_escaped() => {
            left.as_str() == right.as_str()
        }
        (Kind::Number, Kind::Number) if left.raw() != right.raw() => {
            match (Decimal::parse(left.raw()), Decimal::parse(right.raw())) {
                (Some(left), Some(right)) => left.compare(right).is_eq(),
                _ => false,
            }
        }
        (one, other) => one == other && left.raw() == right.raw(),
    }
}

/// True when `value` holds all that `pattern` says; an array must hold each of the pattern's elements, in any order.
pub(crate) fn fits(value: Value<'_>, pattern: Value<'_>) -> bool {
    match (value.kind(), pattern.kind()) {
        (Kind::Object, Kind::Object) => pattern
            .members()
            .all(|member| value.get(member.key_text()).is_some_and(|found| fits(found, member.value))),
        (Kind::Array, Kind::Array) => {
            pattern.elements().all(|wanted| value.elements().any(|found| fits(found, wanted)))
        }
        (Kind::Array, _) => value.elements().any(|found| fits(found, pattern)),
        _ => scalars(value, pattern),
    }
}

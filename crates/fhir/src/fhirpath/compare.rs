//! Equality and order of items.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::Fault;
use super::item::{Bag, Item};
use super::tree::Tree;
use crate::json::{Kind, same};

impl<'d> Tree<'d> {
    /// Whether two items are equal; None when their precision leaves it open.
    pub(super) fn equal(&self, left: &Item<'d>, right: &Item<'d>) -> Option<bool> {
        if let (Item::Node(left), Item::Node(right)) = (left, right)
            && let (Some(left), Some(right)) = (self.value(*left), self.value(*right))
            && (left.kind() == Kind::Object || right.kind() == Kind::Object)
        {
            return Some(same(left, right));
        }
        match (self.system(left), self.system(right)) {
            (Some(left), Some(right)) => plain_equal(&left, &right),
            // Elements without values: the same only when they are the same.
            (None, None) => {
                Some(matches!((left, right), (Item::Node(left), Item::Node(right)) if left == right))
            }
            _ => Some(false),
        }
    }

    /// [`Tree::equal`] for whole collections, in order.
    pub(super) fn equal_bags(&self, left: &Bag<'d>, right: &Bag<'d>) -> Option<bool> {
        let (left, right) = (left.as_slice(), right.as_slice());
        if left.is_empty() || right.is_empty() {
            return None;
        }
        if left.len() != right.len() {
            return Some(false);
        }
        let mut all = Some(true);
        for (left, right) in left.iter().zip(right) {
            match self.equal(left, right) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => all = None,
            }
        }
        all
    }

    /// `~`: texts without case and white space, collections in any order, nothing is like nothing.
    pub(super) fn equivalent(&self, left: &Bag<'d>, right: &Bag<'d>) -> bool {
        let (left, right) = (left.as_slice(), right.as_slice());
        left.len() == right.len() && left.iter().all(|one| right.iter().any(|other| self.alike(one, other)))
    }

    fn alike(&self, left: &Item<'d>, right: &Item<'d>) -> bool {
        match (self.system(left), self.system(right)) {
            (Some(Item::Text(left)), Some(Item::Text(right))) => folded(&left) == folded(&right),
            _ => self.equal(left, right) == Some(true),
        }
    }

    /// How one stands to another; None when that is open.
    pub(super) fn order(&self, left: &Item<'d>, right: &Item<'d>) -> Result<Option<Ordering>, Fault> {
        let (Some(left), Some(right)) = (self.system(left), self.system(right)) else { return Ok(None) };
        Ok(match (&left, &right) {
            (Item::Text(left), Item::Text(right)) => Some(left.cmp(right)),
            (Item::Moment(left), Item::Moment(right)) => left.compare(*right),
            (Item::Moment(left), Item::Text(right)) => {
                super::Moment::parse(right).and_then(|right| left.compare(right))
            }
            (Item::Text(left), Item::Moment(right)) => {
                super::Moment::parse(left).and_then(|left| left.compare(*right))
            }
            (Item::Quantity(left, unit), Item::Quantity(right, other)) => {
                (plain_unit(unit) == plain_unit(other)).then(|| left.compare(*right))
            }
            _ => match (number(&left), number(&right)) {
                (Some(left), Some(right)) => Some(left.compare(right)),
                _ => return Err(Fault::Type),
            },
        })
    }

    /// The items that differ from all before them.
    pub(super) fn distinct(
        &self,
        bag: Bag<'d>,
        steps: &mut dyn FnMut(usize) -> Result<(), Fault>,
    ) -> Result<Bag<'d>, Fault> {
        let Bag::Many(items) = bag else { return Ok(bag) };
        let mut seen = HashSet::new();
        let mut out: Vec<Item<'d>> = Vec::new();
        let mut others: Vec<Item<'d>> = Vec::new();
        for item in items {
            // Strings, the usual case, are compared by their hash.
            if let Some(Item::Text(text)) = self.system(&item) {
                if seen.insert(text) {
                    out.push(item);
                }
                continue;
            }
            steps(others.len())?;
            if !others.iter().any(|other| self.equal(other, &item) == Some(true)) {
                others.push(item.clone());
                out.push(item);
            }
        }
        Ok(out.into_iter().collect())
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A number of either kind.
pub(super) fn number(item: &Item<'_>) -> Option<super::Decimal> {
    match item {
        Item::Integer(value) => Some((*value).into()),
        Item::Decimal(value) => Some(*value),
        _ => None,
    }
}

/// FHIRPath's words of time as UCUM has them.
pub(super) fn plain_unit(unit: &str) -> &str {
    match unit.trim_end_matches('s') {
        "year" => "a",
        "month" => "mo",
        "week" => "wk",
        "day" => "d",
        "hour" => "h",
        "minute" => "min",
        "second" => "s",
        "millisecond" => "ms",
        _ => unit,
    }
}

fn plain_equal(left: &Item<'_>, right: &Item<'_>) -> Option<bool> {
    Some(match (left, right) {
        (Item::Bool(left), Item::Bool(right)) => left == right,
        (Item::Text(left), Item::Text(right)) => left == right,
        (Item::Moment(left), Item::Moment(right)) => return left.compare(*right).map(Ordering::is_eq),
        (Item::Quantity(left, unit), Item::Quantity(right, other)) => {
            if plain_unit(unit) != plain_unit(other) {
                return None;
            }
            left.compare(*right).is_eq()
        }
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => left.compare(right).is_eq(),
            _ => false,
        },
    })
}

//! What an expression's parts give: nothing, one item or several.

use std::borrow::Cow;

use super::decimal::Decimal;
use super::moment::Moment;
use super::tree::Node;

/// One item.
#[derive(Debug, Clone)]
pub(crate) enum Item<'d> {
    /// A value of the document.
    Node(Node),
    Bool(bool),
    Integer(i64),
    Decimal(Decimal),
    Text(Cow<'d, str>),
    Moment(Moment),
    /// A number and its unit.
    Quantity(Decimal, Cow<'d, str>),
}

/// A collection; one item, the usual case, needs no memory of its own.
#[derive(Debug, Clone, Default)]
pub(crate) enum Bag<'d> {
    #[default]
    Nothing,
    One(Item<'d>),
    Many(Vec<Item<'d>>),
}

impl<'d> Bag<'d> {
    pub(crate) fn as_slice(&self) -> &[Item<'d>] {
        match self {
            Self::Nothing => &[],
            Self::One(item) => std::slice::from_ref(item),
            Self::Many(items) => items,
        }
    }

    pub(crate) fn push(&mut self, item: Item<'d>) {
        match self {
            Self::Nothing => *self = Self::One(item),
            Self::Many(items) => items.push(item),
            Self::One(_) => {
                let Self::One(first) = std::mem::take(self) else { return };
                *self = Self::Many(vec![first, item]);
            }
        }
    }

    pub(crate) fn extend(&mut self, other: Self) {
        match other {
            Self::Nothing => {}
            Self::One(item) => self.push(item),
            Self::Many(items) => items.into_iter().for_each(|item| self.push(item)),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.as_slice().len()
    }

    pub(crate) fn truth(value: bool) -> Self {
        Self::One(Item::Bool(value))
    }

    pub(crate) fn integer(value: usize) -> Self {
        Self::One(Item::Integer(i64::try_from(value).unwrap_or(i64::MAX)))
    }

    pub(crate) fn text(value: impl Into<Cow<'d, str>>) -> Self {
        Self::One(Item::Text(value.into()))
    }
}

impl<'d> FromIterator<Item<'d>> for Bag<'d> {
    fn from_iter<I: IntoIterator<Item = Item<'d>>>(items: I) -> Self {
        let mut bag = Self::Nothing;
        items.into_iter().for_each(|item| bag.push(item));
        bag
    }
}

impl<'d> From<Option<Item<'d>>> for Bag<'d> {
    fn from(item: Option<Item<'d>>) -> Self {
        item.map_or(Self::Nothing, Self::One)
    }
}

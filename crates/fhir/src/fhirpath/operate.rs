//! Operators on two collections: comparison, arithmetic, sets.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::compare::number;
use super::eval::Run;
use super::item::{Bag, Item};
use super::parse::Operator;
use super::{Decimal, Fault};

impl<'d> Run<'_, 'd> {
    /// Every operator but `and`, `or` and `implies`.
    pub(super) fn operate(
        &mut self,
        operator: Operator,
        left: Bag<'d>,
        right: Bag<'d>,
    ) -> Result<Bag<'d>, Fault> {
        use Operator::*;
        let truth = |truth: Option<bool>| truth.map(Item::Bool).into();
        Ok(match operator {
            Equal | NotEqual => {
                self.step(left.len())?;
                let equal = self.tree().equal_bags(&left, &right);
                truth(equal.map(|equal| equal == (operator == Equal)))
            }
            Equivalent | NotEquivalent => {
                self.step(left.len().saturating_mul(right.len()))?;
                Bag::truth(self.tree().equivalent(&left, &right) == (operator == Equivalent))
            }
            Union => {
                let mut all = left;
                all.extend(right);
                self.distinct(all)?
            }
            In => self.is_in(&left, &right)?,
            Contains => self.is_in(&right, &left)?,
            Xor => match (self.truth(&left)?, self.truth(&right)?) {
                (Some(left), Some(right)) => Bag::truth(left != right),
                _ => Bag::Nothing,
            },
            Concatenate => {
                let text = |bag: &Bag<'d>| self.string(bag).map(Option::unwrap_or_default);
                Bag::text(format!("{}{}", text(&left)?, text(&right)?))
            }
            Less | LessOrEqual | Greater | GreaterOrEqual => {
                let Some((left, right)) = single(&left, &right)? else { return Ok(Bag::Nothing) };
                truth(self.tree().order(left, right)?.map(|order| match operator {
                    Less => order == Ordering::Less,
                    LessOrEqual => order != Ordering::Greater,
                    Greater => order == Ordering::Greater,
                    _ => order != Ordering::Less,
                }))
            }
            _ => {
                let Some((left, right)) = single(&left, &right)? else { return Ok(Bag::Nothing) };
                let (Some(left), Some(right)) = (self.tree().system(left), self.tree().system(right)) else {
                    return Ok(Bag::Nothing);
                };
                arithmetic(operator, left, right)?.into()
            }
        })
    }

    pub(super) fn distinct(&mut self, bag: Bag<'d>) -> Result<Bag<'d>, Fault> {
        let tree = self.tree();
        tree.distinct(bag, &mut |count| self.step(count))
    }

    /// True when `bag` holds an item equal to this one.
    pub(super) fn holds(&mut self, bag: &[Item<'d>], item: &Item<'d>) -> Result<bool, Fault> {
        self.step(bag.len())?;
        Ok(bag.iter().any(|other| self.tree().equal(other, item) == Some(true)))
    }

    fn is_in(&mut self, one: &Bag<'d>, bag: &Bag<'d>) -> Result<Bag<'d>, Fault> {
        match one.as_slice() {
            [] => Ok(Bag::Nothing),
            [item] => Ok(Bag::truth(self.holds(bag.as_slice(), item)?)),
            _ => Err(Fault::Several),
        }
    }

    pub(super) fn negate(&self, bag: &Bag<'d>) -> Result<Bag<'d>, Fault> {
        let [item] = bag.as_slice() else {
            return if bag.is_empty() { Ok(Bag::Nothing) } else { Err(Fault::Several) };
        };
        match self.tree().system(item) {
            Some(Item::Integer(value)) => Ok(Bag::One(Item::Integer(value.saturating_neg()))),
            Some(Item::Decimal(value)) => Ok(Bag::One(Item::Decimal(value.negate()))),
            Some(Item::Quantity(value, unit)) => Ok(Bag::One(Item::Quantity(value.negate(), unit))),
            _ => Err(Fault::Type),
        }
    }
}

fn single<'a, 'd>(
    left: &'a Bag<'d>,
    right: &'a Bag<'d>,
) -> Result<Option<(&'a Item<'d>, &'a Item<'d>)>, Fault> {
    match (left.as_slice(), right.as_slice()) {
        ([], _) | (_, []) => Ok(None),
        ([left], [right]) => Ok(Some((left, right))),
        _ => Err(Fault::Several),
    }
}

fn arithmetic<'d>(operator: Operator, left: Item<'d>, right: Item<'d>) -> Result<Option<Item<'d>>, Fault> {
    use Operator::{Add, Div, Divide, Mod, Multiply, Subtract};
    match (&left, &right) {
        (Item::Text(left), Item::Text(right)) if operator == Add => {
            return Ok(Some(Item::Text(Cow::Owned(format!("{left}{right}")))));
        }
        (Item::Moment(moment), Item::Quantity(count, unit)) if matches!(operator, Add | Subtract) => {
            let count = count.whole().ok_or(Fault::Type)?;
            let count = if operator == Add { count } else { -count };
            return Ok(moment.plus(count, unit).map(Item::Moment));
        }
        (Item::Quantity(left, unit), Item::Quantity(right, other)) if matches!(operator, Add | Subtract) => {
            let right = if operator == Add { *right } else { right.negate() };
            let sum = if unit == other { left.add(right) } else { None };
            return Ok(sum.map(|sum| Item::Quantity(sum, unit.clone())));
        }
        _ => {}
    }
    let whole = matches!((&left, &right), (Item::Integer(_), Item::Integer(_)));
    let (Some(left), Some(right)) = (number(&left), number(&right)) else { return Err(Fault::Type) };
    let result = match operator {
        Add => left.add(right),
        Subtract => left.add(right.negate()),
        Multiply => left.multiply(right),
        Divide => return Ok(left.divide(right).map(Item::Decimal)),
        Div => {
            return Ok(left
                .divide_whole(right)
                .and_then(|(quotient, _)| quotient.whole())
                .map(Item::Integer));
        }
        Mod => left.divide_whole(right).map(|(_, rest)| rest),
        _ => return Err(Fault::Type),
    };
    let integer = |number: Decimal| number.whole().map(Item::Integer);
    Ok(result.and_then(|number| if whole { integer(number) } else { Some(Item::Decimal(number)) }))
}

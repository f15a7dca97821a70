//! What a rule asks about: the element without which it holds by itself.
//!
//! For: rules such as `contained.contained.empty()` or `name.exists() implies …`, which most resources keep because they have no such
//! element. That is seen in the keys of an object, without evaluating anything. Only expressions of which that is certain have such
//! an element. State: none.

use super::function::Function;
use super::parse::{Expr, Operator};

/// The element without which the expression is true of an object.
pub(super) fn holds_without(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Call(focus, Function::Empty | Function::All, _) => nothing_without(focus),
        Expr::Call(focus, Function::Not, _) => fails_without(focus),
        // The left side decides by itself: what stands to the right is not looked at.
        Expr::Binary(Operator::Implies, left, _) => fails_without(left),
        Expr::Binary(Operator::Or, left, _) => holds_without(left),
        Expr::Binary(Operator::And, left, right) => {
            holds_without(left).filter(|name| holds_without(right) == Some(name))
        }
        _ => None,
    }
}

/// The element without which the expression is false.
fn fails_without(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Call(focus, Function::Exists, _) => nothing_without(focus),
        Expr::Call(focus, Function::Not, _) => holds_without(focus),
        Expr::Binary(Operator::And, left, _) => fails_without(left),
        Expr::Binary(Operator::Or, left, right) => {
            fails_without(left).filter(|name| fails_without(right) == Some(name))
        }
        _ => None,
    }
}

/// The element without which the expression gives nothing.
fn nothing_without(expr: &Expr) -> Option<&str> {
    use Function::{Children, Descendants, Distinct, Extension, First, Last, Repeat, Select, Tail, Where};
    match expr {
        Expr::Child(focus, name) => match &**focus {
            Expr::This => Some(name),
            focus => nothing_without(focus),
        },
        // It could name the type of what is looked at: types of objects begin with a capital, and primitives have no such children.
        Expr::TypeOrChild(name) => {
            let is_child = name.starts_with(|first: char| first.is_ascii_lowercase());
            (is_child && crate::PrimitiveKind::from_name(name).is_none()).then_some(name)
        }
        Expr::Call(
            focus,
            Where | Select | Repeat | First | Last | Tail | Distinct | Children | Descendants,
            _,
        ) => nothing_without(focus),
        // What is evaluated first must not be able to fail.
        Expr::Call(focus, Extension, arguments) if matches!(arguments[..], [Expr::Literal(_)]) => {
            match **focus {
                Expr::This => Some("extension"),
                ref focus => nothing_without(focus),
            }
        }
        Expr::As(focus, _) => nothing_without(focus),
        _ => None,
    }
}

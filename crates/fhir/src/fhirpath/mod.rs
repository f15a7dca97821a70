//! FHIRPath (version 2.0, with R4's additions) over a JSON document: an expression is read once and evaluated often.
//!
//! For: the rules of profiles. Evaluation works on the nodes of the parsed text and copies nothing but what it computes; steps and
//! depth are bounded, so that an expression from a foreign package can't hold a server. Never reads a clock, a file or
//! the network: `now()` and `today()` are what the caller says. State: none.

mod compare;
mod decimal;
mod eval;
mod function;
mod guard;
mod item;
mod lex;
mod moment;
mod operate;
mod parse;
mod text;
mod tree;

pub(crate) use decimal::Decimal;
pub(crate) use eval::{Env, Host};
pub(crate) use item::Bag;
pub(crate) use moment::Moment;
pub(crate) use tree::{Node, Tree, is_a};

use crate::json::Document;

/// The longest expression, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 16_384;

/// How deep parentheses and arguments may be nested.
pub const MAX_DEPTH: usize = 48;

/// The most steps of one evaluation: a step looks at one value.
pub const MAX_STEPS: u32 = 4_000_000;

/// Why an expression was not understood or not evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It does not follow the grammar.
    #[error("the expression does not follow FHIRPath's grammar")]
    Syntax,
    /// It is longer than [`MAX_EXPRESSION_BYTES`].
    #[error("the expression is too long")]
    TooLong,
    /// It is nested deeper than [`MAX_DEPTH`].
    #[error("the expression is nested too deep")]
    TooDeep,
    /// A function that is not known; its name.
    #[error("the function {0} is not known")]
    Function(String),
    /// A function with the wrong number of arguments.
    #[error("a function has the wrong number of arguments")]
    Arguments,
    /// A variable that is not known.
    #[error("a variable is not known")]
    Variable,
    /// A regular expression that can't be used.
    #[error("a regular expression can't be used")]
    Regex,
    /// One value was needed and several came.
    #[error("one value was needed and several came")]
    Several,
    /// A value of the wrong type came.
    #[error("a value of the wrong type came")]
    Type,
    /// More than [`MAX_STEPS`] steps.
    #[error("the expression takes too long")]
    TooCostly,
    /// It needs what the caller does not give: a clock or a terminology.
    #[error("the expression needs what is not there")]
    Unavailable,
}

/// An expression that was read.
#[derive(Debug)]
pub struct Expression {
    root: parse::Expr,
    /// The element without which it is true.
    guard: Option<Box<str>>,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// [`Fault`] for what is none.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        parse::parse(text).map(|root| Self { guard: guard::holds_without(&root).map(Into::into), root })
    }

    /// Evaluates it on a resource and shows each result: a primitive value as text, anything else as its JSON.
    ///
    /// # Errors
    /// [`Fault`] when it can't be evaluated.
    pub fn evaluate(&self, document: &Document<'_>) -> Result<Vec<String>, Fault> {
        let tree = Tree::new(document.root());
        let env = Env::new(&tree, tree.root());
        let bag = self.run(&env, tree.root())?;
        Ok(bag.as_slice().iter().map(|item| tree.show(item)).collect())
    }

    /// Evaluates it on one node.
    pub(crate) fn run<'d>(&self, env: &Env<'_, 'd>, node: Node) -> Result<Bag<'d>, Fault> {
        eval::run(&self.root, env, node)
    }

    /// True when a rule holds of an object because it lacks what the rule asks about; false when it must be evaluated.
    pub(crate) fn holds_by_itself(&self, tree: &Tree<'_>, node: Node) -> bool {
        self.guard.as_deref().is_some_and(|name| !tree.may_have(node, name))
    }

    /// Whether a rule holds; `nothing` is what an empty result means.
    pub(crate) fn holds(&self, env: &Env<'_, '_>, node: Node, nothing: bool) -> Result<bool, Fault> {
        let bag = self.run(env, node)?;
        Ok(match bag.as_slice() {
            [] => nothing,
            [one] => env.tree.truth(one).unwrap_or(true),
            _ => true,
        })
    }
}

#[cfg(test)]
mod tests;

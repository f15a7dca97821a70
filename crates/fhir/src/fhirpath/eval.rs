//! Evaluates an expression's tree. Bounded: steps and depth are counted.

use std::borrow::Cow;

use super::item::{Bag, Item};
use super::parse::{Expr, Literal, Operator, Variable};
use super::tree::{Node, Tree, is_a};
use super::{Fault, MAX_STEPS};

/// How deep an evaluation may go: the height of the expression's tree.
const MAX_HEIGHT: u32 = 600;

/// What lies outside the document.
pub(crate) trait Host {
    /// The element that a reference leads to, seen from the resource that holds it.
    fn resolve(&self, reference: &str, resource: Node) -> Option<Node>;
    /// Whether a code, Coding or CodeableConcept is in a ValueSet; None when that can't be said.
    fn member_of(&self, node: Node, value_set: &str) -> Option<bool>;
    /// Whether an element is valid by a profile; None when the profile is not known.
    fn conforms(&self, node: Node, profile: &str) -> Option<bool>;
    /// The moment that counts as now.
    fn now(&self) -> Option<Cow<'static, str>> {
        None
    }
}

/// Where an evaluation takes place.
pub(crate) struct Env<'e, 'd> {
    pub tree: &'e Tree<'d>,
    /// `%resource`
    pub resource: Node,
    /// `%rootResource`
    pub root: Node,
    /// `%context`
    pub context: Node,
    pub host: Option<&'e dyn Host>,
}

impl<'e, 'd> Env<'e, 'd> {
    /// For an expression on a resource by itself.
    pub(crate) fn new(tree: &'e Tree<'d>, resource: Node) -> Self {
        Self { tree, resource, root: resource, context: resource, host: None }
    }
}

/// `$this` and its like.
pub(super) struct Scope<'d> {
    pub this: Item<'d>,
    pub index: usize,
    pub total: Bag<'d>,
}

/// One evaluation.
pub(super) struct Run<'e, 'd> {
    pub env: &'e Env<'e, 'd>,
    steps: u32,
    height: u32,
}

pub(super) fn run<'d>(root: &Expr, env: &Env<'_, 'd>, node: Node) -> Result<Bag<'d>, Fault> {
    let scope = Scope { this: Item::Node(node), index: 0, total: Bag::Nothing };
    Run { env, steps: 0, height: 0 }.eval(root, &scope)
}

impl<'e, 'd> Run<'e, 'd> {
    pub(super) fn tree(&self) -> &'e Tree<'d> {
        self.env.tree
    }

    /// Counts steps.
    pub(super) fn step(&mut self, count: usize) -> Result<(), Fault> {
        self.steps = self.steps.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        if self.steps > MAX_STEPS { Err(Fault::TooCostly) } else { Ok(()) }
    }

    pub(super) fn eval(&mut self, expr: &Expr, scope: &Scope<'d>) -> Result<Bag<'d>, Fault> {
        self.height += 1;
        if self.height > MAX_HEIGHT {
            return Err(Fault::TooDeep);
        }
        self.step(1)?;
        let bag = self.one(expr, scope)?;
        self.height -= 1;
        Ok(bag)
    }

    fn one(&mut self, expr: &Expr, scope: &Scope<'d>) -> Result<Bag<'d>, Fault> {
        Ok(match expr {
            Expr::Nothing => Bag::Nothing,
            Expr::Literal(literal) => Bag::One(value(literal)),
            Expr::This => Bag::One(scope.this.clone()),
            Expr::Index => Bag::integer(scope.index),
            Expr::Total => scope.total.clone(),
            Expr::Variable(variable) => match variable {
                Variable::Resource => Bag::One(Item::Node(self.env.resource)),
                Variable::RootResource => Bag::One(Item::Node(self.env.root)),
                Variable::Context => Bag::One(Item::Node(self.env.context)),
                Variable::Constant(text) => Bag::text(text.to_string()),
            },
            Expr::Child(focus, name) => {
                let focus = self.eval(focus, scope)?;
                self.child(&focus, name)?
            }
            Expr::TypeOrChild(name) => match &scope.this {
                Item::Node(node) if is_a(self.tree().type_name(*node), name) => Bag::One(scope.this.clone()),
                other => self.child(&Bag::One(other.clone()), name)?,
            },
            Expr::Call(focus, function, arguments) => {
                let focus = self.eval(focus, scope)?;
                self.call(*function, focus, arguments, scope)?
            }
            Expr::Regex(focus, function, arguments, pattern) => {
                let focus = self.eval(focus, scope)?;
                let compiled = pattern.compiled.get_or_init(|| super::text::compile(&pattern.text)).as_ref();
                let second = match arguments.get(1) {
                    Some(argument) => self.eval(argument, scope)?,
                    None => Bag::Nothing,
                };
                self.regex(*function, &focus, compiled.ok_or(Fault::Regex)?, &second)?
            }
            Expr::At(focus, index) => {
                let focus = self.eval(focus, scope)?;
                let index = self.eval(index, scope)?;
                let at = self.integer(&index)?.and_then(|index| usize::try_from(index).ok());
                at.and_then(|at| focus.as_slice().get(at).cloned()).into()
            }
            Expr::Negative(inner) => {
                let inner = self.eval(inner, scope)?;
                self.negate(&inner)?
            }
            Expr::Is(focus, kind) => {
                let focus = self.eval(focus, scope)?;
                match focus.as_slice() {
                    [] => Bag::Nothing,
                    [item] => Bag::truth(self.is_of(item, kind)),
                    _ => return Err(Fault::Several),
                }
            }
            Expr::As(focus, kind) => {
                let focus = self.eval(focus, scope)?;
                self.step(focus.len())?;
                match focus {
                    Bag::One(item) => Some(item).filter(|item| self.is_of(item, kind)).into(),
                    Bag::Many(items) => items.into_iter().filter(|item| self.is_of(item, kind)).collect(),
                    Bag::Nothing => Bag::Nothing,
                }
            }
            Expr::Binary(operator, left, right) => self.binary(*operator, left, right, scope)?,
        })
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &Expr,
        right: &Expr,
        scope: &Scope<'d>,
    ) -> Result<Bag<'d>, Fault> {
        use Operator::{And, Implies, Or};
        let left = self.eval(left, scope)?;
        if matches!(operator, And | Or | Implies) {
            let left = self.truth(&left)?;
            // What decides by itself spares the other side.
            match (operator, left) {
                (And, Some(false)) => return Ok(Bag::truth(false)),
                (Or, Some(true)) | (Implies, Some(false)) => return Ok(Bag::truth(true)),
                _ => {}
            }
            let right = self.eval(right, scope)?;
            let right = self.truth(&right)?;
            return Ok(three_valued(operator, left, right).map(Item::Bool).into());
        }
        let right = self.eval(right, scope)?;
        self.operate(operator, left, right)
    }

    /// The elements of that name.
    pub(super) fn child(&mut self, focus: &Bag<'d>, name: &str) -> Result<Bag<'d>, Fault> {
        let mut out = Bag::Nothing;
        for item in focus.as_slice() {
            match item {
                // What a primitive holds beside its id and extensions (FHIR R4, section 2.9.4.1).
                Item::Node(node)
                    if name == "value" && node.has_value() && self.tree().primitive(*node).is_some() =>
                {
                    out.push(item.clone());
                }
                Item::Node(node) => {
                    self.tree().children_named(*node, name, |child| out.push(Item::Node(child)));
                }
                _ => {}
            }
        }
        self.step(out.len())?;
        Ok(out)
    }

    /// Whether an item is of a type.
    pub(super) fn is_of(&self, item: &Item<'d>, wanted: &str) -> bool {
        let name = match item {
            Item::Node(node) => self.tree().type_name(*node),
            Item::Bool(_) => "boolean",
            Item::Integer(_) => "integer",
            Item::Decimal(_) => "decimal",
            Item::Text(_) => "string",
            Item::Moment(moment) => match moment.kind {
                super::moment::MomentKind::Date => "date",
                super::moment::MomentKind::DateTime => "dateTime",
                super::moment::MomentKind::Time => "time",
            },
            Item::Quantity(..) => "Quantity",
        };
        is_a(name, wanted)
    }

    /// A collection as a truth value: None for nothing, true for one item that is no boolean.
    pub(super) fn truth(&self, bag: &Bag<'d>) -> Result<Option<bool>, Fault> {
        match bag.as_slice() {
            [] => Ok(None),
            [item] => Ok(Some(self.tree().truth(item).unwrap_or(true))),
            _ => Err(Fault::Several),
        }
    }

    /// A collection's one number.
    pub(super) fn integer(&self, bag: &Bag<'d>) -> Result<Option<i64>, Fault> {
        match bag.as_slice() {
            [] => Ok(None),
            [item] => match self.tree().system(item) {
                Some(Item::Integer(value)) => Ok(Some(value)),
                None => Ok(None),
                _ => Err(Fault::Type),
            },
            _ => Err(Fault::Several),
        }
    }

    /// A collection's one text.
    pub(super) fn string(&self, bag: &Bag<'d>) -> Result<Option<Cow<'d, str>>, Fault> {
        match bag.as_slice() {
            [] => Ok(None),
            [item] => self.tree().text(item).map(Some).ok_or(Fault::Type).or_else(|fault| {
                match self.tree().system(item) {
                    None => Ok(None),
                    Some(_) => Err(fault),
                }
            }),
            _ => Err(Fault::Several),
        }
    }
}

fn three_valued(operator: Operator, left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match operator {
        Operator::And => match (left, right) {
            (Some(true), Some(true)) => Some(true),
            (Some(false), _) | (_, Some(false)) => Some(false),
            _ => None,
        },
        Operator::Or => match (left, right) {
            (Some(false), Some(false)) => Some(false),
            (Some(true), _) | (_, Some(true)) => Some(true),
            _ => None,
        },
        _ => match (left, right) {
            (Some(true), right) => right,
            (Some(false), _) | (None, Some(true)) => Some(true),
            (None, _) => None,
        },
    }
}

fn value<'d>(literal: &Literal) -> Item<'d> {
    match literal {
        Literal::Bool(value) => Item::Bool(*value),
        Literal::Integer(value) => Item::Integer(*value),
        Literal::Decimal(value) => Item::Decimal(*value),
        Literal::Text(text) => Item::Text(Cow::Owned(text.to_string())),
        Literal::Moment(moment) => Item::Moment(*moment),
        Literal::Quantity(value, unit) => Item::Quantity(*value, Cow::Owned(unit.to_string())),
    }
}

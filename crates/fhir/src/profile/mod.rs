//! A profile's snapshot, compiled: its elements as a tree with cardinalities, types, fixed values, bindings, rules and slices.
//!
//! For: checking many resources quickly. What several elements share (rules, patterns) is there once. Never looks at
//! another profile: names of profiles and lists stay canonicals, which the library that a check uses resolves. State: none.

mod compile;
mod derive;
mod slicing;

use std::sync::Arc;

pub(crate) use compile::Compiler;
pub(crate) use derive::{Differential, Found};
pub(crate) use slicing::{Step, Test, Wanted, tests};

use crate::Severity;
use crate::definitions::TypeIndex;
use crate::fhirpath::{Expression, Fault};
use crate::json::{Document, Value};
use crate::package::Canonical;

/// No bound.
pub(crate) const MANY: u32 = u32::MAX;

/// A compiled StructureDefinition.
#[derive(Debug)]
pub struct Profile {
    /// Its canonical URL, without version.
    pub url: Box<str>,
    /// Its version; empty when it has none.
    pub version: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// The type that it constrains or defines, such as `Patient`.
    pub type_name: Box<str>,
    /// The profile that it is derived from.
    pub base: Box<str>,
    /// True for one that constrains another, false for one that defines a type.
    pub is_constraint: bool,
    /// True when nothing may claim it by itself.
    pub is_abstract: bool,
    /// Where an extension may stand; empty when it does not say.
    pub(crate) contexts: Vec<Context>,
    pub(crate) nodes: Vec<Node>,
}

/// A place where an extension may stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Context {
    /// An element, by its path from a type.
    Element(Box<str>),
    /// Another extension, by its url.
    Extension(Box<str>),
    /// What an expression finds; not checked.
    Expression,
}

/// The number of an element in its profile.
pub(crate) type NodeIndex = u16;

/// An element.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    /// Its name, without `[x]`.
    pub name: Box<str>,
    /// Where it stands, such as `Patient.name`.
    pub path: Box<str>,
    /// The slice that it is.
    pub slice: Option<Box<str>>,
    pub min: u32,
    pub max: u32,
    /// True for `[x]`.
    pub choice: bool,
    pub is_modifier: bool,
    pub types: Vec<TypeRef>,
    /// Its elements, without slices.
    pub children: Vec<NodeIndex>,
    /// Its slices.
    pub slices: Vec<NodeIndex>,
    pub slicing: Option<Slicing>,
    /// What tells that a value belongs to this slice.
    pub tests: Vec<Test>,
    /// The element whose content it has.
    pub same_as: Option<NodeIndex>,
    pub fixed: Option<Constant>,
    pub pattern: Option<Constant>,
    pub least: Option<Constant>,
    pub most: Option<Constant>,
    pub max_length: Option<u32>,
    pub binding: Option<Binding>,
    pub rules: Vec<Arc<Rule>>,
}

/// A value that a profile says, of the document that it was read from.
#[derive(Debug, Clone)]
pub(crate) struct Constant {
    document: Arc<Document<'static>>,
    node: u32,
}

impl Node {
    /// Keeps the value of a property `fixedX`, `patternX`, `minValueX` or `maxValueX`.
    fn constant(&mut self, name: &str, value: impl FnOnce() -> Constant) {
        let places = [
            ("fixed", &mut self.fixed),
            ("pattern", &mut self.pattern),
            ("minValue", &mut self.least),
            ("maxValue", &mut self.most),
        ];
        let is_it = |start: &str| {
            let rest = name.strip_prefix(start);
            rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
        };
        if let Some((_, place)) = places.into_iter().find(|(start, _)| is_it(start)) {
            *place = Some(value());
        }
    }
}

impl Constant {
    fn of(value: Value<'_>) -> Self {
        Self { document: Arc::new(value.detach()), node: 0 }
    }

    pub(crate) fn value(&self) -> Value<'_> {
        self.document.value(self.node)
    }

    /// A value inside this one.
    pub(crate) fn inside(&self, value: Value<'_>) -> Self {
        Self { document: self.document.clone(), node: value.index() }
    }
}

/// A type that an element may have.
#[derive(Debug, Clone)]
pub(crate) struct TypeRef {
    pub code: Box<str>,
    /// The type of that name, if R4 has it.
    pub kind: Option<TypeIndex>,
    pub profiles: Vec<Canonical>,
    pub targets: Vec<Canonical>,
}

/// How an element is cut into slices.
#[derive(Debug, Clone)]
pub(crate) struct Slicing {
    pub closed: bool,
    /// What is in no slice stands at the end.
    pub open_at_end: bool,
    pub ordered: bool,
    pub discriminators: Vec<Discriminator>,
}

impl Slicing {
    /// How extensions are cut where nobody says it (FHIR R4, section 5.1.0.14).
    pub(crate) fn by_url() -> Self {
        let path = slicing::path("url").unwrap_or_default();
        let discriminators = vec![Discriminator { kind: DiscriminatorKind::Value, path }];
        Self { closed: false, open_at_end: false, ordered: false, discriminators }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiscriminatorKind {
    Value,
    Pattern,
    Exists,
    Type,
    Profile,
}

#[derive(Debug, Clone)]
pub(crate) struct Discriminator {
    pub kind: DiscriminatorKind,
    pub path: Vec<Step>,
}

/// How binding a list of codes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strength {
    Required,
    Extensible,
    Preferred,
    Example,
}

#[derive(Debug, Clone)]
pub(crate) struct Binding {
    pub strength: Strength,
    pub value_set: Canonical,
}

/// A rule of a profile.
#[derive(Debug)]
pub(crate) struct Rule {
    pub key: Box<str>,
    pub severity: Severity,
    /// An empty result is a yes.
    pub held_by_nothing: bool,
    /// What the profile's author says of it.
    pub human: Box<str>,
    pub expression: Result<Arc<Expression>, Fault>,
}

impl Profile {
    /// URL and version.
    pub fn canonical(&self) -> String {
        if self.version.is_empty() { self.url.to_string() } else { format!("{}|{}", self.url, self.version) }
    }

    /// The keys of rules that could not be read, each with the reason.
    pub fn unreadable_rules(&self) -> Vec<(String, Fault)> {
        let rules = self.nodes.iter().flat_map(|node| &node.rules);
        rules
            .filter_map(|rule| Some((rule.key.to_string(), rule.expression.as_ref().err()?.clone())))
            .collect()
    }

    /// What the profile says of each element: path and slice, and the rest in short. For comparing two of the same profile.
    pub fn summary(&self) -> Vec<(String, String)> {
        let line = |node: &Node| {
            let types: Vec<_> = node.types.iter().map(|kind| &*kind.code).collect();
            let constant = |constant: &Option<Constant>| {
                constant.as_ref().map_or_else(String::new, |one| compact(one.value().raw()))
            };
            let mut rules: Vec<_> = node.rules.iter().map(|rule| &*rule.key).collect();
            rules.sort_unstable();
            let max = if node.max == MANY { "*".to_owned() } else { node.max.to_string() };
            let list = node.binding.as_ref().map(|one| format!("{:?} {}", one.strength, one.value_set));
            format!(
                "{}..{max} {} fixed {} pattern {} binding {} rules {}",
                node.min,
                types.join(" "),
                constant(&node.fixed),
                constant(&node.pattern),
                list.unwrap_or_default(),
                rules.join(" ")
            )
        };
        let mut out = Vec::new();
        self.lines(0, &self.root().name, &line, &mut out);
        out
    }

    fn lines(
        &self,
        at: NodeIndex,
        id: &str,
        line: &dyn Fn(&Node) -> String,
        out: &mut Vec<(String, String)>,
    ) {
        let node = self.node(at);
        out.push((id.to_owned(), line(node)));
        for child in &node.children {
            let name = &self.node(*child).name;
            self.lines(*child, &format!("{id}.{name}"), line, out);
        }
        for slice in &node.slices {
            let name = self.node(*slice).slice.as_deref().unwrap_or_default();
            let plain =
                id.rsplit_once(':').filter(|(_, slice)| !slice.contains('.')).map_or(id, |(plain, _)| plain);
            self.lines(*slice, &format!("{plain}:{name}"), line, out);
        }
    }

    pub(crate) fn node(&self, index: NodeIndex) -> &Node {
        &self.nodes[usize::from(index)]
    }

    pub(crate) fn root(&self) -> &Node {
        &self.nodes[0]
    }
}

/// JSON without the white space between its signs.
fn compact(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let keeps = move |sign: &char| {
        let keep = inside || !sign.is_ascii_whitespace();
        inside ^= *sign == '"' && !escaped;
        escaped = *sign == '\\' && !escaped;
        keep
    };
    json.chars().filter(keeps).collect()
}

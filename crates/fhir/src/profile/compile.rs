//! From a StructureDefinition's snapshot to a [`Profile`]. Refuses what is incomplete; never panics on it.

use std::collections::HashMap;
use std::sync::Arc;

use super::{
    Binding, Constant, Context, Discriminator, DiscriminatorKind, MANY, Node, NodeIndex, Profile, Rule,
    Slicing, Strength, TypeRef, slicing,
};
use crate::Severity;
use crate::fhirpath::{Expression, Fault};
use crate::json::Value;
use crate::package::{Canonical, Unusable};

/// Rules that the structural check holds already.
const STRUCTURAL: [&str; 2] = ["ele-1", "ext-1"];

/// The rule of R4's narratives, under whichever key: the structural check reads them, too.
const NARRATIVE: &str = "htmlChecks()";

/// Types of FHIRPath's own, which the snapshots give to ids and urls; their format is the structural check's.
const SYSTEM: &str = "http://hl7.org/fhirpath/System.";

/// Rules of R4 whose authors took nothing for yes: they ask about an element that may be missing.
const HELD_BY_NOTHING: [&str; 3] = ["ref-1", "bdl-8", "ras-2"];

/// The most elements of one profile.
pub(super) const MAX_ELEMENTS: usize = 16_384;

/// Compiles profiles; keeps what they share.
#[derive(Default)]
pub(crate) struct Compiler {
    rules: HashMap<String, Arc<Rule>>,
    expressions: HashMap<String, Result<Arc<Expression>, Fault>>,
}

pub(super) fn text(value: Value<'_>, name: &str) -> Box<str> {
    value.get_str(name).unwrap_or_default().into()
}

pub(super) fn list<'a>(value: Value<'a>, name: &str) -> impl Iterator<Item = Value<'a>> + use<'a> {
    value.get(name).into_iter().flat_map(|list| list.elements())
}

fn canonicals(value: Value<'_>, name: &str) -> Vec<Canonical> {
    list(value, name).filter_map(|one| one.as_str()).map(|one| Canonical::parse(&one)).collect()
}

impl Compiler {
    /// Compiles a StructureDefinition.
    pub(crate) fn profile(&mut self, root: Value<'_>) -> Result<Profile, Unusable> {
        let elements =
            root.get("snapshot").and_then(|snapshot| snapshot.get("element")).ok_or(Unusable::NoSnapshot)?;
        let mut builder =
            Builder { compiler: self, nodes: Vec::new(), open: Vec::new(), references: Vec::new() };
        for element in elements.elements() {
            if builder.nodes.len() >= MAX_ELEMENTS {
                return Err(Unusable::Incomplete);
            }
            builder.element(element).ok_or(Unusable::Incomplete)?;
        }
        builder.close();
        let nodes = builder.nodes;
        let url = text(root, "url");
        if nodes.is_empty() || url.is_empty() {
            return Err(Unusable::Incomplete);
        }
        let mut profile = Profile {
            url,
            version: text(root, "version"),
            name: text(root, "name"),
            type_name: text(root, "type"),
            base: text(root, "baseDefinition"),
            is_constraint: root.get_str("derivation").as_deref() == Some("constraint"),
            is_abstract: root.get("abstract").is_some_and(|value| value.raw() == "true"),
            contexts: contexts(root),
            nodes,
        };
        slicing::prepare(&mut profile);
        Ok(profile)
    }

    pub(super) fn rule(&mut self, constraint: Value<'_>) -> Option<Arc<Rule>> {
        let key = text(constraint, "key");
        let expression = constraint.get_str("expression")?;
        if STRUCTURAL.contains(&&*key) || expression.trim() == NARRATIVE {
            return None;
        }
        let severity = constraint.get_str("severity");
        let name = format!("{key}\n{}\n{expression}", severity.as_deref().unwrap_or_default());
        if let Some(rule) = self.rules.get(&name) {
            return Some(rule.clone());
        }
        let parsed = self
            .expressions
            .entry(expression.to_string())
            .or_insert_with(|| Expression::parse(&expression).map(Arc::new));
        let rule = Arc::new(Rule {
            severity: if severity.as_deref() == Some("warning") {
                Severity::Warning
            } else {
                Severity::Error
            },
            held_by_nothing: HELD_BY_NOTHING.contains(&&*key),
            human: text(constraint, "human"),
            expression: parsed.clone(),
            key,
        });
        self.rules.insert(name, rule.clone());
        Some(rule)
    }
}

struct Builder<'c> {
    compiler: &'c mut Compiler,
    nodes: Vec<Node>,
    /// The elements that the one before lies in, outermost first: at depth d the last element of that depth.
    open: Vec<NodeIndex>,
    /// Elements that have another's content, with its path.
    references: Vec<(NodeIndex, String)>,
}

impl Builder<'_> {
    fn element(&mut self, element: Value<'_>) -> Option<()> {
        let path = element.get_str("path")?;
        let depth = path.split('.').count() - 1;
        if depth > self.open.len() {
            return None;
        }
        let index = NodeIndex::try_from(self.nodes.len()).ok()?;
        let mut node = self.node(element, &path);
        if let Some(reference) = element.get_str("contentReference") {
            let path = reference.split_once('#').map_or(&*reference, |(_, path)| path).to_owned();
            self.references.push((index, path));
        }
        let parent = depth.checked_sub(1).map(|above| self.open[above]);
        // A slice follows the element that it is a slice of; a slice of a slice names it before a stroke.
        let slice_of = node
            .slice
            .as_deref()
            .filter(|_| depth > 0)
            .and_then(|slice| self.sliced(parent, &node.name, slice));
        if slice_of.is_none() {
            node.slice = None;
        }
        self.open.truncate(depth);
        self.open.push(index);
        self.nodes.push(node);
        match (slice_of, parent) {
            (Some(of), _) => self.nodes[usize::from(of)].slices.push(index),
            (None, Some(parent)) => self.nodes[usize::from(parent)].children.push(index),
            (None, None) if index > 0 => return None,
            (None, None) => {}
        }
        Some(())
    }

    /// The element, or the slice, that a slice of this name belongs to.
    fn sliced(&self, parent: Option<NodeIndex>, name: &str, slice: &str) -> Option<NodeIndex> {
        let children = &self.nodes[usize::from(parent?)].children;
        let mut of = *children.iter().rev().find(|child| {
            let node = &self.nodes[usize::from(**child)];
            // `valueQuantity` is a slice of `value[x]`, spelled the old way.
            *node.name == *name || node.choice && name.starts_with(&*node.name)
        })?;
        let mut upto = 0;
        while let Some(at) = slice[upto..].find('/') {
            let outer = &slice[..upto + at];
            let found = self.nodes[usize::from(of)]
                .slices
                .iter()
                .find(|index| self.nodes[usize::from(**index)].slice.as_deref() == Some(outer));
            let Some(found) = found else { break };
            of = *found;
            upto += at + 1;
        }
        Some(of)
    }

    fn node(&mut self, element: Value<'_>, path: &str) -> Node {
        let last = path.rsplit('.').next().unwrap_or(path);
        let number = |name: &str| element.get(name).and_then(|value| value.raw().parse::<u32>().ok());
        let max = element.get_str("max").map_or(MANY, |max| max.parse().unwrap_or(MANY));
        let mut node = Node {
            name: last.trim_end_matches("[x]").into(),
            path: path.into(),
            slice: element.get_str("sliceName").map(Into::into),
            min: number("min").unwrap_or(0),
            max,
            choice: last.ends_with("[x]"),
            is_modifier: element.get("isModifier").is_some_and(|value| value.raw() == "true"),
            types: type_refs(element),
            slicing: element.get("slicing").map(read_slicing),
            max_length: number("maxLength"),
            binding: element.get("binding").and_then(read_binding),
            rules: list(element, "constraint")
                .filter_map(|constraint| self.compiler.rule(constraint))
                .collect(),
            ..Node::default()
        };
        for member in element.members() {
            node.constant(member.key_text(), || Constant::of(member.value));
        }
        node
    }

    /// Finds what content references lead to.
    fn close(&mut self) {
        for (index, path) in std::mem::take(&mut self.references) {
            let target = self.nodes.iter().position(|node| *node.path == *path && node.slice.is_none());
            self.nodes[usize::from(index)].same_as =
                target.and_then(|target| NodeIndex::try_from(target).ok());
        }
    }
}

/// Where an extension may stand.
pub(super) fn contexts(root: Value<'_>) -> Vec<Context> {
    let context = |one: Value<'_>| {
        let expression = text(one, "expression");
        match one.get_str("type").as_deref() {
            Some("element") => Context::Element(expression),
            Some("extension") => Context::Extension(expression),
            _ => Context::Expression,
        }
    };
    list(root, "context").map(context).collect()
}

/// An element's types, but FHIRPath's own.
pub(super) fn type_refs(element: Value<'_>) -> Vec<TypeRef> {
    list(element, "type").map(type_ref).filter(|kind| !kind.code.starts_with(SYSTEM)).collect()
}

fn type_ref(value: Value<'_>) -> TypeRef {
    let code = text(value, "code");
    TypeRef {
        kind: crate::definitions::get().find(&code),
        code,
        profiles: canonicals(value, "profile"),
        targets: canonicals(value, "targetProfile"),
    }
}

pub(super) fn read_binding(value: Value<'_>) -> Option<Binding> {
    let strength = read_strength(value)?;
    Some(Binding { strength, value_set: Canonical::parse(&value.get_str("valueSet")?) })
}

/// How binding a binding is.
pub(super) fn read_strength(binding: Value<'_>) -> Option<Strength> {
    Some(match binding.get_str("strength")?.as_ref() {
        "required" => Strength::Required,
        "extensible" => Strength::Extensible,
        "preferred" => Strength::Preferred,
        _ => Strength::Example,
    })
}

pub(super) fn read_slicing(value: Value<'_>) -> Slicing {
    let rules = value.get_str("rules");
    let discriminator = |one: Value<'_>| {
        let kind = match one.get_str("type")?.as_ref() {
            "value" => DiscriminatorKind::Value,
            "pattern" => DiscriminatorKind::Pattern,
            "exists" => DiscriminatorKind::Exists,
            "type" => DiscriminatorKind::Type,
            "profile" => DiscriminatorKind::Profile,
            _ => return None,
        };
        Some(Discriminator { kind, path: slicing::path(&one.get_str("path")?)? })
    };
    Slicing {
        closed: rules.as_deref() == Some("closed"),
        open_at_end: rules.as_deref() == Some("openAtEnd"),
        ordered: value.get("ordered").is_some_and(|value| value.raw() == "true"),
        discriminators: list(value, "discriminator").filter_map(discriminator).collect(),
    }
}

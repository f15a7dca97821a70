//! Elements of a resource's tree by the path of a FHIRPath Patch, with the types that R4 gives them.

use super::Operand;
use super::place::{Literal, Step};
use super::tree::Node;
use crate::ResourceType;
use crate::definitions::{self, Element, Property, TypeIndex, TypeKind};

/// A step down the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    /// To the member of that name.
    Member(&'static str),
    /// To the element at that position.
    At(usize),
}

/// An element that is there.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub keys: Vec<Key>,
    /// What it is; none for the resource itself.
    pub property: Option<&'static Property>,
    /// Its type.
    pub kind: TypeIndex,
}

/// The most elements that a path may lead to at once.
const MAX_PLACES: usize = 100_000;

impl Place {
    /// The resource itself, if it is of that type.
    pub(crate) fn root(tree: &Node, kind: &str) -> Result<Self, Operand> {
        let found = tree.get("resourceType").and_then(Node::as_str).ok_or(Operand::Result)?;
        let known = ResourceType::from_name(&found).filter(|_| found == kind).ok_or(Operand::Path)?;
        Ok(Self { keys: Vec::new(), property: None, kind: definitions::get().resource(known) })
    }

    /// What stands there.
    pub(crate) fn node<'t>(&self, tree: &'t Node) -> Option<&'t Node> {
        self.keys.iter().try_fold(tree, |node, key| match (key, node) {
            (Key::Member(name), _) => node.get(name),
            (Key::At(at), Node::Array(elements)) => elements.get(*at),
            (Key::At(_), _) => None,
        })
    }

    /// The object in which it stands.
    pub(crate) fn parent_mut<'t>(&self, tree: &'t mut Node) -> Option<&'t mut Node> {
        let parents = match self.keys.as_slice() {
            [parents @ .., Key::Member(_), Key::At(_)] | [parents @ .., Key::Member(_)] => parents,
            _ => return None,
        };
        node_mut(tree, parents)
    }

    /// Its position, if it is one of several.
    pub(crate) fn index(&self) -> Option<usize> {
        match self.keys.last() {
            Some(Key::At(at)) => Some(*at),
            _ => None,
        }
    }

    /// The place of the object in which it stands; its type does not matter any more.
    pub(crate) fn parent(&self) -> Option<Self> {
        let mut keys = self.keys.clone();
        if let Some(Key::At(_)) = keys.last() {
            keys.pop();
        }
        keys.pop()?;
        Some(Self { keys, ..self.clone() })
    }
}

pub(crate) fn node_mut<'t>(tree: &'t mut Node, keys: &[Key]) -> Option<&'t mut Node> {
    keys.iter().try_fold(tree, |node, key| match (key, node) {
        (Key::Member(name), object) => object.get_mut(name),
        (Key::At(at), Node::Array(elements)) => elements.get_mut(*at),
        (Key::At(_), _) => None,
    })
}

/// The element of that name in a type: with `[x]` left out, as FHIRPath has it.
pub(crate) fn element(owner: TypeIndex, name: &str) -> Result<&'static Element, Operand> {
    let elements = definitions::get().elements(owner);
    elements.iter().find(|element| element.name == name).ok_or(Operand::Path)
}

/// The property that an element is in JSON: of a choice, the one of that type.
pub(crate) fn property(
    owner: TypeIndex,
    element: &Element,
    suffix: &str,
) -> Result<&'static Property, Operand> {
    let name = if element.choice { format!("{}{suffix}", element.name) } else { element.name.to_owned() };
    definitions::get().property(owner, name.as_bytes()).ok_or(Operand::Value)
}

/// All properties that an element may be.
pub(crate) fn properties(owner: TypeIndex, element: &Element) -> Vec<&'static Property> {
    let table = definitions::get();
    let suffixes = element.types.iter().map(|kind| {
        let name = table.kind(*kind).name;
        let (first, rest) = name.split_at_checked(1).unwrap_or((name, ""));
        format!("{}{rest}", first.to_ascii_uppercase())
    });
    let mut all: Vec<&'static Property> =
        suffixes.filter_map(|suffix| property(owner, element, &suffix).ok()).collect();
    all.dedup_by_key(|property| property.name.as_ptr());
    all
}

/// Where the steps lead from the resource of that type.
pub(crate) fn resolve(tree: &Node, kind: &str, steps: &[Step]) -> Result<Vec<Place>, Operand> {
    let mut places = vec![Place::root(tree, kind)?];
    for step in steps {
        places = match step {
            Step::Name(name) => children(tree, &places, name)?,
            Step::Index(at) => places.into_iter().skip(*at).take(1).collect(),
            Step::First => places.into_iter().take(1).collect(),
            Step::Last => places.pop().into_iter().collect(),
            Step::Single if places.len() <= 1 => places,
            Step::Single => return Err(Operand::Missing),
            Step::Where(conditions) => {
                places.retain(|place| place.node(tree).is_some_and(|node| meets(node, conditions)));
                places
            }
        };
    }
    Ok(places)
}

/// The one element to which the steps lead.
pub(crate) fn one(tree: &Node, kind: &str, steps: &[Step]) -> Result<Place, Operand> {
    let mut places = resolve(tree, kind, steps)?;
    match (places.pop(), places.is_empty()) {
        (Some(place), true) => Ok(place),
        _ => Err(Operand::Missing),
    }
}

fn children(tree: &Node, places: &[Place], name: &str) -> Result<Vec<Place>, Operand> {
    let mut all = Vec::new();
    for place in places {
        let element = element(place.kind, name)?;
        let Some(node @ Node::Object(_)) = place.node(tree) else { continue };
        for property in properties(place.kind, element) {
            let Some(found) = node.get(&property.name) else { continue };
            let mut keys = place.keys.clone();
            keys.push(Key::Member(&property.name));
            let count = match found {
                Node::Array(elements) => Some(elements.len()),
                _ => None,
            };
            if all.len() + count.unwrap_or(1) > MAX_PLACES {
                return Err(Operand::Result);
            }
            let made = |keys: Vec<Key>, node: &Node| Place {
                keys,
                property: Some(property),
                kind: type_of(property, node),
            };
            match found {
                Node::Array(elements) => all.extend(elements.iter().enumerate().map(|(at, node)| {
                    let mut keys = keys.clone();
                    keys.push(Key::At(at));
                    made(keys, node)
                })),
                node => all.push(made(keys, node)),
            }
        }
    }
    Ok(all)
}

/// A property's type; of a resource inside, its own.
fn type_of(property: &'static Property, node: &Node) -> TypeIndex {
    let inner = node.get("resourceType").and_then(Node::as_str);
    match inner.and_then(|name| ResourceType::from_name(&name)) {
        Some(kind) if property.kind == TypeKind::AnyResource => definitions::get().resource(kind),
        _ => property.value,
    }
}

fn meets(node: &Node, conditions: &[(String, Literal)]) -> bool {
    let is_it = |value: &Node, literal: &Literal| match (literal, value) {
        (Literal::Text(text), _) => value.as_str().as_deref() == Some(text),
        (Literal::Plain(plain), Node::Scalar(raw)) => raw == plain,
        _ => false,
    };
    conditions.iter().all(|(name, literal)| match node.get(name) {
        Some(Node::Array(elements)) => elements.iter().any(|value| is_it(value, literal)),
        Some(value) => is_it(value, literal),
        None => false,
    })
}

//! FHIRPath Patch (FHIR R4, section 3.1.0.12.3): operations in a Parameters resource.

use super::element::{self, Place, element, node_mut, one, properties, property};
use super::place::{Step, read as read_path};
use super::tree::Node;
use super::{MAX_OPERATIONS, Operand, PatchFault, Work};
use crate::Resource;
use crate::definitions::{Property, TypeIndex, TypeKind};
use crate::json::Value;

type Path = (String, Vec<Step>);

/// One operation.
pub(crate) enum Operation {
    Add(Path, String, Given),
    Insert(Path, usize, Given),
    Delete(Path),
    Replace(Path, Given),
    Move(Path, usize, usize),
}

/// A value that is given.
pub(crate) enum Given {
    /// A value with the name of its type as `value[x]` has it, such as `HumanName`, `String`; empty for a resource.
    Value(String, Node),
    /// The parts of an element whose type has no name.
    Parts(Vec<(String, Given)>),
}

/// Reads the operations.
pub(crate) fn read(parameters: &Resource) -> Result<Vec<Operation>, PatchFault> {
    let whole = || PatchFault::at(0, Operand::Whole);
    let list = parameters.root().get("parameter").filter(|_| parameters.kind().name() == "Parameters");
    let all: Vec<Value<'_>> = list.ok_or_else(whole)?.elements().take(MAX_OPERATIONS + 1).collect();
    if all.len() > MAX_OPERATIONS || all.iter().any(|one| one.get_str("name").as_deref() != Some("operation"))
    {
        return Err(whole());
    }
    let numbered = all.into_iter().enumerate();
    numbered.map(|(at, one)| operation(one).map_err(|operand| PatchFault::at(at + 1, operand))).collect()
}

/// The part of that name; a fault when it is there twice.
fn part<'v>(operation: Value<'v>, name: &str) -> Result<Option<Value<'v>>, Operand> {
    let parts = operation.get("part").into_iter().flat_map(|parts| parts.elements());
    let mut named = parts.filter(|part| part.get_str("name").as_deref() == Some(name));
    match (named.next(), named.next()) {
        (found, None) => Ok(found),
        (_, Some(_)) => Err(Operand::Kind),
    }
}

fn operation(value: Value<'_>) -> Result<Operation, Operand> {
    let text = |name: &str, kinds: &[&str]| {
        let part = part(value, name)?.ok_or(Operand::Kind)?;
        kinds.iter().find_map(|kind| part.get_str(kind)).ok_or(Operand::Kind)
    };
    let number = |name: &str| {
        let part = part(value, name)?.ok_or(Operand::Kind)?;
        let number = ["valueInteger", "valueUnsignedInt"].iter().find_map(|kind| part.get(kind));
        number.and_then(|number| number.raw().parse::<usize>().ok()).ok_or(Operand::Kind)
    };
    let path = || read_path(&text("path", &["valueString"])?);
    let given = || given(part(value, "value")?.ok_or(Operand::Kind)?);
    Ok(match &*text("type", &["valueCode", "valueString"])? {
        "add" => Operation::Add(path()?, text("name", &["valueString"])?.into_owned(), given()?),
        "insert" => Operation::Insert(path()?, number("index")?, given()?),
        "delete" => Operation::Delete(path()?),
        "replace" => Operation::Replace(path()?, given()?),
        "move" => Operation::Move(path()?, number("source")?, number("destination")?),
        _ => return Err(Operand::Kind),
    })
}

/// The value of a part. What it is nested in was read within its bounds.
fn given(part: Value<'_>) -> Result<Given, Operand> {
    if let Some(resource) = part.get("resource") {
        return Ok(Given::Value(String::new(), Node::of(resource)));
    }
    for member in part.members() {
        if let Some(kind) = member.name().strip_prefix("value") {
            return Ok(Given::Value(kind.to_owned(), Node::of(member.value)));
        }
    }
    let parts = part.get("part").ok_or(Operand::Kind)?;
    let named = parts.elements().map(|inner| {
        let name = inner.get_str("name").ok_or(Operand::Kind)?.into_owned();
        Ok((name, given(inner)?))
    });
    named.collect::<Result<_, Operand>>().map(Given::Parts)
}

/// Carries out all operations, in order.
pub(crate) fn apply(operations: &[Operation], tree: &mut Node) -> Result<(), PatchFault> {
    let (mut total, mut work) = (tree.bytes(), Work::new());
    for (at, one) in operations.iter().enumerate() {
        let size = total;
        let done = work.spend(size).ok_or(Operand::Result).and_then(|()| match one {
            Operation::Add(path, name, given) => add(tree, path, name, given, &mut total, &mut work),
            Operation::Insert(path, index, given) => insert(tree, path, *index, given, &mut total, &mut work),
            Operation::Delete((kind, steps)) => delete(tree, &element::one(tree, kind, steps)?),
            Operation::Replace(path, given) => replace(tree, path, given, &mut total, &mut work),
            Operation::Move(path, source, destination) => shift(tree, path, *source, *destination),
        });
        done.map_err(|operand| PatchFault::at(at + 1, operand))?;
    }
    Ok(())
}

impl Given {
    /// The property and the value that it is, as the element `name` of `owner`.
    fn as_member(&self, owner: TypeIndex, name: &str) -> Result<(&'static Property, Node), Operand> {
        let found = element(owner, name)?;
        match self {
            Self::Value(kind, node) => {
                let property = property(owner, found, kind)?;
                let is_object = matches!(node, Node::Object(_));
                let is_primitive = matches!(property.kind, TypeKind::Primitive(_));
                if is_object == is_primitive || node.is_null() {
                    return Err(Operand::Value);
                }
                Ok((property, node.clone()))
            }
            Self::Parts(parts) if !found.choice => {
                let property = property(owner, found, "")?;
                let mut object = Node::Object(Vec::new());
                for (name, given) in parts {
                    let (inner, node) = given.as_member(property.value, name)?;
                    let repeats = element(property.value, name)?.repeats;
                    match object.get_mut(&inner.name) {
                        Some(Node::Array(elements)) if repeats => elements.push(node),
                        Some(_) => return Err(Operand::Value),
                        None if repeats => object.set(&inner.name, Node::Array(vec![node])),
                        None => object.set(&inner.name, node),
                    }
                }
                Ok((property, object))
            }
            Self::Parts(_) => Err(Operand::Value),
        }
    }
}

fn sibling_of(property: &Property) -> String {
    format!("_{}", property.name)
}

fn add(
    tree: &mut Node,
    (kind, steps): &Path,
    name: &str,
    given: &Given,
    total: &mut usize,
    work: &mut Work,
) -> Result<(), Operand> {
    let place = one(tree, kind, steps)?;
    let found = element(place.kind, name)?;
    let (property, node) = given.as_member(place.kind, name)?;
    node.fits(place.keys.len() + 2, total, work)?;
    let others = properties(place.kind, found);
    let parent = node_mut(tree, &place.keys).ok_or(Operand::Missing)?;
    if !matches!(parent, Node::Object(_)) {
        return Err(Operand::Missing);
    }
    if !found.repeats {
        let there =
            |other: &&Property| parent.get(&other.name).is_some() || parent.get(&sibling_of(other)).is_some();
        if others.iter().any(there) {
            return Err(Operand::Present);
        }
        parent.set(&property.name, node);
        return Ok(());
    }
    let length = lengthen(parent, property);
    put(parent, property, length, node)
}

/// Makes both arrays of a property that repeats equally long; their length.
fn lengthen(parent: &mut Node, property: &Property) -> usize {
    let length = |parent: &Node, name: &str| match parent.get(name) {
        Some(Node::Array(elements)) => elements.len(),
        _ => 0,
    };
    let sibling = sibling_of(property);
    let both = [length(parent, &property.name), length(parent, &sibling)];
    let longest = both[0].max(both[1]);
    for (name, own) in [(&*property.name, both[0]), (sibling.as_str(), both[1])] {
        if let Some(Node::Array(elements)) = parent.get_mut(name).filter(|_| own > 0) {
            elements.resize(longest, Node::Scalar("null".to_owned()));
        }
    }
    if longest > 0 && both[0] == 0 {
        parent.set(&property.name, Node::Array(vec![Node::Scalar("null".to_owned()); longest]));
    }
    longest
}

/// Inserts one of several.
fn put(parent: &mut Node, property: &Property, at: usize, node: Node) -> Result<(), Operand> {
    match parent.get_mut(&property.name) {
        Some(Node::Array(elements)) if at <= elements.len() => elements.insert(at, node),
        Some(_) => return Err(Operand::Index),
        None if at == 0 => parent.set(&property.name, Node::Array(vec![node])),
        None => return Err(Operand::Index),
    }
    if let Some(Node::Array(elements)) = parent.get_mut(&sibling_of(property)) {
        elements.insert(at.min(elements.len()), Node::Scalar("null".to_owned()));
    }
    Ok(())
}

/// The object and the property that repeats to which a path leads: a list, and none of what stands in it.
fn list<'p>(tree: &Node, (kind, steps): &'p Path) -> Result<(Place, &'p str), Operand> {
    let Some((Step::Name(name), parents)) = steps.split_last() else { return Err(Operand::Path) };
    let place = one(tree, kind, parents)?;
    if element(place.kind, name)?.repeats { Ok((place, name)) } else { Err(Operand::Path) }
}

fn insert(
    tree: &mut Node,
    path: &Path,
    index: usize,
    given: &Given,
    total: &mut usize,
    work: &mut Work,
) -> Result<(), Operand> {
    let (place, name) = list(tree, path)?;
    let (property, node) = given.as_member(place.kind, name)?;
    node.fits(place.keys.len() + 2, total, work)?;
    let parent = node_mut(tree, &place.keys).ok_or(Operand::Missing)?;
    if index > lengthen(parent, property) {
        return Err(Operand::Index);
    }
    put(parent, property, index, node)
}

fn shift(tree: &mut Node, path: &Path, source: usize, destination: usize) -> Result<(), Operand> {
    let (place, name) = list(tree, path)?;
    let property = property(place.kind, element(place.kind, name)?, "")?;
    let parent = node_mut(tree, &place.keys).ok_or(Operand::Missing)?;
    let length = lengthen(parent, property);
    if source >= length || destination >= length {
        return Err(Operand::Index);
    }
    for name in [&*property.name, sibling_of(property).as_str()] {
        if let Some(Node::Array(elements)) = parent.get_mut(name) {
            let moved = elements.remove(source);
            elements.insert(destination, moved);
        }
    }
    Ok(())
}

fn replace(
    tree: &mut Node,
    (kind, steps): &Path,
    given: &Given,
    total: &mut usize,
    work: &mut Work,
) -> Result<(), Operand> {
    let place = one(tree, kind, steps)?;
    let old = place.property.ok_or(Operand::Path)?;
    let name = match steps.iter().rev().find_map(|step| match step {
        Step::Name(name) => Some(name),
        _ => None,
    }) {
        Some(name) => name,
        None => return Err(Operand::Path),
    };
    let (property, node) = given.as_member(old.owner, name)?;
    node.fits(place.keys.len(), total, work)?;
    let parent = place.parent_mut(tree).ok_or(Operand::Missing)?;
    let Some(at) = place.index() else {
        if property.value != old.value {
            parent.take(&old.name);
        }
        parent.take(&sibling_of(old));
        parent.set(&property.name, node);
        return Ok(());
    };
    match parent.get_mut(&old.name) {
        Some(Node::Array(elements)) => *elements.get_mut(at).ok_or(Operand::Missing)? = node,
        _ => return Err(Operand::Missing),
    }
    if let Some(Node::Array(elements)) = parent.get_mut(&sibling_of(old))
        && let Some(sibling) = elements.get_mut(at)
    {
        *sibling = Node::Scalar("null".to_owned());
    }
    tidy(parent, old);
    Ok(())
}

/// Takes an element out; what is empty then goes, too.
fn delete(tree: &mut Node, place: &Place) -> Result<(), Operand> {
    let mut place = place.clone();
    loop {
        let Some(parent) = place.parent_mut(tree) else { return Err(Operand::Path) };
        let Some(name) = place.keys.iter().rev().find_map(|key| match key {
            element::Key::Member(name) => Some(*name),
            element::Key::At(_) => None,
        }) else {
            return Err(Operand::Path);
        };
        let sibling = format!("_{name}");
        match place.index() {
            None => {
                parent.take(name);
                parent.take(&sibling);
            }
            Some(at) => {
                for name in [name, sibling.as_str()] {
                    if let Some(Node::Array(elements)) = parent.get_mut(name)
                        && at < elements.len()
                    {
                        elements.remove(at);
                    }
                }
                drop_nulls(parent, name);
                drop_nulls(parent, &sibling);
            }
        }
        let is_empty = matches!(parent, Node::Object(members) if members.is_empty());
        match place.parent() {
            Some(above) if is_empty && !above.keys.is_empty() => place = above,
            _ => return Ok(()),
        }
    }
}

/// Removes what says nothing: the sibling of nothing but nulls.
fn tidy(parent: &mut Node, property: &Property) {
    drop_nulls(parent, &sibling_of(property));
}

fn drop_nulls(parent: &mut Node, name: &str) {
    if matches!(parent.get(name), Some(Node::Array(elements)) if elements.iter().all(Node::is_null)) {
        parent.take(name);
    }
}

//! JSON Patch (RFC 6902), its paths by JSON Pointer (RFC 6901).

use super::tree::Node;
use super::{MAX_OPERATIONS, Operand, PatchFault, Work};
use crate::json::{Kind, Value};

/// One operation.
pub(crate) enum Operation {
    Add(Pointer, Node),
    Remove(Pointer),
    Replace(Pointer, Node),
    Move(Pointer, Pointer),
    Copy(Pointer, Pointer),
    Test(Pointer, Node),
}

/// A path, taken apart and unescaped.
pub(crate) struct Pointer(Vec<String>);

/// Reads the operations.
pub(crate) fn read(root: Value<'_>) -> Result<Vec<Operation>, PatchFault> {
    if root.kind() != Kind::Array || root.elements().take(MAX_OPERATIONS + 1).count() > MAX_OPERATIONS {
        return Err(PatchFault::at(0, Operand::Whole));
    }
    let numbered = root.elements().enumerate();
    numbered.map(|(at, one)| operation(one).map_err(|operand| PatchFault::at(at + 1, operand))).collect()
}

fn operation(value: Value<'_>) -> Result<Operation, Operand> {
    let pointer = |name: &str| {
        let text = value.get_str(name).ok_or(Operand::Kind)?;
        Pointer::read(&text).ok_or(Operand::Path)
    };
    let node = || value.get("value").map(Node::of).ok_or(Operand::Kind);
    let kind = value.get_str("op").ok_or(Operand::Kind)?;
    Ok(match &*kind {
        "add" => Operation::Add(pointer("path")?, node()?),
        "remove" => Operation::Remove(pointer("path")?),
        "replace" => Operation::Replace(pointer("path")?, node()?),
        "move" => Operation::Move(pointer("from")?, pointer("path")?),
        "copy" => Operation::Copy(pointer("from")?, pointer("path")?),
        "test" => Operation::Test(pointer("path")?, node()?),
        _ => return Err(Operand::Kind),
    })
}

impl Pointer {
    fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self(Vec::new()));
        }
        text.strip_prefix('/')?.split('/').map(unescaped).collect::<Option<_>>().map(Self)
    }

    fn is_within(&self, other: &Self) -> bool {
        self.0.len() > other.0.len() && self.0.starts_with(&other.0)
    }
}

/// `~1` is a slash, `~0` a tilde; any other tilde is a fault.
fn unescaped(token: &str) -> Option<String> {
    let mut parts = token.split('~');
    let mut out = parts.next()?.to_owned();
    for part in parts {
        let (sign, rest) = match part.as_bytes().first()? {
            b'0' => ('~', part.get(1..)?),
            b'1' => ('/', part.get(1..)?),
            _ => return None,
        };
        out.push(sign);
        out.push_str(rest);
    }
    Some(out)
}

/// A position in a list of `length`: digits without zeros before them.
fn index(token: &str, length: usize) -> Result<usize, Operand> {
    let right = token == "0"
        || (!token.starts_with('0') && !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit()));
    let index = token.parse::<usize>().ok().filter(|_| right).ok_or(Operand::Path)?;
    if index < length { Ok(index) } else { Err(Operand::Index) }
}

/// Carries out all operations, in order.
pub(crate) fn apply(operations: &[Operation], tree: &mut Node) -> Result<(), PatchFault> {
    let mut room = Room { total: tree.bytes(), work: Work::new() };
    for (at, one) in operations.iter().enumerate() {
        room.carry_out(one, tree).map_err(|operand| PatchFault::at(at + 1, operand))?;
    }
    Ok(())
}

/// What has been made and looked at.
struct Room {
    total: usize,
    work: Work,
}

impl Room {
    fn carry_out(&mut self, operation: &Operation, tree: &mut Node) -> Result<(), Operand> {
        match operation {
            Operation::Add(path, value) => self.add(tree, path, value.clone()),
            Operation::Remove(path) => remove(tree, path).map(drop),
            Operation::Replace(path, value) => {
                value.fits(path.0.len(), &mut self.total, &mut self.work)?;
                *find_mut(tree, &path.0)? = value.clone();
                Ok(())
            }
            Operation::Move(from, path) if path.is_within(from) => Err(Operand::Inside),
            Operation::Move(from, path) => {
                let value = remove(tree, from)?;
                self.total = self.total.saturating_sub(value.bytes());
                self.add(tree, path, value)
            }
            Operation::Copy(from, path) => {
                let found = find(tree, &from.0)?;
                self.work.spend(found.bytes()).ok_or(Operand::Result)?;
                let value = found.clone();
                self.add(tree, path, value)
            }
            Operation::Test(path, value) => {
                let found = find(tree, &path.0)?;
                self.work.spend(value.bytes()).ok_or(Operand::Result)?;
                if found.says_the_same(value) { Ok(()) } else { Err(Operand::Test) }
            }
        }
    }

    fn add(&mut self, tree: &mut Node, path: &Pointer, value: Node) -> Result<(), Operand> {
        value.fits(path.0.len(), &mut self.total, &mut self.work)?;
        let Some((last, parents)) = path.0.split_last() else {
            *tree = value;
            return Ok(());
        };
        match find_mut(tree, parents)? {
            Node::Array(elements) => {
                let at = if last == "-" { elements.len() } else { index(last, elements.len() + 1)? };
                self.work.spend(elements.len() - at).ok_or(Operand::Result)?;
                elements.insert(at, value);
            }
            object @ Node::Object(_) => object.set(last, value),
            Node::Scalar(_) => return Err(Operand::Missing),
        }
        Ok(())
    }
}

fn find<'t>(tree: &'t Node, path: &[String]) -> Result<&'t Node, Operand> {
    path.iter().try_fold(tree, |node, token| match node {
        Node::Array(elements) => elements.get(index(token, elements.len())?).ok_or(Operand::Index),
        Node::Object(_) => node.get(token).ok_or(Operand::Missing),
        Node::Scalar(_) => Err(Operand::Missing),
    })
}

fn find_mut<'t>(tree: &'t mut Node, path: &[String]) -> Result<&'t mut Node, Operand> {
    path.iter().try_fold(tree, |node, token| match node {
        Node::Array(elements) => {
            let at = index(token, elements.len())?;
            elements.get_mut(at).ok_or(Operand::Index)
        }
        object @ Node::Object(_) => object.get_mut(token).ok_or(Operand::Missing),
        Node::Scalar(_) => Err(Operand::Missing),
    })
}

fn remove(tree: &mut Node, path: &Pointer) -> Result<Node, Operand> {
    // What is left of nothing is no resource.
    let (last, parents) = path.0.split_last().ok_or(Operand::Path)?;
    match find_mut(tree, parents)? {
        Node::Array(elements) => {
            let at = index(last, elements.len())?;
            Ok(elements.remove(at))
        }
        object @ Node::Object(_) => object.take(last).ok_or(Operand::Missing),
        Node::Scalar(_) => Err(Operand::Missing),
    }
}

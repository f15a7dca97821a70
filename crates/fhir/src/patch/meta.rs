//! `$meta-add` and `$meta-delete` (FHIR R4, section 2.27.3): profiles, tags and security labels put in or taken out.

use super::tree::Node;
use super::{Operand, PatchFault};
use crate::Resource;

/// What is put in or taken out.
pub(crate) struct Change {
    adds: bool,
    /// Profiles, as JSON strings.
    profiles: Vec<Node>,
    /// Tags and security labels: the list's name, and the coding.
    codings: Vec<(&'static str, Node)>,
}

/// The lists of codings in a meta.
const LISTS: [&str; 2] = ["tag", "security"];

/// Reads the change from a Parameters resource with one parameter `meta`.
pub(crate) fn read(parameters: &Resource, adds: bool) -> Result<Change, PatchFault> {
    let whole = || PatchFault::at(0, Operand::Meta);
    let list = parameters.root().get("parameter").filter(|_| parameters.kind().name() == "Parameters");
    let mut all = list.ok_or_else(whole)?.elements();
    let (Some(only), None) = (all.next(), all.next()) else { return Err(whole()) };
    let meta = only.get("valueMeta").filter(|_| only.get_str("name").as_deref() == Some("meta"));
    let meta = Node::of(meta.ok_or_else(whole)?);
    let of = |name: &str| match meta.get(name) {
        Some(Node::Array(elements)) => elements.clone(),
        _ => Vec::new(),
    };
    let codings = LISTS.iter().flat_map(|name| of(name).into_iter().map(|coding| (*name, coding)));
    Ok(Change { adds, profiles: of("profile"), codings: codings.collect() })
}

/// Whether two codings name the same: by system and code.
fn is_same(this: &Node, that: &Node) -> bool {
    let part = |node: &Node, name: &str| node.get(name).and_then(Node::as_str);
    part(this, "system") == part(that, "system") && part(this, "code") == part(that, "code")
}

pub(crate) fn apply(change: &Change, tree: &mut Node) -> Result<(), PatchFault> {
    if tree.get("meta").is_none() {
        tree.set("meta", Node::Object(Vec::new()));
    }
    let meta = tree.get_mut("meta").ok_or(PatchFault::at(0, Operand::Result))?;
    for profile in &change.profiles {
        turn(meta, "profile", profile, change.adds, &|this| this.says_the_same(profile));
    }
    for (name, coding) in &change.codings {
        turn(meta, name, coding, change.adds, &|this| is_same(this, coding));
    }
    if matches!(meta, Node::Object(members) if members.is_empty()) {
        tree.take("meta");
    }
    Ok(())
}

/// Puts one into a list that has it not, or takes it out, with what its sibling says of it.
fn turn(meta: &mut Node, name: &str, value: &Node, adds: bool, is_it: &dyn Fn(&Node) -> bool) {
    let sibling = format!("_{name}");
    match meta.get_mut(name) {
        Some(Node::Array(elements)) if adds => {
            if elements.iter().any(is_it) {
                return;
            }
            elements.push(value.clone());
            if let Some(Node::Array(siblings)) = meta.get_mut(&sibling) {
                siblings.push(Node::Scalar("null".to_owned()));
            }
        }
        None if adds => meta.set(name, Node::Array(vec![value.clone()])),
        Some(Node::Array(elements)) => {
            let Some(at) = elements.iter().position(is_it) else { return };
            elements.remove(at);
            let is_empty = elements.is_empty();
            if let Some(Node::Array(siblings)) = meta.get_mut(&sibling)
                && at < siblings.len()
            {
                siblings.remove(at);
            }
            if is_empty {
                meta.take(name);
                meta.take(&sibling);
            }
        }
        _ => {}
    }
}
